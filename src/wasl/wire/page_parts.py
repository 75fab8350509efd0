"""The parts of a message as HTML: files beside the page, polls, places, and whatever else was sent, all of it escaped."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from wasl.domain.archive import (
    ArchivePart,
    Citation,
    File,
    Happening,
    PhoneCall,
    Poll,
    Thinking,
    ToolAsked,
    ToolGave,
    WebLink,
    Words,
)
from wasl.domain.message import Contact, Place, Unknown
from wasl.wire.archive_json import encoded
from wasl.wire.media_names import FILMS, IMAGES, SOUNDS, ending_of, media_path
from wasl.wire.page_text import html_of, link, with_links, words_html

JSON_CHARACTERS_MAX: Final = 20_000
"""Of a tool's JSON on a page; the archive has it whole."""


def media_html(file: File, words: Mapping[str, str], *, held: Collection[str]) -> str:
    """Gives a file: shown where a browser can, linked where it cannot, told where it is not there."""
    caption = f'<div class="text" dir="auto">{with_links(file.caption)}</div>' if file.caption else ""
    role = html_of(words.get(file.role, file.role))
    name = f"<bdi>{html_of(file.name)}</bdi>" if file.name else role
    if file.sha256 is None or file.sha256 not in held:
        why = words.get(file.state if file.state != "present" else "missing", file.state)
        return f'<p class="gone part">{role}{f": {name}" if file.name else ""} — {html_of(why)}</p>{caption}'
    path, ending = html_of("../" + media_path(file)), ending_of(file)
    if ending in IMAGES:
        shown = (
            f'<a href="{path}"><img src="{path}" alt="{html_of(file.caption or file.name or words.get(file.role, ""))}" loading="lazy"></a>'
        )
    elif ending in FILMS:
        shown = f'<video src="{path}" controls preload="none"></video>'
    elif ending in SOUNDS:
        shown = f'<audio src="{path}" controls preload="none"></audio>'
    else:
        shown = f'<p class="file part"><a href="{path}" download>{name}</a><span class="soft">{role}</span></p>'
    return f'<div class="part">{shown}</div>{caption}'


def part_html(part: ArchivePart, words: Mapping[str, str], *, digits: Callable[[str], str]) -> str:
    """Gives any other part."""
    match part:
        case Words():
            return f'<div class="text" dir="auto">{words_html(part)}</div>' if part.text else ""
        case Poll():
            return _poll(part, words, digits)
        case PhoneCall():
            told = " · ".join(one for one in (part.kind, part.outcome or "", _minutes(part.duration_seconds)) if one)
            return f'<p class="part">{html_of(words["call"])}: <bdi>{digits(html_of(told))}</bdi></p>'
        case Place():
            spot = f"{part.latitude}, {part.longitude}"
            told = " · ".join(one for one in (part.name or "", part.address or "") if one)
            page = f" {link(part.url, f'<bdi>{html_of(part.url)}</bdi>')}" if part.url else ""
            return f'<p class="part">{html_of(words["place"])}: <bdi>{html_of(told)}</bdi> <bdi dir="ltr">{html_of(spot)}</bdi>{page}</p>'
        case Contact():
            told = ", ".join((*part.phones, *part.emails))
            named = f"<bdi>{html_of(part.name)}</bdi>" + (f" · <bdi>{html_of(part.company)}</bdi>" if part.company else "")
            return f'<p class="part">{html_of(words["contact"])}: {named} <bdi dir="ltr">{html_of(told)}</bdi></p>'
        case WebLink():
            about = f'<div class="text" dir="auto">{html_of(part.text)}</div>' if part.text else ""
            return f'<p class="part" dir="auto">{link(part.url, f"<bdi>{html_of(part.title or part.url)}</bdi>")}</p>{about}'
        case Citation():
            shown = f"<bdi>{html_of(part.title or part.target)}</bdi>"
            return f'<p class="part soft">{html_of(words["citation"])}: {link(part.target, shown)}</p>'
        case Thinking():
            return _folded(words["thinking"], f'<div class="text" dir="auto">{html_of(part.text)}</div>')
        case ToolAsked():
            return _folded(f"{words['tool_call']} {part.name}", _json(part.input))
        case ToolGave():
            return _folded(words["tool_result"], _json(part.content))
        case Happening():
            told = " ".join(one for one in (part.before or "", "→" if part.before or part.after else "", part.after or "") if one)
            return f'<p class="part soft" dir="auto">{html_of(told)}</p>' if told else ""
        case Unknown():
            return _folded(words["unknown"], f"<p><bdi>{html_of(part.kind)}</bdi></p>{_json(part.value)}")
        case File():
            return media_html(part, words, held=())


def _poll(poll: Poll, words: Mapping[str, str], digits: Callable[[str], str]) -> str:
    rows = "".join(f"<li><bdi>{html_of(one.text)}</bdi>{_votes(one.votes, digits)}</li>" for one in poll.options)
    asked = f'<p dir="auto">{html_of(words["poll"])}: <bdi>{html_of(poll.question)}</bdi></p>'
    return f'<div class="part">{asked}<ul class="poll">{rows}</ul></div>'


def _votes(votes: int | None, digits: Callable[[str], str]) -> str:
    return "" if votes is None else f"<span>{digits(str(votes))}</span>"


def _minutes(seconds: float | None) -> str:
    if seconds is None or seconds < 0 or seconds > 10**9:
        return ""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _folded(title: str, inside: str) -> str:
    return f'<details class="part"><summary><bdi>{html_of(title)}</bdi></summary>{inside}</details>'


def _json(value: Any) -> str:
    text = value if isinstance(value, str) else encoded(value).decode()
    return f'<pre dir="ltr">{html_of(text[:JSON_CHARACTERS_MAX])}</pre>' if value is not None else ""
