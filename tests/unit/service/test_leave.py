import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.service.house import SEND_URL, House, build

from wasl.domain.errors import Refused
from wasl.domain.ids import AddressId, TurnId
from wasl.domain.person import AddressKey
from wasl.domain.sunset import Milestone, Sunset, Wording
from wasl.service.judging import Steps
from wasl.service.leave import ClosedDoor, Closures, Leave, asks_to_keep
from wasl.service.link import Links
from wasl.service.sunset import PlanSunset
from wasl.service.tell import Tell
from wasl.service.way_out import PATH, FindKeys
from wasl.testing.network import answer

DAY_MS = 86_400_000
URL = "https://wasl.example"
KEY = re.compile(r"k[0-9A-Za-z_-]{42}")


class Closing:
    """A house whose channel "letters" closes, with everything that is composed for it."""

    def __init__(self, folder: Path) -> None:
        self.house: House = build(folder, public_url=URL)
        house = self.house
        self.sunsets = house.store.sunsets
        self.links = Links(store=house.store, bus=house.bus, clock=house.clock, channels={"letters": house.letters}, public_url=URL)
        self.links.accept_keys(FindKeys(sunsets=self.sunsets, links=self.links))
        closures = Closures(sunsets=self.sunsets, clock=house.clock)
        house.deliver._gate = ClosedDoor(closures=closures, clock=house.clock, sunsets=self.sunsets)
        self.tell = Tell(
            store=house.store, sunsets=self.sunsets, links=self.links, bus=house.bus, clock=house.clock, public_url=URL, name="Wasl"
        )
        leave = Leave(closures=closures, sunsets=self.sunsets, links=self.links, public_url=URL, here=self.tell.here)
        house.answer._steps = Steps((leave,))

    async def plan(self, **changed: object) -> Sunset:
        now = self.house.clock.now_ms()
        wording = Wording(texts={"en": "closing {date}: {link}", "ar": "إغلاق {date}: {link}"})
        base = Sunset(
            id="plan", channel="letters", on_ms=now + 10 * DAY_MS, zone="UTC", state="running",
            milestones=(Milestone(name="announce", at_ms=now, wording=wording),), made_ms=now, made_by="operator", per_second=100,
            awake=(0, 24),
        )  # fmt: skip
        plan = replace(base, **changed)  # type: ignore[arg-type]
        await self.sunsets.put(plan)
        await self.sunsets.enrol(plan, after=None, limit=100)
        await self.house.clock.advance(6)  # which plans there are is remembered for some seconds
        return plan

    async def carry(self) -> None:
        await self.tell.look()
        while await self.house.step():
            pass


@pytest.fixture
async def closing(tmp_path: Path) -> AsyncIterator[Closing]:
    made = Closing(tmp_path)
    await made.house.store.open()
    made.house.network.on("POST", SEND_URL, answer("n"))
    yield made
    await made.house.store.close()


async def test_everyone_is_told_once_with_a_link_of_their_own(closing: Closing) -> None:
    for who in ("ali", "bea"):
        await closing.house.says("hello", who=who)
    await closing.plan()
    await closing.carry()
    await closing.carry()
    told = [sent for sent in closing.house.sent() if sent["text"].startswith("closing")]
    assert sorted(sent["to"] for sent in told) == ["ali", "bea"]
    assert len({KEY.search(sent["text"])[0] for sent in told if KEY.search(sent["text"])}) == 2  # type: ignore[index]
    assert all(f"{URL}{PATH}k" in sent["text"] for sent in told)


async def test_a_personal_key_opens_the_history_elsewhere_and_whoever_uses_it_is_not_told_again(closing: Closing) -> None:
    house = closing.house
    await house.says("what I said there", who="ali")
    await closing.plan()
    await closing.carry()
    key = KEY.search(house.sent()[-1]["text"])
    assert key is not None
    await house.says("hello", who="ali at home", channel="cards")
    found = await house.store.find_address(AddressKey(channel="cards", scope="desk", handle="ali at home", kind="account"))
    assert found is not None
    seen = await closing.links.look(key[0], home=found[1])
    assert (seen.channel, seen.messages) == ("letters", 3)
    await closing.links.join(key[0], home=found[1])
    assert any("what I said there" in str(said.parts) for said in await house.store.history(found[1], limit=20))
    await closing.sunsets.mark("plan", after=None, limit=10, now_ms=house.clock.now_ms())
    progress = await closing.sunsets.progress("plan")
    assert (progress.everyone, progress.moved) == (1, 1)


async def test_a_key_that_is_none_of_ours_opens_nothing(closing: Closing) -> None:
    house = closing.house
    await house.says("hello", who="ali")
    plan = await closing.plan()
    home = (await house.store.find_address(AddressKey(channel="letters", scope="desk", handle="ali", kind="account")) or (None, None))[1]
    assert home is not None
    for guess in ("k" + "A" * 42, "k" + "_" * 42):
        with pytest.raises(Refused):
            await closing.links.look(guess, home=home)
    assert plan.state == "running"


async def test_whoever_asks_how_to_keep_their_chats_is_given_the_way_and_no_model_is_asked(closing: Closing) -> None:
    await closing.house.says("hello")
    await closing.plan(milestones=())
    asked = len(closing.house.ask.prompts)
    assert "history comes along" in await closing.house.says("How do I keep my chats?")
    assert "ينتقل سجلك" in await closing.house.says("كيف أحتفظ بمحادثاتي؟")
    assert len(closing.house.ask.prompts) == asked
    assert await closing.house.says("what does bread cost?") == "re: what does bread cost?"


async def test_after_the_day_late_words_get_the_farewell_and_nothing_else_goes_out(closing: Closing) -> None:
    house = closing.house
    await house.says("hello", who="ali")
    await house.says("hello", who="bea")
    plan = await closing.plan(milestones=())
    await house.clock.advance(10 * 86_400 + 1)
    planner = PlanSunset(
        sunsets=closing.sunsets, clock=house.clock, channels=("letters",), means=lambda *_: pytest.fail("not asked"), public_url=URL
    )
    await planner.look()
    assert (await closing.sunsets.plans(states=("closed",)))[0].id == plan.id
    assert "can no longer answer" in await house.says("are you there?", who="ali")
    assert house.rows("select note from turn order by id desc limit 1") == [("the channel is closed",)]
    found = await house.store.find_address(AddressKey(channel="letters", scope="desk", handle="bea", kind="account"))
    assert found is not None
    before = len(house.sent())
    await closing.links.tell(found[1], "linked_there", channel="letters")
    while await house.step():
        pass
    assert len(house.sent()) == before
    assert house.rows("select state from delivery order by created_ms desc, id desc limit 1") == [("failed",)]


async def test_the_farewell_is_said_once_a_day_and_the_words_in_between_are_kept(closing: Closing) -> None:
    house = closing.house
    await house.says("hello")
    await closing.plan(milestones=())
    await house.clock.advance(10 * 86_400 + 1)
    assert "can no longer answer" in await house.says("are you there?")
    farewells = len(house.sent())
    for words in ("hello?", "anybody?"):
        await house.says(words)
    assert len(house.sent()) == farewells
    assert house.rows("select state, note from turn order by id desc limit 1") == [
        ("noted", "the channel is closed, and the farewell was said")
    ]
    await house.clock.advance(86_400)
    assert "can no longer answer" in await house.says("and today?")


async def test_the_farewell_of_a_turn_that_is_tried_again_is_said_again(closing: Closing) -> None:
    day = {"now_ms": closing.house.clock.now_ms(), "gap_ms": DAY_MS}
    address = AddressId(closing.house.clock.new_id())
    turn, other = (TurnId(closing.house.clock.new_id()) for _ in range(2))
    assert [await closing.sunsets.farewell("plan", address, turn_id=one, **day) for one in (turn, turn, other)] == [True, True, False]


async def test_whoever_writes_is_told_behind_their_answer_once_in_a_milestone(closing: Closing) -> None:
    house = closing.house
    await house.says("hello", who="ali")
    now = house.clock.now_ms()
    wording = Wording(texts={"en": "closing {date}: {link}"})
    later = Milestone(name="remind", at_ms=now + 2 * DAY_MS, wording=wording)
    await closing.plan(milestones=(Milestone(name="announce", at_ms=now, wording=wording), later), per_day=0, awake=(3, 4))
    for who in ("ali", "a newcomer"):  # nobody is awake, and the account allows nobody outside the window
        assert (await house.says("and bread?", who=who)).startswith("closing")
        assert [sent["text"] for sent in house.sent()][-2] == "re: and bread?"
        assert await house.says("and salt?", who=who) == "re: and salt?"
    assert [one.free for one in await closing.sunsets.unsaid("plan", before_ms=house.clock.now_ms() + 1, limit=10)] == []
    await house.clock.advance(2.1 * 86_400)
    assert (await house.says("and oil?", who="ali")).startswith("closing")
    assert await house.says("and olives?", who="ali") == "re: and olives?"
    assert house.rows("select milestone, count(*) from sunset_told group by 1 order by 1") == [("announce", 2), ("remind", 1)]


async def test_an_announcement_that_could_not_go_out_before_the_reminder_was_told_is_overtaken(closing: Closing) -> None:
    house = closing.house
    await house.says("hello", who="ali")
    now = house.clock.now_ms()
    texts = [Wording(texts={"en": f"closing, {name}: {{link}}"}) for name in ("first", "second")]
    later = Milestone(name="remind", at_ms=now + DAY_MS, wording=texts[1])
    await closing.plan(milestones=(Milestone(name="announce", at_ms=now, wording=texts[0]), later))
    house.network.on("POST", SEND_URL, answer("down", status=503))
    await closing.carry()
    failed = len(house.sent())
    await house.clock.advance(1.1 * 86_400)
    await closing.tell.look()
    house.network.on("POST", SEND_URL, answer("n"))
    for _ in range(3):
        while await house.step():
            pass
        await house.clock.advance(700)
    assert ["second" in sent["text"] for sent in house.sent()[failed:]] == [True]
    verdict = house.rows("select state, verdict from delivery where verdict like '%overtaken%'")
    assert [state for state, _ in verdict] == ["failed"]
    assert (await closing.sunsets.progress("plan")).by_milestone["announce"] == {"overtaken": 1}
    await closing.sunsets.mark("plan", after=None, limit=10, now_ms=house.clock.now_ms())
    assert (await closing.sunsets.progress("plan")).unreachable == {}


async def test_whoever_asked_for_the_link_is_not_told_by_the_same_answer(closing: Closing) -> None:
    await closing.house.says("hello")
    await closing.plan()
    assert "history comes along" in await closing.house.says("How do I keep my chats?")
    assert len([sent for sent in closing.house.sent() if sent["text"].startswith("closing")]) == 0


async def test_a_plan_that_was_paused_a_moment_ago_tells_nobody_who_writes(closing: Closing) -> None:
    await closing.house.says("hello")
    plan = await closing.plan()
    assert await closing.house.says("hello again") != "re: hello again"  # told
    await closing.sunsets.put(replace(plan, state="paused"))
    assert await closing.house.says("hello", who="bea") == "re: hello"


async def test_people_whom_the_plan_leaves_out_are_served_as_ever(closing: Closing) -> None:
    house = closing.house
    await house.says("hello")
    await closing.plan(regions=("EG",), milestones=())
    await house.clock.advance(10 * 86_400 + 1)
    assert await house.says("still there?") == "re: still there?"


@pytest.mark.parametrize("text", ["how can I save my history?", "Can I keep these chats", "كيف احتفظ بمحادثاتي", "اين سجلي"])
def test_questions_about_keeping_are_known(text: str) -> None:
    assert asks_to_keep(text)


@pytest.mark.parametrize("text", ["keep the change", "ما أسعار الخبز؟", "", "x" * 500])
def test_other_questions_are_not(text: str) -> None:
    assert not asks_to_keep(text)
