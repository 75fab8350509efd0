"""Evidence records: what was published, changed or handed over, each kept once and never rewritten."""

from dataclasses import dataclass
from typing import Literal

EvidenceKind = Literal["figure", "change", "suite", "pack"]
"""figure: a month's figure as it was published. change: what the assistant is judged or run with became another. suite: the refusal suite
was run. pack: an evidence pack was written; its body holds the digest of its manifest, to which the next one is chained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """One record.

    `channel` is "" where it concerns all of them, `month` (2026-10) "" where it concerns none. `body` is JSON without personal data.
    """

    id: str
    kind: EvidenceKind
    channel: str
    month: str
    at_ms: int
    body: str
