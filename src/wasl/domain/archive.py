"""The portable model: conversations as other systems export them, and as everything of ours can leave.

The source is kept and this is a view of it: nothing is required that some source lacks, what has no better place travels in
`extra`, and order is the source's order. A Chat is a conversation that was brought from elsewhere (or one of ours on its way
out); an Entry is one message of it. Times are milliseconds since 1970: `wall_ms` is what the source's clock showed, counted as
if it were UTC; `instant_ms` is the true instant, None where it cannot be known.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from wasl.domain.ids import uuid7
from wasl.domain.message import Contact, Place, Unknown

ChatKind = Literal["direct", "group", "channel", "assistant", "email-thread"]
ChatState = Literal["open", "archived", "moved", "closed"]
Role = Literal["user", "assistant", "system", "tool", "service"]
"""Who speaks: "service" is a line that the platform itself wrote (somebody joined, a call was missed)."""
ParticipantRole = Literal["person", "assistant", "tool", "system", "bot"]
Resolution = Literal["day", "min", "s", "ms"]
WordsFormat = Literal["plain", "markdown", "marks", "mrkdwn", "html"]
"""How words are marked up: "marks" is the *bold* _italic_ ~struck~ of phone messengers, "mrkdwn" is Slack's."""
FileRole = Literal["photo", "video", "voice", "audio", "document", "sticker", "gif", "animation"]
FileState = Literal["present", "omitted", "expired", "refused", "missing"]

SEQ_STRIDE = 1 << 16
"""Between two entries as they are stored, so that a later export can put what was missing between them."""


class Span(NamedTuple):
    """A stretch of a text, in Unicode code points: bold, link, mention …; `value` is the address or id it carries."""

    start: int
    end: int
    kind: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Written words with their spans."""

    text: str
    format: WordsFormat = "plain"
    spans: tuple[Span, ...] = ()
    type: Literal["words"] = field(default="words", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of an entry. `member` names it inside the source, `sha256` (hex) once it is held by us; `reason` says why not."""

    role: FileRole
    state: FileState
    name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    member: str | None = None
    source_ref: str | None = None
    reason: str | None = None
    caption: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    type: Literal["file"] = field(default="file", init=False)


class PollOption(NamedTuple):
    """One answer of a poll; `votes` None where the source does not count."""

    text: str
    votes: int | None = None
    voters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A question with its answers."""

    question: str
    options: tuple[PollOption, ...] = ()
    multiple: bool | None = None
    closed: bool | None = None
    type: Literal["poll"] = field(default="poll", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """A call between people: `outcome` such as "missed", "declined"."""

    kind: Literal["voice", "video", "group", "unknown"] = "unknown"
    duration_seconds: float | None = None
    outcome: str | None = None
    type: Literal["call"] = field(default="call", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLink:
    """A page that was shared."""

    url: str
    title: str | None = None
    text: str | None = None
    type: Literal["link"] = field(default="link", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinking:
    """What a model wrote for itself."""

    text: str
    signature: str | None = None
    type: Literal["thinking"] = field(default="thinking", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAsked:
    """A model asked for a tool; `input` is its JSON."""

    name: str
    id: str | None = None
    input: Any = None
    type: Literal["tool_call"] = field(default="tool_call", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolGave:
    """What a tool gave back for the call `answers`; `content` is its JSON or text."""

    answers: str | None = None
    content: Any = None
    error: bool = False
    type: Literal["tool_result"] = field(default="tool_result", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a stretch of the words comes from."""

    target: str
    span: Span | None = None
    title: str | None = None
    type: Literal["citation"] = field(default="citation", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A service line: somebody joined, the name was changed; `kind` is "unknown" where the words are all that is known."""

    kind: str = "unknown"
    actor: str | None = None
    targets: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    type: Literal["event"] = field(default="event", init=False)


ArchivePart = Words | File | Place | Contact | Poll | PhoneCall | WebLink | Thinking | ToolAsked | ToolGave | Citation | Happening | Unknown


class Reacted(NamedTuple):
    """An emoji on an entry: by one person (`by` a Participant's key), or by a `number` of people of whom some are known."""

    emoji: str
    by: str | None = None
    at_ms: int | None = None
    number: int = 1
    known: tuple[str, ...] = ()


class Revision(NamedTuple):
    """An earlier wording; `known` False where it is only known that there was one."""

    at_ms: int | None
    parts: tuple[ArchivePart, ...] = ()
    by: str | None = None
    known: bool = True


class Answering(NamedTuple):
    """What an entry replies to: by the source's id, by sent time and author, or only as it was quoted."""

    native_id: str | None = None
    sent_ms: int | None = None
    author: str | None = None
    quote: str | None = None


class ByModel(NamedTuple):
    """Which model spoke, where the source says."""

    name: str | None = None
    provider: str | None = None
    region: str | None = None
    usage: Mapping[str, Any] | None = None
    finish: str | None = None
    request_id: str | None = None


class Passage(NamedTuple):
    """How one entry travelled on a channel of ours: delivery state and time by the platform's id."""

    channel: str
    state: str
    native_id: str | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What most entries do not have. `flags`: forwarded, view_once, expires, pinned, starred, hidden, ambiguous.

    `extra` holds what was not mapped, as the source wrote it.
    """

    parent: str | None = None
    reply_to: Answering | None = None
    thread: str | None = None
    on_behalf_of: str | None = None
    received_ms: int | None = None
    edited: bool = False
    edited_ms: int | None = None
    deleted: bool = False
    deleted_ms: int | None = None
    deleted_by: Literal["author", "admin", "self", "unknown"] | None = None
    revisions: tuple[Revision, ...] = ()
    reactions: tuple[Reacted, ...] = ()
    flags: frozenset[str] = frozenset()
    model: ByModel | None = None
    deliveries: tuple[Passage, ...] = ()
    zone: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


PLAIN = More()
"""Of an entry that has nothing more."""


class Entry(NamedTuple):
    """One message. A tuple, because an export holds millions: `tuple.__new__(Entry, (...))` is the quick way to make one.

    `text` is everything a reader sees as words (of a message of plain words it is all there is); `parts` is empty for plain
    words, else everything in order, the words included. `author` is a Participant's key. `source` is the place of the file
    among the source's members, `start` and `length` its bytes there, or `pointer` its JSON pointer.
    """

    author: str | None
    role: Role
    text: str
    wall_ms: int | None
    instant_ms: int | None
    resolution: Resolution
    native_id: str | None = None
    parts: tuple[ArchivePart, ...] = ()
    more: More = PLAIN
    source: int = 0
    start: int | None = None
    length: int | None = None
    pointer: str | None = None
    seq: int = 0

    @property
    def at_ms(self) -> int:
        """The best known time: the instant, else the wall clock, else 0."""
        return self.instant_ms if self.instant_ms is not None else self.wall_ms or 0

    @property
    def all_parts(self) -> tuple[ArchivePart, ...]:
        """The parts, also of plain words."""
        return self.parts or ((Words(text=self.text),) if self.text else ())


class Name(NamedTuple):
    """How somebody is called, where that was seen, and when."""

    text: str
    source: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


class Handle(NamedTuple):
    """What a platform calls somebody: scheme phone, email, telegram, discord, matrix, slack, openai and the like."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in a chat, known there by `key`. `is_self` is None until it is known which of them brought the chat."""

    chat: str
    key: str
    names: tuple[Name, ...] = ()
    handles: tuple[Handle, ...] = ()
    role: ParticipantRole = "person"
    is_self: bool | None = None
    person: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last name, else the handle, else the key."""
        return self.names[-1].text if self.names else self.handles[0].value if self.handles else self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A conversation in a source. `key` names it within one stream; `origin` is the platform's title ("WhatsApp", "ChatGPT").

    `native_id` is the source's own id of it, None where it has none. `active_leaf` is the native id of the last entry of the
    branch that is shown, where entries form a tree by `More.parent`.
    """

    key: str
    kind: ChatKind
    origin: str
    title: str | None = None
    native_id: str | None = None
    created_ms: int | None = None
    updated_ms: int | None = None
    active_leaf: str | None = None
    state: ChatState = "open"
    labels: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    source: int = 0
    pointer: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None


def fingerprint(entry: Entry) -> bytes:
    """Gives 16 bytes by which an entry without an id of its own is known again in another export of the same chat.

    Over the minute (exports of one chat from two phones carry seconds or only minutes), the author and the words, or the
    source's id where there is one. Equal entries get equal fingerprints: their order tells them apart.
    """
    if entry.native_id is not None:
        return _digest(_NATIVE, entry.native_id)
    wall_ms = entry.wall_ms
    return _digest(_WORDS, f"{-1 if wall_ms is None else wall_ms // 60_000}\x00{entry.author or ''}\x00{entry.text}")


_NATIVE = hashlib.blake2b(digest_size=16, person=b"native")
_WORDS = hashlib.blake2b(digest_size=16, person=b"words")


def _digest(begun: "hashlib.blake2b", text: str) -> bytes:
    digest = begun.copy()  # quicker than to begin anew, and an export has millions
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def words_print(entry: Entry) -> bytes:
    """Gives 8 bytes over the words alone: exports of one chat from two phones name people differently and say the same words."""
    return words_print_of(entry.text)


def words_print_of(text: str) -> bytes:
    """Gives what `words_print` gives, of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=b"text").digest()


def entry_id(entry: Entry, *, salt: bytes, ordinal: int = 0) -> str:
    """Gives the UUIDv7 of an entry: by its time, with a tail from its chat's `salt`, its fingerprint and its place among equals.

    The same source gives the same id, whoever reads it and however often.
    """
    tail = hashlib.blake2b(fingerprint(entry) + ordinal.to_bytes(4, "big"), digest_size=10, key=salt[:64]).digest()
    return uuid7(unix_ms=max(0, entry.at_ms), tail=tail)
