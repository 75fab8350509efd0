"""Pages of conversations that open offline, load nothing and run nothing.

Each page says by its own policy that nothing may be loaded but its one style and files beside it. The page has a language and a
direction; every text finds its own direction, and every name stands apart, so that neither turns what is around it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from babel.dates import format_date

from wasl.domain.archive import Chat, Entry, File, Participant, Words
from wasl.wire.loss_words import loss_words
from wasl.wire.page_parts import media_html, part_html
from wasl.wire.page_style import POLICY, STYLE
from wasl.wire.page_text import eastern, fit, html_of, one_line, with_links
from wasl.wire.page_words import WORDS, direction_of, language_of

ENTRIES_PER_PAGE: Final = 2_000
QUOTE_CHARACTERS: Final = 160
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Quoted(NamedTuple):
    """What a reply shows of the entry it answers; `seq` 0 where it stands on another page."""

    seq: int
    author: str
    text: str


class PageRef(NamedTuple):
    """A page that was written: its file, its number, and its first and last day."""

    path: str
    number: int
    first: str
    last: str


class Pages:
    """Renders pages in one language."""

    def __init__(self, *, language: str, generator: str, eastern_digits: bool) -> None:
        self.language = language_of(language)
        self.words = WORDS[self.language]
        self._generator = generator
        self._eastern = eastern_digits

    def digits(self, text: str) -> str:
        """Writes our own numbers in the digits that were asked for."""
        return eastern(text) if self._eastern else text

    def head(self, title: str) -> str:
        """Begins a page."""
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}" dir="{direction_of(self.language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{html_of(POLICY)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
            f'<meta name="color-scheme" content="light dark">\n<title>{one_line(title) or html_of(self.words["untitled"])}</title>\n'
            f"<style>{STYLE}</style>\n</head>\n<body>\n"
        )

    def foot(self, drops: Sequence[tuple[str, int]] = ()) -> str:
        """Ends a page; on the first page with what the form does not hold."""
        told = "".join(f"<dt>{html_of(loss_words(what, self.language))}</dt><dd>{self.digits(str(number))}</dd>" for what, number in drops)
        said = f"<details><summary>{html_of(self.words['drops'])}</summary><dl>{told}</dl></details>" if told else ""
        return f"<footer>{said}<p>{html_of(self.words['footer'].format(generator=self._generator))}</p></footer>\n</body>\n</html>\n"

    def title_of(self, chat: Chat, people: Mapping[str, Participant]) -> str:
        """Gives the title, else the names of those who took part."""
        others = [one.name for one in people.values() if one.is_self is not True][:3]
        return (chat.title or "").strip() or ", ".join(others) or self.words["untitled"]

    def opening(self, chat: Chat, people: Mapping[str, Participant], *, number: int) -> str:
        """Gives the header of a page of a chat: title, platform, and who took part."""
        shown = "".join(
            f"<dt><bdi>{html_of(one.name)}</bdi></dt><dd><bdi>{html_of(', '.join(h.value for h in one.handles))}</bdi></dd>"
            for one in list(people.values())[:200]
        )
        who = f"<details><summary>{html_of(self.words['people'])}</summary><dl>{shown}</dl></details>" if shown else ""
        page = html_of(self.digits(self.words["page"].format(n=number)))
        return (
            f'<header><span class="mark"></span><h1><bdi>{html_of(self.title_of(chat, people))}</bdi></h1>'
            f'<p class="soft"><bdi>{html_of(chat.origin)}</bdi> · {page}</p>{who}</header>\n'
        )

    def turning(self, *, index: str, earlier: str | None, later: str | None, below: bool) -> str:
        """Gives the links to the pages around."""
        links = [f'<a href="{html_of(index)}">{html_of(self.words["index"])}</a>']
        if earlier:
            links.append(f'<a class="push" rel="prev" href="{html_of(earlier)}">{html_of(self.words["earlier"])}</a>')
        if later:
            links.append(f'<a{"" if earlier else " class=push"} rel="next" href="{html_of(later)}">{html_of(self.words["later"])}</a>')
        label = html_of(self.words["pages_below" if below else "pages_above"])
        return f'<nav aria-label="{label}">{"".join(links)}</nav>\n'

    def day(self, entry: Entry) -> tuple[str, str]:
        """Gives the day of an entry: ISO, and in words."""
        shown = _shown_at(entry)
        if shown is None:
            return "", self.words["no_time"]
        return shown.date().isoformat(), self.digits(_day_words(shown.date(), self.language))

    def entry(
        self, entry: Entry, people: Mapping[str, Participant], *, again: bool, quoted: Mapping[str, Quoted], held: frozenset[str] | set[str]
    ) -> str:
        """Gives one message. `again`: by the same author as the one before; `held`: digests of files that stand beside the page."""
        author = people.get(entry.author or "")
        kind = "service" if entry.role in ("service", "system") else "assistant" if entry.role in ("assistant", "tool") else "person"
        own = " own" if author is not None and author.is_self and kind == "person" else ""
        who = "" if again or kind == "service" else self._who(entry, people)
        return (
            f'<article id="m{entry.seq}" class="{kind}{own}{" again" if again else ""}">{who}<div class="bubble">'
            f"{self._reply(entry, people, quoted)}{''.join(self._body(entry, held))}</div>{self._meta(entry, people)}</article>\n"
        )

    def _who(self, entry: Entry, people: Mapping[str, Participant]) -> str:
        name = f"<bdi>{html_of(_name(entry.author, people) or self.words['nobody'])}</bdi>"
        if entry.more.on_behalf_of:
            name += f" {html_of(self.words['on_behalf'])} <bdi>{html_of(_name(entry.more.on_behalf_of, people))}</bdi>"
        return f'<p class="who">{name}</p>'

    def _reply(self, entry: Entry, people: Mapping[str, Participant], quoted: Mapping[str, Quoted]) -> str:
        to = entry.more.reply_to
        if to is None:
            return ""
        seen = quoted.get(to.native_id or "")
        text, author = (to.quote or (seen.text if seen else "")), (to.author or (seen.author if seen else None))
        whose = (
            f"{html_of(self.words['reply'])} <bdi>{html_of(_name(author, people))}</bdi>"
            if author
            else html_of(self.words["reply_earlier"])
        )
        inside = f'{whose}<div class="text" dir="auto">{html_of(text[:QUOTE_CHARACTERS])}</div>' if text else whose
        return f'<div class="reply">{f"<a href=#m{seen.seq}>{inside}</a>" if seen and seen.seq else inside}</div>'

    def _body(self, entry: Entry, held: frozenset[str] | set[str]) -> Iterator[str]:
        if entry.more.deleted and not entry.parts and not entry.text:
            yield f'<p class="gone">{html_of(self.words["deleted"])}</p>'
        if entry.text and not any(isinstance(part, Words) or (isinstance(part, File) and part.caption) for part in entry.parts):
            yield f'<div class="text" dir="auto">{with_links(entry.text)}</div>'
        for part in entry.parts:
            if isinstance(part, File):
                yield media_html(part, self.words, held=held)
            else:
                yield part_html(part, self.words, digits=self.digits)
        for revision in entry.more.revisions:
            was = "".join(part_html(p, self.words, digits=self.digits) for p in revision.parts if not isinstance(p, File))
            yield f"<details><summary>{html_of(self.words['was'])}</summary>{was or html_of(self.words['unknown_was'])}</details>"

    def _meta(self, entry: Entry, people: Mapping[str, Participant]) -> str:
        more = entry.more
        shown = [self._time(entry)]
        if more.edited or more.revisions:
            shown.append(html_of(self.words["edited"]))
        if more.deleted and (entry.text or entry.parts):
            shown.append(html_of(self.words["deleted"]))
        shown += [html_of(self.words.get(flag, flag)) for flag in sorted(more.flags)]
        if more.model is not None and more.model.name:
            shown.append(f"<bdi>{html_of(more.model.name)}</bdi>")
        line = f'<p class="meta">{"".join(f"<span>{one}</span>" for one in shown if one)}</p>'
        if not more.reactions:
            return line
        marks = "".join(
            f'<span title="{html_of(", ".join(_name(key, people) for key in (r.by, *r.known) if key))}">{html_of(r.emoji)}'
            f"{' ' + self.digits(str(r.number)) if r.number > 1 else ''}</span>"
            for r in more.reactions
        )
        return f'<div class="reactions">{marks}</div>{line}'

    def _time(self, entry: Entry) -> str:
        shown = _shown_at(entry)
        if shown is None:
            return html_of(self.words["no_time"])
        stamp = f"{shown.isoformat(timespec='minutes' if entry.resolution == 'min' else 'seconds')[:19]}"
        if entry.instant_ms is not None:
            stamp = _time(entry.instant_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if entry.resolution == "day":
            return f'<time datetime="{stamp[:10]}">{self.digits(shown.date().isoformat())}</time>'
        clock = shown.strftime("%H:%M:%S" if entry.resolution in ("s", "ms") else "%H:%M")
        zone = " UTC" if entry.wall_ms is None else ""
        return f'<time datetime="{stamp}"><bdi dir="ltr">{self.digits(clock)}{zone}</bdi></time>'


def _name(key: str | None, people: Mapping[str, Participant]) -> str:
    found = people.get(key or "")
    return found.name if found is not None else key or ""


def _time(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def _shown_at(entry: Entry) -> datetime | None:
    """Gives the time that is shown: what the clock showed there, else the instant; None for none, or one beyond the calendar."""
    ms = entry.wall_ms if entry.wall_ms is not None else entry.instant_ms
    try:
        return None if ms is None else _time(ms)
    except OverflowError:
        return None


def _day_words(day: date, language: str) -> str:
    return fit(format_date(day, format="full", locale=language))
