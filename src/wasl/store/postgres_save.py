"""Writes the changes of a Picture to PostgreSQL: one statement a table, however many rows."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from wasl.domain.findable import live_words
from wasl.domain.portable import files_in
from wasl.store.cost_rows import pico_or_none
from wasl.store.picture import AddressRow, Changes, ConversationRow, DeliveryRow, MessageRow, TurnRow, UsageRow
from wasl.store.postgres_link import Connection
from wasl.store.postgres_paint import Raced
from wasl.store.postgres_search import REFER, Row, add
from wasl.store.purpose_steps import COLUMNS, values_of
from wasl.store.rows import json_text, parts_text
from wasl.wire.searching import search_key

Each = TypeVar("Each")


def clean(text: str | None) -> str | None:
    """Replaces what PostgreSQL's text cannot hold (U+0000, lone surrogates) by U+FFFD."""
    if text is None or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _insert(table: str, columns: Sequence[tuple[str, str]], *, more: str = "") -> str:
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(columns, 1))
    return f"insert into {table} ({names}) select * from unnest({arrays}) {more}"


def _update(table: str, columns: Sequence[tuple[str, str]], *, special: dict[str, str] | None = None) -> str:
    """An update by id, the first column. `special` gives other expressions than the new value, which is called `n`."""
    arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(columns, 1))
    names = ", ".join(name for name, _ in columns)
    sets = ", ".join(f"{name} = {(special or {}).get(name, 'n.' + name)}" for name, _ in columns[1:])
    return f"update {table} t set {sets} from unnest({arrays}) n ({names}) where t.id = n.id"


_RAW = _insert("raw", [("channel", "text"), ("received_ms", "bigint"), ("body", "bytea"), ("conversations", "text")])
_CURSOR = _insert("cursor", [("channel", "text"), ("value", "text")], more="on conflict (channel) do update set value = excluded.value")
_PERSON = _insert("person", [("id", "uuid"), ("kind", "text"), ("name", "text"), ("created_ms", "bigint")])
_CONVERSATION_COLUMNS = [
    ("id", "uuid"),
    ("last_ms", "bigint"),
    ("message_seq", "integer"),
    ("turn_seq", "integer"),
    ("closed_seq", "integer"),
    ("ready_at", "bigint"),
    ("epoch", "integer"),
    ("owner", "text"),
]
_NEW_CONVERSATION = _insert("conversation", [*_CONVERSATION_COLUMNS, ("person_id", "uuid"), ("created_ms", "bigint")])
_CONVERSATION = _update("conversation", _CONVERSATION_COLUMNS)
_ADDRESS_COLUMNS = [
    ("id", "uuid"),
    ("handle", "text"),
    ("kind", "text"),
    ("alias", "text"),
    ("alias_kind", "text"),
    ("name", "text"),
    ("language", "text"),
    ("valid_to_ms", "bigint"),
    ("last_inbound_ms", "bigint"),
]
_NEW_ADDRESS = _insert(
    "address",
    [
        *_ADDRESS_COLUMNS,
        ("person_id", "uuid"),
        ("conversation_id", "uuid"),
        ("channel", "text"),
        ("scope", "text"),
        ("valid_from_ms", "bigint"),
    ],
    more="on conflict (channel, scope, handle) where valid_to_ms is null do nothing returning id",
)
# Only what may be stale in a picture is guarded: an address that another process closed meanwhile stays closed.
_ADDRESS = _update("address", _ADDRESS_COLUMNS, special={"valid_to_ms": "coalesce(t.valid_to_ms, n.valid_to_ms)"})
# The index looks at each row by itself, in no order: where one address takes a handle that another gives up, both let go of theirs first.
_FREE = "update address set handle = id::text where id = any($1::uuid[]) and valid_to_ms is null"
_MESSAGE = _insert(
    "message",
    [
        ("id", "uuid"),
        ("conversation_id", "uuid"),
        ("seq", "integer"),
        ("author", "text"),
        ("author_name", "text"),
        ("address_id", "uuid"),
        ("native_id", "text"),
        ("reply_to", "text"),
        ("sent_ms", "bigint"),
        ("stored_ms", "bigint"),
        ("parts", "text"),
        ("model", "text"),
        ("extra", "text"),
        ("search_key", "bigint"),
    ],
)
_NEW_TURN = _insert(
    "turn",
    [
        ("id", "uuid"),
        ("conversation_id", "uuid"),
        ("seq", "integer"),
        ("message_id", "uuid"),
        ("accepted_ms", "bigint"),
        ("state", "text"),
        ("attempt", "integer"),
    ],
)
_TURN = _update(
    "turn",
    [
        ("id", "uuid"),
        ("state", "text"),
        ("attempt", "integer"),
        ("closed_ms", "bigint"),
        ("reply_id", "uuid"),
        ("verdicts", "text"),
        ("note", "text"),
    ],
)
_DELIVERY_COLUMNS = [
    ("id", "uuid"),
    ("state", "text"),
    ("attempt", "integer"),
    ("native_id", "text"),
    ("since_ms", "bigint"),
    ("due_ms", "bigint"),
    ("sent_ms", "bigint"),
    ("delivered_ms", "bigint"),
    ("read_ms", "bigint"),
    ("error", "text"),
    ("price", "text"),
    ("charge", "text"),
    ("verdict", "text"),
    ("address_id", "uuid"),
    ("channel", "text"),
]
_NEW_DELIVERY = _insert(
    "delivery",
    [
        *_DELIVERY_COLUMNS,
        ("message_id", "uuid"),
        ("conversation_id", "uuid"),
        ("position", "integer"),
        ("seq", "integer"),
        ("parts", "text"),
        ("reply_to", "text"),
        ("created_ms", "bigint"),
    ],
)
_DELIVERY = _update("delivery", _DELIVERY_COLUMNS)
_USAGE = _insert(
    "usage",
    [
        ("turn_id", "uuid"),
        ("conversation_id", "uuid"),
        ("candidate", "text"),
        ("provider", "text"),
        ("model", "text"),
        ("served_model", "text"),
        ("region", "text"),
        ("price_class", "text"),
        ("outcome", "text"),
        ("input_tokens", "bigint"),
        ("output_tokens", "bigint"),
        ("cached_tokens", "bigint"),
        ("reasoning_tokens", "bigint"),
        ("estimated", "boolean"),
        ("request_id", "text"),
        ("started_ms", "bigint"),
        ("took_ms", "bigint"),
        ("work", "text"),
        ("channel", "text"),
        ("country", "text"),
        ("amount", "bigint"),
        ("currency", "text"),
        ("card", "text"),
    ],
)
_PURPOSE = _insert("purpose", COLUMNS)
_CONSENT = _insert(
    "consent",
    [
        ("channel", "text"),
        ("address_scope", "text"),
        ("handle", "text"),
        ("purpose", "text"),
        ("given", "boolean"),
        ("at_ms", "bigint"),
    ],
    more="on conflict (channel, address_scope, handle, purpose) do update set given = excluded.given, at_ms = excluded.at_ms"
    " where excluded.at_ms >= consent.at_ms",
)
_SIGNAL = _insert(
    "signal",
    [("channel", "text"), ("scope", "text"), ("kind", "text"), ("grave", "boolean"), ("at_ms", "bigint"), ("detail", "text")],
)
_EARLY = _insert(
    "early_receipt",
    [("channel", "text"), ("native_id", "text"), ("state", "text"), ("at_ms", "bigint"), ("error", "text"), ("price", "text")],
    more="on conflict do nothing",
)
_EARLY_USED = """delete from early_receipt e using unnest($1::text[], $2::text[]) n (channel, native_id)
where e.channel = n.channel and e.native_id = n.native_id"""


async def save(db: Connection, changes: Changes) -> None:
    """Writes everything; the caller commits. Raises Raced when a new address is there already."""
    if changes.freed and len(changes.addresses) > 1:
        await db.execute(_FREE, sorted(changes.freed))
    await _write(db, _ADDRESS, changes.addresses.values(), _address)  # first: a new one may take a handle that an old one gives up
    if changes.new_addresses:
        await _people(db, changes)
    if changes.early or changes.early_used:
        await _early(db, changes)
    if changes.messages:
        await _messages(db, changes.messages)
    await _write(db, _NEW_TURN, changes.new_turns.values(), _new_turn)
    await _write(db, _TURN, changes.turns.values(), _turn)
    await _write(db, _NEW_DELIVERY, changes.new_deliveries.values(), _new_delivery)
    await _write(db, _DELIVERY, changes.deliveries.values(), _delivery)
    await _write(db, _CONVERSATION, changes.conversations.values(), _conversation)
    await _write(db, _USAGE, changes.usage, _usage)
    await _write(db, _PURPOSE, changes.purposes, values_of)
    await _write(db, _RAW, changes.raws, lambda r: r)
    if changes.cursors or changes.consents or changes.signals:
        await _rare(db, changes)


async def _messages(db: Connection, messages: Sequence[MessageRow]) -> None:
    """Writes messages with their index, and which files they refer to."""
    keys = await add(
        db,
        [
            Row(search_key(at_ms=m.sent_ms, seq=m.seq, scope=m.conversation_id), m.conversation_id, m.id, None, None, live_words(m.parts))
            for m in messages
        ],
    )
    await _write(db, _MESSAGE, list(zip(messages, keys, strict=True)), lambda mk: (*_message(mk[0]), mk[1]))
    uses = [(file, m.id) for m in messages for file in files_in(m.parts)]
    if uses:
        await db.execute(REFER, [u[0] for u in uses], [u[1] for u in uses])


async def _write(db: Connection, query: str, rows: Collection[Each], columns: Callable[[Each], tuple[object, ...]]) -> None:
    if rows:
        await db.execute(query, *map(list, zip(*map(columns, rows), strict=True)))


async def _people(db: Connection, changes: Changes) -> None:
    await _write(db, _PERSON, changes.people, lambda p: (p.id, p.kind, clean(p.name), p.created_ms))
    await _write(db, _NEW_CONVERSATION, changes.new_conversations.values(), lambda c: (*_conversation(c), c.person_id, c.created_ms))
    ordered = sorted(changes.new_addresses.values(), key=lambda r: (r.address.key.channel, r.address.key.scope, r.address.key.handle))
    rows = [
        (*_address(r), r.address.person_id, r.conversation_id, r.address.key.channel, clean(r.address.key.scope), r.address.valid_from_ms)
        for r in ordered
    ]
    stored = await db.fetch(_NEW_ADDRESS, *map(list, zip(*rows, strict=True)))
    if len(stored) != len(rows):
        raise Raced


async def _early(db: Connection, changes: Changes) -> None:
    if changes.early_used:
        used = sorted(changes.early_used)
        await db.execute(_EARLY_USED, [c for c, _ in used], [n for _, n in used])
    rows = [
        (channel, native_id, r.state, r.at_ms, r.error, r.price)
        for (channel, native_id), receipts in sorted(changes.early.items())
        for r in receipts.values()
    ]
    await _write(db, _EARLY, rows, lambda r: r)


async def _rare(db: Connection, changes: Changes) -> None:
    await _write(db, _CURSOR, sorted(changes.cursors.items()), lambda c: (c[0], clean(c[1])))
    consents = {
        (c.address.channel, c.address.scope, c.address.handle, c.purpose): c for c in sorted(changes.consents, key=lambda c: c.at_ms)
    }
    await _write(db, _CONSENT, sorted(consents.items()), lambda c: (*map(clean, c[0]), c[1].given, c[1].at_ms))
    await _write(
        db,
        _SIGNAL,
        changes.signals,
        lambda s: (s[0], clean(s[1].scope), clean(s[1].kind), s[1].grave, s[1].at_ms, json_text(s[1].detail)),
    )


def _address(r: AddressRow) -> tuple[object, ...]:
    address, key = r.address, r.address.key
    return (
        address.id,
        clean(key.handle),
        key.kind,
        clean(key.alias),
        key.alias_kind,
        clean(address.name),
        clean(address.language),
        address.valid_to_ms,
        address.last_inbound_ms,
    )


def _usage(u: UsageRow) -> tuple[object, ...]:
    record, usage = u.record, u.record.usage
    return (
        u.turn_id,
        u.conversation_id,
        record.candidate,
        record.provider,
        record.model,
        clean(record.served_model),
        record.region,
        record.price_class,
        record.outcome,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.reasoning_tokens,
        usage.estimated,
        clean(record.request_id),
        record.started_at_ms,
        record.took_ms,
        record.cause.work,
        record.cause.channel,
        record.cause.country,
        pico_or_none(record.cost.amount),
        record.cost.currency,
        record.cost.card,
    )


def _conversation(c: ConversationRow) -> tuple[object, ...]:
    return c.id, c.last_ms, c.message_seq, c.turn_seq, c.closed_seq, c.ready_at, c.epoch, c.owner


def _message(m: MessageRow) -> tuple[object, ...]:
    return (
        m.id,
        m.conversation_id,
        m.seq,
        m.author,
        clean(m.author_name),
        m.address_id,
        clean(m.native_id),
        clean(m.reply_to),
        m.sent_ms,
        m.stored_ms,
        parts_text(m.parts),
        m.model,
        m.extra,
    )


def _new_turn(t: TurnRow) -> tuple[object, ...]:
    return t.id, t.conversation_id, t.seq, t.message_id, t.accepted_ms, t.state, t.attempt


def _turn(t: TurnRow) -> tuple[object, ...]:
    return t.id, t.state, t.attempt, t.closed_ms, t.reply_id, t.verdicts, clean(t.note)


def _delivery(d: DeliveryRow) -> tuple[object, ...]:
    return (
        d.id,
        d.state,
        d.attempt,
        clean(d.native_id),
        d.since_ms,
        d.due_ms,
        d.sent_ms,
        d.delivered_ms,
        d.read_ms,
        d.error,
        d.price,
        d.charge,
        d.verdict,
        d.address_id,
        d.channel,
    )


def _new_delivery(d: DeliveryRow) -> tuple[object, ...]:
    return (
        *_delivery(d),
        d.message_id,
        d.conversation_id,
        d.position,
        d.seq,
        parts_text(d.parts),
        clean(d.reply_to),
        d.created_ms,
    )
