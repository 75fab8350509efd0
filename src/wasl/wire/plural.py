"""So many of a thing in English: one, and all others (CLDR). Arabic, which has more forms, stands in `isolate`."""

import string
from typing import Any, Final

BETWEEN: Final = "|"
"""Stands between the two forms in a place of a sentence: {messages:message|messages} makes "1 message" of one."""


def so_many(number: float | str, one: str, others: str = "") -> str:
    """Gives the number and what is counted; the form for all others is the first with an s, where none is given."""
    whole = int(number) if isinstance(number, float) and number.is_integer() else number
    return f"{whole} {one if str(whole) == '1' else others or one + 's'}"


class _Counting(string.Formatter):
    """Formats as `str.format` does, and counts where a place gives two forms."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, counts, others = format_spec.partition(BETWEEN)
        return so_many(value, one, others) if counts else str(super().format_field(value, format_spec))


_COUNTING: Final = _Counting()


class Counted(str):
    """An English sentence whose `format` counts where a place gives two forms."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        """Fills the places."""
        return _COUNTING.vformat(self, args, values)
