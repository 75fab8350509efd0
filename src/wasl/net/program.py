"""Programs of the operator's own, each in a process group that ends with it."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from wasl.domain.errors import SettingWrong, Unavailable

COMPLAINT_CHARACTERS_MAX = 200


class LocalProgram:
    """Runs programs on this machine."""

    async def run(self, command: Sequence[str], *, told: bytes, seconds: float, bytes_max: int) -> bytes:
        """Runs a command and gives what it writes."""
        name = command[0]
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True)
        except (OSError, ValueError) as error:
            raise SettingWrong(f"the program {name!r} cannot be started ({error}); mend the command in the settings") from error
        try:
            async with asyncio.timeout(seconds):
                said, complaint = await _talk(process, told, bytes_max=bytes_max)
                status = await process.wait()
        except TimeoutError as error:
            raise Unavailable(f"the program {name!r} took longer than {seconds:g} s and was ended") from error
        finally:
            _end(process)
            await process.wait()
        if len(said) > bytes_max:
            raise Unavailable(f"the program {name!r} wrote more than {bytes_max} bytes and was ended")
        if status != 0:
            words = complaint.decode("utf-8", "replace").strip()[:COMPLAINT_CHARACTERS_MAX]
            raise Unavailable(f"the program {name!r} ended with status {status}{': ' + words if words else ''}")
        return said


async def _talk(process: Process, told: bytes, *, bytes_max: int) -> tuple[bytes, bytes]:
    assert process.stdin is not None, "asked for as a pipe"
    assert process.stdout is not None, "asked for as a pipe"
    assert process.stderr is not None, "asked for as a pipe"

    async def write(to: asyncio.StreamWriter) -> None:
        try:
            to.write(told)
            await to.drain()
            to.close()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it did not care to read everything, which is its right

    async def complaints(source: asyncio.StreamReader) -> bytes:
        kept = b""
        while chunk := await source.read(4096):  # read to the end, so that a talkative program is not held up
            kept = (kept + chunk)[: 4 * COMPLAINT_CHARACTERS_MAX]
        return kept

    async def words(source: asyncio.StreamReader) -> bytes:
        kept = bytearray()
        while chunk := await source.read(64 << 10):  # to the end here, too: while a pipe holds unread words, no end of the program is seen
            if len(kept) <= bytes_max:
                kept += chunk
                if len(kept) > bytes_max:
                    _end(process)
        return bytes(kept)

    _, said, complaint = await asyncio.gather(write(process.stdin), words(process.stdout), complaints(process.stderr))
    return said, complaint


def _end(process: Process) -> None:
    """Kills the program and what it started; nothing when it ended by itself and left nobody."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
