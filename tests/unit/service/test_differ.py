"""What two archives do not have in common."""

import io
from collections.abc import Sequence

from wasl.domain.archive import Chat, Entry, Name, Participant
from wasl.formats.archive import Archive
from wasl.formats.jsonl import JsonLines
from wasl.ports.format import Order, PersonRecord, Progress
from wasl.service.differ import Differs, Opened, differ
from wasl.testing.contracts.format_shelf import rich_shelf
from wasl.testing.shelf import MemoryShelf
from wasl.wire.bundle import open_bundle

ORDER = Order(scope="installation")


def written(shelf: MemoryShelf, form: Archive | JsonLines | None = None) -> Opened:
    out, form = io.BytesIO(), form or Archive()
    list(form.write(shelf, ORDER, out))
    return Opened(bundle=open_bundle(f"x{form.suffix}", io.BytesIO(out.getvalue()), size_bytes=len(out.getvalue())), format=form)


def told(first: Opened, second: Opened) -> list[tuple[str, str, str]]:
    return sorted((one.side, one.kind, one.sample) for one in differ(first, second) if isinstance(one, Differs))


def shelf(texts: Sequence[str], *, chat: str = "c", name: str = "Amal", people: Sequence[PersonRecord] = ()) -> MemoryShelf:
    made = MemoryShelf(people=people)
    entries = [Entry("a", "user", text, 60_000 * ord(text[0]), None, "min", f"n-{text[0]}") for text in texts]
    made.put(Chat(key=chat, id=chat, kind="direct", origin="X", title="T"), [Participant(chat=chat, key="a", names=(Name(name),))], entries)
    return made


def test_an_archive_does_not_differ_from_itself_nor_from_the_same_as_lines() -> None:
    assert told(written(rich_shelf()), written(rich_shelf())) == []
    alike = told(written(rich_shelf()), written(rich_shelf(), JsonLines()))
    assert {(side, kind) for side, kind, _ in alike} == {("first", "file")}


def test_what_is_only_in_one_of_them_is_told_with_its_words() -> None:
    assert told(written(shelf(["one", "two", "zero"])), written(shelf(["one", "new", "two"]))) == [
        ("first", "message", "zero"),
        ("second", "message", "new"),
    ]


def test_what_was_changed_is_told_as_it_is_in_the_second() -> None:
    assert told(written(shelf(["one", "two"])), written(shelf(["one", "twice"], name="أمل"))) == [
        ("changed", "message", "twice"),
        ("changed", "participant", "أمل"),
    ]


def test_the_fields_that_are_not_the_same_are_named() -> None:
    found = differ(written(shelf(["one", "two"])), written(shelf(["one", "twice"], name="أمل")))
    changed = {one.kind: one.fields for one in found if isinstance(one, Differs)}
    assert changed == {"message": ("text",), "participant": ("names",)}


def test_whole_conversations_and_people_of_one_are_told() -> None:
    first = written(shelf(["one"], chat="a", people=[PersonRecord(id="p", name="Amal"), PersonRecord(id="q", name="Omar")]))
    second = written(shelf(["one"], chat="b", people=[PersonRecord(id="p", name="Amal"), PersonRecord(id="q", name="عمر")]))
    assert [(side, kind) for side, kind, _ in told(first, second)] == [
        ("changed", "person"),
        ("first", "conversation"),
        ("first", "message"),
        ("first", "participant"),
        ("second", "conversation"),
        ("second", "message"),
        ("second", "participant"),
    ]


def test_a_file_that_is_missing_and_a_line_that_is_broken_are_told() -> None:
    whole = written(shelf(["one", "two"]), JsonLines())
    content = whole.bundle.open(whole.bundle.members()[0].name).read()
    broken = Opened(bundle=open_bundle("x.jsonl", io.BytesIO(content[:-9]), size_bytes=len(content) - 9), format=JsonLines())
    assert [(side, kind) for side, kind, _ in told(whole, broken)] == [("first", "message"), ("second", "unreadable")]


def test_it_tells_how_far_it_is() -> None:
    assert [one.bytes_read for one in differ(written(rich_shelf()), written(rich_shelf())) if isinstance(one, Progress)][-1] > 1000
