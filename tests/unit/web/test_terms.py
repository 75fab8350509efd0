"""The pages of terms: a change with its words marked, a rule made and confirmed in somebody's name, a page brought by hand."""

import re

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.marks import seen
from tests.terms_watched import NAME, with_history
from tests.unit.service.test_make_rule import VERSIONS
from tests.unit.web.test_console import log_in
from tests.unit.web.test_desk import Operator


@pytest.fixture
async def operator(wasl: Composition, http: aiohttp.ClientSession) -> Operator:
    return Operator(wasl, http, await log_in(wasl, http))


async def change_of(wasl: Composition, *places: str) -> str:
    (found,) = [
        one.id
        for one in await wasl.watching.terms.changes(limit=9)
        if one.judgement.clauses and one.judgement.clauses[0].regions_come == places
    ]
    return found


async def test_before_anything_changed_the_documents_are_listed(operator: Operator) -> None:
    page = await operator.see("terms")
    assert "courier: Solution Terms" in page
    assert "Nothing has changed since watching began." in page


async def test_only_the_words_that_changed_are_marked(wasl: Composition, operator: Operator) -> None:
    await with_history(wasl.watching)
    page = await operator.see(f"terms/changes/{await change_of(wasl, 'EEA', 'BR')}")
    assert re.findall(r"<del>(.*?)</del>", page) == ["an Italian"]
    assert re.findall(r"<ins>(.*?)</ins>", page) == ["a European Economic Area or Brazil"]


async def test_a_rule_is_drafted_tried_and_confirmed_in_a_name(wasl: Composition, operator: Operator) -> None:
    await with_history(wasl.watching)
    change = await change_of(wasl, "IT")
    rule = "terms.courier-solution-terms.ai-use.deny.2026-01-15"
    drafted = await operator.do(f"terms/changes/{change}/draft")
    assert rule in drafted
    assert "In the last 30 days it would have stopped 0 of 0 messages." in drafted
    assert not (wasl.folder / "rules" / "terms.toml").exists()
    assert "give a name" in await operator.do(f"terms/changes/{change}/confirm", rule=rule, by=" ")
    shown = await operator.do(f"terms/changes/{change}/confirm", rule=rule, by="أمل", note="read twice")
    assert "أمل" in shown
    assert rule in (wasl.folder / "rules" / "terms.toml").read_text(encoding="utf-8")
    assert "a rule was made" in await operator.see("terms")


async def test_what_is_no_rule_is_refused_in_words(wasl: Composition, operator: Operator) -> None:
    await with_history(wasl.watching)
    page = await operator.do(f"terms/changes/{await change_of(wasl, 'IT')}/draft", toml="x = [")
    assert "no TOML" in page


async def test_a_change_is_told_in_arabic(wasl: Composition, operator: Operator) -> None:
    await with_history(wasl.watching)
    change = await change_of(wasl, "IT")
    page = await operator.see(f"terms/changes/{change}?lang=ar")
    assert "تغيّرت جملة واحدة تُلزم أحدًا." in page
    assert "المساعدات العامة" in page
    assert "ليس هذا TOML" in await operator.do(f"terms/changes/{change}/draft?lang=ar", toml="x = [")
    assert "القاعدة يعتمدها شخص: اكتب اسمًا" in await operator.do(f"terms/changes/{change}/confirm?lang=ar", rule="terms.x", by=" ")


async def test_a_page_that_was_brought_is_told_of_in_arabic(wasl: Composition, operator: Operator) -> None:
    brought = await operator.do("terms/bring?lang=ar", document=NAME, text="short", by="أمل")
    assert "ليست الصفحة المعلنة: في الصفحة" in seen(brought)


async def test_a_change_is_set_aside_or_put_off(wasl: Composition, operator: Operator) -> None:
    await with_history(wasl.watching)
    change = await change_of(wasl, "IT")
    await operator.do(f"terms/changes/{change}/aside", by="Amal", note="we do not write there", days="0")
    found = await wasl.watching.terms.find_change(change)
    assert found is not None
    assert (found.state, found.note) == ("not_for_us", "we do not write there")
    await operator.do(f"terms/changes/{change}/aside", days="14")
    due = await wasl.store.due_timers(now_ms=wasl.clock.now_ms() + 15 * 86_400_000, limit=9, lease_ms=1)
    assert [(one.kind, one.key) for one in due if one.kind == "terms remind"] == [("terms remind", change)]


async def test_a_page_that_is_pasted_is_compared_at_once(wasl: Composition, operator: Operator) -> None:
    await operator.do("terms/bring", document=NAME, text=VERSIONS[0][1], by="Amal")
    page = await operator.do("terms/bring", document=NAME, text=VERSIONS[2][1], by="Amal")
    assert "an Italian country code" in page
    await operator.do("terms/bring", document="nobody/knows", text="x", status=404)


async def test_changes_are_a_feed_for_programs(wasl: Composition, operator: Operator) -> None:
    await with_history(wasl.watching)
    feed = await operator.see("terms/feed.atom")
    assert feed.count("<entry>") == 5
    assert f"{wasl.url}/console/terms/changes/" in feed


async def test_who_is_not_logged_in_sees_no_terms(wasl: Composition, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{wasl.url}/console/terms", allow_redirects=False) as page:
        assert page.status in (303, 401)
    async with http.get(f"{wasl.url}/console/terms/changes/x") as page:
        assert page.status in (200, 401, 404)
        assert "Clauses" not in await page.text()
