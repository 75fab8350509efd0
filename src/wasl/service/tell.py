"""Tell: carries out the milestones of a sunset, each person at most once a milestone, whatever dies when.

Who is told is written down before the message is stored, under the message's id; the message is stored with its delivery in the way of
every other, and goes out through the gate. A process that dies in between leaves tellings without a message: they are said first.
Whoever writes meanwhile is told at once, by the same way.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from wasl.continuity.waking import is_awake
from wasl.domain.days import DAY_MS
from wasl.domain.errors import Gone, StoreDown, Throttled
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.message import Part, Template, Text
from wasl.domain.person import Address
from wasl.domain.sunset import Milestone, Sunset, Telling
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.ports.bus import WORK, Bus
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.ports.sunsets import Sunsets
from wasl.service.keep_apart import apart
from wasl.service.link import Links
from wasl.service.sunset_words import day_words
from wasl.service.way_out import PATH, Seal, seal_of
from wasl.service.words import base_language, spoken
from wasl.wire.text import language as written_in

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
IDLE_SECONDS = 10.0
"""Between two looks while people are told, and while nobody is."""
LEASE_MS = 3_000
"""So long a killed process keeps the others from telling. Whatever two processes do at once, nobody is told twice: who is told is written
down once, and their message has one id."""
SAID_AFTER_MS = 3_000
"""What was noted so long ago and is not stored was left by a process that died; what is younger is being said by somebody."""
TOLD_AT_ONCE = 1_000
"""People who are told with one commit."""
WINDOW_MS = 24 * 3_600_000
WINDOW_MARGIN_MS = 15 * 60_000
"""Free words are chosen for those whose window stays open at least so long: they wait for their send."""
WORDS_LOOKED_AT = 3
"""Messages of a person in which their language is looked for, where the last one shows none."""


class Tell:
    """Carries out milestones. `name` is who speaks."""

    def __init__(
        self,
        *,
        store: Store,
        sunsets: Sunsets,
        links: Links,
        bus: Bus,
        clock: Clock,
        public_url: str | None,
        name: str,
        language: str = "en",
    ) -> None:
        self._store = store
        self._sunsets = sunsets
        self._links = links
        self._bus = bus
        self._clock = clock
        self._public_url = (public_url or "").rstrip("/")
        self._name = name
        self._language = language

    async def run(self) -> None:
        """Works until cancelled; one process at a time tells, in all of them."""
        while True:
            told = 0
            try:
                async with apart(self._store.library, self._clock, "sunset", wait_seconds=0, lease_ms=LEASE_MS):
                    told = await self.look()
            except Throttled:
                log.debug("another process tells people of a sunset")
                told = 1
            except StoreDown as error:
                log.warning("telling waits for the store", why=error.message)
            await self._clock.sleep(LOOK_SECONDS if told else IDLE_SECONDS)

    async def look(self) -> int:
        """Tells whom it may tell now; gives how many that were. Raises StoreDown."""
        told = 0
        for sunset in await self._sunsets.plans(states=("running",)):
            told += await self._carry_on(sunset)
        if told:
            self._bus.publish(WORK)
        return told

    async def here(self, sunset: Sunset, address: Address, conversation_id: ConversationId, region: str) -> bool:
        """Tells whoever just wrote from an address, unless they were told already; what they wrote opened the window, so that it costs
        nothing and counts for no limit. Raises StoreDown; what was noted and not said is said by the next look."""
        now = self._clock.now_ms()
        if now >= sunset.on_ms:
            return False
        telling = await self._sunsets.intend_here(
            sunset,
            address,
            conversation_id=conversation_id,
            region=region,
            free_since_ms=now - WINDOW_MS + WINDOW_MARGIN_MS,
            now_ms=now,
        )
        if telling is None:
            return False
        await self._say(sunset, (telling,), await seal_of(self._links, sunset.id))
        self._bus.publish(WORK, conversation_id.encode())
        return True

    async def _carry_on(self, sunset: Sunset) -> int:
        now = self._clock.now_ms()
        if now >= sunset.on_ms:
            return 0
        seal = await seal_of(self._links, sunset.id)
        told = 0
        while left := await self._sunsets.unsaid(sunset.id, before_ms=now - SAID_AFTER_MS, limit=TOLD_AT_ONCE):
            told += await self._say(sunset, left, seal)
        outside_max = TOLD_AT_ONCE
        if sunset.per_day is not None:
            outside_max = max(0, sunset.per_day - await self._sunsets.outside(sunset.channel, since_ms=now - DAY_MS))
        begun = [milestone for milestone in sunset.milestones if milestone.at_ms <= now]
        if not begun:
            return told
        # Whoever was not reached by an earlier milestone is told of the last one that has begun, and of no earlier one after that.
        tellings = await self._sunsets.intend(
            sunset,
            begun[-1].name,
            regions=await self._awake(sunset, now),
            free_since_ms=now - WINDOW_MS + WINDOW_MARGIN_MS,
            outside_max=outside_max,
            limit=min(TOLD_AT_ONCE, max(1, int(sunset.per_second * LOOK_SECONDS))),
            now_ms=now,
        )
        return told + await self._say(sunset, tellings, seal)

    async def _awake(self, sunset: Sunset, now: int) -> Sequence[str] | None:
        """Gives the countries whose people are awake, None when all are."""
        regions = await self._sunsets.regions(sunset.id)
        awake = [region for region in regions if is_awake(region, now, awake=sunset.awake, otherwise=sunset.zone)]
        return None if len(awake) == len(regions) else awake

    async def _say(self, sunset: Sunset, tellings: Sequence[Telling], seal: Seal) -> int:
        """Stores the messages, all in few commits, and notes that they are."""
        if not tellings:
            return 0
        milestones = {milestone.name: milestone for milestone in sunset.milestones}
        tellings = await self._in_their_language(tellings)
        await asyncio.gather(*(self._say_one(sunset, one, milestones[one.milestone], seal) for one in tellings))
        await self._sunsets.said(sunset.id, tellings)
        return len(tellings)

    async def _in_their_language(self, tellings: Sequence[Telling]) -> Sequence[Telling]:
        """Looks at what people wrote, where the platform does not tell which language they speak, or they write another."""
        written = dict(await self._sunsets.words([one.conversation_id for one in tellings], limit=1))
        if unclear := [home for home, texts in written.items() if not any(map(written_in, texts))]:
            written |= await self._sunsets.words(unclear, limit=WORDS_LOOKED_AT)
        return [
            one._replace(language=spoken(written.get(one.conversation_id, ()), told=one.language or None, default=self._language))
            for one in tellings
        ]

    async def _say_one(self, sunset: Sunset, telling: Telling, milestone: Milestone, seal: Seal) -> None:
        part = wording_for(sunset, milestone, telling, link=f"{self._public_url}{PATH}{seal.code(telling.address.id)}")
        message = NewMessage(id=telling.message_id, author="system", parts=(part,), author_name=self._name)
        delivery = NewDelivery(id=DeliveryId(self._clock.new_id()), address=telling.address, position=0, parts=(part,))
        try:
            await self._store.say(
                conversation_id=telling.conversation_id, message=message, deliveries=(delivery,), now_ms=self._clock.now_ms()
            )
        except Gone:  # they were erased meanwhile
            await self._sunsets.lose(sunset.id, telling.address.id, why="erased")


def wording_for(sunset: Sunset, milestone: Milestone, telling: Telling, *, link: str) -> Part:
    """Gives the words for one person: free ones in the window, else the approved template in their language."""
    wording = milestone.wording
    language = base_language(telling.language)
    if telling.free or not wording.templates:
        chosen = _in(wording.texts, language)
        day = day_words(sunset.on_ms, zone=sunset.zone, language=chosen)
        return Text(text=wording.texts[chosen].replace("{link}", link).replace("{date}", day))
    chosen = _in(wording.templates, language)
    day = day_words(sunset.on_ms, zone=sunset.zone, language=chosen)
    return Template(name=wording.templates[chosen], language=chosen, values=(day, link), category=wording.category)


def _in(texts: Mapping[str, str], language: str) -> str:
    """Chooses the language in which something is said."""
    return language if language in texts else "en" if "en" in texts else next(iter(texts))
