"""Charts say what they show in words, hold no styles of their own, and are mirrored where a language runs from right to left."""

import re

from wasl.policy.trend import Week, points
from wasl.service.month_chart import WIDTH, Event, percent, trend_svg
from wasl.service.pack_page import lights, names, words

WEEK_MS = 604_800_000
SOME = points([Week(n * WEEK_MS, 500, 0.02 + n % 3 / 1000, 0.01, 0.04) for n in range(11)])


def test_every_word_of_english_has_its_arabic() -> None:
    assert set(words("en")) == set(words("ar"))
    assert set(lights("en")) == set(lights("ar"))
    assert set(names("en")) <= set(names("ar"))
    for key, text in words("en").items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", words("ar")[key])), key


def test_the_chart_says_its_last_value_in_words_and_styles_nothing() -> None:
    drawn = trend_svg(SOME, [], words=words("en"), rtl=False)
    assert 'role="img" aria-label="Week by week, as served: 11 weeks, 2.1 %"' in drawn
    assert "style=" not in drawn


def test_time_runs_from_right_to_left_in_arabic() -> None:
    one, other = (trend_svg(SOME, [], words=words("en"), rtl=rtl) for rtl in (False, True))
    first, mirrored = (float(re.findall(r'<circle class="point" cx="([\d.]+)"', drawn)[0]) for drawn in (one, other))
    assert first + mirrored == WIDTH


def test_what_changed_is_on_the_axis_and_its_words_are_escaped() -> None:
    drawn = trend_svg(SOME, [Event(3 * WEEK_MS, "<scope>"), Event(-WEEK_MS, "long ago")], words=words("en"), rtl=False)
    assert "&lt;scope&gt;" in drawn
    assert "long ago" not in drawn


def test_nothing_known_is_no_chart() -> None:
    assert trend_svg([], [], words=words("en"), rtl=False) == ""


def test_small_shares_are_not_rounded_to_nothing() -> None:
    assert (percent(0.0004), percent(0.0123), percent(1.0)) == ("0.04 %", "1.2 %", "100.0 %")
