"""Stand-ins for parts of the composition that need an outside world or a clock of their own."""

import secrets

from wasl.domain.errors import Refused
from wasl.domain.identity import By, LinkRecord
from wasl.domain.ids import ConversationId
from wasl.ports.clock import Clock
from wasl.ports.people import People
from wasl.ports.store import Store
from wasl.web.needs import Joining, Offer, Way

CODE_MS = 600_000


class PlainLinks:
    """Codes in memory over the real people."""

    def __init__(self, *, store: Store, people: People, clock: Clock) -> None:
        self._store, self._people, self._clock = store, people, clock
        self._codes: dict[str, tuple[ConversationId, int]] = {}

    async def offer(self, home: ConversationId) -> Offer:
        code = "".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(8))
        until = self._clock.now_ms() + CODE_MS
        self._codes[code] = (home, until)
        return Offer(code=code, expires_ms=until, ways=(Way(channel="webchat", title="Web chat", url=None, text=f"link {code}"),))

    async def look(self, code: str, *, home: ConversationId) -> Joining:
        other = self._found(code, home)
        person = await self._people.person_of(other)
        view = await self._people.view(person) if person else None
        assert view is not None
        mine = next(i for i in view.identities if i.conversation_id == other)
        return Joining(
            channel=mine.addresses[0].key.channel, name=view.name, messages=mine.messages, chats=mine.chats, since_ms=mine.first_ms
        )

    async def join(self, code: str, *, home: ConversationId) -> LinkRecord:
        other = self._found(code, home)
        now = self._clock.now_ms()
        link = LinkRecord(id=self._clock.new_id(), one=other, other=home, proof="code", by="person", at_ms=now)
        joined = await self._people.link(link=link, now_ms=now)
        del self._codes[code]
        return joined

    async def part(self, link_id: str, *, by: By) -> LinkRecord:
        return await self._people.unlink(link_id=link_id, by=by, now_ms=self._clock.now_ms())

    async def rejoin(self, link_id: str, *, by: By) -> LinkRecord:
        return await self._people.relink(link_id=link_id, by=by, now_ms=self._clock.now_ms())

    def _found(self, code: str, home: ConversationId) -> ConversationId:
        other, until = self._codes.get(code, (None, 0))
        if other is None or until < self._clock.now_ms():
            raise Refused("wrong code", code="code_wrong")
        if other == home:
            raise Refused("own code", code="code_own")
        return other
