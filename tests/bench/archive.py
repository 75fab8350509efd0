"""What the archive costs: MB of JSON lines a CPU second, out and in, on one core, and whether memory stays flat.

    python -m tests.bench.archive [--messages 200000] [--short]

The shelf makes its entries anew for every walk, from a seed, outside of what is measured where that can be told apart: `export` is the
whole of `Archive.write` into an output that keeps nothing, less the time the shelf alone takes; `import` is the whole of `Archive.read`
of a zip on disk, digests checked. CPU time of one process. A quarter of the messages carry a file, a reply, reactions or a model.
"""

import argparse
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench import figures

from wasl.domain.archive import Answering, ByModel, Chat, Entry, File, More, Name, Participant, Passage, Reacted
from wasl.formats.archive import Archive
from wasl.ports.format import Choices, ImportRecord, Order, PersonRecord, Run, SourceFile
from wasl.wire.bundle import open_bundle

LIMITS = {"archive_mb_per_s": ("≥", 50.0), "archive_peak_growth": ("≤", 1.15)}
CHATS = 20
RUN = 1_000
LETTERS_EN, LETTERS_AR = "etaoinshrdlcumwfgypbvk", "الميتنرسعدبهوفقكحجشصطخذ"


class SeededShelf:
    """Conversations made from a seed: short messages, half of them Arabic, a quarter with something more."""

    def __init__(self, messages: int) -> None:
        self._per_chat = messages // CHATS
        self._pools = [self._pool(seed) for seed in range(4)]

    def people(self) -> Iterator[PersonRecord]:
        """Nobody."""
        return iter(())

    def imports(self) -> Iterator[ImportRecord]:
        """Nothing."""
        return iter(())

    def chats(self) -> Iterator[Chat]:
        """Walks the chats."""
        for number in range(CHATS):
            key = f"01995000-0000-7000-8000-{number:012x}"
            yield Chat(key=key, id=key, kind="direct", origin="Messenger", title=f"محادثة {number}")

    def participants(self, chat: str) -> Iterator[Participant]:
        """Gives the two of each chat."""
        yield Participant(chat=chat, key="person", names=(Name("سارة"),))
        yield Participant(chat=chat, key="assistant", names=(Name("Wasl"),), role="assistant")

    def entries(self, chat: str) -> Iterator[Run]:
        """Walks the entries: a pool of a thousand is used again, with other numbers and times."""
        for start in range(0, self._per_chat, RUN):
            pool = self._pools[start // RUN % len(self._pools)]
            yield Run(chat, [e._replace(seq=start + at + 1, wall_ms=e.wall_ms + start * 60_000) for at, e in enumerate(pool)])  # type: ignore[operator]

    def entry_ids(self, chat: str, run: Run) -> Sequence[str]:
        """Gives ids of the kind that a store holds."""
        begin = run.entries[0].seq
        return [
            f"01995000-{at & 0xFFFF:04x}-7{at >> 16 & 0xFFF:03x}-8{chat[-3:]}-{at * 2654435761 & 0xFFFFFFFFFFFF:012x}"
            for at in range(begin, begin + len(run.entries))
        ]

    def source(self, file: SourceFile) -> Iterator[bytes]:
        """Holds none."""
        raise KeyError(file.sha256)

    def attachment(self, sha256: str) -> Iterator[bytes]:
        """Holds none."""
        raise KeyError(sha256)

    def _pool(self, seed: int) -> list[Entry]:
        drawn, entries = random.Random(seed), list[Entry]()
        english, arabic = (
            ["".join(drawn.choices(letters, k=drawn.randint(2, 9))) for _ in range(3000)] for letters in (LETTERS_EN, LETTERS_AR)
        )
        for at in range(RUN):
            words = arabic if drawn.random() < 0.5 else english
            text = " ".join(drawn.choices(words, k=max(2, min(60, int(drawn.expovariate(1 / 9))))))
            entry = Entry("person", "user", text, 1_789_505_161_000 + at * 61_000, None, "s", start=at * 90, length=88)
            entries.append(_richer(entry, drawn) if drawn.random() < 0.25 else entry)
        return entries


def _richer(entry: Entry, drawn: random.Random) -> Entry:
    kind = drawn.randrange(4)
    if kind == 0:
        file = File(role="photo", state="omitted", media_type="image/jpeg", name=f"IMG-{drawn.randrange(9999)}.jpg", caption=entry.text)
        return entry._replace(parts=(file,))
    if kind == 1:
        return entry._replace(more=More(reply_to=Answering(native_id=str(drawn.randrange(9999)))), native_id=str(drawn.randrange(9999)))
    if kind == 2:
        return entry._replace(more=More(reactions=(Reacted("❤️", "assistant", entry.wall_ms),)))
    more = More(
        model=ByModel("model-1", "example", "eu", {"input_tokens": 20}), deliveries=(Passage("shop", "read", "w.1", entry.wall_ms),)
    )
    return entry._replace(role="assistant", author="assistant", instant_ms=entry.wall_ms, more=more)


class Nowhere(io.RawIOBase):
    """An output that keeps nothing."""

    def writable(self) -> bool:
        """Says that it can be written."""
        return True

    def write(self, piece: Any) -> int:
        """Forgets a piece."""
        return len(piece)


def cpu(act: Callable[[], Any]) -> float:
    """Runs something and gives its CPU seconds."""
    began = time.process_time()
    act()
    return time.process_time() - began


def walk(shelf: SeededShelf) -> None:
    """What the shelf alone costs."""
    for chat in shelf.chats():
        for run in shelf.entries(chat.key):
            shelf.entry_ids(chat.key, run)


def read(path: Path) -> int:
    """Reads an archive to its end; gives the messages."""
    with path.open("rb") as file:
        bundle = open_bundle(path.name, file, size_bytes=path.stat().st_size)
        return sum(len(found.entries) for found in Archive().read(bundle, Choices()) if isinstance(found, Run))


def measure(messages: int, folder: Path, *, times: int) -> dict[str, float]:
    """Measures one size; the best of a few runs, for the machine has other work."""
    shelf, order = SeededShelf(messages), Order(scope="installation")
    path = folder / f"{messages}.zip"
    with path.open("wb") as file:
        list(Archive().write(shelf, order, file))  # type: ignore[arg-type]
    with path.open("rb") as file:
        bundle = open_bundle(path.name, file, size_bytes=path.stat().st_size)
        size_mb = sum(m.size_bytes for m in bundle.members() if m.name.endswith(".jsonl")) / 1e6
    alone = min(cpu(lambda: walk(shelf)) for _ in range(times))
    export = min(cpu(lambda: list(Archive().write(shelf, order, Nowhere()))) for _ in range(times)) - alone  # type: ignore[arg-type]
    counted = read(path)
    assert counted == messages // CHATS * CHATS, "not everything came back"
    import_ = min(cpu(lambda: read(path)) for _ in range(times))
    return {
        "mb": size_mb,
        "export": size_mb / export,
        "import": size_mb / import_,
        "records": messages / import_,
        "zip_mb": path.stat().st_size / 1e6,
    }


def peak_mib(messages: int) -> float:
    """Writes and reads in a process of its own; gives its peak."""
    import subprocess

    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.archive", "--peak", str(messages)], capture_output=True, text=True, check=True, timeout=600
    )
    return float(told.stdout.split()[-1])


def _peak(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.zip"
        with path.open("wb") as file:
            list(Archive().write(SeededShelf(messages), Order(scope="installation"), file))  # type: ignore[arg-type]
        read(path)
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main() -> None:
    """Prints and writes the figures; ends with 1 where a limit is not kept."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--messages", type=int, default=200_000)
    asked.add_argument("--short", action="store_true", help="a tenth, once")
    asked.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.peak:
        _peak(options.peak)
        return
    messages = options.messages // (10 if options.short else 1)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(messages, Path(folder), times=1 if options.short else 3)
    small, large = peak_mib(messages // 5), peak_mib(messages)
    shown: dict[str, float | int] = {
        "archive_mb_per_s": round(min(found["export"], found["import"]), 1),
        "archive_export_mb_per_s": round(found["export"], 1),
        "archive_import_mb_per_s": round(found["import"], 1),
        "archive_import_records_per_cpu_s": round(found["records"]),
        "archive_jsonl_mb": round(found["mb"], 1),
        "archive_zip_mb": round(found["zip_mb"], 1),
        "archive_peak_mib": round(large, 1),
        "archive_peak_mib_at_a_fifth": round(small, 1),
        "archive_peak_growth": round(large / small, 3),
    }
    kept = figures.show("The archive, out and in", shown, limits=LIMITS)
    figures.write("bench", shown, keep=True)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
