"""The contract of evidence: a log of what was published, changed and handed over, to which is only ever added.

A part of every store: `store.evidence`. Raises StoreDown like Store.
"""

from collections.abc import Sequence
from typing import Protocol

from wasl.domain.evidence import EvidenceKind, EvidenceRecord

BODY_BYTES_MAX = 4 << 20
"""Of a record's body."""
EVIDENCE_MAX = 1_000
"""Records given at a time."""


class Evidence(Protocol):
    """What was published, changed and handed over."""

    async def keep(self, record: EvidenceRecord) -> None:
        """Adds a record; the same id again changes nothing. Raises Malformed for a body that is too long."""
        ...

    async def kept(
        self, kind: EvidenceKind, *, channel: str, month: str | None = None, before_ms: int | None = None, limit: int = EVIDENCE_MAX
    ) -> Sequence[EvidenceRecord]:
        """Gives records of a kind, newest first: those of a month, or those before a time, or all."""
        ...
