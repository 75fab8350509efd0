"""What is copied out of an Arabic sentence, marks and all, into the next command or the browser."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wasl.__main__ import main
from wasl.wire.isolate import FSI, LRM, PDI, bare

SRC = Path(__file__).resolve().parents[3] / "src"


@pytest.mark.parametrize(
    ("copied", "meant"),
    [
        (f"{FSI}01a2078a-a0b4{PDI}", "01a2078a-a0b4"),
        (f"evidence-shop-2026-10{PDI}", "evidence-shop-2026-10"),
        ("امسح", "امسح"),
        (f"{LRM}WhatsApp Chat.zip", f"{LRM}WhatsApp Chat.zip"),  # a phone named this file
    ],
)
def test_marks_around_what_was_copied_are_no_part_of_it(copied: str, meant: str) -> None:
    assert bare(copied) == meant


def test_a_command_takes_what_was_copied(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["wasl", f"{FSI}version{PDI}"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    assert capsys.readouterr().out.strip()


async def test_addresses_that_a_start_prints_end_where_they_end(tmp_path: Path) -> None:
    """A terminal takes what stands right behind an address for a part of it."""
    environment = {"PYTHONPATH": str(SRC), "WASL_SERVER__PORT": "0", "WASL_LANGUAGE": "ar", "PATH": os.environ["PATH"]}
    serving = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wasl", "serve", cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert serving.stdout is not None
    lines = [(await serving.stdout.readline()).decode() for _ in range(3)]
    serving.terminate()
    await serving.communicate()
    chat, operator = (line.partition("http")[2].rstrip("\n") for line in lines[1:])
    assert chat.endswith("/")
    assert "/console/login?token=" in operator
    assert operator[-1].isascii()
