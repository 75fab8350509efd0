"""A bag that came in: its files by what they are, and every digest checked on the way.

BagIt 1.0 (RFC 8493, October 2018): payload manifests are lines of a digest, spaces and a path, in which line ends and % are written
as %0A, %0D and %25. A bag may stand at the root of its container, or in the one folder there.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from wasl.domain.archive import Chat, Participant
from wasl.domain.errors import Malformed
from wasl.domain.records import ImportRecord, PersonRecord
from wasl.domain.work import WorkRecord
from wasl.wire.archive_flow import Batch, Odd, Read
from wasl.wire.archive_json import decoded
from wasl.wire.archive_schema import VERSION
from wasl.wire.archive_work import KINDS, work_file
from wasl.wire.bundle import Bundle

MANIFEST: Final = "data/manifest.json"
DIGESTS: Final = "manifest-sha256.txt"
TAG_DIGESTS: Final = "tagmanifest-sha256.txt"
MARK: Final = "wasl-archive"
MANIFEST_BYTES_MAX: Final = 64 << 20
"""Of data/manifest.json and of a list of digests: some 400,000 files."""
_PIECE_BYTES: Final = 256 << 10
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_LINE: Final = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)\Z", re.DOTALL)
_NUMBERED: Final = re.compile(r"data/messages/(\d{1,9})\.jsonl\Z", re.ASCII)
_COUNTED: Final[Mapping[type, str]] = {
    PersonRecord: "people",
    ImportRecord: "imports",
    Chat: "conversations",
    Participant: "participants",
    WorkRecord: "work",
}


def held_at(sha256: str) -> str:
    """Gives the path of an attachment."""
    return f"data/attachments/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def kept_at(sha256: str) -> str:
    """Gives the path of a kept source."""
    return f"data/raw/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def is_digest(text: str) -> bool:
    """Says whether a text is a SHA-256 in hex, and so may become part of a path."""
    return _DIGEST.match(text) is not None


def is_marked(begin: bytes) -> bool:
    """Says whether a manifest is one of ours, by how it begins."""
    return f'"format":"{MARK}"'.encode() in re.sub(rb"\s+", b"", begin)


class Bag:
    """The files of a bag. What is wrong with them is collected, and told by `odds`."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._places = {member.name: place for place, member in enumerate(bundle.members())}
        self._prefix = _prefix(self._places)
        self._sums: dict[str, Any] = {}
        self._told: dict[str, Any] | None = None
        self._odds: list[Odd] = []
        self._counts: Counter[str] = Counter()
        self.bytes_read = 0

    def has(self, path: str) -> bool:
        """Says whether a file is there."""
        return self._prefix + path in self._places

    def open(self, path: str) -> BinaryIO:
        """Opens a file. Raises KeyError, Malformed."""
        return self._bundle.open(self._prefix + path)

    def opener(self, path: str) -> Callable[[], BinaryIO]:
        """Gives what opens a file."""
        return lambda: self.open(path)

    def place(self, path: str) -> int:
        """Gives the place of a file among the bundle's members."""
        return self._places[self._prefix + path]

    def lines(self, kind: str) -> list[str]:
        """Gives the file of one kind of records, if it is there."""
        path = f"data/{kind}.jsonl"
        return [path] if self.has(path) else []

    def message_files(self) -> list[str]:
        """Gives the files of messages, in order."""
        found = [(int(match[1]), match[0]) for name in self._names() if (match := _NUMBERED.match(name))]
        return [path for _, path in sorted(found)]

    def work_files(self) -> list[str]:
        """Gives the files of the books, in the order in which they are taken in."""
        return [path for path in map(work_file, KINDS) if self.has(path)]

    def told(self) -> dict[str, Any]:
        """Gives what data/manifest.json tells; nothing where it is missing or broken, which is noted."""
        if self._told is None:
            self._told = self._manifest()
        return self._told

    def tap(self, path: str) -> Callable[[bytes], None]:
        """Gives what is to be told every piece of a file that is read."""
        sum_ = self._sums[path] = hashlib.sha256()

        def take(piece: bytes) -> None:
            sum_.update(piece)
            self.bytes_read += len(piece)

        return take

    def unread(self) -> list[str]:
        """Gives the files that nobody has read yet, in the order of the container."""
        return [name for name in self._names() if name not in self._sums and name != TAG_DIGESTS]

    def check(self, path: str) -> Iterator[int]:
        """Reads a file for its digest; gives the sizes of its pieces."""
        take = self.tap(path)
        try:
            stream = self.open(path)
            while piece := stream.read(_PIECE_BYTES):
                take(piece)
                yield len(piece)
        except Malformed as error:
            self._odds.append(Odd("broken", path, error.message))

    def pieces(self, path: str, *, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a file. Raises KeyError, Malformed: at the end too, when they are not what the digest says."""
        stream, sum_ = self.open(path), hashlib.sha256()
        while piece := stream.read(_PIECE_BYTES):
            sum_.update(piece)
            yield piece
        if sum_.hexdigest() != sha256:
            raise Malformed(f"{path!r} in {self._bundle.name!r} is not what its digest says; fetch the archive again")

    def count(self, found: Read) -> None:
        """Counts a record."""
        if isinstance(found, Batch):
            self._counts["messages"] += len(found.entries)
        elif type(found) in _COUNTED:
            self._counts[_COUNTED[type(found)]] += 1

    def odds(self) -> Iterator[Odd]:
        """Tells what differs from the manifests, by name, after everything was read."""
        yield from self._odds
        expected = {**self._digests(DIGESTS), **self._digests(TAG_DIGESTS)}
        if not self.has(DIGESTS):
            yield Odd("no digests", DIGESTS, "the list of digests is missing: the archive is cut off, and nothing in it could be checked")
        else:
            for path, sum_ in self._sums.items():
                if path not in expected:
                    if path != DIGESTS and path.startswith("data/"):
                        yield Odd("not listed", path, "the file is not in the list of digests; somebody added it")
                elif sum_.hexdigest() != expected[path]:
                    yield Odd("differs", path, f"its SHA-256 is {sum_.hexdigest()}, not {expected[path]} as the archive says")
            for path in sorted(expected.keys() - self._sums.keys()):
                yield Odd("missing", path, "the archive lists this file and does not hold it")
        counts = self.told().get("counts")
        for what, number in counts.items() if isinstance(counts, dict) else ():
            if what in ("messages", *_COUNTED.values()) and self._counts[what] != number:
                yield Odd("count", what, f"the archive says {number!r:.20}, and holds {self._counts[what]}")

    def _names(self) -> Iterator[str]:
        return (name[len(self._prefix) :] for name in self._places if name.startswith(self._prefix))

    def _manifest(self) -> dict[str, Any]:
        if not self.has(MANIFEST):
            self._odds.append(Odd("missing", MANIFEST, "what the archive should hold is told nowhere; it may be cut off"))
            return {}
        try:
            value = decoded(self._small(MANIFEST))
        except Malformed as error:
            self._odds.append(Odd("broken", MANIFEST, error.message))
            return {}
        if not isinstance(value, dict):
            self._odds.append(Odd("broken", MANIFEST, f"it is {type(value).__name__}, not an object"))
            return {}
        version = value.get("version")
        if isinstance(version, int) and version > VERSION:
            self._odds.append(Odd("newer", MANIFEST, f"version {version} is newer than {VERSION}; what is not known is kept as it is"))
        return {
            name: value[name]
            for name in ("version", "scope", "title", "generator", "counts", "missing", "made", "work", "drops")
            if name in value
        }

    def _digests(self, path: str) -> dict[str, str]:
        """Reads a list of digests; lines that are none are passed over, and noted."""
        if not self.has(path):
            return {}
        try:
            text = self._small(path).decode("utf-8", "replace")
        except Malformed as error:
            self._odds.append(Odd("broken", path, error.message))
            return {}
        found: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            match = _LINE.match(line)
            if match:
                name = match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
                found[name] = match[1].lower()
            elif line.strip():
                self._odds.append(Odd("broken", f"{path}:{number}", f"{line[:80]!r} is no digest and path"))
        return found

    def _small(self, path: str) -> bytes:
        """Reads a file that must be small. Raises Malformed."""
        stream, held, size = self.open(path), list[bytes](), 0
        while piece := stream.read(_PIECE_BYTES):
            size += len(piece)
            if size > MANIFEST_BYTES_MAX:
                raise Malformed(f"{path!r} has more than {MANIFEST_BYTES_MAX} bytes")
            held.append(piece)
        return b"".join(held)


def _prefix(names: Mapping[str, int]) -> str:
    """Gives the folder in which the bag stands: none, or the only one that has it."""
    if any(name in names for name in ("bagit.txt", MANIFEST, "data/conversations.jsonl")):
        return ""
    for name in names:
        folder, slash, rest = name.partition("/")
        if rest in ("bagit.txt", MANIFEST, "data/conversations.jsonl"):
            return folder + slash
    return ""
