"""Watching: composes what watches terms, tells of changes, and makes rules from them."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog

from wasl import __version__
from wasl.config import Settings
from wasl.connections import make_mail
from wasl.departing import Departing
from wasl.domain.errors import WaslError
from wasl.domain.terms import Document
from wasl.net.rule_folder import CONFIRMED, rule_texts
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposure
from wasl.ports.network import Network
from wasl.ports.provider import ListsModels
from wasl.ports.store import Store, Timer
from wasl.ports.terms import Terms
from wasl.routing.route import RouteCandidate
from wasl.service.alert_terms import DIGEST_TIMER, REMIND_TIMER, AlertTerms
from wasl.service.ask import Ask
from wasl.service.fetch_terms import FetchTerms
from wasl.service.judge_terms import JudgeTerms
from wasl.service.make_rule import FILE, Ending, MakeRule
from wasl.service.recall_terms import RecallTerms
from wasl.service.sunset import Wish
from wasl.service.watch import Watch
from wasl.service.watch_models import InUse, WatchModels
from wasl.terms.declaration import Declaration, Source, by_id, document_id, laid_over, read_declarations
from wasl.terms.shipped_declarations import shipped_declarations

log = structlog.get_logger(__name__)

SUNSET_TIMER = "sunset draft"
"""Kept where no plan could be drafted: what a confirmed rule ends, and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What watches, what tells, and what makes rules. `every` are all declarations, watched or not."""

    terms: Terms
    watch: Watch
    alert: AlertTerms
    make: MakeRule
    recall: RecallTerms
    models: WatchModels
    every: tuple[Declaration, ...]
    people: Callable[[Document], Awaitable[Mapping[str, int]]]

    @property
    def acts(self) -> Mapping[str, Callable[[Timer], Awaitable[None]]]:
        """What is done when timers are due, by their kind."""
        return {DIGEST_TIMER: self.alert.digest, REMIND_TIMER: self.alert.reminded}

    @property
    def tasks(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What runs beside the worker, by name; nothing where nothing is watched."""
        return ({"terms": self._run} if self.watch.declarations else {}) | ({"models": self.models.run} if self.models.watches else {})

    async def _run(self) -> None:
        await self.alert.arm()
        await self.make.write()
        await self.watch.run()


def make_watching(
    settings: Settings,
    *,
    store: Store,
    network: Network,
    clock: Clock,
    channels: Mapping[str, Channel],
    departing: Departing | None,
    providers: Mapping[str, object] = MappingProxyType({}),
    candidates: Sequence[RouteCandidate] = (),
    ask: Ask | None = None,
) -> Watching | None:
    """Makes it, where the store keeps terms. Raises SettingWrong for a declaration that cannot be read."""
    terms: Terms | None = getattr(store, "terms", None)
    if terms is None:
        return None
    used = _models(candidates)
    ends = {one.document.id: one for one in map(_ends, used)}
    every = (*declarations_of(settings), *ends.values())
    documents = {one.document.id: one.document for one in every}
    names = _used(settings, channels)
    people = people_on(getattr(store, "exposure", None), {name: channel.kind for name, channel in channels.items()})
    make = MakeRule(
        terms=terms,
        clock=clock,
        documents=documents,
        base=shipped_book,
        keep=lambda text: _keep(settings.data / CONFIRMED, text),
        plan=_planner(settings, store=store, clock=clock, channels=channels, departing=departing),
        remind=lambda change_id, at_ms: store.set_timer(Timer(kind=REMIND_TIMER, key=change_id, due_ms=at_ms)),
        deployment=Deployment(purpose=settings.deployment.purpose),
    )
    alert = AlertTerms(
        terms=terms,
        store=store,
        clock=clock,
        declarations=every,
        language=settings.language,
        mail=make_mail(settings),
        mail_to=settings.terms.mail_to,
        flag_stale=make.flag_stale,
        touches=lambda document: touched(document, names),
        people=people,
    )
    fetch = FetchTerms(network=network, clock=clock, agent=agent_of(settings))
    judge = _judge(settings, store=store, terms=terms, clock=clock, ask=ask)
    raised = judge.raised if judge else None
    watch = Watch(terms=terms, fetch=fetch, clock=clock, declarations=_watched(settings, every, names), tell=alert.tell, raised=raised)
    models = WatchModels(
        terms=terms,
        network=network,
        clock=clock,
        declarations=ends,
        used={model_document(name): found for name, found in used.items()} if settings.terms.watch != "none" else {},
        lists={model_document(name): one for name, one in providers.items() if isinstance(one, ListsModels) and name in used},
        tell=alert.tell,
    )
    recall = RecallTerms(terms=terms, clock=clock, declarations=every)
    return Watching(terms=terms, watch=watch, alert=alert, make=make, recall=recall, models=models, every=every, people=people)


def people_on(exposure: Exposure | None, kinds: Mapping[str, str]) -> Callable[[Document], Awaitable[Mapping[str, int]]]:
    """Gives who counts people by country for a document. `kinds` are the kinds of the configured channels by name."""

    async def people(document: Document) -> Mapping[str, int]:
        """Counts the people who may be reached through the channels that a document bears on, by country, the most first."""
        ways = {name for name, kind in kinds.items() if {name, kind} & set(document.channels)}
        counts: Counter[str] = Counter()
        for one in await exposure.reach() if exposure is not None and ways else ():
            if ways & one.ways:
                counts[one.country] += one.people
        return dict(counts.most_common())

    return people


def _judge(settings: Settings, *, store: Store, terms: Terms, clock: Clock, ask: Ask | None) -> JudgeTerms | None:
    if ask is None or not settings.terms.ask_model:
        return None
    return JudgeTerms(ask=ask, terms=terms, clock=clock, seconds=settings.terms.ask_seconds, record=store.record_usage)


def declarations_of(settings: Settings) -> tuple[Declaration, ...]:
    """Reads the declarations: those that come with Wasl, with the operator's laid over them. Raises SettingWrong."""
    if settings.terms.declarations is None:
        return shipped_declarations()
    texts = rule_texts(settings.terms.declarations)
    own = by_id((one for name in sorted(texts) for one in read_declarations(texts[name], at=name)), at="terms.declarations")
    return laid_over(shipped_declarations(), own)


def model_document(provider: str) -> str:
    """Names the document that tells the ends of a provider's models."""
    return document_id(provider, "models in use", "")


def _models(candidates: Sequence[RouteCandidate]) -> dict[str, list[InUse]]:
    found: dict[str, list[InUse]] = {}
    for one in candidates:
        name = getattr(one.provider, "name", "")  # what answers by itself has no name, and no model that ends
        if name and not one.keyless:
            found.setdefault(name, []).append(InUse(model=one.model.name, shutdown=one.shutdown))
    return found


def _ends(provider: str) -> Declaration:
    """Declares the list of a provider's models, as a document that nobody fetches as a page."""
    name = "Models in use"
    document = Document(
        id=model_document(provider), platform=provider, name=name, kind="list", providers=(provider,), capabilities=("models",)
    )
    return Declaration(document=document, sources=(Source(url=f"https://{provider}.invalid/models", render="manual"),))


def agent_of(settings: Settings) -> str:
    """Gives the honest name under which pages are asked for."""
    contact = settings.terms.contact or settings.server.public_url or "no address was set by its operator"
    return f"Wasl/{__version__} (terms watch; +{contact})"


def touched(document: Document, used: frozenset[str]) -> Sequence[str]:
    """Names what of this installation a document bears on."""
    return [name for name in (*document.channels, *document.providers) if name in used] + list(document.capabilities)


def _used(settings: Settings, channels: Mapping[str, Channel]) -> frozenset[str]:
    kinds = {str(table.get("kind", name)) for name, table in settings.providers.items()}
    return frozenset({channel.kind for channel in channels.values()} | set(settings.channels) | set(settings.providers) | kinds)


def _watched(settings: Settings, every: Sequence[Declaration], used: frozenset[str]) -> list[Declaration]:
    if settings.terms.watch == "none":
        return []
    return [one for one in every if settings.terms.watch == "all" or used & {*one.document.channels, *one.document.providers}]


def _keep(folder: Path, text: str) -> None:
    """Writes the confirmed rules whole or not at all: a rulebook never sees half a file."""
    path = folder / FILE
    if not text and not path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def _planner(
    settings: Settings, *, store: Store, clock: Clock, channels: Mapping[str, Channel], departing: Departing | None
) -> Callable[[Ending], Awaitable[None]]:
    kinds = {channel.kind: name for name, channel in channels.items()}

    async def plan(ending: Ending) -> None:
        """Opens the draft of a plan to leave; where that cannot be worked out now, what is known is kept as a timer."""
        name = ending.channel if ending.channel in channels else kinds.get(ending.channel)
        if departing is not None and name is not None:
            wish = Wish(
                channel=name,
                on=ending.on,
                zone=settings.deployment.zone,
                by=ending.by,
                regions=tuple(one for one in ending.regions if one != "*"),
                regions_except=ending.regions_except,
                note=ending.rule_id,
            )
            try:
                await departing.plan.draft(wish)
                return
            except WaslError as error:
                log.warning("a plan to leave could not be drafted; what it begins with is kept", rule=ending.rule_id, why=error.message)
        told = {"channel": ending.channel, "on": ending.on.isoformat(), "regions_except": list(ending.regions_except), "by": ending.by}
        await store.set_timer(Timer(kind=SUNSET_TIMER, key=ending.rule_id, due_ms=clock.now_ms(), payload=told))

    return plan
