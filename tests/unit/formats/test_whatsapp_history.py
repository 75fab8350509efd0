"""History webhooks: chunks in any order, files in webhooks of their own, and what a refusal leaves."""

import json
import random
from typing import Any

from wasl.domain.archive import Entry, File
from wasl.formats.whatsapp_history import WhatsAppHistory
from wasl.ports.format import Choices, Problem, Run
from wasl.testing.contracts.format_fixtures import many

PERSON, BUSINESS = "201001234567", "15550783881"


def body(messages: list[dict[str, Any]], *, thread: str = PERSON) -> dict[str, Any]:
    value = {
        "metadata": {"display_phone_number": BUSINESS, "phone_number_id": "1"},
        "history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 5}, "threads": [{"id": thread, "messages": messages}]}],
    }
    return {"object": "whatsapp_business_account", "entry": [{"id": "2", "changes": [{"value": value, "field": "history"}]}]}


def message(at: int, **told: Any) -> dict[str, Any]:
    own = {"from": PERSON, "id": f"wamid.{at}", "timestamp": str(1_789_000_000 + at), "type": "text", "text": {"body": str(at)}}
    return {**own, **told}


def entries(bodies: list[dict[str, Any]]) -> list[Entry]:
    found = WhatsAppHistory().read(many("h", {"h.json": json.dumps(bodies).encode()}), Choices())
    return [entry for item in found if isinstance(item, Run) for entry in item.entries]


def test_messages_of_chunks_in_any_order_are_told_by_their_time() -> None:
    times = list(range(5_000))
    random.Random(3).shuffle(times)
    bodies = [body([message(at) for at in times[start : start + 100]]) for start in range(0, 5_000, 100)]
    assert [entry.text for entry in entries(bodies)] == [str(at) for at in range(5_000)]


def test_who_wrote_is_told_by_the_thread() -> None:
    bodies = [body([message(1), message(2, **{"from": BUSINESS, "to": PERSON})])]
    assert [entry.author for entry in entries(bodies)] == [PERSON, BUSINESS]


def test_a_file_that_is_told_later_stands_where_its_message_was() -> None:
    late = body([])
    late["entry"][0]["changes"][0]["value"] = {"messages": [message(1, type="image", image={"id": "77", "mime_type": "image/png"})]}
    bodies = [late, body([message(2), {**message(1), "type": "media_placeholder"}])]
    first, second = entries(bodies)
    assert isinstance(first.parts[0], File)
    assert (first.parts[0].source_ref, second.text) == ("77", "2")


def test_a_file_without_its_message_stands_by_itself() -> None:
    late = body([])
    late["entry"][0]["changes"][0]["value"] = {"messages": [message(1, type="image", image={"id": "77"})]}
    (entry,) = entries([late])
    assert entry.native_id == "wamid.1"


def test_a_refusal_to_share_is_told() -> None:
    declined = body([])
    declined["entry"][0]["changes"][0]["value"]["history"] = [{"errors": [{"code": 2593109}]}]
    found = list(WhatsAppHistory().read(many("h", {"h.json": json.dumps([declined]).encode()}), Choices()))
    assert any(isinstance(item, Problem) and item.kind == "declined" for item in found)
