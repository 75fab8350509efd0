"""Primary: whether a platform forbids, today and for this person, that an AI is what is offered, or that its words teach anything."""

from wasl.policy.act import Act
from wasl.policy.evaluate import bites, select
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Rulebook


def rule_against_general(book: Rulebook, act: Act) -> Rule | None:
    """Gives the rule that would refuse a general answer, the act being one; None where it may be given, for a price or not.

    An unsure rule counts in strict mode only. Raises SettingWrong for a zone or a region that is none.
    """
    situation, applicable = select(book, act)
    for one in applicable.rules:
        rule = one.rule
        if rule.effect != "deny" or not rule.predicate.get("ai_primary") or (rule.unsure and act.mode == "lenient"):
            continue
        if bites(one, situation):
            return rule
    return None


def rule_against_training(book: Rulebook, act: Act) -> Rule | None:
    """Gives the rule that forbids to learn from a channel's words in the way that the act tells of; None where it is allowed."""
    situation, applicable = select(book, act)
    for one in applicable.rules:
        rule = one.rule
        if rule.effect == "deny" and rule.predicate.get("train_on_data") and not rule.providers and bites(one, situation):
            return rule
    return None
