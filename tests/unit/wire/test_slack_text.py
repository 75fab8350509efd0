"""Slack's text becomes words with spans."""

import pytest

from wasl.domain.archive import Span
from wasl.wire.slack_text import emoji, words


def test_mentions_channels_and_links_become_words() -> None:
    found = words("مرحبا <@U1>, see <https://x.example/?a=1&amp;b=2|here> &lt;3 in <#C1|عام> <!subteam^S1|@team>", {"U1": "Amal"}.get)  # type: ignore[arg-type]
    assert found is not None
    assert found.text == "مرحبا @Amal, see here <3 in #عام @team"
    assert found.spans[0] == Span(6, 11, "mention", "U1")
    assert found.spans[1] == Span(17, 21, "link", "https://x.example/?a=1&b=2")
    assert all(found.text[s.start : s.end] for s in found.spans)


def test_an_escaped_bracket_never_becomes_a_link() -> None:
    found = words("&lt;https://evil.example&gt; &amp;lt;", str)
    assert found is not None
    assert (found.text, found.spans) == ("<https://evil.example> &lt;", ())


@pytest.mark.parametrize("text", ["<", "<>", "<<@U1>", "<@", "a < b > c", "<" * 500])
def test_loose_brackets_stay_words(text: str) -> None:
    found = words(text, str)
    assert found is not None
    assert found.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [("thumbsup", "👍"), ("thumbsup::skin-tone-3", "👍🏼"), ("heart", "❤️"), ("party_parrot", ":party_parrot:"), ("", "::")],
)
def test_reactions_are_shown_as_emoji_where_they_are_common(name: str, shown: str) -> None:
    assert emoji(name) == shown
