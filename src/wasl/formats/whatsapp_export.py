"""WhatsApp's "Export chat": a text, alone or in a zip with its files, in any language and any form of date.

Read on 22 November 2026: exports of both platforms, and CLDR 47 for the forms of dates and times. The file names no message id,
no time zone, no reply, no reaction, no earlier wording. iOS ends a record with CR LF and a line inside one with a bare LF;
Android writes LF everywhere, so that a header pasted into a message can only be told by time.
Every byte of the text is in an Entry, a Gap or a Reject.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, ClassVar, Final, NamedTuple

from wasl.domain.archive import Chat, Entry
from wasl.ports.format import (
    ENTRIES_PER_RUN,
    SAMPLE_CHARACTERS_MAX,
    Choices,
    Found,
    Gap,
    Guess,
    Problem,
    Progress,
    Question,
    Reject,
    Run,
    Shape,
)
from wasl.wire.bundle import Bundle, Member
from wasl.wire.chatlog_bundle import BLANK, files_beside, likeness, texts_in
from wasl.wire.chatlog_entries import Entries, flag_all
from wasl.wire.chatlog_grammar import Grammar, decide
from wasl.wire.chatlog_heads import strange_months
from wasl.wire.chatlog_mixed import runs_in
from wasl.wire.chatlog_order import ORDERS, Ordered
from wasl.wire.chatlog_people import People, is_own_deletion
from wasl.wire.chatlog_phrases import languages_in, title_in
from wasl.wire.chatlog_records import Block, Left, Stopped, blocks, read_fully, written_dates
from wasl.wire.chatlog_zone import instants

SNIFF_TEXTS_MAX: Final = 8
SAMPLE_BYTES: Final = 1 << 19
"""Of the text, from which the shape is decided."""
BLOCKS_PER_TRY: Final = 4
DATES_MAX: Final = 20_000
"""Written dates that are gathered, where the sample does not tell the day from the month."""
LANGUAGE_BYTES: Final = 64 << 10
"""Of the sample, in which the app's own words are looked for."""
OPTIONS_MAX: Final = 100
"""Participants that are offered as the one who made the export."""
_WHY: Final = {
    "before": "it stands before the first message",
    "behind": "it follows the longest text a message can have",
    "cut": "the end of the file cuts it off",
}


class WhatsappExport:
    """Reads chats that people exported from WhatsApp on their phone."""

    kind: ClassVar[str] = "whatsapp_export"
    title: ClassVar[str] = "WhatsApp"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Says whether the bundle holds a chat that was exported from WhatsApp."""
        found = [guess for member in texts_in(bundle, self.title)[:SNIFF_TEXTS_MAX] if (guess := likeness(bundle, member, self.title))]
        best = max(found, key=lambda guess: guess.confidence, default=None)
        return Guess(confidence=best.confidence, why=best.why) if best else None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads every exported chat of the bundle."""
        texts = texts_in(bundle, self.title)
        if len(texts) > 1:
            sure = [member for member in texts if (guess := likeness(bundle, member, self.title)) and guess.confidence >= 0.5]
            texts = sure or texts[:1]
        places = {member.name: place for place, member in enumerate(bundle.members())}
        readings = [_Reading(bundle, member, places[member.name], choices) for member in texts]
        openings = [reading.opening() for reading in readings]
        yield from (item for number, opening in enumerate(openings) for item in opening if number == 0 or not isinstance(item, Shape))
        read_before = 0
        for reading, member in zip(readings, texts, strict=True):
            yield from reading.rest(read_before)
            read_before += member.size_bytes


class _Stretch(NamedTuple):
    """A part of the text with one grammar, from an offset on."""

    start: int
    grammar: Grammar
    sample: bytes


class _Reading:
    """The reading of one text."""

    def __init__(self, bundle: Bundle, member: Member, source: int, choices: Choices) -> None:
        self._bundle = bundle
        self._member = member
        self._source = source
        self._choices = choices
        self._read_bytes = 0
        self._languages: tuple[str, ...] = ()
        self._first: _Stretch | None = None
        self._runs_left: list[_Stretch] = []
        self._forms = 1
        self._counts: Counter[str] = Counter()
        self._gap: list[tuple[int, int, bytes, str]] = []
        self._title = title_in(member.name) or title_in(bundle.name)
        self._beside = files_beside(bundle, member)
        self._instant, self._zone_problem = instants(choices.zone)
        self._people: People | None = None
        self._strange: tuple[str, ...] = ()
        self._first_ms: int | None = None
        self._last_ms: int | None = None

    def opening(self) -> list[Found]:
        """Decides how the text is written, and gives what is to be told before any chat: the shape and the questions."""
        sample = self._sample(0)
        self._languages = languages_in(sample[:LANGUAGE_BYTES], self._choices.language)
        first = self._decide(sample, 0)
        if first is None:
            return [Shape("none", 0.0, {"member": self._member.name, "ambiguous": False})]
        people = self._people = self._meet(first, self._own(None))
        times = self._learn(people, first)
        for run in self._runs_left:
            times += self._learn(people, run)
        own = self._own(self._likely_self(people, times, first))
        self._first = first._replace(sample=b"")
        if first.grammar.stamp.month_at is not None:
            self._strange = strange_months(sample, self._languages)
        return [self._shape(first), *self._questions(first.grammar, people, times, own)]

    def rest(self, read_before: int) -> Iterator[Found]:
        """Walks the text."""
        self._read_bytes = read_before
        yield self._chat(last=False)
        stretch, people = self._first, self._people
        if stretch is None or people is None:
            yield from self._nothing()
            return
        if self._zone_problem:
            yield Problem("zone", self._member.name, self._zone_problem)
        grammar = stretch.grammar
        if self._forms > 1:
            yield Problem("mixed", self._member.name, f"headers of {self._forms} forms follow each other; each was read in its own")
        while stretch is not None:
            yield from self._stretch(stretch, people)
            stretch = self._runs_left.pop(0) if self._runs_left else None if self._forms > 1 else self._next(stretch)
            if stretch is not None and self._forms == 1:
                yield Problem("joined", f"{self._member.name}: byte {stretch.start}", "another export begins here, written in another form")
                self._learn(people, stretch)
        yield from self._flush()
        yield from self._problems(grammar)
        yield self._chat(last=True)
        yield Progress(self._read_bytes)

    # -- deciding ---------------------------------------------------------------------------------------------------------

    def _decide(self, sample: bytes, start: int) -> _Stretch | None:
        answer = self._choices.answers.get("day_order")
        grammar = decide(sample, order=answer, languages=self._languages)
        if grammar is None:
            return None
        if grammar.ordered.open and grammar.ends_at is None and len(sample) == SAMPLE_BYTES:
            grammar = self._ordered_by_more(grammar, start)
        if start == 0 and len(sample) < SAMPLE_BYTES and (runs := runs_in(sample, order=answer, languages=self._languages)):
            ends = [run.start + (run.grammar.ends_at or 0) for run in runs]
            stretches = [_Stretch(run.start, run.grammar, sample[run.start : end]) for run, end in zip(runs, ends, strict=True)]
            self._runs_left = stretches[1:]
            self._forms = len({run.grammar.layout for run in runs})
            return stretches[0]
        return _Stretch(start, grammar, sample)

    def _ordered_by_more(self, grammar: Grammar, start: int) -> Grammar:
        """Reads the dates of the whole text where the sample does not tell the day from the month."""
        dates: list[bytes] = []
        with self._open(start) as stream:
            for number, written in enumerate(written_dates(stream, grammar)):
                dates += written
                if number % BLOCKS_PER_TRY == 0 or len(dates) > DATES_MAX:
                    grammar = grammar.reordered(dates, self._languages)
                    if not grammar.ordered.open or len(dates) > DATES_MAX:
                        return grammar
        return grammar.reordered(dates, self._languages)

    def _sample(self, start: int) -> bytes:
        with self._open(start) as stream:
            return read_fully(stream, SAMPLE_BYTES)

    def _open(self, start: int) -> BinaryIO:
        stream = self._bundle.open(self._member.name)
        while start > 0 and (data := stream.read(min(start, SAMPLE_BYTES))):
            start -= len(data)
        return stream

    def _meet(self, stretch: _Stretch, own: str | None) -> People:
        return People(self._member.name, source=self._member.name, title=self._title, bracket=stretch.grammar.style != "dash", own=own)

    def _learn(self, people: People, stretch: _Stretch) -> Counter[bytes]:
        pieces = stretch.grammar.pattern.split(stretch.grammar.newline + stretch.sample[: stretch.grammar.ends_at])
        return people.learn((body.rstrip(b"\r\n") for body in pieces[4::4]), self._beside)

    def _own(self, likely: str | None) -> str | None:
        return self._choices.answers.get(f"self:{self._member.name}", likely)

    def _likely_self(self, people: People, times: Counter[bytes], stretch: _Stretch) -> str | None:
        """Guesses who made the export: who deleted a message of their own, or who is not the one the chat is named after."""
        for body in stretch.grammar.pattern.split(stretch.grammar.newline + stretch.sample)[4::4]:
            name, colon, rest = body.partition(b": ")
            if colon and is_own_deletion(rest):
                return people.name(name)
        keys = {people.name(name) for name in times if name not in people.groups}
        return next(iter(keys - {self._title})) if len(keys) == 2 and self._title in keys else None

    def _shape(self, stretch: _Stretch) -> Shape:
        grammar = stretch.grammar
        ordered = grammar.ordered
        confidence = grammar.heads / max(1, grammar.heads + grammar.foreign)
        return Shape(
            profile="ios" if grammar.style == "bracket" else "ios-old" if grammar.style == "colon" else "android",
            confidence=round(min(confidence, 0.5) if ordered.open else confidence, 4),
            facts={
                "order": ordered.order,
                "order_decided": ordered.how,
                "ambiguous": bool(ordered.open),
                "calendar": grammar.calendar,
                "line_ends": "CR LF ends a record" if grammar.newline == b"\r\n" else "by header",
                "layout": " ".join(grammar.layout),
                "forms": self._forms,
                "resolution": grammar.resolution,
                "zone": self._choices.zone,
                "languages": list(self._languages),
                "headers_in_sample": grammar.heads,
                "other_headers_in_sample": grammar.foreign,
                "member": self._member.name,
            },
        )

    def _questions(self, grammar: Grammar, people: People, times: Counter[bytes], own: str | None) -> Iterator[Found]:
        ordered = grammar.ordered
        if ordered.open:
            example = next(iter(grammar.examples), "")
            options = tuple((order, _example(grammar, order, example)) for order in ORDERS if order in ordered.open)
            yield Question("day_order", options, ordered.order, f"every date, such as {example}, can be read in more than one way")
        if f"self:{self._member.name}" not in self._choices.answers:
            keys = dict.fromkeys(people.name(name) for name, _ in times.most_common(OPTIONS_MAX) if name not in people.groups)
            if keys:
                why = "the export does not tell which of the people made it"
                yield Question(f"self:{self._member.name}", tuple((key, key) for key in keys), own if own in keys else None, why)

    # -- walking ----------------------------------------------------------------------------------------------------------

    def _stretch(self, stretch: _Stretch, people: People) -> Iterator[Found]:
        grammar = stretch.grammar
        entries = Entries(grammar, people, self._beside, source=self._source, instant=self._instant)
        until = None if grammar.ends_at is None else stretch.start + grammar.ends_at
        self._stopped: int | None = None
        with self._open(stretch.start) as stream:
            for piece in blocks(stream, grammar, start=stretch.start, until=until, joined_at=self._joined_at(grammar)):
                if isinstance(piece, Block):
                    yield from self._flush()
                    yield from self._runs(entries.of(piece), people, ambiguous=bool(grammar.ordered.open))
                    self._read_bytes += piece.read_bytes
                    yield Progress(self._read_bytes)
                elif isinstance(piece, Left):
                    yield from self._left(piece)
                elif isinstance(piece, Stopped):
                    self._stopped = piece.start
        self._counts.update(entries.counts)
        self._first_ms = entries.first_ms if self._first_ms is None else self._first_ms
        self._last_ms = entries.last_ms if entries.last_ms is not None else self._last_ms

    def _joined_at(self, grammar: Grammar) -> Callable[[bytes], int | None]:
        return lambda data: _joined_at(data, grammar) if self._forms == 1 else None

    def _next(self, stretch: _Stretch) -> _Stretch | None:
        if self._stopped is None or self._stopped <= stretch.start:
            return None
        return self._decide(self._sample(self._stopped), self._stopped)

    def _runs(self, entries: list[Entry], people: People, *, ambiguous: bool) -> Iterator[Found]:
        yield from people.met
        people.met.clear()
        if ambiguous:
            entries = flag_all(entries)
        for start in range(0, len(entries), ENTRIES_PER_RUN):
            yield Run(self._member.name, entries[start : start + ENTRIES_PER_RUN])

    def _left(self, left: Left) -> Iterator[Found]:
        """Joins what is left over to what lies right before it, so that a huge line is one Reject."""
        why = _WHY[left.why]
        if not left.data.strip(BLANK):
            why = "a byte order mark or empty lines"
        if self._gap and self._gap[0][3] == why:
            start, length, sample, _ = self._gap[0]
            self._gap[0] = (start, length + len(left.data), sample, why)
            return
        yield from self._flush()
        self._gap = [(left.start, len(left.data), left.data[: 4 * SAMPLE_CHARACTERS_MAX], why)]

    def _flush(self) -> Iterator[Found]:
        for start, length, sample, why in self._gap:
            if why == "a byte order mark or empty lines":
                yield Gap(self._source, start, length, why)
            else:
                where = f"{self._member.name}: byte {start}"
                shown = sample.decode("utf-8", "replace")[:SAMPLE_CHARACTERS_MAX]
                yield Reject(self._source, where, why, shown, start, length)
        self._gap = []

    def _nothing(self) -> Iterator[Found]:
        """Says of a text without any header what it is: empty, or something else."""
        start = 0
        sample, blank = b"", True
        with self._open(0) as stream:
            while data := stream.read(SAMPLE_BYTES):
                sample = sample or data[: 4 * SAMPLE_CHARACTERS_MAX]
                blank = blank and not data.strip(BLANK)
                start += len(data)
        if start and blank:
            yield Gap(self._source, 0, start, "a byte order mark or empty lines")
        elif start:
            shown = sample.decode("utf-8", "replace")[:SAMPLE_CHARACTERS_MAX]
            yield Reject(self._source, f"{self._member.name}: byte 0", self._why_nothing(), shown, 0, start)
        yield Progress(self._read_bytes + start)

    def _why_nothing(self) -> str:
        """Says why no line is a header; where they name a month that is not certain, by its name."""
        strange = strange_months(self._sample(0), self._languages)
        if not strange:
            return "no line begins with a date and a time"
        return f"lines begin with a date whose month is in words, and which month they mean is not certain: {', '.join(strange)}"

    def _problems(self, grammar: Grammar) -> Iterator[Found]:
        told = {
            "invalid_utf8": "records with bytes that are no UTF-8; they were replaced",
            "nul": "records with NUL; it was replaced",
            "cut": "records that were cut, for no message is so long",
            "ambiguous": "records that may hold, or be, lines that were pasted",
        }
        for kind, detail in told.items():
            if self._counts[kind]:
                yield Problem(kind, self._member.name, f"{self._counts[kind]} {detail}")
        if grammar.calendar != "gregorian":
            approximate = "; days of this calendar may be off by one" if grammar.calendar == "islamic" else ""
            yield Problem("calendar", self._member.name, f"dates are {grammar.calendar} and were converted{approximate}")
        if self._strange:
            why = "lines that begin as headers do stay in the message before them: which month they mean is not certain"
            yield Problem("month", self._member.name, f"{why} ({', '.join(self._strange)})")

    def _chat(self, *, last: bool) -> Chat:
        people = self._people
        speaking = set(people.authors.values()) if people else set()
        group = len(speaking) > 2 or self._counts["group_words"] > 0
        title = self._title
        if title is None and people and len(people.groups) == 1:
            title = next(people.name(name) for name in people.groups)
        return Chat(
            key=self._member.name,
            kind="group" if group else "direct",
            origin="WhatsApp",
            title=title,
            created_ms=self._first_ms if last else None,
            updated_ms=self._last_ms if last else None,
            source=self._source,
        )


def _joined_at(data: bytes, grammar: Grammar) -> int | None:
    other = decide(data[:SAMPLE_BYTES])
    if other is None:
        return None
    return 0 if other.layout != grammar.layout else other.ends_at


def _example(grammar: Grammar, order: str, written: str) -> str:
    """Shows how a date of the file reads in an order: "03/04/21 = 2021-04-03"."""
    other = Ordered(order, "shown")  # type: ignore[arg-type]  # order is one of ORDERS
    ms = grammar.with_order(other).day_ms(written.encode())
    return f"{written} = {datetime(1970, 1, 1) + timedelta(milliseconds=ms):%Y-%m-%d}" if ms is not None else order
