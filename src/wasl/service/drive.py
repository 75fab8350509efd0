"""Drive: performs the requests that an adapter's generator yields, and names every failure on the way."""

from collections.abc import Callable, Generator
from typing import TypeVar

from wasl.domain.errors import Unavailable, Unclear, WaslError
from wasl.ports.network import Network
from wasl.wire.call import Call, Reply

Result = TypeVar("Result")

STEPS_MAX = 16
"""Requests of one exchange; an adapter that wants more is broken."""


async def drive(exchange: Generator[Call, Reply, Result], *, explain: Callable[[Reply], WaslError | None], network: Network) -> Result:
    """Runs the exchange to its end and gives its result.

    Raises what `explain` names, and what the network raises; a broken request that was safe to repeat counts as Unavailable:
    it tells nothing about the act itself.
    """
    try:
        call = next(exchange)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a generator's return value is untyped at StopIteration
    try:
        for _ in range(STEPS_MAX):
            try:
                reply = await network.perform(call)
            except Unclear as error:
                if call.safe_to_repeat:
                    raise Unavailable(error.message) from error
                raise
            failure = explain(reply)
            if failure is not None:
                raise failure
            try:
                call = exchange.send(reply)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
    finally:
        exchange.close()
    raise RuntimeError(f"an exchange took more than {STEPS_MAX} requests")
