"""Apart: lets a process of its own do what would hold up everybody else here, at low priority."""

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from typing import TypeVar

from wasl.domain.errors import Unavailable

Result = TypeVar("Result")
NICENESS = 10


async def apart(work: Callable[..., Result], *arguments: object) -> Result:
    """Calls a function of a module in a new process and gives what it gives; both must be picklable.

    Whoever gives up waiting ends the process. Raises Unavailable when it cannot be started or breaks; what broke is on its error stream.
    """
    path = os.pathsep.join(place for place in sys.path if place)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            __name__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(f"no process could be started ({error.strerror})") from error
    try:
        told, _ = await process.communicate(pickle.dumps((work, arguments)))
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise Unavailable(f"the process for {work.__name__!r} ended with status {process.returncode}")
    result: Result = await asyncio.to_thread(pickle.loads, told)  # our own words, from our own pipe
    return result


def _serve() -> None:
    os.nice(NICENESS)
    work, arguments = pickle.load(sys.stdin.buffer)
    pickle.dump(work(*arguments), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    _serve()
