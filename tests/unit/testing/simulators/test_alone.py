import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("kind", ["whatsapp", "telegram", "models"])
async def test_each_simulator_runs_alone_says_where_and_ends_on_a_signal(client: Any, hook: Any, kind: str) -> None:
    import wasl

    environment = {**os.environ, "PYTHONPATH": str(Path(wasl.__file__).parents[1])}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wasl.testing.simulators", kind, stdout=asyncio.subprocess.PIPE, env=environment
    )
    try:
        assert process.stdout is not None
        line = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        state = await client.ask("GET", line["control"] + "/state")
        assert (line["simulator"], state.json["simulator"], state.json["up"]) == (kind, kind, True)
        if kind != "models":
            await client.ask("POST", line["control"] + "/hook", json={"url": hook.url})
            said = await client.ask("POST", line["control"] + "/say", json={"phone": "966501234567", "chat_id": 7, "text": "hello"})
            assert said.status == 200
            await hook.until(1)
        assert line["url"] != line["control"].removesuffix("/_control")
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
