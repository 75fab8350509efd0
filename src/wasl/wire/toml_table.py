"""Tables of TOML that people write, read strictly: what is wrong is named with file, line and entry. Shared by all files of dated facts."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, NoReturn

from wasl.domain.errors import SettingWrong

TEXT_CHARACTERS_MAX: Final = 2_000
"""Of one text of an entry."""
MARKS: Final = ('"""', "'''")
"""Between which a text may go over lines."""
_HEAD: Final = re.compile(r"\s*\[\[")


class TomlPlace(NamedTuple):
    """Where a table of a file stands, for errors. `line` is its head's, `lines` are the file's, for which a wrong key's own line is found.

    `what` is the word that is put before its id.
    """

    at: str
    line: int
    id: str = "?"
    what: str = ""
    lines: Sequence[str] = ()

    def wrong(self, reason: str, *keys: str) -> NoReturn:
        """Refuses the file, at the line of the table's key `keys` (from the outside in), or of the table. Raises SettingWrong."""
        raise SettingWrong(f"{self.at}, line {line_of(self.lines, self.line, *keys)}: {self.what}{self.id!r}: {reason}")

    def only(self, table: Mapping[str, Any], known: set[str], what: str) -> None:
        """Refuses a key that is not known; `what` names in the error whose keys are."""
        for key in table:
            if key not in known:
                self.wrong(f"{key!r} is not known;{meant(key, known)} {what} has {', '.join(sorted(known))}", key)


def meant(said: str, known: Iterable[str]) -> str:
    """Guesses what was meant by a word that is not known; nothing where no other comes near."""
    near = difflib.get_close_matches(said, list(known), n=1)
    return f" did you mean {near[0]!r}?" if near else ""


def line_of(lines: Sequence[str], head: int, *keys: str) -> int:
    """Finds the line (from 1) of a key within the table whose head is on line `head`; the head's own where it cannot be told."""
    place, inside, quoted = head, False, ""
    for key in keys:
        own = rf"(?:{re.escape(key)}|{re.escape(repr(key))}|{re.escape(chr(34) + key + chr(34))})"
        whole = re.compile(rf"\s*(?:{own}\s*[.=]|\[[^\[\]]*\.\s*{own}\s*\])")
        within = re.compile(rf"[{{,.]\s*{own}\s*[.=]")
        for number in range(place if inside else place + 1, len(lines) + 1):
            line = lines[number - 1]
            if quoted:
                quoted = "" if quoted in line else quoted
                continue
            if number > head and (not line.startswith((" ", "\t")) or line.strip()) and _HEAD.match(line):
                break  # the next table of a list; one within this one has single brackets
            if whole.match(line) or (inside and number == place and within.search(line)):
                place, inside = number, True
                break
            quoted = next((mark for mark in MARKS if line.count(mark) % 2), "")
        else:
            return place
        if place != number:
            return place
    return place


def text_of(table: Mapping[str, Any], key: str, place: TomlPlace, *, needed: bool = False) -> str:
    """Reads a text; empty where it is not there and not `needed`."""
    found = table.get(key, "")
    if not isinstance(found, str) or len(found) > TEXT_CHARACTERS_MAX:
        place.wrong(f"{key!r} must be text in quotes of at most {TEXT_CHARACTERS_MAX} characters", key)
    if needed and not found.strip():
        place.wrong(f"it has no {key!r}; say where it stands written", key)
    return found.strip()


def texts_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> tuple[str, ...]:
    """Reads a list of texts; empty where it is not there."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and 0 < len(one) <= TEXT_CHARACTERS_MAX for one in found):
        place.wrong(f"{key!r} must be a list of texts in quotes", key)
    return tuple(found)


def both_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> Mapping[str, str]:
    """Reads a text in English and Arabic."""
    found = table.get(key)
    if not isinstance(found, dict) or set(found) != {"en", "ar"}:
        place.wrong(f'it has no {key!r} in both languages; write {key} = {{ en = "…", ar = "…" }}', key)
    for language, words in found.items():
        if not isinstance(words, str) or not words.strip() or len(words) > TEXT_CHARACTERS_MAX:
            place.wrong(f"its {key!r} in {language!r} must be text of at most {TEXT_CHARACTERS_MAX} characters", key)
    return {language: words.strip() for language, words in found.items()}


def flag_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> bool:
    """Reads true or false; false where it is not there."""
    found = table.get(key, False)
    if not isinstance(found, bool):
        place.wrong(f"{key!r} is true or false, not {found!r}", key)
    return found


def day_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> date | None:
    """Reads a day; None where it is not there."""
    found = table.get(key)
    if found is not None and type(found) is not date:
        place.wrong(f"{key!r} is {found!r}; write a day without quotes, such as 2026-10-01", key)
    return found


def needed_day_of(table: Mapping[str, Any], key: str, place: TomlPlace, *, why: str = "write a day") -> date:
    """Reads a day that must be there; `why` says in the error what is to be written."""
    found = day_of(table, key, place)
    if found is None:
        place.wrong(f"it has no {key!r}; {why}, such as {key} = 2026-10-01", key)
    return found
