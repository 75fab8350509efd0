"""WhatsApp's exported chats: who said what and when, in every form, with nothing lost."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.archive import Chat, Entry, File, Participant, PhoneCall, Poll
from wasl.domain.message import Place
from wasl.formats.whatsapp_export import WhatsappExport
from wasl.ports.format import Choices, Found, Gap, Problem, Question, Reject, Run, Shape
from wasl.wire.bundle import PlainBundle

T = TypeVar("T")
LRM, RLM = "\u200e", "\u200f"


def read(text: str | bytes, *, name: str = "WhatsApp Chat with Kitchen.txt", choices: Choices = Choices()) -> list[Found]:
    data = text.encode() if isinstance(text, str) else text
    found = list(WhatsappExport().read(PlainBundle(name, lambda: io.BytesIO(data), size_bytes=len(data)), choices))
    assert_tiles(found, len(data))
    return found


def assert_tiles(found: Sequence[Found], size_bytes: int) -> None:
    """Every byte is in exactly one entry, gap or reject."""
    spans = [(one.start, one.length) for one in found if isinstance(one, Gap | Reject)]
    spans += [(entry.start, entry.length) for entry in entries(found)]
    at = 0
    for start, length in sorted(spans):
        assert start == at
        assert length > 0
        at += length
    assert at == size_bytes


def entries(found: Iterable[Found]) -> list[Entry]:
    return [entry for one in found if isinstance(one, Run) for entry in one.entries]


def only(found: Iterable[Found], kind: type[T]) -> list[T]:
    return [one for one in found if isinstance(one, kind)]


def at(entry: Entry) -> str:
    assert entry.wall_ms is not None
    return (datetime(1970, 1, 1) + timedelta(milliseconds=entry.wall_ms)).isoformat()


ANDROID = """\
13/09/2026, 20:46 - Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.
13/09/2026, 20:46 - Nadia Rahal: good evening
is the table free?
13/09/2026, 20:47 - سامي: نعم
"""


def test_an_android_chat_gives_its_lines_in_order() -> None:
    found = read(ANDROID)
    assert [(e.author, e.role, e.text, at(e), e.resolution) for e in entries(found)] == [
        (
            None,
            "service",
            "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.",
            "2026-09-13T20:46:00",
            "min",
        ),
        ("Nadia Rahal", "user", "good evening\nis the table free?", "2026-09-13T20:46:00", "min"),
        ("سامي", "user", "نعم", "2026-09-13T20:47:00", "min"),
    ]
    assert isinstance(found[0], Shape)
    assert found[0].facts["order"] == "dmy"
    chats = only(found, Chat)
    assert (chats[-1].title, chats[-1].kind) == ("Kitchen", "direct")
    assert [p.name for p in only(found, Participant)] == ["Nadia Rahal", "سامي"]


def test_a_header_pasted_into_an_iphone_message_stays_in_it_for_its_line_ends_tell() -> None:
    text = (
        "[13/09/2026, 20:46:01] Nadia: look what he wrote\n[11/09/2026, 08:00:00] Rami: hello\r\n"
        f"[13/09/2026, 20:46:09] Sami: {LRM}<attached: 00000002-PHOTO-2026-09-13-20-46-09.jpg>\r\n"
    )
    first, second = entries(read(text, name="_chat.txt"))
    assert first.text == "look what he wrote\n[11/09/2026, 08:00:00] Rami: hello"
    assert isinstance(second.parts[0], File)
    assert (second.parts[0].role, second.parts[0].state) == ("photo", "missing")


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "\r\n\r\n", "no header at all\nnor here"])
def test_a_text_without_records_is_read_without_complaint(text: str) -> None:
    assert entries(read(text, name="_chat.txt")) == []


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 3))
def test_whatever_stands_in_a_text_is_read_and_tiled(noise: bytes, place: int) -> None:
    lines = ANDROID.encode().splitlines(keepends=True)
    read(b"".join([*lines[:place], noise, *lines[place:]]))
    read(noise)


def said(body: str, *, bracket: bool = False) -> Entry:
    """Gives the entry of one body, by somebody who also wrote plain words."""
    form = "[13/09/2026, 20:46:01] Nadia: {}\r\n" if bracket else "13/09/2026, 20:46 - Nadia: {}\n"
    return entries(read("".join(form.format(one) for one in ("hello", "good", body))))[2]


@pytest.mark.parametrize(
    ("body", "role", "state", "name", "text"),
    [
        ("<Media omitted>", "document", "omitted", None, ""),
        ("<تم استبعاد الوسائط>", "document", "omitted", None, ""),
        ("<Multimedia omitido>", "document", "omitted", None, ""),
        (f"{LRM}IMG-20260915-WA0007.jpg (file attached)", "photo", "missing", "IMG-20260915-WA0007.jpg", ""),
        ("PTT-20260915-WA0001.opus (الملف مرفق)", "voice", "missing", "PTT-20260915-WA0001.opus", ""),
        (f"{LRM}VID-1.mp4 (Datei angehängt)\nunser Tisch", "video", "missing", "VID-1.mp4", "unser Tisch"),
        (f"{LRM}STK-20260915-WA0002.webp (파일 첨부됨)", "sticker", "missing", "STK-20260915-WA0002.webp", ""),
        (f"{LRM}فایل پیوست شد DOC-1.pdf", "document", "missing", "DOC-1.pdf", ""),
        ("Ali.vcf (some words in a language nobody listed)", None, None, None, "Ali.vcf (some words in a language nobody listed)"),
        (f"{LRM}plan.pdf (sanat joita kukaan ei tunne)", "document", "missing", "plan.pdf", ""),
    ],
)
def test_androids_files_are_known_in_many_languages(body: str, role: str | None, state: str | None, name: str | None, text: str) -> None:
    entry = said(body)
    files = [part for part in entry.parts if isinstance(part, File)]
    assert [(one.role, one.state, one.name) for one in files] == ([(role, state, name)] if role else [])
    assert entry.text == text


@pytest.mark.parametrize(
    ("body", "role", "state", "name", "text"),
    [
        (f"{LRM}image omitted", "photo", "omitted", None, ""),
        (f"{RLM}لم يتم إدراج الملصق", "sticker", "omitted", None, ""),
        (f"{LRM}סטיקר הושמט", "sticker", "omitted", None, ""),
        (f"look {LRM}video omitted", "video", "omitted", None, "look"),
        (f"{LRM}<attached: 00000042-PHOTO-2026-09-15-20-46-01.jpg>", "photo", "missing", "00000042-PHOTO-2026-09-15-20-46-01.jpg", ""),
        (f"Look {LRM}<attached: 00000042-GIF-2026-09-15.mp4>", "gif", "missing", "00000042-GIF-2026-09-15.mp4", "Look"),
        (f"{RLM}<المُرفق: a.opus>", "voice", "missing", "a.opus", ""),
        (f"{LRM}<00000003-AUDIO-1.m4a eklendi>", "audio", "missing", "00000003-AUDIO-1.m4a", ""),
        (f"{LRM}<liitetty tiedosto: b.pdf>", "document", "missing", "b.pdf", ""),
        (f"c.jpg <{LRM}attached>", "photo", "missing", "c.jpg", ""),
    ],
)
def test_the_iphones_files_are_known_in_many_languages(body: str, role: str, state: str, name: str | None, text: str) -> None:
    entry = said(body, bracket=True)
    (file,) = [part for part in entry.parts if isinstance(part, File)]
    assert (file.role, file.state, file.name, entry.text, entry.role) == (role, state, name, text, "user")


def test_edits_deletions_polls_places_and_calls_are_what_they_are() -> None:
    edited, own = said("better so <This message was edited>"), said("You deleted this message")
    assert (edited.text, edited.more.edited) == ("better so", True)
    assert (own.text, own.more.deleted, own.more.deleted_by) == ("", True, "self")
    assert said(f"كذا أفضل {RLM}<تم تعديل هذه الرسالة>", bracket=True).more.edited
    poll = said(f"{LRM}POLL:\nWhen?\n{LRM}OPTION: now ({LRM}3 votes)\n{LRM}OPTION: later ({LRM}1 vote)", bracket=True).parts[0]
    assert isinstance(poll, Poll)
    assert (poll.question, [tuple(option[:2]) for option in poll.options]) == ("When?", [("now", 3), ("later", 1)])
    place = said("Location: https://maps.google.com/?q=31.95,35.91").parts[1]
    assert isinstance(place, Place)
    assert (place.latitude, place.longitude) == (31.95, 35.91)
    missed = said(f"{LRM}Missed voice call", bracket=True)
    assert missed.role == "service"
    assert missed.author == "Nadia"
    assert isinstance(missed.parts[1], PhoneCall)
    assert missed.parts[1].outcome == "missed"


@pytest.mark.parametrize(
    "body", ["null", "I <3 you", "a: b: c", "see (below)", "x > y", "what:\nthis", "https://example.org/?a=b:c", f"a{RLM}b"]
)
def test_plain_words_stay_as_they_were_typed(body: str) -> None:
    entry = said(body)
    assert (entry.text, entry.parts, entry.more.flags) == (body, (), frozenset())


def test_numbers_and_people_who_are_no_contacts_are_shown_as_on_the_phone() -> None:
    text = "[13/09/2026, 20:46:01] \u202a+962\u00a07\u00a05555\u00a00142\u202c: a\r\n[13/09/2026, 20:46:02] ~\u202fHuda S.: b\r\n"
    number, guest = only(read(text), Participant)
    assert (number.key, [(one.scheme, one.value) for one in number.handles]) == ("+962 7 5555 0142", [("phone", "+962755550142")])
    assert (guest.key, guest.names[0].text, guest.handles) == ("Huda S.", "~\u202fHuda S.", ())


def test_a_line_that_steps_back_in_time_is_a_record_and_is_flagged_with_the_one_before_it() -> None:
    text = ANDROID + "14/09/2026, 09:00 - سامي: he wrote\n12/09/2026, 08:00 - Rami: hello\n14/09/2026, 09:01 - Nadia Rahal: oh\n"
    read_ = entries(read(text))
    assert [(entry.author, "ambiguous" in entry.more.flags) for entry in read_[2:]] == [
        ("سامي", False),
        ("سامي", True),
        ("Rami", True),
        ("Nadia Rahal", False),
    ]
    assert [entry.text for entry in read_[3:]] == ["he wrote", "hello", "oh"]


def test_a_chat_that_is_out_of_order_keeps_every_line() -> None:
    """A notice that was stamped anew stands first, and joined chats go forth and back by years."""
    days = ["23/03/2022", "18/03/2022", "19/03/2022", "20/03/2022", "23/03/2022"]
    lines = [f"{day}, 13:3{place} - Nadia: words {place}" for place, day in enumerate(days)]
    lines[0] = "23/03/2022, 13:31 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them."
    read_ = entries(read("\n".join(lines) + "\n"))
    assert [at(entry)[:10] for entry in read_] == [f"2022-03-{day[:2]}" for day in days]
    assert not any("ambiguous" in entry.more.flags for entry in read_)
    years = [2020, 2017, 2014, 2017, 2020, 2019, 2022, 2011]
    read_ = entries(read("".join(f"14/09/{year}, 09:00 - Rami {year}: hello\n" for year in years)))
    assert [int(at(entry)[:4]) for entry in read_] == years
    assert [entry.text for entry in read_] == ["hello"] * 8


def test_a_zone_gives_the_instant_also_where_clocks_change() -> None:
    text = "28/03/2026, 20:46 - A: x\n29/03/2026, 20:46 - A: y\n"
    before, after = entries(read(text, choices=Choices(zone="Europe/Berlin")))
    assert before.wall_ms is not None
    assert after.wall_ms is not None
    assert (before.wall_ms - (before.instant_ms or 0), after.wall_ms - (after.instant_ms or 0)) == (3_600_000, 7_200_000)
    (problem,) = only(read(text, choices=Choices(zone="Nowhere/Land")), Problem)
    assert problem.kind == "zone"


def test_bytes_that_are_no_utf8_and_nuls_are_replaced_and_told() -> None:
    found = read(b"13/09/2026, 20:46 - A: a\xffb\n13/09/2026, 20:46 - A: a\x00b\n13/09/2026, 20:46 - A: caf\xc3")
    assert [entry.text for entry in entries(found)] == ["a\ufffdb", "a\ufffdb", "caf\ufffd"]
    assert {one.kind for one in only(found, Problem)} == {"invalid_utf8", "nul"}


def test_a_text_longer_than_any_message_is_cut_and_what_follows_it_is_read() -> None:
    text = "13/09/2026, 20:46 - A: " + "x" * 5_000_000 + "\n13/09/2026, 20:47 - A: after\n"
    found = read(text)
    first, second = entries(found)
    assert len(first.text) < 3_000_000
    assert second.text == "after"
    (reject,) = only(found, Reject)
    assert reject.length is not None
    assert reject.length > 1_000_000


def test_what_is_open_is_asked_before_any_chat() -> None:
    found = read("05/06/2021, 10:00 - Ann: x\n05/06/2021, 10:01 - Bob: y\n", name="WhatsApp Chat with Bob.txt")
    asked = only(found, Question)
    assert [(one.id, one.guess) for one in asked] == [("day_order", "dmy"), ("self:WhatsApp Chat with Bob.txt", "Ann")]
    assert asked[0].options == (("dmy", "05/06/2021 = 2021-06-05"), ("mdy", "05/06/2021 = 2021-05-06"))
    assert all("ambiguous" in entry.more.flags for entry in entries(found))


def test_a_line_of_the_platform_with_a_colon_is_nobody_to_be_asked_about() -> None:
    found = read(
        "13/06/2021, 10:00 - Ann: x\n13/06/2021, 10:01 - Bob: y\n"
        '13/06/2021, 10:02 - Bob changed the group name from "Kitchen: old" to "Kitchen"\n',
        name="WhatsApp Chat with Kitchen.txt",
    )
    (asked,) = only(found, Question)
    assert [value for value, _ in asked.options] == ["Ann", "Bob"]
