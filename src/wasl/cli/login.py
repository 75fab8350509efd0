"""`wasl login`: a new single-use link for the operator."""

import typer

from wasl.cli.context import Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import say
from wasl.cli.tongue import spoken


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def login(config: Config = None) -> None:
        """Prints a link that opens the operator's console once."""
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        compose.run(_login(compose.installation(settings)))


async def _login(installation: Installation) -> None:
    from wasl.service.login import LINK_MS, make_link

    server = installation.settings.server
    host = "127.0.0.1" if server.host in ("0.0.0.0", "::", "") else server.host
    async with installation.opened():
        link = await make_link(installation.store, now_ms=installation.clock.now_ms())
    typer.echo((server.public_url or f"http://{host}:{server.port}").rstrip("/") + link)
    typer.echo(say("link works", spoken(), minutes=LINK_MS // 60_000), err=True)
