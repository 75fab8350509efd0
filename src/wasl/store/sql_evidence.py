"""Evidence in a database, the same for both."""

from collections.abc import Sequence

from wasl.domain.errors import Malformed
from wasl.domain.evidence import EvidenceKind, EvidenceRecord
from wasl.ports.evidence import BODY_BYTES_MAX, EVIDENCE_MAX
from wasl.store.sql_people import Carry
from wasl.store.steps import Steps, step

_COLUMNS = "id, kind, channel, month, at_ms, body"
_LAST_MS = 1 << 62


class SqlEvidence:
    """What was published, changed and handed over, in a database."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._write = write

    async def keep(self, record: EvidenceRecord) -> None:
        """Adds a record."""
        if len(record.body.encode()) > BODY_BYTES_MAX:
            raise Malformed(f"a record of evidence is longer than {BODY_BYTES_MAX} bytes; nothing was kept")
        await self._write(lambda: _keep(record))

    async def kept(
        self, kind: EvidenceKind, *, channel: str, month: str | None = None, before_ms: int | None = None, limit: int = EVIDENCE_MAX
    ) -> Sequence[EvidenceRecord]:
        """Gives records, newest first."""
        before, most = _LAST_MS if before_ms is None else before_ms, min(limit, EVIDENCE_MAX)
        return await self._read(lambda: _kept(kind, channel=channel, month=month, before_ms=before, limit=most))


def _keep(r: EvidenceRecord) -> Steps[None]:
    yield step(
        f"insert into evidence ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        r.id, r.kind, r.channel, r.month, r.at_ms, r.body,
    )  # fmt: skip


def _kept(kind: EvidenceKind, *, channel: str, month: str | None, before_ms: int, limit: int) -> Steps[Sequence[EvidenceRecord]]:
    where = "kind = $1 and channel = $2 and at_ms < $3"
    values: tuple[object, ...] = (kind, channel, before_ms, limit)
    if month is not None:
        where, values = f"{where} and month = $5", (*values, month)
    rows = yield step(f"select {_COLUMNS} from evidence where {where} order by at_ms desc, id desc limit $4", *values)
    return [EvidenceRecord(id=r[0], kind=r[1], channel=r[2], month=r[3], at_ms=r[4], body=r[5]) for r in rows]
