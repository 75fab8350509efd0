"""Scores the reader of WhatsApp's exports against a generator's ground truth: every profile, every difficulty.

    python scripts/eval_formats.py [--generator PATH] [--messages N] [--seeds 1,2] [--profiles ios-ar,…]

Prints a table and writes build/figures/eval-formats.json: `clean_exact_pct`, `real_user_exact_pct`, `real_system_pct` and
`hostile_ios_exact_pct` of the worst profile; build/eval-formats-profiles.json has what each one gave. Exact means: author, time,
kind, text, file, poll, deleted, edited and view-once are as the truth says; a record that is missing or too many is not exact.
Where every line ends alike (Android), nothing tells a line in the file's own form that was pasted from a record: such a record is
*right* where it and the piece that was split off it are both flagged as ambiguous and hold its whole text;
`hostile_android_exact_pct` does not count it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.bench import figures  # noqa: E402 - after the path is set

from wasl.domain.archive import Entry, File, Poll  # noqa: E402 - after the path is set
from wasl.formats.whatsapp_export import WhatsappExport  # noqa: E402 - after the path is set
from wasl.ports.format import Choices, Gap, Reject, Run  # noqa: E402 - after the path is set
from wasl.wire.bundle import open_bundle  # noqa: E402 - after the path is set

PROFILES = ROOT / "build" / "eval-formats-profiles.json"
GENERATOR = ROOT.parent / "shared" / "tools" / "make_whatsapp_export.py"
ROLES = {
    "image": {"photo"},
    "video": {"video"},
    "audio": {"audio", "voice"},
    "sticker": {"sticker"},
    "gif": {"gif", "video"},
    "document": {"document"},
    "contact": {"document"},
}
"""What the truth calls a file, and the roles that say the same: Android's names tell no GIF from a video."""
VARIANTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "clean": ((), ("--eol", "lf"), ("--eol", "crlf"), ("--bom",), ("--truncated",), ("--zip",)),
    "real": ((), ("--eol", "lf"), ("--eol", "crlf"), ("--bom",)),
    "hostile": ((), ("--eol", "lf")),
}
"""What each difficulty is generated with; every variant counts."""
LIMITS = {
    "clean_exact_pct": ("≥", 100.0),
    "real_user_exact_pct": ("≥", 99.99),
    "real_system_pct": ("≥", 99.5),
    "hostile_ios_exact_pct": ("≥", 100.0),
    "hostile_android_right_pct": ("≥", 99.8),
    "hostile_flagged_pct": ("≥", 100.0),
    "covered_pct": ("≥", 100.0),
}


def generate(
    generator: Path, folder: Path, profile: str, difficulty: str, *options: str, seed: int, messages: int
) -> tuple[Path, list[dict[str, Any]]]:
    """Makes one export; gives its file and its truth."""
    text, truth, packed = folder / "chat.txt", folder / "truth.jsonl", folder / "chat.zip"
    zipped = "--zip" in options
    more = [one for one in options if one != "--zip"] + (["--zip", str(packed)] if zipped else [])
    made = ["--locale", profile, "--difficulty", difficulty, "--seed", str(seed), "--messages", str(messages)]
    command = [sys.executable, str(generator), *made, "--out", str(text), "--truth", str(truth), *more]
    subprocess.run(command, check=True, capture_output=True)
    return (packed if zipped else text), [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]


def read(path: Path) -> tuple[list[Entry], int, int]:
    """Reads an export; gives its entries, the bytes that are accounted for, and the bytes there are."""
    entries: list[Entry] = []
    covered = 0
    with path.open("rb") as source:
        bundle = open_bundle("_chat.txt" if path.suffix == ".txt" else path.name, source, size_bytes=path.stat().st_size)
        text = next(member for member in bundle.members() if member.name.endswith(".txt"))
        for found in WhatsappExport().read(bundle, Choices()):
            if isinstance(found, Run):
                entries += found.entries
            elif isinstance(found, Gap | Reject):
                covered += found.length or 0
    return entries, covered + sum(entry.length or 0 for entry in entries), text.size_bytes


def differences(entry: Entry, truth: Mapping[str, Any], *, zipped: bool) -> Iterator[str]:
    """Names the fields in which an entry is not as the truth says."""
    if (datetime(1970, 1, 1) + timedelta(milliseconds=entry.wall_ms or 0)).isoformat(timespec="seconds") != truth["ts"]:
        yield "time"
    if (entry.role == "user") != (truth["kind"] == "user"):
        yield "kind"
    if entry.author != truth["author"]:
        yield "author"
    if entry.text != truth["text"]:
        yield "text"
    media = truth.get("media")
    files = [part for part in entry.parts if isinstance(part, File)]
    if media is None:
        if files:
            yield "file too many"
    elif len(files) != 1 or (files[0].state == "omitted") != media["omitted"] or files[0].caption != media["caption"]:
        yield "file"
    elif media["file"] and (files[0].name != media["file"] or (files[0].state == "present") != zipped):
        yield "file's name"
    elif media["type"] and files[0].role not in ROLES[media["type"]]:
        yield "file's role"
    poll = truth.get("poll")
    polls = [part for part in entry.parts if isinstance(part, Poll)]
    told = [{"text": option.text, "votes": option.votes} for option in polls[0].options] if polls else None
    if (poll and poll["options"]) != told or (poll and polls and poll["question"] != polls[0].question):
        yield "poll"
    for name, said in (("deleted", entry.more.deleted), ("edited", entry.more.edited), ("view_once", "view_once" in entry.more.flags)):
        if bool(truth.get(name)) != said:
            yield name


def score(path: Path, truth: list[dict[str, Any]], *, truncated: bool, ambiguous_order: bool = False) -> Counter[str]:
    """Holds an export against its truth, record by record; a record that is too many or missing spoils what stands in its place."""
    entries, covered, size_bytes = read(path)
    counts: Counter[str] = Counter(files=1, covered=covered == size_bytes)
    counts["extra"] = max(0, len(entries) - len(truth))
    by_line = iter(entries)
    entry = next(by_line, None)
    zipped = path.suffix == ".zip"
    for place, record in enumerate(truth):
        kind = record["kind"]
        counts[kind] += 1
        wrong = ["missing"] if entry is None else list(differences(entry, record, zipped=zipped))
        if truncated and place == len(truth) - 1:
            wrong = []  # its last character was cut off
        counts[f"{kind} exact"] += not wrong
        counts["system as system"] += kind == "system" and entry is not None and entry.role != "user" and entry.author is None
        # After a split record the pieces of it are passed over, so that one fault is counted once.
        pieces: list[Entry] = []
        following = next(by_line, None)
        while following is not None and place + 1 < len(truth) and _later_matches(following, truth[place + 1]):
            pieces.append(following)
            following = next(by_line, None)
        told = entry is not None and "ambiguous" in entry.more.flags and all("ambiguous" in piece.more.flags for piece in pieces)
        counts[f"{kind} right"] += not wrong or bool(
            record.get("ambiguous") and told and entry is not None and _begins(entry, pieces, record)
        )
        counts["false alarms"] += told and not record.get("ambiguous")
        if record.get("ambiguous"):
            counts["ambiguous"] += 1
            counts["ambiguous flagged"] += told
            counts["told pieces"] += len(pieces) if told else 0
        for name in wrong:
            counts[f"wrong {name}"] += 1
        entry = following
    return counts


def _begins(entry: Entry, pieces: list[Entry], truth: Mapping[str, Any]) -> bool:
    """Says whether a flagged record and the flagged pieces behind it hold the whole text of an ambiguous record, and no more."""
    text = str(truth["text"])
    return entry.author == truth["author"] and text.startswith(entry.text) and all(piece.text in text for piece in pieces)


def _later_matches(entry: Entry, truth: Mapping[str, Any]) -> bool:
    """Says whether an entry is too many: it stands before the next record's time by more than the generator ever goes back."""
    wall = datetime(1970, 1, 1) + timedelta(milliseconds=entry.wall_ms or 0)
    return datetime.fromisoformat(truth["ts"]) - wall > timedelta(hours=24)


def one_profile(task: tuple[Path, str, tuple[int, ...], int]) -> tuple[str, dict[str, Any]]:
    """Scores one profile in every difficulty, variant and seed."""
    generator, profile, seeds, messages = task
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="wasl-eval-formats-") as folder:
        for difficulty, variants in VARIANTS.items():
            for variant in variants:
                total: Counter[str] = Counter()
                for seed in seeds:
                    path, truth = generate(generator, Path(folder), profile, difficulty, *variant, seed=seed, messages=messages)
                    total += score(path, truth, truncated="--truncated" in variant)
                told[" ".join([difficulty, *variant])] = dict(total)
    return profile, told


def percent(counts: Mapping[str, int], good: tuple[str, ...], of: tuple[str, ...]) -> float:
    """Gives a share in percent; records that are too many count as wrong."""
    whole = sum(counts.get(name, 0) for name in of)
    extra = counts.get("extra", 0) - (counts.get("told pieces", 0) if good[0].endswith("right") else 0)
    right = sum(counts.get(name, 0) for name in good) - (max(0, extra) if len(of) > 1 or of == ("user",) else 0)
    return 100.0 if not whole else 100.0 * max(0, right) / whole


def summary(told: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, float]:
    """Gives the figures: of each the worst profile."""
    both, exact = ("user", "system"), ("user exact", "system exact")

    def worst(profiles: str, difficulty: str, good: tuple[str, ...], of: tuple[str, ...], *, variant: str = "") -> float:
        return min(
            (
                percent(counts, good, of)
                for profile, variants in told.items()
                for name, counts in variants.items()
                if profile.startswith(profiles) and name.startswith(difficulty) and (not variant or name == variant)
            ),
            default=100.0,
        )

    every = [counts for variants in told.values() for counts in variants.values()]
    return {
        "clean_exact_pct": worst("", "clean", exact, both),
        "real_user_exact_pct": worst("", "real", ("user exact",), ("user",)),
        "real_system_pct": worst("", "real", ("system as system",), ("system",)),
        "hostile_ios_exact_pct": worst("ios", "hostile", exact, both, variant="hostile"),
        "hostile_android_right_pct": worst("android", "hostile", ("user right", "system right"), both),
        "hostile_android_exact_pct": worst("android", "hostile", exact, both),
        "hostile_android_false_alarms_pct": max(
            (
                100.0 * counts.get("false alarms", 0) / max(1, counts.get("user", 0) + counts.get("system", 0))
                for profile, variants in told.items()
                for name, counts in variants.items()
                if profile.startswith("android") and name.startswith("hostile")
            ),
            default=0.0,
        ),
        "hostile_flagged_pct": worst("android", "hostile", ("ambiguous flagged",), ("ambiguous",)),
        "covered_pct": 100.0 * sum(counts.get("covered", 0) for counts in every) / max(1, sum(counts["files"] for counts in every)),
        "profiles_read": float(len(told)),
        "files_read": float(sum(counts["files"] for counts in every)),
        "records_read": float(sum(counts.get("user", 0) + counts.get("system", 0) for counts in every)),
    }


def main() -> None:
    """Runs the evaluation; ends with 1 where a limit is not kept, with 2 where the generator is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, default=Path(os.environ.get("GENERATOR") or GENERATOR))
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--profiles", default="")
    asked = parser.parse_args()
    if not asked.generator.is_file():
        print(f"The generator of exports is not at {asked.generator}; name it: make eval-formats GENERATOR=/path/to/it", file=sys.stderr)
        sys.exit(2)
    listed = subprocess.run([sys.executable, str(asked.generator), "--list"], check=True, capture_output=True, text=True).stdout
    profiles = asked.profiles.split(",") if asked.profiles else [line.split()[0] for line in listed.splitlines() if line.strip()]
    seeds = tuple(int(seed) for seed in asked.seeds.split(","))
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        told = dict(pool.map(one_profile, [(asked.generator.resolve(), profile, seeds, asked.messages) for profile in profiles]))
    show_profiles(told)
    result = summary(told)
    kept = figures.show("eval-formats", result, limits=LIMITS)
    figures.write("eval-formats", result)
    PROFILES.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if kept else 1)


def show_profiles(told: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
    """Prints one line for each profile: exact shares of the three difficulties, and what was wrong."""
    for profile, variants in sorted(told.items()):
        shares = []
        wrong: Counter[str] = Counter()
        for difficulty in VARIANTS:
            counts = [one for name, one in variants.items() if name.startswith(difficulty)]
            shares.append(min(percent(one, ("user exact", "system exact"), ("user", "system")) for one in counts))
            for one in counts:
                wrong.update({name: number for name, number in one.items() if name.startswith("wrong") and number})
        faults = ", ".join(f"{name.removeprefix('wrong ')} {number}" for name, number in wrong.most_common(4))
        print(f"{profile:20} clean {shares[0]:8.4f}   real {shares[1]:8.4f}   hostile {shares[2]:8.4f}   {faults}")


if __name__ == "__main__":
    main()
