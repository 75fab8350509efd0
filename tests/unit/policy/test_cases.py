"""Files of cases: read from TOML and JSON, and what is wrong is named."""

import json
import re

import pytest

from wasl.domain.errors import SettingWrong
from wasl.policy.cases import missed, read_cases
from wasl.policy.evaluate import evaluate
from wasl.policy.shipped_rules import shipped_book

ONE = {"name": "x", "channel": "whatsapp_cloud", "date": "2025-10-20", "phone": "+49", "purpose": "general", "verdict": "denied"}


def toml(**changed: object) -> str:
    return "[[case]]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in {**ONE, **changed}.items())


def test_toml_and_json_say_the_same() -> None:
    read = [
        read_cases(toml(), at="a.toml")[0],
        read_cases(json.dumps([ONE]), at="a.json")[0],
        read_cases(json.dumps({"cases": [ONE]}), at="a.json")[0],
        read_cases(json.dumps(ONE) + "\n", at="a.jsonl")[0],
    ]
    assert {case.act for case in read} == {read[0].act}
    assert missed(read[0], evaluate(shipped_book(), read[0].act)) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (toml(colour="red"), "'colour' is not known"),
        (toml(purpose="fun"), "'purpose' is 'fun'"),
        (toml(verdict="maybe"), "'expect' is 'maybe'"),
        (toml(number="three"), "'number' cannot be 'three'"),
        (toml(number=True), "'number' cannot be True"),
        (toml(date="soon"), "'soon'; write a day"),
        (toml(account_created="then"), "'then'; write a day"),
        (toml(zone="Mars"), "'Mars' is no time zone"),
        ("x = 1", "no cases"),
        ("[[case", "no TOML"),
        ('[[case]]\nchannel = "x"', "it has no 'on'"),
    ],
)
def test_what_is_wrong_in_a_case_is_named(text: str, says: str) -> None:
    with pytest.raises(SettingWrong, match=says):
        read_cases(text, at="a.toml")


@pytest.mark.parametrize(
    ("expected", "says"),
    [
        ({"verdict": "allow"}, "expected allow, found refuse"),
        ({"charged": True}, "expected charged = true"),
        ({"price": "1 EUR"}, "expected the price 1 EUR, found nothing"),
        ({"reasons": ["x"]}, r"expected reasons \['x'\]"),
        ({"not_rules": ["wa.ai.primary.new_accounts"]}, "did not expect rules"),
        ({"wait_s": 3}, "expected a wait of 3 s"),
        ({"limits": {"a": 1}}, "expected the limits"),
    ],
)
def test_what_came_out_otherwise_is_told(expected: dict[str, object], says: str) -> None:
    case = read_cases(json.dumps([{**ONE, **expected}]), at="a.json")[0]
    found = missed(case, evaluate(shipped_book(), case.act))
    assert len(found) == 1
    assert re.search(says, found[0])
