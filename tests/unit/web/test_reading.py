"""What lists and reading pages show of what was said."""

from typing import Literal

from wasl.domain.archive import Entry, Words
from wasl.domain.ids import ConversationId, MessageId
from wasl.domain.message import Text
from wasl.domain.turn import StoredMessage
from wasl.ports.library import Line
from wasl.web.reading import MARKDOWN_CHARACTERS_MAX, entry_json, message_line


def test_the_last_word_in_a_list_shows_no_marks_of_markdown() -> None:
    said = StoredMessage(
        id=MessageId("m"), conversation_id=ConversationId("c"), seq=1, author="assistant", author_name=None, sent_at_ms=1,
        parts=(Text(text="**الحلويات**\n- كنافة بالقشطة", format="markdown"),),
    )  # fmt: skip
    assert "**" not in message_line(said)["text"]
    assert "كنافة بالقشطة" in message_line(said)["text"]
    typed = Text(text="2 ** 3")
    assert message_line(StoredMessage(
        id=MessageId("m"), conversation_id=ConversationId("c"), seq=1, author="person", author_name=None, sent_at_ms=1, parts=(typed,)
    ))["text"] == "2 ** 3"  # fmt: skip


def shown(text: str, *, role: Literal["user", "assistant"], format: Literal["plain", "markdown"] = "markdown") -> str:
    entry = Entry("a", role, text, 0, 0, "s", parts=(Words(text=text, format=format),))
    return str(entry_json(Line(1, entry, b""), people={}, ticket=lambda sha256: "t")["html"])


def test_an_assistants_markdown_in_a_brought_chat_is_rendered_and_cleaned() -> None:
    html = shown(
        "**Sweets**\n\n- one\n- [two](javascript:alert(1))\n\n<script>alert(1)</script> ![x](https://e.org/x.png)", role="assistant"
    )
    assert "<strong>Sweets</strong>" in html
    assert "<li>one</li>" in html
    for word in ("<script", 'href="javascript', "<img"):
        assert word not in html


def test_what_people_wrote_and_what_is_very_long_stays_as_it_was_written() -> None:
    assert "**bold**" in shown("**bold**", role="user")
    assert "**bold**" in shown("**bold**", role="assistant", format="plain")
    assert "**bold**" in shown("**bold** " + "x" * MARKDOWN_CHARACTERS_MAX, role="assistant")
