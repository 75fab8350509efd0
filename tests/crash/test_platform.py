"""The judge is judged: the surviving platform finds losses, doubles and wrong order when they are there."""

import asyncio

import msgspec
import pytest
from tests.bench.loopback import Client, Listener, Request
from tests.crash.platform import Habits, Platform

QUICK = Habits(receipt_delay_max=0.01, model_seconds_max=0.0, send_seconds_max=0.0, pause_max=0.0, receipt_first=0.0)


class Bot:
    """A little bot with faults on demand: it forgets, doubles, turns pairs around, or is refused at first."""

    def __init__(self, platform: Platform, *, forgets: str = "", doubles: str = "", swaps: bool = False, down: int = 0) -> None:
        self.platform, self.forgets, self.doubles, self.swaps, self.down = platform, forgets, doubles, swaps, down
        self.seen: set[str] = set()
        self.held: list[tuple[str, str]] = []
        self.receipts = 0
        self.hooks = Listener(self.take)
        self.tasks: set[asyncio.Task[None]] = set()

    def take(self, request: Request) -> None:
        if self.down:
            self.down -= 1
            request.respond(503, b"")
            return
        request.respond(200, b"")
        value = msgspec.json.decode(request.body)["entry"][0]["changes"][0]["value"]
        self.receipts += len(value.get("statuses", ()))
        for message in value.get("messages", ()):
            token = message["text"]["body"].split()[0]
            if token in self.seen or token == self.forgets:
                continue
            self.seen.add(token)
            self.held.append((message["from"], token))
        if len(self.held) >= (2 if self.swaps else 1):
            held, self.held = self.held, []
            self.tasks.add(asyncio.get_running_loop().create_task(self.answer(held[::-1] if self.swaps else held)))

    async def answer(self, held: list[tuple[str, str]]) -> None:
        for to, token in held:
            for _ in range(2 if token == self.doubles else 1):
                body = msgspec.json.encode(
                    {"to": to, "type": "text", "text": {"body": f"about {token}"}, "biz_opaque_callback_data": token}
                )
                await Client(self.platform.listener.port).request("/v23.0/1/messages", body)


async def _run(**faults: object) -> tuple[Platform, Bot]:
    platform = Platform(seed=7, habits=QUICK)
    await platform.start()
    bot = Bot(platform, **faults)  # type: ignore[arg-type]
    await bot.hooks.start()
    platform.ports = [bot.hooks.port]
    await platform.person(0, messages=8)
    await platform.settled(seconds=3)
    await bot.hooks.stop()
    await platform.stop()
    return platform, bot


async def test_a_faithful_bot_is_found_faithful_though_hooks_are_repeated():
    platform, bot = await _run(down=3)
    verdict = platform.verdict()
    assert (verdict.messages, verdict.lost, verdict.twice, verdict.out_of_order, verdict.strangers) == (8, [], [], [], [])
    assert platform.hook_statuses[503] == 3
    assert bot.receipts >= 24


@pytest.mark.parametrize(
    ("faults", "found"), [({"forgets": "m0000003"}, "lost"), ({"doubles": "m0000003"}, "twice"), ({"swaps": True}, "out_of_order")]
)
async def test_each_fault_is_found(faults: dict[str, object], found: str):
    platform, _ = await _run(**faults)
    verdict = platform.verdict()
    assert getattr(verdict, found)
    assert not [name for name in ("lost", "twice", "out_of_order") if name != found and getattr(verdict, name)]
