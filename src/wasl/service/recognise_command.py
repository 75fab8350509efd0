"""Recognising a command: only a whole message is one, so that no ordinary sentence is ever taken for a command."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from wasl.domain.message import Choice, Part, Text
from wasl.wire.link_code import looks_like_code, looks_like_key, read_code, resembles_code
from wasl.wire.text import fold

CommandName = Literal[
    "link", "code", "maybe", "prove", "unlink", "undo", "search", "export", "erase", "continue", "help", "yes", "no", "number"
]
COMMAND_NAMES: Final = ("link", "unlink", "search", "export", "erase", "continue", "help")
"""What a setting may switch off. "link" takes its codes along, "unlink" its undo."""
COMMAND_CHARACTERS_MAX: Final = 120
SEARCH_CHARACTERS_MAX: Final = 80
PICK_PREFIX: Final = "wasl:"
"""Ids of our own buttons begin so; nothing else that is picked is a command."""

_LISTED: Final[Mapping[CommandName, tuple[str, ...]]] = {
    "link": ("link", "اربط", "ربط", "اربطني"),
    "unlink": ("unlink", "افصل", "فصل", "فك الربط", "إلغاء الربط", "ألغ الربط"),
    "undo": ("undo", "تراجع"),
    "export": ("export", "export my data", "تصدير", "صدّر", "صدّر بياناتي", "صدّر محادثاتي"),
    "erase": (
        "erase",
        "erase everything",
        "erase my data",
        "delete my data",
        "delete everything",
        "امسح",
        "امسح كل شيء",
        "امسح بياناتي",
        "امح كل شيء",
        "امح بياناتي",
        "احذف كل شيء",
        "احذف بياناتي",
    ),
    "continue": ("continue", "أكمل"),
    "help": ("commands", "الأوامر", "أوامر"),
    "yes": ("yes", "نعم"),
    "no": ("no", "لا"),
}
_ALONE: Final[Mapping[str, CommandName]] = {fold(word): name for name, listed in _LISTED.items() for word in listed}
_WITH_NUMBER: Final = {word: name for word, name in _ALONE.items() if name in ("unlink", "continue")}
_SEARCH: Final = tuple(f"{fold(w)} " for w in ("search", "ابحث عن", "ابحث", "بحث عن", "بحث"))
_CODE_WORDS: Final = tuple(fold(w) for w in ("link", "/link", "اربط", "ربط", "/start"))
_HANDLE: Final = re.compile(r"(?:\+|00)[\d ().-]{6,30}|[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,63}", re.ASCII)
"""A telephone number with its country code, or an e-mail address: from where somebody wrote before."""
_GROUP: Final[Mapping[str, str]] = {"code": "link", "maybe": "link", "prove": "link", "undo": "unlink", "yes": "", "no": "", "number": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person asks: `argument` is the code, the words to search, or the number; `word` is what stood before a code. "maybe" is what
    is a code only where one was spoken of just now."""

    name: CommandName
    argument: str = ""
    word: str = ""


def recognise_command(parts: tuple[Part, ...], *, enabled: Collection[str] = COMMAND_NAMES) -> Command | None:
    """Gives the command that a whole message is, None for an ordinary one. Yes, no and numbers mean something only where a question
    of ours waits for them."""
    if len(parts) != 1:
        return None
    match parts[0]:
        case Text(text=text) if len(text) <= COMMAND_CHARACTERS_MAX and "\n" not in text.strip():
            found = _written(text.strip())
        case Choice(picked=picked) if picked is not None and picked.id.startswith(PICK_PREFIX):
            found = _picked(picked.id.removeprefix(PICK_PREFIX))
        case _:
            return None
    if found is None:
        return None
    needs = _GROUP.get(found.name, found.name)
    return found if not needs or needs in enabled else None


def _picked(told: str) -> Command | None:
    name, _, argument = told.partition(":")
    if name in ("yes", "no", "unlink", "continue"):
        return Command(name=name, argument=argument)  # type: ignore[arg-type]  # one of the four
    return None


def _written(text: str) -> Command | None:
    if looks_like_code(text) or looks_like_key(text):
        return Command(name="code", argument=text)
    if text == "/help":
        return Command(name="help")
    folded = fold(text).strip().rstrip(".!")
    if folded.isdigit() and len(folded) == 6:
        return Command(name="number", argument=folded)
    alone = _ALONE.get(folded.removeprefix("/"))
    if alone is not None:
        return Command(name=alone)
    asked, _, which = folded.removeprefix("/").rpartition(" ")
    if asked.rstrip() in _WITH_NUMBER and which.isdigit() and len(which) <= 2:
        return Command(name=_WITH_NUMBER[asked.rstrip()], argument=which)
    if folded.partition(" ")[0] in _CODE_WORDS:
        told = text.partition(" ")[2].strip()
        word = text.partition(" ")[0].lstrip("/")
        word = "" if word == "start" else word
        is_code = read_code(told, told=True) or looks_like_code(told) or looks_like_key(told)
        if is_code or (word and (resembles_code(told) or (told.isascii() and told.isupper() and told.isalpha() and len(told) > 2))):
            return Command(name="code", argument=told, word=word)
        return Command(name="prove", argument=told, word=word) if word and _HANDLE.fullmatch(told) else None
    return _search(folded.removeprefix("/"), text) or (Command(name="maybe", argument=text) if resembles_code(text) else None)


def _search(folded: str, text: str) -> Command | None:
    for word in _SEARCH:
        if folded.startswith(word) and not text.rstrip().endswith(("?", "؟")):
            wanted = text.lstrip("/").split(None, len(word.split()))[-1].strip()
            return Command(name="search", argument=wanted) if wanted and len(wanted) <= SEARCH_CHARACTERS_MAX else None
    return None
