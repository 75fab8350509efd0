"""What people are told when a channel closes, in Arabic and English; operators may change every line."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date

from wasl.continuity.waking import zone_named
from wasl.domain.sunset import MilestoneName

WORDS: Final[Mapping[MilestoneName, Mapping[str, str]]] = {
    "announce": {
        "en": "From {date} we can no longer answer you here. Your chats stay yours: open {link} to take them along and go on elsewhere.",
        "ar": "ابتداءً من {date} لن نتمكن من الرد عليك هنا. محادثاتك تبقى لك: افتح {link} لتأخذها معك وتكمل في مكان آخر.",
    },
    "remind": {
        "en": "A reminder: this chat closes on {date}. With {link} you keep your history and go on elsewhere.",
        "ar": "تذكير: تُغلق هذه المحادثة في {date}. بهذا الرابط {link} تحتفظ بسجلك وتكمل في مكان آخر.",
    },
    "last week": {
        "en": "One week left: this chat closes on {date}. Open {link} to keep your history.",
        "ar": "بقي أسبوع واحد: تُغلق هذه المحادثة في {date}. افتح {link} لتحتفظ بسجلك.",
    },
    "last day": {
        "en": "Last day: from tomorrow ({date}) we cannot answer here. Your link: {link}",
        "ar": "اليوم الأخير: ابتداءً من الغد ({date}) لن نستطيع الرد هنا. رابطك: {link}",
    },
}

FAREWELL: Final[Mapping[str, str]] = {
    "en": "We can no longer answer here. Your chats are kept for you: {link}",
    "ar": "لم يعد بإمكاننا الرد هنا. محادثاتك محفوظة لك: {link}",
}

HOW_TO_KEEP: Final[Mapping[str, str]] = {
    "en": "This chat closes on {date}. Open {link} and say yes: your history comes along, and you can go on there.",
    "ar": "تُغلق هذه المحادثة في {date}. افتح {link} ووافق: ينتقل سجلك معك وتكمل هناك.",
}


def day_words(at_ms: int, *, zone: str, language: str) -> str:
    """Writes the day of a moment as people of a language write it."""
    return date_words(datetime.fromtimestamp(at_ms / 1000, zone_named(zone)).date(), language=language)


def date_words(day: date, *, language: str) -> str:
    """Writes a day as people of a language write it; digits with hyphens would turn around between Arabic words."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return str(format_date(day, "long", locale=locale))
