"""Cost: what calls and messages cost, exact, in the currency in which it is billed; never added across currencies."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from wasl.domain.message import Part
from wasl.domain.value import value

PICO = 12
"""Amounts are kept as whole numbers of 10⁻¹² of a currency: a token at a millionth of a millionth is still exact."""
AMOUNT_MAX = Decimal("9000000")
"""Of one call or one message; more is an error of somebody's, and sums stay within 64 bits."""

CallWork = Literal["answer", "judge", "moderate", "api", "lost", "other"]
"""What a call was for. "lost": its process died before it said how the call went; it may have been billed."""
Every = Literal["day", "month"]
Whose = Literal["all", "person", "channel", "provider"]
"""What a budget is counted for: everything together, or each person, channel or provider apart."""


class Cost(NamedTuple):
    """What one call or message costs. `amount` None: nobody knows the price; that is not zero. `card` names where the price stands."""

    amount: Decimal | None = None
    currency: str = ""
    card: str = ""
    unsure: bool = False


FREE = Cost(Decimal(0), "", "keyless")
"""What is computed on the operator's own machine."""
UNKNOWN = Cost()


class Charge(NamedTuple):
    """What one delivery is expected to cost: by category, in the person's country; `units` is what the platform counts (segments)."""

    cost: Cost
    category: str = ""
    country: str = ""
    units: int = 1


class PlatformWord(NamedTuple):
    """What a platform's receipt says about money. `billable` None: it does not say. An `amount` is rarely told."""

    billable: bool | None = None
    category: str = ""
    amount: Decimal | None = None
    currency: str = ""
    free_entry: bool = False


class Cause(NamedTuple):
    """For whom and for what a call is made: it decides which budgets it counts for, and where it stands in reports."""

    work: CallWork = "answer"
    channel: str = ""
    country: str = ""
    person_id: str = ""
    conversation_id: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit of money by the operator's setting. `only` holds it to one channel, provider or person; `warn` are percents."""

    name: str
    amount: Decimal
    currency: str
    every: Every = "month"
    whose: Whose = "all"
    only: str = ""
    covers: Literal["all", "calls", "messages"] = "all"
    reserve: Decimal = Decimal(0)
    unknown: Literal["allow", "refuse"] = "allow"
    warn: tuple[int, ...] = (50, 80, 100)


class AccountKey(NamedTuple):
    """One budget in one period for one subject: what is reserved and spent against a limit."""

    budget: str
    period: str
    subject: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Account:
    """How a budget stands: `spent` and `held` (reserved for calls and messages under way), `warned` the last percent told."""

    key: AccountKey
    spent: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    warned: int = 0


@value(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a reservation: so much of one account, which may not pass `limit`."""

    key: AccountKey
    amount: Decimal
    limit: Decimal
    warn: tuple[int, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Warned:
    """A budget has passed a percent of its amount for the first time in its period."""

    key: AccountKey
    percent: int
    spent: Decimal
    limit: Decimal


@value(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the books that stands by itself: what an erased or retired delivery cost, a fee, a correction. Lines are only added.

    `source` names what a correction corrects. A line is nobody's: whose message it was is gone with the message.
    """

    id: str
    at_ms: int
    kind: Literal["message", "call", "fee", "correction"]
    amount: Decimal | None
    currency: str
    basis: Literal["estimate", "truth"]
    channel: str = ""
    scope: str = ""
    provider: str = ""
    country: str = ""
    category: str = ""
    count: int = 1
    card: str = ""
    source: str = ""
    note: str = ""


class CallSum(NamedTuple):
    """Calls that are alike, summed: by quarter of an hour, work, candidate and so on. Tokens and amounts are exact."""

    at_ms: int
    work: str
    channel: str
    country: str
    candidate: str
    provider: str
    model: str
    price_class: str
    outcome: str
    currency: str
    card: str
    subject: str
    calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    estimated: int
    unknown: int
    amount: Decimal


class MessageSum(NamedTuple):
    """Deliveries that are alike, counted: by quarter of an hour, channel, state, expected charge and the platform's word."""

    at_ms: int
    channel: str
    scope: str
    state: str
    charge: Charge | None
    word: PlatformWord | None
    subject: str
    messages: int


class AnswerSample(NamedTuple):
    """An answer as it stood before it was fitted to its channel, and the person's country."""

    parts: tuple[Part, ...]
    country: str


class Settled(NamedTuple):
    """What a delivery has come to, as far as is known: `sure` once the platform has said so, by a receipt or by a failure."""

    cost: Cost
    category: str
    sure: bool


def settled(charge: Charge | None, word: PlatformWord | None, *, state: str) -> Settled:
    """Puts the estimate and the platform's word together; the word wins. What failed is not billed.

    A word that says "billable" in the category that was expected confirms the estimate; in another category, or where nothing was
    expected to be billed, the price is not known from these two alone (`Cost.amount` None, the category named).
    """
    cost = charge.cost if charge else UNKNOWN
    category = (word.category if word else "") or (charge.category if charge else "")
    if state == "failed":
        return Settled(Cost(Decimal(0), cost.currency, cost.card), category, sure=True)
    if word is None or (word.billable is None and word.amount is None):
        return Settled(cost, category, sure=False)
    if word.amount is not None:
        return Settled(Cost(word.amount, word.currency, "receipt"), category, sure=True)
    if not word.billable:
        return Settled(Cost(Decimal(0), cost.currency, "receipt"), category, sure=True)
    expected = charge is not None and charge.category == category and bool(cost.amount)
    if not expected:
        return Settled(UNKNOWN, category, sure=True)
    return Settled(cost, category, sure=state in ("delivered", "read"))


def pico(amount: Decimal) -> int:
    """Gives an amount as a whole number of 10⁻¹². Raises ValueError for one that is finer, not finite, or past AMOUNT_MAX."""
    if not amount.is_finite() or abs(amount) > AMOUNT_MAX:
        raise ValueError(f"{amount} is no amount of money for one call or message")
    whole = amount.scaleb(PICO)
    if whole != whole.to_integral_value():
        raise ValueError(f"{amount} is finer than a millionth of a millionth")
    return int(whole)


def from_pico(whole: int) -> Decimal:
    """Gives back an amount."""
    return Decimal(whole).scaleb(-PICO)


def word_of(price: Mapping[str, Any] | None) -> PlatformWord | None:
    """Reads what a receipt says about money; None where it says nothing that is understood. Amounts come as text."""
    if not price:
        return None
    billable, category = price.get("billable"), price.get("category")
    amount, currency = price.get("amount"), price.get("currency")
    exact = None
    if isinstance(amount, str) and len(amount) <= 30 and isinstance(currency, str) and len(currency) <= 8:
        exact = _exact(amount)
    word = PlatformWord(
        billable=billable if isinstance(billable, bool) else None,
        category=category[:40] if isinstance(category, str) else "",
        amount=exact,
        currency=currency if exact is not None and isinstance(currency, str) else "",
        free_entry=price.get("type") == "free_entry_point" or category == "referral_conversion",
    )
    return None if word == PlatformWord() else word


def _exact(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
        pico(amount)
    except (ArithmeticError, ValueError):
        return None
    return amount
