"""Guarding: composes the steps that every answer passes, and the gate before every send, from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from wasl.config import Settings
from wasl.net.rule_folder import rule_texts
from wasl.policy.person_words import opt_words
from wasl.policy.rulebook import Rulebook, read_book
from wasl.policy.shipped_rules import shipped_texts
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.service.attend import HOUR_MS, Attend, Manners
from wasl.service.disclose import Disclose
from wasl.service.hand_over import HandOver
from wasl.service.judging import Gate, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """The steps in their order, and the gate; None lets everything pass."""

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


def make_book(settings: Settings) -> Rulebook:
    """Reads the rules that ship and the operator's own. Raises SettingWrong."""
    own = rule_texts(settings.rules) if settings.rules else {}
    return read_book({**shipped_texts(), **own})


def make_guarding(settings: Settings, *, store: Store, clock: Clock, hand_over: HandOver) -> Guarding:
    """Makes steps and gate. The order: opt-out and human, moderation, purpose, the rules, disclosure, the budget."""
    book = make_book(settings)
    return Guarding(steps=(_attend(settings, book, store=store, clock=clock, hand_over=hand_over), _disclose(settings, store=store)))


def _attend(settings: Settings, book: Rulebook, *, store: Store, clock: Clock, hand_over: HandOver) -> Attend:
    opt_out, handoff = settings.opt_out, settings.handoff
    kinds = {name: str(table.get("kind", name)) for name, table in settings.channels.items()}
    return Attend(
        store=store,
        standings=store.standings,
        clock=clock,
        hand_over=hand_over,
        words=lambda name: opt_words(
            book, kinds.get(name, name), out=opt_out.words, left_out=opt_out.words_left_out, back=opt_out.words_back
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
