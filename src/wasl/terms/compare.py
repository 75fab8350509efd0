"""Compare: what of a page's words changed, clause by clause.

Sentences that stand on both sides vanish wherever they moved to; the rest is paired by the words they share, rare words first. What is
left of a pair is the words that changed. Pure, and close to linear: a sentence is held against few others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from wasl.terms.canonical import Canonical, Sentence

PAIR_LIKENESS_MIN: Final = 0.45
"""Share of words in common (Dice) from which two sentences are one sentence that was changed."""
CANDIDATES_MAX: Final = 12
"""How many sentences of the other side one sentence is held against."""
COMMON_WORD_MAX: Final = 40
"""A word that stands in more sentences than this finds no partner for a sentence."""
WORDS_ALIGNED_MAX: Final = 600
"""Words of a sentence past which changed words are counted, not aligned."""


class Edit(NamedTuple):
    """Words that gave way to others, or to none, within one sentence."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Pair(NamedTuple):
    """A sentence before and after, one None where it stands on one side only, with the words that changed."""

    before: Sentence | None
    after: Sentence | None
    edits: tuple[Edit, ...]

    @property
    def gone(self) -> tuple[str, ...]:
        """The words that gave way."""
        return tuple(word for edit in self.edits for word in edit.before)

    @property
    def come(self) -> tuple[str, ...]:
        """The words that came."""
        return tuple(word for edit in self.edits for word in edit.after)


class Difference(NamedTuple):
    """What changed between two pages: sentences that were changed, came or went, in the order of the new page.

    `moved` counts sentences that stand elsewhere now. `same_words` says that both pages have the same words, however arranged.
    `before_words` and `after_words` are the lengths of the pages in words.
    """

    pairs: tuple[Pair, ...]
    moved: int
    same_words: bool
    before_words: int
    after_words: int


def compare(before: Canonical, after: Canonical) -> Difference:
    """Compares two pages in canonical form."""
    if before.digest == after.digest:
        return Difference((), 0, True, before.words, after.words)
    kept_words = {sentence.words for sentence in before.sentences} & {sentence.words for sentence in after.sentences}
    gone = _once(sentence for sentence in before.sentences if sentence.words not in kept_words)
    come = _once(sentence for sentence in after.sentences if sentence.words not in kept_words)
    gone, come = _without_recut(gone, come)
    pairs = tuple(_pairs(gone, come))
    moved = sum(
        1 for one, other in zip(before.sentences, after.sentences, strict=False) if one.words != other.words and one.words in kept_words
    )
    return Difference(pairs, moved, not pairs or _same_words(gone, come), before.words, after.words)


def _same_words(gone: Sequence[Sentence], come: Sequence[Sentence]) -> bool:
    return Counter(word for one in gone for word in one.words) == Counter(word for one in come for word in one.words)


def _once(sentences: Iterable[Sentence]) -> list[Sentence]:
    seen: set[tuple[str, ...]] = set()
    found = []
    for sentence in sentences:
        if sentence.words not in seen:
            seen.add(sentence.words)
            found.append(sentence)
    return found


def _without_recut(gone: list[Sentence], come: list[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """Takes out neighbouring sentences that were only cut in other places: the run has the same words on both sides."""
    if not gone or not come:
        return gone, come
    first, second = _flat(gone), _flat(come)
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for start in second.begins:
        where[second.words[start : start + 4]].append(start)
    drop_gone: set[int] = set()
    drop_come: set[int] = set()
    for start, index in first.begins.items():
        if index in drop_gone:
            continue
        for other in where.get(first.words[start : start + 4], ())[:4]:
            run = _shared_run(first, second, start, other)
            if run is not None:
                drop_gone.update(run[0])
                drop_come.update(run[1])
                break
    return [one for i, one in enumerate(gone) if i not in drop_gone], [one for i, one in enumerate(come) if i not in drop_come]


class _Flat(NamedTuple):
    words: tuple[str, ...]
    begins: dict[int, int]
    ends: dict[int, int]


def _flat(sentences: Sequence[Sentence]) -> _Flat:
    words: list[str] = []
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    for index, sentence in enumerate(sentences):
        begins[len(words)] = index
        words += sentence.words
        ends[len(words)] = index
    return _Flat(tuple(words), begins, ends)


def _shared_run(first: _Flat, second: _Flat, start: int, other: int) -> tuple[range, range] | None:
    """Gives the sentences of a run of equal words that ends with a sentence on both sides."""
    length = 0
    best = 0
    longest = min(len(first.words) - start, len(second.words) - other, 2 * WORDS_ALIGNED_MAX)
    while length < longest and first.words[start + length] == second.words[other + length]:
        length += 1
        if start + length in first.ends and other + length in second.ends:
            best = length
    if not best:
        return None
    return range(first.begins[start], first.ends[start + best] + 1), range(second.begins[other], second.ends[other + best] + 1)


def _pairs(gone: Sequence[Sentence], come: Sequence[Sentence]) -> list[Pair]:
    partner = _matched(gone, come)
    pairs = []
    taken = set(partner.values())
    for index, sentence in enumerate(come):
        pairs.append(Pair(gone[partner[index]], sentence, edits_between(gone[partner[index]].words, sentence.words)) if index in partner
                     else Pair(None, sentence, (Edit((), sentence.words),)))  # fmt: skip
    pairs += [Pair(sentence, None, (Edit(sentence.words, ()),)) for index, sentence in enumerate(gone) if index not in taken]
    return [pair for pair in pairs if pair.edits]


def _matched(gone: Sequence[Sentence], come: Sequence[Sentence]) -> dict[int, int]:
    """Gives for sentences of the new side their partner of the old one: the likest pairs first, every sentence once."""
    holders: dict[str, list[int]] = defaultdict(list)
    bags = [Counter(sentence.words) for sentence in gone]
    for index, bag in enumerate(bags):
        for word in bag:
            holders[word].append(index)
    scored: list[tuple[float, int, int, int]] = []
    for index, sentence in enumerate(come):
        bag = Counter(sentence.words)
        votes: Counter[int] = Counter()
        for word in sorted(bag, key=lambda one: (len(holders[one]) if one in holders else 1 << 30, one)):
            holding = holders.get(word, ())
            if not holding or (len(holding) > COMMON_WORD_MAX and votes):
                break
            for other in holding[:COMMON_WORD_MAX]:
                votes[other] += 1
        for other, _ in votes.most_common(CANDIDATES_MAX):
            likeness = _likeness(bag, bags[other], len(sentence.words), len(gone[other].words))
            if likeness >= PAIR_LIKENESS_MIN:
                scored.append((-likeness, abs(gone[other].block - sentence.block), index, other))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, index, other in sorted(scored):
        if index not in partner and other not in taken:
            partner[index] = other
            taken.add(other)
    return partner


def _likeness(one: Counter[str], other: Counter[str], one_length: int, other_length: int) -> float:
    smaller, larger = (one, other) if len(one) <= len(other) else (other, one)
    shared = sum(min(count, larger[word]) for word, count in smaller.items() if word in larger)
    return 2 * shared / (one_length + other_length)


def edits_between(before: Sequence[str], after: Sequence[str]) -> tuple[Edit, ...]:
    """Gives the words that changed between two sentences, those at both ends that stayed left aside."""
    start = 0
    while start < len(before) and start < len(after) and before[start] == after[start]:
        start += 1
    end = 0
    while end < len(before) - start and end < len(after) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = tuple(before[start : len(before) - end]), tuple(after[start : len(after) - end])
    if not old or not new or len(old) > WORDS_ALIGNED_MAX or len(new) > WORDS_ALIGNED_MAX:
        return (Edit(old, new),) if old or new else ()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(Edit(old[a:b], new[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")
