"""Survey: what a reading finds, summed up while it goes by: the preview of an import and the summary of a file."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wasl.domain.archive import PLAIN, Chat, Entry, File, Participant
from wasl.domain.days import day_at
from wasl.ports.format import Found, Gap, Problem, Progress, Question, Reject, Run, Shape

REJECTS_KEPT = 100
"""Rejects told one by one; all are counted."""
PROBLEMS_KEPT = 100
CHATS_SHOWN = 1_000
"""Chats told one by one; all are counted."""
KINDS_MAX = 200
"""Kinds of rejects and problems that are counted apart."""


@dataclass(slots=True, kw_only=True)
class FoundChat:
    """A chat as far as it was read. `held` is the id of the one that is here already and that it goes on."""

    chat: Chat
    participants: dict[str, Participant] = field(default_factory=dict)
    entries: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    held: str | None = None

    def take(self, entries: list[Entry]) -> None:
        """Counts entries and widens the dates."""
        self.entries += len(entries)
        known = [t for e in entries if (t := e[3] if e[4] is None else e[4]) is not None]  # the instant, else the wall clock
        if known:
            first, last = min(known), max(known)
            self.first_ms = first if self.first_ms is None else min(self.first_ms, first)
            self.last_ms = last if self.last_ms is None else max(self.last_ms, last)


class Survey:
    """Takes what a reader yields, and holds what people want to know of it."""

    def __init__(self) -> None:
        self.shape: Shape | None = None
        self.chats: dict[str, FoundChat] = {}
        self.questions: dict[str, Question] = {}
        self.rejects: list[Reject] = []
        self.problems: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.tiling = Tiling()
        self.bytes_read = 0

    def take(self, item: Found) -> None:
        """Takes one find."""
        match item:
            case Run(chat=key, entries=entries):
                self._entries(key, entries)
            case Shape():
                self.shape = item
            case Question():
                self.questions[item.id] = item
            case Chat():
                known = self.chats.get(item.key)
                if known is None:
                    self.chats[item.key] = FoundChat(chat=item)
                    self.counts["chats"] += 1
                else:
                    known.chat = item
            case Participant():
                self._participant(item)
            case Reject():
                self._reject(item)
            case Gap():
                self.counts["gaps"] += 1
                self.tiling.cover(item.source, item.start, item.length, gap=True)
            case Problem():
                self.counts["problems"] += 1
                self._kind(f"problem: {item.kind}")
                if len(self.problems) < PROBLEMS_KEPT:
                    self.problems.append(item)
            case Progress():
                self.bytes_read = item.bytes_read

    def refuse(self, reject: Reject) -> None:
        """Counts something that could not be stored, beside what the reader refused."""
        self._reject(reject)

    @property
    def ambiguous(self) -> bool:
        """Says whether anything read hangs on an answer."""
        return self.kinds["ambiguous"] > 0

    def lines(self) -> Iterator[str]:
        """Tells everything in plain lines, for a terminal."""
        if self.shape is not None:
            yield f"Profile: {self.shape.profile} ({self.shape.confidence:.0%})"
            for name, value in self.shape.facts.items():
                yield f"  {name}: {value}"
        yield f"Chats: {self.counts['chats']}, messages: {self.counts['entries']}"
        for found in list(self.chats.values())[:CHATS_SHOWN]:
            people = ", ".join(p.name for p in list(found.participants.values())[:8])
            more = len(found.participants) - 8
            yield f"  {found.chat.title or found.chat.key}: {found.entries} from {_day(found.first_ms)} to {_day(found.last_ms)}"
            yield f"    {found.chat.origin}, {found.chat.kind}: {people}{f' and {more} more' if more > 0 else ''}"
        for name, number in sorted(self.kinds.items()):
            yield f"{name}: {number}"
        yield f"Rejects: {self.counts['rejects']}"
        for reject in self.rejects[:10]:
            yield f"  {reject.where}: {reject.why} {reject.sample!r}"

    def _entries(self, key: str, entries: list[Entry]) -> None:
        self.counts["entries"] += len(entries)
        found = self.chats.get(key)
        if found is not None:
            found.take(entries)
        self._cover(entries)
        # By place, for every entry passes here: 1 the role, 7 the parts, 8 what is more.
        for entry in [e for e in entries if e[7] or e[8] is not PLAIN or e[1] == "service"]:
            if entry.role == "service":
                self.kinds["service lines"] += 1
            for part in entry.parts:
                if isinstance(part, File):
                    self.kinds[f"files {part.state}"] += 1
            if "ambiguous" in entry.more.flags:
                self.kinds["ambiguous"] += 1

    def _cover(self, entries: list[Entry]) -> None:
        """Tells the tiling where entries stand: those that follow each other as one stretch."""
        source, start, end = 0, 0, -1
        for _, _, _, _, _, _, _, _, _, of, at, length, _, _ in entries:
            if at is None or length is None:
                continue
            if at == end and of == source and length > 0:
                end += length
                continue
            self.tiling.cover(source, start, end - start)
            source, start, end = of, at, at + length
        self.tiling.cover(source, start, end - start)

    def _kind(self, name: str) -> None:
        """Counts by kind; what comes from outside may not make kinds without end."""
        self.kinds[name if name in self.kinds or len(self.kinds) < KINDS_MAX else f"{name.partition(':')[0]}: others"] += 1

    def _participant(self, item: Participant) -> None:
        found = self.chats.get(item.chat)
        if found is not None:
            if item.key not in found.participants:
                self.counts["participants"] += 1
            found.participants[item.key] = item

    def _reject(self, item: Reject) -> None:
        self.counts["rejects"] += 1
        self._kind(f"reject: {item.why[:80]}")
        if len(self.rejects) < REJECTS_KEPT:
            self.rejects.append(item)
        if item.start is not None and item.length is not None:
            self.tiling.cover(item.source, item.start, item.length)


class Tiling:
    """Which bytes of each source are told for, as ranges that grow together. Two records in one range are an overlap."""

    def __init__(self) -> None:
        self._ranges: dict[int, list[list[int]]] = {}
        self.gap_bytes: Counter[int] = Counter()

    def cover(self, source: int, start: int, length: int, *, gap: bool = False) -> None:
        """Takes a range in."""
        if length <= 0:
            return
        if gap:
            self.gap_bytes[source] += length
        ranges = self._ranges.setdefault(source, [])
        if ranges and ranges[-1][1] == start:
            ranges[-1][1] = start + length
        else:
            ranges.append([start, start + length])
            if len(ranges) > 100_000:
                self._merge(source)

    def coverage(self, sizes: Mapping[int, int]) -> dict[str, Any]:
        """Tells of each source that has ranges: its bytes, how many are told for, what is not, and whether ranges and gaps tile it."""
        sources = []
        for source in sorted(self._ranges):
            ranges = self._merge(source)
            size = sizes.get(source, 0)
            missing, at, overlap = [], 0, 0
            for start, end in ranges:
                if start > at:
                    missing.append([at, start - at])
                overlap += max(0, at - start)
                at = max(at, end)
            if at < size:
                missing.append([at, size - at])
            covered = size - sum(length for _, length in missing)
            sources.append(
                {
                    "source": source, "bytes": size, "covered": covered, "gap_bytes": self.gap_bytes[source],
                    "missing": missing[:100], "overlap_bytes": overlap, "tiles": not missing and not overlap and at == size,
                }
            )  # fmt: skip
        return {
            "sources": sources,
            "bytes": sum(s["bytes"] for s in sources),
            "covered": sum(s["covered"] for s in sources),
            "tiles": all(s["tiles"] for s in sources),
        }

    def _merge(self, source: int) -> list[list[int]]:
        merged: list[list[int]] = []
        for start, end in sorted(self._ranges[source]):
            if merged and merged[-1][1] == start:
                merged[-1][1] = end
            else:
                merged.append([start, end])
        self._ranges[source] = merged
        return merged


def _day(at_ms: int | None) -> str:
    return "?" if at_ms is None else day_at(at_ms).isoformat()
