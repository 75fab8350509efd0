"""Simulation: the real Wasl as a child process between simulated platforms and simulated models."""

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path

from wasl.testing.simulators.feed import Feed
from wasl.testing.simulators.models import ModelsSimulator, SimulatedModel, echo
from wasl.testing.simulators.models_shapes import Question
from wasl.testing.simulators.poster import NoAnswer, Poster
from wasl.testing.simulators.serving import HOST
from wasl.testing.simulators.telegram import TelegramSimulator
from wasl.testing.simulators.whatsapp import WhatsAppSimulator
from wasl.testing.simulators.whatsapp_account import WhatsAppAccount

START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 10.0
QUOTED_MAX = 420
TELEGRAM_SECRET = "simulated_webhook_secret"
_PASSAGE = re.compile(r"<passage source='([^']*)' heading='([^']*)'>\n(.*?)\n</passage>", re.DOTALL)
_ARABIC = re.compile("[\u0600-\u06ff]")

CONFIG = """# Written by `wasl simulate`: every address is on this machine.
data = "{data}"
store = "{store}"
language = "{language}"
{knowledge}
[assistant]
name = "{name}"

[server]
host = "{host}"
port = {port}
public_url = "http://{host}:{port}"

[routing]
first_token_seconds = 4.0
silence_seconds = 3.0
whole_seconds = 12.0
turn_seconds = 45.0

[channels.whatsapp]
phone_number_id = "{account.phone_number_id}"
business_account_id = "{account.account_id}"
access_token = "{account.access_token}"
app_secret = "{account.app_secret}"
verify_token = "{account.verify_token}"
base_url = "{whatsapp}"

[channels.telegram]
token = "{token}"
username = "{username}"
mode = "webhook"
webhook_secret = "{secret}"
base_url = "{telegram}"

[channels.webchat]

[providers.first]
kind = "openai_chat"
base_url = "{first}/v1"
key = "{key}"

[providers.second]
kind = "anthropic"
base_url = "{second}"
key = "{key}"

[[candidates]]
provider = "first"
model = "first-model"
vision = true

[[candidates]]
provider = "second"
model = "second-model"
vision = true
"""


def quoting(question: Question) -> str:
    """Answers like a model that was shown passages: from the first one, in the question's language; without any, it echoes."""
    arabic = _ARABIC.search(question.text) is not None
    if question.images:
        arabic = arabic or "language 'ar'" in question.system
        return f"أرى صورتك.\n\n_{question.model}_" if arabic else f"I see your picture.\n\n_{question.model}_"
    for source, heading, text in _PASSAGE.findall(question.system):
        if (_ARABIC.search(text) is not None) == arabic:
            topic = (heading or source).rpartition("›")[2].strip()
            return f"**{topic}**\n\n{text.strip()[:QUOTED_MAX]}\n\n_{question.model}_"
    return echo(question)


class Child:
    """The Wasl process: started, killed without warning, started again, with the same settings and data."""

    def __init__(self, *, config: Path, url: str, log: Path, feed: Feed) -> None:
        self.state = "down"
        self.url = url
        self._config = config
        self._log = log
        self._feed = feed
        self._process: asyncio.subprocess.Process | None = None
        self._poster = Poster()

    async def start(self) -> None:
        """Starts the process and returns once it answers. Raises RuntimeError with the end of its log when it does not."""
        if self._process is not None:
            return
        self._tell("starting")
        with self._log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wasl", "serve", "--config", str(self._config), stdout=out, stderr=out, env=_environment()
            )
        if not await self._answers():
            last = self._log.read_text(encoding="utf-8", errors="replace")[-1500:]
            await self.kill()
            raise RuntimeError(f"Wasl did not start within {START_SECONDS_MAX:g} s; the end of {self._log.name}:\n{last}")
        self._tell("up")

    async def kill(self) -> None:
        """Kills the process as a power cut would."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        self._poster.close()
        self._tell("down")

    async def login_link(self) -> str:
        """Makes a single-use link to the operator's console, as `wasl login` does. Raises RuntimeError when none comes."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", "login", "--config", str(self._config), stdout=asyncio.subprocess.PIPE, env=_environment()
        )
        out, _ = await asyncio.wait_for(process.communicate(), START_SECONDS_MAX)
        link = out.decode("utf-8", "replace").split()
        if process.returncode != 0 or not link or not link[0].startswith(self.url):
            raise RuntimeError("`wasl login` gave no link; see the log in the data folder")
        return link[0]

    async def stop(self) -> None:
        """Asks the process to end, and kills it when it does not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            await self.kill()
        self._poster.close()

    async def _answers(self) -> bool:
        assert self._process is not None
        for _ in range(int(START_SECONDS_MAX / 0.1)):
            if self._process is None or self._process.returncode is not None:
                return False
            try:
                status, _ = await self._poster.ask("GET", f"{self.url}/readyz", headers={}, timeout_seconds=2.0)
            except NoAnswer:
                status = 0
            if status:
                return True
            await asyncio.sleep(0.1)
        return False

    def _tell(self, state: str) -> None:
        self.state = state
        self._feed.tell("plug", state=state)


class Simulation:
    """Two model providers, two platforms and Wasl, all on loopback, with their data in one folder."""

    def __init__(self, *, data: Path, language: str = "en", name: str = "Wasl", store: str = "") -> None:
        self.data = data
        self.language = language
        self.name = name
        self.store = store
        self.feed = Feed()
        receipts = {"sent": 0.25, "delivered": 0.7}
        self.whatsapp = WhatsAppSimulator(WhatsAppAccount(receipt_seconds=receipts))
        self.telegram = TelegramSimulator(secret=TELEGRAM_SECRET)
        self.first = _model("first-model")
        self.second = _model("second-model")
        self.child: Child | None = None

    async def start(self) -> None:
        """Starts everything; returns once Wasl answers."""
        for simulator in (self.whatsapp, self.telegram, self.first, self.second):
            simulator.feed.on = True
            await simulator.start()
        self.feed.on = True
        port = _free_port()
        url = f"http://{HOST}:{port}"
        self.data.mkdir(parents=True, exist_ok=True)
        config = self.data / "wasl.toml"
        config.write_text(self._config(port), encoding="utf-8")
        config.chmod(0o600)
        self.whatsapp.hooks.url = f"{url}/hooks/{self.whatsapp.name}"
        self.telegram.hooks.url = f"{url}/hooks/{self.telegram.name}"
        self.whatsapp.hooks.time_scale = self.telegram.hooks.time_scale = 0.5
        self.child = Child(config=config, url=url, log=self.data / "wasl.log", feed=self.feed)
        await self.child.start()

    async def stop(self) -> None:
        """Stops everything."""
        if self.child is not None:
            await self.child.stop()
        for simulator in (self.whatsapp, self.telegram, self.first, self.second):
            await simulator.stop()

    def _config(self, port: int) -> str:
        example = Path(__file__).resolve().parents[2] / "knowledge" / "example"
        account, bot = self.whatsapp.account, self.telegram.account
        return CONFIG.format(
            data=self.data.resolve().as_posix(),
            language=self.language,
            knowledge=f'knowledge = "{example.as_posix()}"\n' if example.is_dir() else "",
            name=self.name,
            store=self.store,
            host=HOST,
            port=port,
            account=account,
            whatsapp=self.whatsapp.url,
            token=bot.token,
            username=bot.username,
            secret=TELEGRAM_SECRET,
            telegram=self.telegram.url,
            first=self.first.url,
            second=self.second.url,
            key=self.first.key,
        )


def _model(name: str) -> ModelsSimulator:
    simulator = ModelsSimulator(models=(SimulatedModel(name=name),), answer=quoting, first_token_seconds=0.35, word_seconds=0.035)
    simulator.keep_questions = False
    return simulator


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[3])
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in (root, known) if p), "PYTHONUNBUFFERED": "1"}
