import asyncio
from typing import Any

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.shipped_rules import shipped_book
from wasl.service.rules_in_force import LOOK_SECONDS, RulesInForce
from wasl.store.memory import MemoryStore
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


async def opened() -> MemoryStore:
    store = MemoryStore(clock=TestClock())
    await store.open()
    return store


class Told:
    def __init__(self) -> None:
        self.alarms: list[tuple[str, str, str]] = []

    async def __call__(self, kind: str, key: str, *, head: str, text: str, **facts: Any) -> None:
        self.alarms.append((kind, head, text))


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


WRONG = RULE.replace("max_text_chars", "max_text_charms")


async def test_a_start_with_wrong_files_takes_the_last_good_book_and_tells_the_operator_once() -> None:
    store, clock, told = await opened(), TestClock(), Told()
    before = RulesInForce(base=shipped_book(), texts=lambda: {"own.toml": RULE}, clock=clock, judged=store.judged)
    await before.keep()
    files = {"own.toml": WRONG}
    rules = RulesInForce(base=shipped_book(), texts=lambda: dict(files), clock=clock, judged=store.judged, alarm=told)
    await rules.recall()
    assert rules.book.digest == before.book.digest
    assert rules.recalled_ms == clock.now_ms()
    assert rules.wrong is not None
    task = asyncio.ensure_future(rules.run())
    await clock.advance(LOOK_SECONDS * 3)
    ((kind, head, text),) = told.alarms
    assert kind == "rules"
    assert "last good rulebook stays in force" in head
    assert "own.toml" in text
    files["own.toml"] = RULE.replace("100", "200")
    await clock.advance(LOOK_SECONDS + 1)
    assert rules.wrong is None
    assert rules.recalled_ms is None
    assert rules.book.digest != before.book.digest
    files["own.toml"] = WRONG
    await clock.advance(LOOK_SECONDS * 2 + 1)
    assert len(told.alarms) == 2
    task.cancel()


async def test_going_back_to_earlier_rules_makes_them_the_last_good_ones() -> None:
    store, clock = await opened(), TestClock()
    files = {"own.toml": RULE}
    rules = RulesInForce(base=shipped_book(), texts=lambda: dict(files), clock=clock, judged=store.judged)
    first = rules.book.digest
    for text in (RULE, RULE.replace("100", "200"), RULE):
        files["own.toml"] = text
        rules.look()
        await rules.keep()
        await clock.advance(1)
    again = RulesInForce(base=shipped_book(), texts=lambda: {"own.toml": WRONG}, clock=clock, judged=store.judged)
    await again.recall()
    assert again.book.digest == first


async def test_where_no_rule_was_ever_ones_own_the_shipped_book_stays() -> None:
    store, clock = await opened(), TestClock()
    await RulesInForce(base=shipped_book(), texts=dict, clock=clock, judged=store.judged).keep()
    rules = RulesInForce(base=shipped_book(), texts=lambda: {"own.toml": WRONG}, clock=clock, judged=store.judged)
    await rules.recall()
    assert rules.book.digest == shipped_book().digest


async def test_files_that_are_wrong_at_first_are_an_error_where_no_book_is_known_as_to_run_without_them_would_be_lenient() -> None:
    store = await opened()
    rules = RulesInForce(base=shipped_book(), texts=lambda: {"own.toml": "[[rule]]\n"}, clock=TestClock(), judged=store.judged)
    with pytest.raises(SettingWrong, match=r"own\.toml"):
        await rules.recall()


async def test_files_that_are_right_need_no_earlier_book() -> None:
    rules = RulesInForce(base=shipped_book(), texts=lambda: {"own.toml": RULE}, clock=TestClock())
    await rules.recall()
    assert rules.recalled_ms is None
