"""Departing: composes what plans the end of a channel and carries it out."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from wasl.config import Settings
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.ports.sunsets import Sunsets
from wasl.service.link import Links
from wasl.service.means import FindMeans
from wasl.service.sunset import PlanSunset
from wasl.service.tell import Tell
from wasl.service.way_out import FindKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Departing:
    """The plans, and who carries them out beside the worker."""

    sunsets: Sunsets
    plan: PlanSunset
    tell: Tell

    @property
    def tasks(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """Gives what runs beside the worker, by name."""
        return {"sunset": self.plan.run, "tell": self.tell.run}


def make_departing(
    settings: Settings, *, store: Store, bus: Bus, clock: Clock, channels: Mapping[str, Channel], links: Links
) -> Departing | None:
    """Makes it, where the store keeps plans."""
    sunsets: Sunsets | None = getattr(store, "sunsets", None)
    if sunsets is None:
        return None
    links.accept_keys(FindKeys(sunsets=sunsets, links=links))
    kinds = {name: channel.kind for name, channel in channels.items()}
    means = FindMeans(book=shipped_book, clock=clock, kinds=kinds, deployment=Deployment())
    public_url = settings.server.public_url
    return Departing(
        sunsets=sunsets,
        plan=PlanSunset(sunsets=sunsets, clock=clock, channels=tuple(channels), means=means, public_url=public_url),
        tell=Tell(
            store=store,
            sunsets=sunsets,
            links=links,
            bus=bus,
            clock=clock,
            public_url=public_url,
            name=settings.assistant.name,
        ),
    )
