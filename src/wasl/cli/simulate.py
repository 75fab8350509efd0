"""`wasl simulate`: Wasl between simulated platforms and models, on loopback."""

from pathlib import Path
from typing import Annotated

import typer

from wasl.cli.context import Compose
from wasl.cli.tongue import Spoken, spoken


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def simulate(
        port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the page with the phones; 0 for any free one.")] = 0,
        data: Annotated[
            Path | None, typer.Option(help="Folder that is kept.", show_default="a temporary one, removed at the end", file_okay=False)
        ] = None,
        language: Spoken = None,
    ) -> None:
        """Opens a page with three phones and faults to switch on; no account is needed anywhere."""
        from wasl.testing.simulators.simulate import main_simulate

        main_simulate(["--port", str(port), "--language", spoken(), *(["--data", str(data)] if data else [])])
