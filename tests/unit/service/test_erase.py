"""A person is forgotten: nothing of theirs stays, what others need does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.service.shelf_house import House, zipped

from wasl.domain.errors import Malformed, OnHold, StoreDown, Throttled
from wasl.domain.identity import LinkRecord
from wasl.domain.ids import ConversationId, PersonId
from wasl.net.blobs import FolderBlobs
from wasl.net.ledger import FileLedger
from wasl.ports.store import Timer
from wasl.service.alarms import Alarms
from wasl.service.erase import CODE_MS, TIMER_KIND, TIMER_LEASE_MS, TRIES_MAX, Erase
from wasl.service.retain import Retain
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock

TEXT = {"Ann.lines.txt": "1|Ann|look|a.jpg\n2|Bob|nice\n", "a.jpg": b"picture"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = TestClock()
    store = MemoryStore(clock=clock)
    await store.open()
    yield House(store=store, blobs=FolderBlobs(tmp_path / "media"), clock=clock)
    await store.close()


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "erasures.jsonl")


@pytest.fixture
def erase(house: House, ledger: FileLedger) -> Erase:
    store = house.store
    return Erase(
        store=store,
        library=store.library,
        people=store.people,
        vault=house.vault,
        blobs=house.blobs,
        clock=house.clock,
        ledger=ledger,
        backup_days=7,
    )


def files(house: House) -> set[str]:
    return {p.name for p in Path(house.blobs._folder).rglob("*") if p.is_file()}


async def brought(house: House, name: str) -> PersonId:
    conversation = await house.person(name)
    await house.bring().run(zipped("a.zip", TEXT), owner=conversation)
    person = await house.store.people.person_of(conversation)
    assert person is not None
    return person


async def test_weighing_counts_everything_and_changes_nothing(house: House, erase: Erase) -> None:
    ann = await brought(house, "ann")
    toll = await erase.weigh(ann)
    assert {k: toll.counts[k] for k in ("message", "import", "imported chat", "imported message", "source file", "file")} == {
        "message": 1, "import": 1, "imported chat": 1, "imported message": 2, "source file": 1, "file": 1,
    }  # fmt: skip
    assert (await erase.weigh(ann)).counts == toll.counts
    with pytest.raises(Malformed, match="no person"):
        await erase.weigh(PersonId("nobody"))


async def test_a_file_that_somebody_else_needs_stays_until_they_go(house: House, erase: Erase, ledger: FileLedger) -> None:
    ann, bob = await brought(house, "ann"), await brought(house, "bob")
    receipt = await erase.run(ann, by="operator")
    assert len(house.vault.kept) == 1
    (sha256,) = files(house)
    assert await house.blobs.get(sha256) == b"picture"
    assert receipt["backups_expire_ms"] == house.clock.now_ms() + 7 * 86_400_000
    assert {r["what"] for r in receipt["remains"]}
    await erase.run(bob, by="operator")
    assert not await house.blobs.has(sha256)
    assert house.vault.kept == {}
    assert len(ledger.lines()) == 2
    assert await house.store.library.imports(owners=None, limit=9) == []


async def test_a_code_is_needed_ends_and_is_not_guessed(house: House, erase: Erase) -> None:
    ann = await brought(house, "ann")
    with pytest.raises(Malformed, match="no code"):
        await erase.confirm(ann, code="ABCDEFGH")
    code, _ = await erase.ask(ann)
    for _ in range(TRIES_MAX - 1):
        with pytest.raises(Malformed, match="not right"):
            await erase.confirm(ann, code="22222222")
    with pytest.raises(Throttled):
        await erase.confirm(ann, code="22222222")
    with pytest.raises(Malformed, match="no code"):
        await erase.confirm(ann, code=code)
    late, _ = await erase.ask(ann)
    await house.clock.advance(CODE_MS / 1000 + 1)
    with pytest.raises(Malformed):
        await erase.confirm(ann, code=late)
    code, _ = await erase.ask(ann)
    assert (await erase.confirm(ann, code=code))["by"] == "person"
    assert await house.store.people.view(ann) is None


async def test_a_hold_forbids_it_with_its_reason(house: House, erase: Erase) -> None:
    ann = await brought(house, "ann")
    await house.store.people.hold(person_id=ann, reason="case 7", by="operator", now_ms=1)
    assert (await erase.weigh(ann)).hold == "case 7"
    for attempt in (erase.ask(ann), erase.run(ann, by="operator")):
        with pytest.raises(OnHold, match="case 7"):
            await attempt
    assert len(house.vault.kept) == 1


async def test_an_erasure_that_was_killed_after_its_commit_is_ended_by_its_timer(
    house: House, erase: Erase, ledger: FileLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await brought(house, "ann")

    def killed(line: bytes) -> None:
        raise StoreDown("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "add", killed)
        with pytest.raises(StoreDown):
            await erase.run(ann, by="operator")
    assert await house.store.people.view(ann) is None
    assert len(house.vault.kept) == 1
    alarms = Alarms(store=house.store, clock=house.clock, acts={TIMER_KIND: erase.go_on})
    await house.clock.advance(TIMER_LEASE_MS / 1000 + 1)
    assert await alarms.look() == 1
    assert house.vault.kept == {}
    assert len(ledger.lines()) == 1
    assert not files(house)


async def test_words_are_kept_as_long_as_the_settings_say(house: House) -> None:
    ann = await house.person("ann")
    people = house.store.people
    await house.clock.advance(10 * 86_400)
    kept = Retain(people=people, library=house.store.library, clock=house.clock, days={"letters": 11}, others=None, channels=("letters",))
    assert not any((await kept.run()).values())
    assert kept.days == {"letters": 11}
    short = Retain(people=people, library=house.store.library, clock=house.clock, days={}, others=9, channels=("letters", "cards"))
    assert short.days == {"letters": 9, "cards": 9}
    assert (await short.run())["message"] == 1
    assert await house.store.history(ann, limit=9) == []


async def linked(house: House, one: str, other: str) -> tuple[ConversationId, ConversationId, str]:
    first, second = await house.person(one), await house.person(other)
    link = LinkRecord(id=house.clock.new_id(), one=first, other=second, proof="code", by="person", at_ms=house.clock.now_ms())
    await house.store.people.link(link=link, now_ms=house.clock.now_ms())
    return first, second, link.id


async def test_a_code_from_before_a_link_ended_or_came_erases_nobody(house: House, erase: Erase) -> None:
    first, second, link = await linked(house, "ann", "bob")
    both = await house.store.people.person_of(second)
    assert both is not None
    code, _ = await erase.ask(both)
    await house.store.people.unlink(link_id=link, by="person", now_ms=house.clock.now_ms())
    for home in (first, second):
        person = await house.store.people.person_of(home)
        assert person is not None
        with pytest.raises(Malformed):
            await erase.confirm(person, code=code)
    assert [await house.store.people.person_of(c) is not None for c in (first, second)] == [True, True]


@pytest.mark.parametrize("who", [0, 1])
async def test_what_was_confirmed_in_a_chat_takes_along_nobody_who_was_parted_meanwhile(house: House, erase: Erase, who: int) -> None:
    *homes, link = await linked(house, "ann", "bob")
    person = await house.store.people.person_of(homes[who])
    payload = {"person": person, "home": homes[who], "whose": sorted(homes), "by": "person"}
    await house.store.people.unlink(link_id=link, by="person", now_ms=house.clock.now_ms())
    await erase.carry_out(Timer(kind="erase person", key=house.clock.new_id(), due_ms=0, payload=payload))
    assert await house.store.people.person_of(homes[who]) is None
    assert await house.store.people.person_of(homes[1 - who]) is not None


async def test_what_was_confirmed_in_a_chat_takes_along_nothing_that_was_joined_meanwhile(house: House, erase: Erase) -> None:
    first, second, _ = await linked(house, "ann", "bob")
    person = await house.store.people.person_of(first)
    payload = {"person": person, "home": first, "whose": [first], "by": "person"}
    await erase.carry_out(Timer(kind="erase person", key=house.clock.new_id(), due_ms=0, payload=payload))
    assert await house.store.people.person_of(second) is not None
