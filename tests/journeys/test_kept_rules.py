"""Rules kept by the real Wasl between simulated platforms: who may not have whose words, and how large a message may be."""

import asyncio
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.journeys.test_simulation import quiet, until

from wasl.testing.simulators.simulation import Simulation

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
SECRET = "my sister Mariam asks whether you deliver to Zamalek"
SHORT_RULE = """
[[rule]]
id = "own.short"
channel = "whatsapp"
effect = "limit"
predicate = { max_text_chars = 120 }
requires = { en = "Short messages on this number.", ar = "رسائل قصيرة على هذا الرقم." }
from = 2020-01-01
source = "the operator"
seen = 2026-01-01
"""


class FreeTier(Simulation):
    """The first candidate is of a free tier, which may train on what it is given; the operator wants short messages."""

    def _config(self, port: int) -> str:
        (self.data / "rules").mkdir()
        (self.data / "rules" / "own.toml").write_text(SHORT_RULE, encoding="utf-8")
        text = super()._config(port).replace('model = "first-model"\n', 'model = "first-model"\ntier = "free"\n')
        lenient = '[deployment.by_channel.telegram]\nmode = "lenient"\n'  # its rule on training is not certain, and only warns then
        return f'rules = "{(self.data / "rules").as_posix()}"\n{text}\n{lenient}'


async def why(simulation: Simulation, data: Path, id_: str) -> Any:
    """What `wasl why` tells, beside the running server."""
    command = [sys.executable, "-m", "wasl", "why", id_, "--json", "--config", str(data / "wasl.toml")]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=ENVIRONMENT
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    return json.loads(out)


def stored(data: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{data / 'wasl.db'}?mode=ro", uri=True)) as db:
        return db.execute(query).fetchall()


async def test_a_tier_that_trains_never_gets_the_words_and_an_answer_keeps_the_operators_size(tmp_path: Path) -> None:
    simulation = FreeTier(data=tmp_path)
    for model in (simulation.first, simulation.second):
        model.keep_questions, model.first_token_seconds, model.word_seconds = True, 0.0, 0.0
    try:
        await simulation.start()
        sara = simulation.whatsapp.person(phone="201001234567", name="Sara", country="EG")
        chat = simulation.telegram.chats.meet(77, name="Omar")
        simulation.telegram.say(chat, "Do you deliver?")
        simulation.whatsapp.say(sara, SECRET)
        await until(simulation.telegram.feed, lambda: bool(chat.received))
        await until(simulation.whatsapp.feed, lambda: any("second-model" in one.text for one in sara.received))
        await quiet(simulation)
        assert "first-model" in chat.received[0].text, "where the rule only warns the free tier is asked first"
        assert [q.text for q in simulation.first.questions] == ["Do you deliver?"]
        assert not any("Mariam" in f"{q.text} {q.system}" for q in simulation.first.questions)
        assert any("Mariam" in q.text for q in simulation.second.questions)

        assert len(sara.received) > 1
        assert max(len(one.text) for one in sara.received) <= 120
        pieces = stored(tmp_path, "select count(*) from delivery where channel = 'whatsapp'")
        assert pieces == [(len(sara.received),)], "each piece is a delivery of its own"
        ((question,),) = stored(tmp_path, "select id from message where parts like '%Mariam%'")
        told = await why(simulation, tmp_path, question)
        turn = next(act for act in told["acts"] if act["kind"] == "turn")
        assert turn["verdicts"]["guard"]["barred"] == {"first-model": ["wa.data.no_training"]}
        usage = stored(tmp_path, "select candidate, channel from usage where work = 'answer' order by channel")
        assert usage == [("first-model", "telegram"), ("second-model", "whatsapp")]
    finally:
        await simulation.stop()
