from dataclasses import replace

import pytest
from tests.browser.hostile import HOSTILE

from wasl.domain.ids import ConversationId, MessageId
from wasl.domain.message import Choice, Contact, Media, Option, Part, Place, Reaction, Template, Text, Unknown
from wasl.domain.turn import StoredMessage
from wasl.web.render import direction, linked_html, markdown_html, message_json, plain_html


def stored(*parts: Part) -> StoredMessage:
    return StoredMessage(
        id=MessageId("m"), conversation_id=ConversationId("c"), seq=1, author="assistant", author_name=None, parts=parts, sent_at_ms=1
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_hold_no_live_markup(words: str) -> None:
    for html in (markdown_html(words), plain_html(words)):
        lower = html.lower()
        for live in ("<script", "<img", "<svg", "<iframe", "<object", "<style", "<form", "<link", "<meta", "<base", "<video", "<math"):
            assert live not in lower
        for tag in (piece.partition(">")[0] for piece in lower.split("<")[1:]):
            assert " on" not in tag.replace("noopener", "").replace("noreferrer", "")
            assert "javascript:" not in tag
            assert "data:" not in tag
            assert "style=" not in tag


def test_plain_words_are_shown_exactly() -> None:
    assert plain_html("a <b>\n\n&amp;") == '<p dir="auto">a &lt;b&gt;</p><p dir="auto">&amp;amp;</p>'


def test_markdown_is_rendered_each_block_in_its_direction() -> None:
    html = markdown_html("> نفتح يوم **الجمعة**\n\n- one\n- two\n\nWasl هو خادم يجيب الناس")
    assert '<blockquote dir="rtl">' in html
    assert "<strong>الجمعة</strong>" in html
    assert '<ul dir="ltr">' in html
    assert '<p dir="rtl">Wasl' in html


@pytest.mark.parametrize(
    ("words", "is_aside"), [("— *Quoted from a.md. Nothing else.*", True), ("*all*", True), ("*a* and *b*", False), ("some *word*", False)]
)
def test_a_paragraph_that_is_slanted_as_a_whole_is_an_aside(words: str, is_aside: bool) -> None:
    assert ('class="aside"' in markdown_html(words)) is is_aside


def test_a_link_opens_apart_and_tells_nothing() -> None:
    assert markdown_html("[x](https://example.org)").count('rel="noopener noreferrer nofollow"') == 1
    assert "href" not in markdown_html("[x](javascript:alert(1))")


def test_a_picture_from_elsewhere_is_never_fetched() -> None:
    assert "src" not in markdown_html("![x](https://example.org/pixel.png)")


@pytest.mark.parametrize(
    ("words", "way"), [("", "auto"), ("123", "auto"), ("hello", "ltr"), ("مرحبا", "rtl"), ("Wasl خادم جيد", "rtl"), ("Send ب now", "ltr")]
)
def test_direction_follows_most_letters(words: str, way: str) -> None:
    assert direction(words) == way


def test_every_kind_of_part_is_shown() -> None:
    parts = (
        Text(text="words"),
        Media(role="photo", sha256="ab", name="p.png", caption="a caption"),
        Place(latitude=1.5, longitude=2.5, name="Souq", url="https://maps.example/<1>"),
        Contact(name="Amal", phones=("+971",), company="Said & Sons"),
        Choice(text="Which?", options=(Option(id="1", title="Tea"),)),
        Choice(picked=Option(id="1", title="Picked")),
        Template(name="t", language="ar", values=("v1",)),
        Reaction(target="x", emoji="👍"),
        Unknown(kind="poll", value={}),
    )
    shown = message_json(stored(*parts), file_url=lambda media: f"/f/{media.sha256}", tags=["d"])
    for words in (
        "words",
        "a caption",
        "Souq",
        "maps.example/&lt;1&gt;",
        "Amal",
        "Said &amp; Sons",
        "+971",
        "Which?",
        "Picked",
        "v1",
        "👍",
        "poll",
    ):
        assert words in shown["html"]
    assert shown["files"] == [{"url": "/f/ab", "name": "p.png", "type": "application/octet-stream", "size": None, "role": "photo"}]
    assert shown["options"] == [{"id": "1", "title": "Tea", "description": ""}]
    assert shown["tags"] == ["d"]


def test_addresses_in_our_own_words_lead_there_and_in_a_person_s_stay_words() -> None:
    told = Text(text="نسختك: https://a.test/export/1?x=1&y=2\n<b>لك</b>")
    ours = message_json(replace(stored(told), author="system"), file_url=lambda _: None)["html"]
    assert 'href="https://a.test/export/1?x=1&amp;y=2"' in ours
    assert "&lt;b&gt;" in ours
    theirs = message_json(replace(stored(told), author="person"), file_url=lambda _: None)["html"]
    assert "<a " not in theirs


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_in_our_own_notices_hold_no_live_markup_either(words: str) -> None:
    html = linked_html(words).lower()
    assert "<script" not in html
    for tag in (piece.partition(">")[0] for piece in html.split("<")[1:]):
        assert tag.startswith(("p dir", "/p", 'a href="http', "/a"))
