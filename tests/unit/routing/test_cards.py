"""Model cards are dated, honest about what is not sure, and found by any name a server uses."""

from datetime import date
from importlib.resources import files

import pytest

from wasl.routing.cards import find_card, read_cards
from wasl.routing.route import PRICE_CLASSES

CARDS = read_cards(files("wasl.providers").joinpath("models.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("openai_chat", "gpt-4o-mini"),
        ("openai_responses", "gpt-4o-mini-2024-07-18"),
        ("openai_chat", "openai/gpt-4o-mini"),
        ("anthropic", "claude-sonnet-4-5-20250929"),
        ("gemini", "models/gemini-2.5-pro"),
    ],
)
def test_a_model_is_found_by_its_plain_dated_or_vendors_name(kind: str, name: str) -> None:
    assert find_card(CARDS, kind=kind, name=name) is not None


@pytest.mark.parametrize(("kind", "name"), [("anthropic", "gpt-4o"), ("openai_chat", "gpt-4o-audio"), ("openai_chat", "")])
def test_a_model_that_is_not_known_is_not_guessed(kind: str, name: str) -> None:
    assert find_card(CARDS, kind=kind, name=name) is None


def test_a_dated_name_with_a_card_of_its_own_wins() -> None:
    early = find_card(CARDS, kind="openai_chat", name="gpt-4o-2024-05-13")
    late = find_card(CARDS, kind="openai_chat", name="gpt-4o-2024-08-06")
    assert early is not None
    assert late is not None
    assert (early.shutdown, late.shutdown) == (date(2026, 10, 23), date(2027, 1, 14))


def test_the_model_bears_the_name_that_was_asked_for() -> None:
    card = find_card(CARDS, kind="anthropic", name="claude-opus-4-6")
    assert card is not None
    model = card.model("claude-opus-4-6")
    assert (model.name, model.prefill, model.vision) == ("claude-opus-4-6", False, True)


def test_every_card_is_plausible_and_every_shutdown_has_a_source() -> None:
    seen: set[tuple[str, str]] = set()
    for card in CARDS:
        assert 0 < card.output_tokens_max < card.context_tokens
        assert card.price_class in PRICE_CLASSES
        assert (card.shutdown is None) == (not card.shutdown_source)
        for key in ((kind, name) for kind in card.kinds for name in card.names):
            assert key not in seen, f"{key} has two cards"
            seen.add(key)
