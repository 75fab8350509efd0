import asyncio

import pytest

from wasl.domain.errors import TooLarge
from wasl.net.bus_local import DATA_BYTES_MAX, WAITING_MAX, LocalBus


async def test_a_subscriber_hears_its_topics_in_order_and_no_others():
    bus = LocalBus()
    async with bus.subscribe("a", "b") as words:
        bus.publish("a", b"1")
        bus.publish("c", b"2")
        bus.publish("b")
        assert [await anext(words), await anext(words)] == [("a", b"1"), ("b", b"")]


async def test_a_word_reaches_every_subscriber():
    bus = LocalBus()
    async with bus.subscribe("a") as one, bus.subscribe("a") as two:
        bus.publish("a", b"x")
        assert await anext(one) == await anext(two) == ("a", b"x")


async def test_a_waiting_reader_wakes():
    bus = LocalBus()
    async with bus.subscribe("a") as words:
        waiting = asyncio.ensure_future(anext(words))
        await asyncio.sleep(0)
        assert not waiting.done()
        bus.publish("a", b"x")
        assert await waiting == ("a", b"x")


async def test_a_slow_reader_loses_the_oldest():
    bus = LocalBus()
    async with bus.subscribe("a") as words:
        for number in range(WAITING_MAX + 3):
            bus.publish("a", b"%d" % number)
        assert await anext(words) == ("a", b"3")


async def test_what_is_published_after_leaving_is_not_kept():
    bus = LocalBus()
    async with bus.subscribe("a", "a"):
        assert bus.has_subscribers("a")
    assert not bus.has_subscribers("a")
    bus.publish("a", b"x")


async def test_closing_ends_every_subscription_after_what_waits():
    bus = LocalBus()
    async with bus.subscribe("a") as words:
        bus.publish("a", b"x")
        await bus.close()
        assert [word async for word in words] == [("a", b"x")]
    async with bus.subscribe("a") as words:
        assert [word async for word in words] == []


async def test_data_up_to_the_limit_passes_and_one_byte_more_is_refused():
    bus = LocalBus()
    async with bus.subscribe("a") as words:
        bus.publish("a", bytes(DATA_BYTES_MAX))
        with pytest.raises(TooLarge, match="4000"):
            bus.publish("a", bytes(DATA_BYTES_MAX + 1))
        assert len((await anext(words))[1]) == DATA_BYTES_MAX
