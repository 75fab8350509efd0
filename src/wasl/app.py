"""The composition root: the only file that names concrete classes."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from wasl import GC_THRESHOLD, __version__
from wasl.config import Settings
from wasl.config_secrets import wanted
from wasl.connections import make_candidates, make_channels, make_moving, make_providers, make_spare
from wasl.departing import Departing, make_departing
from wasl.domain.errors import SettingWrong
from wasl.drilling import make_drilling
from wasl.duties import Duties, make_duties
from wasl.footing import Kept, contracts, make_expose, make_footing
from wasl.guarding import Guarding, make_guarding
from wasl.metering import make_meter, make_reckon, ruled_channels
from wasl.net.asking_secrets import AskingSecrets
from wasl.net.blobs import FolderBlobs
from wasl.net.bus_local import LocalBus
from wasl.net.clock import SystemClock
from wasl.net.http import HttpNetwork
from wasl.net.process import is_dead, owner_name
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.network import Network
from wasl.ports.provider import Keyless, Provider
from wasl.ports.store import Store
from wasl.proving import Proving, make_proving
from wasl.purposing import make_purposing
from wasl.routing.route import Precedence, RouteCandidate
from wasl.running import Installation
from wasl.service.answer import Answer
from wasl.service.ask import Ask
from wasl.service.commands import Commands
from wasl.service.compose import Search, Voice
from wasl.service.deliver import Deliver
from wasl.service.earlier import Earlier
from wasl.service.figure import Told
from wasl.service.gather import Gather
from wasl.service.housekeep import Chore, Housekeep
from wasl.service.learn import EXAMPLE, Learn
from wasl.service.link import Links
from wasl.service.meter import Meter
from wasl.service.observe import Observe
from wasl.service.pay import Pay
from wasl.service.prove_address import ProveAddress
from wasl.service.receive import Receive
from wasl.service.show import Show
from wasl.service.spans import open_spans
from wasl.service.succeed import Succeed
from wasl.service.take_up import Lateness
from wasl.service.tally import Tally
from wasl.service.worker import Worker
from wasl.store.sqlite import SqliteStore
from wasl.watching import Watching, make_watching

Result = TypeVar("Result")

Around = Callable[[Store, Network], tuple[Store, Network]]
"""Wraps the two doors to the world; the crash tests pull the plug there."""


def compose(settings: Settings, *, around: Around | None = None, clock: SystemClock | None = None) -> Installation:
    """Makes every part from the settings. Opens nothing. `clock` is the system's unless a test moves one. Raises SettingWrong."""
    spans = open_spans(settings.otel_endpoint, version=__version__) if settings.otel_endpoint else None
    clock, observe = clock or SystemClock(), Observe(spans=spans)
    network = _network(settings)
    kept, bus = _store(settings, clock=clock, observe=observe)
    store: Store = kept
    if around is not None:
        store, network = around(store, network)
    blobs = FolderBlobs(settings.data / "media")
    channels = make_channels(settings)
    providers = make_providers(settings)
    candidates = make_candidates(settings, providers)
    learn = Learn(folder=settings.knowledge, clock=clock, example=EXAMPLE if settings.on_trial else None)
    footing = make_footing(settings, channels=channels, providers=providers, candidates=candidates)
    meter = make_meter(settings, ledger=store.ledger, clock=clock, observe=observe)
    succeed = Succeed(successions=kept.successions, clock=clock, candidates=candidates)
    drilling = make_drilling(settings, kept=kept, clock=clock, footing=footing, compose=compose)
    ask = _ask(
        settings, candidates, providers, network=drilling.lossy(network), clock=clock, contracts=contracts(footing), meter=meter,
        succeed=succeed,
    )  # fmt: skip
    links = Links(store=store, bus=bus, clock=clock, channels=channels, public_url=settings.server.public_url, language=settings.language)
    duties = make_duties(settings, store=store, bus=bus, clock=clock, network=network, observe=observe, channels=channels)
    purposing = partial(make_purposing, settings, store=store, purposes=kept.purposes, clock=clock, links=links, ask=ask, learn=learn)
    guarding = make_guarding(settings, store=store, clock=clock, channels=channels, duties=duties, purposing=purposing)
    departing, guarding = make_departing(
        settings, kept=cast(Kept, store), store=store, succeed=succeed, ask=ask, bus=bus, clock=clock, channels=channels, links=links,
        guarding=guarding, network=network,
    )  # fmt: skip
    guarding, pay = _paid(guarding, meter=meter, clock=clock, channels=channels)
    worker = _worker(
        settings, links=links, store=store, bus=bus, blobs=blobs, network=network, clock=clock, observe=observe, channels=channels,
        ask=ask, search=learn.search, guarding=guarding, duties=duties, prove=departing.prove,
    )  # fmt: skip
    moving = make_moving(settings, store=store, blobs=blobs, clock=clock, network=network, channels=channels)
    receive = _receive(settings, store, bus, clock, channels, observe, worker=worker, duties=duties, pay=pay, tally=guarding.tally)
    guarding.purposing.follow_through(receive, links)
    expose = make_expose(kept=kept, clock=clock, footing=footing, schedule=moving.schedule, prices=meter.prices, channels=channels)
    proving = _proving(settings, store, clock, channels, candidates, guarding=guarding, told=duties.alarm)
    chores = (*moving.chores, expose.keep, meter.sweep, guarding.tally.prune, proving.note_changes.run, proving.figures.keep_up)
    chores = (*chores, drilling.rehearse.in_season, *((duties.templates.keep_up,) if duties.templates is not None else ()))
    return Installation(
        settings=settings,
        store=store,
        bus=bus,
        blobs=blobs,
        network=network,
        clock=clock,
        observe=observe,
        spans=spans,
        channels=channels,
        providers=providers,
        candidates=candidates,
        learn=learn,
        ask=ask,
        receive=receive,
        worker=worker,
        housekeep=_housekeep(settings, store=store, bus=bus, clock=clock, observe=observe, ask=ask, chores=chores),
        moving=moving,
        links=links,
        expose=expose,
        drilling=drilling,
        reckon=make_reckon(settings, ledger=store.ledger, people=store.people, clock=clock, channels=channels, prices=meter.prices),
        departing=departing,
        watching=_watching(settings, kept, network, clock, channels=channels, departing=departing, route=(providers, candidates), ask=ask),
        guarding=guarding,
        duties=duties,
        proving=proving,
    )


def _watching(
    settings: Settings,
    store: Store,
    network: Network,
    clock: SystemClock,
    *,
    channels: Mapping[str, Channel],
    departing: Departing,
    route: tuple[Mapping[str, object], Sequence[RouteCandidate]],
    ask: Ask,
) -> Watching | None:
    providers, candidates = route
    return make_watching(
        settings,
        store=store,
        network=network,
        clock=clock,
        channels=channels,
        departing=departing,
        providers=providers,
        candidates=candidates,
        ask=ask,
    )


def _proving(
    settings: Settings,
    store: Store,
    clock: SystemClock,
    channels: Mapping[str, Channel],
    candidates: Sequence[RouteCandidate],
    *,
    guarding: Guarding,
    told: Told,
) -> Proving:
    return make_proving(
        settings,
        store=store,
        clock=clock,
        channels=channels,
        candidates=candidates,
        book=lambda: guarding.rules.book,
        learnt=guarding.purposing.learnt,
        told=told,
    )


def _network(settings: Settings) -> Network:
    """Makes the way out: it sends nothing that would carry a missing secret."""
    way = HttpNetwork()
    return AskingSecrets(way, absent=settings.absent, wanted=wanted) if settings.absent else way


def _store(settings: Settings, *, clock: SystemClock, observe: Observe) -> tuple[Kept, Bus]:
    if not settings.store:
        if settings.server.role != "all":
            raise SettingWrong(
                "server.role: a SQLite file serves one process; set `store` to a postgresql:// address for web and worker apart"
            )
        return SqliteStore(settings.data / "wasl.db", clock=clock, told=observe.commit), LocalBus()
    if settings.store.startswith(("postgresql://", "postgres://")):
        from wasl.net.bus_postgres import PostgresBus
        from wasl.store.postgres import PostgresStore  # an extra: only who uses it needs it

        return PostgresStore(settings.store, clock=clock, told=observe.commit), PostgresBus(settings.store)
    raise SettingWrong("store: leave it empty for SQLite, or give an address that begins with postgresql://")


def _worker(
    settings: Settings,
    *,
    links: Links,
    store: Store,
    bus: Bus,
    blobs: FolderBlobs,
    network: Network,
    clock: SystemClock,
    observe: Observe,
    channels: Mapping[str, Channel],
    ask: Ask,
    search: Search,
    guarding: Guarding,
    duties: Duties,
    prove: ProveAddress,
) -> Worker:
    said, work = settings.assistant, settings.work
    commands = _commands(settings, store=store, clock=clock, channels=channels, links=links, prove=prove)
    deliver = Deliver(
        store=store,
        network=network,
        blobs=blobs,
        clock=clock,
        channels=channels,
        observe=observe,
        attempts_max=work.delivery_attempts_max,
        gate=guarding.gate,
        refused=duties.signs.refused,
    )
    answer = Answer(
        store=store,
        bus=bus,
        clock=clock,
        ask=ask,
        channels=channels,
        search=search,
        gather=Gather(store=store, blobs=blobs, network=network, channels=channels),
        show=Show(bus=bus, network=network, clock=clock),
        observe=observe,
        voice=Voice(name=said.name, instructions=said.instructions, passages=said.passages, max_output_tokens=said.max_output_tokens),
        lateness={name: Lateness(after_seconds=seconds, policy=work.late) for name, seconds in work.late_after_seconds_by_channel.items()},
        default_lateness=Lateness(after_seconds=work.late_after_seconds, policy=work.late),
        history_messages=said.history_messages,
        attempts_max=work.turn_attempts_max,
        language=settings.language,
        stream=settings.routing.stream,
        commands=commands,
        earlier=Earlier(store.library, people=store.people).read,
        steps=guarding.steps,
        bills=guarding.bills,
        pieces=guarding.pieces,
        looks=deliver,
    )
    return Worker(
        store=store,
        bus=bus,
        clock=clock,
        answer=answer,
        deliver=deliver,
        observe=observe,
        owner=owner_name(),
        concurrency=work.concurrency,
        lease_seconds=work.lease_seconds,
        poll_seconds=work.poll_seconds,
        attempts_max=work.turn_attempts_max,
        history_messages=said.history_messages,
    )


def _receive(
    settings: Settings,
    store: Store,
    bus: Bus,
    clock: SystemClock,
    channels: Mapping[str, Channel],
    observe: Observe,
    *,
    worker: Worker,
    duties: Duties,
    pay: Pay,
    tally: Tally,
) -> Receive:
    return Receive(
        store=store,
        bus=bus,
        clock=clock,
        channels=channels,
        observe=observe,
        offer=worker.offer if settings.server.role != "web" else lambda: None,
        take=worker.take,
        withdraw=worker.withdraw,
        operator_spoke=duties.hand_over.spoke if settings.handoff.operator_takes else None,
        signalled=duties.signs.look,
        heard=pay.heard if pay.counts else None,
        came_in=tally.heard,
    )


def _ask(
    settings: Settings,
    candidates: Sequence[RouteCandidate],
    providers: Mapping[str, Provider | Keyless],
    *,
    network: Network,
    clock: SystemClock,
    contracts: Sequence[Precedence],
    meter: Meter,
    succeed: Succeed,
) -> Ask:
    return Ask(
        candidates=candidates,
        network=network,
        clock=clock,
        routing=settings.routing,
        contracts=contracts,
        purse=meter,
        spare=make_spare(candidates, providers),
        successions=succeed.now,
    )


def _paid(guarding: Guarding, *, meter: Meter, clock: SystemClock, channels: Mapping[str, Channel]) -> tuple[Guarding, Pay]:
    """Puts the budgets behind the other steps and the other gate: what is not allowed is not paid for."""
    pay = Pay(meter=meter, clock=clock, channels=channels, inner=guarding.gate, ruled=ruled_channels(shipped_book()))
    steps = (*guarding.steps, pay) if meter.pays_for_messages else guarding.steps
    return replace(guarding, steps=steps, gate=pay, bills=pay.bills), pay


def _housekeep(
    settings: Settings, *, store: Store, bus: Bus, clock: SystemClock, observe: Observe, ask: Ask, chores: Sequence[Chore]
) -> Housekeep:
    return Housekeep(
        store=store,
        bus=bus,
        clock=clock,
        observe=observe,
        backlog_limit=settings.work.backlog_limit,
        raw_days=settings.work.raw_days,
        is_dead=is_dead,
        circuits=ask.states,
        chores=chores,
    )


def _commands(
    settings: Settings, *, store: Store, clock: SystemClock, channels: Mapping[str, Channel], links: Links, prove: ProveAddress
) -> Commands:
    return Commands(
        store=store,
        clock=clock,
        channels=channels,
        links=links,
        library=store.library,
        public_url=settings.server.public_url,
        language=settings.language,
        enabled=settings.assistant.commands,
        prove=prove,
    )


def serve(installation: Installation) -> None:
    """Runs an installation until it is told to stop."""
    run(installation.serve(ready=lambda url: print(url, flush=True)))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs `work` on uvloop, or on asyncio's own loop where uvloop is not to be had."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)  # a command that brings a million messages makes few cycles, too
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
