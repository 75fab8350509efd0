"""Frames of Signal's plaintext export read into parts: recipients, text with its ranges, attachments, quotes, reactions.

One JSON object a line is one backup frame as protobuf JSON (Signal Desktop, 2026; read 2026-11-22): 64-bit numbers are text, bytes are
base64, and `bodyRanges` count UTF-16 units. How a recipient is named is read from whichever of the known fields is there.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from wasl.domain.archive import ArchivePart, Handle, Poll, PollOption, Span, WebLink, Words
from wasl.domain.message import Contact, Unknown
from wasl.wire.fields import Fields
from wasl.wire.utf16 import code_points

ITEMS: Final = (
    "standardMessage", "contactMessage", "stickerMessage", "viewOnceMessage", "remoteDeletedMessage", "poll", "updateMessage",
    "paymentNotification", "giftBadge", "directStoryReplyMessage",
)  # fmt: skip
RANGES_MAX: Final = 1_000


class Recipient(NamedTuple):
    """Somebody, or a group, that frames refer to by number. `key` is the same in every export where there is an ACI."""

    key: str
    name: str | None
    handles: tuple[Handle, ...]
    is_self: bool
    is_group: bool


def recipient(frame: Mapping[str, Any]) -> tuple[str, Recipient] | None:
    """Reads a recipient frame: its number and who it is."""
    one = Fields(frame)
    number = one.id("id")
    if number is None:
        return None
    contact, group = Fields(one.child("contact")), Fields(one.child("group"))
    if group.value:
        title = _title(group)
        master = group.text("masterKey")
        return number, Recipient(f"group:{master or number}", title, (), False, True)
    own = "self" in one.value
    handles = tuple(
        Handle(scheme, f"+{value}" if scheme == "phone" and not value.startswith("+") else value)
        for scheme, value in (("signal", contact.text("aci")), ("phone", contact.id("e164")), ("signal-name", contact.text("username")))
        if value
    )
    key = contact.text("aci") or (f"+{phone}" if (phone := contact.id("e164")) else None) or ("self" if own else f"recipient:{number}")
    return number, Recipient(key, _name(contact), handles, own, False)


def _name(contact: Fields) -> str | None:
    nickname = Fields(contact.child("nickname"))
    for given, family in (
        (nickname.text("given"), nickname.text("family")),
        (contact.text("systemGivenName"), contact.text("systemFamilyName")),
        (contact.text("profileGivenName"), contact.text("profileFamilyName")),
    ):
        if given or family:
            return " ".join(word for word in (given, family) if word)
    return contact.text("username")


def _title(group: Fields) -> str | None:
    title = Fields(group.child("snapshot")).value.get("title")
    found = title.get("title") if isinstance(title, dict) else title
    return found if isinstance(found, str) else None


def words(text: Mapping[str, Any], name_of: Callable[[str], str | None] = lambda _: None) -> Words | None:
    """Reads a text with its ranges; a mention's range carries the ACI."""
    one = Fields(text)
    body = one.text("body")
    if body is None:
        return None
    to = code_points(body)
    spans: list[Span] = []
    for value in one.children("bodyRanges")[:RANGES_MAX]:
        place = Fields(value)
        start, length = place.whole("start") or 0, place.whole("length") or 0
        begin, end = to(start), to(start + length)
        aci, style = place.text("mentionAci"), place.text("style")
        if end > begin and (aci or style):
            spans.append(Span(begin, end, "mention" if aci else str(style).lower(), aci))
    return Words(text=body, spans=tuple(spans))


def previews(message: Fields) -> Iterator[ArchivePart]:
    """Reads the pages that are shown below a text."""
    for value in message.children("linkPreview"):
        one = Fields(value)
        if url := one.text("url"):
            yield WebLink(url=url, title=one.text("title"), text=one.text("description"))


def card(message: Fields) -> Iterator[ArchivePart]:
    """Reads a contact that was sent."""
    for value in [*message.children("contact"), *([message.child("contact")] if message.child("contact") else [])]:
        one = Fields(value)
        name = Fields(one.child("name"))
        company = one.text("organization")
        shown = " ".join(w for w in (name.text("givenName"), name.text("familyName")) if w) or company or ""
        phones = tuple(p for n in one.children("number") if (p := Fields(n).text("value")))
        emails = tuple(p for n in one.children("email") if (p := Fields(n).text("value")))
        yield Contact(name=shown, phones=phones, emails=emails, company=company if company != shown else None)


def poll(value: Mapping[str, Any]) -> ArchivePart:
    """Reads a poll; one without a question is kept whole."""
    one = Fields(value)
    question = one.text("question")
    if question is None:
        return Unknown(kind="poll", value=dict(value))
    options = []
    for option in one.children("options"):
        votes = option.get("votes")
        options.append(PollOption(Fields(option).text("option") or "", len(votes) if isinstance(votes, list) else None))
    multiple = value.get("allowMultiple")
    return Poll(
        question=question, options=tuple(options), multiple=multiple if isinstance(multiple, bool) else None, closed=one.flag("hasEnded")
    )
