"""Edits: what a person changed about a message before its answer was there is what is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wasl.domain.ids import ConversationId, MessageId
from wasl.domain.message import Media, Part, Said, Text, edited
from wasl.domain.turn import DueTurn, Work


class Edits:
    """Which messages were edited while this process works on their conversations; what it does not hear of, it finds in the history."""

    def __init__(self) -> None:
        self._noted: dict[ConversationId, set[str]] = {}

    def note(self, conversation_id: ConversationId, native_id: str) -> None:
        """Notes an edit of the message with that id of the platform's."""
        self._noted.setdefault(conversation_id, set()).add(native_id)

    def forget(self, conversation_id: ConversationId) -> None:
        """Ends the work on a conversation."""
        self._noted.pop(conversation_id, None)

    def concern(self, conversation_id: ConversationId, turns: Sequence[DueTurn]) -> bool:
        """Says whether one of the turns was edited since the work on its conversation began."""
        noted = self._noted.get(conversation_id)
        return noted is not None and any(one.native_id in noted for turn in turns for one in turn.each)


def as_edited(work: Work) -> Work:
    """Gives work whose due turns have the words that their messages have by now, as far as its history shows."""
    newest: dict[str, Said] = {}
    for said in reversed(work.history or ()):
        if said.id == work.turns[0].message_id:
            break  # an edit comes after what it edits
        if said.author == "person" and not said.elsewhere and (target := edited(said.parts)) is not None:
            newest.setdefault(target, said)
    return replace(work, turns=tuple(_as_edited(turn, newest) for turn in work.turns)) if newest else work


def _as_edited(turn: DueTurn, newest: Mapping[str, Said]) -> DueTurn:
    said = newest.get(turn.native_id) if turn.native_id is not None else None
    words = next((part.text for part in said.parts if isinstance(part, Text)), None) if said is not None else None
    if said is None or words is None:
        return turn
    parts = _with_words(turn.parts, words)
    return turn if parts is None else replace(turn, parts=parts, edited_by=MessageId(said.id))


def _with_words(parts: tuple[Part, ...], words: str) -> tuple[Part, ...] | None:
    """Puts words in the place of those of the first text, or under the first file where there is no text; None where neither is."""
    for place, part in enumerate(parts):
        if isinstance(part, Text):
            return (*parts[:place], replace(part, text=words), *parts[place + 1 :])
    for place, part in enumerate(parts):
        if isinstance(part, Media):
            return (*parts[:place], replace(part, caption=words), *parts[place + 1 :])
    return None
