"""Finds the passages that answer a question, and says how well they fit.

An inverted index over folded, stemmed words. Each word of the question counts by how rare it is in the documents; it may be
met by the same stem, by a form without an attached letter, by a word of the same meaning (in either language), or by a word
one slip of the keyboard away. The score is the share of the question's weight that a passage meets, from 0 to 1, so that a
limit on it says "nothing fits": words of the question that no document knows pull every score down.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from wasl.domain.prompt import Passage
from wasl.knowledge import lexicon
from wasl.wire import text

QUESTION_TOKENS_MAX: Final = 64
"""Further words of a question are not looked at."""
SCORE_MIN: Final = 0.2
"""Passages that fit less are not worth showing to anybody."""

_SATURATION: Final = 1.2  # k1 and b of BM25
_LENGTH: Final = 0.6
_MET_ONCE, _MET_OFTEN, _MET_IN_HEADING = 0.65, 0.20, 0.15  # together 1
_MET_ABOVE: Final = 0.4  # only in the title of the document or a section around
_UNKNOWN_WEIGHT: Final = 0.8
_HINT_WEIGHT: Final = 0.3
_COMMON_WEIGHT: Final = 0.2
_OTHER_LANGUAGE: Final = 0.85
_PAIR_BONUS: Final = 0.06
_BY_FORM, _BY_MEANING, _BY_SLIP = 0.92, 0.85, 0.75
_SLIP_CHARACTERS_MIN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One thing the question says: any of `terms`, each with how good a match it is, weighs `weight`."""

    terms: tuple[tuple[str, float], ...]
    weight: float


class Index:
    """Passages, ready to be searched. Building takes about 0.1 ms a passage; searching does not change it.

    `synonyms`: an operator's own words, each with the words that mean the same.
    """

    def __init__(self, passages: Sequence[Passage], *, synonyms: Mapping[str, Iterable[str]] | None = None) -> None:
        self.passages = tuple(passages)
        self._own = _own_meanings(synonyms or {})
        written = [_written(passage) for passage in self.passages]
        self._stems = frozenset(text.light(token) for parts in written for part in parts for token in part)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        self._pairs: dict[tuple[str, str], list[int]] = {}
        self._spread: Counter[str] = Counter()
        lengths = [len(heading) + len(body) for _, heading, body in written]
        average = sum(lengths) / len(lengths) if lengths else 1.0
        for number, (above, heading, body) in enumerate(written):
            norm = 1 - _LENGTH + _LENGTH * lengths[number] / max(average, 1.0)
            self._add(number, above=above, heading=heading, body=body, norm=norm)
        self._slips: dict[str, list[str]] | None = None

    def search(self, query: str, *, limit: int, language: str = "") -> tuple[Passage, ...]:
        """Gives up to `limit` passages, the best first, with their scores; none that scores under SCORE_MIN.

        A passage in the question's own language goes before an equally good one in another; `language` is the person's, for
        a question that does not show its own.
        """
        if not self._postings:
            return ()
        asked = self._asked(text.tokens(query)[:QUESTION_TOKENS_MAX])
        whole = sum(one.weight for one in asked)
        if limit < 1 or not whole:
            return ()
        scores: dict[int, float] = {}
        for one in asked:
            for number, strength in self._met(one).items():
                scores[number] = scores.get(number, 0.0) + strength * one.weight
        for number, bonus in self._in_a_row(query).items():
            if number in scores:
                scores[number] += bonus * whole
        spoken = text.language(query)
        wanted = spoken if spoken in ("ar", "en") else language[:2].lower()
        ranked = sorted(
            (
                (self._final(number, score / whole, wanted=wanted), -number)
                for number, score in scores.items()
                if score >= SCORE_MIN * whole
            ),
            reverse=True,
        )
        return tuple(replace(self.passages[-number], score=round(score, 4)) for score, number in ranked[:limit] if score >= SCORE_MIN)

    # -- building ------------------------------------------------------------------------------------------------------
    def _add(self, number: int, *, above: Sequence[str], heading: Sequence[str], body: Sequence[str], norm: float) -> None:
        counts = Counter(self._terms(body))
        titled = Counter(self._terms(heading))
        for term in counts.keys() | titled.keys():
            often = counts[term] + titled[term]
            saturated = often / (often + _SATURATION * norm)
            strength = _MET_ONCE + _MET_OFTEN * saturated + (_MET_IN_HEADING if term in titled else 0.0)
            self._postings.setdefault(term, []).append((number, strength))
            self._spread[term] += 1
        for term in dict.fromkeys(self._terms(above)):
            if term not in counts and term not in titled:
                self._postings.setdefault(term, []).append((number, _MET_ABOVE))
        for part in (heading, body):
            for pair in dict.fromkeys(_pairs(part)):
                self._pairs.setdefault(pair, []).append(number)

    def _terms(self, tokens: Sequence[str]) -> Iterator[str]:
        """Walks everything a passage's words can be found by."""
        before = ""
        for token in tokens:
            found = {text.light(token): None}
            for form in text.bare(token):
                if form in self._stems or lexicon.meanings_of(form):
                    found[form] = None
            meanings = dict.fromkeys(m for term in (token, *found) for m in self._meanings(term))
            for meaning in self._meanings_of_pair(before, token):
                meanings[meaning] = None
            yield from found
            for meaning in meanings:
                yield "#" + meaning
            before = token

    # -- asking --------------------------------------------------------------------------------------------------------
    def _asked(self, tokens: Sequence[str]) -> list[_Asked]:
        if lexicon.asks_what_there_is(tokens):
            return [self._by_meaning(lexicon.OVERVIEW)]
        asked: dict[str, _Asked] = {}
        taken = -1
        for place, token in enumerate(tokens):
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            if meanings := self._meanings_of_pair(token, following):
                asked.setdefault(meanings[0], self._by_meaning(meanings))
                taken = place + 1
            elif place != taken and not lexicon.is_stop(token):
                meanings = self._meanings_in(token)
                key = meanings[0] if meanings else text.light(token)
                one = self._word(token, meanings)
                if key in asked:
                    one = _Asked(terms=asked[key].terms + one.terms, weight=max(asked[key].weight, one.weight))
                asked[key] = one
        return list(asked.values())

    def _word(self, token: str, meanings: Sequence[str]) -> _Asked:
        stem = text.light(token)
        terms: dict[str, float] = {}
        if stem in self._postings:
            terms[stem] = 1.0
        for form in () if meanings else text.bare(token):
            if form in self._postings:
                terms.setdefault(form, _BY_FORM)
        for meaning in meanings:
            if "#" + meaning in self._postings:
                terms["#" + meaning] = _BY_MEANING
        if not terms and not meanings and len(stem) >= _SLIP_CHARACTERS_MIN and not token.isdigit():
            for near in self._near(stem):
                terms[near] = _BY_SLIP
                for meaning in self._meanings(near):
                    if "#" + meaning in self._postings:
                        terms["#" + meaning] = _BY_SLIP
        terms = {term: quality for term, quality in terms.items() if term in self._postings}
        return _Asked(terms=tuple(terms.items()), weight=self._weight(terms, meanings, common=lexicon.is_common(token)))

    def _by_meaning(self, meanings: Sequence[str]) -> _Asked:
        terms = {"#" + meaning: 1.0 for meaning in meanings if "#" + meaning in self._postings}
        return _Asked(terms=tuple(terms.items()), weight=self._weight(terms, meanings, common=False))

    def _weight(self, terms: Mapping[str, float], meanings: Sequence[str], *, common: bool) -> float:
        """Weighs a thing asked by its rarity, between 0.35 and 1; what no document knows weighs nearly as much as the rarest."""
        if not terms and common:
            return _COMMON_WEIGHT
        if not terms:
            return _HINT_WEIGHT if meanings and meanings[0] in lexicon.HINTING else _UNKNOWN_WEIGHT
        many = len(self.passages)
        widest = max(self._spread[term] for term in terms)
        rarity = math.log(1 + (many - widest + 0.5) / (widest + 0.5)) / math.log(1 + (many + 0.5) / 0.5)
        weight = 0.35 + 0.65 * rarity
        return weight * _HINT_WEIGHT if meanings and meanings[0] in lexicon.HINTING else weight

    def _met(self, one: _Asked) -> dict[int, float]:
        if len(one.terms) == 1:
            term, quality = one.terms[0]
            return {number: strength * quality for number, strength in self._postings[term]}
        best: dict[int, float] = {}
        for term, quality in one.terms:
            for number, strength in self._postings[term]:
                met = strength * quality
                if met > best.get(number, 0.0):
                    best[number] = met
        return best

    def _in_a_row(self, query: str) -> dict[int, float]:
        bonus: dict[int, float] = {}
        for pair in dict.fromkeys(_pairs(text.tokens(query)[:QUESTION_TOKENS_MAX])):
            for number in self._pairs.get(pair, ()):
                bonus[number] = min(bonus.get(number, 0.0) + _PAIR_BONUS, 2 * _PAIR_BONUS)
        return bonus

    def _final(self, number: int, score: float, *, wanted: str) -> float:
        spoken = self.passages[number].language
        other = bool(spoken and wanted in ("ar", "en") and spoken != wanted)
        return min(score * (_OTHER_LANGUAGE if other else 1.0), 1.0)

    # -- words ---------------------------------------------------------------------------------------------------------
    def _meanings(self, token: str) -> tuple[str, ...]:
        return (*self._own.get((token,), ()), *lexicon.meanings_of(token))

    def _meanings_in(self, token: str) -> tuple[str, ...]:
        """Gives the meanings of a word of the question, also of its forms without an attached letter."""
        found = self._meanings(token) or self._meanings(text.light(token))
        if found or text.light(token) in self._stems:
            return found
        return next((meanings for form in text.bare(token) if (meanings := self._meanings(form))), ())

    def _meanings_of_pair(self, first: str, second: str) -> tuple[str, ...]:
        if not first or not second:
            return ()
        return (*self._own.get((first, second), ()), *lexicon.meanings_of_pair(first, second))

    def _near(self, stem: str) -> list[str]:
        """Gives known stems that differ by one letter left out, put in, changed, or swapped with its neighbour."""
        if self._slips is None:
            self._slips = {}
            for known in {*self._stems, *lexicon.known_stems()}:
                if len(known) >= _SLIP_CHARACTERS_MIN - 1 and not known.isdigit():
                    for shorter in _shortened(known):
                        self._slips.setdefault(shorter, []).append(known)
        near = dict.fromkeys(known for shorter in _shortened(stem) for known in self._slips.get(shorter, ()))
        return [known for known in near if _one_slip(known, stem)][:8]


def _written(passage: Passage) -> tuple[list[str], list[str], list[str]]:
    """Gives the tokens of the headings around, of the passage's own heading, and of its text."""
    above, _, heading = passage.heading.rpartition(" › ")
    return text.tokens(above), text.tokens(heading), text.tokens(passage.text)


def _pairs(tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    stems = [text.light(token) for token in tokens if not lexicon.is_stop(token)]
    return pairwise(stems)


def _shortened(word: str) -> set[str]:
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


def _one_slip(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :]
    return one[start + 1 :] == other[start + 1 :] or swapped == other[start:]


def _own_meanings(synonyms: Mapping[str, Iterable[str]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for name, listed in synonyms.items():
        for phrase in (name, *listed):
            key = tuple(text.tokens(phrase))[:2]
            if key:
                found.setdefault(key, {})["own " + name] = None
                if len(key) == 1:
                    found.setdefault((text.light(key[0]),), {})["own " + name] = None
    return {key: tuple(names) for key, names in found.items()}
