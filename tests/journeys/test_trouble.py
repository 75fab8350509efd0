"""Signs of trouble from the platform, with the real Wasl as a process: noted at once, kept over a pulled plug, cleared by the operator."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.journeys.test_simulation import WAIT_SECONDS, quiet, until

from wasl.testing.simulators.simulate import run_simulation

PAUSED = {"event": "PAUSED", "message_template_name": "order_ready", "message_template_language": "ar", "reason": "NONE"}


def troubles(data: Path) -> list[tuple[str, str, int]]:
    """Reads what the process has noted."""
    (path,) = data.rglob("wasl.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute("select kind, gravity, cleared_ms is null from trouble order by kind").fetchall()


def paused(data: Path) -> list[tuple[str, str, str]]:
    """Reads which templates the process takes for paused by a webhook."""
    (path,) = data.rglob("wasl.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute("select name, language, status from listed_template where status = 'paused' and name = 'order_ready'").fetchall()


async def noted(data: Path, count: int) -> list[tuple[str, str, int]]:
    async with asyncio.timeout(WAIT_SECONDS):
        while len(found := troubles(data)) < count:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.1)
    return found


async def test_every_first_sign_is_noted_and_survives_the_plug(tmp_path: Path) -> None:
    async with run_simulation(data=tmp_path) as (simulation, _):
        whatsapp = simulation.whatsapp
        whatsapp.category = "general_purpose_ai"
        sara = whatsapp.person(phone="966501234567", name="Sara", country="SA")
        whatsapp.say(sara, "Do you deliver?")
        await until(whatsapp.feed, lambda: bool(sara.received))
        await quiet(simulation)
        assert await noted(tmp_path, 1) == [("general_purpose_ai", "grave", 1)]
        restriction = {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}
        whatsapp.tell_account("account_update", restriction)
        whatsapp.tell_account("phone_number_quality_update", {"event": "FLAGGED", "current_limit": "TIER_250"})
        whatsapp.tell_account("phone_number_quality_update", {"event": "UNFLAGGED", "current_limit": "TIER_1K"})
        await quiet(simulation)
        found = await noted(tmp_path, 3)
        assert [kind for kind, _, _ in found] == [
            "account_update:ACCOUNT_RESTRICTION",
            "general_purpose_ai",
            "phone_number_quality_update:FLAGGED",
        ]
        whatsapp.tell_account("message_template_status_update", PAUSED)
        assert (await noted(tmp_path, 4))[2] == ("message_template_status_update:PAUSED", "notice", 1)
        found = troubles(tmp_path)
        assert paused(tmp_path) == [("order_ready", "ar", "paused")]
        assert simulation.child is not None
        await simulation.child.kill()
        await simulation.child.start()
        assert troubles(tmp_path) == found
