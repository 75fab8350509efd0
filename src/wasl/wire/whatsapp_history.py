"""Messages of a `history` webhook of the Cloud API, as the portable model holds them.

developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/history (2025-12-12, read 2026-11-22): sent when a
business that used the phone app shares up to 180 days of one-to-one chats. `value.history[]` holds `metadata {phase, chunk_order,
progress}` and `threads[] {id, messages[]}`; files first come as `media_placeholder`, and those of the last 14 days again in webhooks
of their own, whose `value.messages[]` carry the file under the same message id. A refusal to share comes as `errors`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from wasl.domain.archive import Answering, ArchivePart, Entry, File, Happening, More, Passage, Words
from wasl.domain.message import Choice, Contact, Media, Part, Place, Reaction, Template, Text, Unknown
from wasl.wire import read, stamps
from wasl.wire.fields import Fields
from wasl.wire.meta import changes
from wasl.wire.whatsapp_message import extra_of, parts_of, target_of

FIELD: Final = "history"
PLACEHOLDER: Final = "media_placeholder"
_MARKS: Final = frozenset("*_~`>")
_MAPPED: Final = ("from", "to", "id", "timestamp", "type", "history_context", "context", "referral", "identity", "origin")


_encode = msgspec.json.Encoder().encode


def parted(envelope: Mapping[str, Any]) -> Iterator[tuple[str | None, str, bytes]]:
    """Parts a history webhook by correspondent: the phone number id, the correspondent's handle, a webhook with theirs alone.

    Threads keep their chunk's metadata; a file told of on its own goes to whom its message was from, or to. What names nobody is
    left out.
    """
    for account, _, field, value in changes(envelope):
        if field != FIELD:
            continue
        about = {name: told for name, told in value.items() if name not in (FIELD, "messages")}
        scope = read.text(read.child(value, "metadata"), "phone_number_id")
        ours = (read.text(read.child(value, "metadata"), "display_phone_number") or "").lstrip("+")
        for chunk in read.children(value, FIELD):
            for thread in read.children(chunk, "threads"):
                person = read.text(thread, "id")
                if person:
                    yield scope, person, _webhook(envelope, account, {**about, FIELD: [{**chunk, "threads": [thread]}]})
        for message in read.children(value, "messages"):
            sender = read.text(message, "from")
            person = read.text(message, "to") if sender is None or sender.lstrip("+") == ours else sender
            if person:
                yield scope, person, _webhook(envelope, account, {**about, "messages": [message]})


def outline(value: Mapping[str, Any]) -> dict[str, Any]:
    """Gives what a history webhook tells beside the words in it: chunks with their numbers of threads, refusals."""
    told = {name: held for name, held in value.items() if name not in (FIELD, "messages")}
    chunks: Sequence[Mapping[str, Any]] = list(read.children(value, FIELD))
    if chunks:
        told[FIELD] = [{**c, **({"threads": len(c["threads"])} if isinstance(c.get("threads"), list) else {})} for c in chunks]
    if isinstance(value.get("messages"), list):
        told["messages"] = len(value["messages"])
    return told


def _webhook(envelope: Mapping[str, Any], account: str, value: Mapping[str, Any]) -> bytes:
    return _encode({"object": envelope.get("object"), "entry": [{"id": account, "changes": [{"value": value, "field": FIELD}]}]})


def sent_ms(message: Mapping[str, Any]) -> int | None:
    """Gives when a message was sent, by its seconds in text."""
    return stamps.ms(Fields(message).whole("timestamp"), unit_ms=1000)


def is_from_person(message: Mapping[str, Any], *, thread: str) -> bool:
    """Says whether the person of the thread wrote it; otherwise the business did."""
    return Fields(message).text("from") == thread


def entry_of(message: Mapping[str, Any], *, author: str | None, channel: str, source: int = 0, pointer: str | None = None) -> Entry:
    """Turns one message of a thread into an entry; `channel` names the way on which it was delivered. Total over any JSON object."""
    record = Fields(message)
    native_id, at = record.text("id"), sent_ms(message)
    found, _ = parts_of(message)
    parts = tuple(archive_part(part) for part in found)
    text = "\n".join(words for part in parts if (words := _words(part)))
    status = Fields(record.child("history_context")).text("status")
    kind = record.text("type") or ""
    reply = target_of(message) or next((part.target for part in found if isinstance(part, Reaction)), None)
    rest = {name: value for name, value in message.items() if name not in (*_MAPPED, kind)}
    if at is None and "timestamp" in message:
        rest["timestamp"] = message["timestamp"]
    more = More(
        reply_to=Answering(native_id=reply) if reply else None,
        flags=frozenset({"forwarded"}) if Fields(record.child("context")).flag("forwarded") else frozenset(),
        deliveries=(Passage(channel, status.lower(), native_id),) if status else (),
        extra={**extra_of(message), **rest},
    )
    service = bool(parts) and isinstance(parts[0], Happening)
    plain = len(parts) == 1 and parts[0] == Words(text=text)
    return Entry(
        author, "service" if service else "user", text, at, at, "s", native_id, () if plain else parts, more, source, None, None, pointer
    )


def archive_part(part: Part) -> ArchivePart:
    """Turns a part of a live message into one of the archive."""
    match part:
        case Text():
            return Words(text=part.text, format="plain" if _MARKS.isdisjoint(part.text) else "marks")
        case Media():
            return File(
                role=part.role, state="present" if part.sha256 else "omitted", name=part.name, media_type=part.media_type,
                caption=part.caption, size_bytes=part.size_bytes, sha256=part.sha256, source_ref=part.native_id or part.url,
                reason=None if part.sha256 else "it has to be fetched from the platform by its id",
            )  # fmt: skip
        case Choice():
            return Words(text=part.picked.title if part.picked else part.text)
        case Reaction():
            return Words(text=part.emoji or "")
        case Template():
            return Words(text=" ".join(part.values) or f"[{part.name}]")
        case Unknown() if part.kind == PLACEHOLDER:
            return File(role="document", state="omitted", reason="the history names no file for this message")
        case Unknown() if part.kind == "system":
            return Happening(kind=part.kind)
        case Place() | Contact() | Unknown():
            return part


def _words(part: ArchivePart) -> str:
    return part.text if isinstance(part, Words) else part.caption or "" if isinstance(part, File) else ""
