"""Borders between graphemes (what a reader takes for one letter), after Unicode Standard Annex 29, on the safe side.

Only borders that are sure are reported: where this version's character tables do not know a character, it stays with its
neighbour. So a cut at a reported border never parts a letter from its marks, a flag, a family or a skin tone.
"""

import unicodedata

_ZWJ = "\u200d"
_EXTENDING = frozenset("\u200c\u200d\u0e33\u0eb3\uff9e\uff9f") | frozenset(map(chr, range(0xE0020, 0xE0080)))
"""What stands for a mark though it is none by category: joiners, tags, Thai and Lao AM, half-width Kana sound marks."""
_PREPENDED = (
    frozenset(
        "\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011d46\U00011f02"
    )
    | frozenset(map(chr, range(0x0600, 0x0606)))
    | frozenset(map(chr, range(0x11A84, 0x11A8A)))
)
"""What belongs to the letter after it, such as the Arabic number signs."""
_LINKER_CLASS = 9
_MARKS_BACK_MAX = 32


def is_border(text: str, at: int, *, start: int = 0, sure: bool = True) -> bool:
    """Says whether a cut before `text[at]` surely parts two graphemes. `start` is a border already known, at or before `at`.

    Looks back at most to `start`; the run of flags is counted from there. With `sure` False, a character that the tables do
    not know is taken for a letter.
    """
    if at <= start or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before < "\u0300" and after < "\u0300":
        return not (before == "\r" and after == "\n")
    category, earlier = unicodedata.category(after), unicodedata.category(before)
    if category == "Cc" or earlier == "Cc":
        return True
    if sure and "Cn" in (category, earlier):
        return False
    if _extends(after, category):
        return False
    if before == _ZWJ or before in _PREPENDED:
        return False
    if _is_flag(after):
        return not _odd_flags(text, at, start)
    if _is_hangul(after) and _is_hangul(before):
        return "\uac00" <= before <= "\ud7a3" and "\uac00" <= after <= "\ud7a3"
    return not (_extends(before, earlier) and _linked(text, at, start))


def last_border(text: str, *, start: int, end: int) -> int:
    """Gives the last border after `start` and not after `end`: a sure one, else a likely one, else `end` itself."""
    for sure in (True, False):
        at = end
        while at > start:
            if is_border(text, at, start=start, sure=sure):
                return at
            at -= 1
    return end


def _extends(character: str, category: str) -> bool:
    """Says whether a character belongs to the letter before it: a mark, a joiner, a tag, a skin tone."""
    return category[0] == "M" or character in _EXTENDING or "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _odd_flags(text: str, at: int, start: int) -> bool:
    count = 0
    while at - count > start and _is_flag(text[at - count - 1]):
        count += 1
    return count % 2 == 1


def _is_hangul(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97f" or "\uac00" <= character <= "\ud7ff"


def _linked(text: str, at: int, start: int) -> bool:
    """Says whether a virama among the marks before `at` joins the next letter to the last one."""
    first = max(start, at - _MARKS_BACK_MAX)
    for back in range(at - 1, first - 1, -1):
        character = text[back]
        if unicodedata.combining(character) == _LINKER_CLASS:
            return True
        if not _extends(character, unicodedata.category(character)):
            return False
    return first > start
