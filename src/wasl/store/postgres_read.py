"""What faces and the answering side read from PostgreSQL; every query here walks an index."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar, cast

import asyncpg

from wasl.domain.errors import SettingWrong, StoreDown
from wasl.domain.ids import ConversationId
from wasl.domain.message import Said, plain_text
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import ConversationSummary, StoredMessage
from wasl.ports.store import Backlog, Token
from wasl.store.message_rows import STORED, stored
from wasl.store.postgres_link import LOST, Connection, connect, down
from wasl.store.postgres_save import clean
from wasl.store.postgres_work import read_address
from wasl.store.rows import ADDRESS_COLUMNS, is_uuid, json_of, merged, parts_of

Result = TypeVar("Result")
READERS = 2
"""Connections for reading in one process."""
PREVIEW_CHARACTERS = 160
SEQ_MAX = 2**31 - 1

_HISTORY = """select k.n, m.id, m.seq, m.author, m.parts, m.sent_ms, m.author_name,
case when m.author <> 'person' then m.reply_to end, false
from unnest($1::integer[], $2::uuid[], $3::integer[], $4::integer[]) k (n, conversation_id, before, most) cross join lateral
(select * from message where conversation_id = k.conversation_id and seq < k.before order by seq desc limit k.most) m
union all select k.n, m.id, m.seq, m.author, m.parts, m.sent_ms, m.author_name, case when m.author <> 'person' then m.reply_to end, true
from unnest($1::integer[], $2::uuid[], $3::integer[], $4::integer[]) k (n, conversation_id, before, most)
join conversation c on c.id = k.conversation_id and c.shared = 1 and k.before = 2147483647
join conversation o on o.person_id = c.person_id and o.id <> c.id cross join lateral
(select * from message where conversation_id = o.id and not exists (select 1 from turn t where t.conversation_id = o.id
and t.seq > o.closed_seq and t.state = 'due' and t.message_id = message.id) order by seq desc limit k.most) m
order by 1, 9, 3"""
_STORED = f"{STORED} where m.conversation_id = $1"
_CONVERSATIONS = """select c.id, c.last_ms, c.turn_seq - c.closed_seq, m.parts, p.name,
(select array_agg(distinct a.channel order by a.channel) from address a where a.conversation_id = c.id and a.valid_to_ms is null),
(select t.accepted_ms from turn t where t.conversation_id = c.id and t.seq = c.closed_seq + 1)
from (select * from conversation where last_ms < $1 order by last_ms desc, id desc limit $2) c
join person p on p.id = c.person_id left join message m on m.conversation_id = c.id and m.seq = c.message_seq
order by c.last_ms desc, c.id desc"""
_BACKLOG = """select count(*) filter (where ready_at <= $1 and owner is null), count(*) filter (where owner is not null),
count(*) filter (where ready_at > $1 and owner is null), min(ready_at) filter (where owner is null),
coalesce(sum(turn_seq - closed_seq), 0) from conversation where ready_at is not null"""
_STATES = "select state, count(*) from delivery where state in ('queued', 'sending', 'unknown') group by state"
_DELIVERY_NAMES = """id, address_id, channel, position, state, attempt, native_id, created_ms, since_ms, due_ms,
sent_ms, delivered_ms, read_ms, error, price, verdict"""
_TOTALS = """select candidate, outcome, count(*) as calls,
sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
sum(cached_tokens)::bigint as cached_tokens, count(*) filter (where estimated) as estimated_calls, sum(took_ms)::bigint as took_ms
from usage where started_ms >= $1 group by candidate, outcome order by candidate, outcome"""


class Readers:
    """A few connections for reading. Histories that are asked for at once are read by one statement."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        for _ in range(READERS):
            self._free.put_nowait(None)
        self._asked: list[tuple[str, int, int, asyncio.Future[Sequence[Said]]]] = []
        self._pump: asyncio.Task[None] | None = None

    async def read(self, read: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Lends a connection. Raises StoreDown when the database cannot be read now."""
        db = await self._free.get()
        try:
            if db is None or db.is_closed():
                db = await connect(self._url, name="reader")
            return await read(db)
        except SettingWrong as error:
            raise down(error) from error
        except (*LOST, asyncpg.PostgresError, ValueError) as error:
            if db is not None and isinstance(error, LOST):
                db.terminate()
                db = None
            raise down(error) from error
        finally:
            self._free.put_nowait(db)

    async def close(self) -> None:
        """Closes the connections once they are given back."""
        for _ in range(READERS):
            db = await self._free.get()
            if db is not None:
                try:
                    await db.close(timeout=2.0)
                except LOST:
                    db.terminate()

    async def history(self, conversation_id: str, *, limit: int, before_seq: int | None) -> Sequence[Said]:
        """Gives the last messages before a seq, oldest first."""
        if not is_uuid(conversation_id):
            return []
        future: asyncio.Future[Sequence[Said]] = asyncio.get_running_loop().create_future()
        before = SEQ_MAX if before_seq is None else max(-SEQ_MAX, min(SEQ_MAX, before_seq))
        self._asked.append((conversation_id, before, limit, future))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.get_running_loop().create_task(self._histories(), name="histories")
        return await future

    async def _histories(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, []
            arrays = list(range(len(asked))), [a[0] for a in asked], [a[1] for a in asked], [a[2] for a in asked]
            found: list[list[Said]] = [[] for _ in asked]
            try:
                for r in await self.read(partial(_fetch_histories, arrays=arrays)):
                    found[r[0]].append(_said(r))
            except StoreDown as error:
                for _, _, _, future in asked:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, _, most, future), history in zip(asked, found, strict=True):
                if not future.done():
                    own = [s for s in history if not s.elsewhere]
                    future.set_result(merged(own, [s for s in history if s.elsewhere], limit=most))


def _said(r: Sequence[Any]) -> Said:
    return Said(id=str(r[1]), seq=r[2], author=r[3], parts=parts_of(r[4]), sent_at_ms=r[5], author_name=r[6], reply_to=r[7], elsewhere=r[8])


async def _fetch_histories(db: Connection, *, arrays: Sequence[object]) -> Sequence[Any]:
    return await db.fetch(_HISTORY, *arrays)


async def messages_after(db: Connection, conversation_id: str, *, seq: int, limit: int) -> list[StoredMessage]:
    """Gives messages with a greater seq, oldest first."""
    return [stored(r) for r in await db.fetch(f"{_STORED} and m.seq > $2 order by m.seq limit $3", conversation_id, seq, limit)]


async def messages_before(db: Connection, conversation_id: str, *, seq: int | None, limit: int) -> list[StoredMessage]:
    """Gives the last messages with a smaller seq, oldest first."""
    before = SEQ_MAX if seq is None else seq
    rows = await db.fetch(f"{_STORED} and m.seq < $2 order by m.seq desc limit $3", conversation_id, before, limit)
    return [stored(r) for r in reversed(rows)]


async def find_address(db: Connection, key: AddressKey) -> tuple[Address, ConversationId] | None:
    """Finds the open address and its bearer's conversation."""
    row = await db.fetchrow(
        f"select {ADDRESS_COLUMNS}, a.conversation_id from address a"
        " where a.channel = $1 and a.scope = $2 and a.handle = $3 and a.valid_to_ms is null",
        clean(key.channel),
        clean(key.scope),
        clean(key.handle),
    )
    return None if row is None else (read_address(row), ConversationId(str(row[13])))


async def addresses(db: Connection, conversation_id: str) -> list[Address]:
    """Gives the open addresses of a conversation's bearer, the one last written from first."""
    rows = await db.fetch(
        f"select {ADDRESS_COLUMNS} from address a where a.conversation_id = $1 and a.valid_to_ms is null"
        " order by a.last_inbound_ms desc nulls last, a.valid_from_ms desc, a.id desc",
        conversation_id,
    )
    return [read_address(r) for r in rows]


async def conversations(db: Connection, *, limit: int, before_ms: int | None) -> list[ConversationSummary]:
    """Lists conversations, the newest word first."""
    return [
        ConversationSummary(
            id=ConversationId(str(r[0])),
            person_name=r[4],
            channels=tuple(r[5] or ()),
            last_at_ms=r[1],
            last_text=plain_text(parts_of(r[3]))[:PREVIEW_CHARACTERS] if r[3] else "",
            due_turns=r[2],
            waiting_since_ms=r[6] if r[2] else None,
        )
        for r in await db.fetch(_CONVERSATIONS, (1 << 62) if before_ms is None else before_ms, limit)
    ]


async def backlog(db: Connection, *, now_ms: int) -> Backlog:
    """Counts the work by the two partial indexes, so it costs what the work is, not what the history is."""
    row = await db.fetchrow(_BACKLOG, now_ms)
    assert row is not None
    states = {r[0]: r[1] for r in await db.fetch(_STATES)}
    return Backlog(ready=row[0], leased=row[1], backing_off=row[2], oldest_due_ms=row[3], deliveries=states, turns={"due": row[4]})


async def deliveries(db: Connection, message_id: str) -> list[dict[str, Any]]:
    """Gives every delivery of a message."""
    rows = await db.fetch(f"select {_DELIVERY_NAMES} from delivery where message_id = $1 order by position", message_id)
    return [
        {**r, "id": str(r["id"]), "address_id": str(r["address_id"])} | {name: json_of(r[name]) for name in ("error", "price", "verdict")}
        for r in rows
    ]


async def usage_totals(db: Connection, *, since_ms: int) -> list[dict[str, Any]]:
    """Sums calls and tokens by candidate and outcome."""
    return [dict(r) for r in await db.fetch(_TOTALS, since_ms)]


async def signals(db: Connection, *, limit: int) -> list[dict[str, Any]]:
    """Lists what platforms said about our accounts."""
    rows = await db.fetch("select channel, scope, kind, grave, at_ms, detail from signal order by id desc limit $1", limit)
    return [{**r, "detail": json_of(r["detail"])} for r in rows]


_TOKEN = "select kind, sha256, label, created_ms, expires_ms, payload from token where kind = $1 and taken_ms is null"


async def find_token(db: Connection, *, kind: str, sha256: str, now_ms: int) -> Token | None:
    """Finds a token that is neither expired nor taken."""
    row = await db.fetchrow(f"{_TOKEN} and sha256 = $2 and (expires_ms is null or expires_ms > $3)", kind, sha256, now_ms)
    return None if row is None else token_of(row)


async def tokens(db: Connection, *, kind: str, now_ms: int) -> list[Token]:
    """Lists the tokens of a kind that are neither expired nor taken."""
    rows = await db.fetch(f"{_TOKEN} and (expires_ms is null or expires_ms > $2) order by created_ms, sha256", kind, now_ms)
    return [token_of(r) for r in rows]


def token_of(r: Any) -> Token:
    """Reads a token from kind, sha256, label, created_ms, expires_ms, payload."""
    return Token(kind=r[0], sha256=r[1], label=r[2], created_ms=r[3], expires_ms=r[4], payload=cast(dict[str, Any], json_of(r[5])))
