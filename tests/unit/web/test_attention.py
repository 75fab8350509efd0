"""What needs the operator stands on every page, and is done with on one."""

import re

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor
from tests.unit.web.test_console import log_in
from tests.unit.web.test_desk import Operator
from tests.unit.web.test_timeline import answered

from wasl.domain.handoff import Handoff
from wasl.domain.ids import ConversationId
from wasl.domain.listing import ListedTemplate


@pytest.fixture
async def operator(wasl: Composition, http: aiohttp.ClientSession) -> Operator:
    return Operator(wasl, http, await log_in(wasl, http))


async def home_of(visitor: Visitor) -> ConversationId:
    found = await visitor.wasl.store.find_address(visitor.wasl.channel.visitor(visitor.token))
    assert found
    return found[1]


async def asked(visitor: Visitor) -> ConversationId:
    await answered(visitor, "hello", id="message-1")
    home, clock = await home_of(visitor), visitor.wasl.clock
    now = clock.now_ms()
    wanted = Handoff(id=clock.new_id(), conversation_id=home, channel="webchat", why="asked", asked_ms=now, returns_ms=now + 3_600_000)
    await visitor.wasl.store.standings.hand_over(wanted)
    return home


async def test_who_waits_is_counted_taken_and_given_back(operator: Operator, visitor: Visitor) -> None:
    assert 'class="badge"' not in await operator.see("")
    home = await asked(visitor)
    assert 'class="badge">1<' in await operator.see("")
    page = await operator.see("attention")
    assert "waits for a human" in page
    assert f"/console/conversations/{home}/take" in page
    await operator.do(f"conversations/{home}/take")
    assert "A human answers here" in await operator.see(f"conversations/{home}")
    assert 'class="badge"' not in await operator.see("")
    await operator.do(f"conversations/{home}/give-back")
    assert "The assistant answers here." in await operator.see(f"conversations/{home}")
    (ended,) = await visitor.wasl.store.standings.handoffs(limit=5, ended=True)
    assert ended.ended_by == "operator"


async def test_a_sign_of_trouble_stands_on_every_page_until_it_is_cleared(operator: Operator, visitor: Visitor) -> None:
    store, now = visitor.wasl.store, visitor.wasl.clock.now_ms()
    await store.troubles.note(channel="webchat", scope="s", kind="error 368", gravity="grave", now_ms=now)
    for path in ("", "conversations", "people", "rules"):
        assert "signs of trouble" in await operator.see(path)
    found = re.search(r"/console/(troubles/[0-9a-f-]{36}/clear)", await operator.see("attention"))
    assert found
    await operator.do(found[1])
    assert "signs of trouble:" not in await operator.see("")
    assert await store.troubles.open() == []


async def test_the_rules_are_shown_for_a_day_a_channel_and_a_purpose(operator: Operator) -> None:
    page = await operator.see("rules?on=2026-01-20&channel=whatsapp&purpose=general_assistant")
    assert "Egypt" in page
    assert "forbidden" in page
    assert "What changes when" in page
    assert 'value="2026-01-20"' in page
    arabic = await operator.see("rules?on=nonsense&channel=nobody&lang=ar")
    assert "ما المسموح وأين" in arabic


async def test_templates_that_a_platform_does_not_approve_stand_first_in_both_languages(operator: Operator, visitor: Visitor) -> None:
    assert "Templates on the platforms" not in await operator.see("attention")
    rows = [("answer", "approved", True), ("news", "paused", False)]
    listed = [ListedTemplate(name=name, language="ar", status=status, carries=carries) for name, status, carries in rows]
    await visitor.wasl.store.templates.put("webchat", listed, at_ms=visitor.wasl.clock.now_ms())
    page = await operator.see("attention")
    assert page.index("news") < page.index("answer")
    assert "<strong>paused by the platform</strong>" in page
    assert "can carry an answer" in page
    assert "القوالب في قوائم المنصات" in await operator.see("attention?lang=ar")
