"""The outline of a JSON text from its first bytes: which names stand where, to recognise a format without reading it.

Never raises: what is not JSON gives an empty outline.
"""

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from wasl.domain.errors import Malformed
from wasl.wire.json_repair import Undecodable, decode

OUTLINE_BYTES: Final = 64 << 10
"""Read from the beginning."""
TOKENS_MAX: Final = 6_000
PATH_STEPS_MAX: Final = 6
"""Deeper names are passed over."""

_TOKEN: Final = re.compile(rb'[ \t\r\n]*+(?:([{\[])|([}\]])|([:,])|("[^"\\]*+(?:\\.[^"\\]*+)*+")|([^ \t\r\n,:\[\]{}"]++))', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What stands where: `paths` holds "/*/mapping" with the first plain value that was there, None for a container or null.

    "*" stands for any number in an array. `texts` counts the JSON texts that begin one after the other (lines). `kind` is that of
    the first.
    """

    kind: str | None = None
    paths: dict[str, object] = field(default_factory=dict)
    texts: int = 0

    def has(self, *paths: str) -> bool:
        """Says whether all of the paths occur."""
        return all(path in self.paths for path in paths)


def outline(stream: BinaryIO, *, size_bytes: int = OUTLINE_BYTES) -> Outline:
    """Reads the beginning of a stream and gives its outline."""
    try:
        return outline_of(stream.read(size_bytes))
    except (Malformed, OSError):
        return Outline()


def outline_of(start: bytes) -> Outline:
    """Gives the outline of a JSON text from how it begins; it may end anywhere."""
    at = 3 if start.startswith(b"\xef\xbb\xbf") else 0
    paths: dict[str, object] = {}
    stack: list[str | None] = []
    steps: list[str] = []
    kind: str | None = None
    texts = 0
    name: bytes | None = None
    for _ in range(TOKENS_MAX):
        found = _TOKEN.match(start, at)
        if found is None:
            break
        at = found.end()
        which = found.lastindex
        if which == 3:
            if found[3] == b"," and stack and stack[-1] is not None:
                name = None
            continue
        if which == 2:
            if not stack:
                break
            stack.pop()
            if steps:
                steps.pop()
            name = None
            continue
        if which == 4 and stack and stack[-1] == "{" and name is None:
            name = found[4]
            continue
        if which == 5 and not stack and not texts:
            break
        if not stack:
            texts += 1
            steps = []
        else:
            steps.append(_step(name) if stack[-1] == "{" else "*")
        path = "/".join(["", *steps]) if len(steps) <= PATH_STEPS_MAX else None
        if which == 1:
            opener = found[1].decode()
            kind = kind or ("array" if opener == "[" else "object")
            stack.append(opener)
            if path is not None:
                paths.setdefault(path, None)
            if not steps:
                steps = []
        else:
            if path is not None and paths.get(path) is None:
                paths[path] = _plain(found[which] if which else b"")
            if steps:
                steps.pop()
        name = None
    return Outline(kind=kind, paths=paths, texts=texts)


def _step(name: bytes | None) -> str:
    value = _plain(name) if name else None
    return value if isinstance(value, str) else "?"


def _plain(raw: bytes) -> object:
    try:
        return decode(raw)[0]
    except Undecodable:
        return None
