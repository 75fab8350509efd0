"""The contract of purposes: what every turn was for, what people say it was for, and who was pointed elsewhere.

A part of every store: `store.purposes`. Records are written by `Store.close_turn` (`Closing.purposes`), in the commit that closes their
turns; everything else by these methods. No words are kept here. Raises StoreDown like Store.
"""

from collections.abc import Sequence
from typing import Protocol

from wasl.domain.ids import ConversationId, TurnId
from wasl.domain.purpose import JudgeSaid, PurposeCount, PurposeRating, PurposeRecord, PurposeWords, Redirect

RECORDS_MAX = 5_000
"""Records given at a time."""
NOTE_CHARACTERS_MAX = 500
"""Of a rating's note."""


class Purposes(Protocol):
    """What turns were for."""

    # -- records
    async def recent(self, conversation_id: ConversationId, *, channel: str, limit: int) -> Sequence[PurposeRecord]:
        """Gives the newest records of a conversation on a channel, the newest first."""
        ...

    async def records(
        self,
        *,
        channel: str,
        since_ms: int,
        until_ms: int,
        judge: JudgeSaid | None = None,
        after: PurposeRecord | None = None,
        limit: int = RECORDS_MAX,
    ) -> Sequence[PurposeRecord]:
        """Gives records of a channel in a time (`until_ms` excluded) by time and id, from behind `after`; with `judge`, those of which
        the judge said so ("changed": it and the classifier disagree)."""
        ...

    async def counts(self, *, channel: str, since_ms: int, until_ms: int) -> Sequence[PurposeCount]:
        """Sums the turns of a channel in a time by label and by how they were served."""
        ...

    async def channels(self, *, since_ms: int, until_ms: int) -> Sequence[str]:
        """Names the channels that have records in a time."""
        ...

    # -- the audit
    async def rate(self, rating: PurposeRating) -> None:
        """Keeps a rating beside the earlier ones; the same id again changes nothing. Raises Malformed for a turn that has no record,
        and for a note that is too long."""
        ...

    async def ratings(self, *, channel: str, since_ms: int, until_ms: int) -> Sequence[PurposeRating]:
        """Gives the ratings of the turns of a channel in a time, oldest first."""
        ...

    async def words(self, turns: Sequence[TurnId]) -> Sequence[PurposeWords]:
        """Gives the words of turns for who rates them, in the order asked for; turns that are gone are left out. The store in memory
        keeps its turns elsewhere and gives none."""
        ...

    async def names(self, turn: TurnId) -> Sequence[str]:
        """Gives the names by which the person of a turn is known, so that they can be taken out of its words: the person's own, and the
        one that stood at the message. The store in memory gives none."""
        ...

    # -- redirects
    async def take_redirect(self, redirect: Redirect, *, people: Sequence[str], quiet_ms: int) -> bool:
        """Says whether a person may be pointed elsewhere now, and keeps it if so: once in `quiet_ms` for all `people` ids that stand for
        them, whoever asks at the same time. The same turn is told the same again."""
        ...

    async def follow(self, turn_id: TurnId, *, at_ms: int, channel: str) -> bool:
        """Notes that a redirect was followed; True the first time."""
        ...

    async def redirects(self, *, channel: str, since_ms: int, until_ms: int) -> Sequence[Redirect]:
        """Gives the redirects that were sent on a channel in a time, oldest first."""
        ...


class KeepsPurposes(Protocol):
    """A store that keeps purposes."""

    @property
    def purposes(self) -> Purposes:
        """What turns were for, in the same database and the same commits."""
        ...
