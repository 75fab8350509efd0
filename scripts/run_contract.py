"""`make contract`: every channel, provider, store and format against its shared suite; writes who passed.

Writes `build/figures/contract.json` (`channels_passing`, `channels_total` and the same for providers, stores and formats) and
`build/contract.json` (tests by adapter), from which the quality tiers of the READMEs are computed once they are kept (`make figures`).
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.bench.figures import commit, write  # noqa: E402 - after the path is set

ROOMS = {"channel_class": "channels", "provider_class": "providers", "format_class": "formats"}
Adapter = tuple[str, str]


class Tally:
    """Counts outcomes by adapter while pytest runs."""

    def __init__(self) -> None:
        self.adapters: dict[str, Adapter] = {}
        self.outcomes: dict[Adapter, Counter[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Notes which adapter a test is about."""
        for item in items:
            found = _adapter(item)
            if found:
                self.adapters[item.nodeid] = found
                self.outcomes.setdefault(found, Counter())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts a test once: by its call, or by a set-up that failed or skipped."""
        adapter = self.adapters.get(report.nodeid)
        if (
            adapter is None
            or (report.when != "call" and report.outcome == "passed")
            or (report.when == "teardown" and report.outcome != "failed")
        ):
            return
        self.outcomes[adapter]["expected_failures" if hasattr(report, "wasxfail") else report.outcome] += 1


def main() -> int:
    """Runs the suites and writes the results."""
    tally = Tally()
    code = int(pytest.main(["tests/contract", "-q", *sys.argv[1:]], plugins=[tally]))
    detail: dict[str, dict[str, dict[str, int]]] = {"channels": {}, "providers": {}, "stores": {}, "formats": {}}
    for (room, kind), counts in sorted(tally.outcomes.items()):
        row = {name: counts[name] for name in ("passed", "failed", "skipped", "expected_failures")}
        detail[room][kind] = {**row, "fixtures": _fixtures(room, kind)}
    figures = {}
    for room, found in detail.items():
        figures[f"{room}_passing"] = sum(1 for row in found.values() if row["passed"] and not row["failed"])
        figures[f"{room}_total"] = len(found)
    path = write("contract", figures)
    (path.parent.parent / "contract.json").write_text(json.dumps({**detail, "commit": commit()}, indent=1) + "\n", encoding="utf-8")
    print("\n".join(f"{name:24}{value}" for name, value in figures.items()))
    return code


def _adapter(item: pytest.Item) -> Adapter | None:
    cls = getattr(item, "cls", None)
    if cls is None:
        return None
    for attribute, room in ROOMS.items():
        adapter = getattr(cls, attribute, None)
        if adapter is not None:
            return room, adapter.kind
    store = re.fullmatch(r"Test(\w+)Store\w*", cls.__name__)
    return ("stores", store[1].lower()) if store else None


def _fixtures(room: str, kind: str) -> int:
    folder = ROOT / "tests" / "fixtures" / room / kind
    return sum(1 for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
