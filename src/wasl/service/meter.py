"""Meter: prices calls and messages, and pays for them out of the operator's budgets before they happen."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from wasl.domain.cost import AccountKey, Budget, Cause, Charge, Cost, Share, Warned
from wasl.domain.errors import Spent, StoreDown
from wasl.domain.message import Part, plain_text
from wasl.domain.prompt import Usage
from wasl.ledger.meter import Act, Unpriced, day_of, shares_of
from wasl.ledger.price import Exchange, PriceList
from wasl.ledger.sms import segments
from wasl.ports.clock import Clock
from wasl.ports.ledger import Ledger, Short
from wasl.routing.route import RouteCandidate
from wasl.service.purse import Held

log = structlog.get_logger(__name__)

INPUT_TIMES = 2
"""The input is estimated at four bytes a token; twice of that is reserved, as some scripts take more."""
CALL_MINUTES = 5
"""A reservation for a call that nobody settled runs out after so long: its process died."""
MINUTE_MS = 60_000

Alarm = Callable[[str, Mapping[str, object]], None]


class Meter:
    """The operator's money. `alarm` is told when a budget is nearly, or quite, used up; without budgets nothing is ever written."""

    def __init__(
        self,
        *,
        prices: PriceList,
        budgets: Sequence[Budget],
        rates: Sequence[Exchange],
        zone: str,
        ledger: Ledger,
        clock: Clock,
        alarm: Alarm,
    ) -> None:
        self.prices = prices
        self.zone = zone
        self._own = frozenset(c.id for c in prices.messages if c.own)
        self._budgets = tuple(budgets)
        self._calls = tuple(b for b in budgets if b.covers != "messages")
        self._messages = tuple(b for b in budgets if b.covers != "calls")
        self._rates = tuple(rates)
        self._ledger = ledger
        self._clock = clock
        self._alarm = alarm
        self._refused: dict[AccountKey, str] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def pays_for_messages(self) -> bool:
        """Says whether any budget counts messages."""
        return bool(self._messages)

    # -- prices
    def cost(self, candidate: RouteCandidate, usage: Usage, *, at_ms: int) -> Cost:
        """Prices what a call has used."""
        return self.prices.tokens_cost(
            provider=candidate.provider_name,
            kind=getattr(candidate.provider, "kind", ""),
            model=candidate.model.name,
            usage=usage,
            day=day_of(at_ms, self.zone),
        )

    def charge(self, *, channel: str, kind: str, country: str, category: str, parts: tuple[Part, ...], at_ms: int) -> Charge:
        """Prices one message: by the name that the operator gave the channel, else by its kind. Letters are counted only where they
        are billed."""
        day = day_of(at_ms, self.zone)
        name = channel
        card = self.prices.message_card(channel=channel, country=country, category=category, day=day)
        if card is None and kind != channel:
            name, card = kind, self.prices.message_card(channel=kind, country=country, category=category, day=day)
        count = segments(plain_text(parts)) if card is not None and card.unit == "segment" else 1
        return self.prices.message_cost(channel=name, country=country, category=category, day=day, segments=count)

    def is_own(self, card: str) -> bool:
        """Says whether a card of messages is the operator's own."""
        return card in self._own

    # -- calls
    async def reserve(self, candidate: RouteCandidate, *, cause: Cause, input_tokens: int, output_tokens: int) -> Held | None:
        """Reserves what a call may cost at the most. Raises Spent, StoreDown."""
        if not self._calls:
            return None
        now = self._clock.now_ms()
        most = Usage(input_tokens=input_tokens * INPUT_TIMES, output_tokens=output_tokens)
        shares = self._shares(self._call(candidate, cause, self.cost(candidate, most, at_ms=now)), self._calls, now=now)
        if not shares:
            return None
        held = Held(f"call:{self._clock.new_id()}", shares, cause)
        await self.hold(held.id, shares, until_ms=now + CALL_MINUTES * MINUTE_MS)
        return held

    async def settle(self, held: Held, candidate: RouteCandidate, costs: tuple[Cost, ...]) -> None:
        """Replaces what was reserved by what the calls came to."""
        now = self._clock.now_ms()
        shares: list[Share] = []
        for cost in costs:
            shares += self._shares(self._call(candidate, held.cause, cost), self._calls, now=now, strict=False)
        task = asyncio.create_task(self.come_to(held.id, _summed(shares)))
        self._closing.add(task)  # whoever is cancelled meanwhile does not cancel the bill
        task.add_done_callback(self._closing.discard)
        await asyncio.shield(task)

    # -- messages
    def message_shares(self, charge: Charge, *, channel: str, person_id: str, answer: bool) -> tuple[Share, ...]:
        """Says what a message takes from which accounts. Raises Spent where a budget refuses what has no price."""
        act = Act(kind="message", cost=charge.cost, channel=channel, person_id=person_id, answer=answer)
        return self._shares(act, self._messages, now=self._clock.now_ms())

    # -- accounts
    async def hold(self, hold_id: str, shares: Sequence[Share], *, until_ms: int, instead_of: str = "") -> None:
        """Reserves. Raises Spent where a budget has not so much left, StoreDown."""
        short = await self._ledger.reserve(hold_id=hold_id, shares=shares, until_ms=until_ms, instead_of=instead_of)
        if short is not None:
            raise self._spent(short)

    async def come_to(self, hold_id: str, shares: Sequence[Share], *, keep_until_ms: int | None = None) -> None:
        """Settles; a store that is down leaves the reservation to run out, and says so."""
        try:
            for warned in await self._ledger.settle(hold_id=hold_id, shares=shares, keep_until_ms=keep_until_ms):
                self._warn(warned)
        except StoreDown as error:
            log.error("what was spent could not be stored; reports still count it", hold=hold_id, why=error.message)

    async def give_back(self, hold_id: str) -> None:
        """Frees a reservation, or takes back what a message was thought to cost."""
        await self._ledger.give_back(hold_id=hold_id)

    async def sweep(self) -> None:
        """Frees the reservations of processes that died; a chore."""
        while await self._ledger.run_out(now_ms=self._clock.now_ms(), limit=500) == 500:
            pass

    # -- private
    def _call(self, candidate: RouteCandidate, cause: Cause, cost: Cost) -> Act:
        return Act(kind="call", cost=cost, channel=cause.channel, provider=candidate.provider_name, person_id=cause.person_id)

    def _shares(self, act: Act, budgets: Sequence[Budget], *, now: int, strict: bool = True) -> tuple[Share, ...]:
        found = shares_of(act, budgets, day=day_of(now, self.zone), rates=self._rates)
        if isinstance(found, Unpriced):
            if not strict:
                return ()
            raise Spent(
                f'the budget {found.budget.name!r} refuses what it cannot count: {found.why}; add a price, or set unknown = "allow"'
            )
        return found

    def _spent(self, short: Short) -> Spent:
        """Makes the error, and tells the operator once for each account."""
        key = short.key
        whose = f" of {key.subject!r}" if key.subject else ""
        words = f"the budget {key.budget!r}{whose} for {key.period} has {short.left} left of {short.limit}, which is not enough"
        if key not in self._refused:
            if len(self._refused) > 10_000:
                self._refused.clear()
            self._refused[key] = words
            self._alarm("budget used up", {"budget": key.budget, "period": key.period, "subject": key.subject, "left": str(short.left)})
        return Spent(words, budget=key.budget, period=key.period)

    def _warn(self, warned: Warned) -> None:
        key = warned.key
        told = {"budget": key.budget, "period": key.period, "subject": key.subject, "percent": warned.percent}
        self._alarm("budget passes a mark", {**told, "spent": str(warned.spent), "of": str(warned.limit)})


def _summed(shares: Sequence[Share]) -> tuple[Share, ...]:
    whole: dict[AccountKey, Share] = {}
    for share in shares:
        before = whole.get(share.key)
        amount = share.amount + (before.amount if before else 0)
        whole[share.key] = Share(key=share.key, amount=amount, limit=share.limit, warn=share.warn)
    return tuple(whole.values())
