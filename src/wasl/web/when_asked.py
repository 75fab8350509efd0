"""An application that is made when it is first asked: what an operator looks at now and then takes no memory until then."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class WhenAsked:
    """Stands for an application; the first request makes it, in a thread, so that nobody's message waits meanwhile."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._making: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes one connection. Raises what the making raised, at each request until it is made."""
        if self._making is None or (self._making.done() and self._making.exception() is not None):
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make))
        app = await asyncio.shield(self._making)  # one visitor who leaves does not end it for the others
        await app(scope, receive, send)
