"""The law of deliveries: sending is said before it is done, what was sent is never forgotten, receipts move only forward."""

import asyncio
from itertools import permutations

import pytest

from wasl.domain.delivery import DeliveryState, moves
from wasl.domain.errors import Fenced, Gone, Refused
from wasl.domain.turn import Work
from wasl.ports.counting import Counted
from wasl.ports.store import Kept, ReceiptApplied, Store
from wasl.testing.contracts.store_scene import LEASE_MS, OTHER_LEASE, ReceiptState, Scene


class Deliveries:
    """Sending, settling, saying."""

    async def test_sent_is_recorded_with_the_platform_s_id(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="wire-1")
        told = await scene.told(closing)
        assert (told["state"], told["native_id"], told["sent_ms"], told["attempt"]) == ("sent", "wire-1", scene.now, 1)
        assert await scene.claim() == []  # the lease stays

    async def test_sent_without_a_native_id_is_sent(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", release=True)
        assert await scene.state_of(closing) == "sent"
        assert await scene.claim() == []

    async def test_the_next_piece_is_begun_when_the_one_before_it_is_settled(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=3)
        first, second, third = (d.id for d in closing.deliveries)
        await scene.settle(work, first, "sent", native_id="1")
        await scene.start(work, second)
        assert [await scene.state_of(closing, n) for n in range(3)] == ["sent", "sending", "queued"]
        await scene.settle(work, second, "sent", native_id="2")
        await scene.start(work, third)
        await scene.settle(work, third, "sent", native_id="3", release=True)
        assert [(await scene.told(closing, n))["attempt"] for n in range(3)] == [1, 1, 1]
        assert await scene.claim() == []

    async def test_a_retry_waits_for_its_time_and_counts_its_attempts(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        delivery_id = closing.deliveries[0].id
        await scene.settle(work, delivery_id, "queued", due_at_ms=scene.now + 3_000, error={"kind": "Throttled"}, release=True)
        assert (await scene.told(closing))["error"] == {"kind": "Throttled"}
        await scene.clock.advance(2.999)
        assert await scene.claim() == []
        await scene.clock.advance(0.001)
        again = await scene.claim_one()
        (pending,) = again.deliveries
        assert (pending.state, pending.outgoing.id, pending.due_at_ms) == ("queued", delivery_id, scene.now)
        await scene.store.start_sending(delivery_id=delivery_id, conversation_id=again.conversation_id, epoch=again.epoch, now_ms=scene.now)
        told = await scene.told(closing)
        assert (told["state"], told["attempt"], told["since_ms"]) == ("sending", 2, scene.now)

    async def test_an_unknown_delivery_waits_and_may_be_sent_again(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        delivery_id = closing.deliveries[0].id
        await scene.settle(work, delivery_id, "unknown", due_at_ms=scene.now + 60_000, release=True)
        await scene.clock.advance(60)
        again = await scene.claim_one()
        assert again.deliveries[0].state == "unknown"
        await scene.store.start_sending(delivery_id=delivery_id, conversation_id=again.conversation_id, epoch=again.epoch, now_ms=scene.now)
        await scene.settle(again, delivery_id, "sent", native_id="1", release=True)
        assert await scene.state_of(closing) == "sent"

    async def test_a_failure_is_kept_with_its_reason_and_leaves_nothing_to_do(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "failed", error={"kind": "Gone", "message": "blocked"}, release=True)
        told = await scene.told(closing)
        assert (told["state"], told["error"]) == ("failed", {"kind": "Gone", "message": "blocked"})
        assert await scene.claim() == []

    async def test_giving_back_while_settling_counts_what_is_left(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=2)
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        again = await scene.claim_one()  # the second piece is due at once
        assert [d.outgoing.id for d in again.deliveries] == [closing.deliveries[1].id]
        await scene.settle(again, closing.deliveries[1].id, "queued", due_at_ms=scene.now + 9_000, release=True)
        assert await scene.claim() == []
        await scene.clock.advance(9)
        assert len(await scene.claim()) == 1

    async def test_giving_back_while_settling_leaves_due_turns_ready(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.arrive("more")
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        assert len((await scene.claim_one()).turns) == 1

    async def test_what_was_sent_is_recorded_even_by_a_late_worker(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=2)
        await scene.clock.advance(LEASE_MS / 1000)
        held = await scene.claim_one(lease=OTHER_LEASE)
        with pytest.raises(Fenced):
            await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        assert [await scene.state_of(closing, n) for n in range(2)] == ["sent", "queued"]
        assert await scene.claim() == []  # the other's lease lives
        await scene.release(held)

    @pytest.mark.parametrize("state", ["queued", "failed", "unknown"])
    async def test_a_late_worker_may_tell_nothing_else(self, scene: Scene, state: str) -> None:
        work, closing = await scene.sending()
        await scene.clock.advance(LEASE_MS / 1000)
        await scene.claim_one(lease=OTHER_LEASE)
        with pytest.raises(Fenced):
            await scene.settle(work, closing.deliveries[0].id, state, release=True)  # type: ignore[arg-type]  # a parameter's text
        assert await scene.state_of(closing) == "sending"

    async def test_a_late_worker_may_not_start_sending(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=2)
        await scene.clock.advance(LEASE_MS / 1000)
        await scene.claim_one(lease=OTHER_LEASE)
        with pytest.raises(Fenced):
            await scene.store.start_sending(
                delivery_id=closing.deliveries[1].id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=scene.now
            )
        assert await scene.state_of(closing, 1) == "queued"

    async def test_what_is_to_be_counted_is_counted_in_the_commit_that_begins_to_send(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        delivery_id = closing.deliveries[0].id
        for state, attempt in (("queued", 1), ("unknown", 2)):
            await scene.settle(work, delivery_id, state, due_at_ms=scene.now + 500)  # type: ignore[arg-type]  # one of two states
            before = await scene.told(closing)
            await scene.use_up(state)
            for patience_ms in (0, 2_000):  # no room; room only in a while
                assert await scene.start(work, delivery_id, count=scene.count(pace=state, patience_ms=patience_ms)) is not None
                assert await scene.told(closing) == before, "it stays as it was"
            counted = await scene.start(work, delivery_id, count=scene.count())
            assert counted == Counted(before={"month": attempt * 2 - 1}), "what waits is counted too"
            told = await scene.told(closing)
            assert (told["state"], told["attempt"]) == ("sending", attempt + 1)

    async def test_what_is_being_sent_or_was_sent_is_not_started_again(self, scene: Scene) -> None:
        """A receipt may have told meanwhile that an unclear send had arrived: sending it again would be a double."""
        work, closing = await scene.sending()
        delivery_id = closing.deliveries[0].id
        await scene.settle(work, delivery_id, "unknown", due_at_ms=scene.now + 1_000)
        await scene.receive(scene.receipt("delivered", tag=delivery_id, native_id="1"))
        with pytest.raises(Fenced):
            await scene.store.start_sending(
                delivery_id=delivery_id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=scene.now
            )
        told = await scene.told(closing)
        assert (told["state"], told["attempt"]) == ("delivered", 1)

    async def test_settling_never_moves_back_what_a_receipt_told(self, scene: Scene) -> None:
        for n, state in enumerate(("queued", "failed", "unknown", "sent")):
            work, closing = await scene.sending(handle=f"p{n}")
            delivery_id = closing.deliveries[0].id
            await scene.receive(scene.receipt("delivered", tag=delivery_id, native_id=f"n{n}"))
            await scene.settle(work, delivery_id, state, native_id=f"n{n}", due_at_ms=scene.now + 1_000, release=True)  # type: ignore[arg-type]
            assert await scene.state_of(closing) == "delivered"
            assert await scene.claim() == []

    async def test_saying_wakes_an_idle_conversation(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
        await scene.release(work)
        message = scene.message("a human here", author="operator")
        delivery = scene.delivery(work.turns[0].address, reply_to="wire-7")
        seq = await scene.store.say(conversation_id=work.conversation_id, message=message, deliveries=(delivery,), now_ms=scene.now)
        assert seq == 2
        claimed = await scene.claim_one()
        assert claimed.turns == ()
        (pending,) = claimed.deliveries
        assert (pending.outgoing.id, pending.state, pending.outgoing.reply_to) == (delivery.id, "queued", "wire-7")

    async def test_saying_does_not_wait_for_a_model_that_is_down(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.store.retry_turn(
            turn_id=work.turns[0].id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=scene.now, at_ms=scene.now + 600_000
        )
        await _say(scene, work)
        assert len((await scene.claim_one()).deliveries) == 1

    async def test_saying_without_deliveries_wakes_nobody(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
        await scene.release(work)
        await scene.store.say(conversation_id=work.conversation_id, message=scene.message("note"), deliveries=(), now_ms=scene.now)
        assert await scene.claim() == []
        assert await scene.texts(work.conversation_id) == ["hello", "note"]

    async def test_saying_during_a_lease_leaves_it_alone_and_is_not_forgotten(self, scene: Scene) -> None:
        work = await scene.leased()
        await _say(scene, work)
        assert await scene.claim(lease=OTHER_LEASE) == []
        await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
        await scene.release(work)
        assert len((await scene.claim_one()).deliveries) == 1


class Receipts:
    """The platform's word, in any order, any number of times."""

    async def test_a_receipt_is_found_by_our_tag(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        (outcome,) = await scene.receive(scene.receipt("delivered", tag=closing.deliveries[0].id, native_id="wire-1", at_ms=123))
        assert closing.reply is not None
        assert outcome == ReceiptApplied(
            key=f"{closing.deliveries[0].id}/delivered",
            delivery_id=closing.deliveries[0].id,
            conversation_id=work.conversation_id,
            message_id=closing.reply.id,
            changed=True,
        )
        told = await scene.told(closing)
        assert (told["state"], told["native_id"], told["delivered_ms"]) == ("delivered", "wire-1", 123)

    async def test_a_receipt_is_found_by_the_platform_s_id(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="wire-1", release=True)
        (outcome,) = await scene.receive(scene.receipt("read", native_id="wire-1", at_ms=456))
        assert isinstance(outcome, ReceiptApplied)
        assert outcome.changed
        told = await scene.told(closing)
        assert (told["state"], told["read_ms"]) == ("read", 456)

    async def test_a_strange_tag_falls_back_to_the_platform_s_id(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="wire-1", release=True)
        for tag in ("not an id at all", scene.clock.new_id()):
            (outcome,) = await scene.receive(scene.receipt("read", tag=tag, native_id="wire-1"))
            assert isinstance(outcome, ReceiptApplied)

    async def test_a_receipt_for_nothing_of_ours_is_kept_quietly(self, scene: Scene) -> None:
        receipts = [scene.receipt("read", tag="stranger"), scene.receipt("sent", native_id="wire-9"), scene.receipt("read", native_id="")]
        outcomes = await scene.receive(*receipts)
        assert all(isinstance(o, Kept) for o in outcomes)

    async def test_a_receipt_on_another_channel_is_not_for_this_delivery(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="wire-1")
        outcomes = await scene.receive(
            scene.receipt("read", native_id="wire-1"), scene.receipt("read", tag=closing.deliveries[0].id), channel="line two"
        )
        assert all(isinstance(o, Kept) for o in outcomes)
        assert await scene.state_of(closing) == "sent"

    @pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "read"))), ids=" ".join)
    async def test_receipts_in_any_order_end_at_the_furthest(self, scene: Scene, order: tuple[ReceiptState, ...]) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        state: DeliveryState = "sent"
        for n, told in enumerate(order):
            (outcome,) = await scene.receive(scene.receipt(told, native_id="1", at_ms=100 + n))
            assert isinstance(outcome, ReceiptApplied)
            assert outcome.changed == moves(now=state, to=told)
            state = told if outcome.changed else state
        after = await scene.told(closing)
        assert after["state"] == "read"
        assert (after["delivered_ms"], after["read_ms"]) == (100 + order.index("delivered"), 100 + order.index("read"))

    async def test_a_repeated_receipt_changes_nothing(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        receipt = scene.receipt("delivered", native_id="1")
        await scene.receive(receipt)
        before = await scene.told(closing)
        await scene.clock.advance(60)
        (outcome,) = await scene.receive(receipt)
        assert not (isinstance(outcome, ReceiptApplied) and outcome.changed)
        assert await scene.told(closing) == before

    async def test_failed_is_believed_before_delivered_and_not_after(self, scene: Scene) -> None:
        for n, (before, state) in enumerate((("sent", "failed"), ("delivered", "delivered"), ("read", "read"))):
            work, closing = await scene.sending(handle=f"p{n}")
            await scene.settle(work, closing.deliveries[0].id, "sent", native_id=f"{n}", release=True)
            if before != "sent":
                await scene.receive(scene.receipt(before, native_id=f"{n}"))  # type: ignore[arg-type]  # a row's text
            await scene.receive(scene.receipt("failed", native_id=f"{n}", failure=Gone("blocked", code=131026)))
            assert await scene.state_of(closing) == state
        work, closing = await scene.sending(handle="last")
        await scene.receive(scene.receipt("failed", tag=closing.deliveries[0].id, failure=Refused("no", code=7)))
        told = await scene.told(closing)
        assert (told["state"], told["error"]["kind"], told["error"]["message"], told["error"]["code"]) == ("failed", "Refused", "no", 7)
        await scene.receive(scene.receipt("delivered", tag=closing.deliveries[0].id))
        assert await scene.state_of(closing) == "failed"

    async def test_the_reason_of_a_failure_outlives_a_late_sent(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.receive(scene.receipt("failed", tag=closing.deliveries[0].id, failure=Gone("blocked")))
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        told = await scene.told(closing)
        assert (told["state"], told["error"]["kind"], told["native_id"]) == ("failed", "Gone", "1")

    async def test_a_price_is_kept_whenever_it_comes(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        await scene.receive(scene.receipt("read", native_id="1"))
        await scene.receive(scene.receipt("delivered", native_id="1", price={"category": "service", "billable": False}))
        told = await scene.told(closing)
        assert (told["state"], told["price"]) == ("read", {"category": "service", "billable": False})

    async def test_receipts_that_came_before_sent_was_stored_are_applied_with_it(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        outcomes = await scene.receive(
            scene.receipt("read", native_id="1", at_ms=30),
            scene.receipt("sent", native_id="1", at_ms=10),
            scene.receipt("delivered", native_id="1", at_ms=20, price={"amount": 3}),
        )
        assert all(isinstance(o, Kept) for o in outcomes)
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        told = await scene.told(closing)
        assert (told["state"], told["delivered_ms"], told["read_ms"], told["price"]) == ("read", 20, 30, {"amount": 3})
        other_work, other = await scene.sending(handle="bob")
        await scene.settle(other_work, other.deliveries[0].id, "sent", native_id="1")
        assert await scene.state_of(other) == "sent"  # they were used up

    async def test_a_failure_that_came_before_sent_was_stored_is_believed(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.receive(scene.receipt("failed", native_id="1", failure=Gone("blocked")))
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1", release=True)
        told = await scene.told(closing)
        assert (told["state"], told["error"]["kind"]) == ("failed", "Gone")

    async def test_kept_receipts_are_applied_however_a_delivery_learns_its_native_id(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        delivery_id = closing.deliveries[0].id
        await scene.settle(work, delivery_id, "unknown", due_at_ms=scene.now + 60_000, release=True)
        await scene.clock.advance(1)
        await scene.receive(scene.receipt("read", native_id="1"))
        (outcome,) = await scene.receive(scene.receipt("sent", tag=delivery_id, native_id="1"))
        assert isinstance(outcome, ReceiptApplied)
        assert outcome.woke
        assert await scene.state_of(closing) == "read"
        other_work, other = await scene.sending(handle="bob")
        await scene.receive(scene.receipt("delivered", native_id="2"))
        await scene.settle(other_work, other.deliveries[0].id, "unknown", native_id="2", due_at_ms=scene.now + 60_000)
        assert await scene.state_of(other) == "delivered"

    async def test_a_late_worker_s_sent_takes_the_early_receipts_too(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.receive(scene.receipt("delivered", native_id="1"))
        await scene.clock.advance(LEASE_MS / 1000)
        await scene.claim_one(lease=OTHER_LEASE)
        with pytest.raises(Fenced):
            await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1")
        assert await scene.state_of(closing) == "delivered"

    async def test_a_receipt_resolves_an_unknown_delivery_and_wakes_the_conversation(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=2)
        delivery_id = closing.deliveries[0].id
        await scene.settle(work, delivery_id, "unknown", due_at_ms=scene.now + 60_000, error={"kind": "Unclear"})
        await scene.release(work, deliveries_at_ms=scene.now + 60_000)
        assert await scene.claim() == []
        await scene.clock.advance(1)
        await scene.receive(scene.receipt("sent", tag=delivery_id, native_id="1"))
        woken = await scene.claim_one()
        assert [d.outgoing.id for d in woken.deliveries] == [closing.deliveries[1].id]
        assert (await scene.told(closing))["native_id"] == "1"

    async def test_a_receipt_does_not_wake_a_conversation_that_is_idle_or_leased(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "unknown", due_at_ms=scene.now + 60_000)
        await scene.receive(scene.receipt("sent", tag=closing.deliveries[0].id))
        assert await scene.claim(lease=OTHER_LEASE) == []
        await scene.release(work)
        assert await scene.claim() == []
        await scene.receive(scene.receipt("read", tag=closing.deliveries[0].id))
        assert await scene.claim() == []

    async def test_many_receipts_of_one_request_find_their_deliveries(self, scene: Scene) -> None:
        sent = [await scene.sending(handle=f"p{n}") for n in range(6)]
        for n, (work, closing) in enumerate(sent[:3]):
            await scene.settle(work, closing.deliveries[0].id, "sent", native_id=f"{n}", release=True)
        by_native = [scene.receipt("delivered", native_id=f"{n}") for n in range(3)]
        by_tag = [scene.receipt("delivered", tag=c.deliveries[0].id) for _, c in sent[3:]]
        twice = [scene.receipt("read", native_id="0"), scene.receipt("sent", native_id="0")]
        outcomes = await scene.receive(*by_tag, *by_native, *twice)
        assert [isinstance(o, ReceiptApplied) and o.changed for o in outcomes] == [True] * 7 + [False]
        assert [await scene.state_of(c) for _, c in sent] == ["read"] + ["delivered"] * 5

    async def test_receipts_and_settling_at_once_from_two_processes_lose_nothing(self, scene: Scene, peer: Store) -> None:
        there = Scene(peer, scene.clock)
        sent = [await scene.sending(handle=f"p{n}") for n in range(10)]
        settling = [
            scene.settle(work, closing.deliveries[0].id, "sent", native_id=f"{n}", release=True) for n, (work, closing) in enumerate(sent)
        ]
        forward = there.receive(*(there.receipt("delivered", tag=c.deliveries[0].id, native_id=f"{n}") for n, (_, c) in enumerate(sent)))
        backward = there.receive(
            *(there.receipt("read", tag=c.deliveries[0].id, native_id=f"{n}") for n, (_, c) in reversed(list(enumerate(sent))))
        )
        await asyncio.gather(*settling, forward, backward)
        assert {await scene.state_of(c) for _, c in sent} == {"read"}
        assert await scene.claim() == []


async def _say(scene: Scene, work: Work) -> None:
    message = scene.message("a human here", author="operator")
    delivery = scene.delivery(work.turns[0].address)
    await scene.store.say(conversation_id=work.conversation_id, message=message, deliveries=(delivery,), now_ms=scene.now)
