"""The contract of ledgers, as tests: subclass LedgerContract, say how to make the store, and run it with pytest.

`make_store` is as in `wasl.testing.contracts.stores`. A store in memory skips what needs calls and deliveries to sum (`live`).
"""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import pytest

from wasl.domain.cost import AccountKey, Cause, Charge, Cost, Line, PlatformWord, Share
from wasl.domain.days import DAY_MS
from wasl.domain.ids import ConversationId
from wasl.domain.prompt import Usage
from wasl.domain.turn import Settling, UsageRecord
from wasl.ports.ledger import Short
from wasl.ports.people import Erasure
from wasl.ports.store import Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_made import StoreMade
from wasl.testing.contracts.store_scene import Scene

MONTH = AccountKey("all", "2026-11")
PERSON = AccountKey("each", "2026-11", "somebody")


def share(amount: str, *, key: AccountKey = MONTH, limit: str = "10", warn: tuple[int, ...] = ()) -> Share:
    """Makes a share."""
    return Share(key=key, amount=Decimal(amount), limit=Decimal(limit), warn=warn)


def call(**changes: object) -> UsageRecord:
    """Makes the record of a call."""
    record = UsageRecord(
        candidate="quick",
        provider="p",
        model="m",
        price_class="low",
        outcome="answered",
        usage=Usage(input_tokens=1_000, output_tokens=10, cached_tokens=400, reasoning_tokens=4),
        started_at_ms=0,
        took_ms=5,
        cost=Cost(Decimal("0.000000123456"), "USD", "card"),
        cause=Cause(work="answer", channel="line one", country="EG"),
    )
    return replace(record, **changes)  # type: ignore[arg-type]  # the tests name fields


class LedgerContract(StoreMade):
    """Everything that a Ledger promises."""

    live: ClassVar[bool] = True

    @pytest.fixture
    def scene(self, store: Store, clock: TestClock) -> Scene:
        """The store with people in front of it."""
        return Scene(store, clock)

    def summed(self) -> None:
        """Skips a store that has nothing to sum."""
        if not self.live:
            pytest.skip("a store in memory sums no calls and deliveries, and says so")

    # -- reserving
    async def test_what_is_held_and_spent_never_passes_the_limit(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        assert await ledger.reserve(hold_id="a", shares=[share("6")], until_ms=1) is None
        short = await ledger.reserve(hold_id="b", shares=[share("4.000000000001")], until_ms=1)
        assert short == Short(key=MONTH, left=Decimal(4), limit=Decimal(10))
        assert await ledger.reserve(hold_id="b", shares=[share("4")], until_ms=1) is None
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert (account.spent, account.held) == (Decimal(0), Decimal(10))

    async def test_all_shares_are_reserved_or_none(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        both = [share("3"), share("3", key=PERSON, limit="2")]
        short = await ledger.reserve(hold_id="a", shares=both, until_ms=1)
        assert short is not None
        assert short.key == PERSON
        account = await ledger.find_account(MONTH)
        assert account is None or account.held == 0

    async def test_settling_replaces_what_was_held(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        await ledger.reserve(hold_id="a", shares=[share("6")], until_ms=1)
        assert await ledger.settle(hold_id="a", shares=[share("0.25")]) == []
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert (account.spent, account.held) == (Decimal("0.25"), Decimal(0))

    async def test_settling_counts_even_when_the_hold_has_run_out(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        await ledger.reserve(hold_id="a", shares=[share("6")], until_ms=1)
        assert await ledger.run_out(now_ms=1, limit=10) == 1
        await ledger.settle(hold_id="a", shares=[share("2")])
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert (account.spent, account.held) == (Decimal(2), Decimal(0))

    async def test_the_hold_of_a_dead_process_runs_out(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        await ledger.reserve(hold_id="dead", shares=[share("10")], until_ms=100)
        assert await ledger.run_out(now_ms=99, limit=10) == 0
        assert await ledger.reserve(hold_id="b", shares=[share("1")], until_ms=200) is not None
        assert await ledger.run_out(now_ms=100, limit=10) == 1
        assert await ledger.reserve(hold_id="b", shares=[share("1")], until_ms=200) is None

    async def test_a_call_that_its_process_did_not_survive_stays_in_the_books(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        for hold in ("call:1", "send:1", "call:2"):
            await ledger.reserve(hold_id=hold, shares=[share("1")], until_ms=100)
        await ledger.settle(hold_id="call:2", shares=[share("1")])
        await ledger.run_out(now_ms=100, limit=10)
        [line] = await ledger.lines(since_ms=0, until_ms=200)
        assert (line.kind, line.source, line.amount) == ("call", "call:1", None)

    async def test_a_promise_that_is_kept_uses_its_own_money(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        assert await ledger.reserve(hold_id="promise", shares=[share("8")], until_ms=1) is None
        assert await ledger.reserve(hold_id="send", shares=[share("9")], until_ms=1, instead_of="promise") is None
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert account.held == 9
        assert not await ledger.give_back(hold_id="promise")

    async def test_a_hold_of_the_same_id_is_replaced(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        await ledger.reserve(hold_id="a", shares=[share("6")], until_ms=1)
        assert await ledger.reserve(hold_id="a", shares=[share("7")], until_ms=1) is None
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert account.held == 7

    async def test_what_was_settled_and_kept_can_be_given_back_once(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        await ledger.reserve(hold_id="a", shares=[share("1")], until_ms=1)
        await ledger.settle(hold_id="a", shares=[share("1")], keep_until_ms=50)
        await ledger.settle(hold_id="a", shares=[share("1")], keep_until_ms=50)
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert account.spent == 1, "settling twice counts once"
        assert await ledger.give_back(hold_id="a")
        assert not await ledger.give_back(hold_id="a")
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert (account.spent, account.held) == (Decimal(0), Decimal(0))

    async def test_each_percent_is_told_once(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        warn = (50, 80, 100)
        assert await ledger.settle(hold_id="a", shares=[share("4.99", warn=warn)]) == []
        [told] = await ledger.settle(hold_id="b", shares=[share("0.01", warn=warn)])
        assert (told.percent, told.spent, told.limit) == (50, Decimal(5), Decimal(10))
        assert await ledger.settle(hold_id="c", shares=[share("1", warn=warn)]) == []
        [told] = await ledger.settle(hold_id="d", shares=[share("4", warn=warn)])
        assert told.percent == 100, "the highest that was passed is told, the ones below it are not"

    async def test_many_at_once_never_reserve_too_much(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        refused = await asyncio.gather(*(ledger.reserve(hold_id=f"h{n}", shares=[share("1")], until_ms=1) for n in range(64)))
        assert sum(short is None for short in refused) == 10
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert account.held == 10

    async def test_amounts_come_back_exactly(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        third = "0.333333333333"
        for n in range(3):
            await ledger.settle(hold_id=f"h{n}", shares=[share(third)])
        account = await ledger.find_account(MONTH)
        assert account is not None
        assert account.spent == Decimal("0.999999999999")

    async def test_accounts_are_listed_by_period(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        await ledger.settle(hold_id="a", shares=[share("1"), share("2", key=AccountKey("all", "2026-12"))])
        assert [a.key.period for a in await ledger.accounts(period="2026-12")] == ["2026-12"]
        assert len(await ledger.accounts()) == 2

    # -- the books
    async def test_lines_are_only_added(self, scene: Scene) -> None:
        ledger = scene.store.ledger
        line = Line(id=scene.clock.new_id(), at_ms=5, kind="fee", amount=Decimal("12.5"), currency="EUR", basis="truth", note="rent")
        await ledger.write([line])
        await ledger.write([replace(line, amount=Decimal(99))])
        unknown = Line(id=scene.clock.new_id(), at_ms=6, kind="correction", amount=None, currency="", basis="estimate", source=line.id)
        await ledger.write([unknown])
        assert list(await ledger.lines(since_ms=0, until_ms=10)) == [line, unknown]
        assert list(await ledger.lines(since_ms=0, until_ms=5)) == []

    # -- sums
    async def test_calls_are_summed_exactly(self, scene: Scene) -> None:
        self.summed()
        now = scene.now
        await scene.store.record_usage([call(started_at_ms=now) for _ in range(3)])
        await scene.store.record_usage([call(started_at_ms=now, cost=Cost()), call(started_at_ms=now - DAY_MS)])
        known, unknown = sorted(await scene.store.ledger.calls(since_ms=now, until_ms=now + 1), key=lambda s: s.unknown)
        assert (known.calls, known.amount, known.currency, known.unknown) == (3, Decimal("0.000000370368"), "USD", 0)
        assert (known.input_tokens, known.cached_tokens, known.reasoning_tokens) == (3_000, 1_200, 12)
        assert (known.work, known.channel, known.country) == ("answer", "line one", "EG")
        assert (unknown.calls, unknown.amount, unknown.unknown) == (1, Decimal(0), 1)

    async def test_a_delivery_keeps_its_expected_charge_and_the_platforms_word(self, scene: Scene) -> None:
        self.summed()
        charge = Charge(Cost(Decimal("0.0456"), "EUR", "rate.de"), "service", "DE")
        work, told = await self._sent(scene, charge)
        await scene.receive(scene.receipt("delivered", native_id="n1", price={"category": "service", "billable": False}))
        [found] = await scene.store.ledger.messages(since_ms=scene.now - 60_000, until_ms=scene.now + 60_000, by="conversation")
        assert (found.state, found.charge, found.messages, found.subject) == ("delivered", charge, 1, work)
        assert found.word == PlatformWord(billable=False, category="service")
        assert told == 1

    async def test_erasing_a_person_keeps_the_sums_and_nobodys_name(self, scene: Scene) -> None:
        self.summed()
        charge = Charge(Cost(Decimal("0.0456"), "EUR", "rate.de"), "service", "DE")
        conversation, _ = await self._sent(scene, charge)
        store = scene.store
        await scene.receive(scene.receipt("delivered", native_id="n1", price={"category": "service", "billable": True}))
        person = await store.people.person_of(conversation)
        assert person is not None
        key = AccountKey("each", "2026-11", person)
        await store.ledger.settle(hold_id="x", shares=[share("1", key=key), share("1")], keep_until_ms=scene.now + DAY_MS)
        erasure = Erasure(
            id=scene.clock.new_id(), person_id=person, conversations=(conversation,), addresses=(), by="operator", at_ms=scene.now
        )
        await store.people.erase(erasure=erasure, salt=b"salt")
        assert not await store.ledger.messages(since_ms=0, until_ms=scene.now + DAY_MS)
        [line] = await store.ledger.lines(since_ms=0, until_ms=scene.now + DAY_MS)
        assert (line.kind, line.basis, line.amount, line.currency, line.country) == ("message", "truth", Decimal("0.0456"), "EUR", "DE")
        assert line.at_ms % 3_600_000 == 0
        assert person not in repr(line)
        assert await store.ledger.find_account(key) is None
        assert not await store.ledger.give_back(hold_id="x"), "a settled hold that names the person goes with them"
        everybody = await store.ledger.find_account(MONTH)
        assert everybody is not None
        assert everybody.spent == 1

    async def test_sums_are_given_by_person_and_by_conversation(self, scene: Scene) -> None:
        self.summed()
        conversation, _ = await self._sent(scene, Charge(Cost(Decimal("0.0456"), "EUR", "rate.de"), "service", "DE"))
        person = await scene.store.people.person_of(conversation)
        ledger, since, until = scene.store.ledger, scene.now - DAY_MS, scene.now + DAY_MS
        assert [m.subject for m in await ledger.messages(since_ms=since, until_ms=until, by="person")] == [person]
        assert {c.subject for c in await ledger.calls(since_ms=since, until_ms=until, by="person")} == {person}
        assert {c.subject for c in await ledger.calls(since_ms=since, until_ms=until, by="conversation")} == {conversation}
        count, [sample] = await ledger.answers(since_ms=since, until_ms=until, limit=10)
        assert count == 1
        assert sample.parts

    async def test_messages_that_are_retired_leave_their_sums(self, scene: Scene) -> None:
        self.summed()
        await self._sent(scene, Charge(Cost(Decimal("0.0456"), "EUR", "rate.de"), "service", "DE"))
        await scene.clock.advance(10)
        await scene.store.people.retire(channel=None, before_ms=scene.now, limit=100)
        assert not await scene.store.ledger.messages(since_ms=0, until_ms=scene.now + DAY_MS)
        [line] = await scene.store.ledger.lines(since_ms=0, until_ms=scene.now + DAY_MS)
        assert (line.amount, line.basis, line.count) == (Decimal("0.0456"), "estimate", 1)

    async def _sent(self, scene: Scene, charge: Charge) -> tuple[ConversationId, int]:
        """Somebody writes and is answered; the answer is sent and costs something."""
        work = await scene.leased()
        closing = replace(scene.closing(work), usage=(call(started_at_ms=scene.now),))
        await scene.store.close_turn(closing)
        settling = Settling(
            delivery_id=closing.deliveries[0].id,
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            state="sent",
            at_ms=scene.now,
            native_id="n1",
            release=True,
            charge=charge,
        )
        await scene.store.settle(settling)
        return work.conversation_id, len(closing.deliveries)
