"""Text written as if it were Latin-1 is mended; text that was right stays."""

import pytest

from wasl.wire.mojibake import repaired, repaired_json


@pytest.mark.parametrize("text", ["café", "السلام عليكم", "👋🏽", "مرحبا hello"])
def test_text_written_as_latin_1_comes_back(text: str) -> None:
    assert repaired(text.encode().decode("latin-1")) == text


@pytest.mark.parametrize("text", ["plain", "café", "مرحبا", "Ã", "", "Ã© مع"])
def test_text_that_was_right_or_cannot_be_mended_stays(text: str) -> None:
    assert repaired(text) == text


def test_names_of_fields_are_mended_too() -> None:
    assert repaired_json({"nÃ©": ["Ã©", 1, None, {"x": "é"}]}) == {"né": ["é", 1, None, {"x": "é"}]}
