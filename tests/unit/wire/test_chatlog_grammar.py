"""Headers of every language: each form that CLDR gives is read, and pasted lines change nothing."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from babel import Locale, localedata
from babel.dates import format_skeleton, format_time
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.formats.whatsapp_export import WhatsappExport
from wasl.ports.format import Choices, Gap, Reject, Run, Shape
from wasl.wire.bundle import PlainBundle
from wasl.wire.chatlog_calendar import days_since_1970
from wasl.wire.chatlog_grammar import decide
from wasl.wire.chatlog_marks import squeezed
from wasl.wire.chatlog_periods import Periods, hour_of_day, is_period

_LISTED = """
af am ar ar_EG ar_SA az be bg bn bs ca cs cy da de de_CH el en_US en_GB en_CA en_ZA en_IN en_AU es es_MX es_US et eu fa fi fil fr
fr_CA ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl pa pl ps pt pt_PT ro ru si sk sl
sq sr sr_Latn sv sw ta te th tr uk ur uz vi zh zh_Hant zh_Hant_HK zu ckb sd yue
"""
LANGUAGES = _LISTED.split()
"""Languages of phones, of which the app's own are a part."""
BEGIN = datetime(2024, 11, 20, 0, 4, 7)
MOMENTS = [BEGIN + timedelta(hours=7 * step, minutes=11 * step, seconds=step) for step in range(90)]


def headers(language: str, *, seconds: bool, hours: int, joined_by: str | None = None) -> Iterator[str]:
    """Writes the moments as a phone in that language does: CLDR's short date, its time in 12 or 24 hours, and how they join."""
    locale = Locale.parse(language)
    pattern = locale.date_formats["short"]
    skeleton = ("h" if hours == 12 else "H") + "m" + ("s" if seconds else "")
    join = joined_by or str(locale.datetime_formats["short"])
    for moment in MOMENTS:
        day = pattern.apply(moment, locale)
        clock = format_skeleton(skeleton, moment, tzinfo=None, locale=locale)
        yield join.replace("'", "").replace("{1}", day).replace("{0}", clock)


def chat(written: Iterator[str], *, bracket: bool) -> str:
    form = "[{}] {}: words {}\r\n" if bracket else "{} - {}: words {}\n"
    return "".join(form.format(head, ("Nadia", "سامي")[place % 2], place) for place, head in enumerate(written))


def entries(text: str, choices: Choices = Choices()) -> list[tuple[str | None, str, datetime]]:
    data = text.encode()
    found = list(WhatsappExport().read(PlainBundle("chat.txt", lambda: io.BytesIO(data), size_bytes=len(data)), choices))
    read = [entry for one in found if isinstance(one, Run) for entry in one.entries]
    covered = sum(one.length or 0 for one in found if isinstance(one, Gap | Reject)) + sum(entry.length or 0 for entry in read)
    assert covered == len(data)
    return [(entry.author, entry.text, datetime(1970, 1, 1) + timedelta(milliseconds=entry.wall_ms or 0)) for entry in read]


@pytest.mark.parametrize("hours", [12, 24])
@pytest.mark.parametrize("bracket", [True, False], ids=["bracket", "dash"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dates_and_times_of_every_language_are_read(language: str, bracket: bool, hours: int) -> None:
    read = entries(chat(headers(language, seconds=bracket, hours=hours), bracket=bracket))
    assert len(read) == len(MOMENTS)
    for place, (author, text, at) in enumerate(read):
        wanted = MOMENTS[place] if bracket else MOMENTS[place].replace(second=0)
        assert (author, text) == (("Nadia", "سامي")[place % 2], f"words {place}")
        assert at == wanted, f"{language}: record {place}"


def test_every_word_of_cldr_for_morning_and_afternoon_is_understood_by_its_pair() -> None:
    wrong = []
    for name in localedata.locale_identifiers():
        for widths in Locale.parse(name).day_periods.values():
            for words in widths.values():
                morning, afternoon = words.get("am", ""), words.get("pm", "")
                if not squeezed(morning) or not squeezed(afternoon) or squeezed(morning) == squeezed(afternoon):
                    continue
                periods = Periods([morning, afternoon], languages=[name.partition("_")[0]])
                told = hour_of_day(9, 0, periods.spans(morning)), hour_of_day(9, 0, periods.spans(afternoon))
                if told != (9, 21) or not is_period(morning):
                    wrong.append((name, morning, afternoon, told))
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("[3/18/2565 BE, 15:04:05] A: x", "2022-03-18T15:04:05"),
        ("[3/18/R4, 15:04:05] A: x", "2022-03-18T15:04:05"),
        ("[4/30/H31, 15:04:05] A: x", "2019-04-30T15:04:05"),
        ("[R8/9/15 20:46:01] A: x", "2026-09-15T20:46:01"),
        ("۱۴۰۵/۶/۲۴،\u200f ۲۰:۴۶ - A: x", "2026-09-15T20:46:00"),
        ("民國115/9/15 下午8:46 - A: x", "2026-09-15T20:46:00"),
        ("15/9/2569 20:46 - A: x", "2026-09-15T20:46:00"),
        ("[20:46:01, 15/9/26] A: x", "2026-09-15T20:46:01"),
        ("13/3/12 9:05:09: A: x", "2012-03-13T09:05:09"),
        ("2019-08-22 20 h 46 - A: x", "2019-08-22T20:46:00"),
        ("22.8.2019 klo 7.05 - A: x", "2019-08-22T07:05:00"),
        ("22/08/2019 à 07:05 - A: x", "2019-08-22T07:05:00"),
        ("22.08.19 г., 7:05 - A: x", "2019-08-22T07:05:00"),
        ("22/8/2019, 12:05 AM - A: x", "2019-08-22T00:05:00"),
        ("22/8/2019, 00:05 AM - A: x", "2019-08-22T00:05:00"),
        ("22/8/2019, 12:05 PM - A: x", "2019-08-22T12:05:00"),
        ("22/8/2019, 9:05 p. m. - A: x", "2019-08-22T21:05:00"),
        ("22/8/2019, 9:05 p.\u00a0m. - A: x", "2019-08-22T21:05:00"),
        ("22/8/2019, 4:05 in the afternoon - A: x", "2019-08-22T16:05:00"),
        ("22/8/2019, 1:05 at night - A: x", "2019-08-22T01:05:00"),
        ("22/8/2019, 11:05 at night - A: x", "2019-08-22T23:05:00"),
        ("2019/8/22 中午12:05 - A: x", "2019-08-22T12:05:00"),
        ("2019/8/22 凌晨12:05 - A: x", "2019-08-22T00:05:00"),
        ("2019/8/22 晚上9:05 - A: x", "2019-08-22T21:05:00"),
        ("2019. 8. 22. 오후 9:05 - A: x", "2019-08-22T21:05:00"),
        ("22. 8. 2019. 21:05 - A: x", "2019-08-22T21:05:00"),
        ("\ufeff[22.08.19, 21:05:06] A: x", "2019-08-22T21:05:06"),
        ("\u200e[22/08/2019, 21:05:06] A: x", "2019-08-22T21:05:06"),
        ("२२/८/१९, ९:०५ pm - A: x", "2019-08-22T21:05:00"),
    ],
)  # fmt: skip
def test_a_file_of_one_record_is_read_in_any_form(line: str, wanted: str) -> None:
    for text in (line, line + "\n", line + "\r\n"):
        (found,) = entries(text)
        assert found == ("A", "x", datetime.fromisoformat(wanted))


@pytest.mark.parametrize("foreign", ["{0.month}/{0.day}/{0:%y}, {0:%H:%M} - Rami: no", "[{0.month}/{0.day}/{0:%Y}, {0:%H:%M:%S}] Rami: no"])
def test_headers_of_another_form_pasted_into_every_twentieth_message_change_no_date(foreign: str) -> None:
    lines = []
    for place in range(400):
        moment = datetime(2024, 3, 1) + timedelta(minutes=37 * place)
        pasted = "\n" + foreign.format(moment + timedelta(days=200)) if place % 20 == 0 else ""
        lines.append(f"{moment:%d/%m/%Y, %H:%M} - Nadia: words {place}{pasted}\n")
    read = entries("".join(lines))
    assert [at for _, _, at in read] == [(datetime(2024, 3, 1) + timedelta(minutes=37 * place)) for place in range(400)]
    assert read[20][1].startswith("words 20\n")


def test_an_order_that_nothing_tells_is_asked_and_every_record_says_so() -> None:
    text = "05/06/2021, 10:00 - A: x\n05/06/2021, 10:01 - B: y\n"
    grammar = decide(text.encode())
    assert grammar is not None
    assert set(grammar.ordered.open) == {"dmy", "mdy"}
    assert [at.date() for _, _, at in entries(text, Choices(answers={"day_order": "mdy"}))] == [date(2021, 5, 6)] * 2
    assert [at.date() for _, _, at in entries(text, Choices(answers={"day_order": "dmy"}))] == [date(2021, 6, 5)] * 2


def test_a_first_number_above_twelve_is_the_day_though_a_short_year_could_stand_first() -> None:
    for text, order in (
        ("13/11/18, 13:55 - A: x\n", "dmy"),
        ("24/01/13, 1:00 - A: x\n24/01/14, 1:00 - A: x\n24/01/15, 1:00 - A: x\n", "ymd"),
    ):
        grammar = decide(text.encode())
        assert grammar is not None
        assert grammar.ordered.order == order
    assert decide(b"13/11/18, 13:55 - A: x\n").ordered.open == ()  # type: ignore[union-attr]  # it has a header


def test_time_that_would_run_backwards_tells_the_order() -> None:
    lines = [f"{moment:%m/%d/%Y, %H:%M} - A: x\n" for moment in (datetime(2021, 1, 2), datetime(2021, 1, 11), datetime(2021, 2, 3))]
    grammar = decide("".join(lines).encode())
    assert grammar is not None
    assert (grammar.ordered.order, grammar.ordered.open) == ("mdy", ())


@given(st.dates(min_value=date(1900, 3, 1), max_value=date(2100, 1, 1)))
def test_persian_years_follow_each_other_without_a_hole(day: date) -> None:
    wanted = (day - date(1970, 1, 1)).days
    year = day.year - 621
    found = (
        [(y, m, d) for y in (year - 1, year) for m in range(1, 13) for d in range(1, 32) if days_since_1970(y, m, d) == wanted]
        if year - 1 >= 1301 and year <= 1429
        else [None]
    )
    assert len(found) == 1


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789/.:-,[] \nAPMamp\u200e\u200fم٣", max_size=300))
def test_what_looks_almost_like_a_header_is_read_without_complaint(text: str) -> None:
    for start in ("", "[13/09/2026, 20:46:01] A: x\r\n", "13/09/2026, 20:46 - A: x\n"):
        entries(start + text)


def test_ten_megabytes_of_digits_take_less_than_a_second_each_way() -> None:
    import time

    for data in (b"1" * 10_000_000, b"1/2/3, 4:5 " * 900_000, b"11/11/2011\n" * 900_000):
        whole = b"13/09/2026, 20:46 - A: x\n" + data
        began = time.process_time()
        found = list(WhatsappExport().read(PlainBundle("chat.txt", lambda: io.BytesIO(whole), size_bytes=len(whole)), Choices()))  # noqa: B023 - used at once
        assert time.process_time() - began < 3
        covered = sum(one.length or 0 for one in found if isinstance(one, Gap | Reject))
        covered += sum(entry.length or 0 for one in found if isinstance(one, Run) for entry in one.entries)
        assert covered == len(whole)
        assert isinstance(found[0], Shape)
        assert any(isinstance(one, Reject) and one.length and one.length > 8_000_000 for one in found)


def test_the_pattern_of_a_decided_form_matches_at_line_begins_only() -> None:
    grammar = decide(b"13/09/2026, 20:46 - A: x\n")
    assert grammar is not None
    assert grammar.pattern.search(b"see 13/09/2026, 20:46 - A: x") is None
    assert re.search(rb"\n", grammar.pattern.pattern) is not None or grammar.newline == b"\n"
    assert format_time(MOMENTS[0], locale="en_US")


@pytest.mark.parametrize(
    ("morning", "afternoon"),
    [
        ("ಪೂರ್ವಾಹ್ನ", "ಅಪರಾಹ್ನ"), ("পূর্বাহ্ণ", "অপরাহ্ণ"), ("म.पू.", "म.उ."), ("પૂર્વ મધ્યાહ્ન", "ઉત્તર મધ્યાહ્ન"), ("முற்பகல்", "பிற்பகல்"),
        ("قبل دوپہر", "بعد دوپہر"), ("Asubuhi", "Mchana"), ("ព្រឹក", "ល្ងាច"), ("ب.ن", "د.ن"), ("foo", "bar"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [False, True])
def test_two_words_for_the_halves_of_the_day_are_told_apart_on_either_side_of_the_time(morning: str, afternoon: str, before: bool) -> None:
    moments = [BEGIN.replace(second=0) + timedelta(minutes=437 * step) for step in range(90)]
    lines = []
    for moment in moments:
        word, clock = (morning if moment.hour < 12 else afternoon), f"{moment.hour % 12 or 12}:{moment:%M}"
        lines.append(f"{moment:%d/%m/%Y}, {f'{word} {clock}' if before else f'{clock} {word}'} - Nadia: well\n")
    text = "".join(lines).encode()
    found = list(WhatsappExport().read(PlainBundle("chat.txt", lambda: io.BytesIO(text), size_bytes=len(text)), Choices()))
    read = [entry.wall_ms for run in found if isinstance(run, Run) for entry in run.entries]
    assert read == [(moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1) for moment in moments]


def test_a_word_for_the_night_stays_late_and_early_where_only_the_morning_stands_beside_it() -> None:
    periods = Periods(["at night", "in the morning"], hours={"at night": {9, 10, 11, 12, 1, 2, 3, 4, 5}, "in the morning": {6, 7}})
    assert [hour_of_day(hour, 0, periods.spans("at night")) for hour in (10, 2)] == [22, 2]
