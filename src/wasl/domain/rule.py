"""Verdict: what the rules say about an act before it happens, always with reasons, duties and what it would cost."""

from decimal import Decimal
from typing import Literal

from wasl.domain.value import value

DutyKind = Literal[
    "disclose_ai", "way_to_human", "opt_in", "honour_opt_out", "payment_method", "paid_tier", "unsubscribe", "registration", "permission",
    "mark_generated", "send_by_business_id",
]  # fmt: skip
AlternativeKind = Literal["template", "address", "human", "own_channel", "link", "provider"]


@value(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, for people: `rule` is the rule's id, `text` and `arabic` one sentence in each language; `unsure` where the fact is."""

    rule: str
    text: str
    arabic: str = ""
    unsure: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Duty:
    """What must be fulfilled before sending, and which rule asks for it."""

    kind: DutyKind
    rule: str
    text: str
    arabic: str = ""
    unsure: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What could be done instead: a template, another address of the person, a human, the operator's own channel."""

    kind: AlternativeKind
    text: str
    arabic: str
    name: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Price:
    """What an act is expected to cost: exact, in its currency; `amount_max` where only a range is known."""

    amount: Decimal
    currency: str
    amount_max: Decimal | None = None
    unsure: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Allow, rewrite, hold until a time (milliseconds), or refuse.

    `reasons` decided it, `warnings` did not but are to be shown. `rules` are the ids of every rule that had a say, `book` the digest
    of the rulebook they stand in. `charged` without a `price` means that the rate is not known. `limits` are the sizes that a rewrite
    must keep, by name.
    """

    effect: Literal["allow", "rewrite", "hold", "refuse"]
    reasons: tuple[Reason, ...] = ()
    until_ms: int | None = None
    warnings: tuple[Reason, ...] = ()
    duties: tuple[Duty, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    price: Price | None = None
    charged: bool = False
    limits: tuple[tuple[str, int], ...] = ()
    rules: tuple[str, ...] = ()
    book: str = ""


ALLOW = Verdict(effect="allow")
