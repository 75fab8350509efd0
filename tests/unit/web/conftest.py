from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor


@pytest.fixture
async def wasl(tmp_path: Path) -> AsyncIterator[Composition]:
    composition = Composition(tmp_path)
    await composition.start()
    yield composition
    await composition.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session


@pytest.fixture
def visitor(wasl: Composition, http: aiohttp.ClientSession) -> Visitor:
    return Visitor(wasl=wasl, http=http, token=wasl.channel.admit("visitor-one"))
