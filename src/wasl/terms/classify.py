"""Classify: whether a difference touches a right, a duty, a price or a date, by rules alone.

Every changed sentence is weighed: does it bind somebody, and how many words with a meaning changed in it. What is renamed throughout,
spelt anew, moved or dated anew weighs nothing. The heaviest topics name the change; dates that lie ahead make an announcement. Pure.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Final, NamedTuple, cast

from wasl.domain.terms import CRITICAL, Clause, DocumentKind, Judgement, Topic
from wasl.terms import announce
from wasl.terms.canonical import Canonical, Sentence, canonical
from wasl.terms.compare import Difference, Edit, Pair, compare
from wasl.terms.dates import DATE_TOKEN
from wasl.terms.edition import edition_swapped, scope_event
from wasl.terms.lexicon import lexicon
from wasl.terms.regions import regions_in
from wasl.wire.plural import so_many

MATERIAL_SCORE: Final = 1.5
"""Weight of all clauses together from which a change is material: one word with a meaning that came into a sentence that binds or left
it, two that gave way to others, or one that turns it round."""
CLAUSES_SHOWN_MAX: Final = 400
STUB_WORDS_MAX: Final = 60
"""A page shorter than this before is no document: what follows is its first record."""
TYPO_LIKENESS_MIN: Final = 0.8
ONE_SIDED: Final = 1.5
"""Words that came or went change more than words that gave way to others."""
RENAMES_MIN: Final = 2
CRITICAL_HITS_MIN: Final = 2.0
CRITICAL_FIRST: Final = 2.0
"""What can end a channel or cost money gives a clause its name before what it also speaks of."""
TOPICS_FOR_MULTIPLE: Final = 5
REWRITE_SHARE: Final = 0.3
WEIGHT_MAX: Final = 12.0
"""What one clause may weigh, so that a long addition does not drown a short one's topic."""

MENU_WORDS_MIN: Final = 3
_CONTRACTED: Final = {"re": "are", "ll": "will", "ve": "have", "d": "would", "m": "am"}
_NOT_REGULAR: Final = {"can": "can", "won": "will", "shan": "shall"}
_MENU = re.compile(
    r"\b(?:Home|Products?|Solutions|Pricing|Log ?in|Sign ?(?:in|up)|Contact(?: us)?|About(?: us)?|Blog|Careers|Support|Help|Menu|Docs|"
    r"Developers|Press|Download|Search|Company|Resources|Community|Get started)\b|الرئيسية|تسجيل الدخول|المدونة|من نحن"
)
_DIGITS: Final = {0x660 + digit: str(digit) for digit in range(10)} | {0x6F0 + digit: str(digit) for digit in range(10)}
_NUMBER = re.compile(r"^\d")
_NEGATED = ("un", "non", "in", "im", "ir", "dis", "ex")


class _Weighed(NamedTuple):
    pair: Pair
    weight: float
    topics: Mapping[str, float]
    sentence: Sentence


def judge(before: Canonical, after: Canonical, *, seen: date, kind: DocumentKind = "contract") -> Judgement:
    """Judges what became of a page. `seen` is the day on which the later version was seen: what is dated after it is announced."""
    difference = compare(before, after)
    if before.words < STUB_WORDS_MAX <= after.words:
        return Judgement(
            label="cosmetic", event="baseline", reason="The earlier page was a stub; this is the first record of the document."
        )
    heard = announce.listen(before, after, difference, seen=seen)
    if difference.same_words and not heard.dates:
        return Judgement(label="cosmetic", event="same", reason="The words are the same.")
    weighed = [] if difference.same_words else _weighed(difference, kind)
    if not heard.found and edition_swapped(before, after, difference):
        return Judgement(label="cosmetic", event="edition", clauses=_clauses(weighed), reason="Another edition of the page was served.")
    if not heard.found and scope_event(difference):
        return Judgement(
            label="editorial",
            event="scope",
            clauses=_clauses(weighed),
            reason="A whole document was added to the page or taken away; nothing else changed.",
        )
    score = sum(one.weight for one in weighed)
    topics = _topics(weighed)
    if heard.found:
        return Judgement(
            label="material", event="change", topic="announcement", topics=("announcement", *topics), score=score + MATERIAL_SCORE,
            reason=heard.reason, clauses=_clauses(weighed), dates=heard.dates, links=heard.links,
        )  # fmt: skip
    if score >= MATERIAL_SCORE:
        return Judgement(
            label="material", event="change", topic=_main(topics, weighed, difference), topics=topics, score=score,
            reason=_reason(weighed), clauses=_clauses(weighed),
        )  # fmt: skip
    label: str = "editorial" if any(one.weight > 0 or _telling(one) for one in weighed) else "cosmetic"
    return Judgement(
        label="editorial" if label == "editorial" else "cosmetic", event="change", score=score, clauses=_clauses(weighed),
        reason="No sentence that binds somebody changed its meaning.",
    )  # fmt: skip


def judge_texts(before: str, after: str, *, seen: date, kind: DocumentKind = "contract") -> Judgement:
    """Judges two pages in Markdown."""
    return judge(canonical(before), canonical(after), seen=seen, kind=kind)


def binds(sentence: Sentence) -> bool:
    """Says whether a sentence gives a right, lays a duty, names a price or limits somebody."""
    text = sentence.text
    if sentence.kind == "heading" or text.endswith(("?", "؟")):
        return False
    if sentence.lead or (sentence.kind == "item" and sentence.heading):
        above = f"{sentence.heading} {sentence.lead.casefold()}"
        if lexicon().bans.search(above) or (sentence.lead and lexicon().strong.search(sentence.lead.casefold())):
            return True
    if len(sentence.words) < 4:
        return False
    if lexicon().amount.search(text):
        return True
    if lexicon().points_elsewhere.search(text) or lexicon().contact.search(text):
        return bool(lexicon().binding.search(text.casefold()))
    folded = text.casefold()
    return bool(lexicon().strong.search(folded)) or (
        bool(lexicon().party.search(folded)) and bool(lexicon().modal.search(folded) or lexicon().acts.search(folded))
    )


def sentence_id(sentence: Sentence) -> str:
    """Names a sentence by its words."""
    return hashlib.sha256(" ".join(sentence.words).encode()).hexdigest()[:16]


def _weighed(difference: Difference, kind: DocumentKind) -> list[_Weighed]:
    renames = _renames(difference.pairs)
    found = []
    for pair in difference.pairs:
        sentence = pair.after or pair.before
        assert sentence is not None
        weight = _weight(pair, renames, kind)
        found.append(_Weighed(pair, weight, _topics_of(pair) if weight else {}, sentence))
    return found


def _weight(pair: Pair, renames: frozenset[tuple[tuple[str, ...], tuple[str, ...]]], kind: DocumentKind) -> float:
    sentence = pair.after or pair.before
    assert sentence is not None
    as_row = sentence.kind == "row" or kind in ("list", "price")
    binding = binds(sentence) or (pair.before is not None and binds(pair.before))
    if not binding and not as_row:
        return 0.0
    if announce.is_page_date(sentence) or _notice_gone(pair) or _is_furniture(pair, sentence):
        return 0.0
    weight = 0.0
    for edit in pair.edits:
        own = _edit_weight(edit, renames)
        weight += own * (1.0 if edit.before and edit.after else ONE_SIDED)
    if pair.before is None or pair.after is None:
        weight = max(weight, MATERIAL_SCORE) if weight and sentence.lead else weight  # one line of a list of bans is a whole ban
    if as_row and kind in ("list", "price") and weight:
        weight = max(weight, MATERIAL_SCORE)
    return min(weight, WEIGHT_MAX)


def _is_furniture(pair: Pair, sentence: Sentence) -> bool:
    """Says whether a whole line came or went that stands around documents: a banner for cookies, a menu, a newsletter's form."""
    if (pair.before is not None and pair.after is not None) or sentence.kind == "row":
        return False
    if lexicon().furniture.search(sentence.text):
        return True
    return (
        sentence.kind != "item" and not sentence.text.endswith((".", ":", "؟", "!")) and len(_MENU.findall(sentence.text)) >= MENU_WORDS_MIN
    )


def _notice_gone(pair: Pair) -> bool:
    """Says whether a notice with a day was taken from the page: what it announced has come, and binds by itself."""
    return pair.after is None and pair.before is not None and DATE_TOKEN in pair.before.words and announce.is_notice(pair.before)


def _edit_weight(edit: Edit, renames: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]) -> float:
    if (edit.before, edit.after) in renames or _misspelt(edit):
        return 0.0
    gone, come = Counter(_plain(edit.before)), Counter(_plain(edit.after))
    changed = list((gone - come).elements()) + list((come - gone).elements())
    weight = 0.0
    for word in changed:
        if word in lexicon().turning_strong:
            weight += 1.5
        elif word in lexicon().turning:
            weight += 0.75
        elif _NUMBER.match(word):
            weight += 1.5 if edit.before and edit.after else 0.75
        elif word not in lexicon().stop and len(word) > 1:
            weight += 1.0
    if edit.before and edit.after and set(regions_in(" ".join(edit.before))) != set(regions_in(" ".join(edit.after))):
        weight = max(weight, MATERIAL_SCORE)  # one country for another
    elif edit.before and edit.after and weight:
        plain = [word for word in changed if word not in lexicon().turning and not _NUMBER.match(word)]
        if len(plain) == len(changed):
            weight = max(weight / 2, weight - 1.0)  # a word for a word is one change, not two
    return weight


def _plain(words: Sequence[str]) -> Iterator[str]:
    """Gives words without contractions, and one for all of those that say the same."""
    for written in words:
        word = written.translate(_DIGITS)
        stem, joined, rest = word.partition("'")
        if joined and rest in _CONTRACTED:
            yield from (stem, _CONTRACTED[rest])
        elif joined and rest == "t" and stem.endswith("n"):
            yield from (_NOT_REGULAR.get(stem, stem[:-1]), "not")
        elif word == "cannot":
            yield from ("can", "not")
        else:
            yield lexicon().alike.get(word, word)


def _misspelt(edit: Edit) -> bool:
    """Says whether words gave way to the same words spelt, bent, hyphenated or joined in another way."""
    one, other = "".join(edit.before), "".join(edit.after)
    if not one or not other:
        return False
    strip = str.maketrans("", "", "-'.,")
    one, other = one.translate(strip), other.translate(strip)
    if one == other:
        return True
    if any(character.isdigit() for character in one + other) or len(edit.before) > 3 or len(edit.after) > 3:
        return False
    if any(one == prefix + other or other == prefix + one for prefix in _NEGATED):
        return False
    if one in lexicon().turning and other in lexicon().turning:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= TYPO_LIKENESS_MIN


def _renames(pairs: Sequence[Pair]) -> frozenset[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Finds words that gave way to the same other words again and again, none of which binds or names a place or a number."""
    swaps: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            swaps.update({(edit.before, edit.after) for edit in pair.edits if edit.before and edit.after})
    renamed = {swap for swap, times in swaps.items() if times >= RENAMES_MIN and _may_be_name(swap)}
    names = {new for _, new in renamed}
    also = {
        swap
        for swap in swaps
        if swap[1] in names and _may_be_name(swap) and any(set(old) & set(swap[0]) for old, new in renamed if new == swap[1])
    }
    return frozenset(renamed | also)


def _may_be_name(swap: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    words = swap[0] + swap[1]
    text = " ".join(words)
    return (
        len(words) <= 10
        and not any(word in lexicon().turning or _NUMBER.match(word) for word in words)
        and not regions_in(text)
        and not lexicon().strong.search(text)
    )


def _topics_of(pair: Pair) -> Mapping[str, float]:
    """Scores topics: a word of a topic among the changed words weighs three times one that only stands in the sentence."""
    sentence = pair.after or pair.before
    assert sentence is not None
    changed = " ".join(pair.gone + pair.come)
    whole = f"{sentence.text.casefold()}"
    scores: dict[str, float] = {}
    for topic, words in lexicon().topics.items():
        hits = (
            3.0 * len(set(words.findall(changed))) + 1.0 * len(set(words.findall(whole))) + 0.5 * len(set(words.findall(sentence.heading)))
        )
        if hits:
            scores[topic] = hits
    if "eligibility" not in scores and regions_in(changed):
        scores["eligibility"] = 3.0
    return scores


def _topics(weighed: Sequence[_Weighed]) -> tuple[Topic, ...]:
    """Gives the topics by weight. One of the critical ones is named as soon as one clause that weighs is about it."""
    total: dict[str, float] = defaultdict(float)
    best: dict[str, float] = defaultdict(float)
    for one in weighed:
        if one.weight <= 0:
            continue
        for topic, hits in one.topics.items():
            total[topic] += hits * min(one.weight, 4.0)
            best[topic] = max(best[topic], hits)
    if not total:
        return ()
    for topic in total:
        total[topic] *= CRITICAL_FIRST if topic in CRITICAL else 1.0
    top = max(total.values())
    kept = [
        topic
        for topic, value in sorted(total.items(), key=lambda one: -one[1])
        if value >= top / 5 or (topic in CRITICAL and best[topic] >= CRITICAL_HITS_MIN)
    ]
    return tuple(cast(Topic, topic) for topic in kept)


def _main(topics: Sequence[Topic], weighed: Sequence[_Weighed], difference: Difference) -> Topic | None:
    moved = sum(len(one.sentence.words) for one in weighed if one.weight > 0)
    if len(topics) >= TOPICS_FOR_MULTIPLE and moved > REWRITE_SHARE * max(difference.after_words, 1):
        return "multiple"
    return topics[0] if topics else None


def _clauses(weighed: Sequence[_Weighed]) -> tuple[Clause, ...]:
    ordered = sorted(enumerate(weighed), key=lambda item: (-item[1].weight, item[0]))[:CLAUSES_SHOWN_MAX]
    return tuple(_clause(one) for _, one in ordered)


def _clause(one: _Weighed) -> Clause:
    return Clause(
        sentence=sentence_id(one.sentence),
        before=one.pair.before.text if one.pair.before else "",
        after=one.pair.after.text if one.pair.after else "",
        heading=one.sentence.heading,
        topics=tuple(cast(Topic, topic) for topic in one.topics),
        weight=round(one.weight, 2),
        regions_gone=_only_regions(one.pair.gone, one.pair.come),
        regions_come=_only_regions(one.pair.come, one.pair.gone),
    )


def _only_regions(words: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    there = regions_in(" ".join(others))
    return tuple(one for one in regions_in(" ".join(words)) if one not in there)


def _reason(weighed: Sequence[_Weighed]) -> str:
    count = sum(1 for one in weighed if one.weight > 0)
    return f"{so_many(count, 'sentence that binds', 'sentences that bind')} somebody changed."


def _telling(one: _Weighed) -> bool:
    """Says whether a sentence that binds nobody is more than furniture of a page."""
    return len(one.sentence.words) >= 6 and not one.sentence.text.endswith("?") and not announce.is_page_date(one.sentence)
