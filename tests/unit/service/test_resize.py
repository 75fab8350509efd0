"""What a rule wants smaller than the channel is cut: an answer before it is stored, anything else at the gate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.service.house import SEND_URL, House, Letters, build
from tests.unit.service.test_admit import META, Killed, says, told

from wasl.domain.ids import AddressId, DeliveryId, MessageId, PersonId
from wasl.domain.limits import Limits
from wasl.domain.message import Part, Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.service.acting import Party
from wasl.service.admit import Admit
from wasl.service.resize import Resize, bounded
from wasl.service.rules_in_force import RulesInForce
from wasl.service.tally import Tally
from wasl.testing.clock import TestClock
from wasl.testing.network import answer
from wasl.wire.markup import measure

OWN = """
[[rule]]
id = "own.short"
channel = "{channel}"
effect = "limit"
predicate = {{ {predicate} }}
requires = {{ en = "Short messages.", ar = "رسائل قصيرة." }}
{place}
from = 2020-01-01
seen = 2020-01-01
source = "own"
"""
WORDS = " ".join(f"word{n}" for n in range(40))


def rules(predicate: str, *, region: str = "") -> RulesInForce:
    text = OWN.format(channel=META, predicate=predicate, place=f'regions = ["{region}"]' if region else "") if predicate else ""
    return RulesInForce(base=shipped_book(), texts=(lambda: {"own.toml": text}) if text else None, clock=TestClock())


def party(limits: Limits, *, mode: Any = "strict") -> Party:
    deployment = Deployment(home_region="EG")
    return Party(name="letters", kind=META, deployment=deployment, mode=mode, measure=measure(limits), limits=limits)


def address(phone: str = "+201001234567") -> Address:
    key = AddressKey(channel="letters", scope="desk", handle=phone, kind="phone")
    return Address(id=AddressId("a"), person_id=PersonId("p"), key=key, last_inbound_ms=TestClock().now_ms())


def resized(predicate: str, *parts: Part, mode: Any = "strict", region: str = "", to: Address | None = None) -> Sequence[Any]:
    channel, book = Letters(text_max=150), rules(predicate, region=region)
    made = Resize(
        book=lambda: book.book,
        parties={"letters": party(channel.limits, mode=mode)},
        channels={"letters": channel},  # type: ignore[dict-item]
        clock=TestClock(),
    )
    return [piece[0].text for piece in made(parts, to or address(), False)]


def test_an_answer_is_cut_by_the_smaller_of_channel_and_rule_and_loses_no_word() -> None:
    by_channel = resized("", Text(text=WORDS))
    assert max(map(len, by_channel)) > 60
    pieces = resized("max_text_chars = 60", Text(text=WORDS))
    assert max(map(len, pieces)) <= 60
    assert " ".join(pieces) == " ".join(by_channel) == WORDS
    assert resized("max_text_chars = 4000", Text(text=WORDS)) == by_channel


def test_a_bound_in_bytes_holds_for_letters_of_several_bytes() -> None:
    arabic = " ".join(["كلمة"] * 30)
    pieces = resized("max_text_bytes = 60", Text(text=arabic))
    assert max(len(piece.encode()) for piece in pieces) <= 60
    assert " ".join(pieces) == arabic


def test_a_rule_of_another_country_and_one_that_is_only_watched_cut_nothing() -> None:
    by_channel = resized("", Text(text=WORDS))
    assert resized("max_text_chars = 60", Text(text=WORDS), region="DE") == by_channel
    assert resized("max_text_chars = 60", Text(text=WORDS), mode="watch") == by_channel
    assert len(resized("max_text_chars = 60", Text(text=WORDS), region="DE", to=address("+491701234567"))) > len(by_channel)


@pytest.mark.parametrize(("sizes", "text_max", "caption_max"), [((), 100, 50), ((("max_text_chars", 20),), 20, 20)])
def test_captions_keep_the_bound_too(sizes: Any, text_max: int, caption_max: int) -> None:
    limits, _ = bounded(Limits(text_max=100, caption_max=50), sizes)
    assert (limits.text_max, limits.caption_max) == (text_max, caption_max)


SHORT = " ".join(f"word{n}" for n in range(14))


def narrow(folder: Path) -> House:
    """A house whose rule for short messages came after what is stored."""
    in_force = rules("max_text_chars = 60")

    def make(store: Any, clock: TestClock) -> Admit:
        parties = {"letters": party(Limits(text_max=4_000))}
        return Admit(rules=in_force, parties=parties, tally=Tally(counting=store.counting, clock=clock), clock=clock)

    house = build(folder, make_gate=make, text_max=4_000)
    house.network.on("POST", SEND_URL, answer("n"))
    return house


async def test_what_was_stored_before_the_rule_came_is_cut_at_the_gate_and_each_piece_is_a_delivery(tmp_path: Path) -> None:
    house = narrow(tmp_path)
    await house.store.open()
    await house.says("hello")
    delivery = await says(house, WORDS)
    state, _, verdict, _ = told(house, delivery)
    assert state == "sent"
    assert verdict["cut_into"] == 5
    assert verdict["cut_by"] == ["own.short"]
    pieces = house.rows("select id, state, verdict from delivery order by seq, position")[-5:]
    assert [(row[1], msgspec.json.decode(row[2])["cut_into"]) for row in pieces] == [("sent", 5)] * 5
    assert [one["tag"] for one in house.sent()[-5:]] == [row[0] for row in pieces]
    assert " ".join(one["text"] for one in house.sent()[-5:]) == WORDS
    await house.store.close()


async def dies_at(folder: Path, passing: int) -> tuple[list[str], bool]:
    """Sends what must be cut and pulls the plug at the given passing of a commit or a request; gives what reached the person in the
    end, and whether the plug was pulled. What the platform took it confirms."""
    left = [passing]

    def pass_by() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    house = narrow(folder)
    await house.store.open()
    await house.says("hello")
    write, perform = house.store._write, house.network.perform

    async def written(act: Any) -> Any:
        pass_by()
        result = await write(act)
        pass_by()
        return result

    async def performed(call: Any) -> Any:
        pass_by()
        reply = await perform(call)
        pass_by()
        return reply

    found = await house.store.find_address(AddressKey(channel="letters", scope="desk", handle="ali", kind="account"))
    assert found is not None
    message = NewMessage(id=MessageId(house.clock.new_id()), author="operator", parts=(Text(text=SHORT),))
    delivery = NewDelivery(id=DeliveryId(house.clock.new_id()), address=found[0], position=0, parts=message.parts)
    await house.store.say(conversation_id=found[1], message=message, deliveries=[delivery], now_ms=house.clock.now_ms())
    house.store._write, house.network.perform = written, performed  # type: ignore[method-assign]
    try:
        while await house.step():
            pass
        return [one["text"] for one in house.sent()[1:]], False
    except Killed:
        took = house.sent()[1:]
    finally:
        house.store._write = write  # type: ignore[method-assign]
        await house.store.close()
    after = narrow(folder)
    await after.clock.advance(house.clock.now_ms() / 1000 - after.clock.now_ms() / 1000 + 31)  # the dead one's lease
    await after.store.open()
    for one in took:
        await after.tell(one["tag"], "delivered")
    for _ in range(4):
        while await after.step():
            pass
        await after.clock.advance(31)  # a send that is in doubt waits so long for its receipt
    await after.store.close()
    return [one["text"] for one in (*took, *after.sent())], True


async def test_wherever_a_process_dies_each_piece_reaches_the_person_once_and_in_order(tmp_path: Path) -> None:
    passing, killed = 0, True
    while killed:
        passing += 1
        pieces, killed = await dies_at(tmp_path / str(passing), passing)
        assert (" ".join(pieces), len(pieces)) == (SHORT, 2), f"the plug was pulled at passing {passing}"
    assert passing > 16
