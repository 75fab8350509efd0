"""What later events of a Matrix room say about earlier ones: edits, reactions, redactions, folded before the room is told.

Matrix client-server API, "Forming relationships between events" (v1.11, read 2026-11-22). An event is folded when what it speaks
about came before it in the file; otherwise it stands by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from wasl.wire.fields import Fields

PER_TARGET_MAX: Final = 200
"""Of each kind, on one event; more stand by themselves."""
FOLDED_MAX: Final = 1_000_000
"""In one room; more stand by themselves."""


class Said(NamedTuple):
    """Something said about an event: by whom, when (as written), and what: new content, an emoji, or a reason."""

    sender: str | None
    at: int | None
    what: Any
    event_id: str | None


@dataclass(slots=True)
class About:
    """Everything said about one event."""

    edits: list[Said] = field(default_factory=list)
    reactions: list[Said] = field(default_factory=list)
    redacted: Said | None = None


class Relations:
    """Collects what is said about events, in a first walk through the room."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._about: dict[str, About] = {}
        self._folded: set[str] = set()
        self.number = 0

    def note(self, event: Mapping[str, Any]) -> None:
        """Looks at one event of the first walk."""
        one = Fields(event)
        event_id = one.text("event_id")
        kind, target, what = relation(event)
        if event_id is None or event_id in self._seen:
            return
        self._seen.add(event_id)
        if kind is None or target not in self._seen or target == event_id or len(self._folded) >= FOLDED_MAX:
            return
        about = self._about.setdefault(str(target), About())
        said = Said(one.text("sender"), one.whole("origin_server_ts"), what, event_id)
        held = about.edits if kind == "edit" else about.reactions
        if kind == "redaction":
            about.redacted = about.redacted or said
        elif len(held) < PER_TARGET_MAX:
            held.append(said)
        else:
            return
        self._folded.add(event_id)
        self.number += 1

    def about(self, event_id: str | None) -> About:
        """Gives what is said about an event."""
        return self._about.get(event_id or "") or About()

    def is_folded(self, event: Mapping[str, Any]) -> bool:
        """Says whether an event is told with the one that it speaks about."""
        return event.get("event_id") in self._folded if isinstance(event.get("event_id"), str) else False


def relation(event: Mapping[str, Any]) -> tuple[str | None, str | None, Any]:
    """Gives the kind ("edit", "reaction", "redaction", None), the target and what is said of it."""
    one = Fields(event)
    content = Fields(one.child("content"))
    kind = one.text("type")
    if kind == "m.room.redaction":
        target = one.text("redacts") or content.text("redacts")
        return ("redaction", target, content.text("reason")) if target else (None, None, None)
    relates = Fields(content.child("m.relates_to"))
    how, target = relates.text("rel_type"), relates.text("event_id")
    if target is None:
        return None, None, None
    if how == "m.replace" and isinstance(content.value.get("m.new_content"), dict):
        return "edit", target, content.value["m.new_content"]
    if kind == "m.reaction" and how == "m.annotation" and relates.text("key"):
        return "reaction", target, relates.text("key")
    return None, None, None
