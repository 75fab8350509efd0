"""A message that its writer changed is answered as it says by now, and once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.service.house import House, answering, unroutable

from wasl.domain.event import Arrival
from wasl.domain.message import Media, Part, Place, Text, edit_of
from wasl.domain.person import AddressKey
from wasl.ports.bus import EDITED

KEY = AddressKey(channel="letters", scope="desk", handle="ali", kind="account")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with answering(tmp_path) as made:
        yield made


async def says(house: House, key: str, *parts: Part, edits: str | None = None) -> None:
    whole = (*parts, edit_of(edits, {"text": "as the platform tells it"})) if edits is not None else parts
    arrival = Arrival(
        key=key, address=KEY, parts=whole, sent_at_ms=house.clock.now_ms(), native_id=None if edits else key, wants_answer=edits is None
    )
    await house.receive.events("letters", raw=b"", events=[arrival])
    await house.clock.advance(0.05)


async def done(house: House) -> list[str]:
    while await house.step():
        pass
    return [prompt.messages[-1].text for prompt in house.ask.prompts]


async def test_what_was_edited_before_its_turn_began_is_answered_as_it_says_now(house: House) -> None:
    await says(house, "k1", Text(text="do you open on Friday?"))
    await says(house, "k2", Text(text="and where?"))
    await says(house, "e1", Text(text="do you open on Saturday?"), edits="k1")
    await says(house, "e2", Text(text="do you open on Sunday?"), edits="k1")
    assert await done(house) == ["do you open on Sunday?", "and where?"]
    assert len(house.sent()) == 2
    (edit,) = house.rows("select id from message where parts like '%Sunday%' and author = 'person'")
    assert house.rows("select reply_to from message where author = 'assistant' order by seq limit 1") == [edit]


async def test_a_caption_that_was_edited_is_the_caption_that_is_answered(house: House) -> None:
    await says(house, "k1", Media(role="photo", caption="what is tihs?"))
    await says(house, "e1", Text(text="what is this?"), edits="k1")
    assert await done(house) == ["what is this?"]


async def test_an_edit_without_words_or_of_what_has_none_changes_nothing(house: House) -> None:
    await says(house, "k1", Text(text="one"))
    await says(house, "e1", edits="k1")
    await says(house, "k2", Place(latitude=1, longitude=2, name="Here"))
    await says(house, "e2", Text(text="words"), edits="k2")
    await says(house, "e3", Text(text="words"), edits="unheard of")
    assert await done(house) == ["one", "[place] Here (1.000000, 2.000000)"]


async def test_what_is_edited_while_it_is_answered_is_answered_once_and_anew(house: House) -> None:
    async def edit() -> None:
        house.ask.before = None
        (held,) = [row[0] for row in house.rows("select id from conversation")]
        async with house.bus.subscribe(EDITED) as words:
            await says(house, "e1", Text(text="new"), edits="k1")
            _, told = await anext(words)
        assert told.decode() == f"{held} k1"
        house.worker._held[held] = None  # type: ignore[assignment]  # as it is while a worker runs
        house.worker._note_edit(told.decode())
        del house.worker._held[held]

    house.ask.before = edit
    await says(house, "k1", Text(text="old"))
    assert await house.step() == 1
    assert house.sent() == []
    house.answer.edits.forget(house.rows("select id from conversation")[0][0])
    assert await done(house) == ["old", "new"]
    assert [sent["text"] for sent in house.sent()] == ["re: new"]
    assert house.rows("select state, attempt from turn") == [("answered", 1)]


async def test_what_is_edited_while_nobody_answers_is_answered_as_it_says_then(house: House) -> None:
    house.ask.failures = [unroutable(seconds=1.0)]
    await says(house, "k1", Text(text="old"))
    await house.step()
    await says(house, "e1", Text(text="new"), edits="k1")
    await house.clock.advance(30)
    assert await done(house) == ["old", "new"]


async def test_an_edit_of_what_was_answered_is_not_answered_and_is_known_to_the_next_question(house: House) -> None:
    await says(house, "k1", Text(text="one"))
    await done(house)
    await says(house, "e1", Text(text="one, I meant"), edits="k1")
    assert len(await done(house)) == 1
    await says(house, "k2", Text(text="two"))
    await done(house)
    assert len(house.sent()) == 2
    assert any("one, I meant" in message.text for message in house.ask.prompts[-1].messages)
