"""The contract of what was judged: every version of the rulebook by which something was judged, and what was said of a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAct:
    """A turn or a delivery with what was said of it. `verdicts` of a turn are by the steps' names; a delivery's stands under "gate"."""

    kind: Literal["turn", "delivery"]
    id: str
    state: str
    at_ms: int
    channel: str = ""
    note: str = ""
    verdicts: Mapping[str, Any] = field(default_factory=dict)


class Judged(Protocol):
    """What was judged, and by which text. Everything raises StoreDown."""

    async def keep_book(self, *, digest: str, records: str, at_ms: int, own: str | None = None) -> None:
        """Keeps a version of the rulebook (its records as JSON text) that came into force; of a digest that is there the records stay.

        `own` is the JSON text of the operator's files by name, from which this version can be made again; None where it cannot.
        """
        ...

    async def last_own(self) -> tuple[str, int] | None:
        """Gives the operator's files (JSON text) of the version that came into force last of those that can be made again, and when."""
        ...

    async def book(self, digest: str) -> tuple[str, int] | None:
        """Gives the records of a version and when it came into force here first; None for one that was never in force here."""
        ...

    async def acts(self, id_: str) -> Sequence[JudgedAct]:
        """Gives what was judged about the message, turn or delivery of an id: its turns, then its deliveries; none for a stranger's."""
        ...
