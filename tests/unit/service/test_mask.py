"""Other people of groups leave without their names."""

import io

from wasl.domain.archive import Chat, Entry, Handle, Happening, More, Name, Participant, Reacted, Words
from wasl.formats.jsonl import JsonLines
from wasl.ports.format import Order
from wasl.service.mask import MaskedShelf
from wasl.testing.contracts.format_shelf import rich_shelf
from wasl.testing.shelf import MemoryShelf


def written(shelf: MemoryShelf, language: str = "en") -> str:
    out = io.BytesIO()
    list(JsonLines().write(MaskedShelf(shelf, language=language), Order(scope="person"), out))
    return out.getvalue().decode()


def test_others_in_a_group_have_numbers_and_oneself_ones_name() -> None:
    shelf = MemoryShelf()
    people = [
        Participant(chat="g", key="Sara", names=(Name("Sara"),), is_self=True),
        Participant(chat="g", key="Omar Hassan", names=(Name("Omar Hassan"),), handles=(Handle("phone", "+2010"),), person="p-9"),
    ]
    more = More(reactions=(Reacted("❤", "Omar Hassan"),), on_behalf_of="Omar Hassan", extra={"from": "Omar Hassan"})
    entries = [
        Entry("Sara", "user", "hello", 1, None, "s", more=more),
        Entry("Omar Hassan", "user", "hi", 2, None, "s", parts=(Words(text="hi"), Happening(kind="joined", actor="Omar Hassan"))),
    ]
    shelf.put(Chat(key="g", kind="group", origin="X"), people, entries)
    content = written(shelf, "ar")
    assert "Omar" not in content
    assert "+2010" not in content
    assert "p-9" not in content
    assert content.count("شخص 2") == 6
    assert content.count("Sara") == 3


def test_private_conversations_stay_as_they_are() -> None:
    shelf = MemoryShelf()
    shelf.put(Chat(key="d", kind="direct", origin="X"), [Participant(chat="d", key="Omar")], [Entry("Omar", "user", "hi", 1, None, "s")])
    assert "Omar" in written(shelf)


def test_everything_else_of_a_group_is_kept() -> None:
    content = written(rich_shelf())
    assert "كشري" in content
    assert "_chat.txt" in content
