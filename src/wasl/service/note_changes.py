"""Note changes: keeps a line in the log of evidence whenever what the assistant is run or judged with became another."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec

from wasl.domain.evidence import EvidenceRecord
from wasl.ports.clock import Clock
from wasl.ports.evidence import Evidence


class NoteChanges:
    """Compares digests (scope, prompt, models, thresholds, rules, knowledge) with those that were kept last."""

    def __init__(self, *, evidence: Evidence, clock: Clock, digests: Callable[[], Mapping[str, str]]) -> None:
        self._evidence = evidence
        self._clock = clock
        self._digests = digests

    async def run(self) -> tuple[str, ...]:
        """Keeps what changed, and names it; the first time everything is new. A chore: again, it keeps nothing. Raises StoreDown."""
        now = dict(await asyncio.to_thread(self._digests))  # it reads the operator's documents
        last = await self._evidence.kept("change", channel="", limit=1)
        before: Mapping[str, str] = msgspec.json.decode(last[0].body).get("digests", {}) if last else {}
        changed = tuple(sorted(name for name in {*now, *before} if now.get(name, "") != before.get(name, "")))
        if changed:
            body = msgspec.json.encode({"changed": changed, "digests": now}).decode()
            record = EvidenceRecord(id=self._clock.new_id(), kind="change", channel="", month="", at_ms=self._clock.now_ms(), body=body)
            await self._evidence.keep(record)
        return changed
