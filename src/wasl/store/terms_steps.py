"""Watched terms, for both databases. Texts are kept once under their digest, compressed."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar

import msgspec

from wasl.domain.ids import uuid7
from wasl.domain.terms import Change, ChangeState, Fetch, Judgement, RuleRecord, Version, Watched
from wasl.ports.terms import Sent
from wasl.store.rows import json_of, json_text
from wasl.store.steps import Row, Step, Steps, step

SCANNED_BEFORE: Final = 500
"""Messages before a send among which the person's last one is looked for, where they wrote since."""
SCANNED_AFTER: Final = 50
"""Messages behind it that may have come while it was held."""
_AT: Final = "coalesce(d.sent_ms, d.created_ms)"
_HEARD: Final = f"""(select m.sent_ms from message m where m.conversation_id = d.conversation_id and m.seq >= d.seq - {SCANNED_BEFORE}
 and m.seq < d.seq + {SCANNED_AFTER} and m.author = 'person' and m.address_id = d.address_id and m.sent_ms <= {_AT}
 order by m.seq desc limit 1)"""
_SENDS: Final = f"""select d.channel as channel, coalesce(a.country, '') as country, a.person_id as person_id, {_AT} -
 case when a.last_inbound_ms is null or a.last_inbound_ms <= {_AT} then a.last_inbound_ms else {_HEARD} end as silent_ms
 from delivery d join address a on a.id = d.address_id where d.id >= $1 and d.state not in ('failed', 'queued')"""
"""What went out: whoever did not write since was silent from their last message on; of the others it is looked for."""
_SILENCE: Final = """case when silent_ms <= 3600000 then (silent_ms + 59999) / 60000 * 60000
 when silent_ms <= 2678400000 then (silent_ms + 3599999) / 3600000 * 3600000 else (silent_ms + 86399999) / 86400000 * 86400000 end"""

Value = TypeVar("Value")

LEVEL = 6
BLOB_BYTES_MAX = 16 << 20
"""What is given back of one blob; more was never put in."""
_VERSION = "id, document_id, state, body, raw, seen_first_ms, seen_last_ms, stated, reason, returned"
_CHANGE = "id, document_id, before, after, at_ms, judgement, by_whom, state, remind_ms, unconfirmed, note"
_FETCH = "id, document_id, url, at_ms, status, etag, raw, outcome, reason"
_RULE = "id, rule_id, change_id, document_id, at_ms, act, by_whom, note, body, sentences"


def find_watched(document_id: str) -> Steps[Watched | None]:
    """Gives how the watching of a document stands."""
    rows = yield step("select record, next_ms from terms_source where document_id = $1", document_id)
    return _watched(rows[0]) if rows else None


def watched() -> Steps[list[Watched]]:
    """Gives every document that is or was watched."""
    rows = yield step("select record, next_ms from terms_source order by document_id")
    return [_watched(row) for row in rows]


def keep_watched(one: Watched) -> Steps[None]:
    """Stores how it stands."""
    yield step(
        "insert into terms_source (document_id, next_ms, record) values ($1, $2, $3)"
        " on conflict (document_id) do update set next_ms = excluded.next_ms, record = excluded.record",
        one.document_id,
        one.next_ms,
        json_text(one),
    )


def claim(document_id: str, *, due_ms: int, until_ms: int) -> Steps[bool]:
    """Moves the time of the next look ahead, where it is still the one that was read."""
    rows = yield step(
        "update terms_source set next_ms = $3 where document_id = $1 and next_ms = $2 returning document_id", document_id, due_ms, until_ms
    )
    return bool(rows)


def note_fetch(fetch: Fetch, raw: bytes | None) -> Steps[None]:
    """Stores a look."""
    yield step(
        f"insert into terms_fetch ({_FETCH}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        fetch.id,
        fetch.document_id,
        fetch.url,
        fetch.at_ms,
        fetch.status,
        fetch.etag,
        fetch.raw,
        fetch.outcome,
        fetch.reason,
    )
    if raw is not None and fetch.raw:
        yield _put(fetch.raw, raw)


def fetches(document_id: str, *, limit: int) -> Steps[list[Fetch]]:
    """Gives the last looks, newest first."""
    rows = yield step(f"select {_FETCH} from terms_fetch where document_id = $1 order by id desc limit $2", document_id, limit)
    return [
        Fetch(id=r[0], document_id=r[1], url=r[2], at_ms=r[3], status=r[4], etag=r[5], raw=r[6], outcome=r[7], reason=r[8]) for r in rows
    ]


def blob(digest: str) -> Steps[bytes | None]:
    """Gives what is kept under a digest."""
    rows = yield step("select body from terms_blob where digest = $1", digest)
    return zlib.decompressobj().decompress(bytes(rows[0][0]), BLOB_BYTES_MAX) if rows else None


def keep_blob(key: str, body: bytes) -> Steps[None]:
    """Keeps something under a key, once."""
    yield _put(key, body)


def add_version(version: Version, blobs: Mapping[str, bytes], change: Change | None, now: Watched | None) -> Steps[None]:
    """Stores a version, its texts, its change and how watching stands."""
    rows = yield step(
        "select id from terms_version where id = $1 or (document_id = $2 and state = $3)", version.id, version.document_id, version.state
    )
    if not rows:
        for digest in sorted(blobs):
            yield _put(digest, blobs[digest])
        yield step(
            f"insert into terms_version ({_VERSION}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            version.id,
            version.document_id,
            version.state,
            version.text,
            version.raw,
            version.seen_first_ms,
            version.seen_last_ms,
            version.stated.isoformat() if version.stated else None,
            version.reason,
            json_text(list(version.returned_ms)),
        )
    if change is not None and not rows:
        yield step(f"insert into terms_change ({_CHANGE}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", *_change_values(change))
    if now is not None:
        yield from keep_watched(now)


def keep_version(version: Version) -> Steps[None]:
    """Replaces when a version was seen."""
    yield step(
        "update terms_version set seen_first_ms = $2, seen_last_ms = $3, reason = $4, returned = $5 where id = $1",
        version.id,
        version.seen_first_ms,
        version.seen_last_ms,
        version.reason,
        json_text(list(version.returned_ms)),
    )


def find_version(version_id: str) -> Steps[Version | None]:
    """Gives a version."""
    rows = yield step(f"select {_VERSION} from terms_version where id = $1", version_id)
    return _version(rows[0]) if rows else None


def version_of(document_id: str, state: str) -> Steps[Version | None]:
    """Gives the version of a document with a state."""
    rows = yield step(f"select {_VERSION} from terms_version where document_id = $1 and state = $2", document_id, state)
    return _version(rows[0]) if rows else None


def versions(document_id: str, limit: int) -> Steps[list[Version]]:
    """Gives the versions of a document."""
    rows = yield step(
        f"select {_VERSION} from terms_version where document_id = $1 order by seen_first_ms desc, id desc limit $2", document_id, limit
    )
    return [_version(row) for row in rows]


def find_change(change_id: str) -> Steps[Change | None]:
    """Gives a change."""
    rows = yield step(f"select {_CHANGE} from terms_change where id = $1", change_id)
    return _change(rows[0]) if rows else None


def changes(document_id: str | None, state: ChangeState | None, since_ms: int, limit: int) -> Steps[list[Change]]:
    """Gives changes, newest first."""
    where, values = ["at_ms >= $1"], [since_ms, limit]
    for column, value in (("document_id", document_id), ("state", state)):
        if value is not None:
            values.append(value)  # type: ignore[arg-type]  # values of several kinds
            where.append(f"{column} = ${len(values)}")
    rows = yield step(f"select {_CHANGE} from terms_change where {' and '.join(where)} order by at_ms desc, id desc limit $2", *values)
    return [_change(row) for row in rows]


def keep_change(change: Change) -> Steps[None]:
    """Replaces what is known of a change."""
    values = _change_values(change)
    yield step(
        "update terms_change set judgement = $2, by_whom = $3, state = $4, remind_ms = $5, unconfirmed = $6, note = $7 where id = $1",
        change.id,
        *values[5:],
    )


def add_rule(record: RuleRecord) -> Steps[None]:
    """Adds a step in the life of a rule."""
    yield step(
        f"insert into terms_rule ({_RULE}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing",
        record.id,
        record.rule_id,
        record.change_id,
        record.document_id,
        record.at_ms,
        record.act,
        record.by,
        record.note,
        record.toml,
        json_text(list(record.sentences)),
    )


def rules(rule_id: str | None) -> Steps[list[RuleRecord]]:
    """Gives steps of rules, oldest first."""
    if rule_id is None:
        rows = yield step(f"select {_RULE} from terms_rule order by at_ms, id")
    else:
        rows = yield step(f"select {_RULE} from terms_rule where rule_id = $1 order by at_ms, id", rule_id)
    return [
        RuleRecord(
            id=r[0],
            rule_id=r[1],
            change_id=r[2],
            document_id=r[3],
            at_ms=r[4],
            act=r[5],
            by=r[6],
            note=r[7],
            toml=r[8],
            sentences=tuple(json_of(r[9])),
        )
        for r in rows
    ]


def sent(since_ms: int) -> Steps[list[Sent]]:
    """Sums what went out since a time, by the ids of deliveries, which sort by time."""
    rows = yield step(
        f"select channel, country, {_SILENCE}, count(*) from ({_SENDS}) sends group by 1, 2, 3 order by 1, 2, 3",
        _first(since_ms),
    )
    return [Sent(channel=r[0], country=r[1], silent_ms=r[2], messages=int(r[3])) for r in rows]


def people_sent(since_ms: int, *, channel: str, silences: Sequence[int | None]) -> Steps[dict[str, int]]:
    """Counts people by country, each once."""
    known = sorted(silence for silence in silences if silence is not None)
    asked = [f"{_SILENCE} in ({', '.join(str(int(silence)) for silence in known)})"] if known else []
    asked += ["silent_ms is null"] if None in silences else []
    if not asked:
        return {}
    rows = yield step(
        f"select country, count(distinct person_id) from ({_SENDS}) sends where channel = $2 and ({' or '.join(asked)}) group by country",
        _first(since_ms),
        channel,
    )
    return {r[0]: int(r[1]) for r in rows}


def _first(since_ms: int) -> str:
    return uuid7(unix_ms=max(0, since_ms), tail=bytes(10))


def _put(digest: str, body: bytes) -> Step:
    assert len(body) <= BLOB_BYTES_MAX, "larger pages are refused before they come here"
    return step(
        "insert into terms_blob (digest, size_bytes, body) values ($1, $2, $3) on conflict (digest) do nothing",
        digest,
        len(body),
        zlib.compress(body, LEVEL),
    )


def _change_values(change: Change) -> tuple[object, ...]:
    return (
        change.id,
        change.document_id,
        change.before,
        change.after,
        change.at_ms,
        json_text(change.judgement),
        change.by,
        change.state,
        change.remind_ms,
        int(change.unconfirmed),
        change.note,
    )


def _watched(r: Row) -> Watched:
    return replace(_read(Watched, r[0]), next_ms=r[1])


def _version(r: Row) -> Version:
    return Version(
        id=r[0],
        document_id=r[1],
        state=r[2],
        text=r[3],
        raw=r[4],
        seen_first_ms=r[5],
        seen_last_ms=r[6],
        stated=date.fromisoformat(r[7]) if r[7] else None,
        reason=r[8],
        returned_ms=tuple(json_of(r[9])),
    )


def _change(r: Row) -> Change:
    return Change(
        id=r[0],
        document_id=r[1],
        before=r[2],
        after=r[3],
        at_ms=r[4],
        judgement=_read(Judgement, r[5]),
        by=r[6],
        state=r[7],
        remind_ms=r[8],
        unconfirmed=bool(r[9]),
        note=r[10],
    )


def _read(kind: type[Value], text: str) -> Value:
    return msgspec.json.decode(text, type=kind)
