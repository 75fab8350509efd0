"""Take out: everything can leave, in any format that is written, to a file or to whoever downloads it."""

import asyncio
import hashlib
import io
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

from wasl.domain.errors import CutShort, Malformed, Throttled
from wasl.domain.identity import AuditRecord, By
from wasl.domain.ids import ConversationId, PersonId
from wasl.ports.blobs import Blobs
from wasl.ports.clock import Clock
from wasl.ports.format import Format, Order, Shelf, Writes, Wrote
from wasl.ports.library import Library
from wasl.ports.people import People
from wasl.ports.store import Store, Token
from wasl.ports.vault import Vault
from wasl.ports.works import Works
from wasl.service.mask import MaskedShelf
from wasl.service.shelf import Leaving, StoreShelf

LINK_KIND: Final = "export"
LINK_MS: Final = 24 * 3_600_000
"""How long a link to an export may be used, once."""
LINKS_PER_DAY: Final = 5
"""Links that one person is given in a day."""
PIECES_WAITING: Final = 16
"""Pieces of a download that are written ahead of whoever reads them."""
PIECE_BYTES: Final = 64 << 10

ACT: Final = "export"
LINK_ACT: Final = "export link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asked for: what is to leave, in which format, how."""

    leaving: Leaving
    format: str
    order: Order
    by: By = "operator"
    person: PersonId | None = None
    home: ConversationId | None = None
    """The conversation from which a person asked: whoever it belongs to by now is the only one who may be given."""


class _Download(io.RawIOBase):
    """A file that hands what is written to it over to the loop, and waits while the reader is behind."""

    def __init__(self, loop: asyncio.AbstractEventLoop, queue: "asyncio.Queue[bytes]") -> None:
        self._loop = loop
        self._queue = queue

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        if piece:
            asyncio.run_coroutine_threadsafe(self._queue.put(piece), self._loop).result()
        return len(piece)


class TakeOut:
    """Exports. `retention_days` is told in people's records: how long words of each channel are kept; `works` are the books that leave
    with an archive."""

    def __init__(
        self,
        *,
        store: Store,
        library: Library,
        people: People,
        vault: Vault,
        blobs: Blobs,
        clock: Clock,
        formats: Mapping[str, Format],
        retention_days: Mapping[str, int] | None = None,
        works: Works | None = None,
    ) -> None:
        self._store = store
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs
        self._clock = clock
        self._formats = formats
        self._retention = dict(retention_days or {})
        self._works = works

    def writer(self, kind: str) -> Writes:
        """Gives the format of a kind. Raises Malformed, naming those that are written."""
        found = self._formats.get(kind)
        if not isinstance(found, Writes):
            known = ", ".join(sorted(k for k, f in self._formats.items() if isinstance(f, Writes)))
            raise Malformed(f"there is no format {kind!r} that can be written; there are: {known or 'none'}")
        return found

    async def run(self, wanted: Wanted, out: BinaryIO, *, told: Callable[[int], None] | None = None) -> Wrote:
        """Writes everything to `out`, and notes it in the audit log. `told` hears how many bytes have been read."""
        writer = self.writer(wanted.format)
        held = self.shelf(wanted.leaving)
        shelf: Shelf = MaskedShelf(held, language=wanted.order.language) if wanted.order.mask_others else held

        def write() -> Wrote:
            for step in writer.write(shelf, wanted.order, out):
                if isinstance(step, Wrote):
                    return step
                if told is not None:
                    told(step.bytes_read)
            raise CutShort(f"the format {wanted.format!r} ended without saying what it wrote; the file is not whole")

        wrote = await asyncio.to_thread(write)
        await self._note(wanted, wrote)
        return wrote

    def shelf(self, leaving: Leaving) -> StoreShelf:
        """Gives what is to leave as writers read it; to be called on the loop, used in a thread."""
        return StoreShelf(
            loop=asyncio.get_running_loop(),
            library=self._library,
            people=self._people,
            vault=self._vault,
            blobs=self._blobs,
            leaving=leaving,
            retention_days=self._retention,
            works=self._works,
        )

    async def stream(self, wanted: Wanted) -> AsyncIterator[bytes]:
        """Walks the export while it is written, never more than a few pieces ahead of the reader. What breaks it, breaks the walk."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=PIECES_WAITING)
        out = io.BufferedWriter(_Download(asyncio.get_running_loop(), queue), PIECE_BYTES)

        async def work() -> None:
            try:
                await self.run(wanted, out)
                await asyncio.to_thread(out.flush)
            finally:
                await queue.put(b"")

        task = asyncio.create_task(work())
        try:
            while piece := await queue.get():
                yield piece
            await task
        finally:
            # Whoever went away must not leave a thread waiting for ever: what it still writes is thrown away.
            while not task.done():
                while not queue.empty():
                    queue.get_nowait()
                await asyncio.wait([task], timeout=0.01)

    # -- links
    async def make_link(self, wanted: Wanted) -> str:
        """Makes the text of a link that can be used once within a day. Raises Throttled when a person asked too often."""
        self.writer(wanted.format)
        now = self._clock.now_ms()
        if wanted.person is not None:
            made = await self._people.audit(person_id=wanted.person, limit=100)
            recent = [r.at_ms for r in made if r.act == LINK_ACT and r.at_ms > now - LINK_MS]
            if len(recent) >= LINKS_PER_DAY:
                wait = (min(recent) + LINK_MS - now) / 1000
                raise Throttled(f"{LINKS_PER_DAY} exports in a day are the most; try again later", seconds=wait)
        text = secrets.token_urlsafe(32)
        token = Token(
            kind=LINK_KIND,
            sha256=_hash(text),
            label=wanted.format,
            created_ms=now,
            expires_ms=now + LINK_MS,
            payload=_payload(wanted),
        )
        await self._store.put_token(token)
        if wanted.person is not None:
            await self._people.note(self._record(wanted, act=LINK_ACT, detail={"format": wanted.format}))
        return text

    async def take_link(self, text: str) -> Wanted | None:
        """Uses a link up and gives what it was made for; None when it is used, too old, not ours, or whoever asked is
        somebody else by now."""
        token = await self._store.take_token(kind=LINK_KIND, sha256=_hash(text), now_ms=self._clock.now_ms())
        wanted = None if token is None else _wanted(token.payload)
        if wanted is not None and wanted.home is not None and await self._people.person_of(wanted.home) != wanted.person:
            return None  # a link ended since: the person's words are somebody else's now
        return wanted

    # -- private
    async def _note(self, wanted: Wanted, wrote: Wrote) -> None:
        people = [wanted.person] if wanted.person else list(wanted.leaving.people or ())
        detail = {"format": wanted.format, "scope": wanted.leaving.scope, "counts": dict(wrote.counts)}
        for person in people:
            await self._people.note(self._record(replace(wanted, person=person), act=ACT, detail=detail))

    def _record(self, wanted: Wanted, *, act: str, detail: Mapping[str, Any]) -> AuditRecord:
        assert wanted.person is not None
        return AuditRecord(
            id=self._clock.new_id(), at_ms=self._clock.now_ms(), by=wanted.by, act=act, person_id=wanted.person, detail=detail
        )


def _payload(wanted: Wanted) -> Mapping[str, Any]:
    leaving, order = wanted.leaving, wanted.order
    return {
        "scope": leaving.scope,
        "people": leaving.people,
        "channel": leaving.channel,
        "chats": leaving.chats,
        "format": wanted.format,
        "language": order.language,
        "title": order.title,
        "mask_others": order.mask_others,
        "eastern_digits": order.eastern_digits,
        "by": wanted.by,
        "person": wanted.person,
        "home": wanted.home,
    }


def _wanted(payload: Mapping[str, Any]) -> Wanted:
    """Reads what a link was made for; what it does not say is an archive of everything of its person."""
    person = payload.get("person")

    def several(name: str) -> tuple[Any, ...] | None:
        found = payload.get(name)
        return None if found is None else tuple(found)

    people = several("people")
    if people is None and payload["scope"] == "person" and person:
        people = (person,)
    leaving = Leaving(scope=payload["scope"], people=people, channel=payload.get("channel"), chats=several("chats"))
    order = Order(
        scope=payload["scope"],
        language=payload.get("language", "en"),
        title=payload.get("title", ""),
        mask_others=payload.get("mask_others", False),
        eastern_digits=payload.get("eastern_digits", False),
    )
    format_, by = payload.get("format", "archive"), payload.get("by", "person")
    return Wanted(leaving=leaving, format=format_, order=order, by=by, person=person, home=payload.get("home"))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
