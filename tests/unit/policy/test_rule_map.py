"""The map and the calendar say what the rules say, for every country and channel of a day."""

from datetime import date

import pytest

from wasl.policy.rule_map import Row, calendar, rule_map
from wasl.policy.shipped_rules import shipped_book

BOOK = shipped_book()


def standing(rows: tuple[Row, ...], region: str | None) -> str:
    (row,) = [r for r in rows if (r.regions is None if region is None else region in (r.regions or ()))]
    return row.cells[0].standing


@pytest.mark.parametrize(
    ("day", "region", "expected"),
    [
        (date(2026, 1, 20), "EG", "denied"),
        (date(2026, 1, 20), "DE", "denied"),
        (date(2026, 3, 20), "DE", "charged"),
        (date(2026, 3, 20), "BR", "charged"),
        (date(2026, 2, 1), "BR", "denied"),
        (date(2026, 2, 20), "IT", "charged"),
        (date(2026, 2, 20), None, "denied"),
    ],
)
def test_the_map_of_a_general_assistant_follows_day_and_country(day: date, region: str | None, expected: str) -> None:
    rows = rule_map(BOOK, day=day, channels=("whatsapp",), purpose="general_assistant")
    assert standing(rows, region) == expected


def test_places_with_the_same_cells_are_one_row_and_none_is_left_out() -> None:
    rows = rule_map(BOOK, day=date(2026, 11, 22), channels=sorted(BOOK.channels), regions=("EG", "SA", "DE", "FR", "US"))
    assert sorted(region for row in rows for region in row.regions or ()) == ["DE", "EG", "FR", "SA", "US"]
    assert len({row.cells for row in rows[:-1]}) == len(rows) - 1
    assert any(set(row.regions or ()) == {"EG", "SA"} for row in rows)


def test_the_first_word_is_forbidden_where_a_person_must_write_first() -> None:
    rows = rule_map(BOOK, day=date(2026, 11, 22), channels=("whatsapp",), form="first", regions=("EG",))
    assert standing(rows, "EG") == "denied"
    assert rows[0].cells[0].denials


def test_drawing_a_map_leaves_the_compiled_rules_alone() -> None:
    before = dict(BOOK._kept)
    rule_map(BOOK, day=date(2025, 1, 1), channels=("whatsapp",), regions=("EG",))
    assert before == BOOK._kept


def test_the_calendar_lists_beginnings_ends_and_reviews_by_day() -> None:
    entries = calendar(BOOK, since=date(2020, 1, 1))
    assert [e.day for e in entries] == sorted(e.day for e in entries)
    assert {e.change for e in entries} >= {"begins", "ends", "review"}
    only = calendar(BOOK, since=date(2020, 1, 1), channel="whatsapp")
    assert 0 < len(only) < len(entries)
    assert all({"whatsapp", "*"} & set(e.rule.channels) for e in only)
    assert all(e.day >= date(2026, 6, 1) for e in calendar(BOOK, since=date(2026, 6, 1)))
