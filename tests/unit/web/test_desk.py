"""The operator's desk for people: found, joined, parted, held, taken out and erased, each with a look before it."""

import re
from typing import Any

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.marks import seen
from tests.unit.web.talking import Visitor
from tests.unit.web.test_console import HTML, log_in
from tests.unit.web.test_mine import brought, exported
from tests.unit.web.test_timeline import answered, texts


class Operator:
    """An operator's browser, without one."""

    def __init__(self, wasl: Composition, http: aiohttp.ClientSession, form: str) -> None:
        self._wasl, self._http, self._form = wasl, http, form

    async def see(self, path: str, *, status: int = 200) -> str:
        async with self._http.get(f"{self._wasl.url}/console/{path}", headers=HTML) as page:
            assert page.status == status, await page.text()
            return await page.text()

    async def do(self, path: str, *, status: int = 200, **fields: Any) -> str:
        data = {"csrftoken": self._form, **fields}
        async with self._http.post(f"{self._wasl.url}/console/{path}", data=data, headers=HTML) as page:
            assert page.status == status, await page.text()
            return await page.text()


@pytest.fixture
async def operator(wasl: Composition, http: aiohttp.ClientSession) -> Operator:
    return Operator(wasl, http, await log_in(wasl, http))


@pytest.fixture
def other(wasl: Composition, http: aiohttp.ClientSession) -> Visitor:
    return Visitor(wasl=wasl, http=http, token=wasl.channel.admit("visitor-two"))


async def person_of(visitor: Visitor) -> str:
    found = await visitor.wasl.store.find_address(visitor.wasl.channel.visitor(visitor.token))
    assert found
    person = await visitor.wasl.people.person_of(found[1])
    assert person
    return person


async def test_two_people_are_joined_after_a_look_and_parted_again(operator: Operator, visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    one, two = await person_of(visitor), await person_of(other)
    assert "visitor-one" in await operator.see("people?find=visitor-one")
    assert "visitor-two" not in await operator.see("people?find=visitor-one")
    look = await operator.see(f"people/{one}/merge?with=visitor-two")
    assert two in look
    assert await texts(visitor) == ["one", "You said: one"]
    await operator.do(f"people/{one}/merge", **{"with": two})
    assert await texts(visitor) == await texts(other) == ["one", "You said: one", "two", "You said: two"]
    page = await operator.see(f"people/{await person_of(visitor)}")
    link = re.search(r"/console/links/([0-9a-f-]{36})/part", page)
    assert link
    await operator.do(f"links/{link[1]}/part")
    assert (await texts(visitor), await texts(other)) == (["one", "You said: one"], ["two", "You said: two"])
    await operator.do(f"links/{link[1]}/undo")
    assert len(await texts(visitor)) == 4
    joined = await operator.see(f"people/{await person_of(visitor)}")
    split = re.search(r"/console/(people/[0-9a-f-]{36}/addresses/[0-9a-f-]{36}/split)", joined)
    assert split
    await operator.see(split[1])
    assert len(await texts(visitor)) == 4
    await operator.do(split[1])
    assert sorted([len(await texts(visitor)), len(await texts(other))]) == [2, 2]


async def test_a_search_stays_within_a_person_or_goes_across(operator: Operator, visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "a needle here", id="message-1")
    await answered(other, "a needle there", id="message-2")
    everywhere = await operator.see("search?q=needle")
    within = await operator.see(f"search?q=needle&person={await person_of(visitor)}")
    assert everywhere.count("<mark>") == 4
    assert (within.count("<mark>"), " there" in within) == (2, False)


async def test_a_hold_forbids_erasing_until_it_is_lifted_and_the_code_is_typed(operator: Operator, visitor: Visitor) -> None:
    await answered(visitor, "words", id="message-1")
    await brought(visitor, exported("a brought <i>word</i>"))
    person = await person_of(visitor)
    await operator.do(f"people/{person}/hold", reason="case 7")
    assert "case 7" in await operator.see(f"people/{person}/erase")
    await operator.do(f"people/{person}/erase", status=423, typed=person[-6:])
    refused = await operator.do(f"people/{person}/erase?lang=ar", status=423, typed=person[-6:])
    assert "حجز قانوني يمنع محو" in seen(refused)
    await operator.do(f"people/{person}/hold", reason="")
    page = await operator.see(f"people/{person}?lang=ar")
    assert "حجز قانوني" in page
    assert "انتهى الحجز القانوني" in page
    assert "السبب: <bdi>case 7</bdi>" in page
    await operator.do(f"people/{person}/erase", typed="wrong")
    assert len(await texts(visitor)) == 2
    receipt = await operator.do(f"people/{person}/erase", typed=person[-6:])
    assert "digest" in receipt
    assert await texts(visitor) == []
    await operator.see(f"people/{person}", status=404)


async def test_an_export_link_is_made_for_whoever_gets_it(operator: Operator, visitor: Visitor, http: aiohttp.ClientSession) -> None:
    await answered(visitor, "words", id="message-1")
    page = await operator.do(f"people/{await person_of(visitor)}/export", format="archive")
    link = re.search(r'href="(http://[^"]+/export/[^"]+)"', page)
    assert link
    async with aiohttp.ClientSession() as anybody:
        async with anybody.get(link[1]) as look:
            assert look.status == 200
        async with anybody.post(link[1]) as file:
            assert (await file.read())[:2] == b"PK"
            assert "sandbox" in file.headers["content-security-policy"]
        async with anybody.post(link[1]) as again:
            assert again.status == 410


async def test_what_was_brought_is_read_as_text_and_taken_back(operator: Operator, visitor: Visitor) -> None:
    await brought(visitor, exported("a brought <i>word</i>"))
    person = await operator.see(f"people/{await person_of(visitor)}")
    chat = re.search(r"/console/(chats/[0-9a-f-]{36})", person)
    assert chat
    assert "a brought &lt;i&gt;word&lt;/i&gt;" in await operator.see(chat[1])
    held = re.search(r"/console/(imports/[0-9a-f-]{36}/take-back)", await operator.see("imports"))
    assert held
    await operator.do(held[1])
    await operator.see(chat[1], status=404)


@pytest.mark.parametrize("path", ["people", "people/x", "people/x/merge?with=y", "people/x/erase", "search?q=a", "chats/x", "imports"])
async def test_the_desk_is_for_operators(wasl: Composition, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(f"{wasl.url}/console/{path}") as response:
        assert response.status == 401


async def test_a_form_without_its_mark_does_nothing(operator: Operator, visitor: Visitor, http: aiohttp.ClientSession) -> None:
    await answered(visitor, "words", id="message-1")
    person = await person_of(visitor)
    async with http.post(f"{visitor.wasl.url}/console/people/{person}/erase", data={"typed": person[-6:]}) as response:
        assert response.status == 403
    assert len(await texts(visitor)) == 2
