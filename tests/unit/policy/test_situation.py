"""Days and months are those of the account's time zone, also where clocks change."""

from datetime import UTC, date, datetime

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.act import Act, Deployment, Recipient
from wasl.policy.evaluate import evaluate
from wasl.policy.shipped_rules import shipped_book
from wasl.policy.situation import day_of, month_of


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("utc", "zone", "day"),
    [
        ("2026-03-28T23:59:59", "Europe/Berlin", date(2026, 3, 29)),  # still winter time: 00:59
        ("2026-03-29T21:59:59", "Europe/Berlin", date(2026, 3, 29)),  # summer time began this night
        ("2026-03-29T22:00:00", "Europe/Berlin", date(2026, 3, 30)),
        ("2026-10-25T22:59:59", "Europe/Berlin", date(2026, 10, 25)),  # winter time began this night
        ("2026-10-25T23:00:00", "Europe/Berlin", date(2026, 10, 26)),
        ("2026-01-14T20:59:59", "Asia/Riyadh", date(2026, 1, 14)),
        ("2026-01-14T21:00:00", "Asia/Riyadh", date(2026, 1, 15)),
        ("2026-01-15T07:59:59", "America/Los_Angeles", date(2026, 1, 14)),
    ],
)
def test_a_day_is_that_of_the_account(utc: str, zone: str, day: date) -> None:
    assert day_of(at(utc), zone) == day


def test_a_month_begins_at_midnight_of_the_account() -> None:
    assert month_of(at("2026-09-30T20:59:59"), "Asia/Riyadh") == (2026, 9)
    assert month_of(at("2026-09-30T21:00:00"), "Asia/Riyadh") == (2026, 10)
    assert month_of(at("2025-12-31T22:30:00"), "Europe/Berlin") == (2025, 12)
    assert month_of(at("2025-12-31T23:00:00"), "Europe/Berlin") == (2026, 1)


def test_a_rule_begins_at_midnight_of_the_account() -> None:
    def effect(utc: str) -> str:
        now = at(utc)
        deployment = Deployment(purpose="general_assistant", zone="Asia/Riyadh", account_created_on=date(2024, 1, 1))
        return evaluate(
            shipped_book(),
            Act(channel="whatsapp", at_ms=now, deployment=deployment, person=Recipient(phone="+201001234567", last_inbound_ms=now)),
        ).effect

    assert [effect("2026-01-14T20:59:59"), effect("2026-01-14T21:00:00")] == ["allow", "refuse"]


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", ""])
def test_a_zone_that_is_none_is_told(zone: str) -> None:
    with pytest.raises(SettingWrong, match="no time zone"):
        day_of(0, zone)


@pytest.mark.parametrize("instant", [10**18, -(10**18)])
def test_a_time_that_is_none_is_told(instant: int) -> None:
    with pytest.raises(SettingWrong, match="no time"):
        day_of(instant, "UTC")


def test_a_region_that_is_none_is_told() -> None:
    with pytest.raises(SettingWrong, match="'Egypt' is no country"):
        evaluate(shipped_book(), Act(channel="whatsapp", at_ms=0, person=Recipient(region="Egypt")))
