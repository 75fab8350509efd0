"""Drive: performs the requests that an adapter's generator yields, and names every failure on the way."""

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

from wasl.domain.errors import Refused, Unavailable, Unclear, WaslError
from wasl.ports.blobs import Blobs
from wasl.ports.network import Network
from wasl.wire.call import Call, Reply
from wasl.wire.form import filled, needed

Result = TypeVar("Result")

STEPS_MAX = 16
"""Requests of one exchange; an adapter that wants more is broken."""


async def drive(
    exchange: Generator[Call, Reply, Result],
    *,
    explain: Callable[[Reply], WaslError | None],
    network: Network,
    blobs: Blobs | None = None,
    still: Callable[[], Awaitable[None]] | None = None,
) -> Result:
    """Runs the exchange to its end and gives its result; a form in a call is filled with kept files from `blobs`. `still` is asked right
    before each request that is not safe to repeat, and raises where it must not go out any more.

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
                filled_in = await _filled(call, blobs) if call.form else call
                if still is not None and not call.safe_to_repeat:
                    await still()
                reply = await network.perform(filled_in)
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


async def _filled(call: Call, blobs: Blobs | None) -> Call:
    """Makes the body of a form."""
    try:
        return filled(call, {sha256: await blobs.get(sha256) for sha256 in needed(call)} if blobs is not None else {})
    except KeyError as error:
        raise Refused(f"the file {error.args[0]!r} is not kept any more; it cannot be sent") from error
