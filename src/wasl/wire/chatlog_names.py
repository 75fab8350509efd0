"""Names of months and days in the headers of chat logs, understood by the language that knows most of a file's names.

The table is CLDR's (chatlog_names.toml): both kinds of Arabic names, and those that Persian, Thai or Latvian have. Some names are one
month in one language and another in the next (listopad is October in Croatian and November in Czech): such a name is read only where the
others of the file, or its fixed words, tell the language. What is not certain is not read, and is told by its name.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, TypeVar

from wasl.wire.chatlog_calendar import Calendar, calendar_of
from wasl.wire.chatlog_marks import squeezed
from wasl.wire.chatlog_periods import is_period

Meaning = TypeVar("Meaning")
WORDS_OF_NAME_MAX: Final = 8
NAMED_MAX: Final = 4
"""Languages told of one meaning of a name."""
ENDING_CHARACTERS_MAX: Final = 4
"""Of what may end a number without being known ("12th", "12일")."""
_SPOKEN: Final = (
    "af am ar az be bg bn bs ca ckb cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky lo lt"
    " lv mk ml mn mr ms my nb ne nl no pa pl ps pt ro ru sd si sk sl sq sr sv sw ta te th tr uk ur uz vi yue zh zu"
)
PHONES: Final = frozenset(_SPOKEN.split())
"""Languages that phones speak. A name that several languages have is one of theirs, where theirs agree."""
_PERSIAN: Final = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
"""CLDR 47, Persian calendar in Persian; Babel carries the Gregorian names only."""
_ISLAMIC: Final = (
    "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
)  # fmt: skip
"""CLDR 47, Islamic calendar in Arabic, and what else two of them are called."""
_SPELLED: Final = ((4, "ربيع الثاني"), (6, "جمادى الثانية"))
_ORDINALS: Final = frozenset(["st", "nd", "rd", "th", "er", "of"])
"""Beside CLDR's words between the pieces of a date: the endings of "1st", "12th" and "1er", and "12th of January"."""
_SAME: Final = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": None, "-": None}
    | dict.fromkeys(map(chr, range(0x064B, 0x0653)))
)
"""One form of each Arabic letter, without vowels; "quarta-feira" is one word."""
_WORD: Final = re.compile(r"[^\s0-9.,،;:()\[\]/\\|·⹁፣፥፡\u2010-\u2015-]+")


class Month(NamedTuple):
    """A month by its number from 1, in a calendar."""

    calendar: Calendar
    number: int

    def fits(self, year: int) -> bool:
        """Says whether the year is one of the month's calendar; Buddhist and Minguo years have Gregorian months."""
        of_year = calendar_of(year)
        return of_year == self.calendar or (self.calendar == "gregorian" and of_year in ("buddhist", "minguo"))


class Names(NamedTuple):
    """What stands in a piece of a header: the months and days it names (folded), where the first name begins and the last ends.

    `strange` is the first word that is neither a name nor one that joins the pieces of a date; empty where there is none.
    """

    months: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    begin: int = 0
    end: int = 0
    strange: str = ""


class _Table(NamedTuple):
    months: Mapping[str, Mapping[Month, frozenset[str]]]
    days: Mapping[str, Mapping[int, frozenset[str]]]
    joining: frozenset[str]


def folded(name: str) -> str:
    """Makes the spellings of one name the same: no spaces, dots, marks or case, and one form of each Arabic letter."""
    return squeezed(name).translate(_SAME)


@cache
def _table() -> _Table:
    read = tomllib.loads((files("wasl.wire") / "chatlog_names.toml").read_text(encoding="utf-8"))
    months: dict[str, dict[Month, frozenset[str]]] = {}
    for number, word, languages in _listed(read["months"]):
        months.setdefault(word, {})[Month("gregorian", number)] = languages
    further: list[tuple[Calendar, int, str, str]] = [("persian", n, name, "fa") for n, name in enumerate(_PERSIAN, 1)]
    further += [("islamic", n, name, "ar") for n, name in (*enumerate(_ISLAMIC, 1), *_SPELLED)]
    for calendar, number, name, language in further:
        months.setdefault(folded(name), {})[Month(calendar, number)] = frozenset([language])
    days: dict[str, dict[int, frozenset[str]]] = {}
    for number, word, languages in _listed(read["days"]):
        days.setdefault(word, {})[number] = languages
    return _Table(months, days, frozenset(read["joining"].split()) | _ORDINALS)


def _listed(read: Mapping[str, str]) -> Iterator[tuple[int, str, frozenset[str]]]:
    for number, listed in read.items():
        for line in listed.splitlines():
            word, *languages = line.split(" ")
            yield int(number), word, frozenset(languages)


def names_in(text: str, *, behind_digit: bool = False, days_only: bool = False) -> Names:
    """Finds the months and days that a piece of a header names; `behind_digit` says that its first letters may end a number ("12일").

    What is a month in one language and a day in another ("mar") is the month where it is the last name of the piece, and the day
    otherwise; `days_only` says that the month stands elsewhere.
    """
    table, words = _table(), list(_words(text))
    months: list[str] = []
    days: list[str] = []
    begin, end, strange, at = -1, 0, "", 0
    while at < len(words):
        ending = behind_digit and words[at].begin == 0 and len(words[at].text) <= ENDING_CHARACTERS_MAX
        for number in range(min(WORDS_OF_NAME_MAX, len(words) - at), 0, -1):
            name = folded("".join(word.text for word in words[at : at + number]))
            joins = name in table.joining and (ending or name.isascii() or name not in table.days)
            last = at + number == len(words)
            is_month = name in table.months and not (name in table.days and (days_only or not last))
            known = months if is_month else days if name in table.days else None
            if joins or (known is not None and not (ending and len(name) == 1)):
                if not joins and known is not None:
                    known.append(name)
                    begin, end = words[at].begin if begin < 0 else begin, words[at + number - 1].end
                at += number
                break
        else:
            strange = strange or ("" if ending else words[at].text)
            at += 1
    return Names(tuple(months), tuple(days), max(begin, 0), end, strange)


def without_names(text: str) -> str:
    """Gives what is left of the words between a date and a time without the names of days, and the single letters that end a date."""
    table = _table()
    for word in reversed(list(_words(text))):
        name = folded(word.text)
        if (name in table.days and not is_period(word.text)) or (len(name) == 1 and name in table.joining):
            text = text[: word.begin] + text[word.end :]
    return text


class _Word(NamedTuple):
    text: str
    begin: int
    end: int


def _words(text: str) -> Iterator[_Word]:
    """Walks the words of a piece; of an elided one with its word ("d’abril") only the second."""
    for found in _WORD.finditer(text):
        before, sign, behind = found[0].replace("’", "'").partition("'")
        elided = sign and behind and folded(before) in _table().joining
        yield _Word(behind if elided else found[0], found.start(), found.end())


class Calendars:
    """The names of months and days of one file, understood together. `languages` are those of its fixed words."""

    def __init__(self, months: Iterable[str] = (), days: Iterable[str] = (), *, languages: Sequence[str] = ()) -> None:
        seen_months, seen_days = set(months), set(days)
        table = _table() if seen_months or seen_days else _Table({}, {}, frozenset())
        score: Counter[str] = Counter()
        for name in seen_months:
            score.update(set().union(*table.months.get(name, {}).values()))
        for name in seen_days:
            score.update(set().union(*table.days.get(name, {}).values()))
        for rank, language in enumerate(languages):
            if language in score:
                score[language] += 2 if rank == 0 else 1
        self._score = score

    def month(self, names: Sequence[str]) -> Month | None:
        """Gives the month that a header names, by one name or by two that agree; None where that is not certain."""
        found = {self._meaning(_table().months.get(name, {})) for name in names}
        return found.pop() if len(found) == 1 else None

    def day(self, names: Sequence[str]) -> int | None:
        """Gives the day of the week that a header names, from 0 for Monday; None where that is not certain."""
        found = {self._meaning(_table().days.get(name, {})) for name in names}
        return found.pop() if len(found) == 1 else None

    def told(self, names: Sequence[str]) -> str:
        """Tells what the name of a month may mean: "listopad (month 10 in hr, month 11 in cs, pl)"."""
        ways = [(month, languages) for name in names for month, languages in _table().months.get(name, {}).items()]
        spoken = [(month, sorted(languages & PHONES) or sorted(languages)[:NAMED_MAX]) for month, languages in ways]
        listed = ", ".join(f"month {month.number} in {' '.join(languages[:NAMED_MAX])}" for month, languages in sorted(spoken))
        return f"{' '.join(names)} ({listed})"

    def agree(self, months: Sequence[str], days: Sequence[str]) -> bool:
        """Says whether a language has the names of a month and of a day of the week that stand beside each other."""
        spoken = [frozenset().union(*_table().months.get(name, {}).values()) for name in months]
        spoken += [frozenset().union(*_table().days.get(name, {}).values()) for name in days]
        return not days or bool(frozenset.intersection(*spoken))

    def _meaning(self, meanings: Mapping[Meaning, frozenset[str]]) -> Meaning | None:
        """Gives what a name means in the language that knows most of the file's names; None where languages that know as many differ."""
        best = max((self._score[language] for languages in meanings.values() for language in languages), default=0)
        left = {one: [name for name in languages if self._score[name] == best] for one, languages in meanings.items()}
        likely = [one for one, languages in left.items() if languages]
        spoken = [one for one in likely if not PHONES.isdisjoint(left[one])]
        return likely[0] if len(likely) == 1 else spoken[0] if len(spoken) == 1 else None
