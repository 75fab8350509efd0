"""The law of `Store.receive`: who wrote, what was said, and that nothing is stored twice."""

import asyncio
from dataclasses import replace

import pytest

from wasl.domain.event import Arrival, ConsentGiven, Moved, Signal
from wasl.domain.message import Choice, Contact, Option, Part, Place, Reaction, Template, Text, Unknown
from wasl.ports.store import Duplicate, Kept, Store
from wasl.testing.contracts.store_scene import CHANNEL, LEASE, LEASE_MS, OTHER_LEASE, PHOTO, SCOPE, Scene, accepted

EVERY_PART: tuple[Part, ...] = (
    Text(text="أهلا 👋 <b>&\u0000\n", format="markdown"),
    PHOTO,
    Place(latitude=24.7136, longitude=-46.6753, name="there", url="https://maps.example/1"),
    Contact(name="Ada", phones=("+1", "+2"), emails=("a@b",), company="Engines"),
    Choice(text="which?", picked=Option(id="1", title="one"), options=(Option(id="2", title="two", description="second"),)),
    Template(name="t", language="ar", values=("a", "b")),
    Reaction(target="m-1", emoji=None),
    Unknown(kind="new thing", value={"deep": [1, 2.5, {"x": None}], "text": "\u2028"}),
)


class Receiving:
    """Arrivals, people, duplicates, leases that come along, consents, moves and signals."""

    async def test_a_new_arrival_is_stored_as_a_message_and_a_due_turn(self, scene: Scene) -> None:
        arrival = scene.arrival("hello", native_id="wire-1", author_name="Ada", sent_at_ms=scene.now - 500)
        outcome = await scene.say_hello(arrival)
        assert (outcome.key, outcome.seq, outcome.work) == (arrival.key, 1, None)
        work = await scene.claim_one()
        (turn,) = work.turns
        assert work.conversation_id == outcome.conversation_id
        assert work.deliveries == ()
        assert (turn.id, turn.seq, turn.message_id) == (outcome.turn_id, 1, outcome.message_id)
        assert (turn.parts, turn.native_id, turn.author_name, turn.attempt) == (arrival.parts, "wire-1", "Ada", 0)
        assert (turn.sent_at_ms, turn.accepted_at_ms) == (scene.now - 500, scene.now)
        assert turn.address.key == arrival.address

    async def test_every_kind_of_part_comes_back_as_it_went_in(self, scene: Scene) -> None:
        outcome = await scene.say_hello(scene.arrival(parts=EVERY_PART, extra={"quoted": {"id": "\u0000"}}))
        (said,) = await scene.store.history(outcome.conversation_id, limit=5)
        assert said.parts == EVERY_PART
        assert (await scene.claim_one()).turns[0].parts == EVERY_PART

    async def test_odd_text_in_names_and_ids_is_stored_whatever_it_is(self, scene: Scene) -> None:
        odd = "a\u0000b \u202eعربي 👩‍👩‍👧 '\";--" + "x" * 2_000
        arrival = scene.arrival(author_name=odd, native_id=odd, reply_to=odd, key=odd, language="ar", handle=odd)
        outcome = await scene.say_hello(arrival)
        assert isinstance((await scene.receive(arrival))[0], Duplicate)
        assert len((await scene.store.addresses(outcome.conversation_id))[0].key.handle) == len(odd)

    async def test_a_known_key_is_a_duplicate_and_stores_nothing(self, scene: Scene) -> None:
        arrival = scene.arrival("once")
        outcome = await scene.say_hello(arrival)
        assert list(await scene.receive(arrival)) == [Duplicate(key=arrival.key)]
        assert await scene.texts(outcome.conversation_id) == ["once"]
        assert len((await scene.claim_one()).turns) == 1

    async def test_a_duplicate_inside_one_request_is_stored_once(self, scene: Scene) -> None:
        arrival = scene.arrival("once")
        first, second = await scene.receive(arrival, arrival)
        assert accepted([first])[0].seq == 1
        assert second == Duplicate(key=arrival.key)

    async def test_the_same_key_on_another_channel_is_another_event(self, scene: Scene) -> None:
        await scene.receive(scene.arrival(key="k"))
        elsewhere = scene.arrival(key="k", address=scene.key(channel="line two"))
        (outcome,) = accepted(await scene.receive(elsewhere, channel="line two"))
        assert outcome.seq == 1

    async def test_of_the_same_event_received_many_times_at_once_one_is_new(self, scene: Scene, peer: Store) -> None:
        arrival = scene.arrival("once")
        here, there = scene, Scene(peer, scene.clock)
        outcomes = [o for (o,) in await asyncio.gather(*((here, there)[n % 2].receive(arrival) for n in range(20)))]
        (new,) = [o for o in outcomes if not isinstance(o, Duplicate)]
        assert await scene.texts(accepted([new])[0].conversation_id) == ["once"]

    async def test_many_events_in_one_request_keep_their_order(self, scene: Scene) -> None:
        events = [scene.arrival(f"{n}", handle="ada" if n % 3 else "bob") for n in range(12)]
        outcomes = accepted(await scene.receive(*events))
        assert [o.key for o in outcomes] == [e.key for e in events]
        bob, ada = outcomes[0].conversation_id, outcomes[1].conversation_id
        assert await scene.texts(bob) == ["0", "3", "6", "9"]
        assert await scene.texts(ada) == [f"{n}" for n in range(12) if n % 3]
        works = {w.conversation_id: w for w in await scene.claim()}
        assert [t.seq for t in works[ada].turns] == list(range(1, 9))

    async def test_a_request_without_events_is_stored_too(self, scene: Scene) -> None:
        assert list(await scene.receive(raw=b"\x00\xff not even text")) == []

    async def test_the_same_person_keeps_one_conversation(self, scene: Scene) -> None:
        first, second = await scene.arrive("one"), await scene.arrive("two")
        assert first.conversation_id == second.conversation_id
        assert (first.seq, second.seq) == (1, 2)
        assert (await scene.arrive(handle="bob")).conversation_id != first.conversation_id

    async def test_a_person_who_writes_many_things_at_once_is_made_once(self, scene: Scene, peer: Store) -> None:
        there = Scene(peer, scene.clock)
        events = [scene.arrival(f"{n}") for n in range(24)]
        received = await asyncio.gather(*((scene, there)[n % 2].receive(e) for n, e in enumerate(events)))
        outcomes = [accepted(o)[0] for o in received]
        assert len({o.conversation_id for o in outcomes}) == 1
        assert sorted(o.seq for o in outcomes) == list(range(1, 25))
        (work,) = await scene.claim()
        assert [t.seq for t in work.turns] == list(range(1, 25))
        assert len(await scene.store.conversations(limit=10)) == 1

    async def test_many_new_people_at_once_in_crossing_orders_are_all_made(self, scene: Scene, peer: Store) -> None:
        there = Scene(peer, scene.clock)
        names = [f"p{n}" for n in range(8)]
        forward = [scene.arrival(handle=h) for h in names]
        backward = [scene.arrival(handle=h) for h in reversed(names)]
        await asyncio.gather(*(s.receive(*e) for _ in range(3) for s, e in ((scene, forward), (there, backward))))
        shown = await scene.store.conversations(limit=50)
        assert len(shown) == len(names)
        assert [c.due_turns for c in shown] == [2] * len(names)

    async def test_a_group_is_an_address_whose_bearer_has_no_member_s_name(self, scene: Scene) -> None:
        group = scene.key("g-1", kind="group")
        first = await scene.say_hello(scene.arrival(address=group, author_name="Ada"))
        second = await scene.say_hello(scene.arrival(address=group, author_name="Bob"))
        assert first.conversation_id == second.conversation_id
        (address,) = await scene.store.addresses(first.conversation_id)
        assert (address.key.kind, address.name) == ("group", None)
        assert [t.author_name for t in (await scene.claim_one()).turns] == ["Ada", "Bob"]

    async def test_a_group_is_called_as_it_calls_itself_last(self, scene: Scene) -> None:
        group = scene.key("g-1", kind="group")
        first = await scene.say_hello(scene.arrival(address=group, author_name="Ada", group_name="Shop talk"))
        assert [a.name for a in await scene.store.addresses(first.conversation_id)] == ["Shop talk"]
        await scene.say_hello(scene.arrival(address=group, author_name="Bob", group_name="Shop"))
        await scene.say_hello(scene.arrival(address=group, author_name="Bob"))
        assert [a.name for a in await scene.store.addresses(first.conversation_id)] == ["Shop"]

    async def test_what_wants_no_answer_makes_no_turn_and_no_work(self, scene: Scene) -> None:
        (outcome,) = accepted(await scene.receive(scene.arrival(wants_answer=False), lease=LEASE))
        assert (outcome.turn_id, outcome.work) == (None, None)
        assert await scene.claim() == []
        assert await scene.texts(outcome.conversation_id) == ["hello"]

    async def test_an_echo_of_the_owner_is_no_word_of_the_person(self, scene: Scene) -> None:
        await scene.say_hello(scene.arrival(author_name="Ada", language="ar"))
        before = await scene.store.find_address(scene.key())
        await scene.clock.advance(60)
        await scene.say_hello(scene.arrival("typed elsewhere", author="operator", author_name="Owner", wants_answer=False))
        assert await scene.store.find_address(scene.key()) == before

    async def test_an_echo_to_somebody_unknown_is_no_word_of_theirs(self, scene: Scene) -> None:
        await scene.say_hello(scene.arrival("hi", author="operator", author_name="Owner", language="en", wants_answer=False))
        found = await scene.store.find_address(scene.key())
        assert found is not None
        assert (found[0].name, found[0].language, found[0].last_inbound_ms) == (None, None, None)

    async def test_the_latest_name_language_and_time_of_a_person_are_known(self, scene: Scene) -> None:
        await scene.say_hello(scene.arrival(author_name="Ada", language="en"))
        await scene.clock.advance(60)
        await scene.say_hello(scene.arrival(author_name=None, language="ar"))
        found = await scene.store.find_address(scene.key())
        assert found is not None
        assert (found[0].name, found[0].language, found[0].last_inbound_ms) == ("Ada", "ar", scene.now)

    # -- two handles of one correspondent
    async def test_an_address_known_by_phone_alone_is_adopted_by_its_better_key(self, scene: Scene) -> None:
        first = await scene.say_hello(scene.arrival(address=scene.key("+111", kind="phone")))
        better = scene.key("US.1", alias="+111", kind="business-scoped id")
        second = await scene.say_hello(scene.arrival(address=better))
        assert second.conversation_id == first.conversation_id
        (address,) = await scene.store.addresses(first.conversation_id)
        assert address.key == better

    async def test_a_phone_alone_finds_the_bearer_of_the_better_key(self, scene: Scene) -> None:
        better = scene.key("US.1", alias="+111", kind="business-scoped id")
        first = await scene.say_hello(scene.arrival(address=better))
        second = await scene.say_hello(scene.arrival(address=scene.key("+111", kind="phone")))
        assert second.conversation_id == first.conversation_id
        assert (await scene.store.addresses(first.conversation_id))[0].key == better

    async def test_a_second_handle_is_learnt_later(self, scene: Scene) -> None:
        first = await scene.say_hello(scene.arrival(address=scene.key("US.1", kind="business-scoped id")))
        better = scene.key("US.1", alias="+111", kind="business-scoped id")
        await scene.say_hello(scene.arrival(address=better))
        await scene.say_hello(scene.arrival(address=scene.key("US.1", kind="business-scoped id")))
        (address,) = await scene.store.addresses(first.conversation_id)
        assert address.key == better

    async def test_a_recycled_number_inherits_nothing(self, scene: Scene) -> None:
        old = scene.key("US.1", alias="+111", kind="business-scoped id")
        new = scene.key("US.2", alias="+111", kind="business-scoped id")
        first = await scene.say_hello(scene.arrival("mine", address=old))
        second = await scene.say_hello(scene.arrival("other", address=new))
        assert second.conversation_id != first.conversation_id
        assert await scene.texts(second.conversation_id) == ["other"]
        assert await scene.store.addresses(first.conversation_id) == []
        assert await scene.store.find_address(old) is None

    async def test_a_number_that_passes_to_somebody_known_closes_the_old_address(self, scene: Scene) -> None:
        old = await scene.say_hello(scene.arrival(address=scene.key("US.1", alias="+111", kind="business-scoped id")))
        known = await scene.say_hello(scene.arrival(address=scene.key("US.2", kind="business-scoped id")))
        again = await scene.say_hello(scene.arrival(address=scene.key("US.2", alias="+111", kind="business-scoped id")))
        assert again.conversation_id == known.conversation_id
        assert await scene.store.addresses(old.conversation_id) == []

    async def test_the_bearer_of_a_closed_address_who_writes_again_is_somebody_new(self, scene: Scene) -> None:
        old = scene.key("US.1", alias="+111", kind="business-scoped id")
        first = await scene.say_hello(scene.arrival(address=old))
        await scene.say_hello(scene.arrival(address=scene.key("US.2", alias="+111", kind="business-scoped id")))
        third = await scene.say_hello(scene.arrival(address=scene.key("US.1", kind="business-scoped id")))
        assert third.conversation_id != first.conversation_id

    async def test_a_handle_that_is_freed_and_taken_in_one_request_is_the_taker_s(self, scene: Scene) -> None:
        def person(handle: str, number: str) -> Arrival:
            return scene.arrival(handle, address=scene.key(handle, alias=number, kind="business-scoped id"))

        gone = await scene.say_hello(person("US.4", "+3"))
        by_number = scene.arrival("before", address=scene.key("+1", kind="phone"))
        known = await scene.say_hello(by_number)
        again = replace(by_number, key=scene.name())
        told = accepted(await scene.receive(again, person("US.0", "+3"), person("US.4", "+1")))
        assert [t.conversation_id for t in told[::2]] == [known.conversation_id] * 2
        assert told[1].conversation_id not in (gone.conversation_id, known.conversation_id)
        assert await scene.store.addresses(gone.conversation_id) == []
        found = await scene.store.find_address(scene.key("US.4", kind="business-scoped id"))
        assert found is not None
        assert (found[1], found[0].key.alias) == (known.conversation_id, "+1")

    async def test_aliases_of_other_accounts_are_other_numbers(self, scene: Scene) -> None:
        first = await scene.say_hello(scene.arrival(address=scene.key("+111", kind="phone")))
        elsewhere = scene.key("US.1", alias="+111", kind="business-scoped id", scope="another account")
        second = await scene.say_hello(scene.arrival(address=elsewhere))
        assert second.conversation_id != first.conversation_id

    async def test_a_moved_handle_is_a_further_address_of_the_same_person(self, scene: Scene) -> None:
        first = await scene.say_hello(scene.arrival(author_name="Ada"))
        await scene.clock.advance(1)
        new = scene.key("ada-2")
        moved = Moved(key="m1", scope=SCOPE, old_handle="ada", new=new, at_ms=scene.now)
        assert list(await scene.receive(moved)) == [Kept(key="m1")]
        assert list(await scene.receive(moved)) == [Duplicate(key="m1")]
        second = await scene.say_hello(scene.arrival(address=new))
        assert second.conversation_id == first.conversation_id
        await scene.clock.advance(1)
        await scene.arrive()
        assert [a.key.handle for a in await scene.store.addresses(first.conversation_id)] == ["ada", "ada-2"]

    async def test_a_second_handle_belongs_to_one_open_address(self, scene: Scene) -> None:
        old = scene.key("US.1", alias="+111", kind="business-scoped id")
        first = await scene.say_hello(scene.arrival(address=old))
        new = scene.key("US.2", alias="+111", kind="business-scoped id")
        await scene.receive(Moved(key="m1", scope=SCOPE, old_handle="US.1", new=new, at_ms=scene.now))
        aliases = {a.key.handle: a.key.alias for a in await scene.store.addresses(first.conversation_id)}
        assert aliases == {"US.1": None, "US.2": "+111"}
        third = await scene.say_hello(scene.arrival(address=scene.key("US.3", alias="+111", kind="business-scoped id")))
        assert third.conversation_id != first.conversation_id
        assert [a.key.handle for a in await scene.store.addresses(first.conversation_id)] == ["US.1"]

    async def test_a_move_of_nobody_known_or_to_somebody_known_changes_nothing(self, scene: Scene) -> None:
        ada, bob = await scene.arrive(handle="ada"), await scene.arrive(handle="bob")
        await scene.receive(
            Moved(key="m1", scope=SCOPE, old_handle="nobody", new=scene.key("x"), at_ms=scene.now),
            Moved(key="m2", scope=SCOPE, old_handle="ada", new=scene.key("bob"), at_ms=scene.now),
        )
        assert await scene.store.find_address(scene.key("x")) is None
        for outcome, handle in ((ada, "ada"), (bob, "bob")):
            assert [a.key.handle for a in await scene.store.addresses(outcome.conversation_id)] == [handle]

    # -- events that are no message
    async def test_consents_are_kept_and_known_by_their_key(self, scene: Scene) -> None:
        def given(key: str, *, yes: bool) -> ConsentGiven:
            return ConsentGiven(key=key, address=scene.key(), purpose="marketing", given=yes, at_ms=scene.now)

        outcomes = await scene.receive(given("c1", yes=True), given("c2", yes=False), given("c1", yes=True))
        assert list(outcomes) == [Kept(key="c1"), Kept(key="c2"), Duplicate(key="c1")]

    async def test_signals_are_listed_newest_first(self, scene: Scene) -> None:
        for n in range(4):
            await scene.receive(
                Signal(key=f"s{n}", scope=SCOPE, kind="limit", at_ms=scene.now + n, grave=n == 3, detail={"n": n, "text": "خطر"})
            )
        listed = await scene.store.signals(limit=3)
        assert [s["detail"]["n"] for s in listed] == [3, 2, 1]
        assert listed[0] == {
            "channel": CHANNEL,
            "scope": SCOPE,
            "kind": "limit",
            "grave": True,
            "at_ms": scene.now + 3,
            "detail": {"n": 3, "text": "خطر"},
        }

    async def test_the_cursor_is_what_was_stored_last(self, scene: Scene) -> None:
        assert await scene.store.cursor(CHANNEL) is None
        await scene.receive(cursor="7")
        await scene.receive(scene.arrival(), cursor="9")
        await scene.receive(scene.arrival())
        assert await scene.store.cursor(CHANNEL) == "9"
        assert await scene.store.cursor("line two") is None

    # -- a lease that comes along
    async def test_an_idle_conversation_comes_back_leased(self, scene: Scene) -> None:
        outcome = await scene.arrive("hello", lease=LEASE)
        assert outcome.work is not None
        (turn,) = outcome.work.turns
        assert (turn.id, turn.parts, turn.attempt) == (outcome.turn_id, (Text(text="hello"),), 0)
        assert await scene.claim() == []
        await scene.clock.advance(LEASE_MS / 1000)
        (again,) = await scene.claim()
        assert again.turns == outcome.work.turns
        assert again.epoch == outcome.work.epoch + 1

    async def test_a_busy_or_waiting_conversation_is_not_leased_again(self, scene: Scene) -> None:
        await scene.arrive("one")
        assert (await scene.arrive("two", lease=LEASE)).work is None
        await scene.claim_one()
        assert (await scene.arrive("three", lease=OTHER_LEASE)).work is None

    async def test_of_many_who_offer_a_lease_at_once_one_gets_it(self, scene: Scene, peer: Store) -> None:
        there = Scene(peer, scene.clock)
        events = [scene.arrival(f"{n}") for n in range(16)]
        received = await asyncio.gather(
            *((scene, there)[n % 2].receive(e, lease=(LEASE, OTHER_LEASE)[n % 2]) for n, e in enumerate(events))
        )
        assert len([o for (o,) in received if accepted([o])[0].work is not None]) == 1
        assert await scene.claim() == []

    async def test_several_messages_of_one_request_are_leased_together_once(self, scene: Scene) -> None:
        outcomes = accepted(await scene.receive(scene.arrival("one"), scene.arrival("two"), lease=LEASE))
        (work,) = [o.work for o in outcomes if o.work is not None]
        assert work.turns[0].id == outcomes[0].turn_id
        await scene.release(work)
        assert [t.id for t in (await scene.claim_one()).turns] == [o.turn_id for o in outcomes]

    async def test_a_message_during_a_live_lease_does_not_shorten_it(self, scene: Scene) -> None:
        await scene.leased()
        await scene.clock.advance(1)
        await scene.arrive("more")
        assert await scene.claim(lease=OTHER_LEASE) == []
        await scene.clock.advance(LEASE_MS / 1000 - 1.001)
        assert await scene.claim(lease=OTHER_LEASE) == []
        await scene.clock.advance(0.001)
        assert len((await scene.claim_one(lease=OTHER_LEASE)).turns) == 2

    async def test_a_message_does_not_cut_a_back_off_short(self, scene: Scene) -> None:
        work = await scene.leased()
        at_ms = scene.now + 60_000
        await scene.store.retry_turn(
            turn_id=work.turns[0].id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=scene.now, at_ms=at_ms
        )
        assert (await scene.arrive("more", lease=LEASE)).work is None
        assert await scene.claim() == []
        await scene.clock.advance(60)
        assert len((await scene.claim_one()).turns) == 2

    @pytest.mark.parametrize("count", [1, 700])
    async def test_a_burst_is_stored_whole(self, scene: Scene, count: int) -> None:
        await asyncio.gather(*(scene.arrive(handle=f"p{n}") for n in range(count)))
        assert (await scene.store.backlog(now_ms=scene.now)).ready == count
