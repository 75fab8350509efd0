"""Only what the platform approves carries an answer: by its list, by its webhooks, by its refusals."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from wasl.channels.whatsapp import WhatsApp
from wasl.domain.delivery import Outgoing
from wasl.domain.errors import HeldByRule, SettingWrong
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.listing import ListedTemplate
from wasl.domain.message import Template
from wasl.domain.person import Address, AddressKey
from wasl.policy.act import Deployment
from wasl.service.acting import Approved, Party
from wasl.service.keep_templates import EVERY_MS, FIRST_TRIES_MS, KeepTemplates
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, answer

LINE = "line"
LIST = "*/message_templates[?]*"
ANY = Approved(name="reply", language="", category="utility", characters_max=600)
ENGLISH = Approved(name="reply", language="en", category="utility", characters_max=2_000)
NEVER_TOLD = Approved(name="other", language="en", category="utility", characters_max=600)


def item(name: str, language: str, status: str = "APPROVED", body: str = "Answer: {{1}}") -> dict[str, Any]:
    return {"name": name, "language": language, "status": status, "category": "MARKETING", "components": [{"type": "BODY", "text": body}]}


def page(*items: dict[str, Any], after: str | None = None) -> bytes:
    paging: Mapping[str, Any] = {"cursors": {"after": after}, "next": "https://next"} if after else {}
    return json.dumps({"data": items, "paging": paging}).encode()


def party(*templates: Approved) -> Party:
    return Party(name=LINE, kind="x", deployment=Deployment(), templates=templates)


class House:
    def __init__(self, *, account: str | None = "9") -> None:
        self.clock = TestClock()
        self.store = MemoryStore(clock=self.clock)
        self.network = ScriptedNetwork(clock=self.clock)
        settings = WhatsApp.Settings(phone_number_id="1", access_token="t", app_secret="s", verify_token="v", business_account_id=account)
        channels = {LINE: WhatsApp(settings, name=LINE)}
        self.keep = KeepTemplates(lists=self.store.templates, clock=self.clock, network=self.network, channels=channels)

    async def usable(self, *templates: Approved) -> list[tuple[str, str, str, int]]:
        return [(one.name, one.language, one.category, one.characters_max) for one in await self.keep.usable(party(*templates))]


@pytest.fixture
async def house() -> House:
    made = House()
    await made.store.open()
    return made


async def test_where_nothing_is_known_the_settings_stand(house: House) -> None:
    assert await house.usable(ENGLISH, ANY) == [("reply", "en", "utility", 2_000)]
    assert await house.usable() == []


async def test_after_the_list_only_what_it_approves_is_taken_in_every_language_at_the_category_that_is_billed(house: House) -> None:
    first = page(item("reply", "en"), item("reply", "ar", "PAUSED"), after="x y")
    house.network.on("GET", LIST, answer(first), answer(page(item("reply", "fr"), item("reply", "de", body="{{1}} {{2}}"))))
    assert await house.keep.refresh(LINE) == 4
    assert "after=x%20y" in house.network.calls[-1].url
    most = 1024 - len("Answer: ")
    assert await house.usable(ANY, NEVER_TOLD) == [("reply", "en", "marketing", 600), ("reply", "fr", "marketing", 600)]
    assert await house.usable(ENGLISH) == [("reply", "en", "marketing", most)]


async def test_a_refused_template_is_not_taken_again_until_the_platform_approves_it(house: House) -> None:
    key = AddressKey(channel=LINE, scope="1", handle="966500000000", kind="phone")
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    part = Template(name="reply", language="en", values=("x",), category="utility")
    outgoing = Outgoing(id=DeliveryId("d"), address=address, parts=(part,))
    await house.keep.refused(outgoing, HeldByRule("no", code=131056))
    assert await house.usable(ENGLISH) != []
    await house.keep.refused(outgoing, HeldByRule("paused", code=132015))
    assert await house.usable(ENGLISH) == []
    back = ListedTemplate(name="reply", language="en", status="approved", told_ms=house.clock.now_ms() + 5, listed=False)
    await house.store.templates.tell(LINE, back)
    assert await house.usable(ENGLISH) == [("reply", "en", "utility", 2_000)]


async def test_lists_are_read_again_when_they_are_old_and_a_platform_that_fails_is_left_alone_for_a_while(house: House) -> None:
    house.network.on("GET", LIST, answer(b"{}", status=503), answer(page(item("reply", "en"))))
    await house.keep.keep_up()
    assert await house.store.templates.listed_ms(LINE) is None
    await house.keep.keep_up()
    assert len(house.network.calls) == 1
    await house.clock.advance((FIRST_TRIES_MS + 1) / 1000)
    await house.keep.keep_up()
    assert await house.store.templates.listed_ms(LINE) is not None
    await house.clock.advance((EVERY_MS - 1_000) / 1000)
    await house.keep.keep_up()
    assert len(house.network.calls) == 2


async def test_without_the_accounts_id_nothing_is_asked() -> None:
    house = House(account=None)
    await house.store.open()
    await house.keep.keep_up()
    assert house.network.calls == []
    assert house.keep.asked_of() == []
    with pytest.raises(SettingWrong, match="business_account_id"):
        await house.keep.refresh(LINE)
