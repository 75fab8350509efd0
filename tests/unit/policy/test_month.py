"""The month's figure tells asked from served, gives no raw share, and says when it cannot tell."""

import random
from dataclasses import replace

import pytest
from tests.bench.month import DAY_MS, Month, look_at, simulate

from wasl.domain.purpose import PurposeRating, PurposeRecord, Served
from wasl.policy.audit import draw_sample
from wasl.policy.month import Figure, Light, figure_of

SEED = b"2026-10"
WEEKS = [n * 7 * DAY_MS for n in range(5)]


def figure(records: list[PurposeRecord], ratings: list[PurposeRating]) -> Figure:
    return figure_of(
        records, ratings, channel="shop", month="2026-10", since_ms=0, until_ms=28 * DAY_MS, weeks=WEEKS,
        sample=draw_sample(records, seed=SEED),
        uniform=random.Random(1).random, draws=150,
    )  # fmt: skip


def guarded(month: Month, served: Served = "redirected") -> Month:
    """The same month, with the guard on: what is clearly general is not answered."""
    return Month([replace(r, served=served, mode="guard") if r.label == "general" else r for r in month.records], month.general)


def test_a_month_is_not_published_before_it_is_audited() -> None:
    found = figure(simulate(1, share=0.05, people=300).records, [])
    assert (found.light, found.asked, found.served, found.business, found.weeks) == ("not audited", None, None, None, ())


def test_a_month_with_few_turns_has_too_few_to_tell() -> None:
    month = simulate(1, share=0.05, people=300)
    few = Month(month.records[:199], month.general)
    assert figure(few.records, look_at(few, seed=SEED)).light == "too few"


def test_the_guard_shows_in_what_was_served_and_not_in_what_was_asked() -> None:
    watched = simulate(3, share=0.15, people=900)
    guarding = guarded(watched)
    free, kept = (figure(one.records, look_at(one, seed=SEED)) for one in (watched, guarding))
    assert free.asked is not None
    assert free.served is not None
    assert kept.asked is not None
    assert kept.served is not None
    assert free.served.turns.share == pytest.approx(0.15, abs=0.03)
    assert kept.asked.turns.share == pytest.approx(0.15, abs=0.03)
    assert kept.served.turns.share < 0.06
    assert kept.business is not None
    assert kept.business[1] < kept.business[0] < kept.business[2]


@pytest.mark.parametrize(("share", "light"), [(0.002, "green"), (0.30, "red")])
def test_the_light_follows_the_upper_bound_of_what_was_served(share: float, light: Light) -> None:
    month = simulate(5, share=share, people=3_000 if light == "green" else 400)
    month = guarded(month) if light == "green" else month
    found = figure(month.records, look_at(month, seed=SEED))
    assert found.served is not None
    assert found.light == light or (light == "green" and found.served.turns.high > 0.02 and found.light == "amber")


def test_neutral_turns_are_beside_the_denominator() -> None:
    month = simulate(6, share=0.05, people=300)
    neutral = [replace(r, turn_id=f"n{n}", label="neutral") for n, r in enumerate(month.records[:120])]  # type: ignore[arg-type]  # an id
    found = figure(month.records + neutral, look_at(month, seed=SEED))
    assert (found.turns, found.neutral) == (len(month.records), 120)


def test_the_audit_measures_what_the_classifier_finds_and_wrongly_flags() -> None:
    month = simulate(7, share=0.15, people=1_500)
    found = figure(month.records, look_at(month, seed=SEED))
    assert found.sensitivity == pytest.approx(0.90, abs=0.08)
    assert found.specificity == pytest.approx(0.97, abs=0.02)
    assert found.agreement.turns == 50


def test_turns_outside_the_month_count_only_for_its_first_week() -> None:
    month = simulate(8, share=0.05, people=600)
    before = [replace(r, turn_id=f"b{n}", at_ms=-DAY_MS) for n, r in enumerate(month.records[:300])]  # type: ignore[arg-type]  # an id
    found = figure_of(
        before + month.records, look_at(month, seed=SEED), channel="shop", month="2026-10", since_ms=0, until_ms=28 * DAY_MS,
        weeks=[-4 * DAY_MS, 3 * DAY_MS, 10 * DAY_MS], sample=draw_sample(month.records, seed=SEED),
        uniform=random.Random(1).random, draws=100,
    )  # fmt: skip
    assert found.turns == len(month.records)
    in_first = sum(r.at_ms < 3 * DAY_MS for r in before + month.records)
    assert [week.turns for week in found.weeks] == [in_first, sum(3 * DAY_MS <= r.at_ms < 10 * DAY_MS for r in month.records)]


def test_a_part_that_was_answered_counts_as_business_unless_a_rater_says_otherwise() -> None:
    month = simulate(9, share=0.05, people=300)
    parts = [
        replace(r, turn_id=f"m{n}", label="mixed", odds=-0.5, served="part", general_share=0.5)  # type: ignore[arg-type]  # an id
        for n, r in enumerate(month.records[:60])
    ]
    ratings = look_at(month, seed=SEED)
    ratings += [PurposeRating(id=f"r{r.turn_id}", turn_id=r.turn_id, rater="one", label="mixed", at_ms=0) for r in parts]
    found = figure(month.records + parts, ratings)
    assert found.asked is not None
    assert found.served is not None
    assert found.served.turns.share < found.asked.turns.share
