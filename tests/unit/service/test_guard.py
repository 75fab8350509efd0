from dataclasses import replace
from typing import Any

from tests.unit.service.house import Letters

from wasl.domain.ids import AddressId, ConversationId, MessageId, PersonId, TurnId
from wasl.domain.message import Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.trouble import Care
from wasl.domain.turn import Closing, DueTurn, Work
from wasl.policy.act import Deployment, TurnPurpose
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.provider import Model
from wasl.routing.route import RouteCandidate
from wasl.service.acting import Party
from wasl.service.guard import Guard
from wasl.service.judging import Case, End
from wasl.service.rules_in_force import RulesInForce
from wasl.testing.clock import TestClock

JUNE_2026 = 1_781_956_800_000
META = next(channel for channel in shipped_book().channels if channel.startswith("wha"))


def case_of(phone: str | None, *, name: str = "shop", at_ms: int = JUNE_2026, kind: Any = "phone") -> Case:
    key = AddressKey(channel=name, scope="desk", handle=phone or "ali", kind=kind if phone else "account")
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    turn = DueTurn(
        id=TurnId("t"), seq=1, message_id=MessageId("m"), parts=(Text(text="hello"),), native_id=None, address=address,
        sent_at_ms=at_ms, accepted_at_ms=at_ms, attempt=0,
    )  # fmt: skip
    work = Work(conversation_id=ConversationId("c"), epoch=1, turns=(turn,), deliveries=())
    return Case(work=work, turns=(turn,), language="en", now_ms=at_ms, channel=Letters())  # type: ignore[arg-type]


def guard(*, kind: str = META, mode: Any = "strict", elsewhere: str | None = None, **deployment: Any) -> Guard:
    rules = RulesInForce(base=shipped_book(), texts=None, clock=TestClock())
    party = Party(name="shop", kind=kind, deployment=Deployment(**deployment), mode=mode)
    return Guard(rules=rules, parties={"shop": party}, elsewhere=elsewhere)


def candidate(vendor: str, *, tier: Any = None, training: Any = None, name: str = "m") -> RouteCandidate:
    provider: Any = object()
    return RouteCandidate(
        name=name, provider=provider, provider_name="p", model=Model(name="m"), vendor=vendor, tier=tier, training=training
    )


async def test_a_business_is_answered_and_the_verdict_with_its_book_is_kept() -> None:
    case = case_of("+201001234567")
    assert await guard().before(case) is None
    told = case.kept["guard"]
    assert told["effect"] == "allow"
    assert told["book"] == shipped_book().digest
    assert case.verdict is not None
    assert "wa.human_escalation" in told["rules"]


async def test_a_general_assistant_is_silent_where_the_platform_forbids_it_and_says_where_to_write_instead() -> None:
    case = case_of("+201001234567")
    end = await guard(purpose="general_assistant", elsewhere="https://own.example").before(case)
    assert isinstance(end, End)
    assert end.state == "noted"
    assert "https://own.example" in end.text
    assert "wa.ai.primary" in end.note
    assert case.kept["guard"]["reasons"][0]["rule"] == "wa.ai.primary"
    assert case.kept["guard"]["reasons"][0]["ar"]


async def test_where_a_region_opens_the_platform_a_general_assistant_answers() -> None:
    assert await guard(purpose="general_assistant").before(case_of("+491701234567")) is None


async def test_a_general_turn_of_a_business_is_judged_as_what_it_is() -> None:
    case = case_of("+201001234567")
    case.purpose = TurnPurpose(label="general", confidence=0.9)
    assert isinstance(await guard().before(case), End)


async def test_a_turn_that_another_step_ended_keeps_the_verdict_of_the_day_too() -> None:
    case = case_of("+201001234567")
    case.purpose = TurnPurpose(label="general", confidence=0.9)
    closing = Closing(
        conversation_id=case.work.conversation_id, epoch=1, turn_ids=(), state="answered", at_ms=case.now_ms, verdicts={"purpose": {}}
    )
    closed = await guard().conclude(case, closing)
    assert closed.verdicts["purpose"] == {}
    assert closed.verdicts["guard"]["effect"] == "refuse"
    assert closed.verdicts["guard"]["reasons"][0]["rule"] == "wa.ai.primary"
    assert case.bars == []
    asked = case_of("+201001234567")
    await guard().before(asked)
    assert await guard().conclude(asked, closing) is closing


async def test_a_sign_of_trouble_is_heard_though_the_day_was_judged_before_it_came() -> None:
    made = guard(mode="lenient")
    calm, troubled, over = (case_of("+201001234567") for _ in range(3))
    troubled.care = Care(strict=True, signs=frozenset({"131031"}))
    for case in (calm, troubled, over):
        assert await made.before(case) is None
    assert troubled.kept["guard"]["warnings"] == ["wa.signs.restriction"]
    assert "warnings" not in calm.kept["guard"]
    assert "warnings" not in over.kept["guard"]


async def test_watching_keeps_the_verdict_and_stops_nothing() -> None:
    case = case_of("+201001234567")
    assert await guard(purpose="general_assistant", mode="watch").before(case) is None
    assert case.kept["guard"]["effect"] == "refuse"
    assert case.kept["guard"]["mode"] == "watch"


async def bar_of(made: Guard, case: Case, asked: RouteCandidate) -> str | None:
    assert await made.before(case) is None
    return case.bars[0](asked)


async def test_a_provider_that_trains_on_words_may_not_have_those_of_this_platform() -> None:
    case = case_of("+201001234567")
    why = await bar_of(guard(), case, candidate("", training="inputs", name="free one"))
    assert why is not None
    assert "wa.data.no_training" in why
    assert case.kept["guard"]["barred"] == {"free one": ["wa.data.no_training"]}
    assert await bar_of(guard(), case_of("+201001234567"), candidate("", training="none")) is None
    assert await bar_of(guard(), case_of("+201001234567"), candidate("", tier="free")) is not None


async def test_a_person_in_europe_needs_a_paid_tier_and_one_whose_tier_nobody_told_is_not_asked() -> None:
    assert await bar_of(guard(), case_of("+491701234567"), candidate("gemini", tier="paid")) is None
    why = await bar_of(guard(), case_of("+491701234567"), candidate("gemini"))
    assert why is not None
    assert "tier" in why
    assert await bar_of(guard(), case_of("+201001234567"), candidate("gemini", tier="paid")) is None


async def test_a_person_whose_country_nobody_knows_falls_to_the_strict_side_until_the_operator_names_one() -> None:
    why = await bar_of(guard(kind="letters"), case_of(None), candidate("openai"))
    assert why is not None
    assert "place.unknown" in why
    assert await bar_of(guard(kind="letters", home_region="EG"), case_of(None), candidate("openai")) is None


async def test_a_server_under_nobodys_rules_is_asked_and_so_is_what_needs_no_network() -> None:
    assert await bar_of(guard(kind="letters"), case_of(None), candidate("")) is None


async def test_watching_bars_nobody_and_says_whom_it_would_have() -> None:
    case = case_of("+201001234567")
    assert await bar_of(guard(mode="watch"), case, candidate("", training="inputs")) is None
    assert case.kept["guard"]["barred"] == {"m": ["wa.data.no_training"]}


async def test_another_book_is_asked_anew() -> None:
    files = {"own.toml": ""}
    rules = RulesInForce(base=shipped_book(), texts=lambda: files, clock=TestClock())
    made = Guard(rules=rules, parties={"shop": Party(name="shop", kind=META, deployment=Deployment())})
    assert await bar_of(made, case_of("+201001234567"), candidate("mine")) is None
    files["own.toml"] = """
[[rule]]
id = "own.never"
provider = "mine"
effect = "deny"
predicate = { supported_country_required = true, unsupported = ["EG"] }
requires = { en = "Not from there.", ar = "ليس من هناك." }
from = 2020-01-01
source = "the operator"
seen = 2026-01-01
"""
    assert rules.look()
    why = await bar_of(made, case_of("+201001234567"), candidate("mine"))
    assert why is not None
    assert "own.never" in why
    assert replace(rules.book).digest != shipped_book().digest
