"""Trees of messages as exports write them: each names its parent, some also their children, and either may be wrong.

The parent is trusted; what it lacks is taken from the children that another claims; a circle is cut at its first member. Nothing is
dropped, and every repair is named. No recursion: the depth is the file's.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

UNSAID: Final = "\x00unsaid"
"""As a parent: the source does not say whether there is one."""
MISSING: Final = "missing-parent"
DISAGREES: Final = "tree-disagrees"
CYCLE: Final = "cycle"


class Settled(NamedTuple):
    """A tree that can be walked: `order` has every parent before its children, `parents` only ids that are there.

    `troubles` names what was repaired, with the ids.
    """

    order: tuple[str, ...]
    parents: dict[str, str | None]
    troubles: dict[str, list[str]]


def settle(parents: Mapping[str, str | None], children: Mapping[str, Sequence[str]] | None = None) -> Settled:
    """Repairs a tree. `parents` in the source's order; `children` as the source claims them, where it does."""
    troubles: dict[str, list[str]] = {}
    claims = children or {}
    claimed: dict[str, str] = {}
    for parent, claimed_ids in claims.items():
        for child in claimed_ids:
            claimed.setdefault(child, parent)
            if child in parents and parents[child] not in (parent, UNSAID):
                troubles.setdefault(DISAGREES, []).append(child)
    found: dict[str, str | None] = {}
    for key, parent_or_none in parents.items():
        parent_key = parent_or_none
        if parent_key is not None and (parent_key == UNSAID or parent_key not in parents):
            parent_key = claimed.get(key)
            parent_key = parent_key if parent_key in parents else None
            if parent_or_none != UNSAID:
                troubles.setdefault(MISSING, []).append(key)
        elif parent_key is not None and children is not None and key not in claims.get(parent_key, ()):
            troubles.setdefault(DISAGREES, []).append(key)
        found[key] = parent_key
    _cut_circles(found, troubles)
    return Settled(_ordered(found), found, troubles)


def shown_parents(settled: Settled, shown: Mapping[str, object] | set[str]) -> dict[str, str | None]:
    """Gives the nearest ancestor that is shown, for every node."""
    nearest: dict[str, str | None] = {}
    for key in settled.order:
        parent = settled.parents[key]
        nearest[key] = parent if parent is None or parent in shown else nearest[parent]
    return nearest


def _cut_circles(parents: dict[str, str | None], troubles: dict[str, list[str]]) -> None:
    """Makes the first member of every circle a root."""
    place = {key: number for number, key in enumerate(parents)}
    safe: set[str] = set()
    for start in parents:
        path: list[str] = []
        on_path: set[str] = set()
        here: str | None = start
        while here is not None and here not in safe and here not in on_path:
            path.append(here)
            on_path.add(here)
            here = parents[here]
        if here is not None and here in on_path:
            first = min(path[path.index(here) :], key=place.__getitem__)
            parents[first] = None
            troubles.setdefault(CYCLE, []).append(first)
        safe |= on_path


def _ordered(parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Gives the source's order where parents come first in it, else each branch after its parent."""
    seen: set[str] = set()
    for key, parent in parents.items():
        if parent is not None and parent not in seen:
            break
        seen.add(key)
    else:
        return tuple(parents)
    below: dict[str | None, list[str]] = {}
    for key, parent in parents.items():
        below.setdefault(parent, []).append(key)
    order: list[str] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        key = waiting.pop()
        order.append(key)
        waiting.extend(reversed(below.get(key, ())))
    return tuple(order)


def keys_of(ids: Sequence[str | None]) -> list[str]:
    """Gives every message of a list a key of its own: its id, or one made up where it has none or another has the same."""
    taken: set[str] = set()
    keys: list[str] = []
    for place, own in enumerate(ids):
        key = own if own is not None and own not in taken and not own.startswith("\x00") else f"\x00{place}"
        taken.add(key)
        keys.append(key)
    return keys


def native(key: str | None) -> str | None:
    """Gives the id that the source has for a key; None for one that was made up."""
    return None if key is None or key.startswith("\x00") else key
