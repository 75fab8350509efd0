"""`wasl key`: keys for the API that speaks like OpenAI's."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import say
from wasl.cli.show import moment
from wasl.cli.tongue import spoken

if TYPE_CHECKING:
    from wasl.ports.store import Token


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the group."""
    group = typer.Typer(help="Makes, lists and revokes API keys.", no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name="key")

    def opened(config: Config) -> Installation:
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        return compose.installation(settings)

    @group.command("add")
    def add_key(
        label: Annotated[str, typer.Argument(help="Who will use the key.")],
        days: Annotated[int | None, typer.Option(min=1, max=3_650, show_default="for ever", help="Days until it ends.")] = None,
        config: Config = None,
    ) -> None:
        """Makes a key and prints it, once."""
        text = compose.run(_add(opened(config), label=label, days=days))
        typer.echo(text)
        typer.echo(say("keep the key", spoken()), err=True)

    @group.command("list")
    def list_(config: Config = None, as_json: AsJson = False) -> None:
        """Lists the keys that work."""
        keys = compose.run(_list(opened(config)))
        if as_json:
            typer.echo(json.dumps([_plain(key) for key in keys], ensure_ascii=False))
        elif not keys:
            typer.echo(say("no keys", spoken()))
        else:
            from wasl.cli.show import table

            language = spoken()
            rows = [(p["id"], p["label"], p["made"], p["ends"] or say("never", language)) for p in map(_plain, keys)]
            table(("id", *(say(word, language) for word in ("label", "made", "ends"))), rows)

    @group.command()
    def revoke(name: Annotated[str, typer.Argument(help="The key's label or id.")], config: Config = None) -> None:
        """Ends a key at once."""
        typer.echo(say("revoked", spoken(), label=compose.run(_revoke(opened(config), name=name))))


def _plain(key: "Token") -> dict[str, str | None]:
    from wasl.service.keys import key_id

    ends = moment(key.expires_ms) if key.expires_ms is not None else None
    return {"id": key_id(key), "label": key.label, "made": moment(key.created_ms), "ends": ends}


async def _add(installation: Installation, *, label: str, days: int | None) -> str:
    from wasl.service.keys import make_key

    async with installation.opened():
        return await make_key(installation.store, label=label, now_ms=installation.clock.now_ms(), days=days)


async def _list(installation: Installation) -> "list[Token]":
    from wasl.service.keys import list_keys

    async with installation.opened():
        return list(await list_keys(installation.store))


async def _revoke(installation: Installation, *, name: str) -> str:
    from wasl.service.keys import revoke_key

    async with installation.opened():
        return (await revoke_key(installation.store, name=name)).label
