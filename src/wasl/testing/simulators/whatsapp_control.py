"""What the WhatsApp simulator can be told over its control address (JSON both ways)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wasl.testing.simulators.serving import BadRequest
from wasl.testing.simulators.whatsapp_people import Received, WhatsAppPerson

if TYPE_CHECKING:
    from wasl.testing.simulators.whatsapp import WhatsAppSimulator

STATES = ("sent", "delivered", "read")


async def controlled(simulator: "WhatsAppSimulator", *, what: str, value: Mapping[str, Any], method: str) -> object:
    """Answers a control request. POST person · say · read · hook · subscribe · receipts · account · category;
    GET phones/<who>. Raises BadRequest, KeyError."""
    match method, what.split("/"):
        case "POST", ["person"]:
            return _person_json(_meet(simulator, value))
        case "POST", ["say"]:
            return {"id": said(simulator, value)}
        case "POST", ["read"]:
            simulator.read(_known(simulator, value), str(value.get("id")))
            return {}
        case "POST", ["hook"]:
            simulator.hooks.url = str(value.get("url", ""))
            return {"url": simulator.hooks.url}
        case "POST", ["subscribe"]:
            return {"subscribed": await simulator.subscribe(str(value.get("url", "")))}
        case "POST", ["receipts"]:
            states = value.get("states", [])
            if not isinstance(states, list) or not all(state in STATES for state in states):
                raise BadRequest(f"states must be a list of {', '.join(STATES)}")
            simulator.receipts = tuple(states)
            return {"states": states}
        case "POST", ["account"]:
            simulator.tell_account(str(value.get("field", "account_update")), dict(value.get("value", {})))
            return {}
        case "POST", ["category"]:
            simulator.category = str(value.get("category", "")) or None
            return {"category": simulator.category}
        case "POST", ["pace"]:
            scale = value.get("time_scale")
            if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale <= 1000:
                raise BadRequest("time_scale must be a number from 0 to 1000")
            simulator.hooks.time_scale = float(scale)
            return {"time_scale": scale}
        case "GET", ["phones", who]:
            person = simulator.people.find(who)
            if person is None:
                raise KeyError(what)
            return {**_person_json(person), "received": [received_json(r) for r in person.received]}
        case "GET", ["phones"]:
            return {p.user_id: [received_json(r) for r in p.received] for p in simulator.people}
    raise KeyError(what)


def said(simulator: "WhatsAppSimulator", value: Mapping[str, Any]) -> str:
    """Lets a person send what `value` says: `phone` or `user_id`, `type`, and its fields. Gives the message's id."""
    person = _meet(simulator, value)
    kind = value.get("type", "text")
    reply_to = _text(value, "reply_to") or None
    match kind:
        case "text":
            return simulator.say(person, _text(value, "text"), reply_to=reply_to)
        case "photo":
            return simulator.send_photo(person, caption=_text(value, "caption") or None, shade=len(simulator.stored) * 40 % 200)
        case "voice":
            return simulator.send_voice(person)
        case "document":
            return simulator.send_document(person, caption=_text(value, "caption") or None)
        case "location":
            return simulator.send_location(
                person, latitude=_number(value, "latitude", 24.7136), longitude=_number(value, "longitude", 46.6753),
                name=_text(value, "name") or None,
            )  # fmt: skip
        case "press":
            return simulator.press(person, button_id=_text(value, "button_id"), title=_text(value, "title"), reply_to=reply_to)
        case "pick":
            return simulator.pick(person, row_id=_text(value, "button_id"), title=_text(value, "title"), reply_to=reply_to)
        case "reaction":
            return simulator.react(person, _text(value, "message_id"), _text(value, "emoji") or None)
        case "edit":
            return simulator.edit(person, _text(value, "message_id"), _text(value, "text"))
        case "revoke":
            return simulator.revoke(person, _text(value, "message_id"))
        case "unsupported":
            return simulator.unsupported(person)
        case "echo":
            return simulator.echo(person, _text(value, "text"))
    raise BadRequest(f"type {kind!r} is not something that a person can send here")


def received_json(received: Received) -> dict[str, Any]:
    """Writes what arrived."""
    return {
        "id": received.id, "type": received.kind, "text": received.text, "content": received.content,
        "reply_to": received.reply_to, "tag": received.tag, "at_ms": received.at_ms,
    }  # fmt: skip


def _meet(simulator: "WhatsAppSimulator", value: Mapping[str, Any]) -> WhatsAppPerson:
    person = simulator.people.meet(
        phone=_text(value, "phone") or None,
        user_id=_text(value, "user_id") or None,
        name=_text(value, "name"),
        username=_text(value, "username") or None,
        country=_text(value, "country") or "XX",
    )
    for name in ("shows_phone", "blocked", "no_marketing"):
        if isinstance(value.get(name), bool):
            setattr(person, name, value[name])
    return person


def _known(simulator: "WhatsAppSimulator", value: Mapping[str, Any]) -> WhatsAppPerson:
    found = simulator.people.find(_text(value, "user_id") or _text(value, "phone"))
    if found is None:
        raise BadRequest("nobody has this phone or user_id")
    return found


def _person_json(person: WhatsAppPerson) -> dict[str, Any]:
    return {"user_id": person.user_id, "phone": person.phone, "name": person.name, "username": person.username, "read_ids": person.read_ids}


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str):
        raise BadRequest(f"{name} must be text, not {found!r}")
    return found


def _number(value: Mapping[str, Any], name: str, default: float) -> float:
    found = value.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise BadRequest(f"{name} must be a number, not {found!r}")
    return float(found)
