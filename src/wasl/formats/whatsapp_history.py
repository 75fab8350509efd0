"""WhatsApp history webhooks (coexistence): stored bodies of the Cloud API's `history` field, one, a list, or one a line.

developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/history (2025-12-12, read 2026-11-22). Chunks
may arrive in any order, and a thread is spread over several; so the messages of a thread are told by their time, in bounded memory:
a first walk notes when each was sent, and later ones read a stretch of that order at a time. Group chats are not in it.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

import msgspec

from wasl.domain.archive import Chat, Entry, Handle
from wasl.ports.format import Choices, Found, Guess, Problem, Progress, Reject, Shape
from wasl.ports.telling import Telling, head, records, refused
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.json_stream import Element, Opened
from wasl.wire.plural import so_many
from wasl.wire.whatsapp_history import FIELD, PLACEHOLDER, entry_of, is_from_person, sent_ms

ORIGIN: Final = "WhatsApp"
BLOCK_RECORDS: Final = 2_000
"""Messages held at once; of more than BLOCKS_MAX times as many, a BLOCKS_MAX-th."""
BLOCKS_MAX: Final = 6
DETAILS_MAX: Final = 20_000
"""Files that are told in webhooks of their own; more become entries of their own."""
_VALUE: Final = "/entry/*/changes/*/value"
INTO: Final = tuple(f"{root}{_VALUE}{rest}" for root in ("", "/*") for rest in ("/history/*/threads/*/messages", "/messages"))
_MESSAGE: Final = re.compile(r"(?P<value>(?:/\d+)?/entry/\d+/changes/\d+/value)(?:/history/\d+/threads/(?P<thread>\d+))?/messages\Z")
_MARKS: Final = (b'"history"', b'"threads"')
_HEADS_MAX: Final = 8


class WhatsAppHistory:
    """Reads stored history webhooks."""

    kind: ClassVar[str] = "whatsapp_history"
    title: ClassVar[str] = "WhatsApp history webhooks"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for a webhook of a business account with a history in it."""
        for name in _names(bundle)[:_HEADS_MAX]:
            first = head(bundle, name)
            if b'"whatsapp_business_account"' in first and all(mark in first for mark in _MARKS):
                return Guess(confidence=0.97, why=f"{name} holds history webhooks of the Cloud API")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads all files as one history."""
        yield Shape("cloud api history", 1.0, {"zone": "instants are known"})
        yield from _History(bundle, _names(bundle)).read()


def _names(bundle: Bundle) -> list[str]:
    names = [member.name for member in bundle.members()]
    return [name for name in names if name.endswith((".json", ".jsonl", ".ndjson"))] or names[:1]


@dataclass(slots=True)
class _Thread:
    """A chat: its messages as (when, number in the walk)."""

    chat: Telling
    person: str
    business: str
    times: "array[int]" = field(default_factory=lambda: array("q"))
    numbers: "array[int]" = field(default_factory=lambda: array("Q"))


@dataclass(slots=True)
class _Place:
    """Where a message stands: its number in the walk, its thread, and whether it only tells of a file."""

    number: int
    thread: str
    person: str
    detail: bool
    source: int
    pointer: str


class _History:
    def __init__(self, bundle: Bundle, names: list[str]) -> None:
        self._bundle = bundle
        self._names = names
        self._places = {member.name: place for place, member in enumerate(bundle.members())}
        self._threads: dict[str, _Thread] = {}
        self._ids: dict[str, str] = {}
        self._within = ""
        self._business = ""
        self._details: dict[str, dict[str, Any]] = {}
        self._waiting: set[str] = set()
        self._owners: list[_Thread] = []
        self._firsts = array("Q")
        self._aside = 0

    def read(self) -> Iterator[Found]:
        """Walks everything once for the order, then again for each stretch of it."""
        yield from self._first_walk()
        filled = self._waiting & self._details.keys()
        for thread in self._threads.values():
            thread.chat.chat = self._told(thread)
            yield from thread.chat.rest()
        order = array("Q")
        for thread in self._threads.values():
            order.extend(thread.numbers[at] for at in sorted(range(len(thread.times)), key=thread.times.__getitem__))
        block = max(BLOCK_RECORDS, -(-len(order) // BLOCKS_MAX))
        for begin in range(0, len(order), block):
            yield from self._tell(order[begin : begin + block], filled)
        if self._aside:
            yield Problem(
                "left-aside", self._names[0], f"in webhooks of other fields, which are no history: {so_many(self._aside, 'item')}"
            )
        yield Progress(0)

    def _told(self, thread: "_Thread") -> Chat:
        extra = {"business": thread.business} if thread.business else {}
        return replace(thread.chat.chat, title=thread.person, native_id=thread.person, extra=extra)

    def _first_walk(self) -> Iterator[Found]:
        for place, message, found in self._walk():
            if found is not None:
                yield found
            if place is None or message is None:
                continue
            one = Fields(message)
            native_id = one.text("id")
            if place.detail and native_id is not None and len(self._details) < DETAILS_MAX:
                self._details[native_id] = message
            if one.text("type") == PLACEHOLDER and native_id is not None:
                self._waiting.add(native_id)
            thread = self._threads.get(place.thread)
            if thread is None:
                chat = Telling(Chat(key=place.thread, kind="direct", origin=ORIGIN, source=place.source))
                thread = self._threads[place.thread] = _Thread(chat=chat, person=place.person, business=place.thread.partition("@")[2])
            self._number_threads(thread, place.number)
            thread.times.append(sent_ms(message) or 0)
            thread.numbers.append(place.number)

    def _tell(self, numbers: "array[int]", filled: set[str]) -> Iterator[Found]:
        """Reads a stretch of the order: one walk, whatever the number of its threads."""
        rank = {number: at for at, number in enumerate(numbers)}
        held: list[tuple[int, int, str, bytes] | None] = [None] * len(numbers)
        for place, message, _ in self._walk(numbers=rank.keys()):
            if place is None or message is None:
                continue
            native_id = Fields(message).text("id") or ""
            if native_id in filled:
                if place.detail:
                    continue  # told where the message itself stands
                message = {**message, **self._details[native_id]}
            # As bytes, because a message as objects takes five times as much.
            held[rank[place.number]] = place.number, place.source, place.pointer, msgspec.json.encode(message)
        for one in held:
            if one is not None:
                number, source, pointer, written = one
                thread = self._thread_of(number)
                yield from thread.chat.add(self._entry(msgspec.json.decode(written), thread, source=source, pointer=pointer))
        for number in {one[0] for one in held if one is not None}:
            yield from self._thread_of(number).chat.rest()

    def _number_threads(self, thread: "_Thread", number: int) -> None:
        """Notes the thread of a message, once for a row of them."""
        if not self._owners or self._owners[-1] is not thread:
            self._owners.append(thread)
            self._firsts.append(number)

    def _thread_of(self, number: int) -> "_Thread":
        return self._owners[bisect_right(self._firsts, number) - 1]

    def _entry(self, message: dict[str, Any], thread: "_Thread", *, source: int, pointer: str) -> Entry:
        key = Fields(message).text("from")
        if key is not None:
            person = is_from_person(message, thread=thread.person)
            own = None if person or thread.chat.knows(key) else True
            thread.chat.somebody(key, handles=(Handle("phone", key),), is_self=own)
        return entry_of(message, author=key, channel=ORIGIN, source=source, pointer=pointer)

    def _walk(self, numbers: Any = None) -> Iterator[tuple[_Place | None, dict[str, Any] | None, Found | None]]:
        """Walks all messages with their places; in the first walk, what is wrong, too."""
        number = 0
        for name in self._names:
            source, texts = self._places[name], 0
            several = _is_several(head(self._bundle, name))
            for piece in records(self._bundle, name, source=source, into=INTO):
                if isinstance(piece, Opened) and not piece.pointer:
                    texts += 1
                elif isinstance(piece, Element):
                    prefix = f"/{texts - 1}" if several else ""
                    found = _MESSAGE.match(piece.within)
                    if found is None:
                        if numbers is None:
                            yield None, None, self._note(piece, source, f"{source}{prefix}")
                    elif not isinstance(piece.value, dict):
                        yield (
                            None,
                            None,
                            refused(piece._replace(pointer=prefix + piece.pointer), source=source, why="a message that is no object"),
                        )
                    else:
                        number += 1
                        if numbers is None or number in numbers:
                            yield self._place(piece, found, number, source, prefix), piece.value, None
                elif numbers is None and isinstance(piece, Reject | Problem):
                    yield None, None, piece

    def _place(self, piece: Element, found: re.Match[str], number: int, source: int, prefix: str) -> _Place:
        own = f"{source}{prefix}{piece.within.rpartition('/')[0]}"
        self._enter(f"{source}{prefix}{found['value']}")
        business = self._business
        detail = found["thread"] is None
        message = Fields(piece.value)
        person = (message.text("to") or message.text("from") or "unknown") if detail else self._ids.get(own, own)
        return _Place(number, f"{person}@{business}", person, detail, source, prefix + piece.pointer)

    def _enter(self, value: str) -> None:
        """Forgets what stood around the messages of the change before."""
        if value != self._within:
            self._within, self._business = value, ""
            self._ids = {own: person for own, person in self._ids.items() if own.startswith(f"{value}/")}

    def _note(self, piece: Element, source: int, at: str) -> Found | None:
        """Notes what stands around the messages; gives a Reject or Problem for what should not be so."""
        if piece.pointer.endswith("/metadata") and isinstance(piece.value, dict) and piece.within.endswith("/value"):
            self._enter(f"{at}{piece.within}")
            self._business = Fields(piece.value).text("phone_number_id") or ""
        elif piece.key == "id" and "/threads/" in piece.within and isinstance(piece.value, str):
            self._ids[f"{at}{piece.within}"] = piece.value
        elif piece.key in ("message_echoes", "statuses") and isinstance(piece.value, list):
            self._aside += len(piece.value)
        elif piece.key == "errors" and isinstance(piece.value, list):
            return Problem("declined", piece.pointer, str(piece.value)[:200])
        elif piece.key in ("messages", "threads", FIELD, "value", "changes", "entry") or piece.within.endswith(
            ("/threads", "/changes", "/entry")
        ):
            return refused(piece, source=source, why="this should hold messages of a history")
        return None


def _is_several(first: bytes) -> bool:
    """Says whether a file holds one JSON text after another."""
    start = first.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and (b"}\n{" in first or b"}\r\n{" in first)
