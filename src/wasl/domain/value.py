"""Value: a frozen dataclass whose guard is taken off where Wasl serves, for what every turn makes many of.

A frozen dataclass writes each of its own fields through a call that goes around the guard; that is three times the price of the object,
and a turn makes some ninety of them. A value is frozen where a mistake would be found: for the type checker it is `dataclass` itself, so
that a line that writes to a field fails `make check`, and the tests run with the guard on (`tests/conftest.py`). Its slots, equality,
hash, order of fields and pattern matching are those of a frozen dataclass with and without it. Why: docs/decisions/0028.
"""

from typing import TYPE_CHECKING

__all__ = ["guarded", "value"]

guarded = False
"""Whether values refuse to be written to at run time too: those whose modules are imported from now on."""

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool, kw_only: bool = False):
        """Makes a class a value; `frozen` and `slots` are said where it is made, as its reader and the type checker look for them there."""
        if not (frozen and slots):
            raise TypeError("a value is frozen and slotted; use dataclass for what is not")
        return dataclass(frozen=guarded, unsafe_hash=True, slots=True, kw_only=kw_only)
