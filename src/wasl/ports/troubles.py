"""The contract of troubles: signs that a platform turns against us, kept until they are cleared.

A part of every store (`store.troubles`), in the same database as the signals. Everything raises StoreDown like Store.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from wasl.domain.trouble import Gravity, Trouble

SIGNALS_LOOKED_AT = 500
"""Newest signals in which `gather` looks for signs that nobody noted."""

Weigh = Callable[[str, str, bool], Gravity | None]
"""Says how much a signal means: its channel, its kind, and whether the channel called it grave; None for no sign of trouble."""


class Troubles(Protocol):
    """Signs of trouble."""

    async def gather(self, *, weigh: Weigh, now_ms: int) -> int:
        """Turns stored signals that are signs into troubles, each signal once, whichever process looks; gives how many were new.

        A signal is stored in the commit of the request that told of it: a process that dies before it gathers loses none.
        """
        ...

    async def note(self, *, channel: str, scope: str, kind: str, gravity: Gravity, now_ms: int) -> Trouble:
        """Notes a sign that came with no signal (the refusal of a send): opens the trouble of that channel and kind, or counts it."""
        ...

    async def open(self) -> Sequence[Trouble]:
        """Lists troubles that are not cleared, the gravest and newest first."""
        ...

    async def past(self, *, limit: int) -> Sequence[Trouble]:
        """Lists troubles that were cleared, newest first."""
        ...

    async def told(self, trouble_id: str, *, now_ms: int) -> None:
        """Remembers that the operator was told of a trouble."""
        ...

    async def clear(self, trouble_id: str, *, by: str, now_ms: int) -> Trouble | None:
        """Clears a trouble: its channel is as before. None for one that is not open. The next sign of the kind opens a new one."""
        ...
