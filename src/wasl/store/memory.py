"""The store in memory: one process, nothing survives it; for tests and drills, by the same laws as the real ones."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from wasl.domain.days import DAY_MS
from wasl.domain.errors import Fenced, StoreDown
from wasl.domain.event import Receipt, Signal
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Media, Said
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import Closing, ConversationSummary, NewDelivery, NewMessage, Settling, StoredMessage, UsageRecord, Work
from wasl.ports.clock import Clock
from wasl.ports.counting import Asked, Counted
from wasl.ports.leases import Held
from wasl.ports.ledger import Ledger
from wasl.ports.people import People
from wasl.ports.store import DEDUPE_DAYS, Backlog, Closed, Incoming, Lease, Outcome, Timer, Token
from wasl.store import picture_read, picture_receive, picture_work
from wasl.store.counting_steps import Counts, count
from wasl.store.memory_library import MemoryLibrary
from wasl.store.memory_people import MemoryPeople
from wasl.store.memory_rows import MemoryRows
from wasl.store.memory_steps import MemorySteps
from wasl.store.picture import ConversationRow, MessageRow, Picture, UsageRow
from wasl.store.purpose_steps import forget_who, insert, part_from_words
from wasl.store.rows import json_of, json_text, merged
from wasl.store.sql_counting import SqlCounting
from wasl.store.sql_evidence import SqlEvidence
from wasl.store.sql_exposure import SqlDrills
from wasl.store.sql_judged import SqlJudged
from wasl.store.sql_ledger import SqlLedger
from wasl.store.sql_purposes import SqlPurposes
from wasl.store.sql_standing import SqlStandings
from wasl.store.sql_templates import SqlTemplates
from wasl.store.sql_terms import SqlTerms
from wasl.store.sql_times import SqlTimes
from wasl.store.sql_trouble import SqlTroubles

Result = TypeVar("Result")


class MemoryStore:
    """A store in dictionaries. `down` makes every method raise StoreDown, as a database that cannot be reached."""

    def __init__(self, *, clock: Clock) -> None:
        self.down = False
        self._clock = clock
        self._open = False
        self.rows = rows = MemoryRows()
        self._picture = rows.picture
        self._seen: dict[tuple[str, str], int] = {}
        self._cursors: dict[str, str] = {}
        self._messages = rows.messages
        self._message_by_id = rows.message_by_id
        self._usage = rows.usage
        self._signals: list[tuple[str, Signal]] = []
        self._consents = rows.consents
        self._tokens = rows.tokens
        self._taken: set[tuple[str, str]] = set()
        self._timers = rows.timers
        self.people: People = MemoryPeople(rows, clock=clock, up=self._up)
        self._library = MemoryLibrary(
            picture=self._picture,
            messages=self._messages,
            message_by_id=self._message_by_id,
            people=rows.people,
            raws=rows.raws,
            up=self._up,
        )
        rows.library = self._library
        self._beside = MemorySteps(up=self._up)
        self.ledger: Ledger = SqlLedger(read=self._beside.read, write=self._beside.write, new_id=clock.new_id, live=False)
        self.standings = SqlStandings(read=self._beside.read, write=self._beside.write, alone=True)
        self.times = SqlTimes(write=self._beside.write)
        self.troubles = SqlTroubles(read=self._beside.read, write=self._beside.write, clock=clock)
        self.counting = SqlCounting(read=self._beside.read, write=self._beside.write)
        self.judged = SqlJudged(read=self._beside.read, write=self._beside.write)
        self.drills = SqlDrills(read=self._beside.read, write=self._beside.write)
        self.purposes = SqlPurposes(read=self._beside.read, write=self._beside.write)
        self.evidence = SqlEvidence(read=self._beside.read, write=self._beside.write)
        rows.forget_beside.append(lambda gone, people: self._beside.carry(lambda: forget_who(gone, people, new_id=clock.new_id)))
        rows.retire_beside.append(lambda turns: self._beside.carry(lambda: part_from_words(turns)))
        self.templates = SqlTemplates(read=self._beside.read, write=self._beside.write)
        self.terms = SqlTerms(read=self._beside.read, write=self._beside.write, live=False)

    @property
    def library(self) -> MemoryLibrary:
        """The imported chats, and the search."""
        return self._library

    async def open(self) -> None:
        """Is ready."""
        self._open = True

    async def close(self) -> None:
        """Closes; what was stored stays as long as the object."""
        self._open = False

    async def ping(self) -> None:
        """Says whether it is open."""
        self._up()

    # -- one inbound request
    async def receive(self, incoming: Incoming, *, lease: Lease | None = None) -> Sequence[Outcome]:
        """Stores the raw body and every event."""

        def write(picture: Picture) -> list[Outcome]:
            keys = {(incoming.channel, e.key) for e in incoming.events if not isinstance(e, Receipt)}
            picture.fresh = keys - self._seen.keys()
            self._seen.update(dict.fromkeys(picture.fresh, incoming.received_at_ms))
            return picture_receive.receive(picture, incoming, lease=lease, clock=self._clock)

        return await self._write(write)

    async def cursor(self, channel: str) -> str | None:
        """Gives the last cursor stored for the channel."""
        self._up()
        return self._cursors.get(channel)

    # -- work
    async def claim(self, *, lease: Lease, limit: int, now_ms: int) -> Sequence[Work]:
        """Leases what is ready, longest ready first."""
        self._up()
        ready = [c for c in self._picture.conversations.values() if c.ready_at is not None and c.ready_at <= now_ms and c.owner is None]
        ready.sort(key=lambda c: c.ready_at or 0)
        return [self._lease(c, lease, now_ms=now_ms) for c in ready[:limit]]

    async def renew(self, *, lease: Lease, now_ms: int, held: Sequence[ConversationId] | None = None) -> Mapping[ConversationId, int]:
        """Prolongs the owner's leases."""
        self._up()
        rows = [r for r in self._picture.conversations.values() if r.owner == lease.owner and (held is None or r.id in held)]
        for row in rows:
            row.ready_at = now_ms + lease.milliseconds
        return {ConversationId(row.id): row.epoch for row in rows}

    async def leases(self) -> Sequence[Held]:
        """Reads every lease."""
        self._up()
        rows = self._picture.conversations.values()
        return [Held(ConversationId(c.id), c.owner, c.epoch, c.ready_at) for c in rows if c.owner is not None and c.ready_at is not None]

    async def free(self, seen: Sequence[Held], *, now_ms: int) -> int:
        """Ends leases that are as they were seen."""
        still = set(seen).intersection(await self.leases())
        for one in still:
            row = self._picture.conversations[one.conversation_id]
            row.owner, row.ready_at = None, min(now_ms, one.until_ms)
        return len(still)

    async def set_back(self, *, by_ms: int, now_ms: int) -> int:
        """Brings forward what was put off by a clock that has gone back."""
        return await self._write(lambda p: picture_work.set_back(p, by_ms=by_ms, now=now_ms))

    async def release(
        self,
        *,
        conversation_id: ConversationId,
        epoch: int,
        now_ms: int,
        turns_at_ms: int | None = None,
        deliveries_at_ms: int | None = None,
    ) -> None:
        """Gives a lease back."""
        await self._write(
            lambda p: picture_work.release(p, conversation_id, epoch, now=now_ms, turns_at=turns_at_ms, deliveries_at=deliveries_at_ms)
        )

    async def close_turn(self, closing: Closing, *, start: bool = True, count: Asked | None = None) -> Closed:
        """Stores the reply and closes the turns."""
        return await self._write(lambda p: picture_work.close_turn(p, closing, start=start, count=count))

    async def retry_turn(
        self, *, turn_id: TurnId, conversation_id: ConversationId, epoch: int, now_ms: int, at_ms: int, usage: Sequence[UsageRecord] = ()
    ) -> None:
        """Counts an attempt and gives the lease back until `at_ms`."""
        await self._write(lambda p: picture_work.retry_turn(p, turn_id, conversation_id, epoch, at=at_ms, usage=usage))

    async def start_sending(
        self, *, delivery_id: DeliveryId, conversation_id: ConversationId, epoch: int, now_ms: int, count: Asked | None = None
    ) -> Counted | None:
        """Makes a delivery "sending" and counts the attempt."""
        return await self._write(lambda p: picture_work.start_sending(p, delivery_id, conversation_id, epoch, now=now_ms, count=count))

    async def settle(self, settling: Settling) -> None:
        """Stores what became of a delivery."""
        fenced: Fenced | None = await self._write(lambda p: picture_work.settle(p, settling))
        if fenced is not None:
            raise fenced

    async def say(self, *, conversation_id: ConversationId, message: NewMessage, deliveries: Sequence[NewDelivery], now_ms: int) -> int:
        """Stores a message that answers no turn."""
        return await self._write(lambda p: picture_work.say(p, conversation_id, message, deliveries, now=now_ms))

    # -- reading
    async def history(self, conversation_id: ConversationId, *, limit: int, before_seq: int | None = None) -> Sequence[Said]:
        """Gives the last messages, oldest first."""
        self._up()
        own = [picture_read.said(m) for m in self._before(conversation_id, before_seq, limit)]
        row = self._picture.conversations.get(conversation_id)
        if row is None or not row.shared or before_seq is not None:
            return own
        others = [c.id for c in self._picture.conversations.values() if c.person_id == row.person_id and c.id != row.id]
        waiting = {t.message_id for c in others for t in self._picture.due_turns.get(c, {}).values()}
        elsewhere = [picture_read.said(m, elsewhere=True) for c in others for m in self._messages.get(c, []) if m.id not in waiting]
        return merged(own, elsewhere, limit=limit)

    async def messages_after(self, conversation_id: ConversationId, *, seq: int, limit: int) -> Sequence[StoredMessage]:
        """Gives messages with a greater seq."""
        self._up()
        return [picture_read.shown(self._picture, m) for m in self._messages.get(conversation_id, []) if m.seq > seq][:limit]

    async def messages_before(self, conversation_id: ConversationId, *, seq: int | None, limit: int) -> Sequence[StoredMessage]:
        """Gives the last messages with a smaller seq."""
        self._up()
        return [picture_read.shown(self._picture, m) for m in self._before(conversation_id, seq, limit)]

    async def find_address(self, key: AddressKey) -> tuple[Address, ConversationId] | None:
        """Finds the open address and its conversation."""
        self._up()
        row = self._picture.by_handle.get((key.channel, key.scope, key.handle))
        return None if row is None else (row.address, ConversationId(row.conversation_id))

    async def addresses(self, conversation_id: ConversationId) -> Sequence[Address]:
        """Gives the open addresses of a conversation's bearer."""
        self._up()
        rows = self._picture.addresses.values()
        found = [r.address for r in rows if r.conversation_id == conversation_id and r.address.valid_to_ms is None]
        return sorted(found, key=lambda a: (a.last_inbound_ms or -1, a.valid_from_ms, a.id), reverse=True)

    async def conversations(self, *, limit: int, before_ms: int | None = None) -> Sequence[ConversationSummary]:
        """Lists conversations, the newest word first."""
        self._up()
        rows = [c for c in self._picture.conversations.values() if before_ms is None or c.last_ms < before_ms]
        rows.sort(key=lambda c: (c.last_ms, c.id), reverse=True)
        return [
            picture_read.summary(self._picture, c, self._messages.get(c.id, []), name=self.rows.people[c.person_id].name)
            for c in rows[:limit]
        ]

    async def backlog(self, *, now_ms: int) -> Backlog:
        """Counts the work."""
        self._up()
        return picture_read.backlog(self._picture, now_ms=now_ms)

    async def deliveries(self, message_id: MessageId) -> Sequence[Mapping[str, Any]]:
        """Gives every delivery of a message."""
        self._up()
        return [picture_read.told(d) for d in picture_read.of_message(self._picture, message_id)]

    async def usage_totals(self, *, since_ms: int) -> Sequence[Mapping[str, Any]]:
        """Sums calls and tokens by candidate and outcome."""
        self._up()
        totals: dict[tuple[str, str], dict[str, Any]] = {}
        for r in (row.record for row in self._usage):
            if r.started_at_ms >= since_ms:
                total = totals.setdefault((r.candidate, r.outcome), {"candidate": r.candidate, "outcome": r.outcome})
                for name, value in (
                    ("calls", 1),
                    ("input_tokens", r.usage.input_tokens),
                    ("output_tokens", r.usage.output_tokens),
                    ("cached_tokens", r.usage.cached_tokens),
                    ("estimated_calls", int(r.usage.estimated)),
                    ("took_ms", r.took_ms),
                ):
                    total[name] = total.get(name, 0) + value
        return [totals[k] for k in sorted(totals)]

    async def signals(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """Lists what platforms said about our accounts, newest first."""
        self._up()
        return [
            {"channel": c, "scope": s.scope, "kind": s.kind, "grave": s.grave, "at_ms": s.at_ms, "detail": json_of(json_text(s.detail))}
            for c, s in reversed(self._signals[-limit:])
        ]

    # -- beside
    async def attach(self, *, message_id: MessageId, position: int, media: Media) -> None:
        """Replaces a Media part by one that is held."""
        self._up()
        row = self._message_by_id.get(message_id)
        if row is not None and position < len(row.parts) and isinstance(row.parts[position], Media):
            row.parts = (*row.parts[:position], media, *row.parts[position + 1 :])

    async def record_usage(self, records: Sequence[UsageRecord]) -> None:
        """Stores the cost of calls that belong to no turn."""
        self._up()
        self._usage.extend(UsageRow(record=r, turn_id=None, conversation_id=None) for r in records)

    async def put_token(self, token: Token) -> None:
        """Stores a token."""
        self._up()
        self._tokens[token.kind, token.sha256] = replace(token, payload=json_of(json_text(token.payload)))
        self._taken.discard((token.kind, token.sha256))

    async def find_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a token that is neither expired nor taken."""
        self._up()
        token = self._tokens.get((kind, sha256))
        if token is None or (kind, sha256) in self._taken or (token.expires_ms is not None and token.expires_ms <= now_ms):
            return None
        return token

    async def take_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a single-use token and uses it up."""
        token = await self.find_token(kind=kind, sha256=sha256, now_ms=now_ms)
        if token is not None:
            self._taken.add((kind, sha256))
        return token

    async def tokens(self, *, kind: str) -> Sequence[Token]:
        """Lists the tokens of a kind that are neither expired nor taken."""
        self._up()
        found = [await self.find_token(kind=k, sha256=s, now_ms=self._clock.now_ms()) for k, s in self._tokens if k == kind]
        return sorted((t for t in found if t is not None), key=lambda t: t.created_ms)

    async def drop_token(self, *, kind: str, sha256: str) -> bool:
        """Forgets a token."""
        self._up()
        return self._tokens.pop((kind, sha256), None) is not None

    async def set_timer(self, timer: Timer) -> None:
        """Stores a timer."""
        self._up()
        self._timers[timer.kind, timer.key] = replace(timer, payload=json_of(json_text(timer.payload)))

    async def drop_timer(self, *, kind: str, key: str) -> None:
        """Forgets a timer."""
        self._up()
        self._timers.pop((kind, key), None)

    async def due_timers(self, *, now_ms: int, limit: int, lease_ms: int) -> Sequence[Timer]:
        """Gives timers that are due and moves them ahead."""
        self._up()
        due = sorted((t for t in self._timers.values() if t.due_ms <= now_ms), key=lambda t: t.due_ms)[:limit]
        for timer in due:
            self._timers[timer.kind, timer.key] = replace(timer, due_ms=now_ms + lease_ms)
        return due

    async def prune(self, *, now_ms: int, raw_days: int) -> Mapping[str, int]:
        """Deletes what is too old."""
        self._up()
        raws = [r for r in self.rows.raws if r[1] < now_ms - raw_days * DAY_MS]
        seen = [k for k, at in self._seen.items() if at < now_ms - DEDUPE_DAYS * DAY_MS]
        tokens = [k for k, t in self._tokens.items() if t.expires_ms is not None and t.expires_ms < now_ms]
        self.rows.raws[:] = [r for r in self.rows.raws if r[1] >= now_ms - raw_days * DAY_MS]
        for event in seen:
            del self._seen[event]
        for token in tokens:
            del self._tokens[token]
        return {"raw": len(raws), "seen": len(seen), "token": len(tokens)}

    # -- private
    def _up(self) -> None:
        if self.down or not self._open:
            raise StoreDown("the store is not open; nothing was stored")

    async def _write(self, write: Callable[[Picture], Result | Counts]) -> Result:
        self._up()
        await asyncio.sleep(0)  # a real commit takes time too: whoever relies on none passing is found out
        result = write(self._picture)
        if isinstance(result, Counts):
            asked = result.asked
            result = cast(Result, result.after(self._beside.carry(lambda: count([asked]))[0]))
        self._absorb()
        return result

    def _absorb(self) -> None:
        changes = self._picture.take_changes()
        self.rows.raws.extend(changes.raws)
        self._cursors.update(changes.cursors)
        self.rows.people.update({p.id: p for p in changes.people})
        for message in changes.messages:
            self._messages.setdefault(message.conversation_id, []).append(message)
            self._message_by_id[message.id] = message
        self._usage.extend(changes.usage)
        if changes.purposes:
            self._beside.carry(lambda: insert(changes.purposes))
        self.rows.turns.update(changes.new_turns)
        self._signals.extend(changes.signals)
        for c in changes.consents:
            key = (c.address.channel, c.address.scope, c.address.handle, c.purpose)
            if key not in self._consents or self._consents[key][1] <= c.at_ms:
                self._consents[key] = (c.given, c.at_ms)

    def _lease(self, row: ConversationRow, lease: Lease, *, now_ms: int) -> Work:
        row.epoch += 1
        row.owner, row.ready_at = lease.owner, now_ms + lease.milliseconds
        return picture_read.work_of(self._picture, row, self._message_by_id)

    def _before(self, conversation_id: str, seq: int | None, limit: int) -> Sequence[MessageRow]:
        rows = [m for m in self._messages.get(conversation_id, []) if seq is None or m.seq < seq]
        return rows[max(0, len(rows) - limit) :]
