"""Segments of a text message: what a carrier counts and bills (GSM 03.38 and UCS-2; general knowledge, the facts confirm 70 and 67)."""

from typing import Final

GSM_SINGLE: Final = 160
GSM_JOINED: Final = 153
"""Of several, each gives seven letters' room to the header that joins them."""
UCS2_SINGLE: Final = 70
UCS2_JOINED: Final = 67

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""Each takes two places, of which neither stands alone at the end of a segment."""


def is_gsm(text: str) -> bool:
    """Says whether a text goes in the seven-bit alphabet."""
    return all(letter in _BASIC or letter in _EXTENDED for letter in text)


def segments(text: str) -> int:
    """Counts the segments in which a text goes out; an empty one is one."""
    if is_gsm(text):
        widths = [2 if letter in _EXTENDED else 1 for letter in text]
        return _filled(widths, single=GSM_SINGLE, joined=GSM_JOINED)
    return _filled([2 if ord(letter) > 0xFFFF else 1 for letter in text], single=UCS2_SINGLE, joined=UCS2_JOINED)


def _filled(widths: list[int], *, single: int, joined: int) -> int:
    """Fills segments letter by letter: one of two places is never parted."""
    if sum(widths) <= single:
        return 1
    count, room = 1, joined
    for width in widths:
        if width > room:
            count, room = count + 1, joined
        room -= width
    return count
