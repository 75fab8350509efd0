import asyncio
import re

import pytest

from wasl.cli.bring import _Progress
from wasl.cli.bring_words import counted, words
from wasl.wire.isolate import is_arabic


@pytest.mark.parametrize("ended", [asyncio.CancelledError, KeyboardInterrupt])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_import_that_is_stopped_says_what_became_of_it_and_how_it_goes_on(
    capsys: pytest.CaptureFixture[str], ended: type[BaseException], language: str
) -> None:
    with pytest.raises(ended), _Progress(words(language), stopped="stopped"):
        raise ended
    said = capsys.readouterr().err
    assert ("The same command goes on where it was" in said) is (language == "en")
    assert is_arabic(said) is (language == "ar")


def test_an_import_that_ends_or_fails_says_nothing_of_being_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    with _Progress(words("en"), stopped="stopped"):
        pass
    with pytest.raises(OSError, match="full"), _Progress(words("en"), stopped="stopped"):
        raise OSError("full")
    assert capsys.readouterr().err == ""


def test_what_was_written_is_counted_in_the_words_of_the_language() -> None:
    wrote = {
        "people": 2,
        "imports": 0,
        "conversations": 3,
        "participants": 4,
        "messages": 26,
        "attachments": 1,
        "sources": 1,
        "pages": 1,
        "work": 13,
    }
    assert (
        counted(wrote, "en")
        == "2 people, 3 conversations, 4 participants, 26 messages, 1 attachment, 1 source, 1 page, 13 records of the books"
    )
    ones = {"people": 1, "entries": 1, "work": 1, "conversations not compared: brought again since": 1, "sources tiled": 1}
    assert counted(ones, "en") == (
        "1 person, 1 entry, 1 record of the books, 1 conversation not compared: brought again since, 1 source tiled"
    )
    said = counted({**wrote, "imports": 1, "records of the books": 13, "files": 2}, "ar")
    assert "الأشخاص: 2، " in said
    assert not re.search("[a-z]", said)
