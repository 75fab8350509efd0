"""Evaluation: one act against the rulebook, in six steps, without clock or network.

1 the rules that hold on the day, for the channel and the *person's* place;
2 a regional permit helps only where the general denial lists the place in its `regions_except`, which is how the rules are chosen;
3 any denial wins, a limit gives a time or sizes, a charge adds cost, a requirement adds a duty;
4 an unsure denial denies in strict mode and warns in lenient mode;
5 where the place is not known, every regional rule that forbids or asks holds;
6 the Verdict names the rules and the version of the book.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from wasl.domain.rule import Alternative, Duty, Price, Reason, Verdict
from wasl.policy.act import Act
from wasl.policy.limits import Reached
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Applicable, Compiled, Rulebook
from wasl.policy.situation import HOUR_MS, Situation, situation_of

Told = TypeVar("Told")
PLACE_UNKNOWN: Final = Reason(
    rule="place.unknown",
    text="The person's country is not known (no phone number, no business-scoped id, no region): the strictest reading of every "
    "regional rule is taken.",
    arabic="بلد الشخص غير معروف (لا رقم هاتف ولا معرّف مرتبط بالنشاط ولا منطقة)، فيُؤخذ بأشد قراءة لكل قاعدة إقليمية.",
)
ALTERNATIVES: Final = {
    "template": Alternative(kind="template", text="Send an approved template.", arabic="أرسل قالبًا معتمدًا."),
    "human": Alternative(kind="human", text="Let a human answer.", arabic="دع موظفًا يجيب."),
    "own_channel": Alternative(
        kind="own_channel", text="Answer on a channel of your own, by a link.", arabic="أجب على قناة تملكها أنت، برابط."
    ),
    "link": Alternative(kind="link", text="Send a link to the file.", arabic="أرسل رابطًا إلى الملف."),
    "provider": Alternative(kind="provider", text="Ask another model provider.", arabic="اسأل مزوّد نماذج آخر."),
}
HUMAN_TAG_HOURS: Final = 168
INFORMATIVE: Final = frozenset({"notice_days", "notice_months", "change_days"})
"""Warnings about what may come, not about this act: they are named among the rules and not said each time."""


@dataclass(slots=True)
class _Found:
    """What the rules said so far."""

    denials: list[Rule] = field(default_factory=list)
    warnings: list[Reason] = field(default_factory=list)
    permits: list[Reason] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    waits: list[tuple[Rule, int]] = field(default_factory=list)
    cuts: list[tuple[Rule, tuple[tuple[str, int], ...]]] = field(default_factory=list)
    prices: list[tuple[Rule, Price | None]] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    free: bool = False
    on_strict_side: bool = False


def evaluate(book: Rulebook, act: Act, *, known: date | None = None) -> Verdict:
    """Judges an act by what was known on a day (None: everything). Raises SettingWrong for a zone or a region that is none."""
    situation, applicable = select(book, act, known=known)
    return judge(situation, applicable, book=book.digest)


def judge(situation: Situation, applicable: Applicable, *, book: str) -> Verdict:
    """Steps 3 to 6, where the rules were chosen already; `book` is the digest of theirs."""
    found = _Found()
    for one in applicable.rules:
        for _, test in one.tests:  # as `bites` asks; nearly every rule is passed over here, for every answer and every send
            if not test(situation):
                break
        else:
            _say(one, situation, applicable, found)
    return _verdict(found, situation, book)


def select(book: Rulebook, act: Act, *, known: date | None = None) -> tuple[Situation, Applicable]:
    """Steps 1, 2 and 5: the rules of the day, the channel, the provider and the person's place."""
    situation = situation_of(act)
    return situation, book.applicable(
        channel=book.named(act.channel),
        provider=situation.provider,
        region=situation.region,
        part=situation.part,
        assumed=situation.assumed,
        day=situation.day,
        known=known,
    )


def bites(one: Compiled, situation: Situation) -> bool:
    """Says whether every test of a rule is met."""
    return all(test(situation) for _, test in one.tests)


def _say(one: Compiled, s: Situation, applicable: Applicable, found: _Found) -> None:
    """Steps 3 and 4: what one rule that bites adds."""
    rule = one.rule
    match rule.effect:
        case "deny":
            _deny(rule, s, found)
        case "limit":
            if not _limit(one, s, found):
                return
        case "require":
            if not _require(one, s, found):
                return
        case "charge":
            charged = one.cost(s, applicable.rates) if one.cost else None
            if charged is None:
                return
            if charged.free:
                found.free = True
            else:
                found.prices.append((rule, charged.price))
        case "allow":
            found.permits.append(reason_of(rule))
        case "warn":
            if INFORMATIVE.isdisjoint(rule.predicate):
                found.warnings.append(reason_of(rule))
    found.rules.append(rule.id)
    found.on_strict_side |= rule.id in applicable.strict_side


def _deny(rule: Rule, s: Situation, found: _Found) -> None:
    if rule.unsure and s.act.mode == "lenient":
        found.warnings.append(reason_of(rule))
    else:
        found.denials.append(rule)


def _limit(one: Compiled, s: Situation, found: _Found) -> bool:
    reached = False
    for make in one.bounds:
        if (bound := make(s)) is not None:
            _bound(one.rule, bound, s, found)
            reached = True
    return reached


def _bound(rule: Rule, bound: Reached, s: Situation, found: _Found) -> None:
    if bound.until_ms is not None:
        found.waits.append((rule, bound.until_ms))
    elif bound.sizes:
        found.cuts.append((rule, bound.sizes))
    else:
        _deny(rule, s, found)


def _require(one: Compiled, s: Situation, found: _Found) -> bool:
    rule, said = one.rule, False
    for duty, state_of in one.asks:
        state = state_of(s)
        if state == "broken":
            _deny(rule, s, found)
        elif state == "open":
            found.duties.append(duty)
        said |= state != "fulfilled"
    return said


def reason_of(rule: Rule) -> Reason:
    """Gives a rule as a reason for people."""
    return Reason(rule=rule.id, text=rule.text, arabic=rule.arabic, unsure=rule.unsure)


def _verdict(found: _Found, s: Situation, digest: str) -> Verdict:
    """Step 6, with the order of severity: refuse, hold, rewrite, allow."""
    refused, held = bool(found.denials), bool(found.waits)
    deciding = found.denials or [rule for rule, _ in (found.waits or found.cuts)]
    reasons = _once([reason_of(rule) for rule in deciding] or found.permits)
    warnings = _once(found.warnings + found.permits if deciding else found.warnings)
    if (s.region is None or s.assumed) and found.on_strict_side:
        if refused:
            reasons += (PLACE_UNKNOWN,)
        else:
            warnings += (PLACE_UNKNOWN,)
    charged = bool(found.prices) and not found.free and not refused
    return Verdict(
        effect="refuse" if refused else "hold" if held else "rewrite" if found.cuts else "allow",
        reasons=reasons,
        until_ms=max(until for _, until in found.waits) if held and not refused else None,
        warnings=warnings,
        duties=() if refused else _once(found.duties),
        alternatives=_alternatives(found, s) if refused or held else (),
        price=_dearest(found) if charged else None,
        charged=charged,
        limits=_tightest(found) if found.cuts else (),
        rules=_once(found.rules),
        book=digest,
    )


def _once(told: Sequence[Told]) -> tuple[Told, ...]:
    """Gives each once, where it was told first."""
    return tuple(dict.fromkeys(told)) if len(told) > 1 else tuple(told)


def _dearest(found: _Found) -> Price | None:
    """Several charges for one message are not added up: the platform bills one of them, and the dearest is expected."""
    known = [price for _, price in found.prices if price is not None]
    return max(known, key=lambda price: price.amount_max or price.amount, default=None)


def _tightest(found: _Found) -> tuple[tuple[str, int], ...]:
    sizes: dict[str, int] = {}
    for _, cuts in found.cuts:
        for name, most in cuts:
            sizes[name] = min(most, sizes.get(name, most))
    return tuple(sorted(sizes.items()))


def _alternatives(found: _Found, s: Situation) -> tuple[Alternative, ...]:
    """What could be done instead, nearest first. A person who does not want to be written to is offered nothing."""
    if s.act.person.opted_out or s.act.person.consent is False:
        return ()
    names = [name for rule in found.denials for name in _instead_of(rule, s)]
    others = [
        Alternative(kind="address", name=name, text=f"Write to the person on {name}.", arabic=f"اكتب إلى الشخص على {name}.")
        for name in s.act.person.others
    ]
    return (*(ALTERNATIVES[name] for name in dict.fromkeys(names)), *others)


def _instead_of(rule: Rule, s: Situation) -> Iterator[str]:
    predicate = rule.predicate
    if predicate.get("outside") in ("template_only", "tag_or_marketing_only"):
        yield "template"
    if "exempt_tags" in predicate and s.elapsed_ms is not None and s.elapsed_ms <= HUMAN_TAG_HOURS * HOUR_MS:
        yield "human"
    if predicate.get("ai_primary"):
        yield from ("own_channel", "human")
    if "max_media_bytes" in predicate:
        yield "link"
    if rule.providers or "train_on_data" in predicate:
        yield "provider"
