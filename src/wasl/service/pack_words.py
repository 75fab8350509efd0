"""Pack words: redacted episodes and every kind of failure, as an evidence pack shows them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeRecord
from wasl.policy.audit import rated
from wasl.ports.people import People
from wasl.ports.purposes import Purposes
from wasl.service.figure import Gathered
from wasl.service.pack_data import Marks
from wasl.wire.redact import redact

EPISODES: Final = 20
EPISODE_TURNS_MAX: Final = 12
EXAMPLES_EACH: Final = 3
WORDS_MAX: Final = 1_200

DONE: Final[Mapping[str, str]] = {
    "missed": "a rater found a general request that was answered; it is in the estimate, and the next month is read more closely there",
    "wrongly refused": "a rater found a customer's question that was redirected or refused; it goes into the scope's examples",
    "judge changed the label": "the judge and the classifier disagreed; such turns come first in the audit",
    "judge did not answer": "the classifier's own label stood, and the turn was answered in business mode",
    "answer looked general": "the answer itself was scored as general; the turn counts by what was asked and is looked at first",
    "not answered": "the turn was late, failed, or a rule held its answer; it counts as asked and not as served",
    "uncertain": "too close to tell: answered in business mode only, and looked at more often than others",
}


class Exhibits:
    """Takes words for a pack, redacted."""

    def __init__(self, *, purposes: Purposes, people: People, marks: Marks) -> None:
        self._purposes = purposes
        self._people = people
        self._marks = marks

    async def episodes(self, gathered: Gathered) -> list[dict[str, Any]]:
        """Gives twenty episodes of the month in which all was business and answered, drawn by a keyed hash: the same every time."""
        by_episode: dict[TurnId, list[PurposeRecord]] = defaultdict(list)
        for record in self._own(gathered):
            by_episode[record.episode].append(record)
        good = [
            episode
            for episode, records in by_episode.items()
            if all(r.label in ("business", "neutral") and r.served == "answered" for r in records)
            and any(r.label == "business" for r in records)
        ]
        shown: list[dict[str, Any]] = []
        for episode in sorted(good, key=lambda one: self._marks.of(f"episode {one}")):
            lines = await self._lines(by_episode[episode][:EPISODE_TURNS_MAX])
            if lines:
                shown.append({"episode": self._marks.of(episode), "turns": lines})
            if len(shown) == EPISODES:
                break
        return shown

    async def failures(self, gathered: Gathered) -> list[dict[str, Any]]:
        """Gives every kind of failure with its count, what is done, redacted examples; also a kind that never happened."""
        found = self._failed(gathered)
        shown = []
        for kind, done in DONE.items():
            records = sorted(found[kind], key=lambda r: self._marks.of(f"failure {r.turn_id}"))
            examples = await self._lines(records[: EXAMPLES_EACH * 3])
            shown.append({"kind": kind, "turns": len(records), "done": done, "examples": examples[:EXAMPLES_EACH]})
        return shown

    def _failed(self, gathered: Gathered) -> dict[str, list[PurposeRecord]]:
        said = rated(gathered.ratings)
        found: dict[str, list[PurposeRecord]] = defaultdict(list)
        for r in self._own(gathered):
            told = said.get(r.turn_id)
            if told is not None and told.general is not None:
                if told.general >= 0.5 and r.served == "answered" and r.label not in ("general", "mixed"):
                    found["missed"].append(r)
                if told.general == 0 and r.served in ("redirected", "refused"):
                    found["wrongly refused"].append(r)
            if r.judge == "changed":
                found["judge changed the label"].append(r)
            if r.judge == "failed":
                found["judge did not answer"].append(r)
            if r.reply_label == "general" and r.label != "general":
                found["answer looked general"].append(r)
            if r.served == "other":
                found["not answered"].append(r)
            if r.label == "uncertain":
                found["uncertain"].append(r)
        return found

    def _own(self, gathered: Gathered) -> Sequence[PurposeRecord]:
        return [record for record in gathered.records if record.at_ms >= gathered.month.since_ms]

    async def _lines(self, records: Sequence[PurposeRecord]) -> list[dict[str, str]]:
        """Gives the words of turns, redacted; those whose words are gone are left out."""
        words = {one.turn_id: one for one in await self._purposes.words([record.turn_id for record in records])}
        lines = []
        for record in records:
            one = words.get(record.turn_id)
            if one is None or not one.question:
                continue
            view = await self._people.view(record.person_id)
            names = [view.name] if view is not None and view.name else []
            question, reply = (redact(text, names=names)[:WORDS_MAX] for text in (one.question, one.reply))
            lines.append({"label": record.label, "served": record.served, "asked": question, "answered": reply})
        return lines
