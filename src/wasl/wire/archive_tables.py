"""The tables of the archive: every field of the portable model with its place in JSON. Writing, reading and the published schemas
are made from them; docs/reference/archive.md tells them in words."""

from typing import Final

from wasl.domain.archive import (
    Answering,
    ArchivePart,
    ByModel,
    Chat,
    Citation,
    File,
    Handle,
    Happening,
    Name,
    Participant,
    Passage,
    PhoneCall,
    Poll,
    PollOption,
    Reacted,
    Revision,
    Span,
    Thinking,
    ToolAsked,
    ToolGave,
    WebLink,
    Words,
)
from wasl.domain.message import Contact, Place, Unknown
from wasl.domain.person import Address, AddressKey
from wasl.domain.records import ImportRecord, PersonRecord, SourceFile
from wasl.wire.record import (
    ANY,
    FLAG,
    INSTANT,
    NUMBER,
    OBJECT,
    TEXT,
    WALL,
    WHOLE,
    Field,
    Many,
    Record,
    TextSet,
    Union,
    one_of,
)

NEWER: Final = "newer:"
"""Before the kind of an Unknown part that holds a part of a newer version, whole."""


def _revision(*, at_ms: int | None = None, parts: tuple[ArchivePart, ...] = (), by: str | None = None, known: bool = True) -> Revision:
    return Revision(at_ms, parts, by, known)


SPAN: Final = Record(
    Span,
    (
        Field("start", WHOLE, needed=True, told="in Unicode code points"),
        Field("end", WHOLE, needed=True),
        Field("kind", TEXT, needed=True, told="bold, link, mention …"),
        Field("value", TEXT, told="the address or id it carries"),
    ),
)
_PARTS: Final = {
    Words: Record(
        Words,
        (
            Field("text", TEXT, needed=True),
            Field("format", one_of("plain", "markdown", "marks", "mrkdwn", "html"), default="plain"),
            Field("spans", Many(SPAN), default=()),
        ),
        "text",
        "Written words.",
    ),
    File: Record(
        File,
        (
            Field("role", one_of("photo", "video", "voice", "audio", "document", "sticker", "gif", "animation"), needed=True),
            Field("attachment.state", one_of("present", "omitted", "expired", "refused", "missing"), "state", needed=True),
            Field("attachment.name", TEXT, "name"),
            Field("attachment.media_type", TEXT, "media_type"),
            Field("attachment.bytes", WHOLE, "size_bytes"),
            Field("attachment.sha256", TEXT, "sha256", told="its bytes are data/attachments/sha256/ab/cd/… of the archive, when held"),
            Field("attachment.member", TEXT, "member", told="its name in the source"),
            Field("attachment.source_ref", TEXT, "source_ref"),
            Field("attachment.reason", TEXT, "reason", told="why it is not present"),
            Field("attachment.width", WHOLE, "width"),
            Field("attachment.height", WHOLE, "height"),
            Field("attachment.duration", NUMBER, "duration_seconds", told="in seconds"),
            Field("caption", TEXT),
        ),
        "media",
        "A file, or the place where one was.",
    ),
    Place: Record(
        Place,
        (
            Field("latitude", NUMBER, needed=True, told="in degrees"),
            Field("longitude", NUMBER, needed=True, told="in degrees"),
            Field("name", TEXT),
            Field("address", TEXT),
            Field("url", TEXT, told="a page about what is there"),
        ),
        "location",
    ),
    Contact: Record(
        Contact,
        (
            Field("name", TEXT, needed=True),
            Field("phones", Many(TEXT), default=()),
            Field("emails", Many(TEXT), default=()),
            Field("company", TEXT),
        ),
        "contact",
    ),
    Poll: Record(
        Poll,
        (
            Field("question", TEXT, needed=True),
            Field(
                "options",
                Many(
                    Record(PollOption, (Field("text", TEXT, needed=True), Field("votes", WHOLE), Field("voters", Many(TEXT), default=())))
                ),
                default=(),
            ),
            Field("multiple", FLAG),
            Field("closed", FLAG),
        ),
        "poll",
    ),
    PhoneCall: Record(
        PhoneCall,
        (
            Field("kind", one_of("voice", "video", "group", "unknown"), default="unknown"),
            Field("duration", NUMBER, "duration_seconds", told="in seconds"),
            Field("outcome", TEXT, told="missed, declined …"),
        ),
        "call",
    ),
    WebLink: Record(WebLink, (Field("url", TEXT, needed=True), Field("title", TEXT), Field("text", TEXT)), "link"),
    Thinking: Record(Thinking, (Field("text", TEXT, needed=True), Field("signature", TEXT)), "thinking", "What a model wrote for itself."),
    ToolAsked: Record(ToolAsked, (Field("name", TEXT, needed=True), Field("id", TEXT), Field("input", ANY)), "tool_call"),
    ToolGave: Record(
        ToolGave,
        (Field("for", TEXT, "answers", told="the id of the tool_call"), Field("content", ANY), Field("error", FLAG, default=False)),
        "tool_result",
    ),
    Citation: Record(Citation, (Field("target", TEXT, needed=True), Field("span", SPAN), Field("title", TEXT)), "citation"),
    Happening: Record(
        Happening,
        (
            Field("kind", TEXT, needed=True),
            Field("actor", TEXT),
            Field("targets", Many(TEXT), default=()),
            Field("from", TEXT, "before"),
            Field("to", TEXT, "after"),
        ),
        "event",
        "A line that the platform itself wrote.",
    ),
    Unknown: Record(Unknown, (Field("kind", TEXT, needed=True), Field("value", OBJECT, needed=True)), "unknown"),
}
PART: Final = Union({r.type: r for r in _PARTS.values()}, {c: r.type for c, r in _PARTS.items()}, _PARTS[Unknown], NEWER)
PARTS: Final = Many(PART)

ENTRY: Final = (
    Field("author", TEXT, told="the key of a participant"),
    Field("role", one_of("user", "assistant", "system", "tool", "service"), needed=True),
    Field("time.wall", WALL, "wall_ms", told="what the source's clock showed"),
    Field("time.instant", INSTANT, "instant_ms", told="the true instant, where it is known"),
    Field("time.resolution", one_of("day", "min", "s", "ms"), "resolution", needed=True),
    Field("text", TEXT, default="", told="everything a reader sees as words"),
    Field("parts", PARTS, default=(), told="everything in order, the words included; absent for plain words"),
    Field("source.native_id", TEXT, "native_id", told="the source's own id"),
    Field("source.file", WHOLE, "source", default=0, told="which of the source's files"),
    Field("source.start", WHOLE, "start", told="the first byte in that file"),
    Field("source.length", WHOLE, "length", told="in bytes"),
    Field("source.pointer", TEXT, "pointer", told="JSON pointer in that file"),
)
MORE: Final = (
    Field("parent", TEXT, told="native id of the entry before it in the tree"),
    Field(
        "reply_to",
        Record(Answering, (Field("native_id", TEXT), Field("sent", INSTANT, "sent_ms"), Field("author", TEXT), Field("quote", TEXT))),
    ),
    Field("thread", TEXT),
    Field("on_behalf_of", TEXT),
    Field("time.zone", TEXT, "zone"),
    Field("time.received", INSTANT, "received_ms"),
    Field("time.edited", INSTANT, "edited_ms"),
    Field("time.deleted", INSTANT, "deleted_ms"),
    Field("edited", FLAG, default=False),
    Field("deleted", FLAG, default=False),
    Field("deleted_by", one_of("author", "admin", "self", "unknown")),
    Field(
        "revisions",
        Many(
            Record(
                _revision,
                (
                    Field("time", INSTANT, "at_ms"),
                    Field("parts", PARTS, default=()),
                    Field("by", TEXT),
                    Field("known", FLAG, default=True, told="false: only that there was one is known"),
                ),
            )
        ),
        default=(),
        told="earlier wordings, oldest first",
    ),
    Field(
        "reactions",
        Many(
            Record(
                Reacted,
                (
                    Field("emoji", TEXT, needed=True),
                    Field("by", TEXT),
                    Field("time", INSTANT, "at_ms"),
                    Field("count", WHOLE, "number", default=1),
                    Field("by_known", Many(TEXT), "known", default=()),
                ),
            )
        ),
        default=(),
    ),
    Field("flags", TextSet(), default=frozenset(), told="forwarded, view_once, expires, pinned, starred, hidden, ambiguous"),
    Field(
        "model",
        Record(
            ByModel,
            (
                Field("name", TEXT),
                Field("provider", TEXT),
                Field("region", TEXT),
                Field("usage", OBJECT),
                Field("finish", TEXT),
                Field("request_id", TEXT),
            ),
        ),
    ),
    Field(
        "delivery",
        Many(
            Record(
                Passage,
                (
                    Field("channel", TEXT, needed=True),
                    Field("state", TEXT, needed=True),
                    Field("native_id", TEXT),
                    Field("time", INSTANT, "at_ms"),
                ),
            )
        ),
        "deliveries",
        default=(),
    ),
    Field("extra", OBJECT, default={}, told="what was not mapped, as the source wrote it"),
)
MESSAGE_HEAD: Final = (
    Field("id", TEXT, needed=True, told="UUIDv7"),
    Field("conversation", TEXT, needed=True),
    Field("seq", WHOLE, needed=True, told="the source's order, from 1"),
)

CONVERSATION: Final = Record(
    Chat,
    (
        Field("id", TEXT),
        Field("key", TEXT, told="by which messages and participants name it, where it is not the id"),
        Field("kind", one_of("direct", "group", "channel", "assistant", "email-thread"), needed=True),
        Field("origin", TEXT, needed=True, told="the platform's title"),
        Field("title", TEXT),
        Field("created", INSTANT, "created_ms"),
        Field("updated", INSTANT, "updated_ms"),
        Field("active_leaf", TEXT, told="native id of the last entry of the branch that is shown"),
        Field("state", one_of("open", "archived", "moved", "closed"), default="open"),
        Field("labels", Many(TEXT), default=()),
        Field("settings", OBJECT, default={}),
        Field("source.native_id", TEXT, "native_id"),
        Field("source.file", WHOLE, "source", default=0),
        Field("source.pointer", TEXT, "pointer"),
        Field("extra", OBJECT, default={}),
    ),
    "conversation",
)
PARTICIPANT: Final = Record(
    Participant,
    (
        Field("conversation", TEXT, "chat", needed=True),
        Field("key", TEXT, needed=True),
        Field(
            "names",
            Many(
                Record(
                    Name,
                    (
                        Field("text", TEXT, needed=True),
                        Field("source", TEXT, default=""),
                        Field("from", INSTANT, "since_ms"),
                        Field("to", INSTANT, "until_ms"),
                    ),
                )
            ),
            default=(),
        ),
        Field("handles", Many(Record(Handle, (Field("scheme", TEXT, needed=True), Field("value", TEXT, needed=True)))), default=()),
        Field("role", one_of("person", "assistant", "tool", "system", "bot"), default="person"),
        Field("is_self", FLAG),
        Field("person", TEXT),
        Field("extra", OBJECT, default={}),
    ),
    "participant",
)
_KEY: Final = Record(
    AddressKey,
    (
        Field("channel", TEXT, needed=True),
        Field("scope", TEXT, needed=True),
        Field("handle", TEXT, needed=True),
        Field("kind", one_of("business-scoped id", "phone", "username", "e-mail", "account", "group"), needed=True),
        Field("alias", TEXT),
        Field("alias_kind", TEXT),
    ),
)
PERSON: Final = Record(
    PersonRecord,
    (
        Field("id", TEXT, needed=True),
        Field("name", TEXT),
        Field(
            "addresses",
            Many(
                Record(
                    Address,
                    (
                        Field("id", TEXT, needed=True),
                        Field("person", TEXT, "person_id", needed=True),
                        Field("key", _KEY, needed=True),
                        Field("name", TEXT),
                        Field("language", TEXT),
                        Field("valid_from", INSTANT, "valid_from_ms", default=0),
                        Field("valid_to", INSTANT, "valid_to_ms"),
                        Field("last_inbound", INSTANT, "last_inbound_ms"),
                    ),
                )
            ),
            default=(),
        ),
        Field("links", Many(OBJECT), default=()),
        Field("consents", Many(OBJECT), default=()),
        Field("processors", Many(OBJECT), default=(), told="which providers and regions received their words"),
        Field("audit", Many(OBJECT), default=()),
        Field("retention", OBJECT, default={}),
        Field("extra", OBJECT, default={}),
    ),
    "person",
)
IMPORT: Final = Record(
    ImportRecord,
    (
        Field("id", TEXT, needed=True),
        Field("kind", TEXT, needed=True, told="the format"),
        Field("name", TEXT, needed=True, told="of what was given"),
        Field("started", INSTANT, "started_ms", needed=True),
        Field("finished", INSTANT, "finished_ms"),
        Field("owner", TEXT),
        Field("profile", OBJECT, default={}, told="the inferred shape, with confidence, zone and order"),
        Field("counts", OBJECT, default={}),
        Field("problems", Many(OBJECT), default=()),
        Field("coverage", OBJECT, default={}),
        Field(
            "files",
            Many(
                Record(
                    SourceFile,
                    (
                        Field("import", TEXT, "import_id", needed=True),
                        Field("position", WHOLE, needed=True),
                        Field("name", TEXT, needed=True),
                        Field("sha256", TEXT, needed=True, told="its bytes are data/raw/sha256/ab/cd/… of the archive, when kept"),
                        Field("bytes", WHOLE, "size_bytes", needed=True),
                    ),
                )
            ),
            default=(),
        ),
    ),
    "import",
)
