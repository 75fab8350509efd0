"""`wasl serve`: runs Wasl until it is told to stop."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wasl.cli.context import Compose, Config, Installation, read_settings

if TYPE_CHECKING:
    from wasl.config import Settings


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def serve(
        config: Config = None,
        role: Annotated[Literal["all", "web", "worker"] | None, typer.Option(help="What this process does.")] = None,
        host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
        port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port to listen on; 0 for any free one.")] = None,
    ) -> None:
        """Runs Wasl: takes messages, answers them, shows its pages."""
        from wasl.service.logs import configure

        settings = _changed(read_settings(config), role=role, host=host, port=port)
        configure(level=settings.log.level, form=settings.log.form)
        compose.run(_serve(compose.installation(settings)))


async def _serve(installation: Installation) -> None:
    """Serves; says where once it takes requests."""
    said: list[asyncio.Task[None]] = []
    await installation.serve(ready=lambda url: said.append(asyncio.get_running_loop().create_task(_say(installation, url))))
    for task in said:
        await task


async def _say(installation: Installation, url: str) -> None:
    """Prints the one link for people, and the one for the operator."""
    from wasl.service.login import LINK_MS, make_link

    settings = installation.settings
    if settings.server.role == "worker":
        typer.echo(f"{settings.assistant.name} works.  Health: {url}/healthz")
        return
    public = (settings.server.public_url or url).rstrip("/")
    link = await make_link(installation.store, now_ms=installation.clock.now_ms())
    typer.echo(f"{settings.assistant.name} is ready.")
    typer.echo(f"  Chat      {public}/")
    typer.echo(f"  Operator  {public}{link}")
    typer.echo(f"            (works once, within {LINK_MS // 60_000} minutes; `wasl login` prints another)")
    learned = installation.learn.learned
    if learned.example:
        typer.echo(f"  Answers   from an example business; put your own documents into {str(settings.knowledge)!r}")
    elif settings.server.role == "all" and not settings.candidates:
        typer.echo(f"  Answers   by quoting {learned.documents} documents; no model is connected")


def _changed(settings: "Settings", **options: object) -> "Settings":
    given = {name: value for name, value in options.items() if value is not None}
    return settings.model_copy(update={"server": settings.server.model_copy(update=given)}) if given else settings
