"""Writes the words of chat logs' headers from CLDR, as Babel carries it: src/wasl/wire/chatlog_periods.toml (words for parts of the day,
and orders of dates) and src/wasl/wire/chatlog_names.toml (names of months and days, and the words that stand between them).

    python scripts/make_chatlog_words.py

Run it when Babel brings a newer CLDR. A test says so when words of the installed CLDR are missing in the file.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, localedata

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from wasl.wire.chatlog_marks import squeezed  # noqa: E402 - after the path is set
from wasl.wire.chatlog_names import folded  # noqa: E402

OUT = ROOT / "src" / "wasl" / "wire" / "chatlog_periods.toml"
HEAD = """\
# Words for parts of the day, by the hours they stand for ("HHMM-HHMM") and the languages that use them so, and how
# languages order short dates. Derived from CLDR (Unicode License v3, https://www.unicode.org/license.txt) by
# scripts/make_chatlog_words.py; words are squeezed: no spaces, dots, marks or case. Do not edit.

"""
NAMES_OUT = ROOT / "src" / "wasl" / "wire" / "chatlog_names.toml"
NAMES_HEAD = """\
# Names of months (1 to 12) and of days (0 is Monday), each with the languages that use it so, and the words that stand between the
# pieces of a date. Derived from CLDR (Unicode License v3, https://www.unicode.org/license.txt) by scripts/make_chatlog_words.py;
# names are squeezed: no spaces, dots, marks or case, and one form of each Arabic letter. Do not edit.

"""
WIDTHS = ("wide", "abbreviated")
ATTACHED = r"([^\s\d.,،፣፥፡⹁()'’\x01\x02-]*)"
_LETTERS = "GyYuUrQqMLlwWdDFgEec"
FIXED = {"am": (0, 1200), "pm": (1200, 2400), "midnight": (2330, 30), "noon": (1130, 1230)}


def ranges(locale: Locale) -> Iterator[tuple[str, tuple[int, int]]]:
    """Walks the locale's parts of the day with their hours."""
    yield from FIXED.items()
    for name, rules in (locale.day_period_rules.get(None) or {}).items():
        for rule in rules:
            if "from" in rule and "before" in rule:
                start, end = rule["from"] // 3600 * 100, rule["before"] // 3600 * 100
                # Babel cuts the night at midnight; CLDR lets it last until the morning.
                yield name, (start, 600 if name.startswith("night") and end in (0, 2400) else end or 2400)


def order_of(pattern: str) -> str:
    """Gives the order of a short date as three letters."""
    return "".join(letter for letter in dict.fromkeys(c.lower() for c in pattern if c in "dMy"))


def patterns(locale: Locale) -> Iterator[str]:
    """Walks the locale's dates with names in them; a letter of a pattern is put between signs, the words beside stay as they are."""
    for width in ("medium", "long", "full"):
        pieces = re.split(r"'([^']*)'", locale.date_formats[width].pattern)
        yield "".join(
            piece if place % 2 else re.sub(f"[{_LETTERS}]+", lambda found: f"\x01{found[0]}\x02", piece)
            for place, piece in enumerate(pieces)
        )


def attached(locale: Locale, field: str) -> set[tuple[str, str]]:
    """Gives what stands right before and behind a name, with nothing between: a letter for "in", an ending."""
    found = {("", "")}
    for pattern in patterns(locale):
        for match in re.finditer(f"{ATTACHED}\x01(?:{field})\x02{ATTACHED}", pattern):
            found.add((match[1], match[2]))
    return found


def joining(locale: Locale) -> Iterator[str]:
    """Walks the words between the pieces of the locale's dates."""
    for pattern in patterns(locale):
        if "\x01G" in pattern:
            yield folded(locale.eras["abbreviated"][1])
        for words in re.split(r"\x01[A-Za-z]+\x02", pattern):
            yield from (folded(word) for word in re.split(r"[^\w\u0300-\u036f]+", words) if folded(word))


def write_names() -> None:
    """Writes the names of months and days."""
    months: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    days: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    joined: set[str] = set()
    for name in localedata.locale_identifiers():
        locale = Locale.parse(name)
        joined |= set(joining(locale))
        for into, named, field in ((months, locale.months, "M{3,4}|L{3,4}"), (days, locale.days, "E{3,4}|c{3,4}")):
            around = attached(locale, field)
            for width in (named[context][width] for context in ("format", "stand-alone") for width in WIDTHS):
                for number, word in width.items():
                    if not any(char.isdigit() for char in word):
                        for before, behind in around:
                            into[number][folded(before + word + behind)].add(locale.language)
    lines = [NAMES_HEAD, f'joining = "{" ".join(sorted(joined))}"\n']
    for title, table in (("months", months), ("days", days)):
        lines.append(f"\n[{title}]\n")
        for number, words in sorted(table.items()):
            listed = "\n".join(f"{word} {' '.join(sorted(languages))}" for word, languages in sorted(words.items()) if word)
            lines.append(f'{number} = """\n{listed}"""\n')
    NAMES_OUT.write_text("".join(lines), encoding="utf-8")
    print(f"{NAMES_OUT.name}: {sum(map(len, months.values()))} names of months, {sum(map(len, days.values()))} of days")


def main() -> None:
    """Writes the files."""
    write_names()
    words: dict[tuple[int, int], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    orders: dict[str, set[str]] = defaultdict(set)
    for name in localedata.locale_identifiers():
        locale = Locale.parse(name)
        language = locale.language
        if name == language:
            orders[order_of(locale.date_formats["short"].pattern)].add(language)
        hours = defaultdict(list)
        for period, span in ranges(locale):
            hours[period].append(span)
        for widths in locale.day_periods.values():
            for named in widths.values():
                for period, word in named.items():
                    for span in hours[period] if squeezed(word) else ():
                        words[span][squeezed(word)].add(language)
    lines = [HEAD, "[orders]\n"]
    lines += [f'{order} = "{" ".join(sorted(languages))}"\n' for order, languages in sorted(orders.items())]
    for (start, end), known in sorted(words.items()):
        lines.append(f'\n[words."{start:04d}-{end:04d}"]\n')
        lines += [f'"{word}" = "{" ".join(sorted(languages))}"\n' for word, languages in sorted(known.items())]
    OUT.write_text("".join(lines), encoding="utf-8")
    print(f"{OUT.name}: {sum(map(len, words.values()))} words")


if __name__ == "__main__":
    main()
