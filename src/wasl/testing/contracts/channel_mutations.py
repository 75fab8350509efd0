"""Bodies that are not quite what a platform sends: cut, changed, or with fields that nobody knows yet."""

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

CUTS_MAX = 1_500
"""Bodies up to this many bytes are cut at every byte; longer ones at about as many places."""
INTEGER_MAX = (1 << 63) - 1
_DIGITS = b"9" * 400
"""A whole number that no float can hold; the encoder writes none, so it is put into the bytes."""
_NUMBER = re.compile(rb"(?<=[:\[,])-?[0-9][0-9.]*(?=[,}\]])")

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_MAX, INTEGER_MAX)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
"""Any JSON value."""


def json_with(names: list[str]) -> st.SearchStrategy[Any]:
    """Draws JSON whose objects have fields of these names."""
    return st.recursive(
        _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=4), max_leaves=8
    )


def prefixes(body: bytes) -> Iterator[bytes]:
    """Cuts a body short."""
    step = max(1, len(body) // CUTS_MAX)
    for end in range(0, len(body), step):
        yield body[:end]


def overgrown(body: bytes) -> Iterator[bytes]:
    """Puts a number of hundreds of digits in the place of each number of a body."""
    for found in _NUMBER.finditer(body):
        yield body[: found.start()] + _DIGITS + body[found.end() :]


def marked(value: Any, *, depth: int = 0) -> Any:
    """Gives the same JSON with one more field at the end of every object."""
    if isinstance(value, dict):
        return {**{name: marked(item, depth=depth + 1) for name, item in value.items()}, "zz_new_field": {"of": [depth]}}
    if isinstance(value, list):
        return [marked(item, depth=depth + 1) for item in value]
    return value


def changed_bodies(body: Any) -> st.SearchStrategy[Any]:
    """Replaces or drops one node of a body, or says an item of a list twice."""
    places = list(_places(body, ()))

    def at(place: tuple[str | int, ...]) -> st.SearchStrategy[Any]:
        replaced = JSON.map(lambda value: _with(body, place, [value]))
        return replaced | st.just(_with(body, place, [])) | st.just(_with(body, place, None))

    return st.sampled_from(places).flatmap(at)


def _places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    for name, item in _items(value):
        yield (*path, name)
        yield from _places(item, (*path, name))


def _items(value: Any) -> list[tuple[str | int, Any]]:
    return list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []


def _with(value: Any, path: tuple[str | int, ...], new: list[Any] | None) -> Any:
    """Puts `new` in the place of what stands at `path`: nothing, one value, or (None) the same twice where it stands in a list."""
    head, rest = path[0], path[1:]
    done: list[tuple[str | int, Any]] = []
    for name, item in _items(value):
        if name != head:
            done.append((name, item))
        elif rest:
            done.append((name, _with(item, rest, new)))
        else:
            done += [(name, one) for one in ([item, item] if new is None else new)]
    return dict(done) if isinstance(value, dict) else [item for _, item in done]
