"""The packs: what they hold, and what is said of a broken one."""

from collections import Counter

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.packs import read_pack
from wasl.policy.shipped import shipped_packs

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


@pytest.mark.parametrize("text", ["en | before any kind", "## kind\nno language", "## kind\nen | " + "{a|b}" * 12])
def test_a_line_that_is_none_is_named(text: str) -> None:
    with pytest.raises(SettingWrong, match="line"):
        read_pack(text, name="pack")
