"""Text as people type it, made comparable: Arabic folding, light stems, tokens, a guess at the language.

Everything is pure and takes time linear in the text. `fold` follows Unicode 15 normalisation and the usual Arabic search
folding; `light` is a light stemmer in the manner of Larkey, Ballesteros and Connell (2002), which takes off attached
articles, conjunctions and common endings and never looks for roots.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

Language = Literal["ar", "en", "other", ""]
"""What `language` may guess: "" when there is no letter to guess by."""

TOKEN_CHARACTERS_MAX: Final = 64
"""Longer tokens are cut: they are keys or noise, not words."""
SHORT_CHARACTERS_MAX: Final = 1_000
"""A text so short is remembered for a moment, folded, and so are its words."""
_REMEMBERED: Final = 64
"""So many: one step after the other asks for the message that a turn answers, and other turns run in between."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_STAYING_ALIKE: Final = {
    "ة": "ه", "ى": "ي", "ٱ": "ا", "ء": None,
    "ک": "ك", "ی": "ي", "ې": "ي", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ے": "ي", "ڪ": "ك",
    "پ": "ب", "چ": "ج", "ڤ": "ف", "گ": "ك", "ژ": "ز",
    "ـ": None, "٫": ".", "٬": ",", "،": ",", "؛": ";", "؟": "?", "٪": "%", "۔": ".",
    "’": "'", "‘": "'", "ʼ": "'",
}  # fmt: skip
_DIGITS: Final = {chr(base + n): str(n) for base in (0x0660, 0x06F0) for n in range(10)}
_MARKS: Final = (
    *range(0x0300, 0x0370),  # Latin, Greek and Cyrillic accents
    *range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD), *range(0x06DF, 0x06E9),
    *range(0x06EA, 0x06EE), *range(0x08CA, 0x0900),  # tashkeel, hamza and madda above or below, Quranic marks
    0x00AD, 0x034F, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0xFE00, 0xFE10),
)  # fmt: skip
_TABLE: Final = str.maketrans({**_STAYING_ALIKE, **_DIGITS, **{chr(point): None for point in _MARKS}})


def fold(text: str) -> str:
    """Makes spellings that readers take for the same word the same text.

    Case, accents, tashkeel, tatweel, alef and hamza forms, ya and alef maqsura, ta marbuta, presentation forms, Persian
    letters, Arabic-Indic and Persian digits, zero-width and direction marks. Idempotent. Length may change.
    """
    if text.isascii():
        return text.lower()
    return _short_folded(text) if len(text) <= SHORT_CHARACTERS_MAX else fold_anew(text)


def fold_anew(text: str) -> str:
    """Does what `fold` does and remembers nothing: for what is not asked again, such as the single words of an index."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    # Folding letters may lay bare a mark or a letter that folds again, as U+0345 does: at most one more round is needed.
    return unicodedata.normalize("NFC", decomposed.translate(_TABLE).casefold().translate(_TABLE))


_short_folded: Final = lru_cache(maxsize=_REMEMBERED)(fold_anew)


_TOKEN: Final = re.compile(r"\d+(?:[.,:]\d+)+(?![^\W_])|[^\W_]+(?:'[a-z]{1,2}(?![^\W_]))?")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")


def tokens(text: str) -> list[str]:
    """Gives the folded words and numbers of `text` in order. "1,500" is 1500, "10:30" stays whole, "it's" is one word."""
    folded = fold(text)
    return list(_short(folded) if len(folded) <= SHORT_CHARACTERS_MAX else tokens_of_folded(folded))


def tokens_of_folded(folded: str) -> Iterator[str]:
    """Walks the words and numbers of a text that `fold` made."""
    return (_word(found.group()) for found in _TOKEN.finditer(folded))


@lru_cache(maxsize=_REMEMBERED)
def _short(folded: str) -> tuple[str, ...]:
    return tuple([token if len(token) < 4 else _word(token) for token in _TOKEN.findall(folded)])


def places_of_tokens(folded: str) -> Iterator[tuple[str, int, int]]:
    """Walks the words and numbers of a text that `fold` made, each with where it begins and ends there."""
    for found in _TOKEN.finditer(folded):
        yield _word(found.group()), found.start(), found.end()


def _word(token: str) -> str:
    if len(token) > TOKEN_CHARACTERS_MAX:
        token = token[:TOKEN_CHARACTERS_MAX]
    return token.replace(",", "") if "," in token and _THOUSANDS.match(token) else token


_ARTICLES: Final = _words("وبال وكال ولل وال فال بال كال لل ال")
_ARTICLE_BEGINNINGS: Final = frozenset(article[0] for article in _ARTICLES)
_ENDINGS: Final = _words("اتها اتنا اتكم هما كما تها تكم تنا ها هم هن كم كو نا ات ون ين ان وا تي يه ته ه ي ك")
_ENGLISH_KEPT: Final = _words(
    "this his was is has does gas bus yes news less during bring thing king ring sing spring string red bed need feed seed bread speed"
)


def light(token: str) -> str:
    """Gives the stem of a folded token: without attached article and common endings in Arabic, without plural, -ing and
    -ed in English. Two letters or more always stay; a number stays as it is."""
    if not token or token[0].isdigit():
        return token
    if "\u0600" <= token[0] <= "\u06ff":
        return _light_arabic(token)
    return _light_english(token) if token.isascii() else token


def _light_arabic(token: str) -> str:
    stem = token
    if token[0] in _ARTICLE_BEGINNINGS:
        for size in (4, 3, 2):  # the longest first, by a look into a set: a try of each one takes twice as long
            if len(stem) - size >= 2 and stem[:size] in _ARTICLES:
                stem = stem[size:]
                break
    # A short word is more often whole than inflected: خبز-ه yes, but عنب-ه never down to two letters.
    room = len(stem) - 3
    for size in (4, 3, 2, 1):
        if size <= room and stem[-size:] in _ENDINGS:
            return stem[:-size]
    return stem


def _light_english(token: str) -> str:
    stem = token.partition("'")[0]
    if stem in _ENGLISH_KEPT or len(stem) < 4:
        return stem
    if stem.endswith("ies") and len(stem) > 4:
        return stem[:-3] + "y"
    if stem.endswith(("sses", "shes", "ches", "xes", "zes")):
        stem = stem[:-2]
    elif stem.endswith("s") and not stem.endswith(("ss", "us", "is")):
        stem = stem[:-1]
    for ending in ("ing", "ed"):
        if stem.endswith(ending) and len(stem) - len(ending) >= 3 and stem not in _ENGLISH_KEPT:
            stem = stem[: -len(ending)]
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
                stem = stem[:-1]
            return stem
    return stem[:-1] if stem.endswith("e") and len(stem) > 4 else stem


_ATTACHED: Final = ("و", "ف", "ب", "ك", "ل", "ه", "ح", "ع")
_TENSES: Final = ("بت", "بي", "بن", "هت", "هن", "هي", "حت", "حن", "حي", "ت", "ي", "ن", "ا")


@lru_cache(maxsize=4_096)
def bare(token: str) -> tuple[str, ...]:
    """Gives further stems an Arabic token may have: without one attached letter (wa-, fa-, bi-, ka-, li-, and the
    colloquial ha- and 3a-), or without the marks of a present tense.

    Whether the letter belongs to the word cannot be told from the word alone (وصل, وساعات): the caller accepts a form only
    when it knows it. Most likely first; never the same as `light`.
    """
    if len(token) < 4 or not "\u0600" <= token[0] <= "\u06ff" or token.startswith("ال"):
        return ()
    forms: dict[str, None] = {}
    if token[0] in _ATTACHED:
        forms[light(token[1:])] = None
    for tense in _TENSES:
        if token.startswith(tense) and len(token) - len(tense) >= 3:
            forms[light(token[len(tense) :])] = None
    if token.endswith("ش") and len(token) > 5:
        said = token[1 if token[0] == "م" else 0 : -1].removesuffix("و")  # mabtewsaloosh: the colloquial "not", around a verb
        forms[light(said)] = None
    forms.pop(light(token), None)
    return tuple(form for form in forms if len(form) >= 2)


_ARABIC_ONLY: Final = frozenset("ةىأإآؤئ")
_PERSIAN_OR_URDU: Final = frozenset("کیٹڈڑںےہھپژ")
_ENGLISH_SMALL: Final = _words(
    "a an the i you we it is are am do does did can could will would what when where who how why which of to in on at for "
    "from with and or not no yes please my your our me hello hi thanks thank have has there any this that much many"
)
_ARABIZI: Final = _words(
    "salam salamo salamu marhaba mar7aba ahlan ezayak ezayek ezayko izayak shlonak shlonek kifak kifik shukran shokran "
    "tamam mafeesh mafish feen fein wein wain emta imta bkam bekam bikam kam 3ayez 3ayza 3ayzeen 3andak 3andoko 3andkom law "
    "samaht mesh mish aywa ezay izzay leh eh da di dol ana enta enti ento e7na el il elsalam alaikum 3alaikom sabah masa "
    "khair habibi yalla mawa3eed mawaeed tawseel tawsil so3r se3r se3ro se3rha 3nwan 3enwan"
)
_ARABIZI_SHAPE: Final = re.compile(r"(?:[a-z]+[23578]+[a-z]+|[2375][a-z]{2,}|[a-z]{2,}[37])(?:[a-z0-9]*)\Z")
_ORDINAL: Final = re.compile(r"\d+(?:st|nd|rd|th|am|pm|kg|km|cm|mm|min|ml|gb|mb|x|h|d|g|k|m)\Z")


def language(text: str) -> Language:
    """Guesses the language by script: "ar" (also Arabic in Latin letters, by its digits and words), "en", or "other".

    Latin text counts as English unless it is accented and has no English small word; that is a guess for choosing words and
    passages, not a verdict.
    """
    looked_at = text[:4_000]
    if looked_at.isascii():  # no letter need be told from another one
        return "" if looked_at.lower() == looked_at.upper() else _latin_language(text)
    arabic = latin = other = foreign = 0
    for character in looked_at:
        if not character.isalpha():
            continue
        if "\u0600" <= character <= "\u06ff" or "\u0750" <= character <= "\u077f" or "\ufb50" <= character <= "\ufeff":
            arabic += 1
            if character in _PERSIAN_OR_URDU:
                foreign += 1
            elif character in _ARABIC_ONLY:
                foreign -= 1
        elif character < "\u0250":
            latin += 1
        else:
            other += 1
    if not arabic + latin + other:
        return ""
    if other > arabic + latin:
        return "other"
    if arabic >= latin / 2:
        return "other" if foreign >= 2 else "ar"
    return _latin_language(text)


def _latin_language(text: str) -> Language:
    words = tokens(text[:4_000])
    small = sum(map(_ENGLISH_SMALL.__contains__, words))
    known = sum(map(_ARABIZI.__contains__, words))
    shaped = 0
    for word in words:
        if not word.isalpha() and word not in _ARABIZI:  # every shape has a digit
            shaped += bool(_ARABIZI_SHAPE.match(word)) and not _ORDINAL.match(word)
    # A shape alone (mp3, b2b) is weak; two of them, or one beside a known word, are not.
    if known + shaped > small and known + shaped / 2 >= 1:
        return "ar"
    accented = not text.isascii() and any("\u00c0" <= character < "\u0250" for character in text)
    return "other" if accented and not small else "en"
