"""Entry point of `python -m wasl` and of the `wasl` command."""

import gc
import sys
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from wasl import GC_THRESHOLD
from wasl.cli import build, groups_for
from wasl.wire.isolate import bare

if TYPE_CHECKING:
    from pathlib import Path

    from wasl.cli.context import Installation
    from wasl.config import Settings
    from wasl.ports.format import Format

Result = TypeVar("Result")


class Composition:
    """The composition root for the command line: imported when a command needs it, so that `wasl --help` is quick."""

    hook_path = "/hooks/"

    def installation(self, settings: "Settings") -> "Installation":
        """Composes; opens nothing."""
        from wasl.app import compose

        return compose(settings)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs `work` on the loop that serves."""
        from wasl.app import run

        return run(work)

    def channel_kinds(self) -> Mapping[str, type[Any]]:
        """Gives every channel class by its kind."""
        import wasl.channels
        from wasl.adapters import adapters

        return adapters(wasl.channels)

    def provider_kinds(self) -> Mapping[str, type[Any]]:
        """Gives every provider class by its kind."""
        import wasl.providers
        from wasl.adapters import adapters

        return adapters(wasl.providers)

    def formats(self) -> "Mapping[str, Format]":
        """Makes every format."""
        from wasl.connections import Formats

        return Formats()

    def put_back(self, settings: "Settings", source: "Path", identity: "Path | None") -> Mapping[str, Any]:
        """Puts a backup into the data folder of the settings."""
        from functools import partial

        from wasl.net.seal import unseal
        from wasl.service.back_up import put_back

        return put_back(source, settings.data, unseal=partial(unseal, identity=identity) if identity else None)


def main() -> None:
    """Runs the command line."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)  # before the imports, which make no garbage: it took a twentieth of a start
    arguments = [bare(argument) for argument in sys.argv[1:]]
    build(Composition(), groups=groups_for(arguments))(args=arguments, prog_name="wasl")


if __name__ == "__main__":
    main()
