"""A program of the operator's own: it reads, writes, and ends in time, whatever it does."""

import sys
from pathlib import Path

import pytest

from wasl.domain.errors import SettingWrong, Unavailable
from wasl.net.program import LocalProgram


async def run(script: str, *, told: bytes = b"", seconds: float = 20.0, bytes_max: int = 1_000) -> bytes:
    return await LocalProgram().run((sys.executable, "-c", script), told=told, seconds=seconds, bytes_max=bytes_max)


async def test_it_reads_what_it_is_told_and_its_words_come_back() -> None:
    assert await run("import sys; print(sys.stdin.read().upper(), end='')", told="سلام abc".encode()) == "سلام ABC".encode()


async def test_one_that_reads_nothing_is_no_failure() -> None:
    assert await run("print('ok')", told=b"x" * (4 << 20)) == b"ok\n"


async def test_one_that_fails_says_why() -> None:
    with pytest.raises(Unavailable, match="status 3: no list"):
        await run("import sys; sys.stderr.write('no list'); sys.exit(3)")


async def test_one_that_talks_without_end_is_ended() -> None:
    with pytest.raises(Unavailable, match="more than 1000 bytes"):
        await run("while True: print('x' * 1000)")


async def test_one_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    script = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('on', flush=True); time.sleep(60)"
    with pytest.raises(Unavailable, match="longer than 1 s"):
        await run(script, seconds=1.0)


async def test_one_that_is_not_there_is_a_wrong_setting() -> None:
    with pytest.raises(SettingWrong, match="cannot be started"):
        await LocalProgram().run(("/nowhere/at/all",), told=b"", seconds=1, bytes_max=10)
