import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measured import least

from wasl.domain.limits import Limits
from wasl.wire import markup

SNIPPETS = [
    "**",
    "*",
    "_",
    "~~",
    "`",
    "```",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "1. ",
    "# ",
    "[a",
    "](",
    "https://x.example/?a=1&b=2",
    ")",
    "<b>",
    "</b>",
    "&lt;",
    "&",
    "|",
    "---",
    "كتاب",
    "word",
    " ",
    "!",
    "\\",
    "😀",
    "    ",
    "~~~\n",
]
soup = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=5), max_size=60).map("".join)


class Tags(HTMLParser):
    """Checks that tags nest, that only allowed ones stand, and that code stands in nothing but its own block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"b", "i", "s", "code", "pre", "a", "blockquote"}
        assert tag not in self.stack
        assert tag not in ("pre", "blockquote") or not self.stack
        assert tag != "code" or self.stack in ([], ["pre"], ["blockquote"])
        assert [name for name, _ in attrs] == {"a": ["href"]}.get(tag, ["class"] if tag == "code" and "pre" in self.stack else [])
        self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.stack == []
    return tags


@given(source=soup)
@settings(max_examples=300, deadline=None)
def test_whatever_the_source_the_tags_are_well_formed_and_words_are_left(source: str) -> None:
    written = markup.html(source)
    tags = read(written)
    assert tags.words == markup.shown(written)
    assert bool(tags.words.strip()) == bool(source.strip())


@given(source=soup)
@settings(max_examples=300, deadline=None)
def test_a_text_with_words_is_never_turned_into_nothing(source: str) -> None:
    assert bool(markup.asterisks(source).strip()) == bool(source.strip())
    assert bool(markup.plain(source).strip()) == bool(source.strip())


@pytest.mark.parametrize(
    ("source", "asterisks", "html"),
    [
        ("plain words", "plain words", "plain words"),
        ("**b** *i* ~~s~~", "*b* _i_ ~s~", "<b>b</b> <i>i</i> <s>s</s>"),
        ("`x < 1`", "```x < 1```", "<code>x &lt; 1</code>"),
        ("a < b & c", "a < b & c", "a &lt; b &amp; c"),
        ("```py\nx = 1\n```", "```\nx = 1\n```", '<pre><code class="language-py">x = 1</code></pre>'),
        ("[us](https://x.example/?a=1&b=2)", "us (https://x.example/?a=1&b=2)", '<a href="https://x.example/?a=1&amp;b=2">us</a>'),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[file](/local)", "file (/local)", "file"),
        ("<https://x.example>", "https://x.example", '<a href="https://x.example">https://x.example</a>'),
        ("# Head\nwords", "*Head*\nwords", "<b>Head</b>\nwords"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c", "• a\n• b\n  • c"),
        ("3. a\n4. b", "3. a\n4. b", "3. a\n4. b"),
        ("> q\n> r", "> q\n> r", "<blockquote>q\nr</blockquote>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2", "a | b\n1 | 2"),
        ("a\n\n---\n\nb", "a\n\n———\n\nb", "a\n\n———\n\nb"),
        ("**كتاب**، نعم", "*كتاب*، نعم", "<b>كتاب</b>، نعم"),
        ("**b `c` d**", "*b ```c``` d*", "<b>b </b><code>c</code><b> d</b>"),
        ("<script>x</script>", "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("one\ntwo", "one\ntwo", "one\ntwo"),
    ],
)
def test_a_text_is_written_in_each_dialect(source: str, asterisks: str, html: str) -> None:
    assert markup.asterisks(source) == asterisks
    assert markup.html(source) == html


@pytest.mark.parametrize("source", ["un**believ**able", "و**الكتاب**", "**a * b**", "**two\nlines**"])
def test_a_span_that_would_not_be_read_as_one_loses_its_marks_and_keeps_its_words(source: str) -> None:
    assert markup.asterisks(source) == source.replace("**", "")


def test_a_picture_keeps_its_address() -> None:
    assert markup.asterisks("![logo](https://x.example/l.png)") == "logo (https://x.example/l.png)"
    assert markup.html("![](https://x.example/l.png)") == '<a href="https://x.example/l.png">https://x.example/l.png</a>'


@pytest.mark.parametrize("piece", ["**a ", "*a **b ", "[", "![", "`", "> ", "- ", "a | ", "<b", "&amp;", "~~x "])
def test_a_message_made_to_be_slow_is_turned_in_good_time(piece: str) -> None:
    source = piece * (12_000 // len(piece))

    def seconds() -> float:
        began = time.process_time()
        markup.html(source)
        markup.asterisks(source)
        return time.process_time() - began

    assert least(seconds, enough=3.0) < 3.0


def test_what_is_read_out_of_tags_is_not_measured() -> None:
    assert markup.measure(Limits(text_max=10, markup="html", text_unit="utf-16 units"))("**😀 <**") == 4
    assert markup.measure(Limits(text_max=10, markup="asterisks", text_unit="utf-8 bytes"))("**نعم**") == 8


SPECIAL = re.compile(r"[\\`*_~\[\]<>&|]|^[ \t]|^(?:#|=|[-+](?:\s|$)|---|\d{1,9}[.)](?:\s|$))|[ \t]$|\n\n\n", re.MULTILINE)
"""What makes Markdown more than words, in one expression."""
LINES = ["=", "+", "-", "+ ", "12) ", "3.", "\t", "\u2028"]


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.sampled_from([*SNIPPETS, *LINES]) | st.text(max_size=3), max_size=6).map("".join))
def test_only_a_text_that_is_nothing_but_words_is_not_parsed(text: str) -> None:
    assert markup._is_marked(text) is bool(SPECIAL.search(text))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["", " ", "\n", "\t", "     "]), soup, st.sampled_from(["", " ", "\n", "\t", "  \n"]))
def test_a_text_is_plain_where_it_is_its_own_plain_words(before: str, text: str, after: str) -> None:
    assert markup.is_plain(before + text + after) is (markup.plain(before + text + after) == before + text + after)
