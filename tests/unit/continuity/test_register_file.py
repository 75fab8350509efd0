"""A register file is read strictly: what is wrong is named with file, line and entry."""

from datetime import date
from decimal import Decimal

import pytest

from wasl.continuity.register_file import read_register
from wasl.domain.errors import SettingWrong

GOOD = """
[[dependency]]
id = "compute"
kind = "cloud"
title = { en = "Compute", ar = "حوسبة" }
hosts = ["*.compute.example"]

[[dependency.fact]]
topic = "spend"
text = { en = "Committed", ar = "ملتزم" }
amount = 5000.50
currency = "USD"
until = 2027-03-31
source = "our contract"
seen = 2026-11-22

[[dependency.words]]
how = "disabled"
status = 403
body = "{}"
source = "seen"

[[constraint]]
id = "compute.first"
first = ["compute"]
then = ["*"]
when = "refused or down"
text = { en = "Compute has the first refusal", ar = "لكومبيوت حق الرفض الأول" }
source = "our contract, 4.2"
seen = 2026-11-22
until = 2027-03-31
"""


def test_a_good_file_is_read_whole() -> None:
    told = read_register(GOOD, at="own.toml")
    (entry,), (constraint,) = told
    assert (entry.id, entry.kind, entry.hosts, entry.at) == ("compute", "cloud", ("*.compute.example",), "own.toml:2")
    (fact,) = entry.facts
    assert (fact.amount, fact.currency, fact.until, fact.at) == (Decimal("5000.50"), "USD", date(2027, 3, 31), "own.toml:8")
    assert (entry.words[0].how, entry.words[0].status) == ("disabled", 403)
    assert constraint.holds(date(2027, 3, 31))
    assert not constraint.holds(date(2027, 4, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "cloud"', 'kind = "cloud"\nprize = 3'), "line 5: 'compute': 'prize' is not known; a dependency has"),
        (('kind = "cloud"', 'kind = "sky"'), "line 4: 'compute': its kind is 'sky'; it is one of"),
        (('topic = "spend"', 'topic = "gossip"'), "line 9: 'compute': a fact's topic is 'gossip'"),
        (('seen = 2026-11-22\n\n[[dependency.words]]', 'seen = "today"\n\n[[dependency.words]]'), "line 15: 'compute': 'seen' is 'today'"),
        (('source = "our contract"\nseen', "seen"), "line 8: 'compute': it has no 'source'"),
        (('currency = "USD"\n', ""), "line 8: 'compute': an amount goes with a currency"),
        (("amount = 5000.50", "amount = nan"), "line 11: 'compute': its amount is"),
        (('how = "disabled"', 'how = "sulks"'), "line 18: 'compute': `how` is 'sulks'"),
        (("status = 403", "status = 7"), "its status is 7"),
        (('title = { en = "Compute", ar = "حوسبة" }', 'title = { en = "Compute" }'), "it has no 'title' in both languages"),
        (('when = "refused or down"', 'when = "later"'), "line 27: 'compute.first': `when` is 'later'"),
        (('first = ["compute"]\n', ""), "line 23: 'compute.first': it names who comes first"),
        (('id = "compute"', 'id = "Compute!"'), "its id is 'Compute!'"),
        (("[[constraint]]", "[[rule]]"), "line 23: 'rule' is not known; a register file has"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_line_and_reason(change: tuple[str, str], said: str) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    with pytest.raises(SettingWrong, match=r"own\.toml") as told:
        read_register(text, at="own.toml")
    assert said in told.value.message


def test_a_file_that_is_no_toml_or_too_large_is_refused() -> None:
    with pytest.raises(SettingWrong, match="is no TOML"):
        read_register("[[dependency", at="own.toml")
    with pytest.raises(SettingWrong, match="more than"):
        read_register("#" * (2 << 20) + "##", at="own.toml")
