"""Shows values to people at a terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime


def moment(at_ms: int) -> str:
    """Writes a time in milliseconds as UTC, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def seconds(duration_ms: int) -> str:
    """Writes a duration as a person says it."""
    whole = max(0, duration_ms) // 1000
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if whole >= size:
            return f"{whole // size} {name}"
    return f"{whole} s"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Prints a table, drawn for a terminal and with plain columns for a pipe."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True) if not Console().is_terminal else Console()
    shown = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    for name in head:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    console.print(shown)


def _cell(value: object) -> str:
    from rich.markup import escape

    return escape(str(value)) if value is not None else "—"
