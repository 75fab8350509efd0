"""The audit's sample is drawn the same every time, looks most where mistakes are likely, and is put together from what raters say."""

import pytest
from tests.bench.month import simulate

from wasl.domain.ids import PersonId, TurnId
from wasl.domain.purpose import JudgeSaid, PurposeLabel, PurposeRating, PurposeRecord, Served
from wasl.policy.audit import AUDIT_EACH, AUDIT_NEUTRAL, OVERLAP, STRATA, agreement, draw_sample, is_flagged, open_for, rated, stratum_of

SEED = b"a month of an installation"


def record(
    number: int = 0, label: PurposeLabel = "business", odds: float = 5.0, *, judge: JudgeSaid = "none", served: Served = "answered"
) -> PurposeRecord:
    return PurposeRecord(
        turn_id=TurnId(f"t{number:05d}"), conversation_id=None, person_id=PersonId(f"p{number % 97}"), channel="shop", at_ms=number,
        episode=TurnId("e"), episode_at_ms=0, label=label, odds=odds, served=served, mode="guard", judge=judge,
    )  # fmt: skip


def rating(turn: str, rater: str, label: PurposeLabel, at_ms: int = 0) -> PurposeRating:
    return PurposeRating(id=f"{turn}{rater}{at_ms}", turn_id=TurnId(turn), rater=rater, label=label, at_ms=at_ms)


def test_the_same_month_gives_the_same_sample_and_another_seed_another() -> None:
    records = simulate(1, share=0.1, people=400).records
    assert draw_sample(records, seed=SEED) == draw_sample(list(reversed(records)), seed=SEED)
    assert draw_sample(records, seed=SEED) != draw_sample(records, seed=b"another")


def test_a_month_that_grows_keeps_most_of_the_turns_that_were_drawn() -> None:
    records = simulate(1, share=0.1, people=900).records
    early, late = ({one.turn_id for one in draw_sample(some, seed=SEED)} for some in (records[: len(records) * 9 // 10], records))
    assert len(early & late) > 0.8 * len(early)


def test_each_side_is_looked_at_equally_though_few_turns_are_flagged() -> None:
    records = simulate(2, share=0.05, people=1_500).records
    flagged = {r.turn_id for r in records if is_flagged(r)}
    sample = draw_sample(records, seed=SEED)
    assert sum(one.turn_id in flagged for one in sample) == AUDIT_EACH
    assert sum(one.turn_id not in flagged for one in sample) == AUDIT_EACH
    assert sum(one.twice for one in sample) == OVERLAP


def test_with_little_traffic_every_flagged_turn_is_looked_at_and_a_hundred_others() -> None:
    records = [record(n, "general", -4.0) for n in range(37)] + [record(100 + n) for n in range(600)]
    sample = draw_sample(records, seed=SEED)
    assert sum(one.stratum.startswith("flagged") for one in sample) == 37
    assert sum(one.stratum.startswith("other") for one in sample) == 100


def test_what_judge_and_classifier_disagree_about_comes_first() -> None:
    records = [record(n) for n in range(300)] + [record(500 + n, judge="changed") for n in range(12)]
    sample = draw_sample(records, seed=SEED)
    assert {one.stratum for one in sample[:12]} == {"other disputed"}
    assert "other disputed" not in {one.stratum for one in sample[12:]}


def test_some_neutral_turns_are_looked_at_too() -> None:
    records = [record(n, "neutral") for n in range(200)] + [record(500 + n) for n in range(10)]
    assert sum(one.stratum == "neutral" for one in draw_sample(records, seed=SEED)) == AUDIT_NEUTRAL


@pytest.mark.parametrize(
    ("one", "stratum"),
    [
        (record(label="general", odds=-6), "flagged far"),
        (record(label="general", odds=-1.5), "flagged near"),
        (record(label="mixed", odds=-0.5, served="part"), "flagged part"),
        (record(label="general", odds=0.5, judge="changed"), "flagged disputed"),
        (record(label="uncertain", odds=-0.2), "flagged near"),
        (record(label="uncertain", odds=0.2), "other near"),
        (record(label="business", odds=5), "other far"),
        (record(label="business", odds=-0.4, judge="changed"), "other disputed"),
    ],
)
def test_a_turn_is_in_the_stratum_that_its_score_says(one: PurposeRecord, stratum: str) -> None:
    assert STRATA[stratum_of(one)] == stratum


def test_a_rater_sees_nothing_twice_and_only_the_shared_turns_are_seen_by_two() -> None:
    sample = draw_sample([record(n) for n in range(120)], seed=SEED)
    ratings = [rating(one.turn_id, "amal", "business") for one in sample]
    assert open_for(sample, ratings, rater="amal") == []
    left = open_for(sample, ratings, rater="badr")
    assert left == [one for one in sample if one.twice]
    assert len(left) == OVERLAP


def test_the_last_word_of_a_rater_counts_and_two_raters_are_averaged() -> None:
    said = rated([rating("a", "x", "general", 1), rating("a", "x", "business", 2), rating("b", "x", "general"), rating("b", "y", "mixed")])
    assert said[TurnId("a")].general == 0.0
    assert said[TurnId("b")].general == 0.75


def test_what_raters_find_to_be_about_nothing_has_no_value() -> None:
    said = rated([rating("a", "x", "neutral"), rating("b", "x", "neutral"), rating("b", "y", "general")])
    assert said[TurnId("a")].general is None
    assert said[TurnId("b")].general == 1.0


def test_kappa_is_what_the_textbook_says() -> None:
    pairs = [("general", "general")] * 20 + [("business", "business")] * 15 + [("general", "business")] * 5 + [("business", "general")] * 10
    ratings = [rating(f"t{n}", who, label) for n, pair in enumerate(pairs) for who, label in zip("xy", pair, strict=True)]  # type: ignore[arg-type]  # labels
    found = agreement(ratings)
    assert (found.turns, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_says_nothing_where_there_is_nothing_to_agree_on() -> None:
    assert agreement([rating("a", "x", "general")]).kappa is None
    assert agreement([rating("a", who, "business") for who in "xy"]).kappa is None
