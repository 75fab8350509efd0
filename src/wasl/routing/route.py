"""The route: candidates in the order in which they are asked, and the limits of one answer."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from wasl.ports.provider import Keyless, Model, Provider

PRICE_CLASSES = ("free", "low", "standard", "high")
"""From cheapest to dearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCandidate:
    """One model at one provider. `name` is unique within the route; `region` is where it computes, None where not known; `shutdown`
    is the last day that its provider announced; `vendor` is under whose rules it stands ("" where nobody's are known), `tier` and
    `training` say what is paid and what may be done with people's words."""

    name: str
    provider: Provider | Keyless
    provider_name: str
    model: Model
    price_class: str = "standard"
    region: str | None = None
    shutdown: date | None = None
    vendor: str = ""
    tier: Literal["free", "paid"] | None = None
    training: Literal["none", "inputs", "fine_tune_for_exclusive_use"] | None = None

    keyless: bool = field(init=False)
    """It answers by itself, without a network; then no size, sight or region can hold it back."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keyless", isinstance(self.provider, Keyless))


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """What a contract says about who is asked: candidates `then` only once every able one of `first` refused or is down, or (`never`)
    not at all as long as one of those is able. It holds from `from_ms` to before `until_ms`, where these are given."""

    first: frozenset[str]
    then: frozenset[str]
    reason: str
    never: bool = False
    from_ms: int | None = None
    until_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Says whether it holds now."""
        return (self.from_ms is None or self.from_ms <= now_ms) and (self.until_ms is None or now_ms < self.until_ms)


class RoutingLimits(Protocol):
    """The operator's limits of one answer (the `routing` section of the settings)."""

    @property
    def first_token_seconds(self) -> float:
        """Longest wait for the first token of a stream."""
        ...

    @property
    def silence_seconds(self) -> float:
        """Longest silence inside a stream."""
        ...

    @property
    def whole_seconds(self) -> float:
        """Longest wait for an answer that is not streamed."""
        ...

    @property
    def turn_seconds(self) -> float:
        """Longest time for all candidates together."""
        ...

    @property
    def retries(self) -> int:
        """Further tries of the same candidate after a fault that may pass."""
        ...

    @property
    def price_class_max(self) -> str:
        """The dearest class that failing over may reach."""
        ...

    @property
    def stream(self) -> str:
        """ "when shown", "always" or "never"."""
        ...


def price_rank(price_class: str) -> int:
    """Places a price class; one that is not known counts as the dearest."""
    return PRICE_CLASSES.index(price_class) if price_class in PRICE_CLASSES else len(PRICE_CLASSES)
