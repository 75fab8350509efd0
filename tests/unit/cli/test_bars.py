"""Bars at a terminal, and none in a pipe."""

from decimal import Decimal

import pytest

from wasl.cli.bars import Amount, bars

ROWS = [
    Amount("whatsapp", Decimal("4.00"), "4.0000 USD"),
    Amount("telegram", Decimal("1.00"), "1.0000 USD"),
    Amount("بلا صاحب", Decimal(0), "0.00 USD"),
    Amount("returned", Decimal("-0.50"), "-0.5000 USD"),
]


def test_a_bar_is_as_long_as_its_amount_is_high(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    bars("What it has cost, by channel", ROWS)
    lines = capsys.readouterr().out.splitlines()
    drawn = {name: next(line for line in lines if name in line).count("█") for name in ("whatsapp", "telegram", "صاحب", "returned")}
    assert drawn["whatsapp"] > 40
    assert drawn["telegram"] in (drawn["whatsapp"] // 4, drawn["whatsapp"] // 4 + 1)
    assert drawn["صاحب"] == drawn["returned"] == 0
    assert any("4.0000 USD" in line for line in lines)


@pytest.mark.parametrize("rows", [[], [Amount("a", Decimal(0), "0")]])
def test_where_nothing_was_spent_nothing_is_drawn(
    rows: list[Amount], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    bars("title", rows)
    assert capsys.readouterr().out == ""


def test_a_pipe_gets_none(capsys: pytest.CaptureFixture[str]) -> None:
    bars("title", ROWS)
    assert capsys.readouterr().out == ""
