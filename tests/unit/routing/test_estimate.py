"""Counts where nobody names them."""

from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.prompt import Image, Prompt, PromptMessage, Tool
from wasl.routing.estimate import TOKENS_PER_IMAGE, TOKENS_PER_MESSAGE, tokens_in_prompt, tokens_in_text


def test_no_text_is_no_token_and_any_text_is_at_least_one() -> None:
    assert (tokens_in_text(""), tokens_in_text("a")) == (0, 1)


def test_arabic_counts_more_than_latin_of_the_same_length() -> None:
    assert tokens_in_text("م" * 100) == 2 * tokens_in_text("m" * 100)


@given(one=st.text(), other=st.text())
def test_more_words_are_never_fewer_tokens(one: str, other: str) -> None:
    assert tokens_in_text(one + other) >= max(tokens_in_text(one), tokens_in_text(other))


def test_pictures_and_tools_count() -> None:
    plain = Prompt(messages=(PromptMessage(role="user", text="abcd"),))
    seen = Prompt(messages=(PromptMessage(role="user", text="abcd", images=(Image(data=b""),)),))
    assert tokens_in_prompt(plain) == TOKENS_PER_MESSAGE + 1
    assert tokens_in_prompt(seen) == TOKENS_PER_MESSAGE + 1 + TOKENS_PER_IMAGE
    assert tokens_in_prompt(Prompt(messages=plain.messages, tools=(Tool(name="hours"),))) > tokens_in_prompt(plain)
