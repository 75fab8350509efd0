"""Languages of the pages: gettext catalogues read from their .po files at start; direction, dates and numbers by CLDR."""

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_skeleton, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from wasl.service.calendar import month_words
from wasl.web.words import Counting
from wasl.wire.isolate import figures_apart
from wasl.wire.po import compile_po

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"
"""The language of the message ids."""
SHIPPED: Mapping[str, tuple[str, str]] = {"ar": ("العربية", "rtl"), "en": ("English", "ltr")}
"""Own name and direction of the languages that ship, as CLDR has them: asking it loads its tables of each, three megabytes a language,
which otherwise come with the first date or number that a page writes."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages."""

    code: str
    name: str
    """What its speakers call it."""
    direction: str
    locale: Locale
    words: gettext.NullTranslations

    def say(self, text: str) -> str:
        """Gives the words in this language."""
        return self.words.gettext(text)

    def count(self, one: str, many: str, n: int) -> str:
        """Gives the words for a number of things, the number written into "{n}"."""
        return self.words.ngettext(one, many, n).replace("{n}", self.number(n))

    def number(self, value: float) -> str:
        """Writes a number."""
        return str(format_decimal(value, locale=self.locale))

    def percent(self, share: float) -> str:
        """Writes a share of one in hundredths."""
        return str(format_percent(share, locale=self.locale))

    def megabytes(self, size_bytes: int) -> str:
        """Writes a size."""
        return str(format_unit(round(size_bytes / (1 << 20)), "digital-megabyte", "short", locale=self.locale))

    def moment(self, at_ms: int) -> str:
        """Writes a day and time, UTC."""
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        together = str(get_datetime_format("medium", locale=self.locale))  # the time is {0}, the day {1}
        return together.replace("{0}", format_time(at, "medium", locale=self.locale)).replace("{1}", self.day(at_ms)) + " UTC"

    def day(self, at_ms: int) -> str:
        """Writes a day, UTC, with its month's name: figures between slashes are read in two ways."""
        return self.date(datetime.fromtimestamp(at_ms / 1000, UTC))

    def date(self, day: date) -> str:
        """Writes a day of the calendar."""
        return str(format_skeleton("yMMMd", day, locale=self.locale))

    def words_of(self, text: str) -> str:
        """Gives a sentence from elsewhere, such as a rule's; in a language that runs from the right its figures are set apart."""
        return figures_apart(text) if self.direction == "rtl" else text

    def month(self, month: str) -> str:
        """Writes a month given as "2026-10"; what is none stays as it is."""
        return month_words(month, language=self.code)

    def ago(self, since_ms: int, *, now_ms: int) -> str:
        """Writes how long ago something was."""
        return str(format_timedelta(timedelta(milliseconds=since_ms - now_ms), add_direction=True, locale=self.locale))

    def span(self, milliseconds: int) -> str:
        """Writes a duration."""
        return str(format_timedelta(timedelta(milliseconds=milliseconds), threshold=1.1, locale=self.locale))


class Languages:
    """Every language that has a catalogue in the folder, and the choice between them."""

    def __init__(self, folder: Path = LOCALES, *, default: str = SOURCE) -> None:
        self._known = {path.parent.parent.name: _language(path) for path in sorted(folder.glob("*/LC_MESSAGES/wasl.po"))}
        base = default.partition("-")[0].lower()
        self._default = self._known.get(base) or self._known[SOURCE]

    def all(self) -> tuple[Language, ...]:
        """Gives every language."""
        return tuple(self._known.values())

    def choose(self, *, asked: str | None = None, kept: str | None = None, accepted: str = "") -> Language:
        """Takes the first that is known of: what the address asks for, what a cookie keeps, what the browser accepts."""
        for wish in (asked, kept, *_accepted(accepted)):
            if wish and (found := self._known.get(wish.partition("-")[0].lower())):
                return found
        return self._default


@cache
def _language(path: Path) -> Language:
    """Reads a catalogue, once in a process."""
    code = path.parent.parent.name
    locale = Locale.parse(code)
    compiled = io.BytesIO(compile_po(path.read_text(encoding="utf-8")))
    name, direction = SHIPPED.get(code) or (locale.get_display_name() or code, locale.text_direction)
    return Language(code, name, direction, locale, gettext.GNUTranslations(compiled))


def _accepted(header: str) -> list[str]:
    weighted: list[tuple[float, str]] = []
    for item in header.split(",")[:20]:
        tag, _, quality = item.strip().partition(";q=")
        try:
            weighted.append((float(quality) if quality else 1.0, tag))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(weighted, key=lambda pair: -pair[0]) if quality > 0]


_ONE_OF_EACH = (0, 1, 2, 3, 11, 100)
"""Numbers that stand for every form that a language which ships may have."""


def page_words(language: Language, words: Mapping[str, str | Counting]) -> dict[str, str | dict[str, str]]:
    """Translates the words that scripts show; those that count by the name that CLDR gives a number's form, as `Intl.PluralRules` does."""
    return {
        key: language.say(text)
        if isinstance(text, str)
        else {language.locale.plural_form(n): language.words.ngettext(text.one, text.many, n) for n in _ONE_OF_EACH}
        for key, text in words.items()
    }
