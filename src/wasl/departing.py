"""Departing: composes what plans the end of a channel and carries it out."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wasl.config import Settings
from wasl.connections import make_mail
from wasl.footing import Kept
from wasl.guarding import Guarding, make_parties
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.ports.store import Store
from wasl.ports.sunsets import Sunsets
from wasl.service.ask import Ask
from wasl.service.begin_trial import BeginTrial
from wasl.service.compose import Voice, system_words
from wasl.service.exempt import FindExempt
from wasl.service.expose import look_at
from wasl.service.leave import ClosedDoor, Closures, Leave
from wasl.service.link import Links
from wasl.service.means import FindMeans
from wasl.service.prove_address import ProveAddress
from wasl.service.succeed import Succeed
from wasl.service.sunset import PlanSunset
from wasl.service.tell import Tell
from wasl.service.try_successor import TrySuccessor
from wasl.service.way_out import FindKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Departing:
    """The plans, and who carries them out beside the worker."""

    sunsets: Sunsets
    plan: PlanSunset
    tell: Tell
    succeed: Succeed
    trial: TrySuccessor
    begin_trial: BeginTrial
    prove: ProveAddress

    @property
    def tasks(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """Gives what runs beside the worker, by name."""
        return {"sunset": self.plan.run, "tell": self.tell.run}


def make_departing(
    settings: Settings, *, kept: Kept, store: Store, bus: Bus, clock: Clock, channels: Mapping[str, Channel], links: Links,
    guarding: Guarding, succeed: Succeed, ask: Ask, network: Network,
) -> tuple[Departing, Guarding]:  # fmt: skip
    """Makes it, and the steps and the gate with what closed channels add to them: right after the people's own words."""
    public_url, sunsets = settings.server.public_url, kept.sunsets
    links.accept_keys(FindKeys(sunsets=sunsets, links=links))
    parties = make_parties(settings, channels=channels)
    means = FindMeans(book=lambda: guarding.rules.book, clock=clock, parties=parties)
    exempt = FindExempt(book=lambda: guarding.rules.book, parties=parties)
    closures = Closures(sunsets=sunsets, clock=clock)
    tell = Tell(
        store=store,
        sunsets=sunsets,
        links=links,
        bus=bus,
        clock=clock,
        public_url=public_url,
        name=settings.assistant.name,
        language=settings.language,
    )
    first, *rest = guarding.steps
    steps = (first, Leave(closures=closures, sunsets=sunsets, links=links, public_url=public_url, here=tell.here), *rest)
    said = settings.assistant
    voice = Voice(name=said.name, instructions=said.instructions, passages=said.passages, max_output_tokens=said.max_output_tokens)
    prove = ProveAddress(
        store=store,
        sunsets=sunsets,
        links=links,
        clock=clock,
        channels=channels,
        network=network,
        mail=make_mail(settings),
        name=said.name,
    )
    trial = TrySuccessor(
        store=store,
        exposure=kept.exposure,
        ask=ask,
        clock=clock,
        instructions=system_words(voice),
        max_output_tokens=said.max_output_tokens,
        bars=guarding.bars,
    )
    departing = Departing(
        sunsets=sunsets,
        prove=prove,
        succeed=succeed,
        trial=trial,
        begin_trial=BeginTrial(succeed=succeed, trial=trial),
        plan=PlanSunset(
            sunsets=sunsets,
            clock=clock,
            channels=tuple(channels),
            means=means,
            public_url=public_url,
            exempt=exempt,
            look=lambda: look_at(kept.exposure),
            proves=prove.ways,
        ),
        tell=tell,
    )
    return departing, replace(guarding, steps=steps, gate=ClosedDoor(closures=closures, clock=clock, inner=guarding.gate, sunsets=sunsets))
