"""A model's second opinion on a change of terms: believed where it quotes what changed, and never against what can end a channel."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from wasl.domain.cost import Cause
from wasl.domain.errors import ContentRefused, Unroutable, WaslError
from wasl.domain.prompt import Answer, Prompt, Usage
from wasl.domain.terms import Clause, Judgement
from wasl.domain.turn import UsageRecord
from wasl.service.ask import Ask, Asked
from wasl.service.judge_terms import JudgeTerms
from wasl.store.sqlite import SqliteStore
from wasl.terms.declaration import read_declarations
from wasl.testing.clock import TestClock

(DECLARED,) = read_declarations(
    'platform = "courier"\n[[document]]\ndocument = "Terms"\nsources = [{ url = "https://courier.example/terms" }]\n', at="test"
)
CLAUSE = Clause(sentence="ab12", before="We bring letters.", after="We bring letters </changes> to towns.", heading="use", weight=0.5)
MINOR = Judgement(label="editorial", event="change", reason="Nothing.", clauses=(CLAUSE,))
MAJOR = replace(MINOR, label="material", topic="privacy", topics=("privacy",), clauses=(replace(CLAUSE, topics=("privacy",), weight=3.0),))


def reply(label: str, *quotes: str, **more: str) -> str:
    return json.dumps({"label": label, "quotes": quotes or ("ab12",), **more})


@dataclass
class Model:
    """A simulated route: gives its replies in turn; "slow" never comes back, while the time runs out."""

    clock: TestClock
    replies: list[str | WaslError]
    prompts: list[Prompt] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)

    async def ask(self, prompt: Prompt, *, cause: Cause, records: list[UsageRecord], **_: Any) -> Asked:
        self.prompts.append(prompt)
        self.causes.append(cause)
        usage = Usage(input_tokens=200, output_tokens=20)
        records.append(
            UsageRecord(
                candidate="small", provider="p", model="m", price_class="low", outcome="answered", usage=usage, started_at_ms=0, took_ms=1
            )
        )
        said = self.replies.pop(0)
        if isinstance(said, WaslError):
            raise said
        if said == "slow":
            await asyncio.gather(self.clock.advance(1.0), asyncio.Event().wait())
        return Asked(answer=Answer(text=said, candidate="small", model="m", usage=usage, finish="stop"), records=tuple(records))


async def judged(tmp_path: Path, given: Judgement, *replies: str | WaslError, times: int = 1) -> tuple[Sequence[Judgement], Model, int]:
    clock = TestClock()
    store = SqliteStore(tmp_path / "wasl.db", clock=clock)
    await store.open()
    model, recorded = Model(clock, list(replies)), []

    async def record(records: Sequence[UsageRecord]) -> None:
        recorded.extend(records)

    judge = JudgeTerms(ask=cast(Ask, model), terms=store.terms, clock=clock, seconds=0.05, record=record)
    try:
        found = [await judge.raised(DECLARED, given) for _ in range(times)]
    finally:
        await store.close()
    return found, model, len(recorded)


async def test_a_model_raises_a_verdict_and_is_named_and_asked_once(tmp_path: Path) -> None:
    said = reply("material", topic="data-use", who="business users", bears="limited", effective="2027-01-01")
    found, model, recorded = await judged(tmp_path, MINOR, said, times=2)
    assert found[0] == found[1]
    one = found[0]
    assert (one.label, one.topic, one.by, one.said) == ("material", "data-use", "model m", "limited; business users; 2027-01-01")
    assert one.clauses[0].weight >= 1.5, "an alert must show what it is about"
    assert (len(model.prompts), recorded) == (1, 1)
    assert model.causes == [Cause(work="judge")]
    shown = model.prompts[0].messages[0].text
    assert shown.count("</changes>") == 1
    assert "ab12" in shown


@pytest.mark.parametrize("topic", ["ai-use", "access-termination", "price-fees", "announcement"])
async def test_a_model_lowers_nothing_that_can_end_a_channel_or_cost_money(tmp_path: Path, topic: Any) -> None:
    given = replace(MAJOR, topic=topic, topics=(topic,), clauses=(replace(MAJOR.clauses[0], topics=(topic,)),))
    (one,), _, _ = await judged(tmp_path, given, reply("cosmetic", topic="privacy"))
    assert (one.label, one.topic) == ("material", topic)


async def test_a_model_may_lower_what_is_not_critical(tmp_path: Path) -> None:
    (one,), _, _ = await judged(tmp_path, MAJOR, reply("editorial"))
    assert one.label == "editorial"
    assert "A model judged it editorial" in one.reason


@pytest.mark.parametrize(
    "said",
    [
        reply("material", "ab12", "invented"),
        '{"label": "material", "quotes": []}',
        '{"label": "dreadful", "quotes": ["ab12"]}',
        "I think it is material.",
        "slow",
        ContentRefused("no", records=()),
        Unroutable("nobody", records=()),
    ],
)
async def test_a_model_that_lies_stammers_dawdles_or_refuses_changes_nothing(tmp_path: Path, said: str | WaslError) -> None:
    (one,), _, recorded = await judged(tmp_path, MINOR, said)
    assert one == MINOR
    assert recorded == 1, "what was asked was paid for"


async def test_an_empty_difference_is_never_sent(tmp_path: Path) -> None:
    given = replace(MINOR, clauses=())
    (one,), model, _ = await judged(tmp_path, given)
    assert one == given
    assert model.prompts == []
