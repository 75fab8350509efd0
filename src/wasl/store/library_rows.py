"""What every library shares: which chats are alike, how a live conversation is told, and deliveries on their way out and home."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog

from wasl.domain.archive import SEQ_STRIDE, Chat, Participant
from wasl.domain.errors import TooLarge
from wasl.domain.ids import PersonId
from wasl.domain.message import Part, part_from_json
from wasl.domain.portable import ORIGIN, LiveMessage
from wasl.ports.library import SEARCH_LIMIT_MAX, HeldChat, Hit, LiveChat
from wasl.store.rows import json_of, json_text, parts_text
from wasl.wire.text import fold

log = structlog.get_logger(__name__)

ALIKE_MAX = 50
"""Chats that could be the one that is brought; nobody chooses among more."""
LAST_TEXT_CHARACTERS = 160
SEQ_BITS = 41
"""Of an entry's seq in the key of its row; the chat's number stands above."""
SEQ_MAX = (1 << SEQ_BITS) - 1
"""33 million entries of one chat, SEQ_STRIDE apart."""


def entry_limit(seq: int) -> None:
    """Raises TooLarge for a seq that no row can have."""
    if not 0 < seq <= SEQ_MAX:
        raise TooLarge(f"an entry's seq must be from 1 to {SEQ_MAX}, not {seq}: a chat holds up to {SEQ_MAX // SEQ_STRIDE} entries")


def hit_limit(limit: int) -> int:
    """Gives how many hits are given at once."""
    return max(0, min(limit, SEARCH_LIMIT_MAX))


def is_alike(chat: Chat, held: HeldChat) -> bool:
    """Says whether a chat that is brought could be one that is held."""
    if chat.native_id is not None and held.chat.native_id is not None:
        return chat.native_id == held.chat.native_id
    if chat.title is None or held.chat.title is None:
        return chat.kind == held.chat.kind
    title = fold(chat.title)
    return title == fold(held.chat.title) or any(title == fold(n.text) for p in held.participants for n in p.names)


def with_cursor(hit: Hit, *, cursor: int) -> Hit:
    """Gives the hit with its place among all."""
    return replace(hit, cursor=cursor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A live conversation as it was read."""

    id: str
    person_id: str
    name: str | None
    group: bool
    created_ms: int
    last_ms: int
    channels: tuple[str, ...]

    def live_chat(self, participants: tuple[Participant, ...]) -> LiveChat:
        """Gives it as the archive holds it."""
        chat = Chat(
            key=self.id,
            id=self.id,
            kind="group" if self.group else "direct",
            origin=ORIGIN,
            title=self.name,
            created_ms=self.created_ms,
            updated_ms=self.last_ms,
            extra={"channels": list(self.channels), "person": self.person_id},
        )
        extra = {"created_ms": self.created_ms, "last_ms": self.last_ms, "kind": "group" if self.group else "person"}
        return LiveChat(chat=chat, person_id=PersonId(self.person_id), participants=participants, extra=extra)


def extra_of(text: str | None) -> Mapping[str, Any] | None:
    """Reads a message's extra."""
    return cast(Mapping[str, Any] | None, json_of(text))


def extra_text(extra: Mapping[str, Any] | None) -> str | None:
    """Writes a message's extra."""
    return json_text(extra) if extra else None


def delivery_told(told: Mapping[str, Any], *, parts: Sequence[Part], whole: tuple[Part, ...], reply_to: str | None) -> dict[str, Any]:
    """Gives a delivery as an archive holds it: without what is empty, and without parts that are the message's own."""
    found = {name: value for name, value in told.items() if value is not None}
    if reply_to is not None:
        found["reply_to"] = reply_to
    if tuple(parts) != whole:
        found["parts"] = json_of(parts_text(tuple(parts)))
    return found


_DELIVERY_TIMES = ("sent_ms", "delivered_ms", "read_ms")
_DELIVERY_JSON = ("error", "price", "charge", "verdict")


def delivery_rows(message: LiveMessage, *, conversation_id: str) -> list[dict[str, Any]]:
    """Gives the rows of a restored message's deliveries, by column; `parts` are Parts."""
    return [
        {
            "id": str(d["id"]),
            "message_id": message.id,
            "conversation_id": conversation_id,
            "address_id": str(d.get("address_id") or message.address_id or ""),
            "channel": str(d.get("channel", "")),
            "position": int(d.get("position", 0)),
            "seq": message.seq,
            "state": str(d.get("state", "failed")),
            "attempt": int(d.get("attempt", 1)),
            "created_ms": int(d.get("created_ms", message.stored_ms)),
            "since_ms": int(d.get("since_ms", message.stored_ms)),
            "due_ms": int(d.get("due_ms", message.stored_ms)),
            "parts": tuple(map(part_from_json, d["parts"])) if "parts" in d else message.parts,
            "reply_to": d.get("reply_to"),
            "native_id": d.get("native_id"),
            **{name: d.get(name) for name in _DELIVERY_TIMES},
            **{name: extra_text(d.get(name)) for name in _DELIVERY_JSON},
        }
        for d in message.deliveries
        if d.get("id")
    ]


def tell_indexed(task: asyncio.Task[int]) -> None:
    """Says in the log what became of indexing in the background."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        log.warning("the search index is not up to date; the next start goes on with it", error=repr(error))
    elif task.result():
        log.info("messages of an older version were indexed for the search", messages=task.result())
