"""How well changes of terms are told from noise: `make eval-terms`, with DATA=… for another labelled folder.

The data stays outside the project: `labels-*.csv` (id, repo, path, date_after, label, topic, hard, summary) beside `texts/<id>.before.md`
and `texts/<id>.after.md`. Where a folder `whatsapp/` of dated versions lies beside them, its replay is held against what must come out.
"""

import argparse
import asyncio
import csv
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from tests.bench import figures
from tests.bench.terms_replay import folder, replay

from wasl.domain.terms import Judgement
from wasl.terms.canonical import canonical
from wasl.terms.classify import judge

LIMITS = {
    "recall": ("≥", 0.95),
    "precision": ("≥", 0.80),
    "recall_critical_topics": ("≥", 1.0),
    "alerts_on_same_words": ("≤", 0),
    "replay_right": ("≥", 1),
    "reverts_alerted": ("≤", 0),
    "cpu_s_per_pair": ("≤", 0.15),
}
SUPERSEDED_ON = date(2026, 9, 23)
REPLAYED = [
    "2025-12-10 announcement 2026-01-15",
    "2025-12-31 material ai-use: IT opened, none closed",
    "2026-02-03 nothing",
    "2026-03-07 material ai-use: EEA, BR opened, IT closed",
    "2026-05-15 nothing",
    "2026-05-27 nothing",
    "2026-08-06 announcement 2026-09-23, 2 previews",
]
GUARDED = (
    (date(2026, 2, 1), "+393331234567", "allow"),
    (date(2026, 2, 1), "+212612345678", "refuse"),
    (date(2026, 3, 10), "+33612345678", "allow"),
    (date(2026, 3, 10), "+5511912345678", "allow"),
    (SUPERSEDED_ON, "+393331234567", "allow"),
)
TOPIC_NAMES = {"content rules": "content-rules", "price/fees": "price-fees", "price": "price-fees", "ip": "ip"}
CRITICAL = ("ai-use", "access-termination", "price-fees", "announcement")


class Pair(NamedTuple):
    """One labelled pair."""

    id: str
    repo: str
    document: str
    seen: date
    label: str
    topic: str
    hard: bool
    summary: str


class Judged(NamedTuple):
    """A pair with what the rules said of it. `returned` says that the new state had been seen before."""

    pair: Pair
    judgement: Judgement
    same_words: bool
    returned: bool
    cpu_s: float

    @property
    def told(self) -> str:
        """The label that a person would see: a return to a known state is told to nobody."""
        return "cosmetic" if self.returned else self.judgement.label


def read_pairs(data: Path) -> list[Pair]:
    """Reads every list of labels of a folder."""
    pairs = []
    for path in sorted(data.glob("labels*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                topic = (row.get("topic") or "").strip().lower()
                repo, path_there = row.get("repo", ""), row.get("path", "")
                seen = date.fromisoformat(row["date_after"][:10])
                label, hard = row["label"].strip().lower(), row.get("hard", "") == "1"
                found = TOPIC_NAMES.get(topic, topic)
                pairs.append(Pair(row["id"], repo, f"{repo}/{path_there}", seen, label, found, hard, row.get("summary", "")))
    return pairs


def judge_all(data: Path, pairs: Sequence[Pair]) -> list[Judged]:
    """Judges every pair, the versions of one document in the order of time, as the watch sees them."""
    states: dict[str, set[str]] = defaultdict(set)
    judged = []
    for pair in sorted(pairs, key=lambda one: (one.document, one.seen)):
        texts = [(data / "texts" / f"{pair.id}.{side}.md").read_text(encoding="utf-8") for side in ("before", "after")]
        started = time.process_time()
        before, after = map(canonical, texts)
        judgement = judge(before, after, seen=pair.seen)
        spent = time.process_time() - started
        same = Counter(word for one in before.sentences for word in one.words) == Counter(
            word for one in after.sentences for word in one.words
        )
        known = states[pair.document]
        judged.append(Judged(pair, judgement, same, after.state in known and after.state != before.state, spent))
        known |= {before.state, after.state}
    return judged


def score(judged: Sequence[Judged]) -> dict[str, float]:
    """Precision, recall and F1 for material; recall of the critical topics; alerts where the words are the same; time."""
    hit = sum(one.told == "material" and one.pair.label == "material" for one in judged)
    told = sum(one.told == "material" for one in judged)
    true = sum(one.pair.label == "material" for one in judged)
    critical = [one for one in judged if one.pair.label == "material" and one.pair.topic in CRITICAL]
    found = [one for one in critical if one.told == "material" and one.pair.topic in one.judgement.topics]
    precision, recall = hit / max(told, 1), hit / max(true, 1)
    return {
        "recall": round(recall, 4),
        "precision": round(precision, 4),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
        "recall_critical_topics": round(len(found) / max(len(critical), 1), 4),
        "alerts_on_same_words": sum(one.same_words and one.told == "material" and not one.judgement.dates for one in judged),
        "replay_right": ("≥", 1),
        "reverts_alerted": sum(one.returned and one.told == "material" for one in judged),
        "cpu_s_per_pair": round(sum(one.cpu_s for one in judged) / max(len(judged), 1), 4),
        "cpu_s_worst_pair": round(max((one.cpu_s for one in judged), default=0.0), 4),
        "pairs": len(judged),
    }


def show(judged: Sequence[Judged], console: Console) -> None:
    """Prints precision, recall and F1 by label and topic, how it holds by source, and every pair that came out otherwise."""
    table = Table(title=f"terms, {len(judged)} pairs")
    for column in ("label or topic", "pairs", "precision", "recall", "F1"):
        table.add_column(column, justify="left" if column == "label or topic" else "right")
    for label in ("material", "editorial", "cosmetic"):
        _row(table, label, [one.pair.label == label for one in judged], [one.told == label for one in judged])
    for topic in sorted({one.pair.topic for one in judged if one.pair.label == "material" and one.pair.topic}):
        gold = [one.pair.label == "material" and one.pair.topic == topic for one in judged]
        said = [one.told == "material" and (topic in one.judgement.topics or one.judgement.topic == topic) for one in judged]
        _row(table, f"  {topic}", gold, said)
    console.print(table)
    sources = Table(title="the same rules, source by source (nothing is fitted, so each is kept apart from the others)")
    for column in ("source", "pairs", "precision", "recall"):
        sources.add_column(column, justify="left" if column == "source" else "right")
    for repo in sorted({one.pair.repo for one in judged}):
        part = score([one for one in judged if one.pair.repo == repo])
        sources.add_row(repo, str(int(part["pairs"])), f"{part['precision']:.2f}", f"{part['recall']:.2f}")
    console.print(sources)
    for one in judged:
        if (one.told == "material") != (one.pair.label == "material"):
            hard = " (hard)" if one.pair.hard else ""
            console.print(f"{one.pair.id}{hard}: {one.pair.label} told as {one.told}: {one.pair.summary}", soft_wrap=True, markup=False)


def _row(table: Table, name: str, gold: Sequence[bool], said: Sequence[bool]) -> None:
    both = sum(a and b for a, b in zip(gold, said, strict=True))
    precision, recall = both / max(sum(said), 1), both / max(sum(gold), 1)
    table.add_row(
        name, str(sum(gold)), f"{precision:.2f}", f"{recall:.2f}", f"{2 * precision * recall / max(precision + recall, 1e-9):.2f}"
    )


def replay_right(data: Path, console: Console) -> bool | None:
    """Replays recorded versions where they lie beside the pairs; says whether everything came out as the terms themselves say."""
    if not (data / "whatsapp").is_dir():
        return None
    found = asyncio.run(replay(folder(data / "whatsapp"), channel="whatsapp"))
    asked = [(day, phone, found.verdict("whatsapp", day, phone)) for day, phone, _ in GUARDED]
    right = found.lines() == REPLAYED and all(
        verdict[0] == effect and ("re-read" in " ".join(verdict[1])) == (day >= SUPERSEDED_ON)
        for (day, _, verdict), (_, _, effect) in zip(asked, GUARDED, strict=True)
    )
    table = Table(title="replay of the recorded versions")
    table.add_column("day")
    table.add_column("what is told")
    for line in found.lines():
        table.add_row(*line.split(" ", 1))
    for day, phone, verdict in asked:
        again = ", and says that the terms are superseded" if "re-read" in " ".join(verdict[1]) else ""
        table.add_row(str(day), f"the guard: {phone[:4]} {verdict[0]}{again}")
    console.print(table)
    return right


def main() -> int:
    """Measures, prints, writes build/figures/eval-terms.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/terms"))
    given = parser.parse_args()
    console = Console()
    if not any(given.data.glob("labels*.csv")) or not (given.data / "texts").is_dir():
        console.print(f"There are no labels*.csv and texts/ in {given.data}; give a labelled folder with DATA=…")
        return 2
    judged = judge_all(given.data, read_pairs(given.data))
    show(judged, console)
    measured: Mapping[str, float] = score(judged)
    right = replay_right(given.data, console)
    if right is not None:
        measured = {**measured, "replay_right": int(right)}
    kept = figures.show("eval-terms", measured, limits=LIMITS, console=console)
    figures.write("eval-terms", measured)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
