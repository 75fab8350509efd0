"""`wasl status`: how the work stands now."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import comma, named, say
from wasl.cli.show import moment, seconds, table
from wasl.cli.tongue import spoken

SIGNALS_SHOWN = 5
HOUR_MS = 3_600_000


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def status(
        config: Config = None,
        hours: Annotated[int, typer.Option(min=1, max=24 * 366, help="Hours of use that are summed.")] = 24,
        as_json: AsJson = False,
    ) -> None:
        """Shows waiting work, deliveries by state, what was used, and what platforms said about our accounts."""
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        found = compose.run(_status(compose.installation(settings), hours=hours))
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False, default=str))
        else:
            _print(found)


async def _status(installation: Installation, *, hours: int) -> dict[str, Any]:
    async with installation.opened():
        store, now = installation.store, installation.clock.now_ms()
        backlog = await store.backlog(now_ms=now)
        usage = await store.usage_totals(since_ms=now - hours * HOUR_MS)
        signals = await store.signals(limit=SIGNALS_SHOWN)
        troubles, waiting = await store.troubles.open(), await store.standings.waiting()
    oldest = now - backlog.oldest_due_ms if backlog.oldest_due_ms is not None else 0
    return {
        "backlog": {
            "ready": backlog.ready,
            "leased": backlog.leased,
            "backing_off": backlog.backing_off,
            "limit": installation.settings.work.backlog_limit,
            "oldest_ms": max(0, oldest),
        },
        "turns": dict(backlog.turns),
        "deliveries": dict(backlog.deliveries),
        "channels": {name: channel.kind for name, channel in installation.channels.items()},
        "usage_hours": hours,
        "usage": [dict(row) for row in usage],
        "signals": [dict(row) for row in signals],
        "waiting_for_a_human": waiting,
        "troubles": [{"id": t.id, "channel": t.channel, "sign": t.kind, "gravity": t.gravity, "times": t.times} for t in troubles],
    }


def _print(found: Mapping[str, Any]) -> None:
    language = spoken()
    for trouble in found["troubles"]:
        told = {name: trouble[name] for name in ("channel", "sign", "times", "id")}
        typer.secho(say("sign", language, **told), fg="red" if trouble["gravity"] == "grave" else "yellow")
    if found["waiting_for_a_human"]:
        typer.secho(say("human", language, count=found["waiting_for_a_human"]), fg="yellow")
    backlog = found["backlog"]
    counts = {name: backlog[name] for name in ("ready", "leased", "backing_off")}
    oldest = seconds(backlog["oldest_ms"], language)
    typer.echo(say("waiting since" if backlog["ready"] else "waiting", language, oldest=oldest, **counts))
    if backlog["ready"] > backlog["limit"]:
        typer.secho(say("overloaded", language, limit=backlog["limit"]), fg="yellow")
    channels = comma(language).join(f"{n} ({k})" if n != k else n for n, k in found["channels"].items())
    typer.echo(say("channels", language, channels=channels))
    for name in ("turns", "deliveries"):
        states = comma(language).join(f"{count} {named(state, language)}" for state, count in found[name].items() if count)
        typer.echo(say(name, language, counts=states or say("none", language)))
    rows: Sequence[Mapping[str, Any]] = found["usage"]
    if rows:
        head = ("candidate", "outcome", "calls", "input_tokens", "output_tokens")
        cells = [[named(row.get(name), language) if name == "outcome" else row.get(name) for name in head] for row in rows]
        table([say(name, language) for name in head], cells, title=say("used", language, hours=found["usage_hours"]))
    for signal in found["signals"]:
        colour = "red" if signal.get("grave") else None
        words = {"at": moment(int(signal["at_ms"])), "channel": signal["channel"], "kind": signal["kind"]}
        typer.secho(say("signal", language, **words), fg=colour)
