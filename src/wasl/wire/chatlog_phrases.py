"""What the app itself writes into chats, in many languages (chatlog_phrases.toml), made ready for looking up."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from wasl.domain.archive import FileRole
from wasl.wire.chatlog_marks import SPACES, unmarked

_ROLES: Final[Mapping[str, FileRole]] = {
    "photo": "photo", "video": "video", "audio": "audio", "sticker": "sticker", "gif": "gif", "document": "document",
}  # fmt: skip


class Fixed(NamedTuple):
    """A whole body that the app wrote: its kind (omitted, deleted, deleted_own, missed …), the file's role, the languages."""

    kind: str
    role: FileRole | None
    languages: tuple[str, ...]


class Phrases(NamedTuple):
    """All phrases, tidied (see `tidy`) but for `spelled`, the fixed ones as they are written.

    `service` holds (kind, piece of a line, language), `titles` what stands around a name, `own_lines` pieces, as they are written,
    of lines that nobody but the app writes.
    """

    fixed: Mapping[str, Fixed]
    spelled: tuple[str, ...]
    attached: frozenset[str]
    attached_before: tuple[str, ...]
    labels: frozenset[str]
    edited: frozenset[str]
    polls: frozenset[str]
    options: frozenset[str]
    locations: frozenset[str]
    calls: Mapping[str, str]
    service: tuple[tuple[str, str, str], ...]
    titles: tuple[tuple[str, str], ...]
    own_lines: tuple[bytes, ...]


def tidy(text: str) -> str:
    """Makes spellings of a fixed phrase the same: no marks, no case, no full stop or space at the ends."""
    return tidy_piece(text).strip(" ").rstrip(" .。")


@cache
def phrases() -> Phrases:
    """Gives the phrases; the table is read at the first call."""
    read: Mapping[str, Mapping[str, Any]] = tomllib.loads((files("wasl.wire") / "chatlog_phrases.toml").read_text(encoding="utf-8"))
    fixed: dict[str, Fixed] = {}
    spelled: list[str] = []
    for language, said in read.items():
        for kind in ("omitted", "deleted", "deleted_own", "deleted_admin", "missed", "view_once", "waiting"):
            spelled += said.get(kind, ())
            for phrase in said.get(kind, ()):
                _add(fixed, phrase, kind, None, language)
        for kind, known in said.get("typed", {}).items():
            spelled += known
            for phrase in known:
                _add(fixed, phrase, "omitted", _ROLES[kind], language)
    return Phrases(
        fixed=fixed,
        spelled=tuple(spelled),
        attached=_set(read, "attached"),
        attached_before=tuple(sorted(_set(read, "attached_before"))),
        labels=_set(read, "label") | _set(read, "label_after"),
        edited=_set(read, "edited"),
        polls=_set(read, "poll"),
        options=_set(read, "option"),
        locations=_set(read, "location"),
        calls={tidy(word): _call_kind(number) for said in read.values() for number, word in enumerate(said.get("call", ()))},
        service=tuple(
            (kind, tidy_piece(piece), language)
            for language, said in read.items()
            for kind, pieces in said.get("service", {}).items()
            for piece in pieces
        ),
        titles=tuple(
            (before, after) for said in read.values() for title in said.get("titles", ()) for before, _, after in [title.partition("{}")]
        ),
        own_lines=tuple(piece.encode() for said in read.values() for piece in said.get("own_line", ())),
    )


def tidy_piece(piece: str) -> str:
    """Makes spellings of a piece of a line the same; spaces at its ends count."""
    if not piece.isascii():
        piece = unmarked(piece)
        for space in SPACES:
            if space in piece:
                piece = piece.replace(space, " ")
    return piece.casefold()


def service_kind(line: str) -> tuple[str, str] | None:
    """Finds which kind of service line the words speak of, and in which language; None for none that is known."""
    said = tidy_piece(line)
    for kind, piece, language in phrases().service:
        if piece in said:
            return kind, language
    return None


def title_in(name: str) -> str | None:
    """Finds the chat's name in the name of an export, in any language; None where it does not tell."""
    stem = re.sub(r"(?i)\.(?:txt|zip)$", "", name.replace("\\", "/").rpartition("/")[2])
    stem = unmarked(re.sub(r" ?\(\d{1,3}\)$", "", stem)).strip()
    for before, after in sorted(phrases().titles, key=lambda pair: -len(pair[0] + pair[1])):
        folded = stem.casefold()
        if folded.startswith(before.casefold()) and folded.endswith(after.casefold()) and len(stem) > len(before) + len(after):
            return stem[len(before) : len(stem) - len(after)].strip() or None
    return None


def languages_in(sample: bytes, preferred: str | None = None) -> tuple[str, ...]:
    """Finds the languages of the app's own words in a sample, the most frequent first. One language is enough to tell others apart."""
    found: Counter[str] = Counter()
    for phrase, languages in _telling().items():
        number = sample.count(phrase)
        for language in languages if number else ():
            found[language] += number
    best = [language for language, _ in found.most_common(3)]
    return tuple(sorted(best, key=lambda language: (-found[language], language != preferred)))


@cache
def _telling() -> Mapping[bytes, tuple[str, ...]]:
    """Phrases that only the app writes and that are long enough not to be typed by chance."""
    telling: dict[bytes, set[str]] = {}
    read: Mapping[str, Mapping[str, Any]] = tomllib.loads((files("wasl.wire") / "chatlog_phrases.toml").read_text(encoding="utf-8"))
    for language, said in read.items():
        pieces = said.get("service", {}).get("notice", ())
        for phrase in (*said.get("omitted", ()), *said.get("attached", ()), *said.get("edited", ()), *said.get("deleted", ()), *pieces):
            if len(phrase) >= 5 and (len(phrase.encode()) > 12 or phrase[0] in "<("):
                telling.setdefault(phrase.encode(), set()).add(language)
        for label in said.get("label", ()):
            telling.setdefault(f"<{label}: ".encode(), set()).add(language)
    return {phrase: tuple(sorted(languages)) for phrase, languages in telling.items()}


def _add(fixed: dict[str, Fixed], phrase: str, kind: str, role: FileRole | None, language: str) -> None:
    key = tidy(phrase)
    known = fixed.get(key)
    fixed[key] = Fixed(kind, role, (language,)) if known is None else known._replace(languages=(*known.languages, language))


def _set(read: Mapping[str, Mapping[str, Any]], name: str) -> frozenset[str]:
    return frozenset(tidy(phrase) for said in read.values() for phrase in said.get(name, ()))


def _call_kind(number: int) -> str:
    """The table lists the voice call first, then the video call, then calls of groups."""
    return ("voice", "video", "group")[min(number, 2)]
