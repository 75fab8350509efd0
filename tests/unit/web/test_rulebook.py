"""The page of the rules, and the page of costs, in words that people know."""

import re
from collections import Counter

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.browser.test_accessibility import spending
from tests.unit.web.test_console import log_in
from tests.unit.web.test_desk import Operator

from wasl.policy.shipped_rules import shipped_book


@pytest.fixture
async def operator(wasl: Composition, http: aiohttp.ClientSession) -> Operator:
    return Operator(wasl, http, await log_in(wasl, http))


async def test_the_channels_with_most_rules_come_before_the_others(operator: Operator) -> None:
    page = await operator.see("rules?on=2026-11-22")
    head = re.findall(r'<th scope="col"><bdi>(.*?)</bdi></th>', page)
    ruled = Counter(kind for rule in shipped_book().rules for kind in rule.channels if kind in shipped_book().channels)
    assert head[0].casefold() == ruled.most_common(1)[0][0]


async def test_the_calendar_names_channels_and_places(operator: Operator) -> None:
    page = await operator.see("rules?on=2026-11-22&lang=ar")
    assert "المنطقة الاقتصادية الأوروبية" in page
    assert "<bdi>whatsapp</bdi>" not in page


async def test_costs_name_month_country_and_channel(wasl: Composition, operator: Operator) -> None:
    await wasl.store.record_usage([spending(wasl.clock.now_ms())])
    page = await operator.see("cost?by=country")
    assert "<bdi>Egypt</bdi>" in page
    assert "<bdi>مصر</bdi>" in await operator.see("cost?by=country&lang=ar")
    assert "<bdi>Web chat</bdi>" in await operator.see("cost?by=channel&lang=en")
