"""Files on their way in: streamed to disk under a limit, looked through, and brought in when the person says so.

A draft lives in the process that took its files; what is stored from it is as durable as everything else.
"""

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import structlog
from starlette.requests import Request

from wasl.domain.errors import Malformed, TooLarge, WaslError
from wasl.domain.ids import ConversationId
from wasl.ports.bus import Bus
from wasl.ports.clock import Clock

log = structlog.get_logger(__name__)

FILES_MAX = 200
"""Files of one draft."""
DRAFTS_MAX = 64
"""Drafts that one process holds."""
DRAFT_MS = 3 * 3_600_000
"""How long a draft waits for its person."""
HOST_DRAFTS_MAX = 8
"""Drafts that one network address may hold, however many visitors it claims to be."""
EMPTY_MS = 120_000
"""After which a draft without a file makes room for another visitor's, where there is no room left."""
ALL_BYTES_FACTOR = 4
"""All drafts together may hold so many times what one may."""
FREE_BYTES_MIN = 1 << 30
"""Left on the disk for the store, whatever visitors bring."""
WRITE_BYTES = 1 << 20
ENDING = frozenset({"preview", "report", "failed"})
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')


class Step(NamedTuple):
    """How far a draft has come: "waiting", "progress", then "preview", "report" or "failed"; `detail` is told to the page."""

    kind: str
    detail: Mapping[str, Any] = {}


@dataclass(slots=True, kw_only=True)
class Draft:
    """Files of one visitor and how far they have come."""

    id: str
    handle: str
    owner: ConversationId
    folder: Path
    made_ms: int
    bytes_max: int
    host: str = ""
    bytes_held: int = 0
    """Of the files, and of those that are on their way."""
    taken: int = 0
    arriving: int = 0
    files: list[Path] = field(default_factory=list)
    step: Step = field(default_factory=lambda: Step(kind="waiting"))
    task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Says whether it is being read or stored."""
        return self.task is not None and not self.task.done()

    @property
    def settled(self) -> bool:
        """Says whether it waits for its person and nothing is on its way."""
        return not self.busy and not self.arriving


class Drafts:
    """Every draft of this process; one for each visitor."""

    def __init__(self, *, folder: Path, bus: Bus, clock: Clock, bytes_max: int) -> None:
        self._folder = folder
        self._bus = bus
        self._clock = clock
        self._bytes_max = bytes_max
        self._drafts: dict[str, Draft] = {}
        self._waits: set[asyncio.Task[None]] = set()

    async def make(self, *, handle: str, owner: ConversationId, host: str = "") -> Draft:
        """Makes a draft; the visitor's earlier one is dropped. Raises TooLarge when there are too many."""
        now = self._clock.now_ms()
        for old in [d for d in self._drafts.values() if d.handle == handle or (now - d.made_ms > DRAFT_MS and d.settled)]:
            await self.drop(old)
        if len(self._drafts) >= DRAFTS_MAX:
            for old in [d for d in self._drafts.values() if now - d.made_ms > EMPTY_MS and d.settled and not d.files]:
                await self.drop(old)
        await asyncio.to_thread(_sweep, self._folder, keep=set(self._drafts), before_seconds=(now - DRAFT_MS) / 1000)
        of_host = sum(d.host == host for d in self._drafts.values()) if host else 0
        if len(self._drafts) >= DRAFTS_MAX or of_host >= HOST_DRAFTS_MAX:
            raise TooLarge("too many imports are under way; please try again in a while")
        draft = Draft(id=self._clock.new_id(), handle=handle, owner=owner, folder=Path(), made_ms=now, bytes_max=self._bytes_max, host=host)
        draft.folder = self._folder / draft.id
        await asyncio.to_thread(draft.folder.mkdir, parents=True, exist_ok=True)
        self._drafts[draft.id] = draft
        wait = asyncio.create_task(self._end_in_time(draft))
        self._waits.add(wait)
        wait.add_done_callback(self._waits.discard)
        return draft

    async def _end_in_time(self, draft: Draft) -> None:
        """Drops a draft that its person left, also when nobody else ever makes one."""
        while self._drafts.get(draft.id) is draft:
            await self._clock.sleep(DRAFT_MS / 1000)
            if draft.settled and self._drafts.get(draft.id) is draft:
                await self.drop(draft)

    async def forget(self, owners: Collection[ConversationId]) -> None:
        """Drops the drafts of whoever was erased."""
        for draft in [d for d in self._drafts.values() if d.owner in owners]:
            await self.drop(draft)

    def find(self, draft_id: str, *, handle: str) -> Draft | None:
        """Finds a draft of that visitor."""
        draft = self._drafts.get(draft_id)
        return draft if draft is not None and draft.handle == handle else None

    def open_of(self, handle: str) -> Draft | None:
        """Gives what a visitor's page was closed or loaded anew over: it is being read or stored, or waits for a decision."""
        return next((d for d in self._drafts.values() if d.handle == handle and d.step.kind in ("progress", "preview")), None)

    async def drop(self, draft: Draft) -> None:
        """Forgets a draft and its files; what it stored already stays."""
        self._drafts.pop(draft.id, None)
        if draft.task is not None:
            draft.task.cancel()
            await asyncio.gather(draft.task, return_exceptions=True)
        await asyncio.to_thread(shutil.rmtree, draft.folder, ignore_errors=True)

    async def take(self, draft: Draft, request: Request, *, name: str) -> int:
        """Writes a request's body to disk as it comes. Raises TooLarge before more than the limit is held, Malformed for too many."""
        if draft.taken >= FILES_MAX:
            raise Malformed(f"an import takes at most {FILES_MAX} files; put them into one zip")
        path = draft.folder / str(draft.taken) / clean_name(name)
        # Counted as they come: several files may be on their way at once.
        draft.taken, draft.arriving = draft.taken + 1, draft.arriving + 1
        try:
            size = await self._write(draft, request, path=path)
        finally:
            draft.arriving -= 1
        draft.files.append(path)
        draft.step = Step(kind="waiting")  # what was looked through before was not this
        return size

    async def _write(self, draft: Draft, request: Request, *, path: Path) -> int:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        size = 0
        file = await asyncio.to_thread(path.open, "wb")
        try:
            async for piece in _gathered(request):
                size += len(piece)
                draft.bytes_held += len(piece)
                if draft.bytes_held > draft.bytes_max:
                    raise TooLarge(f"{path.name!r} has more than the {draft.bytes_max} bytes that may be brought at once")
                if sum(d.bytes_held for d in self._drafts.values()) > ALL_BYTES_FACTOR * self._bytes_max:
                    raise TooLarge("too much is being brought by others at the moment; please try again in a while")
                if await asyncio.to_thread(_free_bytes, path) < FREE_BYTES_MIN or self._drafts.get(draft.id) is not draft:
                    raise TooLarge("there is no room for this file now; please try again later")
                await asyncio.to_thread(file.write, piece)
        except BaseException:
            draft.bytes_held -= size
            await asyncio.to_thread(_discard, file, path)
            raise
        await asyncio.to_thread(file.close)
        return size

    def run(self, draft: Draft, work: Callable[[Draft], Coroutine[None, None, Step]]) -> None:
        """Starts what reads or stores the files, and tells whoever watches how it ended."""
        draft.step = Step(kind="progress", detail={"read": 0, "total": draft.bytes_held})
        draft.task = asyncio.create_task(self._follow(draft, work))

    def tell(self, draft: Draft, step: Step) -> None:
        """Tells whoever watches how far it has come."""
        draft.step = step
        self._bus.publish(topic_of(draft))

    async def _follow(self, draft: Draft, work: Callable[[Draft], Coroutine[None, None, Step]]) -> None:
        try:
            self.tell(draft, await work(draft))
        except WaslError as error:
            log.info("an import ended", error=type(error).__name__, message=error.message)
            self.tell(draft, Step(kind="failed", detail={"message": error.message, "error": type(error).__name__.lower()}))
        except OSError as error:
            log.error("an import ended", error=type(error).__name__, message=str(error))
            self.tell(draft, Step(kind="failed", detail={"message": "", "error": "later"}))
        if draft.step.kind == "report":
            await asyncio.to_thread(shutil.rmtree, draft.folder, ignore_errors=True)


def topic_of(draft: Draft) -> str:
    """Names the topic on which a draft's steps are told."""
    return f"draft/{draft.id}"


def clean_name(name: str) -> str:
    """Gives the last piece of a name, fit for a file of ours."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    encoded = last.encode("utf-8", "ignore")
    if len(encoded) > 200:
        stem, dot, suffix = last.rpartition(".")
        kept = (stem or last).encode("utf-8", "ignore")[:180].decode("utf-8", "ignore")
        return f"{kept}{dot}{suffix[:16]}" if dot else kept
    return encoded.decode() or "file"


async def _gathered(request: Request) -> AsyncIterator[bytes]:
    """Gathers a body into pieces worth a write of their own."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) >= WRITE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _sweep(folder: Path, *, keep: set[str], before_seconds: float) -> None:
    """Removes what a process that ended left behind."""
    for left in folder.iterdir() if folder.is_dir() else ():
        if left.name not in keep and left.stat().st_mtime < before_seconds:
            shutil.rmtree(left, ignore_errors=True)


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path.parent).free


def _discard(file: BinaryIO, path: Path) -> None:
    file.close()
    with contextlib.suppress(OSError):
        path.unlink()


def answers_of(body: Mapping[str, object]) -> dict[str, str]:
    """Reads the answers to questions: short words by short ids."""
    given = body.get("answers")
    if not isinstance(given, dict):
        return {}
    return {k[:200]: v[:200] for k, v in list(given.items())[:500] if isinstance(k, str) and isinstance(v, str)}
