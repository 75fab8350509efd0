"""What is done by one at a time, and stored requests that wait to be placed: statements for both databases."""

from collections.abc import Sequence

from wasl.ports.library import RawBody
from wasl.store.steps import Steps, step


def keep_apart(name: str, *, holder: str, now_ms: int, until_ms: int) -> Steps[bool]:
    """Takes or prolongs a lease."""
    rows = yield step(
        "insert into apart (name, holder, until_ms) values ($1, $2, $3)"
        " on conflict (name) do update set holder = excluded.holder, until_ms = excluded.until_ms"
        " where apart.holder = excluded.holder or apart.until_ms <= $4 returning name",
        name, holder, until_ms, now_ms,
    )  # fmt: skip
    return bool(rows)


def let_go(name: str, *, holder: str) -> Steps[None]:
    """Ends a lease."""
    yield step("delete from apart where name = $1 and holder = $2", name, holder)


def waiting(channel: str, *, holding: bytes, after: int, limit: int) -> Steps[tuple[list[RawBody], int | None]]:
    """Looks through some requests that hold nobody's words yet for some bytes."""
    window = yield step(
        "select max(id), count(*) from (select id from raw where conversations is null and channel = $1 and id > $2"
        " order by id limit $3) as looked",
        channel, after, limit,
    )  # fmt: skip
    end, number = window[0]
    if not number:
        return [], None
    rows = yield step(
        "select id, received_ms, body from raw where conversations is null and channel = $1 and id > $2 and id <= $3 and #in($4, body)#"
        " order by id",
        channel, after, end, holding,
    )  # fmt: skip
    return [RawBody(int(r[0]), int(r[1]), bytes(r[2])) for r in rows], int(end) if number >= limit else None


def placed(raw: Sequence[int], conversations: Sequence[str]) -> Steps[None]:
    """Notes whose words requests hold."""
    for raw_id in sorted(raw):
        yield step("update raw set conversations = $2 where id = $1", raw_id, " ".join(sorted(set(conversations))))
