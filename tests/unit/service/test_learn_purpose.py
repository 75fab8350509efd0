"""What was learnt of a scope is kept, found again, and learnt anew when the scope changes."""

import asyncio
from pathlib import Path

import pytest

from wasl.domain.errors import SettingWrong, Unavailable
from wasl.domain.prompt import Passage
from wasl.net.apart import apart
from wasl.policy.purpose import Classifier, Scope
from wasl.policy.shipped import learn_with_shipped
from wasl.service.learn_purpose import LearnPurpose, scope_in
from wasl.testing.clock import TestClock

TEXT = '[[subjects]]\nname = "a"\nexamples = ["how much to shorten trousers", "متى يجهز الفستان؟"]\n'


class Trainer:
    """Learns here and counts how often."""

    def __init__(self) -> None:
        self.learnt: list[str] = []
        self.fails = False

    async def __call__(self, scope: Scope) -> Classifier:
        if self.fails:
            raise Unavailable("no process")
        self.learnt.append(scope.name)
        return await asyncio.to_thread(learn_with_shipped, scope)


class Shelf:
    def passages(self) -> tuple[Passage, ...]:
        return (Passage(text="We open at nine.", source="visit.md", heading="Opening times"),)


def learning(folder: Path, trainer: Trainer, *, documents: Shelf | None = None) -> LearnPurpose:
    return LearnPurpose(
        file=folder / "scope.toml", kept=folder / "kept", clock=TestClock(), train=trainer, documents=documents, low=-0.5, high=0.7
    )


async def test_a_scope_is_learnt_once_and_read_from_disk_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(f'name = "one"\n{TEXT}', encoding="utf-8")
    trainer = Trainer()
    first = learning(tmp_path, trainer)
    assert await first.refresh()
    assert not await first.refresh()
    again = learning(tmp_path, trainer)
    assert await again.refresh()
    assert trainer.learnt == ["one"]
    assert first.known is not None
    assert again.known == first.known
    assert first.known.own
    assert (first.known.classifier.low, first.known.classifier.high) == (-0.5, 0.7)
    assert first.known.classifier.odds("shorten a skirt") == again.known.classifier.odds("shorten a skirt")  # type: ignore[union-attr]


async def test_a_changed_scope_is_learnt_anew_and_a_broken_one_leaves_the_last_good_one(tmp_path: Path) -> None:
    file, trainer = tmp_path / "scope.toml", Trainer()
    learnt = learning(tmp_path, trainer)
    assert not await learnt.refresh()
    file.write_text(f'name = "one"\n{TEXT}', encoding="utf-8")
    assert await learnt.refresh()
    file.write_text('name = "broken', encoding="utf-8")
    assert not await learnt.refresh()
    assert learnt.known is not None
    assert learnt.known.scope.name == "one"
    assert "TOML" in learnt.problem
    file.write_text(f'name = "three"\n{TEXT}', encoding="utf-8")
    assert await learnt.refresh()
    assert learnt.known.scope.name == "three"


async def test_documents_stand_in_once_somebody_asks_and_never_refuse(tmp_path: Path) -> None:
    trainer = Trainer()
    learnt = learning(tmp_path, trainer, documents=Shelf())
    assert not await learnt.refresh()
    assert learnt.known is None
    assert await learnt.refresh()
    assert learnt.known is not None
    assert not learnt.known.own
    assert not learnt.has_scope


async def test_a_damaged_file_and_a_process_that_cannot_be_had_are_survived(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(f'name = "one"\n{TEXT}', encoding="utf-8")
    trainer = Trainer()
    await learning(tmp_path, trainer).refresh()
    for kept in (tmp_path / "kept").iterdir():
        kept.write_bytes(b"\x00damaged")
    trainer.fails = True
    learnt = learning(tmp_path, trainer)
    assert await learnt.refresh()
    assert learnt.known is not None


async def test_a_process_of_its_own_learns_the_same(tmp_path: Path) -> None:
    scope = Scope(name="x", examples=())
    assert await apart(learn_with_shipped, scope) == learn_with_shipped(scope)
    with pytest.raises(Unavailable, match="ended with status"):
        await apart(learn_with_shipped, "no scope at all")


def test_a_scope_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match="wasl scope init"):
        scope_in(tmp_path / "scope.toml")
