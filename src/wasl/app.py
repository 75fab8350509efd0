"""The composition root: the only file that names concrete classes."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from wasl import __version__
from wasl.config import Settings
from wasl.connections import make_candidates, make_channels, make_moving, make_providers
from wasl.domain.errors import SettingWrong
from wasl.net.blobs import FolderBlobs
from wasl.net.bus_local import LocalBus
from wasl.net.clock import SystemClock
from wasl.net.http import HttpNetwork
from wasl.net.mail import SmtpMail
from wasl.net.process import is_dead, owner_name
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.network import Network
from wasl.ports.provider import Keyless, Provider
from wasl.ports.store import Store
from wasl.routing.route import RouteCandidate
from wasl.service.alarms import Alarms
from wasl.service.answer import Answer, Lateness
from wasl.service.ask import Ask
from wasl.service.commands import ERASE_TIMER, Commands
from wasl.service.compose import Search, Voice
from wasl.service.connect import Connect
from wasl.service.deliver import Deliver
from wasl.service.earlier import Earlier
from wasl.service.erase import TIMER_KIND as GO_ON_TIMER
from wasl.service.gather import Gather
from wasl.service.housekeep import Housekeep
from wasl.service.learn import EXAMPLE, Learn
from wasl.service.link import Links
from wasl.service.listen import Listen, listeners
from wasl.service.login import keep_secret
from wasl.service.moving import Moving
from wasl.service.observe import Observe
from wasl.service.receive import Receive
from wasl.service.show import Show
from wasl.service.spans import Spans, open_spans
from wasl.service.worker import Worker
from wasl.store.sqlite import SqliteStore
from wasl.web.events import Streams
from wasl.web.hooks import PREFIX, Hooks
from wasl.web.openai_api import PREFIX as API
from wasl.web.openai_api import OpenAiApi
from wasl.web.ops import PATHS, Ops
from wasl.web.pages import build_pages
from wasl.web.server import Paths, Server, behind_proxies

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

STOP_GRACE_SECONDS = 20.0
GC_THRESHOLD = 20_000
"""Objects made and not yet freed before the youngest are looked through; Python's own default is 700."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Everything one process is made of, composed and not yet opened."""

    settings: Settings
    store: Store
    bus: Bus
    blobs: FolderBlobs
    network: Network
    clock: SystemClock
    observe: Observe
    spans: Spans | None
    channels: Mapping[str, Channel]
    providers: Mapping[str, Provider | Keyless]
    candidates: Sequence[RouteCandidate]
    learn: Learn
    ask: Ask
    receive: Receive
    worker: Worker
    housekeep: Housekeep
    moving: Moving
    links: Links

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Installation"]:
        """Opens the store and the network, and closes them at the end."""
        await self.store.open()
        try:
            await self.bus.open()
            yield self
        finally:
            await self.network.close()
            await self.bus.close()
            await self.store.close()
            if self.spans is not None:
                await asyncio.to_thread(self.spans.close)

    async def serve(self, *, ready: Callable[[str], None]) -> None:
        """Runs the roles of the settings until SIGTERM or SIGINT; `ready` is told the local address once it takes requests."""
        async with self.opened():
            await _serve(self, ready=ready)


Around = Callable[[Store, Network], tuple[Store, Network]]
"""Wraps the two doors to the world; the crash tests pull the plug there."""


def compose(settings: Settings, *, around: Around | None = None) -> Installation:
    """Makes every part from the settings. Opens nothing. Raises SettingWrong."""
    spans = open_spans(settings.otel_endpoint, version=__version__) if settings.otel_endpoint else None
    clock, observe = SystemClock(), Observe(spans=spans)
    network: Network = HttpNetwork()
    store, bus = _store(settings, clock=clock, observe=observe)
    if around is not None:
        store, network = around(store, network)
    blobs = FolderBlobs(settings.data / "media")
    channels = make_channels(settings)
    providers = make_providers(settings)
    candidates = make_candidates(settings, providers)
    learn = Learn(folder=settings.knowledge, clock=clock, example=EXAMPLE if settings.on_trial else None)
    ask = Ask(candidates=candidates, network=network, clock=clock, routing=settings.routing)
    links = Links(store=store, bus=bus, clock=clock, channels=channels, public_url=settings.server.public_url, language=settings.language)
    worker = _worker(
        settings,
        links=links,
        store=store,
        bus=bus,
        blobs=blobs,
        network=network,
        clock=clock,
        observe=observe,
        channels=channels,
        ask=ask,
        search=learn.search,
    )
    moving = make_moving(settings, store=store, blobs=blobs, clock=clock, network=network, channels=channels)
    receive = Receive(
        store=store,
        bus=bus,
        clock=clock,
        channels=channels,
        observe=observe,
        offer=worker.offer if settings.server.role != "web" else lambda: None,
        take=worker.take,
        withdraw=worker.withdraw,
    )
    housekeep = Housekeep(
        store=store,
        bus=bus,
        clock=clock,
        observe=observe,
        backlog_limit=settings.work.backlog_limit,
        raw_days=settings.work.raw_days,
        is_dead=is_dead,
        circuits=ask.states,
        chores=moving.chores,
    )
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
        housekeep=housekeep,
        moving=moving,
        links=links,
    )


def _store(settings: Settings, *, clock: SystemClock, observe: Observe) -> tuple[Store, Bus]:
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
) -> Worker:
    said, work = settings.assistant, settings.work
    library = store.library
    public_url = settings.server.public_url
    commands = Commands(
        store=store,
        clock=clock,
        channels=channels,
        links=links,
        library=library,
        public_url=public_url,
        language=settings.language,
        enabled=said.commands,
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
        earlier=Earlier(library, people=store.people).read,
    )
    deliver = Deliver(
        store=store, network=network, blobs=blobs, clock=clock, channels=channels, observe=observe, attempts_max=work.delivery_attempts_max
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


async def _serve(installation: Installation, *, ready: Callable[[str], None]) -> None:
    """Runs web and worker side by side until a signal says stop; then stops taking, finishes what runs, and ends."""
    i, settings = installation, installation.settings
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await i.housekeep.free_the_dead()
    running: list[asyncio.Task[None]] = [loop.create_task(i.housekeep.run(), name="housekeep")]
    if settings.server.role != "web":
        await i.learn.refresh()
        running.append(loop.create_task(i.learn.run(), name="learn"))
        running.append(loop.create_task(i.worker.run(), name="worker"))
        acts = {ERASE_TIMER: i.moving.erase.carry_out, GO_ON_TIMER: i.moving.erase.go_on}
        running.append(loop.create_task(Alarms(store=i.store, clock=i.clock, acts=acts).run(), name="alarms"))
    if settings.server.role != "worker":
        for name in listeners(i.channels):
            listen = Listen(channel=i.channels[name], store=i.store, network=i.network, clock=i.clock, receive=i.receive)
            running.append(loop.create_task(listen.run(), name=f"listen {name}"))
    secret = await keep_secret(i.store, now_ms=i.clock.now_ms())
    streams = Streams()
    server = Server(_faces(i, secret=secret, streams=streams), host=settings.server.host, port=settings.server.port)
    serving = loop.create_task(server.run(), name="server")
    running.append(serving)
    await _first(server.started.wait(), serving)
    _settle_memory()
    if serving.done():
        await serving  # it could not listen, and says why
    ready(f"http://{_shown_host(settings.server.host)}:{server.port}")
    connecting = loop.create_task(_connect(i), name="connect")  # it ends by itself, and nothing waits for it
    await _first(stop.wait(), *running)
    connecting.cancel()
    server.stop()
    streams.end()
    await i.worker.stop(grace_seconds=STOP_GRACE_SECONDS)
    await asyncio.wait([serving], timeout=STOP_GRACE_SECONDS)
    for task in running:
        task.cancel()
    results = await asyncio.gather(*running, return_exceptions=True)
    broken = [r for r in results if isinstance(r, Exception)]
    if broken:
        raise broken[0]


async def _connect(i: Installation) -> None:
    """Lets channels meet their platforms, where this process has hooks or polls."""
    if i.settings.server.role != "worker":
        public = i.settings.server.public_url
        hooks_url = public.rstrip("/") + PREFIX if public else None
        await Connect(channels=i.channels, network=i.network, clock=i.clock, hooks_url=hooks_url).run()


def _settle_memory() -> None:
    """Spares the collector what lives as long as the process, and lets it look for cycles less often: it cost a tenth of a turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 20)


def _faces(i: Installation, *, secret: str, streams: Streams) -> object:
    """Everything that this process answers over HTTP. `secret` signs the console's forms."""
    settings = i.settings
    ops = Ops(store=i.store, observe=i.observe, clock=i.clock, backlog_limit=settings.work.backlog_limit, version=__version__)
    faces: dict[str, object] = dict.fromkeys(PATHS, ops)
    if settings.server.role == "worker":
        return Paths(faces=faces, rest=ops)
    faces[PREFIX] = Hooks(receive=i.receive, observe=i.observe, clock=i.clock, body_bytes_max=settings.server.body_bytes_max)
    faces[API] = OpenAiApi(
        ask=i.ask,
        store=i.store,
        clock=i.clock,
        observe=i.observe,
        search=i.learn.search,
        body_bytes_max=settings.server.upload_bytes_max,
    )
    pages = build_pages(
        store=i.store,
        bus=i.bus,
        receive=i.receive,
        blobs=i.blobs,
        clock=i.clock,
        channels=i.channels,
        candidates=i.candidates,
        settings=settings,
        streams=streams,
        secret=secret,
        version=__version__,
        moving=i.moving,
        links=i.links,
        mail=SmtpMail(settings.mail) if settings.mail.host else None,
    )
    # Only the pages ask who called and whether it was https; the hooks are spared this.
    return Paths(faces=faces, rest=behind_proxies(pages, trusted=settings.server.trusted_proxies))


def _shown_host(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


async def _first(wanted: Coroutine[Any, Any, Any], *watched: asyncio.Task[Any]) -> None:
    """Waits for `wanted`, or for the first of the tasks that should never end."""
    task = asyncio.get_running_loop().create_task(wanted)
    await asyncio.wait([task, *watched], return_when=asyncio.FIRST_COMPLETED)
    task.cancel()


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
