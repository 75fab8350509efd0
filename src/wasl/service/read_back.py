"""Read back: conversations that nothing changed leave in the format they came in, and are read again: they say what their source says.

For formats whose file is no list of one object a conversation. Compared is what the conversation is, who takes part, and of every message
what an archive would say of it; ids are not, for a conversation that came gets one of its own. Kept in memory are 8 bytes for a message.
"""

from array import array
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from wasl.domain.archive import Chat, Participant
from wasl.ports.format import Choices, Reads, Run, Writes
from wasl.ports.library import HeldChat, Import, Library
from wasl.service.hold_against import said_of
from wasl.service.reading import pulled
from wasl.service.shelf import HELD
from wasl.service.write_again import WriteAgain
from wasl.wire.archive_json import encoded, to_json
from wasl.wire.bundle import Bundle
from wasl.wire.plural import so_many

CHATS_AT_ONCE: Final = 1_000
"""Conversations that are written into one file."""


class Otherwise(NamedTuple):
    """A conversation that is not as it was, and what of it."""

    chat: HeldChat
    what: str


@dataclass(slots=True, kw_only=True)
class CameBack:
    """How many conversations are read as they were, how many were not compared, for others may have added to them, and which differ."""

    equal: int = 0
    changed_since: int = 0
    different: list[Otherwise] = field(default_factory=list)


class ReadBack:
    """Writes imported conversations again and reads them."""

    def __init__(self, *, library: Library, again: WriteAgain) -> None:
        self._library = library
        self._again = again

    async def run(self, held: Import, writer: Writes, reader: Reads, source: Bundle, choices: Choices) -> CameBack:
        """Compares the conversations that the import was the first to bring, and that no other has touched."""
        untouched = await self._again.untouched(held)
        done = CameBack(changed_since=untouched.others)
        if untouched.shared:
            done.changed_since += len(untouched.chats)
            return done
        came = await _read(reader, source, choices, keys={chat.chat.key for chat in untouched.chats})
        chats = sorted(untouched.chats, key=lambda chat: chat.id)
        for begin in range(0, len(chats), CHATS_AT_ONCE):
            some = chats[begin : begin + CHATS_AT_ONCE]
            async with self._again.written(writer, [chat.id for chat in some]) as bundle:
                back = await _read(reader, bundle, Choices(), keys={chat.id for chat in some})
            for chat in some:
                what = _otherwise(came.get(chat.chat.key), back.get(chat.id))
                if what:
                    done.different.append(Otherwise(chat, what))
                else:
                    done.equal += 1
        return done


@dataclass(slots=True)
class _Read:
    """What was read of one conversation."""

    chat: bytes = b""
    people: dict[str, bytes] = field(default_factory=dict)
    said: "array[int]" = field(default_factory=lambda: array("Q"))


async def _read(reader: Reads, bundle: Bundle, choices: Choices, *, keys: set[str]) -> Mapping[str, _Read]:
    found: dict[str, _Read] = {}
    async with aclosing(pulled(reader.read(bundle, choices))) as batches:
        async for batch in batches:
            for item in batch:
                match item:
                    case Chat() if item.key in keys:
                        found.setdefault(item.key, _Read()).chat = _chat(item)
                    case Participant() if item.chat in keys:
                        person = replace(item, chat="", person=None)
                        found.setdefault(item.chat, _Read()).people[item.key] = encoded(to_json(person))
                    case Run() if item.chat in keys:
                        found.setdefault(item.chat, _Read()).said.extend(map(said_of, item.entries))
                    case _:
                        pass
    return found


def _chat(chat: Chat) -> bytes:
    """Gives what a conversation is, without the ids that change when it comes to another owner, and whose it was."""
    extra = {name: value for name, value in chat.extra.items() if name != HELD}
    return encoded(to_json(replace(chat, id=None, key="", native_id=None, extra=extra)))


def _otherwise(came: _Read | None, back: _Read | None) -> str:
    """Says what is not as it was; empty where all is."""
    if came is None or back is None:
        return "written again in its format, it is not read" if back is None else "it is not read from its source"
    if came.chat != back.chat:
        return "written again in its format, what it is (its title, its state or the like) is not what it was"
    if came.people != back.people:
        return "written again in its format, who takes part is not what it was"
    others = sum(one != other for one, other in zip(came.said, back.said, strict=False)) + abs(len(came.said) - len(back.said))
    return (
        f"written again in its format, {so_many(others, 'message is not what it was', 'messages are not what they were')}" if others else ""
    )
