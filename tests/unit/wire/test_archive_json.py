"""The portable model as JSON: nothing is lost, nothing that a newer version wrote is lost either."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.archive import PLAIN, ArchivePart, Chat, Entry, More, Participant, Words
from wasl.domain.errors import Malformed
from wasl.domain.message import Unknown
from wasl.testing import archive_values as values
from wasl.wire.archive_json import (
    ArchiveRecord,
    Message,
    chat_of,
    chat_text,
    decoded,
    encoded,
    json_lines,
    message_lines,
    message_of_line,
    more_of,
    more_text,
    of_line,
    participant_of,
    participant_text,
    parts_of,
    parts_text,
    to_json,
)

PLAIN_ENTRY = Entry("سارة", "user", "مرحبا", 1_789_505_161_000, None, "s", start=0, length=40, seq=1)
messages = st.builds(Message, values.texts, values.texts, values.entries)


@given(st.one_of(messages, values.chats, values.participants, values.people, values.imports))
@settings(max_examples=400, deadline=None)
def test_what_is_written_is_read_as_it_was(record: ArchiveRecord) -> None:
    line = json_lines([to_json(record)])
    assert line.count(b"\n") == 1
    assert of_line(line) == record


@given(messages)
@settings(max_examples=400, deadline=None)
def test_the_quick_way_reads_and_writes_what_the_careful_way_does(message: Message) -> None:
    line = message_lines([message.entry], ids=[message.id], chat=message.chat)
    assert message_of_line(line) == message
    told_otherwise = message.entry._replace(more=More()) if message.entry.more is PLAIN else message.entry
    assert message_lines([told_otherwise], ids=[message.id], chat=message.chat) == line


@given(values.some(values.parts, 4))
@settings(deadline=None)
def test_parts_of_a_column_are_read_as_they_were(parts: tuple[ArchivePart, ...]) -> None:
    assert parts_of(parts_text(parts)) == parts


@given(values.mores)
@settings(deadline=None)
def test_what_few_entries_have_is_read_from_a_column_as_it_was(more: More) -> None:
    assert more_of(more_text(more)) == more


def test_columns_of_plain_entries_cost_two_characters() -> None:
    assert (parts_text(()), more_text(PLAIN)) == ("[]", "{}")
    assert parts_of("[]") == ()
    assert more_of("{}") is PLAIN


@given(values.participants, values.chats)
@settings(deadline=None)
def test_participants_and_chats_of_a_column_are_read_as_they_were(participant: Participant, chat: Chat) -> None:
    assert participant_of(participant_text(participant)) == participant
    assert chat_of(chat_text(chat)) == chat


def test_a_message_stands_in_json_as_the_reference_says() -> None:
    assert decoded(message_lines([PLAIN_ENTRY], ids=["i"], chat="c")) == {
        "type": "message",
        "id": "i",
        "conversation": "c",
        "seq": 1,
        "author": "سارة",
        "role": "user",
        "time": {"wall": "2026-09-15T20:46:01", "resolution": "s"},
        "text": "مرحبا",
        "source": {"start": 0, "length": 40},
    }


NEWER = {
    "type": "message",
    "id": "i",
    "conversation": "c",
    "seq": 3,
    "role": "user",
    "time": {"resolution": "s", "era": "Reiwa"},
    "text": "x",
    "parts": [{"type": "text", "text": "x", "mood": "calm"}, {"type": "hologram", "depth": 3}],
    "reactions": [{"emoji": "❤", "size": {"points": 12}}],
    "sealed~by/whom": {"a": [1, None]},
    "extra": {"kept": True},
}


def test_what_a_newer_version_wrote_survives_an_older_one() -> None:
    found = message_of_line(encoded(NEWER))
    assert found.entry.parts[0] == Words(text="x")
    assert found.entry.parts[1] == Unknown(kind="newer:hologram", value={"type": "hologram", "depth": 3})
    assert found.entry.more.extra["kept"] is True
    assert decoded(encoded(to_json(found))) == NEWER


@pytest.mark.parametrize(
    "newer",
    [
        {"type": "conversation", "id": "c", "kind": "direct", "origin": "o", "mood": 1, "source": {"moon": "full"}},
        {"type": "participant", "conversation": "c", "key": "k", "names": [{"text": "n", "script": "Arab"}]},
        {"type": "person", "id": "p", "shoe": 44},
        {"type": "import", "id": "p", "kind": "k", "name": "n", "started": "2026-09-15T20:46:01Z", "profile": {"a": 1}, "b": [{}]},
    ],
    ids=lambda value: value["type"],
)
def test_new_fields_of_every_record_survive(newer: dict[str, object]) -> None:
    assert decoded(encoded(to_json(of_line(encoded(newer))))) == newer


@pytest.mark.parametrize("held", [None, {}, {"/text": "y"}, {"": 1}, {"/parts/0/text": 1}, {"/new": {"a": 1}}, [1], {"/time": 1}])
def test_what_a_source_calls_by_our_name_survives_too(held: object) -> None:
    entry = PLAIN_ENTRY._replace(more=More(extra={"wasl:beyond": held, "other": 1}), parts=(Words(text="x"),))
    line = message_lines([entry], ids=["i"], chat="c")
    assert message_of_line(line) == Message("i", "c", entry)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"type":"moon"}',
        b'{"type":["message"]}',
        b'{"type":"message"}',
        b'{"type":"message","id":"i","conversation":"c","seq":true,"role":"user","time":{"resolution":"s"}}',
        b'{"type":"message","id":"i","conversation":"c","seq":1,"role":"user","time":7}',
        b'{"type":"message","id":"i","conversation":"c","seq":1,"role":"user","time":{"resolution":"s","wall":"soon"}}',
        b'{"type":"message","id":"i","conversation":"c","seq":1,"role":"user","time":{"resolution":"s"},"parts":{"a":1}}',
        b'{"type":"message","id":"i","conversation":"c","seq":1,"role":"user","time":{"resolution":"s"},"parts":[7]}',
        b'{"type":"message","id":"i","conversation":"c","seq":1,"role":"user","time":{"resolution":"s"},"parts":[{"type":"text"}]}',
        b'{"type":"message","id":"\xff","conversation":"c","seq":1,"role":"user","time":{"resolution":"s"}}',
        b"[" * 100_000,
        b'{"a":"\\ud800"' + b"[" * 100_000,
        b'{"type":"conversation","kind":"direct","origin":"o"}',
        b'{"type":"person","id":"p"}',
    ],
    ids=lambda line: line[:60].decode("latin-1"),
)
def test_what_is_no_message_is_refused_by_name(line: bytes) -> None:
    with pytest.raises(Malformed):
        message_of_line(line)
