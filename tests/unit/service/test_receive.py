from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.service.house import House, build

from wasl.domain.event import Signal


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = build(tmp_path)
    await made.store.open()
    yield made
    await made.store.close()


async def test_what_the_platform_gives_no_time_for_is_stored_with_the_time_at_which_it_came(house: House) -> None:
    await house.receive.events("letters", raw=b"", events=[house.letters.letter("k1", "now?", at_ms=0)])
    await house.receive.events("letters", raw=b"", events=[house.letters.letter("k2", "then", at_ms=1234)])
    assert house.rows("select sent_ms from message order by seq") == [(house.clock.now_ms(),), (1234,)]
    sign = Signal(key="s1", scope="1", kind="account_update:ACCOUNT_RESTRICTION", at_ms=0, grave=True, detail={})
    await house.receive.events("letters", raw=b"", events=[sign])
    assert house.rows("select at_ms from signal") == [(house.clock.now_ms(),)]
