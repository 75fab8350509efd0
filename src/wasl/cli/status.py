"""`wasl status`: how the work stands now."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.show import moment, seconds, table

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
        settings = read_settings(config)
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
    for trouble in found["troubles"]:
        words = f"{trouble['channel']}: {trouble['sign']} ({trouble['times']}×); clear it with `wasl trouble clear {trouble['id']}`"
        typer.secho(f"Sign of trouble with {words}", fg="red" if trouble["gravity"] == "grave" else "yellow")
    if found["waiting_for_a_human"]:
        typer.secho(f"Waiting for a human: {found['waiting_for_a_human']} (see /console/attention)", fg="yellow")
    backlog = found["backlog"]
    waiting = f", the oldest for {seconds(backlog['oldest_ms'])}" if backlog["ready"] else ""
    typer.echo(
        f"Conversations: {backlog['ready']} waiting{waiting}, {backlog['leased']} at work, {backlog['backing_off']} to be tried again"
    )
    if backlog["ready"] > backlog["limit"]:
        typer.secho(f"More than work.backlog_limit ({backlog['limit']}): start more workers, or look at the providers", fg="yellow")
    typer.echo(f"Channels: {', '.join(f'{n} ({k})' if n != k else n for n, k in found['channels'].items())}")
    for name in ("turns", "deliveries"):
        counts = ", ".join(f"{count} {state}" for state, count in found[name].items() if count)
        typer.echo(f"{name.capitalize()}: {counts or 'none'}")
    rows: Sequence[Mapping[str, Any]] = found["usage"]
    if rows:
        head = ("candidate", "outcome", "calls", "input_tokens", "output_tokens")
        table(head, [[row.get(name) for name in head] for row in rows], title=f"Used in the last {found['usage_hours']} h")
    for signal in found["signals"]:
        colour = "red" if signal.get("grave") else None
        typer.secho(f"{moment(int(signal['at_ms']))} {signal['channel']}: {signal['kind']}", fg=colour)
