"""A story of people who write, join, part, are split off and erased in any order, held against a plain model of it.

What must hold after every step: nothing that was said is lost, nobody is shown what is not theirs, whoever is parted again is exactly
who they were, and each question is answered once.
"""

import contextlib
from dataclasses import dataclass, field

from wasl.domain.errors import Fenced, Malformed, OnHold, Refused
from wasl.domain.event import Moved
from wasl.domain.identity import components
from wasl.domain.ids import ConversationId, MessageId, PersonId
from wasl.domain.message import Said
from wasl.domain.turn import DueTurn, Work
from wasl.ports.store import Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.people_scene import PeopleScene
from wasl.testing.contracts.store_scene import CHANNEL, LEASE, SCOPE, accepted

HANDLES = 6
Act = tuple[str, int, int]
"""What is done, to whom, and with whom."""
ACTS = ("write", "write", "write", "claim", "close", "link", "link", "unlink", "relink", "move", "split", "erase", "hold")


@dataclass(slots=True)
class Model:
    """What should be: conversations with their messages by address, and who was born in them."""

    said: dict[ConversationId, list[str]] = field(default_factory=dict)
    born: dict[ConversationId, PersonId] = field(default_factory=dict)
    address_of: dict[str, str] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    answers: dict[str, int] = field(default_factory=dict)
    held: set[ConversationId] = field(default_factory=set)


class Story:
    """Does one act after the other on a store and on the model."""

    def __init__(self, store: Store, clock: TestClock) -> None:
        self.scene = PeopleScene(store, clock)
        self.model = Model()
        self._links: list[str] = []
        self._works: list[tuple[Work, DueTurn, tuple[Said, ...]]] = []
        self._handles = {n: f"h{n}" for n in range(HANDLES)}
        self._moves = 0

    async def act(self, act: Act) -> None:
        """Does one act; what the law refuses changes nothing."""
        name, one, other = act
        await self.scene.clock.advance(0.01)
        with contextlib.suppress(Refused, Malformed, OnHold, Fenced):
            await getattr(self, f"_{name}")(one % HANDLES, other)
        await self.check()

    async def end(self) -> None:
        """Answers everything that still waits, and checks that each question was answered once."""
        self._works.clear()
        for _ in range(30):
            await self.scene.clock.advance(60)
            await self._claim(0, 0)
            if not self._works:
                break
            while self._works:
                await self._close(0, 0)
        await self.check()
        asked = {m for messages in self.model.said.values() for m in messages if m in self.model.answers}
        assert {m: self.model.answers[m] for m in asked} == dict.fromkeys(asked, 1)

    async def check(self) -> None:
        """Compares what the store shows of every conversation with the model."""
        for part in await self._parts():
            wanted = sorted(m for c in part for m in self.model.said[c])
            people = {await self.scene.person(c) for c in part}
            assert people == {min(self.model.born[c] for c in part)}
            for conversation in part:
                siblings = await self.scene.people.siblings(conversation)
                assert sorted(siblings) == sorted(part)
            shown = await self.scene.people.timeline(sorted(part), limit=10_000)
            assert [m.id for m in shown] == wanted
            one = min(part)
            told = {s.id for s in await self.scene.store.history(one, limit=10_000)}
            elsewhere = {m for c in part - {one} for m in self.model.said[c] if m in self.model.waiting}
            assert told == set(wanted) - elsewhere
        standing = {c.id for c in await self.scene.store.conversations(limit=1_000)}
        assert standing == set(self.model.said)

    async def _parts(self) -> list[frozenset[ConversationId]]:
        links = []
        for conversation in self.model.said:
            view = await self.scene.people.view(await self.scene.person(conversation))
            assert view is not None
            links += list(view.links)
        return components(self.model.said, {k.id: k for k in links}.values())

    async def _home(self, n: int) -> ConversationId | None:
        found = await self.scene.store.find_address(self.scene.key(self._handles[n]))
        return None if found is None else found[1]

    async def _write(self, n: int, _: int) -> None:
        key = self.scene.key(self._handles[n])
        (said,) = accepted(await self.scene.receive(self.scene.arrival("hello", address=key)))
        found = await self.scene.store.find_address(key)
        assert found is not None
        if said.conversation_id not in self.model.said:
            self.model.said[said.conversation_id] = []
            self.model.born[said.conversation_id] = found[0].person_id
        self.model.said[said.conversation_id].append(said.message_id)
        self.model.address_of[said.message_id] = found[0].id
        self.model.waiting.add(said.message_id)
        self.model.answers[said.message_id] = 0

    async def _claim(self, _n: int, _: int) -> None:
        for work in await self.scene.claim(limit=50, lease=LEASE):
            history = tuple(await self.scene.store.history(work.conversation_id, limit=1_000))
            if work.turns:
                self._works.append((work, work.turns[0], history))
            else:
                await self.scene.release(work)

    async def _close(self, n: int, _: int) -> None:
        if not self._works:
            return
        work, turn, history = self._works.pop(n % len(self._works))
        closing = self.scene.closing(work, turn_ids=(turn.id,))
        assert closing.reply is not None
        await self.scene.store.close_turn(closing)  # Fenced where somebody else's words may have gone into it
        part = next(p for p in await self._parts() if work.conversation_id in p)
        theirs = {m for c in part for m in self.model.said[c]}
        assert {s.id for s in history} <= theirs
        self._answered(work.conversation_id, turn.message_id, closing.reply.id, address=closing.deliveries[0].address.id)
        await self.scene.settle(work, closing.deliveries[0].id, "sent", native_id=self.scene.name(), release=True)

    def _answered(self, conversation: ConversationId, question: MessageId, reply: MessageId, *, address: str) -> None:
        self.model.said[conversation].append(reply)
        self.model.address_of[reply] = address
        self.model.waiting.discard(question)
        self.model.answers[question] += 1

    async def _link(self, n: int, other: int) -> None:
        one, two = await self._home(n), await self._home(other % HANDLES)
        if one is not None and two is not None:
            self._links.append((await self.scene.link(one, two, by="operator" if other % 2 else "person")).id)

    async def _unlink(self, n: int, _: int) -> None:
        if self._links:
            await self.scene.people.unlink(link_id=self._links[n % len(self._links)], by="person", now_ms=self.scene.now)

    async def _relink(self, n: int, _: int) -> None:
        if self._links:
            await self.scene.people.relink(link_id=self._links[n % len(self._links)], by="person", now_ms=self.scene.now)

    async def _move(self, n: int, _: int) -> None:
        """The platform says that a correspondent has another handle; the old one stays theirs."""
        self._moves += 1
        new = self.scene.key(f"{self._handles[n]}+{self._moves}")
        await self.scene.receive(
            Moved(key=self.scene.name(), scope=SCOPE, old_handle=self._handles[n], new=new, at_ms=self.scene.now), channel=CHANNEL
        )
        if await self.scene.store.find_address(new) is not None:
            self._handles[n] = new.handle

    async def _split(self, n: int, _: int) -> None:
        found = await self.scene.store.find_address(self.scene.key(self._handles[n]))
        if found is None:
            return
        address, old = found
        new = await self.scene.people.split(address_id=address.id, by="operator", now_ms=self.scene.now)
        if new != old:
            moved = [m for m in self.model.said[old] if self.model.address_of[m] == address.id]
            self.model.said[old] = [m for m in self.model.said[old] if m not in moved]
            self.model.said[new] = moved
            self.model.born[new] = await self.scene.person(new)

    async def _erase(self, n: int, _: int) -> None:
        home = await self._home(n)
        if home is None:
            return
        part = next(p for p in await self._parts() if home in p)
        await self.scene.erase(home)  # OnHold where one of them is held
        for conversation in part:
            for message in self.model.said.pop(conversation):
                self.model.waiting.discard(message)
                self.model.answers.pop(message, None)

    async def _hold(self, n: int, other: int) -> None:
        home = await self._home(n)
        if home is not None:
            reason = "case" if other % 3 == 0 else None
            await self.scene.people.hold(person_id=await self.scene.person(home), reason=reason, by="operator", now_ms=self.scene.now)
