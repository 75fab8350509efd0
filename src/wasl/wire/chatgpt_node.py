"""A node of a ChatGPT conversation beside the entry made of it: what the entry does not say is kept, and both together give the node back.

What is kept twice is only what could not be told from the entry: the way back is tried at once, and where it leads elsewhere the node
is kept whole.
"""

from collections.abc import Mapping
from typing import Any

from wasl.domain.archive import ArchivePart, Entry, Thinking, ToolAsked, ToolGave

KEY = "chatgpt"
"""Under which `extra` of a chat and of an entry holds it."""


def kept(node: Mapping[str, Any], key: str, words: str, parts: tuple[ArchivePart, ...]) -> dict[str, Any]:
    """Gives what must be kept of a node beside the entry with the native id `key`."""
    message = node.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    main = _main(words, parts)
    if isinstance(message, dict) and isinstance(content, dict) and main:
        for name, value in (("parts", [main]), ("text", main)):
            if content.get(name) == value:
                slim = {
                    "node": {k: v for k, v in node.items() if k != "message"},
                    "message": {k: v for k, v in message.items() if k != "content"},
                    "content": {k: v for k, v in content.items() if k != name},
                    "cut": name,
                }
                if node_of(slim, words, parts) == node:
                    return slim
    return {"node": dict(node)}


def node_of(held: Mapping[str, Any], words: str, parts: tuple[ArchivePart, ...]) -> dict[str, Any]:
    """Gives the node as the export had it."""
    node = dict(held["node"])
    if "message" in held:
        main = _main(words, parts)
        content = {**held["content"], held["cut"]: [main] if held["cut"] == "parts" else main}
        node["message"] = {**held["message"], "content": content}
    return node


def _main(words: str, parts: tuple[ArchivePart, ...]) -> str:
    """The one text that an entry holds: its words, or what a tool was asked or gave, or a thought."""
    if words:
        return words
    for part in parts:
        found = part.content if isinstance(part, ToolGave) else part.input if isinstance(part, ToolAsked) else None
        found = part.text if isinstance(part, Thinking) else found
        if isinstance(found, str):
            return found
    return ""


def node_kept(extra: Mapping[str, Any], words: str, parts: tuple[ArchivePart, ...]) -> dict[str, Any] | None:
    """Gives the node that an entry's `extra` holds; None where it holds none."""
    held = extra.get(KEY)
    if not isinstance(held, Mapping) or not isinstance(held.get("node"), Mapping):
        return None
    if "message" in held and not (isinstance(held["message"], Mapping) and isinstance(held.get("content"), Mapping) and "cut" in held):
        return None
    return node_of(held, words, parts)


def node_made(entry: Entry, key: str, parent: str, children: list[str]) -> dict[str, Any]:
    """Makes a node of an entry that came from elsewhere."""
    role = "system" if entry.role == "service" else entry.role
    seconds = entry.instant_ms if entry.instant_ms is not None else entry.wall_ms
    slug = entry.more.model.name if entry.more.model else None
    message: dict[str, Any] = {
        "id": key,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": None if seconds is None else seconds / 1_000,
        "update_time": None,
        "content": {"content_type": "text", "parts": [entry.text]},
        "status": "finished_successfully",
        "end_turn": True if role == "assistant" else None,
        "weight": 1.0,
        "metadata": {"model_slug": slug} if slug else {},
        "recipient": "all",
        "channel": None,
    }
    return {"id": key, "message": message, "parent": parent, "children": children}
