"""What reading an exported chat costs, beside a floor: one regular expression over the same text, with its dates made.

    python -m tests.bench.parse [--size-mb 100] [--file PATH]

The text is made here (invented words, two scripts, messages of several lines, pasted lines of another form, attachments, edits),
in the most common Android form, so that the figures need nothing but this repository. Each side is measured in a process of its
own. `parse_cpu_s_per_100mb` may be at most 1.5 times `regex_floor_cpu_s_per_100mb`; `parse_peak_mib` is how much the reading
process grew while it read.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from tests.bench import figures
from tests.bench.process import ROOT

RATIO_MAX = 1.5
PEAK_MIB_MAX = 96
ROUNDS = 3
WORDS = {
    "en": [
        "the",
        "river",
        "table",
        "late",
        "bread",
        "agreed",
        "morning",
        "window",
        "price",
        "tomorrow",
        "invoice",
        "no",
        "ticket",
        "train",
    ],
    "ar": ["نعم", "لا", "غدا", "اليوم", "البيت", "الشاي", "الموعد", "السعر", "الفاتورة", "الباب", "القائمة", "الصورة", "السؤال", "بعد"],
}
NAMES = ["Nadia Rahal", "سامي العزّام", "Tomas Vel", "دانة", "Dr. Imran K.", "\u202a+962\u00a07\u00a05555\u00a00142\u202c", "Ōta Ren"]
EMOJI = ["😀", "😂", "👍🏽", "❤️", "🎉", "🙏"]
_FLOOR = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}), (\d{1,2}):(\d{2}) - (?:([^:\n]+): )?", re.M)


def make(path: Path, *, size_bytes: int, seed: int = 7) -> None:
    """Writes an export of about the size asked for."""
    chance = random.Random(seed)
    pool = [
        " ".join(chance.choices(WORDS[lang], k=1 + min(39, int(chance.expovariate(1 / 9))))) for lang in ("en", "ar") for _ in range(5000)
    ]
    at = datetime(2019, 1, 1, 6, 30)
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        while written < size_bytes:
            lines = []
            for _ in range(2000):
                at += timedelta(seconds=1 + int(chance.expovariate(1 / 150)))
                lines.append(f"{at:%d/%m/%Y, %H:%M} - {_record(chance, pool)}\n")
            text = "".join(lines)
            written += len(text.encode())
            out.write(text)


def _record(chance: random.Random, pool: list[str]) -> str:
    place = chance.random()
    name = chance.choices(NAMES, weights=[1 / (number + 1) for number in range(len(NAMES))])[0]
    if place < 0.02:
        return f"{name} changed the group name from “Park: old” to “Park”"
    if place < 0.04:
        return f"{name}: <Media omitted>"
    if place < 0.06:
        return f"{name}: \u200eIMG-20260915-WA{chance.randrange(10000):04d}.jpg (file attached)"
    if place < 0.068:
        return f"{name}: This message was deleted"
    body = chance.choice(pool)
    if place < 0.17:
        body += "".join("\n" + chance.choice(pool) for _ in range(chance.randint(1, 6)))
    elif place < 0.18:
        body += " <This message was edited>"
    elif place < 0.185:
        body += "\n[9/15/26, 8:46:01 PM] Rami: " + chance.choice(pool)
    if chance.random() < 0.12:
        body += " " + chance.choice(EMOJI)
    return f"{name}: {body}"


def floor(path: Path) -> int:
    """Reads as simply as can be: the whole text, one expression, a datetime for each record, nothing else."""
    text = path.read_text(encoding="utf-8")
    records: list[tuple[datetime, str | None, str]] = []
    began: tuple[datetime, str | None, int] | None = None
    for found in _FLOOR.finditer(text):
        if began is not None:
            records.append((began[0], began[1], text[began[2] : found.start() - 1]))
        day, month, year, hour, minute, name = found.groups()
        began = (datetime(int(year), int(month), int(day), int(hour), int(minute)), name, found.end())
    if began is not None:
        records.append((began[0], began[1], text[began[2] :]))
    return len(records)


def ours(path: Path) -> int:
    """Reads with the format of the package, and lets each run go as an import would."""
    from wasl.formats.whatsapp_export import WhatsappExport
    from wasl.ports.format import Choices, Run
    from wasl.wire.bundle import open_bundle

    with path.open("rb") as source:
        bundle = open_bundle(path.name, source, size_bytes=path.stat().st_size)
        return sum(len(found.entries) for found in WhatsappExport().read(bundle, Choices()) if isinstance(found, Run))


def _child(side: str, path: Path) -> None:
    """Measures one side in this process, and prints what it took."""
    import wasl.formats.whatsapp_export  # noqa: F401 - importing is no part of reading

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    records = {"floor": floor, "ours": ours}[side](path)
    seconds = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"records": records, "seconds": seconds, "grown_mib": grown}))


def _measure(side: str, path: Path) -> Mapping[str, float]:
    """Takes the best of a few rounds: on a shared machine, others only ever add."""
    rounds = []
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "tests.bench.parse", "--child", side, "--file", str(path)]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        rounds.append(json.loads(told))
    return {
        "records": rounds[0]["records"],
        "seconds": min(one["seconds"] for one in rounds),
        "grown_mib": max(one["grown_mib"] for one in rounds),
    }


def measure(path: Path) -> dict[str, float]:
    """Gives the figures for one text."""
    hundreds = path.stat().st_size / 1e8
    lowest, reading = _measure("floor", path), _measure("ours", path)
    return {
        "regex_floor_cpu_s_per_100mb": lowest["seconds"] / hundreds,
        "regex_floor_peak_mib": lowest["grown_mib"],
        "parse_cpu_s_per_100mb": reading["seconds"] / hundreds,
        "parse_ratio_to_floor": reading["seconds"] / lowest["seconds"],
        "parse_peak_mib": reading["grown_mib"],
        "parse_records_per_cpu_s": reading["records"] / reading["seconds"],
        "parse_records_found_to_floor": reading["records"] / max(1, lowest["records"]),
    }


def main() -> None:
    """Measures, prints, and writes build/figures/bench-parse.json and the same figures into bench.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size-mb", type=float, default=100.0)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--child", choices=["floor", "ours"])
    asked = parser.parse_args()
    if asked.child:
        _child(asked.child, asked.file)
        return
    with tempfile.TemporaryDirectory(prefix="wasl-bench-parse-") as folder:
        path = asked.file or Path(folder) / "WhatsApp Chat with Park.txt"
        if asked.file is None:
            make(path, size_bytes=int(asked.size_mb * 1e6))
        result = measure(path)
    limits = {"parse_ratio_to_floor": ("≤", RATIO_MAX), "parse_peak_mib": ("≤", PEAK_MIB_MAX), "parse_records_found_to_floor": ("=", 1.0)}
    kept = figures.show("parse", result, limits=limits)
    figures.write("bench-parse", result)
    figures.write("bench", result, keep=True)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
