"""What a format may say that it loses, in one vocabulary, and how the loss is seen: so that `loses` can be held against the facts.

A name stands for what an entry (or a chat) no longer has after it was written and read again. What is not named must come back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from wasl.domain.archive import Chat, Entry, Participant, Words
from wasl.ports.format import Run, Shelf
from wasl.testing.contracts.format_fixtures import plain

PART_LOSSES: Mapping[str, tuple[str, ...]] = {
    "files": ("file",),
    "polls": ("poll",),
    "calls": ("call",),
    "places": ("place",),
    "contacts": ("contact",),
    "links": ("link",),
    "thinking": ("thinking",),
    "tools": ("tool_call", "tool_result"),
    "citations": ("citation",),
    "events": ("event",),
    "unknown": ("unknown",),
}
"""Kinds of parts; an entry that had one may be missing, or say it in other words."""
ENTRY_LOSSES: Mapping[str, tuple[str, ...]] = {
    "authors": ("author",),
    "senders": ("on_behalf_of",),
    "roles": ("role",),
    "ids": ("native_id",),
    "times": ("wall_ms", "instant_ms", "resolution", "zone"),
    "wall_clock": ("wall_ms",),
    "resolution": ("resolution",),
    "zones": ("zone", "wall_ms"),
    "received": ("received_ms",),
    "branches": ("parent",),
    "replies": ("reply_to",),
    "threads": ("thread",),
    "edits": ("edited", "edited_ms", "revisions"),
    "deletions": ("deleted", "deleted_ms", "deleted_by"),
    "reactions": ("reactions",),
    "flags": ("flags",),
    "models": ("model",),
    "deliveries": ("deliveries",),
    "extra": ("extra",),
}
"""Fields of an entry."""
CHAT_LOSSES: Mapping[str, tuple[str, ...]] = {
    "titles": ("title",),
    "chat_ids": ("native_id",),
    "chat_details": ("kind", "origin", "created_ms", "updated_ms", "state", "labels", "settings", "extra"),
    "branches": ("active_leaf",),
}
"""Fields of a chat."""
OTHER_LOSSES = ("spans", "markup", "participants", "people", "imports", "sources", "order")
"""Marks of words; their format; who took part and what they are called elsewhere; persons; where a chat came from; the kept files."""
LOSSES = frozenset({*PART_LOSSES, *ENTRY_LOSSES, *CHAT_LOSSES, *OTHER_LOSSES})

Flat = dict[str, Any]


def flat(entry: Entry, names: Mapping[str, str]) -> Flat:
    """Gives an entry as one flat object without its place in a source; people by the names in `names`."""
    more: Flat = plain(entry.more)
    named = {"author": names.get(entry.author or "", entry.author), "on_behalf_of": names.get(entry.more.on_behalf_of or "")}
    fields = ("role", "text", "wall_ms", "instant_ms", "resolution", "native_id")
    reactions = [
        {**one, "by": names.get(one["by"], one["by"]), "known": [names.get(k, k) for k in one["known"]]} for one in more["reactions"]
    ]
    own = {name: getattr(entry, name) for name in fields}
    return {**more, **own, **named, "reactions": reactions, "parts": [plain(part) for part in entry.all_parts]}


def lossy(entry: Flat, loses: Iterable[str]) -> tuple[Flat, bool]:
    """Takes away what is lost, and says whether the entry had a part that is lost: then it is compared without its words."""
    left = dict(entry)
    lost = set(loses)
    for name in lost & set(ENTRY_LOSSES):
        for field in ENTRY_LOSSES[name]:
            left.pop(field, None)
    kinds = {kind for name in lost & set(PART_LOSSES) for kind in PART_LOSSES[name]}
    had = any(part["type"] in kinds for part in entry["parts"])
    if had:
        left.pop("parts")
        left.pop("text")
    else:
        left["parts"] = [_words(part, lost) for part in entry["parts"]]
    if left.get("native_id", "") is None:
        left.pop("native_id")  # a format may give an id to what had none
    return left, had


def worded(entry: Flat, loses: Iterable[str]) -> Flat:
    """Gives a flat entry whose words lack what a format loses of words: what was read again may have a default there."""
    lost = set(loses)
    return {**entry, "parts": [_words(part, lost) for part in entry["parts"]]}


def _words(part: Flat, lost: set[str]) -> Flat:
    if part["type"] != "words":
        return part
    return {
        name: value
        for name, value in part.items()
        if not (name == "spans" and "spans" in lost) and not (name == "format" and "markup" in lost)
    }


def names_of(participants: Iterable[Participant]) -> dict[str, str]:
    """Gives what people are called, by key."""
    return {one.key: one.name for one in participants}


def is_kept(wanted: Sequence[tuple[Flat, bool]], found: Sequence[Flat]) -> bool:
    """Says whether `found` holds everything that is wanted, in order; what is optional (True) may be missing, and nothing is added."""

    @cache
    def fits(at: int, to: int) -> bool:
        if at == len(wanted):
            return to == len(found)
        want, optional = wanted[at]
        if to < len(found) and all(found[to].get(name) == value for name, value in want.items()) and fits(at + 1, to + 1):
            return True
        return optional and fits(at + 1, to)

    return fits(0, 0)


def shown_path(entries: Sequence[Entry], chat: Chat) -> set[int]:
    """Gives the places of the entries that are shown: the branch of the active leaf where there is a tree, else all of them."""
    at: dict[str | None, int] = {entry.native_id: place for place, entry in enumerate(entries) if entry.native_id is not None}
    if chat.active_leaf not in at:
        return set(range(len(entries)))
    path: set[int] = set()
    here = at.get(chat.active_leaf)
    while here is not None and here not in path:
        path.add(here)
        here = at.get(entries[here].more.parent)
    return path


def present(shelf: Shelf) -> set[str]:
    """Names the losses that would show: what the shelf has of each."""
    return {name for name in LOSSES if any(_has(name, shelf))}


def _has(name: str, shelf: Shelf) -> Iterator[bool]:
    if name == "people":
        yield from (True for _ in shelf.people())
    if name == "imports":
        yield from (True for _ in shelf.imports())
    if name == "sources":
        yield from (bool(record.files) for record in shelf.imports())
    for chat in shelf.chats():
        if name == "branches":
            entries = [entry for run in shelf.entries(str(chat.id)) for entry in run.entries]
            yield len(shown_path(entries, chat)) < len(entries)
            continue
        if name in CHAT_LOSSES:
            yield any(getattr(chat, field) for field in CHAT_LOSSES[name])
        if name == "participants":
            yield from (bool(one.handles or one.names) for one in shelf.participants(str(chat.id)))
        for run in shelf.entries(str(chat.id)):
            yield from _in_run(name, run)


_IN_WORDS: Mapping[str, Callable[[Words], bool]] = {
    "spans": lambda words: bool(words.spans),
    "markup": lambda words: words.format != "plain",
}


def _in_run(name: str, run: Run) -> Iterator[bool]:
    for entry in run.entries:
        if name in _IN_WORDS:
            yield from (_IN_WORDS[name](part) for part in entry.parts if isinstance(part, Words))
        elif name in PART_LOSSES:
            yield from (part.type in PART_LOSSES[name] for part in entry.parts)
        elif name in ENTRY_LOSSES:
            yield from (bool(getattr(entry.more, field, None)) or bool(getattr(entry, field, None)) for field in ENTRY_LOSSES[name])
