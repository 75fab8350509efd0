"""Train a scope: adds what people rated to the operator's own scope, where the channel's rules allow his own use of it.

Only the operator's scope learns, never the shipped packs; words are redacted first; the file as it was stays beside it under its version,
and what is added stands at its end, to be read, corrected or taken out.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeLabel, PurposeRating
from wasl.policy.act import Act, Deployment, ModelUse
from wasl.policy.primary import rule_against_training
from wasl.policy.purpose import Scope
from wasl.policy.rulebook import Rulebook
from wasl.policy.scope_file import EXAMPLE_CHARACTERS_MAX, subject_text
from wasl.ports.clock import Clock
from wasl.ports.purposes import Purposes
from wasl.wire.redact import redact
from wasl.wire.text import fold

ADDED_MAX: Final = 2_000
"""Messages added at one time."""
CHARACTERS_MIN: Final = 4
_WORDS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What ratings would add: `examples` are the business's, `forbidden` are general. `barred` names channels whose rules do not allow
    it with the rule; `disputed` counts turns on which raters do not agree, `gone` those whose words are deleted."""

    examples: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    barred: Mapping[str, str] | None = None
    disputed: int = 0
    gone: int = 0


class TrainScope:
    """Gathers lessons from ratings, and writes them into a scope file."""

    def __init__(
        self,
        *,
        purposes: Purposes,
        clock: Clock,
        book: Callable[[], Rulebook],
        kinds: Mapping[str, str],
        deployments: Mapping[str, Deployment],
    ) -> None:
        self._purposes = purposes
        self._clock = clock
        self._book = book
        self._kinds = kinds
        self._deployments = deployments

    async def lessons(self, scope: Scope, *, since_ms: int, until_ms: int) -> Lessons:
        """Gathers what the ratings of a time teach and the scope does not hold yet. Raises StoreDown."""
        known = {fold(text) for text in (*(own.text for own in scope.examples), *scope.also, *scope.forbidden)}
        found: dict[PurposeLabel, list[str]] = {"business": [], "general": []}
        barred: dict[str, str] = {}
        disputed = gone = 0
        for channel in await self._purposes.channels(since_ms=since_ms, until_ms=until_ms):
            rule = self._barred(channel)
            if rule is not None:
                barred[channel] = rule
                continue
            labels, unsettled = _settled(await self._purposes.ratings(channel=channel, since_ms=since_ms, until_ms=until_ms))
            disputed += unsettled
            turns = list(labels)
            for start in range(0, len(turns), _WORDS_AT_ONCE):
                some = turns[start : start + _WORDS_AT_ONCE]
                words = await self._purposes.words(some)
                gone += len(some) - len(words)
                for one in words:
                    text = " ".join(redact(one.question).split())[:EXAMPLE_CHARACTERS_MAX]
                    listed = found.get(labels[one.turn_id])
                    if listed is None or len(text) < CHARACTERS_MIN or fold(text) in known or len(listed) >= ADDED_MAX:
                        continue
                    known.add(fold(text))
                    listed.append(text)
        return Lessons(examples=tuple(found["business"]), forbidden=tuple(found["general"]), barred=barred, disputed=disputed, gone=gone)

    def _barred(self, channel: str) -> str | None:
        """Names the rule that forbids to learn from a channel's words for one's own exclusive use."""
        act = Act(
            channel=self._kinds.get(channel, channel),
            at_ms=self._clock.now_ms(),
            deployment=self._deployments.get(channel, Deployment()),
            model=ModelUse(provider="", training="fine_tune_for_exclusive_use"),
            uses=frozenset({"train_on_data"}),
        )
        rule = rule_against_training(self._book(), act)
        return None if rule is None else rule.id


def _settled(ratings: Sequence[PurposeRating]) -> tuple[dict[TurnId, PurposeLabel], int]:
    """Gives the label of every turn on which the last words of all its raters agree, and how many others there are."""
    last: dict[TurnId, dict[str, PurposeLabel]] = defaultdict(dict)
    for rating in ratings:
        last[rating.turn_id][rating.rater] = rating.label
    agreed = {turn: next(iter(said.values())) for turn, said in last.items() if len(set(said.values())) == 1}
    return agreed, len(last) - len(agreed)


def write_lessons(file: Path, scope: Scope, lessons: Lessons, *, day: str) -> Path:
    """Writes lessons to the end of a scope file; gives where the file as it was is kept. Raises OSError."""
    text = file.read_text(encoding="utf-8-sig")
    kept = file.with_name(f"{file.stem}.{scope.version}{file.suffix}")
    kept.write_text(text, encoding="utf-8")
    begun = file.with_name(f"{file.name}.part")
    added = subject_text(f"rated {day}", examples=lessons.examples, forbidden=lessons.forbidden)
    begun.write_text(f"{text.rstrip()}\n\n{added}", encoding="utf-8")
    begun.replace(file)
    return kept
