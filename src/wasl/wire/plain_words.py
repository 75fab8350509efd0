"""A message as plain words, for forms that hold nothing else: what was sent besides words is told in a few."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from wasl.domain.archive import ArchivePart, Citation, Entry, File, Happening, PhoneCall, Poll, WebLink, Words
from wasl.domain.message import Contact, Place
from wasl.wire.page_text import fit

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def plain_of(entry: Entry, words: Mapping[str, str], *, files: bool = True) -> str:
    """Gives the words of an entry; `files`: with a line for each file."""
    told = [one for one in (_part(part, words, files) for part in entry.parts) if one]
    if entry.text and not any(isinstance(part, Words) or (isinstance(part, File) and part.caption) for part in entry.parts):
        told.insert(0, entry.text)
    if entry.more.deleted and not told:
        told.append(words["deleted"])
    return fit("\n".join(told))


def time_of(entry: Entry) -> datetime | None:
    """Gives when it was said: the instant, else the wall clock as if it were UTC; None for none."""
    ms = entry.instant_ms if entry.instant_ms is not None else entry.wall_ms
    return at(ms)


def at(ms: int | None) -> datetime | None:
    """Gives a time in UTC; None for none, or one beyond the calendar."""
    try:
        return None if ms is None else _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return None


def _part(part: ArchivePart, words: Mapping[str, str], files: bool) -> str:
    match part:
        case Words():
            return part.text
        case File():
            named = f"[{words.get(part.role, part.role)}{f': {part.name}' if part.name else ''}]" if files else ""
            return "\n".join(one for one in (part.caption or "", named) if one)
        case Poll():
            return "\n".join(
                (f"{words['poll']}: {part.question}", *(f"- {o.text}{f' ({o.votes})' if o.votes else ''}" for o in part.options))
            )
        case PhoneCall():
            return " ".join(one for one in (f"[{words['call']}]", part.outcome or "") if one)
        case Place():
            told = (words["place"] + ":", part.name or "", part.address or "", f"{part.latitude},{part.longitude}", part.url or "")
            return " ".join(one for one in told if one)
        case Contact():
            return f"{words['contact']}: {', '.join((part.name, *part.beside_name))}"
        case WebLink():
            return " ".join(one for one in (part.title or "", part.url) if one)
        case Citation():
            return f"{words['citation']}: {' '.join(one for one in (part.title or '', part.target) if one)}"
        case Happening():
            return ""
        case _:
            return ""
