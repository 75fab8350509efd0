"""What people do on Telegram: every kind of update that the Bot API tells of, and the two ways it tells (Bot API 10.3)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from wasl.ports.clock import Clock
from wasl.testing.simulators import samples
from wasl.testing.simulators.faults import Faults
from wasl.testing.simulators.hooks import Hooks
from wasl.testing.simulators.simulator import Simulator
from wasl.testing.simulators.telegram_people import Chats, TelegramAccount, TelegramChat, TelegramPerson, marked

UPDATES_KEPT_MS = 86_400_000
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file that the platform holds."""

    id: str
    data: bytes
    path: str
    media_type: str
    name: str

    def as_json(self, **more: Any) -> dict[str, Any]:
        """Writes what all kinds of files share."""
        return {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.data), **more}


class TelegramSpeech(Simulator):
    """The side of the simulator that speaks to Wasl. The methods for messages give the message's id in its chat."""

    account: TelegramAccount
    hooks: Hooks
    chats: Chats

    def __init__(self, *, faults: Faults, clock: Clock | None) -> None:
        super().__init__(faults=faults, clock=clock)
        self.files: dict[str, HeldFile] = {}
        self.pending: dict[int, tuple[int, dict[str, Any]]] = {}
        self.allowed: frozenset[str] | None = None
        self.queries: dict[str, bool] = {}
        self._update_id = 100_000_000
        self._count = 0
        self._news = asyncio.Event()

    # -- what a person sends ------------------------------------------------------------------------------------------
    def say(self, chat: TelegramChat, text: str, *, by: TelegramPerson | None = None, reply_to: int | None = None, **extra: Any) -> int:
        """Text; in a group `by` says who."""
        found = marked(text)
        return self.publish(chat, {"text": text, **({"entities": found} if found else {}), **extra}, by=by, reply_to=reply_to)

    def send_photo(self, chat: TelegramChat, *, caption: str | None = None, shade: int = 0, by: TelegramPerson | None = None) -> int:
        """A picture in two sizes, the larger one last."""
        small = self.hold(samples.photo(width=48, height=32, shade=shade), media_type=samples.PHOTO_TYPE, name="small.png", folder="photos")
        large = self.hold(samples.photo(shade=shade), media_type=samples.PHOTO_TYPE, name="photo.png", folder="photos")
        sizes = [small.as_json(width=48, height=32), large.as_json(width=96, height=64)]
        return self.publish(chat, {"photo": sizes, **_caption(caption)}, by=by)

    def send_voice(self, chat: TelegramChat, *, seconds: int = 2, by: TelegramPerson | None = None) -> int:
        """A recorded voice note."""
        held = self.hold(samples.voice(seconds=seconds), media_type="audio/ogg", name="voice.oga", folder="voice")
        return self.publish(chat, {"voice": held.as_json(duration=seconds, mime_type="audio/ogg")}, by=by)

    def send_document(self, chat: TelegramChat, *, name: str = "note.pdf", caption: str | None = None) -> int:
        """A small PDF."""
        held = self.hold(samples.document(), media_type=samples.DOCUMENT_TYPE, name=name, folder="documents")
        return self.publish(chat, {"document": held.as_json(file_name=name, mime_type=samples.DOCUMENT_TYPE), **_caption(caption)})

    def send_album(self, chat: TelegramChat, *, count: int = 2, caption: str | None = None) -> list[int]:
        """Several pictures as one album: several updates with one media_group_id."""
        self._count += 1
        album, ids = str(self._count), []
        for place in range(count):
            held = self.hold(samples.photo(shade=place * 50), media_type=samples.PHOTO_TYPE, name=f"{place}.png", folder="photos")
            content = {
                "photo": [held.as_json(width=96, height=64)],
                "media_group_id": album,
                **_caption(caption if not place else None),
            }
            ids.append(self.publish(chat, content))
        return ids

    def send_location(self, chat: TelegramChat, *, latitude: float, longitude: float) -> int:
        """A place."""
        return self.publish(chat, {"location": {"latitude": latitude, "longitude": longitude}})

    def send_contact(self, chat: TelegramChat, *, name: str, phone: str) -> int:
        """A contact card."""
        return self.publish(chat, {"contact": {"first_name": name, "phone_number": phone}})

    def anything(self, chat: TelegramChat, content: Mapping[str, Any]) -> int:
        """A message with whatever content."""
        return self.publish(chat, content)

    def edit(self, chat: TelegramChat, message_id: int, text: str) -> None:
        """A changed message."""
        message = {**chat.messages[message_id], "text": text, "edit_date": self._now()}
        chat.messages[message_id] = message
        self.update("edited_message", message, lane=chat.id)

    def press(self, chat: TelegramChat, message_id: int, data: str, *, by: TelegramPerson | None = None) -> str:
        """A press on an inline button; gives the id of the query."""
        self._count += 1
        query_id = str(4 * 10**17 + self._count)
        self.queries[query_id] = False
        person = by or chat.person
        query = {"id": query_id, "from": person.user() if person else {}, "message": chat.messages[message_id]}
        self.update("callback_query", {**query, "chat_instance": str(chat.id), "data": data}, lane=chat.id)
        return query_id

    def react(self, chat: TelegramChat, message_id: int, emoji: str | None, *, before: str | None = None) -> None:
        """An emoji on a message; None takes it off."""

        def kinds(value: str | None) -> list[dict[str, str]]:
            return [{"type": "emoji", "emoji": value}] if value else []

        person = chat.person
        value = {"chat": chat.as_json(), "message_id": message_id, "user": person.user() if person else {}, "date": self._now()}
        self.update("message_reaction", {**value, "old_reaction": kinds(before), "new_reaction": kinds(emoji)}, lane=chat.id)

    def block(self, chat: TelegramChat, *, blocked: bool = True) -> None:
        """A person blocks the bot, or lets it in again."""
        chat.barred = "Forbidden: bot was blocked by the user" if blocked else None
        states = [{"user": self.account.user(), "status": s} for s in ("member", "kicked")]
        old, new = states if blocked else reversed(states)
        person = chat.person
        value = {"chat": chat.as_json(), "from": person.user() if person else {}, "date": self._now()}
        self.update("my_chat_member", {**value, "old_chat_member": old, "new_chat_member": new}, lane=chat.id)

    # -- ground -----------------------------------------------------------------------------------------------------
    def publish(
        self, chat: TelegramChat, content: Mapping[str, Any], *, by: TelegramPerson | None = None, reply_to: int | None = None
    ) -> int:
        """Puts a person's message into a chat and tells Wasl of it, where the bot may see it."""
        person = by or chat.person
        if person is None:
            raise ValueError("in a group a message needs its writer; pass by=")
        if chat.barred and chat.type == "private":
            chat.barred = None
        message_id = chat.next_id()
        message: dict[str, Any] = {"message_id": message_id, "from": person.user(), "chat": chat.as_json(), "date": self._now(), **content}
        replied = chat.messages.get(reply_to) if reply_to is not None else None
        if replied is not None:
            message["reply_to_message"] = replied
        chat.messages[message_id] = message
        self.feed.tell("said", phone=chat.id, id=message_id, message=message, at_ms=self.clock.now_ms())
        if chat.type == "private" or self.account.reads_all_in_groups or self._for_the_bot(message):
            self.update("message", message, lane=chat.id)
        return message_id

    def update(self, kind: str, value: Mapping[str, Any], *, lane: int) -> None:
        """Tells Wasl of an update, by webhook where there is one, else at the next getUpdates."""
        if (kind in NOT_BY_DEFAULT) if self.allowed is None else (kind not in self.allowed):
            return
        self._update_id += 1
        update = {"update_id": self._update_id, kind: value}
        self.pending[self._update_id] = (self.clock.now_ms(), update)
        if self.hooks.url:
            self.post_update(update, lane=lane, kind=kind)
        else:
            self._news.set()

    def post_update(self, update: Mapping[str, Any], *, lane: int, kind: str) -> None:
        """Sends an update to the webhook; it is pending until it is taken."""
        update_id = update["update_id"]
        self.hooks.post(msgspec.json.encode(update), lane=str(lane), note=kind, done=lambda: self.pending.pop(update_id, None))

    def hold(self, data: bytes, *, media_type: str, name: str, folder: str) -> HeldFile:
        """Keeps a file on the platform."""
        self._count += 1
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        held = HeldFile(
            id=f"AgAC{self._count:012d}", data=data, path=f"{folder}/file_{self._count}.{suffix}", media_type=media_type, name=name
        )
        self.files[held.id] = held
        return held

    def waiting_updates(self) -> Sequence[dict[str, Any]]:
        """Gives what waits, oldest first; what is older than a day is gone."""
        oldest = self.clock.now_ms() - UPDATES_KEPT_MS
        for update_id in [i for i, (at_ms, _) in self.pending.items() if at_ms < oldest]:
            del self.pending[update_id]
        return [update for _, update in self.pending.values()]

    def _for_the_bot(self, message: Mapping[str, Any]) -> bool:
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        text = str(message.get("text") or message.get("caption") or "")
        return replied == self.account.id or text.startswith("/") or f"@{self.account.username}".lower() in text.lower()

    def _now(self) -> int:
        return self.clock.now_ms() // 1000


def _caption(caption: str | None) -> dict[str, Any]:
    return {"caption": caption} if caption else {}
