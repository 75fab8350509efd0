"""Footing: what an installation stands on, derived from its settings and the register."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel

from wasl.config import Settings
from wasl.continuity.dependency import Answerer, Configured, Constraint, Standing, Way
from wasl.continuity.register import Register, read_texts, shipped
from wasl.ledger.price import PriceList
from wasl.net.rule_folder import rule_texts
from wasl.ports.channel import Channel, Drafts, Listens, Local, Subscribes, Templates, Types
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposing
from wasl.ports.provider import Keyless, Provider
from wasl.ports.purposes import KeepsPurposes
from wasl.ports.store import Store
from wasl.ports.successions import Successions
from wasl.ports.sunsets import Sunsets
from wasl.routing.route import Precedence, RouteCandidate, price_rank
from wasl.service.expose import Expose, Footing
from wasl.service.schedule import Schedule
from wasl.service.spent import Spent
from wasl.wire.call import place_of

ROLES = {
    "photo": "sending pictures", "voice": "voice notes", "audio": "sending audio", "video": "sending videos", "document": "sending files",
    "sticker": "stickers", "animation": "sending animations",
}  # fmt: skip
ON_THIS_MACHINE = "sqlite"


class Kept(Store, Exposing, KeepsPurposes, Protocol):
    """A store that keeps something, as it is before anybody wraps it."""

    @property
    def sunsets(self) -> Sunsets:
        """Plans to leave a channel, in the same database."""
        ...

    @property
    def successions(self) -> Successions:
        """Candidates that others replace, in the same database."""
        ...


def read_registers(settings: Settings) -> Register:
    """Reads the shipped register with the operator's own laid over it. Raises SettingWrong."""
    if settings.contracts is None:
        return shipped()
    return read_texts(rule_texts(settings.contracts), base=shipped())


def make_footing(
    settings: Settings,
    *,
    channels: Mapping[str, Channel],
    providers: Mapping[str, Provider | Keyless],
    candidates: Sequence[RouteCandidate],
) -> Footing:
    """Makes the footing. Raises SettingWrong for a register that cannot be read."""
    register = read_registers(settings)
    here = configured(settings, channels=channels, providers=providers, candidates=candidates)
    standing = register.standing(here)
    return Footing(
        register=register,
        here=here,
        standing=standing,
        able={name: frozenset(_abilities(channel)) for name, channel in channels.items()},
        barred=_barred(register, standing, here),
    )


def configured(
    settings: Settings,
    *,
    channels: Mapping[str, Channel],
    providers: Mapping[str, Provider | Keyless],
    candidates: Sequence[RouteCandidate],
) -> Configured:
    """Says what others have a hand in."""
    backup = settings.backup
    away = backup.to.startswith("s3://")
    return Configured(
        ways=tuple(_way(name, channel, settings.channels.get(name, {})) for name, channel in channels.items()),
        answerers=tuple(
            Answerer(
                name=c.name,
                host="" if c.keyless else host_of(providers[c.provider_name], settings.providers.get(c.provider_name, {})),
                region=c.region or "",
                rank=price_rank(c.price_class),
                vision=c.model.vision and not c.keyless,
            )
            for c in candidates
        ),
        database=_host(settings.store) if settings.store else ON_THIS_MACHINE,
        domain=_host(settings.server.public_url or ""),
        mail=settings.mail.host or "",
        copies=(_host(backup.s3_endpoint) if away else ON_THIS_MACHINE) if backup.to else "",
    )


def host_of(adapter: Any, table: Mapping[str, Any]) -> str:
    """Gives the place that a provider or a channel is at, host and unusual port: as the settings say, else as its own settings begin."""
    model: type[BaseModel] = type(adapter).Settings
    field = model.model_fields.get("base_url")
    return place_of(str(table.get("base_url") or (field.default if field is not None else "")))


def contracts(footing: Footing) -> tuple[Precedence, ...]:
    """Makes what routing keeps of the contracts' constraints, each with its days."""
    everybody = frozenset(a.name for a in footing.here.answerers)
    made: list[Precedence] = []
    for c in footing.register.constraints:
        first = footing.register.candidates_of(c.first, footing.standing) & everybody
        then = everybody - first if "*" in c.then else footing.register.candidates_of(c.then, footing.standing) & everybody
        if first and then:
            made.append(
                Precedence(
                    first=first,
                    then=then,
                    never=c.when == "never",
                    reason=f"{c.text['en']} ({c.id})",
                    from_ms=None if c.from_ is None else _ms(c.from_),
                    until_ms=None if c.until is None else _ms(c.until + timedelta(days=1)),
                )
            )
    return tuple(made)


def _barred(register: Register, standing: Sequence[Standing], here: Configured) -> dict[str, frozenset[str]]:
    """Names candidates that an exclusive contract keeps from standing in for others than those whom it names."""
    everybody = frozenset(a.name for a in here.answerers)
    never: list[tuple[frozenset[str], frozenset[str], Constraint]] = []
    for c in register.constraints:
        if c.when == "never" and c.holds(datetime.now(UTC).date()):
            first = register.candidates_of(c.first, standing)
            never.append((first, everybody - first if "*" in c.then else register.candidates_of(c.then, standing), c))
    return {s.entry.id: frozenset(b for first, then, _ in never if first - s.answerers for b in then) for s in standing}


def _way(name: str, channel: Channel, table: Mapping[str, Any]) -> Way:
    own = isinstance(channel, Local)
    finds_us = isinstance(channel, Subscribes) or (isinstance(channel, Listens) and channel.listens())
    return Way(name=name, kind=channel.kind, called=not own and not finds_us, own=own, host="" if own else host_of(channel, table))


def _abilities(channel: Channel) -> list[str]:
    found = [ROLES[role] for role in channel.limits.media_bytes_max]
    abilities = ((Drafts, "showing answers as they grow"), (Types, "the typing mark"), (Templates, "writing first, by template"))
    found += [words for ability, words in abilities if isinstance(channel, ability)]
    return found + (["buttons"] if channel.limits.buttons_max else [])


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def make_expose(
    *, kept: Kept, clock: Clock, footing: Footing, schedule: Schedule | None, prices: PriceList, channels: Mapping[str, Channel]
) -> Expose:
    """Makes what measures exposure."""

    spent = Spent(ledger=kept.ledger, prices=prices, channels=channels, zone="UTC")

    async def backed_up() -> int | None:
        return await asyncio.to_thread(schedule.last_ms) if schedule is not None else None

    async def exported() -> int | None:
        return await kept.exposure.last_act("export")

    return Expose(
        counts=kept.exposure,
        drills=kept.drills,
        clock=clock,
        footing=footing,
        backed_up=backed_up,
        exported=exported,
        spent=spent.within,
    )
