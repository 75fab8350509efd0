"""How values are shown at a terminal."""

import pytest

from wasl.cli.leaving_words import ABLE, KINDS, TOPICS, say
from wasl.cli.show import countries, country, seconds, table
from wasl.continuity import dependency
from wasl.footing import ROLES

ROWS = [("01a205e8-a091-7d74-9d66-b758cbf96c94", "telegram, webchat, whatsapp", "a sentence of quite some words that is long" * 2)]


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_pipe_gets_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    table(("id", "channels", "why"), ROWS, title="A rather long title over a small table")
    head = lines(capsys)
    assert len(head) == 3
    assert head[0].strip() == "A rather long title over a small table"


def test_an_id_is_whole_in_a_terminal_of_80_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    table(("id", "channels", "why"), ROWS)
    shown = lines(capsys)
    assert any(ROWS[0][0] in line for line in shown)
    assert any("whatsapp" in line for line in shown)


def test_countries_are_named_in_the_reader_s_language() -> None:
    assert countries([("EG", 1_200), ("", 1)], "en") == "Egypt 1,200, country not known 1"
    assert countries([("EG", 3), ("*", 2)], "ar") == "مصر 3، بلدان أخرى 2"
    assert country("US-CA", "en") == "United States (CA)"


def test_whatever_a_channel_can_do_has_an_arabic_name() -> None:
    assert set(ROLES.values()) <= ABLE.keys()


def test_where_a_terminal_is_too_narrow_a_row_is_a_block_and_its_id_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    table(("id", "one", "two", "three", "four"), [(ROWS[0][0], "first words", "second words", None, "")])
    assert lines(capsys) == [ROWS[0][0], "    one    first words", "    two    second words", "    three  —"]


def test_arabic_is_set_apart_line_by_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    table(("الاسم", "الحالة"), [("whatsapp", "جملة طويلة من كلمات كثيرة لا تتسع لها سطر واحد")])
    shown = lines(capsys)
    assert sum("\u2067" in line for line in shown) >= 3
    assert all(line.count("\u2067") == line.count("\u2069") for line in shown)


def test_kinds_and_topics_of_the_register_have_arabic_names() -> None:
    assert KINDS.keys() == set(dependency.KINDS)
    assert TOPICS.keys() == set(dependency.TOPICS)


@pytest.mark.parametrize(
    ("duration_ms", "english", "arabic"),
    [
        (0, "0 s", "0 ثانية"), (1_000, "1 s", "ثانية واحدة"), (5_000, "5 s", "5 ثوانٍ"), (120_000, "2 min", "دقيقتين"),
        (3_600_000, "1 h", "ساعة واحدة"), (11 * 86_400_000, "11 d", "11 يومًا"),
    ],
)  # fmt: skip
def test_a_duration_is_counted_in_the_language(duration_ms: int, english: str, arabic: str) -> None:
    assert (seconds(duration_ms, "en"), seconds(duration_ms, "ar")) == (english, arabic)


def test_a_whole_command_stays_together_in_an_arabic_sentence() -> None:
    assert "\u2068`wasl drill --lose \u2068meta\u2069`\u2069" in say("drill", "ar", title="ميتا", id="meta")
