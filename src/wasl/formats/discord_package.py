"""Discord's own data package: what one account wrote, in `messages/c<id>/messages.json` (2024 on) or `messages.csv` (before).

Described by several independent readers, 2026-11-22. Other people's messages, replies, reactions and edits are not in it. Ids are
snowflakes, which hold the time, and stay text. Attachments are links that expire. Top folder names are capitalised in some packages.
"""

import re
from collections.abc import Generator, Iterator
from typing import Any, ClassVar, Final

from wasl.domain.archive import ArchivePart, Chat, ChatKind, Entry, File, More, Words
from wasl.domain.errors import Malformed
from wasl.ports.format import SAMPLE_CHARACTERS_MAX, Choices, Found, Gap, Guess, Progress, Reject, Shape
from wasl.ports.telling import Telling, head, opened, records, refused
from wasl.wire import stamps
from wasl.wire.bundle import Bundle
from wasl.wire.csv_records import Row, rows
from wasl.wire.fields import Fields
from wasl.wire.file_roles import role_of
from wasl.wire.json_stream import Element

LINKS_MAX: Final = 100
"""Attachments of one message."""
_MESSAGES: Final = re.compile(r"(?P<folder>(?:.*/)?c?(?P<id>\d{1,20}))/messages\.(?P<form>json|csv)\Z", re.IGNORECASE)
_INDEX: Final = re.compile(r"(?:.*/)?messages/index\.json\Z", re.IGNORECASE)
_COLUMNS: Final = ("ID", "Timestamp", "Contents", "Attachments")
_MARKUP: Final = frozenset("*_~`|>[#<")
SELF: Final = "self"
"""The key of the account whose package it is; the package does not name it beside its messages."""


class DiscordPackage:
    """Reads the package that Discord sends on request."""

    kind: ClassVar[str] = "discord_package"
    title: ClassVar[str] = "Discord data package"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for folders of channels with messages in Discord's columns."""
        for name in [member.name for member in bundle.members() if _MESSAGES.match(member.name)][:4]:
            first = head(bundle, name, size_bytes=4 << 10)
            if first.lstrip(b"\xef\xbb\xbf").startswith(b"ID,Timestamp,Contents") or (b'"Timestamp"' in first and b'"Contents"' in first):
                return Guess(confidence=0.95, why=f"{name} holds messages in Discord's columns")
            if first.strip() in (b"[]", b"[ ]"):
                return Guess(confidence=0.5, why=f"{name} is named as in Discord's package, and is empty")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads channel after channel."""
        yield Shape("discord package", 1.0, {"zone": "UTC"})
        places = {member.name: place for place, member in enumerate(bundle.members())}
        titles: dict[str, str] = {}
        for name, place in places.items():
            if _INDEX.match(name):
                for piece in records(bundle, name, source=place):
                    if isinstance(piece, Element) and isinstance(piece.value, str) and isinstance(piece.key, str):
                        titles[piece.key] = piece.value
                    elif isinstance(piece, Reject):
                        yield piece
        for name, place in places.items():
            if found := _MESSAGES.match(name):
                about = yield from _about(bundle, f"{found['folder']}/channel.json", places)
                chat = Telling(_told_chat(found["id"], about, titles.get(found["id"]), source=place))
                chat.somebody(SELF, is_self=True)
                yield from _read_csv(bundle, name, place, chat) if found["form"].lower() == "csv" else _read_json(bundle, name, place, chat)
                yield from chat.rest()


def _about(bundle: Bundle, name: str, places: dict[str, int]) -> Generator[Found, None, dict[str, Any]]:
    """Yields what is wrong with a channel's description, and gives what it says."""
    about: dict[str, Any] = {}
    if name in places:
        for piece in records(bundle, name, source=places[name]):
            if isinstance(piece, Element) and isinstance(piece.key, str):
                about[piece.key] = piece.value
            elif isinstance(piece, Reject):
                yield piece
    return about


def _told_chat(channel: str, about: dict[str, Any], title: str | None, *, source: int) -> Chat:
    told = Fields(about)
    guild = Fields(told.child("guild")).text("name")
    kind = told.id("type") or ""
    shape: ChatKind = (
        "direct" if kind in ("1", "DM") else "group" if kind in ("3", "GROUP_DM") else "channel" if kind or guild else "direct"
    )
    return Chat(
        key=channel, kind=shape, origin="Discord", title=told.text("name") or title, native_id=channel,
        labels=(guild,) if guild else (), source=source, extra=about,
    )  # fmt: skip


def _read_json(bundle: Bundle, name: str, source: int, chat: Telling) -> Iterator[Found]:
    for piece in records(bundle, name, source=source):
        if isinstance(piece, Element) and isinstance(piece.value, dict):
            yield from chat.add(_entry(piece.value, source=source, pointer=piece.pointer))
        elif isinstance(piece, Element):
            yield refused(piece, source=source, why="a message that is no object")
        elif isinstance(piece, Reject):
            yield piece
    yield Progress(0)


def _read_csv(bundle: Bundle, name: str, source: int, chat: Telling) -> Iterator[Found]:
    stream = opened(bundle, name, source=source)
    if isinstance(stream, Reject):
        yield stream
        return
    columns: list[str] | None = None
    with stream:
        for row in rows(stream):
            if isinstance(row, Malformed):
                yield Reject(source, name, row.message)
            elif row.fields is not None and columns is None and row.fields[:1] == ["ID"]:
                columns = row.fields
                yield Gap(source, row.start, row.length, "the names of the columns")
            elif row.fields == []:
                yield Gap(source, row.start, row.length, "an empty line")
            else:
                yield from _csv_row(row, columns or list(_COLUMNS), source=source, chat=chat)


def _csv_row(row: Row, columns: list[str], *, source: int, chat: Telling) -> Iterator[Found]:
    if row.fields is None or len(row.fields) > len(columns):
        why = "no record of these columns" if row.fields else "no CSV, or too long"
        yield Reject(source, f"byte {row.start}", why, row.raw[:SAMPLE_CHARACTERS_MAX], row.start, row.length)
        return
    value = dict(zip(columns, row.fields, strict=False))
    yield from chat.add(_entry(value, source=source, start=row.start, length=row.length))


def _entry(value: dict[str, Any], *, source: int, pointer: str | None = None, start: int | None = None, length: int | None = None) -> Entry:
    record = Fields(value)
    native_id, at, content = record.id("ID"), stamps.iso(record.text("Timestamp"), assume_utc=True), record.text("Contents")
    if at is None:
        record.keep("Timestamp")
    instant = at.instant_ms if at else stamps.snowflake(native_id)
    links = (record.text("Attachments") or "").split()
    parts: list[ArchivePart] = [
        File(
            role=role_of(name=link),
            state="expired",
            source_ref=link,
            name=_name(link),
            reason="the package holds only a link, which expires",
        )
        for link in links[:LINKS_MAX]
    ]
    if len(links) > LINKS_MAX:
        record.keep("Attachments")
    if content and (parts or not _MARKUP.isdisjoint(content)):
        parts.append(Words(text=content, format="plain" if _MARKUP.isdisjoint(content) else "markdown"))
    return Entry(
        SELF,
        "user",
        content or "",
        instant,
        instant,
        "s",
        native_id,
        tuple(parts),
        More(extra=record.rest()),
        source,
        start,
        length,
        pointer,
    )


def _name(link: str) -> str | None:
    return link.partition("?")[0].rpartition("/")[2] or None
