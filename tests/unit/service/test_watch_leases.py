import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fresh import fresh

from wasl.domain.errors import StoreDown
from wasl.domain.ids import ConversationId
from wasl.net.bus_local import LocalBus
from wasl.ports.bus import WORK
from wasl.ports.store import Lease
from wasl.service.watch_leases import LOOKS, WatchLeases
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_scene import Scene

LEASE_SECONDS = 30.0
HOURS_MS = 5 * 3_600_000
HOLDER = Lease(owner="holder", milliseconds=int(LEASE_SECONDS * 1000))


class House:
    """A store, a holder with one conversation, and a process that watches; each has a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.holders_clock = TestClock(), TestClock(seed=1)
        self.store = SqliteStore(fresh(folder / "wasl.db"), clock=self.holders_clock)
        self.scene = Scene(self.store, self.holders_clock)
        self.bus = LocalBus()
        self.mine: set[ConversationId] = set()
        self.watch = WatchLeases(
            leases=self.store, bus=self.bus, clock=self.clock, owner="watcher", lease_seconds=LEASE_SECONDS, mine=self.mine
        )

    async def looks(self, number: int, *, renewing: bool = False, seconds: float = LEASE_SECONDS / LOOKS) -> int:
        """Time passes for both, and it is looked so often; gives how many leases were ended."""
        ended = 0
        for place in range(number):
            await self.clock.advance(seconds)
            await self.holders_clock.advance(seconds)
            if renewing and place % 2:
                await self.store.renew(lease=HOLDER, now_ms=self.holders_clock.now_ms())
            ended += await self.watch.look()
        return ended


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    await made.store.open()
    await made.scene.arrive(lease=HOLDER)
    yield made
    await made.store.close()


async def test_what_nobody_renews_is_free_after_a_leases_length_and_everybody_is_told(house: House) -> None:
    async with house.bus.subscribe(WORK) as words:
        assert await house.looks(LOOKS) == 0, "the first look only begins to count"
        assert await house.looks(1) == 1
        assert (await anext(words))[0] == WORK
    (work,) = await house.store.claim(lease=Lease(owner="watcher", milliseconds=1), limit=1, now_ms=house.clock.now_ms())
    assert work.epoch == 2
    assert await house.looks(LOOKS) == 0, "what this process took since is counted anew"


@pytest.mark.parametrize("jump_ms", [HOURS_MS, -HOURS_MS])
async def test_a_clock_that_jumps_takes_nothing_from_a_holder_that_renews(house: House, jump_ms: int) -> None:
    await house.looks(1)
    house.clock._start_ms += jump_ms
    assert await house.looks(5 * LOOKS, renewing=True) == 0
    assert [one.owner for one in await house.store.leases()] == ["holder"]


async def test_a_clock_that_is_behind_makes_nobody_wait_for_hours_for_what_a_dead_process_held(house: House) -> None:
    house.clock._start_ms -= HOURS_MS
    assert await house.looks(3 * LOOKS + 1) == 1


async def test_a_lease_longer_than_ones_own_is_left_alone_as_long_as_its_holder_may_mean_it(house: House) -> None:
    await house.store.free(await house.store.leases(), now_ms=house.clock.now_ms())
    longer = Lease(owner="longer", milliseconds=HOLDER.milliseconds * 2)
    assert await house.store.claim(lease=longer, limit=1, now_ms=house.clock.now_ms())
    assert await house.looks(2 * LOOKS - 1) == 0
    assert await house.looks(2) == 1


@pytest.mark.parametrize("hours", [1, 9])
async def test_when_the_whole_machine_stood_still_the_holder_has_time_to_renew(house: House, hours: int) -> None:
    await house.looks(3)  # the holder's last renewal is a while ago, as long as it ever is
    await house.clock.advance(hours * 3_600)
    await house.holders_clock.advance(hours * 3_600)
    assert await house.watch.look() == 0
    assert await house.looks(1) == 0
    await house.store.renew(lease=HOLDER, now_ms=house.holders_clock.now_ms())
    assert await house.looks(LOOKS) == 0


async def test_a_look_that_took_long_counts_only_what_was_surely_seen(house: House) -> None:
    await house.looks(1)
    leases = house.store.leases

    async def slow() -> object:
        held = await leases()
        await house.clock.advance(LEASE_SECONDS)
        return held

    house.store.leases = slow  # type: ignore[method-assign, assignment]  # a database under load
    for _ in range(8):
        assert await house.watch.look() == 0


async def test_what_this_process_works_on_is_its_own_and_what_it_does_not_know_of_is_ended(house: House) -> None:
    mine = Lease(owner="watcher", milliseconds=HOLDER.milliseconds)
    one, lost = [(await house.scene.arrive(handle=name, lease=mine)).conversation_id for name in ("bob", "eve")]
    house.mine.add(one)
    await house.looks(LOOKS + 1)
    assert [(held.conversation_id, held.owner) for held in await house.store.leases()] == [(one, "watcher")]
    assert lost in {work.conversation_id for work in await house.store.claim(lease=mine, limit=9, now_ms=house.clock.now_ms())}


async def test_a_store_that_is_down_is_looked_at_again(house: House) -> None:
    leases, down = house.store.leases, [3]

    async def away() -> object:
        down[0] -= 1
        if down[0] >= 0:
            raise StoreDown("failing over")
        return await leases()

    house.store.leases = away  # type: ignore[method-assign, assignment]  # a database that fails over
    watching = asyncio.get_running_loop().create_task(house.watch.run())
    for _ in range(3 + LOOKS + 2):
        await house.clock.advance(LEASE_SECONDS / LOOKS)
    await house.store.ping()
    while await leases():
        await house.clock.advance(0)
    watching.cancel()
