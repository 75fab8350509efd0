"""The packs: what they hold, and what is said of a broken one."""

from collections import Counter

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.packs import read_pack
from wasl.policy.shipped import shipped_packs, shipped_suite
from wasl.wire.text import fold

ARABIC = {"ar", "eg", "gu", "lv", "mg", "az"}


def test_there_are_general_prompts_enough_of_many_kinds() -> None:
    general = shipped_packs().general
    assert len({prompt.text for prompt in general}) >= 1_500
    assert len({prompt.kind for prompt in general}) >= 40


def test_every_kind_of_business_has_questions_enough_in_arabic_and_english() -> None:
    kinds: dict[str, Counter[str]] = {}
    for prompt in shipped_packs().business:
        kinds.setdefault(prompt.kind, Counter())["ar" if prompt.language in ARABIC else prompt.language] += 1
    assert len(kinds) >= 25
    for kind, languages in kinds.items():
        assert sum(languages.values()) >= 28, kind
        assert languages["ar"] >= 8, kind
        assert languages["en"] >= 8, kind


def test_no_line_of_one_pack_stands_in_another() -> None:
    packs = shipped_packs()
    sides = [{prompt.text for prompt in pack} for pack in (packs.business, packs.general, packs.neutral)]
    assert not sides[0] & sides[1]
    assert not sides[1] & sides[2]
    assert not sides[0] & sides[2]


def test_choices_stand_for_each_of_their_words() -> None:
    read = read_pack("## kind\nen | {a|b} and {c|d}\n", name="pack")
    assert [prompt.text for prompt in read] == ["a and c", "a and d", "b and c", "b and d"]


def test_brackets_give_their_choices_side_by_side() -> None:
    read = read_pack("## kind\nen | [a|b|c] and [d|e] {f|g}\n", name="pack")
    assert [prompt.text for prompt in read] == ["a and d f", "a and d g", "b and e f", "b and e g", "c and d f", "c and d g"]


@pytest.mark.parametrize("text", ["en | before any kind", "## kind\nno language", "## kind\nen | " + "{a|b}" * 12])
def test_a_line_that_is_none_is_named(text: str) -> None:
    with pytest.raises(SettingWrong, match="line"):
        read_pack(text, name="pack")


def test_the_suite_has_two_hundred_prompts_in_arabic_and_english() -> None:
    suite = shipped_suite()
    assert len({prompt.text for prompt in suite}) == len(suite) >= 200
    assert sum(prompt.language in ARABIC for prompt in suite) >= 80
    assert sum(prompt.language == "en" for prompt in suite) >= 80
    assert {"role and override", "dressed as business"} <= {prompt.kind for prompt in suite}


def test_nothing_is_learnt_from_the_suite_or_from_anything_near_it() -> None:
    learnt = [_grams(prompt.text) for pack in shipped_packs() for prompt in pack]
    for prompt in shipped_suite():
        own = _grams(prompt.text)
        assert max(len(own & other) / len(own | other) for other in learnt) < 0.6, prompt.text


def _grams(text: str) -> frozenset[str]:
    words = fold(text)
    return frozenset(words[place : place + 4] for place in range(max(1, len(words) - 3)))
