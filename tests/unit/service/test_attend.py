"""Opting out, coming back, asking for a human: what happens before anybody is asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.unit.service.house import SEND_URL, House, Letters, build

from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.rule import Duty, Verdict
from wasl.policy.person_words import opt_words
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.store import Timer
from wasl.service.attend import Attend, Manners
from wasl.service.disclose import Disclose
from wasl.service.hand_over import RETURN_TIMER, HandOver
from wasl.service.judging import Case, End, Step
from wasl.testing.network import answer


class Rules:
    """Stands for the step of the rules: asks for what a test wants."""

    kinds: tuple[Any, ...] = ()

    def __init__(self) -> None:
        self.moments: list[str | None] = []

    async def before(self, case: Case) -> End | None:
        self.moments.append(case.moment)
        duties = tuple(Duty(kind=kind, rule=f"rule.{kind}", text="") for kind in self.kinds)
        case.verdict = Verdict(effect="allow", duties=duties)
        return None


class Hands:
    """A house with attention, rules and disclosure, and what gives to humans."""

    def __init__(self, folder: Path, **manners: Any) -> None:
        self.hand_over: HandOver
        self.rules = Rules()

        def steps(store: Any, bus: Any, clock: Any, channels: Any) -> Sequence[Step]:
            self.hand_over = HandOver(
                store=store, bus=bus, clock=clock, channels=channels, wait_minutes=30, return_minutes=60, language="en"
            )
            attend = Attend(
                store=store,
                standings=store.standings,
                clock=clock,
                hand_over=self.hand_over,
                words=lambda name: opt_words(shipped_book(), name),
                manners=Manners(name="Wasl", **manners),
            )
            return attend, self.rules, Disclose(standings=store.standings, name="Wasl")

        self.house: House = build(folder, steps=steps)
        self.house.network.on("POST", SEND_URL, answer("n"))

    async def __aenter__(self) -> "Hands":
        await self.house.store.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.house.store.close()

    async def says(self, text: str, **more: Any) -> str:
        return await self.house.says(text, **more)

    def count(self) -> int:
        return len(self.house.sent())

    async def fire_timers(self) -> None:
        """Does what is due, as Alarms would."""
        clock = self.house.clock
        for timer in await self.house.store.due_timers(now_ms=clock.now_ms(), limit=50, lease_ms=60_000):
            assert timer.kind == RETURN_TIMER
            await self.hand_over.returned(timer)
            await self.house.store.drop_timer(kind=timer.kind, key=timer.key)
        while await self.house.step():
            pass


async def test_stop_is_confirmed_once_and_then_kept(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        assert await hands.says("hello") == "re: hello"
        assert "START" in await hands.says("STOP!")
        sent = hands.count()
        await hands.says("and now?")
        await hands.says("talk to a human")
        assert hands.count() == sent
        rows = hands.house.rows("select state, note from turn order by seq")
        assert rows[1] == ("answered", "opt-out")
        assert [r[0] for r in rows[2:]] == ["noted", "noted"]
        assert hands.house.rows("select channel, handle, purpose, given from consent") == [("letters", "ali", "all", 0)]
        assert await hands.says("start") == "Welcome back. We answer you here again."
        assert await hands.says("hello again") == "re: hello again"


async def test_stop_is_answered_in_the_language_it_is_written_in_and_only_ends_its_own_channel(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        assert "ابدأ" in await hands.says("إلغاء الاشتراك")
        hands.house.letters.name = "letters"
        assert await hands.says("hello", channel="cards", who="mona") == "re: hello"


async def test_a_word_like_stop_within_a_sentence_is_an_ordinary_message(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        assert await hands.says("Where does the bus stop?") == "re: Where does the bus stop?"
        assert await hands.says("start") == "re: start"
        assert hands.house.rows("select count(*) from consent") == [(0,)]


async def test_a_human_is_told_and_the_assistant_is_silent(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        assert "A person has been told" in await hands.says("I want to talk to a human")
        sent = hands.count()
        await hands.says("my order is broken")
        assert hands.count() == sent
        assert hands.house.rows("select state, note from turn order by seq") == [
            ("answered", "handed to a human"),
            ("noted", "a human has the conversation"),
        ]
        (handoff,) = await hands.house.store.standings.handoffs(limit=5)
        assert (handoff.why, handoff.channel, handoff.waits) == ("asked", "letters", True)


async def test_asking_twice_opens_one_handoff(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        await hands.says("human")
        await hands.says("human")
        assert hands.house.rows("select count(*) from handoff") == [(1,)]


async def test_the_operator_gives_it_back_and_the_next_answer_says_who_answers(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        hands.rules.kinds = ("disclose_ai",)
        await hands.says("hello")
        await hands.says("human")
        (handoff,) = await hands.house.store.standings.handoffs(limit=5)
        await hands.hand_over.take(handoff.conversation_id, channel="letters", by="Rima")
        await hands.hand_over.give_back(handoff.conversation_id, by="operator")
        await hands.house.clock.advance(1)
        said = await hands.says("and the price?")
        assert said == "The AI assistant Wasl answers again.\n\nre: and the price?"
        assert hands.rules.moments == ["first_interaction", "human_to_bot"]


async def test_who_waits_may_go_on_with_the_assistant(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        await hands.says("human")
        assert await hands.says("assistant") == "The assistant answers you here again."
        assert await hands.says("opening hours") == "re: opening hours"


async def test_where_nobody_comes_the_person_hears_so_and_the_assistant_goes_on(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        await hands.says("أريد موظفًا")
        await hands.house.clock.advance(31 * 60)
        await hands.fire_timers()
        assert hands.house.sent()[-1]["text"].startswith("نعتذر، لم يتفرغ أحد")
        assert (await hands.says("متى تفتحون؟")).startswith("re:")
        assert hands.house.rows("select ended_by from handoff") == [("time",)]


async def test_a_humans_word_postpones_the_return(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        await hands.says("human")
        (handoff,) = await hands.house.store.standings.handoffs(limit=5)
        await hands.house.clock.advance(29 * 60)
        await hands.hand_over.take(handoff.conversation_id, channel="letters", by="Rima")
        await hands.house.clock.advance(5 * 60)
        sent = hands.count()
        await hands.fire_timers()
        await hands.says("thank you")
        assert hands.count() == sent
        await hands.house.clock.advance(61 * 60)
        await hands.fire_timers()
        assert hands.count() == sent, "somebody came: nothing is to be excused"
        assert await hands.says("another question") == "re: another question"


async def test_a_return_whose_timer_never_fired_is_seen_by_the_next_message(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        await hands.says("human")
        await hands.house.clock.advance(31 * 60)
        assert await hands.says("hello?") == "re: hello?"


async def test_a_word_typed_in_the_platforms_own_app_keeps_the_assistant_silent(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        await hands.says("hello")
        await echo(hands, "Rima here, let me look")
        sent = hands.count()
        await hands.says("thanks")
        assert hands.count() == sent
        (handoff,) = await hands.house.store.standings.handoffs(limit=5)
        assert (handoff.why, handoff.waits) == ("operator", False)
        await hands.hand_over.give_back(handoff.conversation_id, by="operator")
        await hands.house.clock.advance(1)
        assert await hands.says("and now?") == "re: and now?"


async def test_where_a_setting_says_so_an_operators_word_changes_nothing(tmp_path: Path) -> None:
    async with Hands(tmp_path, operator_takes=False) as hands:
        await hands.says("hello")
        await echo(hands, "only a remark")
        assert await hands.says("go on") == "re: go on"


async def test_the_duty_to_say_that_an_ai_answers_is_done_once_a_session_and_channel(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        hands.rules.kinds = ("disclose_ai", "way_to_human")
        told = "I am Wasl, an AI assistant. Send “human” at any time to reach a person."
        assert await hands.says("hello") == f"{told}\n\nre: hello"
        hands.rules.kinds = ("way_to_human",)  # the rule on disclosure finds its moment over
        assert await hands.says("more") == "re: more"
        assert hands.rules.moments == ["first_interaction", "continued"]
        await hands.house.clock.advance(25 * 3600)
        assert (await hands.says("a day later")).startswith("I am Wasl, an AI assistant.")
        assert hands.rules.moments[-1] == "after_long_pause"


async def test_it_is_said_in_the_persons_language(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        hands.rules.kinds = ("disclose_ai",)
        assert (await hands.says("متى تفتحون؟")).startswith("أنا وصل، مساعد يعمل بالذكاء الاصطناعي.")


async def echo(hands: Hands, text: str) -> None:
    """A human answers in the platform's own app."""
    house = hands.house
    await house.clock.advance(1)
    key = Letters().letter("x", "x").address
    arrival = Arrival(
        key=house.clock.new_id(),
        address=key,
        parts=(Text(text=text),),
        sent_at_ms=house.clock.now_ms(),
        author="operator",
        wants_answer=False,
    )
    await house.receive.events("letters", raw=b"", events=[arrival])


async def test_a_timer_of_a_conversation_that_is_gone_does_nothing(tmp_path: Path) -> None:
    async with Hands(tmp_path) as hands:
        gone = Timer(kind=RETURN_TIMER, key="x", due_ms=0, payload={"conversation": "00000000-0000-7000-8000-000000000000"})
        await hands.hand_over.returned(gone)
