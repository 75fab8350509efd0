"""`wasl drill`, as a person runs it."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

import wasl
from wasl.app import compose
from wasl.cli.border import EXIT_INTERRUPTED, EXIT_PROBLEM, EXIT_SETTINGS
from wasl.config import load
from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.net.clock import SystemClock
from wasl.service.lossy import losses_of
from wasl.testing.stand_ins import StandIns
from wasl.wire.call import Call

CONFIG = """
[deployment]
home_region = "EG"
[channels.telegram]
token = "1:abc"
[providers.first]
kind = "openai_chat"
key = "k"
[providers.second]
kind = "anthropic"
key = "k"
[[candidates]]
provider = "first"
model = "gpt-first"
[[candidates]]
provider = "second"
model = "claude-second"
"""


@pytest.fixture(autouse=True)
def a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wasl.toml").write_text(CONFIG)


@pytest.fixture
def traffic(a_folder: None) -> None:
    """Two people asked something and were answered, by whoever is played here."""

    async def ask() -> None:
        played = StandIns(clock=SystemClock(), models=["gpt-first", "claude-second"], platforms={"api.telegram.org": "telegram"})
        installation = compose(load(Path("wasl.toml")), around=lambda store, _: (store, played))
        async with installation.opened():
            for handle in ("1", "2"):
                key = AddressKey(channel="telegram", scope="1", handle=handle, kind="account")
                arrival = Arrival(key=f"k{handle}", address=key, parts=(Text(text="When are you open?"),), sent_at_ms=1)
                await installation.receive.events("telegram", raw=b"{}", events=[arrival])
            await installation.worker.stop(grace_seconds=5.0)

    asyncio.run(ask())


def run(*arguments: str, said: str | None = None) -> Result:
    return typed("drill", *arguments, said=said)


@pytest.mark.usefixtures("traffic")
def test_a_loss_is_rehearsed_in_shadow_and_listed() -> None:
    told = run("--lose", "openai", "--json")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)["report"]
    assert report["usual"]["answered_by"] == {"gpt-first": 2}
    assert report["answered_by"] == {"claude-second": 2}
    assert "openai" in run().stdout
    assert not list(Path("data/drill").glob("*")), "nothing of a drill is left behind"


@pytest.mark.usefixtures("traffic")
def test_a_drill_speaks_of_what_people_would_have_seen() -> None:
    english = run("--lose", "telegram").stdout
    assert "Without Telegram, the account is closed: 2 of 2 questions answered." in english
    assert "2 answers stored for later" in english
    assert "played here: models" in english
    arabic = run("--lose", "database-primary", "--language", "ar").stdout
    assert "دون قاعدة البيانات الأساسية، غائبة بضع ثوان: أُجيب 2 من سؤالين." in arabic
    assert "مُثِّل هنا: النماذج" in arabic
    assert "tokens" not in arabic


@pytest.mark.usefixtures("traffic")
def test_what_a_live_drill_cannot_take_away_is_said_before_anybody_is_asked() -> None:
    for lost in ("telegram", "database-primary"):
        told = run("--lose", lost, "--live")
        assert told.exit_code == EXIT_SETTINGS
        assert "Go on?" not in told.output


SAME_HOST = CONFIG.replace('token = "1:abc"', 'token = "1:abc"\nbase_url = "http://127.0.0.1:7001"').replace(
    'kind = "openai_chat"', 'kind = "openai_chat"\nbase_url = "http://127.0.0.1:7002/v1"'
)


def test_a_platform_and_a_model_on_two_ports_of_one_machine_are_two_places() -> None:
    Path("wasl.toml").write_text(SAME_HOST)
    installation = compose(load(Path("wasl.toml")))
    standing = {s.entry.id: s for s in installation.rehearse.standing(["telegram", "host.127.0.0.1:7002"])}
    assert standing["telegram"].answerers == frozenset()
    assert standing["host.127.0.0.1:7002"].answerers == frozenset({"gpt-first"})
    here = installation.expose.footing.here
    (loss,) = losses_of(standing["telegram"], here, how="disabled", register=installation.expose.footing.register)
    assert loss.takes(Call(method="POST", url="http://127.0.0.1:7001/bot1:abc/sendMessage"))
    assert not loss.takes(Call(method="POST", url="http://127.0.0.1:7002/v1/chat/completions"))


@pytest.mark.usefixtures("traffic")
def test_a_live_drill_asks_first_and_ends_at_its_time() -> None:
    refused = run("--lose", "openai", "--live", "--for", "1s", said="n\n")
    assert refused.exit_code == EXIT_PROBLEM
    assert "Nothing was done." in refused.output
    assert "No loss was rehearsed yet." in run().stdout
    done = run("--lose", "openai", "--live", "--for", "1s", "--yes", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["mode"], told["candidates"], told["report"]["interrupted"]) == ("live", ["gpt-first"], False)


@pytest.mark.usefixtures("traffic")
def test_an_interrupted_live_drill_leaves_routing_as_it_was_and_says_so() -> None:
    command = [sys.executable, "-m", "wasl", "drill", "--lose", "openai", "--live", "--for", "10m", "--yes"]
    environment = {**os.environ, "PYTHONPATH": str(Path(wasl.__file__).parent.parent), "PYTHONUNBUFFERED": "1"}
    running = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    )
    for _ in range(600):
        if running.poll() is not None or (Path("data/wasl.db").exists() and "live" in states()):
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == EXIT_INTERRUPTED, said
    assert "The drill was interrupted: live routing is as it was." in said
    (drill,) = json.loads(run("--json").stdout)
    assert drill["report"]["interrupted"] is True
    assert drill["ended_ms"] is not None
    assert states() == []


def heed_interrupts() -> None:
    """What a shell runs in its background ignores SIGINT, and so do its children: whoever runs the tests may be such a one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def states() -> list[str]:
    """Reads the modes of drills that were not ended, as any other process would."""
    with contextlib.closing(sqlite3.connect("file:data/wasl.db?mode=ro", uri=True)) as db:
        return [row[0] for row in db.execute("select mode from drill where ended_ms is null")]


def test_what_cannot_be_rehearsed_is_said() -> None:
    assert run("--lose", "gemini").exit_code == EXIT_SETTINGS
    assert "is no length of time" in run("--lose", "openai", "--for", "soon").output
    assert "nobody has asked anything yet" in run("--lose", "openai").output
