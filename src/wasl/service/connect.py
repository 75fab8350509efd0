"""Connect: at the start, a channel that must be in touch with its platform asks who it is and tells where its hook is."""

from collections.abc import Generator, Mapping, Sequence

import structlog

from wasl.domain.errors import WaslError
from wasl.ports.channel import Channel, Checks, Finding, Listens, Subscribes
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.service.drive import STEPS_MAX
from wasl.wire.call import Call, Reply

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 2.0
PAUSE_SECONDS_MAX = 300.0


class Connect:
    """Connects channels. `hooks_url` is the public address before a channel's name, None where there is none."""

    def __init__(self, *, channels: Mapping[str, Channel], network: Network, clock: Clock, hooks_url: str | None) -> None:
        self._network = network
        self._clock = clock
        self._hooks_url = hooks_url
        self._waiting = {name: channel for name, channel in channels.items() if isinstance(channel, Listens | Subscribes)}

    async def run(self) -> None:
        """Connects every channel that needs it; tries again, more and more slowly, those whose platform is not to be reached."""
        pause = PAUSE_SECONDS
        while self._waiting:
            for name, channel in list(self._waiting.items()):
                try:
                    await self._once(name, channel)
                except WaslError as error:
                    log.warning("a channel is not connected yet", channel=name, why=error.message, pause_seconds=pause)
                else:
                    del self._waiting[name]
            if self._waiting:
                await self._clock.sleep(pause)
                pause = min(PAUSE_SECONDS_MAX, 2 * pause)

    async def _once(self, name: str, channel: Channel) -> None:
        findings: list[Finding] = []
        if self._hooks_url is not None and not polls(channel):
            findings += await subscribe(channel, hook_url=self._hooks_url + name, network=self._network)
        if isinstance(channel, Checks):
            findings += await through(channel.check(), self._network)
        for finding in findings:
            if finding.good:
                log.info("a channel is connected", channel=name, what=finding.what)
            else:
                log.warning("a channel is not right", channel=name, what=finding.what, do=finding.do)


async def subscribe(channel: Channel, *, hook_url: str, network: Network) -> Sequence[Finding]:
    """Tells the channel's platform where its hook is; nothing where the platform is told by hand. Raises what the network raises."""
    return await through(channel.subscribe(hook_url), network) if isinstance(channel, Subscribes) else ()


async def through(exchange: Generator[Call, Reply, Sequence[Finding]], network: Network) -> Sequence[Finding]:
    """Runs an exchange that wants every Reply, whatever its status. Raises what the network raises."""
    try:
        call = next(exchange)
        for _ in range(STEPS_MAX):
            call = exchange.send(await network.perform(call))
    except StopIteration as stop:
        return tuple(stop.value or ())
    finally:
        exchange.close()
    raise RuntimeError(f"an exchange took more than {STEPS_MAX} requests")


def polls(channel: Channel) -> bool:
    """Says whether the channel fetches its events by itself, and so needs no hook."""
    return isinstance(channel, Listens) and channel.listens()
