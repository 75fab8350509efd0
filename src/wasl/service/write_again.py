"""Write again: conversations that nothing changed leave through the format they came in, and are held against the kept source.

Compared is what JSON says: a number, a text, an order in a list. Spaces between, the order of an object's members and how a character is
escaped are not.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from wasl.domain.errors import CutShort
from wasl.ports.blobs import Blobs
from wasl.ports.export_manifest import MANIFEST
from wasl.ports.format import GivesBack, Order, Writes, Wrote
from wasl.ports.library import HeldChat, Import, Library
from wasl.ports.people import People
from wasl.ports.vault import Vault
from wasl.service.shelf import Leaving, StoreShelf
from wasl.wire.bundle import Bundle, open_bundle
from wasl.wire.json_stream import Element, walk, walk_lines

PAGE: Final = 1_000
CHATS_MAX: Final = 1_000_000
"""Of one import."""
LISTS: Final = ("", "/conversations")
"""Where the conversations of a source stand in a list."""
MEMORY_BYTES: Final = 8 << 20
"""Of what is written again; more of it goes to a temporary file."""
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(slots=True, kw_only=True)
class WroteAgain:
    """How many conversations are as they came, which are not, and how many were not compared: brought again since, or in a form
    in which no single object is theirs."""

    equal: int = 0
    changed_since: int = 0
    passed_over: int = 0
    different: list[HeldChat] = field(default_factory=list)


class Untouched(NamedTuple):
    """Conversations to which one import alone added messages, and the number of the others. `shared` says that there are other imports
    of the person's in this format, which may have changed a message in them: an edit, a reaction, a file that was left out before; and
    a chat that came out of an archive does not tell which import brought which message."""

    chats: Sequence[HeldChat]
    others: int
    shared: bool


class WriteAgain:
    """Writes imported conversations again."""

    def __init__(self, *, library: Library, people: People, vault: Vault, blobs: Blobs) -> None:
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs

    async def run(self, held: Import, writer: GivesBack, source: Bundle) -> WroteAgain:
        """Compares the conversations that the import was the first to bring, and that no other has touched."""
        done = WroteAgain()
        untouched = await self.untouched(held)
        chats, done.changed_since = untouched.chats, untouched.others
        places = [await self._place(chat) for chat in chats]
        done.passed_over = places.count(None)
        wanted = {place: chat for place, chat in zip(places, chats, strict=True) if place is not None}
        for begin in range(0, len(wanted), PAGE):
            some = dict(list(wanted.items())[begin : begin + PAGE])
            ids = sorted(chat.id for chat in some.values())
            async with self.written(writer, ids) as again:
                digests = await asyncio.to_thread(_digests_of, again, ids)
            found = await asyncio.to_thread(_came, source, some)
            for place, chat in some.items():
                if place in found and found[place] == digests.get(chat.id):
                    done.equal += 1
                elif untouched.shared:
                    done.changed_since += 1
                else:
                    done.different.append(chat)
        return done

    async def untouched(self, held: Import) -> "Untouched":
        """Gives the conversations that the import was the first to bring and to which no other added anything."""
        owners = await self._people.siblings(held.owner) or [held.owner]
        mine = await self._library.chats(owners=owners, limit=CHATS_MAX, import_id=held.record.id)
        others = [
            other
            for other in await self._library.imports(owners=owners, limit=PAGE)
            if other.record.id != held.record.id and other.record.kind == held.record.kind
        ]
        touched: set[str] = set()
        for other in others:
            touched |= {c.id for c in await self._library.chats(owners=owners, limit=CHATS_MAX, import_id=other.record.id)}
        left = [chat for chat in mine if chat.import_id == held.record.id and chat.id not in touched]
        return Untouched(chats=left, others=len(mine) - len(left), shared=bool(others))

    async def _place(self, chat: HeldChat) -> "tuple[int, str | int] | None":
        """Gives where the conversation's object stands: the member, and its JSON pointer or the first byte of its line."""
        if chat.chat.pointer:
            return chat.chat.source, chat.chat.pointer
        first = await self._library.entries(chat.id, after=0, limit=1)
        start = first[0].entry.start if first else None
        return None if start is None or chat.chat.pointer is not None else (chat.chat.source, start)

    @asynccontextmanager
    async def written(self, writer: Writes, ids: Sequence[str]) -> AsyncIterator[Bundle]:
        """Writes some conversations, by their ids, into a file that is open for as long as this is."""
        shelf = StoreShelf(
            loop=asyncio.get_running_loop(),
            library=self._library,
            people=self._people,
            vault=self._vault,
            blobs=self._blobs,
            leaving=Leaving(scope="chat", chats=tuple(ids)),
        )
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as out:
            order = Order(scope="chat", options={"files": "no"})

            def write() -> None:
                for step in writer.write(shelf, order, out):  # type: ignore[arg-type]  # it is a BinaryIO but in name
                    if isinstance(step, Wrote):
                        return
                raise CutShort(f"the format {writer.kind!r} ended without saying what it wrote")

            await asyncio.to_thread(write)
            size = out.seek(0, 2)
            out.seek(0)
            yield open_bundle(f"again{writer.suffix}", out, size_bytes=size)  # type: ignore[arg-type]


def _digests_of(bundle: Bundle, ids: Sequence[str]) -> Mapping[str, bytes]:
    """Gives the digest of each conversation that was written, in the order of their ids."""
    objects: Iterator[Any] = (
        value
        for member in bundle.members()
        if member.name.endswith((".json", ".jsonl")) and member.name != MANIFEST
        for value in _objects(bundle, member.name)
    )
    return dict(zip(ids, (_digest(value) for value in objects), strict=False))


def _objects(bundle: Bundle, member: str) -> Iterator[Any]:
    with bundle.open(member) as stream:
        pieces = walk_lines(stream) if member.endswith(".jsonl") else walk(stream)
        yield from (piece.value for piece in pieces if isinstance(piece, Element))


def _came(source: Bundle, wanted: Mapping["tuple[int, str | int]", HeldChat]) -> Mapping["tuple[int, str | int]", bytes]:
    """Gives the digests of the objects of the kept source at some places."""
    found: dict[tuple[int, str | int], bytes] = {}
    for place, member in enumerate(source.members()):
        mine = {where for at, where in wanted if at == place}
        if not mine:
            continue
        lines = any(isinstance(where, int) for where in mine)
        with source.open(member.name) as stream:
            for piece in walk_lines(stream) if lines else walk(stream, LISTS):
                where: str | int = piece.start if lines and isinstance(piece, Element) else getattr(piece, "pointer", "")
                if isinstance(piece, Element) and where in mine:
                    found[place, where] = _digest(piece.value)
    return found


def _digest(value: Any) -> bytes:
    return blake2b(_encode(value), digest_size=16).digest()
