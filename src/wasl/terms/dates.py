"""Dates in texts: found however they are written, and folded to one token, so that a moved date is no changed word."""

import re
from datetime import date
from typing import Final, NamedTuple

DATE_TOKEN: Final = "⟨date⟩"

_MONTHS: Final = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
    "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12,
    "janvier": 1, "février": 2, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7, "août": 8, "aout": 8,
    "septembre": 9, "octobre": 10, "novembre": 11, "décembre": 12, "decembre": 12,
    "januar": 1, "februar": 2, "märz": 3, "juni": 6, "juli": 7, "oktober": 10, "dezember": 12,
    "gennaio": 1, "febbraio": 2, "marzo": 3, "aprile": 4, "maggio": 5, "giugno": 6, "luglio": 7, "agosto": 8, "settembre": 9,
    "ottobre": 10, "dicembre": 12, "enero": 1, "febrero": 2, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "septiembre": 9,
    "octubre": 10, "noviembre": 11, "diciembre": 12, "janeiro": 1, "fevereiro": 2, "março": 3, "maio": 5, "junho": 6, "julho": 7,
    "setembro": 9, "outubro": 10, "dezembro": 12,
    "يناير": 1, "فبراير": 2, "مارس": 3, "أبريل": 4, "ابريل": 4, "مايو": 5, "يونيو": 6, "يوليو": 7, "أغسطس": 8, "اغسطس": 8, "سبتمبر": 9,
    "أكتوبر": 10, "اكتوبر": 10, "نوفمبر": 11, "ديسمبر": 12,
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_FORMS = re.compile(
    rf"(?P<m1>\b(?:{_MONTH}))\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<y1>(?:19|20)\d\d)(?!\d)"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th|º|er|\.)?\s+(?:of\s+|de\s+)?(?P<m2>(?:{_MONTH})\b)\.?\s*,?\s+(?:de\s+)?(?P<y2>(?:19|20)\d\d)(?!\d)"
    r"|\b(?P<y3>(?:19|20)\d\d)[-/.](?P<m3>\d{1,2})[-/.](?P<d3>\d{1,2})\b"
    r"|\b(?P<a4>\d{1,2})[/.](?P<b4>\d{1,2})[/.](?P<y4>(?:19|20)\d\d)\b"
    r"|(?P<y5>(?:19|20)\d\d)年(?P<m5>\d{1,2})月(?P<d5>\d{1,2})日"
    rf"|\b(?P<m6>(?:{_MONTH})\b)\.?,?\s+(?P<y6>(?:19|20)\d\d)\b",
    re.I,
)
_MAYBE = re.compile(r"(?:19|20)\d\d")
_UNREADABLE = re.compile(
    r"\b(?:\d{1,2}|xx|yy|tbd|\[date\]|__)\s?[-/. ]\s?(?:\d{1,2}|xx|yy|mm|dd|[a-z]{3,9})\s?[-/. ,]\s?(?:20(?:xx|__|\d\d)|yyyy|xxxx)\b", re.I
)


class Dated(NamedTuple):
    """A date in a text: `day` None where it is written in a way that cannot be read as one day; `precise` is false for a month alone."""

    day: date | None
    written: str
    start: int
    end: int
    precise: bool = True


def fold_dates(text: str) -> str:
    """Puts one token in the place of every full date."""
    if not _MAYBE.search(text):
        return text
    return _FORMS.sub(lambda found: f" {DATE_TOKEN} " if found["y6"] is None else found[0], text)


def dates_in(text: str) -> tuple[Dated, ...]:
    """Finds the dates of a text in order. What looks like a date and is none (`31 February`, `XX/XX/2026`, or a day and a month that
    could stand either way round) is given without a day: it is shown to people, and never guessed."""
    found: list[Dated] = []
    if _MAYBE.search(text):
        found += [_dated(match) for match in _FORMS.finditer(text)]
    taken = [(one.start, one.end) for one in found]
    for match in _UNREADABLE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(Dated(None, match[0], match.start(), match.end()))
    return tuple(sorted(found, key=lambda one: one.start))


def _dated(match: re.Match[str]) -> Dated:
    groups = match.groupdict()
    for kind in "1235":
        if groups[f"y{kind}"]:
            month = groups[f"m{kind}"]
            number = int(month) if month.isdigit() else _MONTHS[month.casefold()]
            return _made(match, int(groups[f"y{kind}"]), number, int(groups[f"d{kind}"]))
    if groups["y4"]:
        one, other = int(groups["a4"]), int(groups["b4"])
        if one <= 12 and other <= 12 and one != other:
            return Dated(None, match[0], match.start(), match.end())  # day and month could stand either way round
        return _made(match, int(groups["y4"]), min(one, other) if one > 12 or other > 12 else one, max(one, other))
    return _made(match, int(groups["y6"]), _MONTHS[groups["m6"].casefold()], 1)._replace(precise=False)


def _made(match: re.Match[str], year: int, month: int, day: int) -> Dated:
    try:
        made: date | None = date(year, month, day)
    except ValueError:
        made = None
    return Dated(made, match[0], match.start(), match.end())
