"""The contract of a library: what is done by one at a time, and stored requests that wait to be placed."""

from dataclasses import replace

from wasl.domain.event import Signal
from wasl.domain.ids import AddressId
from wasl.ports.store import Incoming
from wasl.testing.contracts.library_scene import LibraryScene

MARK = b'"history"'


class Waiting:
    """Leases of the library, and requests that hold nobody's words yet."""

    async def test_one_holds_what_is_named_until_it_lets_go_or_its_time_is_over(self, library: LibraryScene) -> None:
        """A lease is exclusive, can be prolonged by its holder, ends, and ends by itself."""
        held, now = library.library, library.now
        assert await held.keep_apart("bring", holder="one", now_ms=now, until_ms=now + 1_000)
        assert not await held.keep_apart("bring", holder="two", now_ms=now + 999, until_ms=now + 5_000)
        assert await held.keep_apart("other", holder="two", now_ms=now, until_ms=now + 1_000)
        assert await held.keep_apart("bring", holder="one", now_ms=now + 999, until_ms=now + 2_000)
        await held.let_go("bring", holder="two")
        assert not await held.keep_apart("bring", holder="two", now_ms=now + 1_999, until_ms=now + 5_000)
        assert await held.keep_apart("bring", holder="two", now_ms=now + 2_000, until_ms=now + 5_000)
        await held.let_go("bring", holder="two")
        assert await held.keep_apart("bring", holder="one", now_ms=now + 2_001, until_ms=now + 5_000)

    async def test_requests_of_nobodys_words_wait_until_they_are_placed(self, library: LibraryScene) -> None:
        """Only those that hold the bytes, of the channel, by id; one that is placed goes with its person."""
        owner = await library.owner()
        bodies = [b'{"history": 1}', b"{}", b'{"history": 2}']
        for number, raw in enumerate(bodies):
            signal = Signal(key=f"signal {number}", scope="us", kind="history", at_ms=library.now, grave=False)
            await library.store.receive(Incoming(channel="chan", raw=raw, received_at_ms=library.now, events=[signal]))
        assert await library.library.waiting("another", holding=MARK, after=0, limit=10) == ([], None)
        found, after = await library.library.waiting("chan", holding=MARK, after=0, limit=10)
        assert ([f.body for f in found], after) == ([bodies[0], bodies[2]], None)
        first, after = await library.library.waiting("chan", holding=MARK, after=0, limit=2)
        assert [f.body for f in first] == [bodies[0]]
        assert after is not None
        rest, _ = await library.library.waiting("chan", holding=MARK, after=after, limit=2)
        assert [f.body for f in rest] == [bodies[2]]
        await library.library.placed([found[0].id], conversations=[owner])
        left, _ = await library.library.waiting("chan", holding=MARK, after=0, limit=10)
        assert [f.body for f in left] == [bodies[2]]
        person = await library.store.people.person_of(owner)
        assert person is not None
        weighed = await library.store.people.weigh(person)
        assert weighed.counts["raw"] >= 1

    async def test_an_import_remembers_from_which_address_it_was_brought(self, library: LibraryScene) -> None:
        """The address stays with the import, whatever is told of it later."""
        owner = await library.owner()
        import_id = await library.begins(owner)
        held = await library.library.find_import(import_id)
        assert held is not None
        assert held.address_id is None
        known = replace(held, record=replace(held.record, id=library.name()), address_id=AddressId("a1"))
        await library.library.put_import(known)
        await library.library.put_import(replace(known, state="done"))
        again = await library.library.find_import(known.record.id)
        assert again is not None
        assert (again.address_id, again.state) == ("a1", "done")
