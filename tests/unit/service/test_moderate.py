"""Moderation before and after the model: refused, held, passed; and which way it falls when nobody answers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import SEND_URL, House, build

from wasl.domain.errors import SettingWrong, Unavailable
from wasl.ports.moderator import Ruling, Side
from wasl.service.ask_moderator import AskAddress, AskProgram, ruling_of
from wasl.service.hand_over import HandOver
from wasl.service.judging import Step
from wasl.service.moderate import Moderate, Standards
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, answer


class Judge:
    """A moderator with a list of its own."""

    def __init__(self, **actions: Any) -> None:
        self.actions = actions
        self.looked: list[tuple[Side, str]] = []
        self.down = False

    async def look(self, text: str, *, side: Side, channel: str, language: str) -> Ruling:
        self.looked.append((side, text))
        if self.down:
            raise Unavailable("the moderator is down")
        return Ruling(action=self.actions.get(side, "pass"), label="mine")


async def house_with(folder: Path, *, judge: Judge | None = None, **standards: Any) -> House:
    def steps(store: Any, bus: Any, clock: Any, channels: Any) -> Sequence[Step]:
        hand_over = HandOver(store=store, bus=bus, clock=clock, channels=channels, wait_minutes=30, return_minutes=60, language="en")
        return (Moderate(hand_over=hand_over, standards=Standards(**standards), moderators=[judge] if judge else ()),)

    house = build(folder, steps=steps, text_max=2000)
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    return house


async def kept(house: House) -> Any:
    return json.loads(house.rows("select verdicts from turn order by seq desc limit 1")[0][0])["moderation"]


async def test_whoever_may_be_in_danger_gets_the_text_and_a_human_and_no_model(tmp_path: Path) -> None:
    house = await house_with(tmp_path, emergency={"ar": "اتصل بالرقم الذي نعرفه"})
    said = await house.says("I want to kill myself")
    assert "emergency number where you are" in said
    assert not any(c.isdigit() for c in said)
    assert house.ask.prompts == []
    (handoff,) = await house.store.standings.handoffs(limit=5)
    assert (handoff.why, handoff.note) == ("emergency", "")
    assert await kept(house) == [{"side": "question", "by": "emergency words", "action": "human", "label": "self_harm"}]
    assert await house.says("بدي موت", who="mona") == "اتصل بالرقم الذي نعرفه"
    await house.store.close()


async def test_lists_are_off_until_they_are_asked_for(tmp_path: Path) -> None:
    house = await house_with(tmp_path)
    assert await house.says("you idiot") == "re: you idiot"
    await house.store.close()


async def test_a_refused_question_is_not_asked(tmp_path: Path) -> None:
    house = await house_with(tmp_path, lists=("insults",), refusal={"en": "Let us stay friendly."})
    assert await house.says("you idiot") == "Let us stay friendly."
    assert house.ask.prompts == []
    assert await house.says("a cake please") == "re: a cake please"
    await house.store.close()


async def test_a_refused_answer_is_not_sent(tmp_path: Path) -> None:
    house = await house_with(tmp_path, patterns=("re",), looks_at=("answer",))
    assert (await house.says("hello")).startswith("Sorry, I cannot go on")
    assert "re: hello" not in house.rows("select parts from message where author = 'assistant'")[0][0]
    assert (await kept(house))[0]["side"] == "answer"
    await house.store.close()


async def test_a_moderator_may_give_to_a_human(tmp_path: Path) -> None:
    judge = Judge(answer="human")
    house = await house_with(tmp_path, judge=judge)
    assert (await house.says("hello")).startswith("A person of the team looks at this")
    assert [side for side, _ in judge.looked] == ["question", "answer"]
    assert [h.why for h in await house.store.standings.handoffs(limit=5)] == ["moderation"]
    await house.store.close()


@pytest.mark.parametrize(("falls", "said"), [("pass", "re: hello"), ("hold", "A person of the team")])
async def test_where_nobody_answers_the_setting_decides(tmp_path: Path, falls: Any, said: str) -> None:
    judge = Judge()
    judge.down = True
    house = await house_with(tmp_path, judge=judge, when_it_fails=falls)
    assert (await house.says("hello")).startswith(said)
    assert (await kept(house))[0]["label"] == "no answer"
    await house.store.close()


class Echo:
    def __init__(self, says: bytes) -> None:
        self.says, self.told = says, b""

    async def run(self, command: Sequence[str], *, told: bytes, seconds: float, bytes_max: int) -> bytes:
        self.told = told
        return self.says


async def test_program_and_address_are_told_the_same_and_answer_the_same() -> None:
    echo, network = Echo(b'{"action": "refuse", "label": "rude"}'), ScriptedNetwork(clock=TestClock())
    network.on("POST", "https://look.test/", answer('{"action": "refuse", "label": "rude"}'))
    program = AskProgram(program=echo, command=("look",), seconds=3)
    address = AskAddress(network=network, url="https://look.test/", token="t", seconds=3)
    for moderator in (program, address):
        ruling = await moderator.look("سلام", side="question", channel="letters", language="ar")
        assert ruling == Ruling(action="refuse", label="rude")
    (call,) = network.calls_to("https://look.test/")
    assert json.loads(echo.told) == json.loads(call.body) == {"side": "question", "text": "سلام", "channel": "letters", "language": "ar"}
    assert call.headers["authorization"] == "Bearer t"


@pytest.mark.parametrize("body", [b"", b"yes", b"[]", b'{"action": "maybe"}', b"{}", b"\xff"])
def test_an_answer_that_is_none_is_named(body: bytes) -> None:
    with pytest.raises(SettingWrong, match="moderator"):
        ruling_of(body)
