"""Tracks: chats as they are compared with each other, in small arrays: what is held, and a newer reading."""

from array import array
from typing import Final

from wasl.domain.archive import Entry, File, fingerprint, words_print

NO_TIME: Final = -(1 << 62)
"""Of an entry whose time nobody knows."""


class Track:
    """A chat as it is compared: of each entry the minute, its fingerprint, a print of its words, its author."""

    def __init__(self) -> None:
        self.minutes = array("q")
        self.keys = array("Q")
        self.words = array("Q")
        self.authors = array("I")
        self.rich = bytearray()
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, entry: Entry) -> None:
        """Adds an entry."""
        name = entry.author or ""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        self.minutes.append(minute_of(entry))
        self.keys.append(int.from_bytes(fingerprint(entry)[:8], "big"))
        self.words.append(int.from_bytes(words_print(entry), "big"))
        self.authors.append(number)
        self.rich.append(is_rich(entry))


class HeldTrack:
    """What is held of a chat, by seq."""

    def __init__(self) -> None:
        self.seqs = array("q")
        self.minutes = array("q")
        self.keys = array("Q")
        self.words = array("Q")
        self.first_minute, self.last_minute = -NO_TIME, NO_TIME

    def __len__(self) -> int:
        return len(self.seqs)

    def take(self, *, seq: int, minute: int | None, fingerprint: bytes, words: bytes) -> None:
        """Adds an entry; they come by seq."""
        self.seqs.append(seq)
        self.minutes.append(NO_TIME if minute is None else minute)
        if minute is not None:
            self.first_minute, self.last_minute = min(self.first_minute, minute), max(self.last_minute, minute)
        self.keys.append(int.from_bytes(fingerprint[:8], "big"))
        self.words.append(int.from_bytes(words, "big"))


def minute_of(entry: Entry) -> int:
    """Gives the minute on the source's clock, by which entries are compared."""
    return NO_TIME if entry.wall_ms is None else entry.wall_ms // 60_000


def is_rich(entry: Entry) -> bool:
    """Says whether an entry has something that an equal one may lack: an edit, a deletion, reactions, a file that is present, or
    that the source at least names."""
    more = entry.more
    return bool(
        more.edited
        or more.deleted
        or more.reactions
        or more.revisions
        or any(isinstance(p, File) and (p.state == "present" or p.source_ref is not None) for p in entry.parts)
    )
