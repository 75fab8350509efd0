"""Verdict: what a rule says about an act before it happens, always with a reason."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, for people: `rule` is the rule's id, `text` one sentence."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Allow, rewrite, hold until a time (milliseconds), or refuse."""

    effect: Literal["allow", "rewrite", "hold", "refuse"]
    reasons: tuple[Reason, ...] = ()
    until_ms: int | None = None


ALLOW = Verdict(effect="allow")
