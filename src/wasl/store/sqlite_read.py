"""What faces and the answering side read from SQLite; every query here walks an index."""

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from wasl.domain.ids import ConversationId
from wasl.domain.message import Author, Said, plain_text
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import ConversationSummary, StoredMessage
from wasl.ports.store import Backlog, Timer, Token
from wasl.store.message_rows import STORED, stored
from wasl.store.rows import ADDRESS_COLUMNS, address_of, json_of, merged, parts_of

PREVIEW_CHARACTERS = 160


_SAID = "select id, seq, author, parts, sent_ms, author_name, case when author <> 'person' then reply_to end from message"
_SAID_BEFORE = f"{_SAID} where conversation_id = ? and seq < ? order by seq desc limit ?"
_SIBLINGS = """select o.id, o.turn_seq > o.closed_seq, o.closed_seq from conversation c join conversation o on o.person_id = c.person_id
where c.id = ? and o.id <> c.id"""
_WAITING = "and id not in (select message_id from turn where conversation_id = ? and seq > ? and state = 'due')"


def history(db: sqlite3.Connection, conversation_id: str, *, limit: int, before_seq: int | None, shared: bool | None = None) -> list[Said]:
    """Gives the last messages before a seq, oldest first; without a seq, of all conversations of a person who has several.

    `shared` says whether the person has several, where the caller knows.
    """
    said = [_said(r) for r in db.execute(_SAID_BEFORE, (conversation_id, _before(before_seq), limit)).fetchall()]
    said.reverse()
    if before_seq is not None or not (shared if shared is not None else _shared(db, conversation_id)):
        return said
    return merged(said, _said_elsewhere(db, conversation_id, limit=limit), limit=limit)


def _said(r: Sequence[Any], *, elsewhere: bool = False) -> Said:
    return Said(
        id=r[0],
        seq=r[1],
        author=cast(Author, r[2]),
        parts=parts_of(r[3]),
        sent_at_ms=r[4],
        author_name=r[5],
        reply_to=r[6],
        elsewhere=elsewhere,
    )


def _shared(db: sqlite3.Connection, conversation_id: str) -> bool:
    row = db.execute("select shared from conversation where id = ?", (conversation_id,)).fetchone()
    return row is not None and bool(row[0])


def _said_elsewhere(db: sqlite3.Connection, conversation_id: str, *, limit: int) -> list[Said]:
    """Reads the ends of the person's other conversations, without the questions that are still to be answered there."""
    said: list[Said] = []
    for other, waiting, closed_seq in db.execute(_SIBLINGS, (conversation_id,)).fetchall():
        where, values = (_WAITING, (other, closed_seq)) if waiting else ("", ())
        rows = db.execute(f"{_SAID} where conversation_id = ? {where} order by seq desc limit ?", (other, *values, limit))
        said += [_said(r, elsewhere=True) for r in rows.fetchall()]
    return said


def messages_after(db: sqlite3.Connection, conversation_id: str, *, seq: int, limit: int) -> list[StoredMessage]:
    """Gives messages with a greater seq, oldest first."""
    rows = db.execute(f"{STORED} where m.conversation_id = ? and m.seq > ? order by m.seq limit ?", (conversation_id, seq, limit))
    return [stored(r) for r in rows]


def messages_before(db: sqlite3.Connection, conversation_id: str, *, seq: int | None, limit: int) -> list[StoredMessage]:
    """Gives the last messages with a smaller seq, oldest first."""
    rows = db.execute(
        f"{STORED} where m.conversation_id = ? and m.seq < ? order by m.seq desc limit ?", (conversation_id, _before(seq), limit)
    ).fetchall()
    return [stored(r) for r in reversed(rows)]


def _before(seq: int | None) -> int:
    return (1 << 62) if seq is None else seq


def find_address(db: sqlite3.Connection, key: AddressKey) -> tuple[Address, ConversationId] | None:
    """Finds the open address and its bearer's conversation."""
    row = db.execute(
        f"select {ADDRESS_COLUMNS}, a.conversation_id from address a"
        " where a.channel = ? and a.scope = ? and a.handle = ? and a.valid_to_ms is null",
        (key.channel, key.scope, key.handle),
    ).fetchone()
    return None if row is None else (address_of(row), ConversationId(row[13]))


def addresses(db: sqlite3.Connection, conversation_id: str) -> list[Address]:
    """Gives the open addresses of a conversation's bearer, the one last written from first."""
    rows = db.execute(
        f"select {ADDRESS_COLUMNS} from address a where a.conversation_id = ? and a.valid_to_ms is null order by a.last_inbound_ms desc",
        (conversation_id,),
    )
    return [address_of(r) for r in rows]


def conversations(db: sqlite3.Connection, *, limit: int, before_ms: int | None) -> list[ConversationSummary]:
    """Lists conversations, the newest word first."""
    rows = db.execute(
        "select c.id, c.last_ms, c.turn_seq - c.closed_seq, m.parts, p.name,"
        " (select group_concat(distinct a.channel) from address a where a.conversation_id = c.id and a.valid_to_ms is null),"
        " (select t.accepted_ms from turn t where t.conversation_id = c.id and t.seq = c.closed_seq + 1)"
        " from conversation c join person p on p.id = c.person_id left join message m on m.conversation_id = c.id and m.seq = c.message_seq"
        " where c.last_ms < ? order by c.last_ms desc limit ?",
        (_before(before_ms), limit),
    ).fetchall()
    return [
        ConversationSummary(
            id=ConversationId(r[0]),
            person_name=r[4],
            channels=tuple(sorted((r[5] or "").split(","))) if r[5] else (),
            last_at_ms=r[1],
            last_text=plain_text(parts_of(r[3]))[:PREVIEW_CHARACTERS] if r[3] else "",
            due_turns=r[2],
            waiting_since_ms=r[6] if r[2] else None,
        )
        for r in rows
    ]


def backlog(db: sqlite3.Connection, *, now: int) -> Backlog:
    """Counts the work by the two partial indexes, so it costs what the work is, not what the history is."""
    ready, leased, backing, oldest, due = db.execute(
        "select coalesce(sum(ready_at <= ?1 and owner is null), 0), coalesce(sum(owner is not null), 0),"
        " coalesce(sum(ready_at > ?1 and owner is null), 0), min(case when owner is null then ready_at end),"
        " coalesce(sum(turn_seq - closed_seq), 0) from conversation where ready_at is not null",
        (now,),
    ).fetchone()
    states = dict(
        db.execute("select state, count(*) from delivery where state in ('queued', 'sending', 'unknown') group by state").fetchall()
    )
    return Backlog(ready=ready, leased=leased, backing_off=backing, oldest_due_ms=oldest, deliveries=states, turns={"due": due})


_DELIVERY_COLUMNS = (
    "id, address_id, channel, position, state, attempt, native_id, created_ms, since_ms, due_ms, sent_ms, delivered_ms, read_ms,"
    " error, price, verdict"
)


def deliveries(db: sqlite3.Connection, message_id: str) -> list[dict[str, Any]]:
    """Gives every delivery of a message."""
    names = _DELIVERY_COLUMNS.split(", ")
    rows = db.execute(f"select {_DELIVERY_COLUMNS} from delivery where message_id = ? order by position", (message_id,))
    return [_parsed(dict(zip(names, r, strict=True)), "error", "price", "verdict") for r in rows]


def usage_totals(db: sqlite3.Connection, *, since: int) -> list[dict[str, Any]]:
    """Sums calls and tokens by candidate and outcome."""
    names = ("candidate", "outcome", "calls", "input_tokens", "output_tokens", "cached_tokens", "estimated_calls", "took_ms")
    rows = db.execute(
        "select candidate, outcome, count(*), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(estimated), sum(took_ms)"
        " from usage where started_ms >= ? group by candidate, outcome order by candidate, outcome",
        (since,),
    )
    return [dict(zip(names, r, strict=True)) for r in rows]


def signals(db: sqlite3.Connection, *, limit: int) -> list[dict[str, Any]]:
    """Lists what platforms said about our accounts."""
    names = ("channel", "scope", "kind", "grave", "at_ms", "detail")
    rows = db.execute("select channel, scope, kind, grave, at_ms, detail from signal order by id desc limit ?", (limit,))
    return [{**_parsed(dict(zip(names, r, strict=True)), "detail"), "grave": bool(r[3])} for r in rows]


def _parsed(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: json_of(row[name]) for name in names}}


def token_of(row: Sequence[Any]) -> Token:
    """Reads a token from kind, sha256, label, created_ms, expires_ms, payload."""
    return Token(kind=row[0], sha256=row[1], label=row[2], created_ms=row[3], expires_ms=row[4], payload=json_of(row[5]))


def find_token(db: sqlite3.Connection, *, kind: str, sha256: str, now: int) -> Token | None:
    """Finds a token that is neither expired nor taken."""
    row = db.execute(
        "select kind, sha256, label, created_ms, expires_ms, payload from token"
        " where kind = ? and sha256 = ? and taken_ms is null and (expires_ms is null or expires_ms > ?)",
        (kind, sha256, now),
    ).fetchone()
    return None if row is None else token_of(row)


def timer_of(row: Sequence[Any]) -> Timer:
    """Reads a timer from kind, key, due_ms, payload."""
    return Timer(kind=row[0], key=row[1], due_ms=row[2], payload=json_of(row[3]))
