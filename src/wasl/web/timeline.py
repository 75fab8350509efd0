"""A visitor's history: every conversation that is theirs as one, in pages and live; where nothing is linked, simply the one.

Live, each conversation is followed by its own seq, which has no gaps: so a page that reconnects gets everything it lacks and
nothing twice, however the clocks of several processes stand. The pages of the past go by message id, which sorts by time.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from wasl.domain.identity import CONVERSATIONS_PER_PERSON_MAX
from wasl.domain.ids import ConversationId
from wasl.domain.turn import StoredMessage
from wasl.ports.bus import Bus, conversation_topic
from wasl.ports.people import People
from wasl.ports.store import Store
from wasl.service.live import Live, decode
from wasl.web.events import beats

REPLAY_MESSAGES = 100
CURSOR_CHARACTERS_MAX = CONVERSATIONS_PER_PERSON_MAX * 64


class Ready:
    """Everything that was stored before has been told."""


class Silent:
    """Nothing happened for a while."""


class Changed:
    """Other conversations are the person's now: the page reads its history anew."""


Allowed = Callable[[], Awaitable[bool]]
Told = StoredMessage | Live | Ready | Silent | Changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Reads the history of whoever owns a conversation. `people` is None where nobody can be linked."""

    store: Store
    bus: Bus
    people: People | None

    async def own(self, home: ConversationId) -> tuple[ConversationId, ...]:
        """Gives every conversation of the same person, the home one among them."""
        if self.people is None:
            return (home,)
        return tuple(await self.people.siblings(home)) or (home,)

    async def page(self, own: Sequence[ConversationId], *, before: str, limit: int) -> Sequence[StoredMessage]:
        """Gives the newest messages, or those before one: named by its seq in a single conversation, else by its id."""
        if self.people is None or (len(own) == 1 and (not before or before.isdigit())):
            return await self.store.messages_before(own[0], seq=int(before) if before.isdigit() else None, limit=limit)
        return await self.people.timeline(own, before=before or None, limit=limit)

    async def newest(self, own: Sequence[ConversationId]) -> dict[ConversationId, int]:
        """Gives the last seq of each conversation."""
        seqs: dict[ConversationId, int] = {}
        for conversation in own:
            last = await self.store.messages_before(conversation, seq=None, limit=1)
            seqs[conversation] = last[-1].seq if last else 0
        return seqs

    async def channels(self, own: Sequence[ConversationId]) -> dict[ConversationId, str]:
        """Gives the channel of each conversation: where its person last wrote from."""
        found: dict[ConversationId, str] = {}
        for conversation in own:
            if addresses := await self.store.addresses(conversation):
                found[conversation] = addresses[0].key.channel
        return found

    async def follow(self, home: ConversationId, *, cursor: str, allowed: Allowed) -> AsyncIterator[Told]:
        """Tells everything after the cursor, then what comes, for as long as it is read and `allowed` says that it may be.

        Whose the conversations are, and whether the reader may, is asked anew before every page of messages.
        """
        seqs = seqs_of(cursor, home=home)
        own = await self.own(home)
        while await allowed():
            async with self.bus.subscribe(*map(conversation_topic, own)) as words:
                fresh = await self.own(home)
                if fresh != own:
                    own = fresh
                    continue
                if seqs.keys() != set(own):
                    seqs = await self.newest(own)
                    yield Changed()

                async def mine(own: Sequence[ConversationId] = own) -> bool:
                    return await self.own(home) == own and await allowed()

                async for message in self._after(seqs, mine=mine):
                    yield message
                yield Ready()
                by_topic = {conversation_topic(c): c for c in own}
                async for word in beats(words):
                    live = decode(word[1]) if word else None
                    from_home = word is not None and by_topic.get(word[0]) == home
                    if live is not None and live.kind != "stored" and (from_home or await mine()):
                        yield live
                        continue
                    if not await allowed():
                        return
                    fresh = await self.own(home)
                    if fresh != own:
                        own = fresh
                        break
                    async for message in self._after(seqs, only=by_topic.get(word[0]) if word else None, mine=mine):
                        yield message
                    if word is None:
                        yield Silent()
                else:
                    return

    async def _after(
        self, seqs: dict[ConversationId, int], *, mine: Allowed, only: ConversationId | None = None
    ) -> AsyncIterator[StoredMessage]:
        """Reads what is new, page by page; ends where a conversation is another's meanwhile, however slowly the reader reads."""
        for conversation in [only] if only else list(seqs):
            while some := await self.store.messages_after(conversation, seq=seqs[conversation], limit=REPLAY_MESSAGES):
                if not await mine():
                    return
                for message in some:
                    seqs[conversation] = message.seq
                    yield message
                if len(some) < REPLAY_MESSAGES:
                    break


def cursor_of(seqs: Mapping[ConversationId, int]) -> str:
    """Writes which messages a page has: one seq for each conversation."""
    return ",".join(f"{conversation}={seq}" for conversation, seq in sorted(seqs.items()))


def seqs_of(cursor: str, *, home: ConversationId) -> dict[ConversationId, int]:
    """Reads what `cursor_of` wrote; a bare number is a seq of the home conversation. What cannot be read counts as nothing."""
    if cursor.isascii() and cursor.isdigit():
        return {home: int(cursor[:15])}
    seqs: dict[ConversationId, int] = {}
    for pair in cursor[:CURSOR_CHARACTERS_MAX].split(","):
        conversation, _, seq = pair.partition("=")
        if conversation and seq.isascii() and seq.isdigit():
            seqs[ConversationId(conversation)] = int(seq[:15])
    return seqs or {home: 0}
