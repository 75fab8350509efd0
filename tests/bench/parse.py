"""What reading an exported chat costs, beside a floor: a plain pass of one regular expression over the same text.

    python -m tests.bench.parse [--size-mb 100] [--file PATH | --generator PATH]

The text is made here (invented words, two scripts, messages of several lines, pasted lines of another form, attachments, edits, lines
with colons, dashes and dates), in the most common Android form, so that the figures need nothing but this repository; `--generator`
(or GENERATOR) names a generator of exports to make it instead. Each side is measured in a process of its own.

`regex_floor_cpu_s_per_100mb` is what a script does that reads such a file: line by line, one expression, `strptime`, a dict for each
record. `parse_cpu_s_per_100mb` may be at most 1.5 times that. `leanest_cpu_s_per_100mb` is the least we could write that makes dates at
all (one expression over the whole text, dates from numbers, no line handled); it has no limit and is there to be fair.
`parse_peak_mib` is how much the reading process grew while it read.
"""

import argparse
import json
import os
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
RECORDS_PER_CPU_S_MIN = 110_000
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
_LEANEST = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}), (\d{1,2}):(\d{2}) - (?:([^:\n]+): )?", re.M)
_PLAIN = re.compile(r"^[\u200e\u200f]?(\d{1,2}/\d{1,2}/\d{4}, \d{1,2}:\d{2}) - (?:([^:]+): ?)?(.*)$")


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
    elif place < 0.205:
        body = "Re: " + body
    elif place < 0.215:
        body += "\n12/05/2021 - 10:30: ok"
    elif place < 0.23:
        body += " - " + chance.choice(WORDS["en"])
    elif place < 0.24:
        body = "https://example.org/a?b=c:d " + body
    if chance.random() < 0.12:
        body += " " + chance.choice(EMOJI)
    return f"{name}: {body}"


def floor(path: Path) -> int:
    """Reads as a plain script does: line by line, one expression, a date by `strptime`, a dict for each record."""
    records: list[dict[str, object]] = []
    lines: list[str] = []
    with path.open(encoding="utf-8", newline="\n") as source:
        for line in source:
            found = _PLAIN.match(line.rstrip("\n"))
            if found:
                when, name, body = found.groups()
                lines = [body]
                records.append({"at": datetime.strptime(when, "%d/%m/%Y, %H:%M"), "author": name, "lines": lines})
            else:
                lines.append(line.rstrip("\n"))
    return len(records)


def leanest(path: Path) -> int:
    """Reads with the least that gives dates: the whole text, one expression, a datetime for each record, nothing else."""
    text = path.read_text(encoding="utf-8")
    records: list[tuple[datetime, str | None, str]] = []
    began: tuple[datetime, str | None, int] | None = None
    for found in _LEANEST.finditer(text):
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
    records = {"floor": floor, "leanest": leanest, "ours": ours}[side](path)
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
    lowest, leanest_, reading = _measure("floor", path), _measure("leanest", path), _measure("ours", path)
    return {
        "regex_floor_cpu_s_per_100mb": lowest["seconds"] / hundreds,
        "regex_floor_peak_mib": lowest["grown_mib"],
        "parse_cpu_s_per_100mb": reading["seconds"] / hundreds,
        "leanest_cpu_s_per_100mb": leanest_["seconds"] / hundreds,
        "parse_ratio_to_floor": reading["seconds"] / lowest["seconds"],
        "parse_ratio_to_leanest": reading["seconds"] / leanest_["seconds"],
        "parse_peak_mib": reading["grown_mib"],
        "parse_records_per_cpu_s": reading["records"] / reading["seconds"],
        "parse_records_found_to_floor": reading["records"] / max(1, lowest["records"]),
    }


def main() -> None:
    """Measures, prints, and writes build/figures/bench-parse.json and the same figures into bench.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size-mb", type=float, default=100.0)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--child", choices=["floor", "leanest", "ours"])
    parser.add_argument("--generator", type=Path, default=Path(os.environ["GENERATOR"]) if os.environ.get("GENERATOR") else None)
    asked = parser.parse_args()
    if asked.child:
        _child(asked.child, asked.file)
        return
    with tempfile.TemporaryDirectory(prefix="wasl-bench-parse-") as folder:
        path = asked.file or Path(folder) / "WhatsApp Chat with Park.txt"
        if asked.file is None and asked.generator is not None:
            made = ["--locale", "android-en-gb", "--size-mb", str(asked.size_mb), "--seed", "7"]
            where = ["--out", str(path), "--truth", str(Path(folder) / "truth.jsonl")]
            subprocess.run([sys.executable, str(asked.generator), *made, *where], check=True, capture_output=True)
        elif asked.file is None:
            make(path, size_bytes=int(asked.size_mb * 1e6))
        result = measure(path)
    limits = {
        "parse_ratio_to_floor": ("≤", RATIO_MAX),
        "parse_peak_mib": ("≤", PEAK_MIB_MAX),
        "parse_records_per_cpu_s": ("≥", RECORDS_PER_CPU_S_MIN),
        "parse_records_found_to_floor": ("=", 1.0),
    }
    kept = figures.show("parse", result, limits=limits)
    figures.write("bench-parse", result)
    figures.write("bench", result, keep=True)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
