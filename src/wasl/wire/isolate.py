"""How values stand in an Arabic sentence: what runs the other way is set between marks of direction, which are not seen."""

import re
import string
from collections.abc import Mapping
from typing import Any, Final

from wasl.wire.plural import Counted

FSI, PDI, LRM, RLI = "\u2068", "\u2069", "\u200e", "\u2067"
"""Marks of direction: an isolate that finds its own, its end, a left-to-right sign, and a right-to-left isolate."""

_FIGURE: Final = re.compile(r"(?<![\w.+-])\d+(?:[-/:.,]\d+)+ ?%?(?![\w-])")
_TYPED: Final = re.compile(r"`[^`]+`|(?<![\w`/-])(?:--?(?:[a-z][\w-]*|\{\w+\})|[+@/]\w+|\.[a-z]+\b)(?:=\w+)?|" + _FIGURE.pattern)


NOUNS: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "بطاقة": ("بطاقة واحدة", "بطاقت", "بطاقات", "بطاقة", "بطاقة"),
    "تغيير": ("تغيير واحد", "تغيير", "تغييرات", "تغييرًا", "تغيير"),
    "حرف": ("حرف واحد", "حرف", "أحرف", "حرفًا", "حرف"),
    "ثانية": ("ثانية واحدة", "ثانيت", "ثوانٍ", "ثانية", "ثانية"),
    "دقيقة": ("دقيقة واحدة", "دقيقت", "دقائق", "دقيقة", "دقيقة"),
    "دور": ("دور واحد", "دور", "أدوار", "دورًا", "دور"),
    "رسالة": ("رسالة واحدة", "رسالت", "رسائل", "رسالة", "رسالة"),
    "سؤال": ("سؤال واحد", "سؤال", "أسئلة", "سؤالًا", "سؤال"),
    "ساعة": ("ساعة واحدة", "ساعت", "ساعات", "ساعة", "ساعة"),
    "شخص": ("شخص واحد", "شخص", "أشخاص", "شخصًا", "شخص"),
    "صفحة": ("صفحة واحدة", "صفحت", "صفحات", "صفحة", "صفحة"),
    "طلب": ("طلب واحد", "طلب", "طلبات", "طلبًا", "طلب"),
    "قاعدة": ("قاعدة واحدة", "قاعدت", "قواعد", "قاعدة", "قاعدة"),
    "كلمة": ("كلمة واحدة", "كلمت", "كلمات", "كلمة", "كلمة"),
    "محادثة": ("محادثة واحدة", "محادثت", "محادثات", "محادثة", "محادثة"),
    "مرة": ("مرة واحدة", "مرت", "مرات", "مرة", "مرة"),
    "ملف": ("ملف واحد", "ملف", "ملفات", "ملفًا", "ملف"),
    "وسم": ("وسم واحد", "وسم", "وسوم", "وسمًا", "وسم"),
    "يوم": ("يوم واحد", "يوم", "أيام", "يومًا", "يوم"),
}
"""What is counted: one, the beginning of two, three to ten, eleven to ninety-nine, and hundreds. A place names its noun: {days:يوم}."""
GOVERNED: Final = "مجرور"
"""Stands after the noun where a preposition governs it: {days:يوم مجرور} makes يومين of two."""


class Whole(str):
    """An Arabic sentence that is set into another one: its own values are set apart already."""

    __slots__ = ()


class _Isolating(string.Formatter):
    """Formats as `str.format` does, and sets every value apart that would lose its direction among Arabic letters."""

    def format_field(self, value: Any, format_spec: str) -> str:
        noun, _, case = format_spec.partition(" ")
        if noun in NOUNS:
            return counted(str(value), noun, governed=case == GOVERNED)
        return value if isinstance(value, Whole) else apart(str(super().format_field(value, format_spec)))


_ISOLATING: Final = _Isolating()


def counted(number: str, noun: str, *, governed: bool = False) -> str:
    """Gives so many of a thing by the rule of Arabic (CLDR); `governed` after a preposition, or as an object."""
    one, pair, few, many, rest = NOUNS[noun]
    digits, shown = number.replace(",", ""), apart(number)
    if not digits.isdecimal():
        return f"{shown} {rest}"
    if int(digits) in (1, 2):
        return one if int(digits) == 1 else pair + ("ين" if governed else "ان")
    last = int(digits) % 100
    return f"{shown} {few if 3 <= last <= 10 else many if last >= 11 else rest}"


def fill(template: str, language: str, /, **values: object) -> str:
    """Fills a sentence's places."""
    return _ISOLATING.vformat(signs_apart(template), (), values) if language == "ar" else Counted(template).format(**values)


def apart(text: str) -> str:
    """Isolates what stands in an Arabic sentence: an id, a date, an amount. Plain Arabic and plain whole numbers need no mark."""
    if not text or text.isdigit() or (is_arabic(text) and not any("!" <= letter <= "~" for letter in text)):
        return text
    return text if text.startswith(FSI) else f"{FSI}{text}{PDI}"


def bare(text: str) -> str:
    """Gives what was copied out of a sentence of ours without the marks that set it apart there: they are not seen, and name nothing."""
    return text.strip(FSI + PDI)


def figures_apart(text: str) -> str:
    """Isolates days, months, shares and amounts in an Arabic sentence that was written elsewhere: their signs would turn them round."""
    return _FIGURE.sub(lambda found: f"{FSI}{found[0]}{PDI}", text) if FSI not in text else text


def signs_apart(text: str) -> str:
    """Isolates what an Arabic sentence of ours names as it is typed (`wasl check`, --json, +20, 2026-10): their signs would go astray."""
    return _TYPED.sub(lambda found: f"{FSI}{found[0]}{PDI}", text) if FSI not in text else text


def set_apart(text: str) -> str:
    """Keeps Arabic in its column: between signs of the table's own direction it neither joins the next cell nor changes places with it."""
    return f"{LRM}{RLI}{text}{PDI}{LRM}" if is_arabic(text) else text


def is_arabic(text: str) -> bool:
    """Says whether Arabic letters are in it."""
    return any("\u0600" <= letter <= "\u06ff" and letter.isalpha() for letter in text)


class Sentence(str):
    """An Arabic sentence whose `format` sets values apart, and what it names as it is typed."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        """Fills the places."""
        return _ISOLATING.vformat(signs_apart(self), args, values)


def sentences(words: Mapping[str, Mapping[str, str]], language: str) -> Mapping[str, str]:
    """Gives the words of a language by name, English where there are none; Arabic ones set their values apart, English ones count."""
    if language.partition("-")[0] == "ar" and "ar" in words:
        return {name: Sentence(signs_apart(text)) for name, text in words["ar"].items()}
    return {name: Counted(text) for name, text in words.get(language, words["en"]).items()}
