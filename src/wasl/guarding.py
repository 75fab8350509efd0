"""Guarding: composes the steps that every answer passes, and the gate before every send, from the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from wasl.config import Settings
from wasl.domain.errors import SettingWrong
from wasl.net.rule_folder import rule_texts
from wasl.policy.act import Deployment
from wasl.policy.person_words import opt_words
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.purposing import Purposing
from wasl.service.acting import Party
from wasl.service.admit import Admit
from wasl.service.attend import HOUR_MS, Attend, Manners
from wasl.service.disclose import Disclose
from wasl.service.guard import Guard
from wasl.service.hand_over import HandOver
from wasl.service.judging import Gate, Step
from wasl.service.rules_in_force import RulesInForce
from wasl.wire.markup import measure
from wasl.wire.region import REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """The steps in their order, and the gate; None lets everything pass. `rules` holds the rulebook in force."""

    rules: RulesInForce
    purposing: Purposing
    steps: tuple[Step, ...] = ()
    gate: Gate | None = None


def make_hand_over(settings: Settings, *, store: Store, bus: Bus, clock: Clock, channels: Mapping[str, Channel]) -> HandOver:
    """Makes what gives conversations to a human and back."""
    wanted = settings.handoff
    return HandOver(
        store=store,
        bus=bus,
        clock=clock,
        channels=channels,
        wait_minutes=wanted.wait_minutes,
        return_minutes=wanted.return_minutes,
        language=settings.language,
    )


def make_guarding(
    settings: Settings,
    *,
    store: Store,
    clock: Clock,
    channels: Mapping[str, Channel],
    hand_over: HandOver,
    purposing: Callable[..., Purposing],
) -> Guarding:
    """Makes steps and gate. The order: opt-out and human, moderation, purpose, the rules, disclosure, the budget. `purposing` makes what
    weighs purpose from the rules. Raises SettingWrong."""
    texts = partial(rule_texts, settings.rules) if settings.rules is not None else None
    rules = RulesInForce(base=shipped_book(), texts=texts, clock=clock)
    parties = make_parties(settings, channels=channels)
    guard = Guard(rules=rules, parties=parties, elsewhere=settings.server.public_url)
    weighing = purposing(channels=channels, book=lambda: rules.book, standings=parties, bars=guard.bars)
    steps = (
        _attend(settings, rules, store=store, clock=clock, hand_over=hand_over),
        weighing.weigh,
        guard,
        _disclose(settings, store=store),
    )
    return Guarding(steps=steps, gate=Admit(rules=rules, parties=parties, clock=clock), rules=rules, purposing=weighing)


def _attend(settings: Settings, rules: RulesInForce, *, store: Store, clock: Clock, hand_over: HandOver) -> Attend:
    opt_out, handoff = settings.opt_out, settings.handoff
    kinds = {name: str(table.get("kind", name)) for name, table in settings.channels.items()}
    return Attend(
        store=store,
        standings=store.standings,
        clock=clock,
        hand_over=hand_over,
        words=lambda name: opt_words(
            rules.book, kinds.get(name, name), out=opt_out.words, left_out=opt_out.words_left_out, back=opt_out.words_back
        ),
        manners=Manners(
            name=settings.assistant.name,
            human=handoff.enabled,
            human_words=handoff.words,
            operator_takes=handoff.operator_takes,
            pause_ms=int(settings.disclosure.pause_hours * HOUR_MS),
            farewell=opt_out.farewell,
            welcome=opt_out.welcome,
            help=opt_out.help,
            human_text=handoff.text,
        ),
    )


def _disclose(settings: Settings, *, store: Store) -> Disclose:
    wanted = settings.disclosure
    return Disclose(
        standings=store.standings,
        name=settings.assistant.name,
        when=wanted.when,
        offer_human=wanted.offer_human and settings.handoff.enabled,
        own=wanted.text,
    )


def make_parties(settings: Settings, *, channels: Mapping[str, Channel]) -> dict[str, Party]:
    """Tells how each channel stands under the rules, by its name. Raises SettingWrong for a name or a country that is none."""
    for name in settings.deployment.by_channel:
        if name not in channels:
            raise SettingWrong(
                f"deployment.by_channel.{name}: there is no channel {name!r}; the channels are {', '.join(sorted(channels))}"
            )
    return {name: _party(settings, channel, name=name) for name, channel in channels.items()}


def _party(settings: Settings, channel: Channel, *, name: str) -> Party:
    own = settings.deployment.on(name)
    region = own.home_region or None
    if region is not None and region.partition("-")[0] not in REGIONS:
        raise SettingWrong(f"deployment.home_region: {region!r} is no country; write its two letters, such as EG, or a part, such as US-CA")
    return Party(
        name=name,
        kind=channel.kind,
        deployment=Deployment(
            purpose=own.purpose,
            distribution=own.distribution,
            billing=own.billing,
            account_created_on=own.account_created_on,
            zone=own.zone,
            home_region=region,
            throughput=own.throughput or "standard",
            unique_recipients_max=own.unique_recipients_max,
            audience_under_18=own.audience_under_18,
            marketplace=own.marketplace,
            fulfilled=frozenset(own.fulfilled),
        ),
        mode=own.mode,
        measure=measure(channel.limits),
    )
