"""A successor stands where its candidate stood, from the day on, and nobody is left without an answer."""

from dataclasses import replace

from tests.unit.routing.test_choose import candidate

from wasl.domain.succession import Succession
from wasl.routing.succession import succeeded, successor_of

PLAN = Succession(
    id="s", candidate="old", successor="new", on_ms=1_000, zone="UTC", state="planned", made_ms=0, made_by="operator"
)  # fmt: skip
ROUTE = (candidate("old"), candidate("second"), candidate("new"), candidate("documents", keyless=True))


def names(*plans: Succession, now_ms: int = 2_000) -> list[str]:
    return [c.name for c in succeeded(ROUTE, plans, now_ms=now_ms)]


def test_before_the_day_nothing_changes_and_from_it_on_the_successor_stands_in_the_place() -> None:
    assert names(PLAN, now_ms=999) == ["old", "second", "new", "documents"]
    assert names(PLAN, now_ms=1_000) == ["new", "second", "old", "documents"]


def test_what_was_only_tried_or_taken_back_changes_nothing() -> None:
    assert names(replace(PLAN, state="tried")) == names(replace(PLAN, state="undone")) == ["old", "second", "new", "documents"]


def test_who_is_not_in_the_route_replaces_nobody() -> None:
    assert names(replace(PLAN, successor="gone")) == ["old", "second", "new", "documents"]
    assert names(replace(PLAN, candidate="gone")) == ["old", "second", "new", "documents"]


def test_one_after_the_other() -> None:
    later = replace(PLAN, id="t", candidate="new", successor="second")
    assert names(PLAN, later) == ["second", "old", "new", "documents"]


def test_one_takes_the_place_of_all_candidates_of_a_provider() -> None:
    assert names(PLAN, replace(PLAN, id="t", candidate="second")) == ["new", "old", "second", "documents"]


def test_who_is_asked_for_by_name_is_succeeded_too() -> None:
    assert successor_of("old", (PLAN,), now_ms=2_000) == "new"
    assert successor_of("old", (PLAN,), now_ms=1) == "old"
    assert successor_of(None, (PLAN,), now_ms=2_000) is None
