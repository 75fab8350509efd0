"""Rule: one dated, regional sentence of what a platform, a provider or a law allows, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Effect = Literal["allow", "deny", "require", "limit", "charge", "warn"]
Role = Literal["primary", "ancillary", "any"]
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One record of a rule.

    `from_` and `to` (both days included, `to` None: still) say when it holds; `seen` is the day we knew it. Records are never changed:
    what is learnt later is another record of the same id with a later `seen`, and `withdrawn` says that it never held. `regions` may
    hold countries (ISO 3166 alpha-2), parts of them ("US-CA"), names of groups, or "*".
    """

    id: str
    channels: tuple[str, ...]
    effect: Effect
    predicate: Mapping[str, Any]
    text: str
    arabic: str
    from_: date
    seen: date
    source: str
    providers: tuple[str, ...] = ()
    to: date | None = None
    regions: tuple[str, ...] = (EVERYWHERE,)
    regions_except: tuple[str, ...] = ()
    role: Role = "any"
    error_code: str = ""
    review_on: date | None = None
    source_date: str = ""
    from_approx: bool = False
    unsure: bool = False
    withdrawn: bool = False
    terms_version: str = ""
    sentences: tuple[str, ...] = ()
    at: str = field(default="", compare=False)
    """Where it was read: file and line, for people."""

    def holds_on(self, day: date) -> bool:
        """Says whether it holds on a day."""
        return self.from_ <= day and (self.to is None or day <= self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a platform charges for one delivered message in a market, by category. `regions` are the countries of the market."""

    id: str
    channels: tuple[str, ...]
    regions: tuple[str, ...]
    currency: str
    amounts: Mapping[str, Decimal]
    from_: date
    seen: date
    source: str
    to: date | None = None
    unsure: bool = False
