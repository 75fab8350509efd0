"""Pages that open offline: a zip with an index, pages of some 2,000 messages, and files beside them.

Ours. Nothing on a page runs and nothing is loaded: its own Content-Security-Policy says so (CSP Level 3), every text is escaped, and
archived HTML is shown as text. Directions follow the Unicode bidirectional algorithm (UAX 9) by dir="auto" and isolation.
"""

from collections import ChainMap
from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from wasl.domain.archive import Chat, Entry, Participant
from wasl.ports.export_manifest import MANIFEST, manifest_of
from wasl.ports.format import Dropped, Order, Progress, Shelf, Wrote
from wasl.wire.losses import Losses
from wasl.wire.media_names import safe_name
from wasl.wire.media_out import MediaOut
from wasl.wire.page_html import ENTRIES_PER_PAGE, QUOTE_CHARACTERS, PageRef, Pages, Quoted
from wasl.wire.page_text import html_of
from wasl.wire.zip_out import ZipFileOut, ZipOut

_FLUSH_BYTES = 128 << 10


class Html:
    """Writes pages."""

    kind: ClassVar[str] = "html"
    title: ClassVar[str] = "HTML pages"
    suffix: ClassVar[str] = ".zip"
    media_type: ClassVar[str] = "application/zip"
    loses: ClassVar[tuple[str, ...]] = (
        "ids", "zones", "received", "branches", "threads", "models", "deliveries", "extra", "chat_ids", "chat_details", "people", "imports",
        "sources",
    )  # fmt: skip

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes media, the pages of each chat, and the index last. Option `files` "no" leaves media out."""
        writing = _Writing(shelf, order, out, Losses(self.loses))
        yield from writing.run()
        yield writing.done(self.kind)


class _Writing:
    def __init__(self, shelf: Shelf, order: Order, out: BinaryIO, losses: Losses) -> None:
        self._shelf = shelf
        self._zip = ZipOut(out)
        self._pages = Pages(language=order.language, generator=order.generator, eastern_digits=order.eastern_digits)
        self._order = order
        self._listed: list[str] = []
        self._media = MediaOut(self._zip, None if order.options.get("files") == "no" else shelf.attachment)
        self.losses = losses
        self.counts = {"conversations": 0, "messages": 0, "pages": 0, "attachments": 0}

    def run(self) -> Iterator[Progress]:
        """Writes everything."""
        for number, chat in enumerate(self._shelf.chats(), start=1):
            people = {one.key: one for one in self._shelf.participants(chat.key)}
            self.losses.chat(chat)
            self.counts["conversations"] += 1
            yield from self._media_of(chat)
            yield from self._chat(chat, people, number)
        for record in self._shelf.imports():
            self.losses.add("imports", 1)
            self.losses.add("sources", len(record.files))
        self.losses.add("people", sum(1 for _ in self._shelf.people()))
        self._zip.add("index.html", self._index().encode("utf-8", "replace"))
        self.counts["attachments"] = len(self._media.held)
        yield Progress(self._zip.size_bytes)

    def done(self, kind: str) -> Wrote:
        """Writes the manifest and ends the zip."""
        wrote = Wrote(self.counts, tuple(Dropped(*one) for one in self.losses.dropped()))
        self._zip.add(MANIFEST, manifest_of(kind, self._order, wrote))
        self._zip.close()
        return wrote

    def _media_of(self, chat: Chat) -> Iterator[Progress]:
        """Writes the files of a chat before its pages: a zip holds one open file at a time."""
        for run in self._shelf.entries(chat.key):
            for entry in run.entries:
                for _ in self._media.put(entry):
                    yield Progress(self._zip.size_bytes)

    def _chat(self, chat: Chat, people: dict[str, Participant], number: int) -> Iterator[Progress]:
        """Writes the pages of a chat one after another; a page is closed when it is full and something follows."""
        title = self._pages.title_of(chat, people)
        stem = f"{number:04}-{safe_name(title, otherwise='chat')}"
        page = _Page(self._zip, self._pages, stem, 1)
        page.begin(title, chat, people)
        refs: list[PageRef] = []
        entries = 0
        for run in self._shelf.entries(chat.key):
            for entry in run.entries:
                if page.entries >= ENTRIES_PER_PAGE:
                    refs.append(page.end(more=True))
                    page = _Page(self._zip, self._pages, stem, page.number + 1, quoted=page.quoted)
                    page.begin(title, chat, people)
                page.put(entry, people, self._media.held)
                self.losses.entry(entry)
                self.losses.add("branches", entry.more.parent is not None)
                entries += 1
            yield Progress(self._zip.size_bytes)
        refs.append(page.end(more=False))
        self.counts["messages"] += entries
        self.counts["pages"] += len(refs)
        self._listed.append(self._row(title, chat, entries, refs))

    def _row(self, title: str, chat: Chat, entries: int, refs: list[PageRef]) -> str:
        words, digits = self._pages.words, self._pages.digits
        pages = "".join(
            f'<li><a href="{html_of(ref.path)}">{html_of(digits(words["page"].format(n=ref.number)))}</a>'
            f' <span class="soft"><bdi dir="ltr">{html_of(digits(" – ".join(dict.fromkeys((ref.first, ref.last)))))}</bdi></span></li>'
            for ref in refs
        )
        return (
            f'<li><h2><a href="{html_of(refs[0].path)}"><bdi>{html_of(title)}</bdi></a></h2><p class="soft"><bdi>'
            f'{html_of(chat.origin)}</bdi> · {digits(str(entries))} {html_of(words["messages"])}</p><ul class="pages">{pages}</ul></li>\n'
        )

    def _index(self) -> str:
        title = self._order.title or self._pages.words["conversations"]
        body = f'<ol class="chats">{"".join(self._listed)}</ol>' if self._listed else f"<p>{html_of(self._pages.words['empty'])}</p>"
        return (
            f'{self._pages.head(title)}<header><span class="mark"></span><h1><bdi>{html_of(title)}</bdi></h1></header>'
            f"<main>{body}</main>{self._pages.foot(self.losses.dropped())}"
        )


class _Page:
    """One page on its way into the zip."""

    def __init__(self, zip_: ZipOut, pages: Pages, stem: str, number: int, *, quoted: dict[str, Quoted] | None = None) -> None:
        self._pages = pages
        self._stem = stem
        self.number = number
        self.entries = 0
        self.quoted: dict[str, Quoted] = {}
        self._quotes = ChainMap(self.quoted, {key: one._replace(seq=0) for key, one in (quoted or {}).items()})
        self._file: ZipFileOut = zip_.open(f"chats/{self._name(number)}")
        self._held: list[str] = []
        self._size = 0
        self._days = ["", ""]
        self._day: str | None = None
        self._author: tuple[str | None, str] | None = None

    def begin(self, title: str, chat: Chat, people: dict[str, Participant]) -> None:
        """Writes what stands before the entries."""
        earlier = self._name(self.number - 1) if self.number > 1 else None
        turning = self._pages.turning(index="../index.html", earlier=earlier, later=None, below=False)
        self._put(self._pages.head(title) + self._pages.opening(chat, people, number=self.number) + turning + "<main>\n")

    def put(self, entry: Entry, people: dict[str, Participant], held: set[str]) -> None:
        """Writes an entry, under its day."""
        day, words = self._pages.day(entry)
        if day != self._day:
            self._day, self._author = day, None
            self._days = [self._days[0] or day, day]
            self._put(f'<h2 class="day"><span>{html_of(words)}</span></h2>\n')
        author = (entry.author, entry.role)
        self._put(self._pages.entry(entry, people, again=author == self._author, quoted=self._quotes, held=held))
        self._author = author
        self.entries += 1
        if entry.native_id is not None and entry.text:
            self.quoted[entry.native_id] = Quoted(entry.seq, entry.author or "", entry.text[:QUOTE_CHARACTERS])

    def end(self, *, more: bool) -> PageRef:
        """Writes what stands after the entries."""
        earlier = self._name(self.number - 1) if self.number > 1 else None
        later = self._name(self.number + 1) if more else None
        if not self.entries:
            self._put(f"<p>{html_of(self._pages.words['empty'])}</p>")
        self._put("</main>\n" + self._pages.turning(index="../index.html", earlier=earlier, later=later, below=True) + self._pages.foot())
        self._flush()
        with self._file:
            pass
        return PageRef(f"chats/{self._name(self.number)}", self.number, *self._days)

    def _name(self, number: int) -> str:
        return f"{self._stem}-{number:03}.html"

    def _put(self, html: str) -> None:
        self._held.append(html)
        self._size += len(html)
        if self._size >= _FLUSH_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._file.write("".join(self._held).encode("utf-8", "replace"))
        self._held.clear()
        self._size = 0
