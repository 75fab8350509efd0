"""Telegram: the Bot API, by webhook or by long polling.

Bot API 10.3 (2026-08-24), read 2026-11-22 at core.telegram.org/bots/api; terms: telegram.org/tos/bot-developers.
A bot cannot write first, tells no receipts, and knows no idempotency key: a send whose answer was lost stays unclear and is sent
again. An own Bot API server, or a simulator, is reached through `base_url`.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any, ClassVar, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Gone, Held, Malformed, Refused, Throttled, Unauthorised, Unavailable, Unclear
from wasl.domain.event import Event
from wasl.domain.limits import Limits, Pace
from wasl.domain.message import Choice, Contact, Media, MediaRole, Part, Place, Reaction, Text
from wasl.domain.person import Address
from wasl.ports.channel import Finding, Polled
from wasl.wire import markup, read
from wasl.wire.call import Call, FormField, Reply
from wasl.wire.signature import check_shared_secret, hmac_sha256_hex
from wasl.wire.telegram_update import CALLBACK, Bot, events_of

_MIB = 1 << 20
_POLL_SECONDS = 25
_UPDATES_PER_POLL = 100
_WANTED = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
"""What is asked for; reactions are off unless named."""
_METHODS: Mapping[MediaRole, tuple[str, str]] = {
    "photo": ("sendPhoto", "photo"),
    "video": ("sendVideo", "video"),
    "voice": ("sendVoice", "voice"),
    "audio": ("sendAudio", "audio"),
    "document": ("sendDocument", "document"),
    "animation": ("sendAnimation", "animation"),
    "sticker": ("sendSticker", "sticker"),
}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Telegram:
    """The channel of one bot."""

    kind: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram"
    limits: Limits = Limits(
        text_max=4096,
        text_unit="utf-16 units",  # the page says characters; counting the wider unit keeps within both readings
        caption_max=1024,
        media_bytes_max={
            "photo": 10 * _MIB, "video": 50 * _MIB, "voice": 50 * _MIB, "audio": 50 * _MIB, "document": 50 * _MIB,
            "animation": 50 * _MIB, "sticker": 512 << 10,
        },
        media_types={"voice": ("audio/ogg", "audio/mpeg", "audio/mp4"), "photo": ("image/jpeg", "image/png", "image/webp")},
        captionless=("sticker",),
        buttons_max=30,
        button_title_max=60,
        option_id_max=64,
        choice_text_max=4096,
        markup="html",
        unknown_policy="resend",
        # burst and pace together stay under 30 in a second, 1 in a second per chat, 20 in a minute per group
        pace=Pace(seconds_per_message=1 / 25, burst=5),
        pair_pace=Pace(seconds_per_message=1.0),
        group_pace=Pace(seconds_per_message=4.0, burst=4),
        typing_seconds=5.0,
        ack_seconds=10.0,
        body_bytes_max=1 * _MIB,
    )  # fmt: skip

    class Settings(BaseModel):
        """[channels.telegram]: the token that @BotFather gave; polling needs nothing else."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        token: SecretStr = Field(description="The bot's token.")
        mode: Literal["polling", "webhook"] = Field("polling", description="polling needs no public address; webhook is quicker.")
        username: str | None = Field(None, pattern=r"^@?[A-Za-z0-9_]{3,64}$", description="The bot's name; to know mentions in groups.")
        webhook_secret: SecretStr | None = Field(
            None, description="Proves that a webhook is genuine (letters, digits, _ and -); made from the token when left out."
        )
        max_connections: int = Field(40, ge=1, le=100, description="Requests that the platform may make at once.")
        base_url: str = Field("https://api.telegram.org", pattern=r"^https?://[^\s?#]+$", description="The Bot API server.")

    def __init__(self, settings: Settings, *, name: str) -> None:
        self.name = name
        self._settings = settings
        token = settings.token.get_secret_value()
        base = settings.base_url.rstrip("/")
        self._root = f"{base}/bot{token}"
        self._files = f"{base}/file/bot{token}"
        self._shown = f"{base}/bot…"
        own = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        self._secret = own or hmac_sha256_hex(secret=token.encode(), body=b"webhook secret of this bot")
        self._bot = Bot(channel=name, id=token.partition(":")[0], username=settings.username)

    def verify(self, call: Call) -> Reply | None:
        """Compares the secret header with the one that was registered."""
        check_shared_secret(
            expected=self._secret, given=call.headers.get("x-telegram-bot-api-secret-token"), header="X-Telegram-Bot-Api-Secret-Token"
        )
        return None

    def parse(self, call: Call) -> Sequence[Event]:
        """Reads one update."""
        return list(events_of(read.json_object(call.body, what=self.title), self._bot))

    def invitation(self, code: str, *, word: str) -> str | None:
        """Opens the bot with the code as its start parameter (at most 64 letters, digits, _ and -)."""
        username = self._settings.username
        return f"https://t.me/{username.removeprefix('@')}?start={code}" if username else None

    def listens(self) -> bool:
        """Says whether the settings ask for polling."""
        return self._settings.mode == "polling"

    def poll(self, cursor: str | None) -> Call:
        """Asks for updates from `cursor` on, held open for 25 s; asking confirms everything before it."""
        body: dict[str, Any] = {"timeout": _POLL_SECONDS, "limit": _UPDATES_PER_POLL, "allowed_updates": _WANTED}
        if cursor is not None:
            body["offset"] = int(cursor)
        return self._call("getUpdates", body, repeatable=True, timeout_seconds=_POLL_SECONDS + 10.0)

    def polled(self, reply: Reply, cursor: str | None) -> Polled:
        """Reads the updates of one poll. Raises Malformed when the answer is not one."""
        answer = read.json_object(reply.body, what=f"{self.title} (getUpdates)")
        if not isinstance(answer.get("result"), list):
            raise Malformed(f"{self.title}: the answer to getUpdates holds no list of updates")
        events: list[Event] = []
        following = int(cursor) if cursor is not None else 0
        for update in read.children(answer, "result"):
            update_id = read.whole(update, "update_id")
            if update_id is not None:
                events += events_of(update, self._bot)
                following = max(following, update_id + 1)
        return Polled(events=events, cursor=str(following), raw=reply.body)

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        """Sends each part as one message; follows a group that became a supergroup to its new id."""
        chat: int | str = _chat_id(outgoing.address)
        sent: list[str] = []
        note: dict[str, Any] = {}
        for at, part in enumerate(outgoing.parts):
            quoted = outgoing.reply_to if at == 0 else None
            reply = yield self._message(part, chat=chat, reply_to=quoted)
            moved = read.whole(read.child(_object(reply), "parameters"), "migrate_to_chat_id")
            if moved is not None and not 200 <= reply.status < 300:
                chat, note["migrated_to"] = moved, str(moved)
                reply = yield self._message(part, chat=chat, reply_to=None)
            native_id = read.whole(read.child(_object(reply), "result"), "message_id")
            if native_id is not None:
                sent.append(str(native_id))
        if len(sent) > 1:
            note["ids"] = sent
        return Sent(native_id=sent[-1] if sent else None, note=note or None)

    def explain(self, reply: Reply) -> Failure | None:
        """Names the failure by error_code and parameters.

        A group that moved is none: `send` follows it. Nor is an edit that changes nothing.
        """
        if 200 <= reply.status < 300 and b'"ok":false' not in reply.body[:64].replace(b" ", b""):
            return None
        answer = _object(reply)
        status = read.whole(answer, "error_code") or reply.status
        said = read.text(answer, "description") or f"HTTP status {reply.status}"
        parameters = read.child(answer, "parameters")
        if read.whole(parameters, "migrate_to_chat_id") is not None or "message is not modified" in said:
            return None
        wait = read.number(parameters, "retry_after")
        return _failure(status, f"{self.title} says {status}: {said}", wait=None if wait is None or wait < 0 else wait)

    def typing(self, address: Address, *, answering: str | None) -> Call:
        """Shows the typing mark for 5 s."""
        return self._call("sendChatAction", {"chat_id": _chat_id(address), "action": "typing"}, repeatable=True)

    def acknowledge(self, native_id: str) -> Call | None:
        """Ends the waiting mark of a pressed button (answerCallbackQuery), which otherwise turns until it gives up."""
        head, _, rest = native_id.partition(":")
        if head != CALLBACK:
            return None
        return self._call("answerCallbackQuery", {"callback_query_id": rest.rpartition(":")[0]}, repeatable=True)

    def drafts_to(self, address: Address) -> bool:
        """Says that drafts are shown in private chats only."""
        return address.key.kind != "group"

    def draft(self, address: Address, *, draft_id: int, text: str) -> Call:
        """Shows a draft for 30 s; of a text that is too long, its end. An empty text shows that the assistant thinks."""
        room = self.limits.text_max
        cut = text if len(text) <= room // 2 else _tail(text, room)
        body = {"chat_id": _chat_id(address), "draft_id": draft_id or 1, "text": markup.html(cut), "parse_mode": "HTML"}
        return self._call("sendMessageDraft", body, repeatable=True)

    def edit(self, address: Address, *, native_id: str, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        """Replaces a sent text by the first text of `outgoing`. Raises Refused when there is none."""
        part = next((p for p in outgoing.parts if isinstance(p, Text)), None)
        if part is None or not native_id.isdigit():
            raise Refused("only a sent text can be replaced by a text", native_id=native_id)
        body = {"chat_id": _chat_id(address), "message_id": int(native_id), "text": _html(part), "parse_mode": "HTML"}
        yield self._call("editMessageText", body, repeatable=True)
        return Sent(native_id=native_id)

    def fetch(self, media: Media) -> Generator[Call, Reply, bytes]:
        """Asks where the file lies and downloads it; the public server gives files up to 20 MB. Raises Refused without an id."""
        if not media.native_id:
            raise Refused("the media carries no file id, so it cannot be fetched", role=media.role)
        reply = yield self._call("getFile", {"file_id": media.native_id}, repeatable=True)
        path = read.text(read.child(_object(reply), "result"), "file_path")
        if path is None:
            raise Refused("the platform names no path for the file; it may be larger than 20 MB or expired", file=media.native_id)
        shown = f"{self._shown}/file"
        reply = yield Call(method="GET", url=f"{self._files}/{path}", body_bytes_max=50 * _MIB, label=shown, safe_to_repeat=True)
        return reply.body

    def check(self) -> Generator[Call, Reply, Sequence[Finding]]:
        """Asks who the bot is, then whether a webhook is set that would clash with polling. Remembers the bot's name."""
        reply = yield self._call("getMe", {}, repeatable=True)
        failure = self.explain(reply)
        if failure is not None:
            return [Finding(good=False, what=failure.message, do="Copy the token again from @BotFather, and check base_url.")]
        me = read.child(_object(reply), "result")
        username = read.text(me, "username")
        self._bot = Bot(channel=self.name, id=self._bot.id, username=self._settings.username or username)
        findings = [Finding(good=True, what=f"{self.title}: the token belongs to @{username or me.get('id')}")]
        reply = yield self._call("getWebhookInfo", {}, repeatable=True)
        url = read.text(read.child(_object(reply), "result"), "url")
        if self.listens() and url:
            do = 'Remove it (deleteWebhook), or set mode = "webhook": the platform allows one of the two.'
            findings.append(Finding(good=False, what=f"{self.title}: polling is set, and a webhook is registered too", do=do))
        elif not self.listens() and not url:
            do = "Start Wasl with server.public_url set; it registers the webhook."
            findings.append(Finding(good=False, what=f"{self.title}: no webhook is registered", do=do))
        return findings

    def subscribe(self, hook_url: str) -> Generator[Call, Reply, Sequence[Finding]]:
        """Registers the hook with its secret and the kinds of updates that are read."""
        body = {
            "url": hook_url,
            "secret_token": self._secret,
            "allowed_updates": _WANTED,
            "max_connections": self._settings.max_connections,
        }
        reply = yield self._call("setWebhook", body, repeatable=True)
        failure = self.explain(reply)
        if failure is not None:
            do = "The address must be https on port 443, 80, 88 or 8443, with a certificate that is trusted."
            return [Finding(good=False, what=failure.message, do=do)]
        return [Finding(good=True, what=f"{self.title}: updates come to {hook_url}")]

    def _call(self, method: str, body: Mapping[str, Any], *, repeatable: bool = False, timeout_seconds: float | None = None) -> Call:
        return Call(
            method="POST",
            url=f"{self._root}/{method}",
            headers={"content-type": "application/json"},
            body=_encode(body),
            label=f"{self._shown}/{method}",
            timeout_seconds=timeout_seconds,
            safe_to_repeat=repeatable,
        )

    def _message(self, part: Part, *, chat: int | str, reply_to: str | None) -> Call:
        body: dict[str, Any] = {"chat_id": chat}
        quoted = (reply_to or "").rpartition(":")[2]
        if quoted.isdigit() and not isinstance(part, Reaction):
            body["reply_parameters"] = {"message_id": int(quoted), "allow_sending_without_reply": True}
        match part:
            case Text():
                return self._call("sendMessage", {**body, "text": _html(part), "parse_mode": "HTML"})
            case Choice() if part.options:
                keyboard = [[{"text": o.title, "callback_data": o.id}] for o in part.options]
                return self._call("sendMessage", {**body, "text": part.text, "reply_markup": {"inline_keyboard": keyboard}})
            case Media():
                return self._media(part, body)
            case Place() if part.name and part.address:
                point = {"latitude": part.latitude, "longitude": part.longitude, "title": part.name, "address": part.address}
                return self._call("sendVenue", {**body, **point})
            case Place():
                return self._call("sendLocation", {**body, "latitude": part.latitude, "longitude": part.longitude})
            case Contact() if part.phones:
                return self._call("sendContact", {**body, "phone_number": part.phones[0], "first_name": part.name or part.phones[0]})
            case Reaction():
                target = int(part.target) if part.target.isdigit() else 0
                reaction = [{"type": "emoji", "emoji": part.emoji}] if part.emoji else []
                return self._call("setMessageReaction", {**body, "message_id": target, "reaction": reaction}, repeatable=True)
            case _:
                raise Refused(f"Telegram cannot carry a part of type {part.type!r}; send it as text", part=part.type)

    def _media(self, part: Media, body: dict[str, Any]) -> Call:
        method, name = _METHODS[part.role]
        if part.caption and part.role not in self.limits.captionless:
            body["caption"] = part.caption
        if part.native_id or part.url:
            return self._call(method, {**body, name: part.native_id or part.url})
        if not part.sha256:
            raise Refused(f"the {part.role} has no bytes, no address and no id, so it cannot be sent", role=part.role)
        fields = [FormField(name=k, value=v if isinstance(v, str) else _encode(v).decode()) for k, v in body.items()]
        file = FormField(name=name, sha256=part.sha256, file_name=part.name or part.role, media_type=part.media_type)
        return Call(
            method="POST", url=f"{self._root}/{method}", form=(*fields, file), label=f"{self._shown}/{method}", timeout_seconds=120.0
        )


def _failure(status: int, said: str, *, wait: float | None) -> Failure:
    match status:
        case 429:
            return Throttled(said, seconds=wait, code=status)
        case 401:
            return Unauthorised(f"{said}. Copy the token again from @BotFather.", code=status)
        case 403:
            return Gone(said, code=status)
        case 409:
            return Held(
                f"{said}. A webhook and polling cannot be used at once, nor two pollers: remove the webhook (deleteWebhook), "
                'set mode = "webhook", or stop the other process.',
                code=status,
                **{"class": "conflict"},
            )
        case 502 | 504:
            return Unclear(said, seconds=wait, code=status)
        case _ if status >= 500:
            return Unavailable(said, seconds=wait, code=status)
        case _:
            return Refused(said, code=status)


def _object(reply: Reply) -> dict[str, Any]:
    """Reads an answer tolerantly: what is no JSON object is an empty one."""
    try:
        value = _decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_CHAT = re.compile(r"-?[0-9]{1,19}\Z")


def _chat_id(address: Address) -> int | str:
    handle = address.key.handle
    return int(handle) if _CHAT.match(handle) else handle


def _html(part: Text) -> str:
    return markup.html(part.text) if part.format == "markdown" else markup.escaped(part.text)


def _tail(text: str, room: int) -> str:
    """Gives the end of a growing text, from the beginning of a line."""
    end = text[-(room // 2) :]
    return end.partition("\n")[2] or end
