"""People of the store in memory: by the same laws as in a database."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from wasl.domain.errors import Malformed
from wasl.domain.identity import AuditRecord, By, Identity, LinkRecord, PersonView, settled
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address
from wasl.domain.turn import StoredMessage
from wasl.ports.clock import Clock
from wasl.ports.format import PersonRecord
from wasl.ports.people import Erasure, Forgotten
from wasl.store import memory_forget, picture_read
from wasl.store.memory_part import call_back, fence_off, part
from wasl.store.memory_rows import MemoryRows
from wasl.store.people_join import refuse_link
from wasl.store.people_move import extra_of
from wasl.store.picture import AddressRow, ConversationRow, PersonRow
from wasl.store.rows import json_of, json_text
from wasl.wire.text import fold


class MemoryPeople:
    """Who is who, in dictionaries."""

    def __init__(self, rows: MemoryRows, *, clock: Clock, up: Callable[[], None]) -> None:
        self._rows = rows
        self._clock = clock
        self._up = up

    # -- reading
    async def person_of(self, conversation_id: ConversationId) -> PersonId | None:
        """Gives the person whose conversation it is."""
        self._up()
        row = self._rows.picture.conversations.get(conversation_id)
        return None if row is None else PersonId(row.person_id)

    async def view(self, person_id: PersonId) -> PersonView | None:
        """Gives a person with identities, links and hold."""
        self._up()
        return self._view(person_id) if self._of(person_id) else None

    async def find(self, text: str, *, limit: int, after: PersonId | None = None) -> Sequence[PersonView]:
        """Finds people by name, handle or id."""
        self._up()
        wanted = fold(text).strip()
        ids = sorted({c.person_id for c in self._rows.picture.conversations.values()})
        return [self._view(p) for p in ids if (after is None or p > after) and wanted in self._words(p)][:limit]

    async def siblings(self, conversation_id: ConversationId) -> Sequence[ConversationId]:
        """Gives every conversation of the same person, oldest first."""
        self._up()
        row = self._rows.picture.conversations.get(conversation_id)
        return [] if row is None else [ConversationId(c.id) for c in self._of(row.person_id)]

    async def addresses(self, person_id: PersonId) -> Sequence[tuple[Address, ConversationId]]:
        """Gives the open addresses of a person, the one last written from first."""
        self._up()
        rows = [r for r in self._rows.picture.addresses.values() if r.address.person_id == person_id and r.address.valid_to_ms is None]
        rows.sort(key=lambda r: (r.address.last_inbound_ms or -1, r.address.valid_from_ms, r.address.id), reverse=True)
        return [(r.address, ConversationId(r.conversation_id)) for r in rows]

    async def timeline(
        self, conversations: Sequence[ConversationId], *, before: str | None = None, after: str | None = None, limit: int
    ) -> Sequence[StoredMessage]:
        """Gives messages of several conversations as one history."""
        self._up()
        rows = sorted((m for c in conversations for m in self._rows.messages.get(c, ())), key=lambda m: m.id)
        rows = [m for m in rows if (before is None or m.id < before) and (after is None or m.id > after)]
        kept = rows[:limit] if after is not None else rows[max(0, len(rows) - limit) :]
        return [picture_read.shown(self._rows.picture, m) for m in kept]

    # -- joining and parting
    async def link(self, *, link: LinkRecord, now_ms: int) -> LinkRecord:
        """Joins two people."""
        await self._commit()
        if link.id in self._rows.links:
            return self._rows.links[link.id]
        people = self._joinable(link)
        self._rows.links[link.id] = link
        self._settle(people, now=now_ms, fence=False)
        self._tell_both(link, people, act="link", by=link.by, now=now_ms)
        return link

    async def unlink(self, *, link_id: str, by: By, now_ms: int) -> LinkRecord:
        """Ends a link."""
        await self._commit()
        known = self._link(link_id)
        if known.ended_ms is not None:
            return known
        self._end([known], by=by, now=now_ms)
        conversations = self._rows.picture.conversations
        self._tell_both(known, {conversations[known.one].person_id, conversations[known.other].person_id}, act="unlink", by=by, now=now_ms)
        return self._rows.links[link_id]

    async def relink(self, *, link_id: str, by: By, now_ms: int) -> LinkRecord:
        """Opens an ended link again."""
        await self._commit()
        known = self._link(link_id)
        if known.ended_ms is None:
            return known
        people = self._joinable(known)
        opened = self._rows.links[link_id] = replace(known, ended_ms=None, ended_by=None)
        self._settle(people, now=now_ms, fence=False)
        self._tell_both(opened, people, act="relink", by=by, now=now_ms)
        return opened

    async def split(self, *, address_id: AddressId, by: By, now_ms: int) -> ConversationId:
        """Parts an address from its conversation."""
        await self._commit()
        row = self._rows.picture.addresses.get(address_id)
        if row is None:
            raise Malformed(f"there is no address {address_id!r}; nothing was changed")
        old, person = row.conversation_id, row.address.person_id
        new = old
        if any(r.conversation_id == old and r is not row for r in self._rows.picture.addresses.values()):
            new = part(self._rows, row, new_id=self._clock.new_id, now=now_ms)
        else:
            links = [k for k in self._rows.links.values() if k.ended_ms is None and old in (k.one, k.other)]
            self._end(links, by=by, now=now_ms)
        now_whose = self._rows.picture.conversations[new].person_id
        for whose, where in {person: old, now_whose: new}.items():
            self._note("split", by, whose, where, now_ms, {"from": old, "to": new}, address_id=address_id)
        return ConversationId(new)

    async def continue_chat(self, *, conversation_id: ConversationId, chat_id: str | None, by: By, now_ms: int) -> None:
        """Makes an imported chat the beginning of a live conversation."""
        await self._commit()
        row = self._rows.picture.conversations.get(conversation_id)
        if row is None:
            raise Malformed(f"there is no conversation {conversation_id!r}; nothing was changed")
        if row.continues != chat_id:
            row.continues = chat_id
            self._note("continue", by, row.person_id, row.id, now_ms, {"chat": chat_id})

    # -- audit, holds
    async def note(self, record: AuditRecord) -> None:
        """Stores a step that changed nothing here."""
        await self._commit()
        if all(r.id != record.id for r in self._rows.audit):
            self._rows.audit.append(replace(record, detail=json_of(json_text(record.detail))))

    async def audit(self, *, person_id: PersonId | None = None, limit: int, before: str | None = None) -> Sequence[AuditRecord]:
        """Lists steps, newest first."""
        self._up()
        people = None if person_id is None else self._everybody(person_id)
        rows = [r for r in self._rows.audit if (people is None or r.person_id in people) and (before is None or r.id < before)]
        return sorted(rows, key=lambda r: r.id, reverse=True)[:limit]

    async def hold(self, *, person_id: PersonId, reason: str | None, by: By, now_ms: int) -> None:
        """Puts a legal hold on a person, or lifts it."""
        await self._commit()
        if not self._of(person_id):
            raise Malformed(f"there is no person {person_id!r}; nothing was changed")
        for one in self._everybody(person_id):
            self._rows.holds.pop(one, None)
            if reason is not None:
                self._rows.holds[one] = reason
        self._note("hold" if reason is not None else "hold lifted", by, person_id, None, now_ms, {"reason": reason})

    # -- erasing
    async def weigh(self, person_id: PersonId) -> Forgotten:
        """Counts what erasing would take."""
        self._up()
        if not self._of(person_id):
            raise Malformed(f"there is no person {person_id!r}")
        return memory_forget.weigh(self._rows, person_id, [c.id for c in self._of(person_id)])

    async def erase(self, *, erasure: Erasure, salt: bytes) -> Forgotten:
        """Erases in one commit."""
        await self._commit()
        forgotten, left = memory_forget.erase(self._rows, erasure, salt=salt)
        self._settle(left, now=erasure.at_ms, fence=True)
        memory_forget.drop_people(self._rows)
        detail = {"erasure": erasure.id, "counts": dict(forgotten.counts)}
        self._note("erase", erasure.by, erasure.person_id, None, erasure.at_ms, detail)
        return forgotten

    async def erasures(self) -> Sequence[Erasure]:
        """Lists what was erased, oldest first."""
        self._up()
        return sorted(self._rows.erasures, key=lambda e: (e.at_ms, e.id))

    async def retire(self, *, channel: str | None, before_ms: int, limit: int) -> Mapping[str, int]:
        """Deletes old messages whose turns are closed."""
        await self._commit()
        return memory_forget.retire(self._rows, channel, before_ms=before_ms, limit=limit)

    # -- moving house
    async def records(self, *, people: Sequence[PersonId] | None, after: PersonId | None, limit: int) -> Sequence[PersonRecord]:
        """Gives people as an archive holds them."""
        self._up()
        ids = sorted({c.person_id for c in self._rows.picture.conversations.values()})
        return [self._record(p) for p in ids if (people is None or p in people) and (after is None or p > after)][:limit]

    async def adopt(self, record: PersonRecord, *, now_ms: int) -> bool:
        """Stores a person from an archive."""
        await self._commit()
        rows, extra = self._rows, record.extra
        listed: Sequence[Mapping[str, Any]] = extra.get("conversations", ())
        new = record.id not in rows.people
        for person in {record.id, *(c["born_as"] for c in listed)} - rows.people.keys():
            name = record.name if person == record.id else None
            rows.people[person] = PersonRow(
                id=person, kind=extra.get("kind", "person"), name=name, created_ms=extra.get("created_ms", now_ms)
            )
        for c in listed:
            if c["id"] not in rows.picture.conversations:
                rows.picture.conversations[c["id"]] = ConversationRow(
                    id=c["id"], person_id=record.id, born_as=c["born_as"], created_ms=c["created_ms"], last_ms=c["last_ms"]
                )
        for address in record.addresses:
            self._adopt_address(address, extra.get("places", {}).get(address.id), record.id, now=now_ms)
        memory_forget.adopt_rest(rows, record)
        here = {c["id"] for c in listed} & rows.picture.conversations.keys()
        self._settle({rows.picture.conversations[c].person_id for c in here}, now=now_ms, fence=False)
        return new

    # -- private
    async def _commit(self) -> None:
        self._up()
        await asyncio.sleep(0)  # a real commit takes time too

    def _of(self, person_id: str) -> list[ConversationRow]:
        return sorted((c for c in self._rows.picture.conversations.values() if c.person_id == person_id), key=lambda c: c.id)

    def _everybody(self, person_id: str) -> set[str]:
        return {person_id, *(c.born_as or c.person_id for c in self._of(person_id))}

    def _link(self, link_id: str) -> LinkRecord:
        if link_id not in self._rows.links:
            raise Malformed(f"there is no link {link_id!r}; nothing was changed")
        return self._rows.links[link_id]

    def _joinable(self, link: LinkRecord) -> set[str]:
        people = []
        for conversation_id in (link.one, link.other):
            row = self._rows.picture.conversations.get(conversation_id)
            if row is None:
                raise Malformed(f"there is no conversation {conversation_id!r}; nothing was changed")
            people.append(self._rows.people[row.person_id])
        distinct = {p.id for p in people}
        refuse_link(kinds=(people[0].kind, people[1].kind), people=len(distinct), conversations=sum(len(self._of(p)) for p in distinct))
        return distinct

    def _end(self, links: Iterable[LinkRecord], *, by: By, now: int) -> None:
        people = set()
        for link in links:
            people.add(self._rows.picture.conversations[link.one].person_id)
            self._rows.links[link.id] = replace(link, ended_ms=now, ended_by=by)
        self._settle(people, now=now, fence=True)

    def _settle(self, people: Iterable[str], *, now: int, fence: bool) -> None:
        rows = [c for p in sorted(set(people)) for c in self._of(p)]
        born = {ConversationId(c.id): PersonId(c.born_as or c.person_id) for c in rows}
        placed = settled(list(born), self._rows.links.values(), born=born)
        sizes = Counter(placed.values())
        for row in rows:
            if fence:
                fence_off(self._rows, row, now=now)
            person = placed[ConversationId(row.id)]
            if (person, sizes[person] > 1) != (row.person_id, row.shared):
                row.born_as, row.person_id, row.shared = row.born_as or row.person_id, person, sizes[person] > 1
                row.identity_epoch += 1
                for place in self._rows.picture.addresses.values():
                    if place.conversation_id == row.id:
                        place.address = replace(place.address, person_id=person)

        if fence:
            for row in rows:
                call_back(self._rows, row)

    def _note(
        self, act: str, by: By, person: str, conversation: str | None, now: int, detail: Mapping[str, Any], address_id: str | None = None
    ) -> None:
        self._rows.audit.append(
            AuditRecord(
                id=self._clock.new_id(),
                at_ms=now,
                by=by,
                act=act,
                person_id=PersonId(person),
                conversation_id=None if conversation is None else ConversationId(conversation),
                address_id=None if address_id is None else AddressId(address_id),
                detail=detail,
            )
        )

    def _tell_both(self, link: LinkRecord, people: Iterable[str], *, act: str, by: By, now: int) -> None:
        detail = {"link": link.id, "one": link.one, "other": link.other, "proof": link.proof}
        for person in sorted(set(people)):
            self._note(act, by, person, link.one, now, detail)

    def _words(self, person_id: str) -> str:
        words = [person_id, self._rows.people[person_id].name or "", *(c.id for c in self._of(person_id))]
        for row in self._rows.picture.addresses.values():
            if row.address.person_id == person_id:
                words += [row.address.key.handle, row.address.key.alias or "", row.address.name or ""]
        return fold("\n".join(words))

    def _view(self, person_id: str) -> PersonView:
        rows, own = self._rows, self._of(person_id)
        ids = {c.id for c in own}
        links = [k for k in rows.links.values() if k.one in ids or k.other in ids]
        held = [rows.holds[p] for p in sorted(self._everybody(person_id)) if p in rows.holds]
        return PersonView(
            id=PersonId(person_id),
            name=rows.people[person_id].name,
            kind=rows.people[person_id].kind,
            identities=tuple(self._identity(c) for c in own),
            links=tuple(sorted(links, key=lambda k: (k.at_ms, k.id))),
            hold=held[0] if held else None,
        )

    def _identity(self, c: ConversationRow) -> Identity:
        places = [r.address for r in self._rows.picture.addresses.values() if r.conversation_id == c.id]
        messages = self._rows.messages.get(c.id, [])
        return Identity(
            conversation_id=ConversationId(c.id),
            born_as=PersonId(c.born_as or c.person_id),
            addresses=tuple(sorted(places, key=lambda a: (a.valid_from_ms, a.id))),
            messages=len(messages),
            chats=self._rows.library.brought([c.id])[0] if self._rows.library is not None else 0,
            first_ms=messages[0].stored_ms if messages else c.created_ms,
            last_ms=c.last_ms,
        )

    def _record(self, person_id: str) -> PersonRecord:
        rows, one = self._rows, self._view(person_id)
        steps = sorted((r for r in rows.audit if r.person_id in self._everybody(person_id)), key=lambda r: r.id)
        times = [(c.id, c.born_as or c.person_id, c.created_ms, c.last_ms) for c in self._of(person_id)]
        return PersonRecord(
            id=person_id,
            name=one.name,
            addresses=tuple(a for i in one.identities for a in i.addresses),
            links=tuple(asdict(k) for k in one.links),
            consents=tuple(memory_forget.consents_of(rows, {t[0] for t in times})),
            processors=memory_forget.processors(rows, {t[0] for t in times}),
            audit=tuple(asdict(s) for s in steps),
            extra=extra_of(one, created_ms=rows.people[person_id].created_ms, times=times),
        )

    def _adopt_address(self, address: Address, where: str | None, person: str, *, now: int) -> None:
        picture = self._rows.picture
        if where not in picture.conversations or address.id in picture.addresses:
            return
        key = address.key
        taken = (key.channel, key.scope, key.handle) in picture.by_handle
        until = now if taken and address.valid_to_ms is None else address.valid_to_ms
        row = AddressRow(address=replace(address, person_id=PersonId(person), valid_to_ms=until), conversation_id=where)
        if until is None:
            picture.show_address(row)
        else:
            picture.addresses[address.id] = row
