"""Purposes in a database: the steps of `purpose_steps`, carried out by a store."""

from collections.abc import Sequence

from wasl.domain.errors import Malformed, WaslError
from wasl.domain.ids import ConversationId, TurnId
from wasl.domain.purpose import JudgeSaid, PurposeCount, PurposeRating, PurposeRecord, PurposeWords, Redirect
from wasl.ports.purposes import NOTE_CHARACTERS_MAX, RECORDS_MAX
from wasl.store import purpose_steps as steps
from wasl.store.rows import is_uuid
from wasl.store.sql_people import Carry, told


class SqlPurposes:
    """What turns were for, in a database."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._write = write

    async def recent(self, conversation_id: ConversationId, *, channel: str, limit: int) -> Sequence[PurposeRecord]:
        """Gives the newest records of a conversation on a channel."""
        most = min(limit, RECORDS_MAX)
        return await self._read(lambda: steps.recent(conversation_id, channel=channel, limit=most)) if is_uuid(conversation_id) else []

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
        """Gives records by time and id."""
        most = min(limit, RECORDS_MAX)
        return await self._read(
            lambda: steps.records(channel=channel, since_ms=since_ms, until_ms=until_ms, judge=judge, after=after, limit=most)
        )

    async def counts(self, *, channel: str, since_ms: int, until_ms: int) -> Sequence[PurposeCount]:
        """Sums by label and service."""
        return await self._read(lambda: steps.counts(channel=channel, since_ms=since_ms, until_ms=until_ms))

    async def channels(self, *, since_ms: int, until_ms: int) -> Sequence[str]:
        """Names the channels of a time."""
        return await self._read(lambda: steps.channels(since_ms=since_ms, until_ms=until_ms))

    async def rate(self, rating: PurposeRating) -> None:
        """Keeps a rating."""
        if not is_uuid(rating.turn_id):
            raise Malformed(f"{rating.turn_id!r} is no id of a turn; nothing was rated")
        if len(rating.note) > NOTE_CHARACTERS_MAX:
            raise Malformed(f"the note has {len(rating.note)} characters, more than {NOTE_CHARACTERS_MAX}; shorten it")
        outcome: WaslError | None = await self._write(lambda: told(steps.rate(rating)))
        if outcome is not None:
            raise outcome

    async def ratings(self, *, channel: str, since_ms: int, until_ms: int) -> Sequence[PurposeRating]:
        """Gives the ratings of the turns of a time."""
        return await self._read(lambda: steps.ratings(channel=channel, since_ms=since_ms, until_ms=until_ms))

    async def words(self, turns: Sequence[TurnId]) -> Sequence[PurposeWords]:
        """Gives questions and replies."""
        known = [turn for turn in turns[:RECORDS_MAX] if is_uuid(turn)]
        return await self._read(lambda: steps.words(known))

    async def names(self, turn: TurnId) -> Sequence[str]:
        """Gives the names of the person of a turn."""
        return await self._read(lambda: steps.names(turn)) if is_uuid(turn) else ()

    async def take_redirect(self, redirect: Redirect, *, people: Sequence[str], quiet_ms: int) -> bool:
        """Takes the person's slot."""
        known = [person for person in people if is_uuid(person)]
        return await self._write(lambda: steps.take_redirect(redirect, people=known, quiet_ms=quiet_ms))

    async def follow(self, turn_id: TurnId, *, at_ms: int, channel: str) -> bool:
        """Notes that a redirect was followed."""
        return is_uuid(turn_id) and await self._write(lambda: steps.follow(turn_id, at_ms=at_ms, channel=channel))

    async def redirects(self, *, channel: str, since_ms: int, until_ms: int) -> Sequence[Redirect]:
        """Gives the redirects of a time."""
        return await self._read(lambda: steps.redirects(channel=channel, since_ms=since_ms, until_ms=until_ms))
