"""Network: the only way out. The real one speaks HTTP; the scripted one of tests and drills answers from a script."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from wasl.wire.call import Call, Reply


class Streamed(Protocol):
    """An answer whose body is still coming."""

    status: int
    headers: dict[str, str]

    def chunks(self) -> AsyncIterator[bytes]:
        """Walks the body as it arrives. Raises CutShort when the connection breaks before its end."""
        ...

    async def rest(self) -> bytes:
        """Reads what is left of the body, up to the call's `body_bytes_max`."""
        ...


class Network(Protocol):
    """Performs Calls."""

    async def perform(self, call: Call) -> Reply:
        """Makes the request and reads the whole answer.

        Raises Unavailable when the request was surely not carried out (no connection, refused, name unknown), Unclear when
        it was written and no whole answer came (a reset; or the call's
        time-out, then with the fact `timed_out`), TooLarge when the answer passes the call's cap.
        """
        ...

    def stream(self, call: Call) -> AbstractAsyncContextManager[Streamed]:
        """Makes the request and gives the answer once its headers are there. Raises as `perform` does."""
        ...

    async def close(self) -> None:
        """Closes every connection."""
        ...
