"""Entries of a chat log, from blocks of records: who said what, when, and what the platform itself said."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, repeat
from operator import sub
from typing import Final

from wasl.domain.archive import PLAIN, Entry, Happening, More, Role
from wasl.wire.chatlog_body import Body, FilesOf, read_body
from wasl.wire.chatlog_grammar import Grammar
from wasl.wire.chatlog_marks import LRM, RLM, unmarked
from wasl.wire.chatlog_people import People
from wasl.wire.chatlog_phrases import phrases, service_kind, tidy
from wasl.wire.chatlog_records import BACK_MS, PASTED_RECORDS_MAX, RECORD_BYTES_MAX, Block

AMBIGUOUS: Final = frozenset(["ambiguous"])
OUT_OF_ORDER_SHARE_MAX: Final = 0.02
"""Of a block's records, that may step back in time where such a step is told as a line that may have been pasted."""
OWN_LINE_CHARACTERS_MAX: Final = 400
_UNSURE: Final = More(flags=AMBIGUOUS)
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
        self._marks = False

    def of(self, block: Block) -> list[Entry]:
        """Makes the entries of a block: all of them as a known person's plain words, then anew those that are not."""
        ambiguous = self._pasted(block)
        bodies = self._cleaned(block)
        if not bodies:
            return []
        names, _, rests = zip(*[body.partition(b": ") for body in bodies], strict=True)
        self._people.meet(names)
        keys = list(map(self._people.authors.get, names))
        joined = b"\0".join(rests)
        try:
            texts = joined.decode().split("\0")
        except UnicodeDecodeError:
            texts = joined.decode("utf-8", "replace").split("\0")
        own = self._unmarked_pieces(joined) if self._bracket else []
        special = self._special(keys, rests, texts, has_places=block.has_places)
        if own:
            special = sorted({*special, *(place for place, rest in enumerate(rests) if any(piece in rest for piece in own))})
        starts = list(accumulate(block.lengths, initial=block.start))
        instants = repeat(None) if self._instant is None else map(self._instant, block.times)
        rows = zip(
            keys, repeat("user"), texts, block.times, instants, repeat(self._grammar.resolution), repeat(None), repeat(()),
            repeat(PLAIN), repeat(self._source), starts, block.lengths, repeat(None), repeat(0),
        )  # fmt: skip
        made: list[Entry] = list(map(tuple.__new__, repeat(Entry), rows))
        for place in special:
            known = self._known.get(rests[place])
            key = keys[place]
            if known is not None and key is not None:
                made[place] = self._entry(key, "user", known, block.times[place], starts[place], block.lengths[place])
            else:
                made[place] = self._look(bodies[place], block.times[place], starts[place], block.lengths[place])
        self.first_ms = block.times[0] if self.first_ms is None else self.first_ms
        self.last_ms = block.times[-1]
        for number in ambiguous:
            made[number] = _flagged(made[number])
        return made

    def _unmarked_pieces(self, joined: bytes) -> list[bytes]:
        """Gives the app's own words that occur where no direction mark tells them: in a file that lost its marks."""
        self._marks = self._marks or any(b"\0" + mark.encode() in joined for mark in (LRM, RLM))
        return [] if self._marks else [piece for piece in _told_without_marks() if piece in joined]

    def _special(self, keys: Sequence[str | None], rests: Sequence[bytes], texts: Sequence[str], *, has_places: bool) -> list[int]:
        """Finds the places of the bodies that may be more than a known person's plain words. Every body passes here: be quick."""
        fixed = self._fixed
        return [
            place
            for place, (key, rest, text) in enumerate(zip(keys, rests, texts, strict=True))
            if key is None
            or not rest
            or rest[-1] in _LAST
            or LRM in text
            or RLM in text
            or rest in fixed
            or ("\n" in text and (":\n" in text or ")\n" in text or ">\n" in text or "）\n" in text))
            or "\ufffd" in text
            or (rest[-1] in _ROUND and " (" in text)
            or (has_places and "://" in text)
        ]

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
        if self._bracket and read.kind in ("plain", "notice") and self._by_platform(name, read):
            return self._service(text, ms, at, length)
        role: Role = "service" if read.kind == "call" else "user"
        if read.kind in ("gone", "file") and rest in self._fixed:
            self._known[rest] = read
        if length > RECORD_BYTES_MAX:
            self.counts["cut"] += 1
        return self._entry(people.key(name), role, read, ms, at, length)

    def _by_platform(self, name: bytes, read: Body) -> bool:
        if read.marked:
            return name in self._people.groups or service_kind(read.text) is not None
        return len(read.text) <= OWN_LINE_CHARACTERS_MAX and any(piece in read.text.encode() for piece in phrases().own_lines)

    def _service(self, text: str, ms: int, at: int, length: int) -> Entry:
        words = unmarked(text).rstrip("\n")
        known = service_kind(words)
        if known is None:
            fixed = phrases().fixed.get(tidy(words))
            known = (fixed.kind, fixed.languages[0]) if fixed else None
        self.counts["service"] += 1
        if known and known[0] == "missed":
            return self._entry(None, "service", read_body(words, self._beside, marks_expected=False), ms, at, length)
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

    # -- lines in the file's own form that somebody may have pasted ------------------------------------------------------

    def _pasted(self, block: Block) -> list[int]:
        """Gives the numbers of the entries that are ambiguous: a few that step back in time, and the one before them.

        Nothing but time tells a pasted line from a record where every line ends alike, and real chats are out of order, too: each
        line with the file's own header stays a record, and is flagged only where the rest of the block is in order.
        """
        times = block.times
        back = [number for number, step in enumerate(map(sub, times[1:], times), 1) if step < -BACK_MS]
        if self._grammar.newline == b"\r\n" or not back or len(back) > max(1, OUT_OF_ORDER_SHARE_MAX * len(times)):
            return []
        ahead = times if block.next_ms is None else [*times, block.next_ms]
        ambiguous: list[int] = []
        for number in back:
            end = _goes_on_at(ahead, number)
            if end and b": " in block.bodies[number - 1]:
                ambiguous += range(number - 1, end)
        ambiguous = sorted(set(ambiguous))
        self.counts["ambiguous"] += len(ambiguous)
        return ambiguous


def _goes_on_at(times: Sequence[int], number: int) -> int:
    """Gives the number of the record with which time goes on after the step back at `number`, 0 where it does not soon."""
    before = times[number - 1]
    for end in range(number + 1, min(len(times), number + 1 + PASTED_RECORDS_MAX)):
        if times[end] >= before - BACK_MS:
            return end if times[end] >= before else 0
    return 0


def _flagged(entry: Entry) -> Entry:
    more = _UNSURE if entry.more is PLAIN else replace(entry.more, flags=entry.more.flags | AMBIGUOUS)
    return entry._replace(more=more)


def flag_all(entries: list[Entry]) -> list[Entry]:
    """Flags entries as ambiguous: whatever hangs on a day order that is only guessed."""
    return [_flagged(entry) for entry in entries]


@cache
def _fixed_bytes() -> frozenset[bytes]:
    return frozenset(spelling for phrase in phrases().spelled for ending in ("", ".", "。") for spelling in [(phrase + ending).encode()])


@cache
def _told_without_marks() -> tuple[bytes, ...]:
    documents = (phrase.encode() for phrase in phrases().spelled if (fixed := phrases().fixed[tidy(phrase)]) and fixed.role == "document")
    return (*phrases().own_lines, *documents)
