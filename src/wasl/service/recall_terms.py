"""Recall: takes in versions that were recorded elsewhere, as of the days they were seen there."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from wasl.domain.days import begin_ms
from wasl.domain.errors import Refused
from wasl.domain.terms import Change, Version, Watched
from wasl.ports.clock import Clock
from wasl.ports.terms import Terms
from wasl.service.watch import Seen
from wasl.terms.canonical import canonical, stated_date
from wasl.terms.classify import judge
from wasl.terms.declaration import Declaration


class RecallTerms:
    """Takes versions in; they are judged, and told to nobody."""

    def __init__(self, *, terms: Terms, clock: Clock, declarations: Sequence[Declaration]) -> None:
        self._terms = terms
        self._clock = clock
        self._declarations = {one.document.id: one for one in declarations}

    async def run(self, document_id: str, body: bytes, *, seen: date) -> Seen:
        """Takes one version in. Older than the newest one that is known, it is kept without a change. Raises Refused."""
        declaration = self._declarations.get(document_id)
        if declaration is None:
            raise Refused(f"there is no declaration of {document_id!r}; `wasl terms list` names them")
        at_ms = begin_ms(seen)
        stands = await self._terms.find_watched(document_id) or Watched(document_id=document_id, next_ms=self._clock.now_ms())
        page = await asyncio.to_thread(canonical, body.decode("utf-8", errors="replace"))
        if await self._terms.version_of(document_id, state=page.state) is not None:
            return Seen(document_id=document_id, outcome="same", reason=f"the state of {seen} is known")
        current = await self._terms.find_version(stands.current) if stands.current else None
        version = Version(
            id=self._clock.new_id(),
            document_id=document_id,
            state=page.state,
            text=hashlib.sha256(body).hexdigest(),
            seen_first_ms=at_ms,
            seen_last_ms=at_ms,
            stated=stated_date(page),
            reason="imported",
        )
        change = None
        newer = current is None or current.seen_first_ms <= at_ms
        if current is not None and newer and (earlier := await self._terms.blob(current.text)) is not None:
            before = await asyncio.to_thread(canonical, earlier.decode("utf-8", errors="replace"))
            judged = await asyncio.to_thread(judge, before, page, seen=seen, kind=declaration.document.kind)
            if judged.event not in ("same", "baseline"):
                change = Change(
                    id=self._clock.new_id(), document_id=document_id, before=current.id, after=version.id, at_ms=at_ms, judgement=judged
                )
        kept = replace(stands, current=version.id, seen_ms=at_ms, declared=declaration.digest) if newer else stands
        await self._terms.add_version(version, blobs={version.text: body}, change=change, watched=kept)
        reason = change.judgement.reason if change else ""
        return Seen(document_id=document_id, outcome="changed" if change else "first", reason=reason, change=change)
