"""mbox: conversations as mails, in one file that mail programs open.

RFC 4155 (September 2005) with lines that begin with "From " quoted the way of mboxrd; each message is MIME (RFC 2045 and on). Message
ids come from the source's ids, so that replies find what they answer. Files up to 25 MB go along; larger ones are named.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import BinaryIO, ClassVar

from wasl.domain.archive import Chat, Entry, File, Participant
from wasl.ports.format import Dropped, Order, Progress, Shelf, Wrote
from wasl.wire.losses import Losses
from wasl.wire.media_names import ending_of
from wasl.wire.page_text import fit
from wasl.wire.page_words import WORDS, language_of
from wasl.wire.plain_words import plain_of, time_of

ATTACHED_BYTES_MAX = 25 << 20
"""A file in a mail; mail programs refuse larger ones."""
TO_MAX = 50
_START = datetime(1970, 1, 1, tzinfo=UTC)
_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_POLICY = policy.default.clone(max_line_length=78)
_UNFIT_NAME = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


class Mbox:
    """Writes an mbox."""

    kind: ClassVar[str] = "mbox"
    title: ClassVar[str] = "Mails (mbox)"
    suffix: ClassVar[str] = ".mbox"
    media_type: ClassVar[str] = "application/mbox"
    loses: ClassVar[tuple[str, ...]] = (
        "ids", "zones", "wall_clock", "resolution", "received", "branches", "threads", "edits", "deletions", "reactions",
        "flags", "models", "deliveries", "extra", "senders", "chat_ids", "chat_details", "people", "imports", "sources", "spans",
        "markup", "thinking", "tools", "events", "unknown", "participants", "roles", "files",
    )  # fmt: skip

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes a mail for each message; the first says in its head what no mail of the file holds."""
        losses, words = Losses(self.loses), WORDS[language_of(order.language)]
        counts, written = {"conversations": 0, "messages": 0}, 0
        for chat in shelf.chats():
            people = {one.key: one for one in shelf.participants(chat.key)}
            losses.chat(chat)
            for one in people.values():
                losses.participant(one)
            for run in shelf.entries(chat.key):
                for entry, id in zip(run.entries, shelf.entry_ids(chat.key, run), strict=True):
                    mail = _mail(entry, id, chat, people, words)
                    if not written:
                        mail["X-Not-Held"] = ", ".join(self.loses)
                    _attach(mail, entry, shelf)
                    content = _one(mail, time_of(entry) or _START, id)
                    out.write(content)
                    written += len(content)
                    losses.entry(entry)
                    losses.add("branches", entry.more.parent is not None)
                counts["messages"] += len(run.entries)
                yield Progress(written)
            counts["conversations"] += 1
        for record in shelf.imports():
            losses.add("imports")
            losses.add("sources", len(record.files))
        losses.add("people", sum(1 for _ in shelf.people()))
        yield Wrote(counts, tuple(Dropped(*one) for one in losses.dropped()))


def _mail(entry: Entry, id: str, chat: Chat, people: Mapping[str, Participant], words: Mapping[str, str]) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(entry.author or entry.role, people, chat)
    others = [_address(key, people, chat) for key in people if key != entry.author][:TO_MAX]
    if others:
        mail["To"] = others
    mail["Subject"] = _line(chat.title or chat.origin or words["untitled"])
    mail["Date"] = format_datetime(time_of(entry) or _START)
    mail["Message-ID"] = _message_id(chat, entry.native_id or id)
    reply = entry.more.reply_to
    if reply is not None and reply.native_id is not None:
        mail["In-Reply-To"] = mail["References"] = _message_id(chat, reply.native_id)
    mail.set_content(plain_of(entry, words) + "\n", cte="quoted-printable")
    return mail


def _attach(mail: EmailMessage, entry: Entry, shelf: Shelf) -> None:
    """Puts the held files of an entry into its mail."""
    for number, part in enumerate(entry.parts):
        if not isinstance(part, File) or part.sha256 is None:
            continue
        content = _held(shelf, part.sha256)
        if content is None:
            continue
        kind, _, sub = (part.media_type or "").partition("/")
        known = kind in ("image", "audio", "video", "application") and re.fullmatch(r"[A-Za-z0-9.+-]{1,60}", sub)
        name = _line(part.name or f"{part.role}-{number}.{ending_of(part)}").replace("/", "_")
        mail.add_attachment(content, maintype=kind if known else "application", subtype=sub if known else "octet-stream", filename=name)


def _held(shelf: Shelf, sha256: str) -> bytes | None:
    pieces, size = [], 0
    try:
        for piece in shelf.attachment(sha256):
            size += len(piece)
            if size > ATTACHED_BYTES_MAX:
                return None
            pieces.append(piece)
    except KeyError:
        return None
    return b"".join(pieces)


def _one(mail: EmailMessage, time: datetime, id: str) -> bytes:
    """Gives a mail as it stands in the file. The boundary comes from the id: the same mail gives the same bytes."""
    if mail.is_multipart():
        mail.set_boundary(f"=={hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}")
    content = _FROM.sub(rb">\1", mail.as_bytes().replace(b"\r\n", b"\n"))
    return f"From wasl@wasl.invalid {time:%a %b} {time.day:2} {time:%H:%M:%S} {time.year:04}\n".encode() + content.rstrip(b"\n") + b"\n\n"


def _address(key: str, people: Mapping[str, Participant], chat: Chat) -> Address:
    """Gives an address that leads nowhere, unless the person's own is known."""
    found = people.get(key)
    for handle in found.handles if found is not None else ():
        if (
            handle.scheme == "email"
            and re.fullmatch(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}", handle.value)
            and ".." not in handle.value
        ):
            local, _, host = handle.value.partition("@")
            if not local.startswith(".") and not local.endswith("."):
                return Address(display_name=_line(found.name if found else key), username=local, domain=host)
    name = hashlib.sha256(f"{chat.key}\x00{key}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Address(display_name=_line(found.name if found is not None else key), username=name, domain="wasl.invalid")


def _message_id(chat: Chat, key: str) -> str:
    return f"<{hashlib.sha256(f'{chat.key}{chr(0)}{key}'.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@wasl.invalid>"


def _line(text: str) -> str:
    return " ".join(_UNFIT_NAME.sub(" ", fit(text)).split())[:200] or "-"
