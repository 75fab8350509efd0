"""The table of all figures: its limits are those that the measuring targets hold, and what is kept is judged by them."""

import importlib
import json
from pathlib import Path

import pytest
from scripts.docs import performance
from scripts.keep_figures import beside

MEASURING = (
    "tests.bench.spine", "tests.bench.search", "tests.bench.importing", "tests.bench.archive", "tests.bench.guard", "tests.bench.meter",
    "tests.bench.purpose", "tests.bench.purpose_cost", "tests.bench.simulated_month", "tests.bench.terms", "tests.bench.exposure",
    "tests.bench.campaign", "tests.crash.run", "tests.crash.leaving", "scripts.eval_formats",
)  # fmt: skip


@pytest.mark.parametrize("module", MEASURING)
def test_a_limit_in_the_table_is_the_one_that_is_measured_against(module: str) -> None:
    limits = importlib.import_module(module).LIMITS
    told = {one.name: one for part in performance.PARTS for one in part.figures}
    named = set(limits) & set(told)
    assert named, f"no figure of {module} is in the table"
    for name in named:
        _, limit = limits[name]
        assert told[name].limit == limit, name


def test_names_are_told_once() -> None:
    names = [one.name for part in performance.PARTS for one in part.figures]
    assert len(names) == len(set(names))


def test_what_was_kept_is_judged_and_a_crowded_machine_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance, "KEPT", tmp_path)
    kept = {"cases": 10, "cases_right": 9, "machine": {"processor": "P", "cores": 2, "python": "3.11", "load": [1.6, 1, 1]}}
    (tmp_path / "eval-policy.json").write_text(json.dumps(kept))
    said = performance.block()
    assert "P, 2 cores, Python 3.11, crowded: load 1.6" in said
    assert "| `cases_right` | of them judged as they should be | = 10 | 9 | **not kept** |" in said
    assert "`make crash` · not kept yet" in said


def test_a_round_of_some_parts_leaves_the_others_as_they_were_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, crowded = {"processor": "Q", "cores": 2, "load": [0.5]}, {"processor": "C", "cores": 2, "load": [9]}
    before = {"turn_cpu_ms_sqlite": 0.9, "search_p50_ms_sqlite": 3.0, "machine": quiet, "commit": "a"}
    kept = beside({"search_p50_ms_sqlite": 1.0, "machine": crowded, "commit": "b"}, before)
    assert (kept["search_p50_ms_sqlite"], kept["earlier"]["turn_cpu_ms_sqlite"], kept["earlier"]["commit"]) == (1.0, 0.9, "a")
    again = beside({"plan_s_1m": 4.0, "machine": crowded, "commit": "c"}, kept)
    assert again["earlier"]["search_p50_ms_sqlite"] == 1.0
    assert again["earlier"]["turn_cpu_ms_sqlite"] == 0.9
    monkeypatch.setattr(performance, "KEPT", tmp_path)
    (tmp_path / "bench.json").write_text(json.dumps(kept))
    said = performance.block()
    assert 'stream,install"` · Q, 2 cores' in said
    assert 'parse,importing,archive"` · C, 2 cores, Python ?, crowded: load 9' in said
