"""The gate that no rule opens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.unit.service.house import SEND_URL, Letters, build
from tests.unit.service.test_judging import Door

from wasl.domain.ids import DeliveryId, MessageId
from wasl.domain.message import Part, Template, Text
from wasl.domain.trouble import Care
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.policy.person_words import opt_words
from wasl.policy.shipped_rules import shipped_book
from wasl.service.attend import Attend, Manners
from wasl.service.hand_over import HandOver
from wasl.service.judging import Gate, Step
from wasl.service.moderate import Moderate, Standards
from wasl.service.respect import Respect
from wasl.testing.network import answer


class Guarded:
    """A house whose gate respects people."""

    def __init__(self, folder: Path) -> None:
        self.care = Care()
        self.forbidden = False
        self.hand_over: HandOver

        async def care(channel: str) -> Care:
            return self.care

        def steps(store: Any, bus: Any, clock: Any, channels: Any) -> Sequence[Step]:
            hand_over = HandOver(store=store, bus=bus, clock=clock, channels=channels, wait_minutes=30, return_minutes=60, language="en")
            self.hand_over = hand_over
            moderate = Moderate(hand_over=hand_over, standards=Standards(emergency={"en": "Call for help."}))
            attend = Attend(
                store=store,
                standings=store.standings,
                clock=clock,
                hand_over=hand_over,
                help_first=moderate.help,
                words=lambda name: opt_words(shipped_book(), name),
                manners=Manners(name="Wasl", operator_takes=False),
            )
            return attend, moderate

        def gate(store: Any, clock: Any) -> Gate:
            return Respect(inner=Door(), standings=store.standings, clock=clock, care=care, forbidden=lambda _: self.forbidden)

        self.house = build(folder, steps=steps, make_gate=gate)
        self.house.network.on("POST", SEND_URL, answer("n"))

    async def speak(self, part: Part, *, author: Any = "operator") -> str:
        """Sends a word that answers nothing; gives what became of it."""
        house = self.house
        found = await house.store.find_address(Letters().letter("k", "t").address)
        assert found
        address, home = found
        message = NewMessage(id=MessageId(house.clock.new_id()), author=author, parts=(part,))
        delivery = NewDelivery(id=DeliveryId(house.clock.new_id()), address=address, position=0, parts=(part,))
        await house.store.say(conversation_id=home, message=message, deliveries=[delivery], now_ms=house.clock.now_ms())
        await house.step()
        return str(house.rows(f"select state from delivery where id = '{delivery.id}'")[0][0])


SALE = Template(name="sale", language="en", category="MARKETING")


async def test_after_an_opt_out_only_the_farewell_goes_out(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    await guarded.house.store.open()
    assert "START" in await guarded.house.says("stop")
    assert await guarded.speak(Text(text="news"), author="system") == "failed"
    assert await guarded.speak(SALE, author="system") == "failed"
    assert await guarded.speak(Text(text="Rima here, sorry to see you go")) == "sent"
    guarded.forbidden = True
    assert await guarded.speak(Text(text="Rima again")) == "failed"
    assert "Welcome" in await guarded.house.says("start")
    assert await guarded.speak(Text(text="news"), author="system") == "sent"
    await guarded.house.store.close()


async def test_who_wants_no_marketing_gets_everything_else(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    house = guarded.house
    await house.store.open()
    assert await house.says("hello") == "re: hello"
    await house.store.standings.set_consent(
        Letters().letter("k", "t").address, purpose="marketing", given=False, at_ms=house.clock.now_ms()
    )
    assert await guarded.speak(SALE, author="system") == "failed"
    assert await guarded.speak(Text(text="your order is ready"), author="system") == "sent"
    assert await house.says("more") == "re: more"
    await house.store.close()


async def test_a_channel_in_trouble_runs_no_campaign_until_it_is_cleared(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    house = guarded.house
    await house.store.open()
    await house.says("hello")
    guarded.care = Care(campaigns=False)
    assert await guarded.speak(SALE, author="system") == "queued"
    guarded.care = Care()
    await house.clock.advance(31 * 60)
    await house.step()
    assert house.rows("select state from delivery order by created_ms desc limit 1") == [("sent",)]
    await house.store.close()


async def test_who_opted_out_and_may_be_in_danger_gets_the_text_and_a_human_who_can_write_back(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    house = guarded.house
    guarded.forbidden = True
    await house.store.open()
    await house.says("stop")
    sent = len(house.sent())
    assert await house.says("are you open today?") == house.sent()[sent - 1]["text"]
    assert len(house.sent()) == sent
    assert "Call for help" in await house.says("I want to kill myself")
    assert house.rows("select note from turn order by seq desc limit 1") == [("sounds like an emergency: self_harm",)]
    (handoff,) = await house.store.standings.handoffs(limit=5)
    assert (handoff.why, handoff.waits) == ("emergency", True)
    assert await guarded.speak(Text(text="This is Rima. I am here.")) == "sent"
    assert await guarded.speak(Text(text="news"), author="system") == "failed"
    assert await guarded.speak(SALE) == "failed"
    await guarded.hand_over.give_back(handoff.conversation_id, by="operator")
    assert await guarded.speak(Text(text="and another thing")) == "failed"
    assert (await house.store.standings.permission(Letters().letter("k", "t").address)).opted_out
    await house.store.close()


async def test_a_stop_beside_words_of_an_emergency_ends_messages_and_still_leads_to_help(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    house = guarded.house
    await house.store.open()
    await house.write("one", "I want to kill myself")
    await house.write("two", "stop")
    while await house.step():
        pass
    words = " ".join(one["text"] for one in house.sent())
    assert "Call for help" in words
    assert "START" in words
    assert (await house.store.standings.permission(Letters().letter("k", "t").address)).opted_out
    await house.store.close()


async def test_who_waits_for_a_human_and_may_be_in_danger_is_led_to_help_once(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    house = guarded.house
    await house.store.open()
    await house.says("I want to talk to a human")
    assert "Call for help" in await house.says("I want to kill myself")
    (handoff,) = await house.store.standings.handoffs(limit=5)
    assert handoff.why == "emergency"
    sent = len(house.sent())
    await house.says("I want to kill myself")
    assert len(house.sent()) == sent
    await guarded.hand_over.take(handoff.conversation_id, channel="letters", by="rima")
    assert [one.why for one in await house.store.standings.handoffs(limit=5)] == ["emergency"]
    await house.store.close()


async def test_an_emergency_that_nobody_took_in_time_leads_to_help_again_for_who_opted_out(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path)
    house = guarded.house
    await house.store.open()
    await house.says("stop")
    await house.says("I want to kill myself")
    sent = len(house.sent())
    await house.clock.advance(31 * 60)
    await house.says("I want to kill myself")
    assert len(house.sent()) == sent + 1
    (handoff,) = await house.store.standings.handoffs(limit=5)
    assert handoff.why == "emergency"
    await house.store.close()
