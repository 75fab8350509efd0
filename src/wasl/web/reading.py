"""What was said, as reading pages show it.

Whatever an imported chat holds is text and never markup, but for the Markdown of an assistant's answers, which is cleaned as ours is.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

import msgspec

from wasl.domain.archive import (
    ArchivePart,
    Citation,
    Entry,
    File,
    Happening,
    Participant,
    PhoneCall,
    Poll,
    Thinking,
    ToolAsked,
    ToolGave,
    WebLink,
    Words,
)
from wasl.domain.grapheme import last_border
from wasl.domain.message import Contact, Place, Text, Unknown, plain_text
from wasl.domain.turn import StoredMessage
from wasl.ports.library import Hit, Line
from wasl.web.render import markdown_html, plain_html
from wasl.wire.markup import plain

TEXT_SHOWN_MAX = 20_000
"""Characters of one entry that a page shows; the export holds them all."""
PARTS_SHOWN_MAX = 50
REACTIONS_SHOWN_MAX = 20
MARKDOWN_CHARACTERS_MAX = 12_000
"""Of one entry; what is longer is shown as it was written. Reading Markdown that means harm takes longer than its length."""
SNIPPET_CHARACTERS = 280
BEFORE_MARK_CHARACTERS = 80
LAST_WORDS_CHARACTERS = 200

Ticket = Callable[[str], str]
"""Signs that the reader of this chat may fetch the file with a hash."""


def message_line(message: StoredMessage) -> dict[str, Any]:
    """Gives the last word of a live conversation for a list."""
    return {"at": message.sent_at_ms, "author": message.author, "text": _line(message)[:LAST_WORDS_CHARACTERS]}


def _line(message: StoredMessage) -> str:
    """Gives the words of a message without marks of Markdown, for a list that shows no markup."""
    return plain_text(tuple(Text(text=plain(p.text)) if isinstance(p, Text) and p.format == "markdown" else p for p in message.parts))


def entry_json(line: Line, *, people: Mapping[str, Participant], ticket: Ticket) -> dict[str, Any]:
    """Gives what the page needs to show an entry of an imported chat; its words as HTML that shows exactly them."""
    entry = line.entry
    who = people.get(entry.author or "")
    more = entry.more
    files = [_file(part, ticket=ticket) for part in entry.parts[:PARTS_SHOWN_MAX] if isinstance(part, File)]
    return {
        "id": str(line.seq),
        "seq": line.seq,
        "author": _author(entry, who),
        "name": who.name if who else entry.author or "",
        "at": entry.at_ms or None,
        "html": "" if more.deleted and not entry.text else _words_html(entry),
        "text": entry.text[:TEXT_SHOWN_MAX],
        "files": files,
        "quote": more.reply_to.quote[:LAST_WORDS_CHARACTERS] if more.reply_to and more.reply_to.quote else "",
        "edited": more.edited,
        "deleted": more.deleted,
        "forwarded": "forwarded" in more.flags,
        "ambiguous": "ambiguous" in more.flags,
        "reactions": [{"emoji": r.emoji[:16], "number": r.number} for r in more.reactions[:REACTIONS_SHOWN_MAX]],
        "answerer": more.model.name if more.model else None,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Gives a hit with the pieces of its words around the first mark, those that match marked."""
    return {
        "conversation": hit.conversation_id,
        "message": hit.message_id,
        "chat": hit.chat_id,
        "title": hit.chat_title,
        "origin": hit.origin,
        "author": hit.author,
        "name": hit.author_name,
        "at": hit.at_ms or None,
        "seq": hit.seq,
        "pieces": pieces(hit.text, hit.marks),
    }


def pieces(text: str, marks: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    """Cuts a window out of a text around the first mark, between whole letters, and parts it into what is marked and what is not."""
    first = marks[0][0] if marks else 0
    early = first - BEFORE_MARK_CHARACTERS
    start = last_border(text, start=max(0, early - BEFORE_MARK_CHARACTERS), end=early) if early > 0 else 0
    end = last_border(text, start=start, end=start + SNIPPET_CHARACTERS) if len(text) > start + SNIPPET_CHARACTERS else len(text)
    found: list[dict[str, Any]] = [{"text": "…", "marked": False}] if start else []
    at = start
    for begin, stop in marks:
        begin, stop = max(begin, at), min(stop, end)
        if stop <= begin:
            continue
        if begin > at:
            found.append({"text": text[at:begin], "marked": False})
        found.append({"text": text[begin:stop], "marked": True})
        at = stop
    if at < end:
        found.append({"text": text[at:end], "marked": False})
    if end < len(text):
        found.append({"text": "…", "marked": False})
    return found


def _author(entry: Entry, who: Participant | None) -> str:
    if entry.role in ("service", "system"):
        return "system"
    if who is not None and who.is_self:
        return "person"
    return "assistant" if entry.role in ("assistant", "tool") else "other"


def _words_html(entry: Entry) -> str:
    if not entry.parts:
        return plain_html(entry.text[:TEXT_SHOWN_MAX])
    parts = entry.parts[:PARTS_SHOWN_MAX]
    marked = entry.role == "assistant" and sum(len(p.text) for p in parts if isinstance(p, Words)) <= MARKDOWN_CHARACTERS_MAX
    return "".join(_part_html(part, marked=marked) for part in parts)


def _part_html(part: ArchivePart, *, marked: bool) -> str:
    match part:
        case Words(format="markdown") if marked:
            return markdown_html(part.text)
        case Words():
            return plain_html(part.text[:TEXT_SHOWN_MAX])
        case File():
            return plain_html((part.caption or "")[:TEXT_SHOWN_MAX])
        case Place():
            words = " · ".join(w for w in (part.name, part.address) if w)
            spot = f'<p dir="auto">{escape(words)} <bdi dir="ltr">{part.latitude:.5f}, {part.longitude:.5f}</bdi></p>'
            return spot + (plain_html(part.url) if part.url else "")
        case Contact():
            return plain_html("\n".join((part.name, *part.beside_name)))
        case Poll():
            answers = "\n".join(f"– {o.text}{f' ({o.votes})' if o.votes is not None else ''}" for o in part.options)
            return plain_html(f"{part.question}\n{answers}"[:TEXT_SHOWN_MAX])
        case PhoneCall():
            return plain_html(" · ".join(w for w in (part.kind, part.outcome) if w))
        case WebLink():
            return plain_html("\n".join(w for w in (part.title, part.text, part.url) if w)[:TEXT_SHOWN_MAX])
        case Thinking():
            return plain_html(part.text[:TEXT_SHOWN_MAX])
        case ToolAsked():
            return _code(f"{part.name}: {_json(part.input)}")
        case ToolGave():
            return _code(part.content if isinstance(part.content, str) else _json(part.content))
        case Citation():
            return plain_html(" ".join(w for w in (part.title, part.target) if w)[:TEXT_SHOWN_MAX])
        case Happening():
            return plain_html(" ".join(w for w in (part.before, part.after) if w)[:TEXT_SHOWN_MAX])
        case Unknown():
            return _code(part.kind)


def _code(text: str) -> str:
    return f'<pre dir="ltr">{escape(text[:TEXT_SHOWN_MAX])}</pre>'


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _file(part: File, *, ticket: Ticket) -> dict[str, Any]:
    url = None
    if part.sha256 and part.state == "present":
        url = f"{part.sha256}?ticket={ticket(part.sha256)}&name={quote((part.name or part.role)[:200])}"
    return {"url": url, "name": part.name or part.role, "role": part.role, "size": part.size_bytes, "state": part.state}
