"""What is told of a change of terms."""

from datetime import date
from typing import get_args

import pytest
from tests.marks import seen

from wasl.domain.terms import Change, Document, Judgement, TermsDate, Topic
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


@pytest.mark.parametrize(
    ("day", "english", "arabic"),
    [
        (date(2026, 1, 4), "in force January 4, 2026 (3 days left)", "يسري في 4 يناير 2026 (بقي 3 أيام)"),
        (date(2026, 1, 13), "in force January 13, 2026 (12 days left)", "يسري في 13 يناير 2026 (بقي 12 يومًا)"),
        (date(2025, 12, 31), "in force since December 31, 2025", "سارٍ منذ 31 ديسمبر 2025"),
    ],
)
def test_the_day_is_written_and_counted_as_the_reader_does(day: date, english: str, arabic: str) -> None:
    judgement = Judgement(label="material", event="change", dates=(TermsDate(day=day, written="soon", sentence="s"),))
    change = Change(id="c", document_id=DOCUMENT.id, before="a", after="b", at_ms=0, judgement=judgement)
    assert english in first_line(DOCUMENT, change, today=date(2026, 1, 1))
    assert arabic in seen(first_line(DOCUMENT, change, today=date(2026, 1, 1), language="ar"))
