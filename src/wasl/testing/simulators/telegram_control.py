"""What the Telegram simulator can be told over its control address (JSON both ways)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wasl.testing.simulators.serving import BadRequest
from wasl.testing.simulators.telegram_people import TelegramChat, TelegramPerson, TelegramReceived

if TYPE_CHECKING:
    from wasl.testing.simulators.telegram import TelegramSimulator


def controlled(simulator: "TelegramSimulator", *, what: str, value: Mapping[str, Any], method: str) -> object:
    """Answers a control request. POST say · hook · pace; GET phones/<chat id>. Raises BadRequest, KeyError."""
    match method, what.split("/"):
        case "POST", ["say"]:
            return {"id": said(simulator, value)}
        case "POST", ["hook"]:
            simulator.hooks.url = str(value.get("url", ""))
            simulator.secret = str(value.get("secret", simulator.secret))
            return {"url": simulator.hooks.url}
        case "POST", ["pace"]:
            scale = value.get("time_scale")
            if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale <= 1000:
                raise BadRequest("time_scale must be a number from 0 to 1000")
            simulator.hooks.time_scale = float(scale)
            return {"time_scale": scale}
        case "GET", ["phones"]:
            return {str(chat.id): [received_json(r) for r in chat.received] for chat in simulator.chats}
        case "GET", ["phones", who]:
            chat = simulator.chats.find(int(who)) if who.removeprefix("-").isdecimal() and len(who) < 20 else None
            if chat is None:
                raise KeyError(what)
            return {"id": chat.id, "type": chat.type, "received": [received_json(r) for r in chat.received], "edits": chat.edits}
    raise KeyError(what)


def said(simulator: "TelegramSimulator", value: Mapping[str, Any]) -> object:
    """Lets a person send what `value` says: `chat_id` (a group's is below 0, then `by`), `type`, and its fields."""
    chat, by = _place(simulator, value)
    text = _text(value, "text")
    match value.get("type", "text"):
        case "text":
            reply_to = value.get("reply_to")
            return simulator.say(chat, text, by=by, reply_to=reply_to if isinstance(reply_to, int) else None)
        case "photo":
            return simulator.send_photo(chat, caption=_text(value, "caption") or None, shade=len(simulator.files) * 40 % 200, by=by)
        case "album":
            return simulator.send_album(chat, count=3, caption=_text(value, "caption") or None)
        case "voice":
            return simulator.send_voice(chat, by=by)
        case "document":
            return simulator.send_document(chat, caption=_text(value, "caption") or None)
        case "location":
            return simulator.send_location(chat, latitude=24.7136, longitude=46.6753)
        case "press":
            return simulator.press(chat, _message_id(chat, value), _text(value, "data"), by=by)
        case "reaction":
            simulator.react(chat, _message_id(chat, value), _text(value, "emoji") or None)
        case "edit":
            simulator.edit(chat, _message_id(chat, value), text)
        case "block":
            simulator.block(chat)
        case "unblock":
            simulator.block(chat, blocked=False)
        case kind:
            raise BadRequest(f"type {kind!r} is not something that a person can do here")
    return None


def received_json(received: TelegramReceived) -> dict[str, Any]:
    """Writes what arrived."""
    return {"id": received.id, "kind": received.kind, "text": received.text, "message": received.message, "at_ms": received.at_ms}


def _place(simulator: "TelegramSimulator", value: Mapping[str, Any]) -> tuple[TelegramChat, TelegramPerson | None]:
    chat_id = value.get("chat_id")
    if isinstance(chat_id, bool) or not isinstance(chat_id, int):
        raise BadRequest("chat_id must be a whole number")
    if chat_id >= 0:
        language = _text(value, "language") or "en"
        return simulator.chats.meet(chat_id, name=_text(value, "name"), username=_text(value, "username") or None, language=language), None
    by = value.get("by")
    if isinstance(by, bool) or not isinstance(by, int):
        raise BadRequest("in a group, by must be the writer's id")
    writer = simulator.chats.meet(by, name=_text(value, "name"))
    return simulator.chats.group(chat_id, title=_text(value, "title") or "Group"), writer.person


def _message_id(chat: TelegramChat, value: Mapping[str, Any]) -> int:
    found = value.get("message_id")
    if isinstance(found, bool) or not isinstance(found, int) or found not in chat.messages:
        raise BadRequest(f"message_id must be that of a message in the chat, not {found!r}")
    return found


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str):
        raise BadRequest(f"{name} must be text, not {found!r}")
    return found
