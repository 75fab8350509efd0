"""Google AI Studio's prompts as it saves them to Drive: one JSON file without an ending for each, with `chunkedPrompt.chunks`.

Field names as seen in another project's files (exports.md section 4, 2026); the way to a file in Drive is kept, its bytes are not there.
There are no times. What the model was told beforehand is a setting of the chat, not a message.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from wasl.domain.archive import ArchivePart, ByModel, Chat, Entry, File, FileRole, More, Role, Thinking, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.ports.format import ENTRIES_PER_RUN, Choices, Found, Guess, Shape
from wasl.ports.json_reading import Pacing, Telling, look, opened, participants, runs, without
from wasl.wire.bundle import Bundle
from wasl.wire.json_stream import Element, walk
from wasl.wire.read import child, children, text

MEMBERS_LOOKED_AT: Final = 4
MEMBERS_MAX: Final = 10_000
_INTO: Final = ("/chunkedPrompt/chunks",)
_CHUNKS: Final = "/chunkedPrompt/chunks"
_ROLES: Final[Mapping[str, Role]] = {"user": "user", "model": "assistant", "system": "system"}
_FILES: Final[Mapping[str, FileRole]] = {
    "driveDocument": "document", "driveImage": "photo", "driveVideo": "video", "driveAudio": "audio", "inlineData": "document",
    "inlineFile": "document", "inlineImage": "photo", "inlineAudio": "audio",
}  # fmt: skip
_MAPPED: Final = frozenset({"role", "text", "isThought", "executableCode", "codeExecutionResult", "thoughtSignatures"})


class GeminiStudio:
    """Prompts of Google AI Studio."""

    kind: ClassVar[str] = "gemini_studio"
    title: ClassVar[str] = "Google AI Studio"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for `chunkedPrompt`."""
        for name in _members(bundle)[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            if "/chunkedPrompt" in found.paths or found.has("/runSettings", "/systemInstruction"):
                return Guess(confidence=0.95, why=f"{name} has a chunkedPrompt")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the prompts, one a file."""
        yield Shape("gemini-studio", 0.95, {"times": "none"})
        places = {member.name: (place, member.size_bytes) for place, member in enumerate(bundle.members())}
        pacing = Pacing()
        for name in _members(bundle)[:MEMBERS_MAX]:
            place, size_bytes = places[name]
            yield from _Prompt(name, place).read(bundle)
            yield from pacing.done(size_bytes)


def _members(bundle: Bundle) -> list[str]:
    """A lone file under any name; of several, those without an ending or with .json."""
    members = bundle.members()
    if len(members) == 1:
        return [members[0].name]
    studio = [m.name for m in members if "ai studio" in m.name.lower()]
    return studio or [m.name for m in members if "." not in m.name.rpartition("/")[2]]


class _Prompt:
    """One file as it is read: the chat is told at the first chunk, and again at the end, when its settings are known."""

    def __init__(self, name: str, place: int) -> None:
        self._name = name
        self._telling = Telling(place)
        self._key = f"prompt-{place}"
        self._beside: dict[str, Any] = {}
        self._entries: list[Entry] = []
        self._authors: set[str | None] = set()
        self._told = False

    def read(self, bundle: Bundle) -> Iterator[Found]:
        """Walks the file."""
        telling = self._telling
        stream = opened(bundle, self._name)
        for piece in walk(stream, _INTO) if stream else ():
            yield from telling.piece(piece)
            if not isinstance(piece, Element):
                continue
            if piece.within == _CHUNKS:
                yield from self._chunk(piece)
            else:
                self._beside[piece.pointer.removeprefix("/")] = piece.value
        if not self._told and self._beside:
            yield telling.reject("/", "it is no prompt: it has no chunks", list(self._beside)[:5])
        elif self._told:
            yield from self._flush()
            yield self._chat()
        yield from telling.problems()

    def _chunk(self, piece: Element) -> Iterator[Found]:
        if not isinstance(piece.value, dict):
            yield self._telling.reject(piece.pointer, "it is no chunk", piece.value)
            return
        model = text(child(self._beside, "runSettings"), "model")
        yield from self._add(_entry(piece.value, piece.pointer, self._telling.source, model))

    def _add(self, entry: Entry) -> Iterator[Found]:
        if not self._told:
            self._told = True
            yield self._chat()
        self._entries.append(entry)
        if len(self._entries) == ENTRIES_PER_RUN:
            yield from self._flush()

    def _flush(self) -> Iterator[Found]:
        new = [entry for entry in self._entries if entry.author not in self._authors]
        yield from participants(self._key, new, {"assistant": "Gemini"})
        self._authors |= {entry.author for entry in new}
        yield from runs(self._key, self._entries)
        self._entries = []

    def _chat(self) -> Chat:
        model = text(child(self._beside, "runSettings"), "model")
        said = _instruction(self._beside.get("systemInstruction"))
        return Chat(
            key=self._key,
            kind="assistant",
            origin="Google AI Studio",
            title=self._name.rpartition("/")[2].removesuffix(".json") or None,
            settings={name: value for name, value in (("model", model), ("system_text", said)) if value},
            source=self._telling.source,
            pointer="",
            extra=dict(self._beside),
        )


def _instruction(value: Any) -> str:
    """What the model was told beforehand: words, or parts with words."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    said = [text(value, "text"), *(text(part, "text") for part in children(value, "parts"))]
    return "\n".join(s for s in said if s)


def _entry(chunk: Mapping[str, Any], pointer: str, source: int, model: str | None) -> Entry:
    said = text(chunk, "role") or "unknown"
    role = _ROLES.get(said, "service")
    parts = list(_parts(chunk, role))
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        parts = []
    extra = without(chunk, _MAPPED)
    by = ByModel(name=model, provider="google") if model and role == "assistant" else None
    author = role if role != "service" else said
    more = More(extra=extra, model=by)
    return Entry(author, role, words, None, None, "ms", None, tuple(parts), more, source, None, None, pointer)


def _parts(chunk: Mapping[str, Any], role: Role) -> Iterator[ArchivePart]:
    said = chunk.get("text")
    if isinstance(said, str) and said:
        signatures = chunk.get("thoughtSignatures")
        signature = signatures[0] if isinstance(signatures, list) and signatures and isinstance(signatures[0], str) else None
        if chunk.get("isThought") is True:
            yield Thinking(text=said, signature=signature)
        else:
            yield Words(text=said, format="markdown" if role == "assistant" else "plain")
    elif said is not None and not isinstance(said, str):
        yield Unknown(kind="text", value={"text": said})
    if chunk.get("executableCode") is not None:
        yield ToolAsked(name="code", input=chunk["executableCode"])
    if chunk.get("codeExecutionResult") is not None:
        yield ToolGave(content=chunk["codeExecutionResult"])
    for name, role_of_file in _FILES.items():
        held = chunk.get(name)
        if isinstance(held, dict):
            inline = name.startswith("inline")
            reason = "its bytes are in the source, inside the message" if inline else "in Drive, not in the file"
            yield File(role=role_of_file, state="omitted", media_type=text(held, "mimeType"), source_ref=text(held, "id"), reason=reason)
