"""One update of the Bot API turned into events: messages of every kind, buttons, reactions, members."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Signal
from wasl.domain.message import Choice, Contact, Media, MediaRole, Option, Part, Place, Reaction, Text, Unknown, edit_of
from wasl.domain.person import AddressKey
from wasl.wire import read

CALLBACK = "callback"
"""First word of the native id of a pressed button: `callback:<id of the query>:<id of the message that held the button>`."""

_MEDIA: tuple[tuple[str, MediaRole, str], ...] = (
    ("animation", "animation", "video/mp4"),  # before "document", which an animation carries too
    ("voice", "voice", "audio/ogg"),
    ("audio", "audio", "audio/mpeg"),
    ("video", "video", "video/mp4"),
    ("video_note", "video", "video/mp4"),
    ("sticker", "sticker", "image/webp"),
    ("document", "document", "application/octet-stream"),
)
_PLUMBING = frozenset(
    {
        "message_id",
        "message_thread_id",
        "date",
        "edit_date",
        "chat",
        "from",
        "sender_chat",
        "author_signature",
        "sender_tag",
        "sender_boost_count",
        "reply_to_message",
        "external_reply",
        "quote",
        "via_bot",
        "forward_origin",
        "is_topic_message",
        "is_automatic_forward",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "business_connection_id",
        "entities",
        "caption_entities",
        "link_preview_options",
        "reply_markup",
        "effect_id",
        "show_caption_above_media",
        "direct_messages_topic",
    }
)
"""Fields that say about a message, not in it; what remains names the kind of a message that holds no word or file."""
_SAYINGS = frozenset({"poll", "dice", "game", "story", "checklist", "invoice", "paid_media", "gift", "web_app_data", "rich_message"})
"""Kinds that a person sends and may expect an answer to, though the adapter cannot read them."""
_KEPT = ("forward_origin", "quote", "media_group_id", "message_thread_id", "via_bot", "sender_chat")
_GONE = frozenset({"kicked", "left"})
_ANY_BOT = re.compile(r"@\w+bot\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Who we are on this channel. `username` None: not known, then a mention of any bot is taken for ours.

    By default the platform shows a bot only those group messages that name it, so this rarely mistakes.
    """

    channel: str
    id: str
    username: str | None = None


def events_of(update: Mapping[str, Any], bot: Bot) -> Iterator[Event]:
    """Gives the events of one update. Total: what has no better word is kept whole."""
    update_id = read.whole(update, "update_id")
    kind, value = _kind_of(update)
    key = f"update:{update_id}"
    if update_id is None or value is None:
        yield _signal(key, bot, kind, update)
        return
    match kind:
        case "message" | "channel_post" | "business_message" | "guest_message":
            yield from _message(key, bot, kind, value)
        case "callback_query":
            yield _pressed(key, bot, value) or _signal(key, bot, kind, update)
        case "message_reaction":
            yield _reacted(key, bot, value) or _signal(key, bot, kind, update)
        case "my_chat_member":
            yield _member(key, bot, value) or _signal(key, bot, kind, update)
        case _:
            yield _other(key, bot, kind, value) or _signal(key, bot, kind, update)


def _kind_of(update: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
    for name, value in update.items():
        if isinstance(value, dict):
            return name, value
    return next((name for name in update if name != "update_id"), "empty update"), None


def _signal(key: str, bot: Bot, kind: str, update: Mapping[str, Any]) -> Signal:
    return Signal(key=key, scope=bot.id, kind=kind, at_ms=0, grave=False, detail=dict(update))


def _address(bot: Bot, message: Mapping[str, Any]) -> AddressKey | None:
    chat = read.child(message, "chat")
    chat_id = read.whole(chat, "id") if not isinstance(chat.get("id"), str) else None
    if chat_id is None:
        return None
    if chat_id < 0 or read.text(chat, "type") in ("group", "supergroup", "channel"):
        return AddressKey(channel=bot.channel, scope=bot.id, handle=str(chat_id), kind="group")
    username = read.text(chat, "username")
    return AddressKey(
        channel=bot.channel,
        scope=bot.id,
        handle=str(chat_id),
        kind="account",
        alias=username,
        alias_kind="username" if username else None,
    )


def _name_of(person: Mapping[str, Any]) -> str | None:
    names = (read.text(person, "first_name"), read.text(person, "last_name"))
    return " ".join(n for n in names if n) or read.text(person, "title") or read.text(person, "username")


def _group_name(message: Mapping[str, Any]) -> str | None:
    return read.text(read.child(message, "chat"), "title")


def _at_ms(message: Mapping[str, Any]) -> int:
    found = read.whole(message, "date")
    return found * 1000 if found is not None and 0 <= found < 1 << 40 else 0


def _message(key: str, bot: Bot, kind: str, message: dict[str, Any]) -> Iterator[Event]:
    address, message_id = _address(bot, message), read.whole(message, "message_id")
    if address is None or message_id is None:
        yield _signal(key, bot, kind, {kind: message})
        return
    at_ms = _at_ms(message)
    yield from _migrated(key, bot, message, at_ms)
    parts = tuple(_parts(message))
    sender = read.child(message, "from") or read.child(message, "sender_chat")
    wants_answer = kind == "message" and sender.get("is_bot") is not True
    if not parts:
        left = next((name for name in message if name not in _PLUMBING), "empty message")
        parts, wants_answer = (Unknown(kind=left, value=message),), wants_answer and address.kind != "group" and left in _SAYINGS
    elif address.kind == "group":
        wants_answer = wants_answer and _names_us(message, bot)
    extra = {name: message[name] for name in _KEPT if message.get(name)}
    started = _start_payload(message)
    if started is not None:
        extra["start"] = started
    replied = read.whole(read.child(message, "reply_to_message"), "message_id")
    yield Arrival(
        key=key,
        address=address,
        parts=parts,
        sent_at_ms=at_ms,
        native_id=str(message_id),
        reply_to=None if replied is None else str(replied),
        author_name=_name_of(sender),
        group_name=_group_name(message),
        language=read.text(sender, "language_code"),
        wants_answer=wants_answer,
        extra=extra,
    )


def _migrated(key: str, bot: Bot, message: Mapping[str, Any], at_ms: int) -> Iterator[Event]:
    """A group that became a supergroup has a new id; the old and the new group both say so."""
    here = str(read.child(message, "chat").get("id"))
    new, old = read.whole(message, "migrate_to_chat_id"), read.whole(message, "migrate_from_chat_id")
    pair = (here, str(new)) if new is not None else (str(old), here) if old is not None else None
    if pair is not None:
        moved = AddressKey(channel=bot.channel, scope=bot.id, handle=pair[1], kind="group")
        yield Moved(key=f"{key}:moved", scope=bot.id, old_handle=pair[0], new=moved, at_ms=at_ms)


def _parts(message: Mapping[str, Any]) -> Iterator[Part]:
    text = read.text(message, "text")
    if text is not None:
        yield Text(text=text)
    media = _media(message)
    if media is not None:
        yield media
    point = read.child(message, "location")
    latitude, longitude = read.number(point, "latitude"), read.number(point, "longitude")
    if latitude is not None and longitude is not None:
        venue = read.child(message, "venue")
        yield Place(latitude=latitude, longitude=longitude, name=read.text(venue, "title"), address=read.text(venue, "address"))
    card = read.child(message, "contact")
    phone = read.text(card, "phone_number")
    if phone is not None:
        yield Contact(name=_name_of(card) or phone, phones=(phone,))


def _media(message: Mapping[str, Any]) -> Media | None:
    caption, album = read.text(message, "caption"), read.text(message, "media_group_id")
    sizes = [size for size in read.children(message, "photo") if read.text(size, "file_id")]
    if sizes:
        largest = max(sizes, key=lambda size: (read.whole(size, "width") or 0) * (read.whole(size, "height") or 0))
        return Media(
            role="photo",
            media_type="image/jpeg",
            caption=caption,
            size_bytes=read.whole(largest, "file_size"),
            native_id=read.text(largest, "file_id"),
            album=album,
        )
    for name, role, media_type in _MEDIA:
        value = read.child(message, name)
        file_id = read.text(value, "file_id")
        if file_id is None:
            continue
        if role == "sticker":
            media_type = "application/x-tgsticker" if value.get("is_animated") else "video/webm" if value.get("is_video") else media_type
        return Media(
            role=role,
            media_type=read.text(value, "mime_type") or media_type,
            name=read.text(value, "file_name") or read.text(value, "title"),
            caption=caption or (read.text(value, "emoji") if role == "sticker" else None),
            size_bytes=read.whole(value, "file_size"),
            native_id=file_id,
            album=album,
        )
    return None


def _start_payload(message: Mapping[str, Any]) -> str | None:
    text = read.text(message, "text") or ""
    if not text.startswith("/start"):
        return None
    head, _, payload = text.partition(" ")
    return payload.strip() if head.partition("@")[0] == "/start" else None


def _names_us(message: Mapping[str, Any], bot: Bot) -> bool:
    """Says whether talk in a group is meant for us: a reply to us, a mention, a command."""
    if str(read.child(read.child(message, "reply_to_message"), "from").get("id")) == bot.id:
        return True
    text = read.text(message, "text") or read.text(message, "caption") or ""
    wide = text.encode("utf-16-le", "surrogatepass")
    for entity in (*read.children(message, "entities"), *read.children(message, "caption_entities")):
        start, size = read.whole(entity, "offset"), read.whole(entity, "length")
        if start is None or size is None:
            continue
        words = wide[2 * start : 2 * (start + size)].decode("utf-16-le", "replace")
        match entity.get("type"):
            case "mention" if _is_ours(words, bot):
                return True
            case "text_mention" if str(read.child(entity, "user").get("id")) == bot.id:
                return True
            case "bot_command" if "@" not in words or _is_ours("@" + words.partition("@")[2], bot):
                return True
    return False


def _is_ours(mention: str, bot: Bot) -> bool:
    if bot.username is None:
        return _ANY_BOT.match(mention) is not None
    return mention.lstrip("@").lower() == bot.username.lstrip("@").lower()


def _pressed(key: str, bot: Bot, query: Mapping[str, Any]) -> Event | None:
    message, person = read.child(query, "message"), read.child(query, "from")
    address, query_id, data = _address(bot, message), read.text(query, "id"), read.text(query, "data")
    message_id = read.whole(message, "message_id")
    if address is None or query_id is None or data is None or message_id is None:
        return None
    return Arrival(
        key=key,
        address=address,
        parts=(Choice(picked=Option(id=data, title=_button_title(message, data) or data)),),
        sent_at_ms=0,
        native_id=f"{CALLBACK}:{query_id}:{message_id}",
        reply_to=str(message_id),
        author_name=_name_of(person),
        group_name=_group_name(message),
        language=read.text(person, "language_code"),
        wants_answer=True,
    )


def _button_title(message: Mapping[str, Any], data: str) -> str | None:
    rows = read.child(message, "reply_markup").get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict) and button.get("callback_data") == data:
                return read.text(button, "text")
    return None


def _reacted(key: str, bot: Bot, value: dict[str, Any]) -> Event | None:
    address, message_id = _address(bot, value), read.whole(value, "message_id")
    if address is None or message_id is None:
        return None
    emojis = [read.text(one, "emoji") for one in read.children(value, "new_reaction")]
    target = str(message_id)
    parts: tuple[Part, ...] = tuple(Reaction(target=target, emoji=emoji) for emoji in emojis if emoji)[:8]
    if not parts:
        parts = (Unknown(kind="message_reaction", value=value),) if emojis else (Reaction(target=target, emoji=None),)
    person = read.child(value, "user") or read.child(value, "actor_chat")
    return Arrival(
        key=key, address=address, parts=parts, sent_at_ms=_at_ms(value), reply_to=target, author_name=_name_of(person), wants_answer=False
    )


def _member(key: str, bot: Bot, value: Mapping[str, Any]) -> Event | None:
    address = _address(bot, value)
    status = read.text(read.child(value, "new_chat_member"), "status")
    if address is None or status is None:
        return None
    return ConsentGiven(key=key, address=address, purpose="all", given=status not in _GONE, at_ms=_at_ms(value))


def _other(key: str, bot: Bot, kind: str, value: dict[str, Any]) -> Event | None:
    """Keeps whole what belongs to a chat and needs no answer: an edit with what it says now, an edited post, whatever comes new."""
    address, message_id = _address(bot, value), read.whole(value, "message_id")
    if address is None:
        return None
    is_edit = kind.startswith("edited_")
    words = (read.text(value, "text") or read.text(value, "caption")) if is_edit else None
    whole = edit_of(str(message_id), value) if is_edit and message_id is not None else Unknown(kind=kind, value=value)
    return Arrival(
        key=key,
        address=address,
        parts=(*((Text(text=words),) if words else ()), whole),
        sent_at_ms=(_at_ms({"date": value.get("edit_date")}) or _at_ms(value)),
        reply_to=None if message_id is None else str(message_id),
        author_name=_name_of(read.child(value, "from")),
        group_name=_group_name(value),
        wants_answer=False,
    )
