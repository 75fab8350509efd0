"""What a message of a ChatGPT export says: its content types as parts, its assets as files, its references as citations.

Content types and asset pointers as seen in exports of 2023 to September 2026. Whatever has another shape becomes Unknown, whole.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from wasl.domain.archive import ArchivePart, Citation, File, FileRole, Span, Thinking, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.wire.read import child, children, number, text, whole

MemberOf = Callable[[str], str | None]
"""Gives the member of the export that holds an asset, by the asset's id."""
PARTS_MAX: Final = 2_000
"""Of one message; what is beyond is one Unknown."""
CITATION_LINKS_MAX: Final = 200

_ASSET: Final = re.compile(r"file-[A-Za-z0-9]+|file_[0-9A-Za-z]+")
_MARKS: Final = re.compile("\ue200[^\ue200\ue201]*\ue201")
_TOOL_OUTPUT: Final = frozenset({"execution_output", "tether_quote", "computer_output", "citable_code_output"})


def asset_id(pointer: str) -> str | None:
    """Gives the id in an asset pointer ("file-service://file-abc", "sediment://file_0123") or a file's name ("file-abc-cat.png")."""
    found = _ASSET.search(pointer.rpartition("://")[2])
    return found[0] if found else None


def content_of(message: Mapping[str, Any], member_of: MemberOf) -> tuple[str, tuple[ArchivePart, ...]]:
    """Gives the words that a reader sees, and the parts (none where the words are all)."""
    role = text(child(message, "author"), "role") or "unknown"
    content = message.get("content")
    parts: list[ArchivePart] = []
    if isinstance(content, dict):
        parts += _content(message, content, role, member_of)
    elif content is not None:
        parts.append(Unknown(kind="content", value={"content": content}))
    parts += _attachments(message, parts, member_of)
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    parts += _citations(child(message, "metadata"), words)
    if len(parts) > PARTS_MAX:
        parts[PARTS_MAX:] = [Unknown(kind="too-many-parts", value={"number": len(parts) - PARTS_MAX})]
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        return words, ()
    return words, tuple(parts)


def _content(message: Mapping[str, Any], content: Mapping[str, Any], role: str, member_of: MemberOf) -> Iterator[ArchivePart]:
    kind = text(content, "content_type") or "unknown"
    recipient = text(message, "recipient") or "all"
    said = content.get("text")
    if kind == "text" or kind == "multimodal_text":
        pieces = content.get("parts")
        if not isinstance(pieces, list):
            yield Unknown(kind=kind, value=dict(content))
            return
        for piece in pieces:
            yield from _piece(message, piece, role, recipient, member_of)
    elif kind == "code" and isinstance(said, str):
        yield _said(message, said, role, recipient if recipient != "all" or role != "assistant" else "code")
    elif kind in _TOOL_OUTPUT and isinstance(said, str):
        yield from _quoted(content)
        yield ToolGave(content=said)
        yield from _results(child(message, "metadata"), member_of)
    elif kind == "tether_browsing_display" and isinstance(content.get("result"), str):
        yield ToolGave(content=content["result"])
    elif kind == "system_error" and isinstance(said, str):
        yield ToolGave(content=said, error=True)
    elif kind == "thoughts" and isinstance(content.get("thoughts"), list):
        for thought in content["thoughts"]:
            if isinstance(thought, dict):
                yield Thinking(text="\n".join(t for t in (text(thought, "summary"), text(thought, "content")) if t))
            else:
                yield Unknown(kind="thought", value={"thought": thought})
    elif kind == "reasoning_recap" and isinstance(content.get("content"), str):
        yield Thinking(text=content["content"])
    elif kind in ("user_editable_context", "model_editable_context"):
        names = ("user_profile", "user_instructions") if kind.startswith("user") else ("model_set_context",)
        yield from (Words(text=content[name]) for name in names if isinstance(content.get(name), str))
    else:
        yield Unknown(kind=kind, value=dict(content))


def _piece(message: Mapping[str, Any], piece: Any, role: str, recipient: str, member_of: MemberOf) -> Iterator[ArchivePart]:
    if isinstance(piece, str):
        if piece:
            yield _said(message, piece, role, recipient)
        return
    kind = piece.get("content_type") if isinstance(piece, dict) else None
    if kind == "image_asset_pointer":
        yield _asset(piece, "photo", member_of)
    elif kind == "audio_asset_pointer":
        yield _asset(piece, "audio", member_of)
    elif kind == "real_time_user_audio_video_asset_pointer":
        yield _asset(child(piece, "audio_asset_pointer"), "voice", member_of)
        if isinstance(piece.get("frames_asset_pointers"), list) and piece["frames_asset_pointers"]:
            yield Unknown(kind="frames_asset_pointers", value={"frames_asset_pointers": piece["frames_asset_pointers"]})
    elif kind == "audio_transcription" and isinstance(piece.get("text"), str):
        yield Words(text=piece["text"])
    else:
        yield Unknown(kind=kind if isinstance(kind, str) else "part", value=piece if isinstance(piece, dict) else {"part": piece})


def _said(message: Mapping[str, Any], said: str, role: str, recipient: str) -> ArchivePart:
    """Words, unless they go to a tool, come from one, or are a model's own thoughts."""
    if role == "tool":
        return ToolGave(content=said, answers=None)
    if role == "assistant" and recipient != "all":
        return ToolAsked(name=recipient, input=said)
    if role == "assistant" and message.get("channel") == "analysis":
        return Thinking(text=said)
    return Words(text=_MARKS.sub("", said), format="markdown" if role == "assistant" else "plain")


def _asset(pointer: Mapping[str, Any], role: FileRole, member_of: MemberOf) -> File:
    reference = text(pointer, "asset_pointer")
    found = asset_id(reference) if reference else None
    member = member_of(found) if found else None
    duration = child(pointer, "metadata").get("end")
    return File(
        role=role,
        state="present" if member else "omitted",
        name=member.rpartition("/")[2] if member else None,
        size_bytes=_size(pointer, "size_bytes"),
        member=member,
        source_ref=reference,
        reason=None if member else "not in the export",
        width=_size(pointer, "width"),
        height=_size(pointer, "height"),
        duration_seconds=float(duration) if isinstance(duration, int | float) and 0 < duration < 1e7 else None,
    )


def _attachments(message: Mapping[str, Any], parts: list[ArchivePart], member_of: MemberOf) -> Iterator[File]:
    """The files beside the words; one that an asset pointer names already is not told twice."""
    known = {asset_id(part.source_ref) for part in parts if isinstance(part, File) and part.source_ref}
    for item in children(child(message, "metadata"), "attachments"):
        own = text(item, "id")
        if own and asset_id(own) in known and asset_id(own) is not None:
            continue
        member = member_of(asset_id(own) or own) if own else None
        kind = text(item, "mime_type")
        yield File(
            role=_role(kind),
            state="present" if member else "omitted",
            name=text(item, "name"),
            media_type=kind,
            size_bytes=_size(item, "size"),
            member=member,
            source_ref=own,
            reason=None if member else "not in the export",
            width=_size(item, "width"),
            height=_size(item, "height"),
        )


def _role(media_type: str | None) -> FileRole:
    kind = (media_type or "").partition("/")[0]
    return "photo" if kind == "image" else "audio" if kind == "audio" else "video" if kind == "video" else "document"


def _results(metadata: Mapping[str, Any], member_of: MemberOf) -> Iterator[File]:
    for item in children(child(metadata, "aggregate_result"), "messages"):
        reference = text(item, "image_url")
        if reference:
            yield _asset({**item, "asset_pointer": reference}, "photo", member_of)


def _quoted(content: Mapping[str, Any]) -> Iterator[Citation]:
    url = text(content, "url")
    if url:
        yield Citation(target=url, title=text(content, "title"))


def _citations(metadata: Mapping[str, Any], words: str) -> Iterator[Citation]:
    left = CITATION_LINKS_MAX
    for item in children(metadata, "citations"):
        about = child(item, "metadata")
        target = text(about, "url") or text(about, "title") or text(about, "name")
        if target and left:
            left -= 1
            yield Citation(target=target, title=text(about, "title"), span=_span(item, "start_ix", "end_ix", None, words))
    for item in children(metadata, "content_references"):
        for link in (item, *children(item, "items")):
            url = text(link, "url")
            if url and left:
                left -= 1
                span = _span(item, "start_idx", "end_idx", text(item, "matched_text"), words)
                yield Citation(target=url, title=text(link, "title"), span=span)


def _span(item: Mapping[str, Any], start_name: str, end_name: str, matched: str | None, words: str) -> Span | None:
    """A stretch, if it lies within the words and, where the export says what stood there, is that."""
    start, end = whole(item, start_name), whole(item, end_name)
    if start is None or end is None or not 0 <= start < end <= len(words):
        return None
    if matched is not None and words[start:end] != matched:
        return None
    return Span(start, end, "citation")


def _size(value: Mapping[str, Any], name: str) -> int | None:
    found = number(value, name)
    return int(found) if found is not None and 0 <= found < 1 << 53 else None
