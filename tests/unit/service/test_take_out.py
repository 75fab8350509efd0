"""Everything leaves, and comes back identical."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.service.shelf_house import House, texted, zipped

from wasl.domain.archive import File
from wasl.domain.errors import Malformed, Throttled
from wasl.domain.identity import LinkRecord
from wasl.domain.ids import ConversationId, PersonId
from wasl.formats.archive import Archive
from wasl.formats.jsonl import JsonLines as Jsonl
from wasl.net.blobs import FolderBlobs
from wasl.ports.format import Order
from wasl.service.restore_archive import RestoreArchive, Restored
from wasl.service.shelf import Leaving
from wasl.service.take_out import ACT, LINK_MS, LINKS_PER_DAY, TakeOut, Wanted
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock
from wasl.wire.bundle import Bundle, open_bundle

ALL = Leaving(scope="installation")


async def made(folder: Path, *, seed: int = 0) -> House:
    clock = TestClock(seed=seed)
    store = MemoryStore(clock=clock)
    await store.open()
    return House(store=store, blobs=FolderBlobs(folder), clock=clock)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = await made(tmp_path / "one")
    yield house
    await house.store.close()


def take_out(house: House) -> TakeOut:
    return TakeOut(
        store=house.store,
        library=house.store.library,
        people=house.store.people,
        vault=house.vault,
        blobs=house.blobs,
        clock=house.clock,
        formats={"archive": Archive(), "jsonl": Jsonl()},
    )


async def archived(house: House, leaving: Leaving = ALL, *, kind: str = "archive") -> bytes:
    out = io.BytesIO()
    await take_out(house).run(Wanted(leaving=leaving, format=kind, order=Order(scope=leaving.scope)), out)
    return out.getvalue()


def bundled(data: bytes) -> Bundle:
    return open_bundle("wasl.zip", io.BytesIO(data), size_bytes=len(data))


async def restored(house: House, data: bytes) -> Restored:
    service = RestoreArchive(
        library=house.store.library, people=house.store.people, vault=house.vault, blobs=house.blobs, clock=house.clock
    )
    return await service.run(bundled(data), Archive())


async def filled(house: House) -> ConversationId:
    ann = await house.person("ann")
    await house.person("bob")
    await house.bring().run(
        zipped("a.zip", {"Ann.lines.txt": "1|Ann|look|a.jpg\n1|Ann|ok\n1|Ann|ok\n2|Bob|nice\n", "a.jpg": b"picture"}), owner=ann
    )
    return ann


async def test_an_installation_moves_and_its_archives_are_the_same_bytes(house: House, tmp_path: Path) -> None:
    await filled(house)
    first = await archived(house)
    assert await archived(house) == first
    other = await made(tmp_path / "two", seed=9)
    done = await restored(other, first)
    assert (done.counts["people"], done.counts["messages"], done.counts["imports"]) == (2, 6, 1)
    assert not done.problems
    assert await archived(other) == first
    again = await restored(other, first)
    assert (again.counts["messages"], again.counts["messages here already"]) == (0, 6)
    assert await archived(other) == first


async def test_a_persons_archive_holds_only_what_is_theirs(house: House) -> None:
    ann = await filled(house)
    person = await house.store.people.person_of(ann)
    assert person is not None
    data = await archived(house, Leaving(scope="person", people=(person,)))
    reader = Archive()
    assert [p.id for p in reader.people(bundled(data))] == [person]
    audit = await house.store.people.audit(person_id=person, limit=10)
    assert [r.act for r in audit] == [ACT]
    assert audit[0].detail["scope"] == "person"


async def test_a_persons_chats_come_to_another_owner_and_twice_adds_nothing(house: House, tmp_path: Path) -> None:
    ann = await filled(house)
    person = await house.store.people.person_of(ann)
    data = await archived(house, Leaving(scope="person", people=(PersonId(str(person)),)))
    other = await made(tmp_path / "two", seed=9)
    carl = await other.person("carl")
    bring = other.bring(archive=Archive())
    report = await bring.run(bundled(data), owner=carl)
    assert report.counts["stored"] == 5
    chats = await other.store.library.chats(owners=[carl], limit=9)
    assert {c.owner for c in chats} == {carl}
    assert len(chats) == 2
    held = [line.entry for c in chats for line in await other.store.library.entries(c.id, after=0, limit=9)]
    (sha256,) = [p.sha256 for e in held for p in e.parts if isinstance(p, File)]
    assert await other.blobs.get(sha256 or "") == b"picture"
    await house.bring().run(texted("1|Ann|look|a.jpg\n1|Ann|ok\n1|Ann|ok\n2|Bob|nice\n3|Bob|newer\n"), owner=ann)
    later = await archived(house, Leaving(scope="person", people=(PersonId(str(person)),)))
    newer = await bring.run(bundled(later), owner=carl)
    assert (newer.counts["stored"], newer.counts["already"]) == (1, 5)


async def test_one_chat_leaves_alone(house: House) -> None:
    ann = await filled(house)
    chat = (await house.store.library.chats(owners=[ann], limit=1))[0]
    data = await archived(house, Leaving(scope="chat", chats=(chat.id,)), kind="jsonl")
    assert data.count(b'"type":"message"') == 4
    live = await archived(house, Leaving(scope="chat", chats=(ann,)), kind="jsonl")
    assert live.count(b'"type":"message"') == 1


async def test_a_channel_leaves_with_what_would_vanish_with_it(house: House) -> None:
    await filled(house)
    data = await archived(house, Leaving(scope="channel", channel="letters"), kind="jsonl")
    assert data.count(b'"type":"message"') == 2
    assert data.count(b'"type":"person"') == 2
    none = await archived(house, Leaving(scope="channel", channel="pigeons"), kind="jsonl")
    assert none.count(b'"type":"message"') == 0


async def test_a_download_is_the_same_bytes_and_may_be_left(house: House) -> None:
    await filled(house)
    wanted = Wanted(leaving=ALL, format="archive", order=Order(scope="installation"))
    assert b"".join([piece async for piece in take_out(house).stream(wanted)]) == await archived(house)
    walk = take_out(house).stream(wanted)
    assert await anext(walk)
    await walk.aclose()


async def test_a_link_works_once_and_ends_and_is_not_given_without_end(house: House) -> None:
    ann = await filled(house)
    person = await house.store.people.person_of(ann)
    wanted = Wanted(
        leaving=Leaving(scope="person", people=(PersonId(str(person)),)),
        format="archive",
        order=Order(scope="person", language="ar"),
        by="person",
        person=person,
    )
    service = take_out(house)
    text = await service.make_link(wanted)
    assert await service.take_link("guess") is None
    assert await service.take_link(text) == wanted
    assert await service.take_link(text) is None
    late = await service.make_link(wanted)
    for _ in range(LINKS_PER_DAY - 2):
        await service.make_link(wanted)
    with pytest.raises(Throttled):
        await service.make_link(wanted)
    await house.clock.advance(LINK_MS / 1000 + 1)
    assert await service.take_link(late) is None
    assert await service.make_link(wanted)


async def test_a_link_asked_for_by_who_was_parted_since_gives_nothing(house: House) -> None:
    first, second = await house.person("ann"), await house.person("bob")
    people, now = house.store.people, house.clock.now_ms()
    link = LinkRecord(id=house.clock.new_id(), one=first, other=second, proof="code", by="person", at_ms=now)
    await people.link(link=link, now_ms=now)
    both = await people.person_of(first)
    assert both is not None
    service, texts = take_out(house), []
    for home in (first, second):
        leaving = Leaving(scope="person", people=(both,))
        wanted = Wanted(leaving=leaving, format="archive", order=Order(scope="person"), by="person", person=both, home=home)
        texts.append(await service.make_link(wanted))
    await people.unlink(link_id=link.id, by="person", now_ms=now)
    given = [await service.take_link(text) for text in texts]
    for home, wanted in zip((first, second), given, strict=True):
        assert (wanted is not None) == (await people.person_of(home) == both)
    assert sum(wanted is None for wanted in given) == 1


async def test_a_format_that_is_not_written_is_named(house: House) -> None:
    with pytest.raises(Malformed, match="archive, jsonl"):
        take_out(house).writer("parchment")
