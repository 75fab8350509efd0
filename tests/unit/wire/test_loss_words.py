"""What a format cannot hold is told in words, in both languages."""

from wasl.connections import Formats
from wasl.ports.format import Writes
from wasl.wire.loss_words import WORDS, loss_words


def test_everything_that_a_format_loses_has_words_in_both_languages() -> None:
    names = {name for f in Formats().values() if isinstance(f, Writes) for name in f.loses}
    assert names
    assert all(names <= words.keys() for words in WORDS.values())
    assert WORDS["en"].keys() == WORDS["ar"].keys()


def test_a_name_without_words_stands_for_itself_and_another_language_is_told_in_english() -> None:
    assert loss_words("smells", "ar") == "smells"
    assert loss_words("reactions", "ar") == "تفاعلات"
    assert loss_words("models", "fr") == "which model answered"
