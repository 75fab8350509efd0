import asyncio

import pytest

from wasl.cli.bring import _Progress
from wasl.cli.bring_words import words
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
