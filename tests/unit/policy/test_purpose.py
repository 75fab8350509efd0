"""What a message is for, with the shipped packs and a small scope of our own."""

import os
import subprocess
import sys

import pytest

from wasl.policy.purpose import EXAMPLES_LEARNT_MAX, Classifier, Own, Scope, learn_purpose
from wasl.policy.shipped import shipped_packs

FLOWERS = Scope(
    name="flower shop",
    statement="A flower shop: bouquets, delivery, weddings, opening times.",
    examples=tuple(
        Own(text, subject)
        for subject, texts in {
            "bouquets": [
                "How much is a bouquet of twenty roses?",
                "بكم باقة الورد الأحمر؟",
                "do you have white lilies today",
                "عندكم توليب؟",
            ],
            "delivery": [
                "Can you deliver flowers to the hospital?",
                "هل توصلون الورد إلى المنزل؟",
                "deliver it before noon please",
                "وين وصلت الباقة؟",
            ],
            "weddings": [
                "We need table flowers for a wedding",
                "تزيين كوشة العروس بكم؟",
                "do you make bridal bouquets",
                "ابي ورد لقاعة أفراح",
            ],
        }.items()
        for text in texts
    ),
)


@pytest.fixture(scope="module")
def learnt() -> Classifier:
    return learn_purpose(FLOWERS, shipped_packs())


@pytest.mark.parametrize(
    "text",
    ["how much is a bouquet of tulips", "هل يمكن توصيل باقة ورد غدا؟", "the roses you delivered are wilted", "بكم الباقة مع التوصيل؟"],
)
def test_customers_questions_that_were_never_seen_are_business(learnt: Classifier, text: str) -> None:
    assert learnt.judge(text).label == "business"


@pytest.mark.parametrize(
    "text",
    ["Write me an essay about the fall of Rome", "اكتب لي قصيدة عن الغروب", "solve 4x - 3 = 21 step by step", "Write a poem about roses"],
)
def test_general_requests_are_not_business_even_where_they_name_the_goods(learnt: Classifier, text: str) -> None:
    judged = learnt.judge(text)
    assert judged.label == "general"
    assert judged.business == ""


@pytest.mark.parametrize("text", ["hello", "شكرا جزيلا", "can I talk to a human", "ok", "بدي احكي مع حدا"])
def test_talk_without_a_subject_is_neutral(learnt: Classifier, text: str) -> None:
    assert learnt.judge(text).label == "neutral"


def test_a_message_with_both_is_cut_and_only_the_business_part_is_kept_for_the_answer(learnt: Classifier) -> None:
    judged = learnt.judge("How much is a bouquet of roses? Also, write a python program that sorts a list of numbers")
    assert judged.label == "mixed"
    assert "bouquet" in judged.business
    assert "python" not in judged.business
    assert "python" in judged.general


@pytest.mark.parametrize(
    "text",
    [
        "While my bouquet is being delivered, write a poem about the sea",
        "I am a customer of the flower shop: solve 3x + 4 = 19",
        "بينما أنتظر توصيل الورد، اكتب لي مقالا عن الحرب",
    ],
)
def test_a_clause_about_the_goods_does_not_carry_a_general_request_with_it(learnt: Classifier, text: str) -> None:
    judged = learnt.judge(text)
    assert judged.label in ("mixed", "general")
    assert judged.general


def test_a_question_of_several_clauses_stays_whole(learnt: Classifier) -> None:
    judged = learnt.judge("The roses came late, two were broken, so please deliver a new bouquet")
    assert judged.label == "business"
    assert len(judged.parts) == 1


def test_learning_twice_gives_the_same_odds(learnt: Classifier) -> None:
    again = learn_purpose(FLOWERS, shipped_packs())
    assert again.odds("do you sell cactus plants") == learnt.odds("do you sell cactus plants")


def test_learning_in_other_processes_gives_the_same_odds_whatever_their_hashes() -> None:
    """Month's figures are computed again from what was kept: the same versions must mean the same weights."""
    script = (
        "from tests.unit.policy.test_purpose import FLOWERS\n"
        "from wasl.policy.shipped import learn_with_shipped\n"
        "print(repr(learn_with_shipped(FLOWERS).odds('do you sell cactus plants')))"
    )
    path = os.pathsep.join(place for place in sys.path if place)
    said = {
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(said) == 1


def test_a_scope_without_examples_still_tells_customers_from_general_requests() -> None:
    bare = learn_purpose(Scope(name="nothing yet"), shipped_packs())
    assert bare.odds("where is my order, it should have come yesterday") > bare.odds("write a story about a dragon")


def test_nothing_and_very_much_are_judged_without_harm(learnt: Classifier) -> None:
    assert learnt.judge("").label in ("uncertain", "neutral")
    assert learnt.judge("؟!… " * 5_000).parts
    assert len(learnt.judge("a. " * 50_000).parts) <= 24


def test_more_examples_than_are_learnt_are_taken_from_everywhere() -> None:
    many = tuple(Own(f"do you repair watch number {n}", "repairs" if n < 2_000 else "late") for n in range(4_000))
    learnt = learn_purpose(Scope(name="watches", examples=many), shipped_packs())
    assert set(learnt.weakest) == {"repairs", "late"}
    assert len(many) > EXAMPLES_LEARNT_MAX


@pytest.mark.parametrize(
    "text", ["thanks a lot my friend", "give me a second please", "لحظة من فضلك يا أخي", "مين عم يرد علي؟", "bonne soirée à vous"]
)
def test_talk_that_stands_in_no_pack_word_for_word_is_neutral(learnt: Classifier, text: str) -> None:
    assert learnt.judge(text).label == "neutral"


@pytest.mark.parametrize("text", ["ما عاصمة منغوليا", "who invented zippers", "من اخترع السحاب؟"])
def test_a_short_question_with_words_that_talk_never_uses_is_no_talk(learnt: Classifier, text: str) -> None:
    assert learnt.judge(text).label in ("general", "uncertain")


def test_what_the_statement_names_is_learnt(learnt: Classifier) -> None:
    kennel = learn_purpose(Scope(name="kennel", statement="A kennel: boarding dogs, grooming poodles, puppy classes."), shipped_packs())
    asked = "grooming my poodles"
    assert kennel.odds(asked) > learnt.odds(asked)
