import io
import json
import logging
import sys
from collections.abc import Iterator
from contextvars import copy_context

import pytest
import structlog
from pydantic import SecretStr

from wasl.service import logs
from wasl.service.logs import Sparing
from wasl.testing.clock import TestClock


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, write_through=True)  # kept by name: one that is collected closes `raw`
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(level="info", form="json")
    yield raw
    root.handlers[:], _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


def read(raw: io.BytesIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in raw.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("POST https://api.example/bot1234567890:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ/send", "AAbbCC"),
        ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("no key sk-proj-abcdefghijklmnopqrstu here", "abcdefghij"),
        ("GET /x?access_token=EAAsomething&a=1", "EAAsomething"),
        ("postgresql://wasl:hunter22@db:5432/wasl", "hunter22"),
        ("key AIzaSyA1234567890abcdefghijklmnopqrstuv", "AIzaSy"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "eyJzdWIi"),
        ("to 966501234567 now", "9665012345"),
        ("to +966 50 123 4567 now", "50 123"),
        ("wamid.HBgMOTY2NTAxMjM0NTY3FQIAERgSQjQ", "OTY2NTAx"),
    ],
)
def test_secrets_and_phone_numbers_in_text_are_hidden(text: str, hidden: str) -> None:
    assert hidden in text
    shown = logs.masked_text(text)
    assert hidden not in shown
    assert logs.MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        "0193a1b2-1234-7123-8123-123456789012",
        "01912345-1234-7123-8123-012345678901 is the turn",
        "took 12345678 ms",
        "2026-11-22T15:04:05.123456Z",
        "مرحبا، كيف أساعدك؟",
        "127.0.0.1:8080",
    ],
)
def test_ids_times_and_words_stay_readable(text: str) -> None:
    assert logs.masked_text(text) == text


def test_a_line_carries_the_turn_and_hides_what_is_named_secret(lines: io.BytesIO) -> None:
    def carried() -> None:
        logs.about(turn="t-1", conversation="c-1")
        structlog.get_logger().info(
            "sent",
            app_secret="plain words",
            key=SecretStr("abc"),
            nested={"headers": {"authorization": "xyz"}},
            input_tokens=3,
            body=b"\x00\x01",
        )

    copy_context().run(carried)
    (line,) = read(lines)
    assert line["turn"] == "t-1"
    assert line["conversation"] == "c-1"
    assert line["app_secret"] == logs.MASK
    assert line["key"] == logs.MASK
    assert line["nested"] == {"headers": {"authorization": logs.MASK}}
    assert line["input_tokens"] == 3
    assert line["body"] == "<2 bytes>"
    assert line["level"] == "info"


def test_names_end_with_their_task(lines: io.BytesIO) -> None:
    copy_context().run(logs.about, turn="t-1")
    structlog.get_logger().info("later")
    assert "turn" not in read(lines)[0]


def test_an_exception_is_written_without_its_secrets(lines: io.BytesIO) -> None:
    try:
        raise ValueError("login postgresql://wasl:hunter22@db/wasl failed")
    except ValueError:
        structlog.get_logger().exception("store")
    (line,) = read(lines)
    assert "ValueError" in str(line["exception"])
    assert "hunter22" not in lines.getvalue().decode()


def test_what_libraries_log_comes_out_as_our_lines(lines: io.BytesIO) -> None:
    logging.getLogger("some.library").warning("token=%s refused", "abcdefgh12345")
    (line,) = read(lines)
    assert line["logger"] == "some.library"
    assert "abcdefgh" not in str(line["event"])


def test_lines_below_the_level_are_not_written(lines: io.BytesIO) -> None:
    structlog.get_logger().debug("small")
    assert lines.getvalue() == b""


def test_a_value_that_json_does_not_know_is_still_logged(lines: io.BytesIO) -> None:
    structlog.get_logger().info("odd", thing=object(), deep={"a": {"b": {"c": {"d": {"e": "f"}}}}})
    (line,) = read(lines)
    assert "object object" in str(line["thing"])


def test_a_very_long_value_is_cut_and_says_so(lines: io.BytesIO) -> None:
    structlog.get_logger().info("long", text="ب" * (logs.TEXT_LENGTH_MAX + 1))
    (line,) = read(lines)
    assert str(line["text"]).endswith("[cut]")


async def test_a_line_that_repeats_is_said_once_in_a_while_with_how_often_it_was_meant() -> None:
    clock = TestClock()
    sparing = Sparing(clock, seconds=5)
    assert [sparing.times("down") for _ in range(4)] == [1, 0, 0, 0]
    assert sparing.times("another line") == 1
    await clock.advance(5)
    assert sparing.times("down") == 4
    await clock.advance(5)
    assert sparing.times("down") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a letter to sara.k+shop@example.org was refused", "a letter to ***@example.org was refused"),
        ("duplicate key: Key (handle)=(SA.1234567890AbCdEf) already exists", "duplicate key: Key (handle)=(***Ef) already exists"),
        ("invalid input for +966 50 123 4567", "invalid input for ***67"),
        ("wasl.store.postgres@2 on line 14, WA.NOT", "wasl.store.postgres@2 on line 14, WA.NOT"),
    ],
)
def test_whom_an_error_names_is_hidden_whatever_library_it_comes_from(text: str, shown: str) -> None:
    assert logs.masked_text(text) == shown
