"""Drilling: the installation in which a loss is rehearsed, composed like the real one and apart from it."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Protocol, cast

from wasl.config import Backup, Mail, Settings
from wasl.config_drills import Drills
from wasl.config_duties import Alarms
from wasl.continuity.dependency import Standing
from wasl.domain.errors import StoreDown
from wasl.domain.exposure import Fault
from wasl.footing import Kept
from wasl.net.clock import SystemClock
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposing
from wasl.ports.network import Network
from wasl.ports.store import Store
from wasl.running import Installation
from wasl.service.begin_drill import BeginDrill, Drilling
from wasl.service.drill import Rehearse, Season
from wasl.service.drill_watch import DrillWatch
from wasl.service.expose import Footing
from wasl.service.lossy import Lossy, losses_of
from wasl.service.play_shadow import MakeShadow, PlayShadow
from wasl.service.receive import Receive

STOP_GRACE_SECONDS = 2.0
PATIENCE_SECONDS_MORE = 30.0
"""A question is waited for so much longer than one answer may take."""
LEFT_SECONDS = 3_600.0
"""A drill's folder in which nothing was made for so long is of one that died."""
ALWAYS = ("open", "close")
STAND_INS = (
    "models: an echo in this process, in each provider's own wire format; its words, tokens and speed are not the models'",
    "platforms: they take every message; no limit, window or receipt is played",
)


class Around(Protocol):
    """Composes an installation between two given doors (`wasl.app.compose`)."""

    def __call__(self, settings: Settings, *, around: Callable[[Store, Network], tuple[Store, Network]]) -> Installation:
        """Composes; opens nothing."""
        ...


class Away:
    """A store (or a part of one) that raises StoreDown as long as it is away."""

    def __init__(self, store: object, away: Callable[[], bool]) -> None:
        self._store = store
        self._away = away

    def __getattr__(self, name: str) -> Any:
        """Gives what the store has; what would ask the database refuses while it is away."""
        found = getattr(self._store, name)
        if name in ALWAYS:
            return found
        if not callable(found):
            return Away(found, self._away)  # a part of the store: people, library and so on
        if not iscoroutinefunction(found):
            return found

        async def asked(*values: Any, **named: Any) -> Any:
            if self._away():
                raise StoreDown("a drill takes the database away")
            return await found(*values, **named)

        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The installation of a drill, open."""

    store: Store
    receive: Receive
    exposing: Exposing
    stand_ins: Sequence[str]
    installation: Installation

    async def cost(self, *, since_ms: int) -> Mapping[str, Any]:
        """Sums tokens and, where prices are known, money."""
        totals = await self.installation.store.usage_totals(since_ms=since_ms)
        found: dict[str, Any] = {"tokens": sum(int(r["input_tokens"]) + int(r["output_tokens"]) for r in totals)}
        calls = await self.installation.store.ledger.calls(since_ms=since_ms - since_ms % 900_000, until_ms=since_ms + 3_600_000)
        money: dict[str, Any] = {}
        for call in calls:
            if call.currency:
                money[call.currency] = money.get(call.currency, 0) + call.amount
        return {**found, "money": {currency: str(amount) for currency, amount in sorted(money.items())}}


def make_shadow(settings: Settings, *, footing: Footing, compose: Around) -> MakeShadow:
    """Says how a drill's installation is made."""

    @asynccontextmanager
    async def shadow(*, lost: Sequence[Standing], how: Fault, away: Callable[[], bool]) -> AsyncIterator[Rehearsal]:
        from wasl.testing.stand_ins import StandIns  # late: most processes never rehearse

        here, clock = footing.here, SystemClock()
        losses = tuple(loss for s in lost for loss in losses_of(s, here, how=how, register=footing.register))
        models = [c.model or c.provider for c in settings.candidates]
        played = StandIns(clock=clock, models=models, platforms={w.host: w.kind for w in here.ways if w.host})

        def around(store: Store, network: Network) -> tuple[Store, Network]:
            return cast(Store, Away(store, away)), Lossy(played, losses=lambda: losses, clock=clock)

        with tempfile.TemporaryDirectory(dir=await asyncio.to_thread(_place, settings.data)) as folder:
            installation = compose(_apart(settings, Path(folder)), around=around)
            async with installation.opened():
                await installation.learn.refresh()
                working = asyncio.get_running_loop().create_task(installation.worker.run(), name="drill worker")
                try:
                    yield Rehearsal(
                        store=installation.store,
                        receive=installation.receive,
                        exposing=installation.drilling.kept,
                        stand_ins=(*STAND_INS, *(f"{kind}: not played, what is sent there fails" for kind in sorted(played.unplayed))),
                        installation=installation,
                    )
                finally:
                    await installation.worker.stop(grace_seconds=STOP_GRACE_SECONDS)
                    working.cancel()
                    with suppress(asyncio.CancelledError):
                        await working

    return shadow


def make_drilling(settings: Settings, *, kept: Kept, clock: Clock, footing: Footing, compose: Around) -> Drilling:
    """Makes what runs drills, and what minds live ones."""
    wanted = settings.drills
    watch = DrillWatch(drills=kept.drills, clock=clock, footing=footing)
    play = PlayShadow(
        people=kept.people,
        library=kept.library,
        clock=clock,
        shadow=make_shadow(settings, footing=footing, compose=compose),
        history_messages=settings.assistant.history_messages,
        patience_seconds=settings.routing.turn_seconds + PATIENCE_SECONDS_MORE,
    )
    season = Season(lose=wanted.lose, every_days=wanted.every_days, how=wanted.how)
    rehearse = Rehearse(exposing=kept, clock=clock, footing=footing, play=play, season=season)
    return Drilling(kept=kept, clock=clock, watch=watch, rehearse=rehearse, begin=BeginDrill(rehearse=rehearse))


def _place(data: Path) -> Path:
    """Gives the folder for drills, without what a drill left whose process died: it holds copies of what people said."""
    place = data / "drill"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in place.iterdir():
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    return place


def _apart(settings: Settings, folder: Path) -> Settings:
    """Gives the settings of a drill: all as they are, but a database of its own, and nothing that would reach out by itself."""
    server = settings.server.model_copy(update={"role": "all"})
    quiet = {"backup": Backup(), "drills": Drills(), "alarms": Alarms(), "mail": Mail(), "otel_endpoint": None}
    own = {"data": folder, "store": "", "server": server, **quiet}
    return settings.model_copy(update=own)
