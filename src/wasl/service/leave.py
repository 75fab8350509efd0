"""Leave: inside a channel that closes, tells people how they keep their chats; after the day, says goodbye and nothing more.

Whoever writes and was not told yet is told right behind their answer: they are awake, and their words opened the window.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import Held, HeldByRule
from wasl.domain.ids import ConversationId
from wasl.domain.message import plain_text
from wasl.domain.person import Address
from wasl.domain.sunset import Sunset
from wasl.domain.turn import DueTurn, Settling
from wasl.ports.clock import Clock
from wasl.ports.sunsets import Sunsets
from wasl.service.admit import made_at_ms
from wasl.service.judging import Admission, Admitted, Case, Denied, End, Gate
from wasl.service.link import Links
from wasl.service.sunset_words import FAREWELL, HOW_TO_KEEP, day_words
from wasl.service.way_out import PATH, seal_of
from wasl.wire.region import region_of_address
from wasl.wire.text import fold

LOOKED_MS: Final = 5_000
"""So long what plans there are is remembered: every turn and every send asks."""
QUESTION_CHARACTERS_MAX: Final = 200
LATE_MS: Final = 10 * 60_000
"""What waited so long to go out may have been overtaken by a later milestone."""
FAREWELL_GAP_MS: Final = 24 * 3_600_000
"""The farewell is said to a person once in so long; what they write meanwhile is kept and not answered."""
TellHere = Callable[[Sunset, Address, ConversationId, str], Awaitable[object]]
"""Tells whoever just wrote from an address, if they were not: the plan, where they wrote, and their country."""
_KEEP: Final = tuple(
    tuple(fold(word) for word in words)
    for words in (
        ("keep", "chats"), ("keep", "history"), ("keep", "messages"), ("save", "chats"), ("save", "history"), ("take", "chats"),
        ("take", "history"), ("my", "history"), ("أحتفظ", "محادث"), ("احتفظ", "محادث"), ("أحفظ", "محادث"), ("احفظ", "محادث"),
        ("محادثاتي",), ("سجلي",), ("آخذ", "محادث"),
    )
)  # fmt: skip


class Closures:
    """Knows which plans concern an address; looks at the database every few seconds."""

    def __init__(self, *, sunsets: Sunsets, clock: Clock) -> None:
        self._sunsets = sunsets
        self._clock = clock
        self._plans: Sequence[Sunset] = ()
        self._until_ms = 0

    async def of(self, address: Address) -> Sunset | None:
        """Gives the plan, running or closed, that takes the channel from whoever has this address. Raises StoreDown."""
        now = self._clock.now_ms()
        if now >= self._until_ms:
            self._plans = await self._sunsets.plans(states=("running", "paused", "closed"))
            self._until_ms = now + LOOKED_MS
        if not self._plans or address.key.kind == "group":
            return None
        region = region_of(address)
        return next((plan for plan in self._plans if plan.channel == address.key.channel and plan.covers(region)), None)


class Leave:
    """The step in front of every answer on a channel that closes, and behind it. `here` tells whoever just wrote."""

    def __init__(self, *, closures: Closures, sunsets: Sunsets, links: Links, public_url: str | None, here: TellHere | None = None) -> None:
        self._closures = closures
        self._sunsets = sunsets
        self._links = links
        self._here = here
        self._public_url = (public_url or "").rstrip("/")

    async def before(self, case: Case) -> End | None:
        """Ends the turn with the personal link where the person asks for it, or where the day has come."""
        sunset = await self._closures.of(case.address)
        if sunset is None:
            return None
        closed = case.now_ms >= sunset.on_ms
        if not closed and not asks_to_keep("\n".join(plain_text(turn.parts) for turn in case.turns)):
            return None
        case.kept["sunset"] = {"plan": sunset.id, "closed": closed}
        if closed and not await self._sunsets.farewell(
            sunset.id, case.address.id, turn_id=case.turns[0].id, now_ms=case.now_ms, gap_ms=FAREWELL_GAP_MS
        ):
            return End(note="the channel is closed, and the farewell was said", state="noted", silent=True)
        key = (await seal_of(self._links, sunset.id)).code(case.address.id)
        texts = (sunset.farewell or FAREWELL) if closed else HOW_TO_KEEP
        spoken = case.language.partition("-")[0] if case.language.partition("-")[0] in texts else "en"
        text, day = texts[spoken], day_words(sunset.on_ms, zone=sunset.zone, language=spoken)
        return End(
            note="the channel is closed" if closed else "how to keep one's chats",
            text=text.replace("{link}", f"{self._public_url}{PATH}{key}").replace("{date}", day),
        )

    async def follows(self, turn: DueTurn, *, home: ConversationId, case: Case | None) -> None:
        """Tells whoever wrote, right behind their answer. The answer was the link itself where they asked for it."""
        if self._here is None or (case is not None and "sunset" in case.kept):
            return
        sunset = await self._closures.of(turn.address)
        if sunset is not None and sunset.state == "running":
            await self._here(sunset, turn.address, home, region_of(turn.address) or "")


class ClosedDoor:
    """The gate of channels whose day has come: nobody is written to who did not write after it; and before it, nobody is told late of what
    something later was told of already. `inner` judges everything else."""

    def __init__(self, *, closures: Closures, clock: Clock, inner: Gate | None = None, sunsets: Sunsets | None = None) -> None:
        self._sunsets = sunsets
        self._closures = closures
        self._clock = clock
        self._inner = inner

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        """Denies what would begin a talk on a closed channel; a late word still gets its farewell."""
        sunset = await self._closures.of(outgoing.address)
        if sunset is not None and not await self._still_due(sunset, outgoing):
            overtaken = HeldByRule("a later milestone of the plan was told before this one could go out; it is not told any more")
            return Denied(why=overtaken, verdict={"gate": "sunset", "plan": sunset.id, "overtaken": True})
        if sunset is None or self._clock.now_ms() < sunset.on_ms or (outgoing.address.last_inbound_ms or 0) >= sunset.on_ms:
            if self._inner is None:
                return Admitted(outgoing=outgoing)
            return await self._inner.admit(outgoing, conversation_id=conversation_id)
        why = Held(f"the channel {sunset.channel!r} closed for this person by the plan {sunset.id}; write to them elsewhere")
        return Denied(why=why, verdict={"gate": "sunset", "plan": sunset.id})

    async def _still_due(self, sunset: Sunset, outgoing: Outgoing) -> bool:
        """Looks only at what waited long: what goes out at once cannot be overtaken."""
        if self._sunsets is None or outgoing.author != "system":
            return True
        now = self._clock.now_ms()
        waited = now - made_at_ms(outgoing.id) >= LATE_MS
        return not waited or await self._sunsets.still_due(sunset.id, outgoing.id, now_ms=now)

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        """Tells the gate behind it; this one has counted nothing."""
        if self._inner is not None:
            await self._inner.settled(outgoing, settling)


def region_of(address: Address) -> str | None:
    """Gives the country that an address tells of, None when it tells none."""
    key = address.key
    return region_of_address(handle=key.handle, kind=key.kind, alias=key.alias, alias_kind=key.alias_kind)


def asks_to_keep(text: str) -> bool:
    """Says whether somebody asks how to keep what was said here."""
    if len(text) > QUESTION_CHARACTERS_MAX:
        return False
    folded = fold(text)
    return any(all(word in folded for word in words) for words in _KEEP)
