"""Duties: what a requirement asks for before sending, whether it stands fulfilled, and when it can only refuse."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from wasl.domain.rule import Duty, DutyKind
from wasl.policy.rule import Rule
from wasl.policy.situation import Situation

State = Literal["fulfilled", "open", "broken"]
Ask = tuple[Duty, Callable[[Situation], State]]
"""What is owed while it is open, and how it stands in a situation."""

_WITHIN: Final = {
    "first_interaction": ("first_interaction", "conversation_start", "session_start"),
    "session_start": ("conversation_start", "session_start"),
    "after_long_pause": ("after_long_pause", "session_start"),
    "human_to_bot": ("human_to_bot",),
    "continued": (),
}
"""A moment is also one of these: who writes for the first time starts a session, too."""
PUNCTUATION: Final = " \t\r\n.,!?؟،…\"'«»“”"


def asks_of(rule: Rule) -> tuple[Ask, ...]:
    """Compiles what a requirement asks for. Raises KeyError never: a requirement without a known key asks for nothing."""
    made: list[Ask] = []
    for key, value in rule.predicate.items():
        if key in _MAKERS and value:
            kind, maker = _MAKERS[key]
            duty = Duty(kind=kind, rule=rule.id, text=rule.text, arabic=rule.arabic, unsure=rule.unsure)
            made.append((duty, maker(value, rule)))
    return tuple(made)


def _open_unless(fulfilled: bool) -> State:
    return "fulfilled" if fulfilled else "open"


def _disclosure(_value: Any, rule: Rule) -> Callable[[Situation], State]:
    when = frozenset(rule.predicate.get("when", ()))

    def state(s: Situation) -> State:
        moment = s.act.message.moment
        due = moment is None or not when or not when.isdisjoint(_WITHIN[moment])
        return _open_unless(not due or s.act.message.discloses_ai)

    return state


def _opt_in(_value: Any, rule: Rule) -> Callable[[Situation], State]:
    anyone = not rule.predicate.get("for")

    def state(s: Situation) -> State:
        person = s.act.person
        if person.opted_out or person.consent is False:
            return "broken"
        return _open_unless(person.consent is True or (anyone and s.elapsed_ms is not None))

    return state


def _opt_out_words(value: list[str], _rule: Rule) -> Callable[[Situation], State]:
    words = frozenset(one.casefold() for one in value)
    return lambda s: "broken" if s.act.person.opted_out or s.act.person.said.strip(PUNCTUATION).casefold() in words else "fulfilled"


def _billing(_value: Any, _rule: Rule) -> Callable[[Situation], State]:
    return lambda s: "broken" if s.act.deployment.billing is False else _open_unless(s.act.deployment.billing is True)


def _paid_tier(_value: Any, _rule: Rule) -> Callable[[Situation], State]:
    def state(s: Situation) -> State:
        tier = s.act.model.tier if s.act.model else None
        return "broken" if tier == "free" else _open_unless(tier == "paid")

    return state


def _way_to_human(_value: Any, _rule: Rule) -> Callable[[Situation], State]:
    return lambda s: _open_unless(s.act.message.offers_human or "way_to_human" in s.act.deployment.fulfilled)


def _named(value: str, _rule: Rule) -> Callable[[Situation], State]:
    return lambda s: _open_unless(value in s.act.deployment.fulfilled)


def _unsubscribe(_value: Any, _rule: Rule) -> Callable[[Situation], State]:
    return lambda s: _open_unless(s.act.message.offers_unsubscribe)


def _marked(_value: Any, _rule: Rule) -> Callable[[Situation], State]:
    return lambda s: _open_unless(s.act.message.marked_generated)


def _always_open(_value: Any, _rule: Rule) -> Callable[[Situation], State]:
    return lambda s: "open"


_MAKERS: Final[Mapping[str, tuple[DutyKind, Callable[[Any, Rule], Callable[[Situation], State]]]]] = {
    "ai_disclosure": ("disclose_ai", _disclosure),
    "human_escalation_required": ("way_to_human", _way_to_human),
    "opt_in_required": ("opt_in", _opt_in),
    "opt_out_words": ("honour_opt_out", _opt_out_words),
    "payment_method_required": ("payment_method", _billing),
    "paid_tier_required": ("paid_tier", _paid_tier),
    "headers": ("unsubscribe", _unsubscribe),
    "registration": ("registration", _named),
    "intent": ("permission", _named),
    "mark_generated_media": ("mark_generated", _marked),
    "identity_key": ("send_by_business_id", _always_open),
}
