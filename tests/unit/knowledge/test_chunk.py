import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measured import least

from wasl.domain.errors import Malformed
from wasl.knowledge.chunk import HEADING_CHARACTERS_MAX, PASSAGE_CHARACTERS_MAX, chunk

marked = st.lists(
    st.sampled_from(
        [
            "# A",
            "## B",
            "text",
            "- item",
            "* x",
            "1. y",
            "| a | b |",
            "|---|---|",
            "",
            "---",
            "===",
            "```",
            "> q",
            "س: كم؟",
            "ج: ٥",
            "<!--",
            "-->",
        ]
    )
    | st.text(max_size=30),
    max_size=40,
).map("\n".join)


def test_each_section_is_a_passage_with_its_path_of_headings() -> None:
    found = chunk("# Shop\n\nWelcome.\n\n## Hours\n\n9 to 5\n\n### Friday\n\nclosed\n\n## Price\n\n10", source="a.md")
    assert [(p.heading, p.text) for p in found] == [
        ("Shop", "Welcome."),
        ("Shop › Hours", "9 to 5"),
        ("Shop › Hours › Friday", "closed"),
        ("Shop › Price", "10"),
    ]
    assert {p.source for p in found} == {"a.md"}


def test_underlined_headings_and_closing_marks_are_headings_too() -> None:
    found = chunk("Shop\n====\n\nx\n\nHours\n-----\n\ny\n\n## Price ##\n\nz", source="a.md")
    assert [p.heading for p in found] == ["Shop", "Shop › Hours", "Shop › Price"]


def test_questions_and_answers_in_plain_text_are_told_apart() -> None:
    found = chunk("Q: Do you deliver?\nA: Yes.\n\nس: كم السعر؟\nج: عشرة دنانير طازج: نعم", source="a.txt")
    assert [(p.heading, p.text) for p in found] == [("Do you deliver?", "Yes."), ("كم السعر؟", "عشرة دنانير طازج: نعم")]


def test_a_hash_inside_code_is_no_heading() -> None:
    found = chunk("# A\n\n```\n# not a heading\n```\n", source="a.md")
    assert [p.heading for p in found] == ["A"]
    assert "# not a heading" in found[0].text


def test_a_list_stays_whole_with_its_lead_in() -> None:
    items = "\n".join(f"- thing number {n} of the list" for n in range(25))
    found = chunk(f"# A\n\nOur things:\n\n{items}", source="a.md")
    assert len(found) == 1
    assert found[0].text.startswith("Our things:")


def test_a_table_that_is_too_long_is_cut_between_rows_and_keeps_its_head() -> None:
    rows = "\n".join(f"| dish {n} | {n} dinars |" for n in range(200))
    found = chunk(f"# Menu\n\n| dish | price |\n|---|---|\n{rows}", source="a.md")
    assert len(found) > 2
    for passage in found:
        assert passage.text.startswith("| dish | price |\n|---|---|\n| dish")
        assert all(line.count("|") == 3 for line in passage.text.split("\n"))
    assert sum(passage.text.count("dinars") for passage in found) == 200


def test_long_running_text_is_cut_between_sentences() -> None:
    found = chunk(" ".join(f"This is sentence number {n}." for n in range(200)), source="a.txt")
    assert len(found) > 2
    assert all(p.text.endswith(".") for p in found)


def test_front_matter_and_comments_are_left_out() -> None:
    found = chunk("---\ntitle: x\n---\n# A\n\nsee <!-- not\nthis --> that", source="a.md")
    assert [(p.heading, p.text) for p in found] == [("A", "see  that")]


@pytest.mark.parametrize(
    ("source", "text", "language"),
    [
        ("menu.ar.md", "Espresso 10", "ar"),
        ("menu.en.md", "قهوة", "en"),
        ("menu.md", "قهوة عربية", "ar"),
        ("menu.md", "Arabic coffee", "en"),
        ("menu.md", "Где?", ""),
        ("v1.2.md", "قهوة", "ar"),
    ],
)
def test_the_language_is_the_name_s_or_guessed(source: str, text: str, language: str) -> None:
    assert [p.language for p in chunk(text, source=source)] == [language]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_of_questions_gives_a_passage_an_answer(delimiter: str) -> None:
    text = delimiter.join(["Question", "Answer"]) + "\n" + delimiter.join(["Open?", '"Yes\nfrom 9"']) + "\n\n" + delimiter.join(["X", ""])
    assert [(p.heading, p.text) for p in chunk(text, source="q.csv")] == [("Open?", "Yes\nfrom 9")]


def test_an_arabic_head_is_understood_in_either_order() -> None:
    found = chunk("الجواب,السؤال\nنعم,هل تفتحون؟\n", source="q.csv")
    assert [(p.heading, p.text) for p in found] == [("هل تفتحون؟", "نعم")]


def test_any_other_csv_gives_a_passage_a_row() -> None:
    found = chunk("dish,price,note\nTea,10,\nKunafa,28,with cream\n", source="m.csv")
    assert [(p.heading, p.text) for p in found] == [
        ("Tea", "dish: Tea\nprice: 10"),
        ("Kunafa", "dish: Kunafa\nprice: 28\nnote: with cream"),
    ]


def test_a_csv_field_beyond_what_can_be_read_is_named() -> None:
    with pytest.raises(Malformed, match=r"'big\.csv' line 2"):
        chunk('a,b\n"' + "x" * 200_000 + '",y\n', source="big.csv")


@given(marked, st.sampled_from(["a.md", "a.txt", "a.csv", "a.ar.md", "a.tsv"]))
def test_any_text_gives_bounded_passages(text: str, source: str) -> None:
    for passage in chunk(text, source=source):
        assert 0 < len(passage.text) <= PASSAGE_CHARACTERS_MAX
        assert len(passage.heading) <= HEADING_CHARACTERS_MAX


@given(st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=400))
def test_no_word_of_running_text_is_lost(written: list[str]) -> None:
    assert " ".join(p.text for p in chunk(" ".join(written), source="a.txt")).split() == written


@pytest.mark.parametrize("unit", ["a", "# ", "- x\n", "|", "| a | b |\n", "a\n---\n", "`" * 3 + "\n", "<!--", " ", "- ", "q:", "ا"])
def test_time_grows_no_faster_than_the_document(unit: str) -> None:
    def cpu(length: int) -> float:
        text = unit * (length // len(unit))
        started = time.process_time()
        chunk(text, source="a.md")
        return time.process_time() - started

    limit = 40 * min(cpu(20_000) for _ in range(2)) + 0.1
    assert least(lambda: cpu(200_000), enough=limit) < limit
