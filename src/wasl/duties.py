"""Duties: composes from the settings what Wasl owes people and its operator: an end to messages, a human, disclosure, alarms."""

from collections.abc import Mapping
from dataclasses import dataclass

from wasl.config import Settings
from wasl.connections import make_mail
from wasl.domain.handoff import Handoff
from wasl.net.program import LocalProgram
from wasl.policy.person_words import OptWords, opt_words
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel, title_in
from wasl.ports.clock import Clock
from wasl.ports.moderator import Moderator
from wasl.ports.network import Network
from wasl.ports.program import Program
from wasl.ports.store import Store
from wasl.ports.templates import KeepsTemplates
from wasl.service.ask_moderator import AskAddress, AskProgram
from wasl.service.attend import HOUR_MS, Attend, Manners
from wasl.service.disclose import Disclose
from wasl.service.hand_over import HandOver, Told
from wasl.service.heed_signs import HeedSigns
from wasl.service.judging import Gate, Step
from wasl.service.keep_templates import KeepTemplates
from wasl.service.moderate import Moderate, Standards
from wasl.service.observe import Observe
from wasl.service.raise_alarm import RaiseAlarm, Ways
from wasl.service.respect import Respect
from wasl.service.rules_in_force import RulesInForce
from wasl.service.trouble_words import call_human
from wasl.service.words import base_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What is owed, as one process is made of it. `signs.care` says how careful a channel must be."""

    settings: Settings
    store: Store
    clock: Clock
    alarm: RaiseAlarm
    hand_over: HandOver
    signs: HeedSigns
    moderate: Moderate
    templates: KeepTemplates | None = None

    def before_rules(self, rules: RulesInForce) -> tuple[Step, ...]:
        """Makes the steps that run before the rules are asked."""
        return (_attend(self, rules), self.moderate)

    def respect(self, inner: Gate, rules: RulesInForce) -> Gate:
        """Makes the gate before the gate of the rules."""
        kinds = {name: str(table.get("kind", name)) for name, table in self.settings.channels.items()}

        def forbidden(name: str) -> bool:
            named = rules.book.named(kinds.get(name, name))
            return any("opt_out_words" in rule.predicate and named in rule.channels for rule in rules.book.known_on())

        return Respect(inner=inner, standings=self.store.standings, clock=self.clock, care=self.signs.care, forbidden=forbidden)

    def after_rules(self) -> tuple[Step, ...]:
        """Makes the steps that fulfil what the rules ask for."""
        wanted = self.settings.disclosure
        return (
            Disclose(
                standings=self.store.standings,
                name=self.settings.assistant.name,
                when=wanted.when,
                offer_human=wanted.offer_human and self.settings.handoff.enabled,
                own=wanted.text,
            ),
        )


def make_duties(
    settings: Settings, *, store: Store, bus: Bus, clock: Clock, network: Network, observe: Observe, channels: Mapping[str, Channel]
) -> Duties:
    """Makes everything that is owed."""
    wanted, language = settings.alarms, settings.alarms.language or settings.language
    program = LocalProgram()
    alarm = RaiseAlarm(
        store=store,
        clock=clock,
        network=network,
        program=program,
        mail=make_mail(settings),
        observe=observe,
        ways=Ways(
            mail_to=wanted.mail_to,
            command=wanted.command,
            url=wanted.url,
            secret=wanted.secret.get_secret_value() if wanted.secret else None,
        ),
        name=settings.assistant.name,
    )
    hand_over = HandOver(
        store=store,
        bus=bus,
        clock=clock,
        channels=channels,
        wait_minutes=settings.handoff.wait_minutes,
        return_minutes=settings.handoff.return_minutes,
        language=settings.language,
        told=_told(alarm, channels=channels, language=language),
    )
    templates = None
    if isinstance(store, KeepsTemplates):
        templates = KeepTemplates(lists=store.templates, clock=clock, network=network, channels=channels)
    return Duties(
        settings=settings,
        templates=templates,
        store=store,
        clock=clock,
        alarm=alarm,
        hand_over=hand_over,
        moderate=_moderate(settings, hand_over=hand_over, network=network, program=program),
        signs=HeedSigns(
            troubles=store.troubles,
            standings=store.standings,
            clock=clock,
            channels=channels,
            alarm=alarm,
            on_trouble=wanted.on_trouble,
            repeat_hours=wanted.repeat_hours,
            language=language,
            templates=templates,
        ),
    )


def _moderate(settings: Settings, *, hand_over: HandOver, network: Network, program: Program) -> Moderate:
    wanted = settings.moderation
    moderators: list[Moderator] = []
    if wanted.command:
        moderators.append(AskProgram(program=program, command=wanted.command, seconds=wanted.seconds))
    if wanted.url:
        token = wanted.token.get_secret_value() if wanted.token else None
        moderators.append(AskAddress(network=network, url=wanted.url, token=token, seconds=wanted.seconds))
    return Moderate(
        hand_over=hand_over,
        moderators=moderators,
        standards=Standards(
            lists=wanted.lists,
            patterns=wanted.patterns,
            looks_at=wanted.looks_at,
            when_it_fails=wanted.when_it_fails,
            refusal=wanted.refusal,
            emergencies=wanted.emergencies,
            emergency=wanted.emergency,
            emergency_words=wanted.emergency_words,
            human=settings.handoff.enabled,
        ),
    )


def _told(alarm: RaiseAlarm, *, channels: Mapping[str, Channel], language: str) -> Told:
    async def told(handoff: Handoff) -> None:
        channel = channels.get(handoff.channel)
        title = title_in(channel, base_language(language)) if channel is not None else handoff.channel
        head, text = call_human(handoff, title=title, language=language)
        of = f"{handoff.id}:emergency" if handoff.why == "emergency" else handoff.id  # one that waited already is told of anew
        await alarm("handoff", of, head=head, text=text, conversation=handoff.conversation_id, why=handoff.why)

    return told


def _attend(duties: Duties, rules: RulesInForce) -> Attend:
    settings = duties.settings
    opt_out, handoff = settings.opt_out, settings.handoff
    kinds = {name: str(table.get("kind", name)) for name, table in settings.channels.items()}
    known: dict[tuple[str, str], OptWords] = {}

    def words(name: str) -> OptWords:
        key = (rules.book.digest, name)
        if key not in known:
            known.clear()  # a new rulebook: the old one's words are not asked for again
            known.update({(key[0], n): gathered(n) for n in {name, *kinds}})
        return known[key]

    def gathered(name: str) -> OptWords:
        kind = kinds.get(name, name)
        return opt_words(rules.book, kind, out=opt_out.words, left_out=opt_out.words_left_out, back=opt_out.words_back)

    return Attend(
        store=duties.store,
        standings=duties.store.standings,
        clock=duties.clock,
        hand_over=duties.hand_over,
        words=words,
        care=duties.signs.care,
        help_first=duties.moderate.help,
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
