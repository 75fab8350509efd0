"""Codes that join channels: what they look like, and how little it helps to guess them."""

import random
import time
from pathlib import Path

import pytest

from wasl.domain.errors import Refused, Throttled
from wasl.domain.event import Arrival
from wasl.domain.ids import ConversationId
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.net.bus_local import LocalBus
from wasl.ports.store import Accepted, Incoming, Store, Token
from wasl.service.link import CODE_KIND, CODE_MS, WRONG_MAX, WRONG_PER_CONVERSATION_MAX, Links, code_hash
from wasl.store.memory import MemoryStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.wire.link_code import ALPHABET, code_of, read_code

GUESSES = 1_000_000


async def somebody(store: Store, clock: TestClock, handle: str) -> ConversationId:
    key = AddressKey(channel="c", scope="s", handle=handle, kind="account")
    arrival = Arrival(key=clock.new_id(), address=key, parts=(Text(text="hi"),), sent_at_ms=clock.now_ms(), wants_answer=False)
    incoming = Incoming(channel="c", raw=b"", received_at_ms=clock.now_ms(), events=[arrival])
    (outcome,) = await store.receive(incoming)
    assert isinstance(outcome, Accepted)
    return outcome.conversation_id


def links_on(store: Store, clock: TestClock) -> Links:
    return Links(store=store, bus=LocalBus(), clock=clock, channels={}, public_url=None)


@pytest.mark.parametrize("seed", range(20))
def test_one_wrong_letter_or_two_that_changed_places_are_no_code(seed: int):
    chance = random.Random(seed)
    code = code_of(chance.randbytes(32))
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", ""), told=True) == code
    bare = code.replace("-", "")
    for place in range(len(bare)):
        for letter in ALPHABET:
            if letter != bare[place]:
                assert read_code(bare[:place] + letter + bare[place + 1 :], told=True) is None
    for place in range(len(bare) - 1):
        if bare[place] != bare[place + 1]:
            assert read_code(bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :], told=True) is None


def test_codes_have_no_letters_that_look_alike():
    assert not set("01ILO") & set(ALPHABET)


async def test_a_million_guesses_make_no_link(capsys: pytest.CaptureFixture[str]):
    """From 400 conversations, over nearly three hours, against 1,000 codes that wait at any time."""
    clock, chance = TestClock(), random.Random(20261122)
    store = MemoryStore(clock=clock)
    await store.open()
    links = links_on(store, clock)
    victims = [await somebody(store, clock, f"victim {n}") for n in range(1_000)]
    guessers = [await somebody(store, clock, f"guesser {n}") for n in range(400)]
    began = time.process_time()
    joined = looked_up = 0
    offered_at = -1.0
    for guess in range(GUESSES):
        if clock.monotonic() - offered_at > 590 or offered_at < 0:
            offered_at = clock.monotonic()
            await store.prune(now_ms=clock.now_ms(), raw_days=1)
            for victim in victims:
                await store.put_token(await a_code(links, victim, clock))
        try:
            await links.join(code_of(chance.randbytes(16)), home=guessers[guess % len(guessers)])
            joined += 1
        except Throttled:
            pass
        except Refused:
            looked_up += 1
        if guess % 100 == 99:
            await clock.advance(1.0)
    took = time.process_time() - began
    with capsys.disabled():
        print(f"\n{GUESSES:,} guesses: {joined} links, {looked_up:,} looked up, {took:.1f} CPU s")
    assert joined == 0
    assert 0 < looked_up <= WRONG_MAX * 4
    assert {await store.people.person_of(v) for v in victims}.isdisjoint({await store.people.person_of(g) for g in guessers})


async def a_code(links: Links, victim: ConversationId, clock: TestClock) -> Token:
    """Makes a code without the housekeeping of `offer`, which lists what waits."""
    code = code_of(await links.digest("link code", clock.new_id()))
    now = clock.now_ms()
    payload = {"conversation": victim}
    return Token(kind=CODE_KIND, sha256=code_hash(code), label="link", created_ms=now, expires_ms=now + CODE_MS, payload=payload)


async def test_wrong_codes_are_counted_over_restarts_and_by_every_process(tmp_path: Path):
    clock = TestClock()
    store = SqliteStore(tmp_path / "wasl.db", clock=clock)
    await store.open()
    home, guesser = await somebody(store, clock, "home"), await somebody(store, clock, "guesser")
    for n in range(WRONG_PER_CONVERSATION_MAX):
        with pytest.raises(Refused):
            await links_on(store, clock).look(code_of(bytes([n] * 16)), home=guesser)
    await store.close()
    await store.open()
    code = (await links_on(store, clock).offer(home)).code
    with pytest.raises(Throttled) as held:
        await links_on(store, clock).join(code, home=guesser)
    assert held.value.seconds is not None
    await clock.advance(held.value.seconds + 1)
    code = (await links_on(store, clock).offer(home)).code
    assert (await links_on(store, clock).join(code, home=guesser)).one == home
    await store.close()


async def test_a_fourth_code_ends_the_first(tmp_path: Path):
    clock = TestClock()
    store = MemoryStore(clock=clock)
    await store.open()
    links = links_on(store, clock)
    home, other = await somebody(store, clock, "home"), await somebody(store, clock, "other")
    codes = []
    for _ in range(4):
        await clock.advance(1)
        codes.append((await links.offer(home)).code)
    with pytest.raises(Refused):
        await links.look(codes[0], home=other)
    assert (await links.look(codes[1], home=other)).conversation_id == home
