"""The grammar of a header in a chat log: a date and a time in any short form of CLDR, and what ends them.

Four styles are known: "bracket" (`[15/09/2026, 20:46:01] Name: words`), "dash" (`15/09/2026, 20:46 - Name: words`), "colon"
(`15/09/2026, 20:46:01: Name: words`) and, looked for only where nothing else is found, "bare" (`15/09/2026 20:46:01 Name: words`).
What is read here is one line at a time, in a sample; the quick pattern for the whole file is made from what was found
(chatlog_grammar).
"""

import re
import unicodedata
from typing import Final, Literal, NamedTuple

from wasl.wire.chatlog_marks import plain, squeezed
from wasl.wire.chatlog_periods import is_period

Style = Literal["bracket", "dash", "colon", "bare"]
HEAD_CHARACTERS_MAX: Final = 120
"""Of a line, in which a header must end."""
HEAD_BYTES_MAX: Final = 320
LAYOUT_LONG: Final = 10
"""Pieces of a layout with names in it: where the month stands among the numbers, and whether words lead."""

_LEAD: Final = r"(?P<lead>(?:[RHSTMrhstm]|令和|平成|昭和|大正|民國|民国|Minguo |ROC )?)"
_DATE: Final = (
    _LEAD + r"(?P<a>[0-9]{1,4})(?P<s1>[^0-9\n:\[\]]{1,4}| (?:tháng|thg) )(?P<b>[0-9]{4}|[0-9]{1,2})(?P<s2>[^0-9\n:\[\]]{1,6}?)"
    r"(?P<era>[RHSTM]?)(?P<c>[0-9]{1,4})"
)
TIME: Final = r"(?P<h>[0-9]{1,2})(?P<t1>[:.]| ?(?:h|시|時|时|点|點) ?)(?P<m>[0-9]{1,2})(?:(?P<t2>[:.]| ?(?:min|분|分) ?)(?P<s>[0-9]{1,2}))?"
WORDS: Final = r"[^0-9\n\[\]:]{%s}?"
ENDS: Final = {"bracket": r"\](?: |$|(?=\S))", "dash": r" [-–](?: |$)", "colon": r": ", "bare": r" (?=[^\s:\[\]][^:\n]{0,60}:(?: |$))"}
_BARE_TAIL: Final = r"(?: ?[AaPp]\.? ?[Mm]\b\.?)?"
_FORMS: Final = {
    (style, date_first): re.compile(
        (
            "^"
            + _DATE
            + "(?P<join>"
            + WORDS % "1,40"
            + ")"
            + TIME
            + "(?P<tail>"
            + (_BARE_TAIL if style == "bare" else WORDS % "0,40")
            + ")"
            + end
        )
        if date_first
        else (
            "^(?P<head>"
            + WORDS % "0,20"
            + ")"
            + TIME
            + "(?P<join>"
            + WORDS % "1,40"
            + ")"
            + _DATE
            + "(?P<tail>"
            + WORDS % "0,20"
            + ")"
            + end
        )
    )
    for style, end in ENDS.items()
    for date_first in (True, False)
}
_TIME_ONLY: Final = re.compile(r"^(?P<before>[^0-9]*)" + TIME + r"(?P<after>[^0-9]*)$")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\d,،()\[\]|-]*[^\W\d_][.]?)?[.]?")
_CLOCKLESS: Final = frozenset([
    "à", "klo", "at", "um", "kl", "o", "ga", "klock", "be", "ad", "ce", "g", "г", "s", "h", "min", "พศ", "ap", "ah", "คศ", "日",
    "ва", "в", "às", "as", "alle", "om", "u", "dne", "ob", "den",
])  # fmt: skip
"""Words between a date and a time, or behind a year, that are no part of the day."""


class Stamp(NamedTuple):
    """A header as it stands in a line: its style, its `layout` (what all headers of one file share) and its numbers.

    `numbers` are the three of the date in their order, `era` the letter or sign before one of them. `join` and `tail` are the
    words between and behind, `written` is the date; `end` is the character behind the header. A month in words stands in `numbers` as 0
    until its name in `months` is understood; `days` name the day of the week, `weekday` is its number from 0 for Monday, once understood.
    """

    style: Style
    layout: tuple[str, ...]
    numbers: tuple[int, int, int]
    lengths: tuple[int, int, int]
    era: str
    join: str
    tail: str
    clock: tuple[int, int, int | None]
    written: str
    end: int
    months: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    weekday: int | None = None

    @property
    def month_at(self) -> int | None:
        """Gives the place of a month in words among the numbers, None where the month is a number."""
        return None if len(self.layout) < LAYOUT_LONG or not self.layout[8] else int(self.layout[8])

    @property
    def is_led(self) -> bool:
        """Says whether words, such as a day of the week, stand before the date."""
        return len(self.layout) >= LAYOUT_LONG and self.layout[9] == "led"

    @property
    def date_first(self) -> bool:
        """Says whether the date stands before the time."""
        return self.layout[1] == "date"


def read_stamp(line: str, *, bare: bool = False) -> Stamp | None:
    """Reads the header that a line begins with, or gives None. The line may be longer than a header can be.

    `bare` reads headers that nothing but a space ends.
    """
    text = plain(line[:HEAD_CHARACTERS_MAX]).lstrip(" ")
    if not text or not (text[0] in "[(" or text[0].isalnum()):
        return None
    if text[0] == "[":
        return read_as(text[1:].lstrip(" "), "bracket")
    return read_as(text, "bare") if bare else read_as(text, "dash") or read_as(text, "colon")


def read_as(text: str, style: Style) -> Stamp | None:
    """Reads the header of a style that a plain text begins with, behind its bracket where it has one."""
    for date_first in (True, False):
        found = _FORMS[style, date_first].match(text)
        if found and _possible(found) and (style != "colon" or ends_by_colon(found)):
            return _stamp(found, style, date_first=date_first)
    return None


def ends_by_colon(found: re.Match[str]) -> bool:
    """Says whether the colon ends the header and not a name: before it stands the time, or a word for a part of the day."""
    tail = found["tail"].strip()
    if not tail:
        return True
    return bool(period_in(tail)) and (len(squeezed(tail)) > 1 or (not tail.isascii() and ": " in found.string[found.end() :]))


def _possible(found: re.Match[str]) -> bool:
    hour, minute = int(found["h"]), int(found["m"])
    second = int(found["s"] or 0)
    numbers = [int(found[name]) for name in "abc"]
    fits = sum(1 <= number <= 31 for number in numbers) >= 2 and any(1 <= number <= 12 for number in numbers)
    return hour <= 24 and minute <= 59 and second <= 60 and fits and len(found["m"]) + len(found["h"]) >= 2


def _stamp(found: re.Match[str], style: Style, *, date_first: bool) -> Stamp:
    lengths = (len(found["a"]), len(found["b"]), len(found["c"]))
    year = "first" if lengths[0] >= 3 or found["lead"] else "last" if lengths[2] >= 3 or found["era"] else "short"
    year = "middle" if lengths[1] == 4 else year
    layout = (
        style, "date" if date_first else "time", found["s1"].strip() or " ", found["s2"].strip() or " ", year,
        found["t1"].strip(), "s" if found["s"] else "min", signs_in(found["join"]),
    )  # fmt: skip
    return Stamp(
        style=style,
        layout=layout,
        numbers=(int(found["a"]), int(found["b"]), int(found["c"])),
        lengths=lengths,
        era=(found["lead"].strip() or found["era"]).casefold(),
        join=found["join"],
        tail=found["tail"],
        clock=(int(found["h"]), int(found["m"]), int(found["s"]) if found["s"] else None),
        written=text_of(found),
        end=found.end(),
    )


def text_of(found: re.Match[str]) -> str:
    """Gives the date as it is written."""
    return found.string[found.start("lead") : found.end("c")]


def signs_in(join: str) -> str:
    """Gives the signs between date and time without words, spaces and dots: a comma, a dash, nothing."""
    return "".join(char for char in join if unicodedata.category(char)[0] not in "LM" and char not in " .'’״\"`/")[:2]


def period_in(text: str) -> str:
    """Finds the word for a part of the day in the words around a time; empty where there is none."""
    text = text.strip(" ,،-()")
    if not text:
        return ""
    if is_period(text):
        return text
    for found in _WORD.finditer(text):
        word = found[0]
        if squeezed(word) not in _CLOCKLESS and is_period(word):
            return word
        for piece in word.split(" "):
            if squeezed(piece) not in _CLOCKLESS and is_period(piece):
                return piece
    return ""


def unknown_word_in(text: str) -> str:
    """Finds a word around a time that no language uses for a part of the day, and that is no usual joining word."""
    for found in _WORD.finditer(text):
        if squeezed(found[0]) not in _CLOCKLESS:
            return found[0]
    return ""


def read_clock(text: str) -> tuple[int, int, int | None, str] | None:
    """Reads the hour, minute, second and the words around them of the part of a header that is not the date."""
    found = _TIME_ONLY.match(plain(text).strip(" "))
    if not found:
        return None
    hour, minute, second = int(found["h"]), int(found["m"]), int(found["s"]) if found["s"] else None
    if hour > 24 or minute > 59 or (second or 0) > 60:
        return None
    return hour, minute, second, found["before"] + "|" + found["after"]
