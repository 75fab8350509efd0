"""Wasl as it is served, with a fuse around its store and its network; how the crash tests start it.

An unclear send is awaited for 6 seconds here instead of a channel's own wait, and one person may be written to as often as they write,
where the platform allows one message in 6 seconds: a test need not last for minutes. `WASL_CRASH_DEAF` makes of it a channel without
receipts, on which what is in doubt is repeated at once. The time of day is noted every second, not every minute.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.crash.false_clock import CLOCK_VARIABLE, FalseClock
from tests.crash.points import VARIABLE, Fuse, FusedNetwork, FusedStore

from wasl.app import compose, serve
from wasl.channels.whatsapp import WhatsApp
from wasl.config import load
from wasl.ports.network import Network
from wasl.ports.store import Store
from wasl.service import heed_clock

RESOLVE_SECONDS = 6.0
NOTE_SECONDS = 1.0
DEAF_VARIABLE = "WASL_CRASH_DEAF"


def main() -> None:
    """Serves with the settings named by `--config`; dies where the variable says."""
    vars(heed_clock)["NOTE_SECONDS"] = NOTE_SECONDS
    deaf = DEAF_VARIABLE in os.environ
    told = {"resolve_seconds": 0.0, "receipts_carry_tag": False} if deaf else {"resolve_seconds": RESOLVE_SECONDS}
    WhatsApp.limits = replace(WhatsApp.limits, pair_pace=None, **told)
    clock = FalseClock(Path(os.environ[CLOCK_VARIABLE])) if CLOCK_VARIABLE in os.environ else None
    fuse = Fuse(os.environ.get(VARIABLE, ""))

    def around(store: Store, network: Network) -> tuple[Store, Network]:
        return FusedStore(store, fuse), FusedNetwork(network, fuse)  # type: ignore[return-value]  # the store answers by __getattr__

    serve(compose(load(Path(sys.argv[sys.argv.index("--config") + 1])), around=around, clock=clock))


if __name__ == "__main__":
    main()
