"""Show: lets a person see that an answer is coming, by typing marks, drafts on the platform, or live words on our own pages."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from wasl.domain.errors import WaslError
from wasl.domain.turn import DueTurn
from wasl.ports.bus import Bus
from wasl.ports.channel import Acknowledges, Channel, Drafts, Local, Types
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.service.ask import Shown
from wasl.service.live import Live, encode
from wasl.wire.call import Call

log = structlog.get_logger(__name__)

TYPING_AFTER_SECONDS = 0.8
"""An answer that is there sooner needs no mark."""
DRAFT_SECONDS = 1.2
"""Drafts are shown at most this often: they count against the platform's pace."""
PIECE_CHARACTERS_MAX = 900
"""Characters in one live word, so that it fits the bus in any script."""


class Show:
    """Starts showing turns."""

    def __init__(self, *, bus: Bus, network: Network, clock: Clock) -> None:
        self._bus = bus
        self._network = network
        self._clock = clock
        self._abilities: dict[str, _Abilities] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def acknowledge(self, channel: Channel | None, turn: DueTurn) -> None:
        """Tells the platform that what came in has arrived, where whoever wrote is shown that it waits for that."""
        able = self._able(channel)
        if able.acknowledges is None or turn.native_id is None or (call := able.acknowledges.acknowledge(turn.native_id)) is None:
            return
        telling = asyncio.get_running_loop().create_task(self._tell(call, turn), name="acknowledge")
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    def begin(self, channel: Channel | None, turn: DueTurn, *, topic: str) -> "Showing":
        """Starts showing one turn; `end` must be called."""
        return Showing(self._able(channel), turn, topic=topic, bus=self._bus, network=self._network, clock=self._clock)

    # -- private
    def _able(self, channel: Channel | None) -> "_Abilities":
        if channel is None:
            return _NONE
        able = self._abilities.get(channel.name)
        if able is None:
            able = self._abilities[channel.name] = _abilities(channel)
        return able

    async def _tell(self, call: Call, turn: DueTurn) -> None:
        try:
            await self._network.perform(call)
        except WaslError as error:
            log.info("what came in was not acknowledged", turn=turn.id, why=error.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Abilities:
    """What a channel can show; looked up once, for asking a class for a protocol is slow."""

    local: bool = False
    drafts: Drafts | None = None
    types: Types | None = None
    acknowledges: Acknowledges | None = None
    typing_seconds: float = 5.0


_NONE = _Abilities()


def _abilities(channel: object) -> _Abilities:
    limits = getattr(channel, "limits", None)
    local = isinstance(channel, Local)
    return _Abilities(
        local=local,
        drafts=channel if isinstance(channel, Drafts) else None,
        types=channel if isinstance(channel, Types) and not local else None,
        acknowledges=channel if isinstance(channel, Acknowledges) else None,
        # A little less than the mark lasts, so that it does not flicker.
        typing_seconds=max(1.0, 0.9 * limits.typing_seconds) if limits is not None else 5.0,
    )


class Showing:
    """What one turn shows. A mark or draft that fails is logged and never stands in the way of the answer."""

    def __init__(self, able: _Abilities, turn: DueTurn, *, topic: str, bus: Bus, network: Network, clock: Clock) -> None:
        self._able = able
        self._turn = turn
        self._topic = topic
        self._bus = bus
        self._network = network
        self._clock = clock
        self._text = ""
        self._told = 0
        self._drafts = able.drafts if able.drafts is not None and able.drafts.drafts_to(turn.address) else None
        self.wants_stream = able.local or self._drafts is not None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        if able.types is not None:
            self._timer = asyncio.get_running_loop().call_later(TYPING_AFTER_SECONDS, self._start, able.types)

    def take(self, shown: Shown) -> None:
        """Takes the next words of the growing answer."""
        if shown.kind == "restart":
            self._text = ""
            self._told = 0
            self._bus.publish(self._topic, encode(Live(kind="restart", turn=self._turn.id)))
            return
        for start in range(0, len(shown.text), PIECE_CHARACTERS_MAX):
            piece = shown.text[start : start + PIECE_CHARACTERS_MAX]
            self._bus.publish(self._topic, encode(Live(kind="delta", turn=self._turn.id, at=len(self._text), text=piece)))
            self._text += piece

    async def end(self) -> None:
        """Stops the marks."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _start(self, types: Types) -> None:
        self._task = asyncio.get_running_loop().create_task(self._marks(types), name="typing")

    async def _marks(self, types: Types) -> None:
        draft_id = int(self._turn.id.replace("-", "")[-8:], 16) & 0x7FFFFFFF or 1
        marked_at = float("-inf")
        try:
            while True:
                now = self._clock.monotonic()
                if self._drafts is not None and len(self._text) > self._told:
                    self._told = len(self._text)
                    await self._network.perform(self._drafts.draft(self._turn.address, draft_id=draft_id, text=self._text))
                elif now - marked_at >= self._able.typing_seconds:
                    marked_at = now
                    await self._network.perform(types.typing(self._turn.address, answering=self._turn.native_id))
                await self._clock.sleep(DRAFT_SECONDS)
        except WaslError as error:
            log.info("a typing mark or draft did not go out", turn=self._turn.id, why=error.message)
