"""Live messages as portable entries, and back: nothing is lost on the way out and home again.

What the portable model has no word for (a choice that was offered, a template, a reaction as a message of its own) travels as
Unknown with a kind that begins with "wasl."; what only this side needs travels in `More.extra["wasl"]`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from wasl.domain.archive import Answering, ArchivePart, ByModel, Entry, File, More, Name, Participant, Passage, Role, Words
from wasl.domain.message import (
    Author,
    Choice,
    Contact,
    Media,
    MediaRole,
    Part,
    Place,
    Reaction,
    Template,
    Text,
    Unknown,
    part_from_json,
    plain_text,
)

ORIGIN = "Wasl"
"""What a live conversation says it comes from."""
_OURS = "wasl."
_ROLES: Mapping[Author, Role] = {"person": "user", "assistant": "assistant", "operator": "assistant", "system": "system"}
_MEDIA_ROLES = frozenset(("photo", "video", "voice", "audio", "document", "sticker", "animation"))
_UNSETTLED = frozenset(("queued", "sending", "unknown"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMessage:
    """A live message with all that is stored of it. `reply_to` of an inbound one is the platform's id, else our message id.

    `deliveries` are rows as `Store.deliveries` gives them, with "parts" (None where they are the message's own) and "reply_to".
    """

    id: str
    seq: int
    author: Author
    parts: tuple[Part, ...]
    sent_ms: int
    stored_ms: int
    author_name: str | None = None
    address_id: str | None = None
    channel: str | None = None
    native_id: str | None = None
    reply_to: str | None = None
    model: str | None = None
    extra: Mapping[str, Any] | None = None
    deliveries: tuple[Mapping[str, Any], ...] = ()


def archive_part(part: Part) -> ArchivePart:
    """Gives a part of a live message as the archive holds it. A Media's `url` has no place in it: see `live_entry`."""
    match part:
        case Text():
            return Words(text=part.text, format=part.format)
        case Media():
            return File(
                role=part.role,
                state="present" if part.sha256 else "missing",
                name=part.name,
                media_type=part.media_type,
                size_bytes=part.size_bytes,
                sha256=part.sha256,
                source_ref=part.native_id,
                caption=part.caption,
            )
        case Place() | Contact():
            return part
        case Choice() | Template() | Reaction():
            fields = asdict(part)
            return Unknown(kind=_OURS + str(fields.pop("type")), value=fields)
        case Unknown():
            return (
                part if not part.kind.startswith(_OURS) else Unknown(kind=_OURS + "unknown", value={"kind": part.kind, "value": part.value})
            )


def live_part(part: ArchivePart, *, url: str | None = None) -> Part:
    """Gives a part of the archive as a live message holds it; what only other systems know becomes Unknown, whole."""
    match part:
        case Words():
            return Text(text=part.text, format="markdown" if part.format == "markdown" else "plain")
        case File():
            return Media(
                role=cast(MediaRole, part.role if part.role in _MEDIA_ROLES else "animation"),
                media_type=part.media_type or "application/octet-stream",
                name=part.name,
                caption=part.caption,
                size_bytes=part.size_bytes,
                sha256=part.sha256,
                native_id=part.source_ref,
                url=url,
            )
        case Place() | Contact():
            return part
        case Unknown():
            if not part.kind.startswith(_OURS):
                return part
            return part_from_json({**part.value, "type": part.kind.removeprefix(_OURS)})
        case _:
            fields = asdict(part)
            return Unknown(kind=f"archive.{fields.pop('type')}", value=fields)


def participant_key(author: str, author_name: str | None, *, group: bool) -> str:
    """Names who speaks in a live conversation: the author, in a group with the name."""
    return f"{author}/{author_name}" if group and author == "person" and author_name else author


def participants_of(chat: str, authors: Iterable[tuple[str, str | None]], *, group: bool, person: str | None) -> tuple[Participant, ...]:
    """Gives the participants of a live conversation from the distinct (author, name) of its messages."""
    names: dict[str, dict[str, None]] = {}
    roles: dict[str, str] = {}
    for author, name in sorted(authors, key=lambda a: (a[0], a[1] or "")):
        key = participant_key(author, name, group=group)
        roles[key] = author
        names.setdefault(key, {})
        if name:
            names[key][name] = None
    return tuple(
        Participant(
            chat=chat,
            key=key,
            names=tuple(Name(name) for name in names[key]),
            role="person" if roles[key] in ("person", "operator") else "assistant" if roles[key] == "assistant" else "system",
            is_self=None if group else key == "person",
            person=person if key == "person" and not group else None,
        )
        for key in sorted(names)
    )


def live_entry(message: LiveMessage, *, group: bool = False) -> Entry:
    """Gives a live message as a portable entry."""
    m = message
    plain = len(m.parts) == 1 and isinstance(m.parts[0], Text) and m.parts[0].format == "plain" and m.parts[0].text != ""
    ours: dict[str, Any] = {
        "address": m.address_id,
        "channel": m.channel,
        "author_name": m.author_name,
        "operator": m.author == "operator" or None,
        "extra": dict(m.extra) if m.extra else None,
        "urls": {str(n): p.url for n, p in enumerate(m.parts) if isinstance(p, Media) and p.url} or None,
        "deliveries": [dict(d) for d in m.deliveries] or None,
    }
    more = More(
        reply_to=Answering(native_id=m.reply_to) if m.reply_to else None,
        received_ms=m.stored_ms,
        model=ByModel(name=m.model) if m.model else None,
        deliveries=tuple(_passage(d) for d in m.deliveries),
        extra={"wasl": {name: value for name, value in ours.items() if value is not None}},
    )
    return Entry(
        author=participant_key(m.author, m.author_name, group=group),
        role=_ROLES[m.author],
        text=plain_text(m.parts),
        wall_ms=m.sent_ms,
        instant_ms=m.sent_ms,
        resolution="ms",
        native_id=m.native_id,
        parts=() if plain else tuple(archive_part(p) for p in m.parts),
        more=more,
        seq=m.seq,
    )


def _passage(delivery: Mapping[str, Any]) -> Passage:
    at = next((delivery[k] for k in ("read_ms", "delivered_ms", "sent_ms", "since_ms") if delivery.get(k) is not None), None)
    return Passage(channel=str(delivery["channel"]), state=str(delivery["state"]), native_id=delivery.get("native_id"), at_ms=at)


def live_message(entry: Entry, *, id: str, seq: int, address_id: str | None = None) -> LiveMessage:
    """Gives back the live message that `live_entry` was given.

    A delivery that was still open becomes failed: what is restored must not be sent again. A foreign entry gives what it can.
    """
    ours = entry.more.extra.get("wasl")
    ours = ours if isinstance(ours, Mapping) else {}
    urls = ours.get("urls", {})
    return LiveMessage(
        id=id,
        seq=seq,
        author=_author(entry, operator=bool(ours.get("operator"))),
        parts=tuple(live_part(p, url=urls.get(str(n))) for n, p in enumerate(entry.all_parts)),
        sent_ms=entry.at_ms,
        stored_ms=entry.at_ms if entry.more.received_ms is None else entry.more.received_ms,
        author_name=ours.get("author_name"),
        address_id=address_id or ours.get("address"),
        channel=ours.get("channel"),
        native_id=entry.native_id,
        reply_to=entry.more.reply_to.native_id if entry.more.reply_to else None,
        model=entry.more.model.name if entry.more.model else None,
        extra=ours.get("extra"),
        deliveries=tuple(_closed(d) for d in ours.get("deliveries", ())),
    )


def _author(entry: Entry, *, operator: bool) -> Author:
    if operator:
        return "operator"
    return "person" if entry.role == "user" else "assistant" if entry.role == "assistant" else "system"


def _closed(delivery: Mapping[str, Any]) -> Mapping[str, Any]:
    if delivery.get("state") not in _UNSETTLED:
        return delivery
    return {**delivery, "state": "failed", "error": {"kind": "Restored", "message": "it was not settled when the archive was made"}}


def files_in(parts: Sequence[ArchivePart | Part]) -> tuple[str, ...]:
    """Gives the hashes of the files that parts refer to, each once."""
    files = [p.sha256 for p in parts if isinstance(p, (File, Media)) and p.sha256]
    return tuple(dict.fromkeys(files)) if files else ()
