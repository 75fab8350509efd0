import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.service.house import ACKNOWLEDGE_URL, SEND_URL, House, build

from wasl.testing.network import Reset, answer


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = build(tmp_path)
    await made.store.open()
    made.network.on("POST", SEND_URL, answer(""))
    yield made
    await made.store.close()


async def acknowledged(house: House) -> list[bytes]:
    await asyncio.sleep(0)
    return [call.body for call in house.network.calls_to(ACKNOWLEDGE_URL)]


async def test_a_press_is_acknowledged_however_quick_the_answer_is(house: House) -> None:
    house.network.on("POST", ACKNOWLEDGE_URL, answer(""))
    await house.write("press-1", "yes", channel="cards")
    await house.step()
    assert await acknowledged(house) == [b"press-1"]
    assert [s["text"] for s in house.sent()] == ["re: yes"]


async def test_a_press_that_no_model_is_asked_about_is_acknowledged_too(house: House) -> None:
    house.network.on("POST", ACKNOWLEDGE_URL, answer(""))
    await house.write("press-2", "link", channel="cards")
    await house.step()
    assert await acknowledged(house) == [b"press-2"]
    assert not house.ask.prompts


async def test_what_nobody_waits_for_is_not_acknowledged(house: House) -> None:
    await house.write("typed-1", "hello", channel="cards")
    await house.write("press-3", "hello", channel="letters")
    await house.step()
    assert await acknowledged(house) == []


@pytest.mark.parametrize("failure", [answer("", status=400), answer("", status=503), Reset()])
async def test_an_acknowledgement_that_fails_stands_in_nobodys_way(house: House, failure: object) -> None:
    house.network.on("POST", ACKNOWLEDGE_URL, failure)  # type: ignore[arg-type]  # one step of a script
    await house.write("press-4", "yes", channel="cards")
    await house.step()
    assert await acknowledged(house) == [b"press-4"]
    assert [s["text"] for s in house.sent()] == ["re: yes"]
