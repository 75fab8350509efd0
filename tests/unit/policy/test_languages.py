"""The classifier on small scopes in other languages than English: a dozen examples each, and messages that nothing was learnt from.

Half of the messages were looked at when ideas and clauses were found, half were not (see `docs/performance.md`); the bars leave room for a
message or two. Three of the ten businesses are learnt here; all ten were measured.
"""

from collections import Counter
from pathlib import Path

import pytest

from wasl.policy.purpose import Classifier, Own, Scope
from wasl.policy.shipped import learn_with_shipped

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "purpose" / "ten_businesses.txt"
BUSINESSES = ("clinic", "estate", "gym")
Labels = dict[str, Counter[str]]


def parts(count: int) -> list[list[str]]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [told for line in lines if len(told := line.split(" | ", count - 1)) == count]


def learn(business: str) -> Classifier:
    told = {kind: [words for what, name, words in parts(3) if (what, name) == (kind, business)] for kind in ("statement", "example")}
    return learn_with_shipped(Scope(name=business, statement=told["statement"][0], examples=tuple(Own(words) for words in told["example"])))


@pytest.fixture(scope="module")
def labels() -> Labels:
    found: Labels = {}
    for business in BUSINESSES:
        learnt = learn(business)
        for kind, name, _, words in parts(4):
            if name == business and kind not in ("statement", "example"):
                found.setdefault(kind, Counter())[learnt.judge(words).label] += 1
    return found


def share(counted: Counter[str], *wanted: str) -> float:
    return sum(counted[label] for label in wanted) / counted.total()


def test_hardly_a_customer_is_refused(labels: Labels) -> None:
    assert share(labels["business"], "general") <= 0.15
    assert share(labels["neutral"], "general") <= 0.05


def test_customers_and_talk_are_known_as_such(labels: Labels) -> None:
    assert share(labels["business"], "business", "neutral") >= 0.6
    assert share(labels["neutral"], "business", "neutral") >= 0.85


def test_hardly_a_general_request_is_answered_whole(labels: Labels) -> None:
    assert share(labels["general"], "business", "neutral") <= 0.06
    assert share(labels["evasive"], "business", "neutral") <= 0.12
    assert share(labels["mixed"], "business", "neutral") <= 0.17


def test_general_requests_are_refused_or_cut_out(labels: Labels) -> None:
    assert share(labels["general"], "general", "mixed") >= 0.85
    assert share(labels["evasive"], "general", "mixed") >= 0.7
    assert share(labels["mixed"], "mixed") >= 0.7
