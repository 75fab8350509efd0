import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasl.domain.errors import TooLarge
from wasl.net.bus_local import DATA_BYTES_MAX
from wasl.net.bus_postgres import CHANNEL, PAYLOAD_BYTES_MAX, PostgresBus, packed, unpacked


@given(some.lists(some.tuples(some.text(max_size=60), some.binary(max_size=DATA_BYTES_MAX)), max_size=12))
def test_whatever_is_packed_comes_out_the_same_within_the_size_that_postgresql_carries(words: list[tuple[str, bytes]]):
    payloads = list(packed(words, origin="me"))
    assert [w for p in payloads for w in unpacked(p, but_not_from="you")] == words
    assert all(len(p.encode()) < 8_000 and "\0" not in p for p in payloads)


@pytest.mark.parametrize("data", [b'"' * DATA_BYTES_MAX, b"\0" * DATA_BYTES_MAX, b"\xff" * DATA_BYTES_MAX, b"\n" * DATA_BYTES_MAX])
def test_the_largest_word_fits_whatever_is_in_it(data: bytes):
    (payload,) = packed([("c/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", data)], origin="0123456789ab")
    assert len(payload.encode()) < 8_000
    assert [d for _, d in unpacked(payload, but_not_from="")] == [data]


def test_many_small_words_share_one_notification():
    words = [("c/1", b"delta %d" % n) for n in range(100)]
    assert len(list(packed(words, origin="me"))) == 1
    assert len(list(packed(words * 10, origin="me"))) <= 1 + 1000 * 24 // PAYLOAD_BYTES_MAX


def test_one_s_own_words_and_strange_payloads_are_passed_over():
    (payload,) = packed([("t", b"x")], origin="me")
    assert list(unpacked(payload, but_not_from="me")) == []
    for strange in ("", "{}", "[1]", '["you",[["one"]]]', '["you",[[1,2]]]', "\ud800"):
        assert list(unpacked(strange, but_not_from="me")) == []


@pytest.fixture
async def buses(postgres_url: str) -> AsyncIterator[tuple[PostgresBus, PostgresBus]]:
    here, there = PostgresBus(postgres_url), PostgresBus(postgres_url)
    await here.open()
    await there.open()
    yield here, there
    await here.close()
    await there.close()


@pytest.mark.postgres
async def test_a_word_reaches_both_processes_once_and_in_order(buses: tuple[PostgresBus, PostgresBus]):
    here, there = buses
    async with here.subscribe("t") as near, there.subscribe("t") as far:
        for n in range(50):
            here.publish("t", b"%d" % n)
        for words in (near, far):
            assert [(await anext(words))[1] for _ in range(50)] == [b"%d" % n for n in range(50)]
        there.publish("t", b"back")
        assert await anext(near) == await anext(far) == ("t", b"back")


@pytest.mark.postgres
async def test_words_of_one_moment_leave_together(buses: tuple[PostgresBus, PostgresBus]):
    here, there = buses
    async with there.subscribe("t") as far:
        for _ in range(100):
            here.publish("t", b"x")
        for _ in range(100):
            await anext(far)
    assert here.words == 100
    assert here.notifications == 1


@pytest.mark.postgres
async def test_too_large_a_word_is_refused_at_once(buses: tuple[PostgresBus, PostgresBus]):
    with pytest.raises(TooLarge):
        buses[0].publish("t", bytes(DATA_BYTES_MAX + 1))


@pytest.mark.postgres
async def test_after_a_lost_connection_words_pass_again(buses: tuple[PostgresBus, PostgresBus], postgres_url: str):
    here, there = buses
    admin = await asyncpg.connect(postgres_url)
    await admin.fetch("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'wasl bus'")
    async with here.subscribe("near") as near, there.subscribe("t") as far:
        here.publish("near", b"still heard here")
        assert await anext(near) == ("near", b"still heard here")
        waiting = asyncio.ensure_future(anext(far))
        while not waiting.done():  # lossy until both are back
            here.publish("t", b"back")
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(waiting), 0.05)
        assert await waiting == ("t", b"back")
    await admin.close()


@pytest.mark.postgres
async def test_what_others_put_on_the_channel_harms_nobody(buses: tuple[PostgresBus, PostgresBus], postgres_url: str):
    here, there = buses
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"select pg_notify('{CHANNEL}', 'not ours')")
    await admin.close()
    async with there.subscribe("t") as far:
        here.publish("t", b"fine")
        assert await anext(far) == ("t", b"fine")


async def test_without_a_database_words_still_pass_in_the_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wasl.net.bus_postgres.CONNECT_SECONDS", 0.1)
    bus = PostgresBus("postgresql://wasl@127.0.0.1:1/wasl")
    await bus.open()
    async with bus.subscribe("t") as words:
        bus.publish("t", b"x")
        assert await anext(words) == ("t", b"x")
    await bus.close()
