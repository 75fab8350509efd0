from datetime import UTC, date, datetime

import pytest

from wasl.policy.act import Deployment, Purpose
from wasl.policy.shipped_rules import shipped_book
from wasl.service.acting import Party
from wasl.service.exempt import FindExempt

META = next(channel for channel in shipped_book().channels if channel.startswith("wha"))
DAY = datetime(2026, 1, 15, 11, tzinfo=UTC)


def exempt(*, purpose: Purpose = "general_assistant") -> FindExempt:
    party = Party(name="line", kind=META, deployment=Deployment(purpose=purpose, account_created_on=date(2024, 1, 10), zone="Europe/Rome"))
    return FindExempt(book=shipped_book, parties={"line": party})


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@pytest.mark.parametrize(("region", "so"), [("IT", True), ("BR", True), ("DE", False), ("EG", False), ("MA", False), ("", False)])
def test_on_the_day_the_rules_exempt_two_countries(region: str, so: bool) -> None:
    assert exempt()("line", region, ms(DAY)) is so


def test_before_the_day_and_for_a_business_nobody_need_leave() -> None:
    assert exempt()("line", "EG", ms(datetime(2026, 1, 14, 11, tzinfo=UTC)))
    assert exempt(purpose="business")("line", "EG", ms(DAY))


def test_an_exemption_that_ends_soon_after_is_told_with_its_day() -> None:
    assert exempt().until_ms("line", "BR", ms(DAY)) == ms(datetime(2026, 1, 21, 11, tzinfo=UTC))
    assert exempt().until_ms("line", "IT", ms(DAY)) is None
