"""What a loss would take is arithmetic over counts; the whole is the worst single loss."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from wasl.continuity.dependency import Answerer, Configured, Way
from wasl.continuity.exposure import Exposed, Exposure, Told, exposure, trend
from wasl.continuity.register import read_texts, shipped
from wasl.domain.days import DAY_MS
from wasl.domain.exposure import Reach, Traffic

NOW = 1_800_000_000_000
WAYS = (Way("first", "whatsapp", True, False), Way("second", "telegram", False, False), Way("pages", "webchat", False, True))
TWO = (Answerer("large", "api.openai.com", "", 3, True), Answerer("other", "api.anthropic.com", "", 3, False))


def here(*, ways: tuple[Way, ...] = WAYS, answerers: tuple[Answerer, ...] = TWO, domain: str = "") -> Configured:
    return Configured(ways=ways, answerers=answerers, database="sqlite", domain=domain)


def reach(ways: str, people: int, country: str = "EG") -> Reach:
    return Reach(frozenset(ways.split()), country, people)


def measured(*groups: Reach, at: Configured | None = None, **told: object) -> Exposure:
    where = at or here()
    standing = shipped().standing(where)
    return exposure(Told(now_ms=NOW, groups=groups, **{"backup_ms": NOW, **told}), standing, where)  # type: ignore[arg-type]


def of(whole: Exposure, name: str) -> Exposed:
    return next(e for e in whole.dependencies if e.entry.id == name)


def test_people_with_another_way_are_kept_and_the_others_are_not() -> None:
    whole = measured(reach("first", 620, "EG"), reach("first second", 180), reach("second", 150, "DE"), reach("pages", 50, ""))
    lost = of(whole, "whatsapp")
    assert (lost.only_here, lost.also_here) == (620, 180)
    assert lost.only_here_share == 0.62
    assert lost.kept == 0.38
    assert lost.by_country == (("EG", 620),)
    assert of(whole, "telegram").kept == 0.85
    assert (whole.kept, whole.worst) == (0.38, "whatsapp")


def test_the_best_next_step_is_the_one_that_keeps_most() -> None:
    whole = measured(reach("first", 620), reach("second", 380))
    first = whole.steps[0]
    assert (first.kind, first.of, first.people) == ("link", "whatsapp", 620)
    assert (first.before, first.after) == (0.38, 1.0)


def test_whoever_hangs_on_the_only_channel_needs_another_channel_first() -> None:
    whole = measured(reach("first", 10), at=here(ways=WAYS[:1]))
    assert [s.kind for s in whole.steps][:1] == ["channel"]
    assert whole.kept == 0.0


def test_losing_the_only_candidates_leaves_nobody_answered() -> None:
    whole = measured(reach("first second", 10), at=here(answerers=TWO[:1]))
    lost = of(whole, "openai")
    assert (lost.answers_only_here, lost.kept) == (1.0, 0.0)
    assert ("candidate", "openai") in [(s.kind, s.of) for s in whole.steps]
    assert of(measured(reach("first second", 10)), "openai").kept == 1.0


def test_who_answers_by_itself_answers_when_every_provider_is_gone() -> None:
    whole = measured(reach("first second", 10), at=here(answerers=(TWO[0], Answerer("documents", "", "", 0, False))))
    assert of(whole, "openai").kept == 1.0
    assert of(whole, "openai").capabilities == ("seeing pictures",)


def test_a_contract_that_bars_the_stand_in_leaves_nobody_answered() -> None:
    where = here()
    told = Told(now_ms=NOW, groups=[reach("first second", 10)], backup_ms=NOW)
    whole = exposure(told, shipped().standing(where), where, barred={"openai": frozenset({"other"})})
    assert of(whole, "openai").kept == 0.0


def test_without_a_fresh_copy_the_machine_takes_everybody_along() -> None:
    groups = [reach("first second", 10)]
    assert of(measured(*groups, backup_ms=None), "host").kept == 0.0
    assert of(measured(*groups, backup_ms=NOW - 3 * DAY_MS), "database-primary").kept == 0.0
    assert of(measured(*groups, backup_ms=NOW - DAY_MS), "host").kept == 1.0
    assert [s.kind for s in measured(*groups, backup_ms=None).steps].count("backup") == 1


def test_the_domain_takes_our_own_pages_and_whoever_must_call_us() -> None:
    whole = measured(reach("first", 1), reach("pages", 1), reach("second", 2), at=here(domain="wasl.example"))
    assert of(whole, "domain").kept == 0.5


def test_ways_that_are_not_configured_any_more_reach_nobody() -> None:
    whole = measured(reach("gone", 5), reach("gone first", 5), reach("second", 10))
    assert (whole.people, whole.never_wrote) == (15, 5)
    assert of(whole, "whatsapp").only_here == 5


def test_what_goes_on_is_a_mean_over_days() -> None:
    days = [
        Traffic(DAY_MS * n, *rest)  # type: ignore[arg-type]
        for n in range(2)
        for rest in (("channel", "first", 100 + 20 * n, 40, 90), ("candidate", "large", 75, 0, 75), ("candidate", "other", 25, 0, 25))
    ]
    whole = measured(reach("first", 10), days=days)
    assert of(whole, "whatsapp").turns_a_day == 110
    assert of(whole, "whatsapp").conversations_a_day == 40
    assert of(whole, "openai").answers_share == 0.75


def test_only_what_nothing_else_can_do_is_lost() -> None:
    able = {"first": frozenset({"voice notes", "templates"}), "second": frozenset({"voice notes"}), "pages": frozenset[str]()}
    assert of(measured(reach("first", 1), able=able), "whatsapp").capabilities == ("templates",)


def test_a_loss_that_was_never_rehearsed_is_a_step_until_it_is() -> None:
    assert ("drill", "whatsapp") in [(s.kind, s.of) for s in measured(reach("first second", 1)).steps]
    assert ("drill", "whatsapp") not in [(s.kind, s.of) for s in measured(reach("first second", 1), drilled={"whatsapp": NOW}).steps]


def test_nobody_is_a_whole() -> None:
    whole = measured()
    assert (whole.people, whole.kept, whole.worst) == (0, 1.0, None)


def test_many_countries_are_shown_as_the_greatest_and_the_rest() -> None:
    codes = [f"{a}{b}" for a in "ABCD" for b in "ABCDE"]
    lost = of(measured(*(reach("first", n + 1, code) for n, code in enumerate(codes))), "whatsapp")
    assert lost.by_country[0] == ("DE", 20)
    assert lost.by_country[-1][0] == "*"
    assert sum(n for _, n in lost.by_country) == lost.only_here


_groups = st.lists(
    st.builds(
        Reach, st.frozensets(st.sampled_from(("first", "second", "pages", "gone"))), st.sampled_from(("EG", "IT", "")), st.integers(1, 1000)
    ),
    max_size=12,
)


@given(_groups)
def test_shares_are_shares_and_everybody_is_counted_once(groups: list[Reach]) -> None:
    whole = measured(*groups, at=here(domain="wasl.example"))
    assert whole.people + whole.never_wrote == sum(g.people for g in groups)
    for e in whole.dependencies:
        assert 0.0 <= e.kept <= 1.0
        assert e.only_here + e.also_here <= whole.people
        assert sum(n for _, n in e.by_country) == e.only_here
    assert whole.kept == min([e.kept for e in whole.dependencies if whole.people and not e.entry.slow] or [1.0])


def test_the_trend_is_of_the_whole_or_of_one() -> None:
    figures = [(DAY_MS * n, {"whole": n / 10, "kept": {"a": n / 20}}) for n in range(5)]
    assert trend(figures, now_ms=4 * DAY_MS, days=2) == [(2 * DAY_MS, 0.2), (3 * DAY_MS, 0.3), (4 * DAY_MS, 0.4)]
    assert trend(figures, of="a", now_ms=4 * DAY_MS, days=1) == [(3 * DAY_MS, 0.15), (4 * DAY_MS, 0.2)]
    assert trend(figures, of="never", now_ms=4 * DAY_MS, days=9) == []


def test_money_is_what_a_month_costs_there_and_from_who_would_answer_instead() -> None:
    days = [
        Traffic(0, "channel", "first", 100, 40, 90, (("USD", Decimal("2.00")),)),
        Traffic(0, "candidate", "large", 75, 0, 75, (("USD", Decimal("3.00")),)),
        Traffic(0, "candidate", "other", 25, 0, 25, (("EUR", Decimal("0.50")),)),
    ]
    whole = measured(reach("first", 10), days=days)
    assert of(whole, "whatsapp").spent_a_month == (("USD", Decimal("60.88")),)
    assert of(whole, "openai").spent_a_month == (("USD", Decimal("91.31")),)
    assert of(whole, "openai").instead_a_month == (("EUR", Decimal("45.66")),), "75 answers a day at two cents each"
    assert of(whole, "telegram").spent_a_month == ()


def test_what_ends_within_three_months_is_a_step() -> None:
    text = """
[[dependency]]
id = "openai"
[[dependency.fact]]
topic = "credits"
text = { en = "Credits", ar = "رصيد" }
amount = 100
currency = "USD"
until = %s
source = "our contract"
seen = 2026-11-22
"""
    where = here()

    def steps(until: str) -> list[tuple[str, str]]:
        standing = read_texts({"own.toml": text % until}, base=shipped()).standing(where)
        told = Told(now_ms=NOW, groups=[reach("first second", 1)], backup_ms=NOW)  # NOW is 2027-01-15
        return [(s.kind, s.of) for s in exposure(told, standing, where).steps]

    assert ("credit", "openai") in steps("2027-03-31")
    assert ("credit", "openai") not in steps("2027-09-30")
    assert ("credit", "openai") not in steps("2026-12-31"), "what has ended is told by the check of the register"
