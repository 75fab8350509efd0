"""A watched document with a history, for the pages that show terms."""

from pathlib import Path

from tests.unit.service.test_make_rule import VERSIONS

from wasl.config import Settings
from wasl.net.http import HttpNetwork
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.watching import Watching, make_watching

NAME = "courier/solution-terms"
DECLARED = """
platform = "courier"
[[document]]
document = "Solution Terms"
bears_on = { channels = ["webchat"], capabilities = ["general assistants"] }
sources = [{ url = "https://courier.example/terms", render = "manual", min_words = 20 }]
"""


def watching_of(folder: Path, *, store: Store, clock: Clock, channels: dict[str, Channel]) -> Watching:
    """Composes a watch over one document that bears on the web chat."""
    (folder / "declared").mkdir(exist_ok=True)
    (folder / "declared" / "courier.toml").write_text(DECLARED, encoding="utf-8")
    settings = Settings.model_validate({"data": folder, "terms": {"declarations": folder / "declared"}})
    found = make_watching(settings, store=store, network=HttpNetwork(), clock=clock, channels=channels, departing=None)
    assert found is not None
    return found


async def with_history(watching: Watching) -> None:
    """Brings eight versions, as of their days."""
    for day, text in VERSIONS:
        await watching.recall.run(NAME, text.encode(), seen=day)
