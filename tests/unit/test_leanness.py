"""A started Wasl holds only what its way of a message needs: what few use is imported when it is first used."""

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
LATE = (
    "cryptography",  # signatures, the vault
    "fastapi",
    "jinja2",
    "jwt",
    "nh3",
    "segno",
    "selectolax",
    "smtplib",
    "xml.sax",
    "babel.messages",
    "wasl.testing",
    "wasl.web.console",
    "wasl.formats.archive",
    "wasl.formats.mbox",
)
PROGRAM = """
import asyncio, sys
from pathlib import Path
import wasl.app
from wasl.config import Settings

async def main():
    settings = Settings(data=Path(sys.argv[1]), channels={"webchat": {}}, server={"port": 0})
    installation = wasl.app.compose(settings)
    def ready(url):
        print("loaded:", *(name for name in sys.argv[2:] if name in sys.modules))
        installation.stop()
    await installation.serve(ready=ready)

asyncio.run(main())
"""


def test_a_started_process_has_not_loaded_what_few_use(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), *LATE, "aiohttp"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(SRC)},
    )
    assert done.returncode == 0, done.stderr
    assert "loaded: aiohttp\n" in done.stdout  # which is there, so what is looked for would be found
