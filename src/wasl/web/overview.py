"""What the console's first page shows: the work, the channels, the candidates and what answering has cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.days import DAY_MS
from wasl.ports.channel import Local
from wasl.web.faces import Faces
from wasl.web.languages import Language
from wasl.web.words import OUTCOMES

SIGNALS = 10


async def overview(faces: Faces, language: Language) -> dict[str, Any]:
    """Reads what stands now; the shapes are those that overview.html walks."""
    now = faces.clock.now_ms()
    backlog = await faces.store.backlog(now_ms=now)
    usage = await faces.store.usage_totals(since_ms=now - DAY_MS)
    limit = faces.settings.work.backlog_limit
    titles = faces.titles(language)
    return {
        "backlog": backlog,
        "overloaded": backlog.ready > limit,
        "oldest": language.ago(backlog.oldest_due_ms, now_ms=now) if backlog.oldest_due_ms is not None else "",
        "waiting_deliveries": backlog.deliveries.get("queued", 0) + backlog.deliveries.get("sending", 0),
        "unknown_deliveries": backlog.deliveries.get("unknown", 0),
        "channel_rows": [
            {"name": name, "title": channel.title, "local": isinstance(channel, Local)} for name, channel in faces.channels.items()
        ],
        "candidates": _candidates(faces, usage),
        "usage": _usage(usage, language),
        "signals": [{**one, "channel": titles.get(one["channel"], one["channel"])} for one in await faces.store.signals(limit=SIGNALS)],
        "now": now,
        "chat_page": faces.visited is not None,
    }


def _candidates(faces: Faces, usage: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    answered = {row["candidate"]: row["calls"] for row in usage if row["outcome"] == "answered"}
    return [
        {"name": c.name, "price_class": c.price_class, "region": c.region, "answered": answered.get(c.name, 0)} for c in faces.candidates
    ]


def _usage(usage: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "candidate": row["candidate"],
            "outcome": language.say(OUTCOMES.get(row["outcome"], row["outcome"])),
            "calls": row["calls"],
            "tokens": row["input_tokens"] + row["output_tokens"],
            "mean_ms": round(row["took_ms"] / row["calls"]) if row["calls"] else 0,
        }
        for row in usage
    ]
