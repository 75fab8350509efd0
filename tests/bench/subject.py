"""What is measured, as real processes: Wasl on a store, and the floor program."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.peer import ACCESS_TOKEN, APP_SECRET
from tests.bench.process import ROOT, Process, base_env, free_port, python

READY_PATH = "/readyz"
CONFIG = """\
data = "{folder}/data"
store = "{store}"
knowledge = "{folder}/knowledge"

[server]
port = {port}
role = "{role}"

[work]
{work}

[routing]
{routing}

[channels.whatsapp]
phone_number_id = "555000111"
access_token = {{ env = "WASL_BENCH_ACCESS_TOKEN" }}
app_secret = {{ env = "WASL_BENCH_APP_SECRET" }}
verify_token = {{ env = "WASL_BENCH_VERIFY_TOKEN" }}
base_url = "{peer}"
{whatsapp}

[channels.webchat]

[providers.bench]
kind = "openai_chat"
base_url = "{model}/v1"
key = {{ env = "WASL_BENCH_MODEL_KEY" }}

[[candidates]]
provider = "bench"
model = "bench"
"""


def write_config(
    folder: Path,
    *,
    peer: str,
    port: int,
    model: str = "",
    store: str = "",
    role: str = "all",
    work: str = "",
    routing: str = "",
    whatsapp: str = "",
    name: str = "wasl.toml",
) -> Path:
    """Writes the settings of one process."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "knowledge").mkdir(exist_ok=True)
    path = folder / name
    path.write_text(
        CONFIG.format(
            folder=folder, store=store, port=port, role=role, peer=peer, model=model or peer, work=work, routing=routing, whatsapp=whatsapp
        )
    )
    return path


def wasl_env(**more: str) -> dict[str, str]:
    """Gives the environment with the secrets that the settings name."""
    return base_env(
        WASL_BENCH_ACCESS_TOKEN=ACCESS_TOKEN,
        WASL_BENCH_APP_SECRET=APP_SECRET,
        WASL_BENCH_VERIFY_TOKEN=secrets.token_hex(8),
        WASL_BENCH_MODEL_KEY="bench-model-key",
        **more,
    )


class Wasl:
    """One Wasl process on loopback."""

    def __init__(
        self,
        folder: Path,
        *,
        peer: str,
        port: int = 0,
        wrap: Sequence[str] = (),
        entry: Sequence[str] = ("-m", "wasl"),
        env: Mapping[str, str] | None = None,
        **settings: str,
    ) -> None:
        self.folder, self.port = folder, port or free_port()
        self.config = write_config(folder, peer=peer, port=self.port, **settings)
        self._command = [python(), *wrap, *entry, "serve", "--config", str(self.config)]
        self._env = wasl_env(**(env or {}))
        self.process: Process | None = None

    def launch(self, *, env: Mapping[str, str] | None = None) -> Process:
        """Starts the process without waiting for it."""
        self.process = Process(self._command, env={**self._env, **(env or {})}, cwd=ROOT, log=self.folder / "output.log")
        return self.process

    async def start(self) -> float:
        """Starts and waits until it is ready; gives the seconds that took."""
        return await self.launch().ready(self.port, READY_PATH)

    async def stop(self) -> int:
        """Asks it to end."""
        return await self.process.stop() if self.process is not None else 0

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid


class Floor:
    """The bare program."""

    def __init__(self, folder: Path, *, peer: str) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._env = base_env(FLOOR_APP_SECRET=APP_SECRET, FLOOR_PEER_URL=peer, FLOOR_PORT=str(self.port))
        self.process: Process | None = None

    async def start(self) -> float:
        """Starts and waits until it listens."""
        self.process = Process([python(), "-m", "tests.bench.floor"], env=self._env, cwd=ROOT, log=self.folder / "floor.log")
        await self.process.listening(self.port)
        return 0.0

    async def stop(self) -> int:
        """Asks it to end."""
        return await self.process.stop() if self.process is not None else 0

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid
