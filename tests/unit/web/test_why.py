"""The console tells of every message what the rules said, with the rules as they were then."""

import json
from collections.abc import Sequence

import aiohttp
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor
from tests.unit.web.test_attention import home_of
from tests.unit.web.test_console import HTML, log_in
from tests.unit.web.test_desk import Operator
from tests.unit.web.test_timeline import answered

from wasl.domain.rule import Price
from wasl.policy.act import Act, Deployment, Outgoing, Recipient
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import record_of
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.judged import JudgedAct
from wasl.service.verdicts import kept

META = next(channel for channel in shipped_book().channels if channel.startswith("wha"))
DAY_MS = 86_400_000


async def with_verdicts(wasl: Composition) -> None:
    """Lets a message have been held after its window, and its turn have been charged and kept from a provider."""
    book = shipped_book()
    records = json.dumps([record_of(rule) for rule in book.rules])
    now = wasl.clock.now_ms()
    await wasl.store.judged.keep_book(digest=book.digest, records=records, at_ms=now)
    act = Act(
        channel=META,
        at_ms=now,
        deployment=Deployment(home_region="EG"),
        message=Outgoing(characters=9),
        person=Recipient(phone="+201001234567", last_inbound_ms=now - 2 * DAY_MS),
    )
    held = kept(evaluate(book, act), mode="strict", waits_for="person")
    turn = {"effect": "allow", "rules": ["own.gone"], "book": book.digest, "charged": True, "barred": {"quick": ["x.y"]}}
    turn["price"] = {"amount": str(Price(amount="0.0068", currency="EUR").amount), "currency": "EUR"}  # type: ignore[arg-type]

    async def acts(id_: str) -> Sequence[JudgedAct]:
        if id_ != "known":
            return []
        return [
            JudgedAct(kind="turn", id="t1", state="answered", at_ms=now, verdicts={"guard": turn, "purpose": {"label": "business"}}),
            JudgedAct(kind="delivery", id="d1", state="queued", at_ms=now, channel="webchat", verdicts={"gate": held}),
        ]

    wasl.store.judged.acts = acts  # type: ignore[method-assign]


async def test_a_held_message_shows_rule_reason_book_price_and_what_it_waits_for(wasl: Composition, http: aiohttp.ClientSession) -> None:
    operator = Operator(wasl, http, await log_in(wasl, http))
    await with_verdicts(wasl)
    page = await operator.see("why/known")
    for words in ("wa.window.24h", "It goes out as soon as the person writes.", shipped_book().digest, "0.0068 EUR", "quick", "own.gone"):
        assert words in page, words
    assert f"/console/rules?channel={META}" in page
    assert "in force here since" in page
    arabic = await operator.see("why/known?lang=ar")
    reason = next(rule.arabic for rule in shipped_book().rules if rule.id == "wa.window.24h")
    assert reason in arabic
    assert "تُرسل حالما يكتب الشخص." in arabic


async def test_every_message_of_a_conversation_leads_to_its_why(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    await answered(visitor, "hello", id="message-1")
    operator = Operator(wasl, http, await log_in(wasl, http))
    for message in await wasl.store.messages_before(await home_of(visitor), seq=None, limit=9):
        page = await operator.see(f"why/{message.id}")
        assert "Answer" in page


async def test_nobody_but_an_operator_sees_it_and_an_unknown_message_is_said_to_be_unknown(
    wasl: Composition, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{wasl.url}/console/why/known", headers=HTML) as response:
        assert response.status == 401
    operator = Operator(wasl, http, await log_in(wasl, http))
    assert "Nothing is kept about this message" in await operator.see("why/unknown", status=404)
