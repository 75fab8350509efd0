"""Point elsewhere: a link that carries a person and their question to a channel of the operator's own, once in a while.

Following it joins both channels as any link does, after the person's yes; then the question is asked there, as the person's own words.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from wasl.domain.event import Arrival
from wasl.domain.ids import ConversationId, TurnId
from wasl.domain.message import Text
from wasl.domain.purpose import Redirect
from wasl.domain.turn import DueTurn
from wasl.ports.clock import Clock
from wasl.ports.purposes import Purposes
from wasl.ports.store import Outcome, Store
from wasl.service.judging import Case
from wasl.service.learn_purpose import LearnPurpose
from wasl.service.link import Links, Way

log = structlog.get_logger(__name__)

LINK_MINUTES: Final = 60
"""For so long the link of a redirect can be followed."""
KEY: Final = "redirect "
"""Before the turn's id: the key of the question as it arrives elsewhere, so that it is asked once however often the link is used."""

Arrive = Callable[[str, Sequence[Arrival]], Awaitable[Sequence[Outcome]]]
"""Stores arrivals on a channel and starts the work they bring."""
Forbids = Callable[[str, DueTurn], bool]
"""Says whether a general answer to the person of a turn would be refused on a channel."""


class PointElsewhere:
    """Makes redirects, and carries them out when they are followed."""

    def __init__(
        self,
        *,
        store: Store,
        purposes: Purposes,
        links: Links,
        clock: Clock,
        learnt: LearnPurpose,
        forbids: Forbids,
        to: str = "",
        quiet_hours: float = 24.0,
    ) -> None:
        self._store = store
        self._purposes = purposes
        self._links = links
        self._clock = clock
        self._learnt = learnt
        self._forbids = forbids
        self._to = to
        self._quiet_ms = int(quiet_hours * 3_600_000)
        self.arrive: Arrive | None = None
        """How the question is asked elsewhere; set once there is a way in."""

    async def url(self, case: Case, turn: DueTurn) -> str | None:
        """Gives the address to which this person may be pointed now; None when they were pointed there lately, or there is nowhere to
        point. The same turn gets the same again. Raises StoreDown."""
        home, address = case.work.conversation_id, turn.address
        if address.key.kind == "group" or not self._somewhere(turn, language=case.language):
            return None  # a link that carries one person is nothing for everybody's eyes
        redirect = Redirect(
            turn_id=turn.id, conversation_id=home, person_id=address.person_id, channel=address.key.channel, at_ms=case.now_ms
        )
        person = await self._store.people.person_of(home)
        people = [address.person_id, *([person] if person is not None else [])]
        if not await self._purposes.take_redirect(redirect, people=people, quiet_ms=self._quiet_ms):
            return None
        carried = {"redirect": turn.id, "from": address.key.channel}
        offer = await self._links.offer(home, seed=f"{KEY}{turn.id}", language=case.language, minutes=LINK_MINUTES, carried=carried)
        way = self._best(offer.ways, turn)
        return way.url if way is not None else None

    async def follow(self, carried: Mapping[str, Any], home: ConversationId) -> None:
        """Asks the question of a redirect in the conversation from which its link was followed, and counts it. Raises StoreDown."""
        turn_id = carried.get("redirect")
        if not isinstance(turn_id, str) or self.arrive is None:
            return
        addresses = await self._store.addresses(home)
        words = await self._purposes.words([TurnId(turn_id)])
        if not addresses or not words:
            return
        key, now = addresses[0].key, self._clock.now_ms()
        arrival = Arrival(
            key=f"{KEY}{turn_id}",
            address=key,
            parts=(Text(text=self._general(words[0].question)),),
            sent_at_ms=now,
            author_name=addresses[0].name,
            extra={"from": str(carried.get("from", ""))},
        )
        await self.arrive(key.channel, [arrival])
        if await self._purposes.follow(TurnId(turn_id), at_ms=now, channel=key.channel):
            log.info("a redirect was followed", turn=turn_id, to=key.channel)

    # -- private
    def _general(self, question: str) -> str:
        """Gives the part of a question that was not answered where it was asked."""
        known = self._learnt.known
        judged = known.classifier.judge(question) if known is not None else None
        return judged.general if judged is not None and judged.label == "mixed" and judged.general else question

    def _somewhere(self, turn: DueTurn, *, language: str) -> bool:
        return self._best(self._links.ways("", but={turn.address.key.channel}, language=language), turn) is not None

    def _best(self, ways: Sequence[Way], turn: DueTurn) -> Way | None:
        """The channel of the settings, else the operator's own pages, else the first that a link opens and that allows it."""
        open_ways = [way for way in ways if way.url is not None and not self._forbids(way.channel, turn)]
        if self._to:
            return next((way for way in open_ways if way.channel == self._to), None)
        return next((way for way in open_ways if way.own), None) or next(iter(open_ways), None)
