"""Draft: a rule proposed from a changed clause, as a rule file writes it. It acts on nothing until the operator confirms it.

A later rule about the same thing does not replace the earlier one: that one gets an end, by a later record. Pure; whether a draft is a
right rule is judged where the rulebook is known.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from wasl.domain.days import day_at
from wasl.domain.errors import SettingWrong
from wasl.domain.terms import Change, Clause, Document, Topic, Version
from wasl.terms.announce import stated_near
from wasl.terms.canonical import Canonical

Effect = Literal["allow", "deny", "require", "charge", "warn"]
SENTENCE_CHARACTERS_MAX: Final = 360
SUPERSEDED: Final = ("Terms superseded: re-read.", "حلّت شروط جديدة محل هذه الشروط: أعد قراءتها.")
_SUPERSEDED: Final = "superseded"
_PREDICATE: Final = re.compile(r"^predicate = (.*)$", re.M)
_FAMILY: Final = re.compile(r"terms\.(.+)\.(?:allow|deny|require|charge|warn)\.")
STATED_NEAR_DAYS: Final = 60
FAMILY_CHARACTERS_MAX: Final = 34
_BANS: Final = re.compile(
    r"\b(?:prohibited|may not|must not|shall not|not (?:be )?(?:permitted|allowed|use)|forbidden|restricted from)\b", re.I
)
_MONEY: Final = re.compile(r"(?:\b(USD|EUR|GBP|BRL|AED|SAR|EGP)\s?(\d{1,6}(?:\.\d{1,6})?)|([$€£])\s?(\d{1,6}(?:\.\d{1,6})?))")
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP"}
_ARABIC: Final = {
    "allow": "تسمح به الشروط في هذه الأماكن.",
    "deny": "تمنعه الشروط.",
    "require": "تطلبه الشروط.",
    "charge": "تفرض الشروط عليه رسمًا.",
    "warn": "تغيّرت الشروط: راجعها.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A proposed rule. `family` names what it is about: an earlier rule of the same family and effect is ended by this one."""

    family: str
    effect: Effect
    predicate: str
    from_: date
    seen: date
    english: str
    arabic: str
    source: str
    channel: str = ""
    provider: str = ""
    to: date | None = None
    regions: tuple[str, ...] = ("*",)
    regions_except: tuple[str, ...] = ()
    role: Literal["primary", "ancillary", "any"] = "any"
    terms_version: str = ""
    sentences: tuple[str, ...] = ()
    unsure: bool = False
    withdrawn: bool = False

    @property
    def id(self) -> str:
        """The rule's id: what it is about, its effect, its places where it allows, and its first day."""
        places = "-".join(self.regions).casefold() + "." if self.effect == "allow" and self.regions != ("*",) else ""
        return f"terms.{self.family}.{self.effect}.{places}{self.from_.isoformat()}"

    @property
    def opens_sunset(self) -> bool:
        """Says whether it ends or prices something on a day that is still ahead."""
        return self.effect in ("deny", "charge") and self.from_ > self.seen


def drafts_of(
    document: Document, change: Change, *, version: Version, clause: Clause | None = None, page: Canonical | None = None
) -> tuple[Draft, ...]:
    """Proposes rules from a change: from one clause of it, or (None) from the one that weighs most and the days it announces.

    A clause holds from the day that stands over its part of `page`, where that is near; else from an announced day, or from when
    it was seen.
    """
    seen = day_at(change.at_ms)
    found: list[Draft] = []
    chosen = clause or next((one for one in change.judgement.clauses if one.weight > 0), None)
    announced = sorted({one.day for one in change.judgement.dates if one.day is not None and one.day >= seen})
    base = Draft(
        family="",
        effect="warn",
        predicate='{ scope = "terms" }',
        from_=announced[0] if announced else seen,
        seen=seen,
        english="",
        arabic="",
        source=f"{document.platform}: {document.name}, as seen on {seen.isoformat()}",
        channel=next(iter(document.channels), ""),
        provider=next(iter(document.providers), ""),
        terms_version=version.id,
    )
    if change.judgement.topic == "announcement":
        found += [_superseded(base, document, day) for day in announced]
    if chosen is not None and not (change.judgement.topic == "announcement" and clause is None):
        stated = stated_near(page, chosen.heading) if page is not None else version.stated
        effective = stated if stated is not None and abs((stated - seen).days) <= STATED_NEAR_DAYS else base.from_
        found += _from_clause(replace(base, from_=effective), document, chosen)
    return tuple(found)


def toml_of(draft: Draft) -> str:
    """Writes a draft as a rule file writes a rule."""
    lines = ["[[rule]]", f"id = {_quoted(draft.id)}"]
    lines += [f"{key} = {_quoted(value)}" for key, value in (("channel", draft.channel), ("provider", draft.provider)) if value]
    lines += [
        f'effect = "{draft.effect}"',
        f"predicate = {draft.predicate}",
        f"requires.en = {_quoted(draft.english)}",
        f"requires.ar = {_quoted(draft.arabic)}",
        f"from = {draft.from_.isoformat()}",
    ]
    if draft.to is not None:
        lines.append(f"to = {draft.to.isoformat()}")
    lines.append(f"regions = {json.dumps(list(draft.regions))}")
    if draft.regions_except:
        lines.append(f"regions_except = {json.dumps(list(draft.regions_except))}")
    if draft.role != "any":
        lines.append(f'role = "{draft.role}"')
    lines += [f"{key} = true" for key, value in (("unsure", draft.unsure), ("withdrawn", draft.withdrawn)) if value]
    lines += [f"source = {_quoted(draft.source)}", f"seen = {draft.seen.isoformat()}", f"terms_version = {_quoted(draft.terms_version)}"]
    if draft.sentences:
        lines.append(f"sentences = {json.dumps(list(draft.sentences))}")
    return "\n".join(lines) + "\n"


def ended(draft: Draft, *, by: Draft) -> Draft | None:
    """Gives the record that ends an earlier rule where a new one of its family begins; None where it ends before, or is another's.

    A warning that terms are superseded ends once somebody made a rule from the new ones.
    """
    same = (draft.family, draft.effect) == (by.family, by.effect)
    re_read = draft.family == f"{by.family.rpartition('.')[0]}.{_SUPERSEDED}" and by.from_ >= draft.from_
    if not (same or re_read) or draft.id == by.id:
        return None
    last = by.from_ - timedelta(days=1)
    if draft.withdrawn or (draft.to is not None and draft.to <= last):
        return None
    seen = max(by.seen, draft.seen + timedelta(days=1))
    if last < draft.from_:
        return replace(draft, withdrawn=True, seen=seen)
    return replace(draft, to=last, seen=seen)


def read_draft(text: str) -> Draft:
    """Reads one rule back as a draft. Raises SettingWrong where the text is no single rule of ours."""
    try:
        rules = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise SettingWrong(f"this is no TOML: {error}") from error
    predicate, named = _PREDICATE.search(text), _FAMILY.match(str(rules[0].get("id"))) if len(rules) == 1 else None
    if predicate is None or named is None:
        raise SettingWrong("write one [[rule]] with an id that begins with terms. and a predicate in one line")
    rule = rules[0]
    requires = rule.get("requires", {})
    try:
        return Draft(
            family=named[1],
            effect=rule["effect"],
            predicate=predicate[1].strip(),
            from_=rule["from"],
            to=rule.get("to"),
            seen=rule["seen"],
            english=requires["en"],
            arabic=requires["ar"],
            source=rule["source"],
            channel=rule.get("channel", ""),
            provider=rule.get("provider", ""),
            regions=tuple(rule.get("regions", ["*"])),
            regions_except=tuple(rule.get("regions_except", [])),
            role=rule.get("role", "any"),
            terms_version=rule.get("terms_version", ""),
            sentences=tuple(rule.get("sentences", [])),
            unsure=rule.get("unsure", False),
            withdrawn=rule.get("withdrawn", False),
        )
    except (KeyError, TypeError) as error:
        raise SettingWrong(f"the rule lacks {error}; write it as the draft was") from error


def _from_clause(base: Draft, document: Document, clause: Clause) -> list[Draft]:
    text = (clause.after or clause.before).strip()
    topics = clause.topics
    base = replace(base, english=_short(text), sentences=(clause.sentence,), family=_family(document, topics))
    if "ai-use" in topics:
        return _ai(base, clause, text)
    if "data-use" in topics and "train" in text.casefold() and _BANS.search(text):
        return [_with_effect(base, "deny", "{ train_on_data = true }")]
    if "price-fees" in topics and (money := _MONEY.findall(text)) and len(money) == 1:
        name, amount, sign, signed = money[0]
        return [
            replace(
                _with_effect(base, "charge", f"{{ price_per_message = {{ {name or _SIGNS[sign]} = {amount or signed} }} }}"), unsure=True
            )
        ]
    return [_with_effect(base, "warn", '{ scope = "terms" }')]


def _ai(base: Draft, clause: Clause, text: str) -> list[Draft]:
    """A ban on assistants with exceptions is a denial that leaves places out, and a permit in those places."""
    opened = tuple(dict.fromkeys(clause.regions_come))
    predicate = "{ ai_primary = true }"
    found = []
    if _BANS.search(text):
        found.append(replace(_with_effect(base, "deny", predicate), role="primary", regions_except=opened))
    if opened:
        words = _short(text, end=True)
        found.append(replace(_with_effect(base, "allow", predicate), role="primary", regions=opened, english=words))
    return found or [_with_effect(base, "warn", '{ scope = "general assistants" }')]


def _with_effect(base: Draft, effect: Effect, predicate: str) -> Draft:
    return replace(base, effect=effect, predicate=predicate, arabic=_ARABIC[effect])


def _superseded(base: Draft, document: Document, day: date) -> Draft:
    english, arabic = SUPERSEDED
    family = f"{_family(document, ())}.{_SUPERSEDED}"
    return replace(base, family=family, from_=day, predicate='{ scope = "terms superseded" }', english=english, arabic=arabic)


def _family(document: Document, topics: Sequence[Topic]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", document.id.casefold())[:FAMILY_CHARACTERS_MAX].strip("-")
    return f"{name}.{topics[0]}" if topics else name


def _short(text: str, *, end: bool = False) -> str:
    """Cuts a long sentence at a word: its beginning is kept, or its end, where exceptions stand."""
    if len(text) <= SENTENCE_CHARACTERS_MAX:
        return text
    if end:
        return "…" + text[1 - SENTENCE_CHARACTERS_MAX :].partition(" ")[2]
    return text[: SENTENCE_CHARACTERS_MAX - 1].rpartition(" ")[0] + "…"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
