"""HeedSigns: the first signs that a platform turns against us become troubles, alarms, and more care on their channel.

Signals are stored in the commit of the request that told of them; what is noted here is made from what is stored, so that no sign is lost
between the two. The refusal of a send is noted when it comes, and comes again with the next try.
"""

from collections.abc import Mapping
from typing import Final, Literal, Protocol

import structlog

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import StoreDown, WaslError
from wasl.domain.message import Template
from wasl.domain.person import AddressKey
from wasl.domain.trouble import NO_CARE, Care, Gravity, Trouble
from wasl.ports.channel import Channel, Warns, title_in
from wasl.ports.clock import Clock
from wasl.ports.standing import EVERYTHING, Standings
from wasl.ports.troubles import Troubles
from wasl.service.raise_alarm import RaiseAlarm
from wasl.service.trouble_words import warn
from wasl.service.words import base_language

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
CARE_SECONDS: Final = 2.0
"""How long this process goes by what it read; another one's sign or clearing is known after it."""
HOUR_MS: Final = 3_600_000
OnTrouble = Literal["strict", "business only", "no campaigns", "nothing"]
ALARM_KIND: Final = "trouble"


class HeedsTemplates(Protocol):
    """Who keeps what platforms say of templates (`service.keep_templates.KeepTemplates`)."""

    async def heed(self) -> None:
        """Keeps what was told of single templates. Raises StoreDown."""
        ...

    async def refused(self, outgoing: Outgoing, error: WaslError) -> None:
        """Keeps what a refusal says of its template. Raises StoreDown."""
        ...


class HeedSigns:
    """Notes signs, raises alarms, and says how careful a channel must be."""

    def __init__(
        self,
        *,
        troubles: Troubles,
        standings: Standings,
        clock: Clock,
        channels: Mapping[str, Channel],
        alarm: RaiseAlarm,
        on_trouble: OnTrouble = "strict",
        repeat_hours: float = 24.0,
        language: str = "en",
        templates: HeedsTemplates | None = None,
    ) -> None:
        self._templates = templates
        self._troubles = troubles
        self._standings = standings
        self._clock = clock
        self._channels = channels
        self._alarm = alarm
        self._on_trouble = on_trouble
        self._repeat_ms = int(repeat_hours * HOUR_MS)
        self._language = language
        self._known: tuple[Trouble, ...] = ()
        self._known_at = float("-inf")

    async def run(self) -> None:
        """Looks again and again until cancelled: for signals that another process stored, and alarms that were not raised."""
        while True:
            try:
                await self.look()
            except StoreDown as error:
                log.warning("signs of trouble wait for the store", why=error.message)
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Notes what was signalled, and raises the alarms that are due. Raises StoreDown."""
        if self._templates is not None:
            await self._templates.heed()
        if await self._troubles.gather(weigh=self._weigh, now_ms=self._clock.now_ms()):
            self._known_at = float("-inf")
        for trouble in await self._open():
            if trouble.told_ms is None or (trouble.last_ms > trouble.told_ms and trouble.last_ms - trouble.told_ms >= self._repeat_ms):
                await self._tell(trouble)

    async def refused(self, outgoing: Outgoing, error: WaslError) -> None:
        """Notes a refused send where the channel takes it for a sign, and an opt-out that the platform tells of by refusing.

        A store that is down is passed over: the next try comes here again.
        """
        try:
            if error.facts.get("class") == "optout":
                await self._opted_out(outgoing)
            elif (code := error.facts.get("code")) is not None:
                if self._templates is not None:
                    await self._templates.refused(outgoing, error)
                await self._sign(outgoing.address.key, f"error {code}")
        except StoreDown as down:
            log.warning("what a refusal tells could not be noted", channel=outgoing.address.key.channel, why=down.message)

    async def care(self, channel: str) -> Care:
        """Says how careful a channel must be now. Raises StoreDown."""
        if not (known := await self._open()):
            return NO_CARE
        mine = [t for t in known if t.channel == channel]
        signs = frozenset(t.kind for t in mine)
        if self._on_trouble == "nothing" or not any(t.gravity == "grave" for t in mine):
            return Care(signs=signs)
        strict = self._on_trouble == "strict"
        return Care(
            strict=strict,
            business_only=strict or self._on_trouble == "business only",
            campaigns=not (strict or self._on_trouble == "no campaigns"),
            signs=signs,
        )

    # -- private
    async def _sign(self, key: AddressKey, kind: str) -> None:
        gravity = self._weigh(key.channel, kind, False)
        if gravity is not None:
            await self._troubles.note(channel=key.channel, scope=key.scope, kind=kind, gravity=gravity, now_ms=self._clock.now_ms())
            self._known_at = float("-inf")
            await self.look()

    async def _opted_out(self, outgoing: Outgoing) -> None:
        """What was refused says what was opted out of: a marketing template from marketing, anything else from everything."""
        advertises = any(isinstance(part, Template) and (part.category or "").casefold() == "marketing" for part in outgoing.parts)
        purpose = "marketing" if advertises else EVERYTHING
        await self._standings.set_consent(outgoing.address.key, purpose=purpose, given=False, at_ms=self._clock.now_ms())

    async def _open(self) -> tuple[Trouble, ...]:
        now = self._clock.monotonic()
        if now - self._known_at >= CARE_SECONDS:
            self._known, self._known_at = tuple(await self._troubles.open()), now
        return self._known

    def _weigh(self, channel: str, kind: str, grave: bool) -> Gravity | None:
        made = self._channels.get(channel)
        if isinstance(made, Warns) and (gravity := made.sign(kind)) is not None:
            return gravity
        return "grave" if grave else None

    async def _tell(self, trouble: Trouble) -> None:
        made = self._channels.get(trouble.channel)
        title = title_in(made, base_language(self._language)) if made is not None else trouble.channel
        care = self._on_trouble if trouble.gravity == "grave" else "nothing"
        head, text = warn(trouble, title=title, care=care, language=self._language)
        await self._alarm(
            ALARM_KIND,
            f"{trouble.id}:{trouble.last_ms}",
            head=head,
            text=text,
            channel=trouble.channel,
            sign=trouble.kind,
            gravity=trouble.gravity,
            times=trouble.times,
        )
        await self._troubles.told(trouble.id, now_ms=self._clock.now_ms())
        self._known_at = float("-inf")
