"""Link: a person shows, by a code carried from one channel to the other, that both are theirs; and parts them again.

Only the hash of a code is kept. Wrong codes are counted in the store, so that restarts and many processes share the count.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from wasl.domain.days import DAY_MS
from wasl.domain.errors import Refused, StoreDown, Throttled
from wasl.domain.fit import fit
from wasl.domain.identity import UNDO_DAYS, By, LinkRecord, PersonView
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, uuid7
from wasl.domain.message import Text
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.ports.bus import WORK, Bus, conversation_topic
from wasl.ports.channel import Channel, Invites, title_in
from wasl.ports.clock import Clock
from wasl.ports.store import Store, Token
from wasl.service.command_words import tell
from wasl.service.live import STORED
from wasl.service.login import keep_secret
from wasl.service.words import spoken, words_of
from wasl.wire.link_code import code_of, is_whole, looks_like_code, looks_like_key, read_code
from wasl.wire.markup import measure
from wasl.wire.phone import masked
from wasl.wire.text import language as written_in

log = structlog.get_logger(__name__)

CODE_KIND = "link code"
SPOKEN_KIND = "link code spoken of"
CODE_MS = 10 * 60_000
CODES_PER_CONVERSATION_MAX = 3
"""Codes of one conversation that may be used at a time; a further one ends the oldest."""
WRONG_KIND = "wrong link code"
WRONG_MS = 3_600_000
WRONG_PER_CONVERSATION_MAX = 5
WRONG_MAX = 1_000
"""Wrong codes in an hour: from one conversation, and in the whole installation; more are not even looked up. With a thousand codes
waiting, whoever guesses all the time meets one in about a hundred years."""
PARTED_KIND = "parted"
"""Remembers who parted a link: only that side may undo it, or parting from somebody would not hold."""
WORDS_LOOKED_AT = 12
"""Messages in which the language of a conversation is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a code is brought to another channel: by opening `url`, or by writing `text` there. `own` says that it is a page of ours."""

    channel: str
    title: str
    url: str | None
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A code that joins another channel, until it expires."""

    code: str
    expires_ms: int
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What a code would join to what is here. `places` are channels with masked handles."""

    channel: str
    name: str | None
    messages: int
    chats: int
    since_ms: int
    conversation_id: ConversationId
    link_id: str
    expires_ms: int
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Whose a personal key is, and since when there are such keys."""

    conversation_id: ConversationId
    made_ms: int


FindKey = Callable[[str], Awaitable[KeyHolder | None]]


class Links:
    """Joins and parts what one person writes on several channels."""

    def __init__(
        self, *, store: Store, bus: Bus, clock: Clock, channels: Mapping[str, Channel], public_url: str | None, language: str = "en"
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._channels = channels
        self._public_url = public_url.rstrip("/") if public_url else None
        self._language = language
        self._secret: bytes | None = None
        self._held_until_ms = 0
        self._held: dict[str, int] = {}
        self.followed: Callable[[Mapping[str, Any], ConversationId], Awaitable[None]] | None = None
        """Told what a code carried and where it was used, before the code is used up; it must do no harm twice."""
        self._keys: FindKey | None = None

    def accept_keys(self, find: "FindKey") -> None:
        """Lets personal keys open what `find` says they are for."""
        self._keys = find

    async def digest(self, purpose: str, seed: str) -> bytes:
        """Gives bytes that only this installation can make: the same for the same purpose and seed, also after a restart."""
        if self._secret is None:
            self._secret = (await keep_secret(self._store, now_ms=self._clock.now_ms())).encode()
        return hmac.new(self._secret, f"{purpose}\n{seed}".encode(), "sha256").digest()

    async def offer(
        self,
        home: ConversationId,
        *,
        seed: str | None = None,
        language: str = "en",
        minutes: int = CODE_MS // 60_000,
        carried: Mapping[str, Any] | None = None,
    ) -> Offer:
        """Makes a code for the person of a conversation; the same seed gives the same code again. `language` is of what is told.
        `carried` is plain JSON that `followed` is told when the code is used."""
        now = self._clock.now_ms()
        expires_ms = now + minutes * 60_000
        code = code_of(await self.digest("link code", seed or self._clock.new_id()))
        waiting = [t for t in await self._store.tokens(kind=CODE_KIND) if t.payload.get("conversation") == home and t.sha256 != _hash(code)]
        for old in waiting[: max(0, len(waiting) + 1 - CODES_PER_CONVERSATION_MAX)]:
            await self._store.drop_token(kind=CODE_KIND, sha256=old.sha256)
        payload = {"conversation": home, **({"carried": carried} if carried else {})}
        await self._store.put_token(
            Token(kind=CODE_KIND, sha256=_hash(code), label="link", created_ms=now, expires_ms=expires_ms, payload=payload)
        )
        await self.speak_of_code(home)
        own = {a.key.channel for a in await self._store.addresses(home)}
        return Offer(code=code, expires_ms=expires_ms, ways=self.ways(code, but=own, language=language))

    async def speak_of_code(self, home: ConversationId) -> None:
        """Remembers for some minutes that a code was shown or tried in a conversation: what looks half like one is meant for one then."""
        now = self._clock.now_ms()
        await self._store.put_token(
            Token(
                kind=SPOKEN_KIND,
                sha256=_hash(home),
                label="spoken of",
                created_ms=now,
                expires_ms=now + CODE_MS,
                payload={"conversation": home},
            )
        )

    async def spoke_of_code(self, home: ConversationId) -> bool:
        """Says whether a code was shown or tried in a conversation within these minutes."""
        return await self._store.find_token(kind=SPOKEN_KIND, sha256=_hash(home), now_ms=self._clock.now_ms()) is not None

    def ways(self, code: str, *, but: set[str], language: str = "en") -> tuple[Way, ...]:
        """Tells how to bring a code to each channel but some."""
        found = []
        word = tell("link_word", language=language)
        for name, channel in self._channels.items():
            url = channel.invitation(code, word=word) if isinstance(channel, Invites) else None
            own = bool(getattr(channel, "local", False))
            if url is None and own and self._public_url:
                url = f"{self._public_url}/me/link?code={code}"
            if name not in but:
                found.append(Way(channel=name, title=title_in(channel, language), url=url, text=f"{word} {code}", own=own))
        return tuple(found)

    async def look(self, code: str, *, home: ConversationId) -> Joining:
        """Tells what a code would join. Raises Refused for one that is wrong, too old, one's own; Throttled after many tries."""
        if looks_like_key(code):
            return await self._look_with_key(code.strip(), home=home)
        known = read_code(code, told=True)
        if known is None:
            why = "mistyped" if is_whole(code) else "not whole"
            raise Refused("this is no code of ours, or a letter is wrong; copy it again", why=why)
        sha256 = _hash(known)
        await self._may_try(home)
        token = await self._store.find_token(kind=CODE_KIND, sha256=sha256, now_ms=self._clock.now_ms())
        if token is None:
            await self._count_wrong(home, sha256)
            raise Refused("this code is unknown, used or too old; ask for a new one on the other channel", why="unknown")
        other = ConversationId(str(token.payload["conversation"]))
        link_id = uuid7(unix_ms=token.created_ms, tail=bytes.fromhex(sha256[:20]))
        return await self._look_at(other, home=home, link_id=link_id, expires_ms=token.expires_ms or 0)

    async def _look_with_key(self, key: str, *, home: ConversationId) -> Joining:
        """Tells what a personal key would join: it may be used from several places, and makes one link with each."""
        await self._may_try(home)
        found = await self._keys(key) if self._keys is not None else None
        if found is None:
            await self._count_wrong(home, _hash(key))
            raise Refused("this link is not one of ours, or what it led to is gone", why="unknown")
        tail = bytes.fromhex(_hash(f"{key}\n{home}")[:20])
        return await self._look_at(found.conversation_id, home=home, link_id=uuid7(unix_ms=found.made_ms, tail=tail), expires_ms=0)

    async def _look_at(self, other: ConversationId, *, home: ConversationId, link_id: str, expires_ms: int) -> Joining:
        person, own = await self._store.people.person_of(other), await self._store.people.person_of(home)
        if person is None or own is None:
            raise Refused("there is nothing left behind this code", why="unknown")
        if person == own:
            raise Refused("this code is your own: send it on the other channel", why="own")
        view = await self._store.people.view(person)
        assert view is not None  # found a line ago; erased meanwhile is told as unknown by the next try
        return self._joining(view, other, link_id=link_id, expires_ms=expires_ms)

    def _joining(self, view: PersonView, other: ConversationId, *, link_id: str, expires_ms: int) -> Joining:
        asked = next(i for i in view.identities if i.conversation_id == other)
        newest = [next((a for a in reversed(i.addresses) if a.valid_to_ms is None), None) for i in view.identities]
        place = next((a for a in reversed(asked.addresses) if a.valid_to_ms is None), None)
        return Joining(
            channel=place.key.channel if place else "",
            name=view.name,
            messages=sum(i.messages for i in view.identities),
            chats=sum(i.chats for i in view.identities),
            since_ms=min(i.first_ms for i in view.identities),
            conversation_id=other,
            link_id=link_id,
            expires_ms=expires_ms,
            places=tuple((a.key.channel, masked(a.key.alias or a.key.handle)) for a in newest if a is not None),
        )

    def title(self, channel: str, *, language: str) -> str:
        """Gives the name of a channel as people know it."""
        known = self._channels.get(channel)
        return title_in(known, language) if known is not None else channel

    async def language(self, conversation_id: ConversationId, *, told: str | None, first: str = "") -> str:
        """Gives the language in which a conversation is spoken to: of `first`, else of the last words that its person wrote."""
        texts = [first]
        if not written_in(first):
            last = await self._store.messages_before(conversation_id, seq=None, limit=WORDS_LOOKED_AT)
            texts = [words_of(m.parts) for m in reversed(last) if m.author == "person"]
        shown = [t for t in texts if t.split() and not looks_like_code(t.split()[-1])]
        return spoken(shown, told=told, default=self._language)

    async def join(self, code: str, *, home: ConversationId) -> LinkRecord:
        """Uses a code up and joins. Raises like `look`."""
        found = await self.look(code, home=home)
        sha256 = _hash(read_code(code, told=True) or "")
        return await self.join_looked_at(link_id=found.link_id, other=found.conversation_id, home=home, code_hash=sha256)

    async def join_looked_at(self, *, link_id: str, other: ConversationId, home: ConversationId, code_hash: str) -> LinkRecord:
        """Joins what `look` told of. The link's id is the code's, so a code makes one link, whoever says yes to it and how often.

        Raises Refused when the code was used by somebody else, or when both are one already.
        """
        now = self._clock.now_ms()
        wanted = LinkRecord(id=link_id, one=other, other=home, proof="code", by="person", at_ms=now)
        stored = await self._store.people.link(link=wanted, now_ms=now)
        ours = (stored.one, stored.other) == (other, home) and stored.ended_ms is None
        if ours and self.followed is not None:
            token = await self._store.find_token(kind=CODE_KIND, sha256=code_hash, now_ms=now)
            if token is not None and isinstance(carried := token.payload.get("carried"), dict):
                await self.followed(carried, home)
        await self._store.take_token(kind=CODE_KIND, sha256=code_hash, now_ms=now)
        if not ours:
            raise Refused("this code is used up; ask for a new one on the other channel", why="used")
        self._wake(other, home)
        return stored

    async def part(self, link_id: str, *, by: By, home: ConversationId | None = None) -> LinkRecord:
        """Ends a link; whoever parts it from `home` may undo that for 30 days."""
        now = self._clock.now_ms()
        if home is not None:
            await self._store.put_token(
                Token(
                    kind=PARTED_KIND, sha256=parted_hash(link_id, home), label=link_id, created_ms=now,
                    expires_ms=now + UNDO_DAYS * DAY_MS, payload={"link": link_id, "conversation": home},
                )
            )  # fmt: skip
        ended = await self._store.people.unlink(link_id=link_id, by=by, now_ms=now)
        self._wake(ended.one, ended.other)
        return ended

    async def rejoin(self, link_id: str, *, by: By) -> LinkRecord:
        """Undoes the end of a link. Raises Refused when both are one already."""
        opened = await self._store.people.relink(link_id=link_id, by=by, now_ms=self._clock.now_ms())
        self._wake(opened.one, opened.other)
        return opened

    async def parted_from(self, home: ConversationId) -> str | None:
        """Gives the link that this conversation parted last and may still undo."""
        now = self._clock.now_ms()
        person = await self._store.people.person_of(home)
        view = None if person is None else await self._store.people.view(person)
        if view is None:
            return None
        ended = sorted((k for k in view.links if k.ended_ms is not None), key=lambda k: (k.ended_ms or 0, k.id), reverse=True)
        for link in ended:
            if await self._store.find_token(kind=PARTED_KIND, sha256=parted_hash(link.id, home), now_ms=now) is not None:
                return link.id
        return None

    async def tell(self, conversation_id: ConversationId, key: str, *, channel: str) -> None:
        """Says in a conversation, in its own language, what was done from another channel, once at most: a store that is down now is
        not asked again."""
        try:
            addresses = await self._store.addresses(conversation_id)
            address = next((a for a in addresses if a.key.channel in self._channels), None)
            if address is None:
                return
            language = await self.language(conversation_id, told=address.language)
            text = tell(key, language=language, title=self.title(channel, language=language))
            limits = self._channels[address.key.channel].limits
            message = NewMessage(id=MessageId(self._clock.new_id()), author="system", parts=(Text(text=text),))
            deliveries = [
                NewDelivery(id=DeliveryId(self._clock.new_id()), address=address, position=place, parts=piece)
                for place, piece in enumerate(fit(message.parts, limits=limits, measure=measure(limits)))
            ]
            await self._store.say(conversation_id=conversation_id, message=message, deliveries=deliveries, now_ms=self._clock.now_ms())
        except StoreDown as error:
            log.warning("a notice was not stored", conversation=conversation_id, why=error.message)
            return
        self._wake(conversation_id)

    # -- private
    def _wake(self, *conversations: ConversationId) -> None:
        for conversation in conversations:
            self._bus.publish(conversation_topic(conversation), STORED)
            self._bus.publish(WORK, conversation.encode())

    async def _may_try(self, home: ConversationId) -> None:
        """Raises Throttled for whoever, or while everybody together, sent too many wrong codes."""
        now = self._clock.now_ms()
        until = max(self._held_until_ms, self._held.get(home, 0))
        if until <= now:
            wrong = sorted(await self._store.tokens(kind=WRONG_KIND), key=lambda t: t.expires_ms or 0)
            own = [t for t in wrong if t.payload.get("by") == home]
            if len(wrong) >= WRONG_MAX:
                self._held_until_ms = until = wrong[len(wrong) - WRONG_MAX].expires_ms or 0
            if len(own) >= WRONG_PER_CONVERSATION_MAX:
                until = max(until, own[len(own) - WRONG_PER_CONVERSATION_MAX].expires_ms or 0)
                if len(self._held) >= WRONG_MAX:
                    self._held = {who: at for who, at in self._held.items() if at > now}
                self._held[home] = until
        if until > now:
            raise Throttled("too many wrong codes were sent; wait before the next", seconds=(until - now) / 1000)

    async def _count_wrong(self, home: ConversationId, sha256: str) -> None:
        """Counts a wrong code; the same one from the same place counts once, so that a turn that is tried again adds nothing."""
        now = self._clock.now_ms()
        mark = _hash(f"{home}\n{sha256}")
        await self._store.put_token(
            Token(kind=WRONG_KIND, sha256=mark, label="wrong", created_ms=now, expires_ms=now + WRONG_MS, payload={"by": home})
        )


def parted_hash(link_id: str, conversation: str) -> str:
    """Gives the hash under which it is kept who parted a link."""
    return _hash(f"{link_id}\n{conversation}")


def code_hash(code: str) -> str:
    """Gives the hash under which a code is kept."""
    return _hash(code)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
