"""The console's pages about models that end: tried first, confirmed, taken back; a whole provider by one plan."""

import re
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.browser.plans import HeldTrial
from tests.unit.web.test_console import HTML, log_in

from wasl.domain.succession import Succession

SOON = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
MODEL = {"ends": "model:gpt-4.1-mini", "with gpt-4.1-mini": "claude-sonnet", "on": SOON, "questions": "5"}
PROVIDER = {"ends": "provider:openai", "with gpt-4.1-mini": "claude-sonnet", "with gpt-4.1": "claude-sonnet", "on": SOON, "questions": "0"}


class Pages:
    """The pages as an operator who logged in sees them."""

    def __init__(self, wasl: Composition, http: aiohttp.ClientSession) -> None:
        self.wasl, self._http = wasl, http

    async def see(self, path: str = "", *, language: str = "en", status: int = 200) -> str:
        async with self._http.get(f"{self.wasl.url}/console/models{path}", params={"lang": language}, headers=HTML) as page:
            assert page.status == status, await page.text()
            return await page.text()

    async def send(self, path: str = "", *, status: int = 303, **form: str) -> str:
        """Sends a form; gives where it leads, or the page that it got."""
        token = re.search(r'name="csrftoken" value="([^"]+)"', await self.see())
        assert token is not None
        url = f"{self.wasl.url}/console/models{path}"
        async with self._http.post(url, data={"csrftoken": token[1], **form}, headers=HTML, allow_redirects=False) as response:
            assert response.status == status, await response.text()
            return response.headers.get("location", "").removeprefix("/console/models") or await response.text()

    async def kept(self) -> list[Succession]:
        return list(await self.wasl.begin_trial.succeed.listed())


@pytest.fixture
async def pages(wasl: Composition, http: aiohttp.ClientSession) -> Pages:
    await log_in(wasl, http)
    return Pages(wasl, http)


async def test_nobody_but_an_operator_reads_them(wasl: Composition, http: aiohttp.ClientSession) -> None:
    assert "gpt-4.1-mini" not in await Pages(wasl, http).see(status=401)


async def test_a_model_is_tried_then_planned_then_taken_back(pages: Pages) -> None:
    assert "not replaced" in await pages.see()  # its provider ends it soon
    path = await pages.send(**MODEL)
    assert "1 of at most 5 questions asked." in await pages.see(f"{path}/progress")
    assert "Make it so" not in await pages.see(path)
    assert "A trial is running" in await pages.send(f"{path}/confirm", status=422)
    assert "A trial is running" in await pages.send(status=422, **MODEL)
    trial = pages.wasl.begin_trial._trial
    assert isinstance(trial, HeldTrial)
    trial.go_on.set()
    while (held := pages.wasl.begin_trial.held(path[1:])) is None or held.runs:
        await pages.wasl.clock.sleep(0.02)
    await pages.see(f"{path}/progress", status=204)
    shown = await pages.see(path)
    assert "نفتح من السابعة صباحًا." in shown
    assert "the provider is down" in shown
    assert [(one.state, one.report["asked"], one.report["answered"]) for one in await pages.kept()] == [("tried", 2, 1)]
    await pages.send(f"{path}/confirm")
    assert [one.state for one in await pages.kept()] == ["planned"]
    assert "replaced in time" in await pages.see()
    await pages.send(f"{path}/undo")
    assert [one.state for one in await pages.kept()] == ["undone"]


async def test_a_whole_provider_is_left_by_one_plan(pages: Pages) -> None:
    asked = await pages.see("/new?ends=provider:openai")
    assert "Who takes the place of gpt-4.1-mini" in asked
    assert "<option>gpt-4.1</option>" not in asked
    path = await pages.send(**PROVIDER)
    assert "It was not tried." in await pages.see(path)
    await pages.send(f"{path}/confirm")
    kept = await pages.kept()
    assert {(one.candidate, one.successor, one.state, one.plan) for one in kept} == {
        ("gpt-4.1-mini", "claude-sonnet", "planned", path[1:]), ("gpt-4.1", "claude-sonnet", "planned", path[1:]),
    }  # fmt: skip
    await pages.send(f"{path}/undo")
    assert {one.state for one in await pages.kept()} == {"undone"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"on": "2020-01-01"}, "That day is not to come any more."),
        ({"on": "soon"}, "Give the day as year, month and day."),
        ({"with gpt-4.1-mini": "gpt-4.1-mini"}, "A model cannot take its own place."),
    ],
)
async def test_what_cannot_be_planned_is_said_and_nothing_is_kept(pages: Pages, changed: dict[str, str], said: str) -> None:
    assert said in await pages.send(status=422, **{**MODEL, **changed})
    assert await pages.kept() == []


async def test_a_model_that_is_replaced_already_is_said_to_be(pages: Pages) -> None:
    for _ in range(2):
        path = await pages.send(**{**MODEL, "questions": "0"})
        if _ == 0:
            await pages.send(f"{path}/confirm")
    assert "replaced by another plan already" in await pages.send(f"{path}/confirm", status=422)


async def test_the_pages_speak_arabic(pages: Pages) -> None:
    path = await pages.send(**{**MODEL, "questions": "0"})
    for one in ("", path, "/new?ends=provider:openai"):
        page = await pages.see(one, language="ar")
        assert 'dir="rtl"' in page
        assert "takes" not in page
        assert "style=" not in page


async def test_what_is_no_plan_is_said(pages: Pages) -> None:
    await pages.see("/no-such-plan", status=404)
    await pages.see("/new?ends=model:nobody", status=404)
