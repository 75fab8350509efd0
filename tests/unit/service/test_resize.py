"""What a rule wants smaller than the channel is cut: an answer before it is stored, anything else at the gate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import SEND_URL, Letters, build
from tests.unit.service.test_admit import META, says, told

from wasl.domain.ids import AddressId, PersonId
from wasl.domain.limits import Limits
from wasl.domain.message import Part, Text
from wasl.domain.person import Address, AddressKey
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


async def test_what_was_stored_before_the_rule_came_is_cut_at_the_gate_and_each_piece_is_counted(tmp_path: Path) -> None:
    in_force = rules("max_text_chars = 60")

    def make(store: Any, clock: TestClock) -> Admit:
        parties = {"letters": party(Limits(text_max=4_000))}
        return Admit(rules=in_force, parties=parties, tally=Tally(counting=store.counting, clock=clock), clock=clock)

    house = build(tmp_path, make_gate=make, text_max=4_000)
    house.network.on("POST", SEND_URL, answer("n"))
    await house.store.open()
    await house.says("hello")
    delivery = await says(house, WORDS)
    state, _, verdict, _ = told(house, delivery)
    assert state == "sent"
    assert verdict["cut_into"] == 5
    assert verdict["cut_by"] == ["own.short"]
    await house.store.close()
