"""Settings of drills."""

from typing import Literal

from pydantic import Field

from wasl.config_base import Frozen


class Drills(Frozen):
    """Losses that are rehearsed by themselves, in shadow: over a copy of recent traffic, with nothing leaving the machine."""

    lose: tuple[str, ...] = Field((), description="What is lost, one after the other: ids as `wasl register list` shows them.")
    every_days: int = Field(90, ge=1, description="Days between two rehearsals of the same loss.")
    how: Literal["refused", "disabled", "silence", "throttled"] = Field(
        "disabled", description="How it is lost: no connection, a closed account, no answer, or asked to slow down for ever."
    )
