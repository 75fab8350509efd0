"""Tables of TOML that people write, read strictly: what is wrong is named with file, line and entry. Shared by all files of dated facts."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple, NoReturn

from wasl.domain.errors import SettingWrong

TEXT_CHARACTERS_MAX: Final = 2_000
"""Of one text of an entry."""


class TomlPlace(NamedTuple):
    """Where a table of a file stands, for errors. `what` is the word that is put before its id."""

    at: str
    line: int
    id: str = "?"
    what: str = ""

    def wrong(self, reason: str) -> NoReturn:
        """Refuses the file. Raises SettingWrong."""
        raise SettingWrong(f"{self.at}, line {self.line}: {self.what}{self.id!r}: {reason}")

    def only(self, table: Mapping[str, Any], known: set[str], what: str) -> None:
        """Refuses a key that is not known; `what` names in the error whose keys are."""
        for key in table:
            if key not in known:
                self.wrong(f"{key!r} is not known; {what} has {', '.join(sorted(known))}")


def text_of(table: Mapping[str, Any], key: str, place: TomlPlace, *, needed: bool = False) -> str:
    """Reads a text; empty where it is not there and not `needed`."""
    found = table.get(key, "")
    if not isinstance(found, str) or len(found) > TEXT_CHARACTERS_MAX:
        place.wrong(f"{key!r} must be text in quotes of at most {TEXT_CHARACTERS_MAX} characters")
    if needed and not found.strip():
        place.wrong(f"it has no {key!r}; say where it stands written")
    return found.strip()


def texts_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> tuple[str, ...]:
    """Reads a list of texts; empty where it is not there."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and 0 < len(one) <= TEXT_CHARACTERS_MAX for one in found):
        place.wrong(f"{key!r} must be a list of texts in quotes")
    return tuple(found)


def both_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> Mapping[str, str]:
    """Reads a text in English and Arabic."""
    found = table.get(key)
    if not isinstance(found, dict) or set(found) != {"en", "ar"}:
        place.wrong(f'it has no {key!r} in both languages; write {key} = {{ en = "…", ar = "…" }}')
    for language, words in found.items():
        if not isinstance(words, str) or not words.strip() or len(words) > TEXT_CHARACTERS_MAX:
            place.wrong(f"its {key!r} in {language!r} must be text of at most {TEXT_CHARACTERS_MAX} characters")
    return {language: words.strip() for language, words in found.items()}


def flag_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> bool:
    """Reads true or false; false where it is not there."""
    found = table.get(key, False)
    if not isinstance(found, bool):
        place.wrong(f"{key!r} is true or false, not {found!r}")
    return found


def day_of(table: Mapping[str, Any], key: str, place: TomlPlace) -> date | None:
    """Reads a day; None where it is not there."""
    found = table.get(key)
    if found is not None and type(found) is not date:
        place.wrong(f"{key!r} is {found!r}; write a day without quotes, such as 2026-10-01")
    return found


def needed_day_of(table: Mapping[str, Any], key: str, place: TomlPlace, *, why: str = "write a day") -> date:
    """Reads a day that must be there; `why` says in the error what is to be written."""
    found = day_of(table, key, place)
    if found is None:
        place.wrong(f"it has no {key!r}; {why}, such as {key} = 2026-10-01")
    return found
