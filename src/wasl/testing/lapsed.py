"""Lapsed: ends the leases that ran out by a test's clock, as a process that watched them for so long would."""

from wasl.ports.leases import Leases


async def end_lapsed(leases: Leases, *, now_ms: int) -> int:
    """Frees what is leased until `now_ms` at the latest; gives how many."""
    lapsed = [one for one in await leases.leases() if one.until_ms <= now_ms]
    return await leases.free(lapsed, now_ms=now_ms) if lapsed else 0
