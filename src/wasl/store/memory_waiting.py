"""In memory: what is done by one at a time, and stored requests that wait to be placed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from wasl.domain.ids import ConversationId
from wasl.ports.library import Import, RawBody
from wasl.store.memory_chat import MemoryChat

RawRow = tuple[str, int, bytes, str | None]
"""Channel, when it was received, the body, and whose words it holds."""


class MemoryWaiting:
    """A part of the library of a MemoryStore. A request's id is its place in the row."""

    def __init__(self, *, raws: list[RawRow], up: Callable[[], None]) -> None:
        self._raws = raws
        self._up = up
        self._apart: dict[str, tuple[str, int]] = {}
        self._imports: dict[str, Import] = {}
        self._chats: dict[str, MemoryChat] = {}

    def part(self, old: str, new: str, *, address_id: str) -> set[str]:
        """Gives what was brought from an address to another conversation; gives the ids of the chats."""
        moved = {i for i, held in self._imports.items() if (held.owner, held.address_id) == (old, address_id)}
        for import_id in moved:
            held = self._imports[import_id]
            record = replace(held.record, owner=new) if held.record.owner is not None else held.record
            self._imports[import_id] = replace(held, owner=ConversationId(new), record=record)
        chats = {c.id for c in self._chats.values() if c.owner == old and c.import_id in moved}
        for chat_id in chats:
            self._chats[chat_id].owner = ConversationId(new)
        return chats

    async def keep_apart(self, name: str, *, holder: str, now_ms: int, until_ms: int) -> bool:
        """Takes or prolongs a lease."""
        self._up()
        held = self._apart.get(name)
        if held is not None and held[0] != holder and held[1] > now_ms:
            return False
        self._apart[name] = (holder, until_ms)
        return True

    async def let_go(self, name: str, *, holder: str) -> None:
        """Ends a lease."""
        self._up()
        if self._apart.get(name, ("", 0))[0] == holder:
            del self._apart[name]

    async def waiting(self, channel: str, *, holding: bytes, after: int, limit: int) -> tuple[Sequence[RawBody], int | None]:
        """Looks through requests that hold nobody's words yet."""
        self._up()
        left = [
            RawBody(place, at_ms, body)
            for place, (where, at_ms, body, whose) in enumerate(self._raws, start=1)
            if place > after and where == channel and whose is None
        ][:limit]
        return [raw for raw in left if holding in raw.body], left[-1].id if left and len(left) >= limit else None

    async def placed(self, raw: Sequence[int], *, conversations: Sequence[ConversationId]) -> None:
        """Notes whose words requests hold."""
        self._up()
        for place in raw:
            if place <= len(self._raws):
                channel, at_ms, body, _ = self._raws[place - 1]
                self._raws[place - 1] = (channel, at_ms, body, " ".join(sorted(set(conversations))))
