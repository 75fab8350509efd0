"""What platforms say of templates, at the terminal."""

import asyncio
import json
from pathlib import Path

from tests.unit.cli.test_commands import run

from wasl.domain.listing import ListedTemplate
from wasl.net.clock import SystemClock
from wasl.store.sqlite import SqliteStore


def test_templates_are_listed_with_what_they_are_good_for(tmp_path: Path) -> None:
    config = tmp_path / "wasl.toml"
    config.write_text('language = "en"\n[[deployment.by_channel.webchat.templates]]\nname = "reply"\n')
    assert "No platform has told" in run("templates", "--config", str(config)).stdout

    async def told() -> None:
        store = SqliteStore(tmp_path / "data" / "wasl.db", clock=SystemClock())
        await store.open()
        rows = [("reply", "en", "approved", True), ("reply", "ar", "paused", True), ("news", "en", "approved", True)]
        listed = [ListedTemplate(name=n, language=lang, status=s, carries=c, characters_max=9) for n, lang, s, c in rows]
        await store.templates.put("webchat", listed, at_ms=1_790_000_000_000)
        await store.close()

    asyncio.run(told())
    shown = run("templates", "--config", str(config)).stdout.splitlines()
    assert [" ".join(line.split()).rpartition(" 2026")[0] for line in shown if "webchat" in line] == [
        "webchat news en approved could",
        "webchat reply ar paused not now",
        "webchat reply en approved yes",
    ]
    found = json.loads(run("templates", "--json", "--config", str(config)).stdout)
    assert [(t["name"], t["language"], t["chosen"]) for t in found] == [("news", "en", False), ("reply", "ar", True), ("reply", "en", True)]
