"""Retry-After in both its forms, and errors that name the status and hide the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.errors import ContentRefused, ContextTooLong, Refused, Throttled, Unauthorised, Unavailable
from wasl.wire.call import Reply
from wasl.wire.fault import RETRY_AFTER_SECONDS_MAX, named_failure, retry_after_seconds, scrubbed

DATE = "Sun, 22 Nov 2026 15:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "99999999"}, RETRY_AFTER_SECONDS_MAX),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 15:01:00 GMT", "date": DATE}, 60.0),
        ({"retry-after": "Sunday, 22-Nov-26 15:01:00 GMT", "date": DATE}, 60.0),
        ({"retry-after": "Sun, 22 Nov 2026 14:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 15:01:00 GMT"}, None),
    ],
)
def test_a_wait_is_read_in_seconds_milliseconds_and_dates(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


@given(value=st.text(max_size=40), date=st.text(max_size=40))
def test_any_other_wait_is_not_known_and_never_raises(value: str, date: str) -> None:
    seconds = retry_after_seconds({"retry-after": value, "date": date})
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_SECONDS_MAX


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, Refused), (400, Refused), (401, Unauthorised), (402, Unauthorised), (403, Unauthorised), (404, Refused),
        (408, Unavailable), (413, ContextTooLong), (422, Refused), (429, Throttled), (500, Unavailable), (503, Unavailable),
        (529, Unavailable),
    ],
)  # fmt: skip
def test_each_status_has_its_name(status: int, kind: type) -> None:
    failure = named_failure(Reply(status=status), who="a", detail="why")
    assert type(failure) is kind
    assert failure.message.startswith(f"a answered {status}: why")


def test_a_good_status_is_no_failure() -> None:
    assert named_failure(Reply(status=201), who="a") is None


def test_the_body_decides_between_too_long_and_refused_content_but_not_over_the_limits_of_an_account() -> None:
    assert type(named_failure(Reply(status=400), who="a", too_long=True)) is ContextTooLong
    assert type(named_failure(Reply(status=429), who="a", too_long=True)) is Throttled
    assert type(named_failure(Reply(status=400), who="a", content=True)) is ContentRefused


def test_secrets_are_taken_out_and_words_are_shortened() -> None:
    assert scrubbed("bad\n key  sk-1", secrets=("sk-1", "")) == "bad key ***"
    assert len(scrubbed("x" * 9999, secrets=())) == 300
