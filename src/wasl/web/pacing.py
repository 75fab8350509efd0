"""Pacing: how often one visitor may do something; what is above is refused with the seconds to wait."""

from collections import OrderedDict

KEYS_MAX = 20_000


class Pacing:
    """A bucket for each key: `burst` at once, then one every `seconds_each`. The least recently seen are forgotten."""

    def __init__(self, *, seconds_each: float, burst: int) -> None:
        self._each = seconds_each
        self._burst = burst
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_seconds(self, key: str, *, now: float) -> float:
        """Gives 0.0 and counts the act when it may happen now (a monotonic time), else the seconds to wait."""
        full_at = max(self._full_at.get(key, now), now)
        wait = full_at + self._each - now - self._burst * self._each
        if wait > 0:
            return wait
        self._full_at[key] = full_at + self._each
        self._full_at.move_to_end(key)
        if len(self._full_at) > KEYS_MAX:
            self._full_at.popitem(last=False)
        return 0.0
