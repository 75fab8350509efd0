"""The words of the search, the same for every store: what is indexed, what a query asks, and which stretches of a text match.

Two things are indexed of a text: its words as they stand (folded by `wire.text`), in order, so that phrases can be found; and
beside them the other forms by which a word is known, without endings, article and one attached letter (وكتابها is also كتاب). A
query's word is found as it stands or as its light form.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Final, NamedTuple

from wasl.wire.text import fold_anew, light, places_of_tokens, tokens, tokens_of_folded

WORDS_VERSION: Final = 2
"""Of what is indexed: an index that was made by another one is made anew."""
INDEXED_CHARACTERS_MAX: Final = 100_000
"""Of one text; what comes after is kept and shown, but not found."""
QUERY_CHARACTERS_MAX: Final = 400
QUERY_WORDS_MAX: Final = 16
BEGINNING_CHARACTERS_MIN: Final = 3
"""A shorter last word is a whole word: beginnings of two letters would match half of everything."""
MARKS_MAX: Final = 100
"""Stretches that are marked in one text."""
SHOWN_CHARACTERS_MAX: Final = 600
"""Of a long text, around the first mark."""
KEY_BITS: Final = 20
"""Below the milliseconds in a key: two things said in one millisecond still have an order."""
AT_MS_MAX: Final = (1 << 42) - 1
"""The year 2109; a clock that says more is wrong."""

_QUOTES: Final = re.compile('["“”„«»]')
_ATTACHED_FROM: Final = {"و": 3, "ف": 4, "ب": 3, "ك": 4, "ل": 3}
"""Letters that Arabic attaches to a word (and, so, in, like, for), with how much must be left: many words begin with ف and ك."""
_KNOWN_WORDS_MAX: Final = 32_768
"""Of each of two generations."""
_NEW_WORDS_MAX: Final = 16_384
"""Words said once that are remembered: most are numbers and names that nobody says again. A quarter costs a cold start 3 µs a text."""
_MET_BITS: Final = 1 << 20
_MET_MAX: Final = 32_768
"""Words of which it is known that they were said before; so few bits are set that two words rarely share one."""
_KNOWN_CHARACTERS_MAX: Final = 40
_MARKED_MAX: Final = 2_048


class Indexed(NamedTuple):
    """What is indexed of one text: words as they stand, in order, and their other forms (one may stand there twice); joined by spaces."""

    said: str
    forms: str


class Query(NamedTuple):
    """What must occur in a text: every word, every phrase, and a word with that beginning."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    beginning: str | None = None

    def __bool__(self) -> bool:
        """Says whether anything is asked."""
        return bool(self.words or self.phrases or self.beginning)


def other_forms(token: str) -> tuple[str, ...]:
    """Gives the forms by which a folded token is also found: its light form, and that of it without an attached letter."""
    stem = light(token)
    forms = () if stem == token else (stem,)
    least = _ATTACHED_FROM.get(token[0])
    if least is not None and len(token) > least:
        rest = light(token[1:])
        if rest != stem and len(rest) > 1:
            return (*forms, rest)
    return forms


class _Said(dict[str, str]):
    """The words of a stretch without spaces as they stand, a space before each, remembered: people say the same words again and again."""

    def __missing__(self, stretch: str) -> str:
        return _learned(stretch)[0]


class _Forms(dict[str, str]):
    """The other forms of the words of a stretch, a space before each, remembered."""

    def __missing__(self, stretch: str) -> str:
        return _learned(stretch)[1]


_said: Final = _Said()
_forms: Final = _Forms()
_said_before: Final[dict[str, str]] = {}
_forms_before: Final[dict[str, str]] = {}
"""The generation before: what is said again moves on from it into the next, what is not is forgotten with it."""
_new: Final[list[str]] = []
"""What was said once, lately. It is forgotten soon, and stays when it comes again: so a hundred thousand numbers take no room."""
_met: Final = bytearray(_MET_BITS // 8)
"""A bit for the hash of each word that was said before, of the last `_MET_MAX`."""
_marked = 0
_said_of: Final = _said.__getitem__
_forms_of: Final = _forms.__getitem__


def _learned(stretch: str) -> tuple[str, str]:
    said, forms = _said_before.get(stretch), _forms_before.get(stretch)
    if said is None or forms is None:
        found = list(tokens_of_folded(fold_anew(stretch)))
        said, forms = _spaced(found), _spaced([form for token in found for form in other_forms(token)])
    if len(stretch) <= _KNOWN_CHARACTERS_MAX:
        if len(_said) >= _KNOWN_WORDS_MAX:
            _begin_generation()
        _said[stretch], _forms[stretch] = said, forms
        if not _met_before(stretch):
            _new.append(stretch)
            if len(_new) >= _NEW_WORDS_MAX:
                _forget_new()
    return said, forms


def _met_before(stretch: str) -> bool:
    """Says whether a word was said before, and remembers that it was. One in a hundred that is new is taken for an old one."""
    place, bit = divmod(hash(stretch) & (_MET_BITS - 1), 8)
    was = _met[place]
    _met[place] = was | 1 << bit
    return bool(was & 1 << bit)


def _forget_new() -> None:
    """Forgets the earlier half of what was said once; the later half may be of the text that is looked at."""
    global _marked
    for stretch in _new[: _NEW_WORDS_MAX // 2]:
        _said.pop(stretch, None)
        _forms.pop(stretch, None)
    del _new[: _NEW_WORDS_MAX // 2]
    _marked += _NEW_WORDS_MAX // 2
    if _marked >= _MET_MAX:
        _marked = 0
        _met[:] = bytes(len(_met))


def _begin_generation() -> None:
    for now, before in ((_said, _said_before), (_forms, _forms_before)):
        before.clear()
        before.update(now)
        now.clear()  # the same objects stay: their lookups are bound
    _new.clear()


def _spaced(words: list[str]) -> str:
    return " " + " ".join(words) if words else ""


def index_words(text: str) -> Indexed:
    """Gives what is indexed of a text. Linear in the text; quick for words that were seen before."""
    said, forms = index_within(text, "")
    return Indexed(said, forms[1:])


def index_within(text: str, scope: str) -> tuple[str, str]:
    """Gives the same, with the token of a conversation before the other forms."""
    stretches = text[:INDEXED_CHARACTERS_MAX].split()
    if len(stretches) < 2:
        return "".join(map(_said_of, stretches))[1:], scope + "".join(map(_forms_of, stretches))
    of_all = itemgetter(*stretches)  # asks for all at once, a sixth quicker than one by one; it gives a tuple for two and more
    return "".join(of_all(_said))[1:], scope + "".join(of_all(_forms))


def parse(text: str) -> Query:
    """Reads what a person typed: words, "quoted words" that stand together, the last word as a beginning.

    Typographic and Arabic quotation marks count as well; an opening one that is never closed quotes nothing.
    """
    pieces = _QUOTES.split(text[:QUERY_CHARACTERS_MAX])
    unclosed = len(pieces) % 2 == 0
    words: dict[str, None] = {}
    phrases: list[tuple[str, ...]] = []
    last: str | None = None
    room = QUERY_WORDS_MAX
    for number, piece in enumerate(pieces):
        found = tokens(piece)[:room]
        room -= len(found)
        if not found:
            continue
        if number % 2 and not (unclosed and number == len(pieces) - 1):
            phrases.append(tuple(found))
            last = None
        else:
            words.update(dict.fromkeys(found))
            last = found[-1]
    beginning = last if last is not None and len(last) >= BEGINNING_CHARACTERS_MIN else None
    return Query(tuple(w for w in words if w != beginning), tuple(phrases), beginning)


def matches(text: str, query: Query) -> bool:
    """Says whether a text is found, by looking at all of it; nothing asked finds nothing."""
    if not query:
        return False
    said = tokens(text[:INDEXED_CHARACTERS_MAX])
    forms = {form for token in said for form in (token, *other_forms(token))}
    return (
        all(word in forms or light(word) in forms for word in query.words)
        and (query.beginning is None or light(query.beginning) in forms or any(f.startswith(query.beginning) for f in forms))
        and all(any(True for _ in _phrase_at(said, phrase)) for phrase in query.phrases)
    )


def _phrase_at(said: list[str], phrase: tuple[str, ...]) -> Iterator[int]:
    first, length = phrase[0], len(phrase)
    return (n for n, token in enumerate(said) if token == first and tuple(said[n : n + length]) == phrase)


def marks(text: str, query: Query) -> tuple[tuple[int, int], ...]:
    """Gives the stretches of `text` (start and end in code points of the text as it is) that match, in order, not overlapping."""
    if not query:
        return ()
    text = text[:INDEXED_CHARACTERS_MAX]
    marker, found = _marker(query), []
    for stretch in _STRETCH.finditer(text):
        places = marker[stretch.group()]
        if places:
            at = stretch.start()
            found += [(at + start, at + end) for start, end in places]
    if query.phrases:
        placed = _Placed(text)
        for phrase in query.phrases:
            found += [(placed.place(n)[0], placed.place(n + len(phrase) - 1)[1]) for n in _phrase_at(placed.said, phrase)]
        found.sort()
    return tuple(_joined(found))[:MARKS_MAX]


class _Marker(dict[str, tuple[tuple[int, int], ...]]):
    """What a query matches in stretches without spaces, remembered: the hits of a search hold the same words."""

    def __init__(self, query: Query) -> None:
        super().__init__()
        self._beginning = query.beginning
        self._wanted = {form for word in query.words for form in (word, light(word))}
        if query.beginning is not None:
            self._wanted.add(light(query.beginning))
        self._spaced = [f" {form} " for form in self._wanted]
        if query.beginning is not None:
            self._spaced.append(f" {query.beginning}")

    def __missing__(self, stretch: str) -> tuple[tuple[int, int], ...]:
        places: tuple[tuple[int, int], ...] = ()
        forms = f"{_said_of(stretch)}{_forms_of(stretch)} "  # all at once: most words of a hit are not what was asked for
        for wanted in self._spaced:
            if wanted in forms:
                places = self._places(stretch)
                break
        if len(stretch) <= _KNOWN_CHARACTERS_MAX and len(self) < _MARKED_MAX:
            self[stretch] = places
        return places

    def _places(self, stretch: str) -> tuple[tuple[int, int], ...]:
        is_wanted = [self._is_wanted(token) for token in _said_of(stretch).split()]
        return tuple(place for place, wanted in zip(_places_in(stretch), is_wanted, strict=True) if wanted) if any(is_wanted) else ()

    def _is_wanted(self, token: str) -> bool:
        if token in self._wanted or (self._beginning is not None and token.startswith(self._beginning)):
            return True
        forms = other_forms(token)
        return any(f in self._wanted or (self._beginning is not None and f.startswith(self._beginning)) for f in forms)


@lru_cache(maxsize=16)
def _marker(query: Query) -> _Marker:
    return _Marker(query)


def _joined(found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Walks sorted stretches; those that overlap or are one become one."""
    current: tuple[int, int] | None = None
    for start, end in found:
        if current is None:
            current = start, end
        elif start < current[1]:
            current = current[0], max(current[1], end)
        else:
            yield current
            current = start, end
    if current is not None:
        yield current


_STRETCH: Final = re.compile(r"\S+")


class _Placed:
    """The tokens of a text; where one stands is looked for only when it is asked."""

    def __init__(self, text: str) -> None:
        self.said: list[str] = []
        self._stretch_of: list[tuple[int, int]] = []  # by token: the number of its stretch, and its place in that
        self._stretches = [(found.start(), found.group()) for found in _STRETCH.finditer(text)]
        self._places: dict[int, list[tuple[int, int]]] = {}
        for number, (_, stretch) in enumerate(self._stretches):
            tokens_here = _said_of(stretch).split()
            self.said += tokens_here
            self._stretch_of += [(number, place) for place in range(len(tokens_here))]

    def place(self, n: int) -> tuple[int, int]:
        """Gives where the n-th token begins and ends."""
        number, place = self._stretch_of[n]
        if number not in self._places:
            at, stretch = self._stretches[number]
            self._places[number] = [(at + start, at + end) for start, end in _places_in(stretch)]
        return self._places[number][place]


def _places_in(stretch: str) -> list[tuple[int, int]]:
    """Gives where the tokens of a stretch stand in it, although folding shortens and lengthens words."""
    folded = fold_anew(stretch)
    if stretch.isascii():
        return [(start, end) for _, start, end in places_of_tokens(folded)]
    pieces = [fold_anew(character) for character in stretch]
    if "".join(pieces) != folded:  # letters that compose with each other: the whole stretch is marked
        return [(0, len(stretch)) for _ in places_of_tokens(folded)]
    origin = [number for number, piece in enumerate(pieces) for _ in piece]
    places = []
    for _, start, end in places_of_tokens(folded):
        last = origin[end - 1] + 1
        while last < len(stretch) and not pieces[last]:
            last += 1  # marks above and below belong to the letter before them
        places.append((origin[start], last))
    return places


def cut(
    text: str, found: tuple[tuple[int, int], ...], *, characters: int = SHOWN_CHARACTERS_MAX
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Gives a long text around its first mark, at spaces where there are some, with the marks that are in it. Dots show a cut."""
    if len(text) <= characters:
        return text, found
    middle = found[0][0] if found else 0
    start = max(0, min(middle - characters // 4, len(text) - characters))
    end = min(len(text), start + characters)
    if start:
        space = text.find(" ", start, middle)
        start = start if space < 0 else space + 1
    if end < len(text):
        space = text.rfind(" ", max(middle, found[0][1] if found else 0), end)
        end = end if space <= start else space
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    inside = tuple((max(a, start) + shift, min(b, end) + shift) for a, b in found if a < end and b > start)
    return before + text[start:end] + after, inside


def search_key(*, at_ms: int, seq: int, scope: str) -> int:
    """Gives the number by which something said is ordered among everything: by time, in one conversation by seq.

    Two conversations rarely get the same; a store that sees it taken takes the next free one.
    """
    floor = at_ms << KEY_BITS if 0 <= at_ms <= AT_MS_MAX else search_floor(at_ms)
    return floor | ((seq & 0x3FF) << 10) | _scope_bits(scope)


def search_floor(at_ms: int) -> int:
    """Gives the least key of a time."""
    return min(max(0, at_ms), AT_MS_MAX) << KEY_BITS


@lru_cache(maxsize=4_096)
def _scope_bits(scope: str) -> int:
    return int.from_bytes(blake2b(scope.encode(), digest_size=2).digest()) & 0x3FF


@lru_cache(maxsize=4_096)
def scope_token(conversation_id: str) -> str:
    """Gives the token that stands in the index for a conversation; no word of a text is like it."""
    return "_" + conversation_id.replace("-", "")
