"""Resize: what is sent keeps the sizes that the rules set, also where they are smaller than the channel's own.

An answer is cut before it is stored, so that each piece is a delivery of its own. What was stored under a larger limit, or was written by
somebody else than the assistant, is cut at the gate.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from wasl.domain.delivery import Outgoing
from wasl.domain.fit import Measure, fit
from wasl.domain.ids import DeliveryId
from wasl.domain.limits import Limits
from wasl.domain.message import Author, Part, Text
from wasl.domain.person import Address
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.service.acting import Parties, Party, sending
from wasl.wire.markup import measure

CHARACTERS: Final = "max_text_chars"
BYTES: Final = "max_text_bytes"
ENDLESS: Final = 1 << 40
"""Longer than any bound: a text of this size meets all of them."""

Pieces = Callable[[Sequence[Part], Address, bool], Sequence[tuple[Part, ...]]]
"""Cuts an answer for an address, each piece one send; the last says whether each is billed."""


def bounded(limits: Limits, sizes: Iterable[tuple[str, int]]) -> tuple[Limits, Measure]:
    """Gives a channel's limits under the rules' sizes, and the measure for Markdown that goes with them.

    Characters are counted in the channel's own unit, as the gate counts them. Bytes are those of the text as it is stored: a bound in bytes
    holds beside the channel's, and as no unit of a text is shorter than a byte, the smaller number keeps both.
    """
    named, own = dict(sizes), measure(limits)
    most = min(limits.text_max, named.get(CHARACTERS, limits.text_max))
    if BYTES in named:
        most = min(most, named[BYTES])
    elif most == limits.text_max >= max(limits.caption_max, limits.choice_text_max):
        return limits, own  # as nearly always: no rule asks for less
    small = replace(
        limits,
        text_max=most,
        caption_max=min(limits.caption_max, most),
        choice_text_max=min(limits.choice_text_max, most),
        text_unit="utf-8 bytes" if BYTES in named else limits.text_unit,
    )
    if BYTES not in named:
        return small, own
    return small, lambda text: max(len(text.encode()), own(text))


def cut(outgoing: Outgoing, limits: Limits, sizes: Iterable[tuple[str, int]]) -> tuple[tuple[Part, ...], ...]:
    """Gives what a delivery says in pieces that keep the rules' sizes, each to be sent as a message of its own."""
    small, measured = bounded(limits, sizes)
    return fit(outgoing.parts, limits=small, measure=measured)


class Resize:
    """Cuts answers as the rules and the channel ask, before they are stored."""

    def __init__(self, *, book: Callable[[], Rulebook], parties: Parties, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._book = book
        self._parties = parties
        self._channels = channels
        self._clock = clock
        self._bounds: dict[tuple[str, str], bool] = {}

    def __call__(self, parts: Sequence[Part], to: Address, billed: bool) -> Sequence[tuple[Part, ...]]:
        """Cuts an answer for an address; whole where the channel is not known."""
        channel = self._channels.get(to.key.channel)
        if channel is None:
            return (tuple(parts),)
        limits, measured = bounded(channel.limits, self.sizes(to, channel.limits))
        return fit(parts, limits=limits, measure=measured, billed=billed)

    def sizes(self, to: Address, limits: Limits, *, author: Author = "assistant") -> Sequence[tuple[str, int]]:
        """Gives the sizes that the rules set for a text to an address now; nothing where the channel's own are the smaller ones."""
        party, book = self._parties.get(to.key.channel), self._book()
        if party is None or party.mode == "watch" or not self._bounds_text(book, party, limits):
            return ()
        act = sending(Outgoing(id=DeliveryId(""), address=to, parts=(Text(text=""),), author=author), party, at_ms=self._clock.now_ms())
        endless = replace(act, message=replace(act.message, characters=ENDLESS, size_bytes=ENDLESS))
        return tuple(one for one in evaluate(book, endless).limits if one[0] in (CHARACTERS, BYTES))

    def _bounds_text(self, book: Rulebook, party: Party, limits: Limits) -> bool:
        """Says whether any rule of the book could ask for less than the channel: nearly no book does, and nothing is evaluated then."""
        key = (book.digest, party.name)
        if key not in self._bounds:
            self._bounds = {known: held for known, held in self._bounds.items() if known[0] == book.digest}
            named = {book.named(party.kind), "*"}
            self._bounds[key] = any(_less(rule.predicate, limits) for rule in book.known_on() if named & set(rule.channels))
        return self._bounds[key]


def _less(predicate: Mapping[str, object], limits: Limits) -> bool:
    most = predicate.get(CHARACTERS)
    if isinstance(most, int) and most < limits.text_max:
        return True
    bound = predicate.get(BYTES)
    return isinstance(bound, int) and (limits.text_unit != "utf-8 bytes" or bound < limits.text_max)
