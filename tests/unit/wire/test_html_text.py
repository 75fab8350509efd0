"""HTML of others as plain text."""

import time

import pytest
from tests.measured import least

from wasl.wire.html_text import text_of


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>في الشتاء <b>أسوان</b>.</p><p>two&nbsp;&amp; three</p>", "في الشتاء أسوان.\ntwo\xa0& three"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a<!-- <p>hidden --> b", "a b"),
        ("1 < 2 and <not closed", "1 < 2 and <not closed"),
        ("<script>never ends", ""),
        ("&lt;script&gt;", "<script>"),
    ],
)
def test_markup_becomes_the_words_a_reader_sees(markup: str, words: str) -> None:
    assert text_of(markup) == words


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "<!-- --", "</", "<script>", "&", "<p>", "\n ", "&#32;", "&#9;", "<td>", "&#32;<td>"]
)
def test_any_repetition_takes_linear_time(piece: str) -> None:
    def seconds() -> float:
        before = time.process_time()
        text_of(piece * (1_000_000 // len(piece)))
        return time.process_time() - before

    assert least(seconds, enough=5.0) < 5.0
