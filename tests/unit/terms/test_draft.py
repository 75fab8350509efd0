"""Drafts are written as rule files write rules, and come back whole."""

from dataclasses import replace
from datetime import date

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.rulebook import read_book
from wasl.policy.shipped_rules import shipped_book
from wasl.terms.draft import Draft, ended, read_draft, toml_of

DRAFT = Draft(
    family="courier-terms.ai-use", effect="deny", predicate="{ ai_primary = true }", from_=date(2026, 1, 15), seen=date(2025, 12, 31),
    english='They are "prohibited" \\ here.', arabic="ممنوع.", source="courier: Terms", channel="courier", regions_except=("IT",),
    role="primary", terms_version="v", sentences=("ab12",), unsure=True,
)  # fmt: skip


def test_a_draft_comes_back_from_its_file_as_it_was() -> None:
    assert read_draft(toml_of(DRAFT)) == DRAFT


def test_a_draft_is_a_rule_that_the_rulebook_takes() -> None:
    (rule,) = (one for one in read_book({"x": toml_of(DRAFT)}, base=shipped_book()).rules if one.id == DRAFT.id)
    assert (rule.effect, rule.regions_except, rule.terms_version, rule.sentences) == ("deny", ("IT",), "v", ("ab12",))


def test_a_later_rule_of_the_kind_ends_the_earlier_one_on_the_day_before() -> None:
    later = replace(DRAFT, from_=date(2026, 3, 6), seen=date(2026, 3, 7))
    end = ended(DRAFT, by=later)
    assert end is not None
    assert (end.id, end.to, end.seen) == (DRAFT.id, date(2026, 3, 5), date(2026, 3, 7))
    assert ended(replace(DRAFT, family="another.ai-use"), by=later) is None
    assert ended(end, by=later) is None


def test_an_earlier_rule_that_would_begin_later_never_held() -> None:
    end = ended(replace(DRAFT, from_=date(2026, 9, 1)), by=replace(DRAFT, from_=date(2026, 3, 6)))
    assert end is not None
    assert end.withdrawn


@pytest.mark.parametrize("text", ["", "[[rule]]\nid = 5", toml_of(DRAFT) * 2, toml_of(DRAFT).replace("terms.", "own."), "x = ["])
def test_what_is_no_single_rule_is_refused(text: str) -> None:
    with pytest.raises(SettingWrong):
        read_draft(text)
