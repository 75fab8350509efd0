import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import SEND_URL, House, build, unroutable

from wasl.domain.errors import ContentRefused, Forged, StoreDown
from wasl.ports.store import Lease
from wasl.service.watch_leases import WatchLeases
from wasl.testing.lapsed import end_lapsed
from wasl.testing.network import Answer, Refuse, Reset, answer
from wasl.wire.call import Call


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = build(tmp_path)
    await made.store.open()
    yield made
    await made.store.close()


async def taken_over(house: House) -> bool:
    """Another process finds that the lease is not renewed any more, and takes the conversation."""
    await end_lapsed(house.store, now_ms=house.clock.now_ms())
    return bool(await house.store.claim(lease=Lease(owner="other", milliseconds=30_000), limit=1, now_ms=house.clock.now_ms()))


async def test_a_message_is_answered_once_and_its_receipts_move_the_delivery(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("native-1"))
    await house.write("k1", "hello")
    await house.write("k1", "hello")
    assert await house.step() == 1
    assert [s["text"] for s in house.sent()] == ["re: hello"]
    await house.tell(house.sent()[0]["tag"], "read")
    await house.tell(house.sent()[0]["tag"], "delivered")
    assert house.rows("select state, native_id from delivery") == [("read", "native-1")]
    assert house.rows("select ready_at, owner, turn_seq, closed_seq from conversation") == [(None, None, 1, 1)]
    assert await house.step() == 0


async def test_messages_of_one_person_are_answered_one_by_one_in_order(house: House) -> None:
    house.network.on("POST", SEND_URL, answer(""))
    for n in range(3):
        await house.write(f"k{n}", f"question {n}")
    while await house.step():
        pass
    assert [s["text"] for s in house.sent()] == ["re: question 0", "re: question 1", "re: question 2"]
    seen = [[m.text for m in p.messages[1:]] for p in house.ask.prompts]
    assert seen[0] == ["question 0"], "an answer is to its own message, not to what came later"
    assert seen[2] == ["question 0", "re: question 0", "question 1", "re: question 1", "question 2"]


async def test_a_message_that_arrives_while_its_conversation_is_answered_is_not_forgotten(house: House) -> None:
    house.network.on("POST", SEND_URL, answer(""))
    await house.write("k1", "first")
    house.ask.before = lambda: house.write("k2", "second")
    await house.step()
    house.ask.before = None
    assert house.rows("select ready_at is not null, owner from conversation") == [(1, None)]
    await house.step()
    assert [s["text"] for s in house.sent()] == ["re: first", "re: second"]


async def test_an_answer_prepared_by_a_worker_that_lost_its_lease_is_thrown_away(house: House) -> None:
    house.network.on("POST", SEND_URL, answer(""))
    await house.write("k1", "hello")

    async def another_takes_it() -> None:
        await house.clock.advance(31)
        house.ask.before = None
        assert await taken_over(house)

    house.ask.before = another_takes_it
    await house.step()
    assert house.sent() == []
    assert house.rows("select count(*) from message where author = 'assistant'") == [(0,)]
    await house.clock.advance(31)
    await house.step()
    assert len(house.sent()) == 1


@pytest.mark.parametrize("taken", [True, False])
async def test_a_process_that_stood_still_between_the_commit_and_the_request_sends_only_what_nobody_took(house: House, taken: bool) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "hello")
    close_turn = house.store.close_turn

    async def stands_still(*given: Any, **named: Any) -> Any:
        closed = await close_turn(*given, **named)
        house.clock._elapsed += 31  # nothing of this process runs meanwhile, its heartbeat neither
        if taken:
            assert await taken_over(house)
        return closed

    house.store.close_turn = stands_still  # type: ignore[method-assign]  # the process is stopped behind the commit
    (work,) = await house.store.claim(lease=Lease(owner="test", milliseconds=30_000), limit=1, now_ms=house.clock.now_ms())
    house.worker.take(work, house.clock.monotonic())
    await asyncio.wait(house.worker._held.values())
    assert len(house.sent()) == (0 if taken else 1)
    for _ in range(3):
        await house.clock.advance(31)
        while await house.step():
            pass
    assert [one["text"] for one in house.sent()] == ["re: hello"]


async def test_what_others_held_meanwhile_is_not_sent_under_the_old_lease_although_this_process_has_it_again(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "hello")
    ours, other = (Lease(owner=owner, milliseconds=30_000) for owner in ("test", "other"))
    close_turn = house.store.close_turn

    async def stands_still(*given: Any, **named: Any) -> Any:
        closed = await close_turn(*given, **named)
        house.clock._elapsed += 31
        for lease in (other, ours):  # the other one sends it, and is done
            await end_lapsed(house.store, now_ms=house.clock.now_ms())
            (again,) = await house.store.claim(lease=lease, limit=1, now_ms=house.clock.now_ms())
            if lease is other:
                await house.worker._release(again, turns_at=None, deliveries_at=house.clock.now_ms())
        return closed

    house.store.close_turn = stands_still  # type: ignore[method-assign]  # the process is stopped behind the commit
    (work,) = await house.store.claim(lease=ours, limit=1, now_ms=house.clock.now_ms())
    house.worker.take(work, house.clock.monotonic())
    await asyncio.wait(house.worker._held.values())
    assert house.sent() == []


async def test_what_surely_did_not_go_out_waits_for_no_receipt(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "hello")
    close_turn = house.store.close_turn

    async def stands_still(*given: Any, **named: Any) -> Any:
        closed = await close_turn(*given, **named)
        house.clock._elapsed += 31
        assert await end_lapsed(house.store, now_ms=house.clock.now_ms())  # nobody has taken it yet
        return closed

    house.store.close_turn = stands_still  # type: ignore[method-assign]  # the process is stopped behind the commit
    (work,) = await house.store.claim(lease=Lease(owner="test", milliseconds=30_000), limit=1, now_ms=house.clock.now_ms())
    house.worker.take(work, house.clock.monotonic())
    await asyncio.wait(house.worker._held.values())
    assert house.sent() == []
    assert house.rows("select state from delivery") == [("queued",)]
    assert await house.step() == 1
    assert len(house.sent()) == 1


async def test_what_this_process_took_again_itself_is_sent_by_whoever_began_it(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "hello")
    close_turn, ours = house.store.close_turn, Lease(owner="test", milliseconds=30_000)

    async def stands_still(*given: Any, **named: Any) -> Any:
        closed = await close_turn(*given, **named)
        house.clock._elapsed += 31
        await end_lapsed(house.store, now_ms=house.clock.now_ms())
        assert await house.store.claim(lease=ours, limit=1, now_ms=house.clock.now_ms())
        return closed

    house.store.close_turn = stands_still  # type: ignore[method-assign]  # the process is stopped behind the commit
    (work,) = await house.store.claim(lease=ours, limit=1, now_ms=house.clock.now_ms())
    house.worker.take(work, house.clock.monotonic())
    await asyncio.wait(house.worker._held.values())
    assert len(house.sent()) == 1


async def test_a_lease_counts_from_when_it_was_asked_for_not_from_when_its_commit_was_heard_of(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    asked_at = house.clock.monotonic()
    await house.write("k1", "hello")
    (work,) = await house.store.claim(lease=Lease(owner="test", milliseconds=30_000), limit=1, now_ms=house.clock.now_ms())
    house.clock._elapsed += 25  # the process is stopped before it hears of the commit
    close_turn = house.store.close_turn

    async def slow(*given: Any, **named: Any) -> Any:
        closed = await close_turn(*given, **named)
        house.clock._elapsed += 6
        assert await taken_over(house)
        return closed

    house.store.close_turn = slow  # type: ignore[method-assign]  # and once more
    house.worker.take(work, asked_at)
    await asyncio.wait(house.worker._held.values())
    assert house.sent() == []


async def test_a_clock_that_jumps_ahead_during_a_send_makes_no_second_one(tmp_path: Path) -> None:
    house = build(tmp_path, resolve_seconds=0.0)  # a platform without receipts: what is in doubt is repeated at once
    await house.store.open()
    began = asyncio.Event()

    def platform(_: Call) -> Answer:
        house.clock._start_ms += 5 * 3_600_000
        began.set()
        return answer("n", delay_seconds=40)

    house.network.on("POST", SEND_URL, platform)
    running = asyncio.get_running_loop().create_task(house.worker.run())
    other = WatchLeases(leases=house.store, bus=house.bus, clock=house.clock, owner="other", lease_seconds=30)
    await house.write("k1", "hello")
    house.worker._wake.set()
    await began.wait()
    (first,) = house.worker._held.values()
    for _ in range(8):  # it lasts longer than a lease, which is renewed meanwhile
        await house.clock.advance(5)
        await house.store.ping()
        assert await other.look() == 0
        assert await house.store.claim(lease=Lease(owner="other", milliseconds=30_000), limit=1, now_ms=house.clock.now_ms()) == []
    await asyncio.wait([first])
    for _ in range(3):
        await house.clock.advance(31)
        while await house.step():
            pass
    assert [one["text"] for one in house.sent()] == ["re: hello"]
    assert house.rows("select state from delivery") == [("sent",)]
    await house.worker.stop(grace_seconds=5)
    running.cancel()
    await house.store.close()


async def test_a_clock_that_jumps_ahead_does_not_shorten_the_wait_for_a_receipt(house: House) -> None:
    house.network.on("POST", SEND_URL, Reset(), answer("n"))
    await house.clock.advance(60)  # it listens for long
    await house.write("k1", "hello")
    await house.step()
    assert house.rows("select state from delivery") == [("unknown",)]
    await house.worker._heed.look()
    house.clock._start_ms += 5 * 3_600_000
    await house.worker._heed.look()
    await house.step()
    assert len(house.sent()) == 1, "a receipt is awaited as long as ever"
    await house.clock.advance(20)
    await house.tell(house.sent()[0]["tag"], "delivered")
    await house.clock.advance(20)
    await house.step()
    assert len(house.sent()) == 1


async def test_after_a_sleep_what_is_in_doubt_waits_for_receipts_that_nobody_could_hear(house: House) -> None:
    house.network.on("POST", SEND_URL, Reset(), answer("n"))
    await house.clock.advance(60)
    await house.write("k1", "hello")
    await house.step()
    await house.worker._heed.look()
    await house.clock.advance(9 * 3_600)
    await house.worker._heed.look()
    await house.step()
    assert len(house.sent()) == 1
    await house.clock.advance(31)
    await house.step()
    assert len(house.sent()) == 2, "none came in its time"


async def test_a_clock_that_goes_back_makes_nobody_wait_for_hours(house: House) -> None:
    sent = asyncio.Event()

    def platform(_: Call) -> Answer:
        sent.set()
        return answer("n")

    house.network.on("POST", SEND_URL, Refuse(), platform)
    await house.write("k1", "hello")
    await house.step()  # the platform is away; it is tried again soon
    assert house.rows("select state from delivery") == [("queued",)]
    house.clock._start_ms -= 5 * 3_600_000
    running = asyncio.get_running_loop().create_task(house.worker.run())
    await house.clock.advance(10)
    house.worker._wake.set()
    await sent.wait()
    assert [one["text"] for one in house.sent()] == ["re: hello"] * 2
    await house.worker.stop(grace_seconds=5)
    running.cancel()


@pytest.mark.parametrize("stored", [True, False])
async def test_a_store_that_goes_away_behind_a_send_makes_no_second_one(tmp_path: Path, stored: bool) -> None:
    house = build(tmp_path, resolve_seconds=0.0)  # a platform without receipts: what is in doubt is repeated at once
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    settle, away = house.store.settle, [3]

    async def goes_away(settling: Any) -> None:
        away[0] -= 1
        if away[0] >= 0:
            if stored:  # the connection broke when the commit was under way: it is stored, and nobody heard so
                await settle(settling)
            raise StoreDown("the database failed over")
        await settle(settling)

    house.store.settle = goes_away  # type: ignore[method-assign]  # a database that fails over
    await house.write("k1", "hello")
    await house.step()
    for _ in range(3):
        await house.clock.advance(31)
        while await house.step():
            pass
    assert [one["text"] for one in house.sent()] == ["re: hello"]
    assert house.rows("select state from delivery") == [("sent",)]
    await house.store.close()


async def test_a_send_that_was_surely_not_carried_out_is_tried_again_later(house: House) -> None:
    house.network.on("POST", SEND_URL, Refuse(), answer("", status=503), answer("n"))
    await house.write("k1", "hello")
    await house.step()
    assert house.rows("select state, attempt from delivery") == [("queued", 1)]
    assert await house.step() == 0, "it backs off"
    for _ in range(2):
        await house.clock.advance(60)
        await house.step()
    assert house.rows("select state, attempt from delivery") == [("sent", 3)]
    assert len(house.sent()) == 3


async def test_a_throttled_platform_is_left_alone_for_as_long_as_it_asked(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("", status=429, headers={"retry-after": "120"}), answer("n"))
    await house.write("k1", "hello")
    await house.step()
    await house.clock.advance(100)
    assert await house.step() == 0
    await house.clock.advance(25)
    await house.step()
    assert house.rows("select state from delivery") == [("sent",)]


async def test_an_unclear_send_waits_for_a_receipt_and_is_not_repeated_when_one_comes(house: House) -> None:
    house.network.on("POST", SEND_URL, Reset())
    await house.write("k1", "hello")
    await house.step()
    assert house.rows("select state from delivery") == [("unknown",)]
    await house.clock.advance(10)
    await house.tell(house.sent()[0]["tag"], "delivered")
    await house.write("k2", "again")
    house.network.on("POST", SEND_URL, answer("n"))
    while await house.step():
        pass
    assert [s["text"] for s in house.sent()] == ["re: hello", "re: again"]


async def test_an_unclear_send_without_any_receipt_is_repeated_under_the_same_tag(house: House) -> None:
    house.network.on("POST", SEND_URL, Reset(), answer("n"))
    await house.write("k1", "hello")
    await house.step()
    await house.clock.advance(29)
    assert await house.step() == 0
    await house.clock.advance(2)
    await house.step()
    first, second = house.sent()
    assert first == second
    assert house.rows("select state, attempt from delivery") == [("sent", 2)]


async def test_a_channel_that_gives_up_does_not_repeat_an_unclear_send(tmp_path: Path) -> None:
    house = build(tmp_path, unknown_policy="give up", resolve_seconds=5.0)
    await house.store.open()
    house.network.on("POST", SEND_URL, Reset())
    await house.write("k1", "hello")
    await house.step()
    await house.clock.advance(6)
    await house.step()
    assert len(house.sent()) == 1
    ((state, error),) = house.rows("select state, error from delivery")
    assert state == "failed"
    assert "give up" in error
    await house.store.close()


async def test_a_delivery_whose_sender_died_is_resolved_before_the_next_turn_is_answered(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "first")
    (work,) = await house.store.claim(lease=Lease(owner="dead", milliseconds=1_000), limit=1, now_ms=house.clock.now_ms())
    assert await house.answer.turn(work) is not None
    await house.write("k2", "second")
    await house.clock.advance(2)
    await house.step()
    assert house.sent() == [], "the first may have arrived: a receipt is awaited"
    assert house.rows("select state from delivery") == [("unknown",)]
    await house.clock.advance(31)
    while await house.step():
        pass
    assert [s["text"] for s in house.sent()] == ["re: first", "re: second"]


async def test_a_refused_or_unreachable_delivery_fails_for_good_and_the_talk_goes_on(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("", status=403), answer("n"))
    await house.write("k1", "one")
    await house.step()
    await house.write("k2", "two")
    await house.step()
    assert house.rows("select state from delivery order by seq") == [("failed",), ("sent",)]


async def test_a_turn_waits_while_no_provider_answers_and_is_answered_later_saying_so(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    house.ask.failures = [unroutable() for _ in range(20)]
    for n in range(3):
        await house.write(f"k{n}", f"q{n}")
    for _ in range(20):
        await house.clock.advance(61)
        await house.step()
    assert house.sent() == []
    house.ask.failures = []
    await house.clock.advance(90)
    while await house.step():
        pass
    (only,) = house.sent()
    assert only["text"].startswith("Sorry, this answer comes late")
    assert only["text"].endswith("re: q0\nq1\nq2"), "one message for all that waited, never a burst"
    assert house.rows("select distinct state, reply_id is not null from turn") == [("answered", 1)]


async def test_late_turns_are_closed_with_a_note_where_the_setting_says_so(tmp_path: Path) -> None:
    house = build(tmp_path, late="note")
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "q")
    await house.clock.advance(700)
    await house.step()
    assert "could not answer your message in time" in house.sent()[0]["text"]
    assert house.ask.prompts == []
    assert house.rows("select state, note from turn") == [("noted", "late")]
    await house.store.close()


async def test_a_turn_that_every_model_refuses_for_good_is_closed_with_a_word_after_its_tries(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    house.ask.failures = [unroutable(seconds=None) for _ in range(3)]
    await house.write("k1", "q")
    for _ in range(3):
        await house.step()
        await house.clock.advance(61)
    assert "could not answer this message" in house.sent()[0]["text"]
    assert house.rows("select state, attempt from turn") == [("failed", 2)]


async def test_a_refusal_by_a_models_safety_rule_is_said_and_nobody_else_is_asked(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    house.ask.failures = [ContentRefused("no")]
    await house.write("k1", "q")
    await house.step()
    assert "cannot help with that" in house.sent()[0]["text"]
    assert len(house.ask.prompts) == 1


async def test_a_turn_that_breaks_stays_due_and_is_closed_with_a_word_after_its_tries(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    house.ask.failures = [RuntimeError("a bug") for _ in range(3)]
    await house.write("k1", "q")
    for _ in range(3):
        await house.step()
        await house.clock.advance(61)
    assert "could not answer this message" in house.sent()[0]["text"]
    assert house.observe.value("wasl_faults", "worker") == 3


async def test_a_forged_request_stores_nothing(house: House) -> None:
    with pytest.raises(Forged):
        await house.receive.webhook("letters", Call(method="POST", url="", body=b'{"key":"k","text":"t"}'))
    assert house.rows("select count(*) from raw") == [(0,)]
    await house.receive.webhook("letters", Call(method="POST", url="", headers={"seal": "wax"}, body=b'{"key":"k","text":"t"}'))
    assert house.rows("select count(*) from raw") == [(1,)]


async def test_many_requests_at_once_are_offered_no_more_leases_than_the_process_may_hold(house: House) -> None:
    offers = [house.worker.offer() for _ in range(25)]
    assert sum(o is not None for o in offers) == 10
    house.worker.withdraw()
    assert house.worker.offer() is not None
    assert house.worker.offer() is None


async def test_an_offer_is_withdrawn_when_its_request_is_stored_or_fails(house: House) -> None:
    out: list[int] = []
    house.receive._offer = lambda: out.append(1) or house.worker.offer()  # type: ignore[func-returns-value]
    house.receive._take = lambda *_: None
    house.receive._withdraw = lambda: out.append(-1) or house.worker.withdraw()  # type: ignore[func-returns-value]
    await house.write("k1", "one")
    await house.write("k1", "one")
    assert out == [1, -1, 1, -1]


async def test_a_running_worker_answers_what_is_announced_and_stops_when_told(house: House) -> None:
    all_sent = asyncio.Event()

    def platform(_: Call) -> Answer:
        if len(house.sent()) == 5:
            all_sent.set()
        return answer("n")

    house.network.on("POST", SEND_URL, platform)
    house.receive._offer = house.worker.offer
    house.receive._take = house.worker.take
    house.receive._withdraw = house.worker.withdraw
    running = asyncio.get_running_loop().create_task(house.worker.run())
    await asyncio.sleep(0)
    for n in range(5):
        await house.write(f"k{n}", f"q{n}", who=f"person {n}")
    await all_sent.wait()
    await house.worker.stop(grace_seconds=5)
    running.cancel()
    assert house.worker.offer() is None
    assert house.rows("select count(*) from conversation where ready_at is null") == [(5,)]
