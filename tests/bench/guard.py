"""What judging one act costs: `python -m tests.bench.guard`.

Every case of the fixtures is judged against the shipped book, and against the book with made-up rules up to 500, half of them on the
channel that is asked. CPU time; the best of several rounds, since the machine may be busy. The first judgement of a place and day,
which compiles the rules, is measured apart.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from tests.bench import figures
from tests.bench.policy import CASES

from wasl.policy.act import Act
from wasl.policy.cases import read_cases
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook, read_book
from wasl.policy.shipped_rules import shipped_book

ROUNDS = 15
PASSES = 10
RULES = 500
LIMITS = {"guard_cpu_us": ("≤", 100.0), "guard_cpu_us_500_rules": ("≤", 60.0)}


def warm(book: Rulebook, acts: Sequence[Act]) -> float:
    """Gives microseconds an act where its place and day were asked about before."""
    for act in acts:
        evaluate(book, act)
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(PASSES):
            for act in acts:
                evaluate(book, act)
        best = min(best, time.process_time() - started)
    return 1e6 * best / (PASSES * len(acts))


def first(book: Rulebook, acts: Sequence[Act]) -> float:
    """Gives microseconds an act where nothing was compiled."""
    started = time.process_time()
    for act in acts:
        evaluate(replace(book, _kept={}), act)
    return 1e6 * (time.process_time() - started) / len(acts)


def grown(book: Rulebook, rules: int) -> Rulebook:
    """Adds made-up rules: half on a channel that is asked, half on others, in a dozen places."""
    places = ["DE", "EG", "BR", "US", "SA", "IT", "FR", "AE", "IN", "GB", "*", "EEA"]
    channel = next(one for one in sorted(book.channels) if sum(one in rule.channels for rule in book.rules) > 20)
    text = "".join(
        f"""
[[rule]]
id = "made.{n}"
channel = "{channel if n % 2 else f"other{n % 7}"}"
effect = "{("deny", "limit", "require", "warn")[n // 12 % 4]}"
predicate = {
            (
                '{ template_category = "made" }',
                "{ max_text_chars = 100000 }",
                '{ registration = "made" }',
                '{ signals = ["made"] }',
            )[n // 12 % 4]
        }
requires = {{ en = "Made up.", ar = "مصنوعة." }}
from = 2020-01-01
regions = ["{places[n % len(places)]}"]
source = "made up"
seen = 2026-01-01
"""
        for n in range(rules - len(book.rules))
    )
    return read_book({"made.toml": text}, base=book)


def main() -> int:
    """Measures, prints, writes build/figures/guard.json."""
    acts = [case.act for case in read_cases(CASES.read_text(encoding="utf-8"), at="cases")]
    book = shipped_book()
    large = grown(book, RULES)
    assert len(large.rules) == RULES
    measured = {
        "guard_cpu_us": warm(book, acts),
        "guard_cpu_us_500_rules": warm(large, acts),
        "guard_first_cpu_us": first(book, acts),
        "guard_first_cpu_us_500_rules": first(large, acts),
        "rules": len(book.rules),
    }
    kept = figures.show("guard", measured, limits=LIMITS)
    figures.write("guard", measured)
    figures.write("bench", measured, keep=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
