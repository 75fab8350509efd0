"""Rule files: what is wrong is named with file, line and reason."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.errors import SettingWrong
from wasl.policy.rule_file import read_rules
from wasl.policy.rulebook import append_only, make_book, read_book
from wasl.policy.shipped_rules import shipped_book, shipped_texts

GOOD = """\
channel = "pigeon"

[groups]
NEAR = ["DE", "FR"]

[[rule]]
id = "pigeon.size"
effect = "limit"
predicate = { max_text_chars = 20 }
requires = { en = "Twenty letters.", ar = "عشرون حرفًا." }
from = 2026-01-01
regions = ["NEAR", "US-CA"]
source = "a pigeon"
seen = 2026-02-01
"""
ALLOW_AND_DENY = """\
channel = "pigeon"
[[rule]]
id = "pigeon.open"
effect = "allow"
predicate = { ai_primary = true }
requires = { en = "Open.", ar = "مفتوح." }
from = 2026-01-01
regions = ["DE"]
source = "a pigeon"
seen = 2026-02-01
[[rule]]
id = "pigeon.shut"
effect = "deny"
predicate = { ai_primary = true, decided_by = "platform" }
requires = { en = "Shut.", ar = "مغلق." }
from = 2026-03-01
source = "a pigeon"
seen = 2026-02-01
"""


def test_a_good_file_is_read_whole() -> None:
    rule = read_rules(GOOD, at="pigeon.toml").rules[0]
    assert (rule.id, rule.channels, rule.effect, rule.at) == ("pigeon.size", ("pigeon",), "limit", "pigeon.toml:6")
    assert rule.regions == ("NEAR", "US-CA")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("max_text_chars", "max_text_charz"), "'max_text_charz' is not known"),
        (lambda t: t.replace("max_text_chars = 20", 'max_text_chars = "20"'), "takes a whole number"),
        (lambda t: t.replace("max_text_chars = 20", "max_text_chars = -1"), "takes a whole number"),
        (lambda t: t.replace("max_text_chars = 20", "ai_primary = true"), "needs one of"),
        (lambda t: t.replace('"limit"', '"forbid"'), "'forbid'; it is one of"),
        (lambda t: t.replace('"limit"', "[1]"), "it is one of"),
        (lambda t: t.replace("from = 2026-01-01\n", ""), "it has no 'from'"),
        (lambda t: t.replace("from = 2026-01-01", 'from = "2026-01-01"'), "a day without quotes"),
        (lambda t: t.replace("from = 2026-01-01", "from = 2026-01-01T00:00:00"), "a day without quotes"),
        (lambda t: t.replace("from = 2026-01-01", "from = 2026-01-01\nto = 2025-12-31"), "before it begins"),
        (lambda t: t.replace('source = "a pigeon"\n', ""), "it has no 'source'"),
        (lambda t: t.replace("seen = 2026-02-01\n", ""), "it has no 'seen'"),
        (lambda t: t.replace(', ar = "عشرون حرفًا."', ""), "both languages"),
        (lambda t: t.replace('"NEAR", "US-CA"', '"FAR"'), "'FAR', which is no country"),
        (lambda t: t.replace('"NEAR", "US-CA"', '"XX"'), "'XX', which is no country"),
        (lambda t: t.replace('id = "pigeon.size"', 'id = "Pigeon!"'), "its id is"),
        (lambda t: t.replace('id = "pigeon.size"\n', ""), "its id is None"),
        (lambda t: t.replace('source = "a', 'colour = "red"\nsource = "a'), "'colour' is not known"),
        (lambda t: t.replace('source = "a', 'unsure = "yes"\nsource = "a'), "'unsure' is true or false"),
        (lambda t: t.replace('source = "a', 'role = "boss"\nsource = "a'), "its role is 'boss'"),
        (lambda t: t.replace('channel = "pigeon"\n', ""), "neither a channel nor a provider"),
        (lambda t: t + t[t.index("[[rule]]") :], "was seen on 2026-02-01 twice"),
    ],
)
def test_what_is_wrong_in_a_rule_is_named_with_its_line(change: Callable[[str], str], says: str) -> None:
    changed = change(GOOD)
    assert changed != GOOD
    with pytest.raises(SettingWrong, match=re.escape(says)) as error:
        read_rules(changed, at="pigeon.toml")
    assert re.search(r"pigeon\.toml(, line |:)\d+", error.value.message)


@pytest.mark.parametrize("text", ["[[rule", 'rule = "x"', "groups = 3", '[groups]\nNEAR = ["Germany"]', "colour = 1", "also_called = 7"])
def test_what_is_wrong_in_a_file_is_named(text: str) -> None:
    with pytest.raises(SettingWrong, match=r"pigeon\.toml"):
        read_rules(text, at="pigeon.toml")


def test_a_permit_and_a_denial_of_the_same_on_the_same_days_contradict_each_other() -> None:
    with pytest.raises(SettingWrong, match=r"pigeon\.open.*2026-03-01.*pigeon\.shut"):
        read_rules(ALLOW_AND_DENY, at="pigeon.toml")


@pytest.mark.parametrize(
    "mended",
    [
        ALLOW_AND_DENY.replace("from = 2026-01-01", "from = 2026-01-01\nto = 2026-02-28"),
        ALLOW_AND_DENY.replace("from = 2026-03-01", 'from = 2026-03-01\nregions_except = ["DE"]'),
    ],
)
def test_they_do_not_where_one_ends_or_leaves_the_place_out(mended: str) -> None:
    assert len(read_rules(mended, at="pigeon.toml").rules) == 2


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_rule_file_that_was_changed_anywhere_is_read_or_refused_by_name(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(sorted(shipped_texts().values())))
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    put = data.draw(st.text(max_size=12) | st.sampled_from(["\n[[rule]]\n", '"', " = ", "2026-13-01", "[", "}", "1e999", "nan"]))
    changed = text[:start] + put + text[start + length :]
    refused = ""
    try:
        make_book([read_rules(changed, at="changed.toml", groups=shipped_book().groups)])
    except SettingWrong as error:
        refused = error.message
    assert not refused or "changed.toml" in refused


def test_the_shipped_rules_are_complete_and_bilingual() -> None:
    for rule in shipped_book().rules:
        assert rule.source
        assert re.search(r"[\u0600-\u06ff]", rule.arabic), rule.id
        assert not re.search(r"[\u0600-\u06ff]", rule.text), rule.id
    assert len(shipped_book().rules) >= 63


def test_a_book_may_grow_and_nothing_else() -> None:
    old = read_book({"pigeon.toml": GOOD})
    newer = GOOD[GOOD.index("[[rule]]") :].replace("seen = 2026-02-01", "seen = 2026-05-01").replace("20 }", "40 }")
    assert append_only(old, read_book({"pigeon.toml": GOOD + newer})) == ()
    changed = append_only(old, read_book({"pigeon.toml": GOOD.replace("20 }", "30 }")}))
    assert [(one.id, "later `seen`" in one.what) for one in changed] == [("pigeon.size", True)]
    assert [one.what for one in append_only(old, read_book({}))] == ["vanished"]


def test_the_digest_names_what_decides_and_not_where_it_was_read() -> None:
    one, other = read_book({"a.toml": GOOD}), read_book({"b.toml": "# a remark\n" + GOOD})
    assert one.digest == other.digest
    assert one.digest != read_book({"a.toml": GOOD.replace("Twenty", "Some")}).digest


def test_an_operator_cannot_take_the_id_of_a_shipped_rule() -> None:
    own = GOOD.replace("pigeon.size", "wa.size").replace("seen = 2026-02-01", "seen = 2026-11-22").replace('"pigeon"', '"whatsapp"')
    with pytest.raises(SettingWrong, match=r"wa\.size.*there already"):
        read_book({"own.toml": own}, base=shipped_book())
