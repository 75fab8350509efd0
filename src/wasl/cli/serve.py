"""`wasl serve`: runs Wasl until it is told to stop."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wasl.cli.context import Compose, Config, Installation, read_settings
from wasl.cli.operating_words import say
from wasl.cli.tongue import spoken

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
        _import_structlog_without_rich()
        from wasl.service.logs import configure

        settings = _changed(read_settings(config), role=role, host=host, port=port)
        configure(level=settings.log.level, form=settings.log.form)
        compose.run(_serve(compose.installation(settings)))


def _import_structlog_without_rich() -> None:
    """Spares the server four megabytes: structlog loads rich where it is installed, for tracebacks that our log writes by itself.

    None in `sys.modules` is how Python itself says that a module is not to be had (language reference, 5.3.1).
    """
    if "rich" in sys.modules or "structlog" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]  # typeshed knows modules only
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]


async def _serve(installation: Installation) -> None:
    """Serves; says where once it takes requests."""
    said: list[asyncio.Task[None]] = []
    await installation.serve(ready=lambda url: said.append(asyncio.get_running_loop().create_task(_say(installation, url))))
    for task in said:
        await task


async def _say(installation: Installation, url: str) -> None:
    """Prints the one link for people, and the one for the operator."""
    from wasl.service.login import LINK_MS, make_link
    from wasl.wire.isolate import Whole  # an address is clicked or copied: a mark at its end would be taken for a part of it

    settings, language = installation.settings, spoken()
    if settings.server.role == "worker":
        typer.echo(say("works", language, name=settings.assistant.name, url=Whole(f"{url}/healthz")))
        return
    public = (settings.server.public_url or url).rstrip("/")
    link = await make_link(installation.store, now_ms=installation.clock.now_ms())
    typer.echo(say("ready", language, name=settings.assistant.name))
    typer.echo(say("chat at", language, url=Whole(f"{public}/")))
    typer.echo(say("operator at", language, url=Whole(f"{public}{link}")))
    typer.echo(say("once", language, minutes=LINK_MS // 60_000))
    learned = installation.learn.learned
    if learned.example:
        typer.echo(say("example", language, folder=str(settings.knowledge)))
    elif settings.server.role == "all" and not settings.candidates:
        typer.echo(say("quoting", language, documents=learned.documents))


def _changed(settings: "Settings", **options: object) -> "Settings":
    given = {name: value for name, value in options.items() if value is not None}
    return settings.model_copy(update={"server": settings.server.model_copy(update=given)}) if given else settings
