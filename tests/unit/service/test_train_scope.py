"""What people rated teaches the operator's own scope, where the rules allow it, redacted, and is written so that it can be read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeLabel, PurposeRating, PurposeWords
from wasl.policy.act import Act, ModelUse
from wasl.policy.primary import rule_against_training
from wasl.policy.purpose import Own, Scope
from wasl.policy.scope_file import read_scope
from wasl.policy.shipped_rules import shipped_book
from wasl.service.train_scope import Lessons, TrainScope, write_lessons
from wasl.testing.clock import TestClock

SCOPE = Scope(name="Tailor", examples=(Own("can you shorten my trousers", "mending"),))


class Rated:
    """Purposes that hold ratings and words alone."""

    def __init__(self, *rows: tuple[str, str, str, PurposeLabel]) -> None:
        self.rows = rows
        self.asked: list[str] = []

    async def channels(self, **_: int) -> list[str]:
        return ["letters"]

    async def ratings(self, **_: Any) -> list[PurposeRating]:
        return [
            PurposeRating(id=str(n), turn_id=TurnId(text), rater=rater, label=label, at_ms=n)
            for n, (_, rater, text, label) in enumerate(self.rows)
        ]

    async def words(self, turns: list[TurnId]) -> list[PurposeWords]:
        return [PurposeWords(turn_id=t, question=t, reply="") for t in turns if not t.startswith("gone")]


def training(purposes: Any, *, kind: str = "whatsapp") -> TrainScope:
    clock = TestClock(now_ms=1_793_491_200_000)
    return TrainScope(purposes=purposes, clock=clock, book=shipped_book, kinds={"letters": kind}, deployments={})


async def test_what_raters_agree_on_is_added_once_and_redacted() -> None:
    purposes = Rated(
        ("1", "mona", "how much to narrow a jacket, call me on +20 100 123 4567", "business"),
        ("2", "mona", "write a poem about silk", "general"),
        ("3", "mona", "can you shorten MY trousers", "business"),
        ("4", "mona", "is this about you", "business"),
        ("4", "omar", "is this about you", "general"),
        ("5", "mona", "thanks", "neutral"),
        ("6", "mona", "gone words", "business"),
    )
    lessons = await training(purposes).lessons(SCOPE, since_ms=0, until_ms=1)
    (example,) = lessons.examples
    assert "narrow a jacket" in example
    assert "4567" not in example
    assert lessons.forbidden == ("write a poem about silk",)
    assert (lessons.disputed, lessons.gone, lessons.barred) == (1, 1, {})


async def test_the_last_word_of_a_rater_counts() -> None:
    purposes = Rated(("1", "mona", "narrow a jacket", "general"), ("1", "mona", "narrow a jacket", "business"))
    assert (await training(purposes).lessons(SCOPE, since_ms=0, until_ms=1)).examples == ("narrow a jacket",)


def test_only_ones_own_exclusive_use_is_allowed_where_the_platform_forbids_training() -> None:
    act = Act(channel="whatsapp", at_ms=1_793_491_200_000, uses=frozenset({"train_on_data"}))
    assert rule_against_training(shipped_book(), replace(act, model=ModelUse(provider="", training="inputs"))) is not None
    own = replace(act, model=ModelUse(provider="", training="fine_tune_for_exclusive_use"))
    assert rule_against_training(shipped_book(), own) is None


def test_lessons_are_written_to_the_end_and_the_file_as_it_was_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "scope.toml"
    before = '# ours\nname = "Tailor"\n[[subjects]]\nname = "mending"\nexamples = ["can you shorten my trousers"]\n'
    file.write_text(before, encoding="utf-8")
    lessons = Lessons(examples=('a "quoted" \\ jacket',), forbidden=("قصيدة",))
    kept = write_lessons(file, SCOPE, lessons, day="2026-11-22")
    assert kept.read_text(encoding="utf-8") == before
    assert kept.name == f"scope.{SCOPE.version}.toml"
    read = read_scope(file.read_text(encoding="utf-8"), at="scope.toml")
    assert [own.text for own in read.examples] == ["can you shorten my trousers", 'a "quoted" \\ jacket']
    assert read.forbidden == ("قصيدة",)
    assert file.read_text(encoding="utf-8").startswith("# ours")
    assert read.version != SCOPE.version
