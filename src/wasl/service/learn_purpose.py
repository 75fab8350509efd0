"""Learn what the assistant is for: keeps a classifier of the operator's scope, and learns it again when the scope file changes.

Learning takes seconds, so it happens in a process of its own; what was learnt is kept on disk by the versions of the scope and of the
packs, so that the next start only reads it. Without a scope file the headings of the operator's documents stand in: that is enough to
watch, and not enough to refuse anybody.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import msgspec
import structlog

from wasl.domain.errors import SettingWrong, Unavailable
from wasl.domain.prompt import Passage
from wasl.policy.purpose import Classifier, Own, Scope, classifier_version
from wasl.policy.scope_file import EXAMPLE_CHARACTERS_MAX, read_scope
from wasl.policy.shipped import learn_with_shipped, shipped_packs
from wasl.ports.clock import Clock
from wasl.service.patience import Patience

log = structlog.get_logger(__name__)

SCOPE_BYTES_MAX: Final = 8 << 20
RESCAN_SECONDS: Final = 3.0
KEPT_MAX: Final = 8
"""Learnt scopes that stay on disk, the newest."""
STAND_IN_MAX: Final = 400
"""Headings taken from documents, where there is no scope."""
STAND_IN: Final = "documents"
"""What a scope made of documents is called."""

Train = Callable[[Scope], Awaitable[Classifier]]
"""Learns a scope elsewhere. Raises Unavailable when it could not be done there."""


class Documents(Protocol):
    """Whoever reads the operator's documents."""

    def passages(self) -> tuple[Passage, ...]:
        """Gives the pieces of the operator's own documents; none while only the shipped example is read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A scope with what was learnt from it. `own` says that the operator wrote it: only then may anybody be refused by it."""

    scope: Scope
    classifier: Classifier
    own: bool


class LearnPurpose:
    """Keeps the classifier of the scope in force."""

    def __init__(
        self, *, file: Path, kept: Path, clock: Clock, train: Train, documents: Documents | None = None, low: float, high: float
    ) -> None:
        self._file = file
        self._kept = kept
        self._clock = clock
        self._train = train
        self._documents = documents
        self._band = (low, high)
        self._seen: tuple[int, int] | None = None
        self._scope: Scope | None = None
        self._learnt = ""
        self._known: Known | None = None
        self._changed = asyncio.Event()
        self._asked = False
        self.problem = ""
        """What is wrong with the scope file, for the operator; empty when nothing is."""

    @property
    def known(self) -> Known | None:
        """What is known now. Documents stand in for a scope from the first time that somebody asks."""
        self._asked = True
        return self._known

    @property
    def has_scope(self) -> bool:
        """Says whether there is a scope file that could be read, learnt already or not."""
        return self._scope is not None

    async def wait(self, *, seconds: float) -> Known | None:
        """Waits, not long, until something is known, while a scope is being learnt."""
        if self._known is None and self._scope is not None:
            try:
                async with Patience(self._clock, until=self._clock.monotonic() + seconds):
                    await self._changed.wait()
            except TimeoutError:
                log.warning("a scope is still being learnt", scope=self._scope.name)
        return self._known

    async def refresh(self) -> bool:
        """Looks whether the scope changed and learns it then; says whether it did. What cannot be read leaves the last good one."""
        own = await asyncio.to_thread(self._read)
        scope = own if own is not None else self._stand_in() if self._asked else None
        if scope is None or (scope.version == self._learnt and self._known is not None and self._known.own == (own is not None)):
            return False
        classifier = await self._learn(scope)
        low, high = self._band
        self._known = Known(scope=scope, classifier=replace(classifier, low=low, high=high), own=own is not None)
        self._learnt = scope.version
        self._changed.set()
        log.info(
            "purpose known", scope=scope.name, version=scope.version, own=own is not None, kept=classifier.kept, stopped=classifier.stopped
        )
        return True

    async def run(self) -> None:
        """Refreshes every RESCAN_SECONDS, for ever."""
        while True:
            await self.refresh()
            await self._clock.sleep(RESCAN_SECONDS)

    # -- private
    def _read(self) -> Scope | None:
        """Reads the file when it changed; gives the last good scope, None where there never was one or the file is gone."""
        try:
            status = self._file.stat()
        except OSError:
            self._seen, self._scope, self.problem = None, None, ""
            return None
        seen = (status.st_mtime_ns, status.st_size)
        if seen == self._seen:
            return self._scope
        self._seen = seen
        try:
            self._scope = scope_in(self._file)
            self.problem = ""
        except SettingWrong as error:
            self.problem = error.message
            log.warning("the scope file was not taken; the last good one stays in force", problem=error.message)
        return self._scope

    def _stand_in(self) -> Scope | None:
        passages = self._documents.passages() if self._documents is not None else ()
        found: dict[str, Own] = {}
        for passage in passages:
            words = passage.heading.strip()[:EXAMPLE_CHARACTERS_MAX]
            if words and words not in found:
                found[words] = Own(words, passage.source)
            if len(found) >= STAND_IN_MAX:
                break
        return Scope(name=STAND_IN, examples=tuple(found.values())) if found else None

    async def _learn(self, scope: Scope) -> Classifier:
        version = await asyncio.to_thread(_packs_version)
        path = self._kept / f"{scope.version}-{version}.msgpack"
        kept = await asyncio.to_thread(_load, path)
        if kept is not None:
            return kept
        try:
            classifier = await self._train(scope)
        except Unavailable as error:
            log.warning("a scope is learnt beside the work, which slows it down for some seconds", why=error.message)
            classifier = await asyncio.to_thread(learn_with_shipped, scope)
        await asyncio.to_thread(_keep, path, classifier)
        return classifier


def scope_in(file: Path) -> Scope:
    """Reads a scope file. Raises SettingWrong that names what is wrong; a file that is not there is wrong, too."""
    try:
        if file.stat().st_size > SCOPE_BYTES_MAX:
            raise SettingWrong(f"{file} is larger than {SCOPE_BYTES_MAX >> 20} MiB; a scope is a few hundred questions")
        return read_scope(file.read_text(encoding="utf-8-sig"), at=file.name)
    except FileNotFoundError as error:
        raise SettingWrong(f"there is no {file}; make one with `wasl scope init`") from error
    except UnicodeDecodeError as error:
        raise SettingWrong(f"{file} is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise SettingWrong(f"{file} cannot be read ({error.strerror}); mend its rights") from error


def _packs_version() -> str:
    return classifier_version(shipped_packs())


def _load(path: Path) -> Classifier | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Classifier)
    except (OSError, msgspec.MsgspecError):
        return None  # not there, or of another version: it is learnt anew


def _keep(path: Path, classifier: Classifier) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        begun = path.with_suffix(f".{os.getpid()}.part")
        begun.write_bytes(msgspec.msgpack.encode(classifier))
        begun.replace(path)
        newest = sorted(path.parent.glob("*.msgpack"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in newest[KEPT_MAX:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("what was learnt could not be kept; the next start learns it again", why=error.strerror)
