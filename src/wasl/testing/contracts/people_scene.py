"""Short words for what the contract of people tells over and over: somebody writes from somewhere, two become one."""

from collections.abc import Sequence

import pytest

from wasl.domain.identity import By, LinkRecord
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.message import Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import Closing, StoredMessage, Work
from wasl.ports.people import Erasure
from wasl.ports.store import Accepted, Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_made import StoreMade
from wasl.testing.contracts.store_scene import LEASE, Scene, accepted


class PeopleScene(Scene):
    """A store, a clock, and people who write from several places."""

    def __init__(self, store: Store, clock: TestClock) -> None:
        super().__init__(store, clock)
        self.people = store.people

    async def writes(self, text: str, *, at: str, channel: str = "line one", alias: str | None = None) -> Accepted:
        """Somebody writes from a handle and is answered nothing yet; a moment passes, so that ids follow the time."""
        await self.clock.advance(0.01)
        kind = "business-scoped id" if alias else "account"
        address = self.key(at, channel=channel, alias=alias, kind=kind)  # type: ignore[arg-type]  # one of the two
        return accepted(await self.receive(self.arrival(text, address=address), channel=channel, raw=f'{{"{at}": "{text}"}}'.encode()))[0]

    async def link(self, one: ConversationId, other: ConversationId, *, link_id: str | None = None, by: By = "person") -> LinkRecord:
        """Two become one."""
        record = LinkRecord(id=link_id or self.clock.new_id(), one=one, other=other, proof="code", by=by, at_ms=self.now)
        return await self.people.link(link=record, now_ms=self.now)

    async def unlink(self, link: LinkRecord) -> LinkRecord:
        """One becomes two."""
        return await self.people.unlink(link_id=link.id, by="person", now_ms=self.now)

    async def person(self, conversation_id: ConversationId) -> PersonId:
        """Gives the person of a conversation that is there."""
        found = await self.people.person_of(conversation_id)
        assert found is not None
        return found

    async def shown(self, conversation_id: ConversationId) -> list[str]:
        """Gives the words that the person of a conversation may see, by time."""
        siblings = await self.people.siblings(conversation_id)
        return words(await self.people.timeline(siblings, limit=1_000))

    async def history(self, conversation_id: ConversationId) -> list[str]:
        """Gives the words that a model is told as the history of a conversation."""
        return [p.text for m in await self.store.history(conversation_id, limit=1_000) for p in m.parts if isinstance(p, Text)]

    async def erase(self, conversation_id: ConversationId) -> Erasure:
        """Erases the person of a conversation."""
        person = await self.person(conversation_id)
        weighed = await self.people.weigh(person)
        erasure = Erasure(
            id=self.clock.new_id(), at_ms=self.now, by="person", person_id=person, conversations=weighed.conversations, addresses=()
        )
        await self.people.erase(erasure=erasure, salt=b"salt")
        return erasure

    async def answered(self, work: Work, text: str) -> Closing:
        """Answers all turns of a leased conversation and sends the answer."""
        closing = self.closing(work, text=text)
        await self.store.close_turn(closing)
        await self.settle(work, closing.deliveries[0].id, "sent", native_id=self.name(), release=True)
        return closing

    async def answers(self, conversation_id: ConversationId, text: str) -> Closing:
        """Claims what is due and answers the turns of one conversation."""
        works = {w.conversation_id: w for w in await self.claim(limit=100, lease=LEASE)}
        for other in works.keys() - {conversation_id}:
            await self.release(works[other])
        return await self.answered(works[conversation_id], text)

    async def addresses_of(self, conversation_id: ConversationId) -> Sequence[Address]:
        """Gives the open addresses of a conversation."""
        return await self.store.addresses(conversation_id)

    async def whose(self, key: AddressKey) -> PersonId:
        """Gives the person of an open address."""
        found = await self.store.find_address(key)
        assert found is not None
        return found[0].person_id


def words(messages: Sequence[StoredMessage]) -> list[str]:
    """Gives the words of messages."""
    return [p.text for m in messages for p in m.parts if isinstance(p, Text)]


class PeopleFixtures(StoreMade):
    """How the suite meets the store under test."""

    @pytest.fixture
    def scene(self, store: Store, clock: TestClock) -> PeopleScene:
        """The store with people in front of it."""
        return PeopleScene(store, clock)
