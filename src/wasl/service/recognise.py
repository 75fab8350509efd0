"""Recognise: opens what somebody gave us and finds the format that reads it."""

import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from wasl.domain.errors import Malformed, TooLarge
from wasl.ports.format import Format, Guess, Reads
from wasl.wire.bundle import FOR_ANYBODY, FOR_OPERATORS, Bundle, ManyBundle, Member, Room, open_bundle

CONFIDENCE_MIN = 0.05
"""A guess below it counts as none."""
TIE = 0.02
"""Two guesses nearer to each other than this cannot be told apart."""


@contextmanager
def opened(paths: Sequence[Path], *, by_operator: bool = False) -> Iterator[Bundle]:
    """Opens one file, one folder, or several files as one bundle; closes everything at the end. What an operator names on their own
    machine may hold more files than what anybody brings.

    A folder is walked without following links. Raises Malformed for nothing to read, TooLarge, and what `open_bundle` raises.
    """
    room = FOR_OPERATORS if by_operator else FOR_ANYBODY
    with ExitStack() as stack:
        if len(paths) == 1 and not paths[0].is_dir():
            path = paths[0]
            file = stack.enter_context(path.open("rb"))
            yield open_bundle(path.name, file, size_bytes=path.stat().st_size, room=room)
            return
        files = [found for path in paths for found in _files(path, below=path if path.is_dir() else path.parent, room=room)]
        if not files:
            raise Malformed(f"there is no file in {str(paths[0])!r}" if paths else "no file was named")
        yield ManyBundle(paths[0].name, [(member, _opener(path)) for member, path in files])


def recognise(bundle: Bundle, formats: Mapping[str, Format], *, kind: str | None = None) -> tuple[Reads, Guess]:
    """Finds the format that reads the bundle best, or takes the one that was named.

    Raises Malformed, naming the formats there are, when none or more than one does.
    """
    readers = {name: f for name, f in formats.items() if isinstance(f, Reads)}
    if kind is not None:
        if kind not in readers:
            raise Malformed(f"there is no format {kind!r} that can be read; there are: {', '.join(sorted(readers))}")
        return readers[kind], Guess(confidence=1.0, why="named")
    guesses = [(guess, reader) for reader in readers.values() if (guess := reader.sniff(bundle)) and guess.confidence >= CONFIDENCE_MIN]
    if not guesses:
        raise Malformed(
            f"{bundle.name!r} is of no format that is known here; name one if you know better: {', '.join(sorted(readers)) or 'none'}"
        )
    guesses.sort(key=lambda pair: (-pair[0].confidence, pair[1].kind))
    best, reader = guesses[0]
    alike = [r.kind for guess, r in guesses if best.confidence - guess.confidence < TIE]
    if len(alike) > 1:
        raise Malformed(f"{bundle.name!r} could be of several formats ({', '.join(alike)}); name the one it is")
    return reader, best


def _files(path: Path, *, below: Path, room: Room) -> Iterator[tuple[Member, Path]]:
    if not path.is_dir():
        yield Member(name=path.name, size_bytes=path.stat().st_size), path
        return
    for number, found in enumerate(sorted(path.rglob("*"))):
        if number > room.files_max:
            raise TooLarge(f"{path.name!r} holds more than {room.files_max} files; name a folder further in")
        if stat.S_ISREG(found.lstat().st_mode):
            yield Member(name=found.relative_to(below).as_posix(), size_bytes=found.lstat().st_size), found


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")
