"""A network for settings of which secrets are missing: what would carry one is not sent, and the missing one is named."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager

from wasl.domain.errors import SettingWrong
from wasl.ports.network import Network, Streamed
from wasl.wire.call import Call, Reply


class AskingSecrets:
    """Lets through what needs no absent secret. `wanted` finds the setting of one in a text, `absent` says what is wrong with it."""

    def __init__(self, network: Network, *, absent: Mapping[str, str], wanted: Callable[[str], str | None]) -> None:
        self._network = network
        self._absent = absent
        self._wanted = wanted

    async def perform(self, call: Call) -> Reply:
        """Makes the request. Raises SettingWrong for one that wants an absent secret, and as the network does."""
        self._look(call)
        return await self._network.perform(call)

    def stream(self, call: Call) -> AbstractAsyncContextManager[Streamed]:
        """Makes the request. Raises SettingWrong for one that wants an absent secret, and as the network does."""
        self._look(call)
        return self._network.stream(call)

    async def close(self) -> None:
        """Closes every connection."""
        await self._network.close()

    def _look(self, call: Call) -> None:
        for text in _texts(call):
            if (at := self._wanted(text)) is not None:
                raise SettingWrong(self._absent.get(at, f"{at} wants a secret that is not there; set it and try again"))


def _texts(call: Call) -> Iterator[str]:
    yield call.url
    yield from call.headers.values()
    yield call.body.decode("utf-8", "replace")
    yield from (field.value for field in call.form)
