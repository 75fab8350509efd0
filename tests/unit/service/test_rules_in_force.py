import asyncio

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.shipped_rules import shipped_book
from wasl.service.rules_in_force import LOOK_SECONDS, RulesInForce
from wasl.testing.clock import TestClock

RULE = """
[[rule]]
id = "own.short"
channel = "letters"
effect = "limit"
predicate = { max_text_chars = 100 }
requires = { en = "Short.", ar = "قصير." }
from = 2020-01-01
source = "the operator"
seen = 2026-01-01
"""


async def test_the_operators_files_are_read_again_while_it_runs_and_the_last_good_book_stays() -> None:
    files = {"own.toml": RULE}
    clock = TestClock()
    rules = RulesInForce(base=shipped_book(), texts=lambda: dict(files), clock=clock)
    good = rules.book
    assert len(good.rules) == len(shipped_book().rules) + 1
    files["own.toml"] = RULE.replace("max_text_chars", "max_text_charms")
    assert not rules.look()
    assert rules.book is good
    assert rules.wrong is not None
    assert "own.toml" in rules.wrong.message
    files["own.toml"] = RULE.replace("100", "200")
    assert rules.look()
    assert rules.wrong is None
    assert rules.book is not good
    assert rules.texts == files
    files.clear()
    assert rules.look()
    assert rules.book.digest == shipped_book().digest


async def test_it_looks_now_and_then() -> None:
    files: dict[str, str] = {}
    clock = TestClock()
    rules = RulesInForce(base=shipped_book(), texts=lambda: dict(files), clock=clock)
    task = asyncio.ensure_future(rules.run())
    files["own.toml"] = RULE
    await clock.advance(LOOK_SECONDS + 1)
    assert rules.book.digest != shipped_book().digest
    task.cancel()


def test_files_that_are_wrong_at_first_are_an_error_as_to_run_without_them_would_be_lenient() -> None:
    with pytest.raises(SettingWrong, match=r"own\.toml"):
        RulesInForce(base=shipped_book(), texts=lambda: {"own.toml": "[[rule]]\n"}, clock=TestClock())
