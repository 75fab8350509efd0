"""The console's pages of the month and of its audit."""

from dataclasses import replace

import aiohttp
import pytest
from tests.bench.month import simulate
from tests.browser.composition import Composition
from tests.unit.service.test_figure import in_october
from tests.unit.web.talking import Visitor
from tests.unit.web.test_console import log_in
from tests.unit.web.test_desk import Operator
from tests.unit.web.test_timeline import answered

from wasl.domain.ids import ConversationId, PersonId, TurnId
from wasl.domain.purpose import PurposeRecord
from wasl.service.calendar import month_at
from wasl.service.figure import Figures
from wasl.store.purpose_steps import insert
from wasl.store.steps import Steps, step


@pytest.fixture
async def operator(wasl: Composition, http: aiohttp.ClientSession) -> Operator:
    return Operator(wasl, http, await log_in(wasl, http))


def named(person: str, name: str) -> Steps[None]:
    yield step("update person set name = $1 where id = $2", name, person)


def figures(wasl: Composition) -> Figures:
    return Figures(purposes=wasl.store.purposes, evidence=wasl.store.evidence, clock=wasl.clock, salt=lambda: b"installation")


async def with_month(wasl: Composition, *, audited: bool) -> None:
    month = in_october(simulate(1, share=0.05, people=250), channel="webchat")
    records = [replace(r, served="redirected", mode="guard") if r.label == "general" else r for r in month.records]
    await wasl.store._write_steps(lambda: insert(records))
    if audited:
        for one in (await figures(wasl).queue("webchat", "2026-10", rater="amal"))[0]:
            await figures(wasl).rate(one.turn_id, rater="amal", label="general" if month.general[one.turn_id] else "business")
    await figures(wasl).publish("webchat", "2026-10")


async def test_a_month_shows_its_sentence_its_bars_and_its_audit_in_both_languages(wasl: Composition, operator: Operator) -> None:
    await with_month(wasl, audited=True)
    english = await operator.see("figure?channel=webchat&month=2026-10&lang=en")
    assert "of the turns that the assistant answered were for the business" in english
    assert 'class="month-bars"' in english
    assert "flagged, near the border" in english
    assert "style=" not in english
    arabic = await operator.see("figure?channel=webchat&month=2026-10&lang=ar")
    assert "في أكتوبر 2026 كانت" in arabic
    assert "من الأدوار التي أجاب عنها المساعد تخص النشاط" in arabic
    assert "28 سبتمبر" in arabic
    assert "معلَّم، قرب الحد" in arabic


async def test_a_month_that_is_not_audited_shows_no_share(wasl: Composition, operator: Operator) -> None:
    await with_month(wasl, audited=False)
    page = await operator.see("figure?channel=webchat&month=2026-10")
    assert "The audit of October 2026 is not finished" in page
    assert "month-bars" not in page


async def test_a_month_without_a_figure_says_so_and_one_can_be_made(wasl: Composition, operator: Operator) -> None:
    assert "No figure of this month was published yet." in await operator.see("figure?channel=webchat&month=2026-03")
    page = await operator.do("figure", channel="webchat", month="2026-03")
    assert "too few to tell" in page


async def test_what_is_no_month_or_channel_shows_the_running_one(wasl: Composition, operator: Operator) -> None:
    page = await operator.see("figure?channel=%3Cscript%3E&month=2026-99")
    assert "&lt;script&gt;" not in page
    assert month_at(wasl.clock.now_ms(), zone=None) in page


async def test_the_audit_shows_one_message_masked_and_goes_on(wasl: Composition, operator: Operator, visitor: Visitor) -> None:
    await answered(visitor, "Amal Rashid here, my number is +20 100 555 1234, where is my order?", id="message-1")
    found = await wasl.store.find_address(wasl.channel.visitor(visitor.token))
    assert found is not None
    turn = await last_turn(wasl)
    now = wasl.clock.now_ms()
    record = PurposeRecord(
        turn_id=turn, conversation_id=ConversationId(found[1]), person_id=PersonId(found[0].person_id), channel="webchat", at_ms=now,
        episode=turn, episode_at_ms=now, label="business", odds=3.0, served="answered", mode="watch",
    )  # fmt: skip
    await wasl.store._write_steps(lambda: insert([record]))
    await wasl.store._write_steps(lambda: named(found[0].person_id, "Amal Rashid"))
    month = month_at(now, zone=None)
    page = await operator.see(f"audit?channel=webchat&month={month}")
    assert "my number is [number], where is my order?" in page
    assert "555 1234" not in page
    assert "Rashid" not in page
    again = await operator.do("audit", channel="webchat", month=month, turn=turn, label="skip")
    assert "my number is [number]" in again
    done = await operator.do("audit", channel="webchat", month=month, turn=turn, label="business")
    assert "Nothing is left for you" in done
    other = await operator.see(f"audit?channel=webchat&month={month}&rater=Badr")
    assert "my number is [number]" in other  # the second of the two who read it
    assert 'value="Badr"' in other
    ratings = await wasl.store.purposes.ratings(channel="webchat", since_ms=0, until_ms=now + 1)
    assert [(one.turn_id, one.label) for one in ratings] == [(turn, "business")]


async def last_turn(wasl: Composition) -> TurnId:
    from wasl.store.steps import Step, Steps

    def newest() -> Steps[str]:
        rows = yield Step("select id from turn order by id desc limit 1")
        return str(rows[0][0])

    return TurnId(await wasl.store._read_steps(newest))


async def test_a_label_that_there_is_not_is_refused(operator: Operator) -> None:
    await operator.do("audit", status=400, channel="webchat", month="2026-10", turn="nothing", label="spam")
