import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, cast

import pytest

from wasl.domain.errors import SettingWrong, StoreDown
from wasl.ports.store import Backlog, Store
from wasl.service.observe import Observe
from wasl.testing.clock import TestClock
from wasl.web.ops import FRESH_SECONDS, Ops


class Counted:
    """As much of a store as is asked here, that says how often it was."""

    def __init__(self) -> None:
        self.pings = 0
        self.ready = 0
        self.down = False

    async def ping(self) -> None:
        self.pings += 1
        if self.down:
            raise StoreDown("disk full at postgresql://wasl:hunter22@db/wasl")

    async def backlog(self, *, now_ms: int) -> Backlog:
        return Backlog(ready=self.ready, leased=0, backing_off=0, oldest_due_ms=now_ms - 2_000 if self.ready else None)


class Answer:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    def json(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


async def ask(
    ops: Ops,
    path: str,
    *,
    method: str = "GET",
    client: tuple[str, int] | None = ("127.0.0.1", 5),
    headers: list[tuple[bytes, bytes]] | None = None,
) -> Answer:
    answer = Answer()

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: MutableMapping[str, Any]) -> None:
        if event["type"] == "http.response.start":
            answer.status = event["status"]
            answer.headers = {k.decode(): v.decode() for k, v in event["headers"]}
        else:
            answer.body += event["body"]

    await ops({"type": "http", "method": method, "path": path, "headers": headers or [], "client": client}, receive, send)
    return answer


@pytest.fixture
def store() -> Counted:
    return Counted()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def observe() -> Observe:
    return Observe()


@pytest.fixture
def ops(store: Counted, clock: TestClock, observe: Observe) -> Ops:
    return Ops(store=cast(Store, store), observe=observe, clock=clock, backlog_limit=10, version="9.9")


async def test_alive_asks_nothing_of_the_store(ops: Ops, store: Counted) -> None:
    store.down = True
    answer = await ask(ops, "/healthz")
    assert answer.status == 200
    assert answer.json() == {"alive": True, "version": "9.9"}
    assert store.pings == 0


async def test_ready_means_that_the_store_can_commit_now(ops: Ops) -> None:
    answer = await ask(ops, "/readyz")
    assert answer.status == 200
    assert answer.json()["ready"] is True
    assert answer.headers["x-wasl-overloaded"] == "0"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_store_that_is_down_is_503_without_telling_why_to_the_world(ops: Ops, store: Counted, observe: Observe) -> None:
    store.down = True
    answer = await ask(ops, "/readyz")
    assert answer.status == 503
    assert answer.json()["store"] == "down"
    assert answer.headers["retry-after"] == "2"
    assert b"hunter22" not in answer.body
    assert observe.value("wasl_store_failures") == 1


async def test_readiness_comes_back_by_itself(ops: Ops, store: Counted, clock: TestClock) -> None:
    store.down = True
    assert (await ask(ops, "/readyz")).status == 503
    store.down = False
    await clock.advance(FRESH_SECONDS)
    assert (await ask(ops, "/readyz")).status == 200


async def test_overload_is_said_three_times_and_still_accepts(ops: Ops, store: Counted) -> None:
    store.ready = 11
    answer = await ask(ops, "/readyz")
    assert answer.status == 200
    assert answer.json()["overloaded"] is True
    assert answer.json()["backlog"] == {"ready": 11, "limit": 10, "oldest_seconds": 2.0}
    assert answer.headers["x-wasl-overloaded"] == "1"
    assert b"wasl_overloaded 1.0" in (await ask(ops, "/metrics")).body


async def test_as_many_as_the_limit_is_not_overload(ops: Ops, store: Counted) -> None:
    store.ready = 10
    assert (await ask(ops, "/readyz")).json()["overloaded"] is False


async def test_asking_often_asks_the_store_once_a_second(ops: Ops, store: Counted, clock: TestClock) -> None:
    for _ in range(50):
        await ask(ops, "/readyz")
    assert store.pings == 1
    await clock.advance(FRESH_SECONDS)
    await ask(ops, "/readyz")
    assert store.pings == 2


async def test_metrics_are_told_to_neighbours(ops: Ops, observe: Observe) -> None:
    observe.webhook(channel="shop", result="accepted")
    for client in (("127.0.0.1", 5), ("10.1.2.3", 5), ("::1", 5), None):
        answer = await ask(ops, "/metrics", client=client)
        assert answer.status == 200
        assert b'wasl_webhooks_total{channel="shop",result="accepted"} 1.0' in answer.body
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("client", "headers"),
    [(("93.184.216.34", 5), []), (("127.0.0.1", 5), [(b"x-forwarded-for", b"93.184.216.34")]), (("not an address", 5), [])],
)
async def test_metrics_are_not_told_to_the_world(ops: Ops, client: tuple[str, int], headers: list[tuple[bytes, bytes]]) -> None:
    assert (await ask(ops, "/metrics", client=client, headers=headers)).status == 404


async def test_head_has_no_body_and_other_methods_are_refused(ops: Ops) -> None:
    head = await ask(ops, "/healthz", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    assert (await ask(ops, "/healthz", method="POST")).status == 405


async def test_wrong_rule_files_are_said_and_change_nothing_about_being_ready(store: Counted, clock: TestClock, observe: Observe) -> None:
    @dataclass
    class Rules:
        wrong: SettingWrong | None = None

    rules = Rules()
    ops = Ops(store=cast(Store, store), observe=observe, clock=clock, backlog_limit=10, version="9.9", rules=rules)
    assert "rules" not in (await ask(ops, "/readyz")).json()
    rules.wrong = SettingWrong("/etc/own.toml, line 3: no source")
    answer = await ask(ops, "/readyz")
    assert answer.status == 200
    assert answer.json()["rules"] == "wrong"
    assert b"own.toml" not in answer.body
