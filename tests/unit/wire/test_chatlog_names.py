"""Headers with names in them: months in words, days of the week, in the languages that CLDR knows; what is not certain is told by name."""

import io
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import pytest
from babel import Locale, localedata
from babel.dates import format_skeleton
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.formats.whatsapp_export import WhatsappExport
from wasl.ports.format import Choices, Found, Gap, Problem, Reject, Run, Shape
from wasl.wire.bundle import PlainBundle
from wasl.wire.chatlog_heads import find_heads, strange_months
from wasl.wire.chatlog_named import read_named
from wasl.wire.chatlog_names import PHONES, Calendars, Month, _table, folded, names_in

BEGIN = datetime(2024, 11, 20, 0, 4, 7)
MOMENTS = [BEGIN + timedelta(hours=37 * step, minutes=11 * step) for step in range(40)]
YEAR = [datetime(2025, month, 1 + month * 2, 14, month) for month in range(1, 13)]
LANGUAGES = sorted(language for language in PHONES if language in localedata.locale_identifiers() and language not in ("mn", "no"))
"""Of Mongolian, the medium form is one of numbers with endings; Norwegian is Bokmål."""
WIDTHS = ("medium", "long", "full")
LEVANT = ["كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"]
EGYPT = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]
MAGHREB = ["جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان", "جويلية", "أوت", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]


def found_in(text: str, choices: Choices = Choices()) -> list[Found]:
    data = text.encode()
    found = list(WhatsappExport().read(PlainBundle("_chat.txt", lambda: io.BytesIO(data), size_bytes=len(data)), choices))
    covered = sum(one.length or 0 for one in found if isinstance(one, Gap | Reject))
    covered += sum(entry.length or 0 for one in found if isinstance(one, Run) for entry in one.entries)
    assert covered == len(data)
    return found


def times(text: str, choices: Choices = Choices()) -> list[datetime]:
    entries = [entry for one in found_in(text, choices) if isinstance(one, Run) for entry in one.entries]
    return [datetime(1970, 1, 1) + timedelta(milliseconds=entry.wall_ms or 0) for entry in entries]


def chat(heads: Sequence[str]) -> str:
    return "".join(f"{head} - {('Nadia', 'سامي')[place % 2]}: words {place}\n" for place, head in enumerate(heads))


def written(language: str, width: str, *, clock: str, moments: Sequence[datetime] = MOMENTS) -> Iterator[str]:
    locale = Locale.parse(language)
    join = str(locale.datetime_formats["short"]).replace("'", "")
    for moment in moments:
        day = locale.date_formats[width].apply(moment, locale)
        yield join.replace("{1}", day).replace("{0}", format_skeleton(clock, moment, tzinfo=None, locale=locale))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_in_words_of_every_language_that_phones_speak_are_read_by_either_clock(language: str, width: str) -> None:
    for clock in ("Hm", "hm"):
        wanted = [moment.replace(second=0) for moment in MOMENTS]
        assert times(chat(list(written(language, width, clock=clock)))) == wanted, clock


def test_dates_in_words_of_further_languages_are_read_right_or_not_at_all() -> None:
    """A part that is read is read as it was meant: the rest stays in the message before, and is told."""
    others = [name for name in localedata.locale_identifiers() if "_" not in name and name not in LANGUAGES]
    wrong, right = [], 0
    for language in others:
        for place, moment in enumerate(YEAR):
            lines = list(written(language, "long", clock="Hm", moments=YEAR[place : place + 1]))
            read = times(chat(lines))
            right += read == [moment]
            wrong += [(language, lines, read)] if read not in ([], [moment]) else []
    # "out" is October in Portuguese, which phones speak, and August in Mauritian Creole: alone it is taken for the former.
    assert {language for language, _, _ in wrong} <= {"mfe"}
    assert right >= 0.9 * len(others) * len(YEAR)


@pytest.mark.parametrize("names", [LEVANT, EGYPT, MAGHREB], ids=["levant", "egypt", "maghreb"])
@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩"], ids=["western", "eastern"])
def test_arabic_months_of_all_kinds_are_read_in_either_digits_and_however_they_are_spelt(names: list[str], digits: str) -> None:
    turned = str.maketrans("0123456789", digits)
    plain = [f"{m.day} {names[m.month - 1]} {m.year}، {m:%H:%M}".translate(turned) for m in YEAR]
    assert times(chat(plain)) == YEAR
    bare = [line.translate(str.maketrans("أإآى", "اااي")) for line in plain]
    assert times(chat(bare)) == YEAR
    both = [f"{m.day} {LEVANT[m.month - 1]}/{EGYPT[m.month - 1]} {m.year}، {m:%H:%M}" for m in YEAR]
    assert times(chat(both)) == YEAR
    ios = "".join(f"\u200f[{line}:00] سامي: كلام\r\n" for line in plain)
    assert times(ios) == YEAR


def test_two_names_that_disagree_are_no_date() -> None:
    lines = [f"{m.day} {LEVANT[m.month - 1]}/{EGYPT[m.month % 12]} {m.year}، {m:%H:%M}" for m in YEAR]
    assert times(chat(lines)) == []


def test_a_name_that_is_another_month_in_another_language_is_read_by_its_neighbours_or_not_at_all() -> None:
    czech = [f"{day}. {month} 2025 14:03" for day, month in ((30, "října"), (3, "listopad"), (1, "prosince"))]
    croatian = [f"{day}. {month} 2025. 14:03" for day, month in ((30, "rujna"), (3, "listopad"), (1, "studenoga"))]
    assert [at.month for at in times(chat(czech))] == [10, 11, 12]
    assert [at.month for at in times(chat(croatian))] == [9, 10, 11]
    alone = found_in(chat(["3. listopad 2025 14:03", "4. listopad 2025 14:04"]))
    (reject,) = [one for one in alone if isinstance(one, Reject)]
    assert "which month they mean is not certain: listopad (month 10 in hr, month 11 in cs pl)" in reject.why
    told = times("3. listopad 2025 14:03 - Ana: <Medien ausgeschlossen>\n4. listopad 2025 14:03 - Ana: poruka je izbrisana\n")
    assert told == []


def test_what_the_app_says_tells_the_language_of_the_month() -> None:
    body = "3. listopad 2025 14:03 - Eva: {}\n4. listopad 2025 14:04 - Jan: ano\n"
    assert [at.month for at in times(body.format("<Média vynechána>"))] == [11, 11]


def test_a_month_that_nobody_knows_is_refused_by_its_name() -> None:
    found = found_in(chat(["12 Brumaire 2026, 14:03", "13 Brumaire 2026, 14:04"]))
    (reject,) = [one for one in found if isinstance(one, Reject)]
    assert reject.why.endswith("is not certain: Brumaire")
    assert not [one for one in found if isinstance(one, Run)]


def test_a_month_that_nobody_knows_among_known_ones_stays_in_the_message_before_and_is_told() -> None:
    found = found_in(chat(["12 January 2026, 14:03", "13 Brumaire 2026, 14:04", "14 March 2026, 14:05"]))
    texts = [entry.text for one in found if isinstance(one, Run) for entry in one.entries]
    assert texts == ["words 0\n13 Brumaire 2026, 14:04 - سامي: words 1", "words 2"]
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.kind, "(Brumaire)" in problem.detail) == ("month", True)


def test_an_export_by_name_whose_months_nobody_knows_is_recognised_so_that_it_says_why() -> None:
    data = chat(["12 Brumaire 2026, 14:03", "13 Brumaire 2026, 14:04"]).encode()
    guess = WhatsappExport().sniff(PlainBundle("WhatsApp Chat with Ann.txt", lambda: io.BytesIO(data), size_bytes=len(data)))
    assert guess is not None
    assert "Brumaire" in guess.why
    assert WhatsappExport().sniff(PlainBundle("diary.txt", lambda: io.BytesIO(data), size_bytes=len(data))) is None


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("12 January 2026, 14:03 - A: b", (2026, 1, 12)),
        ("January 12, 2026, 2:03 PM - A: b", (2026, 1, 12)),
        ("12th January 2026, 14:03 - A: b", (2026, 1, 12)),
        ("1er mars 2026 à 14:03 - A: b", (2026, 3, 1)),
        ("[Mon, 12 Jan 2026, 14:03:05] A: b", (2026, 1, 12)),
        ("2026 January 12 14:03 - A: b", (2026, 1, 12)),
        ("2026. gada 12. janvāris 14:03 - A: b", (2026, 1, 12)),
        ("14:03, 12 janeiro 2026 - A: b", (2026, 1, 12)),
        ("12-Jan-26, 14:03 - A: b", (2026, 1, 12)),
        ("12 ม.ค. 2569 14:03 - A: b", (2026, 1, 12)),
        ("12 tháng 1, 2026 14:03 - A: b", (2026, 1, 12)),
        ("۲۲ دی ۱۴۰۴، ۱۴:۰۳ - A: b", (2026, 1, 12)),
        ("١ رمضان ١٤٤٧، ١٤:٠٣ - A: b", (2026, 2, 18)),
        ("12 de enero de 2026, 14:03: A: b", (2026, 1, 12)),
    ],
)
def test_forms_of_single_headers(line: str, wanted: tuple[int, int, int]) -> None:
    assert [at.date() for at in times(line + "\n")] == [date(*wanted)]


@pytest.mark.parametrize(
    "line",
    [
        "12 people came in January 2026, 14:03 - A: b",
        "On 12 January 2026, 14:03 - A: b",
        "12 January 2026 - A: b",
        "99 January 2026, 14:03 - A: b",
        "12 January 2026, 25:03 - A: b",
        "12 دی 2026, 14:03 - A: b",
        "12 January 1404, 14:03 - A: b",
        "12 دی 04, 14:03 - A: b",
        "Jan 12 Feb 2026, 14:03 - A: b",
    ],
)
def test_what_is_no_header(line: str) -> None:
    assert find_heads(line.encode()) == []


def test_a_day_of_the_week_before_numbers_tells_the_day_from_the_month() -> None:
    moments = [datetime(2025, 3, day, 14, 3) for day in (3, 4, 5)]
    american = [f"{m:%a}, {m.month}/{m.day}/{m.year}, {m:%H:%M}" for m in moments]
    british = [f"{m:%a}, {m.day}/{m.month}/{m.year}, {m:%H:%M}" for m in moments]
    for lines, order in ((american, "mdy"), (british, "dmy")):
        found = found_in(chat(lines))
        (shape,) = [one for one in found if isinstance(one, Shape)]
        assert (shape.facts["order"], shape.facts["ambiguous"]) == (order, False)
        assert times(chat(lines)) == moments
    wrong = [line.replace("Mon", "Sun").replace("Tue", "Sun").replace("Wed", "Sun") for line in british]
    assert len(times(chat(wrong))) == 3, "a day that fits no order says nothing"


def test_lines_in_words_that_somebody_pasted_change_nothing() -> None:
    own = [f"{m.day}/{m.month}/{m.year}, {m:%H:%M} - Ann: see\n" for m in MOMENTS]
    named = [f"{m.day} {m:%B} {m.year}, {m:%H:%M} - Ann: see\n" for m in MOMENTS]
    for lines, pasted in ((own, "12 January 2019, 10:00 - Eve: pasted\n"), (named, "1/2/2019, 10:00 - Eve: pasted\n")):
        text = "".join(line + pasted * (place % 4 == 1) for place, line in enumerate(lines))
        assert times(text) == [m.replace(second=0) for m in MOMENTS]


def test_the_shape_says_that_the_month_is_named() -> None:
    (shape,) = [one for one in found_in(chat(["12 January 2026, 14:03", "2 March 2026, 14:04"])) if isinstance(one, Shape)]
    assert (shape.facts["order"], shape.facts["order_decided"]) == ("dmy", "the month is named")


def test_the_table_holds_every_name_of_the_installed_cldr() -> None:
    missing, table = set(), _table()
    for name in localedata.locale_identifiers():
        locale = Locale.parse(name)
        for context in ("format", "stand-alone"):
            for number, word in locale.months[context]["wide"].items():
                months = names_in(word).months
                meant = {month.number for name in months for month in table.months[name]}
                if folded(word) and not any(char.isdigit() or char in ":.,·/" for char in word) and number not in meant:
                    missing.add((name, number, word))
    assert not missing, "run scripts/make_chatlog_words.py"


@given(st.text(alphabet=st.sampled_from("12 January 2026،, :-[]\u200f١٢يناير/كانون الثاني.MonATPde’'\u0301"), max_size=90))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_line_is_a_header_or_is_not(line: str) -> None:
    stamp = read_named(line)
    if stamp is not None:
        assert 0 < stamp.end <= len(line)
        assert stamp.month_at is not None or stamp.is_led
    assert isinstance(strange_months(line.encode()), tuple)
    found_in(line + "\n")


@given(st.datetimes(min_value=datetime(2009, 1, 2), max_value=datetime(2090, 1, 1)), st.sampled_from(LANGUAGES), st.sampled_from(WIDTHS))
@settings(max_examples=150, deadline=None)
def test_any_moment_written_in_words_is_read_or_told(moment: datetime, language: str, width: str) -> None:
    (line,) = written(language, width, clock="Hm", moments=[moment])
    text = chat([line])
    assert times(text) == [moment.replace(second=0, microsecond=0)] or strange_months(text.encode()), line


def test_names_that_are_not_certain_are_none() -> None:
    assert Calendars(["listopad"]).month(["listopad"]) is None
    assert Calendars(["listopad"], languages=["hr"]).month(["listopad"]) == Month("gregorian", 10)
    assert Calendars(["may"]).month(["may"]) == Month("gregorian", 5), "what two small languages mean else does not count"
    assert Calendars().month([]) is None
    assert Calendars([], ["monday"]).day(["monday"]) == 0


def test_ten_megabytes_of_almost_headers_are_walked_in_linear_time() -> None:
    def seconds(size: int) -> float:
        data = ("12 January 2026, 14:03 - A: b\n" + "12 January 2026 " * (size // 16) + "\n").encode()
        began = time.process_time()
        for _ in WhatsappExport().read(PlainBundle("_chat.txt", lambda: io.BytesIO(data), size_bytes=len(data)), Choices()):
            pass
        return time.process_time() - began

    assert seconds(10_000_000) < 10
