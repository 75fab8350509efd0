"""On the page of channels: whoever lost one has a code brought to where they wrote from."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor
from tests.unit.web.test_mine import ask

from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.domain.sunset import Sunset
from wasl.ports.store import Incoming
from wasl.testing.simulators.mail import SimulatedMail

OLD = "bea@example.org"


async def close_a_channel(wasl: Composition) -> Sunset:
    """Somebody writes on the channel "letters" from an e-mail address; then it closes."""
    now = wasl.clock.now_ms()
    key = AddressKey(channel="letters", scope="desk", handle=OLD, kind="e-mail")
    arrival = Arrival(key="one", address=key, parts=(Text(text="my old words"),), sent_at_ms=now, wants_answer=False)
    await wasl.store.receive(Incoming(channel="letters", raw=b"", received_at_ms=now, events=[arrival]))
    plan = Sunset(id="plan", channel="letters", on_ms=now, zone="UTC", state="closed", milestones=(), made_ms=now, made_by="operator")
    await wasl.store.sunsets.put(plan)
    await wasl.store.sunsets.enrol(plan, after=None, limit=10)
    return plan


@pytest.fixture
async def mail(wasl: Composition) -> AsyncIterator[SimulatedMail]:
    async with SimulatedMail().running() as mail:
        wasl.mail = mail
        await wasl.stop()
        await wasl.start()
        yield mail


async def test_a_letter_with_a_code_brings_the_old_words_here(visitor: Visitor, mail: SimulatedMail) -> None:
    plan = await close_a_channel(visitor.wasl)
    assert (await ask(visitor, "/my/links/prove"))[1] == {"channels": ["letters"], "ways": ["e-mail"]}
    assert await ask(visitor, "/my/links/prove", {"handle": OLD}) == (202, {"kind": "e-mail"})
    assert await ask(visitor, "/my/links/prove", {"handle": "nobody@example.org"}) == (202, {"kind": "e-mail"})
    await visitor.wasl.prove.brought()
    (letter,) = mail.letters
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]", letter.get_content())
    assert code is not None
    assert (await ask(visitor, "/my/links", {"code": code[0]}))[0] == 201
    assert "my old words" in str(await ask(visitor, "/my/history"))
    await visitor.wasl.store.sunsets.put(replace(plan, state="undone"))
    assert (await ask(visitor, "/my/links/prove"))[1]["channels"] == []


async def test_where_nothing_can_bring_a_code_the_page_says_so(visitor: Visitor) -> None:
    assert (await ask(visitor, "/my/links/prove"))[1] == {"channels": [], "ways": []}
    await close_a_channel(visitor.wasl)
    assert (await ask(visitor, "/my/links/prove"))[1] == {"channels": ["letters"], "ways": []}
    for handle, why in (("+20 100 123 4567", "proof_no_phone"), (OLD, "proof_no_mail"), ("nothing", "proof_mistyped")):
        assert await ask(visitor, "/my/links/prove", {"handle": handle}) == (422, {"error": why})


async def test_whoever_asks_again_and_again_waits(visitor: Visitor, mail: SimulatedMail) -> None:
    await close_a_channel(visitor.wasl)
    statuses = [(await ask(visitor, "/my/links/prove", {"handle": f"a{n}@example.org"}))[0] for n in range(6)]
    assert statuses[:3] == [202] * 3
    assert set(statuses[3:]) == {429}
    assert mail.letters == []
