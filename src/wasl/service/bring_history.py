"""Bring history: what platforms share of the talk before the assistant came, out of stored requests into chats of the people it is with.

Each request is parted by person, and what is one person's is brought in as any export is: kept, counted, laid over what is held.
Only then are the requests marked as placed. A process that is killed in between does it again, and finds everything in its place.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from wasl.domain.errors import Throttled, WaslError
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address, AddressKey
from wasl.ports.channel import Channel, Histories, HistoryPiece
from wasl.ports.clock import Clock
from wasl.ports.format import PersonRecord
from wasl.ports.library import Library, RawBody
from wasl.ports.people import People
from wasl.ports.store import Store
from wasl.service.bring import Bring, Report
from wasl.service.keep_apart import apart
from wasl.wire.bundle import open_bundle

log = structlog.get_logger(__name__)

LOOKED_THROUGH: Final = 500
"""Stored requests looked through at once."""
BATCH_BYTES: Final = 32 << 20
"""Requests are brought together until they are so large."""
FOUND_MAX: Final = 20
"""People looked at for one who has a handle as a second one."""


@dataclass(slots=True, kw_only=True)
class BroughtHistory:
    """What came of it: how many requests were placed, how many could not be, and the report of each person's import."""

    placed: int = 0
    failed: int = 0
    reports: list[Report] = field(default_factory=list)


class BringHistory:
    """Brings earlier talk in, of every channel that shares it."""

    def __init__(
        self, *, store: Store, library: Library, people: People, channels: Mapping[str, Channel], bring: Bring, clock: Clock
    ) -> None:
        self._store = store
        self._library = library
        self._people = people
        self._channels = channels
        self._bring = bring
        self._clock = clock
        self._looked: dict[str, tuple[int, int]] = {}

    async def chore(self) -> None:
        """Brings what came since the last round but one: commits of other processes may come late. What another process does now,
        is left to it."""
        for name, channel in self._channels.items():
            if isinstance(channel, Histories):
                before, last = self._looked.get(name, (0, 0))
                try:
                    async with apart(self._library, self._clock, f"history {name}", wait_seconds=0):
                        done = BroughtHistory()
                        self._looked[name] = (last, await self._channel(name, channel, done, after=before))
                except Throttled:
                    continue
                if done.placed or done.failed:
                    log.info("brought earlier talk", channel=name, requests=done.placed, failed=done.failed, people=len(done.reports))

    async def run(self) -> BroughtHistory:
        """Brings everything that waits, from the first request on. Raises Throttled while another process is at it too long."""
        done = BroughtHistory()
        for name, channel in self._channels.items():
            if isinstance(channel, Histories):
                async with apart(self._library, self._clock, f"history {name}"):
                    await self._channel(name, channel, done, after=0)
        return done

    # -- private
    async def _channel(self, name: str, channel: Histories, done: BroughtHistory, *, after: int) -> int:
        """Gives the id of the last request that was looked at."""
        batch: list[tuple[int, Sequence[HistoryPiece]]] = []
        size, following = 0, after
        while True:
            found, more = await self._library.waiting(name, holding=channel.history_mark, after=following, limit=LOOKED_THROUGH)
            following = more or (found[-1].id if found else following)
            for raw in found:
                batch, size = await self._gather(channel, raw, batch, size, done)
            if more is None:
                await self._batch(channel, batch, done)
                return following

    async def _gather(
        self, channel: Histories, raw: RawBody, batch: list[tuple[int, Sequence[HistoryPiece]]], size: int, done: BroughtHistory
    ) -> tuple[list[tuple[int, Sequence[HistoryPiece]]], int]:
        pieces = channel.history(raw.body)
        if not pieces:
            return batch, size
        batch.append((raw.id, pieces))
        size += len(raw.body)
        if size < BATCH_BYTES:
            return batch, size
        await self._batch(channel, batch, done)
        return [], 0

    async def _batch(self, channel: Histories, batch: Sequence[tuple[int, Sequence[HistoryPiece]]], done: BroughtHistory) -> None:
        """Brings what is each person's, and marks the requests of which everything was brought."""
        lines: dict[AddressKey, list[bytes]] = {}
        for _, pieces in batch:
            for piece in pieces:
                lines.setdefault(piece.address, []).append(piece.body)
        owners: dict[AddressKey, ConversationId] = {}
        for key, bodies in lines.items():
            try:
                owners[key] = await self._person(channel, key, bodies, done)
            except WaslError as error:
                log.error("earlier talk could not be brought", channel=key.channel, error=type(error).__name__, why=error.message)
        for raw_id, pieces in batch:
            whose = {piece.address for piece in pieces}
            if whose <= owners.keys():
                await self._library.placed([raw_id], conversations=[owners[key] for key in whose])
                done.placed += 1
            else:
                done.failed += 1

    async def _person(self, channel: Histories, key: AddressKey, bodies: Sequence[bytes], done: BroughtHistory) -> ConversationId:
        address, owner = await self._bearer(key)
        data = b"\n".join(bodies) + b"\n"
        bundle = open_bundle(f"history {key.handle}.jsonl", io.BytesIO(data), size_bytes=len(data))
        done.reports.append(await self._bring.run(bundle, owner=owner, kind=channel.history_format, address=address))
        return owner

    async def _bearer(self, key: AddressKey) -> tuple[AddressId, ConversationId]:
        """Finds whose the address is; somebody who never wrote since is made known, without a word from them that could be answered."""
        found = await self._store.find_address(key)
        if found is not None:
            return found[0].id, found[1]
        for view in await self._people.find(key.handle, limit=FOUND_MAX):
            for identity in view.identities:
                for address in identity.addresses:
                    held = address.key
                    if (held.channel, held.scope, held.alias) == (key.channel, key.scope, key.handle) and address.valid_to_ms is None:
                        return address.id, identity.conversation_id
        await self._adopt(key)
        found = await self._store.find_address(key)
        assert found is not None, "it was adopted, or somebody wrote from it meanwhile"
        return found[0].id, found[1]

    async def _adopt(self, key: AddressKey) -> None:
        now = self._clock.now_ms()
        person, conversation, place = PersonId(self._clock.new_id()), self._clock.new_id(), AddressId(self._clock.new_id())
        listed = {"id": conversation, "born_as": person, "created_ms": now, "last_ms": now}
        record = PersonRecord(
            id=person,
            addresses=(Address(id=place, person_id=person, key=key, valid_from_ms=now),),
            extra={"kind": "person", "created_ms": now, "conversations": [listed], "places": {place: conversation}},
        )
        await self._people.adopt(record, now_ms=now)
