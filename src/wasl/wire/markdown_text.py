"""Words as Markdown that cannot become structure: whoever renders it sees the characters that were written.

CommonMark 0.31 (January 2024): a backslash before ASCII punctuation takes its meaning away; what has meaning only where a line
begins (headings, lists, quotes, rules, indented code) is told there.
"""

import re
from typing import Final

import msgspec

from wasl.wire.page_text import fit, is_safe

_INLINE: Final = re.compile(r"([\\`*_#\[\]<>&~|!$^{}])")
_START: Final = re.compile(r"(?:([+\-=>:%])|(\d{1,9})([.)]))")
_INDENT_MAX: Final = 40
_SPACE_URL: Final = re.compile(r"[\s<>()\\\"'`|\[\]]")


def md(text: str) -> str:
    """Escapes a text of any number of lines; line ends become line breaks."""
    lines = [_line(line) for line in fit(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    out: list[str] = []
    for place, line in enumerate(lines):
        more = place + 1 < len(lines) and line and lines[place + 1]
        out.append(line + ("  " if more else ""))
    return "\n".join(out)


def md_line(text: str) -> str:
    """Escapes a text into one line, for headings and link words."""
    return _line(" ".join(fit(text).split())) or "\u2014"


def md_link(shown: str, url: str) -> str:
    """Gives a link where it leads to the web, mail or a phone, else both as words."""
    if not is_safe(url) or _SPACE_URL.search(url):
        return f"{md_line(shown)} ({md_line(url)})" if shown != url else md_line(url)
    return f"[{md_line(shown)}]({url})"


def yaml_text(text: str) -> str:
    """Writes a text for front matter: JSON is YAML."""
    return msgspec.json.encode(fit(text)).decode()


def _line(line: str) -> str:
    stripped = line.lstrip(" \t\u00a0")
    indent = "&nbsp;" * min(len(line) - len(stripped), _INDENT_MAX)
    words = _INLINE.sub(r"\\\1", stripped.rstrip())
    match = _START.match(words)
    if match and not indent:
        words = f"\\{words}" if match[1] else f"{match[2]}\\{words[len(match[2]) :]}"
    return indent + words
