"""One message of Telegram Desktop's `result.json` turned into parts: text with its entities, polls, places, service lines.

Shapes read in its source (export_output_json.cpp, September 2026) and seen in files, 2026-11-22.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wasl.domain.archive import ArchivePart, Happening, PhoneCall, Poll, PollOption, Span, Words
from wasl.domain.message import Contact, Place
from wasl.wire.fields import Fields

_SPAN_KINDS: Final = {"text_link": "link", "mention_name": "mention"}
_CALLS: Final = ("phone_call", "group_call", "conference_call")


def words_of(record: Fields) -> Words | None:
    """Joins the pieces of the text: `text_entities` where it is there, since it is always whole."""
    entities = record.value.get("text_entities")
    pieces = entities if isinstance(entities, list) and entities else record.value.get("text")
    if isinstance(pieces, str):
        record.take("text", "text_entities")
        return Words(text=pieces) if pieces else None
    if not isinstance(pieces, list):
        return None
    texts: list[str] = []
    spans: list[Span] = []
    at, whole = 0, True
    for piece in pieces:
        words = piece if isinstance(piece, str) else piece.get("text") if isinstance(piece, dict) else None
        if not isinstance(words, str):
            whole = False
            continue
        if isinstance(piece, dict) and (kind := Fields(piece).text("type")) not in (None, "plain"):
            spans.append(Span(at, at + len(words), _SPAN_KINDS.get(kind, kind), _span_value(piece, kind, words)))
        texts.append(words)
        at += len(words)
    if whole:
        record.take("text", "text_entities")
    text = "".join(texts)
    return Words(text=text, spans=tuple(spans)) if text else None


def _span_value(piece: Mapping[str, Any], kind: str, words: str) -> str | None:
    fields = Fields(piece)
    found = fields.text("href") or fields.text("language") or fields.id("user_id") or fields.text("document_id")
    return found or (words if kind in ("link", "mention", "email", "phone") else None)


def place(record: Fields) -> tuple[ArchivePart, ...]:
    """Reads a place; none where there is none, or where it is no point."""
    if "location_information" not in record.value:
        return ()
    point = Fields(record.child("location_information"))
    latitude, longitude = point.number("latitude"), point.number("longitude")
    if latitude is None or longitude is None:
        record.keep("location_information")
        return ()
    return (Place(latitude=latitude, longitude=longitude, name=record.text("place_name"), address=record.text("address")),)


def _plain(value: Any) -> str:
    return (words_of(Fields({"text": value})) or Words(text="")).text


def poll(value: dict[str, Any]) -> Poll:
    """Reads a poll, whose texts may be lists."""
    options = tuple(PollOption(_plain(o.get("text")), Fields(o).whole("voters")) for o in Fields(value).children("answers"))
    closed = value.get("closed")
    return Poll(question=_plain(value.get("question")), options=options, closed=closed if isinstance(closed, bool) else None)


def happened(record: Fields, *, actor: str | None) -> tuple[ArchivePart, ...]:
    """Reads a service line: a call, or what happened to whom."""
    action = record.text("action") or "unknown"
    if action in _CALLS:
        return (
            PhoneCall(
                kind="group" if action != "phone_call" else "unknown",
                duration_seconds=record.number("duration_seconds"),
                outcome=record.text("discard_reason"),
            ),
        )
    members = record.value.get("members")
    targets = tuple(name for name in members if isinstance(name, str)) if isinstance(members, list) else ()
    if isinstance(members, list) and all(isinstance(name, str | None) for name in members):
        record.take("members")
    return (Happening(kind=action, actor=actor, targets=targets, after=record.text("title")),)


def service_words(happened: Sequence[ArchivePart], actor: str | None) -> str:
    """Says a service line in the words that it holds."""
    words: list[str] = [actor] if actor else []
    for part in happened:
        if isinstance(part, Happening):
            words += [
                part.kind.replace("_", " "),
                *([", ".join(part.targets)] if part.targets else []),
                *([part.after] if part.after else []),
            ]
        elif isinstance(part, PhoneCall):
            words += ["call", *([part.outcome] if part.outcome else [])]
    return ": ".join(words)


def shown(parts: Sequence[ArchivePart]) -> str:
    """Gives the words of a message that has none of its own: a poll's, a card's, a place's."""
    for part in parts:
        if isinstance(part, Poll):
            return "\n".join((part.question, *(option.text for option in part.options)))
        if isinstance(part, Contact):
            return part.name
        if isinstance(part, Place):
            return part.name or ""
    return ""
