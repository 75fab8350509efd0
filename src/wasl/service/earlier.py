"""Earlier: reads the end of an imported chat that goes on in a live conversation."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from wasl.domain.archive import Entry
from wasl.domain.ids import ConversationId
from wasl.ports.library import Library
from wasl.ports.people import People
from wasl.service.compose import EARLIER_ENTRIES

SEQ_MAX = (1 << 62) - 1


class Earlier:
    """Reads ends of chats."""

    def __init__(self, library: Library, *, people: People) -> None:
        self._library = library
        self._people = people

    async def read(self, chat_id: str, home: ConversationId) -> Sequence[Mapping[str, str]]:
        """Gives the last entries of a chat that goes on in a conversation, oldest first; nothing when it is gone, or is somebody
        else's since a link ended."""
        held = await self._library.find_chat(chat_id)
        if held is None or (held.owner != home and held.owner not in await self._people.siblings(home)):
            return ()
        names = {p.key: p.name for p in held.participants}
        lines = await self._library.entries(chat_id, before=SEQ_MAX, limit=EARLIER_ENTRIES)
        return [_told(line.entry, names) for line in lines if line.entry.text]


def _told(entry: Entry, names: Mapping[str, str | None]) -> Mapping[str, str]:
    told = {"from": names.get(entry.author or "") or entry.role, "text": entry.text}
    at_ms = entry.at_ms
    if entry.wall_ms is not None or entry.instant_ms is not None:
        told["at"] = datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")
    return told
