"""A table of header shapes: what readers of other public projects were seen to meet, each with who spoke, when, and what was said.

Seen on 22 November 2026 in the tests and issues of whatsapp-chat-parser, chat-miner, whatstk, rwhatsapp, whats_json, whatsapp-archive,
nmoya/whatsapp-parser and ChatLab. The words and names are ours.
"""

import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

import pytest

from wasl.domain.archive import Entry, File, PhoneCall, WebLink
from wasl.domain.message import Place
from wasl.formats.whatsapp_export import WhatsappExport
from wasl.ports.format import Choices, Found, Gap, Problem, Reject, Run
from wasl.wire.bundle import PlainBundle

EVENING, MORNING = datetime(2021, 7, 12, 22, 35, 22), datetime(2021, 7, 13, 9, 12, 44)
"""Two moments of which the second tells the day from the month."""
Row = tuple[str, str | None, str]


def read(text: str) -> list[Found]:
    data = text.encode()
    found = list(WhatsappExport().read(PlainBundle("_chat.txt", lambda: io.BytesIO(data), size_bytes=len(data)), Choices()))
    spans = [(one.start, one.length) for one in found if isinstance(one, Gap | Reject)]
    spans += [(entry.start, entry.length) for entry in entries(found)]
    at = 0
    for start, length in sorted(spans):
        assert (start, length > 0) == (at, True)
        at += length
    assert at == len(data)
    return found


def entries(found: list[Found]) -> list[Entry]:
    return [entry for one in found if isinstance(one, Run) for entry in one.entries]


def rows(text: str) -> list[Row]:
    return [(when(entry).isoformat(), entry.author, entry.text) for entry in entries(read(text))]


def when(entry: Entry) -> datetime:
    assert entry.wall_ms is not None
    return datetime(1970, 1, 1) + timedelta(milliseconds=entry.wall_ms)


def combined() -> Iterator[tuple[str, str]]:
    """Every order of the date, sign, length of the year, clock, and ending that the tables of others list."""
    orders = ["%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%Y{0}%m{0}%d"]
    for order, sign, clock, end in product(orders, "./-", ["%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M"], ["{}, {} - ", "[{} {}] "]):
        form = end.format(order.format(sign), clock)
        yield form, form
    for sign, clock in product("./-", ["%I:%M %p", "%H:%M:%S"]):
        yield f"%y{sign}%m{sign}%d, {clock} - ", "by following days"
        yield f"[%y{sign}%d{sign}%m {clock}] ", "by following days"


FORMS = list(combined())


def test_the_table_has_at_least_150_forms() -> None:
    assert len({form for form, _ in FORMS} | {line for line, *_ in SINGLE}) >= 150


@pytest.mark.parametrize(("form", "how"), FORMS, ids=[form for form, _ in FORMS])
def test_every_combination_of_order_sign_and_clock_is_read(form: str, how: str) -> None:
    moments = [EVENING, MORNING]
    if how == "by following days":
        moments = [datetime(2021, 7, 12, 9, 5) + timedelta(days=step) for step in range(40)]
    text = "".join(f"{moment.strftime(form)}{['Noor', 'R'][place % 2]}: words {place}\n" for place, moment in enumerate(moments))
    seconds = "%S" in form
    assert rows(text) == [
        (moment.replace(second=moment.second if seconds else 0).isoformat(), ["Noor", "R"][place % 2], f"words {place}")
        for place, moment in enumerate(moments)
    ]


SINGLE: list[tuple[str, str, str | None, str]] = [
    ("3/6/21, 1:55 p.m. - a: m", "2021-06-03T13:55:00", "a", "m"),
    ("03-06-2021, 01.55 PM - a: m", "2021-06-03T13:55:00", "a", "m"),
    ("13.06.21 21.25.15: a: m", "2021-06-13T21:25:15", "a", "m"),
    ("[06.13.21 21:25:15] a: m", "2021-06-13T21:25:15", "a", "m"),
    ("13.6.2021 klo 21.25.15 - a: m", "2021-06-13T21:25:15", "a", "m"),
    ("[13.6.2021 klo 21.25.15] a: m", "2021-06-13T21:25:15", "a", "m"),
    ("13. 6. 2021. 21:25:15 a: m", "2021-06-13T21:25:15", "a", "m"),
    ("13. 6. 2021. 21:25:15 Noor: m", "2021-06-13T21:25:15", "Noor", "m"),
    ("13. 6. 2021. u 21:25:15 - Noor: m", "2021-06-13T21:25:15", "Noor", "m"),
    ("[13. 6. 2021. u 21:25:15] Noor: m", "2021-06-13T21:25:15", "Noor", "m"),
    ("[3/6/21 1:55:00 p. m.] a: m", "2021-06-03T13:55:00", "a", "m"),
    ("\u200e[3/6/21 1:55:00 p. m.] a: m", "2021-06-03T13:55:00", "a", "m"),
    ("[2021/06/13, 21:25:15] a: m", "2021-06-13T21:25:15", "a", "m"),
    ("[06/2021/13, 21:25:15] a: m", "2021-06-13T21:25:15", "a", "m"),
    ("[13/2021/06, 21:25:15] a: m", "2021-06-13T21:25:15", "a", "m"),
    ("2021-06-27, 8:04:08 AM: Noor: Hi", "2021-06-27T08:04:08", "Noor", "Hi"),
    ("09/12/2021 17:03:48: Noor: Hi", "2021-12-09T17:03:48", "Noor", "Hi"),
    ("3/24/21, 1:59:59 PM: Noor: Hi", "2021-03-24T13:59:59", "Noor", "Hi"),
    ("24/3/21, 13:59:59: Noor: Hi", "2021-03-24T13:59:59", "Noor", "Hi"),
    ("21/8/21, 11:28:51 PM: Noor: Hi", "2021-08-21T23:28:51", "Noor", "Hi"),
    ("[27-11-21 18:43:20] Noor: Hi", "2021-11-27T18:43:20", "Noor", "Hi"),
    ("2021-12-20, 5:46 p.m. - Noor: Hi", "2021-12-20T17:46:00", "Noor", "Hi"),
    ("2021/12/20, 5:46 pm - Noor: Hi", "2021-12-20T17:46:00", "Noor", "Hi"),
    ("28/3/2021, 9:29\u202fp.\u00a0m. - Noor: Hi", "2021-03-28T21:29:00", "Noor", "Hi"),
    ("[2021/7/19 02:28:09] Noor: Hi", "2021-07-19T02:28:09", "Noor", "Hi"),
    ("[2021/7/19 02:28:09] Noor:Hi", "2021-07-19T02:28:09", "Noor", "Hi"),
    ("2021/12/14, 13:34 - Noor: Hi", "2021-12-14T13:34:00", "Noor", "Hi"),
    ("2021/12/14, 13:34. - Noor: Hi", "2021-12-14T13:34:00", "Noor", "Hi"),
    ("07,22,2021, 22:35 - Noor: Hi", "2021-07-22T22:35:00", "Noor", "Hi"),
    ("20 09 21, 16:54 - Noor: Hi", "2021-09-20T16:54:00", "Noor", "Hi"),
    ("22 03 2021, 16:54 - Noor: Hi", "2021-03-22T16:54:00", "Noor", "Hi"),
    ("13.07.21, 10:36 PM  - R: Hi", "2021-07-13T22:36:00", "R", "Hi"),
    ("13.07.21, 22:36 -  R: Hi", "2021-07-13T22:36:00", "R", "Hi"),
    ("13/07/2021 à 09:12 - XXX: Salut :)", "2021-07-13T09:12:00", "XXX", "Salut :)"),
    ("[13/07/2021 à 09:12:13] XXX: Salut :)", "2021-07-13T09:12:13", "XXX", "Salut :)"),
    ("13/07/2021 22:35 - Noor: Hi", "2021-07-13T22:35:00", "Noor", "Hi"),
    ("13-07-2021 22:35:00 - Noor: Hi", "2021-07-13T22:35:00", "Noor", "Hi"),
    ("9/24/2021 11:30 p.m. - Noor: Hi", "2021-09-24T23:30:00", "Noor", "Hi"),
    ("12/24/2021 11:30 p. m. - Noor: Hi", "2021-12-24T23:30:00", "Noor", "Hi"),
    ("12/24/2021 11:30 a. m. - Noor: Hi", "2021-12-24T11:30:00", "Noor", "Hi"),
    ("[10.24.21, 15:21:43] Mika-Mika Vel: Hi - there", "2021-10-24T15:21:43", "Mika-Mika Vel", "Hi - there"),
    ("10.24.21, 15:21:43 - Mika-Mika Vel: Hi", "2021-10-24T15:21:43", "Mika-Mika Vel", "Hi"),
    ("13/10/21, 10:37\u202fp.\u202fm. - 🤓: Hi 🤓", "2021-10-13T22:37:00", "🤓", "Hi 🤓"),
    ("13/10/21, 10:37 p. m. - Noor 🤓: Hi", "2021-10-13T22:37:00", "Noor 🤓", "Hi"),
    ("7/16/21, 19:13 - +12 345 578: Hi", "2021-07-16T19:13:00", "+12 345 578", "Hi"),
    ("12/24/21, 17:08 - You were added", "2021-12-24T17:08:00", None, "You were added"),
    ('12/24/21, 17:08 - +12 345 578 created group "Park"', "2021-12-24T17:08:00", None, '+12 345 578 created group "Park"'),
    ("23/02/21, 18:42 - Noor: ", "2021-02-23T18:42:00", "Noor", ""),
    ("23/02/21, 18:42 - Noor:", "2021-02-23T18:42:00", "Noor", ""),
    ("[18/06/2021, 09:20:00] Missed voice call", "2021-06-18T09:20:00", None, "Missed voice call"),
    ('[18/06/2021, 09:20:00] You created group "Park"', "2021-06-18T09:20:00", None, 'You created group "Park"'),
    ("18.06.2021, 09:20 - Missed video call", "2021-06-18T09:20:00", None, "Missed video call"),
    ("[20:46:01, 15/9/21] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("[20:46, 15/9/2021] Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("20:46 15/9/2021 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[8:46 PM, 9/15/2021] Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[22.15.01, 15/9/21] Noor: Hi", "2021-09-15T22:15:01", "Noor", "Hi"),
    ("[15/9/21 20.46.01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("15/9/21 20.46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15.09.2021 20.46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[15.09.2021 20.46.01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("2021-09-15 20:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[2021-09-15 20:46:01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("[2021-09-15, 8:46:01 p.m.] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("2021년 9월 15일 오후 8:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("2021年9月15日 20:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("2021年9月15日 下午8:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[2021. 9. 15. 오후 8:46:01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("[21. 9. 15. 오후 8:46:01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("[2021/9/15 下午8:46:01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("2021. 09. 15. 20:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[2021. 09. 15. 20:46:01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("15.9.2021 г., 20:46 ч. - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15.09.21, 20:46 Uhr - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15. 9. 2021 20:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[15. 9. 2021, 20:46:01] Noor: Hi", "2021-09-15T20:46:01", "Noor", "Hi"),
    ("15-09-21 20:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15/9/2021 às 20:46 - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15/9/2021, 20:46 h - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15/09/2021, 8:46 ÖS - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15/9/21, 8:46 μ.μ. - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("15/9/21, 8:46 CH - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("9/15/21, 8:46 in the evening - Noor: Hi", "2021-09-15T20:46:00", "Noor", "Hi"),
    ("[٢٠٢١/٩/١٥، ٨:٤٦:٠١ م] نور: مرحبا", "2021-09-15T20:46:01", "نور", "مرحبا"),
    ("[١٥\u200f/٩\u200f/٢٠٢١، ٨:٤٦:٠١ م] نور: مرحبا", "2021-09-15T20:46:01", "نور", "مرحبا"),
    ("١٥\u200f/٩\u200f/٢٠٢١، ٨:٤٦ م - نور: مرحبا", "2021-09-15T20:46:00", "نور", "مرحبا"),
    ("\u200f[15\u200f/9\u200f/2021، 8:46:01 م] نور: مرحبا", "2021-09-15T20:46:01", "نور", "مرحبا"),
    ("15‏/9‏/2021 8:46 مساءً - نور: مرحبا", "2021-09-15T20:46:00", "نور", "مرحبا"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "at", "author", "text"), SINGLE, ids=[line for line, *_ in SINGLE])
def test_a_line_seen_in_some_export_gives_its_record(line: str, at: str, author: str | None, text: str) -> None:
    assert rows(line + "\n") == [(at, author, text)]


MIXED = """\
12/24/21, 11:23 - Noor Vel: words
12/24/21, 11:23 - Noor Vel: words : more
1/17/22, 20:49 - Nour Vel: words,
more words
7/6/19, 19:25 - Messages and calls are end-to-end encrypted. No one outside of this chat can read or listen to them.
12/24/16, 17:08 - +12 345 578 created group "Park"
12/24/16, 17:08 - You were added
7/16/19, 19:13 - +12 345 578: words
9/24/2021 11:30 p.m. - Noor Vel: evening
9/24/2021 11:30 a.m. - Noor Vel: morning
12/24/2021 11:30 p. m. - Noor Vel: apart
09/10/22 10:37:00 p.m. - Noor Vel: with seconds
[09/10/22 10:37:00 p.m.] Noor Vel: in brackets
09-10-2022 10:37:00 p.m. - Noor Vel: with dashes
[10.24.21, 15:21:43] Mika-Mika Vel: a dash in the name
10.24.21, 15:21:43 - Mika-Mika Vel: a dash in the name
[10.24.21, 15:21:43] Mika-Mika Vel: a dash - in the words
09/10/22, 10:37\u202fp.\u202fm. - Noor Vel: another space
09/10/22, 10:37\u202fp.\u202fm. - Noor Vel 🤓: another space 🤓
"""


def test_a_file_that_goes_from_form_to_form_is_read_by_all_of_them() -> None:
    read_ = rows(MIXED)
    assert [at for at, *_ in read_] == [
        "2021-12-24T11:23:00", "2021-12-24T11:23:00", "2022-01-17T20:49:00", "2019-07-06T19:25:00", "2016-12-24T17:08:00",
        "2016-12-24T17:08:00", "2019-07-16T19:13:00", "2021-09-24T23:30:00", "2021-09-24T11:30:00", "2021-12-24T23:30:00",
        "2022-09-10T22:37:00", "2022-09-10T22:37:00", "2022-09-10T22:37:00", "2021-10-24T15:21:43", "2021-10-24T15:21:43",
        "2021-10-24T15:21:43", "2022-09-10T22:37:00", "2022-09-10T22:37:00",
    ]  # fmt: skip
    assert [author for _, author, _ in read_] == [
        "Noor Vel", "Noor Vel", "Nour Vel", None, None, None, "+12 345 578", "Noor Vel", "Noor Vel", "Noor Vel", "Noor Vel", "Noor Vel",
        "Noor Vel", "Mika-Mika Vel", "Mika-Mika Vel", "Mika-Mika Vel", "Noor Vel", "Noor Vel 🤓",
    ]  # fmt: skip
    assert read_[2][2] == "words,\nmore words"
    assert any(isinstance(one, Problem) and one.kind == "mixed" for one in read(MIXED))


def test_headers_pasted_into_a_short_chat_are_words_of_it() -> None:
    text = "13/07/2021, 09:12 - Noor: see\n[7/11/21, 9:00:00 PM] Rami: no\n13/07/2021, 09:13 - Vel: yes\n[7/11/21, 9:01:00 PM] Rami: why\n"
    assert [words for *_, words in rows(text)] == ["see\n[7/11/21, 9:00:00 PM] Rami: no", "yes\n[7/11/21, 9:01:00 PM] Rami: why"]


def test_lines_of_every_form_in_any_order_are_read_without_loss() -> None:
    chance = random.Random(11)
    lines = [line for line, *_ in SINGLE]
    for _ in range(150):
        chosen = chance.choices(lines, k=chance.randint(1, 40))
        text = chance.choice(["\n", "\r\n"]).join(chosen) + chance.choice(["", "\n", "\r\n"])
        assert all(1970 < when(entry).year < 2100 for entry in entries(read(text)))


def one(body: str, *, bracket: bool = True) -> Entry:
    """Gives the entry of a body without any direction mark, as a file that was saved anew has them."""
    form = "[13/09/2026, 20:46:01] Nadia: {}\n" if bracket else "13/09/2026, 20:46 - Nadia: {}\n"
    return entries(read("".join(form.format(said) for said in ("hello", "good", body))))[2]


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ("đã bỏ qua hình ảnh", "photo"), ("đã bỏ video", "video"), ("bỏ qua tệp âm thanh", "audio"), ("Bỏ qua thẻ liên lạc", "document"),
        ("đã bỏ sticker", "sticker"), ("đã bỏ qua tài liệu", "document"), ("Đã bỏ qua ảnh GIF", "gif"),
        ("obrázek vynechán", "photo"), ("video vynecháno", "video"), ("zvukový soubor vynechán", "audio"),
        ("Vizitka vynechána", "document"),
        ("nálepka vynechána", "sticker"), ("dokument vynechán", "document"), ("GIF vynechán", "gif"),
        ("फ़ोटो हटाई गई", "photo"), ("वीडियो छोड़ा गया", "video"), ("ऑडियो हटाई गयी", "audio"), ("कॉन्टैक्ट कार्ड छोड़ा गया", "document"),
        ("स्टिकर छोड़ा गया", "sticker"), ("डॉक्यूमेंट छोड़ा गया", "document"), ("GIF छोड़ा गया", "gif"),
        ("画像は含まれていません", "photo"), ("ビデオは含まれていません", "video"), ("音声は含まれていません", "audio"),
        ("連絡先カードを省略", "document"), ("スタンプは含まれていません", "sticker"), ("ドキュメントは含まれていません", "document"),
        ("GIFは含まれていません", "gif"),
        ("لم يتم إدراج الفيديوهات", "video"), ("لم يتم إدراج المقاطع الصوتية", "audio"), ("لم يتم إدراج بطاقة جهة اتصال", "document"),
        ("تم حذف الملصقات", "sticker"), ("لم يتم إدراج صورة GIF", "gif"),
        ("ไม่มีรูปภาพ", "photo"), ("วิดีโอถูกลบ", "video"), ("ไม่มีไฟล์เสียง", "audio"), ("зображення відсутнє", "photo"),
        ("изображение отсутствует", "photo"), ("imagem não revelada", "photo"), ("obraz pominięty", "photo"), ("billede udeladt", "photo"),
    ],
)  # fmt: skip
def test_placeholders_of_many_languages_are_known_without_their_marks(body: str, role: str) -> None:
    (file,) = one(body).parts
    assert isinstance(file, File)
    assert (file.role, file.state) == (role, "omitted")


@pytest.mark.parametrize(
    "words",
    [
        "لم يتم إدراج المستند",
        "dokument vynechán",
        "डॉक्यूमेंट छोड़ा गया",
        "ドキュメントは含まれていません",
        "đã bỏ qua tài liệu",
        "document omitted",
    ],
)
@pytest.mark.parametrize("name", ["Plan.txt", "Plan-of-the-park.pdf • 2 strany", "خطة.pdf • صفحتان ٢", "Plan.pdf • ページ数: 2"])
def test_the_name_of_a_document_stands_before_its_placeholder(name: str, words: str) -> None:
    (file,) = one(f"{name} {words}").parts
    assert isinstance(file, File)
    assert (file.role, file.state, file.caption) == ("document", "omitted", name)


@pytest.mark.parametrize(
    ("body", "by"),
    [
        ("Bạn đã xoá tin nhắn này.", "self"), ("Tin nhắn này đã bị xóa.", "author"), ("Tuto zprávu jste smazal/a.", "self"),
        ("Tato zpráva byla smazána.", "author"), ("आपने यह मैसेज डिलीट किया.", "self"), ("यह मैसेज डिलीट कर दिया गया है.", "author"),
        ("このメッセージを削除しました。", "self"), ("このメッセージは削除されました。", "author"), ("أنت حذفت هذه الرسالة.", "self"),
        ("لقد حذَفت هذه الرسالة.", "self"), ("คุณได้ลบข้อความนี้", "self"), ("Pesan ini dihapus.", "author"),
    ],
)  # fmt: skip
def test_deletions_of_many_languages_are_known_without_their_marks(body: str, by: str) -> None:
    entry = one(body)
    assert (entry.text, entry.more.deleted, entry.more.deleted_by) == ("", True, by)


@pytest.mark.parametrize(
    "body",
    [
        "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
        "Zprávy a hovory jsou opatřeny koncovým šifrováním. Nikdo je nemůže sledovat.",
        "Bezpečnostní kód mezi vámi a uživatelem Rami byl změněn.",
        "Rami के लिए आपका सुरक्षा कोड बदल गया है. ज़्यादा जानने के लिए टैप करें.",
        "الرسائل والمكالمات مشفرة تمامًا بين الطرفين، بحيث لا يستطيع أحد قراءتها.",
    ],
)
def test_what_only_the_app_writes_is_its_own_also_without_marks(body: str) -> None:
    assert (one(body).author, one(body).role) == (None, "service")


def test_captions_calls_and_places_of_both_platforms() -> None:
    captioned = one("<Media omitted>\nthe cake", bracket=False)
    assert isinstance(captioned.parts[0], File)
    assert (captioned.text, captioned.parts[0].caption, captioned.parts[0].state) == ("the cake", "the cake", "omitted")
    for body, kind in (("Missed voice call", "voice"), ("Пропущенный аудиозвонок", "voice"), ("Missed video call", "video")):
        call = one(body, bracket=False)
        assert isinstance(call.parts[1], PhoneCall)
        assert (call.author, call.parts[1].kind, call.parts[1].outcome) == ("Nadia", kind, "missed")
    alone = entries(read("18.06.2026, 09:15 - Noor: a\n18.06.2026, 09:20 - Missed video call\n"))[1]
    assert isinstance(alone.parts[1], PhoneCall)
    url = "https://foursquare.com/v/0a1b2c3d4e5f"
    for body, bracket in ((f"Çınar Parkı (Datça, Muğla): {url}", True), (f"Çınar Parkı\nDatça, Muğla\n{url}", False)):
        link = one(body, bracket=bracket).parts[1]
        assert isinstance(link, WebLink)
        assert (link.title, link.text, link.url) == ("Çınar Parkı", "Datça, Muğla", url)
    place = one("местоположение: https://maps.google.com/?q=31.95,-35.91", bracket=False).parts[1]
    assert isinstance(place, Place)
    assert (place.latitude, place.longitude) == (31.95, -35.91)


@pytest.mark.parametrize(
    "body", ["< attached: 00000042-PHOTO-2026-06-07-15-13-20.jpg >", "<attached: 00000042-PHOTO-2026-06-07-15-13-20.jpg>"]
)
@pytest.mark.parametrize("bracket", [True, False])
def test_an_attached_file_is_named(body: str, bracket: bool) -> None:
    (file,) = one(body, bracket=bracket).parts
    assert isinstance(file, File)
    assert (file.name, file.role) == ("00000042-PHOTO-2026-06-07-15-13-20.jpg", "photo")
