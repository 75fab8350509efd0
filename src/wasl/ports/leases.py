"""The contract of what is held: leases as anybody may see them, for whoever watches that none outlives its holder."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from wasl.domain.ids import ConversationId


class Held(NamedTuple):
    """A lease as it was seen. `until_ms` is by its holder's clock; it changes with every renewal."""

    conversation_id: ConversationId
    owner: str
    epoch: int
    until_ms: int


class Leases(Protocol):
    """Part of every `Store`."""

    async def leases(self) -> Sequence[Held]:
        """Reads every lease, whether or not it ran out by anybody's clock."""
        ...

    async def free(self, seen: Sequence[Held], *, now_ms: int) -> int:
        """Ends those leases that are still exactly as they were seen, and makes their conversations claimable; gives their number."""
        ...

    async def set_back(self, *, by_ms: int, now_ms: int) -> int:
        """Brings forward by `by_ms` what waits since before the clock went back by that; gives how many conversations. Again: nothing."""
        ...
