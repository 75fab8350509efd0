"""The Cloud API's webhook turned into events: who wrote, what became of our messages, what the platform says about the account."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Receipt, Signal
from wasl.domain.person import AddressKey
from wasl.wire import read
from wasl.wire import whatsapp_templates as templates
from wasl.wire.meta import ErrorTable, changes, read_error, time_ms
from wasl.wire.whatsapp_history import FIELD, outline
from wasl.wire.whatsapp_message import extra_of, parts_of, target_of

OBJECT = "whatsapp_business_account"
BUSINESS_SCOPED_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}\Z")
"""Two-letter country, a dot, up to 128 letters or digits (business-scoped-user-ids page, 2026-05-28)."""
GRAVE_EVENTS = frozenset(
    {"ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLED_UPDATE", "ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "PARTNER_REMOVED"}
)
POLICY_CODES = frozenset({368, 131031, 131048, 131064})
"""Account restricted, account locked, held back as spam, limit cut for misused categories (error-codes page, 2026-05-15)."""
QUALITY_FIELD = "phone_number_quality_update"
QUALITY_GOOD = ("UPGRADE", "UNFLAG", "ONBOARD")
"""Words of good news in its `event`, from memory: a word that is not known counts as trouble."""
AI_CATEGORY = "general_purpose_ai"
"""A status priced in this category says that the platform takes the number for a general AI assistant: the highest alarm."""

_STATES: Mapping[str, Any] = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_encode = msgspec.json.Encoder(order="sorted").encode
_Timed = tuple[int, Event]


def events_of(envelope: Mapping[str, Any], *, channel: str, scope: str, errors: ErrorTable) -> Sequence[Event]:
    """Gives every event of one webhook in the platform's order of time.

    `scope`: the phone number id to use where the webhook names none. Total over any JSON object.
    """
    reader = _Reader(channel=channel, scope=scope, errors=errors)
    if envelope.get("object") != OBJECT:
        reader.signal(str(envelope.get("object", "")), 0, "unknown object", dict(envelope))
    else:
        for account, at_ms, field, value in changes(envelope):
            reader.change(account, at_ms, field, value)
    found = reader.found
    if len(found) > 1:
        found.sort(key=lambda timed: timed[0])
    return [event for _, event in found]


class _Reader:
    """Collects the events of one webhook."""

    def __init__(self, *, channel: str, scope: str, errors: ErrorTable) -> None:
        self.channel = channel
        self.scope = scope
        self.errors = errors
        self.found: list[_Timed] = []

    def change(self, account: str, at_ms: int, field: str, value: dict[str, Any]) -> None:
        """Reads one entry of `changes`."""
        metadata = value.get("metadata")
        scope = (read.text(metadata, "phone_number_id") if isinstance(metadata, dict) else None) or self.scope
        before = len(self.found)
        match field:
            case "messages":
                self._messages(scope, value)
            case "smb_message_echoes":
                for echo in read.children(value, "message_echoes"):
                    self._echo(scope, echo, value)
            case "user_preferences":
                for preference in read.children(value, "user_preferences"):
                    self._preference(scope, preference)
            case "user_id_update":
                for update in read.children(value, "user_id_update"):
                    self._renamed(scope, update)
        if len(self.found) == before:
            # Earlier talk is brought in from the stored request; what platforms say about our accounts is no place for people's words.
            detail = outline(value) if field == FIELD else value
            self.signal(account, at_ms, field or "unnamed field", value, detail=detail)

    def signal(self, account: str, at_ms: int, kind: str, value: dict[str, Any], *, detail: dict[str, Any] | None = None) -> None:
        """Keeps whole what is about the account, or has no better word; or only `detail` of it."""
        event = read.text(value, "event")
        grave = kind == "account_update" and event in GRAVE_EVENTS
        digest = hashlib.sha256(_encode([account, at_ms, kind, value])).hexdigest()[:32]
        shown = f"{kind}:{event}" if event else kind
        self._add(
            at_ms,
            Signal(
                key=f"signal:{digest}",
                scope=account or self.scope,
                kind=shown,
                at_ms=at_ms,
                grave=grave,
                detail=value if detail is None else detail,
            ),
        )

    def _add(self, at_ms: int, event: Event) -> None:
        self.found.append((at_ms, event))

    def _messages(self, scope: str, value: dict[str, Any]) -> None:
        if value.get("messages"):
            contacts = list(read.children(value, "contacts"))
            for message in read.children(value, "messages"):
                self._message(scope, message, contacts, value)
        for status in read.children(value, "statuses"):
            self._status(scope, status)
        if value.get("errors") and not value.get("messages"):
            self.signal(scope, 0, "errors", value)

    def _message(self, scope: str, message: dict[str, Any], contacts: Sequence[dict[str, Any]], value: dict[str, Any]) -> None:
        native_id, at_ms = read.text(message, "id"), time_ms(message, "timestamp")
        contact = _contact_of(message, contacts)
        key = self._moved(scope, message, at_ms) or self._address(
            scope,
            user_id=read.text(message, "from_user_id") or read.text(contact, "user_id"),
            phone=read.text(message, "from") or read.text(contact, "wa_id"),
        )
        if native_id is None or key is None:
            self.signal(scope, at_ms, "message without id or sender", {"message": message, "contacts": list(contacts)})
            return
        parts, wants_answer = parts_of(message)
        extra = extra_of(message)
        profile = read.child(contact, "profile")
        if (username := read.text(profile, "username")) is not None:
            extra["username"] = username
        if (parent := read.text(contact, "parent_user_id")) is not None:
            extra["parent_user_id"] = parent
        group = read.text(message, "group_id")
        if group:
            extra["from"] = key.handle
            key = AddressKey(channel=self.channel, scope=scope, handle=group, kind="group")
            wants_answer = wants_answer and _answers_us(message, value)
        self._add(
            at_ms,
            Arrival(
                key=f"message:{native_id}",
                address=key,
                parts=parts,
                sent_at_ms=at_ms,
                native_id=native_id,
                reply_to=target_of(message),
                author_name=read.text(profile, "name"),
                wants_answer=wants_answer,
                extra=extra,
            ),
        )

    def _echo(self, scope: str, echo: dict[str, Any], value: dict[str, Any]) -> None:
        native_id, at_ms = read.text(echo, "id"), time_ms(echo, "timestamp")
        phone = read.text(echo, "to")
        contacts = [c for c in read.children(value, "contacts") if phone is not None and read.text(c, "wa_id") == phone]
        user_id = read.text(echo, "to_user_id") or (read.text(contacts[0], "user_id") if contacts else None)
        key = self._address(scope, user_id=user_id, phone=phone)
        if native_id is None or key is None:
            self.signal(scope, at_ms, "echo without id or receiver", {"message_echo": echo})
            return
        parts, _ = parts_of(echo)
        self._add(
            at_ms,
            Arrival(
                key=f"echo:{native_id}",
                address=key,
                parts=parts,
                sent_at_ms=at_ms,
                native_id=native_id,
                reply_to=target_of(echo),
                author="operator",
                wants_answer=False,
                extra=extra_of(echo),
            ),
        )

    def _status(self, scope: str, status: dict[str, Any]) -> None:
        native_id, word, at_ms = read.text(status, "id"), read.text(status, "status") or "", time_ms(status, "timestamp")
        state = _STATES.get(word)
        if native_id is None or state is None:
            self.signal(scope, at_ms, f"status {word}".rstrip(), status)
            return
        pricing = status.get("pricing")
        error = next(read.children(status, "errors"), None) if "errors" in status else None
        receiver = read.text(status, "recipient_participant_user_id") or read.text(status, "recipient_participant_id") or ""
        self._add(
            at_ms,
            Receipt(
                key=f"status:{native_id}:{word}" + (f":{receiver}" if receiver else ""),
                scope=scope,
                state=state,
                at_ms=at_ms,
                native_id=native_id,
                tag=read.text(status, "biz_opaque_callback_data"),
                failure=self.errors.failure(read_error(error or {})) if state == "failed" else None,
                price=pricing if isinstance(pricing, dict) else None,
            ),
        )
        if isinstance(pricing, dict) and pricing.get("category") == AI_CATEGORY:
            key = f"signal:{AI_CATEGORY}:{native_id}:{word}"
            self._add(at_ms, Signal(key=key, scope=scope, kind=AI_CATEGORY, at_ms=at_ms, grave=True, detail={"pricing": pricing}))
        code = read_error(error).code if error is not None and state == "failed" else None
        if code is not None and self.errors.classes.get(code) == "hold":
            # Stored with the receipt in one commit, so that whoever looks for signs of trouble finds it whatever dies in between.
            detail: dict[str, Any] = {"code": code, "title": read.text(error, "title") if error else None}
            key = f"signal:error:{native_id}:{code}"
            self._add(at_ms, Signal(key=key, scope=scope, kind=f"error {code}", at_ms=at_ms, grave=code in POLICY_CODES, detail=detail))

    def _preference(self, scope: str, preference: dict[str, Any]) -> None:
        at_ms = time_ms(preference, "timestamp")
        key = self._address(scope, user_id=read.text(preference, "user_id"), phone=read.text(preference, "wa_id"))
        category, word = read.text(preference, "category") or "", read.text(preference, "value")
        if key is None or category != "marketing_messages" or word not in ("stop", "resume"):
            self.signal(scope, at_ms, "user_preferences", preference)
            return
        own = f"preference:{key.handle}:{category}:{word}:{at_ms}"
        self._add(at_ms, ConsentGiven(key=own, address=key, purpose="marketing", given=word == "resume", at_ms=at_ms))

    def _renamed(self, scope: str, update: dict[str, Any]) -> None:
        at_ms, ids = time_ms(update, "timestamp"), read.child(update, "user_id")
        old = read.text(ids, "previous")
        new = self._address(scope, user_id=read.text(ids, "current"), phone=read.text(update, "wa_id"))
        if old is None or new is None or new.kind != "business-scoped id":
            self.signal(scope, at_ms, "user_id_update", update)
            return
        self._add(at_ms, Moved(key=f"moved:{old}:{new.handle}", scope=scope, old_handle=old, new=new, at_ms=at_ms))

    def _moved(self, scope: str, message: dict[str, Any], at_ms: int) -> AddressKey | None:
        """Reads a system message about a changed number; gives the new address, or None when it tells of no move.

        The event stands before the kept message, so that the message finds the person under the new handle.
        """
        system = message.get("system")
        if not isinstance(system, dict) or read.text(system, "type") not in ("user_changed_number", "user_changed_user_id"):
            return None
        new = self._address(scope, user_id=read.text(system, "user_id"), phone=read.text(system, "wa_id"))
        old = read.text(system, "previous_user_id") or read.text(message, "from_user_id") or read.text(message, "from")
        if new is None or old is None or old in (new.handle, new.alias):
            return None
        self._add(at_ms, Moved(key=f"moved:{old}:{new.handle}", scope=scope, old_handle=old, new=new, at_ms=at_ms))
        return new

    def _address(self, scope: str, *, user_id: str | None, phone: str | None) -> AddressKey | None:
        return address_of(self.channel, scope, user_id=user_id, phone=phone)


def sign_of(kind: str, *, errors: ErrorTable) -> Literal["grave", "notice"] | None:
    """Weighs the kind of a signal, or "error " and a code, as a first sign that the platform turns against the account."""
    name, _, rest = kind.partition(" ")
    if name == "error" and rest.isdigit():
        code = int(rest)
        return "grave" if code in POLICY_CODES else "notice" if errors.classes.get(code) == "hold" else None
    field, _, event = kind.partition(":")
    if field == templates.STATUS_FIELD:
        return "notice" if event and event not in templates.GOOD else None
    if field == QUALITY_FIELD:
        return None if any(word in event for word in QUALITY_GOOD) else "grave"
    if kind == AI_CATEGORY or (field == "account_update" and event in GRAVE_EVENTS):
        return "grave"
    return None


def address_of(channel: str, scope: str, *, user_id: str | None, phone: str | None) -> AddressKey | None:
    """Keys a person by the business-scoped id where there is one, with the phone beside it; a phone is taken as it stands."""
    if user_id is not None and BUSINESS_SCOPED_ID.match(user_id):
        alias_kind: Any = "phone" if phone else None
        return AddressKey(channel=channel, scope=scope, handle=user_id, kind="business-scoped id", alias=phone, alias_kind=alias_kind)
    if phone is None:
        return None
    kind: Any = "business-scoped id" if BUSINESS_SCOPED_ID.match(phone) else "phone"
    return AddressKey(channel=channel, scope=scope, handle=phone, kind=kind)


def _contact_of(message: Mapping[str, Any], contacts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Finds the contact that wrote a message; an empty one where that is not sure, since a wrong guess answers a stranger."""
    user_id, phone = read.text(message, "from_user_id"), read.text(message, "from")
    for contact in contacts:
        if (user_id is not None and contact.get("user_id") == user_id) or (phone is not None and contact.get("wa_id") == phone):
            return contact
    if len(contacts) == 1 and user_id is None and phone is None:
        return contacts[0]
    return {}


def _answers_us(message: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    quoted = read.text(read.child(message, "context"), "from")
    ours = read.text(read.child(value, "metadata"), "display_phone_number")
    return quoted is not None and ours is not None and quoted.lstrip("+") == ours.lstrip("+")
