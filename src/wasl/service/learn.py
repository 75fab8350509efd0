"""Learn: reads the operator's documents into an index, and again whenever they change.

Reading and indexing happen in a thread; a search uses the index that is there. A document that cannot be read is named with
what to do, and never keeps the others from being read.
"""

import asyncio
import codecs
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from wasl import knowledge
from wasl.domain.errors import Malformed
from wasl.domain.prompt import Passage
from wasl.knowledge.chunk import SUFFIXES, chunk
from wasl.knowledge.rank import Index
from wasl.ports.clock import Clock

log = structlog.get_logger(__name__)

DOCUMENT_BYTES_MAX: Final = 4 << 20
FOLDER_BYTES_MAX: Final = 32 << 20
DOCUMENTS_MAX: Final = 2_000
PASSAGES_MAX: Final = 50_000
RESCAN_SECONDS: Final = 3.0
SYNONYMS: Final = "synonyms.txt"
"""A file of this name in the folder is no document: each of its lines is `word: other word, another word`."""
EXAMPLE: Final = Path(next(iter(knowledge.__path__))) / "example"
"""An invented business to try Wasl with; never mix it into a real one's answers (see `Settings.on_trial`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What is known now. `problems` are sentences for the operator; `example` says that the shipped business is used."""

    folder: Path
    documents: int
    passages: int
    problems: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One file as the folder's listing shows it. A change of any of these means that it is read again."""

    path: Path
    name: str
    modified_ns: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    learned: Learned
    index: Index
    seen: tuple[_Seen, ...]


class Learn:
    """Keeps an index of the documents in `folder`; of those in `example`, when one is given, while `folder` has no file."""

    def __init__(self, *, folder: Path, clock: Clock, example: Path | None = None) -> None:
        self._folder = folder
        self._example = example
        self._clock = clock
        self._now: _Read | None = None

    @property
    def learned(self) -> Learned:
        """What is known now; nothing before the first `refresh`."""
        return self._now.learned if self._now else Learned(folder=self._folder, documents=0, passages=0)

    def search(self, question: str, limit: int, language: str) -> Sequence[Passage]:
        """Gives up to `limit` passages that may answer, best first, with scores from 0 to 1."""
        return self._now.index.search(question, limit=limit, language=language) if self._now else ()

    def passages(self) -> tuple[Passage, ...]:
        """Gives the pieces of the operator's own documents; none while only the shipped example is read."""
        return () if self._now is None or self._now.learned.example else tuple(self._now.index.passages)

    async def refresh(self) -> bool:
        """Looks whether anything changed and, if so, reads it all again; says whether it did."""
        before = self._now
        now = await asyncio.to_thread(_read, self._folder, self._example, before)
        if now is before:
            return False
        self._now = now
        learned = now.learned
        log.info("documents read", documents=learned.documents, passages=learned.passages, example=learned.example)
        for problem in learned.problems if before is None or before.learned.problems != learned.problems else ():
            log.warning("a document was not read", problem=problem)
        return True

    async def run(self) -> None:
        """Refreshes every RESCAN_SECONDS, for ever."""
        while True:
            await self.refresh()
            await self._clock.sleep(RESCAN_SECONDS)


def _read(folder: Path, example: Path | None, before: _Read | None) -> _Read:
    """Reads the folder, or the example where the folder has no file. Gives `before` back when nothing changed."""
    problems: list[str] = []
    seen = tuple(_listed(folder, problems))
    if before is not None and before.seen == seen:
        return before
    passages, synonyms, documents = _passages(seen, problems)
    if not seen and example is not None:
        shipped, _, documents = _passages(tuple(_listed(example, problems)), problems)
        learned = Learned(folder=example, documents=documents, passages=len(shipped), problems=tuple(problems), example=True)
        return _Read(learned=learned, index=Index(shipped), seen=seen)
    learned = Learned(folder=folder, documents=documents, passages=len(passages), problems=tuple(problems))
    return _Read(learned=learned, index=Index(passages, synonyms=synonyms), seen=seen)


def _listed(folder: Path, problems: list[str]) -> Iterator[_Seen]:
    """Walks the files in a stable order. Hidden ones, and those whose name begins with "_", are passed over."""
    count = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            if name.startswith((".", "_")):
                continue
            count += 1
            if count > DOCUMENTS_MAX:
                problems.append(f"there are more than {DOCUMENTS_MAX} files in {folder.name!r}; the rest was not read: join some of them")
                return
            path = Path(place) / name
            try:
                status = path.stat()
            except OSError as error:
                problems.append(f"{name!r} cannot be read ({error.strerror}); mend its rights or remove it")
                continue
            yield _Seen(path=path, name=path.relative_to(folder).as_posix(), modified_ns=status.st_mtime_ns, size_bytes=status.st_size)


def _passages(seen: Sequence[_Seen], problems: list[str]) -> tuple[list[Passage], Mapping[str, Sequence[str]], int]:
    passages: list[Passage] = []
    synonyms: dict[str, list[str]] = {}
    documents, room = 0, FOLDER_BYTES_MAX
    for file in seen:
        try:
            text = _text(file, room=room)
            room -= file.size_bytes
            if file.name == SYNONYMS:
                synonyms.update(_synonyms(text))
                continue
            if not text.strip("\ufeff \t\r\n"):
                raise Malformed(f"{file.name!r} is empty; write into it or remove it")
            found = chunk(text, source=file.name)
        except Malformed as error:
            problems.append(error.message)
            continue
        if len(passages) + len(found) > PASSAGES_MAX:
            problems.append(f"{file.name!r} was not read: there are more than {PASSAGES_MAX} passages already; leave some documents out")
            continue
        documents += bool(found)
        passages += found
    return passages, synonyms, documents


def _text(file: _Seen, *, room: int) -> str:
    """Reads one file. Raises Malformed that names the file and what to do."""
    if file.path.suffix.lower() not in SUFFIXES:
        raise Malformed(f"{file.name!r} was not read: only {', '.join(SUFFIXES)} can be read; save it as one of these")
    if file.size_bytes > DOCUMENT_BYTES_MAX:
        raise Malformed(f"{file.name!r} was not read: it is larger than {DOCUMENT_BYTES_MAX >> 20} MiB; split it")
    if file.size_bytes > room:
        raise Malformed(f"{file.name!r} was not read: all documents together are larger than {FOLDER_BYTES_MAX >> 20} MiB")
    try:
        with file.path.open("rb") as opened:
            data = opened.read(DOCUMENT_BYTES_MAX + 1)
    except OSError as error:
        raise Malformed(f"{file.name!r} cannot be read ({error.strerror}); mend its rights or remove it") from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", name=file.name)
    if b"\x00" in data:
        raise Malformed(f"{file.name!r} was not read: it is not text; save it as .md or .txt")
    return _decoded(data, "utf-8", name=file.name)


def _decoded(data: bytes, encoding: str, *, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Malformed(f"{name!r} was not read: line {line} is not {encoding.upper()}; save the file again as UTF-8") from error


def _synonyms(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.removeprefix("\ufeff").splitlines():
        name, colon, listed = line.partition("#")[0].partition(":")
        if colon and name.strip():
            yield name.strip(), [word.strip() for word in listed.replace("،", ",").split(",") if word.strip()]
