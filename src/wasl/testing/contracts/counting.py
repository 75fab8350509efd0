"""The contract of counting, as tests: subclass CountingContract, say how to make the store, and run it with pytest."""

import asyncio

import pytest

from wasl.domain.days import DAY_MS
from wasl.ports.counting import Asked, Bucket, Circle, Counting
from wasl.ports.store import Store
from wasl.testing.clock import START_MS
from wasl.testing.contracts.store_made import StoreMade

PAIR = Bucket("pair:ada", 6_000_000, 45, True, "ada")
RATE = Bucket("rate:shop", 14_085, 10)


def asked(*buckets: Bucket, at: int = 0, patience_ms: int = 0, messages: int = 1, month: int = 0, circle: Circle | None = None) -> Asked:
    """Asks for one send, `at` milliseconds after the beginning."""
    return Asked(
        now_ms=START_MS + at,
        messages=messages,
        patience_ms=patience_ms,
        buckets=buckets,
        totals={"month": month} if month else {},
        circle=circle,
    )


class CountingContract(StoreMade):
    """Everything that counting promises."""

    @pytest.fixture
    def counting(self, store: Store) -> Counting:
        """The counting of an open, empty store."""
        return store.counting

    async def test_in_no_second_wherever_it_begins_go_more_than_the_limit(self, counting: Counting) -> None:
        sent: list[int] = []
        for at in range(0, 3_000, 4):  # 250 a second are asked for
            if (await counting.count(asked(RATE, at=at))).full is None:
                sent.append(at)
        assert max(sum(1 for other in sent if at <= other < at + 1_000) for at in sent) <= 80
        assert len(sent) > 3 * 65

    async def test_who_need_not_wait_long_is_given_a_place_ahead(self, counting: Counting) -> None:
        waits = [(await counting.count(asked(RATE, patience_ms=3_000))).wait_ms for _ in range(100)]
        assert waits[:10] == [0] * 10
        assert waits == sorted(waits)
        assert waits[-1] == pytest.approx(90 * 14.085, abs=2)

    async def test_a_burst_that_is_used_up_is_followed_by_a_pause_of_its_own_length(self, counting: Counting) -> None:
        for _ in range(45):
            assert (await counting.count(asked(PAIR))).full is None
        found = await counting.count(asked(PAIR, at=1_000))
        assert (found.full, found.until_ms) == ("pair:ada", START_MS + 270_000)
        assert (await counting.count(asked(PAIR, at=269_000))).full == "pair:ada"
        assert (await counting.count(asked(PAIR, at=270_000))).full is None

    async def test_what_has_no_room_in_one_bucket_is_counted_in_none(self, counting: Counting) -> None:
        once = Bucket("chat:ada", 1_000_000, 1)
        assert (await counting.count(asked(once, month=1))).before == {"month": 0}
        assert (await counting.count(asked(once, month=1))).full == "chat:ada"
        assert await counting.totals(["month", "nobody"]) == {"month": 1}

    async def test_what_surely_did_not_happen_is_given_back(self, counting: Counting) -> None:
        circle = Circle("shop", "ada", 1, DAY_MS)
        one = asked(month=3, circle=circle)
        counted = await counting.count(one)
        assert counted.joined
        await counting.give_back(one, counted)
        assert await counting.totals(["month", "shop"]) == {"month": 0, "shop": 0}
        assert (await counting.count(asked(circle=Circle("shop", "bob", 1, DAY_MS)))).full is None

    async def test_a_circle_takes_so_many_different_people_in_a_day_and_the_same_one_again(self, counting: Counting) -> None:
        for n, who in enumerate(("ada", "bob", "ada")):
            assert (await counting.count(asked(at=n * 1_000, circle=Circle("shop", who, 2, DAY_MS)))).full is None
        found = await counting.count(asked(at=3_000, circle=Circle("shop", "eve", 2, DAY_MS)))
        assert (found.full, found.until_ms) == ("shop", START_MS + 1_000 + DAY_MS)
        assert (await counting.count(asked(at=DAY_MS, circle=Circle("shop", "eve", 2, DAY_MS)))).full == "shop"
        assert (await counting.count(asked(at=DAY_MS + 1_000, circle=Circle("shop", "eve", 2, DAY_MS)))).full is None

    async def test_what_is_forced_is_counted_beyond_the_limit(self, counting: Counting) -> None:
        once = Bucket("chat:ada", 1_000_000, 1)
        for _ in range(3):
            one = Asked(now_ms=START_MS, buckets=(once,), totals={"month": 1}, forced=True)
            assert (await counting.count(one)).full is None
        assert await counting.totals(["month"]) == {"month": 3}

    async def test_what_came_in_is_counted_with_the_next_commit(self, counting: Counting) -> None:
        counting.note(RATE, messages=80, now_ms=START_MS)
        assert (await counting.count(asked(RATE))).full == "rate:shop"

    async def test_many_who_ask_at_once_get_no_more_than_there_is(self, counting: Counting) -> None:
        once = Bucket("chat:ada", 1_000_000, 5)
        found = await asyncio.gather(*(counting.count(asked(once, month=1)) for _ in range(40)))
        assert sum(one.full is None for one in found) == 5
        assert sorted(one.before["month"] for one in found if one.full is None) == [0, 1, 2, 3, 4]

    async def test_what_is_old_is_forgotten(self, counting: Counting) -> None:
        await counting.count(asked(RATE, month=1))
        assert await counting.prune(before_ms=START_MS) == 0
        assert await counting.prune(before_ms=START_MS + 1) == 2
        assert await counting.totals(["month"]) == {}
