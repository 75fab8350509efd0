"""The route is made from settings and model cards; what the operator writes wins."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from wasl.config import Settings
from wasl.connections import _kept_secret, make_candidates
from wasl.domain.errors import SettingWrong
from wasl.providers.extractive import Extractive
from wasl.providers.openai_chat import OpenAiChat

PROVIDERS: Any = {"house": OpenAiChat(OpenAiChat.Settings(), name="house"), "quotes": Extractive(Extractive.Settings(), name="quotes")}


def made(*candidates: dict[str, Any]) -> Any:
    return make_candidates(Settings.model_validate({"candidates": candidates}), PROVIDERS)


def test_a_known_model_takes_its_sizes_from_its_card() -> None:
    (candidate,) = made({"provider": "house", "model": "gpt-4.1-mini"})
    assert (candidate.name, candidate.model.context_tokens, candidate.model.vision) == ("gpt-4.1-mini", 1_047_576, True)


def test_what_the_operator_writes_wins_over_the_card() -> None:
    (candidate,) = made({"provider": "house", "model": "gpt-4.1-mini", "context_tokens": 5_000, "vision": False, "name": "small"})
    assert (candidate.name, candidate.model.context_tokens, candidate.model.vision) == ("small", 5_000, False)
    assert candidate.model.output_tokens_max == 32_768


def test_a_model_without_a_card_gets_careful_defaults() -> None:
    (candidate,) = made({"provider": "house", "model": "our-own"})
    assert (candidate.model.vision, candidate.model.output_tokens_max) == (False, 4_096)


def test_without_candidates_the_keyless_one_answers() -> None:
    (candidate,) = made()
    assert candidate.keyless
    assert candidate.price_class == "free"


@pytest.mark.parametrize(
    ("candidates", "words"),
    [
        ([{"provider": "nobody", "model": "x"}], "there is no provider 'nobody'"),
        ([{"provider": "house", "model": "x"}, {"provider": "house", "model": "x"}], "two are named 'x'"),
    ],
)
def test_a_wrong_route_says_what_to_mend(candidates: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(SettingWrong, match=words):
        made(*candidates)


def test_processes_that_start_together_get_one_whole_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(_kept_secret, [tmp_path / "data" / "webchat.secret"] * 40))
    (secret,) = found
    assert len(secret) >= 32
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["webchat.secret"]
