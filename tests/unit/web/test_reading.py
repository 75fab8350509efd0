"""What lists and reading pages show of what was said."""

from wasl.domain.ids import ConversationId, MessageId
from wasl.domain.message import Text
from wasl.domain.turn import StoredMessage
from wasl.web.reading import message_line


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
