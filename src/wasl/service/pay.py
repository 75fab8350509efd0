"""Pay: the gate of money before every send, and the step that promises an answer only where its message can be paid for."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from wasl.domain.cost import Charge, Cost
from wasl.domain.delivery import Outgoing
from wasl.domain.errors import Spent, StoreDown
from wasl.domain.event import Receipt
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.message import Template
from wasl.domain.person import Address
from wasl.domain.turn import Settling
from wasl.ledger.meter import next_period_at
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.counting import Counted
from wasl.service.judging import Admission, Admitted, Case, Decided, Denied, End, Gate, IfRoom, Waits
from wasl.service.meter import Meter
from wasl.service.purse import country_of

PROMISE_MINUTES = 10
"""What an answer's message may cost is kept for it so long."""
SEND_MINUTES = 30
"""What a send may cost is held so long while nobody knows how it went."""
KEEP_DAYS = 8
"""So long a platform's word can still give money back (it repeats what it has to say for a week)."""
WAIT_HOURS_MAX = 24
"""What a used-up budget forbids waits for the next period where that is so near; else it fails."""
MINUTE_MS = 60_000
FREE_FORM = "service"
FREE_BY_RULE = Cost(Decimal(0), "", "rules")


class Pay:
    """Asks the other gate first (`inner`), then the budgets; says with every send what it is expected to cost.

    `ruled` are the kinds of channels whose charges stand in the rules: what a verdict there does not call charged is free.
    """

    def __init__(
        self,
        *,
        meter: Meter,
        clock: Clock,
        channels: Mapping[str, Channel],
        inner: Gate | None = None,
        ruled: Collection[str] = (),
    ) -> None:
        self._ruled = frozenset(ruled)
        self._meter = meter
        self._clock = clock
        self._channels = channels
        self._inner = inner

    @property
    def counts(self) -> bool:
        """Says whether any budget counts messages."""
        return self._meter.pays_for_messages

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        """Judges one delivery. What it may cost is reserved before its place is counted, and corrected by what was counted."""
        admission: Admission = Admitted(outgoing=outgoing)
        if self._inner is not None:
            admission = await self._inner.admit(outgoing, conversation_id=conversation_id)
        if not isinstance(admission, Admitted | IfRoom):
            return admission
        if isinstance(admission, IfRoom) and not self._meter.pays_for_messages:
            return admission.followed_by(partial(self._decided, admission, charge=None, conversation_id=conversation_id), charge=None)
        charge = self.expected(admission.outgoing, verdict=admission.verdict)
        if self._meter.pays_for_messages:
            try:
                await self._reserve(admission.outgoing, charge, conversation_id=conversation_id)
            except Spent as error:
                return self._refused(admission.verdict, error)
        if isinstance(admission, Admitted):
            return admission.costing(charge)
        then = partial(self._decided, admission, charge=charge, conversation_id=conversation_id)
        return admission.followed_by(then, charge=charge)

    async def _decided(self, room: IfRoom, counted: Counted, *, charge: Charge | None, conversation_id: ConversationId) -> Decided:
        """Prices what was counted. What only waits keeps what was reserved for it."""
        decided = await room.then(counted)
        if isinstance(decided, Denied) and self._meter.pays_for_messages:
            await self._meter.give_back(_send(room.outgoing.id))
        if not isinstance(decided, Admitted):
            return decided
        exact = self.expected(decided.outgoing, verdict=decided.verdict)
        if self._meter.pays_for_messages and exact != charge:
            try:
                await self._reserve(decided.outgoing, exact, conversation_id=conversation_id)
            except Spent as error:
                await self._meter.give_back(_send(room.outgoing.id))
                return self._refused(decided.verdict, error)
        return decided.costing(exact)

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        """Keeps what was paid, or gives it back."""
        if self._inner is not None:
            await self._inner.settled(outgoing, settling)
        if not self._meter.pays_for_messages or settling.charge is None:
            return
        if settling.state == "sent":
            shares = self._shares(outgoing, settling.charge)
            await self._meter.come_to(_send(outgoing.id), shares, keep_until_ms=settling.at_ms + KEEP_DAYS * 24 * 60 * MINUTE_MS)
        elif settling.state != "unknown":
            await self._meter.give_back(_send(outgoing.id))

    async def heard(self, receipt: Receipt, delivery_id: DeliveryId) -> None:
        """Gives back what a message was thought to cost, once the platform says that it is not billed."""
        told = receipt.price or {}
        if self._meter.pays_for_messages and (receipt.state == "failed" or told.get("billable") is False):
            with suppress(StoreDown):  # the report knows better; the budget stays on the careful side
                await self._meter.give_back(_send(delivery_id))

    def expected(self, outgoing: Outgoing, *, verdict: Mapping[str, Any] | None = None) -> Charge:
        """Says what a send is expected to cost: as the rules judged it, else by the price cards."""
        key = outgoing.address.key
        channel = self._channels.get(key.channel)
        category = _category(outgoing)
        country = country_of(key)
        kind = channel.kind if channel is not None else key.channel
        if verdict is not None and kind in self._ruled and not verdict.get("charged"):
            return Charge(FREE_BY_RULE, category, country)
        listed = self._meter.charge(
            channel=key.channel, kind=kind, country=country, category=category, parts=outgoing.parts, at_ms=self._clock.now_ms()
        )
        if self._meter.is_own(listed.cost.card):
            return listed  # what the operator pays is known better by the operator than by the rules
        return _judged(verdict or {}, category=category, country=country) or listed

    def bills(self, address: Address) -> bool:
        """Says whether each free-form message to an address may be billed: then an answer goes out in as few as its words allow."""
        channel = self._channels.get(address.key.channel)
        kind = channel.kind if channel is not None else address.key.channel
        cost = self._meter.charge(
            channel=address.key.channel,
            kind=kind,
            country=country_of(address.key),
            category=FREE_FORM,
            parts=(),
            at_ms=self._clock.now_ms(),
        ).cost
        return cost.amount is None or cost.amount > 0

    # -- the step
    async def before(self, case: Case) -> End | None:
        """Keeps the price of one message for this answer; where it cannot be paid for, the turn is closed and no model is asked."""
        if not self._meter.pays_for_messages:
            return None
        address = case.address
        now = self._clock.now_ms()
        kind = case.channel.kind if case.channel is not None else address.key.channel
        charge = self._meter.charge(
            channel=address.key.channel, kind=kind, country=country_of(address.key), category=FREE_FORM, parts=(), at_ms=now
        )
        try:
            shares = self._meter.message_shares(charge, channel=address.key.channel, person_id=address.person_id, answer=True)
            if shares:
                await self._meter.hold(_promise(case.work.conversation_id), shares, until_ms=now + PROMISE_MINUTES * MINUTE_MS)
        except Spent as error:
            case.kept["budget"] = {"spent": error.message}
            return End(note=f"budget: {error.message}", state="noted", silent=True)
        return None

    # -- private
    async def _reserve(self, outgoing: Outgoing, charge: Charge, *, conversation_id: ConversationId) -> None:
        shares = self._shares(outgoing, charge)
        if shares:
            until = self._clock.now_ms() + SEND_MINUTES * MINUTE_MS
            await self._meter.hold(_send(outgoing.id), shares, until_ms=until, instead_of=_promise(conversation_id))

    def _shares(self, outgoing: Outgoing, charge: Charge) -> Any:
        address = outgoing.address
        bulk = any(isinstance(part, Template) for part in outgoing.parts)
        return self._meter.message_shares(charge, channel=address.key.channel, person_id=address.person_id, answer=not bulk)

    def _refused(self, verdict: Mapping[str, Any] | None, error: Spent) -> Decided:
        """Waits for the next period where it is near. What the other gate counted for this send is given back."""
        now = self._clock.now_ms()
        every = "day" if len(str(error.facts.get("period", ""))) > len("2026-11") else "month"
        at = next_period_at(now, every, self._meter.zone)  # type: ignore[arg-type]  # one of the two
        kept = {**(verdict or {}), "budget": error.message}
        if at - now <= WAIT_HOURS_MAX * 60 * MINUTE_MS:
            return Waits(due_at_ms=at, why=error, verdict=kept)
        return Denied(why=error, verdict=kept)


def _judged(verdict: Mapping[str, Any], *, category: str, country: str) -> Charge | None:
    """Reads what the rules said it costs; None where they name no price."""
    price = verdict.get("price")
    if not isinstance(price, Mapping):
        return None
    try:
        amount = Decimal(str(price.get("amount_max") or price["amount"]))
    except (InvalidOperation, KeyError):
        return None
    return Charge(Cost(amount, str(price.get("currency", "")), "rules", bool(price.get("unsure", False))), category, country)


def _category(outgoing: Outgoing) -> str:
    template = next((part for part in outgoing.parts if isinstance(part, Template)), None)
    return FREE_FORM if template is None else template.category or "utility"


def _send(delivery_id: str) -> str:
    return f"send:{delivery_id}"


def _promise(conversation_id: str) -> str:
    return f"promise:{conversation_id}"
