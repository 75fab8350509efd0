"""Where a person is: by number, by the beginning of a number, by business-scoped id."""

import pytest

from wasl.wire.region import calling_code_of, region_of_business_id, region_of_phone


@pytest.mark.parametrize(
    ("phone", "region"),
    [
        ("+4915112345678", "DE"),
        ("4915112345678", "DE"),
        ("004915112345678", "DE"),
        ("+20…", "EG"),
        ("+39", "IT"),
        ("+390669812345", "IT"),  # the Vatican's numbers are of Italy's code
        ("+55", "BR"),
        ("+1", "US"),
        ("+12025550123", "US"),
        ("+14165550123", "CA"),
        ("+18095551234", "DO"),
        ("+7 701 123 45 67", "KZ"),
        ("+447400123456", "GB"),
        ("+4779123456", "NO"),
        ("", None),
        ("no number", None),
        ("+999", None),
    ],
)
def test_a_number_or_its_beginning_names_the_country(phone: str, region: str | None) -> None:
    assert region_of_phone(phone) == region


@pytest.mark.parametrize(("phone", "code"), [("+4915112345678", "49"), ("+2", None), ("+212600000000", "212"), ("", None)])
def test_the_calling_code_is_the_shortest_that_exists(phone: str, code: str | None) -> None:
    assert calling_code_of(phone) == code


@pytest.mark.parametrize(
    ("business_id", "region"),
    [
        ("EG.13491208655302741918", "EG"),
        ("DE.ENT.13491208655302741918", "DE"),
        ("XX.1349", None),
        ("EG1349", None),
        ("eg.1349", None),
        (f"EG.{'1' * 129}", None),
        ("EG.12-34", None),
    ],
)
def test_an_id_begins_with_its_country(business_id: str, region: str | None) -> None:
    assert region_of_business_id(business_id) == region
