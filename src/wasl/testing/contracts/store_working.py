"""The law of leases and turns: who may work on a conversation, when, and how a turn ends once."""

import asyncio
from dataclasses import replace

import pytest

from wasl.domain.errors import Fenced
from wasl.domain.message import Text
from wasl.domain.turn import Work
from wasl.ports.counting import Asked, Bucket, Counted
from wasl.ports.store import DELIVERIES_PER_WORK_MAX, TURNS_PER_WORK_MAX, Closed, Lease, Store
from wasl.testing.contracts.store_scene import LEASE, LEASE_MS, OTHER_LEASE, Scene


class Leasing:
    """Claim, renew, release."""

    async def test_claims_take_the_longest_ready_first_up_to_the_limit(self, scene: Scene) -> None:
        arrived = []
        for name in ("ada", "bob", "eve"):
            arrived.append((await scene.arrive(handle=name)).conversation_id)
            await scene.clock.advance(1)
        assert [w.conversation_id for w in await scene.claim(limit=2)] == arrived[:2]
        assert [w.conversation_id for w in await scene.claim(limit=2)] == arrived[2:]
        assert await scene.claim(limit=2) == []

    async def test_the_history_that_comes_along_is_the_end_of_the_conversation_or_is_left_to_be_asked_for(self, scene: Scene) -> None:
        lease = replace(LEASE, history=2)
        for text in ("one", "two", "three"):
            await scene.arrive(text)
        (claimed,) = await scene.claim(lease=lease)
        (told,) = [(await scene.arrive("alone", handle="bob", lease=lease)).work]
        assert told is not None
        for work in (claimed, told):
            asked = await scene.store.history(work.conversation_id, limit=2 + len(work.turns))
            assert work.history is None or list(work.history) == list(asked)
        assert (await scene.claim(lease=lease)) == []

    async def test_what_is_ready_later_is_not_claimed_before(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.release(work, turns_at_ms=scene.now + 5_000)
        await scene.clock.advance(4.999)
        assert await scene.claim() == []
        await scene.clock.advance(0.001)
        assert len(await scene.claim()) == 1

    async def test_two_claimers_never_get_the_same_conversation(self, scene: Scene, peer: Store) -> None:
        for n in range(40):
            await scene.arrive(handle=f"p{n}")
        works = await asyncio.gather(*(scene.claim(limit=7, store=(scene.store, peer)[n % 2]) for n in range(12)))
        claimed = [w.conversation_id for got in works for w in got]
        assert len(claimed) == len(set(claimed))
        while more := await scene.claim(limit=7):  # who skipped a row that another held may have gone short
            claimed += [w.conversation_id for w in more]
        assert len(claimed) == len(set(claimed)) == 40

    async def test_a_lease_that_was_ended_is_claimable_with_a_later_epoch(self, scene: Scene) -> None:
        first = await scene.leased()
        await scene.clock.advance(LEASE_MS / 1000)
        second = await scene.claim_one(lease=OTHER_LEASE)
        assert second.epoch == first.epoch + 1
        assert second.turns == first.turns

    async def test_renewing_prolongs_all_leases_of_the_owner_and_no_others(self, scene: Scene) -> None:
        mine = [(await scene.leased(handle=h)).conversation_id for h in ("ada", "bob")]
        other = (await scene.arrive(handle="eve", lease=OTHER_LEASE)).conversation_id
        idle = await scene.leased(handle="kim")
        await scene.release(idle, turns_at_ms=scene.now + 1_000_000)
        await scene.clock.advance(20)
        assert sorted(await scene.store.renew(lease=LEASE, now_ms=scene.now)) == sorted(mine)
        await scene.clock.advance(10)
        third = Lease(owner="worker three", milliseconds=1_000)
        assert [w.conversation_id for w in await scene.claim(lease=third)] == [other]
        await scene.clock.advance(20)
        found = {w.conversation_id for w in await scene.claim(lease=third)}
        assert found == {*mine, other}

    async def test_only_the_leases_that_are_named_are_prolonged(self, scene: Scene) -> None:
        mine = [(await scene.leased(handle=h)).conversation_id for h in ("ada", "bob")]
        other = (await scene.arrive(handle="eve", lease=OTHER_LEASE)).conversation_id
        await scene.clock.advance(20)
        assert list(await scene.store.renew(lease=LEASE, now_ms=scene.now, held=[mine[0], other])) == [mine[0]]
        await scene.store.renew(lease=LEASE, now_ms=scene.now + 60_000, held=[])
        await scene.clock.advance(10)
        assert {w.conversation_id for w in await scene.claim(lease=OTHER_LEASE)} == {mine[1], other}
        assert await scene.store.renew(lease=OTHER_LEASE, now_ms=scene.now, held=[mine[1], mine[0]]) == {mine[1]: 2}

    async def test_renewing_without_leases_is_nothing(self, scene: Scene) -> None:
        await scene.store.renew(lease=LEASE, now_ms=scene.now)

    async def test_a_lease_given_back_with_due_turns_is_ready_at_once_or_when_told(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.release(work)
        again = await scene.claim_one()
        assert again.epoch == work.epoch + 1
        await scene.release(again, turns_at_ms=scene.now + 2_000)
        assert await scene.claim() == []
        await scene.clock.advance(2)
        assert len(await scene.claim()) == 1

    @pytest.mark.parametrize(("turns", "deliveries", "ready"), [(None, 5, 0), (3, 5, 3), (5, 3, 3), (3, None, 3)])
    async def test_with_due_turns_the_earlier_time_counts(
        self, scene: Scene, turns: int | None, deliveries: int | None, ready: int
    ) -> None:
        work = await scene.leased()
        start = scene.now
        await scene.release(
            work,
            turns_at_ms=None if turns is None else start + turns * 1000,
            deliveries_at_ms=None if deliveries is None else start + deliveries * 1000,
        )
        if ready:
            await scene.clock.advance(ready - 0.001)
            assert await scene.claimable() == []
            await scene.clock.advance(0.001)
        assert await scene.claimable() == [work.conversation_id]

    async def test_without_due_turns_the_deliveries_time_counts(self, scene: Scene) -> None:
        work, _ = await scene.sending()
        await scene.release(work, turns_at_ms=scene.now, deliveries_at_ms=scene.now + 4_000)
        await scene.clock.advance(3.999)
        assert await scene.claim() == []
        await scene.clock.advance(0.001)
        assert len((await scene.claim_one()).deliveries) == 1

    async def test_with_nothing_left_the_conversation_is_idle(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
        await scene.release(work)
        await scene.clock.advance(1_000)
        assert await scene.claim() == []
        assert (await scene.arrive("again", lease=LEASE)).work is not None

    async def test_giving_back_a_lease_that_is_lost_changes_nothing(self, scene: Scene) -> None:
        lost = await scene.leased()
        await scene.clock.advance(LEASE_MS / 1000)
        await scene.claim_one(lease=OTHER_LEASE)
        await scene.release(lost)
        assert await scene.claim() == []

    async def test_giving_back_twice_changes_nothing(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.release(work, turns_at_ms=scene.now + 60_000)
        await scene.release(work)
        assert await scene.claim() == []

    async def test_work_has_due_turns_in_order_up_to_the_limit(self, scene: Scene) -> None:
        count = TURNS_PER_WORK_MAX + 3
        outcomes = [await scene.arrive(f"{n}") for n in range(count)]
        work = await scene.claim_one()
        assert [t.id for t in work.turns] == [o.turn_id for o in outcomes[:TURNS_PER_WORK_MAX]]
        await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
        await scene.release(work)
        assert [t.id for t in (await scene.claim_one()).turns] == [o.turn_id for o in outcomes[TURNS_PER_WORK_MAX:]]

    async def test_work_has_unsettled_deliveries_in_order_up_to_the_limit(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=DELIVERIES_PER_WORK_MAX + 2)
        await scene.release(work)
        again = await scene.claim_one()
        assert [d.outgoing.id for d in again.deliveries] == [d.id for d in closing.deliveries[:DELIVERIES_PER_WORK_MAX]]
        first, second = again.deliveries[:2]
        assert (first.state, second.state) == ("sending", "queued")
        assert (first.outgoing.attempt, first.outgoing.parts) == (1, closing.deliveries[0].parts)
        assert first.outgoing.address == work.turns[0].address
        assert (first.since_ms, first.due_at_ms) == (closing.at_ms, closing.at_ms)


class Turns:
    """Closing and retrying."""

    async def test_a_reply_is_stored_with_its_seq_and_its_first_piece_is_being_sent(self, scene: Scene) -> None:
        work = await scene.leased("hello")
        closing = scene.closing(work, text="welcome", pieces=3, usage=(scene.usage(),))
        assert await scene.store.close_turn(closing) == Closed(2, begun=True)
        assert await scene.texts(work.conversation_id) == ["hello", "welcome"]
        assert closing.reply is not None
        told = await scene.store.deliveries(closing.reply.id)
        assert [(d["id"], d["position"], d["state"], d["attempt"]) for d in told] == [
            (closing.deliveries[0].id, 0, "sending", 1),
            (closing.deliveries[1].id, 1, "queued", 0),
            (closing.deliveries[2].id, 2, "queued", 0),
        ]
        assert {d["created_ms"] for d in told} == {scene.now}
        assert await scene.claim() == []  # the lease stays

    async def test_nothing_new_is_sent_to_an_address_that_has_something_unsettled(self, scene: Scene) -> None:
        work, first = await scene.sending()
        await scene.arrive("more")
        await scene.release(work)
        again = await scene.claim_one()
        second = scene.closing(again, turn_ids=(again.turns[0].id,))
        assert await scene.store.close_turn(second, count=scene.count()) == Closed(4, behind=True)
        assert (await scene.state_of(first), await scene.state_of(second)) == ("sending", "queued")
        assert await scene.store.counting.totals(["month"]) == {}, "what is not sent is not counted"

    async def test_what_goes_out_is_counted_in_the_commit_that_closes_the_turn(self, scene: Scene) -> None:
        work = await scene.leased()
        closing = scene.closing(work, pieces=2)
        closed = await scene.store.close_turn(closing, count=scene.count())
        assert closed == Closed(2, begun=True, counted=Counted(before={"month": 0}))
        assert [await scene.state_of(closing, n) for n in range(2)] == ["sending", "queued"]
        assert await scene.store.counting.totals(["month"]) == {"month": 1}

    async def test_what_finds_no_room_or_must_wait_is_stored_and_not_begun(self, scene: Scene) -> None:
        for handle, patience_ms, month in (("ada", 0, {}), ("bob", 2_000, {"month": 1})):
            await scene.use_up(handle)
            work = await scene.leased(handle=handle)
            closing = scene.closing(work)
            closed = await scene.store.close_turn(closing, count=scene.count(pace=handle, patience_ms=patience_ms))
            counted = closed.counted
            assert counted is not None
            assert (closed.begun, closed.behind, counted.full is None) == (False, False, bool(patience_ms))
            told = await scene.told(closing)
            assert (told["state"], told["attempt"], told["due_ms"]) == ("queued", 0, scene.now)
            assert await scene.store.counting.totals(["month"]) == month

    async def test_what_is_counted_in_any_case_goes_out_beyond_its_pace(self, scene: Scene) -> None:
        await scene.use_up("slow")
        work = await scene.leased()
        closing = scene.closing(work)
        assert (await scene.store.close_turn(closing, count=scene.count(pace="slow", forced=True))).begun
        assert await scene.state_of(closing) == "sending"

    async def test_what_is_not_to_be_begun_waits_and_is_ready_at_once_for_whoever_comes_next(self, scene: Scene) -> None:
        work = await scene.leased()
        closing = scene.closing(work)
        assert await scene.store.close_turn(closing, start=False, count=scene.count()) == Closed(2)
        assert await scene.store.counting.totals(["month"]) == {}
        await scene.clock.advance(LEASE_MS / 1000)
        (pending,) = (await scene.claim_one(lease=OTHER_LEASE)).deliveries
        assert (pending.state, pending.due_at_ms, pending.outgoing.attempt) == ("queued", closing.at_ms, 1)

    async def test_of_many_turns_that_close_at_once_as_many_are_begun_as_there_is_room_for(self, scene: Scene, peer: Store) -> None:
        works = [await scene.leased(handle=f"p{n}") for n in range(8)]
        few = Asked(now_ms=scene.now, buckets=(Bucket("few", 60_000_000, 3),), totals={"month": 1})
        ends = await asyncio.gather(*((scene.store, peer)[n % 2].close_turn(scene.closing(w), count=few) for n, w in enumerate(works)))
        assert sum(end.begun for end in ends) == 3
        assert await scene.store.counting.totals(["month"]) == {"month": 3}
        assert sorted(end.counted.before["month"] for end in ends if end.begun and end.counted) == [0, 1, 2]

    async def test_each_address_has_its_own_first_piece(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.leased(handle="bob")
        here, there = work.turns[0].address, (await scene.store.find_address(scene.key("bob")) or (None,))[0]
        assert there is not None
        closing = scene.closing(work)
        deliveries = (scene.delivery(here), scene.delivery(there, position=1), scene.delivery(here, position=2))
        await scene.store.close_turn(replace(closing, deliveries=deliveries))
        assert [await scene.state_of(closing, n) for n in range(3)] == ["sending", "sending", "queued"]

    async def test_a_turn_may_be_closed_without_a_reply(self, scene: Scene) -> None:
        work = await scene.leased()
        assert await scene.store.close_turn(scene.closing(work, silent=True, state="noted", note="late"), count=scene.count()) == Closed(
            None
        )
        assert await scene.texts(work.conversation_id) == ["hello"]
        await scene.release(work)
        assert await scene.claim() == []

    async def test_one_reply_closes_several_turns(self, scene: Scene) -> None:
        for n in range(3):
            await scene.arrive(f"{n}")
        work = await scene.claim_one()
        assert (await scene.store.close_turn(scene.closing(work))).seq == 4
        await scene.release(work, deliveries_at_ms=scene.now + 1_000)
        assert await scene.claim() == []

    async def test_turns_that_are_not_closed_stay_due(self, scene: Scene) -> None:
        outcomes = [await scene.arrive(f"{n}") for n in range(3)]
        work = await scene.claim_one()
        await scene.store.close_turn(scene.closing(work, turn_ids=(work.turns[0].id,)))
        await scene.release(work)
        assert [t.id for t in (await scene.claim_one()).turns] == [o.turn_id for o in outcomes[1:]]

    async def test_closing_a_later_turn_first_leaves_the_earlier_one_due(self, scene: Scene) -> None:
        outcomes = [await scene.arrive(f"{n}") for n in range(3)]
        work = await scene.claim_one()
        await scene.store.close_turn(scene.closing(work, turn_ids=(work.turns[1].id,)))
        await scene.release(work)
        again = await scene.claim_one()
        assert [t.id for t in again.turns] == [outcomes[0].turn_id, outcomes[2].turn_id]
        await scene.store.close_turn(scene.closing(again, silent=True, state="noted"))
        await scene.release(again, deliveries_at_ms=scene.now + 1_000)
        assert await scene.claim() == []
        assert (await scene.store.conversations(limit=1))[0].due_turns == 0

    async def test_one_reply_closes_turns_between_which_another_stays_due(self, scene: Scene) -> None:
        outcomes = [await scene.arrive(f"{n}") for n in range(4)]
        work = await scene.claim_one()
        await scene.store.close_turn(scene.closing(work, turn_ids=(work.turns[0].id, work.turns[2].id)))
        await scene.release(work)
        again = await scene.claim_one()
        assert [t.id for t in again.turns] == [outcomes[1].turn_id, outcomes[3].turn_id]
        await scene.store.close_turn(scene.closing(again, turn_ids=(again.turns[0].id,), silent=True))
        await scene.release(again, deliveries_at_ms=scene.now + 1_000)
        assert [t.id for t in (await scene.claim_one()).turns] == [outcomes[3].turn_id]

    async def test_an_older_epoch_is_fenced_and_stores_nothing(self, scene: Scene) -> None:
        lost = await scene.leased()
        await scene.clock.advance(LEASE_MS / 1000)
        held = await scene.claim_one(lease=OTHER_LEASE)
        with pytest.raises(Fenced):
            await scene.store.close_turn(scene.closing(lost, usage=(scene.usage(),)), count=scene.count())
        assert await scene.texts(lost.conversation_id) == ["hello"]
        assert await scene.store.usage_totals(since_ms=0) == []
        assert await scene.store.counting.totals(["month"]) == {}
        assert (await scene.store.close_turn(scene.closing(held))).seq == 2

    async def test_a_turn_is_closed_once(self, scene: Scene) -> None:
        work, _ = await scene.sending()
        with pytest.raises(Fenced):
            await scene.store.close_turn(scene.closing(work))
        assert await scene.texts(work.conversation_id) == ["hello", "answer"]

    async def test_of_many_who_close_one_turn_at_once_one_succeeds(self, scene: Scene, peer: Store) -> None:
        work = await scene.leased()
        closings = [scene.closing(work, text=f"{n}") for n in range(6)]
        ends = await asyncio.gather(*((scene.store, peer)[n % 2].close_turn(c) for n, c in enumerate(closings)), return_exceptions=True)
        assert sorted(type(e).__name__ for e in ends) == ["Closed"] + ["Fenced"] * 5
        assert len(await scene.texts(work.conversation_id)) == 2

    async def test_a_retry_counts_its_attempt_keeps_its_cost_and_backs_off(self, scene: Scene) -> None:
        work = await scene.leased()
        await scene.store.retry_turn(
            turn_id=work.turns[0].id,
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            now_ms=scene.now,
            at_ms=scene.now + 8_000,
            usage=(scene.usage(outcome="Throttled"),),
        )
        backlog = await scene.store.backlog(now_ms=scene.now)
        assert (backlog.ready, backlog.leased, backlog.backing_off) == (0, 0, 1)
        await scene.clock.advance(7.999)
        assert await scene.claim() == []
        await scene.clock.advance(0.001)
        assert (await scene.claim_one()).turns[0].attempt == 1
        assert [t["outcome"] for t in await scene.store.usage_totals(since_ms=0)] == ["Throttled"]

    async def test_a_retry_with_an_older_epoch_is_fenced(self, scene: Scene) -> None:
        lost = await scene.leased()
        await scene.clock.advance(LEASE_MS / 1000)
        await scene.claim_one(lease=OTHER_LEASE)
        with pytest.raises(Fenced):
            await scene.store.retry_turn(
                turn_id=lost.turns[0].id,
                conversation_id=lost.conversation_id,
                epoch=lost.epoch,
                now_ms=scene.now,
                at_ms=scene.now,
                usage=(scene.usage(),),
            )
        assert await scene.claim() == []
        assert await scene.store.usage_totals(since_ms=0) == []

    # -- no wake-up is lost
    async def test_a_message_that_comes_while_the_turn_is_closed_and_given_back_is_answered(self, scene: Scene, peer: Store) -> None:
        """Whatever order the three commits take, the second message is due and somebody will claim it."""
        there = Scene(peer, scene.clock)
        for round_ in range(12):
            name = f"p{round_}"
            work = await scene.leased(handle=name)
            late, _ = await asyncio.gather(there.receive(there.arrival("late", handle=name)), _finish(scene, work))
            (claimed,) = await scene.claim()
            assert [t.parts for t in claimed.turns] == [(Text(text="late"),)], late

    async def test_a_message_that_comes_while_the_last_delivery_is_settled_is_answered(self, scene: Scene, peer: Store) -> None:
        there = Scene(peer, scene.clock)
        for round_ in range(12):
            name = f"p{round_}"
            work, closing = await scene.sending(handle=name)
            settled = scene.settle(work, closing.deliveries[0].id, "sent", native_id=name, release=True)
            await asyncio.gather(there.receive(there.arrival("late", handle=name)), settled)
            (claimed,) = await scene.claim()
            assert [t.parts for t in claimed.turns] == [(Text(text="late"),)]

    async def test_a_word_said_while_the_lease_is_given_back_goes_out(self, scene: Scene, peer: Store) -> None:
        for round_ in range(12):
            work = await scene.leased(handle=f"p{round_}")
            await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
            message = scene.message(author="operator")
            said = peer.say(
                conversation_id=work.conversation_id,
                message=message,
                deliveries=(scene.delivery(work.turns[0].address),),
                now_ms=scene.now,
            )
            await asyncio.gather(said, scene.release(work))
            (claimed,) = await scene.claim()
            assert len(claimed.deliveries) == 1


async def _finish(scene: Scene, work: Work) -> None:
    await scene.store.close_turn(scene.closing(work, silent=True, state="noted"))
    await scene.release(work)
