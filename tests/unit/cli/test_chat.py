import pytest

from wasl.cli.chat import Shown
from wasl.service.live import STORED, Live, encode


def delta(text: str, *, at: int) -> bytes:
    return encode(Live(kind="delta", turn="t", at=at, text=text))


def test_an_answer_is_shown_while_it_grows_and_completed(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Shown("Narenj", live=True)
    assert shown.take(delta("We open ", at=0)) is False
    shown.take(delta("at 7", at=8))
    assert shown.take(STORED) is True
    shown.end("We open at 7 am.")
    assert capsys.readouterr().out == "Narenj:\nWe open at 7 am.\n"


def test_a_draft_that_another_candidate_replaces_is_not_shown_as_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Shown("Narenj", live=True)
    shown.take(delta("Half an ans", at=0))
    shown.take(encode(Live(kind="restart", turn="t")))
    shown.take(delta("We open", at=0))
    shown.end("We open at 7.")
    assert capsys.readouterr().out == "Narenj:\nHalf an ans …\nNarenj:\nWe open at 7.\n"


def test_a_stored_answer_that_differs_from_the_draft_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Shown("Narenj", live=True)
    shown.take(delta("We open at eight", at=0))
    shown.end("Sorry, late. We open at seven.")
    assert capsys.readouterr().out == "Narenj:\nWe open at eight\nNarenj:\nSorry, late. We open at seven.\n"


def test_words_after_a_missed_piece_wait_for_the_stored_answer(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Shown("Narenj", live=True)
    shown.take(delta("at 7", at=8))
    shown.end("We open at 7")
    assert capsys.readouterr().out == "Narenj:\nWe open at 7\n"


def test_a_pipe_gets_the_stored_answer_only(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Shown("Narenj", live=False)
    shown.take(delta("Half", at=0))
    shown.take(encode(Live(kind="restart", turn="t")))
    shown.end("Whole.")
    assert capsys.readouterr().out == "Narenj:\nWhole.\n"
