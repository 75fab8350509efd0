"""Take up: which of the messages that wait are answered now, and by one answer: one alone, those that are one thing said, or all late ones.

A person sends five pictures and a question in one go, and some platforms bring that as six messages. Telegram names the album that a
picture belongs to; WhatsApp names nothing, and a picture without a word is followed by what is to be said about it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.ids import MessageId
from wasl.domain.message import Media, MediaRole, Part, Said
from wasl.domain.turn import DueTurn

SETTLE_MS: Final = 1_000
"""So long after the newest message of an album the others are waited for."""
SETTLE_MS_MAX: Final = 4_000
"""So long after its first message at the most."""
FOLLOWS_MS: Final = 30_000
"""Words that a person sent so long after a picture without words are taken to be about it, where both still wait."""
JOINED_MAX: Final = 20
"""Messages that one answer is to; those behind get the next one."""

_SHOWN: Final[frozenset[MediaRole]] = frozenset(("photo", "video", "document"))
_SAID: Final[frozenset[MediaRole]] = _SHOWN | {"voice", "audio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """When a turn is late, and what is done then: "answer" once, saying so, or close it with a "note" to the person."""

    after_seconds: float
    policy: str


class TakeUp:
    """Takes up the first of the turns that are due. What is `alone` (a command) is never answered together with others."""

    def __init__(self, *, lateness: Mapping[str, Lateness], default: Lateness, alone: Callable[[DueTurn], bool]) -> None:
        self._lateness = lateness
        self._default = default
        self._alone = alone

    def lateness(self, turn: DueTurn) -> Lateness:
        """Gives what holds on the turn's channel."""
        return self._lateness.get(turn.address.key.channel, self._default)

    def first(self, turns: Sequence[DueTurn]) -> DueTurn:
        """Gives the first turn, with those that are one thing said with it."""
        first = turns[0]
        if len(turns) == 1 or not _begins_with_a_file(first):
            return first
        joined = (first, *self._belonging(first, turns[1:]))[:JOINED_MAX]
        if len(joined) == 1:
            return first
        return replace(first, parts=tuple(part for turn in joined for part in turn.parts), joined=joined)

    def now(self, turns: Sequence[DueTurn], *, now_ms: int) -> tuple[tuple[DueTurn, ...], bool]:
        """Gives what is answered now, by one answer: the first with what belongs to it; when it is late (True), every late turn that
        follows it on the same address."""
        first = turns[0]
        limit = self.lateness(first).after_seconds * 1000
        if now_ms - first.accepted_at_ms <= limit:
            return (self.first(turns),), False
        late: list[DueTurn] = []
        for turn in turns:
            if turn.address.id != first.address.id or now_ms - turn.accepted_at_ms <= limit:
                break
            if late and self._alone(turn):
                break
            late.append(turn)
        return tuple(late), True

    def settles_at_ms(self, turns: Sequence[DueTurn], *, now_ms: int, pictures_apart: bool) -> int | None:
        """Gives until when the rest of what the first turn begins is waited for; None when nothing is."""
        if not _begins_with_a_file(turns[0]):
            return None
        whole = self.first(turns)
        if album_of(whole.parts) is None and not (pictures_apart and _private(whole) and _wordless(whole.parts)):
            return None
        began, newest = whole.accepted_at_ms, whole.each[-1].accepted_at_ms
        until = min(newest + SETTLE_MS, began + SETTLE_MS_MAX)
        return until if began <= now_ms < until else None  # by a clock that went back nothing is waited for

    def _belonging(self, first: DueTurn, others: Sequence[DueTurn]) -> Iterator[DueTurn]:
        """Gives those of the same album wherever they stand; after a picture without words what follows it, as far as the first words."""
        albums = {album_of(first.parts)}
        open_ended, before = _private(first) and _wordless(first.parts), first
        for turn in others:
            if turn.address.id != first.address.id:
                continue
            album = album_of(turn.parts)
            if album is None or album not in albums:
                if not (open_ended and self._follows(turn, before)):
                    open_ended = False
                    continue
                albums.add(album)
            open_ended, before = open_ended and _wordless(turn.parts), turn
            yield turn

    def _follows(self, turn: DueTurn, before: DueTurn) -> bool:
        said = all(part.type == "text" or (isinstance(part, Media) and part.role in _SAID) for part in turn.parts)
        return said and turn.sent_at_ms - before.sent_at_ms <= FOLLOWS_MS and not self._alone(turn)


def with_unasked(turn: DueTurn, history: Sequence[Said]) -> DueTurn:
    """Gives a turn of a group with the pictures of its album that nobody was asked about: one of them names the assistant for all."""
    album = album_of(turn.parts)
    if album is None or _private(turn):
        return turn
    own = {one.message_id for one in turn.each}
    others = [
        replace(turn, message_id=MessageId(said.id), parts=said.parts, joined=())
        for said in history
        if said.author == "person" and said.id not in own and not said.elsewhere and album_of(said.parts) == album
    ]
    joined = tuple(sorted((*turn.each, *others), key=lambda one: one.message_id))[:JOINED_MAX]  # ids sort by time
    return replace(turn, parts=tuple(part for one in joined for part in one.parts), joined=joined)


def album_of(parts: Sequence[Part]) -> str | None:
    """Gives the album that a message's file was sent in."""
    return next((part.album for part in parts if isinstance(part, Media) and part.album is not None), None)


def _begins_with_a_file(turn: DueTurn) -> bool:
    return bool(turn.parts) and turn.parts[0].type == "media"


def _private(turn: DueTurn) -> bool:
    return turn.address.key.kind != "group"


def _wordless(parts: Sequence[Part]) -> bool:
    return all(isinstance(part, Media) and part.role in _SHOWN and not part.caption for part in parts)
