"""Picture: the rows that a few writes need, held in memory, with the changes that the writes made to them.

The laws of a store are plain functions over a picture (`picture_receive`, `picture_work`). The store in memory keeps one
picture with everything; the store on PostgreSQL paints one per transaction from locked rows and writes its changes back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wasl.domain.delivery import DeliveryState
from wasl.domain.event import ConsentGiven, Signal
from wasl.domain.message import Author, Part
from wasl.domain.person import Address, AddressKey
from wasl.domain.purpose import PurposeRecord
from wasl.domain.turn import TurnState, UsageRecord

OPEN_STATES = frozenset[DeliveryState](("queued", "sending", "unknown"))
"""A delivery in one of these is not settled."""

Handle = tuple[str, str, str]
"""Channel, scope, handle (or alias)."""
Native = tuple[str, str]
"""Channel and the platform's id of a message."""


@dataclass(slots=True, kw_only=True)
class ConversationRow:
    """A row of `conversation`."""

    id: str
    person_id: str
    created_ms: int
    last_ms: int
    message_seq: int = 0
    turn_seq: int = 0
    closed_seq: int = 0
    ready_at: int | None = None
    epoch: int = 0
    owner: str | None = None
    born_as: str | None = None
    shared: bool = False
    identity_epoch: int = 0
    continues: str | None = None


@dataclass(slots=True, kw_only=True)
class AddressRow:
    """A row of `address`."""

    address: Address
    conversation_id: str


@dataclass(slots=True, kw_only=True)
class MessageRow:
    """A row of `message`."""

    id: str
    conversation_id: str
    seq: int
    author: Author
    author_name: str | None
    address_id: str | None
    native_id: str | None
    reply_to: str | None
    sent_ms: int
    stored_ms: int
    parts: tuple[Part, ...]
    model: str | None = None
    extra: str | None = None


@dataclass(slots=True, kw_only=True)
class TurnRow:
    """A row of `turn`."""

    id: str
    conversation_id: str
    seq: int
    message_id: str
    accepted_ms: int
    state: TurnState = "due"
    attempt: int = 0
    closed_ms: int | None = None
    reply_id: str | None = None
    verdicts: str | None = None
    note: str | None = None


@dataclass(slots=True, kw_only=True)
class DeliveryRow:
    """A row of `delivery`; `parts` stays empty where a picture was painted without them."""

    id: str
    message_id: str
    conversation_id: str
    address_id: str
    channel: str
    position: int
    seq: int
    state: DeliveryState
    attempt: int
    created_ms: int
    since_ms: int
    due_ms: int
    parts: tuple[Part, ...] = ()
    reply_to: str | None = None
    native_id: str | None = None
    sent_ms: int | None = None
    delivered_ms: int | None = None
    read_ms: int | None = None
    error: str | None = None
    price: str | None = None
    charge: str | None = None
    verdict: str | None = None


@dataclass(slots=True, kw_only=True)
class EarlyReceipt:
    """A row of `early_receipt`, without its key."""

    state: DeliveryState
    at_ms: int
    error: str | None
    price: str | None


@dataclass(slots=True, kw_only=True)
class PersonRow:
    """A row of `person`."""

    id: str
    kind: str
    name: str | None
    created_ms: int


@dataclass(slots=True, kw_only=True)
class UsageRow:
    """A row of `usage`."""

    record: UsageRecord
    turn_id: str | None
    conversation_id: str | None


@dataclass(slots=True)
class Changes:
    """What the writes did, to be carried to where it lasts. A row that is new is not repeated among the changed."""

    raws: list[tuple[str, int, bytes, str | None]] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    people: list[PersonRow] = field(default_factory=list)
    new_conversations: dict[str, ConversationRow] = field(default_factory=dict)
    conversations: dict[str, ConversationRow] = field(default_factory=dict)
    new_addresses: dict[str, AddressRow] = field(default_factory=dict)
    addresses: dict[str, AddressRow] = field(default_factory=dict)
    freed: set[str] = field(default_factory=set)
    """Changed addresses that gave up the handle under which they are stored: another may have taken it since."""
    messages: list[MessageRow] = field(default_factory=list)
    new_turns: dict[str, TurnRow] = field(default_factory=dict)
    turns: dict[str, TurnRow] = field(default_factory=dict)
    new_deliveries: dict[str, DeliveryRow] = field(default_factory=dict)
    deliveries: dict[str, DeliveryRow] = field(default_factory=dict)
    apart: list[tuple[DeliveryRow, int]] = field(default_factory=list)
    """Deliveries that were taken apart, and how many stand right behind each now."""
    usage: list[UsageRow] = field(default_factory=list)
    purposes: list[PurposeRecord] = field(default_factory=list)
    consents: list[ConsentGiven] = field(default_factory=list)
    signals: list[tuple[str, Signal]] = field(default_factory=list)
    early: dict[Native, dict[str, EarlyReceipt]] = field(default_factory=dict)
    early_used: set[Native] = field(default_factory=set)


class Picture:
    """The rows, found the ways in which writes look for them. What is not in the picture does not exist for them."""

    def __init__(self) -> None:
        self.fresh: set[tuple[str, str]] = set()
        self.conversations: dict[str, ConversationRow] = {}
        self.addresses: dict[str, AddressRow] = {}
        self.by_handle: dict[Handle, AddressRow] = {}
        self.by_alias: dict[Handle, AddressRow] = {}
        self.due_turns: dict[str, dict[str, TurnRow]] = {}
        self.turns_hidden: dict[str, int] = {}  # first seq that was not painted, where there were too many due turns
        self.deliveries: dict[str, DeliveryRow] = {}
        self.by_native: dict[Native, DeliveryRow] = {}
        self.open_deliveries: dict[str, dict[str, DeliveryRow]] = {}
        self.early: dict[Native, dict[str, EarlyReceipt]] = {}
        self.changes = Changes()

    # -- painting: rows that are there already
    def show_address(self, row: AddressRow) -> None:
        """Puts an open address in."""
        key = row.address.key
        self.addresses[row.address.id] = row
        self.by_handle[key.channel, key.scope, key.handle] = row
        if key.alias is not None:
            self.by_alias[key.channel, key.scope, key.alias] = row

    def show_turn(self, row: TurnRow) -> None:
        """Puts a due turn in."""
        self.due_turns.setdefault(row.conversation_id, {})[row.id] = row

    def show_delivery(self, row: DeliveryRow) -> None:
        """Puts a delivery in."""
        self.deliveries[row.id] = row
        if row.native_id is not None:
            self.by_native[row.channel, row.native_id] = row
        if row.state in OPEN_STATES:
            self.open_deliveries.setdefault(row.conversation_id, {})[row.id] = row

    # -- writing
    def take_fresh(self, channel: str, key: str) -> bool:
        """Says whether an event is new; the second one with its key is not."""
        if (channel, key) not in self.fresh:
            return False
        self.fresh.discard((channel, key))
        return True

    def add_address(self, row: AddressRow) -> None:
        """Stores a new address."""
        self.show_address(row)
        self.changes.new_addresses[row.address.id] = row

    def change_address(self, row: AddressRow, address: Address) -> None:
        """Replaces an address; a closed one is not found any more."""
        self._forget_keys(row, row.address.key)
        frees = address.valid_to_ms is not None or address.key.handle != row.address.key.handle
        row.address = address
        if address.valid_to_ms is None:
            self.show_address(row)
        if address.id not in self.changes.new_addresses:
            self.changes.addresses[address.id] = row
            if frees:
                self.changes.freed.add(address.id)

    def forget_address(self, row: AddressRow) -> None:
        """Takes an address out for good."""
        self._forget_keys(row, row.address.key)
        self.addresses.pop(row.address.id, None)

    def _forget_keys(self, row: AddressRow, key: AddressKey) -> None:
        if self.by_handle.get((key.channel, key.scope, key.handle)) is row:
            del self.by_handle[key.channel, key.scope, key.handle]
        if key.alias is not None and self.by_alias.get((key.channel, key.scope, key.alias)) is row:
            del self.by_alias[key.channel, key.scope, key.alias]

    def add_conversation(self, row: ConversationRow) -> None:
        """Stores a new conversation."""
        self.conversations[row.id] = row
        self.changes.new_conversations[row.id] = row

    def changed_conversation(self, row: ConversationRow) -> None:
        """Notes that a conversation was changed."""
        if row.id not in self.changes.new_conversations:
            self.changes.conversations[row.id] = row

    def add_turn(self, row: TurnRow) -> None:
        """Stores a new due turn."""
        self.show_turn(row)
        self.changes.new_turns[row.id] = row

    def changed_turn(self, row: TurnRow) -> None:
        """Notes that a turn was changed; a closed one is not due any more."""
        if row.state != "due":
            self.due_turns[row.conversation_id].pop(row.id, None)
        if row.id not in self.changes.new_turns:
            self.changes.turns[row.id] = row

    def add_delivery(self, row: DeliveryRow) -> None:
        """Stores a new delivery."""
        self.show_delivery(row)
        self.changes.new_deliveries[row.id] = row

    def take_apart(self, row: DeliveryRow, behind: Sequence[DeliveryRow]) -> None:
        """Puts new deliveries right behind one of the same message; its parts were changed."""
        for other in self.deliveries.values():
            if other.message_id == row.message_id and other.position > row.position:
                other.position += len(behind)
        for made in behind:
            self.add_delivery(made)
        self.changes.apart.append((row, len(behind)))

    def changed_delivery(self, row: DeliveryRow) -> None:
        """Notes that a delivery was changed."""
        if row.native_id is not None:
            self.by_native[row.channel, row.native_id] = row
        if row.state not in OPEN_STATES:
            self.open_deliveries.get(row.conversation_id, {}).pop(row.id, None)
        if row.id not in self.changes.new_deliveries:
            self.changes.deliveries[row.id] = row

    def add_early(self, native: Native, receipt: EarlyReceipt) -> None:
        """Keeps a receipt for a delivery that is not known yet; the first of each state stays."""
        if receipt.state not in self.early.setdefault(native, {}):
            self.early[native][receipt.state] = receipt
            self.changes.early.setdefault(native, {})[receipt.state] = receipt

    def take_early(self, native: Native) -> Iterable[EarlyReceipt]:
        """Gives the receipts that were kept for a native id, oldest first, and forgets them."""
        kept = self.early.pop(native, None)
        if not kept:
            return ()
        self.changes.early.pop(native, None)
        self.changes.early_used.add(native)
        return sorted(kept.values(), key=lambda r: r.at_ms)

    def take_changes(self) -> Changes:
        """Gives what was changed since the last time."""
        changes, self.changes = self.changes, Changes()
        return changes
