"""The contract of a store: where everything that was accepted lives.

Every method that writes returns only after its commit is durable (group commit: whatever waits goes into one transaction).
Any method raises StoreDown when the database cannot be reached or cannot commit now; then nothing of that call was stored
and it may be called again. All times are milliseconds since 1970, UTC. Every store passes `wasl.testing.contracts`.

The lease. `ready_at` of a conversation: null = idle, past = claimable, future = backing off; with an owner it is leased, whatever the
time: a lease ends when it is given back, or when somebody who watched it finds that it is not renewed any more (`Leases.free`).
`epoch` grows by one with every lease; a writer that shows an older epoch gets Fenced and nothing of its call is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from wasl.domain.event import Event
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Media, Said
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import Closing, ConversationSummary, NewDelivery, NewMessage, Settling, StoredMessage, UsageRecord, Work
from wasl.domain.value import value
from wasl.ports.counting import Asked, Counted, Counting
from wasl.ports.evidence import Evidence
from wasl.ports.judged import Judged
from wasl.ports.leases import Leases
from wasl.ports.ledger import Ledger
from wasl.ports.library import Library
from wasl.ports.people import People
from wasl.ports.purposes import Purposes
from wasl.ports.standing import Standings
from wasl.ports.times import Times
from wasl.ports.troubles import Troubles

TURNS_PER_WORK_MAX = 50
"""Due turns handed out with one lease; the rest stays due."""
DELIVERIES_PER_WORK_MAX = 50
"""Unsettled deliveries handed out with one lease."""
DEDUPE_DAYS = 8
"""How long an event's key is remembered at least (platforms redeliver for up to 7 days)."""


@value(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who takes a conversation, and for how long. `history` asks for up to so many messages to come along with the work."""

    owner: str
    milliseconds: int
    history: int = 0


@value(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One genuine request or poll, to be stored as a whole or not at all."""

    channel: str
    raw: bytes
    received_at_ms: int
    events: Sequence[Event]
    cursor: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An Arrival was new and is stored. `turn_id` is None where no answer is wanted. `work` came along when a lease was
    offered and the conversation was idle: the caller now holds it."""

    key: str
    message_id: MessageId
    conversation_id: ConversationId
    seq: int
    turn_id: TurnId | None = None
    work: Work | None = None


@value(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The event's key is known; nothing was stored for it."""

    key: str


@value(frozen=True, slots=True, kw_only=True)
class ReceiptApplied:
    """A Receipt was for a delivery of ours; `changed` says whether it moved it forward, `woke` whether its conversation was
    backing off because of it and is ready now."""

    key: str
    delivery_id: DeliveryId
    conversation_id: ConversationId
    message_id: MessageId
    changed: bool
    woke: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Kept:
    """The event is stored and changes no message: a receipt whose delivery is not known yet (it is applied when the delivery
    learns that native id), a consent, a signal, a moved handle."""

    key: str


Outcome = Accepted | Duplicate | ReceiptApplied | Kept


@value(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How the work stands now."""

    ready: int
    leased: int
    backing_off: int
    oldest_due_ms: int | None
    deliveries: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)


@value(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something to be done at a time: unique by (kind, key)."""

    kind: str
    key: str
    due_ms: int
    payload: Mapping[str, Any] = field(default_factory=dict)


@value(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret that was handed out, known by the SHA-256 of its text: an API key, a login link, a session."""

    kind: str
    sha256: str
    label: str
    created_ms: int
    expires_ms: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


class Closed(NamedTuple):
    """What a closing came to: the reply's `seq`; whether its first delivery has `begun` ("sending") or stands `behind` something
    unsettled on its address; what came of the count."""

    seq: int | None
    begun: bool = False
    behind: bool = False
    counted: Counted | None = None


class Store(Leases, Protocol):
    """The durable core."""

    @property
    def people(self) -> People:
        """Who is who, in the same database and the same commits."""
        ...

    @property
    def library(self) -> Library:
        """What was brought, and the search, in the same database."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What things cost, and what may still be spent, in the same database."""
        ...

    @property
    def purposes(self) -> Purposes:
        """What every turn was for, written in the commits that close them."""
        ...

    @property
    def evidence(self) -> Evidence:
        """What was published, changed and handed over, in the same database."""
        ...

    @property
    def counting(self) -> Counting:
        """What was sent, counted for the platforms' limits, in the same database."""
        ...

    @property
    def judged(self) -> Judged:
        """What was judged, and by which rulebook, in the same database."""
        ...

    @property
    def standings(self) -> Standings:
        """How people stand with us, in the same database."""
        ...

    @property
    def times(self) -> Times:
        """The latest time of day that any process saw, in the same database."""
        ...

    @property
    def troubles(self) -> Troubles:
        """Signs that a platform turns against us, in the same database."""
        ...

    async def open(self) -> None:
        """Opens, migrates forward, and is ready. Raises SettingWrong for a database this version cannot use."""
        ...

    async def close(self) -> None:
        """Commits what waits and closes."""
        ...

    async def ping(self) -> None:
        """Makes one durable commit that changes nothing; raises StoreDown when that cannot be done now."""
        ...

    # -- one inbound request ------------------------------------------------------------------------------------------
    async def receive(self, incoming: Incoming, *, lease: Lease | None = None) -> Sequence[Outcome]:
        """Stores the raw body and every event in one commit; gives one Outcome per event, in order.

        A new Arrival finds or makes Address, Person and Conversation, is stored as a Message and, when it wants an answer,
        a due Turn. A business-scoped id whose alias (phone) belongs to another business-scoped id closes that old address
        and starts a new person. A Receipt found by tag or native id moves its delivery forward only (`moves`), and wakes a
        conversation that backs off because of an unknown delivery. When `lease` is given, a conversation that was idle
        comes back leased in Accepted.work. Consents are kept per address; Moved gives the old address's person the new
        handle as a further address.
        """
        ...

    async def cursor(self, channel: str) -> str | None:
        """Gives the last `Incoming.cursor` stored for the channel."""
        ...

    # -- work ---------------------------------------------------------------------------------------------------------
    async def claim(self, *, lease: Lease, limit: int, now_ms: int) -> Sequence[Work]:
        """Leases up to `limit` claimable conversations, longest ready first; none that is leased. Two claimers never get the same one."""
        ...

    async def renew(self, *, lease: Lease, now_ms: int, held: Sequence[ConversationId] | None = None) -> Mapping[ConversationId, int]:
        """Prolongs the owner's leases to `now_ms + lease.milliseconds`, in one statement: those in `held`, None meaning all. Gives which
        those were, with their epochs: one that others held meanwhile has a later one. A worker names what it really holds, so that
        a lease it does not know of (a commit whose answer was lost) runs out.
        """
        ...

    async def release(
        self,
        *,
        conversation_id: ConversationId,
        epoch: int,
        now_ms: int,
        turns_at_ms: int | None = None,
        deliveries_at_ms: int | None = None,
    ) -> None:
        """Gives a lease back. The conversation is ready at `turns_at_ms` (default: now) when due turns are left, at
        `deliveries_at_ms` when that is earlier or no turn is left, idle when neither. A lease that is lost already is
        no error."""
        ...

    async def close_turn(self, closing: Closing, *, start: bool = True, count: Asked | None = None) -> Closed:
        """Stores reply, deliveries, usage and verdicts and closes the turns. The lease stays. Raises Fenced.

        The first delivery to an address that has nothing unsettled is stored as "sending" (attempt 1), the others, and without
        `start` all of them, as "queued". `count` is counted for the first delivery in the same commit, where it would be
        "sending"; when it may not go out at once (`at_once`), it is "queued".
        """
        ...

    async def retry_turn(
        self, *, turn_id: TurnId, conversation_id: ConversationId, epoch: int, now_ms: int, at_ms: int, usage: Sequence[UsageRecord] = ()
    ) -> None:
        """Counts an attempt on a due turn, stores what it cost, and gives the lease back with `ready_at = at_ms`. Raises Fenced."""
        ...

    async def start_sending(
        self, *, delivery_id: DeliveryId, conversation_id: ConversationId, epoch: int, now_ms: int, count: Asked | None = None
    ) -> Counted | None:
        """Makes a queued or unknown delivery "sending" and counts the attempt. Raises Fenced. `count` is counted in the same commit;
        when it may not go out at once (`at_once`), the delivery stays as it is."""
        ...

    async def settle(self, settling: Settling) -> None:
        """Stores what became of a delivery.

        "sent" moves forward only: a receipt may have told more already; receipts kept for the native id are applied now.
        A delivery that was sent is recorded whatever the epoch; the lease and the other states need the
        current epoch: raises Fenced (after recording "sent"). With `release` the lease is given back as by `release`,
        taking account of unsettled deliveries' `due_at_ms`.
        """
        ...

    async def say(self, *, conversation_id: ConversationId, message: NewMessage, deliveries: Sequence[NewDelivery], now_ms: int) -> int:
        """Stores a message that answers no turn (an operator's word, a notice) with queued deliveries and wakes the
        conversation; gives its seq."""
        ...

    # -- reading ------------------------------------------------------------------------------------------------------
    async def history(self, conversation_id: ConversationId, *, limit: int, before_seq: int | None = None) -> Sequence[Said]:
        """Gives the last `limit` messages before `before_seq`, oldest first.

        Without `before_seq`, of a person with several conversations: the last of all of them, by time, those of the others marked
        `elsewhere` and without the questions that still wait for their answer there. A lease's history is the same.
        """
        ...

    async def messages_after(self, conversation_id: ConversationId, *, seq: int, limit: int) -> Sequence[StoredMessage]:
        """Gives messages with a greater seq, oldest first."""
        ...

    async def messages_before(self, conversation_id: ConversationId, *, seq: int | None, limit: int) -> Sequence[StoredMessage]:
        """Gives the last `limit` messages with a smaller seq (None: the newest), oldest first."""
        ...

    async def find_address(self, key: AddressKey) -> tuple[Address, ConversationId] | None:
        """Finds the open address and the conversation of its bearer."""
        ...

    async def addresses(self, conversation_id: ConversationId) -> Sequence[Address]:
        """Gives the open addresses of a conversation's bearer, the one last written from first."""
        ...

    async def conversations(self, *, limit: int, before_ms: int | None = None) -> Sequence[ConversationSummary]:
        """Lists conversations, the newest word first."""
        ...

    async def backlog(self, *, now_ms: int) -> Backlog:
        """Counts the work; cheap enough to ask every few seconds."""
        ...

    async def deliveries(self, message_id: MessageId) -> Sequence[Mapping[str, Any]]:
        """Gives every delivery of a message with its state, attempts, native id, times, error and price."""
        ...

    async def usage_totals(self, *, since_ms: int) -> Sequence[Mapping[str, Any]]:
        """Sums calls and tokens since a time, by candidate and outcome."""
        ...

    async def signals(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """Lists what platforms said about our accounts, newest first."""
        ...

    # -- beside -------------------------------------------------------------------------------------------------------
    async def attach(self, *, message_id: MessageId, position: int, media: Media) -> None:
        """Replaces the Media part at `position` by one that is held (its sha256, size and type are known now)."""
        ...

    async def record_usage(self, records: Sequence[UsageRecord]) -> None:
        """Stores the cost of calls that belong to no turn (the compatible API)."""
        ...

    async def put_token(self, token: Token) -> None:
        """Stores a token; one with the same hash is replaced."""
        ...

    async def find_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a token that is neither expired nor taken."""
        ...

    async def take_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a single-use token and uses it up in the same commit: of many takers at once, one gets it."""
        ...

    async def tokens(self, *, kind: str) -> Sequence[Token]:
        """Lists the tokens of a kind that are not expired."""
        ...

    async def drop_token(self, *, kind: str, sha256: str) -> bool:
        """Forgets a token; says whether there was one."""
        ...

    async def set_timer(self, timer: Timer) -> None:
        """Stores a timer; one with the same kind and key is replaced."""
        ...

    async def drop_timer(self, *, kind: str, key: str) -> None:
        """Forgets a timer."""
        ...

    async def due_timers(self, *, now_ms: int, limit: int, lease_ms: int) -> Sequence[Timer]:
        """Gives timers that are due and moves them `lease_ms` ahead, so that one that is not dropped comes again."""
        ...

    async def prune(self, *, now_ms: int, raw_days: int) -> Mapping[str, int]:
        """Deletes raw bodies older than `raw_days`, event keys older than DEDUPE_DAYS, tokens that ended; gives the counts."""
        ...


@runtime_checkable
class CopiesItself(Protocol):
    """A store that can be copied into a file while it works."""

    async def copy_to(self, path: Path) -> None:
        """Writes a copy of everything committed so far, in one piece, to a new file. Raises StoreDown."""
        ...


StoreKind = Literal["sqlite", "postgres", "memory"]
