"""From a changed clause to a dated rule: the whole way, on small texts of our own."""

from collections.abc import Sequence
from datetime import date
from typing import cast

import pytest
from tests.bench.terms_replay import Replayed, replay

from wasl.policy.shipped_rules import shipped_book
from wasl.ports.terms import Sent, Terms
from wasl.service.make_rule import MakeRule
from wasl.testing.clock import TestClock

BAN = "Assistants that answer by artificial intelligence are strictly prohibited from using the Courier as their main function"
PAGE = """# Courier Solution Terms

Last Modified: {modified}

You may send parcels with the Courier, and we carry them to the door of whoever gets them, by day and in all weathers.

{ban}. We may end your account where you do not keep this rule, and you may write to us about it within 30 days of a notice.

{more}

We like letters, and we have been bringing them from one town to the next since the year in which we were born.
"""
ITALY = f"{BAN}; provided, however; they may be made available to people who have telephone numbers with an Italian country code"
WIDER = ITALY.replace("however; they", "however, that they").replace("an Italian", "a European Economic Area or Brazil")
BANNER = (
    "We're updating the Courier terms, effective September 23, 2026.\n\n"
    "*   To preview the new terms, please click [here](https://courier.example/one-preview).\n\n"
    "These changes will go into effect on September 23, 2026. View a preview of the new terms [here](https://courier.example/two-preview).\n\n"
)


def page(modified: str, ban: str, *, more: str = "See our [rules](https://courier.example/rules).") -> str:
    return PAGE.format(modified=modified, ban=ban, more=more)


VERSIONS = [
    (date(2025, 12, 1), page("October 28, 2025", BAN)),
    (date(2025, 12, 10), page("January 15, 2026", BAN)),
    (date(2025, 12, 31), page("January 15, 2026", ITALY)),
    (date(2026, 2, 3), page("January 15, 2026", ITALY.replace("however; they", "however; that they"))),
    (date(2026, 3, 7), page("March 6, 2026", WIDER)),
    (date(2026, 5, 15), page("March 6, 2026", WIDER, more="See our [rules](https://elsewhere.example/rules).")),
    (date(2026, 5, 27), page("March 6, 2026", WIDER).replace("# Courier", "## Courier")),
    (date(2026, 8, 6), BANNER + page("March 6, 2026", WIDER)),
]


@pytest.fixture
async def replayed() -> Replayed:
    return await replay(VERSIONS, channel="courier")


async def test_each_version_comes_to_exactly_what_it_says(replayed: Replayed) -> None:
    assert replayed.lines() == [
        "2025-12-10 announcement 2026-01-15",
        "2025-12-31 material ai-use: IT opened, none closed",
        "2026-02-03 nothing",
        "2026-03-07 material ai-use: EEA, BR opened, IT closed",
        "2026-05-15 nothing",
        "2026-05-27 nothing",
        "2026-08-06 announcement 2026-09-23, 2 previews",
    ]


@pytest.mark.parametrize(
    ("day", "phone", "effect"),
    [
        (date(2026, 1, 14), "+212612345678", "allow"),
        (date(2026, 2, 1), "+393331234567", "allow"),
        (date(2026, 2, 1), "+212612345678", "refuse"),
        (date(2026, 2, 1), "+33612345678", "refuse"),
        (date(2026, 3, 10), "+33612345678", "allow"),
        (date(2026, 3, 10), "+5511912345678", "allow"),
        (date(2026, 3, 10), "+393331234567", "allow"),
        (date(2026, 3, 10), "+212612345678", "refuse"),
    ],
)
async def test_after_confirmation_the_guard_judges_by_day_and_country(replayed: Replayed, day: date, phone: str, effect: str) -> None:
    assert replayed.verdict("courier", day, phone)[0] == effect


async def test_from_the_announced_day_on_the_guard_says_that_the_terms_are_superseded(replayed: Replayed) -> None:
    assert not any("superseded" in text for text in replayed.verdict("courier", date(2026, 9, 22), "+393331234567")[1])
    assert any("superseded: re-read" in text for text in replayed.verdict("courier", date(2026, 9, 23), "+393331234567")[1])


async def test_the_earlier_rule_gets_an_end_and_is_never_deleted(replayed: Replayed) -> None:
    assert replayed.rules.count('id = "terms.replay-terms.ai-use.allow.it.2026-01-15"') == 2
    assert "to = 2026-03-05" in replayed.rules


async def test_a_denial_that_lies_ahead_opens_a_plan_to_leave(replayed: Replayed) -> None:
    assert [(one.channel, one.on, one.regions_except) for one in replayed.endings] == [("courier", date(2026, 1, 15), ("IT",))]


RULE = """[[rule]]
id = "terms.courier.window.deny.2026-09-23"
channel = "courier"
effect = "deny"
from = 2026-09-23
seen = 2026-08-01
predicate = { window_hours = 24 }
requires = { en = "Write only within a day.", ar = "اكتب خلال يوم واحد فقط." }
source = "https://courier.example/terms"
"""
HOUR_MS = 3_600_000


class SentBefore:
    """Terms that know what went out, and to whom: Amal to whom two silences were kept, Badr to whom one."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[int | None, ...]]] = []

    async def sent(self, *, since_ms: int) -> list[Sent]:
        silences = [(0, 40), (24 * HOUR_MS, 3), (25 * HOUR_MS, 2), (90 * HOUR_MS, 1), (None, 1)]
        return [Sent(channel="courier", country="EG", silent_ms=silent, messages=number) for silent, number in silences]

    async def people_sent(self, *, since_ms: int, channel: str, silences: Sequence[int | None]) -> dict[str, int]:
        self.asked.append((channel, tuple(sorted(silences, key=lambda s: s or 0))))
        return {"EG": 2, "SA": 9}


async def test_a_trial_takes_the_window_of_every_message_as_it_was_then_and_each_person_once() -> None:
    terms = SentBefore()
    make = MakeRule(terms=cast(Terms, terms), clock=TestClock(), documents={}, base=shipped_book, keep=lambda _: None)
    trial = await make.trial(RULE)
    assert (trial.messages, trial.blocked, trial.people) == (47, 4, {"EG": 2})
    assert terms.asked == [("courier", (None, 25 * HOUR_MS, 90 * HOUR_MS))]
