from collections.abc import Sequence
from dataclasses import replace

import pytest

from wasl.domain.ids import AddressId, MessageId, PersonId, TurnId
from wasl.domain.message import Media, Part, Place, Said, Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.prompt import Image, Passage
from wasl.domain.turn import DueTurn
from wasl.service.compose import HISTORY_CHARACTERS_MAX, Voice, compose

VOICE = Voice(name="Wasl", instructions="Be kind.", passages=2, max_output_tokens=100)


def turn(text: str, *, seq: int = 9, kind: str = "account", author: str | None = None) -> DueTurn:
    key = AddressKey(channel="letters", scope="desk", handle="ali", kind=kind)  # type: ignore[arg-type]
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    return DueTurn(
        id=TurnId("t"),
        seq=1,
        message_id=MessageId(f"m{seq}"),
        parts=(Text(text=text),),
        native_id=None,
        address=address,
        sent_at_ms=seq,
        accepted_at_ms=seq,
        attempt=0,
        author_name=author,
    )


def holding(part: Part) -> DueTurn:
    return replace(turn(""), parts=(part,))


def said(seq: int, author: str, text: str, *, reply_to: str | None = None, name: str | None = None) -> Said:
    parts = (Text(text=text),)
    return Said(id=f"m{seq}", seq=seq, author=author, parts=parts, sent_at_ms=seq, author_name=name, reply_to=reply_to)  # type: ignore[arg-type]


class Documents:
    """Finds the passage whose word stands in the question, and remembers what it was asked."""

    def __init__(self, **passages: str) -> None:
        self.passages = passages
        self.asked: list[str] = []

    def __call__(self, question: str, limit: int, language: str) -> Sequence[Passage]:
        self.asked.append(question)
        return [Passage(text=text, source=f"{word}.md") for word, text in self.passages.items() if word in question][:limit]


def test_a_follow_up_that_finds_nothing_alone_is_looked_for_with_the_question_before_it() -> None:
    documents = Documents(open="We open at nine.")
    history = [said(1, "person", "When do you open?"), said(2, "assistant", "At nine.", reply_to="m1"), said(9, "person", "and on Friday?")]
    prompt = compose(turns=[turn("and on Friday?")], history=history, voice=VOICE, search=documents, language="", images={})
    assert documents.asked == ["and on Friday?", "When do you open? and on Friday?"]
    assert [p.source for p in prompt.passages] == ["open.md"]
    assert "We open at nine." in prompt.messages[0].text


def test_a_question_that_finds_something_is_not_mixed_with_older_ones() -> None:
    documents = Documents(open="We open at nine.", price="Ten.")
    history = [said(1, "person", "When do you open?"), said(2, "assistant", "At nine.", reply_to="m1")]
    prompt = compose(turns=[turn("What is the price?")], history=history, voice=VOICE, search=documents, language="", images={})
    assert documents.asked == ["What is the price?"]
    assert [p.source for p in prompt.passages] == ["price.md"]


def test_the_oldest_history_is_left_out_first_when_there_is_too_much() -> None:
    long = "x" * (HISTORY_CHARACTERS_MAX // 2 - 10)
    history = [said(n, "person", f"{n}{long}") for n in range(1, 5)]
    prompt = compose(turns=[turn("now")], history=history, voice=VOICE, search=Documents(), language="", images={})
    assert [m.text[0] for m in prompt.messages[1:]] == ["3", "4", "n"]


def test_in_a_group_everybody_is_named() -> None:
    history = [said(1, "person", "hi", name="Sara")]
    question = turn("and you?", kind="group", author="Ali")
    prompt = compose(turns=[question], history=history, voice=VOICE, search=Documents(), language="", images={})
    assert [m.text for m in prompt.messages[1:]] == ["Sara: hi", "Ali: and you?"]


def test_in_a_group_whoever_is_meant_is_not_looked_for_in_the_documents() -> None:
    documents = Documents(deliver="We deliver.")
    turns = [turn("@narenj_bot do you deliver to ali@shop.example, @omar?", kind="group", author="Amal")]
    prompt = compose(turns=turns, history=[], voice=VOICE, search=documents, language="", images={})
    assert [" ".join(asked.split()) for asked in documents.asked] == ["do you deliver to ali@shop.example, ?"]
    assert prompt.messages[-1].text == "Amal: @narenj_bot do you deliver to ali@shop.example, @omar?"


@pytest.mark.parametrize(("language", "hello"), [("ar-EG", "مرحبًا"), ("en", "Hello"), ("fr", "Hello"), ("", "Hello")])
def test_the_button_that_opens_a_chat_is_a_greeting_and_not_looked_for(language: str, hello: str) -> None:
    for opened in ("/start", "/start@narenj_bot", "/start from-the-door", "/start\n"):
        documents = Documents(start="Before we start baking.")
        prompt = compose(turns=[turn(opened)], history=[], voice=VOICE, search=documents, language=language, images={})
        assert prompt.messages[-1].text == hello
        assert prompt.passages == ()
    documents = Documents(start="Before we start baking.")
    assert compose(turns=[turn("/start baking now")], history=[], voice=VOICE, search=documents, language="", images={}).passages


def test_a_picture_that_is_held_comes_with_the_question() -> None:
    with_photo = holding(Media(role="photo", media_type="image/png", sha256="ab", caption="what is this?"))
    picture = Image(media_type="image/png", data=b"x")
    prompt = compose(turns=[with_photo], history=[], voice=VOICE, search=Documents(), language="", images={"ab": picture})
    assert prompt.messages[-1].text == "what is this?"
    assert prompt.messages[-1].images == (picture,)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place(latitude=24.7136, longitude=46.6753), "[place] (24.713600, 46.675300)"),
        (Place(latitude=-33.9, longitude=151, name="Home"), "[place] Home (-33.900000, 151.000000)"),
        (Place(latitude=24.7, longitude=46.6, name="Shop", address="1 King Road"), "[place] Shop 1 King Road"),
    ],
)
def test_a_model_is_told_where_a_place_without_address_lies(place: Place, told: str) -> None:
    before = replace(said(1, "person", ""), parts=(place,))
    prompt = compose(turns=[holding(place)], history=[before], voice=VOICE, search=Documents(), language="", images={})
    assert [m.text for m in prompt.messages[1:]] == [told, told]
