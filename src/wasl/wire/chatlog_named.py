"""Headers of chat logs with names in them: a month in words ("12 January 2026, 14:03"), a day of the week before the date.

The date has two numbers and a month, in any order that CLDR has: 12 January 2026; January 12, 2026; 2026 January 12;
2026. gada 12. janvāris. Between them stand only words that CLDR puts there; anything else is no header.
"""

import re
from typing import Final, NamedTuple

from wasl.wire.chatlog_marks import plain
from wasl.wire.chatlog_names import Names, names_in
from wasl.wire.chatlog_stamp import ENDS, HEAD_CHARACTERS_MAX, TIME, WORDS, Stamp, Style, ends_by_colon, read_as, signs_in

NUMBERS_MIN: Final = 4
"""In a header: two of the date, two of the time."""
NAMES_CHARACTERS_MAX: Final = 60
_NUMBER: Final = re.compile(r"[0-9]+")
_CLOCK: Final = re.compile("[0-9](?:[:.]| ?[h시時时点點] ?)[0-9]")
_PAIR: Final = r"(?P<a>[0-9]{1,4})(?P<mid>[^0-9\n:\[\]]{1,60}?)(?P<c>[0-9]{1,4})"
_DATE_FIRST: Final = (
    "^(?P<before>" + WORDS % "0,60" + ")" + _PAIR + "(?P<after>" + WORDS % "1,60" + ")" + TIME + "(?P<tail>" + WORDS % "0,40" + ")"
)
_TIME_FIRST: Final = (
    "^(?P<head>"
    + WORDS % "0,20"
    + ")"
    + TIME
    + "(?P<before>"
    + WORDS % "1,60"
    + ")"
    + _PAIR
    + "(?P<after>(?P<tail>"
    + WORDS % "0,60"
    + "))"
)
_FORMS: Final = {
    (style, date_first): re.compile((_DATE_FIRST if date_first else _TIME_FIRST) + end)
    for style, end in ENDS.items()
    if style != "bare"
    for date_first in (True, False)
}
_JOINERS: Final = re.compile("[\u200b-\u200d]")
"""Inside words of some languages, and no signs between a date and a time."""
_LEAD: Final = re.compile(r"[^0-9\n:\[\]]{2,60}?(?=[0-9])")


class _Date(NamedTuple):
    """A date with its month in words: the place of the month among the numbers, and what its pieces name."""

    month_at: int
    before: Names
    mid: Names
    after: Names

    @property
    def months(self) -> tuple[str, ...]:
        return (self.before, self.mid, self.after)[self.month_at].months


def read_named(line: str) -> Stamp | None:
    """Reads the header with names in it that a line begins with, or gives None. Its month is a name still, and 0 in its numbers."""
    text = line[:HEAD_CHARACTERS_MAX] if line.isascii() else plain(line[:HEAD_CHARACTERS_MAX])
    if not _CLOCK.search(text):
        return None
    text = text.lstrip(" ")
    if not text or not (text[0] == "[" or text[0].isalnum()) or len(_NUMBER.findall(text)) < NUMBERS_MIN:
        return None
    styles: tuple[Style, ...] = ("bracket",) if text[0] == "[" else ("dash", "colon")
    text = text[1:].lstrip(" ") if text[0] == "[" else text
    return next((stamp for style in styles if (stamp := _read(text, style) or _read_led(text, style))), None)


def strange_month(line: str) -> str:
    """Gives the word at whose place a header would name its month, where it is no month's name; empty where there is no such header."""
    text = plain(line[:HEAD_CHARACTERS_MAX]).lstrip(" [")
    for form in _FORMS.values():
        found = form.match(text)
        if found and _is_clock(found) and max(len(found["a"]), len(found["c"])) == 4 and names_in(found["mid"], behind_digit=True).strange:
            return names_in(found["mid"], behind_digit=True).strange
    return ""


def names_of_date(written: str, month_at: int | None) -> Names:
    """Finds the names in a written date as a whole, whose month stands at a place among its numbers, or is one of them."""
    split = enumerate(_NUMBER.split(written))
    pieces = [names_in(piece, behind_digit=place > 0, days_only=place != month_at) for place, piece in split]
    months = tuple(name for piece in pieces for name in piece.months)
    days = tuple(name for piece in pieces for name in piece.days)
    return Names(months, days, strange=next((piece.strange for piece in pieces if piece.strange), ""))


def numbers_with(numbers: list[int], month: int, at: int) -> tuple[int, int, int] | None:
    """Puts a month among the two other numbers of a date; None where they are not two."""
    return (*numbers[:at], month, *numbers[at:]) if len(numbers) == 2 else None  # type: ignore[return-value]  # they are three


def _read(text: str, style: Style) -> Stamp | None:
    for date_first in (True, False):
        found = _FORMS[style, date_first].match(text)
        if found is None or not _is_clock(found) or (style == "colon" and not ends_by_colon(found)):
            continue
        date = _date(found, date_first=date_first)
        year = _year_at(found, date.month_at) if date else ""
        if date and year:
            return _stamp(found, style, date, year, date_first=date_first)
    return None


def _read_led(text: str, style: Style) -> Stamp | None:
    """Reads a date in numbers behind the name of a day ("Mon, 12/01/2026, 14:03")."""
    lead = _LEAD.match(text)
    if lead is None:
        return None
    names = names_in(lead[0], days_only=True)
    if not names.days or names.months or names.strange:
        return None
    stamp = read_as(text[lead.end() :], style)
    if stamp is None or not stamp.date_first:
        return None
    end = stamp.end + lead.end()
    return stamp._replace(layout=(*stamp.layout, "", "led"), written=lead[0] + stamp.written, days=names.days, end=end, era="")


def _is_clock(found: re.Match[str]) -> bool:
    return int(found["h"]) <= 24 and int(found["m"]) <= 59 and int(found["s"] or 0) <= 60 and len(found["h"]) + len(found["m"]) >= 2


def _date(found: re.Match[str], *, date_first: bool) -> _Date | None:
    mid = names_in(found["mid"], behind_digit=True)
    if mid.strange:
        return None
    before = names_in(found["before"], days_only=bool(mid.months))
    if date_first and before.strange:
        return None
    after = names_in(found["after"], behind_digit=True, days_only=bool(mid.months or before.months))
    if (mid.months or after.months) and before.months:
        return None
    month_at = 1 if mid.months else 0 if before.months else 2 if after.months else None
    return None if month_at is None else _Date(month_at, before, mid, after)


def _year_at(found: re.Match[str], month_at: int) -> str:
    """Says where the year stands, as layouts say it; empty where the numbers are no day and year."""
    first, last = len(found["a"]) >= 3, len(found["c"]) >= 3
    if (first and last) or (month_at == 0 and first) or (month_at == 2 and last):
        return ""
    day = int(found["c"] if first or month_at == 2 else found["a"])
    if not 1 <= day <= 31 or len(found["c" if first or month_at == 2 else "a"]) > 2:
        return ""
    return "first" if first else "last" if last else "short" if month_at < 2 else ""


def _stamp(found: re.Match[str], style: Style, date: _Date, year: str, *, date_first: bool) -> Stamp:
    first, second = int(found["a"]), int(found["c"])
    numbers = numbers_with([first, second], 0, date.month_at) or (0, 0, 0)
    begin = (
        0 if date_first else found.start("before") + (date.before.begin if date.before.months or date.before.days else len(found["before"]))
    )
    behind = date.after.end if date.month_at == 2 else 0
    join = found["after"][behind:] if date_first else found.string[found.start("before") : begin]
    led = date.month_at > 0 and bool(date.before.days if not date_first else found["before"].strip())
    signs = signs_in(_JOINERS.sub("", join))
    layout = (
        style, "date" if date_first else "time", " ", " ", year, found["t1"].strip(), "s" if found["s"] else "min", signs,
        str(date.month_at), "led" if led else "",
    )  # fmt: skip
    return Stamp(
        style=style,
        layout=layout,
        numbers=numbers,
        lengths=(len(found["a"]), 2, len(found["c"])),
        era="",
        join=join,
        tail=found["tail"] if date_first else found["after"][behind:],
        clock=(int(found["h"]), int(found["m"]), int(found["s"]) if found["s"] else None),
        written=found.string[begin : found.end("c") + behind],
        end=found.end(),
        months=date.months,
        days=(*date.before.days, *date.mid.days, *date.after.days),
    )
