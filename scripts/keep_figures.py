"""`make figures`: takes what was measured from build/ into docs/figures/, from which the READMEs and docs/performance.md quote.

Run it after those targets, on a quiet machine. Refuses figures of a commit that is not the present one, unless FORCE is set.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ("bench", "crash", "crash-campaign", "browser", "eval-formats", "eval-policy", "eval-purpose", "eval-terms")
KEPT = {
    **{target: f"build/figures/{target}.json" for target in TARGETS},
    "contract": "build/contract.json",
    "contract-figures": "build/figures/contract.json",
}


def main() -> int:
    """Copies what is there; says what is not."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    for name, source in KEPT.items():
        path = ROOT / source
        if not path.exists():
            print(f"{source} is not there: run `make {name.removesuffix('-figures')}` first; what was kept before stays.")
            continue
        figures = json.loads(path.read_text(encoding="utf-8"))
        commit = str(figures.get("commit", "")).rstrip("+")
        if commit and not head.startswith(commit) and not os.environ.get("FORCE"):
            print(f"{source} is of commit {commit}, not of this one: run `make {name.removesuffix('-figures')}` again, or set FORCE=1.")
            return 1
        target = ROOT / "docs" / "figures" / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and name == "bench":
            figures = beside(figures, json.loads(target.read_text(encoding="utf-8")))
        target.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"kept {target.relative_to(ROOT)}")
    return 0


def beside(figures: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Keeps figures of a round before that this one did not measure, under `earlier`, with the machine and the commit of their own."""
    facts = ("machine", "commit", "earlier")
    held = {name: value for name, value in before.get("earlier", {}).items() if name not in facts and name not in figures}
    held |= {name: value for name, value in before.items() if name not in facts and name not in figures}
    if not held:
        return figures
    source = before if any(name in before for name in held) else before["earlier"]
    return {**figures, "earlier": {**held, "machine": source.get("machine", {}), "commit": source.get("commit", "")}}


if __name__ == "__main__":
    sys.exit(main())
