"""An album, or a picture and what is said about it, is one thing: one answer to all of it, once, whatever happens in between."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import House, answering, unroutable

from wasl.domain.event import Arrival
from wasl.domain.message import Media, MediaRole, Part, Text
from wasl.domain.person import AddressKey
from wasl.service.take_up import FOLLOWS_MS, JOINED_MAX, SETTLE_MS, SETTLE_MS_MAX


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with answering(tmp_path) as made:
        yield made


@pytest.fixture
async def apart(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """On its channel nothing says that pictures belong together."""
    async with answering(tmp_path_factory.mktemp("apart"), pictures_apart=True) as made:
        yield made


def picture(*, caption: str | None = None, album: str | None = "a", role: MediaRole = "photo") -> Media:
    return Media(role=role, caption=caption, album=album)


async def sends(house: House, *parts: Part, kind: Any = "account", asks: bool = True, who: str = "ali") -> None:
    address = AddressKey(channel="letters", scope="desk", handle="here", kind=kind)
    key, now = house.clock.new_id(), house.clock.now_ms()
    arrival = Arrival(key=key, address=address, parts=parts, sent_at_ms=now, native_id=key, author_name=who, wants_answer=asks)
    await house.receive.events("letters", raw=b"", events=[arrival])
    await house.clock.advance(0.05)


async def settle(house: House) -> None:
    await house.clock.advance(SETTLE_MS_MAX / 1000)
    while await house.step():
        pass


def questions(house: House) -> list[str]:
    return [prompt.messages[-1].text for prompt in house.ask.prompts]


async def test_an_album_is_answered_once_with_all_its_pictures_and_captions(house: House) -> None:
    for caption in ("which is better?", None, "this one is cheap"):
        await sends(house, picture(caption=caption))
    await settle(house)
    assert questions(house) == ["which is better?\n[photo]\nthis one is cheap"]
    assert len(house.sent()) == 1
    assert house.rows("select state, count(*), count(distinct reply_id) from turn") == [("answered", 3, 1)]
    assert house.rows("select ready_at, owner, turn_seq, closed_seq from conversation") == [(None, None, 3, 3)]


async def test_the_rest_of_an_album_is_waited_for_and_what_was_said_after_it_stays_behind_it(house: House) -> None:
    await sends(house, picture(caption="look"))
    await house.step()
    assert questions(house) == [], "its siblings may still come"
    await sends(house, Text(text="hello?"))
    await sends(house, picture())
    assert await house.step() == 0
    await settle(house)
    assert questions(house) == ["look\n[photo]", "hello?"]


async def test_an_album_that_never_ends_is_not_waited_for_without_end(house: House) -> None:
    began = house.clock.now_ms()
    while not questions(house):
        await sends(house, picture(caption="more"))
        await house.clock.advance(0.5)
        await house.step()
    assert house.clock.now_ms() - began <= SETTLE_MS_MAX + SETTLE_MS


async def test_a_picture_that_comes_after_its_album_was_answered_is_answered_itself(house: House) -> None:
    await sends(house, picture(caption="one"))
    await settle(house)
    await sends(house, picture())
    await settle(house)
    assert questions(house) == ["one", "[photo]"]
    assert len(house.sent()) == 2


async def test_two_albums_are_two_questions(house: House) -> None:
    for album in "abab":
        await sends(house, picture(caption=album, album=album))
    await settle(house)
    assert questions(house) == ["a\na", "b\nb"]


async def test_while_no_model_answers_the_album_waits_and_is_then_answered_once(house: House) -> None:
    house.ask.failures = [unroutable(seconds=5.0)]
    await sends(house, picture(caption="one"))
    await sends(house, picture())
    await settle(house)
    assert house.sent() == []
    await house.clock.advance(20)
    await settle(house)
    assert questions(house) == ["one\n[photo]"] * 2
    assert len(house.sent()) == 1


async def test_an_album_at_which_answering_breaks_is_given_up_by_one_message(house: House) -> None:
    house.ask.failures = [RuntimeError("broken")] * 3
    await sends(house, picture(caption="one"))
    await sends(house, picture())
    for _ in range(4):
        await house.clock.advance(10)
        await settle(house)
    assert len(house.sent()) == 1
    assert house.rows("select state, count(*) from turn") == [("failed", 2)]


async def test_in_a_group_one_picture_that_names_the_assistant_asks_about_the_whole_album(house: House) -> None:
    await sends(house, picture(album="other"), kind="group", asks=False)
    await sends(house, picture(caption="@wasl which?"), kind="group")
    await sends(house, picture(role="video"), kind="group", asks=False)
    await settle(house)
    assert questions(house) == ["ali: @wasl which?\n[video]"]
    assert house.rows("select state, count(*) from turn") == [("answered", 1)]


async def test_words_that_follow_a_picture_without_words_are_about_it_where_both_wait(house: House) -> None:
    await sends(house, picture(album=None))
    await sends(house, picture(album=None))
    await sends(house, Text(text="what are these?"))
    await sends(house, Text(text="and do you deliver?"))
    await settle(house)
    assert questions(house) == ["[photo]\n[photo]\nwhat are these?", "and do you deliver?"]


@pytest.mark.parametrize("between", [Text(text="/help"), Media(role="sticker")])
async def test_a_command_or_a_sticker_is_not_words_about_a_picture(house: House, between: Part) -> None:
    await sends(house, picture(album=None))
    await sends(house, between)
    await settle(house)
    assert questions(house)[0] == "[photo]"
    assert house.rows("select count(distinct reply_id) from turn where state = 'answered'") == [(2,)]


async def test_words_that_come_much_later_are_a_question_of_their_own(house: House) -> None:
    await sends(house, picture(album=None))
    await house.clock.advance(FOLLOWS_MS / 1000)
    await sends(house, Text(text="hello"))
    await settle(house)
    assert questions(house) == ["[photo]", "hello"]


async def test_in_a_group_nothing_says_that_two_messages_are_one(house: House) -> None:
    await sends(house, picture(album=None), kind="group")
    await sends(house, Text(text="hello"), kind="group", who="zaid")
    await settle(house)
    assert questions(house) == ["ali: [photo]", "zaid: hello"]


async def test_a_single_picture_waits_only_where_several_come_apart(house: House, apart: House) -> None:
    for one in (house, apart):
        await sends(one, picture(album=None))
        await one.step()
    assert (questions(house), questions(apart)) == (["[photo]"], [])
    await sends(apart, picture(album=None))
    await settle(apart)
    assert questions(apart) == ["[photo]\n[photo]"]


async def test_a_captioned_picture_waits_for_nothing_where_pictures_come_apart(apart: House) -> None:
    await sends(apart, picture(album=None, caption="what is this?"))
    await apart.step()
    assert questions(apart) == ["what is this?"]


async def test_one_answer_is_to_a_bounded_number_of_messages(house: House) -> None:
    for _ in range(JOINED_MAX + 1):
        await sends(house, picture())
    await settle(house)
    assert [text.count("[photo]") for text in questions(house)] == [JOINED_MAX, 1]


async def test_late_messages_are_answered_together_as_ever(house: House) -> None:
    await sends(house, picture(caption="one"))
    await sends(house, Text(text="two"))
    await house.clock.advance(3_600)
    await settle(house)
    assert questions(house) == ["one\ntwo"]
