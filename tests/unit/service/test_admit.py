"""The gate in a small house: windows, templates, other addresses, opting out, and what a killed process leaves."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.unit.service.house import SEND_URL, House, build

from wasl.domain.identity import LinkRecord
from wasl.domain.ids import DeliveryId, MessageId
from wasl.domain.message import Template, Text
from wasl.domain.person import AddressKey
from wasl.domain.trouble import NO_CARE, Care
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.service.acting import Approved, Party
from wasl.service.admit import LOOK_AGAIN_MS, Admit
from wasl.service.instead import Instead
from wasl.service.judging import Gate
from wasl.service.rules_in_force import RulesInForce
from wasl.service.tally import Tally
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.network import answer

META = next(channel for channel in shipped_book().channels if channel.startswith("wha"))
DAY = 86_400.0
BURST = 45  # what one person may get at once, by the rule wa.limit.pair
TEMPLATES = (
    Approved(name="news", language="en", category="marketing", characters_max=600),
    Approved(name="reply", language="en", category="utility", characters_max=600),
    Approved(name="short_reply", language="en", category="utility", characters_max=3),
    Approved(name="reply_ar", language="ar", category="utility", characters_max=600),
)


NO_STATUSES: Mapping[str, str] = {}


def gated(
    tmp_path: Path,
    *,
    templates: tuple[Approved, ...] = (),
    mode: Any = "strict",
    care: Care = NO_CARE,
    statuses: Mapping[str, str] = NO_STATUSES,
    **deployment: Any,
) -> House:
    async def status(channel: str, part: Template) -> str | None:
        return statuses.get(part.name)

    async def careful(channel: str) -> Care:
        return care

    def make(store: SqliteStore, clock: TestClock) -> Gate:
        rules = RulesInForce(base=shipped_book(), texts=None, clock=clock)
        own = Deployment(**({"home_region": "EG"} | deployment))
        parties = {
            "letters": Party(name="letters", kind=META, deployment=own, mode=mode, templates=templates),
            "cards": Party(name="cards", kind="cards", deployment=own),
        }
        instead = Instead(rules=rules, parties=parties, people=store.people, standings=store.standings, status=status)
        tally = Tally(counting=store.counting, clock=clock)
        return Admit(rules=rules, parties=parties, tally=tally, clock=clock, instead=instead, standings=store.standings, care=careful)

    house = build(tmp_path, make_gate=make)
    house.network.on("POST", SEND_URL, answer("n"))
    return house


async def says(house: House, words: str, *, part: Any = None, channel: str = "letters", author: Any = "operator") -> str:
    """The operator says something to the person; everything due is done. Gives the delivery's id."""
    found = await house.store.find_address(AddressKey(channel=channel, scope="desk", handle="ali", kind="account"))
    assert found is not None
    parts = (part or Text(text=words),)
    message = NewMessage(id=MessageId(house.clock.new_id()), author=author, parts=parts)
    delivery = NewDelivery(id=DeliveryId(house.clock.new_id()), address=found[0], position=0, parts=parts)
    await house.store.say(conversation_id=found[1], message=message, deliveries=[delivery], now_ms=house.clock.now_ms())
    while await house.step():
        pass
    return delivery.id


def told(house: House, delivery: str) -> tuple[str, int, dict[str, Any], str]:
    state, due, verdict, channel = house.rows(f"select state, due_ms, verdict, channel from delivery where id = '{delivery}'")[0]
    return state, due, json.loads(verdict), channel


async def test_what_comes_after_the_window_waits_until_the_person_writes_and_then_goes_first(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    await house.says("hello")
    await house.clock.advance(DAY + 1)
    delivery = await says(house, "your order is ready")
    state, due, verdict, _ = told(house, delivery)
    assert (state, verdict["waits_for"], verdict["reasons"][0]["rule"]) == ("queued", "person", "wa.window.24h")
    assert due == house.clock.now_ms() + LOOK_AGAIN_MS
    assert [one["text"] for one in house.sent()] == ["re: hello"]
    await house.says("are you there?")
    assert [one["text"] for one in house.sent()] == ["re: hello", "your order is ready", "re: are you there?"]
    await house.store.close()


async def test_what_is_held_is_looked_at_again_and_stands_aside_for_what_may_go(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    await house.says("hello")
    template = Template(name="news", language="en", category="marketing")
    delivery = await says(house, "", part=template)
    assert told(house, delivery)[2]["waits_for"] == "operator", "nobody agreed to advertising"
    assert await house.says("a question") == "re: a question", "the answer does not wait behind it"
    await house.store.standings.set_consent(
        AddressKey(channel="letters", scope="desk", handle="ali", kind="account"),
        purpose="marketing",
        given=True,
        at_ms=house.clock.now_ms(),
    )
    await house.clock.advance(LOOK_AGAIN_MS / 1000)
    while await house.step():
        pass
    assert told(house, delivery)[0] == "sent"
    await house.store.close()


async def test_the_cheapest_approved_template_that_fits_carries_an_answer_whose_window_has_closed(tmp_path: Path) -> None:
    house = gated(tmp_path, templates=TEMPLATES)
    await house.store.open()
    await house.says("hello")
    await house.clock.advance(DAY + 1)
    delivery = await says(house, "your order\nis ready")
    state, _, verdict, _ = told(house, delivery)
    assert (state, verdict["template"], verdict["instead_of"]) == ("sent", "reply", ["wa.window.24h"])
    assert house.sent()[-1]["text"] == "your order is ready"
    await house.store.close()


async def test_without_a_template_it_goes_to_another_address_that_the_person_wrote_from(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    await house.says("hello")
    await house.says("hello", channel="cards")
    here, there = [
        await house.store.find_address(AddressKey(channel=channel, scope="desk", handle="ali", kind="account"))
        for channel in ("letters", "cards")
    ]
    assert here is not None
    assert there is not None
    link = LinkRecord(id=house.clock.new_id(), one=here[1], other=there[1], proof="code", by="person", at_ms=house.clock.now_ms())
    await house.store.people.link(link=link, now_ms=house.clock.now_ms())
    await house.clock.advance(DAY + 1)
    delivery = await says(house, "your order is ready")
    state, _, verdict, channel = told(house, delivery)
    assert (state, channel) == ("sent", "cards")
    assert verdict["effect"] == "allow"
    await house.store.close()


async def test_who_opted_out_is_not_written_to_and_the_delivery_says_why(tmp_path: Path) -> None:
    house = gated(tmp_path, templates=TEMPLATES)
    await house.store.open()
    await house.says("hello")
    key = AddressKey(channel="letters", scope="desk", handle="ali", kind="account")
    await house.store.standings.set_consent(key, purpose="all", given=False, at_ms=house.clock.now_ms())
    delivery = await says(house, "", part=Template(name="reply", language="en", category="utility", values=("x",)))
    assert told(house, delivery)[0] == "failed"
    assert told(house, delivery)[2]["reasons"][0]["rule"] == "wa.opt_in"
    await house.store.close()


async def test_a_person_who_never_stops_writing_is_answered_at_the_platforms_pace_and_nothing_is_dropped(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    for n in range(50):
        await house.says(f"q{n}")
    assert len(house.sent()) == 45
    for _ in range(10):
        await house.clock.advance(60)
        while await house.step():
            pass
    assert [one["text"] for one in house.sent()] == [f"re: q{n}" for n in range(50)]
    await house.store.close()


async def test_a_process_that_dies_between_counting_and_sending_leaves_the_count_and_loses_nothing(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    await house.says("hello")

    async def dies(*_: object, **__: object) -> Any:
        raise Killed

    send = house.deliver._send
    house.deliver._send = dies  # type: ignore[method-assign]  # the plug is pulled after the count, before the call
    with contextlib.suppress(Killed):
        await house.says("again")
    house.deliver._send = send  # type: ignore[method-assign]
    await house.clock.advance(60)
    for _ in range(3):
        while await house.step():
            pass
        await house.clock.advance(60)
    assert [one["text"] for one in house.sent()] == ["re: hello", "re: again"]
    numbers = [n for (n,) in house.rows("select number from tally where key like 'month:%'")]
    assert numbers in ([], [3]), "what was counted before the kill stands: once too many is the careful side"
    await house.store.close()


class Killed(BaseException):
    """Stands in for the end of the process."""


def spied(house: House) -> list[str]:
    """Writes down which commits are made."""
    made: list[str] = []
    write = house.store._write

    async def told(act: Any) -> Any:
        made.append(act.__qualname__.split(".")[1])
        return await write(act)

    house.store._write = told  # type: ignore[method-assign]  # only looks on
    return made


async def test_an_answer_is_judged_before_its_turn_is_closed_and_counted_and_begun_in_that_commit(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    made = spied(house)
    await house.says("hello")
    assert [one for one in made if one != "claim"] == ["receive", "close_turn", "settle"]
    assert house.rows("select count(*) from tally where key like '%:%' and at_us > 0")[0][0] >= 1
    assert house.rows("select state, attempt from delivery") == [("sent", 1)]
    await house.store.close()


async def test_who_dies_while_an_answer_waits_for_its_place_leaves_no_doubt_and_it_goes_out_at_once(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    for number in range(BURST):
        await house.says(f"{number}")
    before = len(house.sent())
    await house.clock.advance(BURST * 6 - 4)  # everything is paid back in a moment

    async def dies(seconds: float) -> None:
        raise Killed

    sleep, house.clock.sleep = house.clock.sleep, dies  # type: ignore[method-assign]  # the plug is pulled while it waits
    with contextlib.suppress(Killed):
        await house.says("again")
    house.clock.sleep = sleep  # type: ignore[method-assign]
    assert house.rows("select state, attempt from delivery where state <> 'sent'") == [("queued", 0)]
    await house.clock.advance(30)  # the dead one's lease
    while await house.step():
        pass
    assert [one["text"] for one in house.sent()[before:]] == ["re: again"]
    await house.store.close()


async def test_later_pieces_of_an_answer_are_queued_until_each_is_sent(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    states: list[list[str]] = []
    send = house.deliver._send

    async def looks(*given: Any, **named: Any) -> Any:
        states.append([state for (state,) in house.rows("select state from delivery order by position")])
        return await send(*given, **named)

    house.deliver._send = looks  # type: ignore[method-assign]  # only looks on
    await house.says("word " * 100)
    assert states == [["sending", "queued", "queued"], ["sent", "sending", "queued"], ["sent", "sent", "sending"]]
    await house.store.close()


async def test_what_the_operator_says_while_the_model_is_asked_goes_first_and_nothing_is_sent_unsaid(tmp_path: Path) -> None:
    house = gated(tmp_path)
    await house.store.open()
    await house.says("hello")

    async def meanwhile() -> None:
        house.ask.before = None
        found = await house.store.find_address(AddressKey(channel="letters", scope="desk", handle="ali", kind="account"))
        assert found is not None
        words = (Text(text="One moment, please."),)
        message = NewMessage(id=MessageId(house.clock.new_id()), author="operator", parts=words)
        delivery = NewDelivery(id=DeliveryId(house.clock.new_id()), address=found[0], position=0, parts=words)
        await house.store.say(conversation_id=found[1], message=message, deliveries=[delivery], now_ms=house.clock.now_ms())

    house.ask.before = meanwhile
    await house.says("a question")
    assert [one["text"] for one in house.sent()] == ["re: hello", "One moment, please.", "re: a question"]
    assert house.rows("select distinct state, attempt from delivery") == [("sent", 1)]
    await house.store.close()


async def test_watching_keeps_the_verdict_counts_and_stops_nothing(tmp_path: Path) -> None:
    house = gated(tmp_path, mode="watch")
    await house.store.open()
    await house.says("hello")
    await house.clock.advance(DAY + 1)
    delivery = await says(house, "late")
    state, _, verdict, _ = told(house, delivery)
    assert (state, verdict["effect"], verdict["mode"]) == ("sent", "refuse", "watch")
    await house.store.close()


async def test_watching_lets_nobody_wait_who_is_written_to_more_often_than_the_platform_allows(tmp_path: Path) -> None:
    house = gated(tmp_path, mode="watch")
    await house.store.open()
    began = house.clock.monotonic()
    for number in range(BURST + 5):
        assert await house.says(f"{number}") == f"re: {number}"
    assert house.clock.monotonic() - began < 6.0, "the platform's pace is six seconds a message"
    await house.store.close()


async def test_a_channel_in_trouble_takes_what_is_not_certain_strictly_also_at_the_gate(tmp_path: Path) -> None:
    effects = {}
    for name, care in (("calm", NO_CARE), ("trouble", Care(strict=True))):
        (tmp_path / name).mkdir()
        house = gated(tmp_path / name, mode="lenient", care=care)
        await house.store.open()
        await house.says("hello")
        rows = house.rows("select verdict from delivery")
        effects[name] = json.loads(rows[-1][0]).get("mode", "strict")
        await house.store.close()
    assert effects == {"calm": "lenient", "trouble": "strict"}


async def test_a_template_that_the_platform_does_not_approve_waits_until_it_does(tmp_path: Path) -> None:
    statuses = {"reply": "paused"}
    house = gated(tmp_path, statuses=statuses)
    await house.store.open()
    await house.says("hello")
    part = Template(name="reply", language="en", category="utility", values=("x",))
    state, _, verdict, _ = told(house, await says(house, "", part=part))
    assert (state, verdict["waits_for"]) == ("queued", "operator")
    assert verdict["reasons"][0]["rule"] == "platform.template"
    assert "paused" in verdict["reasons"][0]["ar"]
    statuses.clear()
    await house.clock.advance(LOOK_AGAIN_MS / 1000 + 1)
    while await house.step():
        pass
    assert house.rows("select state from delivery order by created_ms desc, id desc limit 1")[0][0] == "sent"
    await house.store.close()
