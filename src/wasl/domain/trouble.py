"""Trouble: a sign that a platform turns against one of our accounts, kept until the operator clears it."""

from typing import Literal

from wasl.domain.value import value

Gravity = Literal["grave", "notice"]
"""grave: the platform restricts or recategorises us; the channel becomes cautious. notice: the operator is told, nothing changes."""


@value(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One kind of sign on one channel. Further signs of the kind are counted, not kept apart. Times in milliseconds."""

    id: str
    channel: str
    scope: str
    kind: str
    gravity: Gravity
    first_ms: int
    last_ms: int
    times: int = 1
    told_ms: int | None = None
    cleared_ms: int | None = None
    cleared_by: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Care:
    """How careful a channel must be now.

    `strict` forbids whatever is unsure, `business_only` answers what the operator's scope holds and nothing else, `campaigns` says
    whether any may run. `signs` are the kinds of trouble that are not cleared.
    """

    strict: bool = False
    business_only: bool = False
    campaigns: bool = True
    signs: frozenset[str] = frozenset()


NO_CARE = Care()
