"""Who wrote in a chat log: names as they are shown, the chat's own name where the platform speaks under it, and lines by nobody."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from wasl.domain.archive import Handle, Name, Participant
from wasl.wire.chatlog_body import FilesOf, read_body
from wasl.wire.chatlog_marks import LRM, MARKS, RLM, SPACES, unmarked
from wasl.wire.chatlog_phrases import phrases, service_kind, tidy

NAME_BYTES_MAX: Final = 400
"""Longer than any name: the words before the colon belong to a line of the platform."""
NAME_BYTES_SHORT_MAX: Final = 80
"""Of a name that is taken for one though no space follows its colon."""
DISTINCT_MIN: Final = 2
"""Different bodies, after which what stands before the colon is a name for sure."""
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()\-./]{5,24}[0-9]$")
_QUOTES: Final = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"), ("‹", "›"))
_TO_PLAIN: Final = str.maketrans(dict.fromkeys(SPACES, " "))


class Seen(NamedTuple):
    """What a sample tells of one name: how often, with how many different bodies, and how many were the platform's words."""

    times: int
    distinct: int
    notices: int


def shown(raw: str) -> str:
    """Gives a name as a reader shows it: without the wrapper of numbers and the tilde of people who are no contacts."""
    name = unmarked(raw).strip(" " + SPACES)
    if name.startswith("~"):
        name = name[1:].lstrip(" " + SPACES) or name
    return name.translate(_TO_PLAIN) if _PHONE.match(name.translate(_TO_PLAIN)) else name


def phone_of(name: str) -> str | None:
    """Gives the number that a name is, with its plus and no spaces; None for a name that is none."""
    if not name.startswith("+") or not _PHONE.match(name):
        return None
    digits = re.sub(r"[^0-9]", "", name)
    return "+" + digits if 7 <= len(digits) <= 15 else None


class People:
    """The people of one chat, met one after another. `authors` goes from a name's bytes to the participant's key."""

    def __init__(self, chat: str, *, source: str, title: str | None, bracket: bool, own: str | None = None) -> None:
        self.authors: dict[bytes, str] = {}
        self.groups: set[bytes] = set()
        self.met: list[Participant] = []
        self.own = own
        self._chat = chat
        self._source = source
        self._title = title
        self._bracket = bracket
        self._sure: set[bytes] = set()
        self._long: dict[bytes, list[bytes]] = {}
        self._raw_of: dict[str, bytes] = {}
        self._keys: set[str] = set()

    def learn(self, bodies: Iterable[bytes], beside: FilesOf) -> Counter[bytes]:
        """Learns from a sample which names are sure, which hold a colon, and under which one the platform speaks."""
        times: Counter[bytes] = Counter()
        rests: dict[bytes, set[bytes]] = {}
        notices: Counter[bytes] = Counter()
        seconds: dict[bytes, Counter[bytes]] = {}
        for body in bodies:
            name, colon, rest = body.partition(b": ")
            if not colon or b"\n" in name or len(name) > NAME_BYTES_MAX:
                continue
            times[name] += 1
            if len(known := rests.setdefault(name, set())) < 8:
                known.add(rest[:200])
            second, colon, _ = rest.partition(b"\n")[0].partition(b": ")
            seconds.setdefault(name, Counter())[second if colon else b""] += 1
            if self._bracket and rest[:3] in (LRM.encode(), RLM.encode()):
                read = read_body(rest.decode("utf-8", "replace"), beside, marks_expected=True)
                notices[name] += read.kind in ("plain", "notice")
        for name, number in times.items():
            if len(rests[name]) >= DISTINCT_MIN:
                self._sure.add(name)
            (second, most), *_ = seconds[name].most_common(1)
            if second and most == number >= DISTINCT_MIN and len(rests[name]) >= DISTINCT_MIN and not second.startswith(b"http"):
                self._long.setdefault(name, []).append(name + b": " + second)
            if notices[name] == number:
                self.groups.add(name)
        if self._title:
            self.groups.update(name for name in times if notices[name] and shown(name.decode("utf-8", "replace")) == self._title)
        for name in [name for name in times if name not in self._sure and self._is_notice(name, min(rests[name]))]:
            del times[name]
        return times

    def meet(self, names: Iterable[bytes]) -> None:
        """Meets everybody among the names who is known for sure from the sample, in their order."""
        for name in dict.fromkeys(names):
            if name in self._sure and name not in self.authors and name not in self.groups and name not in self._long:
                self.key(name)

    def find(self, body: bytes) -> tuple[bytes, bytes] | None:
        """Splits a body into the name and the words behind it, or gives None for a line by nobody."""
        name, colon, rest = body.partition(b": ")
        if not colon or b"\n" in name:
            return self._without_words(body)
        for long in self._long.get(name, ()):
            if body.startswith(long + b": "):
                return long, body[len(long) + 2 :]
        if name in self.authors or name in self._sure:
            return name, rest
        if len(name) > NAME_BYTES_MAX or not name.strip() or self._is_notice(name, rest):
            return None
        return name, rest

    def _without_words(self, body: bytes) -> tuple[bytes, bytes] | None:
        """Finds a name with nothing behind its colon: what was there could be seen once only."""
        line, newline, rest = body.partition(b"\n")
        for ending in (b":", b":."):
            name = line.rstrip(b" ").removesuffix(ending)
            if name != line.rstrip(b" ") and name and len(name) <= NAME_BYTES_MAX:
                if name in self.authors or name in self._sure:
                    return name, rest
                if not newline and ending == b":" and b":" not in name and service_kind(name.decode("utf-8", "replace")) is None:
                    return name, b""
        return self._without_space(line, body)

    def _without_space(self, line: bytes, body: bytes) -> tuple[bytes, bytes] | None:
        """Finds a name with no space behind its colon: somebody's editor, or another program, wrote the file anew."""
        name, colon, _ = line.partition(b":")
        rest = body[len(name) + 1 :]
        if not colon or not name.strip() or not rest.strip() or len(name) > NAME_BYTES_SHORT_MAX or rest.startswith(b"//"):
            return None
        if name in self.authors or name in self._sure:
            return name, rest
        between_digits = name[-1:].isdigit() and rest[:1].isdigit()
        if not self._bracket or between_digits or service_kind(line.decode("utf-8", "replace")) is not None:
            return None
        return name, rest

    def _is_notice(self, name: bytes, rest: bytes) -> bool:
        """Says whether the words before a colon begin a line of the platform, such as a group's new name with a colon in it."""
        said = name.decode("utf-8", "replace")
        line = rest.partition(b"\n")[0].decode("utf-8", "replace")
        for opening, closing in _QUOTES:
            open_in_name = said.count(opening) % 2 if opening == closing else said.count(opening) - said.count(closing)
            if open_in_name > 0 and closing in line:
                return True
        if " " not in said.strip() or self._bracket:
            return False
        return len(said) >= 12 and service_kind(said) is not None and not _PHONE.match(shown(said))

    def key(self, name: bytes) -> str:
        """Gives the key of the participant with this name, who is met now if never before."""
        found = self.authors.get(name)
        if found is not None:
            return found
        raw = name.decode("utf-8", "replace").replace("\x00", "\ufffd")
        key = shown(raw) or raw.strip(MARKS) or raw
        stripped = unmarked(raw).strip().encode()
        other = self._raw_of.setdefault(key, stripped)
        if other != stripped and (other[:1] == b"~") != (stripped[:1] == b"~"):
            # Somebody who is no contact bears the name of a contact: they are two people.
            key = unmarked(raw).strip()
        self.authors[name] = key
        if key not in self._keys:
            self._keys.add(key)
            self.met.append(self._participant(key, raw))
        return key

    @staticmethod
    def name(raw: bytes) -> str:
        """Gives the key that a name would have, without meeting anybody."""
        text = raw.decode("utf-8", "replace")
        return shown(text) or text.strip(MARKS) or text

    def _participant(self, key: str, raw: str) -> Participant:
        display = shown(raw) or key
        phone = phone_of(display)
        names = (
            (Name(display, self._source),) if raw == display else (Name(raw, self._source + " (as written)"), Name(display, self._source))
        )
        return Participant(
            chat=self._chat,
            key=key,
            names=names,
            handles=(Handle("phone", phone),) if phone else (),
            is_self=None if self.own is None else key == self.own,
        )


def is_own_deletion(rest: bytes) -> bool:
    """Says whether a body tells that the one who made the export deleted a message of theirs."""
    if len(rest) > 200:
        return False
    found = phrases().fixed.get(tidy(rest.decode("utf-8", "replace")))
    return found is not None and found.kind == "deleted_own"
