"""Dates in texts are read exactly, or said to be unreadable."""

from datetime import date

import pytest

from wasl.terms.dates import dates_in


@pytest.mark.parametrize(
    "written",
    [
        "September 23, 2026",
        "23 September 2026",
        "23rd of September 2026",
        "2026-09-23",
        "23/09/2026",
        "2026年9月23日",
        "23 septembre 2026",
        "23 سبتمبر 2026",
    ],
)
def test_every_way_of_writing_a_day_is_read(written: str) -> None:
    assert [one.day for one in dates_in(f"in force from {written}.")] == [date(2026, 9, 23)]


@pytest.mark.parametrize("written", ["31 February 2026", "XX/XX/2026", "05/06/2026"])
def test_a_day_that_cannot_be_read_is_none_and_no_guess(written: str) -> None:
    assert [one.day for one in dates_in(f"in force from {written}.")] == [None]
