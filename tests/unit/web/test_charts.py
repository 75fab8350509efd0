import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

from wasl.web.charts import day_bars, share_bar

DAYS = {"call": {date(2026, 11, 1): Decimal(3), date(2026, 11, 3): Decimal(1)}, "message": {date(2026, 11, 1): Decimal(1)}}


def drawn(*, rtl: bool = False, title: str = "t", label: str = "one") -> ET.Element:
    text = str(day_bars(DAYS, since=date(2026, 11, 1), until=date(2026, 11, 30), title=title, labels={"2026-11-01": label}, rtl=rtl))
    return ET.fromstring(text)


def test_each_day_has_its_bar_and_the_series_stand_on_each_other() -> None:
    first, second, third = drawn().iter("rect")
    assert float(first.attrib["y"]) == float(second.attrib["y"]) + float(second.attrib["height"])
    assert float(first.attrib["height"]) > float(third.attrib["height"])
    assert float(first.attrib["x"]) < float(third.attrib["x"])


def test_a_page_from_right_to_left_begins_on_the_right() -> None:
    first, _, third = drawn(rtl=True).iter("rect")
    assert float(first.attrib["x"]) > float(third.attrib["x"])


def test_words_from_outside_are_text_and_nothing_needs_a_script_or_a_style() -> None:
    made = drawn(title='"><script>', label="<b>&")
    assert made.attrib["aria-label"] == '"><script>'
    assert [t.text for t in made.iter("title")] == ["<b>&", None]
    for element in made.iter():
        assert not {"style", "onclick", "onload"} & set(element.attrib)


def test_no_spending_draws_an_empty_month() -> None:
    text = day_bars({}, since=date(2026, 2, 1), until=date(2026, 2, 28), title="", labels={}, rtl=False)
    assert "<rect" not in text


def test_a_share_is_never_more_than_the_whole_bar() -> None:
    for share, width in ((Decimal(-1), 0), (Decimal("0.5"), 100), (Decimal(7), 200)):
        bar = ET.fromstring(str(share_bar(share, title="x", rtl=True)))
        _, filled = bar.iter("rect")
        assert float(filled.attrib["width"]) == width
        assert float(filled.attrib["x"]) == 200 - width
