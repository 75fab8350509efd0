"""The measuring instruments are themselves tested: the peer against the floor program."""

from pathlib import Path

import pytest
from tests.bench.peer import APP_SECRET, Peer
from tests.bench.process import ROOT, Process, base_env, cpu_seconds, free_port, python, rss_bytes


@pytest.fixture
async def peer_and_floor(tmp_path: Path):
    peer = Peer(model_seconds=0.01)
    await peer.start()
    port = free_port()
    env = base_env(FLOOR_APP_SECRET=APP_SECRET, FLOOR_PEER_URL=peer.url, FLOOR_PORT=str(port))
    floor = Process([python(), "-m", "tests.bench.floor"], env=env, cwd=ROOT, log=tmp_path / "floor.log")
    peer.aim(port)
    try:
        await floor.listening(port)
        yield peer, floor
    finally:
        await floor.stop()
        await peer.stop()


async def test_a_closed_loop_counts_one_answer_and_two_receipts_per_message(peer_and_floor):
    peer, floor = peer_and_floor
    tally = await peer.saturate(turns=60, in_flight=8, people=20)
    assert tally.turns == tally.answered_once == 60
    assert peer.strangers == 0
    assert tally.refused_hooks == 0
    assert cpu_seconds(floor.pid) > 0
    assert rss_bytes(floor.pid) > 10 << 20


async def test_an_open_loop_keeps_its_rate_and_takes_the_model_out_of_the_latency(peer_and_floor):
    peer, _ = peer_and_floor
    tally = await peer.steady(turns=40, per_second=100, people=20)
    assert tally.answered_once == 40
    assert tally.wall_seconds >= 0.39
    assert all(0 < ms < 5_000 for ms in tally.added_ms)


async def test_a_forged_webhook_is_refused_by_the_floor_too(peer_and_floor):
    peer, _ = peer_and_floor
    assert peer.hooks is not None
    status, _ = await peer.hooks.request(peer.hook_path, b"{}", headers=b"x-hub-signature-256: sha256=00\r\n")
    assert status == 401
