"""How a reader of a format tells of what it finds: people before their words, entries in runs, broken pieces by their place.

Shared by the formats, which do not know each other.
"""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from wasl.domain.archive import Chat, Entry, File, FileRole, Handle, Name, Participant, ParticipantRole
from wasl.domain.errors import Malformed
from wasl.ports.format import ENTRIES_PER_RUN, SAMPLE_CHARACTERS_MAX, Found, Problem, Reject, Run, is_omitted
from wasl.wire.bundle import Bundle
from wasl.wire.json_stream import Broken, Closed, Element, Opened, Trouble, walk
from wasl.wire.plural import so_many

PEOPLE_MAX = 100_000
"""In one chat; those who come after are known by their key alone."""
SKIP_BYTES = 1 << 20
"""Passed over at once."""


class Telling:
    """One chat while it is read. Whatever a method gives back is to be yielded at once."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.entries = 0
        self._told: Chat | None = None
        self._people: dict[str, Participant] = {}
        self._waiting: dict[str, Participant] = {}
        self._run: list[Entry] = []

    def somebody(
        self,
        key: str,
        *,
        name: str | None = None,
        handles: Iterable[Handle] = (),
        role: ParticipantRole | None = None,
        is_self: bool | None = None,
        name_source: str = "",
    ) -> str:
        """Notes somebody, or what is newly known of them: another name is added behind the ones before. Gives the key."""
        old = self._people.get(key)
        if old is not None and (name is None or any(name == known.text for known in old.names)) and role is None and is_self is None:
            return key
        new = old or Participant(chat=self.chat.key, key=key)
        names = new.names if name is None or any(name == known.text for known in new.names) else (*new.names, Name(name, name_source))
        more = tuple(handle for handle in handles if handle not in new.handles)
        new = replace(
            new,
            names=names,
            handles=(*new.handles, *more),
            role=role or new.role,
            is_self=new.is_self if is_self is None else is_self,
        )
        if new != old:
            if len(self._people) < PEOPLE_MAX:
                self._people[key] = new
            self._waiting[key] = new
        return key

    def knows(self, key: str) -> bool:
        """Says whether somebody has been noted."""
        return key in self._people

    def add(self, entry: Entry) -> Iterator[Found]:
        """Adds an entry; gives a run when one is full."""
        self._run.append(entry)
        self.entries += 1
        return self.rest() if len(self._run) >= ENTRIES_PER_RUN else iter(())

    def rest(self) -> Iterator[Found]:
        """Gives the chat where it has not been told as it is now, whoever is new, and the entries that wait."""
        if self.chat != self._told:
            self._told = self.chat
            yield self.chat
        people, self._waiting = self._waiting, {}
        yield from people.values()
        run, self._run = self._run, []
        if run:
            yield Run(self.chat.key, run)


class Mended:
    """Counts what was mended in a source, to be told once at the end."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, element: Element, *, where: str) -> None:
        """Counts the repairs of one element."""
        for kind in element.repairs:
            self._counts[kind, where] += 1

    def problems(self) -> Iterator[Problem]:
        """Tells them."""
        for (kind, where), number in sorted(self._counts.items()):
            yield Problem(kind, where, f"mended in {so_many(number, 'record')}")


def refused(piece: Broken | Element, *, source: int, why: str | None = None) -> Reject:
    """Makes the Reject of a piece of JSON that is broken, or that is not what should stand there."""
    if isinstance(piece, Broken):
        return Reject(source, piece.pointer, why or piece.why, piece.sample[:SAMPLE_CHARACTERS_MAX])
    shown = repr(piece.value) if isinstance(piece.value, str | int | float | bool | None) else type(piece.value).__name__
    return Reject(source, piece.pointer, why or "this is not what should stand here", shown[:SAMPLE_CHARACTERS_MAX])


def troubled(piece: Trouble, *, where: str) -> Problem:
    """Makes the Problem of a trouble of the stream."""
    return Problem(piece.kind, f"{where} at byte {piece.start}", piece.detail)


def opened(bundle: Bundle, name: str, *, source: int) -> BinaryIO | Reject:
    """Opens a member; a Reject where it cannot be opened."""
    try:
        return bundle.open(name)
    except Malformed as error:
        return Reject(source, name, error.message)


def records(
    bundle: Bundle, name: str, *, source: int, into: Sequence[str] = ("",)
) -> Iterator[Element | Opened | Closed | Reject | Problem]:
    """Walks the JSON of a member: what is broken comes as a Reject, what was mended as a Problem at the end."""
    stream = opened(bundle, name, source=source)
    if isinstance(stream, Reject):
        yield stream
        return
    mended = Mended()
    with stream:
        for piece in walk(stream, into):
            if isinstance(piece, Broken):
                yield refused(piece, source=source)
            elif isinstance(piece, Trouble):
                yield troubled(piece, where=name)
            else:
                if isinstance(piece, Element) and piece.repairs:
                    mended.note(piece, where=name)
                yield piece
    yield from mended.problems()


def from_offset(bundle: Bundle, name: str, *, offset: int, number: int) -> Iterator[Element]:
    """Reads so many values of a list again, from the place where the first of them begins."""
    if number < 1:
        return
    try:
        with bundle.open(name) as stream:
            left = offset
            while left > 0 and (piece := stream.read(min(left, SKIP_BYTES))):
                left -= len(piece)
            for found in walk(_InList(stream)):  # type: ignore[arg-type]  # a raw reader is enough
                if isinstance(found, Element):
                    yield found
                    number -= 1
                    if number < 1:
                        return
    except Malformed:
        return


class _InList(io.RawIOBase):
    """The rest of a stream as if a list began here."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begun = False

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer with a bracket, then with the stream."""
        piece = self._stream.read(len(buffer)) if self._begun else b"["
        self._begun = True
        buffer[: len(piece)] = piece
        return len(piece)


def head(bundle: Bundle, name: str, *, size_bytes: int = 64 << 10) -> bytes:
    """Reads the beginning of a member, to recognise it by; nothing where it cannot be read."""
    pieces: list[bytes] = []
    left = size_bytes
    try:
        with bundle.open(name) as stream:
            while left > 0 and (piece := stream.read(left)):
                pieces.append(piece)
                left -= len(piece)
    except (Malformed, KeyError):
        pass
    return b"".join(pieces)


class Beside:
    """The files that lie in a bundle beside the records, to find those that the records name."""

    def __init__(self, bundle: Bundle) -> None:
        self._sizes = {member.name: member.size_bytes for member in bundle.members()}

    def file(self, path: str, *, role: FileRole, base: str = "", root: str = "", omitted: str = "it was not exported", **told: Any) -> File:
        """Makes the File of a path as the record writes it, looked for beside `base` (a member) and under `root` (a folder).

        A sentence in place of a path is a file that was left out; a path that leads outside is refused.
        """
        if is_omitted(path):
            return File(role=role, state="omitted", reason=path.strip("()"), **told)
        clean = path.replace("\\", "/").removeprefix("./")
        if clean.startswith("/") or ".." in clean.split("/") or "\x00" in clean:
            return File(role=role, state="refused", reason="its path leads outside the export", source_ref=path, **told)
        folder = base.rpartition("/")[0]
        for place in (f"{folder}/{clean}" if folder else clean, f"{root}{clean}", clean):
            if place in self._sizes:
                told.setdefault("size_bytes", self._sizes[place])
                told.setdefault("name", clean.rpartition("/")[2])
                return File(role=role, state="present", member=place, source_ref=path, **told)
        told.setdefault("name", clean.rpartition("/")[2] or None)
        return File(role=role, state="missing", reason=omitted, source_ref=path, **told)
