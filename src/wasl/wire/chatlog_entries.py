"""Entries of a chat log, from blocks of records: who said what, when, and what the platform itself said."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from operator import sub
from typing import Final

from wasl.domain.archive import PLAIN, Entry, Happening, Role
from wasl.wire.chatlog_body import Body, FilesOf, read_body
from wasl.wire.chatlog_grammar import Grammar
from wasl.wire.chatlog_marks import LRM, RLM, unmarked
from wasl.wire.chatlog_people import People
from wasl.wire.chatlog_phrases import phrases, service_kind, tidy
from wasl.wire.chatlog_records import RECORD_BYTES_MAX, Block

BACK_MS: Final = 12 * 3_600_000
"""A step back in time after which a record may be a pasted line."""
PASTED_RECORDS_MAX: Final = 64
"""Records of one pasted stretch."""
FIXED_BYTES_MAX: Final = 120
"""Of a body that may be a fixed phrase of the app."""
AMBIGUOUS: Final = frozenset(["ambiguous"])
_LAST: Final = frozenset(b">\n\r")
"""Last bytes of bodies that are looked at closely: an angle or a line end."""
_ROUND: Final = frozenset(b")\x89")
"""Last bytes of a round bracket, also of the wide one."""


class Entries:
    """Makes entries of blocks. `counts` tells what was found; `instant` gives the instant of a wall time, where a zone is known."""

    def __init__(
        self, grammar: Grammar, people: People, beside: FilesOf, *, source: int, instant: Callable[[int], int] | None = None
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.first_ms: int | None = None
        self.last_ms: int | None = None
        self._grammar = grammar
        self._people = people
        self._beside = beside
        self._source = source
        self._instant = instant
        self._bracket = grammar.style != "dash"
        self._fixed = _fixed_bytes()
        self._known: dict[bytes, Body] = {}

    def of(self, block: Block) -> list[Entry]:
        """Makes the entries of a block."""
        ambiguous = self._fold_pasted(block)
        bodies = self._cleaned(block)
        made: list[Entry] = []
        add = made.append
        authors, fixed, known, look = self._people.authors, self._fixed, self._known.get, self._look
        resolution, source, instant = self._grammar.resolution, self._source, self._instant
        has_places = block.has_places
        at = block.start
        new = tuple.__new__
        for length, ms, body in zip(block.lengths, block.times, bodies, strict=True):
            name, _, rest = body.partition(b": ")
            key = authors.get(name)
            # Most bodies are a known person's plain words; what follows finds out at once which are not.
            if key is None or not rest:
                add(look(body, ms, at, length))
            elif len(rest) <= FIXED_BYTES_MAX and rest in fixed:
                found = known(rest)
                add(look(body, ms, at, length) if found is None else self._entry(key, "user", found, ms, at, length))
            else:
                try:
                    text = rest.decode()
                except UnicodeDecodeError:
                    add(look(body, ms, at, length))
                else:
                    last = rest[-1]
                    if (
                        LRM in text
                        or RLM in text
                        or last in _LAST
                        or (last in _ROUND and " (" in text)
                        or ("\n" in text and (":\n" in text or ")\n" in text or "）\n" in text))
                        or (has_places and "://" in text)
                    ):
                        add(look(body, ms, at, length))
                    else:
                        instant_ms = None if instant is None else instant(ms)
                        add(new(Entry, (key, "user", text, ms, instant_ms, resolution, None, (), PLAIN, source, at, length, None, 0)))
            at += length
        if block.times:
            self.first_ms = block.times[0] if self.first_ms is None else self.first_ms
            self.last_ms = block.times[-1]
        for number in ambiguous:
            made[number] = _flagged(made[number])
        return made

    def _cleaned(self, block: Block) -> list[bytes]:
        bodies = block.bodies
        if block.last and bodies:
            bodies[-1] = bodies[-1].rstrip(b"\r\n")
        if block.has_returns:
            bodies = [body.replace(b"\r\n", b"\n").removesuffix(b"\r") for body in bodies]
        if block.has_nul:
            self.counts["nul"] += sum(b"\0" in body for body in bodies)
            bodies = [body.replace(b"\0", "\ufffd".encode()) for body in bodies]
        return bodies

    # -- records that need a closer look --------------------------------------------------------------------------------

    def _look(self, body: bytes, ms: int, at: int, length: int) -> Entry:
        people = self._people
        found = people.find(body)
        if found is None:
            return self._service(self._text(body), ms, at, length)
        name, rest = found
        text = self._text(rest).rstrip("\n")
        read = read_body(text, self._beside, marks_expected=self._bracket)
        if self._bracket and read.marked and read.kind in ("plain", "notice") and self._by_platform(name, read):
            return self._service(text, ms, at, length)
        role: Role = "service" if read.kind == "call" else "user"
        if read.kind in ("gone", "file") and rest in self._fixed:
            self._known[rest] = read
        if length > RECORD_BYTES_MAX:
            self.counts["cut"] += 1
        return self._entry(people.key(name), role, read, ms, at, length)

    def _by_platform(self, name: bytes, read: Body) -> bool:
        return name in self._people.groups or service_kind(read.text) is not None

    def _service(self, text: str, ms: int, at: int, length: int) -> Entry:
        words = unmarked(text).rstrip("\n")
        known = service_kind(words)
        if known is None:
            fixed = phrases().fixed.get(tidy(words))
            known = (fixed.kind, fixed.languages[0]) if fixed else None
        self.counts["service"] += 1
        kind = known[0] if known else "unknown"
        if kind in ("created", "added", "joined", "left", "removed", "renamed", "admin"):
            self.counts["group_words"] += 1
        body = Body("notice", words, (Happening(kind=kind),))
        return self._entry(None, "service", body, ms, at, length)

    def _text(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            self.counts["invalid_utf8"] += 1
            return data.decode("utf-8", "replace")

    def _entry(self, key: str | None, role: Role, body: Body, ms: int, at: int, length: int) -> Entry:
        instant_ms = None if self._instant is None else self._instant(ms)
        resolution = self._grammar.resolution
        return Entry(key, role, body.text, ms, instant_ms, resolution, None, body.parts, body.more, self._source, at, length)

    # -- lines in the file's own form that somebody pasted ---------------------------------------------------------------

    def _fold_pasted(self, block: Block) -> list[int]:
        """Puts pasted records back into the message that holds them, and gives the numbers of the entries that are ambiguous.

        Nothing but time tells them: they step back behind the record before, and the record after goes on from there. One by a
        known author could also be a message that came late: it stays, and is flagged.
        """
        times = block.times
        if self._grammar.newline == b"\r\n" or min(map(sub, times[1:], times), default=0) >= -BACK_MS:
            return []
        ambiguous: list[int] = []
        kept = [0]
        number = 1
        while number < len(times):
            host = kept[-1]
            end = self._pasted_until(times, host, number)
            if end and not self._anybody_known(block.bodies[number:end]):
                for pasted in range(number, end):
                    block.bodies[host] += block.heads[pasted] + block.bodies[pasted]
                    block.lengths[host] += block.lengths[pasted]
                ambiguous.append(len(kept) - 1)
                number = end
                continue
            if end:
                ambiguous += [len(kept) - 1, *range(len(kept), len(kept) + end - number)]
                kept += range(number, end)
                number = end
                continue
            kept.append(number)
            number += 1
        block.times[:] = [block.times[number] for number in kept]
        block.lengths[:] = [block.lengths[number] for number in kept]
        block.bodies[:] = [block.bodies[number] for number in kept]
        self.counts["ambiguous"] += len(ambiguous)
        return ambiguous

    def _pasted_until(self, times: list[int], host: int, number: int) -> int:
        """Gives the number of the record with which time goes on after a step back, 0 where there is no such step."""
        if times[number] >= times[host] - BACK_MS:
            return 0
        for end in range(number + 1, min(len(times), number + 1 + PASTED_RECORDS_MAX)):
            if times[end] >= times[host]:
                return end
            if times[end] >= times[host] - BACK_MS:
                return 0
        return 0

    def _anybody_known(self, bodies: list[bytes]) -> bool:
        return any(body.partition(b": ")[0] in self._people.authors for body in bodies)


def _flagged(entry: Entry) -> Entry:
    return entry._replace(more=replace(entry.more, flags=entry.more.flags | AMBIGUOUS))


def flag_all(entries: list[Entry]) -> list[Entry]:
    """Flags entries as ambiguous: whatever hangs on a day order that is only guessed."""
    return [_flagged(entry) for entry in entries]


@cache
def _fixed_bytes() -> frozenset[bytes]:
    return frozenset(spelling for phrase in phrases().spelled for spelling in (phrase.encode(), phrase.encode() + b"."))
