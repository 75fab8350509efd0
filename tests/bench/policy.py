"""Whether the rulebook judges as it should: `make eval-policy`, with DATA=… for another file of cases, or a folder of such.

The cases are acts with the verdict that is expected, in the form that `docs/how-to/read-the-rules.md` describes.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench import figures
from tests.bench.process import ROOT

from wasl.domain.errors import SettingWrong
from wasl.policy.cases import Case, missed, read_cases
from wasl.policy.evaluate import evaluate
from wasl.policy.shipped_rules import shipped_book

KINDS = (".toml", ".json", ".jsonl")
CASES = ROOT / "tests" / "fixtures" / "policy" / "cases.toml"


def measure(cases: tuple[Case, ...], console: Console) -> dict[str, int]:
    """Judges every case and prints a table by channel, then what came out otherwise."""
    book = shipped_book()
    all_, right = Counter[str](), Counter[str]()
    wrong: list[tuple[str, str]] = []
    for case in cases:
        found = missed(case, evaluate(book, case.act, known=case.known))
        of = case.act.model.provider if case.act.model else book.named(case.act.channel)
        all_[of] += 1
        right[of] += not found
        if found:
            wrong.append((case.name, "; ".join(found)))
    table = Table(title=f"policy, rulebook {book.digest}")
    for column in ("channel or provider", "cases", "right"):
        table.add_column(column, justify="left" if column == "channel or provider" else "right")
    for of, count in sorted(all_.items()):
        table.add_row(of, str(count), str(right[of]))
    console.print(table)
    for name, why in wrong:
        console.print(f"[red]{name}[/red]: {why}", soft_wrap=True, markup=True)
    return {"cases": len(cases), "cases_right": len(cases) - len(wrong)}


def main() -> int:
    """Measures, prints, writes build/figures/eval-policy.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=CASES)
    given = parser.parse_args()
    console = Console()
    files = sorted(one for one in given.data.rglob("*") if one.suffix in KINDS) if given.data.is_dir() else [given.data]
    if not files or not files[0].is_file():
        console.print(f"There are no cases at {given.data}; give another file (.toml, .json, .jsonl), or a folder of such, with DATA=…")
        return 2
    try:
        cases = tuple(case for file in files for case in read_cases(file.read_text(encoding="utf-8"), at=str(file)))
    except SettingWrong as error:
        console.print(error.message, markup=False)
        return 2
    measured = measure(cases, console)
    kept = figures.show("eval-policy", measured, limits={"cases_right": ("≥", measured["cases"])}, console=console)
    figures.write("eval-policy", measured)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
