"""Message and its Parts: what one party said once, immutable."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal

from wasl.domain.value import value

TextFormat = Literal["plain", "markdown"]
MediaRole = Literal["photo", "video", "voice", "audio", "document", "sticker", "animation"]
Author = Literal["person", "assistant", "operator", "system"]

PARTS_MAX = 64
"""Parts in one message; more is refused as TooLarge."""


@value(frozen=True, slots=True, kw_only=True)
class Text:
    """Written words."""

    text: str
    format: TextFormat = "plain"
    type: Literal["text"] = field(default="text", init=False)


@value(frozen=True, slots=True, kw_only=True)
class Media:
    """A file of any kind: by the platform's id (`native_id`), by `url`, or held by us under `sha256` (hex).

    `album` is what the platform calls the album that it was sent in; the files of one album have the same, each in a message of its own.
    """

    role: MediaRole
    media_type: str = "application/octet-stream"
    name: str | None = None
    caption: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    native_id: str | None = None
    url: str | None = None
    album: str | None = None
    type: Literal["media"] = field(default="media", init=False)


@value(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on the map, in degrees. `url` is a page about what is there."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None
    type: Literal["place"] = field(default="place", init=False)


@value(frozen=True, slots=True, kw_only=True)
class Contact:
    """A card with a name and ways to reach its bearer. `company` is where they work."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str | None = None
    type: Literal["contact"] = field(default="contact", init=False)

    @property
    def beside_name(self) -> tuple[str, ...]:
        """Gives what else stands on the card: the company, then phones and addresses."""
        return (*((self.company,) if self.company else ()), *self.phones, *self.emails)


@value(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that can be chosen: `id` comes back when it is."""

    id: str
    title: str
    description: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Choice:
    """Inbound: the option that was taken (`picked`). Outbound: the options that are offered (`options`)."""

    text: str = ""
    picked: Option | None = None
    options: tuple[Option, ...] = ()
    opener: str | None = None
    type: Literal["choice"] = field(default="choice", init=False)


@value(frozen=True, slots=True, kw_only=True)
class Template:
    """A message approved beforehand by the platform, with its values in order."""

    name: str
    language: str
    values: tuple[str, ...] = ()
    category: str | None = None
    type: Literal["template"] = field(default="template", init=False)


@value(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji put on, or (None) taken off, the message with the platform's id `target`."""

    target: str
    emoji: str | None
    type: Literal["reaction"] = field(default="reaction", init=False)


@value(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something the adapter has no better word for, kept whole: `kind` is the platform's name, `value` its JSON."""

    kind: str
    value: Mapping[str, Any]
    type: Literal["unknown"] = field(default="unknown", init=False)


EDIT: Final = "edit"
"""The kind of an Unknown that says that its message's words take the place of an earlier message's."""
_EDITED: Final = "edited_native_id"


def edit_of(native_id: str, value: Mapping[str, Any]) -> Unknown:
    """Makes what says that a message edits the one with the platform's id `native_id`; `value` is the platform's own JSON."""
    return Unknown(kind=EDIT, value={**value, _EDITED: native_id})


Part = Text | Media | Place | Contact | Choice | Template | Reaction | Unknown


@value(frozen=True, slots=True, kw_only=True)
class Said:
    """One message as history shows it to the answering side.

    `seq` counts within its conversation from 1; `reply_to` is the id of the message that a message of ours answers. `elsewhere` says
    that it was said in another conversation of the same person, where its question, if it asks one, is answered already.
    """

    id: str
    seq: int
    author: Author
    parts: tuple[Part, ...]
    sent_at_ms: int
    author_name: str | None = None
    reply_to: str | None = None
    elsewhere: bool = False


def edited(parts: tuple[Part, ...]) -> str | None:
    """Gives the platform's id of the message that this one edits; None when it edits none."""
    for part in parts:
        if isinstance(part, Unknown) and part.kind == EDIT:
            target = part.value.get(_EDITED)
            return target if isinstance(target, str) else None
    return None


def plain_text(parts: tuple[Part, ...]) -> str:
    """Gives the words of a message in reading order, with a bracketed word for what is not text."""
    if len(parts) == 1 and isinstance(only := parts[0], Text):
        return only.text  # nearly every message
    words: list[str] = []
    for part in parts:
        match part:
            case Text():
                words.append(part.text)
            case Media():
                words.append(part.caption or f"[{part.role}{': ' + part.name if part.name else ''}]")
            case Place():
                words.append(" ".join(w for w in ("[place]", part.name, part.address, part.url) if w))
            case Contact():
                words.append(f"[contact: {', '.join(w for w in (part.name, part.company) if w)}]")
            case Choice():
                words.append(part.picked.title if part.picked else part.text)
            case Template():
                words.append(" ".join(part.values) or f"[template: {part.name}]")
            case Reaction():
                words.append(part.emoji or "")
            case Unknown():
                words.append(f"[{part.kind}]")
    return "\n".join(w for w in words if w)


def part_from_json(value: Mapping[str, Any]) -> Part:
    """Rebuilds a Part from what its JSON encoding holds; a type this version does not know becomes Unknown."""
    fields = dict(value)
    kind = fields.pop("type", None)
    match kind:
        case "text":
            return Text(**fields)
        case "media":
            return Media(**fields)
        case "place":
            return Place(**fields)
        case "contact":
            fields["phones"] = tuple(fields.get("phones", ()))
            fields["emails"] = tuple(fields.get("emails", ()))
            return Contact(**fields)
        case "choice":
            picked = fields.get("picked")
            fields["picked"] = Option(**picked) if picked else None
            fields["options"] = tuple(Option(**o) for o in fields.get("options", ()))
            return Choice(**fields)
        case "template":
            fields["values"] = tuple(fields.get("values", ()))
            return Template(**fields)
        case "reaction":
            return Reaction(**fields)
        case "unknown":
            return Unknown(**fields)
        case _:
            return Unknown(kind=str(kind), value=dict(value))
