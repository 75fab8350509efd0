"""Top subjects: which of the operator's subjects people asked about, from a sample of a month's business turns.

A turn counts for the subject of the example that has most pieces of words in common with it. It is a picture, not part of the figure:
words go with their messages, and the figure must be made again without them.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from wasl.domain.purpose import PurposeRecord
from wasl.policy.features import features
from wasl.policy.purpose import Scope
from wasl.ports.purposes import Purposes

LOOKED_MAX: Final = 400
ALIKE_LEAST: Final = 0.08
"""Pieces in common, as a share of all of both, from which on a question is about a subject."""
SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """How many of the turns that were looked at are about each subject, the most frequent first; `other` are about none."""

    looked: int = 0
    top: tuple[tuple[str, int], ...] = ()
    other: int = 0


async def top_subjects(records: Sequence[PurposeRecord], *, scope: Scope | None, purposes: Purposes) -> Subjects:
    """Counts subjects among business turns, drawn by a hash of their ids. Raises StoreDown."""
    if scope is None:
        return Subjects()
    known = _Known(scope)
    business = sorted((r.turn_id for r in records if r.label == "business"), key=lambda turn: blake2b(turn.encode()).digest())
    counted: Counter[str | None] = Counter()
    for words in await purposes.words(business[:LOOKED_MAX]):
        if words.question:
            counted[known.subject(words.question)] += 1
    other = counted.pop(None, 0)
    top = sorted(((name, count) for name, count in counted.items() if name is not None), key=lambda pair: (-pair[1], pair[0]))
    return Subjects(looked=other + sum(count for _, count in top), top=tuple(top[:SHOWN]), other=other)


class _Known:
    """The examples of a scope by their pieces."""

    def __init__(self, scope: Scope) -> None:
        self._subjects = [own.subject for own in scope.examples if own.subject]
        pieces = [frozenset(features(own.text)) for own in scope.examples if own.subject]
        self._sizes = [len(some) for some in pieces]
        self._having: dict[object, list[int]] = defaultdict(list)
        for place, some in enumerate(pieces):
            for piece in some:
                self._having[piece].append(place)

    def subject(self, text: str) -> str | None:
        """Gives the subject of the nearest example."""
        own = frozenset(features(text))
        common: Counter[int] = Counter(place for piece in own for place in self._having.get(piece, ()))
        if not common:
            return None
        best = max(common, key=lambda place: (common[place] / (len(own) + self._sizes[place] - common[place]), -place))
        alike = common[best] / (len(own) + self._sizes[best] - common[best])
        return self._subjects[best] if alike >= ALIKE_LEAST else None
