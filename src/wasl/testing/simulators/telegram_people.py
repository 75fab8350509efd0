"""The people, groups and messages of the Telegram simulator."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wasl.testing.simulators.simulator import Bucket
from wasl.testing.simulators.telegram_html import utf16

PEOPLE_MAX = 200_000
_MARKED = re.compile(r"(?P<bot_command>(?<!\S)/[a-zA-Z0-9_]{1,32}(?:@\w+)?)|(?P<mention>(?<!\w)@\w{4,32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccount:
    """The bot that the simulator knows. A pace of 0 switches that limit off; bursts are the simulator's choice."""

    token: str = "123456789:SIMULATED_token-for-tests_0123456789"
    username: str = "wasl_sim_bot"
    name: str = "Simulated bot"
    reads_all_in_groups: bool = False
    per_second: float = 30.0
    chat_seconds: float = 1.0
    chat_burst: float = 3.0
    group_seconds: float = 3.0
    group_burst: float = 20.0

    @property
    def id(self) -> int:
        """The bot's user id: the number before the colon."""
        return int(self.token.partition(":")[0])

    def user(self) -> dict[str, Any]:
        """Writes the bot as a User."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramReceived:
    """One message as it arrived in a chat: `message` is the platform's JSON, `kind` is the method's name."""

    id: int
    kind: str
    message: Mapping[str, Any]
    at_ms: int

    @property
    def text(self) -> str:
        """The words a person reads in it."""
        return str(self.message.get("text") or self.message.get("caption") or "")


@dataclass(slots=True, kw_only=True)
class TelegramPerson:
    """Somebody with Telegram; the private chat with the bot has the same id."""

    id: int
    name: str
    username: str | None = None
    language: str = "en"

    def user(self) -> dict[str, Any]:
        """Writes the person as a User."""
        value: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}
        if self.username:
            value["username"] = self.username
        return value


@dataclass(slots=True, kw_only=True)
class TelegramChat:
    """A private chat or a group, and everything that is in it. `barred` says why the bot may not write."""

    id: int
    type: Literal["private", "group", "supergroup"]
    title: str
    pace: Bucket
    person: TelegramPerson | None = None
    barred: str | None = None
    received: list[TelegramReceived] = field(default_factory=list)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    edits: list[tuple[int, str]] = field(default_factory=list)
    drafts: list[tuple[int, str]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    last_id: int = 0

    def as_json(self) -> dict[str, Any]:
        """Writes it as a Chat."""
        if self.person is None:
            return {"id": self.id, "type": self.type, "title": self.title}
        value = {"id": self.id, "type": "private", "first_name": self.person.name}
        if self.person.username:
            value["username"] = self.person.username
        return value

    def next_id(self) -> int:
        """Draws the next message id of the chat."""
        self.last_id += 1
        return self.last_id


class Chats:
    """Every chat by id; a person's private chat has the person's id."""

    def __init__(self, account: TelegramAccount) -> None:
        self._account = account
        self._chats: dict[int, TelegramChat] = {}

    def __len__(self) -> int:
        return len(self._chats)

    def __iter__(self) -> Any:
        return iter(self._chats.values())

    def find(self, chat_id: int) -> TelegramChat | None:
        """Finds a chat."""
        return self._chats.get(chat_id)

    def meet(
        self, person_id: int, *, name: str = "", username: str | None = None, language: str = "en", started: bool = True
    ) -> TelegramChat:
        """Finds a person's private chat or makes both. Raises ValueError when there are too many, or for an impossible id."""
        found = self._chats.get(person_id)
        if found is not None:
            return found
        if person_id <= 0 or len(self) >= PEOPLE_MAX:
            raise ValueError(f"a person's id is a number above 0, and there are at most {PEOPLE_MAX} chats")
        person = TelegramPerson(id=person_id, name=name or f"Person {person_id}", username=username, language=language)
        pace = Bucket(seconds=self._account.chat_seconds, burst=self._account.chat_burst)
        barred = None if started else "Forbidden: bot can't initiate conversation with a user"
        chat = TelegramChat(id=person_id, type="private", title=person.name, pace=pace, person=person, barred=barred)
        self._chats[person_id] = chat
        return chat

    def group(self, chat_id: int, *, title: str = "Group", supergroup: bool = True) -> TelegramChat:
        """Finds a group or makes it; the id is below 0."""
        found = self._chats.get(chat_id)
        if found is not None:
            return found
        if chat_id >= 0:
            raise ValueError("a group's id is a number below 0")
        pace = Bucket(seconds=self._account.group_seconds, burst=self._account.group_burst)
        chat = TelegramChat(id=chat_id, type="supergroup" if supergroup else "group", title=title, pace=pace)
        self._chats[chat_id] = chat
        return chat


def marked(text: str) -> list[dict[str, Any]]:
    """Finds the entities that the platform marks by itself: commands and mentions."""
    return [{"type": str(m.lastgroup), "offset": utf16(text[: m.start()]), "length": utf16(m[0])} for m in _MARKED.finditer(text)]
