"""What a message of Open WebUI says: its `output` items where it has them, else its content with the <details> that it wraps thoughts in.

Forms of exports of 2024 to September 2026. No expression goes back: a search is for fixed words.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wasl.domain.archive import ArchivePart, File, Role, Thinking, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.wire.json_repair import Undecodable, decode
from wasl.wire.read import child, children, text, whole

DETAILS_MAX: Final = 500
"""Blocks in one message."""
_OPEN: Final = "<details"
_CLOSE: Final = "</details>"
_SUMMARY: Final = "</summary>"
_ATTRIBUTE: Final = re.compile(r'([A-Za-z_]+)="([^"]*)"')


def parts_of(message: Mapping[str, Any], role: Role) -> Iterator[ArchivePart]:
    """Walks the parts of a message."""
    output = message.get("output")
    items = [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []
    content = message.get("content")
    if items:
        for item in items:
            yield from _item(item)
    elif isinstance(content, str):
        yield from _content(content, role)
    elif isinstance(content, list):
        for piece in content:
            said = text(piece, "text") if isinstance(piece, dict) else None
            yield _words(said, role) if said else Unknown(kind="content", value=piece if isinstance(piece, dict) else {"content": piece})
    elif content is not None:
        yield Unknown(kind="content", value={"content": content})
    for file in children(message, "files"):
        yield _file(file)


def json_or_text(written: Any) -> Any:
    """Gives JSON that was written as text as what it says; anything else as it is."""
    if not isinstance(written, str):
        return written
    try:
        value, repairs = decode(written.encode("utf-8", "surrogatepass"))
    except Undecodable:
        return written
    return written if repairs else value


def _words(said: str, role: Role) -> Words:
    return Words(text=said, format="markdown" if role == "assistant" else "plain")


def _item(item: Mapping[str, Any]) -> Iterator[ArchivePart]:
    kind = text(item, "type")
    if kind == "reasoning":
        said = [text(piece, "text") for name in ("summary", "content") for piece in children(item, name)]
        yield Thinking(text="\n".join(s for s in said if s))
    elif kind == "function_call" and text(item, "name"):
        yield ToolAsked(name=item["name"], id=text(item, "call_id") or text(item, "id"), input=json_or_text(item.get("arguments")))
    elif kind == "function_call_output":
        yield ToolGave(answers=text(item, "call_id"), content=item.get("output"))
    elif kind == "message":
        for piece in children(item, "content"):
            said_text = text(piece, "text")
            yield Words(text=said_text, format="markdown") if said_text else Unknown(kind=text(piece, "type") or "content", value=piece)
    else:
        yield Unknown(kind=kind or "output", value=item)


def _content(content: str, role: Role) -> Iterator[ArchivePart]:
    """Words, with the blocks between them that hold thoughts and tools."""
    at = 0
    for _ in range(DETAILS_MAX):
        start = content.find(_OPEN, at) if role == "assistant" else -1
        head_end = content.find(">", start) if start >= 0 else -1
        end = content.find(_CLOSE, head_end) if head_end >= 0 else -1
        if end < 0:
            break
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(content[start:head_end])}
        block = list(_block(attributes, content[head_end + 1 : end]))
        if block:
            before = content[at:start].strip("\n")
            if before:
                yield _words(before, role)
            yield from block
            at = end + len(_CLOSE)
        else:
            before = content[at : end + len(_CLOSE)].lstrip("\n")
            yield _words(before, role)
            at = end + len(_CLOSE)
    rest = content[at:].lstrip("\n") if at else content
    if rest:
        yield _words(rest, role)


def _block(attributes: Mapping[str, str], inside: str) -> Iterator[ArchivePart]:
    kind = attributes.get("type")
    if kind == "reasoning":
        body = inside.partition(_SUMMARY)[2] if _SUMMARY in inside else inside
        yield Thinking(text="\n".join(line.removeprefix(">").strip() for line in html.unescape(body).strip().splitlines()))
    elif kind == "tool_calls":
        own = attributes.get("id") or None
        yield ToolAsked(name=attributes.get("name", ""), id=own, input=json_or_text(attributes.get("arguments")))
        if "result" in attributes:
            yield ToolGave(answers=own, content=json_or_text(attributes["result"]))


def _file(file: Mapping[str, Any]) -> File:
    kind = text(file, "type")
    url = text(file, "url")
    inside = url is not None and url.startswith("data:")
    size = whole(file, "size")
    return File(
        role="photo" if kind == "image" else "document",
        state="omitted",
        name=text(file, "name") or text(child(file, "file"), "filename"),
        media_type=text(file, "content_type"),
        size_bytes=size if size is not None and 0 <= size < 1 << 53 else None,
        source_ref=None if inside else text(file, "id") or url,
        reason="its bytes are in the source, inside the message" if inside else "not in the export",
    )
