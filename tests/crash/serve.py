"""Wasl as it is served, with a fuse around its store and its network; how the crash tests start it.

An unclear send is awaited for 6 seconds here instead of a channel's own wait, and one person may be written to as often as they write,
where the platform allows one message in 6 seconds: a test need not last for minutes.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.crash.points import VARIABLE, Fuse, FusedNetwork, FusedStore

from wasl.app import compose, serve
from wasl.channels.whatsapp import WhatsApp
from wasl.config import load
from wasl.ports.network import Network
from wasl.ports.store import Store

RESOLVE_SECONDS = 6.0


def main() -> None:
    """Serves with the settings named by `--config`; dies where the variable says."""
    WhatsApp.limits = replace(WhatsApp.limits, resolve_seconds=RESOLVE_SECONDS, pair_pace=None)
    fuse = Fuse(os.environ.get(VARIABLE, ""))

    def around(store: Store, network: Network) -> tuple[Store, Network]:
        return FusedStore(store, fuse), FusedNetwork(network, fuse)  # type: ignore[return-value]  # the store answers by __getattr__

    serve(compose(load(Path(sys.argv[sys.argv.index("--config") + 1])), around=around))


if __name__ == "__main__":
    main()
