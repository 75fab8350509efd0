"""Faults that can be switched on and off while a simulator runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault: it strikes `times` times (None: until it is switched off).

    `seconds` is a delay or a Retry-After (None: the header is left out), `code` the platform's own error code,
    `after_chunks` how much of a stream still comes.
    """

    kind: str
    times: int | None = None
    seconds: float | None = None
    code: int | None = None
    after_chunks: int = 3


class FaultWrong(ValueError):
    """The simulator has no such fault, or not with these numbers."""


class Faults:
    """The faults of one simulator, at most one of each kind at a time."""

    def __init__(self, *known: str) -> None:
        self.known = frozenset(known)
        self._on: dict[str, Fault] = {}

    def __bool__(self) -> bool:
        return bool(self._on)

    def on(
        self, kind: str, *, times: int | None = None, seconds: float | None = None, code: int | None = None, after_chunks: int = 3
    ) -> None:
        """Switches a fault on, replacing an earlier one of its kind. Raises FaultWrong."""
        if kind not in self.known:
            raise FaultWrong(f"{kind!r} is not a fault of this simulator; it knows {', '.join(sorted(self.known))}")
        self._on[kind] = Fault(kind=kind, times=times, seconds=seconds, code=code, after_chunks=after_chunks)

    def off(self, kind: str | None = None) -> None:
        """Switches one fault off, or all."""
        if kind is None:
            self._on.clear()
        else:
            self._on.pop(kind, None)

    def take(self, *kinds: str) -> Fault | None:
        """Gives the first of these faults that is on, and counts it as having struck."""
        for kind in kinds:
            fault = self._on.get(kind)
            if fault is not None:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        del self._on[kind]
                return fault
        return None

    def has(self, kind: str) -> bool:
        """Says whether a fault is on, without counting."""
        return kind in self._on

    def as_json(self) -> list[dict[str, Any]]:
        """Lists what is on."""
        return [asdict(fault) for fault in self._on.values()]

    def set_from(self, value: Mapping[str, Any]) -> None:
        """Switches as a control request says: `kind`, `on` (default true), and the fields of Fault. Raises FaultWrong."""
        kind = value.get("kind")
        if not isinstance(kind, str):
            raise FaultWrong(f"kind must be one of {', '.join(sorted(self.known))}")
        if value.get("on") is False:
            self.off(kind)
            return
        numbers: dict[str, Any] = {}
        for name in ("times", "seconds", "code", "after_chunks"):
            found = value.get(name)
            if found is not None:
                if isinstance(found, bool) or not isinstance(found, int | float) or found < 0:
                    raise FaultWrong(f"{name} must be a number, not {found!r}")
                numbers[name] = found if name == "seconds" else int(found)
        self.on(kind, **numbers)
