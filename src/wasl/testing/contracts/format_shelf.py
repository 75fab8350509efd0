"""A shelf with something of everything that the portable model can hold, to see what a format keeps of it."""

import hashlib
from typing import Any

from wasl.domain.archive import (
    Answering,
    ByModel,
    Chat,
    Citation,
    Entry,
    File,
    Handle,
    Happening,
    More,
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
from wasl.ports.format import ImportRecord, PersonRecord, SourceFile
from wasl.testing.shelf import MemoryShelf

AT_MS = 1_789_505_161_000
PHOTO = b"\x89PNG not really a picture"
SOURCE = "[15/09/2026, 20:46:01] Amal: مرحبا\r\n".encode()
PHOTO_SHA256, SOURCE_SHA256 = hashlib.sha256(PHOTO).hexdigest(), hashlib.sha256(SOURCE).hexdigest()


def rich_shelf() -> MemoryShelf:
    """Makes the shelf: a group with every kind of part, a conversation with an assistant that branches, and a chat without anything."""
    file = SourceFile(import_id="0193-import", position=0, name="_chat.txt", sha256=SOURCE_SHA256, size_bytes=len(SOURCE))
    shelf = MemoryShelf(
        people=[PersonRecord(id="person-1", name="Amal أمل", links=({"kind": "code", "at_ms": AT_MS},), audit=({"step": "linked"},))],
        imports=[
            ImportRecord(id="0193-import", kind="whatsapp_export", name="_chat.txt", started_ms=AT_MS, counts={"entries": 1}, files=(file,))
        ],
        sources={SOURCE_SHA256: SOURCE},
        attachments={PHOTO_SHA256: PHOTO},
    )
    _group(shelf)
    _assistant(shelf)
    shelf.put(Chat(key="empty", kind="direct", origin="Nowhere"), [Participant(chat="empty", key="x", handles=(Handle("phone", "+2010"),))])
    return shelf


def _entry(
    at: int, author: str | None, text: str, *parts: Any, role: Any = "user", more: More | None = None, native: str | None = None
) -> Entry:
    when = AT_MS + at * 60_000
    return Entry(author, role, text, when + 10_800_000, when, "s", native, parts, more or More())


def _group(shelf: MemoryShelf) -> None:
    chat = Chat(
        key="group", kind="group", origin="Messenger", title="العائلة · family <b>", native_id="g-1", created_ms=AT_MS,
        updated_ms=AT_MS + 9, state="archived", labels=("home",), settings={"muted": True}, extra={"theme": {"name": "night"}},
    )  # fmt: skip
    people = [
        Participant(chat="group", key="u1", names=(Name("Amal أمل"),), handles=(Handle("phone", "+201001234567"),), is_self=True),
        Participant(chat="group", key="u2", names=(Name("Omar"), Name("عمر", source="profile", since_ms=AT_MS))),
    ]
    bold = Words(text="bold عريض 👍🏽 end", spans=(Span(0, 4, "bold"), Span(13, 16, "link", "https://x.example")))
    photo = File(
        role="photo", state="present", name="a.png", media_type="image/png", size_bytes=len(PHOTO), sha256=PHOTO_SHA256, caption="قطة"
    )
    gone = File(role="voice", state="omitted", reason="not exported", duration_seconds=3.5)
    poll = Poll(question="Lunch?", options=(PollOption("كشري", 2, ("u1",)), PollOption("foul", 0)), multiple=False)
    extra = More(extra={"x_new": {"deep": [1, None]}})
    flags, old = frozenset({"forwarded", "pinned"}), (Revision(AT_MS, (Words(text="old"),)),)
    reactions = (Reacted("❤️", by="u2", at_ms=AT_MS), Reacted("👍", number=4, known=("u1",)))
    entries = [
        _entry(0, "u1", "السلام عليكم\nhello <script>alert(1)</script> & **not bold**", native="1"),
        _entry(1, "u2", bold.text, bold, native="2", more=More(reply_to=Answering(native_id="1"), flags=flags)),
        _entry(2, "u1", "قطة", photo, native="3", more=More(reactions=reactions)),
        _entry(3, "u2", "", gone, native="4", more=More(received_ms=AT_MS + 1, thread="1", zone="Africa/Cairo")),
        _entry(4, "u1", "new words", native="5", more=More(edited=True, edited_ms=AT_MS + 5, revisions=old)),
        _entry(5, "u1", "", native="6", more=More(deleted=True, deleted_ms=AT_MS + 6, deleted_by="author")),
        _entry(6, "u2", "Lunch?", poll, native="7"),
        _entry(7, "u2", "", PhoneCall(kind="video", duration_seconds=61.0, outcome="missed"), native="8"),
        _entry(8, "u1", "", Place(latitude=30.04, longitude=31.24, name="Cairo", url="https://maps.example/1"), native="9"),
        _entry(9, "u1", "", Contact(name="Shop", phones=("+2012",), emails=("a@shop.example",), company="Said & Sons"), native="10"),
        _entry(10, "u1", "", WebLink(url="https://shop.example/?a=1&b=2", title="Menu"), native="11", more=extra),
        _entry(11, None, "Omar joined", Happening(kind="joined", actor="u2", targets=("u2",)), role="service", native="12"),
        _entry(12, "u2", "", Unknown(kind="sparkle", value={"colour": "gold"}), native="13", more=More(on_behalf_of="u1")),
        _entry(13, "u1", "delivered", native="14", more=More(deliveries=(Passage("messenger", "read", "m-1", AT_MS),))),
    ]  # fmt: skip
    shelf.put(chat, people, entries)


def _assistant(shelf: MemoryShelf) -> None:
    chat = Chat(key="ai", kind="assistant", origin="Assistant", title="رحلة", native_id="c-9", active_leaf="a2b", created_ms=AT_MS)
    people = [
        Participant(chat="ai", key="me", names=(Name("Amal"),), is_self=True),
        Participant(chat="ai", key="assistant", names=(Name("Assistant"),), role="assistant"),
    ]
    by = ByModel(name="model-1", provider="them", usage={"input_tokens": 3}, finish="stop")
    markdown = Words(text="**Go** to Luxor [1]", format="markdown")
    cited = (Thinking(text="hm"), markdown, Citation(target="https://luxor.example", span=Span(15, 18, "citation"), title="Luxor"))
    tools = (ToolAsked(name="search", id="t1", input={"q": "luxor"}),)
    gave = (ToolGave(answers="t1", content=[{"type": "text", "text": "sunny"}]),)
    entries = [
        _entry(0, "me", "Where to?", native="a1"),
        _entry(1, "assistant", "Aswan", role="assistant", native="a2a", more=More(parent="a1", model=by)),
        _entry(2, "assistant", "", *tools, role="assistant", native="a2t", more=More(parent="a1", model=by)),
        _entry(3, "assistant", "", *gave, role="tool", native="a2g", more=More(parent="a2t")),
        _entry(4, "assistant", markdown.text, *cited, role="assistant", native="a2b", more=More(parent="a2g", model=by)),
    ]
    shelf.put(chat, people, entries)
