"""The quick pattern that finds every header of a file in its bytes, made from headers that were read one by one."""

import re
from typing import Final

from wasl.wire.chatlog_calendar import ERAS
from wasl.wire.chatlog_heads import Head
from wasl.wire.chatlog_marks import LOOSE_BYTES, digit_bytes, zeros_of
from wasl.wire.chatlog_names import names_in
from wasl.wire.chatlog_stamp import Stamp, period_in, unknown_word_in

PERIOD_BYTES_MAX: Final = 60
NAMES_BYTES_MAX: Final = 180
"""Of the names of a month and a day, and the words between them."""
_BARE_END: Final = rb" (?=[^\s:\[\]][^:\n]{0,200}:(?:[ \r\n]|\Z))"


def pattern_of(own: list[Head], *, crlf: bool, has_periods: bool) -> re.Pattern[bytes]:
    """Makes the pattern: it begins with the line end that ends a record; its groups are the header, its first half and its second."""
    stamps = [head.stamp for head in own]
    layout = stamps[0].layout
    digit = digit_bytes(frozenset().union(*(zeros_of(head.line[: head.stamp.end + 12]) for head in own[:200])))
    loose = LOOSE_BYTES + b"*+"
    date = _date_pattern(stamps, digit)
    clock = digit + b"{1,2}" + _sign(layout[5]) + digit + b"{1,2}"
    if layout[6] == "s":
        clock += b"(?:[:.]|" + loose + "(?:min|분|分)".encode() + loose + b")" + digit + b"{1,2}"
    named = any(stamp.days and names_in(stamp.join).days for stamp in stamps)
    join = _slot([stamp.join for stamp in stamps], has_periods=has_periods or named, least=1)
    tail = _slot([stamp.tail for stamp in stamps], has_periods=has_periods, least=0)
    end = {"bracket": rb"\] ?", "dash": LOOSE_BYTES + rb"++(?:-|\xe2\x80\x93)(?: |(?=[\r\n]|\Z))", "colon": b": ", "bare": _BARE_END}[
        layout[0]
    ]
    begin = (b"\r\n" if crlf else b"\n") + loose + (rb"\[" + loose if layout[0] == "bracket" else b"")
    both = b"(" + date + b")(" + join + clock + tail + b")" if layout[1] == "date" else b"(" + clock + join + b")(" + date + tail + b")"
    return re.compile(b"(" + begin + both + end + b")")


def _date_pattern(stamps: list[Stamp], digit: bytes) -> bytes:
    """Gives the pattern of a date; where names stand in it, anything may that has no digit: what it means is read once for each date."""
    first, number = stamps[0], digit + b"{1,4}"
    names = b"[^0-9\\n\\[\\]:]{%d,%d}?"
    lead = names % (0, NAMES_BYTES_MAX) if first.is_led else b""
    some = names % (1, NAMES_BYTES_MAX)
    match first.month_at:
        case 0:
            return some + number + some + number
        case 1:
            return lead + number + some + number
        case 2:
            return lead + number + some + number + some
        case _:
            return (
                lead + _era(stamps, first=True) + number + _sign(first.layout[2]) + number + _sign(first.layout[3])
                + _era(stamps, first=False) + number
            )  # fmt: skip


def _sign(sign: str) -> bytes:
    """Gives the pattern of a sign between two numbers, with any marks and spaces around it."""
    if not sign.strip():
        return LOOSE_BYTES + b"++"
    pieces = [re.escape(char.encode()) for char in sign if char != " "]
    return (LOOSE_BYTES + b"*+").join([b"", *pieces, b""])


def _era(stamps: list[Stamp], *, first: bool) -> bytes:
    eras = sorted({stamp.era for stamp in stamps if stamp.era and (stamp.layout[4] == "first") == first})
    if not eras:
        return b""
    if all(len(era) == 1 and era.isascii() for era in eras):
        return b"[RHSTMrhstm]?"
    return b"(?:" + b"|".join(re.escape(era.encode()) for era in ERAS) + b")?"


def _slot(texts: list[str], *, has_periods: bool, least: int) -> bytes:
    """Gives the pattern of the words around a time: free where parts of the day stand there, else only what was seen."""
    if has_periods and any(period_in(text) or unknown_word_in(text) for text in texts):
        return b"[^0-9\\n\\[\\]]{%d,%d}?" % (least, PERIOD_BYTES_MAX)
    ways = sorted({tuple(text.replace(" ", "")) for text in texts}, key=len, reverse=True)
    loose = LOOSE_BYTES + b"*+"
    patterns = []
    for way in ways[:32]:
        if way:
            patterns.append(loose + loose.join(re.escape(char.encode()) for char in way) + (loose if least else b""))
        else:
            patterns.append(LOOSE_BYTES + b"++" if least else b"")
    return b"(?:" + b"|".join(patterns) + b")" if len(patterns) > 1 else patterns[0]
