from typing import get_args

import msgspec
import pytest

from wasl.domain.message import Choice, Contact, Media, Option, Part, Place, Reaction, Template, Text, Unknown, part_from_json, plain_text

PARTS: list[Part] = [
    Text(text="مرحبا **بك**", format="markdown"),
    Media(role="photo", media_type="image/jpeg", caption="غروب", size_bytes=3, sha256="a" * 64),
    Media(role="document", name="menu.pdf", native_id="n-1", url="https://files.example/menu.pdf"),
    Place(latitude=24.7, longitude=46.7, name="Riyadh", url="https://maps.example/1"),
    Contact(name="Noura", phones=("+966500000000",), emails=("n@example.com",), company="Sons"),
    Choice(text="Which day?", options=(Option(id="1", title="Sunday"), Option(id="2", title="Monday", description="closed"))),
    Choice(text="", picked=Option(id="2", title="Monday")),
    Template(name="hours", language="ar", values=("9", "17"), category="utility"),
    Reaction(target="m-1", emoji="👍"),
    Reaction(target="m-1", emoji=None),
    Unknown(kind="hologram", value={"depth": 3, "nested": {"a": [1, 2]}}),
]


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.type)
def test_what_is_stored_comes_back_identical(part: Part) -> None:
    assert part_from_json(msgspec.json.decode(msgspec.json.encode(part))) == part


def test_every_kind_of_part_is_tried_here() -> None:
    assert {type(p) for p in PARTS} == set(get_args(Part))


def test_a_type_of_a_later_version_is_kept_whole() -> None:
    value = {"type": "poll", "question": "?", "answers": ["a"]}
    assert part_from_json(value) == Unknown(kind="poll", value=value)


def test_a_part_without_a_type_is_kept_too() -> None:
    assert part_from_json({"x": 1}) == Unknown(kind="None", value={"x": 1})


def test_a_message_reads_as_plain_words_in_order() -> None:
    words = plain_text(
        (Text(text="look"), Media(role="photo"), Media(role="document", name="menu.pdf"), Place(latitude=1, longitude=2, name="Riyadh"))
    )
    assert words == "look\n[photo]\n[document: menu.pdf]\n[place] Riyadh"


def test_what_was_chosen_counts_as_said() -> None:
    assert plain_text((Choice(picked=Option(id="2", title="Monday")),)) == "Monday"
    assert plain_text((Choice(text="Which day?"),)) == "Which day?"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Reaction(target="m", emoji=None), ""),
        (Contact(name="Noura"), "[contact: Noura]"),
        (Contact(name="Noura", company="Sons"), "[contact: Noura, Sons]"),
        (Place(latitude=1, longitude=2, name="Riyadh", url="https://maps.example/1"), "[place] Riyadh https://maps.example/1"),
        (Template(name="hours", language="ar"), "[template: hours]"),
        (Template(name="hours", language="ar", values=("9", "17")), "9 17"),
        (Unknown(kind="hologram", value={}), "[hologram]"),
    ],
)
def test_what_is_not_text_has_a_word(part: Part, words: str) -> None:
    assert plain_text((part,)) == words


def test_parts_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        PARTS[0].text = "other"  # type: ignore[union-attr,misc]
