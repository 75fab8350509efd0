"""What a bot can do in a chat: send, edit, draft, react, answer a button, fetch a file (Bot API 10.3, 2026-08-24)."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

from wasl.testing.simulators.simulator import Bucket
from wasl.testing.simulators.telegram_html import CannotParse, parsed
from wasl.testing.simulators.telegram_params import BotError, Params
from wasl.testing.simulators.telegram_people import TelegramChat, TelegramReceived
from wasl.testing.simulators.telegram_speech import HeldFile, TelegramSpeech

TEXT_MAX = 4096
CAPTION_MAX = 1024
PHOTO_BYTES_MAX = 10 << 20
FILE_BYTES_MAX = 50 << 20
DOWNLOAD_BYTES_MAX = 20 << 20
CALLBACK_DATA_BYTES_MAX = 64
CALLBACK_TEXT_MAX = 200
ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip
FILE_KINDS = ("photo", "document", "video", "audio", "voice", "animation", "sticker", "video_note")


class TelegramSending(TelegramSpeech):
    """The methods that act on chats."""

    pace: Bucket

    def sending_methods(self) -> dict[str, Callable[[Params], Awaitable[object]]]:
        """Names the methods, in lower case."""
        methods: dict[str, Callable[[Params], Awaitable[object]]] = {
            "sendmessage": self._send_message,
            "sendlocation": self._send_location,
            "sendcontact": self._send_contact,
            "sendchataction": self._send_action,
            "sendmessagedraft": self._send_draft,
            "editmessagetext": self._edit_text,
            "editmessagereplymarkup": self._edit_markup,
            "deletemessage": self._delete,
            "setmessagereaction": self._react,
            "answercallbackquery": self._answer_query,
            "getfile": self._get_file,
            "getchat": self._get_chat,
        }
        for kind in FILE_KINDS:
            methods[f"send{kind.replace('_', '')}"] = self._sends_file(kind)
        return methods

    # -- sending ------------------------------------------------------------------------------------------------------
    async def _send_message(self, params: Params) -> dict[str, Any]:
        chat = self._chat(params)
        text, entities = self._text(params, "text")
        if not text.strip():
            raise BotError(400, "Bad Request: message text is empty")
        if len(text) > TEXT_MAX:
            raise BotError(400, "Bad Request: message is too long")
        return self._put(chat, params, "sendMessage", {"text": text, **_if(entities=entities)})

    async def _send_location(self, params: Params) -> dict[str, Any]:
        place = {"latitude": params.number("latitude"), "longitude": params.number("longitude")}
        if not (-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180):
            raise BotError(400, "Bad Request: wrong location")
        return self._put(self._chat(params), params, "sendLocation", {"location": place})

    async def _send_contact(self, params: Params) -> dict[str, Any]:
        name, phone = params.text("first_name"), params.text("phone_number")
        if not name or not phone:
            raise BotError(400, "Bad Request: contact must have a phone number and a first name")
        return self._put(self._chat(params), params, "sendContact", {"contact": {"first_name": name, "phone_number": phone}})

    def _sends_file(self, kind: str) -> Callable[[Params], Awaitable[object]]:
        async def send(params: Params) -> dict[str, Any]:
            chat = self._chat(params)
            held = self._file(params, kind)
            caption, entities = self._text(params, "caption")
            if len(caption) > CAPTION_MAX:
                raise BotError(400, "Bad Request: message caption is too long")
            shown: Any = held.as_json(mime_type=held.media_type, file_name=held.name)
            content = {kind: [shown] if kind == "photo" else shown, **_if(caption=caption, caption_entities=entities)}
            return self._put(chat, params, f"send{kind.title().replace('_', '')}", content)

        return send

    async def _send_action(self, params: Params) -> bool:
        chat = self._chat(params)
        action = params.text("action")
        if action not in ACTIONS:
            raise BotError(400, "Bad Request: wrong parameter action in request")
        chat.actions.append(action)
        self.feed.tell("typing", phone=chat.id, seconds=5)
        return True

    async def _send_draft(self, params: Params) -> bool:
        chat = self._chat(params)
        if chat.type != "private":
            raise BotError(400, "Bad Request: drafts can be sent to private chats only")
        draft_id = params.whole("draft_id")
        if draft_id == 0:
            raise BotError(400, "Bad Request: draft_id must be non-zero")
        text, _ = self._text(params, "text")
        if len(text) > TEXT_MAX:
            raise BotError(400, "Bad Request: message is too long")
        chat.drafts.append((draft_id, text))
        self.feed.tell("draft", phone=chat.id, draft_id=draft_id, text=text)
        return True

    # -- changing -----------------------------------------------------------------------------------------------------
    async def _edit_text(self, params: Params) -> dict[str, Any]:
        chat = self._chat(params)
        message = self._own_message(chat, params)
        text, entities = self._text(params, "text")
        if not text.strip():
            raise BotError(400, "Bad Request: message text is empty")
        if len(text) > TEXT_MAX:
            raise BotError(400, "Bad Request: MESSAGE_TOO_LONG")
        markup = _markup(params)
        if (text, entities, markup) == (message.get("text"), message.get("entities", []), message.get("reply_markup")):
            raise BotError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message",
            )
        self._pace(chat)
        kept = {name: value for name, value in message.items() if name not in ("text", "entities", "reply_markup")}
        changed = {**kept, "text": text, "edit_date": self._now(), **_if(entities=entities, reply_markup=markup)}
        return self._change(chat, changed)

    async def _edit_markup(self, params: Params) -> dict[str, Any]:
        chat = self._chat(params)
        message = self._own_message(chat, params)
        kept = {name: value for name, value in message.items() if name != "reply_markup"}
        return self._change(chat, {**kept, "edit_date": self._now(), **_if(reply_markup=_markup(params))})

    async def _delete(self, params: Params) -> bool:
        chat = self._chat(params)
        if chat.messages.pop(params.whole("message_id"), None) is None:
            raise BotError(400, "Bad Request: message to delete not found")
        self.feed.tell("deleted", phone=chat.id, id=params.whole("message_id"))
        return True

    async def _react(self, params: Params) -> bool:
        chat = self._chat(params)
        message_id = params.whole("message_id")
        if message_id not in chat.messages:
            raise BotError(400, "Bad Request: message to react not found")
        self.feed.tell("reaction", phone=chat.id, id=message_id, reaction=params.structure("reaction"))
        return True

    async def _answer_query(self, params: Params) -> bool:
        query_id = params.text("callback_query_id")
        if len(params.text("text")) > CALLBACK_TEXT_MAX:
            raise BotError(400, "Bad Request: MESSAGE_TOO_LONG")
        if self.queries.get(query_id) is not False:
            raise BotError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.queries[query_id] = True
        return True

    async def _get_file(self, params: Params) -> dict[str, Any]:
        held = self.files.get(params.text("file_id"))
        if held is None:
            raise BotError(400, "Bad Request: invalid file_id")
        if len(held.data) > DOWNLOAD_BYTES_MAX:
            raise BotError(400, "Bad Request: file is too big")
        return held.as_json(file_path=held.path)

    async def _get_chat(self, params: Params) -> dict[str, Any]:
        return self._chat(params).as_json()

    # -- ground -----------------------------------------------------------------------------------------------------
    def _chat(self, params: Params) -> TelegramChat:
        if not params.text("chat_id"):
            raise BotError(400, "Bad Request: chat_id is empty")
        try:
            chat = self.chats.find(params.whole("chat_id"))
        except BotError:
            chat = None
        if chat is None:
            raise BotError(400, "Bad Request: chat not found")
        if chat.barred:
            raise BotError(403, chat.barred)
        return chat

    def _text(self, params: Params, name: str) -> tuple[str, list[dict[str, Any]]]:
        text, mode = params.text(name), params.text("parse_mode")
        if not mode:
            given = params.structure("entities" if name == "text" else "caption_entities")
            return text.strip(), given if isinstance(given, list) else []
        if mode.lower() != "html":
            raise BotError(400, f"Bad Request: this simulator does not read parse mode {mode}; use HTML or none")
        try:
            plain, entities = parsed(text)
        except CannotParse as error:
            raise BotError(400, f"Bad Request: can't parse entities: {error}") from error
        return plain, entities

    def _pace(self, chat: TelegramChat) -> None:
        now = self.clock.monotonic()
        for bucket in (self.pace, chat.pace):
            if not bucket.take(now):
                seconds = max(1, math.ceil(bucket.wait_seconds()))
                raise BotError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def _put(self, chat: TelegramChat, params: Params, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        reply = params.mapping("reply_parameters")
        target = reply.get("message_id") or params.whole("reply_to_message_id") or None
        replied = chat.messages.get(target) if isinstance(target, int) else None
        if (
            target is not None
            and replied is None
            and not (reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"))
        ):
            raise BotError(400, "Bad Request: message to be replied not found")
        markup = _markup(params)
        self._pace(chat)
        message: dict[str, Any] = {
            "message_id": chat.next_id(), "from": self.account.user(), "chat": chat.as_json(), "date": self._now(), **content,
            **_if(reply_markup=markup),
        }  # fmt: skip
        if replied is not None:
            message["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        at_ms = self.clock.now_ms()
        chat.messages[message["message_id"]] = message
        chat.received.append(TelegramReceived(id=message["message_id"], kind=kind, message=message, at_ms=at_ms))
        self.feed.tell("received", phone=chat.id, id=message["message_id"], message=message, at_ms=at_ms)
        return message

    def _own_message(self, chat: TelegramChat, params: Params) -> dict[str, Any]:
        message = chat.messages.get(params.whole("message_id"))
        if message is None:
            raise BotError(400, "Bad Request: message to edit not found")
        if message["from"]["id"] != self.account.id:
            raise BotError(400, "Bad Request: message can't be edited")
        return message

    def _change(self, chat: TelegramChat, message: dict[str, Any]) -> dict[str, Any]:
        chat.messages[message["message_id"]] = message
        chat.edits.append((message["message_id"], str(message.get("text", ""))))
        self.feed.tell("edited", phone=chat.id, id=message["message_id"], message=message)
        return message

    def _file(self, params: Params, kind: str) -> HeldFile:
        upload = params.files.get(params.text(kind).removeprefix("attach://") or kind) or params.files.get(kind)
        if upload is not None:
            if len(upload.data) > (PHOTO_BYTES_MAX if kind == "photo" else FILE_BYTES_MAX):
                raise BotError(413, "Request Entity Too Large")
            if not upload.data:
                raise BotError(400, "Bad Request: file must be non-empty")
            return self.hold(upload.data, media_type=upload.media_type, name=upload.name or "file", folder=f"{kind}s")
        given = params.text(kind)
        if given in self.files:
            return self.files[given]
        if given.startswith(("http://", "https://")):
            return self.hold(given.encode(), media_type="text/uri-list", name=given.rpartition("/")[2] or "file", folder=f"{kind}s")
        if not given:
            raise BotError(400, f"Bad Request: there is no {kind} in the request")
        raise BotError(400, "Bad Request: wrong file identifier/HTTP URL specified")


def _if(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _markup(params: Params) -> dict[str, Any] | None:
    markup = params.mapping("reply_markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup or None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise BotError(400, 'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not isinstance(button.get("text"), str):
            raise BotError(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be of type String')
        if not button["text"].strip():
            raise BotError(400, "Bad Request: BUTTON_TEXT_EMPTY")
        data = button.get("callback_data")
        if data is None and not any(name in button for name in ("url", "web_app", "login_url", "copy_text", "switch_inline_query")):
            raise BotError(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if data is not None and (not isinstance(data, str) or not 1 <= len(data.encode("utf-8", "replace")) <= CALLBACK_DATA_BYTES_MAX):
            raise BotError(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"inline_keyboard": rows}
