"""The library in memory: it scans everything plainly, so that the real stores can be held against it."""

from bisect import insort
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from wasl.domain.archive import Chat, Entry, Participant, words_print
from wasl.domain.errors import Malformed
from wasl.domain.findable import entry_words, live_words
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.portable import ORIGIN, LiveMessage, files_in, live_entry, live_message, participants_of
from wasl.ports.library import HeldChat, Hit, Import, Line, LiveChat, LiveEntry, Mark, Shelved
from wasl.store.entry_rows import sound_value
from wasl.store.library_rows import (
    ALIKE_MAX,
    Found,
    delivery_rows,
    delivery_told,
    entry_limit,
    extra_of,
    extra_text,
    hit_limit,
    is_alike,
    with_cursor,
)
from wasl.store.memory_chat import MemoryChat
from wasl.store.memory_waiting import MemoryWaiting, RawRow
from wasl.store.picture import DeliveryRow, MessageRow, PersonRow, Picture
from wasl.store.picture_read import of_message, told
from wasl.wire.searching import Query, cut, marks, matches, parse, search_key


class MemoryLibrary(MemoryWaiting):
    """The library of a MemoryStore: looks at the store's own rows. `up` raises StoreDown when the store is not to be reached."""

    def __init__(
        self,
        *,
        picture: Picture,
        messages: dict[str, list[MessageRow]],
        message_by_id: dict[str, MessageRow],
        people: dict[str, PersonRow],
        raws: list[RawRow],
        up: Callable[[], None],
    ) -> None:
        super().__init__(raws=raws, up=up)
        self._picture = picture
        self._messages = messages
        self._message_by_id = message_by_id
        self._people = people

    # -- imports
    async def put_import(self, held: Import) -> None:
        """Stores an import."""
        self._up()
        self._imports[held.record.id] = sound_value(held)

    async def imports(self, *, owners: Sequence[ConversationId] | None, limit: int, before: str | None = None) -> Sequence[Import]:
        """Lists imports, newest first."""
        self._up()
        found = (h for i, h in self._imports.items() if (owners is None or h.owner in owners) and (before is None or i < before))
        return sorted(found, key=lambda h: h.record.id, reverse=True)[: max(0, limit)]

    async def find_import(self, import_id: str) -> Import | None:
        """Gives one import."""
        self._up()
        return self._imports.get(import_id)

    async def drop_import(self, import_id: str) -> Sequence[str]:
        """Takes an import back."""
        self._up()
        files: set[str] = set()
        for chat in list(self._chats.values()):
            gone = [seq for seq, (_, by) in chat.lines.items() if by == import_id]
            for seq in gone:
                files.update(files_in(chat.lines.pop(seq)[0].entry.parts))
            if chat.import_id == import_id or gone:
                self._resettle(chat, without=import_id)
        self._imports.pop(import_id, None)
        used = await self.references(sorted(files))
        return sorted(f for f in files if not used.get(f))

    def _resettle(self, chat: MemoryChat, *, without: str) -> None:
        if not chat.lines:
            del self._chats[chat.id]
        elif chat.import_id == without:
            chat.import_id = max(by for _, by in chat.lines.values())

    def brought(self, owners: Collection[str]) -> tuple[int, int, tuple[str, ...]]:
        """Counts the chats and entries of conversations, and gives their imports' keys."""
        chats = [c for c in self._chats.values() if c.owner in owners]
        keys = sorted(h.key for h in self._imports.values() if h.owner in owners)
        return len(chats), sum(len(c.lines) for c in chats), tuple(keys)

    def forget(self, owners: Collection[str]) -> None:
        """Drops the imports and chats of conversations that are erased."""
        for key in [k for k, h in self._imports.items() if h.owner in owners]:
            del self._imports[key]
        for key in [k for k, c in self._chats.items() if c.owner in owners]:
            del self._chats[key]

    def hand_over(self, chat_ids: Sequence[str], *, to: ConversationId) -> None:
        """Gives chats to another conversation."""
        for chat_id in chat_ids:
            self._chats[chat_id].owner = to

    # -- chats
    async def put_chat(self, chat: Chat, *, chat_id: str, owner: ConversationId, import_id: str, format: str) -> None:
        """Stores a chat."""
        self._up()
        self._import(import_id)
        value = sound_value(chat)
        held = self._chats.get(chat_id)
        if held is None:
            self._chats[chat_id] = MemoryChat(id=chat_id, owner=owner, chat=value, import_id=import_id, format=format)
        else:
            held.chat, held.owner, held.import_id, held.format = value, owner, import_id, format

    async def put_participants(self, chat_id: str, participants: Sequence[Participant]) -> None:
        """Stores participants by their keys."""
        self._up()
        self._chat(chat_id).participants.update({p.key: p for p in map(sound_value, participants)})

    async def alike(self, chat: Chat, *, owner_person: PersonId, format: str) -> Sequence[HeldChat]:
        """Gives the person's chats that could be this one."""
        self._up()
        theirs = {c.id for c in self._picture.conversations.values() if c.person_id == owner_person}
        held = [c.held() for c in self._chats.values() if c.owner in theirs and c.format == format]
        return _newest_first([h for h in held if is_alike(chat, h)])[:ALIKE_MAX]

    async def chats(
        self, *, owners: Sequence[ConversationId] | None, limit: int, before_ms: int | None = None, import_id: str | None = None
    ) -> Sequence[HeldChat]:
        """Lists chats, the newest word first."""
        self._up()
        held = [
            c.held()
            for c in self._chats.values()
            if (owners is None or c.owner in owners)
            and (import_id is None or c.import_id == import_id or any(by == import_id for _, by in c.lines.values()))
        ]
        return _newest_first([h for h in held if before_ms is None or (h.last_ms or 0) < before_ms])[: max(0, limit)]

    async def find_chat(self, chat_id: str) -> HeldChat | None:
        """Gives one chat with its participants."""
        self._up()
        chat = self._chats.get(chat_id)
        return None if chat is None else chat.held()

    async def add_entries(self, chat_id: str, *, import_id: str, lines: Sequence[Line]) -> Shelved:
        """Stores entries at their seqs."""
        self._up()
        chat, added = self._chat(chat_id), 0
        self._import(import_id)
        for seq, entry, fingerprint in lines:
            entry_limit(seq)
            if seq not in chat.lines:
                chat.lines[seq] = Line(seq, sound_value(entry._replace(seq=seq)), fingerprint), import_id
                added += 1
        return Shelved(added=added, changed=0)

    async def change_entry(self, chat_id: str, *, seq: int, entry: Entry) -> None:
        """Replaces an entry by a later state of it."""
        self._up()
        lines = self._chat(chat_id).lines
        if seq not in lines:
            raise Malformed(f"chat {chat_id!r} has no entry {seq}; nothing was changed")
        (line, by) = lines[seq]
        lines[seq] = Line(seq, sound_value(entry._replace(seq=seq)), line.fingerprint), by

    async def marks(self, chat_id: str, *, after: int, limit: int) -> Sequence[Mark]:
        """Gives what a later import compares with."""
        self._up()
        lines = self._lines(chat_id, import_id=None)
        return [
            Mark(s, None if e.wall_ms is None else e.wall_ms // 60_000, print_, words_print(e), e.native_id)
            for s, e, print_ in lines
            if s > after
        ][: max(0, limit)]

    async def entries(
        self, chat_id: str, *, after: int | None = None, before: int | None = None, limit: int, import_id: str | None = None
    ) -> Sequence[Line]:
        """Gives the first entries after a seq, or the last ones before one."""
        self._up()
        lines = self._lines(chat_id, import_id=import_id)
        found = [line for line in lines if (after is None or line.seq > after) and (before is None or line.seq < before)]
        return found[max(0, len(found) - limit) :] if before is not None and after is None else found[: max(0, limit)]

    def _lines(self, chat_id: str, *, import_id: str | None) -> list[Line]:
        chat = self._chats.get(chat_id)
        lines = {} if chat is None else chat.lines
        return [lines[seq][0] for seq in sorted(lines) if import_id is None or lines[seq][1] == import_id]

    async def references(self, sha256: Sequence[str]) -> dict[str, int]:
        """Counts the messages and entries that refer to each file."""
        self._up()
        counts = dict.fromkeys(sha256, 0)
        said = (m.parts for rows in self._messages.values() for m in rows)
        brought = (line.entry.parts for chat in self._chats.values() for line, _ in chat.lines.values())
        for parts in (*said, *brought):
            for file in files_in(parts):
                if file in counts:
                    counts[file] += 1
        return counts

    # -- live conversations
    async def live_chats(
        self, *, people: Sequence[PersonId] | None, channel: str | None, after: str | None, limit: int
    ) -> Sequence[LiveChat]:
        """Gives live conversations by id."""
        self._up()
        found = [
            c
            for c in sorted(self._picture.conversations.values(), key=lambda c: c.id)
            if (people is None or c.person_id in people) and (after is None or c.id > after)
        ]
        chats = (self._live_chat(c.id) for c in found)
        return [c for c in chats if channel is None or channel in c.chat.extra["channels"]][: max(0, limit)]

    def _live_chat(self, conversation_id: str) -> LiveChat:
        row = self._picture.conversations[conversation_id]
        addresses = [a.address for a in self._picture.addresses.values() if a.conversation_id == conversation_id]
        group = any(a.key.kind == "group" for a in addresses)
        authors = {(m.author, m.author_name) for m in self._messages.get(conversation_id, [])}
        found = Found(
            id=row.id,
            person_id=row.person_id,
            name=self._people[row.person_id].name,
            group=group,
            created_ms=row.created_ms,
            last_ms=row.last_ms,
            channels=tuple(sorted({a.key.channel for a in addresses})),
        )
        return found.live_chat(participants_of(row.id, authors, group=group, person=row.person_id))

    async def live_entries(
        self, conversation_id: ConversationId, *, after: int, limit: int, channel: str | None = None
    ) -> Sequence[LiveEntry]:
        """Gives messages of a live conversation by seq, as entries."""
        self._up()
        if conversation_id not in self._picture.conversations:
            return []
        group = self._live_chat(conversation_id).chat.kind == "group"
        live = (self._live(m) for m in self._messages.get(conversation_id, []) if m.seq > after)
        found = [m for m in live if channel is None or m.channel == channel][: max(0, limit)]
        return [LiveEntry(id=m.id, seq=m.seq, entry=live_entry(m, group=group), address_id=m.address_id) for m in found]

    def _live(self, m: MessageRow) -> LiveMessage:
        address = self._picture.addresses.get(m.address_id or "")
        rows = of_message(self._picture, m.id)
        return LiveMessage(
            id=m.id,
            seq=m.seq,
            author=m.author,
            parts=m.parts,
            sent_ms=m.sent_ms,
            stored_ms=m.stored_ms,
            author_name=m.author_name,
            address_id=m.address_id,
            channel=address.address.key.channel if address else None,
            native_id=m.native_id,
            reply_to=m.reply_to,
            model=m.model,
            extra=extra_of(m.extra),
            deliveries=tuple(delivery_told(told(d), parts=d.parts, whole=m.parts, reply_to=d.reply_to) for d in rows),
        )

    async def restore(self, conversation_id: ConversationId, entries: Sequence[LiveEntry]) -> int:
        """Stores messages of an archive in a live conversation."""
        self._up()
        conversation = self._picture.conversations.get(conversation_id)
        if conversation is None:
            raise Malformed(f"there is no conversation {conversation_id!r} to restore messages in; adopt its person first")
        rows = self._messages.setdefault(conversation_id, [])
        taken, new = {m.seq for m in rows}, 0
        for each in sound_value(entries):
            if each.id in self._message_by_id or each.seq in taken:
                continue
            m = live_message(each.entry, id=each.id, seq=each.seq, address_id=each.address_id)
            row = MessageRow(
                id=m.id,
                conversation_id=conversation_id,
                seq=m.seq,
                author=m.author,
                author_name=m.author_name,
                address_id=m.address_id,
                native_id=m.native_id,
                reply_to=m.reply_to,
                sent_ms=m.sent_ms,
                stored_ms=m.stored_ms,
                parts=m.parts,
                model=m.model,
                extra=extra_text(m.extra),
            )
            insort(rows, row, key=lambda r: r.seq)
            taken.add(m.seq)
            self._message_by_id[m.id] = row
            self._deliveries(m, conversation_id)
            conversation.message_seq = max(conversation.message_seq, m.seq)
            conversation.last_ms = max(conversation.last_ms, m.stored_ms)
            new += 1
        return new

    def _deliveries(self, message: LiveMessage, conversation_id: str) -> None:
        for fields in delivery_rows(message, conversation_id=conversation_id):
            if fields["id"] not in self._picture.deliveries:
                self._picture.show_delivery(DeliveryRow(**fields))

    # -- search
    async def search(
        self, text: str, *, conversations: Sequence[ConversationId] | None, limit: int, before: int | None = None
    ) -> Sequence[Hit]:
        """Finds what was said, newest first."""
        self._up()
        query = parse(text)
        keyed = sorted([(key, n, hit) for n, (key, hit) in enumerate(self._matching(query, conversations))], key=lambda k: k[:2])
        hits: list[Hit] = []
        last = -1
        for key, _, hit in keyed:
            last = max(key, last + 1)
            hits.append(with_cursor(hit, cursor=last))
        hits = [h for h in reversed(hits) if before is None or h.cursor < before]
        return hits[: hit_limit(limit)]

    def _matching(self, query: Query, conversations: Sequence[ConversationId] | None) -> Iterator[tuple[int, Hit]]:
        for rows in self._messages.values():
            for m in rows:
                text = live_words(m.parts)
                if (conversations is None or m.conversation_id in conversations) and matches(text, query):
                    address = self._picture.addresses.get(m.address_id or "")
                    shown, found = cut(text, marks(text, query))
                    yield (
                        search_key(at_ms=m.sent_ms, seq=m.seq, scope=m.conversation_id),
                        Hit(
                            conversation_id=ConversationId(m.conversation_id),
                            person_id=PersonId(self._picture.conversations[m.conversation_id].person_id),
                            origin=address.address.key.channel if address else ORIGIN,
                            author=m.author,
                            author_name=m.author_name,
                            at_ms=m.sent_ms,
                            text=shown,
                            marks=found,
                            cursor=0,
                            message_id=m.id,
                            seq=m.seq,
                        ),
                    )
        for chat in self._chats.values():
            if conversations is None or chat.owner in conversations:
                yield from self._matching_in(chat, query)

    def _matching_in(self, chat: MemoryChat, query: Query) -> Iterator[tuple[int, Hit]]:
        for seq, (line, _) in chat.lines.items():
            entry = line.entry
            text = entry_words(entry)
            if not matches(text, query):
                continue
            speaker = chat.participants.get(entry.author or "")
            shown, found = cut(text, marks(text, query))
            yield (
                search_key(at_ms=entry.at_ms, seq=seq >> 16, scope=chat.id),
                Hit(
                    conversation_id=chat.owner,
                    person_id=PersonId(self._picture.conversations[chat.owner].person_id),
                    origin=chat.chat.origin,
                    author=entry.author or entry.role,
                    author_name=speaker.name if speaker else None,
                    at_ms=entry.at_ms,
                    text=shown,
                    marks=found,
                    cursor=0,
                    chat_id=chat.id,
                    chat_title=chat.chat.title,
                    seq=seq,
                ),
            )

    async def tidy(self, *, scrub: bool = False) -> None:
        """Does nothing: there is no index."""

    async def reindex(self, *, told: Any = None) -> int:
        """Counts what the real stores would index."""
        self._up()
        return sum(map(len, self._messages.values())) + sum(len(c.lines) for c in self._chats.values())

    def _import(self, import_id: str) -> Import:
        if (found := self._imports.get(import_id)) is None:
            raise Malformed(f"there is no import {import_id!r}; store it first")
        return found

    def _chat(self, chat_id: str) -> MemoryChat:
        if (found := self._chats.get(chat_id)) is None:
            raise Malformed(f"there is no chat {chat_id!r}; store it first")
        return found


def _newest_first(held: Sequence[HeldChat]) -> list[HeldChat]:
    return sorted(held, key=lambda h: (h.last_ms or 0, h.id), reverse=True)
