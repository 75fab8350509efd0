"""`wasl trouble`: the signs that a platform turns against an account, and clearing them."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import comma, named, say
from wasl.cli.show import moment, table
from wasl.cli.tongue import spoken
from wasl.domain.errors import RefusedInput

if TYPE_CHECKING:
    from wasl.domain.trouble import Trouble

PAST_SHOWN = 20
ALL = "all"


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the group."""
    group = typer.Typer(help="Signs that a platform turns against an account.", no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name="trouble")

    def opened(config: Config) -> Installation:
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        return compose.installation(settings)

    @group.command("list")
    def list_(
        past: Annotated[bool, typer.Option("--past", help="Show what was cleared, too.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Lists what is not cleared, and what each channel may still do."""
        found = compose.run(_list(opened(config), past=past))
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
        elif not found:
            typer.echo(say("no trouble", spoken()))
        else:
            language = spoken()
            rows = [
                (t["id"], t["channel"], t["sign"], named(t["gravity"], language), str(t["times"]), t["last"], t["cleared"] or "")
                for t in found
            ]
            head = ("channel", "the sign", "gravity", "times", "last", "when cleared")
            table(("id", *(say(word, language) for word in head)), rows)

    @group.command()
    def clear(
        which: Annotated[str, typer.Argument(help="The id of a sign, a channel's name for all of its signs, or all.")],
        config: Config = None,
    ) -> None:
        """Clears signs: their channel goes on as before. The next sign of the kind raises an alarm again."""
        cleared = compose.run(_clear(opened(config), which=which))
        language = spoken()
        typer.echo(say("cleared", language, signs=comma(language).join(cleared)) if cleared else say("none cleared", language))


async def _list(installation: Installation, *, past: bool) -> list[dict[str, Any]]:
    async with installation.opened():
        troubles = installation.store.troubles
        found = [*await troubles.open(), *(await troubles.past(limit=PAST_SHOWN) if past else ())]
    return [_plain(t) for t in found]


async def _clear(installation: Installation, *, which: str) -> list[str]:
    async with installation.opened():
        troubles, now = installation.store.troubles, installation.clock.now_ms()
        named = [t for t in await troubles.open() if which in (ALL, t.id, t.channel)]
        if not named and which != ALL and which not in installation.channels:
            raise RefusedInput(f"there is no open sign and no channel {which!r}; see `wasl trouble list`")
        return [t.kind for one in named if (t := await troubles.clear(one.id, by="wasl trouble", now_ms=now)) is not None]


def _plain(trouble: "Trouble") -> dict[str, Any]:
    return {
        "id": trouble.id,
        "channel": trouble.channel,
        "account": trouble.scope,
        "sign": trouble.kind,
        "gravity": trouble.gravity,
        "times": trouble.times,
        "first": moment(trouble.first_ms),
        "last": moment(trouble.last_ms),
        "cleared": moment(trouble.cleared_ms) if trouble.cleared_ms is not None else None,
        "cleared_by": trouble.cleared_by,
    }
