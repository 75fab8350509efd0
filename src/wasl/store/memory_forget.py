"""Forgetting people in the store in memory."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wasl.domain.errors import OnHold
from wasl.domain.identity import AuditRecord, LinkRecord
from wasl.domain.ids import ConversationId, PersonId, uuid7
from wasl.domain.message import Media
from wasl.ports.format import PersonRecord
from wasl.ports.people import Erasure, Forgotten
from wasl.store.memory_rows import MemoryRows
from wasl.store.people_forget import handle_told
from wasl.store.picture import OPEN_STATES
from wasl.store.rows import json_text, parts_text


def weigh(rows: MemoryRows, person_id: str, conversations: Sequence[str]) -> Forgotten:
    """Counts what erasing these conversations would take."""
    gone = set(conversations)
    counts = {
        "conversation": len(gone),
        "message": sum(len(rows.messages.get(c, ())) for c in gone),
        "turn": sum(t.conversation_id in gone for t in rows.turns.values()),
        "delivery": sum(d.conversation_id in gone for d in rows.picture.deliveries.values()),
        "address": sum(a.conversation_id in gone for a in rows.picture.addresses.values()),
        "link": sum(k.one in gone or k.other in gone for k in rows.links.values()),
        "raw": len(_raw(rows, gone)),
        "consent": len(consents_of(rows, gone)),
        "token": len(_tokens(rows, gone, person_id)),
        "timer": len(_timers(rows, gone, person_id)),
        "usage": sum(u.conversation_id in gone for u in rows.usage),
    }
    chats, entries, keys = rows.library.brought(gone) if rows.library is not None else (0, 0, ())
    counts |= {"chat": chats, "entry": entries, "import": len(keys)}
    return Forgotten(
        person_id=PersonId(person_id),
        sources=keys,
        conversations=tuple(ConversationId(c) for c in sorted(gone)),
        counts=counts,
        files=tuple(sorted(_files(rows, gone) - _files(rows, rows.messages.keys() - gone))),
        providers=processors(rows, gone),
    )


def _files(rows: MemoryRows, conversations: Iterable[str]) -> set[str]:
    return {p.sha256 for c in conversations for m in rows.messages.get(c, ()) for p in m.parts if isinstance(p, Media) and p.sha256}


def _handles(rows: MemoryRows, gone: set[str]) -> set[tuple[str, str, str]]:
    keys = [r.address.key for r in rows.picture.addresses.values() if r.conversation_id in gone]
    return {(k.channel, k.scope, h) for k in keys for h in (k.handle, k.alias) if h}


def _raw(rows: MemoryRows, gone: set[str]) -> list[int]:
    told = {(channel, handle_told(handle)) for channel, _, handle in _handles(rows, gone)}
    return [
        place
        for place, (channel, _, body, whose) in enumerate(rows.raws)
        if (any(c in whose for c in gone) if whose is not None else any(channel == c and h in body for c, h in told))
    ]


def _ids(rows: MemoryRows, gone: set[str], person_id: str) -> set[str]:
    people = {p for c in gone for p in (rows.picture.conversations[c].person_id, rows.picture.conversations[c].born_as) if p}
    places = {r.address.id for r in rows.picture.addresses.values() if r.conversation_id in gone}
    return {person_id} | gone | people | places | {h for _, _, h in _handles(rows, gone) if len(h) >= 6}


def _tokens(rows: MemoryRows, gone: set[str], person_id: str) -> list[tuple[str, str]]:
    ids = _ids(rows, gone, person_id)
    return [k for k, t in rows.tokens.items() if any(i in json_text(t.payload) for i in ids)]


def _timers(rows: MemoryRows, gone: set[str], person_id: str) -> list[tuple[str, str]]:
    ids = _ids(rows, gone, person_id)
    return [k for k, t in rows.timers.items() if any(i in json_text(t.payload) or i in t.key for i in ids)]


def erase(rows: MemoryRows, erasure: Erasure, *, salt: bytes) -> tuple[Forgotten, set[str]]:
    """Erases what an Erasure names and keeps it; gives also the people whose other conversations are to be settled anew."""
    standing = rows.picture.conversations
    wanted = erasure.conversations or [c.id for c in standing.values() if c.person_id == erasure.person_id]
    gone = {str(c) for c in wanted} & standing.keys()
    people = {erasure.person_id, *(standing[c].person_id for c in gone), *(standing[c].born_as or "" for c in gone)}
    held = [rows.holds[p] for p in sorted(people) if p in rows.holds]
    if held:
        raise OnHold(f"a legal hold forbids erasing person {erasure.person_id!r}: {held[0]}", reason=held[0])
    forgotten = weigh(rows, erasure.person_id, sorted(gone))
    forgotten = replace(forgotten, digests=tuple(_digest(rows, c, salt) for c in sorted(gone)))
    for forget in rows.forget_beside:
        forget(sorted(gone), sorted(p for p in people if p))
    _delete(rows, gone, erasure.person_id)
    if all(e.id != erasure.id for e in rows.erasures):
        rows.erasures.append(replace(erasure, conversations=forgotten.conversations))
    return forgotten, {c.person_id for c in standing.values() if c.person_id in people}


def _digest(rows: MemoryRows, conversation_id: str, salt: bytes) -> str:
    digest = hmac.new(salt, conversation_id.encode(), "sha256")
    for m in rows.messages.get(conversation_id, ()):
        digest.update(f"\n{m.id} {parts_text(m.parts)}".encode())
    return digest.hexdigest()


def _delete(rows: MemoryRows, gone: set[str], person_id: str) -> None:
    picture = rows.picture
    raw = set(_raw(rows, gone))
    rows.raws[:] = [r for place, r in enumerate(rows.raws) if place not in raw]
    handles = _handles(rows, gone)
    for consent in [k for k in rows.consents if k[:3] in handles]:
        del rows.consents[consent]
    for token in _tokens(rows, gone, person_id):
        del rows.tokens[token]
    for timer in _timers(rows, gone, person_id):
        del rows.timers[timer]
    for delivery in [d for d in picture.deliveries.values() if d.conversation_id in gone]:
        del picture.deliveries[delivery.id]
        if delivery.native_id is not None:
            picture.by_native.pop((delivery.channel, delivery.native_id), None)
            picture.early.pop((delivery.channel, delivery.native_id), None)
    for use in rows.usage:
        if use.conversation_id in gone:
            use.turn_id = use.conversation_id = None
    for turn in [t for t in rows.turns.values() if t.conversation_id in gone]:
        del rows.turns[turn.id]
    for place in [r for r in picture.addresses.values() if r.conversation_id in gone]:
        picture.forget_address(place)
    for link in [k for k in rows.links.values() if k.one in gone or k.other in gone]:
        del rows.links[link.id]
    rows.audit[:] = [r for r in rows.audit if r.conversation_id not in gone]
    if rows.library is not None:
        rows.library.forget(gone)
    for conversation_id in gone:
        for message in rows.messages.pop(conversation_id, ()):
            del rows.message_by_id[message.id]
        picture.due_turns.pop(conversation_id, None)
        picture.open_deliveries.pop(conversation_id, None)
        del picture.conversations[conversation_id]


def drop_people(rows: MemoryRows) -> None:
    """Forgets people that no conversation names any more."""
    named = {p for c in rows.picture.conversations.values() for p in (c.person_id, c.born_as)}
    for person in rows.people.keys() - named:
        del rows.people[person]


def retire(rows: MemoryRows, channel: str | None, *, before_ms: int, limit: int) -> Mapping[str, int]:
    """Deletes old messages whose turns are closed."""
    oldest_kept = uuid7(unix_ms=max(0, before_ms), tail=bytes(10))
    due = {t.message_id for turns in rows.picture.due_turns.values() for t in turns.values()}
    waiting = {d.message_id for d in rows.picture.deliveries.values() if d.state in OPEN_STATES}
    old = []
    for m in sorted(rows.message_by_id.values(), key=lambda m: m.id):
        place = rows.picture.addresses.get(m.address_id or "")
        owner = rows.picture.conversations[m.conversation_id]
        held = owner.person_id in rows.holds or owner.born_as in rows.holds
        here = channel is None or (place is not None and place.address.key.channel == channel)
        if m.id < oldest_kept and here and not held and m.id not in due | waiting:
            old.append(m)
    old = old[:limit]
    ids = {m.id for m in old}
    turns = [t.id for t in rows.turns.values() if t.message_id in ids]
    deliveries = [d for d in rows.picture.deliveries.values() if d.message_id in ids]
    for turn in turns:
        del rows.turns[turn]
    for use in rows.usage:
        if use.turn_id in turns:
            use.turn_id = None
    for delivery in deliveries:
        del rows.picture.deliveries[delivery.id]
        if delivery.native_id is not None:
            rows.picture.by_native.pop((delivery.channel, delivery.native_id), None)
    for part in rows.retire_beside:
        part(turns)
    for m in old:
        del rows.message_by_id[m.id]
        rows.messages[m.conversation_id].remove(m)
    return {"message": len(old), "turn": len(turns), "delivery": len(deliveries)}


def processors(rows: MemoryRows, conversations: set[str]) -> tuple[Mapping[str, Any], ...]:
    """Tells who received the words of these conversations."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for r in (u.record for u in rows.usage if u.conversation_id in conversations):
        start = {"candidate": r.candidate, "provider": r.provider, "region": r.region, "calls": 0, "input_tokens": 0, "output_tokens": 0}
        one = found.setdefault(
            (r.candidate, r.provider, r.region or ""), {**start, "since_ms": r.started_at_ms, "until_ms": r.started_at_ms}
        )
        one["calls"] += 1
        one["input_tokens"] += r.usage.input_tokens
        one["output_tokens"] += r.usage.output_tokens
        one["since_ms"], one["until_ms"] = min(one["since_ms"], r.started_at_ms), max(one["until_ms"], r.started_at_ms)
    return tuple(found[k] for k in sorted(found))


def consents_of(rows: MemoryRows, conversations: set[str]) -> list[Mapping[str, Any]]:
    """Gives the consents of the addresses of these conversations."""
    names = ("channel", "scope", "handle", "purpose")
    handles = _handles(rows, conversations)
    return [
        {**dict(zip(names, k, strict=True)), "given": v[0], "at_ms": v[1]} for k, v in sorted(rows.consents.items()) if k[:3] in handles
    ]


def adopt_rest(rows: MemoryRows, record: PersonRecord) -> None:
    """Stores links, consents, steps and hold of a person from an archive."""
    for told in record.links:
        link = LinkRecord(**told)
        rows.links.setdefault(link.id, link)
    for c in record.consents:
        rows.consents.setdefault((c["channel"], c["scope"], c["handle"], c["purpose"]), (c["given"], c["at_ms"]))
    known = {r.id for r in rows.audit}
    rows.audit += [AuditRecord(**s) for s in record.audit if s["id"] not in known]
    if record.extra.get("hold"):
        rows.holds.setdefault(record.id, record.extra["hold"])
