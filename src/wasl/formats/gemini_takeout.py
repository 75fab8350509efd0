"""Google Takeout's "My Activity" of Gemini Apps (before: Bard), MyActivity.json: one row for each prompt, with its answer as HTML.

Seen in files of 2024 to 2026; folder and field texts are in the account's language. The file is written newest first; it is read from
its end, so that entries come oldest first and `seq` reads well. Rows whose details name exactly one conversation are its; all others are
in one bucket that is marked so, never in invented conversations. Answers become plain text, their HTML stays in `extra`. Of titles
only the English verb is known ("Prompted"); another stays in the words, and is told. Of the page (MyActivity.html) only English times are
read, and nothing says which conversation a prompt belongs to: JSON is richer.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from wasl.domain.archive import ArchivePart, Chat, Entry, File, More, Role, WebLink
from wasl.domain.errors import Malformed
from wasl.domain.message import Unknown
from wasl.ports.format import ENTRIES_PER_RUN, Choices, Found, Gap, Guess, Shape
from wasl.ports.json_reading import Pacing, Telling, look, opened, participants, runs, without
from wasl.wire.activity_page import Around, Cell, cells
from wasl.wire.bundle import Bundle
from wasl.wire.html_text import text_of
from wasl.wire.instant import instant_ms
from wasl.wire.json_backwards import backwards
from wasl.wire.json_stream import Element
from wasl.wire.read import children, text

BUCKET: Final = "without-conversation"
"""Key of the chat for rows that name no conversation, or several."""
MEMBERS_LOOKED_AT: Final = 6
HTML_START_BYTES: Final = 64 << 10
_VERBS: Final = ("Prompted ",)
_CONVERSATION: Final = re.compile(r"https://(?:gemini|bard)\.google\.com/(?:[^?#]*/)?([0-9a-f]{8,64})(?:[?#].*)?")
_MAPPED: Final = frozenset({"title", "time", "attachedFiles", "imageFile"})
_HTML_MARKS: Final = (b"outer-cell", b"Gemini")


class GeminiTakeout:
    """Prompts to Gemini, as Google Takeout has them."""

    kind: ClassVar[str] = "gemini_takeout"
    title: ClassVar[str] = "Gemini (Google Takeout)"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for activity rows of Gemini or Bard."""
        for name in _members(bundle, ".json")[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            if not found.has("/*/header", "/*/title", "/*/time"):
                continue
            words = f"{name} {found.paths['/*/header']} {found.paths.get('/*/products/*')}".lower()
            if "/*/safeHtmlItem/*/html" in found.paths or "gemini" in words or "bard" in words:
                return Guess(confidence=0.9, why=f"{name} holds activity rows of Gemini")
        for name in _members(bundle, ".html")[:MEMBERS_LOOKED_AT]:
            if _is_html(bundle, name):
                return Guess(confidence=0.7, why=f"{name} is a page of Gemini's activity")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the rows, the oldest one first; the page only where there are no rows."""
        names = _members(bundle, ".json")
        pages = [] if names else _members(bundle, ".html")
        profile = "gemini-takeout/page" if pages else "gemini-takeout/json"
        yield Shape(profile, 0.7 if pages else 0.9, {"times": "some", "order": "newest first, read from the end"})
        places = {member.name: (place, member.size_bytes) for place, member in enumerate(bundle.members())}
        pacing = Pacing()
        for name in (*names, *pages):
            place, size_bytes = places[name]
            rows = _Rows(Telling(place))
            if opened(bundle, name) is None:
                yield rows.telling.reject("", f"{name!r} cannot be opened")
                continue
            for cell in cells(partial(bundle.open, name), size_bytes=size_bytes) if pages else ():
                yield from rows.cell(cell)
            for piece in () if pages else backwards(partial(bundle.open, name), size_bytes=size_bytes):
                yield from rows.telling.piece(piece)
                if isinstance(piece, Element):
                    yield from rows.row(piece)
            yield from rows.flush()
            yield from rows.telling.problems()
            yield from pacing.done(size_bytes)


def _members(bundle: Bundle, ending: str) -> list[str]:
    """MyActivity files; in a bundle of several, those in a folder of Gemini first. A lone JSON file is taken under any name."""
    members = bundle.members()
    if len(members) == 1:
        name = members[0].name
        return [name] if name.lower().endswith(ending) or (ending == ".json" and not name.lower().endswith((".html", ".htm"))) else []
    found = [m.name for m in members if m.name.rpartition("/")[2].lower() == "myactivity" + ending]
    about = [name for name in found if "gemini" in name.lower() or "bard" in name.lower()]
    return about or found


def _is_html(bundle: Bundle, name: str) -> bool:
    stream = opened(bundle, name)
    try:
        start = stream.read(HTML_START_BYTES) if stream else b""
    except Malformed:
        return False
    return all(mark in start for mark in _HTML_MARKS)


class _Rows:
    """Rows of one file as they come: entries of one conversation are gathered until another one's come."""

    def __init__(self, telling: Telling) -> None:
        self.telling = telling
        self._told: set[str] = set()
        self._people: set[tuple[str, str | None]] = set()
        self._chat = ""
        self._entries: list[Entry] = []

    def row(self, piece: Element) -> Iterator[Found]:
        """Reads a row."""
        row = piece.value
        if not isinstance(row, dict):
            yield self.telling.reject(piece.pointer, "it is no activity", row)
            return
        ids = {found[1] for item in children(row, "details") if (found := _CONVERSATION.fullmatch(text(item, "url") or ""))}
        own = ids.pop() if len(ids) == 1 else None
        if own is None:
            self.telling.note("no-conversation", piece.pointer, "its details name several" if ids else "")
        yield from self._add(own, list(_entries(row, piece.pointer, self.telling)))

    def cell(self, cell: Cell | Around) -> Iterator[Found]:
        """Reads a cell of the page."""
        source, start, length = self.telling.source, cell.start, cell.length
        if isinstance(cell, Around):
            yield Gap(source, start, length, "the page around its activities")
        elif cell.title is None:
            yield self.telling.reject(f"byte {start}", "the cell has no content")._replace(start=start, length=length)
        else:
            if cell.wall_ms is None:
                self.telling.note("unknown-time", f"byte {start}", cell.title[-60:])
            verb = next((verb for verb in _VERBS if cell.title.startswith(verb)), "")
            role: Role = "user" if verb or cell.answer else "service"
            more = More(zone=cell.zone)
            author = role if role == "user" else None
            words, wall, instant = cell.title[len(verb) :], cell.wall_ms, cell.instant_ms
            asked = cell.answer_at if cell.answer and 0 < cell.answer_at < length else length
            new = [Entry(author, role, words, wall, instant, "s", None, (), more, source, start, asked)]
            if cell.answer:
                start, length = (start + asked, length - asked) if asked < length else (start, length)
                said, held = text_of(cell.answer), More(zone=cell.zone, extra={"html": cell.answer})
                new.append(Entry("assistant", "assistant", said, wall, instant, "s", None, (), held, source, start, length))
            yield from self._add(None, new)

    def _add(self, own: str | None, new: list[Entry]) -> Iterator[Found]:
        key = own or BUCKET
        if key != self._chat or len(self._entries) + 2 > ENTRIES_PER_RUN:
            yield from self.flush()
        self._chat = key
        if key not in self._told:
            self._told.add(key)
            yield self._head(key, own)
        self._entries += new

    def flush(self) -> Iterator[Found]:
        """Gives what is gathered."""
        new = [entry for entry in self._entries if (self._chat, entry.author) not in self._people]
        yield from participants(self._chat, new, {"assistant": "Gemini"})
        self._people |= {(self._chat, entry.author) for entry in new}
        yield from runs(self._chat, self._entries)
        self._entries = []

    def _head(self, key: str, own: str | None) -> Chat:
        labels = () if own else ("no conversation named",)
        return Chat(key=key, kind="assistant", origin="Gemini", native_id=own, labels=labels, source=self.telling.source)


def _entries(row: Mapping[str, Any], pointer: str, telling: Telling) -> Iterator[Entry]:
    """The prompt, and the answer where there is one."""
    when = instant_ms(row.get("time"))
    title = text(row, "title") or ""
    verb = next((verb for verb in _VERBS if title.startswith(verb)), "")
    pieces = row.get("safeHtmlItem")
    answered = isinstance(pieces, list) and bool(pieces)
    if title and not verb:
        telling.note("other-verb", pointer, title[:40])
    role: Role = "user" if verb or answered else "service"
    words = title[len(verb) :]
    files = list(_files(row))
    odd = [Unknown(kind=name, value={name: row[name]}) for name in ("title",) if name in row and not isinstance(row[name], str)]
    parts: tuple[ArchivePart, ...] = (*odd, *files)
    more = More(extra=without(row, _MAPPED | ({"safeHtmlItem"} if answered else set())))
    yield Entry(role if role == "user" else None, role, words, when, when, "ms", None, parts, more, telling.source, None, None, pointer)
    if answered:
        html = [item.get("html") if isinstance(item, dict) else None for item in pieces or ()]
        said = "\n".join(text_of(piece) for piece in html if isinstance(piece, str))
        held = More(extra={"safeHtmlItem": pieces})
        yield Entry("assistant", "assistant", said, when, when, "ms", None, (), held, telling.source, None, None, pointer)


def _files(row: Mapping[str, Any]) -> Iterator[ArchivePart]:
    attached = row.get("attachedFiles")
    for item in attached if isinstance(attached, list) else [] if attached is None else [attached]:
        name = item if isinstance(item, str) else text(item, "name") if isinstance(item, dict) else None
        url = text(item, "url") if isinstance(item, dict) else None
        yield File(role="document", state="omitted", name=name, source_ref=url, reason="not found by its name")
    image = row.get("imageFile")
    if isinstance(image, str) and image:
        yield File(role="photo", state="omitted", name=image, reason="not found by its name")
    elif image is not None:
        yield Unknown(kind="imageFile", value={"imageFile": image})
    for item in children(row, "subtitles"):
        url = text(item, "url")
        if url:
            yield WebLink(url=url, title=text(item, "name"))
