"""Reads Telegram's HTML style into plain text and entities, with the platform's own complaints (Bot API 10.3, 2026-08-24)."""

import re
from dataclasses import dataclass, field
from typing import Any

ENTITIES_MAX = 100
_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler", "tg-emoji": "custom_emoji",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


class CannotParse(Exception):
    """The text is not well-formed in the given parse mode; the text is the platform's complaint."""


@dataclass(slots=True, kw_only=True)
class _Open:
    name: str
    start: int
    byte: int
    attributes: dict[str, str] = field(default_factory=dict)


def utf16(text: str) -> int:
    """Counts UTF-16 units, the measure of entity offsets."""
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def parsed(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Gives plain text and entities. Raises CannotParse."""
    out: list[str] = []
    length = at = 0
    opened: list[_Open] = []
    entities: list[dict[str, Any]] = []
    while at < len(source):
        character = source[at]
        if character == "<":
            found = _TAG.match(source, at)
            byte = len(source[:at].encode("utf-8", "surrogatepass"))
            if found is None:
                raise CannotParse(f"Unclosed start tag at byte offset {byte}" if at else "Unexpected start tag at byte offset 0")
            _tag(found, byte=byte, length=length, opened=opened, entities=entities)
            at = found.end()
            continue
        piece, step = character, 1
        if character == "&" and (entity := _ENTITY.match(source, at)):
            piece, step = _character(entity), len(entity[0])
        out.append(piece)
        length += utf16(piece)
        at += step
    if opened:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{opened[-1].name}"')
    entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return "".join(out), entities[:ENTITIES_MAX]


def _tag(found: re.Match[str], *, byte: int, length: int, opened: list[_Open], entities: list[dict[str, Any]]) -> None:
    closing, name = bool(found[1]), found[2].lower()
    if not closing:
        attributes = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(found[3])}
        if name not in _TAGS or (name == "span" and attributes.get("class") != "tg-spoiler"):
            raise CannotParse(f'Unsupported start tag "{name}" at byte offset {byte}')
        opened.append(_Open(name=name, start=length, byte=byte, attributes=attributes))
        return
    if not opened:
        raise CannotParse(f"Unexpected end tag at byte offset {byte}")
    last = opened.pop()
    if last.name != name:
        raise CannotParse(f'Unmatched end tag at byte offset {byte}, expected "</{last.name}>", found "</{name}>"')
    if length == last.start:
        return
    entity: dict[str, Any] = {"type": _TAGS[name], "offset": last.start, "length": length - last.start}
    if name == "a":
        href = last.attributes.get("href", "")
        if not href.startswith(("http://", "https://", "tg://", "mailto:")):
            return
        entity["url"] = href
    language = last.attributes.get("class", "")
    if name == "code" and language.startswith("language-") and opened and opened[-1].name == "pre":
        opened[-1].attributes["language"] = language.removeprefix("language-")
        return
    if name == "pre" and "language" in last.attributes:
        entity["language"] = last.attributes["language"]
    entities.append(entity)


def _character(entity: re.Match[str]) -> str:
    if entity[3]:
        return _NAMED[entity[3]]
    code = int(entity[1]) if entity[1] else int(entity[2], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else entity[0]
