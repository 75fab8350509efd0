"""Hold against: what is held of an import, message by message, against what is read from its kept source now, in any format.

Of a message is compared everything that an archive would say of it, but what became of its files (they are compared by their digests).
Kept in memory are 8 bytes for a message that was read.
"""

from array import array
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final, NamedTuple

from wasl.domain.archive import Entry, File, fingerprint
from wasl.ports.library import HeldChat, Library
from wasl.wire.archive_json import encoded, message_json

PAGE: Final = 1_000


class Differs(NamedTuple):
    """How much of a chat is not held, or held otherwise, and where the first of it stands in the source, where that is known."""

    number: int
    where: str
    missing: bool = False


@dataclass(slots=True, kw_only=True)
class ReadNow:
    """What was read of each chat, by its key: `looked_at` message by message, of the others only what tells one from another.

    `shared` says that other imports of the person may have added messages or changed them: then an edit, a deletion and reactions are
    passed over, and one message a chat (a source that was cut off has its last one in part).
    """

    looked_at: Collection[str]
    shared: bool = False
    said: dict[str, "array[int]"] = field(default_factory=dict)
    prints: dict[str, Counter[bytes]] = field(default_factory=dict)

    def take(self, chat: str, entries: Sequence[Entry]) -> None:
        """Takes the next messages of a chat."""
        if chat in self.looked_at:
            self.said.setdefault(chat, array("Q")).extend(said_of(entry) for entry in entries)
        else:
            self.prints.setdefault(chat, Counter()).update(fingerprint(entry) for entry in entries)

    @property
    def chats(self) -> frozenset[str]:
        """The keys of the chats of which something was read."""
        return frozenset({*self.said, *self.prints})


async def hold_against(library: Library, chat: HeldChat, read: ReadNow) -> Differs | None:
    """Compares a chat that is held with what was read of it; None when all of it is held as it was read."""
    if chat.chat.key in read.said:
        return await (_some if read.shared else _each)(library, chat, read.said[chat.chat.key])
    return await _all_here(library, chat, read.prints.get(chat.chat.key, {}))


async def _each(library: Library, chat: HeldChat, said: "array[int]") -> Differs | None:
    """A chat that only this import brought stands in the order of its source."""
    place, others, first = 0, 0, ""
    async for entry in _held(library, chat):
        if place >= len(said) or said[place] != said_of(entry):
            others += 1
            first = first or _where(entry, place)
        place += 1
    if place < len(said):
        return Differs(len(said) - place, "", missing=True)
    return Differs(others, first) if others else None


async def _some(library: Library, chat: HeldChat, said: "array[int]") -> Differs | None:
    """A chat that others may have added to holds all that was read, but what they changed."""
    left, excused = Counter(said), 1
    async for entry in _held(library, chat):
        one, more = said_of(entry), entry.more
        if left[one] > 0:
            left[one] -= 1
        elif more.edited or more.deleted or more.reactions:
            excused += 1
    missing = left.total() - excused
    return Differs(missing, "") if missing > 0 else None


async def _held(library: Library, chat: HeldChat) -> AsyncIterator[Entry]:
    after = 0
    while page := await library.entries(chat.id, after=after, limit=PAGE):
        for line in page:
            yield line.entry
        after = page[-1].seq


async def _all_here(library: Library, chat: HeldChat, prints: Mapping[bytes, int]) -> Differs | None:
    """A chat that was brought again since may hold more, and edits: nothing of what was read is missing."""
    left, after = Counter(prints), 0
    while page := await library.marks(chat.id, after=after, limit=PAGE):
        left.subtract(mark.fingerprint for mark in page)
        after = page[-1].seq
    missing = sum(number for number in left.values() if number > 0)
    return Differs(missing, "", missing=True) if missing else None


def _where(entry: Entry, place: int) -> str:
    if entry.pointer:
        return entry.pointer
    return f"byte {entry.start}" if entry.start is not None else f"message {place + 1}"


def said_of(entry: Entry) -> int:
    """Gives a number for everything that an archive would say of an entry, but what became of its files."""
    parts = entry.parts
    if any(isinstance(part, File) for part in parts):
        parts = tuple(_untold(part) if isinstance(part, File) else part for part in parts)
    plain = entry._replace(parts=parts, seq=1)
    return int.from_bytes(blake2b(encoded(message_json(plain, id="", chat="")), digest_size=8).digest())


def _untold(file: File) -> File:
    """A file without what is known of it only since it was kept."""
    return replace(file, state="omitted", size_bytes=None, sha256=None, reason=None)
