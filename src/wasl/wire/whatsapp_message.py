"""One message object of the Cloud API turned into Parts, whether it came from a person or is an echo of the owner's own."""

from collections.abc import Iterator, Mapping
from typing import Any

from wasl.domain.message import PARTS_MAX, Choice, Contact, Media, MediaRole, Option, Part, Place, Reaction, Text, Unknown, edit_of
from wasl.wire import read

_MEDIA: Mapping[str, MediaRole] = {
    "image": "photo", "video": "video", "audio": "audio", "document": "document", "sticker": "sticker",
}  # fmt: skip
_NOBODY_WAITS = frozenset({"reaction", "edit", "revoke", "system"})


def parts_of(message: Mapping[str, Any]) -> tuple[tuple[Part, ...], bool]:
    """Gives the parts, never none, and whether an answer is expected.

    Total: a kind that is not known, or known with a shape that is not, becomes one Unknown part that keeps the whole message.
    """
    kind = read.text(message, "type") or "untyped"
    parts = _readable(kind, message)
    if kind == "edit":  # what it says now, and the edit itself
        parts = _readable("text", read.child(read.child(message, kind), "message"))
        target = target_of(message)
        return (*parts, edit_of(target, message) if target is not None else Unknown(kind=kind, value=dict(message))), False
    if not parts:
        return (Unknown(kind=_unknown_kind(kind, message), value=dict(message)),), _answerable(kind, message)
    if message.get("errors"):
        parts = (*parts[: PARTS_MAX - 1], Unknown(kind="errors", value={"errors": message["errors"]}))
    return parts, kind not in _NOBODY_WAITS


def target_of(message: Mapping[str, Any]) -> str | None:
    """Gives the id of the message that this one quotes, edits or takes back."""
    kind = read.text(message, "type") or ""
    if kind in ("edit", "revoke"):
        return read.text(read.child(message, kind), "original_message_id")
    return read.text(read.child(message, "context"), "id")


def extra_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """Keeps what has no field of its own: where the person came from, how the message was forwarded, the file's hash."""
    extra: dict[str, Any] = {}
    for name in ("referral", "identity", "origin"):
        if message.get(name):
            extra[name] = message[name]
    if "context" in message:
        rest = {k: v for k, v in read.child(message, "context").items() if k not in ("id", "from")}
        if rest:
            extra["context"] = rest
    sha256 = read.text(read.child(message, str(message.get("type"))), "sha256")
    if sha256:
        extra["media_sha256_base64"] = sha256
    return extra


def _answerable(kind: str, message: Mapping[str, Any]) -> bool:
    if kind == "interactive":
        return read.text(read.child(message, "interactive"), "type") != "call_permission_reply"
    return kind not in _NOBODY_WAITS


def _unknown_kind(kind: str, message: Mapping[str, Any]) -> str:
    if kind == "interactive":
        return read.text(read.child(message, "interactive"), "type") or kind
    return kind


def _readable(kind: str, message: Mapping[str, Any]) -> tuple[Part, ...]:
    if kind == "text":
        body = read.text(read.child(message, "text"), "body")
        return (Text(text=body),) if body else ()
    value = message.get(kind)
    if kind in _MEDIA:
        return _media(_MEDIA[kind], value) if isinstance(value, dict) else ()
    match kind:
        case "location":
            return _place(read.child(message, kind))
        case "contacts":
            return tuple(_cards(message))
        case "interactive":
            return _picked(read.child(message, kind))
        case "button":
            button = read.child(message, kind)
            title = read.text(button, "text")
            return (Choice(picked=Option(id=read.text(button, "payload") or title, title=title)),) if title else ()
        case "reaction":
            target = read.text(read.child(message, kind), "message_id")
            return (Reaction(target=target, emoji=read.text(read.child(message, kind), "emoji")),) if target else ()
        case _:
            return ()


def _media(role: MediaRole, value: Mapping[str, Any]) -> tuple[Part, ...]:
    native_id, url = read.text(value, "id"), read.text(value, "url")
    if not native_id and not url:
        return ()
    if role == "audio" and value.get("voice") is True:
        role = "voice"
    return (
        Media(
            role=role,
            media_type=read.text(value, "mime_type") or "application/octet-stream",
            name=read.text(value, "filename"),
            caption=read.text(value, "caption"),
            size_bytes=read.whole(value, "file_size"),
            native_id=native_id,
            url=url,
        ),
    )


def _place(value: Mapping[str, Any]) -> tuple[Part, ...]:
    latitude, longitude = read.number(value, "latitude"), read.number(value, "longitude")
    if latitude is None or longitude is None:
        return ()
    told = {name: read.text(value, name) for name in ("name", "address", "url")}
    return (Place(latitude=latitude, longitude=longitude, **told),)


def _cards(message: Mapping[str, Any]) -> Iterator[Part]:
    """Gives one Contact a card; more cards than a message may hold are kept whole in one Unknown part.

    `org.company` is named by the reference of the platform's own Node SDK (page "messages/contacts", read on 23 November 2026).
    """
    cards = list(read.children(message, "contacts"))
    for card in cards[: PARTS_MAX - 1]:
        name = read.child(card, "name")
        phones = [read.text(p, "phone") or read.text(p, "wa_id") for p in read.children(card, "phones")]
        emails = [read.text(e, "email") for e in read.children(card, "emails")]
        shown = read.text(name, "formatted_name") or read.text(name, "first_name") or next((p for p in phones if p), "")
        company = read.text(read.child(card, "org"), "company")
        yield Contact(name=shown, phones=tuple(p for p in phones if p), emails=tuple(e for e in emails if e), company=company)
    if len(cards) >= PARTS_MAX:
        yield Unknown(kind="contacts", value={"contacts": cards[PARTS_MAX - 1 :]})


def _picked(value: Mapping[str, Any]) -> tuple[Part, ...]:
    kind = read.text(value, "type")
    if kind not in ("button_reply", "list_reply"):
        return ()
    reply = read.child(value, kind)
    option_id, title = read.text(reply, "id"), read.text(reply, "title")
    if not option_id and not title:
        return ()
    option = Option(id=option_id or title or "", title=title or option_id or "", description=read.text(reply, "description"))
    return (Choice(picked=option),)
