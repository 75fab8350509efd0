"""A small Wasl for tests of what brings conversations in and takes them out: stores in memory, a plain format, a vault of bytes."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from wasl.domain.archive import Chat, Entry, File, More, Participant
from wasl.domain.errors import Malformed
from wasl.domain.event import Arrival
from wasl.domain.ids import ConversationId
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.net.blobs import FolderBlobs
from wasl.ports.format import Choices, Found, Gap, Guess, Progress, Question, Reject, Run, Shape
from wasl.ports.store import Accepted, Incoming
from wasl.service.bring import Bring
from wasl.store.memory import MemoryStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.wire.bundle import Bundle, open_bundle


class Lines:
    """Minutes, author and words in a text, parted by bars; a third bar says (edited), (deleted) or names a file."""

    kind = "lines"
    title = "Lines"

    def sniff(self, bundle: Bundle) -> Guess | None:
        return Guess(confidence=0.9, why="name") if any(m.name.endswith(".lines.txt") for m in bundle.members()) else None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        yield Shape("lines", 1.0, {"zone": choices.zone})
        members = {m.name: place for place, m in enumerate(bundle.members())}
        for name in [n for n in members if n.endswith(".lines.txt")]:
            key = name.removesuffix(".lines.txt")
            yield Chat(key=key, kind="direct", origin="Lines", title=key, source=members[name])
            yield Question(f"self:{key}", (("Ann", "Ann"), ("Bob", "Bob")), None, "the file does not say")
            yield from self._chat(bundle, name, key, members)

    def _chat(self, bundle: Bundle, name: str, key: str, members: Mapping[str, int]) -> Iterator[Found]:
        at, run, people = 0, list[Entry](), set[str]()
        with bundle.open(name) as file:
            for number, line in enumerate(file):
                start, at = at, at + len(line)
                cells = line.decode().strip().split("|")
                if cells == [""]:
                    yield Gap(members[name], start, len(line), "empty")
                elif len(cells) < 3 or not cells[0].isdigit():
                    yield Reject(members[name], f"line {number + 1}", "it is no line", line.decode()[:50], start, len(line))
                else:
                    if cells[1] not in people:
                        people.add(cells[1])
                        yield Participant(chat=key, key=cells[1])
                    run.append(self._entry(cells, members, source=members[name], start=start, length=len(line)))
                if len(run) == 10:
                    yield Run(key, run)
                    yield Progress(at)
                    run = []
        yield Run(key, run)
        yield Progress(at)

    def _entry(self, cells: list[str], members: Mapping[str, int], *, source: int, start: int, length: int) -> Entry:
        mark = cells[3] if len(cells) > 3 else ""
        parts = ()
        if mark.endswith(".jpg"):
            parts = (File(role="photo", state="present" if mark in members else "omitted", name=mark, member=mark),)
        more = More(edited=mark == "edited", deleted=mark == "deleted")
        wall = int(cells[0]) * 60_000
        return Entry(cells[1], "user", cells[2], wall, None, "min", None, parts, more, source, start, length)


class MemoryVault:
    """Bytes in a dictionary, by key and hash."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, bytes]] = {}

    def open_key(self, name: str) -> None:
        self.kept.setdefault(name, {})

    def keep(self, name: str, source: BinaryIO) -> tuple[str, int]:
        data = source.read()
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[name][sha256] = data
        return sha256, len(data)

    def read(self, name: str, sha256: str) -> Iterator[bytes]:
        data = self.kept[name][sha256]
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Malformed("the kept bytes are not what they were")
        return iter((data,))

    def rewrite(self, name: str, sha256: str, *, without: list[tuple[int, int]]) -> tuple[str, int]:
        data = bytearray(self.kept[name].pop(sha256))
        for start, length in without:
            data[start : start + length] = b" " * length
        return self.keep(name, io.BytesIO(bytes(data)))

    def destroy(self, name: str) -> None:
        self.kept.pop(name, None)


@dataclass(kw_only=True)
class House:
    """Everything beside each other."""

    store: MemoryStore | SqliteStore
    blobs: FolderBlobs
    clock: TestClock = field(default_factory=TestClock)
    vault: MemoryVault = field(default_factory=MemoryVault)

    async def person(self, name: str) -> ConversationId:
        """Gives the conversation of somebody who has written once."""
        key = AddressKey(channel="letters", scope="us", handle=name, kind="account")
        arrival = Arrival(key=f"hello {name}", address=key, parts=(Text(text="hello"),), sent_at_ms=1, native_id=name, wants_answer=False)
        outcomes = await self.store.receive(Incoming(channel="letters", raw=b"", received_at_ms=self.clock.now_ms(), events=[arrival]))
        assert isinstance(outcomes[0], Accepted)
        return outcomes[0].conversation_id

    def bring(self, **formats: object) -> Bring:
        return Bring(
            library=self.store.library,
            people=self.store.people,
            vault=self.vault,
            blobs=self.blobs,
            clock=self.clock,
            formats={"lines": Lines(), **formats},  # type: ignore[dict-item]
        )


def zipped(name: str, files: Mapping[str, str | bytes]) -> Bundle:
    """Packs files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for member, content in files.items():
            made.writestr(member, content)
    data.seek(0)
    return open_bundle(name, data, size_bytes=len(data.getvalue()))


def texted(text: str, *, name: str = "Ann.lines.txt") -> Bundle:
    """Makes a bundle of one text."""
    return open_bundle(name, io.BytesIO(text.encode()), size_bytes=len(text.encode()))
