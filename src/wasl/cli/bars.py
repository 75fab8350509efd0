"""Bars at a terminal: what each is of, how long it is by its worth, and the amount in words. A pipe gets none; it has the table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from wasl.wire.isolate import set_apart


class Amount(NamedTuple):
    """One bar: its name, its worth, and how the worth is written."""

    name: str
    worth: Decimal
    written: str


def bars(title: str, rows: Sequence[Amount]) -> None:
    """Draws a bar for each row, the longest over the room that names and amounts leave. What is worth less than nothing has none."""
    from rich.bar import Bar
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    most = max((row.worth for row in rows), default=Decimal(0))
    if not console.is_terminal or most <= 0:
        return
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(no_wrap=True, max_width=max(8, console.width // 3), overflow="ellipsis")
    grid.add_column(ratio=1)
    grid.add_column(no_wrap=True, justify="right")
    for row in rows:
        drawn = Bar(size=1.0, begin=0.0, end=float(max(Decimal(0), row.worth) / most), color="cyan")
        grid.add_row(set_apart(escape(row.name)), drawn, row.written)
    console.print()
    console.print(escape(title), style="italic", soft_wrap=True)
    console.print(grid)
