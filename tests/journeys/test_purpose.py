"""A general question on a platform that forbids it: pointed once to our own page, asked there with its history, counted."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from tests.journeys.test_simulation import quiet, until

from wasl.net.clock import SystemClock
from wasl.store.sqlite import SqliteStore
from wasl.testing.simulators.simulate import run_simulation
from wasl.testing.simulators.simulation import Simulation

POEM = "Write me a long poem about the sea and the stars"
SCOPE = """\
name = "Dar Bakery"
statement = "A bakery: bread, cakes, orders and delivery."
[[subjects]]
name = "orders"
examples = ["Do you deliver?", "how much is a birthday cake", "when do you open on Friday", "I want to order ten loaves",
  "where is my order?",
  "do you have bread without gluten", "هل توصلون إلى البيت؟", "بكم كيكة عيد الميلاد؟", "متى تفتحون؟", "أريد طلب عشرة أرغفة"]
"""


async def soon(check: Callable[[], Awaitable[Any]], *, seconds: float = 30.0) -> Any:
    """Asks again until something is there; it happens in another process."""
    async with asyncio.timeout(seconds):
        while not (found := await check()):  # noqa: ASYNC110  # what is awaited happens in another process
            await asyncio.sleep(0.1)
    return found


async def said(simulation: Simulation, person: Any, text: str) -> str:
    """Says something over the simulated platform and gives the answer."""
    before = len(person.received)
    simulation.whatsapp.say(person, text)
    await until(simulation.whatsapp.feed, lambda: len(person.received) > before)
    return str(person.received[before].text)


async def test_a_general_question_goes_on_our_own_page_with_its_history(tmp_path: Path) -> None:
    (tmp_path / "scope.toml").write_text(SCOPE, encoding="utf-8")
    async with run_simulation(data=tmp_path) as (simulation, _), aiohttp.ClientSession() as http:
        await soon(lambda: asyncio.to_thread(lambda: list((tmp_path / "purpose").glob("*.msgpack"))))
        simulation.first.keep_questions = True
        sara = simulation.whatsapp.person(phone="201001234567", name="Sara", country="EG")
        assert "model" in await said(simulation, sara, "Do you deliver?")
        calls = simulation.first.calls
        pointed = await said(simulation, sara, POEM)
        found = re.search(r"(http://\S+)/me/link\?code=(\S+)", pointed)
        assert found, pointed
        assert "/me/link" not in await said(simulation, sara, "Write a python program that prints all primes below one thousand")
        assert simulation.first.calls == calls  # no model was asked for either

        url, code = found[1], found[2]
        async with http.get(f"{url}/") as page:
            token = re.search(r'"visitor": "([^"]+)"', await page.text())
        assert token
        headers = {"x-wasl-visitor": token[1]}
        async with http.post(f"{url}/my/links", json={"code": code}, headers=headers) as joined:
            assert joined.status == 201, await joined.text()

        async def answered() -> list[str]:
            async with http.get(f"{url}/chat/messages", headers=headers) as response:
                listed = (await response.json())["messages"]
            texts = [str(m) for m in listed if m["author"] == "assistant"]
            return texts if any("poem about the sea" in str(m) for m in listed) and simulation.first.calls > calls else []

        assert await soon(answered)
        assert simulation.first.questions[-1].text == POEM
        await quiet(simulation)

    store = SqliteStore(tmp_path / "wasl.db", clock=SystemClock())
    await store.open()
    try:
        now = int(time.time() * 1000)
        line = simulation.whatsapp.name
        records = await store.purposes.records(channel=line, since_ms=0, until_ms=now + 60_000)
        assert [(r.label, r.served, r.mode, r.country) for r in records] == [
            ("business", "answered", "guard", "EG"),
            ("general", "redirected", "guard", "EG"),
            ("general", "refused", "guard", "EG"),
        ]
        (sent,) = await store.purposes.redirects(channel=line, since_ms=0, until_ms=now + 60_000)
        assert sent.followed_on is not None
        (here,) = await store.purposes.records(channel=sent.followed_on, since_ms=0, until_ms=now + 60_000)
        assert (here.label, here.served, here.mode) == ("general", "answered", "watch")
    finally:
        await store.close()
