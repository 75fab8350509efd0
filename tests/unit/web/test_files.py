"""A form is read under a cap of bytes and of fields, and what is above it is named."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from wasl.domain.errors import Malformed, TooLarge
from wasl.web.files import read_fields, read_form


def sent(body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_every_value_of_a_field_is_read_and_the_first_where_one_is_wanted() -> None:
    body = b"topic=a&topic=b&name=%D8%B9%D9%84%D9%8A&empty="
    assert await read_form(sent(body), bytes_max=100) == {"topic": ["a", "b"], "name": ["علي"]}
    assert await read_fields(sent(body), bytes_max=100) == {"topic": "a", "name": "علي"}


async def test_more_bytes_or_fields_than_a_form_has_are_refused_by_name() -> None:
    with pytest.raises(TooLarge):
        await read_form(sent(b"name=" + b"a" * 100), bytes_max=50)
    with pytest.raises(Malformed, match="more than 3 fields"):
        await read_fields(sent(b"a=1&b=2&c=3&d=4"), bytes_max=50, fields_max=3)


async def test_what_is_no_utf_8_is_read_with_marks_in_its_place() -> None:
    assert await read_fields(sent(b"name=\xff"), bytes_max=50) == {"name": "\N{REPLACEMENT CHARACTER}"}
