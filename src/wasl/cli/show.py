"""Shows values to people at a terminal."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from wasl.cli.tongue import Language
from wasl.wire.isolate import counted, is_arabic, set_apart

if TYPE_CHECKING:
    from rich.text import Text

PIPE_COLUMNS: Final = 4_000
"""What reads a pipe needs no lines broken; nothing here is so wide."""
GAP_COLUMNS: Final = 3
"""What a terminal's table takes between two columns."""
NARROW_COLUMNS: Final = 6
FIRST_KEEPS: Final = 3
"""The first column stays so many times as wide as the widest other one, before its words are broken."""


_UNITS: Final = ((86_400, "يوم", "d"), (3_600, "ساعة", "h"), (60, "دقيقة", "min"), (1, "ثانية", "s"))


def moment(at_ms: int) -> str:
    """Writes a time in milliseconds as UTC, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def seconds(duration_ms: int, language: Language) -> str:
    """Writes a duration as a person says it."""
    whole = max(0, duration_ms) // 1000
    size, noun, unit = next((one for one in _UNITS if whole >= one[0]), _UNITS[-1])
    return counted(str(whole // size), noun, governed=True) if language == "ar" else f"{whole // size} {unit}"


def country(code: str, language: Language) -> str:
    """Names a country, or a part of one (US-CA); "" is one that nobody knows, "*" are all others."""
    from babel import Locale

    if code in ("", "*"):
        return {"": ("country not known", "بلد غير معروف"), "*": ("other countries", "بلدان أخرى")}[code][language == "ar"]
    whole, _, part = code.partition("-")
    name = Locale.parse(language).territories.get(whole, whole)
    return f"{name} ({part})" if part else str(name)


def countries(counted: Iterable[tuple[str | None, int]], language: Language) -> str:
    """Says how many people are in each country."""
    return ("، " if language == "ar" else ", ").join(f"{country(code or '', language)} {people:,}" for code, people in counted)


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Prints a table, drawn for a terminal and with plain columns, one row a line, for a pipe.

    An id in the first column is never broken, as it is copied from there: where a terminal is too narrow, every row is a block of lines.
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=PIPE_COLUMNS)
    if title:
        console.print(escape(title), style="italic", soft_wrap=True)
    shown = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    cells = [[_cell(value) for value in row] for row in rows]
    columns = [[name, *(row[place] for row in cells)] for place, name in enumerate(head)]
    widths = _fitted(columns, room=console.width - GAP_COLUMNS * len(head))
    if widths and sum(widths) > console.width - GAP_COLUMNS * len(head):
        _blocks(head, cells)
        return
    for name, width in zip(head, widths, strict=True):
        shown.add_column(_lines(name, width), overflow="fold", width=width)
    for row in cells:
        shown.add_row(*(_lines(cell, width) for cell, width in zip(row, widths, strict=True)))
    console.print(shown)


def _blocks(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints each row as its first cell, and under it what the others hold, named."""
    from rich.cells import cell_len

    width = max(map(cell_len, head[1:]), default=0)
    for row in rows:
        typer.echo(row[0])
        for name, cell in zip(head[1:], row[1:], strict=True):
            if cell:
                typer.echo(f"    {set_apart(name)}{' ' * (width - cell_len(name))}  {set_apart(cell)}")


def _lines(cell: str, width: int) -> "Text":
    """Breaks a cell into lines, each set apart by itself: a mark that ends on another line would turn round what stands beside it."""
    from rich.console import Console
    from rich.text import Text

    if not is_arabic(cell):
        return Text(cell)
    lines = Text(cell).wrap(Console(width=max(1, width)), max(1, width), overflow="fold")
    return Text("\n".join(set_apart(line.plain.rstrip()) for line in lines))


def _fitted(columns: Sequence[Sequence[str]], *, room: int) -> list[int]:
    """Gives every column its width: as wide as its cells, else no narrower than its longest word, else the first one keeps most.

    An id stands in the first one, and is copied from there.
    """
    from rich.cells import cell_len

    widths = [max(map(cell_len, cells)) for cells in columns]
    words = [max((cell_len(word) for cell in cells for word in cell.split()), default=1) for cells in columns]
    for least in (words, [*words[:1], *([NARROW_COLUMNS] * len(words))][: len(words)]):
        while sum(widths) > room and any(width > most for width, most in zip(widths, least, strict=True)):
            place = max(range(len(widths)), key=lambda at: (widths[at] > least[at], widths[at] if at else widths[at] / FIRST_KEEPS))
            widths[place] -= 1
    return widths


def listed(rows: Iterable[tuple[object, object]]) -> None:
    """Prints a number and its name on each line, the numbers under each other."""
    pairs = [(str(number), set_apart(str(name))) for number, name in rows]
    width = max((len(number) for number, _ in pairs), default=0)
    for number, name in pairs:
        typer.echo(f"  {number:>{width}}  {name}")


def _cell(value: object) -> str:
    return str(value) if value is not None else "—"
