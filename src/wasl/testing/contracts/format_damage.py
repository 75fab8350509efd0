"""Sources that are not quite what was exported: cut, damaged, changed in one value, or repeated until they are large."""

import io
import json
from collections.abc import Iterator
from typing import Any

from wasl.domain.archive import Entry
from wasl.testing.contracts.format_fixtures import Case, Files
from wasl.wire.json_stream import Element, walk

VARIANTS_MAX = 120
"""Cuts, and damages of each kind, that are tried for one member."""
CHANGES_MAX = 900
"""Changes of one JSON value that are tried for one case."""
OTHERS: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    1e308,
    "",
    "x",
    "9" * 400,
    "٠١",
    [],
    [1, "a", None],
    {},
    {"text": ["x"]},
    [{}],
    [[[]]],
)
"""What any value of a JSON source is replaced by."""
Pointer = tuple[str | int, ...]


def cuts(content: bytes) -> Iterator[bytes]:
    """Cuts a member short at many places."""
    step = max(1, len(content) // VARIANTS_MAX)
    for end in range(0, len(content), step):
        yield content[:end]


def damages(content: bytes) -> Iterator[bytes]:
    """Puts NULs, bytes that are no UTF-8, and flipped bits at many places."""
    step = max(1, len(content) * 4 // VARIANTS_MAX)
    for at in range(0, len(content), step):
        yield content[:at] + b"\x00\x00" + content[at:]
        yield content[:at] + b"\xff\xfe\xc3" + content[at + 1 :]
        yield content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]
        yield content[:at] + content[at : at + 40] + content[at:]


def decoded(content: bytes) -> Any:
    """Reads JSON; None where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def encoded(value: Any) -> bytes:
    """Writes JSON compactly."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def places(value: Any) -> Iterator[Pointer]:
    """Walks the places of all values of a JSON value, the whole of it first."""
    waiting: list[tuple[Pointer, Any]] = [((), value)]
    while waiting:
        at, here = waiting.pop()
        yield at
        if isinstance(here, dict):
            waiting += [((*at, name), inner) for name, inner in reversed(here.items())]
        elif isinstance(here, list):
            waiting += [((*at, index), inner) for index, inner in reversed(list(enumerate(here)))]


def replaced(value: Any, at: Pointer, by: Any) -> Any:
    """Gives the JSON value with another one at a place; the rest is shared."""
    if not at:
        return by
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], by)
    return copy


def changes(case: Case) -> Iterator[tuple[str, Pointer, Any, Files]]:
    """Walks the case with one JSON value replaced by one of another type: the member, the place, what stands there now."""
    found = [(name, value, at) for name, content in case.files.items() if (value := decoded(content)) is not None for at in places(value)]
    every = [(name, value, at, other) for name, value, at in found for other in OTHERS]
    step = max(1, len(every) // CHANGES_MAX)
    # A step that shares a factor with the number of replacements would try the same few everywhere.
    while step > 1 and (step % 2 == 0 or len(OTHERS) % step == 0):
        step += 1
    for name, value, at, other in every[::step]:
        yield name, at, other, case.with_member(name, encoded(replaced(value, at, other)))


def changed_lines(case: Case) -> Iterator[Files]:
    """Walks the case with one JSON value of one line replaced, where a member is JSON line by line."""
    for name, content in case.files.items():
        lines = content.split(b"\n")
        values = [decoded(line) for line in lines]
        if decoded(content) is not None or not any(isinstance(value, dict) for value in values):
            continue
        every = [
            (row, value, at, other) for row, value in enumerate(values) if value is not None for at in places(value) for other in OTHERS
        ]
        step = max(1, len(every) // CHANGES_MAX) | 1
        for row, value, at, other in every[::step]:
            yield case.with_member(name, b"\n".join([*lines[:row], encoded(replaced(value, at, other)), *lines[row + 1 :]]))


def resolve(value: Any, pointer: str) -> Any:
    """Follows a JSON pointer (RFC 6901). Raises AssertionError where it leads nowhere."""
    here = value
    for step in tokens(pointer):
        if isinstance(here, list):
            assert step.isdigit(), f"{pointer!r} asks a list for {step!r}"
            assert int(step) < len(here), f"{pointer!r} leads past the end of a list"
            here = here[int(step)]
        else:
            assert isinstance(here, dict), f"{pointer!r} leads nowhere"
            assert step in here, f"{pointer!r} leads nowhere"
            here = here[step]
    return here


def tokens(pointer: str) -> list[str]:
    """Splits a JSON pointer. Raises AssertionError for what is none."""
    assert not pointer or pointer.startswith("/"), f"{pointer!r} is no JSON pointer"
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def within(pointer: str, at: Pointer) -> bool:
    """Says whether a place is inside what a pointer names, and not the whole of it."""
    steps = tokens(pointer)
    return len(at) > len(steps) and [str(step) for step in at[: len(steps)]] == steps


def spans_of(content: bytes, pointers: set[str]) -> dict[str, int]:
    """Gives where each record ends in the bytes of JSON, or of JSON lines; records inside a tree are left out."""
    if decoded(content) is None:
        return {f"/{place}": end for place, end in enumerate(_line_ends(content)) if f"/{place}" in pointers}
    parents = sorted({pointer.rpartition("/")[0] for pointer in pointers if pointer.rpartition("/")[2].isdigit()})
    return {
        piece.pointer: piece.start + piece.length
        for piece in walk(io.BytesIO(content), parents)
        if isinstance(piece, Element) and piece.pointer in pointers
    }


def _line_ends(content: bytes) -> Iterator[int]:
    at = 0
    for line in content.splitlines(keepends=True):
        at += len(line)
        if line.strip():
            yield at


def repeated(case: Case, entries: list[Entry], *, size_bytes: int) -> tuple[str, list[bytes]]:
    """Gives the member with the most entries as pieces of about that size: its records repeated.

    A text is repeated whole; of JSON, the items of the outermost list in which the entries are.
    """
    names = list(case.files)
    source = max(range(len(names)), key=lambda place: sum(entry.source == place for entry in entries))
    content = case.files[names[source]]
    of_it = [entry for entry in entries if entry.source == source]
    document = decoded(content)
    if document is None or all(entry.start is not None for entry in of_it):
        return names[source], [content if content.endswith(b"\n") else content + b"\n"] * max(1, size_bytes // max(1, len(content)))
    here, path = document, []
    for step in tokens(str(of_it[0].pointer)):
        if isinstance(here, list):
            break
        here = here[step]
        path.append(step)
    assert isinstance(here, list), "the entries are in no list"
    mark = "@here@"
    before, _, after = encoded(replaced(document, tuple(path), mark)).partition(encoded(mark))
    items = b",".join(encoded(item) for item in here)
    times = max(2, size_bytes // max(1, len(items)))
    return names[source], [before + b"[" + items, *[b"," + items] * (times - 1), b"]" + after]
