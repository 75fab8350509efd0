"""How well the purpose classifier tells business from general requests: `make eval-purpose`, with DATA=… for other data.

The data is development data and stays outside the project: `scopes.json` (scopes with examples) and `items.jsonl` (messages with
business, slice and label). The score of a message is its log-odds; AUROC and the share of general messages that pass where 95 % of
business messages are kept are computed per scope and averaged, and printed beside what the length of the message alone would give.
"""

import argparse
import bisect
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench import figures

from wasl.policy.purpose import Classifier, Own, Scope, learn_purpose
from wasl.policy.shipped import shipped_packs

LIMITS = {
    "general_auroc": ("≥", 0.985),
    "general_fpr95": ("≤", 0.06),
    "small_scope_auroc": ("≥", 0.97),
    "small_scope_fpr95": ("≤", 0.12),
    "balanced_accuracy": ("≥", 0.95),
    "mixed_auroc": ("≥", 0.94),
    "evasive_auroc": ("≥", 0.975),
    "neutral_kept_pct": ("≥", 97.0),
    "purpose_cpu_ms": ("≤", 2.0),
    "purpose_train_s": ("≤", 3.0),
}
SMALL_EXAMPLES_MAX = 15
FILE_COLUMNS = 120
"""Width of the tables where nobody's terminal says."""
CORE = ("in_test", "in_unseen", "in_long")


def auroc(kept: Sequence[float], stopped: Sequence[float]) -> float:
    """The chance that a business message scores above a general one; ties count half."""
    below = sorted(stopped)
    wins = sum(bisect.bisect_left(below, one) + bisect.bisect_right(below, one) for one in kept)
    return wins / (2 * len(kept) * len(stopped))


def passing(kept: Sequence[float], stopped: Sequence[float], *, share: float = 0.95) -> float:
    """The share of general messages that pass where `share` of the business messages are kept."""
    border = sorted(kept, reverse=True)[max(0, -(-int(share * len(kept) * 1000) // 1000) - 1)]
    return sum(one >= border for one in stopped) / len(stopped)


def measure(data: Path, console: Console) -> dict[str, float]:
    """Scores every scope of the data."""
    scopes = json.loads((data / "scopes.json").read_text(encoding="utf-8"))
    items = [json.loads(line) for line in (data / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    table = Table(title="purpose")
    for column in ("scope", "general", "mixed", "evasive", "balanced", "neutral", "train s", "ms"):
        table.add_column(column, justify="right" if column != "scope" else "left")
    found: dict[str, list[float]] = defaultdict(list)
    alone: dict[str, list[float]] = defaultdict(list)
    packs = shipped_packs()
    for name, scope in scopes.items():
        own = tuple(Own(example["text"], example.get("intent", "")) for example in scope["examples"])
        started = time.process_time()
        learnt = learn_purpose(Scope(name=name, statement=scope.get("description", ""), examples=own), packs)
        train = time.process_time() - started
        here = [item for item in items if item["business"] == name.split("@")[0]]
        scores, each = _scores(learnt, here)
        row = _figures(scores) | {"purpose_cpu_ms": each}
        length = _figures(_lengths(here, usual=statistics.fmean(len(one.text) for one in own)))
        for told, into in ((row, found), (length, alone)):
            if len(own) <= SMALL_EXAMPLES_MAX:
                into["small_scope_auroc"].append(told["general_auroc"])
                into["small_scope_fpr95"].append(told["general_fpr95"])
            for figure, value in told.items():
                into[figure].append(value)
        found["purpose_train_s"].append(train)
        pairs = (f"{row[f'{part}_auroc']:.3f}/{row[f'{part}_fpr95']:.3f}" for part in ("general", "mixed", "evasive"))
        table.add_row(name, *pairs, f"{row['balanced_accuracy']:.3f}", f"{row['neutral_kept_pct']:.0f} %", f"{train:.1f}", f"{each:.2f}")
    console.print(table)
    worst = ("purpose_train_s", "purpose_cpu_ms")
    measured = {name: max(values) if name in worst else statistics.fmean(values) for name, values in found.items()}
    console.print(_beside(measured, {name: statistics.fmean(values) for name, values in alone.items()}))
    return measured


def _figures(scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Sums up the scores of one scope by slice; 0 is the border between general and business."""
    kept = [one for part in CORE for one in scores.get(part, ())]
    told: dict[str, float] = {}
    for figure, part in (("general", "gen"), ("mixed", "mixed"), ("evasive", "evasive")):
        told[f"{figure}_auroc"], told[f"{figure}_fpr95"] = auroc(kept, scores[part]), passing(kept, scores[part])
    told["balanced_accuracy"] = (sum(one >= 0 for one in kept) / len(kept) + sum(one < 0 for one in scores["gen"]) / len(scores["gen"])) / 2
    told["neutral_kept_pct"] = 100 * sum(one >= 0 for one in scores["neutral"]) / len(scores["neutral"])
    return told


def _lengths(items: Sequence[Mapping[str, str]], *, usual: float) -> dict[str, list[float]]:
    """Scores by length alone, which any method must beat: the shorter, the more of the business; the border is twice the usual length."""
    scores: dict[str, list[float]] = defaultdict(list)
    for item in items:
        scores[item["slice"]].append(2 * usual - len(item["text"]))
    return scores


def _beside(measured: Mapping[str, float], length: Mapping[str, float]) -> Table:
    """Puts the method beside what the length of a message alone would give."""
    table = Table(title="purpose, beside message length only")
    names = (
        ("general_auroc", "general_fpr95"), ("small_scope_auroc", "small_scope_fpr95"), ("mixed_auroc",), ("evasive_auroc",),
        ("balanced_accuracy",), ("neutral_kept_pct",),
    )  # fmt: skip
    for column in ("method", "general, all", "12 examples", "mixed", "evasive", "balanced", "neutral %"):
        table.add_column(column, justify="left" if column == "method" else "right")
    for method, told in (("message length only", length), ("Wasl", measured)):
        table.add_row(method, *("/".join(f"{told[name]:.3f}" if name in told else "-" for name in pair) for pair in names))
    return table


def _scores(learnt: Classifier, items: Sequence[Mapping[str, str]]) -> tuple[dict[str, list[float]], float]:
    scores: dict[str, list[float]] = defaultdict(list)
    started = time.process_time()
    for item in items:
        scores[item["slice"]].append(learnt.judge(item["text"]).odds)
    return scores, 1000 * (time.process_time() - started) / len(items)


def main() -> int:
    """Measures, prints, writes build/figures/eval-purpose.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/purpose"))
    given = parser.parse_args()
    console = Console() if Console().is_terminal else Console(width=FILE_COLUMNS)
    if not (given.data / "items.jsonl").exists():
        console.print(f"There is no data in {given.data}; give another folder with DATA=…")
        return 2
    measured = measure(given.data, console)
    measured = {name: measured[name] for name in LIMITS}
    kept = figures.show("eval-purpose", measured, limits=LIMITS, console=console)
    figures.write("eval-purpose", measured)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
