"""What formats that read JSON share: pieces of a walk told as what reading yields; equal troubles told once, not a thousand times."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from wasl.domain.archive import Entry
from wasl.domain.errors import Malformed
from wasl.ports.format import ENTRIES_PER_RUN, SAMPLE_CHARACTERS_MAX, Found, Problem, Progress, Reject, Run
from wasl.wire.bundle import Bundle
from wasl.wire.json_outline import OUTLINE_BYTES, Outline, outline
from wasl.wire.json_source import Broken, Element, Piece, Trouble

EXAMPLES_MAX: Final = 5
KINDS_MAX: Final = 200
"""Kinds of troubles told of one source."""
PROGRESS_BYTES: Final = 4 << 20


class Telling:
    """Collects what is to be told of one member of a bundle: every reject, and each kind of trouble once with its number."""

    def __init__(self, source: int) -> None:
        self.source = source
        self._troubles: dict[str, tuple[int, list[str]]] = {}

    def note(self, kind: str, where: str, detail: str = "") -> None:
        """Counts a trouble that cost no entry."""
        if kind not in self._troubles and len(self._troubles) >= KINDS_MAX:
            kind = "others"
        number, examples = self._troubles.get(kind, (0, []))
        if len(examples) < EXAMPLES_MAX:
            examples.append(f"{where} {detail}".strip()[:SAMPLE_CHARACTERS_MAX])
        self._troubles[kind] = (number + 1, examples)

    def reject(self, where: str, why: str, sample: Any = "") -> Reject:
        """Makes a reject; a sample that is no text is written as it prints."""
        shown = sample if isinstance(sample, str) else repr(sample)[:SAMPLE_CHARACTERS_MAX]
        return Reject(self.source, where, why, shown.encode("utf-8", "replace").decode()[:SAMPLE_CHARACTERS_MAX])

    def piece(self, piece: Piece) -> Iterator[Found]:
        """Tells what is to be told of a piece that is no element, and of one that had to be mended."""
        if isinstance(piece, Broken):
            yield self.reject(piece.pointer or "/", f"{piece.why} (at byte {piece.start}, {piece.length} bytes)", piece.sample)
        elif isinstance(piece, Trouble):
            self.note(piece.kind, f"byte {piece.start}", piece.detail)
        elif isinstance(piece, Element):
            for repair in piece.repairs:
                self.note(repair, piece.pointer)

    def problems(self) -> Iterator[Problem]:
        """Tells each kind of trouble with its number and the first examples."""
        for kind, (number, examples) in self._troubles.items():
            yield Problem(kind, examples[0].partition(" ")[0], f"{number} times: " + "; ".join(examples) if number > 1 else examples[0])
        self._troubles.clear()


class Pacing:
    """Tells progress every few megabytes, over several members."""

    def __init__(self) -> None:
        self._before = 0
        self._told = 0

    def at(self, bytes_read: int) -> Iterator[Progress]:
        """Tells progress within the member that is being read, when it is time."""
        if self._before + bytes_read - self._told >= PROGRESS_BYTES:
            self._told = self._before + bytes_read
            yield Progress(self._told)

    def done(self, size_bytes: int) -> Iterator[Progress]:
        """Tells that a member is read."""
        self._before += size_bytes
        self._told = self._before
        yield Progress(self._before)


def runs(chat: str, entries: Sequence[Entry]) -> Iterator[Run]:
    """Cuts the entries of a chat into runs."""
    return (Run(chat, list(entries[at : at + ENTRIES_PER_RUN])) for at in range(0, len(entries), ENTRIES_PER_RUN))


def look(bundle: Bundle, name: str, *, size_bytes: int = OUTLINE_BYTES) -> Outline:
    """Gives the outline of a member; an empty one when it cannot be opened."""
    stream = opened(bundle, name)
    return outline(stream, size_bytes=size_bytes) if stream else Outline()


def opened(bundle: Bundle, name: str) -> BinaryIO | None:
    """Opens a member, None when it is broken or not there."""
    try:
        return bundle.open(name)
    except (KeyError, Malformed, OSError):
        return None


def readable(values: Sequence[Any]) -> str:
    """Joins what is text among the values, each on its line."""
    return "\n".join(v for v in values if isinstance(v, str) and v)
