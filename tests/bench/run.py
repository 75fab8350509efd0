"""`make bench`: every figure in one run, one part after the other; ARGS="--only search,importing" runs some.

The parts of the spine (what a turn costs) are `tests.bench.spine`'s own; what is not known here is handed on to it.
"""

import argparse
import subprocess
import sys

MODULES = {
    "parse": "tests.bench.parse",
    "importing": "tests.bench.importing",
    "bringing": "tests.bench.bringing",
    "search": "tests.bench.search",
    "archive": "tests.bench.archive",
    "campaign": "tests.bench.campaign",
    "purpose": "tests.bench.purpose_cost",
    "guard": "tests.bench.guard",
    "adapters": "tests.bench.adapters",
    "meter": "tests.bench.meter",
    "simulated_month": "tests.bench.simulated_month",
    "exposure": "tests.bench.exposure",
}
SPINE = ("turn_cpu", "latency", "start", "memory", "stream", "faces", "install")


def commands(only: str, rest: list[str]) -> list[list[str]]:
    """Gives what is to be run. Raises SystemExit for a part that there is not."""
    asked = [part for part in only.split(",") if part]
    unknown = sorted(set(asked) - {*SPINE, *MODULES})
    if unknown:
        raise SystemExit(f"there is no part {', '.join(unknown)}; there are {', '.join((*SPINE, *MODULES))}")
    spine = [part for part in asked if part in SPINE]
    made: list[list[str]] = []
    if spine or not asked:
        made.append(["tests.bench.spine", *(["--only", ",".join(spine)] if spine else []), *rest])
    of_one = rest if len(asked) == 1 else []  # as in `--only search --messages 100000`
    return made + [[module, *of_one] for part, module in MODULES.items() if part in asked or not asked]


def main() -> int:
    """Runs the parts; the exit status says whether every limit was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"parts, by commas: {', '.join((*SPINE, *MODULES))}")
    arguments, rest = parser.parse_known_args()
    codes = [subprocess.run([sys.executable, "-m", *command], check=False).returncode for command in commands(arguments.only, rest)]
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
