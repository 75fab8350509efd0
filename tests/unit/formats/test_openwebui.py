"""Open WebUI's export: what it says, and the way back."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from wasl.domain.archive import Thinking, ToolAsked, ToolGave, Words
from wasl.formats.openwebui import OpenWebUI
from wasl.ports.format import Choices, Found, Order, Run
from wasl.testing.contracts.format_fixtures import many
from wasl.testing.shelf import shelf_of
from wasl.wire.openwebui_content import parts_of

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "formats" / "openwebui" / "array" / "source.json"


def read(value: Any) -> list[Found]:
    return list(OpenWebUI().read(many("x", {"chat-export-1.json": json.dumps(value).encode()}), Choices()))


def again(value: Any) -> Any:
    out = io.BytesIO()
    list(OpenWebUI().write(shelf_of(read(value)), Order(scope="installation"), out))
    return json.loads(out.getvalue())


def test_an_unchanged_chat_leaves_as_it_came() -> None:
    before = json.loads(FIXTURE.read_bytes())
    assert again(before) == before[:2]


@pytest.mark.parametrize("change", [{"archived": True}, {"title": None}, {"x": [1, {"y": None}]}, {"meta": 5}, {"created_at": "soon"}])
def test_unknown_and_odd_values_leave_as_they_came(change: dict[str, Any]) -> None:
    row = {**json.loads(FIXTURE.read_bytes())[0], **change}
    row["chat"]["history"]["messages"]["u2"]["content"] = {"odd": 1}
    row["chat"]["messages"] = [{"told": "differently"}]
    assert again([row]) == [row]


def test_thoughts_and_tools_are_taken_out_of_the_words() -> None:
    content = 'a\n<details type="reasoning"><summary>t</summary>\n> b\n</details>\nc <details><summary>own</summary>x</details>'
    parts = list(parts_of({"content": content}, "assistant"))
    assert parts == [
        Words(text="a", format="markdown"),
        Thinking(text="b"),
        Words(text="c <details><summary>own</summary>x</details>", format="markdown"),
    ]


def test_output_items_are_preferred_to_the_content() -> None:
    found = [entry for run in read(json.loads(FIXTURE.read_bytes())) if isinstance(run, Run) for entry in run.entries]
    last = next(entry for entry in found if entry.native_id == "a3")
    assert [type(part) for part in last.parts[:4]] == [Thinking, ToolAsked, ToolGave, Words]


def test_details_without_end_take_linear_time() -> None:
    assert len(list(parts_of({"content": "<details " * 200_000}, "assistant"))) == 1
    assert len(list(parts_of({"content": "<details></details>" * 100_000}, "assistant"))) <= 501
