"""Slack's message text turned into words with spans: `<@U1>`, `<#C1|name>`, `<!here>`, `<https://x|label>`.

Escapes are `&amp; &lt; &gt;` and no others, as Slack writes texts in exports (read 2026-11-22); `:shortcode:` emoji and
*bold* marks stay as they are.
"""

import re
from collections.abc import Callable
from typing import Final

from wasl.domain.archive import Span, Words

_TOKEN: Final = re.compile(r"<([^<>\n]{1,3000})>")
_MARKS: Final = frozenset("*_~`>:")
_TONE: Final = re.compile(r"(.{1,60})::skin-tone-([2-6])\Z")
_EMOJI: Final = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "heart": "❤️", "joy": "😂", "smile": "😄", "slightly_smiling_face": "🙂",
    "tada": "🎉", "eyes": "👀", "pray": "🙏", "clap": "👏", "raised_hands": "🙌", "wave": "👋", "fire": "🔥", "rocket": "🚀", "100": "💯",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "ok_hand": "👌", "muscle": "💪", "point_up": "☝️", "sob": "😭",
    "thinking_face": "🤔",
}  # fmt: skip
_TONES: Final = {"2": "🏻", "3": "🏼", "4": "🏽", "5": "🏾", "6": "🏿"}
_TONED: Final = frozenset("👍👎🙏👏🙌👋👌💪☝")


def words(text: str, name_of: Callable[[str], str]) -> Words | None:
    """Reads a text; `name_of` tells what somebody is called by their id."""
    if not text:
        return None
    pieces: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for found in _TOKEN.finditer(text):
        before = _unescaped(text[at : found.start()])
        shown, kind, value = _token(found[1], name_of)
        pieces += (before, shown)
        spans.append(Span(length + len(before), length + len(before) + len(shown), kind, value))
        length += len(before) + len(shown)
        at = found.end()
    pieces.append(_unescaped(text[at:]))
    whole = "".join(pieces)
    return Words(text=whole, format="plain" if _MARKS.isdisjoint(text) and not spans else "mrkdwn", spans=tuple(spans))


def emoji(name: str) -> str:
    """Gives the emoji of a reaction's name where it is a common one, with its skin tone, else the name between colons."""
    toned = _TONE.match(name)
    bare = toned[1] if toned else name
    known = _EMOJI.get(bare)
    if known is None:
        return f":{name}:"
    return known[0] + _TONES[toned[2]] if toned and known[0] in _TONED else known


def _token(inside: str, name_of: Callable[[str], str]) -> tuple[str, str, str]:
    target, bar, label = inside.partition("|")
    target, label = _unescaped(target), _unescaped(label)
    if target.startswith("@"):
        return f"@{name_of(target[1:]) if not label else label.lstrip('@')}", "mention", target[1:]
    if target.startswith("#"):
        return f"#{label or target[1:]}", "channel", target[1:]
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}", "mention", target
    return label if bar and label else target, "link", target


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text
