from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.fit import LeftOut, fit
from wasl.domain.limits import Limits
from wasl.domain.message import Choice, Media, Option, Part, Place, Reaction, Text
from wasl.domain.split import split, units
from wasl.wire import markup

MIB = 1 << 20
LIMITS = Limits(
    text_max=100,
    caption_max=40,
    media_bytes_max={"photo": 5 * MIB, "audio": 16 * MIB, "document": 100 * MIB, "sticker": 100 << 10},
    media_types={"photo": ("image/jpeg", "image/png"), "audio": ("audio/mpeg",)},
    captionless=("audio", "sticker"),
    buttons_max=3,
    button_title_max=20,
    list_rows_max=10,
    list_row_title_max=24,
    list_row_description_max=72,
    option_id_max=64,
    choice_text_max=60,
    markup="asterisks",
)


def flat(*parts: Part, **more: Any) -> list[Part]:
    sends = fit(parts, limits=LIMITS, **more)
    assert all(len(send) == 1 for send in sends)
    return [send[0] for send in sends]


def option(n: int, title: str = "Option", description: str | None = None) -> Option:
    return Option(id=f"o{n}", title=f"{title} {n}", description=description)


def test_what_fits_is_left_as_it_is() -> None:
    parts = (
        Text(text="hi"),
        Place(latitude=1.0, longitude=2.0),
        Reaction(target="m", emoji="👍"),
        Media(role="photo", native_id="7", caption="c"),
    )
    assert flat(*parts) == list(parts)


def test_a_reply_of_nothing_but_whitespace_sends_nothing() -> None:
    assert fit((Text(text=" \n "),), limits=LIMITS) == ()


def test_a_caption_that_is_too_long_follows_as_a_text() -> None:
    assert flat(Media(role="photo", native_id="7", caption="c" * 41)) == [Media(role="photo", native_id="7"), Text(text="c" * 41)]


def test_words_beside_a_file_that_carries_none_follow_as_a_text() -> None:
    audio = Media(role="audio", media_type="audio/mpeg", native_id="7", caption="listen")
    assert flat(audio) == [Media(role="audio", media_type="audio/mpeg", native_id="7"), Text(text="listen")]


@pytest.mark.parametrize("photo", [{"size_bytes": 6 * MIB}, {"media_type": "image/heic"}])
def test_a_photo_that_cannot_go_as_one_goes_as_a_document(photo: dict[str, Any]) -> None:
    (part,) = flat(Media(role="photo", native_id="7", **{"media_type": "image/jpeg", **photo}))
    assert isinstance(part, Media)
    assert part.role == "document"


def test_a_file_too_large_for_any_role_becomes_a_sentence_that_says_so() -> None:
    first, second = flat(Media(role="video", name="party.mp4", size_bytes=101 * MIB, caption="look"))
    assert isinstance(first, Text)
    assert "party.mp4" in first.text
    assert "100.0 MB" in first.text
    assert second == Text(text="look")


def test_the_sentence_is_said_in_the_words_that_the_caller_gives() -> None:
    seen: list[LeftOut] = []

    def notice(left_out: LeftOut) -> str:
        seen.append(left_out)
        return "لم يُرسل الملف"

    assert flat(Media(role="sticker", media_type="image/webp", size_bytes=101 * MIB), notice=notice) == [Text(text="لم يُرسل الملف")]
    assert seen[0].why == "too large"


def test_few_short_options_stay_a_choice() -> None:
    choice = Choice(text="?", options=(option(1), option(2)))
    assert flat(choice) == [choice]


@pytest.mark.parametrize(
    "options",
    [
        tuple(option(n) for n in range(11)),
        (option(1, "A title that is far too long for a row"),),
        (option(1, description="d" * 73),),
        (Option(id="i" * 65, title="x"),),
        (Option(id="", title="x"),),
    ],
)
def test_options_that_no_list_holds_become_numbered_words(options: tuple[Option, ...]) -> None:
    parts = flat(Choice(text="Which?", options=options))
    assert all(isinstance(p, Text) for p in parts)
    words = "\n".join(p.text for p in parts if isinstance(p, Text))
    assert words.startswith("Which?\n1. ")
    assert all(o.title in words.replace("\n", " ") for o in options)


def test_many_or_described_options_go_into_a_list_and_stay_a_choice() -> None:
    for options in (tuple(option(n) for n in range(10)), (option(1, description="d"),), (option(1, "A title for rows"),)):
        choice = Choice(text="?", options=options)
        assert flat(choice) == [choice]


def test_a_question_too_long_for_a_choice_is_said_before_it() -> None:
    question = "word " * 40
    *texts, choice = flat(Choice(text=question, options=(option(1),)))
    assert isinstance(choice, Choice)
    assert 0 < len(choice.text) <= 60
    assert " ".join([t.text for t in texts if isinstance(t, Text)] + [choice.text]).split() == question.split()


def test_a_choice_without_words_takes_those_before_it() -> None:
    assert flat(Text(text="Which?"), Choice(options=(option(1),))) == [Choice(text="Which?", options=(option(1),))]
    (numbered,) = flat(Choice(options=(option(1),)))
    assert numbered == Text(text="1. Option 1")


@given(
    text=st.lists(
        st.sampled_from(
            [
                "**bold** ",
                "*it* ",
                "[a label](https://x.example/p) ",
                "`code` ",
                "```\nx = 1\n```\n",
                "# head\n",
                "- item\n",
                "> q\n",
                "مرحبا ",
                "😀",
                "| a | b |\n|---|---|\n| 1 | 2 |\n",
                "<b>&amp; ",
                "\n\n",
                "1. one\n",
                "~~s~~ ",
                "***",
                "\\*",
            ]
        ),
        max_size=60,
    ).map("".join),
    name=st.sampled_from(["plain", "asterisks", "html", "markdown"]),
    unit=st.sampled_from(["characters", "utf-16 units", "utf-8 bytes"]),
)
@settings(max_examples=300, deadline=None)
def test_every_piece_of_markdown_is_within_the_limit_as_it_stands_on_the_wire(text: str, name: Any, unit: Any) -> None:
    limits = Limits(text_max=80, text_unit=unit, markup=name)
    convert = {"plain": markup.plain, "asterisks": markup.asterisks, "html": markup.html, "markdown": str}[name]
    for (part,) in fit((Text(text=text, format="markdown"),), limits=limits, measure=markup.measure(limits)):
        assert isinstance(part, Text)
        wire = convert(part.text) if part.format == "markdown" else part.text
        shown = markup.shown(wire) if name == "html" and part.format == "markdown" else wire
        assert 0 < units(shown, unit) <= 80
        assert shown.strip()


@given(
    around=st.tuples(*[st.text(" \n\t\u00a0\u3000\u2028", max_size=3)] * 2),
    text=st.text(
        st.sampled_from("ab`~*_ \n\u0301\u200d\u0600\U0001f1e6\u0378\U0001f3fb\u1100") | st.characters(exclude_categories=["Cs"]),
        max_size=50,
    ),
    fence=st.sampled_from(["", "```", "~~~"]),
    form=st.sampled_from(["plain", "markdown"]),
    unit=st.sampled_from(["characters", "utf-16 units", "utf-8 bytes"]),
)
@settings(max_examples=500, deadline=None)
def test_whitespace_around_a_text_that_fits_is_dropped_as_a_cut_drops_it(
    around: tuple[str, str], text: str, fence: str, form: Any, unit: Any
) -> None:
    whole = f"{around[0]}{fence}{text}{around[1]}"
    limits = Limits(text_max=60, text_unit=unit, markup="asterisks")
    measure = markup.measure(limits)
    pieces = split(whole, units_max=60, unit=unit, measure=measure if form == "markdown" else None)
    cut = [Text(text=piece.text, format="markdown" if piece.markdown else "plain") for piece in pieces]
    fitted = [part for (part,) in fit((Text(text=whole, format=form),), limits=limits, measure=measure)]
    assert fitted in (cut, [Text(text=whole, format=form)])
    assert fitted == cut or whole == whole.strip()


BILLED = Limits(text_max=40, caption_max=20, media_bytes_max={"photo": 1_000, "audio": 1_000}, captionless=("audio",))


def test_where_each_send_is_billed_what_one_can_carry_goes_as_one() -> None:
    photo = Media(role="photo", sha256="0" * 64, media_type="image/jpeg", size_bytes=10)
    parts = (Text(text="one"), Text(text="two"), photo, Text(text="three"))
    assert len(fit(parts, limits=BILLED)) == 4
    pieces = fit(parts, limits=BILLED, billed=True)
    assert [type(part).__name__ for (part,) in pieces] == ["Media", "Text"]
    assert pieces[0][0] == replace(photo, caption="one\n\ntwo")


def test_thrift_never_passes_a_limit_and_loses_nothing() -> None:
    sound = Media(role="audio", sha256="0" * 64, media_type="audio/ogg", size_bytes=10)
    for parts in (
        (Text(text="a" * 30), Text(text="b" * 30)),
        (Text(text="no caption for a voice"), sound),
        (Text(text="c" * 21), replace(sound, role="photo")),
        (Text(text="plain"), Text(text="**bold**", format="markdown")),
    ):
        assert fit(parts, limits=BILLED, billed=True) == fit(parts, limits=BILLED)
