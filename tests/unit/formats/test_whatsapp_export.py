"""WhatsApp's exported chats: who said what and when, in every form, with nothing lost."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.archive import Chat, Entry, File, Participant
from wasl.formats.whatsapp_export import WhatsappExport
from wasl.ports.format import Choices, Found, Gap, Reject, Run, Shape
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
