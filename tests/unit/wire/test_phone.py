import pytest

from wasl.domain.person import AddressKey, AddressKind
from wasl.wire.phone import e164, masked, same_phone


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+966 50 123 4567", None, "+966501234567"),
        ("966501234567", None, "+966501234567"),
        ("00966501234567", None, "+966501234567"),
        ("050 123 4567", "SA", "+966501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"),
        ("+٩٦٦٥٠١٢٣٤٥٦٧", None, "+966501234567"),
        ("+1 (555) 000-1", None, None),
        ("hello", None, None),
        ("", None, None),
        ("9" * 500, None, None),
        ("+", None, None),
    ],
)
def test_a_number_is_read_as_it_is_dialled_from_anywhere(text: str, region: str | None, number: str | None):
    assert e164(text, region=region) == number


def key(handle: str, kind: AddressKind, alias: str | None = None) -> AddressKey:
    return AddressKey(channel="c", scope="s", handle=handle, kind=kind, alias=alias, alias_kind="phone" if alias else None)


def test_two_ways_to_write_one_number_are_one_phone():
    assert same_phone(key("+966501234567", "phone"), key("00966 50 123 4567", "phone"))
    assert same_phone(key("US.1", "business-scoped id", "966501234567"), key("+966501234567", "phone"))
    assert not same_phone(key("+966501234567", "phone"), key("+966501234568", "phone"))


def test_a_handle_that_looks_like_a_number_is_no_phone_unless_the_platform_says_so():
    assert not same_phone(key("966501234567", "account"), key("+966501234567", "phone"))
    assert not same_phone(key("966501234567", "username"), key("966501234567", "username"))


@pytest.mark.parametrize(("handle", "shown"), [("+966501234567", "+96•••67"), ("ada", "a•••"), ("ada_lov", "ad•••ov"), ("", "•••")])
def test_a_masked_handle_shows_its_ends_only(handle: str, shown: str):
    assert masked(handle) == shown
