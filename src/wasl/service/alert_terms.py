"""Alert: tells people what changed in terms: at once what binds them, once a week what does not."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Final, NamedTuple

import structlog

from wasl.domain.days import DAY_MS, begin_ms, day_at
from wasl.domain.errors import WaslError
from wasl.domain.terms import Change, Clause, Document
from wasl.ports.clock import Clock
from wasl.ports.mail import Letter, Mail
from wasl.ports.store import Store, Timer
from wasl.ports.terms import Terms
from wasl.service.phrases import told
from wasl.service.sunset_words import date_words
from wasl.service.watch import Told
from wasl.terms.canonical import WORD
from wasl.terms.declaration import Declaration
from wasl.wire.isolate import fill

log = structlog.get_logger(__name__)

DIGEST_TIMER: Final = "terms digest"
REMIND_TIMER: Final = "terms remind"
DIGEST_HOUR: Final = 7
CLAUSES_MAILED: Final = 12
COUNTRIES_MAILED: Final = 12
CHANGES_IN_DIGEST: Final = 200
WORDS_MARKED_MAX: Final = 600
"""Words of one sentence whose changes are looked for; past them the rest of a longer sentence is shown as it is."""
_WORDS: Final = {
    "en": {
        "material": "material",
        "editorial": "editorial",
        "cosmetic": "cosmetic",
        "in_force": "in force {day} ({days:day|days} left)",
        "since": "in force since {day}",
        "unread": "a day that cannot be read: {day}",
        "unconfirmed": "seen once only, not confirmed yet",
        "before": "Before",
        "after": "After",
        "touches": "This bears on",
        "people": "People by country",
        "digest": "Terms of the week: {count:change|changes} without weight",
        "again": "You wanted to be reminded",
        "flap": "goes to and fro",
        "not_seen": "is not seen",
        "quarantine": "is not the declared page",
        "seen_again": "is seen again",
        "preview": "Preview",
    },
    "ar": {
        "material": "جوهري",
        "editorial": "تحريري",
        "cosmetic": "شكلي",
        "in_force": "يسري في {day} (بقي {days:يوم})",
        "since": "سارٍ منذ {day}",
        "unread": "تاريخ لا يُقرأ: {day}",
        "unconfirmed": "شوهد مرة واحدة ولم يتأكد بعد",
        "before": "قبل",
        "after": "بعد",
        "touches": "يمسّ هذا",
        "people": "الأشخاص بحسب البلد",
        "digest": "شروط الأسبوع: {count:تغيير} بلا أثر",
        "again": "طلبتَ التذكير",
        "flap": "يتأرجح بين حالتين",
        "not_seen": "لا يُرى",
        "quarantine": "ليست الصفحة المعلنة",
        "seen_again": "يُرى من جديد",
        "preview": "معاينة",
    },
}


_TOPICS: Final = {
    "ai-use": "استخدام الذكاء الاصطناعي",
    "data-use": "استخدام البيانات",
    "access-termination": "إنهاء الوصول",
    "price-fees": "الأسعار والرسوم",
    "liability": "المسؤولية",
    "privacy": "الخصوصية",
    "eligibility": "من يجوز له الاستخدام",
    "ip": "حقوق المصنفات والأسماء",
    "dispute": "النزاعات",
    "content-rules": "قواعد المحتوى",
    "announcement": "إعلان",
    "multiple": "أمور عدة",
}


class Piece(NamedTuple):
    """A piece of a sentence, `changed` or as it was."""

    text: str
    changed: bool


def first_line(document: Document, change: Change, *, today: date, language: str = "en") -> str:
    """Says platform, document, verdict, topic, the day and how far it is, in one line."""
    say = _WORDS.get(language, _WORDS["en"])
    judged = change.judgement
    parts = [f"{document.platform}: {document.name}" + (f" ({document.region})" if document.region else ""), say[judged.label]]
    if judged.topic:
        parts.append(_TOPICS.get(judged.topic, judged.topic) if language == "ar" else judged.topic)
    days = sorted({one.day for one in judged.dates if one.day is not None})
    for day in days[:2]:
        left = (day - today).days
        words = date_words(day, language=language)
        parts.append(fill(say["in_force" if left >= 0 else "since"], language, day=words, days=left))
    parts += [say["unread"].format(day=one.written) for one in judged.dates if one.day is None][:2]
    if change.unconfirmed:
        parts.append(say["unconfirmed"])
    return " · ".join(parts)


def marked(clause: Clause) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Gives a clause before and after as pieces, in which only the words that changed are marked."""
    before, after = (list(WORD.finditer(text)) for text in (clause.before, clause.after))
    folded = [tuple(word[0].casefold() for word in side)[:WORDS_MARKED_MAX] for side in (before, after)]
    gone: set[int] = set()
    come: set[int] = set()
    for tag, start, stop, begin, end in SequenceMatcher(None, folded[0], folded[1], autojunk=False).get_opcodes():
        if tag != "equal":
            gone.update(range(start, stop))
            come.update(range(begin, end))
    return _pieces(clause.before, before, gone), _pieces(clause.after, after, come)


class AlertTerms:
    """Tells by log and, where an address is set, by mail; what is told stands in the console in any case."""

    def __init__(
        self,
        *,
        terms: Terms,
        store: Store,
        clock: Clock,
        declarations: Sequence[Declaration],
        language: str,
        mail: Mail | None,
        mail_to: str,
        flag_stale: Callable[[Change], Awaitable[object]] | None = None,
        touches: Callable[[Document], Sequence[str]] = lambda _: (),
        people: Callable[[Document], Awaitable[Mapping[str, int]]] | None = None,
    ) -> None:
        self._terms = terms
        self._store = store
        self._clock = clock
        self._documents = {one.document.id: one.document for one in declarations}
        self._language = language if language in _WORDS else "en"
        self._mail = mail if mail_to else None
        self._mail_to = mail_to
        self._flag_stale = flag_stale
        self._touches = touches
        self._people = people

    async def tell(self, told: Told) -> None:
        """Tells at once. A letter that cannot be sent now is logged: the console holds what it says."""
        document = told.declaration.document
        if told.change is None:
            say = _WORDS[self._language]
            head = f"{document.platform}: {document.name} {say[told.kind]}"
            log.warning("terms: " + head, document=document.id, why=told.text)
            await self._send(head, told.text)
            return
        if self._flag_stale is not None:
            await self._flag_stale(told.change)
        head = first_line(document, told.change, today=day_at(self._clock.now_ms()), language=self._language)
        log.warning("terms: " + head, document=document.id, change=told.change.id)
        await self._send(head, self.text(document, told.change) + await self._concerned(document))
        await self._terms.keep_change(replace(told.change, state="told"))

    def text(self, document: Document, change: Change) -> str:
        """Gives the whole alert as plain text."""
        say = _WORDS[self._language]
        lines = [
            first_line(document, change, today=day_at(self._clock.now_ms()), language=self._language),
            "",
            told(change.judgement.reason, self._language),
            "",
        ]
        for one in change.judgement.dates:
            lines += [f"  {one.sentence}", ""]
        lines += [f"{say['preview']}: {link}" for link in change.judgement.links]
        for clause in [one for one in change.judgement.clauses if one.weight > 0][:CLAUSES_MAILED]:
            before, after = marked(clause)
            lines += [f"{say['before']}: {_plain(before)}", f"{say['after']}: {_plain(after)}", ""]
        touched = self._touches(document)
        if touched:
            lines.append(f"{say['touches']}: {', '.join(told(one, self._language) for one in touched)}")
        return "\n".join(lines)

    async def _concerned(self, document: Document) -> str:
        people = await self._people(document) if self._people is not None else {}
        told = ", ".join(f"{country or '?'} {count}" for country, count in list(people.items())[:COUNTRIES_MAILED])
        return f"\n{_WORDS[self._language]['people']}: {told}" if told else ""

    async def arm(self) -> None:
        """Sets the timer of the next digest; again: the same timer."""
        due = self._next_monday()
        await self._store.set_timer(Timer(kind=DIGEST_TIMER, key=str(day_at(due)), due_ms=due))

    async def digest(self, timer: Timer) -> None:
        """Tells once a week what was no matter of weight, and sets the timer of the next one."""
        since = timer.due_ms - 7 * DAY_MS
        found = [one for one in await self._terms.changes(since_ms=since, limit=CHANGES_IN_DIGEST) if not one.judgement.alerts]
        if found:
            today = day_at(self._clock.now_ms())
            known = [(self._documents[one.document_id], one) for one in found if one.document_id in self._documents]
            lines = [first_line(document, one, today=today, language=self._language) for document, one in known]
            head = fill(_WORDS[self._language]["digest"], self._language, count=len(found))
            log.info("terms: " + head)
            await self._send(head, "\n".join(lines))
        await self.arm()

    async def reminded(self, timer: Timer) -> None:
        """Tells a change again that somebody wanted to be reminded of."""
        change = await self._terms.find_change(timer.key)
        document = self._documents.get(change.document_id) if change else None
        if change is None or document is None or change.state != "remind":
            return
        line = first_line(document, change, today=day_at(self._clock.now_ms()), language=self._language)
        head = f"{_WORDS[self._language]['again']}: {line}"
        log.warning("terms: " + head, document=document.id, change=change.id)
        await self._send(head, self.text(document, change) + await self._concerned(document))
        await self._terms.keep_change(replace(change, state="told", remind_ms=None))

    async def _send(self, head: str, text: str) -> None:
        if self._mail is None:
            return
        try:
            await self._mail.send(Letter(to=self._mail_to, subject=head[:200], text=text))
        except WaslError as error:
            log.error("an alert about terms could not be mailed; the console shows it", why=error.message)

    def _next_monday(self) -> int:
        now = self._clock.now_ms()
        day = day_at(now)
        ahead = (7 - day.weekday()) % 7 or 7
        return begin_ms(day + timedelta(days=ahead)) + DIGEST_HOUR * 3_600_000


def _pieces(text: str, words: Sequence[re.Match[str]], changed: set[int]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for number, word in enumerate(words):
        mark = number in changed
        if word.start() > at:
            between = bool(pieces) and pieces[-1].changed and mark
            _add(pieces, text[at : word.start()], changed=between)
        _add(pieces, word[0], changed=mark)
        at = word.end()
    _add(pieces, text[at:], changed=False)
    return tuple(pieces)


def _add(pieces: list[Piece], text: str, *, changed: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1].changed == changed:
        pieces[-1] = Piece(pieces[-1].text + text, changed)
    else:
        pieces.append(Piece(text, changed))


def _plain(pieces: Sequence[Piece]) -> str:
    """Marks changed words by brackets, where there is no other way."""
    return "".join(f"[{one.text}]" if one.changed else one.text for one in pieces) or "-"
