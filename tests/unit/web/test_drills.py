"""The console's pages of drills: begun there, followed, ended; one at a time; what cannot be rehearsed is said in the reader's language."""

import re
from typing import Any

import aiohttp
import pytest
from tests.browser import losses
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor
from tests.unit.web.test_console import HTML, log_in

from wasl.domain.exposure import Drill

SHADOW = {"mode": "shadow", "how": "refused", "traffic": "60"}
LIVE = {"mode": "live", "lose": "openai", "how": "refused", "length": "1"}


class Pages:
    """The pages as an operator who logged in sees them."""

    def __init__(self, wasl: Composition, http: aiohttp.ClientSession) -> None:
        self.wasl, self._http = wasl, http

    async def see(self, path: str = "", *, language: str = "en", status: int = 200) -> str:
        async with self._http.get(f"{self.wasl.url}/console/drills{path}", params={"lang": language}, headers=HTML) as page:
            assert page.status == status, await page.text()
            return await page.text()

    async def send(self, path: str = "", *, status: int = 303, **form: Any) -> str:
        """Sends a form; gives where it leads, or the page that it got."""
        token = re.search(r'name="csrftoken" value="([^"]+)"', await self.see())
        assert token is not None
        url = f"{self.wasl.url}/console/drills{path}"
        fields = [
            ("csrftoken", token[1]),
            *((name, one) for name, many in form.items() for one in ([many] if isinstance(many, str) else many)),
        ]
        async with self._http.post(url, data=fields, headers=HTML, allow_redirects=False) as response:
            assert response.status == status, await response.text()
            return response.headers.get("location", "").removeprefix("/console/drills") or await response.text()

    async def over(self, drill_id: str) -> Drill:
        """Waits until a drill is over."""
        while (drill := await self.wasl.store.drills.find(drill_id)) is None or drill.ended_ms is None:
            await self.wasl.clock.sleep(0.05)
        return drill


@pytest.fixture
async def pages(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> Pages:
    await visitor.say("When are you open?", id="question-1")
    await losses.fill(wasl.store, wasl.clock)
    await log_in(wasl, http)
    return Pages(wasl, http)


async def test_a_shadow_drill_is_begun_and_followed_and_its_report_stands_there(pages: Pages) -> None:
    path = await pages.send(**SHADOW, lose=["openai", "whatsapp"])
    await pages.wasl.held_play.held.wait()
    assert "First as usual:" in await pages.see(path)
    assert "<html" not in await pages.see(f"{path}/progress")
    assert "A drill is running." in await pages.see()
    assert "Another drill is running; one is run at a time." in await pages.send(status=422, **SHADOW, lose="openai")
    pages.wasl.held_play.go_on.set()
    drill = await pages.over(path[1:])
    assert (drill.lost, drill.how, drill.mode) == (("openai", "whatsapp"), "refused", "shadow")
    await pages.see(f"{path}/progress", status=204)
    report = await pages.see(path)
    assert "claude-sonnet" in report
    assert "First as usual:" not in report


async def test_a_shadow_drill_is_ended_before_its_end(pages: Pages) -> None:
    path = await pages.send(**SHADOW, lose="openai")
    await pages.send(f"{path}/end")
    assert (await pages.over(path[1:])).report == {"interrupted": True}
    assert "so there is no report" in await pages.see(path)
    assert "did not come to its end" in await pages.see()
    await pages.send(**SHADOW, lose="openai")  # its place is free again


async def test_a_drill_that_runs_elsewhere_keeps_the_place_and_can_be_ended_from_here(pages: Pages) -> None:
    store, now = pages.wasl.store, pages.wasl.clock.now_ms()
    other = Drill(id=pages.wasl.clock.new_id(), mode="live", lost=("openai",), how="refused", started_ms=now, until_ms=now + 60_000)
    assert await store.drills.begin(other, now_ms=now) is None
    assert "Another drill is running" in await pages.send(status=422, **SHADOW, lose="openai")
    await pages.send(f"/{other.id}/end")
    assert (await pages.over(other.id)).report == {"interrupted": True}
    await pages.send(**SHADOW, lose="openai")


async def test_a_drill_whose_process_is_gone_is_said_to_have_broken_off(pages: Pages) -> None:
    now = pages.wasl.clock.now_ms()
    left = Drill(id=pages.wasl.clock.new_id(), mode="shadow", lost=("openai",), how="refused", started_ms=now - 9_000, until_ms=now - 1)
    await pages.wasl.store.drills.put(left)
    assert "It broke off" in await pages.see(f"/{left.id}")
    await pages.send(**SHADOW, lose="openai")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**SHADOW}, "Choose what is lost."),
        ({**SHADOW, "lose": "host"}, "cannot be rehearsed here"),
        ({**SHADOW, "lose": "gemini"}, "does not stand on that"),
        ({**LIVE, "lose": "whatsapp"}, "nothing else. Rehearse this loss in shadow"),
        ({**LIVE, "lose": ["openai", "anthropic", "host.llm.zaytuna.example"]}, "Nobody would be left to answer"),
    ],
)
async def test_what_cannot_be_rehearsed_is_said_and_nothing_begins(pages: Pages, form: dict[str, Any], said: str) -> None:
    assert said in await pages.send(status=422, **form)
    assert [d.id for d in await pages.wasl.store.drills.past(limit=5)] == [losses.DRILL_ID]


async def test_without_questions_there_is_nothing_to_ask_again(wasl: Composition, http: aiohttp.ClientSession) -> None:
    await log_in(wasl, http)
    assert "Nobody has asked anything yet" in await Pages(wasl, http).send(status=422, **SHADOW, lose="openai")


async def test_a_live_drill_is_confirmed_first_and_ended_by_a_button(pages: Pages) -> None:
    asked = await pages.send(status=200, **LIVE)
    assert "gpt-4.1-mini" in asked
    assert "for 60 seconds" in asked
    assert len(await pages.wasl.store.drills.past(limit=5)) == 1
    path = await pages.send(**LIVE, sure="yes")
    (open_,) = await pages.wasl.store.drills.open()
    assert (open_.mode, open_.candidates, open_.in_force(pages.wasl.clock.now_ms())) == ("live", ("gpt-4.1-mini",), True)
    assert "It ends by itself in" in await pages.see(path)
    await pages.send(f"{path}/end")
    drill = await pages.over(path[1:])
    assert drill.report["interrupted"] is True
    assert "live routing is as it was" in await pages.see(path)


async def test_a_drill_is_ended_when_the_process_ends(pages: Pages) -> None:
    path = await pages.send(**SHADOW, lose="openai")
    await pages.wasl.begin_drill.close()
    assert (await pages.over(path[1:])).report == {"interrupted": True}
