import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from wasl.testing.simulators.models_shapes import Question
from wasl.testing.simulators.serving import Listener
from wasl.testing.simulators.simulate import FAULTS, SimulatePage
from wasl.testing.simulators.simulate_words import WORDS, chosen
from wasl.testing.simulators.simulation import Child, Simulation, quoting


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[tuple[Simulation, str]]:
    """The page over running simulators; Wasl itself is not started here."""
    simulation = Simulation(data=tmp_path)
    for simulator in (simulation.whatsapp, simulation.telegram, simulation.first, simulation.second):
        simulator.feed.on = True
        await simulator.start()
    simulation.child = Child(config=tmp_path / "x", url="http://127.0.0.1:9", log=tmp_path / "log", feed=simulation.feed)
    listener = Listener(SimulatePage(simulation))
    yield simulation, await listener.plug()
    await listener.unplug()
    await simulation.stop()


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["ar"].keys()
    assert all(f"f_{kind}" in WORDS["en"] for kinds in FAULTS.values() for kind in kinds)


def test_the_language_is_the_one_asked_for_then_the_browsers_then_english() -> None:
    assert chosen("ar", "en") == "ar"
    assert chosen("", "fr-FR, ar-SA;q=0.8, en;q=0.5") == "ar"
    assert chosen("xx", "") == "en"


async def test_the_page_comes_in_both_directions_with_its_files(client: Any, page: tuple[Simulation, str]) -> None:
    _, url = page
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        body = (await client.ask("GET", f"{url}/?lang={language}")).body.decode()
        assert f'<html lang="{language}" dir="{direction}">' in body
    for path in ("static/simulate.css", "static/simulate.js", "static/phones.js", "look/tokens.css", "look/mark.svg"):
        assert (await client.ask("GET", f"{url}/{path}")).status == 200, path
    for path in ("static/../simulate.py", "static/%2e%2e/simulate.py", "static/simulate.html", "look/nothing.css", "media/whatsapp/1"):
        assert (await client.ask("GET", f"{url}/{path}")).status == 404, path


async def test_people_speak_and_media_is_shown(client: Any, page: tuple[Simulation, str]) -> None:
    simulation, url = page
    for phone in ("whatsapp", "telegram"):
        for kind in ("text", "photo", "voice", "location", "document"):
            assert (await client.ask("POST", f"{url}/say", json={"phone": phone, "type": kind, "text": "x"})).status == 200
    image = next(iter(simulation.whatsapp.stored.values()))
    assert (await client.ask("GET", f"{url}/media/whatsapp/{image.id}")).body == image.data
    assert (await client.ask("POST", f"{url}/say", json={"phone": "fax"})).status == 400
    assert (await client.ask("POST", f"{url}/say", data=b"{}")).status == 400


async def test_every_switch_switches(client: Any, page: tuple[Simulation, str]) -> None:
    _, url = page
    for where, kinds in FAULTS.items():
        for kind in kinds:
            for on in (True, False):
                state = (await client.ask("POST", f"{url}/faults", json={"where": where, "kind": kind, "on": on})).json
                assert ([where, kind] in state["faults"]) is on, (where, kind)
    assert (await client.ask("POST", f"{url}/faults", json={"where": "child", "kind": "down", "on": True})).status == 400


async def test_other_sites_cannot_reach_it_by_a_name_of_theirs(client: Any, page: tuple[Simulation, str]) -> None:
    _, url = page
    assert (await client.ask("GET", f"{url}/state", headers={"host": "evil.example"})).status == 403


async def test_who_follows_is_told_what_was_and_what_comes(client: Any, page: tuple[Simulation, str]) -> None:
    _, url = page
    await client.ask("POST", f"{url}/say", json={"phone": "telegram", "text": "before"})
    async with client.session.get(f"{url}/events") as stream:
        told = []
        async for line in stream.content:
            if line.startswith(b"data: "):
                told.append(json.loads(line[6:]))
                if told[-1]["kind"] == "said" and len(told) == 1:
                    await client.ask("POST", f"{url}/say", json={"phone": "whatsapp", "text": "after"})
                if sum(h["kind"] == "said" for h in told) == 2:
                    break
    said = [h for h in told if h["kind"] == "said"]
    assert [h["at"] for h in said] == ["telegram", "whatsapp"]
    assert said[0]["message"]["text"] == "before"


def test_a_simulated_model_quotes_the_passage_in_the_questions_language() -> None:
    english = "<passage source='a.md' heading='Hours'>\nOpen at 7.\n</passage>"
    arabic = "<passage source='b.md' heading='ز › المواعيد'>\nنفتح في السابعة.\n</passage>"
    system = f"{english}\n\n{arabic}"

    def ask(text: str, system: str) -> str:
        return quoting(Question(model="m", text=text, stream=True, system=system))

    assert "Open at 7." in ask("when?", system)
    assert "نفتح في السابعة." in ask("متى؟", system)
    assert "when?" in ask("when?", "no passages")
