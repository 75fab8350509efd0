"""The fuse burns where it was told to, and nowhere else."""

import asyncio
import signal
import sys

import pytest
from tests.bench.process import ROOT, base_env
from tests.crash.fleet import plan
from tests.crash.points import MOMENTS, NETWORK_POINTS, STORE_POINTS, Fuse

PROGRAM = """
import asyncio
from tests.crash.points import Fuse, FusedStore

class Store:
    async def settle(self, value):
        print("settled", value, flush=True)
    async def history(self):
        print("read", flush=True)

async def main():
    store = FusedStore(Store(), Fuse({spec!r}))
    for n in (1, 2, 3):
        await store.history()
        await store.settle(n)

asyncio.run(main())
"""


async def _run(spec: str) -> tuple[int, list[str]]:
    env = base_env() | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM.format(spec=spec), env=env, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode().splitlines()


async def test_before_the_second_commit_only_the_first_was_made():
    assert await _run("settle:before:2") == (-signal.SIGKILL, ["read", "settled 1", "read"])


async def test_after_the_second_commit_it_was_made_and_nothing_followed():
    assert await _run("settle:after:2") == (-signal.SIGKILL, ["read", "settled 1", "read", "settled 2"])


async def test_without_a_spec_nothing_burns():
    assert (await _run(""))[0] == 0


def test_a_spec_that_names_no_point_is_refused():
    with pytest.raises(ValueError, match="names no crash point"):
        Fuse("history:after:1")


def test_a_plan_holds_every_point_at_both_moments_and_the_random_instants():
    import random

    kills = plan(random.Random(1), each_point=2, instants=5)
    points = [k.spec.rsplit(":", 1)[0] for k in kills if k.spec]
    assert sorted(set(points)) == sorted(f"{p}:{m}" for p in STORE_POINTS + NETWORK_POINTS for m in MOMENTS)
    assert all(points.count(p) == 2 for p in points)
    assert sum(not k.spec for k in kills) == 5
