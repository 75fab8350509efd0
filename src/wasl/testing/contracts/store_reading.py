"""The law of reading, and of what stands beside the turn path: tokens, timers, media, pruning, and a database that is down."""

import asyncio

import pytest

from wasl.domain.errors import StoreDown
from wasl.domain.event import Signal
from wasl.domain.message import Media, Text
from wasl.ports.store import DEDUPE_DAYS, Duplicate, Incoming, Store, Timer, Token
from wasl.testing.contracts.store_scene import CHANNEL, LEASE, PHOTO, SCOPE, Scene

DAY_SECONDS = 86_400


class Reading:
    """What faces and the answering side are shown."""

    async def test_history_gives_the_last_messages_oldest_first(self, scene: Scene) -> None:
        for n in range(5):
            outcome = await scene.arrive(f"{n}")
        conversation_id = outcome.conversation_id
        assert [m.seq for m in await scene.store.history(conversation_id, limit=3)] == [3, 4, 5]
        assert [m.seq for m in await scene.store.history(conversation_id, limit=3, before_seq=3)] == [1, 2]
        assert await scene.store.history(conversation_id, limit=0) == []
        (first,) = await scene.store.history(conversation_id, limit=1, before_seq=2)
        assert (first.author, first.parts, first.sent_at_ms) == ("person", (Text(text="0"),), scene.now)

    async def test_history_has_both_sides(self, scene: Scene) -> None:
        work, closing = await scene.sending()
        said = await scene.store.history(work.conversation_id, limit=10)
        assert closing.reply is not None
        assert [(m.author, m.id) for m in said] == [("person", work.turns[0].message_id), ("assistant", closing.reply.id)]

    async def test_history_names_what_a_message_of_ours_answers(self, scene: Scene) -> None:
        accepted = await scene.say_hello(scene.arrival(reply_to="the platform's id of something older"))
        message = scene.message(reply_to=accepted.message_id)
        await scene.store.say(conversation_id=accepted.conversation_id, message=message, deliveries=(), now_ms=scene.now)
        said = await scene.store.history(accepted.conversation_id, limit=10)
        assert [m.reply_to for m in said] == [None, accepted.message_id]

    async def test_messages_are_paged_in_both_directions(self, scene: Scene) -> None:
        for n in range(6):
            outcome = await scene.arrive(f"{n}")
        store, conversation_id = scene.store, outcome.conversation_id
        assert [m.seq for m in await store.messages_after(conversation_id, seq=2, limit=3)] == [3, 4, 5]
        assert [m.seq for m in await store.messages_after(conversation_id, seq=6, limit=3)] == []
        assert [m.seq for m in await store.messages_before(conversation_id, seq=None, limit=2)] == [5, 6]
        assert [m.seq for m in await store.messages_before(conversation_id, seq=3, limit=5)] == [1, 2]

    async def test_a_message_is_shown_with_its_channel_model_and_delivery(self, scene: Scene) -> None:
        work = await scene.leased()
        closing = scene.closing(work, pieces=2)
        await scene.store.close_turn(closing)
        theirs, ours = await scene.store.messages_after(work.conversation_id, seq=0, limit=10)
        assert (theirs.channel, theirs.model, theirs.delivery, theirs.author) == (CHANNEL, None, None, "person")
        assert (ours.channel, ours.model, ours.delivery, ours.author) == (CHANNEL, "m1", "queued", "assistant")
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id="1")
        await scene.start(work, closing.deliveries[1].id)
        assert await self._shown(scene, ours.seq, work.conversation_id) == "sending"
        await scene.receive(scene.receipt("read", native_id="1"))
        await scene.settle(work, closing.deliveries[1].id, "sent", native_id="2")
        assert await self._shown(scene, ours.seq, work.conversation_id) == "sent"
        await scene.receive(scene.receipt("failed", native_id="2"))
        assert await self._shown(scene, ours.seq, work.conversation_id) == "failed"

    async def _shown(self, scene: Scene, seq: int, conversation_id: object) -> str | None:
        (shown,) = await scene.store.messages_after(conversation_id, seq=seq - 1, limit=1)  # type: ignore[arg-type]  # passed on
        return shown.delivery

    @pytest.mark.parametrize("strange", ["", "not an id", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"])
    async def test_what_is_not_there_is_nothing(self, scene: Scene, strange: str) -> None:
        store, conversation_id, message_id = scene.store, strange, strange
        await scene.arrive()
        assert await store.history(conversation_id, limit=5) == []  # type: ignore[arg-type]  # an id from outside
        assert await store.messages_after(conversation_id, seq=0, limit=5) == []  # type: ignore[arg-type]  # an id from outside
        assert await store.messages_before(conversation_id, seq=None, limit=5) == []  # type: ignore[arg-type]  # an id from outside
        assert await store.addresses(conversation_id) == []  # type: ignore[arg-type]  # an id from outside
        assert await store.deliveries(message_id) == []  # type: ignore[arg-type]  # an id from outside
        assert await store.find_address(scene.key("nobody")) is None

    async def test_an_address_is_found_by_its_key(self, scene: Scene) -> None:
        key = scene.key("US.1", alias="+111", kind="business-scoped id")
        outcome = await scene.say_hello(scene.arrival(address=key, author_name="Ada", language="ar"))
        found = await scene.store.find_address(key)
        assert found is not None
        address, conversation_id = found
        assert conversation_id == outcome.conversation_id
        assert (address.key, address.name, address.language, address.valid_to_ms) == (key, "Ada", "ar", None)
        assert (address.valid_from_ms, address.last_inbound_ms) == (scene.now, scene.now)
        assert await scene.store.find_address(scene.key("US.1", scope="another account")) is None

    async def test_conversations_are_listed_the_newest_word_first(self, scene: Scene) -> None:
        ids = []
        for name in ("ada", "bob", "eve"):
            await scene.clock.advance(1)
            outcome = await scene.say_hello(scene.arrival(f"from {name}", handle=name, author_name=name.title()))
            ids.append(outcome.conversation_id)
        shown = await scene.store.conversations(limit=2)
        assert [c.id for c in shown] == [ids[2], ids[1]]
        assert [c.id for c in await scene.store.conversations(limit=5, before_ms=shown[-1].last_at_ms)] == [ids[0]]
        eve = shown[0]
        assert (eve.person_name, eve.channels, eve.last_at_ms, eve.last_text) == ("Eve", (CHANNEL,), scene.now, "from eve")
        assert (eve.due_turns, eve.waiting_since_ms) == (1, scene.now)

    async def test_an_answered_conversation_waits_no_more(self, scene: Scene) -> None:
        await scene.arrive("one")
        waiting_since = scene.now
        await scene.clock.advance(5)
        await scene.arrive("two")
        (shown,) = await scene.store.conversations(limit=5)
        assert (shown.due_turns, shown.waiting_since_ms) == (2, waiting_since)
        await scene.answer(await scene.claim_one())
        (shown,) = await scene.store.conversations(limit=5)
        assert (shown.due_turns, shown.waiting_since_ms, shown.last_text) == (0, None, "answer")

    async def test_the_backlog_counts_what_there_is_to_do(self, scene: Scene) -> None:
        empty = await scene.store.backlog(now_ms=scene.now)
        assert (empty.ready, empty.leased, empty.backing_off, empty.oldest_due_ms, dict(empty.deliveries)) == (0, 0, 0, None, {})
        first = scene.now
        await scene.arrive(handle="ada")
        await scene.arrive(handle="ada")
        await scene.clock.advance(2)
        await scene.arrive(handle="bob")
        await scene.sending(handle="eve", pieces=3)
        backing = await scene.leased(handle="kim")
        await scene.release(backing, turns_at_ms=scene.now + 1)
        backlog = await scene.store.backlog(now_ms=scene.now)
        assert (backlog.ready, backlog.leased, backlog.backing_off, backlog.oldest_due_ms) == (2, 1, 1, first)
        assert dict(backlog.deliveries) == {"sending": 1, "queued": 2}
        assert dict(backlog.turns) == {"due": 4}

    async def test_usage_is_summed_by_candidate_and_outcome(self, scene: Scene) -> None:
        work = await scene.leased()
        early = scene.usage(at_ms=scene.now - 1)
        throttled = scene.usage(candidate="c2", outcome="Throttled", estimated=True)
        await scene.store.close_turn(scene.closing(work, usage=(early, scene.usage(), throttled)))
        await scene.store.record_usage([scene.usage()])
        c1, c2 = await scene.store.usage_totals(since_ms=scene.now)
        assert (c1["candidate"], c1["outcome"], c1["calls"]) == ("c1", "answered", 2)
        assert (c1["input_tokens"], c1["output_tokens"], c1["cached_tokens"], c1["took_ms"]) == (20, 10, 4, 200)
        assert (c2["candidate"], c2["outcome"], c2["calls"], c2["estimated_calls"]) == ("c2", "Throttled", 1, 1)
        assert (await scene.store.usage_totals(since_ms=0))[0]["calls"] == 3
        assert await scene.store.usage_totals(since_ms=scene.now + 1) == []


class Beside:
    """Tokens, timers, media, pruning."""

    async def test_media_that_is_held_replaces_its_part(self, scene: Scene) -> None:
        outcome = await scene.say_hello(scene.arrival(parts=(Text(text="look"), PHOTO)))
        held = Media(role="photo", media_type="image/jpeg", sha256="ab" * 32, size_bytes=5, native_id="m-1")
        await scene.store.attach(message_id=outcome.message_id, position=1, media=held)
        for position in (0, 2, 99):
            await scene.store.attach(message_id=outcome.message_id, position=position, media=held)
        (said,) = await scene.store.history(outcome.conversation_id, limit=1)
        assert said.parts == (Text(text="look"), held)

    def token(self, scene: Scene, *, sha256: str = "a" * 64, kind: str = "login", expires_ms: int | None = None) -> Token:
        """A token made now."""
        return Token(kind=kind, sha256=sha256, label="مفتاح", created_ms=scene.now, expires_ms=expires_ms, payload={"x": [1]})

    async def test_a_token_is_found_until_it_expires(self, scene: Scene) -> None:
        token = self.token(scene, expires_ms=scene.now + 10)
        await scene.store.put_token(token)
        assert await scene.store.find_token(kind="login", sha256=token.sha256, now_ms=scene.now + 9) == token
        assert await scene.store.find_token(kind="login", sha256=token.sha256, now_ms=scene.now + 10) is None
        assert await scene.store.find_token(kind="other", sha256=token.sha256, now_ms=scene.now) is None
        assert await scene.store.take_token(kind="login", sha256=token.sha256, now_ms=scene.now + 10) is None

    async def test_of_many_who_take_a_token_at_once_one_gets_it(self, scene: Scene, peer: Store) -> None:
        token = self.token(scene)
        await scene.store.put_token(token)
        takers = (store.take_token(kind="login", sha256=token.sha256, now_ms=scene.now) for store in (scene.store, peer) * 8)
        assert sorted(map(str, await asyncio.gather(*takers))) == sorted([str(token)] + ["None"] * 15)
        assert await scene.store.find_token(kind="login", sha256=token.sha256, now_ms=scene.now) is None
        assert await scene.store.tokens(kind="login") == []

    async def test_a_token_that_is_put_again_is_replaced_and_fresh(self, scene: Scene) -> None:
        await scene.store.put_token(self.token(scene))
        await scene.store.take_token(kind="login", sha256="a" * 64, now_ms=scene.now)
        again = self.token(scene, expires_ms=scene.now + 5)
        await scene.store.put_token(again)
        assert await scene.store.find_token(kind="login", sha256="a" * 64, now_ms=scene.now) == again

    async def test_tokens_are_listed_by_kind_and_dropped(self, scene: Scene) -> None:
        key, other = self.token(scene, kind="key"), self.token(scene, kind="key", sha256="b" * 64)
        for token in (key, self.token(scene), self.token(scene, kind="key", sha256="c" * 64, expires_ms=scene.now)):
            await scene.store.put_token(token)
        await scene.clock.advance(1)
        await scene.store.put_token(other)
        assert [t.sha256 for t in await scene.store.tokens(kind="key")] == [key.sha256, other.sha256]
        assert await scene.store.drop_token(kind="key", sha256=key.sha256)
        assert not await scene.store.drop_token(kind="key", sha256=key.sha256)
        assert [t.sha256 for t in await scene.store.tokens(kind="key")] == [other.sha256]

    async def test_due_timers_come_in_order_and_again_unless_dropped(self, scene: Scene) -> None:
        for n in (3, 1, 2):
            await scene.store.set_timer(Timer(kind="check", key=f"{n}", due_ms=scene.now + n, payload={"n": n}))
        assert await scene.store.due_timers(now_ms=scene.now, limit=9, lease_ms=100) == []
        got = await scene.store.due_timers(now_ms=scene.now + 3, limit=2, lease_ms=100)
        assert [(t.key, t.payload, t.due_ms) for t in got] == [("1", {"n": 1}, scene.now + 1), ("2", {"n": 2}, scene.now + 2)]
        await scene.store.drop_timer(kind="check", key="1")
        assert [t.key for t in await scene.store.due_timers(now_ms=scene.now + 3, limit=9, lease_ms=100)] == ["3"]
        later = await scene.store.due_timers(now_ms=scene.now + 103, limit=9, lease_ms=100)
        assert sorted(t.key for t in later) == ["2", "3"]

    async def test_a_timer_that_is_set_again_is_replaced(self, scene: Scene) -> None:
        await scene.store.set_timer(Timer(kind="check", key="k", due_ms=scene.now, payload={"n": 1}))
        await scene.store.set_timer(Timer(kind="check", key="k", due_ms=scene.now + 50, payload={"n": 2}))
        await scene.store.set_timer(Timer(kind="other", key="k", due_ms=scene.now + 60))
        assert await scene.store.due_timers(now_ms=scene.now, limit=9, lease_ms=1) == []
        assert [t.payload for t in await scene.store.due_timers(now_ms=scene.now + 50, limit=9, lease_ms=1)] == [{"n": 2}]

    async def test_of_many_who_ask_for_due_timers_at_once_each_gets_its_own(self, scene: Scene, peer: Store) -> None:
        for n in range(12):
            await scene.store.set_timer(Timer(kind="check", key=f"{n}", due_ms=scene.now))
        got = await asyncio.gather(*(s.due_timers(now_ms=scene.now, limit=3, lease_ms=9) for s in (scene.store, peer) * 4))
        keys = [t.key for timers in got for t in timers]
        assert len(keys) == len(set(keys)) <= 12

    async def test_pruning_deletes_what_is_old_and_nothing_else(self, scene: Scene) -> None:
        old = scene.arrival("old")
        await scene.receive(old)
        await scene.store.put_token(self.token(scene, expires_ms=scene.now + 5))
        await scene.store.put_token(self.token(scene, sha256="b" * 64))
        await scene.clock.advance(DEDUPE_DAYS * DAY_SECONDS)
        first = await scene.store.prune(now_ms=scene.now, raw_days=30)
        assert (first["raw"], first["seen"], first["token"]) == (0, 0, 1)
        assert isinstance((await scene.receive(old))[0], Duplicate)  # just as old as may be
        recent = scene.arrival("recent")
        outcome = (await scene.receive(recent))[0]
        await scene.clock.advance(31 * DAY_SECONDS - DEDUPE_DAYS * DAY_SECONDS)
        await scene.receive(scene.arrival("new"))
        second = await scene.store.prune(now_ms=scene.now, raw_days=30)
        assert second["raw"] == 1
        assert second["seen"] >= 1
        assert await scene.texts(outcome.conversation_id) == ["old", "recent", "new"]  # type: ignore[union-attr]  # was accepted
        assert len(await scene.store.tokens(kind="login")) == 1

    async def test_a_ping_commits_and_shows_nothing(self, scene: Scene) -> None:
        await scene.store.ping()
        await scene.store.ping()
        assert await scene.store.conversations(limit=5) == []
        assert await scene.store.cursor(CHANNEL) is None

    async def test_a_closed_store_is_down_and_what_was_stored_is_there_when_it_opens_again(self, scene: Scene) -> None:
        outcome = await scene.arrive("kept")
        await scene.store.close()
        incoming = Incoming(channel=CHANNEL, raw=b"", received_at_ms=scene.now, events=[scene.arrival()])
        with pytest.raises(StoreDown):
            await scene.store.receive(incoming)
        with pytest.raises(StoreDown):
            await scene.store.claim(lease=LEASE, limit=1, now_ms=scene.now)
        with pytest.raises(StoreDown):
            await scene.store.history(outcome.conversation_id, limit=1)
        with pytest.raises(StoreDown):
            await scene.store.ping()
        await scene.store.open()
        assert await scene.texts(outcome.conversation_id) == ["kept"]
        assert len((await scene.claim_one()).turns) == 1

    async def test_a_signal_s_key_is_known_like_any_other(self, scene: Scene) -> None:
        signal = Signal(key="s", scope=SCOPE, kind="ban", at_ms=scene.now, grave=True)
        assert [type(o).__name__ for o in await scene.receive(signal, signal)] == ["Kept", "Duplicate"]
        assert len(await scene.store.signals(limit=5)) == 1
