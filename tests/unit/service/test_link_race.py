"""One code, many who take it in the same moment, through two processes on one PostgreSQL: one of them is joined, once."""

import asyncio

import pytest
from tests.postgres import empty
from tests.unit.service.test_link import links_on, somebody

from wasl.domain.errors import Refused
from wasl.domain.identity import LinkRecord
from wasl.store.postgres import PostgresStore
from wasl.testing.clock import TestClock

pytestmark = pytest.mark.postgres
ROUNDS = 6
THIEVES = 8


async def test_of_many_who_use_one_code_at_once_one_is_joined(postgres_url: str) -> None:
    clock = TestClock()
    await empty(postgres_url)
    stores = [PostgresStore(postgres_url, clock=clock) for _ in range(2)]
    for store in stores:
        await store.open()
    links = [links_on(store, clock) for store in stores]
    for turn in range(ROUNDS):
        victim = await somebody(stores[0], clock, f"victim {turn}")
        homes = [await somebody(stores[n % 2], clock, f"thief {turn} {n}") for n in range(THIEVES)]
        code = (await links[0].offer(victim)).code
        took = await asyncio.gather(*(links[n % 2].join(code, home=home) for n, home in enumerate(homes)), return_exceptions=True)
        joined = [(home, one) for home, one in zip(homes, took, strict=True) if isinstance(one, LinkRecord)]
        assert len(joined) == 1, took
        assert all(isinstance(one, Refused) for one in took if not isinstance(one, LinkRecord)), took
        ((home, link),) = joined
        assert (link.one, link.other) == (victim, home)
        person = await stores[1].people.person_of(victim)
        assert person is not None
        view = await stores[1].people.view(person)
        assert view is not None
        assert {i.conversation_id for i in view.identities} == {victim, home}
        for other in homes:
            assert (await stores[0].people.person_of(other) == person) == (other == home)
        with pytest.raises(Refused):
            await links[1].join(code, home=homes[0])
    for store in stores:
        await store.close()
