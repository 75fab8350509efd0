"""The console's pages about leaving a channel: for operators only, confirmed before anything is done, in both languages."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from tests.browser import plans
from tests.browser.composition import Composition
from tests.unit.web.test_console import HTML, log_in

from wasl.continuity.plan import Means, make_plan
from wasl.domain.sunset import Sunset
from wasl.policy.situation import day_of
from wasl.web.sunsets import CHART_WIDTH, timeline


@pytest.fixture
async def sunset(wasl: Composition, http: aiohttp.ClientSession) -> Sunset:
    made = await plans.fill(wasl.store, wasl.clock)
    await log_in(wasl, http)
    return made


async def see(wasl: Composition, http: aiohttp.ClientSession, path: str, *, language: str = "en", status: int = 200) -> str:
    async with http.get(f"{wasl.url}/console/sunsets{path}", params={"lang": language}, headers=HTML) as page:
        assert page.status == status, await page.text()
        return await page.text()


async def send(wasl: Composition, http: aiohttp.ClientSession, path: str, *, status: int = 303, **form: str) -> str:
    page = await see(wasl, http, "")
    token = re.search(r'name="csrftoken" value="([^"]+)"', page)
    assert token is not None
    async with http.post(
        f"{wasl.url}/console/sunsets{path}", data={"csrftoken": token[1], **form}, headers=HTML, allow_redirects=False
    ) as response:
        assert response.status == status, await response.text()
        return response.headers.get("location", "") + await response.text()


@pytest.mark.parametrize("path", ["", *(f"/{plans.PLAN_ID}{page}" for page in ("", "/rest.csv", "/everyone.csv", "/start"))])
async def test_nobody_but_an_operator_reads_them(wasl: Composition, http: aiohttp.ClientSession, path: str) -> None:
    await plans.fill(wasl.store, wasl.clock)
    assert plans.PLAN_ID not in await see(wasl, http, path, status=401)


async def test_a_plan_is_shown_with_its_figures_and_how_it_stands(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    assert plans.PLAN_ID in await see(wasl, http, "")
    page = await see(wasl, http, f"/{sunset.id}")
    assert "<svg" in page
    assert "Announced by the platform" in page
    assert re.search(r"Told, not moved</dt><dd>20<", page)
    assert re.search(r"Not told yet</dt><dd>12<", page)
    assert re.search(r"Took their history out</dt><dd>0<", page)
    assert "Egypt" in page
    assert "Left out: Italy" in page
    assert "What a message costs is not known for: EG." in page
    assert "style=" not in page
    assert "<script>" not in page
    await see(wasl, http, "/no-such-plan", status=404)


async def test_a_plan_is_shown_in_arabic(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    page = await see(wasl, http, f"/{sunset.id}", language="ar")
    assert 'dir="rtl"' in page
    assert "مصر" in page
    assert "Told, not moved" not in page


async def test_how_it_stands_is_read_again_by_itself(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    part = await see(wasl, http, f"/{sunset.id}/progress")
    assert "<html" not in part
    assert re.search(r"Everyone</dt><dd>32<", part)


async def test_a_plan_is_worked_out_from_the_form_and_tells_nobody(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    location = await send(wasl, http, "", channel=plans.CHANNEL, on=day, zone="Asia/Riyadh", per_day="100", template_en="we_close")
    made = await wasl.store.sunsets.find(location.rpartition("/")[2])
    assert made is not None
    assert (made.state, made.per_day, made.zone) == ("draft", 100, "Asia/Riyadh")
    assert made.milestones[0].wording.templates == {"en": "we_close"}


@pytest.mark.parametrize("wrong", [{"on": "soon"}, {"zone": "Mars/Olympus"}, {"per_day": "0"}, {"per_day": "many"}, {"channel": "pigeons"}])
async def test_what_cannot_be_read_is_said_and_keeps_what_was_given(
    wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset, wrong: dict[str, str]
) -> None:
    form = {"channel": plans.CHANNEL, "on": "2031-01-15", "zone": "UTC", "note": "kept words", **wrong}
    page = await send(wasl, http, "", status=422, **form)
    assert 'role="alert"' in page
    assert "kept words" in page
    assert len(await wasl.store.sunsets.plans()) == 1


async def test_acts_are_asked_about_and_done(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    assert "Nobody is told until it is started again" in await see(wasl, http, f"/{sunset.id}/pause")
    assert (await wasl.store.sunsets.find(sunset.id) or sunset).state == "running"
    await send(wasl, http, f"/{sunset.id}/pause")
    assert (await wasl.store.sunsets.find(sunset.id) or sunset).state == "paused"
    day = datetime.fromtimestamp(sunset.on_ms / 1000, UTC).date() + timedelta(days=10)
    await send(wasl, http, f"/{sunset.id}/postpone", on=day.isoformat())
    assert day_of((await wasl.store.sunsets.find(sunset.id) or sunset).on_ms, sunset.zone) == day
    await send(wasl, http, f"/{sunset.id}/postpone", status=422, on="2020-01-01")
    await send(wasl, http, f"/{sunset.id}/postpone", status=422, on="soon")
    await send(wasl, http, f"/{sunset.id}/undo")
    assert (await wasl.store.sunsets.find(sunset.id) or sunset).state == "undone"
    await send(wasl, http, f"/{sunset.id}/undo", status=422)
    await send(wasl, http, f"/{sunset.id}/explode", status=404)


async def test_words_are_previewed_and_stored_only_with_the_link(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    words = {"text_en": "Bye on {date}: {link}", "text_ar": "وداعًا في {date}: {link}"}
    page = await send(wasl, http, f"/{sunset.id}/words?milestone=0", status=200, do="show", **words)
    assert re.search(r"Bye on [A-Z][a-z]+ \d+, \d{4}: http", page)
    assert (await wasl.store.sunsets.find(sunset.id) or sunset).milestones == sunset.milestones
    await send(wasl, http, f"/{sunset.id}/words?milestone=0", status=422, do="store", text_en="no way out", text_ar="x {link}")
    await send(wasl, http, f"/{sunset.id}/words?milestone=0", do="store", **words)
    stored = await wasl.store.sunsets.find(sunset.id)
    assert stored is not None
    assert stored.milestones[0].wording.texts == {"en": words["text_en"], "ar": words["text_ar"]}
    assert stored.milestones[1] == sunset.milestones[1]
    await see(wasl, http, f"/{sunset.id}/words?milestone=9", status=404)


async def test_the_rest_is_named_with_the_reason(wasl: Composition, http: aiohttp.ClientSession, sunset: Sunset) -> None:
    page = await see(wasl, http, f"/{sunset.id}/rest")
    assert "told, has not moved" in page
    assert "not told yet" in page
    table = await see(wasl, http, f"/{sunset.id}/rest.csv")
    assert len(table.splitlines()) == 33
    everyone = (await see(wasl, http, f"/{sunset.id}/everyone.csv")).splitlines()
    assert everyone[0] == "address,handle,became,told,message,moved,exported"
    assert sum(",told," in line for line in everyone[1:]) == 20
    assert len(everyone) == 33


def test_the_line_runs_with_the_reading_direction(sunset_of: Sunset) -> None:
    plan = make_plan(sunset_of, (), now_ms=sunset_of.made_ms, means=lambda _: Means("free", None, None))
    assert timeline(plan, now_ms=sunset_of.made_ms, rtl=False)["now"] == 0
    assert timeline(plan, now_ms=sunset_of.made_ms, rtl=True)["now"] == CHART_WIDTH
    assert timeline(plan, now_ms=sunset_of.made_ms, rtl=False)["day"] == CHART_WIDTH


@pytest.fixture
def sunset_of() -> Sunset:
    return replace(
        Sunset(id="p", channel="line", on_ms=10 * plans.DAY_MS, zone="UTC", state="draft", milestones=(), made_ms=0, made_by="operator"),
        per_day=5,
    )
