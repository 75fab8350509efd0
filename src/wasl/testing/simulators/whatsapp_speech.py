"""What people do on WhatsApp: every kind of message that the platform tells of (webhooks overview, seen 2026-10-06)."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from wasl.ports.clock import Clock
from wasl.testing.simulators import samples
from wasl.testing.simulators.faults import Faults
from wasl.testing.simulators.hooks import Hooks
from wasl.testing.simulators.simulator import Simulator
from wasl.testing.simulators.whatsapp_people import People, WhatsAppPerson
from wasl.testing.simulators.whatsapp_shapes import MediaKind, Stored, envelope, media_content

INBOUND_MEDIA_MS = 7 * 86_400_000
BATCH_MAX = 1_000


class WhatsAppSpeech(Simulator):
    """The side of the simulator that speaks to Wasl. Every method gives the message's id."""

    account_id: str
    metadata: Mapping[str, str]
    hooks: Hooks
    people: People
    gives_media_url: bool = True

    def __init__(self, *, faults: Faults, clock: Clock | None) -> None:
        super().__init__(faults=faults, clock=clock)
        self.stored: dict[str, Stored] = {}
        self.said_by: dict[str, WhatsAppPerson] = {}
        self._count = 0
        self._batch: list[tuple[str, dict[str, Any]]] | None = None

    def message_id(self) -> str:
        """Draws the next message id."""
        self._count += 1
        return "wamid." + base64.b64encode(f"SIM{self._count:015d}".encode()).decode()

    # -- what a person sends ------------------------------------------------------------------------------------------
    def say(self, person: WhatsAppPerson, text: str, *, reply_to: str | None = None, referral: Mapping[str, Any] | None = None) -> str:
        """Text; `referral` says that the person came from an ad."""
        extra = {"referral": dict(referral)} if referral else {}
        return self.publish(person, "text", {"body": text}, reply_to=reply_to, **extra)

    def send_media(
        self,
        person: WhatsAppPerson,
        kind: MediaKind,
        data: bytes,
        *,
        media_type: str,
        caption: str | None = None,
        name: str | None = None,
        voice: bool = False,
    ) -> str:
        """A photo, sound, film, document or sticker."""
        stored = self.hold(data, media_type=media_type, name=name, for_ms=INBOUND_MEDIA_MS)
        url = self.media_url(stored.id) if self.gives_media_url else None
        return self.publish(person, kind, media_content(stored, kind=kind, url=url, caption=caption, voice=voice))

    def send_photo(self, person: WhatsAppPerson, *, caption: str | None = None, shade: int = 0) -> str:
        """A small picture."""
        return self.send_media(person, "image", samples.photo(shade=shade), media_type=samples.PHOTO_TYPE, caption=caption)

    def send_voice(self, person: WhatsAppPerson, *, seconds: int = 2) -> str:
        """A recorded voice note."""
        return self.send_media(person, "audio", samples.voice(seconds=seconds), media_type=samples.VOICE_TYPE, voice=True)

    def send_document(self, person: WhatsAppPerson, *, name: str = "note.pdf", caption: str | None = None) -> str:
        """A small PDF."""
        return self.send_media(person, "document", samples.document(), media_type=samples.DOCUMENT_TYPE, name=name, caption=caption)

    def send_location(
        self, person: WhatsAppPerson, *, latitude: float, longitude: float, name: str | None = None, address: str | None = None
    ) -> str:
        """A place."""
        named = {k: v for k, v in (("name", name), ("address", address)) if v}
        return self.publish(person, "location", {"latitude": latitude, "longitude": longitude, **named})

    def send_contacts(self, person: WhatsAppPerson, *, name: str, phone: str) -> str:
        """A contact card."""
        card = {"name": {"formatted_name": name, "first_name": name}, "phones": [{"phone": phone, "wa_id": phone, "type": "CELL"}]}
        return self.publish(person, "contacts", [card])

    def react(self, person: WhatsAppPerson, message_id: str, emoji: str | None) -> str:
        """An emoji on a message; None takes it off."""
        return self.publish(person, "reaction", {"message_id": message_id, **({"emoji": emoji} if emoji else {})})

    def press(self, person: WhatsAppPerson, *, button_id: str, title: str, reply_to: str | None = None) -> str:
        """A press on a reply button of ours."""
        content = {"type": "button_reply", "button_reply": {"id": button_id, "title": title}}
        return self.publish(person, "interactive", content, reply_to=reply_to)

    def pick(self, person: WhatsAppPerson, *, row_id: str, title: str, description: str | None = None, reply_to: str | None = None) -> str:
        """A row picked from a list of ours."""
        row = {"id": row_id, "title": title, **({"description": description} if description else {})}
        return self.publish(person, "interactive", {"type": "list_reply", "list_reply": row}, reply_to=reply_to)

    def press_template(self, person: WhatsAppPerson, *, payload: str, text: str, reply_to: str | None = None) -> str:
        """A quick reply of a template."""
        return self.publish(person, "button", {"payload": payload, "text": text}, reply_to=reply_to)

    def order(self, person: WhatsAppPerson, *, catalog_id: str, items: Sequence[Mapping[str, Any]]) -> str:
        """An order from the catalogue."""
        return self.publish(person, "order", {"catalog_id": catalog_id, "product_items": [dict(i) for i in items]})

    def edit(self, person: WhatsAppPerson, message_id: str, text: str) -> str:
        """A changed message."""
        content = {"original_message_id": message_id, "message": {"type": "text", "text": {"body": text}}}
        return self.publish(person, "edit", content)

    def revoke(self, person: WhatsAppPerson, message_id: str) -> str:
        """A message taken back."""
        return self.publish(person, "revoke", {"original_message_id": message_id})

    def unsupported(self, person: WhatsAppPerson, *, kind: str = "poll") -> str:
        """Something that the platform does not pass on."""
        error: dict[str, Any] = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        error["error_data"] = {"details": "Message type is currently not supported."}
        return self.publish(person, "unsupported", {"type": kind}, errors=[error])

    def anything(self, person: WhatsAppPerson, kind: str, content: object) -> str:
        """A kind that nobody has heard of."""
        return self.publish(person, kind, content)

    def change_number(self, person: WhatsAppPerson, *, phone: str) -> str:
        """A new phone number: the platform tells of it by a system message under the old handle."""
        old = person.contact()
        old_phone = person.phone
        self.people.move(person, phone=phone)
        body = f"User {person.name} changed from {old_phone} to {person.phone}"
        system = {"type": "user_changed_number", "wa_id": person.phone, "user_id": person.user_id, "body": body}
        message = {"id": self.message_id(), "timestamp": self._timestamp(), "type": "system", "system": system}
        if "wa_id" in old:
            message["from"] = old["wa_id"]
        self._tell("messages", {"contacts": [old], "messages": [message]}, lane=old["user_id"], note="system: new number")
        return str(message["id"])

    # -- what the owner and the platform say ------------------------------------------------------------------------
    def echo(self, person: WhatsAppPerson, text: str) -> str:
        """What the owner typed to a person in the business phone app."""
        message: dict[str, Any] = {"from": self.metadata["display_phone_number"], "id": self.message_id(), "timestamp": self._timestamp()}
        if person.phone and person.shows_phone:
            message["to"] = person.phone
        message |= {"to_user_id": person.user_id, "type": "text", "text": {"body": text}}
        self._tell("smb_message_echoes", {"message_echoes": [message]}, lane=person.user_id, note="echo")
        return str(message["id"])

    def prefer(self, person: WhatsAppPerson, *, marketing: bool) -> None:
        """A person stops or resumes marketing messages."""
        person.no_marketing = not marketing
        value = "resume" if marketing else "stop"
        entry: dict[str, Any] = {"detail": f"User requested to {value} marketing messages", "category": "marketing_messages"}
        entry |= {"value": value, "timestamp": int(self._timestamp()), "user_id": person.user_id}
        if person.phone and person.shows_phone:
            entry["wa_id"] = person.phone
        self._tell("user_preferences", {"contacts": [person.contact()], "user_preferences": [entry]}, lane=person.user_id, note=value)

    def account_update(self, event: str, **facts: Any) -> None:
        """The platform speaks about the account, for example ACCOUNT_RESTRICTION."""
        self._tell("account_update", {"event": event, **facts}, lane=None, note=f"account: {event}", plain=True)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Everything said inside goes out as one webhook."""
        self._batch = []
        try:
            yield
        finally:
            together, self._batch = self._batch, None
            for start in range(0, len(together), BATCH_MAX):
                changes = [change for _, change in together[start : start + BATCH_MAX]]
                self._post(changes, lane=None, note=f"{len(changes)} changes")

    # -- ground -----------------------------------------------------------------------------------------------------
    def publish(self, person: WhatsAppPerson, kind: str, content: object, *, reply_to: str | None = None, **extra: Any) -> str:
        """Tells Wasl of one message."""
        now_ms = self.clock.now_ms()
        person.last_inbound_ms = now_ms
        message_id = self.message_id()
        message: dict[str, Any] = {"id": message_id, "timestamp": str(now_ms // 1000), "type": kind, kind: content, **extra}
        if person.phone and person.shows_phone:
            message["from"] = person.phone
        if reply_to:
            message["context"] = {"from": self.metadata["display_phone_number"], "id": reply_to}
        person.said.append(message_id)
        self.said_by[message_id] = person
        if self.feed.on:
            self.feed.tell("said", phone=person.user_id, id=message_id, type=kind, content=content, reply_to=reply_to, at_ms=now_ms)
        self._tell("messages", {"contacts": [person.contact()], "messages": [message]}, lane=person.user_id, note=kind)
        return message_id

    def hold(self, data: bytes, *, media_type: str, name: str | None, for_ms: int) -> Stored:
        """Keeps a file on the platform."""
        self._count += 1
        until_ms = self.clock.now_ms() + for_ms
        stored = Stored(id=str(10**14 + self._count), data=data, media_type=media_type, until_ms=until_ms, name=name)
        self.stored[stored.id] = stored
        return stored

    def media_url(self, media_id: str) -> str:
        """Makes a download address that lives five minutes."""
        raise NotImplementedError

    def _timestamp(self) -> str:
        return str(self.clock.now_ms() // 1000)

    def _tell(self, field: str, value: dict[str, Any], *, lane: str | None, note: str, plain: bool = False) -> None:
        if not plain:
            value = {"messaging_product": "whatsapp", "metadata": self.metadata, **value}
        change = {"value": value, "field": field}
        if self._batch is not None:
            self._batch.append((note, change))
        else:
            self._post([change], lane=lane, note=note)

    def _post(self, changes: Sequence[Mapping[str, Any]], *, lane: str | None, note: str) -> None:
        body = msgspec.json.encode(envelope(account_id=self.account_id, changes=changes))
        self.hooks.post(body, lane=lane, note=note)
