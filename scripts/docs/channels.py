"""The reference page of channels, and what the READMEs say about them."""

import inspect
import json
from pathlib import Path
from typing import Any, Literal, Protocol

from scripts.docs.tables import adapters, table

import wasl.channels
from wasl.domain.limits import Limits, Pace
from wasl.ports import channel as contract

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "figures" / "contract.json"
FIXTURES = ROOT / "tests" / "fixtures" / "channels"
Tier = Literal["", "heard", "trusted", "kept"]
REQUIRED = ("verify", "parse", "send", "explain")


def page() -> str:
    """Writes the page."""
    channels = list(adapters(wasl.channels))
    head = ("", *(c.title for c in channels))
    parts = [
        """# Channels

Limits as the adapters declare them: what is longer is split, what is larger is refused before sending, what is faster waits. Where a
limit comes from stands with its date in the adapter's own docstring.

Quality is computed from the last kept run of the contract suite: **heard** receives and answers; **trusted** passes the whole
contract, with receipts where the platform gives any, and knows its limits; **kept** also has the platform's rules, a rehearsed
sunset, media both ways and export.""",
        table(head, [("quality", *(tier(c) or "—" for c in channels)), *_limit_rows([c.limits for c in channels])]),
        "## Abilities",
        table(head, _ability_rows(channels)),
    ]
    for cls in channels:
        parts += [f"## {cls.title}", inspect.cleandoc(inspect.getmodule(cls).__doc__ or "")]  # type: ignore[union-attr]
    return "\n\n".join(parts)


def abilities() -> dict[str, type]:
    """Gives the optional protocols of the channel contract."""
    return {n: c for n, c in vars(contract).items() if inspect.isclass(c) and Protocol in c.__bases__ and n != "Channel"}


def able(cls: type[Any], ability: type) -> bool:
    """Says whether a channel class has everything an ability asks for."""
    names = {n for n in (*vars(ability), *getattr(ability, "__annotations__", {})) if not n.startswith("_")}
    return all(hasattr(cls, n) or n in getattr(cls, "__annotations__", {}) for n in names)


def tier(cls: type[Any]) -> Tier:
    """Computes the quality tier from kept contract results; nothing is claimed without them."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    mine = results.get("channels", {}).get(cls.kind)
    if not mine or mine["failed"] or not mine["passed"]:
        return ""
    if not mine["fixtures"] or mine["expected_failures"]:
        return "heard"
    kept = all(mine.get(ability) for ability in ("rules", "sunset", "media_both_ways", "export"))
    return "kept" if kept else "trusted"


def _ability_rows(channels: list[type[Any]]) -> list[tuple[str, ...]]:
    return [
        (f"{name}: {(ability.__doc__ or '').strip().splitlines()[0]}", *("yes" if able(c, ability) else "—" for c in channels))
        for name, ability in abilities().items()
    ]


def _limit_rows(limits: list[Limits]) -> list[tuple[str, ...]]:
    def row(title: str, words: list[str]) -> tuple[str, ...]:
        return (title, *words)

    roles = sorted({role for one in limits for role in one.media_bytes_max})
    return [
        row("text", [f"{one.text_max:,} {one.text_unit}" for one in limits]),
        row("caption", [f"{one.caption_max:,}" if one.caption_max else "—" for one in limits]),
        *(row(role, [_size(one.media_bytes_max.get(role)) for one in limits]) for role in roles),
        row("buttons", [f"{one.buttons_max}, title {one.button_title_max}" if one.buttons_max else "—" for one in limits]),
        row("list rows", [f"{one.list_rows_max}, title {one.list_row_title_max}" if one.list_rows_max else "—" for one in limits]),
        row("pace of all", [_pace(one.pace) for one in limits]),
        row("pace to one person", [_pace(one.pair_pace) for one in limits]),
        row("pace to a group", [_pace(one.group_pace) for one in limits]),
        row("typing mark", [f"{one.typing_seconds:g} s" if one.typing_seconds else "—" for one in limits]),
        row("pictures sent in one go", ["as messages that nothing connects" if one.pictures_apart else "together" for one in limits]),
        row("largest webhook", [_size(one.body_bytes_max) for one in limits]),
        row("an unclear send", [_unclear(one) for one in limits]),
    ]


def _unclear(one: Limits) -> str:
    wait = f"a receipt is awaited for {one.resolve_seconds:g} s, then " if one.resolve_seconds else ""
    words = {"same key": "it is sent again under the same key", "resend": "it is sent again", "give up": "it is left"}
    return wait + words[one.unknown_policy]


def _size(size_bytes: int | None) -> str:
    if not size_bytes:
        return "—"
    return f"{size_bytes / (1 << 20):g} MB" if size_bytes >= 1 << 20 else f"{size_bytes / 1024:g} KB"


def _pace(pace: Pace | None) -> str:
    if pace is None:
        return "—"
    rate = f"{1 / pace.seconds_per_message:g} a second" if pace.seconds_per_message <= 1 else f"one in {pace.seconds_per_message:g} s"
    return f"{rate}, {pace.burst} at once"
