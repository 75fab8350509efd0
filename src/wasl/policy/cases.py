"""Cases: an act written down with the verdict that is expected, for `wasl rules test` and `make eval-policy`.

A case without further words is an answer of the assistant, a minute after the person wrote, for a business, at noon of the account's time
zone. TOML with [[case]] tables, a JSON list, or JSON lines; the keys are in KEYS.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple, NoReturn, cast, get_args

from wasl.domain.errors import SettingWrong
from wasl.domain.rule import Verdict
from wasl.policy.act import Act, Counters, Deployment, Form, ModelUse, Moment, Outgoing, Recipient, TurnPurpose, Use
from wasl.policy.situation import HOUR_MS, SECOND_MS, zone_of

CASES_CHARACTERS_MAX: Final = 4 << 20
CASES_MAX: Final = 20_000
ANSWERED_AFTER_SECONDS: Final = 60
NOON: Final = time(12)

EFFECTS: Final = {
    "allow": ("allow",), "allowed": ("allow", "rewrite"), "free": ("allow",), "charged": ("allow",), "rewrite": ("rewrite",),
    "hold": ("hold",), "held": ("hold",), "limit": ("hold",), "refuse": ("refuse",), "refused": ("refuse",), "deny": ("refuse",),
    "denied": ("refuse",),
}  # fmt: skip
"""What may be expected, in several people's words."""

_DEPLOYMENT: Final = {
    "purpose": str, "distribution": str, "billing": bool, "account_created_on": date, "zone": str, "home_region": str, "throughput": str,
    "unique_recipients_max": int, "audience_under_18": bool, "marketplace": bool,
}  # fmt: skip
_MESSAGE: Final = {
    "form": str, "bubbles": int,
    "category": str, "characters": int, "size_bytes": int, "media_type": str, "media_bytes": int, "tag": str, "moment": str,
    "group": bool, "bulk": bool, "via_app": bool, "discloses_ai": bool, "offers_human": bool, "offers_unsubscribe": bool,
    "marked_generated": bool, "answers_sender": str,
}  # fmt: skip
_PERSON: Final = {"business_id": str, "region": str, "consent": bool, "opted_out": bool, "opened_by": str, "said": str}
_COUNTERS: Final = {name: int for name in Counters.__dataclass_fields__ if name not in ("capped_at_ms", "person_in_unique_24h")}
_COUNTERS_TOLD: Final = {**_COUNTERS, "person_in_unique_24h": bool}
_MODEL: Final = {"tier": str, "training": str, "personal_data": bool}
_LISTS: Final = ("fulfilled", "others", "answers_headers", "uses", "signals", "supported")
_REST: Final = {
    "name": str, "channel": str, "to": str, "on": (date, datetime, str), "sender": str, "turn": str, "confidence": (int, float, Decimal),
    "mode": str, "endpoint": str, "provider": str, "known": date, "number": int, "never_wrote": bool, "since_inbound_s": (int, Decimal),
    "since_entry_s": (int, Decimal), "capped_hours_ago": (int, Decimal),
}  # fmt: skip
_EXPECTED: Final = {
    "expect": str, "charged": bool, "price": str, "rules": list, "not_rules": list, "reasons": list, "duties": list, "not_duties": list,
    "alternatives": list, "warnings": list, "wait_s": (int, Decimal), "limits": dict,
}  # fmt: skip
KEYS: Final[Mapping[str, Any]] = {
    **_DEPLOYMENT, **_MESSAGE, **_PERSON, **_COUNTERS_TOLD, **_MODEL, **dict.fromkeys(_LISTS, list), **_REST, **_EXPECTED,
}  # fmt: skip
OTHER_WORDS: Final = {
    "date": "on", "at": "on", "day": "on", "phone": "to", "calling_code": "to", "person": "to", "country": "region", "verdict": "expect",
    "effect": "expect", "account_created": "account_created_on", "bytes": "size_bytes", "message_number": "number", "bsuid": "business_id",
}  # fmt: skip
"""Other people's words for keys."""
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "purpose": ("business", "general_assistant", "general"),
    "distribution": ("internal", "public"),
    "throughput": ("standard", "upgraded", "coexistence"),
    "form": get_args(Form),
    "moment": get_args(Moment),
    "sender": ("assistant", "human"),
    "turn": ("ancillary", "general"),
    "mode": ("strict", "lenient"),
    "tier": ("free", "paid"),
    "training": ("none", "inputs", "fine_tune_for_exclusive_use"),
    "expect": tuple(EFFECTS),
}


class Case(NamedTuple):
    """An act, the day of knowledge, and what is expected."""

    name: str
    act: Act
    known: date | None
    expected: Mapping[str, Any]


def read_cases(text: str, *, at: str) -> tuple[Case, ...]:
    """Reads a file of cases. Raises SettingWrong that names the case and the key."""
    if len(text) > CASES_CHARACTERS_MAX:
        raise SettingWrong(f"{at} has more than {CASES_CHARACTERS_MAX} characters; split it")
    tables = _json_tables(text, at=at) if at.endswith((".json", ".jsonl")) else _toml_tables(text, at=at)
    if len(tables) > CASES_MAX:
        raise SettingWrong(f"{at} has {len(tables)} cases, more than {CASES_MAX}; split it")
    return tuple(read_case(one, at=f"{at}: case {number} ({one.get('name', 'unnamed')})") for number, one in enumerate(tables, start=1))


def _toml_tables(text: str, *, at: str) -> list[dict[str, Any]]:
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ArithmeticError) as error:
        raise SettingWrong(f"{at} is no TOML ({error}); mend that line") from error
    tables = table.get("case", table.get("cases"))
    if not isinstance(tables, list) or len(table) != 1 or not all(isinstance(one, dict) for one in tables):
        raise SettingWrong(f"{at} has no cases; write each as [[case]]")
    return tables


def _json_tables(text: str, *, at: str) -> list[dict[str, Any]]:
    try:
        if at.endswith(".jsonl"):
            tables = [json.loads(line, parse_float=Decimal) for line in text.splitlines() if line.strip()]
        else:
            tables = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SettingWrong(f"{at} is no JSON ({error}); mend that line") from error
    if isinstance(tables, dict):
        tables = tables.get("cases", tables.get("case"))
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise SettingWrong(f"{at} has no cases; write a list of objects")
    return tables


def read_case(table: Mapping[str, Any], *, at: str) -> Case:
    """Reads one case. Raises SettingWrong that names the key."""

    def wrong(reason: str) -> NoReturn:
        raise SettingWrong(f"{at}: {reason}")

    table = {OTHER_WORDS.get(key, key): value for key, value in table.items() if value is not None}
    for key in ("account_created_on", "known"):
        if isinstance(table.get(key), str):
            table[key] = _day(table[key], key, wrong)
    for key, value in table.items():
        if key not in KEYS:
            wrong(f"{key!r} is not known; the keys are {', '.join(sorted(KEYS))}")
        if not isinstance(value, KEYS[key]) or (isinstance(value, bool) and KEYS[key] is int):
            wrong(f"{key!r} cannot be {value!r}")
        if key in _WORDS and value not in _WORDS[key]:
            wrong(f"{key!r} is {value!r}; it is one of {', '.join(_WORDS[key])}")
    for needed in ("channel", "on"):
        if needed not in table:
            wrong(f"it has no {needed!r}")
    expected = {key: table[key] for key in _EXPECTED if key in table}
    return Case(name=str(table.get("name", "unnamed")), act=_act(table, wrong), known=table.get("known"), expected=expected)


def _day(text: str, key: str, wrong: Any) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong(f"{key!r} is {text!r}; write a day, such as 2026-10-01")
        raise


def _act(table: Mapping[str, Any], wrong: Any) -> Act:
    at_ms = instant(table["on"], str(table.get("zone", "UTC")), wrong=wrong)
    counters = {key: table[key] for key in _COUNTERS_TOLD if key in table}
    if "number" in table:
        counters["service_this_month"] = table["number"] - 1
    if "capped_hours_ago" in table:
        counters["capped_at_ms"] = at_ms - int(table["capped_hours_ago"] * HOUR_MS)
    message = {key: table[key] for key in _MESSAGE if key in table}
    deployment = {key: table[key] for key in _DEPLOYMENT if key in table}
    if deployment.get("purpose") == "general":
        deployment["purpose"] = "general_assistant"
    lists = {key: tuple(table[key]) for key in _LISTS if key in table}
    model = None
    if "provider" in table:
        given = {key: table[key] for key in _MODEL if key in table}
        model = ModelUse(provider=table["provider"], supported=frozenset(lists["supported"]) if "supported" in lists else None, **given)
    return Act(
        channel=table["channel"],
        at_ms=at_ms,
        deployment=Deployment(fulfilled=frozenset(lists.get("fulfilled", ())), **deployment),
        message=Outgoing(answers_headers=lists.get("answers_headers", ()), **message),
        person=_person(table, at_ms, lists.get("others", ())),
        sender=table.get("sender", "assistant"),
        purpose=TurnPurpose(label=table.get("turn", "ancillary"), confidence=float(table.get("confidence", 1))),
        counters=Counters(**counters),
        model=model,
        uses=cast(frozenset[Use], frozenset(lists.get("uses", ()))),
        signals=frozenset(lists.get("signals", ())),
        endpoint=table.get("endpoint", ""),
        mode=table.get("mode", "strict"),
    )


def _person(table: Mapping[str, Any], at_ms: int, others: tuple[str, ...]) -> Recipient:
    since = table.get("since_inbound_s", ANSWERED_AFTER_SECONDS)
    return Recipient(
        phone=table.get("to"),
        last_inbound_ms=None if table.get("never_wrote") else at_ms - int(since * SECOND_MS),
        entry_opened_ms=at_ms - int(table["since_entry_s"] * SECOND_MS) if "since_entry_s" in table else None,
        others=others,
        **{key: table[key] for key in _PERSON if key in table},
    )


def instant(given: date | datetime | str, zone: str, *, wrong: Any) -> int:
    """Gives milliseconds: of a day its noon in the zone, of a time without a zone the time in the account's."""
    if isinstance(given, str):
        try:
            given = datetime.fromisoformat(given) if len(given) > len("2026-01-01") else date.fromisoformat(given)
        except ValueError:
            wrong(f"'on' is {given!r}; write a day, such as 2026-10-01, or a time, such as 2026-10-01T00:00:00")
    moment = given if isinstance(given, datetime) else datetime.combine(cast(date, given), NOON)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(zone))
    epoch = datetime(1970, 1, 1, tzinfo=zone_of("UTC"))
    return (moment - epoch) // timedelta(milliseconds=1)


def missed(case: Case, verdict: Verdict) -> tuple[str, ...]:
    """Says in what a verdict differs from what the case expects: nothing, where it is right."""
    want = case.expected
    found: list[str] = []
    if "expect" in want:
        if verdict.effect not in EFFECTS[want["expect"]]:
            found.append(f"expected {want['expect']}, found {verdict.effect}")
        if want["expect"] in ("free", "charged") and verdict.charged != (want["expect"] == "charged"):
            found.append(f"expected {want['expect']}, found {'charged' if verdict.charged else 'free'}")
    if "charged" in want and verdict.charged != want["charged"]:
        found.append(f"expected charged = {str(want['charged']).lower()}, found {str(verdict.charged).lower()}")
    if "price" in want and not _same_price(want["price"], verdict):
        found.append(f"expected the price {want['price']}, found {price_words(verdict)}")
    if "wait_s" in want and verdict.until_ms != case.act.at_ms + int(want["wait_s"] * SECOND_MS):
        found.append(f"expected a wait of {want['wait_s']} s, found {verdict.until_ms and (verdict.until_ms - case.act.at_ms) / SECOND_MS}")
    if "limits" in want and dict(verdict.limits) != want["limits"]:
        found.append(f"expected the limits {want['limits']}, found {dict(verdict.limits)}")
    found += _lists_missed(want, verdict)
    return tuple(found)


def _lists_missed(want: Mapping[str, Any], verdict: Verdict) -> Sequence[str]:
    have: dict[str, set[str]] = {
        "rules": set(verdict.rules),
        "reasons": {reason.rule for reason in verdict.reasons},
        "warnings": {reason.rule for reason in verdict.warnings},
        "duties": {duty.kind for duty in verdict.duties},
        "alternatives": {one.name or one.kind for one in verdict.alternatives},
    }
    found = [f"expected {key} {sorted(lost)}" for key in have if (lost := set(want.get(key, ())) - have[key])]
    found += [
        f"did not expect {key} {sorted(more)}" for key in ("rules", "duties") if (more := set(want.get(f"not_{key}", ())) & have[key])
    ]
    return found


def _same_price(wanted: str, verdict: Verdict) -> bool:
    amount, _, currency = wanted.partition(" ")
    low, _, high = amount.partition("-")
    price = verdict.price
    if price is None or price.currency != currency:
        return False
    try:
        return price.amount == Decimal(low) and (not high or price.amount_max == Decimal(high))
    except InvalidOperation:
        return False


def price_words(verdict: Verdict) -> str:
    """Tells a price: "0.0572 EUR", "0.0490-0.1323 EUR", "not known" or "nothing"."""
    price = verdict.price
    if price is None:
        return "not known" if verdict.charged else "nothing"
    return f"{price.amount}{f'-{price.amount_max}' if price.amount_max is not None else ''} {price.currency}"
