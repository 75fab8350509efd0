"""Figures: written flat to build/figures/<target>.json with the machine's facts, and shown as a table."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench.process import ROOT


def machine() -> dict[str, object]:
    """Tells on what the figures were measured."""
    cpuinfo = Path("/proc/cpuinfo")
    models = (
        [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        if cpuinfo.exists()
        else []
    )
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "load": [round(one, 2) for one in os.getloadavg()],
    }


def commit() -> str:
    """Names the commit, with a plus where the tree differs from it."""
    head = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    dirty = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return (head or "unknown") + ("+" if dirty else "")


def write(target: str, figures: Mapping[str, float | int], *, keep: bool = False) -> Path:
    """Writes build/figures/<target>.json; `keep` leaves figures of an earlier run that this one did not measure."""
    path = ROOT / "build" / "figures" / f"{target}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(path.read_text()) if keep and path.exists() else {}
    path.write_text(json.dumps({**before, **figures, "machine": machine(), "commit": commit()}, indent=1) + "\n")
    return path


def show(
    title: str, figures: Mapping[str, float | int], *, limits: Mapping[str, tuple[str, float]], console: Console | None = None
) -> bool:
    """Prints the figures beside their limits; says whether all are kept."""
    table = Table(title=title)
    for column in ("figure", "value", "limit", ""):
        table.add_column(column, justify="left" if column in ("figure", "") else "right")
    kept = True
    for name, value in figures.items():
        sign, limit = limits.get(name, ("", 0.0))
        good = not sign or (value <= limit if sign == "≤" else value >= limit if sign == "≥" else value == limit)
        kept &= good
        shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"
        table.add_row(name, shown, f"{sign} {limit:g}" if sign else "", "" if not sign else "kept" if good else "[bold red]NOT KEPT")
    (console or Console()).print(table)
    return kept
