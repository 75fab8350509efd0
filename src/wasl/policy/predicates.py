"""Predicates: what a rule may look at, each a test on the Situation. A rule bites when all its tests say so.

A test that lacks the fact it asks for falls to the strict side: it bites. Keys that only explain are in NOTES. What follows when a
rule bites (a wait, a price, a duty) is in `limits`, `charges` and `duties`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from wasl.policy.rule import Rule
from wasl.policy.situation import HOUR_MS, Situation

Test = Callable[[Situation], bool]
Maker = Callable[[Any, Rule], Test | None]

USES: Final = ("train_on_data", "bulk_export", "persistent_copy")


def tests_of(rule: Rule) -> tuple[tuple[str, Test], ...]:
    """Compiles a rule's predicate into its tests, by key."""
    made: list[tuple[str, Test]] = [("role", _of_role(rule))] if rule.role != "any" else []
    for key, value in rule.predicate.items():
        maker = CONDITIONS.get(key)
        test = maker(value, rule) if maker else None
        if test is not None:
            made.append((key, test))
    if wanted := tuple(use for use in USES if rule.predicate.get(use)):
        made.append((wanted[0], _uses(wanted, rule)))
    return tuple(made)


def _of_role(rule: Rule) -> Test:
    primary = rule.role == "primary"
    return lambda s: s.primary is primary


def _ai_primary(value: bool, rule: Rule) -> Test | None:
    if not value:
        return None
    if rule.effect == "charge":  # what is billed is the account, not the single turn
        return lambda s: s.act.deployment.purpose == "general_assistant"
    return lambda s: s.primary


def _except_ai_primary(value: bool, _rule: Rule) -> Test | None:
    return (lambda s: s.act.deployment.purpose != "general_assistant") if value else None


def _account_created_from(value: date, _rule: Rule) -> Test:
    return lambda s: s.act.deployment.account_created_on is None or s.act.deployment.account_created_on >= value


def _calling_code(value: str, _rule: Rule) -> Test:
    return lambda s: s.code is None or s.code == value


def _template_category(value: str, _rule: Rule) -> Test:
    return lambda s: s.act.message.form == "template" and s.act.message.category == value


def _templates(value: bool, _rule: Rule) -> Test | None:
    return None if value else (lambda s: s.act.message.form == "free")


def _window(hours: int, rule: Rule) -> Test | None:
    """For a denial: bites on a free-form message outside the window. Zero hours: once opened, it stays open."""
    predicate = rule.predicate
    if rule.effect == "charge":
        return _free_entry(hours, rule)
    if rule.effect == "limit":
        return None  # a limit's window is its bound, not its condition
    opened_by = frozenset(predicate.get("opened_by", ()))
    ad_hours = int(predicate.get("ad_first_message_window_hours", hours))
    exempt = frozenset(predicate.get("exempt_tags", ()))
    exempt_app = bool(predicate.get("exempt_via_app"))

    def shut(s: Situation) -> bool:
        message, person = s.act.message, s.act.person
        if message.form != "free" or message.tag in exempt or (exempt_app and message.via_app):
            return False
        if s.elapsed_ms is None or (person.opened_by and opened_by and person.opened_by not in opened_by):
            return True
        allowed = ad_hours if person.opened_by == "click_to_message_ad" else hours
        return allowed > 0 and s.elapsed_ms > allowed * HOUR_MS

    return shut


def _free_entry(hours: int, rule: Rule) -> Test:
    opened_by, reply_hours = frozenset(rule.predicate.get("opened_by", ())), int(rule.predicate.get("reply_within_hours", hours))

    def free(s: Situation) -> bool:
        person = s.act.person
        if person.entry_opened_ms is not None:  # whatever the person wrote since
            return 0 <= s.act.at_ms - person.entry_opened_ms <= hours * HOUR_MS
        return person.opened_by in opened_by and s.elapsed_ms is not None and s.elapsed_ms <= reply_hours * HOUR_MS

    return free


def _opt_in(value: bool, rule: Rule) -> Test | None:
    """For a denial: nobody is written to first. For a requirement: only the forms named by `for`."""
    if not value or "window_hours" in rule.predicate:
        return None
    if rule.effect == "deny":
        return lambda s: s.act.person.consent is False or (s.act.person.consent is None and s.elapsed_ms is None)
    forms = frozenset(rule.predicate.get("for", ())) | frozenset(rule.predicate.get("separate_for", ()))
    return lambda s: not forms or s.act.message.form in forms or (s.act.message.form == "call_request" and "call" in forms)


def _uses(wanted: tuple[str, ...], rule: Rule) -> Test:
    excepted, names = rule.predicate.get("except"), frozenset(wanted)

    def used(s: Situation) -> bool:
        if excepted and s.act.model is not None and s.act.model.training == excepted:
            return False
        return not names.isdisjoint(s.uses)

    return used


def _supported(value: bool, rule: Rule) -> Test | None:
    """Bites where the person's country is not on the list, and where the country is not known."""
    if not value:
        return None
    unsupported = frozenset(rule.predicate.get("unsupported", ()))

    def outside(s: Situation) -> bool:
        if s.region is None:
            return True
        listed = s.act.model.supported if s.act.model else None
        if listed is not None:
            return s.region not in listed
        return s.region in unsupported or s.part in unsupported

    return outside


def _users_in(value: list[str], _rule: Rule) -> Test:
    regions = frozenset(value)  # groups are resolved when the book is made
    return lambda s: s.region is None or s.region in regions


def _tier(value: str, _rule: Rule) -> Test:
    return lambda s: s.act.model is not None and s.act.model.tier == value


def _personal_data(value: bool, _rule: Rule) -> Test | None:
    return (lambda s: s.act.model is not None and s.act.model.personal_data) if value else None


def _under_18(value: bool, _rule: Rule) -> Test | None:
    return (lambda s: s.act.deployment.audience_under_18) if value else None


def _signals(value: str, _rule: Rule) -> Test:
    return lambda s: value in s.act.signals


def _any_signal(value: list[str], _rule: Rule) -> Test:
    names = frozenset(value)
    return lambda s: not names.isdisjoint(s.act.signals)


def _coexistence(value: bool, _rule: Rule) -> Test | None:
    return (lambda s: s.act.message.via_app) if value else None


def _endpoint(value: str | list[str], _rule: Rule) -> Test:
    names = frozenset([value] if isinstance(value, str) else value)
    return lambda s: s.act.endpoint in names


def _distribution(value: str, _rule: Rule) -> Test:
    return lambda s: s.act.deployment.distribution == value


def _marketplace(value: bool, _rule: Rule) -> Test:
    return lambda s: s.act.deployment.marketplace is value


def _tag(value: str, _rule: Rule) -> Test:
    return lambda s: s.act.message.tag == value


def _tags(value: list[str], _rule: Rule) -> Test:
    names = frozenset(value)
    return lambda s: s.act.message.tag in names


def _form(value: list[str], _rule: Rule) -> Test:
    forms = frozenset(value)
    return lambda s: s.act.message.form in forms


def _header_present(value: list[str], rule: Rule) -> Test:
    """A header is named alone or with its value; senders are names before the @, or "empty return path"."""
    wanted = tuple(one.lower().replace(" ", "") for one in value)
    senders = frozenset(one.lower() for one in rule.predicate.get("or_sender", ()))

    def automatic(s: Situation) -> bool:
        sender = s.act.message.answers_sender.lower()
        if (not sender and "empty return path" in senders) or sender.partition("@")[0] in senders:
            return True
        return any(h.lower().replace(" ", "").startswith(wanted) for h in s.act.message.answers_headers)

    return automatic


def _headers(_value: list[str], _rule: Rule) -> Test:
    return lambda s: s.act.message.bulk


def _assistant_speaks(_value: Any, _rule: Rule) -> Test:
    return lambda s: s.act.sender == "assistant"


def _without_phone(_value: Any, _rule: Rule) -> Test:
    return lambda s: s.act.person.business_id is not None and s.act.person.phone is None


CONDITIONS: Final[Mapping[str, Maker]] = {
    "ai_primary": _ai_primary,
    "except_ai_primary": _except_ai_primary,
    "account_created_from": _account_created_from,
    "recipient_calling_code": _calling_code,
    "template_category": _template_category,
    "templates": _templates,
    "window_hours": _window,
    "opt_in_required": _opt_in,
    "supported_country_required": _supported,
    "users_in": _users_in,
    "tier": _tier,
    "personal_data": _personal_data,
    "audience_under_18": _under_18,
    "status_pricing_category": _signals,
    "signals": _any_signal,
    "coexistence": _coexistence,
    "endpoint": _endpoint,
    "distribution": _distribution,
    "marketplace": _marketplace,
    "tag": _tag,
    "tags": _tags,
    "form": _form,
    "header_present": _header_present,
    "headers": _headers,
    "human_escalation_required": _assistant_speaks,
    "ai_disclosure": _assistant_speaks,
    "mark_generated_media": _assistant_speaks,
    "identity_key": _without_phone,
}
"""Keys that are tests by themselves."""
