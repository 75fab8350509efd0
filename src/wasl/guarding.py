"""Guarding: composes the steps that every answer passes, and the gate before every send, from the settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from wasl.config import Settings
from wasl.domain.errors import SettingWrong
from wasl.domain.person import Address
from wasl.duties import Duties
from wasl.net.rule_folder import CONFIRMED, own_rule_texts
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.purposing import Purposing
from wasl.routing.choose import Bar
from wasl.service.acting import Approved, Party
from wasl.service.admit import Admit
from wasl.service.guard import Guard
from wasl.service.instead import Instead
from wasl.service.judging import Case, Gate, Step
from wasl.service.resize import Pieces, Resize
from wasl.service.rules_in_force import RulesInForce
from wasl.service.tally import Tally
from wasl.wire.markup import measure
from wasl.wire.region import REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """The steps in their order, and the gate; None lets everything pass. `rules` holds the rulebook in force,
    `tally` counts what is sent, `bills` says where each message may be billed, so that an answer goes out in as few as it can."""

    rules: RulesInForce
    tally: Tally
    purposing: Purposing
    steps: tuple[Step, ...] = ()
    gate: Gate | None = None
    bills: Callable[[Address], bool] | None = None
    pieces: Pieces | None = None
    """Cuts answers as channel and rules ask, before they are stored."""
    bars: Callable[[Case], Sequence[Bar]] = lambda case: ()
    """Gives what keeps providers from the words of a case that nobody judged yet."""


def make_guarding(
    settings: Settings,
    *,
    store: Store,
    clock: Clock,
    channels: Mapping[str, Channel],
    duties: Duties,
    purposing: Callable[..., Purposing],
) -> Guarding:
    """Makes steps and gate. The order: opt-out and human, moderation, purpose, the rules, disclosure, the budget. `purposing` makes what
    weighs purpose from the rules. Raises SettingWrong."""
    texts = partial(own_rule_texts, settings.rules, settings.data / CONFIRMED)
    rules = RulesInForce(base=shipped_book(), texts=texts, clock=clock, judged=store.judged, alarm=duties.alarm)
    parties = make_parties(settings, channels=channels)
    guard = Guard(rules=rules, parties=parties, elsewhere=settings.server.public_url)
    weighing = purposing(channels=channels, book=lambda: rules.book, standings=parties, bars=guard.bars)
    steps = (
        *duties.before_rules(rules),
        weighing.weigh,
        guard,
        *duties.after_rules(),
    )
    tally = Tally(counting=store.counting, clock=clock)
    kept = duties.templates
    instead = Instead(
        rules=rules,
        parties=parties,
        people=store.people,
        standings=store.standings,
        usable=kept.usable if kept is not None else None,
        status=kept.status if kept is not None else None,
    )
    admit = Admit(
        rules=rules, parties=parties, tally=tally, clock=clock, instead=instead, standings=store.standings, care=duties.signs.care
    )
    gate = duties.respect(admit, rules)
    pieces = Resize(book=lambda: rules.book, parties=parties, channels=channels, clock=clock)
    return Guarding(steps=steps, gate=gate, pieces=pieces, rules=rules, tally=tally, purposing=weighing, bars=guard.bars)


def make_parties(settings: Settings, *, channels: Mapping[str, Channel]) -> dict[str, Party]:
    """Tells how each channel stands under the rules, by its name. Raises SettingWrong for a name or a country that is none."""
    late = settings.work.late_after_seconds_by_channel
    for key, names in (("deployment.by_channel", settings.deployment.by_channel), ("work.late_after_seconds_by_channel", late)):
        for name in names:
            if name not in channels:
                raise SettingWrong(f"{key}.{name}: there is no channel {name!r}; the channels are {', '.join(sorted(channels))}")
    return {name: _party(settings, channel, name=name) for name, channel in channels.items()}


def _party(settings: Settings, channel: Channel, *, name: str) -> Party:
    own, chosen = settings.deployment.on(name), settings.deployment.by_channel.get(name)
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
            rate_per_second=_granted(channel) if own.throughput is None else None,
            unique_recipients_max=own.unique_recipients_max,
            audience_under_18=own.audience_under_18,
            marketplace=own.marketplace,
            fulfilled=frozenset(own.fulfilled),
        ),
        mode=own.mode,
        measure=measure(channel.limits),
        limits=channel.limits,
        templates=tuple(Approved(**one.model_dump()) for one in chosen.templates) if chosen is not None else (),
    )


def _granted(channel: Channel) -> int | None:
    """Gives the pace that the operator wrote down for a channel, where it is another than the usual one."""
    own, usual = channel.limits.pace, getattr(type(channel), "limits", channel.limits).pace
    return None if own is None or own == usual else max(1, round(1 / own.seconds_per_message))
