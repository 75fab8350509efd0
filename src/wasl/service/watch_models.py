"""Watch models: tells the end of a model that is in use like a change of terms, from its provider's list and from the dated cards."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import structlog

from wasl.domain.days import DAY_MS
from wasl.domain.errors import StoreDown, WaslError
from wasl.domain.terms import Change, Clause, Judgement, TermsDate, Version, Watched
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.ports.provider import ListsModels
from wasl.ports.terms import Terms
from wasl.service.watch import Told
from wasl.service.when_to_look import spread
from wasl.terms.declaration import Declaration
from wasl.terms.model_ends import ModelEnd, ends_in
from wasl.wire.plural import so_many

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 3_600.0
CLAIM_MS: Final = 10 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """A model that this installation asks, with what its card says of its end."""

    model: str
    shutdown: date | None = None
    source: str = ""


class WatchModels:
    """Looks once a day. `used` are the models in use by the id of their provider's document; `lists` the providers that tell theirs."""

    def __init__(
        self,
        *,
        terms: Terms,
        network: Network,
        clock: Clock,
        declarations: Mapping[str, Declaration],
        used: Mapping[str, Sequence[InUse]],
        lists: Mapping[str, ListsModels],
        tell: Callable[[Told], Awaitable[None]],
    ) -> None:
        self._terms = terms
        self._network = network
        self._clock = clock
        self._declarations = declarations
        self._used = used
        self._lists = lists
        self._tell = tell

    @property
    def watches(self) -> bool:
        """Says whether any model is in use whose end could be told."""
        return bool(self._used)

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            try:
                for name in self._used:
                    await self._look_if_due(name)
            except StoreDown as error:
                log.warning("the ends of models wait for the store", why=error.message)
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self, name: str) -> Change | None:
        """Looks at one provider now; gives the change where an end was announced, moved or taken back."""
        ends = await self._ends(name)
        stands = await self._terms.find_watched(name) or Watched(document_id=name, next_ms=self._clock.now_ms())
        current = await self._terms.find_version(stands.current) if stands.current else None
        before = (await self._terms.blob(current.text) or b"").decode() if current else ""
        text = "\n".join(_sentence(model, day) for model, day in sorted(ends.items(), key=lambda one: one[0]))
        state = hashlib.sha256(text.encode()).hexdigest()
        now = self._clock.now_ms()
        kept = replace(stands, next_ms=now + spread(DAY_MS, clock=self._clock), checked_ms=now, seen_ms=now, failures=0, problem="")
        if current is not None and current.state == state:
            await self._terms.keep_version(replace(current, seen_last_ms=now))
            await self._terms.keep_watched(kept)
            return None
        version = Version(
            id=self._clock.new_id(),
            document_id=name,
            state=f"{state}-{now}",
            text=state,
            seen_first_ms=now,
            seen_last_ms=now,
            reason="list",
        )
        judged = _judged(before, ends, text)
        version = replace(version, state=state) if await self._terms.version_of(name, state=state) is None else version
        change = None
        if judged is not None:
            change = Change(id=self._clock.new_id(), document_id=name, before=stands.current, after=version.id, at_ms=now, judgement=judged)
        await self._terms.add_version(version, blobs={state: text.encode()}, change=change, watched=replace(kept, current=version.id))
        if change is not None and judged is not None and judged.alerts:
            await self._tell(Told(kind="change", declaration=self._declarations[name], change=change))
        return change

    async def _look_if_due(self, name: str) -> None:
        stands = await self._terms.find_watched(name)
        now = self._clock.now_ms()
        if stands is None:
            await self._terms.keep_watched(Watched(document_id=name, next_ms=now + CLAIM_MS))
        elif stands.next_ms > now or not await self._terms.claim(name, due_ms=stands.next_ms, until_ms=now + CLAIM_MS):
            return
        await self.look(name)

    async def _ends(self, name: str) -> dict[str, date | str]:
        """Gives the ends of models in use: the provider's own word before a card's."""
        found: dict[str, date | str] = {one.model: one.shutdown for one in self._used[name] if one.shutdown is not None}
        lister = self._lists.get(name)
        if lister is None:
            return found
        try:
            reply = await self._network.perform(replace(lister.models(), timeout_seconds=30.0))
            told: Sequence[ModelEnd] = ends_in(reply.body) if reply.status == 200 else ()
        except WaslError as error:
            log.warning("a provider's list of models could not be read; its cards are taken", document=name, why=error.message)
            return found
        used = {one.model for one in self._used[name]}
        return found | {one.model: one.day or one.written for one in told if one.model in used}


def _judged(before: str, ends: Mapping[str, date | str], text: str) -> Judgement | None:
    known = set(before.split("\n"))
    new = {model: day for model, day in ends.items() if _sentence(model, day) not in known}
    gone = [line for line in before.split("\n") if line and line not in set(text.split("\n"))]
    if not new and not gone:
        return None
    if not new:
        taken_back = tuple(_clause(line, "") for line in gone)
        return Judgement(label="editorial", event="change", reason="An announced end was taken back.", clauses=taken_back)
    old = {line.split(" ends on ")[0]: line for line in gone}
    return Judgement(
        label="material",
        event="change",
        topic="announcement",
        topics=("announcement", "access-termination"),
        score=float(len(new)),
        reason=f"{so_many(len(new), 'model in use ends', 'models in use end')}.",
        clauses=tuple(_clause(old.get(f"The model {model}", ""), _sentence(model, day)) for model, day in new.items()),
        dates=tuple(
            TermsDate(day=day if isinstance(day, date) else None, written=str(day), sentence=_sentence(model, day))
            for model, day in new.items()
        ),
    )


def _clause(before: str, after: str) -> Clause:
    name = hashlib.sha256((after or before).encode()).hexdigest()[:16]
    return Clause(sentence=name, before=before, after=after, heading="models", topics=("access-termination",), weight=3.0)


def _sentence(model: str, day: date | str) -> str:
    return f"The model {model} ends on {day}."
