"""Succession: the planned end of a candidate of the route, and who takes its place from which day on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SuccessionState = Literal["tried", "planned", "undone"]
"""tried: only tried in shadow, nothing changes. planned: from its day on the successor stands in the candidate's place. undone: taken
back, before the day or after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One candidate that another replaces. `on_ms` is the first instant of it; `report` says how the successor did on real questions.

    `plan` is the id that the successions of a whole provider have in common, `provider` its name; both are empty for a candidate alone.
    """

    id: str
    candidate: str
    successor: str
    on_ms: int
    zone: str
    state: SuccessionState
    made_ms: int
    made_by: str
    report: Mapping[str, Any] = field(default_factory=dict)
    plan: str = ""
    provider: str = ""

    def holds(self, now_ms: int) -> bool:
        """Says whether the successor stands in the candidate's place now."""
        return self.state == "planned" and now_ms >= self.on_ms
