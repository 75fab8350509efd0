"""A model ends: another is tried on what people really asked, beside what they were answered, and takes its place on the day."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journeys.moved_clock import MovedClock

from wasl.app import compose
from wasl.config import load
from wasl.domain.errors import Refused, SettingWrong
from wasl.domain.event import Arrival
from wasl.domain.message import Text, plain_text
from wasl.domain.person import AddressKey
from wasl.domain.prompt import Prompt, PromptMessage
from wasl.ports.store import Incoming
from wasl.running import Installation
from wasl.service.try_successor import side_by_side, summed
from wasl.testing.simulators.models import ModelsSimulator, SimulatedModel

SETTINGS = """
data = "{data}"
knowledge = "{data}/knowledge"
[channels.webchat]
[providers.house]
kind = "openai_chat"
base_url = "{url}/v1"
key = "{key}"
[[candidates]]
provider = "house"
model = "old-model"
[[candidates]]
provider = "house"
model = "second-model"
[[candidates]]
provider = "house"
model = "new-model"
"""
QUESTIONS = ("What is <b>bread</b>?", "ما الخبز؟", "And cake?")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(datetime(2026, 11, 1, 9, tzinfo=UTC))


async def asked(installation: Installation, text: str) -> str:
    """Lets a stranger ask and gives what they were answered."""
    store, clock = installation.store, installation.clock
    key = AddressKey(channel="webchat", scope="web", handle=clock.new_id(), kind="account")
    arrival = Arrival(key=clock.new_id(), address=key, parts=(Text(text=text),), sent_at_ms=clock.now_ms())
    await store.receive(Incoming(channel="webchat", raw=b"{}", received_at_ms=clock.now_ms(), events=[arrival]))
    found = await store.find_address(key)
    assert found is not None
    async with asyncio.timeout(20):
        while not (said := [m for m in await store.messages_after(found[1], seq=0, limit=9) if m.author == "assistant"]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return plain_text(said[0].parts).rpartition("\n\n")[2]  # after the line that says an AI answers


async def test_a_model_is_tried_in_shadow_and_replaced_on_its_day_in_every_process(tmp_path: Path, clock: MovedClock) -> None:
    house = ModelsSimulator(
        models=tuple(SimulatedModel(name=name) for name in ("old-model", "second-model", "new-model")),
        answer=lambda q: f"{q.model}: {q.text}",
    )
    await house.start()
    path = tmp_path / "wasl.toml"
    path.write_text(SETTINGS.format(data=tmp_path.as_posix(), url=house.url, key=house.key), encoding="utf-8")
    here, other = (compose(load(path, environ={}), clock=clock) for _ in range(2))
    async with here.opened(), other.opened():
        working = asyncio.create_task(here.worker.run())
        minding = [asyncio.create_task(one.departing.succeed.run()) for one in (here, other)]
        for question in QUESTIONS:
            assert await asked(here, question) == f"old-model: {question}"
        succeed = here.departing.succeed
        draft = succeed.draft(candidate="old-model", successor="new-model", on=date(2026, 12, 1), zone="UTC", by="operator")

        # tried on what was really asked; nothing is sent, what it cost is counted
        before = house.calls
        tried = await here.departing.trial.run("new-model", questions=2)
        assert house.calls == before + 2
        assert [(one.then.rpartition("\n\n")[2], one.now) for one in tried] == [
            (f"old-model: {question}", f"new-model: {question}") for question in reversed(QUESTIONS[1:])
        ]
        totals = {row["candidate"]: row["calls"] for row in await here.store.usage_totals(since_ms=0)}
        assert totals["new-model"] == 2
        assert summed(tried)["answered"] == 2
        page = side_by_side(await here.departing.trial.run("new-model"), old="old-model", new="new-model", at_ms=clock.now_ms())
        assert "What is &lt;b&gt;bread&lt;/b&gt;?" in page
        assert "<script" not in page

        # a trial changes nothing; a plan changes nothing before its day
        await succeed.keep(draft)
        planned = await succeed.plan(draft)
        with pytest.raises(Refused, match="replaced already"):
            await succeed.plan(succeed.draft(candidate="old-model", successor="second-model", on=date(2027, 1, 1), zone="UTC", by="x"))
        for wrong in ({"candidate": "gone"}, {"successor": "old-model"}, {"on": date(2020, 1, 1)}, {"zone": "Mars/Olympus"}):
            wish = {"candidate": "old-model", "successor": "new-model", "on": date(2027, 1, 1), "zone": "UTC", "by": "x", **wrong}
            with pytest.raises(SettingWrong):
                succeed.draft(**wish)  # type: ignore[arg-type]  # the keys are the parameters
        clock.move(datetime(2026, 11, 30, 23, tzinfo=UTC))
        await asyncio.sleep(0.2)
        assert await asked(here, "still?") == "old-model: still?"

        # from the day on, in every process; until it is taken back
        clock.move(datetime(2026, 12, 1, 0, 1, tzinfo=UTC))
        assert await asked(here, "and now?") == "new-model: and now?"
        prompt = Prompt(messages=(PromptMessage(role="user", text="there?"),))
        assert (await other.ask.ask(prompt)).answer.candidate == "new-model"
        assert (await other.ask.ask(prompt, first="old-model")).answer.candidate == "new-model"
        await succeed.undo(planned.id)
        clock.move(datetime(2026, 12, 2, tzinfo=UTC))
        await asyncio.sleep(0.5)
        assert (await other.ask.ask(prompt)).answer.candidate == "old-model"
        for task in (working, *minding):
            task.cancel()
        await asyncio.gather(working, *minding, return_exceptions=True)
    await house.stop()
