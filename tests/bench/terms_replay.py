"""A replay of recorded versions: each is brought on its day, rules are made from what is told, and the guard is asked afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from wasl.domain.terms import Document
from wasl.net.http import HttpNetwork
from wasl.policy.act import Act, Deployment, Recipient, TurnPurpose
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook, read_book
from wasl.policy.shipped_rules import shipped_book
from wasl.service.fetch_terms import FetchTerms
from wasl.service.make_rule import Ending, MakeRule
from wasl.service.watch import Seen, Told, Watch
from wasl.store.memory import MemoryStore
from wasl.terms.declaration import Declaration, Source
from wasl.testing.clock import TestClock

NAME = "replay/terms"


@dataclass
class Replayed:
    """What each version came to, what was told, the rules that were confirmed, and what would open a plan to leave."""

    seen: list[tuple[date, Seen]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    rules: str = ""

    def lines(self) -> list[str]:
        """Each step but the first in a few words."""
        return [f"{day} {_words(seen)}" for day, seen in self.seen[1:]]

    def verdict(self, channel: str, day: date, phone: str) -> tuple[str, tuple[str, ...]]:
        """Asks the guard on a day about a general assistant and a number: its effect, and what it says beside."""
        base = shipped_book()
        book = read_book({"terms.toml": self.rules}, base=Rulebook(rules=(), groups=base.groups))
        at = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)
        act = Act(
            channel=channel,
            at_ms=at,
            deployment=Deployment(purpose="general_assistant"),
            person=Recipient(phone=phone, last_inbound_ms=at),
            purpose=TurnPurpose(label="general"),
        )
        found = evaluate(book, act)
        return found.effect, tuple(reason.text for reason in (*found.reasons, *found.warnings))


async def replay(versions: Sequence[tuple[date, str]], *, channel: str, min_words: int = 20) -> Replayed:
    """Brings versions on their days and confirms every rule that is drafted."""
    document = Document(id=NAME, platform="replay", name="Terms", channels=(channel,))
    declared = Declaration(document=document, sources=(Source(url="https://replay.example/", render="manual", min_words=min_words),))
    clock = _Days(versions[0][0])
    store = MemoryStore(clock=clock)
    await store.open()
    found = Replayed()

    async def tell(told: Told) -> None:
        found.told.append(told)

    async def plan(ending: Ending) -> None:
        found.endings.append(ending)

    def keep(text: str) -> None:
        found.rules = text

    base = shipped_book()
    fetch = FetchTerms(network=HttpNetwork(), clock=clock, agent="replay")
    watch = Watch(terms=store.terms, fetch=fetch, clock=clock, declarations=[declared], tell=tell)
    make = MakeRule(
        terms=store.terms,
        clock=clock,
        documents={NAME: document},
        base=lambda: Rulebook(rules=(), groups=base.groups),
        keep=keep,
        plan=plan,
    )
    for day, text in versions:
        clock.day = day
        seen = await watch.bring(NAME, text.encode(), content_type="text/markdown", by="replay")
        found.seen.append((day, seen))
        if seen.change is not None and seen.change.judgement.alerts:
            await make.flag_stale(seen.change)
            for record in await make.draft(seen.change.id):
                await make.confirm(record.rule_id, by="Amal", note="replay")
    await store.close()
    return found


def folder(path: Path) -> list[tuple[date, str]]:
    """Reads versions whose names begin with their day."""
    return [(date.fromisoformat(one.name[:10]), one.read_text(encoding="utf-8")) for one in sorted(path.glob("*.md"))]


def _words(seen: Seen) -> str:
    change = seen.change
    if change is None or not change.judgement.alerts:
        return "nothing"
    judged = change.judgement
    if judged.topic == "announcement":
        days = sorted({str(one.day) for one in judged.dates})
        return f"announcement {', '.join(days)}" + (f", {len(judged.links)} previews" if judged.links else "")
    clause = judged.clauses[0]
    return f"material {judged.topic}: {', '.join(clause.regions_come)} opened, {', '.join(clause.regions_gone) or 'none'} closed"


class _Days(TestClock):
    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day

    def now_ms(self) -> int:
        return int(datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC).timestamp() * 1000) if hasattr(self, "day") else 0
