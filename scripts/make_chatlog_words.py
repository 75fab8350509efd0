"""Writes src/wasl/wire/chatlog_periods.toml from CLDR, as Babel carries it: words for parts of the day, and orders of dates.

    python scripts/make_chatlog_words.py

Run it when Babel brings a newer CLDR. A test says so when words of the installed CLDR are missing in the file.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, localedata

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from wasl.wire.chatlog_marks import squeezed  # noqa: E402 - after the path is set

OUT = ROOT / "src" / "wasl" / "wire" / "chatlog_periods.toml"
HEAD = """\
# Words for parts of the day, by the hours they stand for ("HHMM-HHMM") and the languages that use them so, and how
# languages order short dates. Derived from CLDR (Unicode License v3, https://www.unicode.org/license.txt) by
# scripts/make_chatlog_words.py; words are squeezed: no spaces, dots, marks or case. Do not edit.

"""
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


def main() -> None:
    """Writes the file."""
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
