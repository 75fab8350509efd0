"""The body of a record: words, a file, a poll, a place, a call, or the app's own word about a message that is gone.

`text` is what a person wrote: the body without direction marks, without the mark of an edit, without the marker of a file.
"""

import re
from typing import Final, Literal, NamedTuple

from wasl.domain.archive import PLAIN, ArchivePart, File, FileRole, More, PhoneCall, Poll, PollOption, WebLink, Words
from wasl.domain.message import Place
from wasl.wire.chatlog_marks import LRM, MARKS, RLM, unmarked
from wasl.wire.chatlog_phrases import phrases, tidy

OPTIONS_MAX: Final = 64
"""Answers of one poll."""
PHRASE_CHARACTERS_MAX: Final = 200
PHRASE_WORDS_MAX: Final = 6
"""Words of a placeholder."""
NAME_CHARACTERS_MAX: Final = 400
"""Of a file's name in a marker."""
EDITED: Final = More(edited=True)
VIEW_ONCE: Final = More(flags=frozenset(["view_once"]))
_GONE: Final = {
    "deleted": More(deleted=True, deleted_by="author"),
    "deleted_own": More(deleted=True, deleted_by="self"),
    "deleted_admin": More(deleted=True, deleted_by="admin"),
}
_TURNS: Final = LRM + RLM
_M: Final = "[" + MARKS + "]*"
_ENDING: Final = {
    "photo": "jpg jpeg png heic heif bmp tif tiff", "video": "mp4 mov 3gp mkv avi webm m4v", "voice": "opus ogg",
    "audio": "mp3 m4a aac amr wav flac oga", "sticker": "webp was", "gif": "gif",
}  # fmt: skip
_ROLE_OF_ENDING: Final[dict[str, FileRole]] = {ending: role for role, endings in _ENDING.items() for ending in endings.split()}  # type: ignore[misc]  # the keys are roles
_ROLE_IN_NAME: Final[tuple[tuple[str, FileRole], ...]] = (
    ("STICKER", "sticker"), ("STK-", "sticker"), ("-GIF-", "gif"), ("PTT-", "voice"), ("PHOTO", "photo"), ("IMG-", "photo"),
    ("-VIDEO-", "video"), ("VID-", "video"), ("-AUDIO-", "audio"), ("AUD-", "audio"), ("DOC-", "document"),
)  # fmt: skip
_IN_ANGLES: Final = re.compile(rf"^(?P<before>.*?){_M}<{_M}(?P<inner>[^<>\n]{{1,{NAME_CHARACTERS_MAX}}}){_M}>{_M}$", re.S)
_IN_ROUND: Final = re.compile(
    rf"^{_M}(?P<file>[^\n]{{1,{NAME_CHARACTERS_MAX}}}?) {_M}(?P<words>[(（][^()（）\n]{{2,60}}[)）]){_M}(?:\n(?P<caption>.*))?$", re.S
)
_FILE: Final = re.compile(r"[^\n:]{1,300}\.[A-Za-z0-9]{1,8}$")
_FILE_FIRST: Final = re.compile(rf"{_M}[^\n:]{{1,300}}?\.[A-Za-z0-9]{{1,8}} ")
_OPTION: Final = re.compile(rf"^{_M}(?P<word>[^\n:]{{1,40}}): ?(?P<text>.*?) \({_M}(?P<votes>\d{{1,7}})[^()\d]{{0,40}}\){_M}$")
_MAP: Final = re.compile(r"https?://maps\.google\.com/\?q=(?P<lat>-?\d{1,3}(?:\.\d{1,20})?),(?P<lon>-?\d{1,3}(?:\.\d{1,20})?)")
_NAMED_PLACE: Final = re.compile(r"^(?P<name>[^\n]{1,200}?)(?: \((?P<address>[^\n]{1,300})\))?: https?://maps\.google\.com/\S+$")
_VENUE: Final = re.compile(
    r"^(?:(?P<name>[^\n]{1,200}?)(?: \((?P<address>[^\n]{1,300})\))?: |(?P<upper>[^\n]{1,200})\n(?:(?P<lower>[^\n]{1,300})\n)?)"
    r"(?P<url>https?://(?:www\.)?foursquare\.com/v/[^\s]{1,400})$"
)
_MINUTES: Final = re.compile(r"(?P<number>\d{1,4})\s?(?P<unit>\S)")


class Body(NamedTuple):
    """What a body was found to be; `kind` "plain" is just words. `marked` says that it begins with a direction mark."""

    kind: Literal["plain", "empty", "file", "gone", "poll", "place", "call", "notice"]
    text: str
    parts: tuple[ArchivePart, ...] = ()
    more: More = PLAIN
    marked: bool = False


class FilesOf(NamedTuple):
    """The files beside a chat: from the name in a marker to the member of the bundle and its size in bytes."""

    members: dict[str, tuple[str, int]]
    alone: bool
    """The text came without a container, so that nothing is known of files."""

    def file(self, name: str, caption: str | None) -> File:
        """Gives the file that a marker names."""
        member = self.members.get(name) or self.members.get(unmarked(name).strip())
        reason = None if member else "the text came alone" if self.alone else "not in the export"
        return File(
            role=role_of(name),
            state="present" if member else "missing",
            name=name,
            member=member[0] if member else None,
            size_bytes=member[1] if member else None,
            reason=reason,
            caption=caption,
        )


def role_of(name: str) -> FileRole:
    """Tells the role of a file by its name."""
    upper = name.upper()
    for piece, role in _ROLE_IN_NAME:
        if piece in upper:
            return role
    return _ROLE_OF_ENDING.get(name.rpartition(".")[2].lower(), "document")


def read_body(text: str, beside: FilesOf, *, marks_expected: bool) -> Body:
    """Reads a body. `marks_expected`: the file is of the platform that marks its own words, so unmarked words are a person's."""
    marked = text[:1] in (LRM, RLM)
    if not text.strip(MARKS + " \n"):
        return Body("empty", "", more=VIEW_ONCE, marked=marked)
    text, edited = _without_edit(text)
    body = _attached(text, beside, marked=marked) or _fixed(text)
    if body is None and ":\n" in text:
        body = _poll(text)
    if body is None and "://" in text:
        body = _place(text)
    if body is None and (marked or not marks_expected):
        body = _call(text, marked=marked)
    if body is None:
        body = Body("plain", text.lstrip(_TURNS))
    if edited:
        body = body._replace(more=_edited(body.more))
    return body._replace(marked=True) if marked else body


def _edited(more: More) -> More:
    return EDITED if more is PLAIN else More(edited=True, deleted=more.deleted, deleted_by=more.deleted_by, flags=more.flags)


def _without_edit(text: str) -> tuple[str, bool]:
    stripped = text.rstrip(MARKS)
    if not stripped.endswith(">"):
        return text, False
    at = stripped.rfind("<")
    if at < 0 or len(stripped) - at > 80 or "\n" in stripped[at:]:
        return text, False
    known = tidy(stripped[at:]) in phrases().edited or tidy(stripped[at:]).replace(".>", ">") in phrases().edited
    wordless = (
        at > 0 and stripped[at - 1] in (LRM, RLM) and " " in stripped[at:] and ":" not in stripped[at:] and "." not in stripped[at:-2]
    )
    if not known and not (wordless and tidy(stripped[at:]) not in phrases().fixed and tidy(stripped[at + 1 : -1]) not in phrases().labels):
        return text, False
    before = stripped[:at].rstrip(MARKS)
    return before.removesuffix(" "), True


def _fixed(text: str) -> Body | None:
    key = tidy(text) if len(text) <= PHRASE_CHARACTERS_MAX else ""
    found = phrases().fixed.get(key)
    caption = None
    if found is None and "\n" in text and text.lstrip(MARKS).startswith("<"):
        first, _, rest = text.partition("\n")
        found = phrases().fixed.get(tidy(first))
        caption = rest if found else None
    at = max(text.rfind(LRM), text.rfind(RLM))
    if found is None and at >= 0:
        found = phrases().fixed.get(tidy(text[at:])) if len(text) - at <= PHRASE_CHARACTERS_MAX else None
        found = found if found and found.role else None
        caption = unmarked(text[:at]).removesuffix(" ") or None if found else None
    if found is None and len(text) <= NAME_CHARACTERS_MAX and (document := _omitted_document(text, key)):
        return document
    if found is None:
        gone = key.startswith("this message was deleted by admin")
        return Body("gone", "", more=_GONE["deleted_admin"]) if gone and len(key) < 120 else None
    if found.kind in _GONE:
        return Body("gone", "", more=_GONE[found.kind])
    if found.kind == "omitted":
        return _omitted(found.role, caption)
    if found.kind == "view_once":
        return Body("empty", "", more=VIEW_ONCE)
    if found.kind == "missed":
        return _missed(text, key)
    return Body("notice", unmarked(text), (Words(text=unmarked(text)),))


def _omitted(role: FileRole | None, caption: str | None) -> Body:
    # Android's placeholder does not say of what kind the file was: "document" is any file.
    reason = "left out of the export" if role else "left out of the export, which does not tell its kind"
    file = File(role=role or "document", state="omitted", reason=reason, caption=caption)
    return Body("file", caption or "", (file,))


def _omitted_document(text: str, key: str) -> Body | None:
    """Reads a placeholder with the document's name before it: "Plan.pdf • 2 pages document omitted"; where direction marks were lost,
    the name must look like that of a file."""
    words = key.split(" ")
    if "\n" in text or len(words) < 2 or not (LRM in text or RLM in text or _FILE_FIRST.match(text)):
        return None
    for number in range(1, min(len(words), PHRASE_WORDS_MAX + 1)):
        phrase = " ".join(words[-number:])
        found = phrases().fixed.get(phrase)
        if found and found.role:
            name = unmarked(text).rstrip(" .")[: -len(phrase)].rstrip()
            return _omitted(found.role, name or None)
    return None


def _missed(text: str, key: str) -> Body:
    video = any(
        word in key
        for word in (
            "video",
            "vidéo",
            "vídeo",
            "فيديو",
            "וידאו",
            "görüntülü",
            "видео",
            "відео",
            "वीडियो",
            "วิดีโอ",
            "영상",
            "βίντεο",
            "تصویری",
            "視",
            "视",
            "ビデオ",
        )
    )
    words = unmarked(text)
    return Body("call", words, (Words(text=words), PhoneCall(kind="video" if video else "voice", outcome="missed")))


def _call(text: str, *, marked: bool) -> Body | None:
    if "\n" in text or len(text) > 120 or not marked:
        return None
    head, comma, rest = unmarked(text).replace("،", ",").partition(",")
    known = phrases()
    kind = known.calls.get(tidy(head))
    missed = known.fixed.get(tidy(head))
    if missed and missed.kind == "missed":
        return _missed(text, tidy(head))
    if kind is None:
        return None
    words = unmarked(text)
    seconds = None
    for found in _MINUTES.finditer(rest) if comma else ():
        unit = {"s": 1, "m": 60, "h": 3600, "ث": 1, "د": 60, "س": 3600, "ש": 3600}.get(found["unit"].casefold())
        seconds = (seconds or 0.0) + int(found["number"]) * unit if unit else seconds
    outcome = "answered" if seconds is not None else unmarked(rest).strip() or None
    call = PhoneCall(
        kind="video" if kind == "video" else "group" if kind == "group" else "voice", duration_seconds=seconds, outcome=outcome
    )
    return Body("call", words, (Words(text=words), call))


def _attached(text: str, beside: FilesOf, *, marked: bool) -> Body | None:
    known = phrases()
    if text.rstrip(MARKS).endswith(">"):
        found = _IN_ANGLES.match(text)
        if found:
            body = _in_angles(found, beside, marked=marked or LRM in text or RLM in text)
            if body:
                return body
    if " (" in text or "（" in text or ") " in text:
        found = _IN_ROUND.match(text)
        if found and (tidy(found["words"]) in known.attached or (marked and _FILE.match(unmarked(found["file"])))):
            return _present(unmarked(found["file"]).strip(), found["caption"], beside)
    for word in known.attached_before:
        first, _, rest = unmarked(text).partition("\n")
        if first.casefold().startswith(word + " ") and _FILE.match(first):
            return _present(first[len(word) + 1 :].strip(), rest or None, beside)
    return None


def _in_angles(found: re.Match[str], beside: FilesOf, *, marked: bool) -> Body | None:
    labels = phrases().labels
    inner, before = unmarked(found["inner"]).strip(), found["before"].lstrip(_TURNS)
    label, colon, name = inner.partition(": ")
    if colon and (tidy(label) in labels or (marked and _FILE.match(name))):
        return _present(name.strip(), before.removesuffix(" ") or None, beside)
    if tidy(inner) in labels and before.strip():
        return _present(unmarked(before).strip(), None, beside)
    for label in labels:
        if inner.casefold().endswith(" " + label) and len(inner) > len(label) + 1:
            return _present(inner[: -len(label) - 1].strip(), before.removesuffix(" ") or None, beside)
    return None


def _present(name: str, caption: str | None, beside: FilesOf) -> Body:
    words = caption.lstrip(_TURNS) if caption else None
    return Body("file", words or "", (beside.file(name, words),))


def _poll(text: str) -> Body | None:
    first, *lines = text.split("\n")
    word = unmarked(first).rstrip()
    if not word.endswith(":") or len(word) > 40:
        return None
    known = phrases()
    title = tidy(word[:-1])
    options = [(number, found) for number, line in enumerate(lines[: OPTIONS_MAX + 8]) if (found := _OPTION.match(line))]
    if not options:
        return None
    start, option = options[0]
    said = tidy(option["word"])
    if title not in known.polls and not (word.isupper() and option["word"].strip(MARKS).isupper()) and said not in known.options:
        return None
    question = unmarked("\n".join(lines[:start]))
    answers = tuple(PollOption(unmarked(found["text"]), int(found["votes"])) for _, found in options if tidy(found["word"]) == said)
    return Body("poll", question, (Poll(question=question, options=answers[:OPTIONS_MAX]),))


def _place(text: str) -> Body | None:
    words = unmarked(text)
    if "maps.google.com" not in words and "foursquare.com/v/" not in words:
        return None
    named = _NAMED_PLACE.match(words)
    point = _MAP.search(words)
    venue = _VENUE.match(words)
    if venue:
        # No coordinates stand there, only where a page about the place is.
        name, address = venue["name"] or venue["upper"], venue["address"] or venue["lower"]
        return Body("place", words, (Words(text=words), WebLink(url=venue["url"], title=name, text=address)))
    if named is None or point is None or not (abs(float(point["lat"])) <= 90 and abs(float(point["lon"])) <= 180):
        return None
    plain = tidy(named["name"]) in phrases().locations
    place = Place(
        latitude=float(point["lat"]),
        longitude=float(point["lon"]),
        name=None if plain else named["name"],
        address=named["address"],
    )
    return Body("place", words, (Words(text=words), place))
