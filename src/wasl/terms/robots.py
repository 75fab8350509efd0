"""Robots: what a host asks of programs that read it, in the words of its robots.txt (RFC 9309)."""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

ROBOTS_BYTES_MAX: Final = 512 << 10
RULES_MAX: Final = 5_000
PATTERN_CHARACTERS_MAX: Final = 500


class Robots(NamedTuple):
    """The rules of the group that speaks to us: (allowed, path pattern). `delay_seconds` where one is asked for."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay_seconds: float | None = None

    def allows(self, url: str) -> bool:
        """Says whether an address may be read: the longest rule that fits decides, and a permit where two are as long."""
        parts = urlsplit(url)
        path = unquote(parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        best = max((rule for rule in self.rules if _fits(rule[1], path)), key=lambda rule: (len(rule[1]), rule[0]), default=None)
        return best is None or best[0]


def read_robots(text: str, *, agent: str) -> Robots:
    """Reads a robots.txt for a program of a name; the group for everybody where none names it."""
    own: list[tuple[bool, str]] = []
    everybody: list[tuple[bool, str]] = []
    delays: dict[bool, float] = {}
    named_own = to_us = to_all = False
    in_agents = False
    for line in text[:ROBOTS_BYTES_MAX].splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        key = key.casefold()
        if key == "user-agent":
            if not in_agents:
                to_us = to_all = False
            in_agents = True
            to_all |= value == "*"
            to_us |= bool(value) and value != "*" and agent.casefold().startswith(value.casefold())
            named_own |= to_us
            continue
        if key in ("allow", "disallow"):
            in_agents = False
            if value and len(value) <= PATTERN_CHARACTERS_MAX:
                for wanted, rules in ((to_us, own), (to_all, everybody)):
                    if wanted and len(rules) < RULES_MAX:
                        rules.append((key == "allow", unquote(value)))
        elif key == "crawl-delay" and re.fullmatch(r"\d{1,4}(?:\.\d{1,3})?", value):
            in_agents = False
            delays |= {mine: float(value) for mine, wanted in ((True, to_us), (False, to_all)) if wanted}
    return Robots(tuple(own if named_own else everybody), delays.get(named_own))


def _fits(pattern: str, path: str) -> bool:
    """Matches `*` and a closing `$`, in time that grows with the length of the path."""
    whole = pattern.endswith("$")
    pieces = (pattern[:-1] if whole else pattern).split("*")
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if len(pieces) == 1:
        return not whole or at == len(path)
    if whole:
        return path.endswith(pieces[-1]) and len(path) - len(pieces[-1]) >= at
    return path.find(pieces[-1], at) >= 0
