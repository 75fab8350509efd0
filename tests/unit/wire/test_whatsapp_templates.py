"""The platform's list of templates, read: what may carry an answer, and what news of one looks like."""

from typing import Any

import pytest

from wasl.wire.whatsapp_templates import after, listed, news


def item(**values: Any) -> dict[str, Any]:
    body = values.pop("body", "Your answer: {{1}}")
    more = values.pop("more", [])
    told = {"id": "1", "name": "reply", "language": "en", "status": "APPROVED", "category": "UTILITY"}
    return told | {"components": [{"type": "BODY", "text": body}, *more]} | values


def test_an_approved_template_with_one_value_can_carry_an_answer_that_fits() -> None:
    (one,) = listed({"data": [item()]})
    assert (one.name, one.language, one.status, one.category, one.carries) == ("reply", "en", "approved", "utility", True)
    assert one.characters_max == 1024 - len("Your answer: ")


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "No value"},
        {"body": "{{1}} and {{2}}"},
        {"body": "{{answer}}"},
        {"body": "{{1}} twice {{1}}"},
        {"more": [{"type": "HEADER", "format": "IMAGE"}]},
        {"more": [{"type": "HEADER", "format": "TEXT", "text": "For {{1}}"}]},
        {"more": [{"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://shop.example/{{1}}"}]}]},
    ],
)
def test_what_needs_more_than_one_numbered_value_carries_none(changed: dict[str, Any]) -> None:
    (one,) = listed({"data": [item(**changed)]})
    assert not one.carries


def test_footers_and_fixed_headers_do_no_harm_and_what_is_none_is_passed_over() -> None:
    more = [{"type": "HEADER", "format": "TEXT", "text": "Shop"}, {"type": "FOOTER", "text": "Bye"}]
    (one,) = listed({"data": [item(more=more), {"id": "2"}, 3, {"name": "x"}]})
    assert one.carries
    assert listed({"data": "none"}) == listed({}) == []


def test_a_next_page_has_a_cursor() -> None:
    assert after({"paging": {"cursors": {"before": "a", "after": "b"}, "next": "https://…"}}) == "b"
    assert after({"paging": {"cursors": {"after": "b"}}}) is None
    assert after({}) is None


def test_a_status_update_is_news_of_one_template() -> None:
    value = {"event": "PAUSED", "message_template_id": 5, "message_template_name": "reply", "message_template_language": "en"}
    one = news("message_template_status_update:PAUSED", value)
    assert one is not None
    assert (one.name, one.language, one.status, one.listed) == ("reply", "en", "paused", False)
    assert news("message_template_status_update:PAUSED", {"event": "PAUSED"}) is None
    assert news("account_update:PAUSED", value) is None
    assert news("message_template_status_update", value) is None
