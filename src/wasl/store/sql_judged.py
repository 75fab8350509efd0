"""What was judged, in a database, the same for both."""

from collections.abc import Sequence
from typing import Any

from wasl.ports.judged import JudgedAct
from wasl.store.rows import is_uuid, json_of
from wasl.store.sql_people import Carry
from wasl.store.steps import Steps, step


class SqlJudged:
    """Rulebooks by digest, and verdicts by message."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._carry = write

    async def keep_book(self, *, digest: str, records: str, at_ms: int, own: str | None = None) -> None:
        """Keeps a version of the rulebook, and that it came into force now."""
        await self._carry(lambda: _keep(digest, records, at_ms, own))

    async def last_own(self) -> tuple[str, int] | None:
        """Gives the operator's files of the version that came into force last."""
        return await self._read(_last_own)

    async def book(self, digest: str) -> tuple[str, int] | None:
        """Gives the records of a version."""
        return await self._read(lambda: _book(digest))

    async def acts(self, id_: str) -> Sequence[JudgedAct]:
        """Gives what was judged about a message, a turn or a delivery."""
        return await self._read(lambda: _acts(id_)) if is_uuid(id_) else []


def _keep(digest: str, records: str, at_ms: int, own: str | None) -> Steps[None]:
    yield step(
        "insert into rulebook (digest, records, at_ms, own, last_ms) values ($1, $2, $3, $4, $5)"
        " on conflict (digest) do update set own = excluded.own, last_ms = excluded.last_ms",
        digest, records, at_ms, own, at_ms,
    )  # fmt: skip


def _last_own() -> Steps[tuple[str, int] | None]:
    rows = yield step("select own, last_ms from rulebook where own is not null order by last_ms desc limit 1")
    return (rows[0][0], int(rows[0][1])) if rows else None


def _book(digest: str) -> Steps[tuple[str, int] | None]:
    rows = yield step("select records, at_ms from rulebook where digest = $1", digest)
    return (rows[0][0], int(rows[0][1])) if rows else None


def _acts(id_: str) -> Steps[list[JudgedAct]]:
    place = yield step(
        "select conversation_id, message_id, cast(null as uuid) from delivery where id = $1"
        " union all select conversation_id, id, cast(null as uuid) from message where"
        " id = $1 union all select conversation_id, reply_id, message_id from turn where id = $1",
        id_,
    )
    if not place:
        return []
    conversation, messages = place[0][0], [str(one) for one in (id_, place[0][1], place[0][2]) if one is not None]
    turns = yield step(
        "select id, state, accepted_ms, verdicts, note, reply_id from turn where conversation_id = $1"
        " and (id @2 or message_id @2 or reply_id @2) order by seq",
        conversation, messages,
    )  # fmt: skip
    replies = sorted({*messages, *(str(r[5]) for r in turns if r[5] is not None)})
    deliveries = yield step(
        "select id, state, since_ms, verdict, channel from delivery where message_id @1 order by seq, position", replies
    )
    return [_turn(r) for r in turns] + [_delivery(r) for r in deliveries]


def _turn(r: Sequence[Any]) -> JudgedAct:
    return JudgedAct(kind="turn", id=str(r[0]), state=r[1], at_ms=int(r[2]), verdicts=json_of(r[3]) or {}, note=r[4] or "")


def _delivery(r: Sequence[Any]) -> JudgedAct:
    said = json_of(r[3])
    return JudgedAct(kind="delivery", id=str(r[0]), state=r[1], at_ms=int(r[2]), channel=r[4], verdicts={"gate": said} if said else {})
