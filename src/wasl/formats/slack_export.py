"""Slack's workspace export: lists of people and channels, and one folder for each conversation with one file a day.

As Slack's help pages describe it and as readers agree, 2026-11-22. `ts` is both id and time, unique in its channel, and stays text.
Files are links with a token that expires, never bytes. `users.json` can be missing or incomplete: then the id is shown. What an edited
message said before is not in the export.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from wasl.domain.archive import Answering, ArchivePart, Chat, ChatKind, Entry, File, Handle, Happening, More, Reacted, Revision, WebLink
from wasl.domain.message import Unknown
from wasl.ports.format import Choices, Found, Guess, Problem, Progress, Reject, Shape
from wasl.ports.telling import Telling, head, records, refused
from wasl.wire import slack_text, stamps
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.file_roles import role_of
from wasl.wire.json_stream import Element

PEOPLE_MAX: Final = 500_000
CHANNELS_MAX: Final = 200_000
_DAY: Final = re.compile(r"(?P<folder>(?:.*/)?[^/]+)/(?P<day>\d{4}-\d\d-\d\d)\.json\Z")
_LISTS: Final[dict[str, ChatKind]] = {"channels": "channel", "groups": "channel", "dms": "direct", "mpims": "group"}
_LIST: Final = re.compile(r"(?P<root>(?:.*/)?)(?P<list>users|channels|groups|dms|mpims)\.json\Z")
_ASIDE: Final = ("integration_logs.json", "canvases.json", "file_conversations.json")
_SPOKEN: Final = frozenset(
    {"bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "tombstone", "reply_broadcast", "message_replied"}
)
_HEADS_MAX: Final = 6


class SlackExport:
    """Reads a workspace export."""

    kind: ClassVar[str] = "slack_export"
    title: ClassVar[str] = "Slack export"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for day files in folders whose messages have a `ts`, and for the lists beside them."""
        names = [member.name for member in bundle.members()]
        days = [name for name in names if _DAY.match(name)][:_HEADS_MAX]
        listed = [name for name in names if _LIST.match(name)]
        if not days:
            return None
        for name in days:
            if b'"ts"' in head(bundle, name, size_bytes=16 << 10):
                sure = 0.97 if listed else 0.9
                return Guess(confidence=sure, why=f"{name} holds a day of a channel" + (f", beside {listed[0]}" if listed else ""))
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads the lists, then channel after channel, day after day."""
        yield Shape("slack export", 1.0, {"zone": "instants are known"})
        reading = _Workspace(bundle)
        yield from reading.lists()
        yield from reading.days()


class _Workspace:
    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._places = {member.name: place for place, member in enumerate(bundle.members())}
        self._people: dict[str, tuple[str | None, bool]] = {}
        self._channels: dict[str, tuple[ChatKind, dict[str, Any], int, str]] = {}

    def lists(self) -> Iterator[Found]:
        """Reads who there is and which conversations there are."""
        for name, place in self._places.items():
            found = _LIST.match(name)
            if found is None:
                if name.rpartition("/")[2] in _ASIDE:
                    yield Problem("left-aside", name, "it holds no conversation; it is kept with the source")
                continue
            for piece in records(self._bundle, name, source=place):
                if isinstance(piece, Element) and isinstance(piece.value, dict):
                    self._note(found["list"], piece, source=place)
                elif isinstance(piece, Element):
                    yield refused(piece, source=place, why=f"an item of {found['list']} that is no object")
                elif isinstance(piece, Reject | Problem):
                    yield piece

    def _note(self, which: str, piece: Element, *, source: int) -> None:
        one = Fields(piece.value)
        native_id, name = one.text("id"), one.text("name")
        if which == "users":
            profile = Fields(one.child("profile"))
            shown = profile.text("display_name") or profile.text("real_name") or one.text("real_name") or name
            if native_id is not None and len(self._people) < PEOPLE_MAX:
                self._people[native_id] = (shown, one.flag("is_bot"))
        elif len(self._channels) < CHANNELS_MAX:
            for key in (name, native_id):
                if key is not None:
                    self._channels.setdefault(key, (_LISTS[which], piece.value, source, piece.pointer))

    def days(self) -> Iterator[Found]:
        """Reads the folders."""
        folders: dict[str, list[tuple[str, str]]] = {}
        for name in self._places:
            if found := _DAY.match(name):
                folders.setdefault(found["folder"], []).append((found["day"], name))
        for folder, days in folders.items():
            chat = Telling(self._chat(folder, source=self._places[days[0][1]]))
            for _, name in sorted(days):
                yield from self._day(name, chat)
            yield from chat.rest()

    def _chat(self, folder: str, *, source: int) -> Chat:
        own = folder.rpartition("/")[2]
        kind: ChatKind = "channel"
        value: dict[str, Any] = {}
        listed_in: int = source
        pointer: str | None = None
        if own in self._channels:
            kind, value, listed_in, pointer = self._channels[own]
        about = Fields(value)
        native_id = about.text("id")
        members = about.texts("members")
        title = about.text("name") or (", ".join(self._name(one) for one in members[:8]) if kind == "direct" else None) or own
        closed = about.flag("is_archived")
        return Chat(
            key=native_id or own, kind=kind, origin="Slack", title=title, native_id=native_id, state="archived" if closed else "open",
            created_ms=stamps.ms(about.whole("created"), unit_ms=1000), source=listed_in, pointer=pointer, extra=about.rest(),
        )  # fmt: skip

    def _day(self, name: str, chat: Telling) -> Iterator[Found]:
        source = self._places[name]
        for piece in records(self._bundle, name, source=source):
            if isinstance(piece, Element) and isinstance(piece.value, dict) and isinstance(piece.key, int):
                yield from chat.add(self._message(piece.value, piece.pointer, source, chat))
            elif isinstance(piece, Element):
                yield refused(piece, source=source, why="this should be a message")
            elif isinstance(piece, Reject | Problem):
                yield piece
        yield Progress(0)

    def _name(self, key: str) -> str:
        return self._people.get(key, (None, False))[0] or key

    def _somebody(self, chat: Telling, key: str, *, name: str | None = None, bot: bool = False) -> str:
        if chat.knows(key) and name is None:
            return key
        known, is_bot = self._people.get(key, (None, False))
        role: Any = None if chat.knows(key) else "bot" if bot or is_bot else None
        return chat.somebody(key, name=name or known, handles=(Handle("slack", key),), role=role)

    def _author(self, record: Fields, chat: Telling) -> str | None:
        user, bot, name = record.text("user"), record.text("bot_id"), record.text("username")
        profile = Fields(record.child("user_profile"))
        if user is not None:
            shown = profile.text("display_name") or profile.text("real_name") or profile.text("name")
            known = self._people.get(user, (None, False))[0]
            return self._somebody(chat, user, name=None if known else shown)
        if bot is not None or name is not None:
            return self._somebody(chat, bot or f"name:{name}", name=name, bot=True)
        return None

    def _message(self, value: dict[str, Any], pointer: str, source: int, chat: Telling) -> Entry:
        record = Fields(value)
        author = self._author(record, chat)
        subtype, ts = record.text("subtype"), record.text("ts")
        instant = stamps.decimal(ts)
        if instant is None:
            record.keep("ts")
        if value.get("type") == "message":
            record.take("type")
        service = subtype is not None and subtype not in _SPOKEN
        words = slack_text.words(record.text("text") or "", self._name)
        parts: list[ArchivePart] = [*_files(record), *_previews(record)]
        if service:
            parts.insert(0, Happening(kind=str(subtype), actor=author))
        elif subtype not in (None, "file_share", "thread_broadcast"):
            record.keep("subtype")
        if value.get("type") not in ("message", None):
            parts.append(Unknown(kind=str(value["type"])[:80], value={"type": value["type"]}))
        text = words.text if words else next((part.text or "" for part in parts if isinstance(part, WebLink)), "")
        if words and (parts or words.format != "plain"):
            parts.append(words)
        more = self._more(record, chat, subtype=subtype, ts=ts)
        return Entry(
            author, "service" if service else "user", text, instant, instant, "ms", ts if instant is not None else None, tuple(parts), more,
            source, None, None, pointer,
        )  # fmt: skip

    def _more(self, record: Fields, chat: Telling, *, subtype: str | None, ts: str | None) -> More:
        thread = record.text("thread_ts")
        edited = Fields(record.child("edited"))
        editor, edited_ms = edited.text("user"), stamps.decimal(edited.text("ts"))
        by = self._somebody(chat, editor) if editor else None
        flags = {"pinned"} if record.texts("pinned_to") else set()
        flags |= {"starred"} if record.flag("is_starred") else set()
        flags |= {"hidden"} if record.flag("hidden") else set()
        record.take("reply_count", "replies", "reply_users", "reply_users_count", "latest_reply")
        reactions = tuple(self._reactions(record, chat))
        return More(
            thread=thread,
            reply_to=Answering(native_id=thread) if thread and thread != ts else None,
            edited=bool(edited.value),
            edited_ms=edited_ms,
            revisions=(Revision(edited_ms, (), by, known=False),) if edited.value else (),
            deleted=subtype == "tombstone",
            deleted_by="unknown" if subtype == "tombstone" else None,
            reactions=reactions,
            flags=frozenset(flags),
            extra=record.rest(),
        )

    def _reactions(self, record: Fields, chat: Telling) -> Iterator[Reacted]:
        for value in record.children("reactions"):
            one = Fields(value)
            shown = slack_text.emoji(one.text("name") or "?")
            who = tuple(self._somebody(chat, user) for user in one.texts("users") if user)
            number = one.whole("count") or max(1, len(who))
            yield Reacted(shown, by=who[0]) if number == len(who) == 1 else Reacted(shown, number=number, known=who)


def _files(record: Fields) -> Iterator[ArchivePart]:
    """Reads files, which are links: deleted ones and those behind a plan's limit have none."""
    for value in record.children("files"):
        one = Fields(value)
        mode, link = one.text("mode"), one.text("url_private_download") or one.text("url_private")
        name, media_type = one.text("name") or one.text("title"), one.text("mimetype")
        told: dict[str, Any] = {
            "name": name,
            "media_type": media_type,
            "size_bytes": one.whole("size"),
            "role": role_of(name=name, media_type=media_type),
        }
        if mode == "tombstone":
            yield File(state="missing", reason="it was deleted before the export", **told)
        elif mode == "hidden_by_limit":
            yield File(state="expired", reason="it lies behind the limit of the workspace's plan", **told)
        elif link:
            yield File(state="omitted", reason="the export holds a link; fetch it while its token lives", source_ref=link, **told)
        else:
            yield File(state="omitted", reason="the export holds no link to it", source_ref=one.text("id"), **told)


def _previews(record: Fields) -> Iterator[ArchivePart]:
    """Reads attachments that show a page; the others stay with what was not mapped."""
    for value in record.children("attachments"):
        one = Fields(value)
        url = one.text("from_url") or one.text("title_link") or one.text("original_url")
        if url:
            yield WebLink(url=url, title=one.text("title"), text=one.text("text") or one.text("fallback"))
    record.keep("attachments")
