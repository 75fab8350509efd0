"""What the whole way of an import costs: from an exported chat to entries with their index, sources kept, memory told.

    python -m tests.bench.bringing [--messages 200000] [--file PATH] [--profile PATH]

The text is made here, with the frequencies of words that people have (`tests.bench.chatter`), as an Android phone exports it. Each
figure comes from a process of its own: CPU time (user and system) of `Bring.run` and of what it is made of, and how much the process
grew. `again` is a newer export of the same chat, a tenth longer, over the one that is held.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import figures
from tests.bench.chatter import Chatter
from tests.bench.process import ROOT

LIMITS = {"bring_records_per_cpu_s": ("≥", 40_000.0)}
PEOPLE = ("Nadia Rahal", "سامي العزّام", "Tomas Vel", "دانة")
OWNER, PERSON = "0199fb20-0000-7000-8000-000000000001", "0199fb20-0000-7000-8000-000000000002"
BEGAN = datetime(2019, 1, 1, 6, 30, tzinfo=UTC)
WHOLE, LONGER = "WhatsApp Chat with Park.txt", "newer/WhatsApp Chat with Park.txt"


def make(path: Path, *, messages: int, seed: int = 3) -> None:
    """Writes an export: of every ten messages one has two lines, of every fifty one names a file that was left out."""
    chatter, at = Chatter(seed), BEGAN
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for first in range(0, messages, 10_000):
            lines = []
            for n, text in enumerate(chatter.texts(min(10_000, messages - first)), first):
                at += timedelta(seconds=1 + n * 2_654_435_761 % 240)
                body = "<Media omitted>" if n % 50 == 49 else text.replace(" ", "\n", 1) if n % 10 == 9 else text
                lines.append(f"{at:%d/%m/%Y, %H:%M} - {PEOPLE[n * 7 % 11 % len(PEOPLE)]}: {body}\n")
            out.write("".join(lines))


async def _installed(folder: Path, stack: AsyncExitStack):  # type: ignore[no-untyped-def]
    from wasl.app import compose
    from wasl.config import Settings
    from wasl.domain.ids import ConversationId, PersonId
    from wasl.ports.people import PersonRecord

    installation = compose(Settings(data=folder))
    await stack.enter_async_context(installation.opened())
    now = installation.clock.now_ms()
    listed = {"id": OWNER, "born_as": PERSON, "created_ms": now, "last_ms": now}
    extra = {"kind": "person", "created_ms": now, "conversations": [listed], "places": {}}
    await installation.moving.people.adopt(PersonRecord(id=PersonId(PERSON), name="Amal", extra=extra), now_ms=now)
    return installation.moving.bring, ConversationId(OWNER)


async def _bring(folder: Path, path: Path, profile: str | None) -> dict[str, float | int]:
    from wasl.service.recognise import opened

    async with AsyncExitStack() as stack:
        bring, owner = await _installed(folder, stack)
        before, began = _peak_mib(), time.process_time()
        if profile:
            import cProfile

            watch = cProfile.Profile()
            watch.enable()
        with opened([path]) as bundle:
            report = await bring.run(bundle, owner=owner)
        if profile:
            watch.disable()
            watch.dump_stats(profile)
        seconds = time.process_time() - began
        counts = {name: report.counts[name] for name in ("entries", "stored", "already", "changed", "full")}
    return {"seconds": seconds, "grown_mib": _peak_mib() - before, "peak_mib": _peak_mib(), **counts}


async def _preview(folder: Path, path: Path) -> dict[str, float | int]:
    from wasl.service.recognise import opened

    async with AsyncExitStack() as stack:
        bring, owner = await _installed(folder, stack)
        before, began = _peak_mib(), time.process_time()
        with opened([path]) as bundle:
            seen = await bring.preview(bundle, owner=owner)
        return {"seconds": time.process_time() - began, "grown_mib": _peak_mib() - before, "entries": seen.survey.counts["entries"]}


def _parse(path: Path) -> dict[str, float | int]:
    from wasl.formats.whatsapp_export import WhatsappExport
    from wasl.ports.format import Choices, Run
    from wasl.service.recognise import opened

    before, began = _peak_mib(), time.process_time()
    with opened([path]) as bundle:
        entries = sum(len(found.entries) for found in WhatsappExport().read(bundle, Choices()) if isinstance(found, Run))
    return {"seconds": time.process_time() - began, "grown_mib": _peak_mib() - before, "entries": entries}


def _keep(folder: Path, path: Path) -> dict[str, float | int]:
    from wasl.net.vault import FolderVault
    from wasl.service.keep_sources import KeepSources, identity
    from wasl.service.recognise import opened

    began = time.process_time()
    with opened([path]) as bundle:
        identity(bundle)
        KeepSources(vault=FolderVault(folder), bundle=bundle, key="k").words(lambda size: None)
    return {"seconds": time.process_time() - began}


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(asked: argparse.Namespace) -> None:
    from wasl.app import run

    path, folder = asked.file, asked.data
    match asked.child:
        case "bring":
            found = run(_bring(folder, path, asked.profile))
        case "preview":
            found = run(_preview(folder, path))
        case "keep":
            found = _keep(folder, path)
        case _:
            found = _parse(path)
    print(json.dumps(found))


def _measured(side: str, path: Path, folder: Path, profile: Path | None = None) -> Mapping[str, float]:
    command = [sys.executable, "-m", "tests.bench.bringing", "--child", side, "--file", str(path), "--data", str(folder)]
    if profile is not None:
        command += ["--profile", str(profile)]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: Mapping[str, float] = json.loads(told.splitlines()[-1])
    return found


def measure(folder: Path, path: Path, newer: Path | None, profile: Path | None) -> dict[str, float | int]:
    """Gives the figures for one text, and for a newer one over it."""
    parse, keep = _measured("parse", path, folder), _measured("keep", path, folder / "kept")
    whole = _measured("bring", path, folder / "installed", profile)
    figures_: dict[str, float | int] = {
        "bring_records_per_cpu_s": round(whole["entries"] / whole["seconds"]),
        "bring_us_per_record": round(whole["seconds"] / whole["entries"] * 1e6, 2),
        "bring_us_parse": round(parse["seconds"] / parse["entries"] * 1e6, 2),
        "bring_us_sources": round(keep["seconds"] / parse["entries"] * 1e6, 2),
        "bring_grown_mib": round(whole["grown_mib"], 1),
    }
    preview = _measured("preview", path, folder / "empty")
    figures_["bring_us_preview"] = round(preview["seconds"] / preview["entries"] * 1e6, 2)
    if newer is not None:
        again = _measured("bring", newer, folder / "installed", profile and profile.with_suffix(".again"))
        figures_["bring_again_records_per_cpu_s"] = round(again["entries"] / again["seconds"])
        figures_["bring_again_grown_mib"] = round(again["grown_mib"], 1)
        assert again["already"] == whole["entries"], again
    assert whole["stored"] == whole["entries"] == parse["entries"] == preview["entries"], whole
    return figures_


def main() -> None:
    """Measures, prints, and adds the figures to build/figures/bench.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--newer", type=Path)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--child", choices=["bring", "preview", "parse", "keep"], help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        _child(asked)
        return
    with tempfile.TemporaryDirectory(prefix="wasl-bench-bringing-") as name:
        folder, path, newer = Path(name), asked.file, asked.newer
        if path is None:
            path, newer = folder / WHOLE, folder / LONGER
            make(path, messages=asked.messages)
            make(newer, messages=asked.messages * 11 // 10)
        found = measure(folder, path, newer, asked.profile)
    kept = figures.show("bringing", found, limits=LIMITS)
    figures.write("bench", found, keep=True)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
