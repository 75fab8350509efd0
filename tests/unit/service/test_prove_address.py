"""After a channel closed, its people prove where they wrote from by a code that is brought there."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from tests.unit.service.house import SEND_URL, House, Letters, build

from wasl.domain.errors import Refused, Throttled
from wasl.domain.event import Arrival
from wasl.domain.ids import ConversationId
from wasl.domain.message import Text
from wasl.domain.person import AddressKey, AddressKind
from wasl.domain.sunset import Sunset
from wasl.ports.mail import Letter
from wasl.ports.store import Incoming
from wasl.service.commands import Commands
from wasl.service.link import Links
from wasl.service.prove_address import ASKED_KIND, SILENT_DAYS_MAX, ProveAddress, handles_of
from wasl.testing.network import answer

NUMBER = "+393471234567"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]")
DAY_SECONDS = 86_400


class Wires(Letters):
    """A channel that brings words to any telephone number, as text messages do."""

    begins_with: ClassVar[tuple[AddressKind, ...]] = ("phone",)

    def begin(self, handle: str, kind: AddressKind) -> AddressKey | None:
        return AddressKey(channel=self.name, scope="desk", handle=handle, kind=kind)


class Post:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


class After:
    """A house whose channel "old" closed yesterday; ada wrote there from a number, bea from an e-mail address."""

    def __init__(self, folder: Path) -> None:
        self.house: House = build(folder, public_url="https://wasl.example")
        self.mail = Post()
        self.channels: dict[str, Letters] = {"letters": self.house.letters, "wires": Wires(name="wires")}
        house = self.house
        self.links = Links(store=house.store, bus=house.bus, clock=house.clock, channels=self.channels, public_url=None)  # type: ignore[arg-type]  # they are channels

    def prove(self, *, mail: bool = True) -> ProveAddress:
        house = self.house
        return ProveAddress(
            store=house.store, sunsets=house.store.sunsets, links=self.links, clock=house.clock, channels=self.channels,  # type: ignore[arg-type]
            network=house.network, mail=self.mail if mail else None, name="Wasl",
        )  # fmt: skip

    async def begin(self) -> None:
        await self.house.store.open()
        self.house.network.on("POST", SEND_URL, answer("n"))
        await self.writes(AddressKey(channel="old", scope="desk", handle="393471234567", kind="phone"))
        bea = AddressKey(
            channel="old", scope="desk", handle="bea-7", kind="business-scoped id", alias="bea@example.org", alias_kind="e-mail"
        )
        await self.writes(bea)
        now = self.house.clock.now_ms()
        plan = Sunset(
            id="plan", channel="old", on_ms=now + 1_000, zone="UTC", state="closed", milestones=(), made_ms=now, made_by="operator"
        )
        await self.house.store.sunsets.put(plan)
        await self.house.store.sunsets.enrol(plan, after=None, limit=10)
        await self.house.clock.advance(DAY_SECONDS)

    async def writes(self, key: AddressKey) -> None:
        clock = self.house.clock
        arrival = Arrival(key=clock.new_id(), address=key, parts=(Text(text="hello"),), sent_at_ms=clock.now_ms(), wants_answer=False)
        await self.house.store.receive(Incoming(channel="old", raw=b"", received_at_ms=clock.now_ms(), events=[arrival]))

    async def home(self, who: str = "ada at home") -> ConversationId:
        await self.house.says("hello", who=who)
        found = await self.house.store.find_address(AddressKey(channel="letters", scope="desk", handle=who, kind="account"))
        assert found is not None
        return found[1]

    def codes(self) -> list[tuple[str, str]]:
        """The text messages with a code: to whom, and the code."""
        calls = [msgspec.json.decode(call.body) for call in self.house.network.calls]
        return [(one["to"], found[0]) for one in calls if (found := CODE.search(one["text"])) and one["to"].startswith("+")]


@pytest.fixture
async def after(tmp_path: Path) -> AsyncIterator[After]:
    made = After(tmp_path)
    await made.begin()
    yield made
    await made.house.store.close()


async def test_a_code_goes_to_the_old_number_joins_its_history_and_is_used_up(after: After) -> None:
    home, prove = await after.home(), after.prove()
    assert await prove.ask("+39 347 123 4567", home=home, language="en") == "phone"
    await prove.brought()
    ((to, code),) = after.codes()
    assert to == NUMBER
    assert (await after.links.look(code, home=home)).messages == 1
    await after.links.join(code, home=home)
    assert any("hello" in str(said.parts) for said in await after.house.store.history(home, limit=9))
    with pytest.raises(Refused):
        await after.links.look(code, home=await after.home("another"))
    (noted,) = after.house.rows("select detail from audit where act = 'proof code'")
    assert NUMBER not in noted[0]


async def test_a_letter_goes_to_the_old_e_mail_address(after: After) -> None:
    prove = after.prove()
    assert await prove.ask("Bea@example.org", home=await after.home(), language="ar") == "e-mail"
    await prove.brought()
    (letter,) = after.mail.letters
    assert letter.to == "Bea@example.org"
    assert "رمزك" in letter.text
    assert CODE.search(letter.text)


async def test_a_code_is_too_old_after_ten_minutes(after: After) -> None:
    home, prove = await after.home(), after.prove()
    await prove.ask(NUMBER, home=home, language="en")
    await prove.brought()
    await after.house.clock.advance(601)
    with pytest.raises(Refused):
        await after.links.look(after.codes()[0][1], home=home)


@pytest.mark.parametrize("stranger", ["+393479999999", "nobody@example.org"])
async def test_whoever_asks_for_a_stranger_is_told_the_same_and_nothing_is_sent(after: After, stranger: str) -> None:
    prove = after.prove()
    await prove.ask(stranger, home=await after.home(), language="en")
    await prove.brought()
    assert after.codes() == []
    assert after.mail.letters == []


async def test_a_number_that_was_silent_for_long_may_be_somebody_elses_and_is_sent_nothing(after: After) -> None:
    await after.house.clock.advance(SILENT_DAYS_MAX * DAY_SECONDS)
    prove = after.prove()
    await prove.ask(NUMBER, home=await after.home(), language="en")
    await prove.brought()
    assert after.codes() == []


async def test_a_number_that_was_somebody_elses_when_the_channel_closed_is_sent_nothing(after: After) -> None:
    plan = (await after.house.store.sunsets.plans())[0]
    await after.house.store.sunsets.close_addresses(plan.id, at_ms=plan.on_ms - 1, limit=10)  # as when somebody else has it
    prove = after.prove()
    await prove.ask(NUMBER, home=await after.home(), language="en")
    await prove.brought()
    assert after.codes() == []


async def test_an_address_that_the_plan_closed_is_still_proven(after: After) -> None:
    plan = (await after.house.store.sunsets.plans())[0]
    await after.house.store.sunsets.close_addresses(plan.id, at_ms=after.house.clock.now_ms(), limit=10)
    prove = after.prove()
    await prove.ask(NUMBER, home=await after.home(), language="en")
    await prove.brought()
    assert len(after.codes()) == 1


async def test_where_nothing_brings_codes_it_is_said_plainly(after: After) -> None:
    home = await after.home()
    del after.channels["wires"]
    prove = after.prove(mail=False)
    assert prove.ways({"old"}) == ()
    for handle, kind in ((NUMBER, "phone"), ("bea@example.org", "e-mail")):
        with pytest.raises(Refused) as refused:
            await prove.ask(handle, home=home, language="en")
        assert (refused.value.facts["why"], refused.value.facts["kind"]) == ("no way", kind)


async def test_a_channel_that_is_closed_itself_brings_nothing(after: After) -> None:
    assert after.prove(mail=False).ways({"old"}) == ("phone",)
    assert after.prove(mail=False).ways({"old", "wires"}) == ()


async def test_codes_are_asked_for_a_few_times_an_hour(after: After) -> None:
    home, prove = await after.home(), after.prove()
    for number in range(3):
        await prove.ask(f"+39347000000{number}", home=home, language="en")
    with pytest.raises(Throttled):
        await prove.ask("+393470000009", home=home, language="en")
    other = [await after.home(f"other {n}") for n in range(4)]
    for one in other[:3]:
        await prove.ask(NUMBER, home=one, language="en")
    with pytest.raises(Throttled):  # the same number, whoever asks: nobody is flooded
        await prove.ask(NUMBER, home=other[3], language="en")
    await after.house.clock.advance(3_601)
    await prove.ask(NUMBER, home=home, language="en")
    await prove.brought()


async def test_a_turn_that_is_tried_again_sends_and_counts_nothing_more(after: After) -> None:
    home, prove = await after.home(), after.prove()
    for _ in range(5):
        await prove.ask(NUMBER, home=home, language="en", seed="turn")
    await prove.brought()
    assert len(after.codes()) == 1
    assert len(await after.house.store.tokens(kind=ASKED_KIND)) == 1


async def test_in_a_chat_the_word_and_the_number_are_enough(after: After) -> None:
    house, prove = after.house, after.prove(mail=False)
    house.answer._commands = Commands(
        store=house.store, clock=house.clock, channels=after.channels, links=after.links, library=None,  # type: ignore[arg-type]
        public_url=None, language="en", prove=prove,
    )  # fmt: skip
    assert "a code is on its way" in await house.says(f"link {NUMBER}")
    assert "في طريقه" in await house.says(f"اربط {NUMBER}")
    assert "country code" in await house.says("link +39 347")
    assert "personal link" in await house.says("link bea@example.org")
    assert any("no letter can be sent" in sent["text"] for sent in house.sent())
    await prove.brought()
    assert after.codes()[0][0] == NUMBER
    plan = (await house.store.sunsets.plans())[0]
    await house.store.sunsets.put(replace(plan, state="undone"))
    assert (await house.says(f"link {NUMBER}")).startswith("re: ")  # an ordinary word again


@pytest.mark.parametrize("text", ["", "3471234567", "+1", "a@b", "+39 347 123 4567 89 01 23", "@", "x" * 400])
def test_what_is_no_handle_is_said(text: str) -> None:
    with pytest.raises(Refused):
        handles_of(text)


@pytest.mark.parametrize(
    ("text", "kind", "plainest"),
    [("00393471234567", "phone", NUMBER), (" +39 (347) 123-4567 ", "phone", NUMBER), ("Bea@Example.org", "e-mail", "Bea@Example.org")],
)
def test_handles_are_read_as_people_write_them(text: str, kind: str, plainest: str) -> None:
    found, handles = handles_of(text)
    assert (found, handles[0]) == (kind, plainest)
