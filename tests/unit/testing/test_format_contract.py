"""The suite of formats is itself held: a small format passes it, and each kind of fault fails the law that is meant for it."""

import inspect
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import pytest
from _pytest.outcomes import Skipped

from wasl.domain.archive import Chat, Entry, Participant
from wasl.domain.errors import Malformed
from wasl.ports.format import Choices, Dropped, Found, Gap, Guess, Order, Progress, Reject, Run, Shape, Shelf, Wrote
from wasl.testing.contracts.format_fixtures import load_cases
from wasl.testing.contracts.format_losses import LOSSES, present
from wasl.testing.contracts.format_writing import WritesContract
from wasl.testing.contracts.formats import ReadsContract
from wasl.wire.bundle import Bundle

LINES = "diary\n1789494361000|Amal|السلام عليكم\n1789494362000|Omar|hello | again\n1789494363000|Amal|\n"
_NAMED_BY_FILE = ("test_it_declares", "test_it_asks_no_clock", "test_it_has_cases", "test_any_value", "test_looking_at_anything")
"""Laws about the file that a format stands in, or about JSON; the toy stands in a test."""


class Diary:
    """Reads and writes lines of time, author and words."""

    kind: ClassVar[str] = "diary"
    title: ClassVar[str] = "Diary"
    suffix: ClassVar[str] = ".txt"
    media_type: ClassVar[str] = "text/plain"
    loses: ClassVar[tuple[str, ...]] = tuple(sorted(LOSSES - {"times", "wall_clock", "resolution", "order", "zones", "authors", "titles"}))

    def sniff(self, bundle: Bundle) -> Guess | None:
        for member in bundle.members()[:1]:
            if bundle.open(member.name).read(6) == b"diary\n":
                return Guess(confidence=0.9, why="it says so")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        yield Shape("diary", 1.0, {})
        yield Chat(key="diary", kind="group", origin="Diary")
        at, seen, run = 0, set(), []
        for number, line in enumerate(lines_of(bundle)):
            if isinstance(line, Malformed):
                yield Reject(0, "the file", line.message)
                continue
            words = line.decode("utf-8", "replace").rstrip("\n").split("|", 2)
            if number == 0 and line == b"diary\n":
                yield Gap(0, at, len(line), "the heading")
            elif len(words) < 3 or not (words[0].isascii() and words[0].isdigit() and len(words[0]) < 15):
                yield Reject(0, f"line {number}", "no entry", start=at, length=len(line))
            else:
                if words[1] not in seen:
                    yield Participant(chat="diary", key=words[1])
                    seen.add(words[1])
                run.append(self.entry(words, at, len(line)))
            at += len(line)
            if len(run) >= 500:
                yield Run("diary", run)
                run = []
        if run:
            yield Run("diary", run)

    def entry(self, words: list[str], start: int, length: int) -> Entry:
        return Entry(words[1], "user", words[2], int(words[0]), None, "ms", start=start, length=length)

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        out.write(b"diary\n")
        number = 0
        for chat in shelf.chats():
            for run in shelf.entries(str(chat.id)):
                for entry in run.entries:
                    line = f"{entry.wall_ms}|{entry.author or ''}|{entry.text}".replace("\n", " ")
                    out.write(line.encode("utf-8", "replace") + b"\n")
                    number += 1
        lost = tuple(Dropped(what, 1) for what in sorted(present(shelf) & set(self.loses))) if number else ()
        yield Wrote({"entries": number}, lost)


def lines_of(bundle: Bundle) -> Iterator[bytes | Malformed]:
    try:
        yield from io.BufferedReader(bundle.open(bundle.members()[0].name))  # type: ignore[arg-type]  # a raw reader is enough
    except Malformed as error:
        yield error


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    case = tmp_path / "diary" / "one"
    case.mkdir(parents=True)
    (case / "source.txt").write_bytes(LINES.encode())
    truth = {"source": "invented", "seen": "2026-11-22", "counts": {"chats": 1, "participants": 2, "entries": 3, "rejects": 0}}
    (case / "expected.json").write_text(json.dumps(truth))
    return tmp_path / "diary"


def broken_laws(format_class: type[Any], folder: Path) -> set[str]:
    """Runs the laws and names those that fail."""
    bases = (ReadsContract, WritesContract)
    suite = type("Suite", bases, {"format_class": format_class, "folder": folder, "others": {format_class.kind: format_class}})()
    suite._loaded = {}
    failed = set()
    for name, law in inspect.getmembers(suite, inspect.ismethod):
        if not name.startswith("test_") or name.startswith(_NAMED_BY_FILE) or "refused" in inspect.signature(law).parameters:
            continue
        asked = inspect.signature(law).parameters
        told: dict[str, Any] = {"size_bytes": 7} if "size_bytes" in asked else {}
        if "case" in asked:
            told["case"] = load_cases(folder)[0]
        try:
            law(**told)
        except Skipped:
            continue
        except Exception:  # noqa: BLE001 - a fault of any kind is what is looked for
            failed.add(name)
    return failed


def test_a_small_format_keeps_the_laws_of_reading(folder: Path) -> None:
    written_by_the_toy = {
        "test_written_and_read_again_everything_is_there_that_is_not_named_as_lost",
        "test_its_own_sources_come_back_as_they_were",
    }
    assert broken_laws(Diary, folder) <= written_by_the_toy


class Forgetful(Diary):
    """Leaves out lines without words."""

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        for found in super().read(bundle, choices):
            yield Run(found.chat, [e for e in found.entries if e.text]) if isinstance(found, Run) else found


class Rushed(Diary):
    """Tells words before people."""

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        found = list(super().read(bundle, choices))
        return iter([*(f for f in found if not isinstance(f, Participant)), *(f for f in found if isinstance(f, Participant))])


class Timeless(Diary):
    """Gives no times."""

    def entry(self, words: list[str], start: int, length: int) -> Entry:
        return super().entry(words, start, length)._replace(wall_ms=None)


class Nervous(Diary):
    """Raises in the middle of what it cannot read."""

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        for found in super().read(bundle, choices):
            if isinstance(found, Reject):
                raise ValueError(found.why)  # noqa: TRY004 - the fault itself
            yield found


class Hoarder(Diary):
    """Reads everything before it tells anything."""

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        return iter(list(super().read(bundle, choices)))


class Moody(Diary):
    """Reads differently every time."""

    count = 0

    def entry(self, words: list[str], start: int, length: int) -> Entry:
        Moody.count += 1
        return super().entry(words, start, length)._replace(seq=Moody.count)


class Greedy(Diary):
    """Reads everything to recognise it."""

    def sniff(self, bundle: Bundle) -> Guess | None:
        content = b"".join(bundle.open(member.name).read() for member in bundle.members())
        return Guess(confidence=0.9, why="it says so") if content.startswith(b"diary") else None


class Silent(Diary):
    """Does not tell what it drops."""

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        return (one._replace(dropped=()) if isinstance(one, Wrote) else one for one in super().write(shelf, order, out))


class Fickle(Diary):
    """Writes other bytes every time."""

    count = 0

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        Fickle.count += 1
        out.write(str(Fickle.count).encode())
        return super().write(shelf, order, out)


@pytest.mark.parametrize(
    ("faulty", "law"),
    [
        (Forgetful, "test_a_case_is_read_as_it_must_be"),
        (Forgetful, "test_every_byte_of_a_text_is_accounted_for"),
        (Rushed, "test_shape_comes_first_chats_before_their_people_and_people_before_their_words"),
        (Timeless, "test_every_entry_has_a_time_unless_the_source_has_none"),
        (Nervous, "test_damage_anywhere_raises_nothing_but_a_refusal_at_the_start"),
        (Hoarder, "test_memory_does_not_grow_with_the_source"),
        (Moody, "test_reading_again_gives_the_same"),
        (Greedy, "test_looking_is_cheap_however_large_the_source"),
        (Silent, "test_it_ends_with_what_it_wrote_and_tells_every_loss_that_happened"),
        (Fickle, "test_the_same_shelf_gives_the_same_bytes"),
    ],
)
def test_a_fault_breaks_the_law_that_is_meant_for_it(faulty: type[Any], law: str, folder: Path) -> None:
    suite = type("Suite", (ReadsContract, WritesContract), {"format_class": faulty, "folder": folder, "others": {}})()
    told = {"case": load_cases(folder)[0]} if "case" in inspect.signature(getattr(suite, law)).parameters else {}
    with pytest.raises((AssertionError, ValueError)):
        getattr(suite, law)(**told)


def test_a_folder_without_a_case_does_not_pass(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no payload, no pass"):
        load_cases(tmp_path)
