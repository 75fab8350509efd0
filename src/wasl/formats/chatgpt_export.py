"""ChatGPT's data export: conversations.json by itself, in the zip, or in numbered shards with a manifest; and the same written.

Seen in exports of 2023 to September 2026 and in the reports of independent readers of the sharded form (February to April 2026). A
conversation is a tree of nodes, where edits and regenerations are siblings; the shown thread leads from `current_node` up through
`parent`. What this reader does not know stays in `extra`, so that an unchanged conversation leaves as it came.

It cannot tell: who wrote besides "user" and the assistant; the wall clock; what media showed that are not in the zip.
"""

import itertools
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any, BinaryIO, ClassVar, Final, Literal

from wasl.domain.archive import ByModel, Chat, ChatState, Entry, More, Name, Participant, ParticipantRole, Role
from wasl.ports.export_manifest import MANIFEST, manifest_of
from wasl.ports.format import Choices, Dropped, Found, Guess, Order, Progress, Shape, Shelf, Wrote, files_of
from wasl.ports.json_reading import Keys, Telling, look, opened, runs, take_chats
from wasl.wire.bundle import Bundle
from wasl.wire.chat_tree import UNSAID, settle, shown_parents
from wasl.wire.chatgpt_content import MemberOf, asset_id, content_of
from wasl.wire.chatgpt_node import KEY, kept, node_kept, node_made
from wasl.wire.instant import instant_ms
from wasl.wire.json_stream import Element, escape, walk
from wasl.wire.json_written import encode
from wasl.wire.losses import Losses
from wasl.wire.plural import so_many
from wasl.wire.read import child, text

MEMBERS_LOOKED_AT: Final = 3
SHARD_CONVERSATIONS_MAX: Final = 1_000_000
MEDIA_MAX: Final = 100_000
"""Files beside the conversations, when they are written."""
LINEAR: Final = "wasl_linear"
"""Beside a conversation that has no branches where it comes from: reading it again gives none."""
ROOT: Final = "client-created-root"
_INTO: Final = ("/*/mapping", "/conversations/*/mapping", "/mapping")
_SHARD: Final = re.compile(r"(?:.*/)?conversations(?:[-_](\d+))?\.json", re.IGNORECASE)
_ROLES: Final[Mapping[str, Role]] = {"user": "user", "assistant": "assistant", "system": "system", "tool": "tool"}
_MEDIUM: Final = re.compile(r"(?:[\w-][\w .-]*/)*file[-_][\w][^/\\\x00-\x1f:]*")
"""A name under which a file leaves: in folders, never above them."""
_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file in the zip, so that the same content gives the same bytes."""
_PEOPLE: Final[Mapping[str, ParticipantRole]] = {"user": "person", "assistant": "assistant", "system": "system", "tool": "tool"}


class ChatGPTExport:
    """Conversations with ChatGPT."""

    kind: ClassVar[str] = "chatgpt_export"
    title: ClassVar[str] = "ChatGPT"
    suffix: ClassVar[str] = ".zip"
    gives_back: ClassVar[Literal[True]] = True
    media_type: ClassVar[str] = "application/zip"
    loses: ClassVar[tuple[str, ...]] = (
        "authors", "senders", "roles", "wall_clock", "resolution", "zones", "received", "replies", "threads", "edits", "deletions",
        "reactions", "flags", "models", "deliveries", "extra", "files", "polls", "calls", "places", "contacts", "links", "thinking",
        "tools", "citations", "events", "unknown", "spans", "markup", "chat_details", "participants", "people", "imports", "sources",
    )  # fmt: skip

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for conversations whose nodes stand in a `mapping`."""
        for name, _ in _members(bundle)[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            for where in ("/*", "/conversations/*", ""):
                if f"{where}/mapping" in found.paths:
                    return Guess(confidence=0.95, why=f"the conversations in {name} are trees of nodes (mapping)")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the conversations, shard after shard."""
        members = _members(bundle)
        shards = len(members)
        yield Shape("chatgpt/shards" if shards > 1 else "chatgpt/one-file", 0.95, {"times": "some", "zone": "UTC", "shards": shards})
        places = {member.name: place for place, member in enumerate(bundle.members())}
        media = _media(bundle)
        keys = Keys()
        yield from _missing_shards(bundle, members, places)

        def take(pointer: str, value: Any, telling: Telling) -> Iterator[Found]:
            if pointer or "mapping" in value:
                yield from _conversation(value, pointer, telling, keys, media.get)
            elif value:
                telling.note("beside-the-conversations", ", ".join(sorted(value))[:100])

        yield from take_chats(bundle, [name for name, _ in members], _INTO, take, lists=("", "/conversations"))

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes a zip with conversations.json; `options` {"shards": "100"} puts so many conversations in each of several files."""
        asked = order.options.get("shards", "")
        per_file = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 7 and int(asked) else None
        writing = _Writing(shelf, Losses(self.loses))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packing:
            chats = shelf.chats()
            for number in range(SHARD_CONVERSATIONS_MAX):
                batch = itertools.islice(chats, per_file) if per_file else chats
                first = next(batch, None)
                if first is None and number:
                    break
                name = f"conversations-{number:03}.json" if per_file else "conversations.json"
                with packing.open(_named(name), "w", force_zip64=True) as file:
                    file.write(b"[")
                    for place, chat in enumerate(itertools.chain([first] if first else [], batch)):
                        file.write(b",\n" if place else b"")
                        yield from writing.conversation(chat, file)
                    file.write(b"]")
            yield from writing.put_media(packing)
            wrote = writing.done()
            with packing.open(_named(MANIFEST), "w") as file:
                file.write(manifest_of(self.kind, order, wrote))
        yield wrote


class _Writing:
    """What is written so far, and what was lost."""

    def __init__(self, shelf: Shelf, losses: Losses) -> None:
        self._shelf = shelf
        self._losses = losses
        self._chats = self._entries = self._bytes = 0
        self._media: dict[str, str] = {}
        losses.add("people", sum(1 for _ in shelf.people()))
        for record in shelf.imports():
            losses.add("imports")
            losses.add("sources", len(record.files))

    def done(self) -> Wrote:
        dropped = tuple(Dropped(what, number) for what, number in self._losses.dropped())
        return Wrote({"chats": self._chats, "entries": self._entries}, dropped)

    def put_media(self, packing: zipfile.ZipFile) -> Iterator[Progress]:
        """Writes the files of conversations that came from ChatGPT, as they were called there."""
        for member, sha256 in sorted(self._media.items()):
            try:
                pieces = iter(self._shelf.attachment(sha256))
                first = next(pieces, b"")
            except KeyError:
                self._losses.add("files")
                continue
            with packing.open(_named(member), "w", force_zip64=True) as file:
                for piece in itertools.chain((first,), pieces):
                    file.write(piece)
                    self._bytes += len(piece)
            yield Progress(self._bytes)

    def conversation(self, chat: Chat, file: IO[bytes]) -> Iterator[Progress]:
        """Writes a conversation node by node: as it was where it came from ChatGPT, else on a root made for it."""
        held = chat.extra.get(KEY)
        own = isinstance(held, Mapping) and isinstance(held.get("head"), Mapping) and isinstance(held.get("silent"), Mapping)
        nodes = self._own(chat, held) if own and held is not None else self._made(chat)
        head = next(nodes)[1]
        self._chats += 1
        file.write(encode(head)[:-1] + (b"," if head else b"") + b'"mapping":{')
        for place, (name, node) in enumerate(nodes):
            piece = encode({name: node})[1:-1]
            file.write((b"," if place else b"") + piece)
            self._bytes += len(piece)
            if place % 1_000 == 999:
                yield Progress(self._bytes)
        file.write(b"}}")
        yield Progress(self._bytes)

    def _own(self, chat: Chat, held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Gives the head, then the nodes, in the order that the export had."""
        yield "", dict(held["head"])
        nodes = itertools.chain(held["silent"].items(), self._spoken(chat))
        order = held.get("order")
        if isinstance(order, list):
            every = dict(nodes)
            yield from ((name, every.pop(name)) for name in order if name in every)
            nodes = itertools.chain(every.items())
        yield from nodes

    def _spoken(self, chat: Chat) -> Iterator[tuple[str, Any]]:
        for entry, own_id in self._walk(chat):
            self._entries += 1
            name = entry.native_id or own_id
            node = node_kept(entry.more.extra, entry.text, entry.parts)
            if node is None:
                self._losses.entry(entry)
                node = node_made(entry, name, entry.more.parent or ROOT, [])
            else:
                self._files(entry)
            yield name, node

    def _files(self, entry: Entry) -> None:
        for part in files_of(entry):
            if part.sha256 and part.member and _MEDIUM.fullmatch(part.member) and len(self._media) < MEDIA_MAX:
                self._media[part.member] = part.sha256
            elif part.sha256:
                self._losses.add("files")

    def _made(self, chat: Chat) -> Iterator[tuple[str, Any]]:
        """Gives the head, then a root, then a node for each entry. Walks the entries twice: a node names its children."""
        names, parents, leaf = self._tree(chat)
        below: dict[str, list[str]] = {}
        for name, parent in zip(names, parents, strict=True):
            below.setdefault(parent, []).append(name)
        self._losses.chat(chat)
        for one in self._shelf.participants(str(chat.id)):
            self._losses.participant(one)
        key = chat.native_id or str(chat.id)
        created, updated = chat.created_ms, chat.updated_ms
        head: dict[str, Any] = {
            "title": chat.title,
            "create_time": None if created is None else created / 1_000,
            "update_time": None if updated is None else updated / 1_000,
            "current_node": leaf,
            "conversation_id": key,
            "id": key,
        }
        yield "", head if chat.active_leaf else {**head, LINEAR: True}
        yield ROOT, {"id": ROOT, "message": None, "parent": None, "children": below.get(ROOT, [])}
        for (entry, _), name, parent in zip(self._walk(chat), names, parents, strict=False):
            self._entries += 1
            self._losses.entry(entry)
            yield name, node_made(entry, name, parent, below.get(name, []))

    def _tree(self, chat: Chat) -> tuple[list[str], list[str], str]:
        """Gives a name and a parent for each entry, and the last one that is shown."""
        names: list[str] = []
        said: list[str | None] = []
        taken = {ROOT}
        for entry, own_id in self._walk(chat):
            name = entry.native_id if entry.native_id and entry.native_id not in taken else own_id
            taken.add(name)
            names.append(name)
            said.append(entry.more.parent)
        if any(said) or chat.active_leaf:
            parents = [parent if parent in taken and parent is not None else ROOT for parent in said]
        else:
            parents = [ROOT, *names][: len(names)]
        leaf = chat.active_leaf if chat.active_leaf in taken else None
        return names, parents, leaf or (names[-1] if names else ROOT)

    def _walk(self, chat: Chat) -> Iterator[tuple[Entry, str]]:
        for run in self._shelf.entries(str(chat.id)):
            yield from zip(run.entries, self._shelf.entry_ids(str(chat.id), run), strict=True)


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _members(bundle: Bundle) -> list[tuple[str, int]]:
    """Finds the shards by name, in the order of their numbers; a lone file under any name is taken as it is."""
    members = bundle.members()
    named = [(int(found[1] or -1), member) for member in members if (found := _SHARD.fullmatch(member.name)) and len(found[1] or "") < 9]
    if not named and len(members) == 1:
        return [(members[0].name, members[0].size_bytes)]
    return [(member.name, member.size_bytes) for _, member in sorted(named, key=lambda pair: (pair[0], pair[1].name))]


def _missing_shards(bundle: Bundle, members: list[tuple[str, int]], places: Mapping[str, int]) -> Iterator[Found]:
    """Tells which shards the manifest names that are not there."""
    for member in bundle.members():
        if member.name.rpartition("/")[2] != "export_manifest.json":
            continue
        held = {name.rpartition("/")[2] for name, _ in members}
        telling = Telling(places[member.name])
        stream = opened(bundle, member.name)
        names: set[str] = set()
        for piece in walk(stream, ("/*",)) if stream else ():
            if isinstance(piece, Element):
                values = piece.value.values() if isinstance(piece.value, dict) else [piece.value, piece.key]
                names |= {v.rpartition("/")[2] for v in values if isinstance(v, str) and _SHARD.fullmatch(v)}
        for name in sorted(names - held):
            telling.note("missing-shard", name, "the manifest names it, and it is not in the export")
        yield from telling.problems()


def _media(bundle: Bundle) -> dict[str, str]:
    """Gives the members that hold media, by the id with which their names begin."""
    found: dict[str, str] = {}
    for member in bundle.members():
        own = asset_id(member.name.rpartition("/")[2])
        if own and member.name.rpartition("/")[2].startswith(own):
            found.setdefault(own, member.name)
    return found


def _conversation(value: Any, pointer: str, telling: Telling, told: Keys, member_of: MemberOf) -> Iterator[Found]:
    if not isinstance(value, dict) or not isinstance(value.get("mapping"), dict):
        yield telling.reject(pointer or "/", "it is no conversation: it has no tree of nodes (mapping)", value)
        return
    mapping: dict[str, Any] = value["mapping"]
    native_id = text(value, "id") or text(value, "conversation_id")
    key = told.key(native_id or f"{telling.source}:{pointer}")
    parents = {name: _parent(node) for name, node in mapping.items()}
    claims = {name: _children(node) for name, node in mapping.items()}
    settled = settle(parents, claims)
    spoken = {name for name, node in mapping.items() if isinstance(node, dict) and isinstance(node.get("message"), dict)}
    above = shown_parents(settled, spoken)
    linear = value.get(LINEAR) is True
    for trouble, names in settled.troubles.items():
        telling.note(trouble, pointer or "/", f"{so_many(len(names), 'node')}, such as {names[0]!r}")
    entries, people = [], {}
    for name in settled.order:
        if name in spoken:
            place = f"{pointer}/mapping/{escape(name)}"
            entry = _entry(name, mapping[name], None if linear else above[name], place, telling.source, member_of)
            people[entry.author] = entry.role
            entries.append(entry)
    silent = {name: node for name, node in mapping.items() if name not in spoken}
    leaf = None if linear else _leaf(value, settled.parents, spoken, entries)
    yield _chat(value, key, native_id, pointer, telling.source, leaf, silent, entries)
    for author, role in people.items():
        yield _participant(key, str(author), role)
    for name, node in silent.items():
        if not isinstance(node, dict) or node.get("message") is not None or node.get("parent") is not None:
            yield telling.reject(f"{pointer}/mapping/{escape(name)}", "the node holds no message", node)
    yield from runs(key, entries)


def _chat(
    value: Mapping[str, Any],
    key: str,
    native_id: str | None,
    pointer: str,
    source: int,
    leaf: str | None,
    silent: Mapping[str, Any],
    entries: list[Entry],
) -> Chat:
    held: dict[str, Any] = {"head": {name: inner for name, inner in value.items() if name != "mapping"}, "silent": dict(silent)}
    order = [*silent, *(entry.native_id for entry in entries)]
    if order != list(value["mapping"]):
        held["order"] = list(value["mapping"])
    model = text(value, "default_model_slug")
    state: ChatState = "archived" if value.get("is_archived") is True else "open"
    return Chat(
        key=key,
        kind="assistant",
        origin="ChatGPT",
        title=text(value, "title"),
        native_id=native_id,
        created_ms=instant_ms(value.get("create_time")),
        updated_ms=instant_ms(value.get("update_time")),
        active_leaf=leaf,
        state=state,
        labels=("starred",) if value.get("is_starred") is True else (),
        settings={"model": model} if model else {},
        source=source,
        pointer=pointer,
        extra={KEY: held},
    )


def _entry(name: str, node: Mapping[str, Any], parent: str | None, pointer: str, source: int, member_of: MemberOf) -> Entry:
    message = node["message"]
    metadata = child(message, "metadata")
    words, parts = content_of(message, member_of)
    role = text(child(message, "author"), "role") or ""
    tool = text(child(message, "author"), "name")
    slug = text(metadata, "model_slug")
    hidden = message.get("weight") == 0 or metadata.get("is_visually_hidden_from_conversation") is True or (not words and not parts)
    model = None
    if slug and role != "user":
        finish = text(child(metadata, "finish_details"), "type")
        model = ByModel(name=slug, provider="openai", finish=finish, request_id=text(metadata, "request_id"))
    when = instant_ms(message.get("create_time"))
    author = f"tool:{tool}" if role == "tool" and tool else role or "unknown"
    more = More(
        parent=parent,
        flags=frozenset({"hidden"}) if hidden else frozenset(),
        model=model,
        extra={KEY: kept(node, name, words, parts)},
    )
    return Entry(author, _ROLES.get(role, "service"), words, when, when, "ms", name, parts, more, source, None, None, pointer)


def _participant(chat: str, author: str, role: Role) -> Participant:
    names = {"user": (), "assistant": (Name("ChatGPT"),)}.get(author, (Name(author.removeprefix("tool:")),))
    return Participant(chat=chat, key=author, names=names, role=_PEOPLE.get(role, "system"), is_self=True if author == "user" else None)


def _parent(node: Any) -> str | None:
    if not isinstance(node, dict) or "parent" not in node:
        return UNSAID
    parent = node["parent"]
    return parent if parent is None or isinstance(parent, str) else UNSAID


def _children(node: Any) -> list[str]:
    named = node.get("children") if isinstance(node, dict) else None
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def _leaf(value: Mapping[str, Any], parents: Mapping[str, str | None], spoken: set[str], entries: list[Entry]) -> str | None:
    """The last entry of the branch that is shown; where the export does not say, the last one of all."""
    here = text(value, "current_node")
    if here in parents:
        while here is not None and here not in spoken:
            here = parents[here]
        if here is not None:
            return here
    return entries[-1].native_id if entries else None
