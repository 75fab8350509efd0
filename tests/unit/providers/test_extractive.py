import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wasl.domain.prompt import Delta, Finish, Image, Passage, Prompt, PromptMessage, TextDelta, Usage
from wasl.ports.provider import Keyless
from wasl.providers.extractive import QUOTED_CHARACTERS_MAX, Extractive

FITS = Extractive.Settings().fits
HOURS = Passage(
    text="- Sunday: 7 to 10\n- Friday: 1 to 11", source="visit.en.md", heading="Visiting › Opening hours", language="en", score=0.8
)
HOURS_AR = Passage(text="الجمعة: من ١ إلى ١١", source="visit.ar.md", heading="زيارة › ساعات العمل", language="ar", score=0.8)


def answerer(**settings: object) -> Extractive:
    return Extractive(Extractive.Settings.model_validate(settings), name="quotes")


def prompt(question: str, *passages: Passage, language: str = "", images: tuple[Image, ...] = ()) -> Prompt:
    return Prompt(
        messages=(
            PromptMessage(role="system", text="s"),
            PromptMessage(role="user", text="earlier"),
            PromptMessage(role="assistant", text="reply"),
            PromptMessage(role="user", text=question, images=images),
        ),
        passages=passages,
        language=language,
    )


def said(deltas: list[Delta]) -> str:
    return "".join(d.text for d in deltas if isinstance(d, TextDelta))


def answer(question: str, *passages: Passage, language: str = "", **settings: object) -> str:
    return said(list(answerer(**settings).reply(prompt(question, *passages, language=language))))


def test_it_needs_no_settings_and_no_network() -> None:
    assert isinstance(answerer(), Keyless)


def test_the_limit_is_the_one_the_search_was_measured_with() -> None:
    assert FITS == 0.42


def test_a_fitting_passage_is_quoted_with_its_source_and_who_speaks() -> None:
    text = answer("What are your opening hours?", HOURS)
    assert "> - Friday: 1 to 11" in text
    assert "> **Opening hours**" in text
    assert "visit.en.md, Opening hours" in text
    assert "no language model" in text


def test_an_arabic_question_is_answered_in_arabic() -> None:
    text = answer("ما ساعات العمل؟", HOURS_AR, language="en")
    assert "من ١ إلى ١١" in text
    assert "visit.ar.md" in text
    assert "ولم يكتبه نموذج لغوي" in text


def test_a_passage_in_another_language_is_announced() -> None:
    assert answer("ما ساعات العمل؟", HOURS).startswith("وجدت الجواب في مستنداتنا بلغة أخرى")


def test_the_person_s_language_counts_where_the_question_shows_none() -> None:
    assert "لم أجد" in answer("404", language="ar-EG")


@pytest.mark.parametrize("question", ["What is the capital of France?", "ما عاصمة فرنسا؟"])
def test_when_nothing_fits_it_says_so_and_names_the_contact(question: str) -> None:
    weak = Passage(text="x", source="a.md", score=FITS - 0.01)
    text = answer(question, weak, contact="555-0142")
    assert "555-0142" in text
    assert ">" not in text


def test_without_a_contact_it_says_that_the_message_is_kept() -> None:
    assert "a person can read it" in answer("Where is the moon?")


@pytest.mark.parametrize(("score", "quoted"), [(FITS, True), (FITS - 0.001, False)])
def test_the_limit_itself_fits(score: float, quoted: bool) -> None:
    assert ("> y" in answer("something", Passage(text="y", source="a.md", score=score))) is quoted


@pytest.mark.parametrize("question", ["Hello!", "hi there", "السلام عليكم", "صباح الخير", "مرحبًا"])
def test_a_greeting_is_greeted_even_where_a_passage_fits(question: str) -> None:
    text = answer(question, HOURS)
    assert ">" not in text
    assert text.startswith(("Hello!", "أهلًا"))


@pytest.mark.parametrize("question", ["thanks a lot", "شكرًا جزيلًا", "ok thank you"])
def test_thanks_are_answered_shortly(question: str) -> None:
    text = answer(question)
    assert len(text) < 80
    assert text.startswith(("You are welcome", "على الرحب"))


def test_a_greeting_with_a_question_is_answered() -> None:
    assert "> **Opening hours**" in answer("hello, what are your hours?", HOURS)


def test_a_second_passage_is_quoted_where_it_fits_alike_and_meets_other_words() -> None:
    tea = Passage(text="tea 10", source="a.md", heading="Drinks", score=0.8)
    delivery = Passage(text="we deliver", source="b.md", heading="Delivery", score=0.78)
    weak = Passage(text="we deliver too", source="c.md", score=0.6)
    question = "how much is tea and do you deliver"
    text = answer(question, weak, delivery, tea)
    assert text.index("> tea 10") < text.index("> we deliver")
    assert "too" not in text
    assert "a.md, Drinks; b.md, Delivery" in text
    assert "we deliver" not in answer(question, tea, delivery, passages=1)
    assert "we deliver" not in answer("how much is tea", tea, delivery)


def test_the_rows_of_a_table_become_items() -> None:
    table = Passage(text="| dish | price |\n|---|---|\n| tea | 10 |\n| water | |", source="m.md", score=0.9)
    text = answer("tea", table)
    assert "> - tea — 10\n> - water" in text
    assert "dish" not in text


def test_of_a_long_passage_the_lines_that_fit_are_quoted() -> None:
    lines = [f"- dish number {n}, a long description of the dish: {n}" for n in range(60)]
    lines[41] = "- kunafa with cream: 28"
    text = answer("price of kunafa", Passage(text="\n".join(lines), source="m.md", score=0.9))
    assert "> - kunafa with cream: 28" in text
    assert "> …" in text
    assert len(text) < QUOTED_CHARACTERS_MAX + 400


def test_one_endless_line_is_cut_at_a_word() -> None:
    text = answer("price", Passage(text="word " * 400, source="m.md", score=0.9))
    assert "word …" in text


def test_a_picture_without_words_is_met_with_honesty() -> None:
    deltas = list(answerer().reply(prompt("", images=(Image(url="https://x.example/a.jpg"),))))
    assert "only read words" in said(deltas)


def test_it_ends_with_exact_usage_of_nothing_and_a_finish() -> None:
    *_, usage, finish = list(answerer().reply(prompt("hours", HOURS)))
    assert usage == Usage(input_tokens=0, output_tokens=0, estimated=False)
    assert finish == Finish(reason="stop", served_model="extractive")


def test_a_prompt_without_any_message_is_answered() -> None:
    assert said(list(answerer().reply(Prompt(messages=()))))


def test_marks_in_a_heading_do_not_break_the_quotation() -> None:
    assert "**a b**" in answer("x", Passage(text="y", source="z_1.md", heading="**a** [b]", score=0.9))


@pytest.mark.parametrize("wrong", [{"fits": 0}, {"fits": 1.5}, {"passages": 0}, {"unknown": 1}])
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Extractive.Settings.model_validate(wrong)


@given(
    st.text(max_size=60),
    st.lists(
        st.builds(Passage, text=st.text(max_size=60), source=st.just("a.md"), heading=st.text(max_size=10), score=st.floats(0, 1)),
        max_size=4,
    ),
)
def test_it_always_has_an_answer(question: str, passages: list[Passage]) -> None:
    assert said(list(answerer().reply(prompt(question, *passages)))).strip()


@pytest.mark.parametrize("question", ["[photo: walk.png]\n[document: opening hours.pdf]", "[voice]", "[document]"])
def test_a_file_s_name_is_no_question_and_tells_no_language(question: str) -> None:
    hours = Passage(text="From 9 to 5.", source="visit.md", heading="Opening hours", language="en", score=0.9)
    said = "".join(d.text for d in answerer().reply(prompt(question, hours, language="ar")) if isinstance(d, TextDelta))
    assert said.startswith("أستطيع قراءة النصوص فقط")
    assert "From 9" not in said
