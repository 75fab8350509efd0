"""The shipped rulebook against what the facts say, and every predicate at its border."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from wasl.policy.act import Act, Counters, Deployment, Outgoing, Recipient
from wasl.policy.cases import Case, missed, read_cases
from wasl.policy.evaluate import evaluate
from wasl.policy.shipped_rules import shipped_book

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "policy" / "cases.toml"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("case", read_cases(CASES.read_text(encoding="utf-8"), at="cases.toml"), ids=lambda case: case.name)
def test_a_case_comes_out_as_the_facts_say(case: Case) -> None:
    assert missed(case, evaluate(shipped_book(), case.act, known=case.known)) == ()


def test_a_verdict_names_its_rules_and_the_version_of_the_book() -> None:
    now = at("2026-02-01T12:00")
    act = Act(
        channel="whatsapp",
        at_ms=now,
        deployment=Deployment(purpose="general_assistant"),
        person=Recipient(phone="+201001234567", last_inbound_ms=now),
    )
    verdict = evaluate(shipped_book(), act)
    assert verdict.book == shipped_book().digest
    assert "wa.ai.primary" in verdict.rules
    assert all(reason.text and reason.arabic for reason in verdict.reasons)


def test_the_month_of_the_account_decides_which_prices_hold() -> None:
    """At 21:30 UTC of 30 September it is October in Riyadh and September in London."""
    now = at("2026-09-30T21:30")
    for zone, charged in (("Asia/Riyadh", True), ("Europe/London", False)):
        act = Act(
            channel="whatsapp",
            at_ms=now,
            deployment=Deployment(zone=zone, billing=True),
            person=Recipient(phone="+4915112345678", last_inbound_ms=now),
            counters=Counters(service_this_month=1000),
        )
        assert evaluate(shipped_book(), act).charged is charged


def test_an_amount_is_an_exact_decimal() -> None:
    now = at("2026-02-20T12:00")
    act = Act(
        channel="whatsapp",
        at_ms=now,
        deployment=Deployment(purpose="general_assistant", account_created_on=date(2024, 1, 1)),
        person=Recipient(phone="+393331234567", last_inbound_ms=now),
        message=Outgoing(characters=10),
    )
    price = evaluate(shipped_book(), act).price
    assert price is not None
    assert isinstance(price.amount, Decimal)
    assert str(price.amount) == "0.0572"
