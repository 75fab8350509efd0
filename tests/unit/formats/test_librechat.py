"""LibreChat's export: lists as they come, trees of children however deep."""

import json
from typing import Any

from wasl.domain.archive import Chat, Entry
from wasl.formats.librechat import LibreChat
from wasl.ports.format import Choices, Found, Problem, Reject, Run
from wasl.testing.contracts.format_fixtures import many


def read(data: bytes) -> list[Found]:
    return list(LibreChat().read(many("x", {"poems.json": data}), Choices()))


def entries(found: list[Found]) -> list[Entry]:
    return [entry for run in found if isinstance(run, Run) for entry in run.entries]


def message(key: str, parent: str | None, **more: Any) -> dict[str, Any]:
    return {"messageId": key, "parentMessageId": parent, "text": f"قول {key}", "isCreatedByUser": True, **more}


def test_a_tree_is_read_with_the_messages_it_hangs_on() -> None:
    leaf = message("c", "b", children=[])
    tree = [message("a", None, children=[message("x", "a", children=[]), message("b", "a", children=[leaf, 5])])]
    found = read(json.dumps({"conversationId": "1", "title": "شعر", "messagesTree": tree}).encode())
    assert [(e.native_id, e.more.parent, e.pointer) for e in entries(found)] == [
        ("a", None, "/messagesTree/0"),
        ("x", "a", "/messagesTree/0/children/0"),
        ("b", "a", "/messagesTree/0/children/1"),
        ("c", "b", "/messagesTree/0/children/1/children/0"),
    ]
    assert [one.where for one in found if isinstance(one, Reject)] == ["/messagesTree/0/children/1/children/1"]
    assert next(one for one in found if isinstance(one, Chat)).active_leaf == "c"


def test_a_tree_under_the_name_of_a_list_is_a_tree_too() -> None:
    tree = [message("a", None, children=[message("b", "a", children=[])]), message("c", "b")]
    found = read(json.dumps({"conversationId": "1", "recursive": True, "messages": tree}).encode())
    assert [(e.native_id, e.more.parent, e.pointer) for e in entries(found)] == [
        ("a", None, "/messages/0"),
        ("b", "a", "/messages/0/children/0"),
        ("c", "b", "/messages/1"),
    ]


def test_a_tree_that_is_cut_keeps_the_messages_before_the_cut() -> None:
    tree = [message("a", None, children=[message("b", "a", children=[message("c", "b")])])]
    data = json.dumps({"conversationId": "1", "messagesTree": tree}).encode()
    assert [e.native_id for e in entries(read(data[: data.index(b'"c"')]))] == ["a", "b", None]


def test_a_tree_of_four_hundred_levels_is_walked_and_a_deeper_one_is_told() -> None:
    def deep(levels: int) -> bytes:
        opening = "".join(f'{{"messageId":"{n}","text":"t","isCreatedByUser":true,"children":[' for n in range(levels))
        return f'{{"conversationId":"1","messagesTree":[{opening}{"]}" * levels}]}}'.encode()

    assert len(entries(read(deep(400)))) == 400
    found = read(deep(5_000))
    assert len(entries(found)) >= 400
    assert any("deeper" in one.why for one in found if isinstance(one, Reject))


def test_a_list_whose_parents_come_late_keeps_them_beside() -> None:
    found = read(json.dumps({"conversationId": "1", "messages": [message("b", "a"), message("a", None), message("a", "b")]}).encode())
    assert [(e.native_id, e.more.parent) for e in entries(found)] == [("b", None), ("a", None), (None, "b")]
    assert entries(found)[0].more.extra["parentBefore"] == "a"
    assert {one.kind for one in found if isinstance(one, Problem)} == {"missing-parent", "no-id-of-its-own"}
