"""What a platform is answered at a hook."""

from types import SimpleNamespace
from typing import Any, cast

from wasl.domain.errors import StoreDown
from wasl.service.observe import Observe
from wasl.service.receive import Receive
from wasl.testing.clock import TestClock
from wasl.web.hooks import Hooks


class Received:
    """Takes every webhook; `down` is what it meets instead."""

    def __init__(self, down: StoreDown | None = None) -> None:
        self._down = down

    def channel(self, name: str) -> object | None:
        return SimpleNamespace(limits=SimpleNamespace(body_bytes_max=100)) if name == "known" else None

    async def webhook(self, name: str, call: object) -> None:
        if self._down is not None:
            raise self._down


async def answered(path: str, *, down: StoreDown | None = None) -> tuple[int, dict[bytes, bytes], bytes]:
    hooks = Hooks(receive=cast(Receive, Received(down)), observe=Observe(), clock=TestClock(), body_bytes_max=1_000)
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope: Any = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
    await hooks(scope, cast(Any, receive), cast(Any, send))
    start, body = told
    return start["status"], dict(start["headers"]), body["body"]


async def test_what_is_stored_is_acknowledged_in_one_packet() -> None:
    assert await answered("/hooks/known") == (200, {b"content-length": b"0"}, b"")


async def test_what_is_not_stored_says_so_and_when_to_come_again() -> None:
    status, headers, body = await answered("/hooks/known", down=StoreDown("the disk is full"))
    assert (status, body) == (503, b"try again later")
    assert int(headers[b"retry-after"]) > 0


async def test_a_channel_that_is_not_there_is_named_so() -> None:
    assert (await answered("/hooks/else"))[0] == 404
