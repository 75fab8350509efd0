"""Prove address: after a channel closed, somebody shows that an old address was theirs by a code that is brought to its handle.

The code is one of `Links`: single use, ten minutes, of which only the hash is kept, and wrong ones are counted. It is brought by whatever
of the installation may write first to a telephone number or an e-mail address. Whoever asks is told the same whether or not somebody
wrote from that handle: nobody learns here who our people are.
"""

import asyncio
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import structlog

from wasl.domain.days import DAY_MS
from wasl.domain.delivery import Outgoing
from wasl.domain.errors import Refused, Throttled, WaslError
from wasl.domain.identity import AuditRecord
from wasl.domain.ids import AddressId, ConversationId, DeliveryId, PersonId
from wasl.domain.message import Text
from wasl.domain.person import Address, AddressKey, AddressKind
from wasl.domain.sunset import Member, Sunset
from wasl.ports.channel import Begins, Channel
from wasl.ports.clock import Clock
from wasl.ports.mail import Letter, Mail
from wasl.ports.network import Network
from wasl.ports.store import Store, Token
from wasl.ports.sunsets import Sunsets
from wasl.service.command_words import tell
from wasl.service.drive import drive
from wasl.service.link import CODE_MS, Links, Offer
from wasl.wire.phone import e164, masked

log = structlog.get_logger(__name__)

PROVABLE: Final[tuple[AddressKind, ...]] = ("phone", "e-mail")
ASKED_KIND: Final = "proof asked"
ASKED_MS: Final = 3_600_000
ASKED_PER_CONVERSATION_MAX: Final = 3
ASKED_PER_HANDLE_MAX: Final = 3
ASKED_MAX: Final = 1_000
"""Codes asked for in an hour: from one conversation, to one handle, and in the whole installation. Text messages cost money."""
SILENT_DAYS_MAX: Final = 90
"""A telephone number from which nobody wrote for longer may have another bearer by now, who must inherit nothing: the operator
decides then."""
HANDLE_CHARACTERS_MAX: Final = 254
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f,;<>]{1,64}@[^@\s\x00-\x1f\x7f,;<>]{1,180}\.[^@\s.\x00-\x1f\x7f,;<>]{2,63}")


class Told(NamedTuple):
    """What whoever asked is told: a key of the words of commands, and the minutes in them."""

    key: str
    minutes: int


class ProveAddress:
    """Brings codes to old handles. `name` is who speaks."""

    def __init__(
        self, *, store: Store, sunsets: Sunsets, links: Links, clock: Clock, channels: Mapping[str, Channel], network: Network,
        mail: Mail | None, name: str,
    ) -> None:  # fmt: skip
        self._store = store
        self._sunsets = sunsets
        self._links = links
        self._clock = clock
        self._channels = channels
        self._network = network
        self._mail = mail
        self._name = name
        self._bringing: set[asyncio.Task[None]] = set()

    async def closed(self) -> Sequence[Sunset]:
        """Gives the plans whose day has come: only what was lost by one of them is proven."""
        now = self._clock.now_ms()
        return [plan for plan in await self._sunsets.plans(states=("closed", "running", "paused")) if now >= plan.on_ms]

    def ways(self, lost: Collection[str]) -> tuple[AddressKind, ...]:
        """Tells to which kinds of handle a code can be brought when these channels are closed."""
        found: set[AddressKind] = {"e-mail"} if self._mail is not None else set()
        for channel in self._beginners(lost):
            found.update(channel.begins_with)
        return tuple(kind for kind in PROVABLE if kind in found)

    async def ask(self, given: str, *, home: ConversationId, language: str, seed: str | None = None) -> AddressKind:
        """Brings a code to a handle, if somebody lost a channel where they wrote from it; gives the handle's kind.

        With the same seed nothing is brought a second time. Raises Refused with `why` "mistyped" for what is no handle and "no way" for
        one to which nothing here can bring a code, Throttled after many tries.
        """
        kind, handles = handles_of(given)
        closed = await self.closed()
        lost = {plan.channel for plan in closed}
        if kind not in self.ways(lost):
            raise Refused("nothing of this installation can bring a code there; ask whoever runs it", why="no way", kind=kind)
        if await self._is_new(handles[0], home=home, seed=seed or self._clock.new_id()):
            bearer = await self._bearer(closed, handles, kind)
            if bearer is not None and bearer.conversation_id not in await self._store.people.siblings(home):
                # Beside the answer: how long it takes must not tell that there is somebody.
                task = asyncio.create_task(self._bring(bearer, handles[0], kind, lost=lost, language=language))
                self._bringing.add(task)
                task.add_done_callback(self._bringing.discard)
        return kind

    async def told(self, given: str, *, home: ConversationId, language: str, seed: str) -> "Told | None":
        """Does the same in a chat, and gives what is said to it; None where no channel is closed."""
        if not await self.closed():
            return None
        try:
            await self.ask(given, home=home, language=language, seed=seed)
        except Throttled as held:
            return Told("proof_slow", max(1, round((held.seconds or 60) / 60)))
        except Refused as refused:
            return Told(lacking(refused), 0)
        return Told("proof_asked", CODE_MS // 60_000)

    async def brought(self) -> None:
        """Waits until every code that is on its way was handed over."""
        while self._bringing:
            await asyncio.gather(*self._bringing)

    # -- private
    def _beginners(self, lost: Collection[str]) -> list[Begins]:
        return [channel for name, channel in self._channels.items() if name not in lost and isinstance(channel, Begins)]

    async def _is_new(self, handle: str, *, home: ConversationId, seed: str) -> bool:
        """Counts the asking; False for one that was counted already. Raises Throttled."""
        now, mark, to = self._clock.now_ms(), _hash(f"{home}\n{seed}"), _hash(handle)
        asked = await self._store.tokens(kind=ASKED_KIND)
        if any(token.sha256 == mark for token in asked):
            return False
        own = [t for t in asked if t.payload.get("by") == home]
        same = [t for t in asked if t.payload.get("to") == to]
        for found, most in ((own, ASKED_PER_CONVERSATION_MAX), (same, ASKED_PER_HANDLE_MAX), (asked, ASKED_MAX)):
            if len(found) >= most:
                until = sorted(t.expires_ms or 0 for t in found)[len(found) - most]
                raise Throttled("too many codes were asked for; wait before the next", seconds=max(1.0, (until - now) / 1000))
        payload = {"by": home, "to": to}
        await self._store.put_token(
            Token(kind=ASKED_KIND, sha256=mark, label="proof", created_ms=now, expires_ms=now + ASKED_MS, payload=payload)
        )
        return True

    async def _bearer(self, closed: Sequence[Sunset], handles: Sequence[str], kind: AddressKind) -> Member | None:
        """Gives who wrote last from a handle on a channel that is closed now."""
        since = self._clock.now_ms() - SILENT_DAYS_MAX * DAY_MS
        found = [one for plan in closed for one in await self._sunsets.bearers(plan, handles=handles, kind=kind)]
        alive = [one for one in found if kind != "phone" or (one.last_inbound_ms or 0) >= since]
        return max(alive, key=lambda one: one.last_inbound_ms or 0, default=None)

    async def _bring(self, bearer: Member, handle: str, kind: AddressKind, *, lost: Collection[str], language: str) -> None:
        try:
            offer = await self._links.offer(bearer.conversation_id, language=language)
            await self._hand_over(offer, handle, kind, lost=lost, language=language)
            await self._note(bearer, handle, kind)
        except WaslError as error:  # whoever asked was answered already, and asks again
            log.error("a code was not brought to an old address", kind=kind, why=error.message)

    async def _hand_over(self, offer: Offer, handle: str, kind: AddressKind, *, lost: Collection[str], language: str) -> None:
        text = tell("proof", language=language, code=offer.code, name=self._name, minutes=CODE_MS // 60_000)
        for channel in self._beginners(lost):
            key = channel.begin(handle, kind) if kind in channel.begins_with else None
            if key is not None:
                outgoing = Outgoing(id=DeliveryId(self._clock.new_id()), address=_address(key, self._clock), parts=(Text(text=text),))
                await drive(channel.send(outgoing), explain=channel.explain, network=self._network)
                return
        if self._mail is None:
            raise Refused("nothing of this installation can bring a code there")
        subject = tell("proof_subject", language=language, name=self._name)
        await self._mail.send(Letter(to=handle, subject=subject, text=text))

    async def _note(self, bearer: Member, handle: str, kind: AddressKind) -> None:
        """Keeps beside the person that a code was brought: the operator sees who tried."""
        person = await self._store.people.person_of(bearer.conversation_id)
        if person is not None:
            detail = {"kind": kind, "to": masked(handle)}
            record = AuditRecord(
                id=self._clock.new_id(), at_ms=self._clock.now_ms(), by="person", act="proof code", person_id=person,
                conversation_id=bearer.conversation_id, address_id=bearer.address_id, detail=detail,
            )  # fmt: skip
            await self._store.people.note(record)


def lacking(refused: Refused) -> str:
    """Gives the name under which the words stand why no code can be brought."""
    return {"phone": "proof_no_phone", "e-mail": "proof_no_mail"}.get(str(refused.facts.get("kind")), "proof_mistyped")


def handles_of(given: str) -> tuple[AddressKind, tuple[str, ...]]:
    """Reads a telephone number with its country code, or an e-mail address: its kind, and how channels write it, the plainest first.

    Raises Refused for what is neither.
    """
    text = given.strip()
    if len(text) <= HANDLE_CHARACTERS_MAX:
        if _EMAIL.fullmatch(text):
            return "e-mail", tuple(dict.fromkeys((text, text.casefold())))
        number = e164(text) if text.startswith(("+", "00")) else None
        if number is not None:
            return "phone", (number, number.removeprefix("+"))
    raise Refused("this is no telephone number with its country code, and no e-mail address", why="mistyped")


def _address(key: AddressKey, clock: Clock) -> Address:
    """Gives the address that a code is sent to: it is nobody's yet, and nothing is stored of it."""
    return Address(id=AddressId(clock.new_id()), person_id=PersonId(clock.new_id()), key=key, valid_from_ms=clock.now_ms())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
