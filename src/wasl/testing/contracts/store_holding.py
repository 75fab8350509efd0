"""The law of what rules hold: what they said is kept, a person's word wakes it, and it may go to another address."""

from dataclasses import replace

import pytest

from wasl.domain.errors import Fenced
from wasl.domain.message import Text
from wasl.ports.counting import Asked, Bucket
from wasl.ports.leases import Held
from wasl.ports.store import Store
from wasl.testing.contracts.store_scene import LEASE, LEASE_MS, OTHER_LEASE, Scene


class Holding:
    """Verdicts, waking, moving."""

    @pytest.mark.parametrize("state", ["queued", "sent", "failed", "unknown"])
    async def test_what_the_gate_said_is_kept_with_the_delivery_whatever_became_of_it(self, scene: Scene, state: str) -> None:
        work, closing = await scene.sending()
        said = {"effect": "hold", "rules": ["a.rule"], "book": "1", "waits_for": "person"}
        await scene.settle(work, closing.deliveries[0].id, state, due_at_ms=scene.now, verdict=said, release=True)  # type: ignore[arg-type]
        assert (await scene.told(closing))["verdict"] == said
        if state == "queued":
            pending = (await scene.claim_one()).deliveries[0]
            assert (pending.verdict, pending.outgoing.author) == (said, "assistant")

    async def test_a_held_delivery_goes_to_another_address_of_the_person_in_the_same_commit(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.receive(scene.arrival(handle="elsewhere"))
        found = await scene.store.find_address(scene.key("elsewhere"))
        assert found is not None
        await scene.settle(work, closing.deliveries[0].id, "queued", due_at_ms=scene.now, move_to=found[0], release=True)
        assert (await scene.told(closing))["address_id"] == found[0].id

    async def test_a_word_of_the_person_wakes_what_only_a_rule_holds_and_not_what_backs_off(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        await scene.settle(work, closing.deliveries[0].id, "queued", due_at_ms=scene.now + 600_000, release=True)
        await scene.receive(scene.arrival())
        assert await scene.claim() == []
        await scene.clock.advance(600)
        work = await scene.claim_one()
        await scene.settle(work, closing.deliveries[0].id, "queued", due_at_ms=scene.now + 6 * 3_600_000)
        await scene.store.release(
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            now_ms=scene.now,
            turns_at_ms=scene.now + 6 * 3_600_000,
            deliveries_at_ms=scene.now + 6 * 3_600_000,
        )
        assert await scene.claim() == []
        await scene.receive(scene.arrival(wants_answer=False))
        assert len((await scene.claim_one()).deliveries) == 1

    async def test_what_is_fenced_is_not_counted(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        with pytest.raises(Fenced):
            await scene.start(work, closing.deliveries[0].id, count=scene.count())
        assert await scene.store.counting.totals(["month"]) == {}

    async def test_a_delivery_that_is_taken_apart_goes_out_piece_by_piece_before_what_stood_behind_it(self, scene: Scene) -> None:
        work, closing = await scene.sending(pieces=2)
        one, last = closing.deliveries
        pieces = (
            replace(one, parts=(Text(text="first"),)),
            scene.delivery(one.address, text="second"),
            scene.delivery(one.address, text="third"),
        )
        ruled = {"cut_into": 3}
        await scene.settle(work, one.id, "queued", due_at_ms=scene.now, apart=pieces, verdict=ruled, release=True)
        assert closing.reply is not None
        stored = await scene.store.deliveries(closing.reply.id)
        assert [(d["id"], d["position"], d["state"]) for d in stored] == [
            (piece.id, place, "queued") for place, piece in enumerate((*pieces, last))
        ]
        work = await scene.claim_one()
        assert [d.outgoing.id for d in work.deliveries] == [d["id"] for d in stored]
        assert [d.outgoing.parts for d in work.deliveries[:3]] == [piece.parts for piece in pieces]
        assert [d.verdict for d in work.deliveries] == [ruled, ruled, ruled, None]
        await scene.start(work, pieces[1].id)
        await scene.receive(scene.receipt("delivered", tag=pieces[1].id))
        assert await scene.state_of(closing, 1) == "delivered"

    async def test_a_fenced_worker_takes_nothing_apart(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        one = closing.deliveries[0]
        with pytest.raises(Fenced):
            await scene.settle(work, one.id, "queued", epoch=work.epoch - 1, apart=(one, scene.delivery(one.address)))
        assert closing.reply is not None
        assert len(await scene.store.deliveries(closing.reply.id)) == 1

    async def test_what_was_put_off_before_the_clock_went_back_waits_no_longer_than_it_was_to(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        hours = 5 * 3_600_000
        now, delivery = scene.now, closing.deliveries[0].id
        await scene.settle(work, delivery, "queued", due_at_ms=now + hours + 20_000, release=True)
        other = (await scene.arrive(handle="bob", lease=LEASE)).conversation_id
        assert await scene.store.set_back(by_ms=hours, now_ms=now) == 1
        assert await scene.store.set_back(by_ms=hours, now_ms=now) == 0
        assert await scene.claim(lease=OTHER_LEASE) == []
        await scene.clock.advance(21)
        (found,) = await scene.claim(lease=OTHER_LEASE)
        assert found.conversation_id == work.conversation_id != other
        assert [d.due_at_ms for d in found.deliveries] == [now + 20_000]

    async def test_the_leases_of_a_dead_owner_are_ended(self, scene: Scene) -> None:
        mine = [(await scene.leased(handle=h)).conversation_id for h in ("ada", "bob")]
        await scene.arrive(handle="eve", lease=OTHER_LEASE)
        held = await scene.store.leases()
        assert sorted(one.owner for one in held) == sorted([LEASE.owner] * 2 + [OTHER_LEASE.owner])
        dead = [one for one in held if one.owner == LEASE.owner]
        assert {one.conversation_id for one in dead} == set(mine)
        assert await scene.store.free(dead, now_ms=scene.now) == 2
        assert await scene.store.free(dead, now_ms=scene.now) == 0
        assert [one.owner for one in await scene.store.leases()] == [OTHER_LEASE.owner]
        claimed = await scene.claim()
        assert {w.conversation_id for w in claimed} == set(mine)
        assert {w.epoch for w in claimed} == {2}

    async def test_a_lease_that_was_renewed_or_taken_anew_since_it_was_seen_is_not_ended(self, scene: Scene) -> None:
        renewed, given_back = [await scene.leased(handle=h) for h in ("ada", "bob")]
        seen = await scene.store.leases()
        assert sorted(seen) == sorted(Held(w.conversation_id, LEASE.owner, w.epoch, scene.now + LEASE_MS) for w in (renewed, given_back))
        await scene.clock.advance(1)
        await scene.store.renew(lease=LEASE, now_ms=scene.now, held=[renewed.conversation_id])
        await scene.release(given_back)
        assert await scene.store.free(seen, now_ms=scene.now) == 0
        assert [w.conversation_id for w in await scene.claim(lease=OTHER_LEASE)] == [given_back.conversation_id]
        assert await scene.store.free(seen, now_ms=scene.now) == 0
        assert {one.owner for one in await scene.store.leases()} == {LEASE.owner, OTHER_LEASE.owner}

    async def test_what_is_leased_is_claimed_by_nobody_whatever_the_clock_says(self, scene: Scene) -> None:
        await scene.leased()
        late = scene.now + 24 * 3_600_000
        assert await scene.store.claim(lease=OTHER_LEASE, limit=1, now_ms=late) == []
        assert await scene.store.free(await scene.store.leases(), now_ms=scene.now) == 1
        assert len(await scene.store.claim(lease=OTHER_LEASE, limit=1, now_ms=scene.now)) == 1

    # -- the time of day
    async def test_the_latest_time_that_anybody_noted_is_kept(self, scene: Scene, peer: Store) -> None:
        now, times = scene.now, scene.store.times
        assert await times.note(now_ms=now) == 0
        assert await peer.times.note(now_ms=now - 60_000) == now
        await scene.store.ping()
        assert await times.note(now_ms=now + 60_000) == now
        await peer.times.set_back(by_ms=120_000, now_ms=now - 60_000)
        assert await times.note(now_ms=now) == now - 60_000

    async def test_paces_that_were_counted_by_a_clock_that_has_gone_back_hold_nobody_up(self, scene: Scene) -> None:
        hours, counting = 5 * 3_600_000, scene.store.counting
        old, recent = Bucket(key="old", interval_us=6_000_000, burst=1), Bucket(key="recent", interval_us=20_000_000, burst=1, pauses=True)

        async def wait_ms(bucket: Bucket, *, now_ms: int) -> int:
            return (await counting.count(Asked(buckets=(bucket,), messages=1, now_ms=now_ms, patience_ms=2 * hours))).wait_ms

        await wait_ms(old, now_ms=scene.now + hours // 2)
        await wait_ms(recent, now_ms=scene.now + hours)
        await scene.store.times.set_back(by_ms=hours, now_ms=scene.now)
        await scene.store.times.set_back(by_ms=hours, now_ms=scene.now)
        assert await wait_ms(old, now_ms=scene.now) == 0
        assert await wait_ms(recent, now_ms=scene.now) == 20_000
