"""What single messengers' exports ask of their readers beyond the shared suite."""

import json
from typing import Any

import pytest

from wasl.domain.archive import Chat, Entry, Participant
from wasl.formats.discord_package import DiscordPackage
from wasl.formats.matrix_export import MatrixExport
from wasl.formats.signal_export import SignalExport
from wasl.formats.slack_export import SlackExport
from wasl.formats.telegram_export import TelegramExport
from wasl.ports.format import Choices, Found, Reject, Run
from wasl.testing.contracts.format_fixtures import many


def read(format_class: type[Any], files: dict[str, Any]) -> list[Found]:
    held = {name: value if isinstance(value, bytes) else json.dumps(value).encode() for name, value in files.items()}
    return list(format_class().read(many("export", held), Choices()))


def entries(found: list[Found]) -> list[Entry]:
    return [entry for item in found if isinstance(item, Run) for entry in item.entries]


def test_two_telegram_exports_joined_are_both_read() -> None:
    one = b'{"name": "A", "type": "personal_chat", "id": 1, "messages": [{"id": 1, "date_unixtime": "1789494361", "text": "a"}]}'
    found = read(TelegramExport, {"result.json": one + one.replace(b'"id": 1, "messages"', b'"id": 2, "messages"')})
    assert [chat.key for chat in found if isinstance(chat, Chat)] == ["1", "2"]
    assert len(entries(found)) == 2


def test_a_telegram_title_that_stands_behind_the_messages_is_told_again() -> None:
    value = b'{"id": 1, "messages": [{"id": 1, "date_unixtime": "1789494361", "text": "a"}], "name": "Late", "type": "personal_chat"}'
    chats = [chat for chat in read(TelegramExport, {"result.json": value}) if isinstance(chat, Chat)]
    assert (chats[-1].key, chats[-1].title, chats[-1].kind) == ("1", "Late", "direct")


def test_slack_without_its_list_of_people_shows_ids() -> None:
    found = read(
        SlackExport, {"general/2026-09-15.json": [{"type": "message", "user": "U7", "text": "hi <@U8>", "ts": "1789494361.000200"}]}
    )
    (entry,) = entries(found)
    assert entry.text == "hi @U8"
    assert [one.key for one in found if isinstance(one, Participant)] == ["U7"]


def test_slack_days_come_in_order_whatever_their_order_in_the_zip() -> None:
    day = lambda ts: [{"type": "message", "user": "U7", "text": ts, "ts": ts}]  # noqa: E731 - one line says it
    found = read(SlackExport, {"g/2026-09-16.json": day("1789580761.000100"), "g/2026-09-15.json": day("1789494361.000100")})
    assert [entry.text for entry in entries(found)] == ["1789494361.000100", "1789580761.000100"]


def test_a_discord_id_keeps_every_digit() -> None:
    files = {"messages/c12/messages.json": b'[{"ID": 1284950000000000001, "Timestamp": "2026-09-15 17:46:01", "Contents": "x"}]'}
    assert entries(read(DiscordPackage, files))[0].native_id == "1284950000000000001"


def test_a_discord_row_with_too_many_columns_is_a_reject_with_its_bytes() -> None:
    files = {"messages/c12/messages.csv": b"ID,Timestamp,Contents,Attachments\n1,2,3,4,5\n1284950000000000001,2026-09-15 17:46:01,ok,\n"}
    found = read(DiscordPackage, files)
    assert [(item.start, item.length) for item in found if isinstance(item, Reject)] == [(34, 10)]
    assert [entry.text for entry in entries(found)] == ["ok"]


def event(number: int, sender: str, content: dict[str, Any], **told: Any) -> dict[str, Any]:
    own = {"type": "m.room.message", "sender": sender, "origin_server_ts": 1_789_494_361_000 + number, "event_id": f"${number}"}
    return {**own, "content": content, **told}


def test_a_matrix_edit_of_something_that_is_not_there_stands_by_itself() -> None:
    new = {"msgtype": "m.text", "body": "* b", "m.new_content": {"msgtype": "m.text", "body": "b"}}
    edit = event(1, "@a:x", {**new, "m.relates_to": {"rel_type": "m.replace", "event_id": "$gone"}})
    assert [entry.text for entry in entries(read(MatrixExport, {"export.json": {"room_name": "r", "messages": [edit]}}))] == ["* b"]


def test_a_matrix_message_that_another_took_away_was_deleted_by_an_admin() -> None:
    gone = event(2, "@mod:x", {}, type="m.room.redaction", redacts="$1")
    (entry,) = entries(read(MatrixExport, {"export.json": {"room_name": "r", "messages": [event(1, "@a:x", {}), gone]}}))
    assert (entry.more.deleted, entry.more.deleted_by) == (True, "admin")


def test_a_signal_author_who_was_never_introduced_is_known_by_number() -> None:
    line = {"chatItem": {"chatId": "1", "authorId": "9", "dateSent": "1789494361000", "standardMessage": {"text": {"body": "x"}}}}
    found = read(SignalExport, {"main.jsonl": line})
    assert entries(found)[0].author == "recipient:9"
    assert [one.key for one in found if isinstance(one, Participant)] == ["recipient:9"]


def test_signal_chats_that_take_turns_stay_apart() -> None:
    lines = [
        {
            "chatItem": {
                "chatId": str(at % 2),
                "authorId": "9",
                "dateSent": str(1_789_494_361_000 + at),
                "standardMessage": {"text": {"body": str(at)}},
            }
        }
        for at in range(2_500)
    ]
    found = read(SignalExport, {"main.jsonl": b"\n".join(json.dumps(line).encode() for line in lines)})
    for chat in ("0", "1"):
        told = [entry.text for run in found if isinstance(run, Run) and run.chat == chat for entry in run.entries]
        assert told == [str(at) for at in range(int(chat), 2_500, 2)]


@pytest.mark.parametrize("unit", [b"<a ", b"<!--", b"<![CDATA[", b"<a href='", b"<script>"])
def test_a_telegram_tag_that_never_ends_costs_the_rest_of_its_page_and_no_more(unit: bytes) -> None:
    begun = b'<div class="page_wrap"><div class="history"><div class="message default" id="message1"><div class="text">whole</div></div>'
    found = read(TelegramExport, {"messages.html": begun + unit * 200_000, "messages2.html": begun})
    assert [entry.text for entry in entries(found)] == ["whole", "whole"]
    assert len([item for item in found if isinstance(item, Reject)]) == 1
