"""Watch: looks at declared documents when they are due, and tells what changed; what is not surely new is never told.

A new state must be seen twice, at least an hour apart, before it is a version; an announcement for the next two weeks is told at once, and
marked unconfirmed. What stands in the database carries over a restart: nothing here is kept in memory but manners.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import structlog

from wasl.domain.days import DAY_MS, day_at
from wasl.domain.errors import StoreDown, WaslError
from wasl.domain.terms import Change, Fetch, Judgement, PageMark, Version, Watched
from wasl.ports.clock import Clock
from wasl.ports.terms import Terms
from wasl.service.fetch_terms import FetchTerms, Got
from wasl.service.read_terms import Page, Read, read_pages
from wasl.service.when_to_look import HOUR_MS, TWICE_APART_MS, next_look, spread
from wasl.terms.announce import first_heard
from wasl.terms.canonical import Canonical, canonical, stated_date
from wasl.terms.classify import judge
from wasl.terms.declaration import Declaration
from wasl.terms.guards import shrunk

log = structlog.get_logger(__name__)

FIRST_LOOK_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 60.0
CLAIM_MS: Final = 20 * 60_000
"""How long a look may take before another process may look, too."""
URGENT_DAYS: Final = 14
GAP_DAYS: Final = 90
NOT_SEEN_DAYS: Final = 3
FLAPS_TOLD: Final = 3
FLAP_DAYS: Final = 30
RETURNS_KEPT: Final = 50
CHANGES_READ: Final = 200

Kind = Literal["change", "flap", "not_seen", "seen_again", "quarantine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something to be told about a document: a change, or that watching it does not work."""

    kind: Kind
    declaration: Declaration
    change: Change | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look came to, for the command line and the tests."""

    document_id: str
    outcome: Literal["first", "same", "waiting", "changed", "returned", "technical", "quarantined", "failed", "manual"]
    reason: str = ""
    change: Change | None = None


Tell = Callable[[Told], Awaitable[None]]
Raise = Callable[[Declaration, Judgement], Awaitable[Judgement]]
"""May raise a judgement by a model; gives back the same one where it has nothing to add."""


class Watch:
    """Watches documents. `raised` is a model's second opinion, where one is configured."""

    def __init__(
        self,
        *,
        terms: Terms,
        fetch: FetchTerms,
        clock: Clock,
        declarations: Sequence[Declaration],
        tell: Tell,
        raised: Raise | None = None,
    ) -> None:
        self._terms = terms
        self._fetch = fetch
        self._clock = clock
        self._declarations = {one.document.id: one for one in declarations}
        self._tell = tell
        self._raised = raised

    @property
    def declarations(self) -> Mapping[str, Declaration]:
        """What is watched, by id of the document."""
        return self._declarations

    async def run(self) -> None:
        """Works until cancelled; begins a while after the start, which others have to do with."""
        await self._clock.sleep(FIRST_LOOK_SECONDS)
        while True:
            try:
                await self.look_at_due()
            except StoreDown as error:
                log.warning("terms wait for the store", why=error.message)
            await self._clock.sleep(LOOK_SECONDS)

    async def look_at_due(self) -> list[Seen]:
        """Looks at everything that is due, host by host side by side. Raises StoreDown."""
        known = {one.document_id: one for one in await self._terms.watched()}
        now = self._clock.now_ms()
        hosts: dict[str, list[Declaration]] = {}
        for declaration in self._declarations.values():
            stands = known.get(declaration.document.id)
            if not declaration.manual and (stands is None or stands.next_ms <= now):
                hosts.setdefault(declaration.sources[0].host, []).append(declaration)
        looked = await asyncio.gather(*(self._one_host(due, known) for due in hosts.values()))
        return [one for some in looked for one in some]

    async def _one_host(self, due: Sequence[Declaration], known: Mapping[str, Watched]) -> list[Seen]:
        looked = []
        for declaration in due:
            name = declaration.document.id
            stands = known.get(name)
            if stands is None:
                await self._terms.keep_watched(Watched(document_id=name, next_ms=self._clock.now_ms() + CLAIM_MS))
            elif not await self._terms.claim(name, due_ms=stands.next_ms, until_ms=self._clock.now_ms() + CLAIM_MS):
                continue
            try:
                looked.append(await self.look(name))
            except StoreDown:
                raise
            except WaslError as error:  # one document's trouble is not the others'
                log.error("a document of terms could not be looked at", document=name, why=error.message)
        return looked

    async def look(self, document_id: str) -> Seen:
        """Looks at one document now, whether it is due or not."""
        declaration = self._declarations[document_id]
        stands = await self._stands(declaration)
        if declaration.manual:
            return Seen(document_id=document_id, outcome="manual", reason="its pages are brought by people: paste or upload them")
        stands, technical = await self._declared_anew(declaration, stands)
        marks = {mark.url: mark for mark in stands.pages}
        got = [await self._fetch.page(source, marks.get(source.url, PageMark(url=source.url))) for source in declaration.sources]
        bad = next((one for one in got if one.outcome in ("failed", "forbidden", "quarantined")), None)
        if bad is not None:
            await self._note(document_id, got)
            return await self._unseen(declaration, stands, bad)
        if all(one.outcome == "unchanged" for one in got) and stands.current:
            await self._note(document_id, got)
            return await self._same(declaration, stands, technical=technical)
        pages = [Page(source=s, body=await self._body(one), content_type=one.content_type or one.mark.media_type) for s, one in
                 zip(declaration.sources, got, strict=True)]  # fmt: skip
        read = await asyncio.to_thread(read_pages, declaration, pages)
        if read.page is None:
            await self._note(document_id, got, outcome="quarantined", reason=read.wrong)
            return await self._wrong(declaration, stands, read.wrong)
        return await self._settle(declaration, stands, read, got=got, pages=pages)

    async def bring(self, document_id: str, body: bytes, *, content_type: str = "", by: str) -> Seen:
        """Takes a page that a person brings: pasted text, an uploaded page or PDF. It is believed at once. Raises KeyError."""
        declaration = self._declarations[document_id]
        stands = await self._stands(declaration)
        source = declaration.sources[0]
        page = Page(source=source, body=body, content_type=content_type)
        one = (
            replace(declaration, sources=(replace(source, select=()),))
            if content_type != "text/html"
            else replace(declaration, sources=(source,))
        )
        read = await asyncio.to_thread(read_pages, one, [replace(page, source=one.sources[0])])
        if read.page is None:
            return Seen(document_id=document_id, outcome="quarantined", reason=read.wrong)
        got = Got(outcome="seen", status=200, body=body, mark=PageMark(url=source.url, media_type=content_type))
        return await self._settle(declaration, stands, read, got=[got], pages=[page], by=by)

    # -- what was read
    async def _settle(
        self, declaration: Declaration, stands: Watched, read: Read, *, got: Sequence[Got], pages: Sequence[Page], by: str = ""
    ) -> Seen:
        """Decides what a page that may be the right one is: the same, a return, waiting, or new."""
        assert read.page is not None, "what cannot be the document never comes here"
        name, now = declaration.document.id, self._clock.now_ms()
        current = await self._terms.find_version(stands.current) if stands.current else None
        marks = tuple(replace(one.mark, raw=_digest(page.body)) for one, page in zip(got, pages, strict=True))
        well = replace(
            stands, failures=0, problem="", problem_ms=None, quarantined=False, checked_ms=now, pages=marks, declared=declaration.digest
        )
        if current is not None and read.page.state == current.state:
            await self._note(name, got)
            return await self._same(declaration, replace(well, pages=_same_raw(marks, stands)))
        raws = {mark.raw: page.body for mark, page in zip(marks, pages, strict=True)}
        before = await self._text_of(current)
        if (
            before is not None
            and not by
            and (why := shrunk(before.words, read.page.words)) is not None
            and stands.waiting_state != read.page.state
        ):
            await self._note(name, got, outcome="quarantined", reason=why)
            return await self._wrong(declaration, stands, why)
        earlier = await self._terms.version_of(name, state=read.page.state)
        if earlier is not None:
            await self._note(name, got)
            return await self._returned(declaration, well, earlier)
        known = stands.seen_ms is not None and now - stands.seen_ms <= GAP_DAYS * DAY_MS
        judged = await self._judged(declaration, before if known else None, read.page)
        waited = stands.waiting_state == read.page.state and stands.waiting_ms is not None and now - stands.waiting_ms >= TWICE_APART_MS
        urgent = self._urgent(judged)
        if known and before is not None and not (waited or urgent or by):
            await self._note(name, got, raws=raws)
            first = stands.waiting_ms if stands.waiting_state == read.page.state else now
            await self._keep(declaration, replace(well, pages=stands.pages, waiting_state=read.page.state, waiting_ms=first), soon=True)
            return Seen(document_id=name, outcome="waiting", reason="a new state was seen once; it is looked at again in an hour")
        await self._note(name, got)
        return await self._add(declaration, well, read, judged, raws=raws, unconfirmed=urgent and not (waited or by), by=by)

    async def _add(
        self,
        declaration: Declaration,
        well: Watched,
        read: Read,
        judged: Judgement,
        *,
        raws: Mapping[str, bytes],
        unconfirmed: bool,
        by: str,
    ) -> Seen:
        assert read.page is not None
        name, now = declaration.document.id, self._clock.now_ms()
        text = read.markdown.encode()
        version = Version(
            id=self._clock.new_id(), document_id=name, state=read.page.state, text=_digest(text), raw=" ".join(raws), seen_first_ms=now,
            seen_last_ms=now, stated=stated_date(read.page), reason=f"brought by {by}" if by else judged.event,
        )  # fmt: skip
        change = None
        if judged.event not in ("baseline", "same") or judged.dates:
            change = Change(
                id=self._clock.new_id(),
                document_id=name,
                before=well.current,
                after=version.id,
                at_ms=now,
                judgement=judged,
                by=judged.by,
                unconfirmed=unconfirmed,
            )
        stands = next_look(
            declaration, replace(well, current=version.id, seen_ms=now, waiting_state="", waiting_ms=None), change=change, clock=self._clock
        )
        await self._terms.add_version(version, blobs={version.text: text, **raws}, change=change, watched=stands)
        if change is not None and change.judgement.alerts:
            await self._tell(Told(kind="change", declaration=declaration, change=change))
        first = not well.current
        return Seen(document_id=name, outcome="first" if first and change is None else "changed", reason=judged.reason, change=change)

    async def _same(self, declaration: Declaration, stands: Watched, *, technical: bool = False) -> Seen:
        now = self._clock.now_ms()
        version = await self._terms.find_version(stands.current)
        if version is not None:
            await self._terms.keep_version(replace(version, seen_last_ms=now))
            await self._confirm(stands)
        again = stands.problem and stands.told_ms is not None
        well = replace(stands, checked_ms=now, seen_ms=now, failures=0, problem="", problem_ms=None, quarantined=False)
        await self._keep(declaration, replace(well, waiting_state="", waiting_ms=None, told_ms=None if again else stands.told_ms))
        return Seen(document_id=declaration.document.id, outcome="technical" if technical else "same")

    async def _confirm(self, stands: Watched) -> None:
        """An unconfirmed announcement that is still there an hour later is confirmed."""
        for change in await self._terms.changes(document_id=stands.document_id, limit=1):
            if change.unconfirmed and change.after == stands.current and self._clock.now_ms() - change.at_ms >= TWICE_APART_MS:
                await self._terms.keep_change(replace(change, unconfirmed=False))

    async def _returned(self, declaration: Declaration, stands: Watched, earlier: Version) -> Seen:
        """A page that is as it was before tells nobody; one that goes to and fro is told once."""
        now = self._clock.now_ms()
        times = (*earlier.returned_ms, now)[-RETURNS_KEPT:]
        await self._terms.keep_version(replace(earlier, seen_last_ms=now, returned_ms=times))
        for change in await self._terms.changes(document_id=declaration.document.id, limit=1):
            if change.unconfirmed and change.after == stands.current:
                await self._terms.keep_change(replace(change, note="it was seen once only, and the page is as it was before"))
        flaps = [at for at in times if now - at <= FLAP_DAYS * DAY_MS]
        told = stands.told_ms
        if len(flaps) >= FLAPS_TOLD and (told is None or now - told > FLAP_DAYS * DAY_MS):
            told = now
            text = f"The page went back to a state it had before {len(flaps)} times in {FLAP_DAYS} days."
            await self._tell(Told(kind="flap", declaration=declaration, text=text))
        await self._keep(declaration, replace(stands, current=earlier.id, seen_ms=now, waiting_state="", waiting_ms=None, told_ms=told))
        return Seen(document_id=declaration.document.id, outcome="returned", reason="the page is as it was before")

    async def _declared_anew(self, declaration: Declaration, stands: Watched) -> tuple[Watched, bool]:
        """Reads the last pages anew where the declaration changed: what comes of that is technical, and told to nobody."""
        if not stands.current or stands.declared == declaration.digest:
            return stands, False
        bodies = [await self._terms.blob(mark.raw) if mark.raw else None for mark in stands.pages]
        urls = [mark.url for mark in stands.pages]
        kept = [body for body in bodies if body is not None]
        fresh = replace(stands, declared=declaration.digest, pages=tuple(replace(mark, etag="", modified="") for mark in stands.pages))
        if len(kept) != len(declaration.sources) or urls != [source.url for source in declaration.sources]:
            return replace(fresh, pages=(), seen_ms=None), True  # other pages: what comes next is a first record
        pages = [Page(source=s, body=b, content_type=m.media_type) for s, b, m in zip(declaration.sources, kept, stands.pages, strict=True)]
        read = await asyncio.to_thread(read_pages, declaration, pages)
        if read.page is None:
            return fresh, True
        same = await self._terms.version_of(stands.document_id, state=read.page.state)
        if same is None:
            now, text = self._clock.now_ms(), read.markdown.encode()
            same = Version(
                id=self._clock.new_id(), document_id=stands.document_id, state=read.page.state, text=_digest(text),
                raw=" ".join(mark.raw for mark in stands.pages), seen_first_ms=now, seen_last_ms=now, stated=stated_date(read.page),
                reason="declaration changed",
            )  # fmt: skip
            await self._terms.add_version(same, blobs={same.text: text}, change=None, watched=None)
        return replace(fresh, current=same.id), True

    async def _judged(self, declaration: Declaration, before: Canonical | None, after: Canonical) -> Judgement:
        today = day_at(self._clock.now_ms())
        if before is None:
            heard = first_heard(after, seen=today)
            if not heard.found:
                return Judgement(label="cosmetic", event="baseline", reason="the first record of the document")
            return Judgement(
                label="material", event="baseline", topic="announcement", topics=("announcement",), reason=heard.reason, dates=heard.dates,
                links=heard.links,
            )  # fmt: skip
        judged = await asyncio.to_thread(judge, before, after, seen=today, kind=declaration.document.kind)
        if self._raised is not None and judged.clauses:
            judged = await self._raised(declaration, judged)
        return judged

    def _urgent(self, judged: Judgement) -> bool:
        today = day_at(self._clock.now_ms())
        return any(one.day is not None and 0 <= (one.day - today).days <= URGENT_DAYS for one in judged.dates)

    # -- what could not be read
    async def _unseen(self, declaration: Declaration, stands: Watched, bad: Got) -> Seen:
        if bad.outcome == "quarantined":
            return await self._wrong(declaration, stands, bad.reason)
        now = self._clock.now_ms()
        failed = replace(stands, checked_ms=now, failures=stands.failures + 1, problem=bad.reason, problem_ms=stands.problem_ms or now)
        since = stands.seen_ms or failed.problem_ms or now
        if now - since >= NOT_SEEN_DAYS * DAY_MS and (stands.told_ms is None or stands.told_ms < since):
            day = day_at(since)
            await self._tell(Told(kind="not_seen", declaration=declaration, text=f"Not seen since {day}: {bad.reason}."))
            failed = replace(failed, told_ms=now)
        wait_ms = max(min(DAY_MS, HOUR_MS << min(failed.failures - 1, 5)), int((bad.wait_seconds or 0) * 1000))
        await self._terms.keep_watched(replace(failed, next_ms=now + spread(wait_ms, clock=self._clock)))
        return Seen(document_id=declaration.document.id, outcome="failed", reason=bad.reason)

    async def _wrong(self, declaration: Declaration, stands: Watched, why: str) -> Seen:
        now = self._clock.now_ms()
        if not stands.quarantined:
            await self._tell(Told(kind="quarantine", declaration=declaration, text=why))
        kept = replace(
            stands, checked_ms=now, quarantined=True, problem=why, problem_ms=stands.problem_ms or now, waiting_state="", waiting_ms=None
        )
        await self._keep(declaration, kept)
        return Seen(document_id=declaration.document.id, outcome="quarantined", reason=why)

    # -- small pieces
    async def _stands(self, declaration: Declaration) -> Watched:
        found = await self._terms.find_watched(declaration.document.id)
        return found or Watched(document_id=declaration.document.id, next_ms=self._clock.now_ms())

    async def _body(self, got: Got) -> bytes:
        if got.outcome == "seen":
            return got.body
        return await self._terms.blob(got.mark.raw) or b""

    async def _text_of(self, version: Version | None) -> Canonical | None:
        body = await self._terms.blob(version.text) if version else None
        return await asyncio.to_thread(canonical, body.decode()) if body is not None else None

    async def _note(
        self, document_id: str, got: Sequence[Got], *, raws: Mapping[str, bytes] | None = None, outcome: str = "", reason: str = ""
    ) -> None:
        for one in got:
            raw = _digest(one.body) if one.body and raws and _digest(one.body) in raws else ""
            fetch = Fetch(
                id=self._clock.new_id(), document_id=document_id, url=one.mark.url, at_ms=self._clock.now_ms(), status=one.status,
                etag=one.mark.etag, raw=raw, outcome="quarantined" if outcome else one.outcome, reason=(reason or one.reason)[:500],
            )  # fmt: skip
            await self._terms.note_fetch(fetch, raw=one.body if raw else None)

    async def _keep(self, declaration: Declaration, stands: Watched, *, soon: bool = False) -> None:
        changes = await self._terms.changes(document_id=stands.document_id, limit=CHANGES_READ)
        newest = next((one for one in changes if one.judgement.dates), None)
        await self._terms.keep_watched(next_look(declaration, stands, change=newest, clock=self._clock, soon=soon))


def _same_raw(marks: Sequence[PageMark], stands: Watched) -> tuple[PageMark, ...]:
    """Keeps the pages that are stored: one that says the same in other markup is not."""
    raws = {mark.url: mark.raw for mark in stands.pages}
    return tuple(replace(mark, raw=raws.get(mark.url, "")) for mark in marks)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
