"""Running: an installation, opened and at work until it is told to stop."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from socket import socket
from typing import Any

import structlog

from wasl import GC_THRESHOLD, __version__
from wasl.config import Settings
from wasl.connections import make_mail
from wasl.departing import Departing
from wasl.domain.errors import SettingWrong
from wasl.duties import Duties
from wasl.guarding import Guarding
from wasl.net.blobs import FolderBlobs
from wasl.net.clock import SystemClock
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.network import Network
from wasl.ports.provider import Keyless, Provider
from wasl.ports.store import Store
from wasl.proving import Proving
from wasl.routing.route import RouteCandidate
from wasl.service.alarms import Alarms
from wasl.service.ask import Ask
from wasl.service.begin_drill import Drilling
from wasl.service.commands import ERASE_TIMER
from wasl.service.connect import Connect
from wasl.service.drill import Rehearse
from wasl.service.erase import TIMER_KIND as GO_ON_TIMER
from wasl.service.expose import Expose
from wasl.service.hand_over import RETURN_TIMER
from wasl.service.housekeep import Housekeep
from wasl.service.learn import Learn
from wasl.service.link import Links
from wasl.service.listen import Listen, listeners
from wasl.service.login import keep_secret
from wasl.service.moving import Moving
from wasl.service.observe import Observe
from wasl.service.raise_alarm import ALARM_TIMER
from wasl.service.receive import Receive
from wasl.service.reckon import Reckon
from wasl.service.rules_in_force import RulesInForce
from wasl.service.spans import Spans
from wasl.service.train_scope import TrainScope
from wasl.service.worker import Worker
from wasl.watching import Watching
from wasl.web.events import Streams
from wasl.web.hooks import PREFIX, Hooks
from wasl.web.openai_api import PREFIX as API
from wasl.web.openai_api import OpenAiApi
from wasl.web.ops import PATHS, Ops
from wasl.web.pages import build_pages
from wasl.web.server import Paths, Server, behind_proxies, bind

log = structlog.get_logger(__name__)

STOP_GRACE_SECONDS = 20.0


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
    proving: Proving
    expose: Expose
    reckon: Reckon
    duties: Duties
    drilling: Drilling
    guarding: Guarding
    departing: Departing
    watching: Watching | None
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def train_scope(self) -> TrainScope:
        """What adds ratings to the operator's scope."""
        return self.guarding.purposing.train_scope

    @property
    def rules(self) -> RulesInForce:
        """The rulebook in force."""
        return self.guarding.rules

    @property
    def rehearse(self) -> Rehearse:
        """What runs drills."""
        return self.drilling.rehearse

    def stop(self) -> None:
        """Ends `serve` as a signal does."""
        self.ending.set()

    @asynccontextmanager
    async def opened(self, *, ruled: bool = True) -> AsyncIterator["Installation"]:
        """Opens the store and the network, and closes them at the end.

        Wrong rule files put the last good rulebook in force; where none is known it raises SettingWrong, unless nothing will be judged
        (`ruled` is false).
        """
        await self.store.open()
        try:
            if ruled:
                await self.guarding.rules.recall()
            else:
                with suppress(SettingWrong):
                    await self.guarding.rules.recall()
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
        # Before the store is opened: whoever starts a second server by mistake must not begin to work beside the first.
        with await bind(self.settings.server.host, self.settings.server.port) as bound:
            async with self.opened():
                await _serve(self, bound=bound, ready=ready)


async def _serve(installation: Installation, *, bound: socket, ready: Callable[[str], None]) -> None:
    """Runs web and worker side by side until a signal says stop; then stops taking, finishes what runs, and ends."""
    i, settings = installation, installation.settings
    stop = i.ending
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await i.housekeep.free_the_dead()
    running: list[asyncio.Task[None]] = [loop.create_task(i.housekeep.run(), name="housekeep")]
    running.append(loop.create_task(i.departing.succeed.run(), name="successions"))
    running.append(loop.create_task(i.drilling.watch.run(forgive=i.ask.forgive), name="drill watch"))
    if settings.server.role != "web":
        await i.learn.refresh()
        running.append(loop.create_task(i.learn.run(), name="learn"))
        running.append(loop.create_task(i.worker.run(), name="worker"))
        running.append(loop.create_task(i.duties.signs.run(), name="signs of trouble"))
        acts = {ERASE_TIMER: i.moving.erase.carry_out, GO_ON_TIMER: i.moving.erase.go_on, **(i.watching.acts if i.watching else {})}
        acts |= {RETURN_TIMER: i.duties.hand_over.returned, ALARM_TIMER: i.duties.alarm.go_out}
        running.append(loop.create_task(Alarms(store=i.store, clock=i.clock, acts=acts).run(), name="alarms"))
        for name, beside in {**i.departing.tasks, **(i.watching.tasks if i.watching else {})}.items():
            running.append(loop.create_task(beside(), name=name))
    running.append(loop.create_task(i.guarding.rules.run(), name="rules"))
    running.append(loop.create_task(i.guarding.purposing.learnt.run(), name="learn purpose"))
    if settings.server.role != "worker":
        for name in listeners(i.channels):
            listen = Listen(channel=i.channels[name], store=i.store, network=i.network, clock=i.clock, receive=i.receive)
            running.append(loop.create_task(listen.run(), name=f"listen {name}"))
    secret = await keep_secret(i.store, now_ms=i.clock.now_ms())
    streams = Streams()
    server = Server(_faces(i, secret=secret, streams=streams), bound=bound)
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
    await i.drilling.begin.close()
    await i.departing.begin_trial.close()
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
    ops = Ops(
        store=i.store, observe=i.observe, clock=i.clock, backlog_limit=settings.work.backlog_limit, version=__version__, rules=i.rules
    )
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
        reckon=i.reckon,
        watching=i.watching,
        learn_purpose=i.guarding.purposing.learnt,
        moving=i.moving,
        links=i.links,
        hand_over=i.duties.hand_over,
        rulebook=lambda: i.guarding.rules.book,
        figures=i.proving.figures,
        expose=i.expose,
        begin_drill=i.drilling.begin,
        planner=i.departing.plan,
        begin_trial=i.departing.begin_trial,
        prove=i.departing.prove,
        mail=make_mail(settings),
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
