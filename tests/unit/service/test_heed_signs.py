"""The first signs of trouble: an alarm at once, more care until the operator clears it, whatever restarts in between."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.unit.service.house import Letters

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import Held, Refused, Unavailable, WaslError
from wasl.domain.event import Signal
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.message import Part, Template, Text
from wasl.domain.person import Address
from wasl.ports.mail import Letter
from wasl.ports.store import Incoming
from wasl.service.alarms import Alarms
from wasl.service.heed_signs import HeedSigns
from wasl.service.observe import Observe
from wasl.service.raise_alarm import ALARM_TIMER, RaiseAlarm, Ways
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, answer

URL = "https://pager.test/alarm"


class Wary(Letters):
    def sign(self, kind: str) -> Literal["grave", "notice"] | None:
        return {"error 7": "grave", "error 8": "notice", "quality": "grave"}.get(kind)  # type: ignore[return-value]


class Box:
    """A mail server that keeps letters, once it is up."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.down = False

    async def send(self, letter: Letter) -> None:
        if self.down:
            raise Unavailable("the mail server is down")
        self.letters.append(letter)


class Runner:
    def __init__(self) -> None:
        self.told: list[Any] = []

    async def run(self, command: Sequence[str], *, told: bytes, seconds: float, bytes_max: int) -> bytes:
        self.told.append((command, json.loads(told)))
        return b""


class Desk:
    """A store, a channel that warns, and who is told."""

    def __init__(self, folder: Path, *, on_trouble: Any = "strict", ways: Ways | None = None, language: str = "en") -> None:
        self.clock = TestClock()
        self.store = SqliteStore(folder / "wasl.db", clock=self.clock)
        self.network, self.box, self.runner, self.observe = ScriptedNetwork(clock=self.clock), Box(), Runner(), Observe()
        self.network.on("POST", URL, answer("{}"))
        self.alarm = RaiseAlarm(
            store=self.store,
            clock=self.clock,
            network=self.network,
            program=self.runner,
            mail=self.box,
            observe=self.observe,
            ways=ways or Ways(mail_to="ops@shop.test", command=("page",), url=URL, secret="s"),
            name="Shop",
        )
        self.on_trouble, self.language = on_trouble, language
        self.signs = self.anew()
        self.alarms = Alarms(store=self.store, clock=self.clock, acts={ALARM_TIMER: self.alarm.go_out})

    def anew(self) -> HeedSigns:
        """Makes what a restarted process has."""
        channels: Any = {"letters": Wary()}
        return HeedSigns(
            troubles=self.store.troubles,
            standings=self.store.standings,
            clock=self.clock,
            channels=channels,
            alarm=self.alarm,
            on_trouble=self.on_trouble,
            language=self.language,
        )

    async def signal(self, kind: str, *, grave: bool = False) -> None:
        signal = Signal(key=self.clock.new_id(), scope="desk", kind=kind, at_ms=self.clock.now_ms(), grave=grave)
        await self.store.receive(Incoming(channel="letters", raw=b"", received_at_ms=self.clock.now_ms(), events=[signal]))

    async def refused(self, error: WaslError, *, part: Part | None = None) -> None:
        address = Address(id=AddressId("a"), person_id=PersonId("p"), key=Letters().letter("k", "t").address)
        outgoing = Outgoing(id=DeliveryId("d"), address=address, parts=(part or Text(text="hi"),))
        await self.signs.refused(outgoing, error)


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    made = Desk(tmp_path)
    await made.store.open()
    yield made
    await made.store.close()


async def test_a_grave_signal_is_told_by_every_way_at_once(desk: Desk) -> None:
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    assert await desk.alarms.look() == 3
    (letter,) = desk.box.letters
    assert letter.to == "ops@shop.test"
    assert "Letters" in letter.subject
    assert "a ban" in letter.text
    assert "wasl trouble clear" in letter.text
    ((command, told),) = desk.runner.told
    assert command == ("page",)
    assert told["facts"]["sign"] == "a ban"
    (call,) = desk.network.calls_to(URL)
    assert json.loads(call.body) == told
    assert call.headers["x-wasl-signature"].startswith("sha256=")
    assert desk.observe.value("wasl_alarms", "trouble") == 1


async def test_it_is_told_once_and_again_after_a_day(desk: Desk) -> None:
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    await desk.alarms.look()
    assert len(desk.box.letters) == 1
    await desk.clock.advance(25 * 3600)
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    await desk.alarms.look()
    assert len(desk.box.letters) == 2


async def test_a_way_that_fails_is_tried_again_and_the_others_are_not_told_twice(desk: Desk) -> None:
    desk.box.down = True
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    await desk.alarms.look()
    desk.box.down = False
    await desk.clock.advance(61)
    await desk.alarms.look()
    assert (len(desk.box.letters), len(desk.runner.told)) == (1, 1)


async def test_a_process_that_died_before_it_looked_loses_no_sign(desk: Desk) -> None:
    await desk.signal("a ban", grave=True)
    restarted = desk.anew()
    await restarted.look()
    assert [t.kind for t in await desk.store.troubles.open()] == ["a ban"]


async def test_the_channel_weighs_what_is_not_called_grave(desk: Desk) -> None:
    await desk.signal("quality")
    await desk.signal("weather")
    await desk.signs.look()
    assert [(t.kind, t.gravity) for t in await desk.store.troubles.open()] == [("quality", "grave")]


async def test_a_refused_send_is_a_sign_where_its_code_says_so(desk: Desk) -> None:
    await desk.refused(Held("restricted", code=7))
    await desk.refused(Held("pay first", code=8))
    await desk.refused(Held("a window", code=9))
    assert [(t.kind, t.gravity) for t in await desk.store.troubles.open()] == [("error 7", "grave"), ("error 8", "notice")]


async def test_a_refusal_may_tell_of_an_opt_out(desk: Desk) -> None:
    key = Letters().letter("k", "t").address
    await desk.refused(Refused("stopped", code=1, **{"class": "optout"}), part=Template(name="sale", language="en", category="MARKETING"))
    permission = await desk.store.standings.permission(key)
    assert (permission.opted_out, permission.marketing) == (False, False)
    await desk.refused(Refused("stopped", code=1, **{"class": "optout"}))
    assert (await desk.store.standings.permission(key)).opted_out


@pytest.mark.parametrize(
    ("setting", "care"),
    [
        ("strict", (True, True, False)),
        ("business only", (False, True, True)),
        ("no campaigns", (False, False, False)),
        ("nothing", (False, False, True)),
    ],
)
async def test_the_channel_is_careful_until_it_is_cleared_also_after_a_restart(
    tmp_path: Path, setting: Any, care: tuple[bool, ...]
) -> None:
    desk = Desk(tmp_path, on_trouble=setting)
    await desk.store.open()
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    for signs in (desk.signs, desk.anew()):
        found = await signs.care("letters")
        assert (found.strict, found.business_only, found.campaigns) == care
        assert found.signs == {"a ban"}
    (trouble,) = await desk.store.troubles.open()
    await desk.store.troubles.clear(trouble.id, by="Rima", now_ms=desk.clock.now_ms())
    await desk.clock.advance(3)
    assert (await desk.signs.care("letters")).campaigns
    await desk.store.close()


async def test_a_notice_changes_nothing_and_another_channel_neither(desk: Desk) -> None:
    await desk.refused(Held("pay first", code=8))
    care = await desk.signs.care("letters")
    assert (care.strict, care.business_only, care.campaigns) == (False, False, True)
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    assert not (await desk.signs.care("cards")).strict


async def test_alarms_speak_arabic(tmp_path: Path) -> None:
    desk = Desk(tmp_path, ways=Ways(mail_to="ops@shop.test"), language="ar")
    await desk.store.open()
    await desk.signal("a ban", grave=True)
    await desk.signs.look()
    await desk.alarms.look()
    assert "علامة على أن المنصة تقيّد" in desk.box.letters[0].subject
    await desk.store.close()
