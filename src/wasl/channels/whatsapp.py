"""WhatsApp: Meta's Cloud API on the Graph.

API v26.0 (2026-07-29), shapes read 2026-11-22; developers.facebook.com/documentation/business-messaging/whatsapp (webhooks,
business-scoped-user-ids, error-codes, messaging-limits); terms: Meta Terms for WhatsApp Business Platform (2026-09-23).
It cannot edit or stream what it sent, cannot write first without an approved template, and knows no idempotency key: a send whose
answer was lost is recognised by `biz_opaque_callback_data`, which every status of the message carries back.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal
from urllib.parse import quote

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Malformed, Refused, SettingWrong
from wasl.domain.event import Event
from wasl.domain.limits import Limits, Pace
from wasl.domain.listing import ListedTemplate
from wasl.domain.message import Choice, Contact, Media, MediaRole, Part, Place, Reaction, Template, Text
from wasl.domain.person import Address, AddressKey
from wasl.ports.channel import Finding, HistoryPiece, TemplatePage
from wasl.wire import markup, meta, read, whatsapp_templates
from wasl.wire.call import Call, FormField, Reply
from wasl.wire.whatsapp_history import parted
from wasl.wire.whatsapp_webhook import address_of, events_of, sign_of

_MIB = 1 << 20
_DAY_SECONDS = 86_400.0
_CODES: Mapping[str, tuple[int, ...]] = {
    "slow": (4, 80007, 130429, 131056, 132069),
    "later": (1, 2, 131000, 131016, 131057, 133004),
    "hold": (368, 131031, 131048, 131064, 131042, 131044, 130497, 131037, 132015, 133016),
    "never": (
        33,
        100,
        130472,
        131005,
        131008,
        131009,
        131021,
        131030,
        131051,
        131052,
        131053,
        131062,
        131063,
        131061,
        132000,
        132001,
        132005,
        132007,
        132008,
        132012,
        132016,
        132068,
        135000,
        137000,
    ),
    "window": (131047,),
    "cooldown": (131049,),
    "optout": (131050,),
    "auth": (0, 3, 10, 190, 131045),
    "unreachable": (131026,),
}
ERRORS = meta.ErrorTable(
    classes={code: kind for kind, codes in _CODES.items() for code in codes},
    waits={130429: 1.0, 131056: 6.0, 80007: 3600.0, 4: 3600.0, 132069: 3600.0, 131049: _DAY_SECONDS},
    auth_range=(200, 299),
)
"""Error codes by what to do about them (error-codes page of 2026-05-15)."""

_WIRE_ROLE: Mapping[MediaRole, str] = {
    "photo": "image", "video": "video", "voice": "audio", "audio": "audio", "document": "document", "sticker": "sticker",
    "animation": "video",
}  # fmt: skip
_CAPTIONLESS: tuple[MediaRole, ...] = ("audio", "voice", "sticker")
_PHONE = re.compile(r"\+?[0-9]{5,20}\Z")
_encode = msgspec.json.Encoder().encode


class WhatsApp:
    """The channel of one business phone number."""

    kind: ClassVar[str] = "whatsapp"
    title: ClassVar[str] = "WhatsApp"
    history_mark: ClassVar[bytes] = b'"history"'
    history_format: ClassVar[str] = "whatsapp_history"
    limits: Limits = Limits(
        text_max=4096,
        caption_max=1024,
        media_bytes_max={
            "photo": 5 * _MIB, "video": 16 * _MIB, "voice": 16 * _MIB, "audio": 16 * _MIB, "document": 100 * _MIB, "sticker": 100 << 10,
        },
        media_types={
            "photo": ("image/jpeg", "image/png"),
            "video": ("video/mp4", "video/3gpp"),
            "voice": ("audio/ogg",),
            "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
            "sticker": ("image/webp",),
        },
        captionless=_CAPTIONLESS,
        buttons_max=3,
        button_title_max=20,
        list_rows_max=10,
        list_row_title_max=24,
        list_row_description_max=72,
        option_id_max=200,
        choice_text_max=1024,
        markup="asterisks",
        unknown_policy="resend",
        resolve_seconds=60.0,
        receipts_carry_tag=True,
        pace=Pace(seconds_per_message=1 / 80, burst=80),
        pair_pace=Pace(seconds_per_message=6.0, burst=45),
        typing_seconds=25.0,
        pictures_apart=True,
        ack_seconds=1.0,
        body_bytes_max=3 * _MIB,
    )  # fmt: skip

    class Settings(BaseModel):
        """[channels.whatsapp]: the number, the app that owns the webhook, and a token with messaging permission."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        phone_number_id: str = Field(pattern=r"^[0-9]{1,32}$", description="Id of the business phone number (not the number itself).")
        number: str | None = Field(
            None, pattern=r"^\+[0-9]{6,15}$", description="The number itself (+966…), for links that open a chat with it."
        )
        business_account_id: str | None = Field(None, pattern=r"^[0-9]{1,32}$", description="Id of the account, to list templates.")
        access_token: SecretStr = Field(min_length=1, description="Permanent token of a system user.")
        app_secret: SecretStr = Field(min_length=1, description="App secret; it proves that a webhook is genuine.")
        verify_token: SecretStr = Field(min_length=1, description="Any text of your own, written again where the webhook is registered.")
        api_version: str = Field("v26.0", pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$", description="Version of the Graph.")
        messages_per_second: int = Field(
            80, ge=1, le=100_000, description="What the number may do, in and out: 80, 1000 once upgraded, 20 beside the phone app."
        )
        base_url: str = Field("https://graph.facebook.com", pattern=r"^https?://[^\s?#]+$", description="The Graph, or a simulator.")

    def __init__(self, settings: Settings, *, name: str) -> None:
        self.name = name
        self._settings = settings
        rate = settings.messages_per_second
        self.limits = replace(type(self).limits, pace=Pace(seconds_per_message=1 / rate, burst=rate))
        self._root = f"{settings.base_url.rstrip('/')}/{settings.api_version}"
        self._app_secret = settings.app_secret.get_secret_value()
        self._bearer = {"authorization": f"Bearer {settings.access_token.get_secret_value()}"}
        self._json_headers = {**self._bearer, "content-type": "application/json"}

    def invitation(self, code: str, *, word: str) -> str | None:
        """Opens a chat with the number and the code written already (click to chat)."""
        number = self._settings.number
        return f"https://wa.me/{number.removeprefix('+')}?text={quote(word)}%20{code}" if number else None

    def verify(self, call: Call) -> Reply | None:
        """Answers the handshake; checks every other request's signature over its raw bytes."""
        shaken = meta.handshake(call, verify_token=self._settings.verify_token.get_secret_value())
        if shaken is None:
            meta.check_signature(call, app_secret=self._app_secret)
        return shaken

    def parse(self, call: Call) -> Sequence[Event]:
        """Reads every message, status and account change of a webhook."""
        envelope = read.json_object(call.body, what=self.title)
        return events_of(envelope, channel=self.name, scope=self._settings.phone_number_id, errors=ERRORS)

    def history(self, body: bytes) -> Sequence[HistoryPiece]:
        """Parts what a business that used the phone app shares of its earlier chats, by the person it is with."""
        try:
            envelope = read.json_object(body, what=self.title)
        except Malformed:
            return ()
        found = []
        for scope, person, piece in parted(envelope):
            key = address_of(self.name, scope or self._settings.phone_number_id, user_id=None, phone=person)
            if key is not None:
                found.append(HistoryPiece(key, piece))
        return found

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        """Sends each part as one message; media that we hold is uploaded first."""
        key = outgoing.address.key
        sent: list[str] = []
        note: dict[str, Any] = {}
        for at, part in enumerate(outgoing.parts):
            if isinstance(part, Media) and not part.native_id and not part.url:
                reply = yield self._upload(part, scope=key.scope)
                part = _held_as(part, reply)
            quoted = outgoing.reply_to if at == 0 and not isinstance(part, Reaction) else None
            reply = yield self._message(part, key=key, tag=outgoing.tag, reply_to=quoted)
            answer = next(read.children(_object(reply), "messages"), {})
            if (native_id := read.text(answer, "id")) is not None:
                sent.append(native_id)
            if (status := read.text(answer, "message_status")) not in (None, "accepted"):
                note["message_status"] = status
        if len(sent) > 1:
            note["ids"] = sent
        return Sent(native_id=sent[-1] if sent else None, note=note or None)

    def explain(self, reply: Reply) -> Failure | None:
        """Names the failure by the Graph's error code, else by the HTTP status."""
        if 200 <= reply.status < 300 and b'"error"' not in reply.body[:4096]:
            return None
        error = meta.error_of(reply)
        if error is not None:
            return ERRORS.failure(error, status=reply.status, retry_after=meta.retry_after_seconds(reply))
        return None if 200 <= reply.status < 300 else meta.by_status(reply.status, retry_after=meta.retry_after_seconds(reply))

    def sign(self, kind: str) -> Literal["grave", "notice"] | None:
        """Weighs what the platform says about the account, and what it refuses."""
        return sign_of(kind, errors=ERRORS)

    def typing(self, address: Address, *, answering: str | None) -> Call:
        """Marks the message as read and shows the typing mark, in one call, for up to 25 s or until the answer comes.

        Raises Refused when nothing is being answered: the platform hangs the mark on a message.
        """
        if not answering:
            raise Refused("WhatsApp shows its typing mark only beside a message that is being answered", address=address.key.handle)
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": answering, "typing_indicator": {"type": "text"}}
        return self._post(f"{address.key.scope}/messages", body, repeatable=True)

    def fetch(self, media: Media) -> Generator[Call, Reply, bytes]:
        """Downloads from the address in the webhook; where that has gone stale, asks by the media's id for a fresh one.

        Addresses live 5 minutes, ids of what a person sent 7 days. Raises Refused when the media carries neither.
        """
        if media.url:
            reply = yield self._download(media.url)
            if 200 <= reply.status < 300 or not media.native_id:
                return reply.body
        if not media.native_id:
            raise Refused("the media carries neither an address nor an id, so it cannot be fetched", role=media.role)
        reply = yield Call(method="GET", url=f"{self._root}/{media.native_id}", headers=self._bearer, safe_to_repeat=True)
        url = read.text(_object(reply), "url")
        if not url:
            raise Refused(f"the platform names no address for media {media.native_id!r}; it may have expired", media=media.native_id)
        reply = yield self._download(url)
        return reply.body

    def lists_templates(self) -> bool:
        """Templates belong to the account: its id must be set."""
        return self._settings.business_account_id is not None

    def templates(self, after: str | None = None) -> Call:
        """Asks for the account's templates. Raises SettingWrong when the account's id is not set."""
        account = self._settings.business_account_id
        if not account:
            raise SettingWrong(f"channels.{self.name}.business_account_id is missing; templates belong to the account, so add its id")
        url = f"{self._root}/{account}/message_templates?fields=name,language,status,category,components&limit=200"
        url += f"&after={quote(after, safe='')}" if after else ""
        return Call(method="GET", url=url, headers=self._bearer, safe_to_repeat=True)

    def listed(self, reply: Reply) -> TemplatePage:
        """Reads a page of the list."""
        page = _object(reply)
        return TemplatePage(templates=whatsapp_templates.listed(page), after=whatsapp_templates.after(page))

    def template_news(self, kind: str, detail: Mapping[str, Any]) -> ListedTemplate | None:
        """Reads a status update of a template."""
        return whatsapp_templates.news(kind, detail)

    def refusal_of(self, code: int) -> str | None:
        """Knows the codes that tell of a template."""
        return whatsapp_templates.REFUSALS.get(code)

    def check(self) -> Generator[Call, Reply, Sequence[Finding]]:
        """Asks for the number's own record: proves token, number and version at once and changes nothing."""
        number = self._settings.phone_number_id
        url = f"{self._root}/{number}?fields=id,display_phone_number,verified_name,quality_rating"
        reply = yield Call(method="GET", url=url, headers=self._bearer, safe_to_repeat=True)
        failure = self.explain(reply)
        if failure is not None:
            return [Finding(good=False, what=f"{self.title}: {failure.message}", do="Check phone_number_id, access_token and api_version.")]
        record = _object(reply)
        shown = " ".join(w for w in (read.text(record, "display_phone_number"), read.text(record, "verified_name")) if w)
        return [Finding(good=True, what=f"{self.title}: the token may use number {number} {shown}".rstrip())]

    def _message(self, part: Part, *, key: AddressKey, tag: str, reply_to: str | None) -> Call:
        kind, value = _wire_part(part)
        body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "group" if key.kind == "group" else "individual"}
        body["recipient" if key.kind == "business-scoped id" else "to"] = key.handle
        body["type"] = kind
        body[kind] = value
        if reply_to:
            body["context"] = {"message_id": reply_to}
        body["biz_opaque_callback_data"] = tag
        return self._post(f"{key.scope}/messages", body)

    def _post(self, path: str, body: Mapping[str, Any], *, repeatable: bool = False) -> Call:
        return Call(method="POST", url=f"{self._root}/{path}", headers=self._json_headers, body=_encode(body), safe_to_repeat=repeatable)

    def _upload(self, part: Media, *, scope: str) -> Call:
        if not part.sha256:
            raise Refused(f"the {part.role} has no bytes, no address and no id, so it cannot be sent", role=part.role)
        form = (
            FormField(name="messaging_product", value="whatsapp"),
            FormField(name="type", value=part.media_type),
            FormField(name="file", sha256=part.sha256, file_name=part.name or part.role, media_type=part.media_type),
        )
        return Call(method="POST", url=f"{self._root}/{scope}/media", headers=self._bearer, form=form, timeout_seconds=120.0)

    def _download(self, url: str) -> Call:
        return Call(method="GET", url=url, headers=self._bearer, body_bytes_max=100 * _MIB + 1, timeout_seconds=60.0, safe_to_repeat=True)


def _object(reply: Reply) -> dict[str, Any]:
    return read.json_object(reply.body, what="WhatsApp's answer")


def _held_as(part: Media, reply: Reply) -> Media:
    native_id = read.text(_object(reply), "id")
    if not native_id:
        raise Refused("the platform took the upload and gave no id for it; try again, or send a link instead", role=part.role)
    return Media(role=part.role, media_type=part.media_type, name=part.name, caption=part.caption, native_id=native_id)


def _wire_part(part: Part) -> tuple[str, dict[str, Any]]:
    """Gives the wire's type and object of one part. Raises Refused for what the platform cannot carry."""
    match part:
        case Text():
            body = markup.asterisks(part.text) if part.format == "markdown" else part.text
            return "text", {"body": body, "preview_url": "://" in body}
        case Media():
            return _wire_media(part)
        case Choice() if part.options:
            return "interactive", _wire_choice(part)
        case Template():
            parameters = [{"type": "text", "text": value} for value in part.values]
            components = [{"type": "body", "parameters": parameters}] if parameters else []
            value: dict[str, Any] = {"name": part.name, "language": {"code": part.language}}
            return "template", {**value, "components": components} if components else value
        case Reaction():
            return "reaction", {"message_id": part.target, "emoji": part.emoji or ""}
        case Place():
            named = {k: v for k, v in (("name", part.name), ("address", part.address)) if v}
            return "location", {"latitude": part.latitude, "longitude": part.longitude, **named}
        case Contact():
            phones = [{"phone": phone} for phone in part.phones]
            emails = [{"email": email} for email in part.emails]
            org = {"company": part.company} if part.company else {}
            card = {"name": {"formatted_name": part.name, "first_name": part.name}, "phones": phones, "emails": emails, "org": org}
            return "contacts", [{k: v for k, v in card.items() if v}]  # type: ignore[return-value]  # the wire wants a list here
        case _:
            raise Refused(f"WhatsApp cannot carry a part of type {part.type!r}; send it as text", part=part.type)


def _wire_media(part: Media) -> tuple[str, dict[str, Any]]:
    kind = _WIRE_ROLE[part.role]
    value: dict[str, Any] = {"id": part.native_id} if part.native_id else {"link": part.url}
    if part.caption and part.role not in _CAPTIONLESS:
        value["caption"] = part.caption
    if kind == "document" and part.name:
        value["filename"] = part.name
    return kind, value


def _wire_choice(part: Choice) -> dict[str, Any]:
    """Writes buttons where they fit and nothing is lost by it, else a list."""
    limits = WhatsApp.limits
    body = {"text": part.text}
    plain = all(not o.description and len(o.title) <= limits.button_title_max for o in part.options)
    if plain and len(part.options) <= limits.buttons_max:
        buttons = [{"type": "reply", "reply": {"id": o.id, "title": o.title}} for o in part.options]
        return {"type": "button", "body": body, "action": {"buttons": buttons}}
    rows = [{"id": o.id, "title": o.title, **({"description": o.description} if o.description else {})} for o in part.options]
    return {"type": "list", "body": body, "action": {"button": (part.opener or "☰")[:20], "sections": [{"rows": rows}]}}
