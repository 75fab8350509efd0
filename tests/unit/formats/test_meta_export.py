"""Messenger's and Instagram's downloads: order, blocks, and paths."""

import json

from wasl.domain.archive import Entry, File
from wasl.formats.meta_export import MetaExport
from wasl.ports.format import Choices, Reject, Run
from wasl.testing.contracts.format_fixtures import many

FOLDER = "your_facebook_activity/messages/inbox/omar_1"


def thread(times: list[int]) -> bytes:
    messages = [{"sender_name": "Omar", "timestamp_ms": 1_789_000_000_000 + at, "content": str(at)} for at in times]
    return json.dumps({"participants": [{"name": "Omar"}], "messages": messages, "title": "Omar"}).encode()


def entries(files: dict[str, bytes]) -> list[Entry]:
    found = MetaExport().read(many("facebook.zip", files), Choices())
    return [entry for item in found if isinstance(item, Run) for entry in item.entries]


def test_more_messages_than_are_held_at_once_are_told_oldest_first() -> None:
    files = {
        f"{FOLDER}/message_1.json": thread(list(range(4_999, 2_499, -1))),
        f"{FOLDER}/message_2.json": thread(list(range(2_499, -1, -1))),
    }
    assert [entry.text for entry in entries(files)] == [str(at) for at in range(5_000)]


def test_the_tenth_file_comes_before_the_second() -> None:
    files = {f"{FOLDER}/message_{number}.json": thread([100 - number]) for number in (1, 2, 10)}
    assert [entry.text for entry in entries(files)] == ["90", "98", "99"]


def test_a_file_that_stands_oldest_first_is_not_turned_round() -> None:
    assert [entry.text for entry in entries({f"{FOLDER}/message_1.json": thread([1, 2, 3])})] == ["1", "2", "3"]


def test_every_message_keeps_the_pointer_of_its_place() -> None:
    content = thread([3, 2, 1])
    for entry in entries({f"{FOLDER}/message_1.json": content}):
        place = int(str(entry.pointer).rpartition("/")[2])
        assert json.loads(content)["messages"][place]["content"] == entry.text


def test_a_path_that_leads_outside_is_refused() -> None:
    value = {"messages": [{"sender_name": "x", "timestamp_ms": 1_789_000_000_000, "photos": [{"uri": "a/../../b.jpg"}]}]}
    (entry,) = entries({f"{FOLDER}/message_1.json": json.dumps(value).encode()})
    (photo,) = entry.parts
    assert isinstance(photo, File)
    assert (photo.state, photo.member) == ("refused", None)


def test_pages_of_the_html_variant_are_rejects_that_ask_for_json() -> None:
    found = list(MetaExport().read(many("facebook", {f"{FOLDER}/message_1.html": b"<html></html>"}), Choices()))
    assert any(isinstance(item, Reject) and "JSON" in item.why for item in found)
