"""What is told of a change of terms."""

from datetime import date
from typing import get_args

import pytest

from wasl.domain.terms import Change, Document, Judgement, Topic
from wasl.service.alert_terms import first_line

DOCUMENT = Document(id="courier/terms", platform="courier", name="Terms")


@pytest.mark.parametrize("topic", get_args(Topic))
def test_the_first_line_is_in_the_reader_s_language(topic: Topic) -> None:
    judgement = Judgement(label="material", event="change", topic=topic)
    change = Change(id="c", document_id=DOCUMENT.id, before="a", after="b", at_ms=0, judgement=judgement)
    assert first_line(DOCUMENT, change, today=date(2026, 1, 1)) == f"courier: Terms · material · {topic}"
    arabic = first_line(DOCUMENT, change, today=date(2026, 1, 1), language="ar")
    assert arabic.startswith("courier: Terms · جوهري · ")
    assert topic not in arabic
