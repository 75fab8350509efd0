"""The console's pages about leaving: read by operators only, in both languages, with every figure beside its words."""

import re

import aiohttp
import pytest
from tests.browser import losses
from tests.browser.composition import Composition
from tests.unit.web.test_console import HTML, log_in

from wasl.continuity.exposure import Step
from wasl.domain.days import DAY_MS
from wasl.web.exposing import CHART_WIDTH, chart, country_name, share, step_words
from wasl.web.languages import Languages

PATHS = ("exposure", "register", "drills", f"drills/{losses.DRILL_ID}")


async def see(wasl: Composition, http: aiohttp.ClientSession, path: str, *, language: str = "en", status: int = 200) -> str:
    async with http.get(f"{wasl.url}/console/{path}", params={"lang": language}, headers=HTML) as page:
        assert page.status == status, await page.text()
        return await page.text()


@pytest.fixture
async def busy(wasl: Composition, http: aiohttp.ClientSession) -> Composition:
    await losses.fill(wasl.store, wasl.clock)
    await log_in(wasl, http)
    return wasl


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_but_an_operator_reads_them(wasl: Composition, http: aiohttp.ClientSession, path: str) -> None:
    assert "Exposure" not in await see(wasl, http, path, status=401)


async def test_exposure_is_shown_with_what_would_help(busy: Composition, http: aiohttp.ClientSession) -> None:
    page = await see(busy, http, "exposure")
    assert re.search(r'class="figure low">20%</span>', page)
    assert "Ask 48 people on WhatsApp (Meta) to link a second way." in page
    assert "Brazil" in page
    assert "<polyline" in page
    assert "style=" not in page
    assert "<script>" not in page


async def test_exposure_is_shown_in_arabic(busy: Composition, http: aiohttp.ClientSession) -> None:
    page = await see(busy, http, "exposure", language="ar")
    assert 'dir="rtl"' in page
    assert "اطلب من 48 شخصًا على واتساب (ميتا) ربط طريق ثانٍ." in page
    assert "البرازيل" in page


async def test_the_register_shows_sources_and_what_contracts_say(busy: Composition, http: aiohttp.ClientSession) -> None:
    page = await see(busy, http, "register")
    assert "Our contract gives OpenAI the first refusal." in page
    assert "claude-sonnet is asked only when gpt-4.1-mini refused or is down." in page
    assert "OpenAI Services Agreement, effective 2026-01-01 (8.2, 6.2)" in page
    assert "not certain" in page


async def test_days_and_figures_of_the_register_keep_their_order_in_arabic(busy: Composition, http: aiohttp.ClientSession) -> None:
    page = await see(busy, http, "register", language="ar")
    assert "من 15 أكتوبر 2025" in page
    assert "حتى 31 مارس 2027" in page
    assert "منذ \u20682026-04-27\u2069" in page


async def test_a_drill_is_shown_with_what_people_would_have_seen(busy: Composition, http: aiohttp.ClientSession) -> None:
    assert "57 of 60 answered" in await see(busy, http, "drills")
    page = await see(busy, http, f"drills/{losses.DRILL_ID}")
    assert "Without OpenAI · WhatsApp (Meta)" in page
    assert "claude-sonnet" in page
    assert "80%" in page
    assert "95%" in page
    await see(busy, http, "drills/no-such-drill", status=404)


def test_a_part_is_never_rounded_to_the_whole_or_to_nothing() -> None:
    english = Languages().choose(asked="en")
    assert [share(english, v) for v in (0, 0.001, 0.5, 0.999, 1)] == ["0%", "1%", "50%", "99%", "100%"]


def test_a_line_runs_with_the_reading_direction() -> None:
    points = [(0, 0.0), (45 * DAY_MS, 0.5), (90 * DAY_MS, 1.0)]
    assert chart(points, now_ms=90 * DAY_MS, rtl=False) == "0.0,120.0 300.0,60.0 600.0,0.0"
    assert chart(points, now_ms=90 * DAY_MS, rtl=True).startswith(f"{CHART_WIDTH}.0,")
    assert chart(points[:1], now_ms=90 * DAY_MS, rtl=False) == ""


def test_every_step_has_words_in_both_languages() -> None:
    for language in Languages().all():
        for kind in ("link", "channel", "candidate", "backup", "drill", "terms", "credit"):
            words = step_words(Step(kind, "x", 0.2, 0.8, 3), "TITLE", language)["words"]  # type: ignore[arg-type]
            assert words
            assert "{" not in words
    assert country_name("EG", Languages().choose(asked="ar")) == "مصر"
