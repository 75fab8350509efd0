"""Listen: fetches events by long polling for channels that have no public address."""

from collections.abc import Mapping

import structlog

from wasl.domain.errors import RetryLater, WaslError
from wasl.ports.channel import Channel, Listens
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.ports.store import Store
from wasl.service.receive import Receive

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0
PAUSE_SECONDS_MAX = 60.0


def listeners(channels: Mapping[str, Channel]) -> list[str]:
    """Names the channels whose settings ask for polling."""
    return [name for name, channel in channels.items() if isinstance(channel, Listens) and channel.listens()]


class Listen:
    """Polls one channel for ever; the cursor moves in the commit that stores the events."""

    def __init__(self, *, channel: Channel, store: Store, network: Network, clock: Clock, receive: Receive) -> None:
        self._channel = channel
        self._store = store
        self._network = network
        self._clock = clock
        self._receive = receive

    async def run(self) -> None:
        """Polls until cancelled; after a failure it pauses, longer each time, and goes on from the stored cursor."""
        failures = 0
        while True:
            try:
                await self._once()
                failures = 0
            except WaslError as error:
                failures += 1
                pause = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2.0 ** (failures - 1))
                if isinstance(error, RetryLater) and error.seconds:
                    pause = max(pause, error.seconds)
                log.warning("a poll failed", channel=self._channel.name, why=error.message, pause_seconds=pause)
                await self._clock.sleep(pause)

    async def _once(self) -> None:
        channel = self._channel
        assert isinstance(channel, Listens)  # `listeners` chose it
        cursor = await self._store.cursor(self._channel.name)
        reply = await self._network.perform(channel.poll(cursor))
        failure = self._channel.explain(reply)
        if failure is not None:
            raise failure
        polled = channel.polled(reply, cursor)
        if polled.events or polled.cursor != cursor:
            await self._receive.events(self._channel.name, raw=polled.raw, events=polled.events, cursor=polled.cursor)
