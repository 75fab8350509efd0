"""Messages as pages show them: Markdown made into safe HTML, each block in its own direction, files by ticket."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from wasl.domain.message import Choice, Contact, Media, Part, Place, Reaction, Template, Text, Unknown
from wasl.domain.turn import StoredMessage

if TYPE_CHECKING:
    from nh3 import Cleaner

_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ol", "ul", "table")
_TAGS = {*_BLOCKS, "a", "b", "br", "code", "del", "em", "hr", "i", "li", "pre", "s", "strong", "tbody", "td", "th", "thead", "tr"}
_ADDRESS = re.compile(r"""https?://(?:[^\s<>&"'«»،]|&amp;)+""")
"""A web address in escaped words."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")


@cache
def _cleaner() -> "Cleaner":
    from nh3 import Cleaner  # late: who is only on other channels sees no HTML

    return Cleaner(
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start", "dir"}, **{tag: {"dir"} for tag in _BLOCKS if tag != "ol"}},
        url_schemes={"http", "https", "mailto", "tel"},
        allowed_classes={"p": {"aside"}},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}, "pre": {"dir": "ltr"}},
    )


def markdown_html(text: str) -> str:
    """Makes Markdown into HTML that can hold no script, style or picture from elsewhere; each block gets its own direction."""
    tokens = _markdown.parse(text)
    opener = None
    for token in tokens:
        if token.level == 0 and token.nesting == 1:
            opener, words = token, ""
        elif opener is not None and token.type == "inline":
            words += token.content
        if opener is not None and token.level == 0 and token.nesting == -1:
            opener.attrSet("dir", direction(words))
            opener = None
    for token, inline in pairwise(tokens):
        if token.type == "paragraph_open" and token.level == 0 and _is_aside(inline):
            token.attrSet("class", "aside")
    return _cleaner().clean(_markdown.renderer.render(tokens, _markdown.options, {}))


def _is_aside(inline: Token) -> bool:
    """Says whether a paragraph is slanted as a whole: a remark about the answer, such as where it is quoted from."""
    pieces = [piece for piece in inline.children or () if piece.content.strip(" —–-") or piece.type != "text"]
    whole = len(pieces) >= 3 and pieces[0].type == "em_open" and pieces[-1].type == "em_close"
    return whole and sum(piece.type == "em_open" for piece in pieces) == 1


def direction(words: str) -> str:
    """Says which way words read by most of their letters: an Arabic sentence may well begin with a Latin name."""
    letters = sum(letter.isalpha() for letter in words)
    if not letters:
        return "auto"
    return "rtl" if len(_RIGHT_TO_LEFT.findall(words)) * 5 >= letters * 2 else "ltr"


def linked_html(text: str) -> str:
    """Makes our own words into HTML that shows exactly them, web addresses as links."""
    return _ADDRESS.sub(r'<a href="\g<0>" target="_blank" rel="noopener noreferrer" dir="ltr">\g<0></a>', plain_html(text))


def plain_html(text: str) -> str:
    """Makes words into HTML that shows exactly them."""
    return "".join(f'<p dir="auto">{escape(block)}</p>' for block in text.split("\n\n") if block.strip())


def message_json(message: StoredMessage, *, file_url: Callable[[Media], str | None], tags: Sequence[str] = ()) -> dict[str, Any]:
    """Gives what the page needs to show a message. `tags`: ids of deliveries whose reading is still to be told."""
    html: list[str] = []
    files: list[dict[str, Any]] = []
    options: list[dict[str, str]] = []
    for part in message.parts:
        if isinstance(part, Media):
            files.append(_file(part, url=file_url(part)))
            if part.caption:
                html.append(plain_html(part.caption))
            continue
        ours = message.author == "system" and isinstance(part, Text) and part.format == "plain"
        html.append(linked_html(part.text) if ours and isinstance(part, Text) else _part_html(part))
        if isinstance(part, Choice) and not part.picked:
            options += [{"id": o.id, "title": o.title, "description": o.description or ""} for o in part.options]
    return {
        "id": message.id,
        "seq": message.seq,
        "author": message.author,
        "name": message.author_name,
        "at": message.sent_at_ms,
        "html": "".join(html),
        "text": "\n\n".join(p.text for p in message.parts if isinstance(p, Text)),
        "files": files,
        "options": options,
        "answerer": message.model,
        "channel": message.channel,
        "delivery": message.delivery,
        "tags": list(tags),
    }


def _page_of(place: Place) -> str:
    return plain_html(place.url) if place.url else ""


def _part_html(part: Part) -> str:
    match part:
        case Text(format="markdown"):
            return markdown_html(part.text)
        case Text():
            return plain_html(part.text)
        case Choice():
            return plain_html(part.picked.title if part.picked else part.text)
        case Place():
            words = " · ".join(w for w in (part.name, part.address) if w)
            return f'<p dir="auto">{escape(words)} <bdi dir="ltr">{part.latitude:.5f}, {part.longitude:.5f}</bdi></p>' + _page_of(part)
        case Contact():
            company = f"<br>{escape(part.company)}" if part.company else ""
            ways = company + "".join(f'<br><bdi dir="ltr">{escape(way)}</bdi>' for way in (*part.phones, *part.emails))
            return f'<p dir="auto"><strong>{escape(part.name)}</strong>{ways}</p>'
        case Template():
            return plain_html(" ".join(part.values) or part.name)
        case Reaction():
            return plain_html(part.emoji or "–")
        case Unknown():
            return f"<p><code>{escape(part.kind)}</code></p>"
        case Media():
            raise AssertionError("media are shown as files")


def _file(media: Media, *, url: str | None) -> dict[str, Any]:
    return {
        "url": url,
        "name": media.name or media.role,
        "type": media.media_type,
        "size": media.size_bytes,
        "role": media.role,
    }
