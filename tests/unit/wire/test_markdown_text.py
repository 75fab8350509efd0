"""Words as Markdown are shown as they were written."""

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from wasl.wire.markdown_text import md, md_line, md_link, yaml_text

_TAGS = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")
reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
structure = st.text(alphabet="#*_-+=>|`~[](){}<>&!\\.:1) \n\tab/\"'س^$%", max_size=40)


def shown(markdown: str) -> tuple[str, set[str]]:
    """What a reader shows, with the tags around it."""
    html = reader.render(markdown)
    return unescape(_TAGS.sub("", html)), {match[2] for match in _TAGS.finditer(html)}


def plain(text: str) -> str:
    return "".join(text.replace("\u00a0", " ").split())


@given(structure)
@example("# a\n- b\n1. c\n> d\n===\n---\n    code\n\ttab")
@example("a | b\n--|--\nc | d")
@example("<b>&lt;</b> &amp; \\* `x` ~~y~~ **z** [a](b) ![c](d)")
def test_what_was_written_is_what_is_shown_in_paragraphs_only(text: str) -> None:
    words, tags = shown(f"### heading\n\n{md(text)}\n")
    assert plain(words) == plain("heading" + text)
    assert tags <= {"h3", "p", "br"}


@given(structure)
def test_a_line_stays_one_line_of_words(text: str) -> None:
    words, tags = shown(f"# {md_line(text)}\n")
    assert plain(words) == (plain(text) or "\u2014")
    assert tags == {"h1"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://x.example/)[y](javascript:z", "x", "https://a b", ""])
def test_a_link_that_may_not_be_followed_is_told_in_words(url: str) -> None:
    assert "<a" not in reader.render(md_link("shown", url))


def test_a_link_that_may_be_followed_is_one() -> None:
    assert reader.render(md_link("a [b]", "https://x.example/?q=1")) == '<p><a href="https://x.example/?q=1">a [b]</a></p>\n'


def test_front_matter_stays_one_line_whatever_the_title() -> None:
    assert yaml_text('a\n---\nb: "c" \ud800') == '"a\\n---\\nb: \\"c\\" \ufffd"'
