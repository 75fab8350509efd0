"""How well the keyless search answers real-looking questions about the example business that ships."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from wasl.domain.prompt import Passage
from wasl.knowledge.chunk import chunk
from wasl.knowledge.rank import Index

EXAMPLE = Path(__file__).parents[3] / "src/wasl/knowledge/example"
QUESTIONS = Path(__file__).parents[2] / "fixtures/knowledge/questions"
FITS = 0.42  # the default of the answerer that quotes; tests/unit/providers holds the two together

# The headings in document order, so that a label names the same section in both languages.
SECTIONS = {
    "visit": "about hours ramadan address parking seating pets person",
    "menu": "about bread pastries sweets cakes hot cold breakfast",
    "orders": "how delivery payment cancel returns complaints table catering discounts gift",
    "ingredients": "allergens gluten vegan sugar halal keeping",
    "questions": "jobs jobs branches branches wholesale wholesale lost lost classes classes",
}


@dataclass(frozen=True)
class Labelled:
    manner: str
    question: str
    labels: tuple[str, ...]


def labelled(name: str = "questions.tsv") -> list[Labelled]:
    with (QUESTIONS / name).open(encoding="utf-8") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Labelled(manner=m, question=q, labels=() if label == "-" else tuple(label.split("|"))) for m, q, label in rows]


@pytest.fixture(scope="module")
def example() -> tuple[Index, dict[tuple[str, str, str], str]]:
    passages: list[Passage] = []
    names: dict[tuple[str, str, str], str] = {}
    for path in sorted(EXAMPLE.iterdir()):
        found = chunk(path.read_text(encoding="utf-8"), source=path.name)
        stem = path.name.split(".")[0]
        sections = SECTIONS[stem].split()
        assert len(found) == len(sections), path.name
        for passage, section in zip(found, sections, strict=True):
            names[passage.source, passage.heading, passage.text] = f"{stem}/{section}"
        passages += found
    return Index(passages), names


Example = tuple[Index, dict[tuple[str, str, str], str]]


def label_of(example: Example, passage: Passage) -> str:
    return example[1][passage.source, passage.heading, passage.text]


@pytest.mark.parametrize(("name", "wanted"), [("questions.tsv", 0.9), ("fresh.tsv", 0.8), ("unseen.tsv", 0.7)])
def test_the_right_passage_comes_first(example: Example, name: str, wanted: float) -> None:
    asked = [one for one in labelled(name) if one.labels]
    wrong = []
    for one in asked:
        found = example[0].search(one.question, limit=1)
        label = label_of(example, found[0]) if found and found[0].score >= FITS else "nothing"
        if label not in one.labels:
            wrong.append(f"{one.manner} {one.question!r}: {label} ({found[0].score if found else 0}), not {one.labels}")
    assert len(asked) >= 35
    assert 1 - len(wrong) / len(asked) >= wanted, "\n".join(wrong)


@pytest.mark.parametrize(("name", "wanted"), [("questions.tsv", 0.9), ("fresh.tsv", 0.9), ("unseen.tsv", 0.7)])
def test_questions_that_the_documents_do_not_answer_are_rejected(example: Example, name: str, wanted: float) -> None:
    asked = [one for one in labelled(name) if not one.labels]
    wrong = []
    for one in asked:
        found = example[0].search(one.question, limit=1)
        if found and found[0].score >= FITS:
            wrong.append(f"{one.manner} {one.question!r}: {label_of(example, found[0])} ({found[0].score})")
    assert len(asked) >= 12
    assert 1 - len(wrong) / len(asked) >= wanted, "\n".join(wrong)


def test_an_answer_comes_in_the_language_of_the_question(example: Example) -> None:
    answered = 0
    other = []
    for one in labelled():
        found = example[0].search(one.question, limit=1)
        if one.labels and found and label_of(example, found[0]) in one.labels:
            answered += 1
            if found[0].language != ("en" if one.manner.startswith("en") else "ar"):
                other.append(one.question)
    assert len(other) <= answered * 0.02, other


@pytest.mark.parametrize(
    "question",
    [
        "What do you sell?", "what have you got", "What products do you have?", "what can I buy here", "What do you offer?", "ماذا تبيعون؟",
        "شو عندكم", "إيش تقدمون", "ايه المنتجات اللي عندكم؟", "what's on the menu?",
    ],
)  # fmt: skip
def test_a_question_for_what_there_is_finds_the_menu_and_what_it_holds(example: Example, question: str) -> None:
    best = example[0].search(question, limit=1)[0]
    assert best.score >= FITS
    assert label_of(example, best) == "menu/about"
    assert any(word in best.text for word in ("pastries", "معجنات"))


@pytest.mark.parametrize("question", ["What do you do?", "Do you have?", "What is that?", "هل عندكم؟", "ما هذا؟"])
def test_small_words_alone_ask_for_nothing(example: Example, question: str) -> None:
    assert example[0].search(question, limit=1) == ()
