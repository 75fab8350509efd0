import asyncio
import zipfile
from pathlib import Path

import pytest
from tests.terminal import typed

from wasl.cli.border import EXIT_PROBLEM
from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.net.clock import SystemClock
from wasl.ports.store import Incoming
from wasl.store.sqlite import SqliteStore


async def heard(path: Path, *, channel: str) -> None:
    clock = SystemClock()
    store = SqliteStore(path, clock=clock)
    await store.open()
    key = AddressKey(channel=channel, scope="1", handle="ada", kind="account")
    arrival = Arrival(key="k", address=key, parts=(Text(text="do not lose this"),), sent_at_ms=clock.now_ms())
    await store.receive(Incoming(channel=channel, raw=b"{}", received_at_ms=clock.now_ms(), events=(arrival,)))
    await store.close()


def test_what_was_said_on_a_channel_that_is_no_longer_set_up_can_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(heard(tmp_path / "data" / "wasl.db", channel="closed"))
    done = typed("export", "--channel", "closed", "out.zip", catch=False)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile("out.zip") as archive:
        assert any(b"do not lose this" in archive.read(name) for name in archive.namelist())
    refused = typed("export", "--channel", "clsed", "other.zip", catch=False)
    assert refused.exit_code == EXIT_PROBLEM
    assert "there is no channel 'clsed'" in refused.stderr
    assert not Path("other.zip").exists()
