"""Accounts: the same person on every device, and nothing behind an old cookie."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor
from tests.unit.web.test_mine import ask
from tests.unit.web.test_timeline import answered, texts

from wasl.testing.simulators.mail import SimulatedMail

KEY = "the shop's own secret, long enough for HS256"


@pytest.fixture
async def mail(wasl: Composition) -> AsyncIterator[SimulatedMail]:
    async with SimulatedMail().running() as mail:
        wasl.mail, wasl.customer_key = mail, KEY
        await wasl.stop()
        await wasl.start()
        yield mail


def browser(visitor: Visitor, name: str) -> Visitor:
    return Visitor(wasl=visitor.wasl, http=visitor.http, token=visitor.wasl.channel.admit(name))


def letter_key(mail: SimulatedMail) -> str:
    body = mail.letters[-1].get_content()
    found = re.search(r"/me/enter\?key=([\w-]+)", body)
    assert found
    return found[1]


async def sign_in(visitor: Visitor, mail: SimulatedMail, *, email: str = "sara@example.org") -> Visitor:
    assert (await ask(visitor, "/my/account/mail", {"email": email}))[0] == 200
    status, answer = await ask(visitor, "/my/account/enter", {"key": letter_key(mail)})
    assert status == 200, answer
    return Visitor(wasl=visitor.wasl, http=visitor.http, token=answer["visitor"])


async def test_two_browsers_with_one_e_mail_are_one_person(visitor: Visitor, mail: SimulatedMail) -> None:
    await answered(visitor, "one", id="message-1")
    first = await sign_in(visitor, mail)
    other = browser(visitor, "visitor-two")
    await answered(other, "two", id="message-2")
    second = await sign_in(other, mail, email="Sara@Example.org")
    third = await sign_in(browser(visitor, "visitor-three"), mail)
    both = ["one", "You said: one", "two", "You said: two"]
    assert await texts(first) == await texts(second) == await texts(third) == both
    await answered(third, "three", id="message-3")
    assert (await texts(first))[-1] == "You said: three"


async def test_an_old_cookie_opens_nothing_after_signing_in_or_out(visitor: Visitor, mail: SimulatedMail) -> None:
    await answered(visitor, "one", id="message-1")
    signed_in = await sign_in(visitor, mail)
    assert (await ask(visitor, "/chat/messages"))[0] == 401
    assert (await ask(visitor, "/my/conversations"))[0] == 401
    assert (await visitor.post({"id": "message-9", "text": "let me in"}))[0] == 401
    assert await texts(signed_in) == ["one", "You said: one"]
    assert (await ask(signed_in, "/my/account/out", {}))[0] == 200
    assert (await ask(signed_in, "/chat/messages"))[0] == 401


async def test_signing_out_everywhere_ends_every_browser(visitor: Visitor, mail: SimulatedMail) -> None:
    first = await sign_in(visitor, mail)
    second = await sign_in(browser(visitor, "visitor-two"), mail)
    assert (await ask(first, "/my/account/out", {"everywhere": True}))[0] == 200
    assert [(await ask(one, "/chat/messages"))[0] for one in (first, second)] == [401, 401]
    third = await sign_in(browser(visitor, "visitor-three"), mail)
    assert (await ask(third, "/my/account"))[1]["accounts"] == ["sara@example.org"]


async def test_whoever_asked_for_a_link_gains_nothing_when_another_opens_it(visitor: Visitor, mail: SimulatedMail) -> None:
    owner = browser(visitor, "visitor-two")
    attacker = browser(visitor, "visitor-three")
    assert (await ask(attacker, "/my/account/mail", {"email": "sara@example.org"}))[0] == 200
    key = letter_key(mail)
    assert (await ask(owner, "/my/account/enter", {"key": key}))[0] == 200
    assert (await ask(attacker, "/my/conversations"))[1] == {"live": [], "chats": []}
    assert (await ask(attacker, "/my/account/enter", {"key": key}))[1]["error"] == "spent"


async def test_letters_are_paced_and_only_go_to_addresses(visitor: Visitor, mail: SimulatedMail) -> None:
    for wrong in ("", "sara", "a@b", "a@b.c\r\nBcc: x@y.zz", "a@b.example, c@d.example", "x" * 300 + "@b.example"):
        assert (await ask(visitor, "/my/account/mail", {"email": wrong}))[1]["error"] == "mail_wrong", wrong
    answers = [(await ask(visitor, "/my/account/mail", {"email": f"a{n}@example.org"}))[0] for n in range(5)]
    assert (answers, len(mail.letters)) == ([200, 200, 200, 429, 429], 3)


async def test_without_a_mail_server_no_link_is_offered(visitor: Visitor) -> None:
    assert (await ask(visitor, "/my/account"))[1]["mail"] is False
    assert (await ask(visitor, "/my/account/mail", {"email": "a@example.org"}))[0] == 422


def named(wasl: Composition, subject: str = "customer 7", **claims: Any) -> str:
    now = wasl.clock.now_ms() // 1000
    return jwt.encode({"iss": "shop", "aud": "wasl", "sub": subject, "exp": now + 3600, **claims}, KEY, algorithm="HS256")


async def as_customer(visitor: Visitor, token: str, *, anonymous: bool = False) -> tuple[int, Any]:
    headers = visitor.headers if anonymous else {}
    async with visitor.http.post(f"{visitor.wasl.url}/chat/customer", json={"token": token}, headers=headers) as response:
        return response.status, await response.json()


async def test_the_same_customer_is_the_same_person_everywhere(visitor: Visitor, mail: SimulatedMail) -> None:
    wasl = visitor.wasl
    first = Visitor(wasl=wasl, http=visitor.http, token=(await as_customer(visitor, named(wasl, name="Sara")))[1]["visitor"])
    await answered(first, "one", id="message-1")
    await answered(visitor, "two", id="message-2")
    second = Visitor(wasl=wasl, http=visitor.http, token=(await as_customer(visitor, named(wasl), anonymous=True))[1]["visitor"])
    assert await texts(first) == await texts(second) == ["one", "You said: one", "two", "You said: two"]
    assert (await ask(visitor, "/chat/messages"))[0] == 401  # the anonymous token of a shared browser opens nothing any more
    other = Visitor(wasl=wasl, http=visitor.http, token=(await as_customer(visitor, named(wasl, "customer 8")))[1]["visitor"])
    assert await texts(other) == []


@pytest.mark.parametrize(
    "claims", [{"iss": "another"}, {"aud": "another"}, {"exp": 1}, {"exp": None}, {"sub": ""}, {"sub": 7}, {"nbf": 9_999_999_999}]
)
async def test_a_customer_token_that_is_not_good_is_refused_by_name(visitor: Visitor, mail: SimulatedMail, claims: dict[str, Any]) -> None:
    now = visitor.wasl.clock.now_ms() // 1000
    token = jwt.encode(
        {k: v for k, v in {"iss": "shop", "aud": "wasl", "sub": "c", "exp": now + 60, **claims}.items() if v is not None}, KEY, "HS256"
    )
    assert (await as_customer(visitor, token))[0] == 401


async def test_no_other_key_and_no_missing_signature_names_a_customer(visitor: Visitor, mail: SimulatedMail) -> None:
    now = visitor.wasl.clock.now_ms() // 1000
    claims = {"iss": "shop", "aud": "wasl", "sub": "c", "exp": now + 60}
    forged = (jwt.encode(claims, "another key that is long enough too", "HS256"), jwt.encode(claims, None, "none"), "a.b.c", "x" * 9_000)  # type: ignore[arg-type]
    assert [(await as_customer(visitor, token))[0] for token in forged] == [401] * 4


async def test_a_customers_visit_ends_with_the_token(visitor: Visitor, mail: SimulatedMail) -> None:
    channel, now = visitor.wasl.channel, visitor.wasl.clock.now_ms()
    good, late = channel.admit("customer-one", until_ms=now + 60_000), channel.admit("customer-one", until_ms=now - 1)
    assert channel.visitor(good, at_ms=now).handle == "customer-one"
    for token in (late, late.replace(str(now - 1), str(now + 60_000))):
        assert (await ask(Visitor(wasl=visitor.wasl, http=visitor.http, token=token), "/chat/messages"))[0] == 401


async def test_the_cookie_of_a_signed_out_browser_is_replaced(visitor: Visitor, wasl: Composition, mail: SimulatedMail) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(f"{wasl.url}/") as response:
            token = response.cookies["wasl_visitor"].value
        one = Visitor(wasl=wasl, http=http, token=token)
        await ask(one, "/my/account/out", {})
        http.cookie_jar.update_cookies({"wasl_visitor": token})
        async with http.get(f"{wasl.url}/") as response:
            assert response.cookies["wasl_visitor"].value != token


async def test_somebody_elses_link_takes_nothing_of_who_opens_it(visitor: Visitor, mail: SimulatedMail) -> None:
    attacker = browser(visitor, "visitor-three")
    await answered(visitor, "my secret", id="message-1")
    for email in ("evil@example.org", "evil@example.org"):  # a new account, then one that is known
        assert (await ask(attacker, "/my/account/mail", {"email": email}))[0] == 200
        assert (await ask(visitor, "/my/account/enter", {"key": letter_key(mail)}))[1]["error"] == "other_browser"
        status, answer = await ask(attacker, "/my/account/enter", {"key": letter_key(mail)})
        assert status == 200  # the refusal did not use the link up
        attacker = Visitor(wasl=visitor.wasl, http=visitor.http, token=answer["visitor"])
    assert await texts(attacker) == []
    assert await texts(visitor) == ["my secret", "You said: my secret"]


async def test_two_accounts_in_one_browser_stay_two_people(visitor: Visitor, mail: SimulatedMail) -> None:
    await answered(visitor, "father's words", id="message-1")
    father = await sign_in(visitor, mail, email="father@example.org")
    other = browser(visitor, "visitor-two")
    await answered(other, "son's words", id="message-2")
    await sign_in(other, mail, email="son@example.org")
    son = await sign_in(father, mail, email="son@example.org")  # in the browser where the father is signed in
    assert await texts(son) == ["son's words", "You said: son's words"]
    again = await sign_in(browser(visitor, "visitor-three"), mail, email="father@example.org")
    assert await texts(again) == ["father's words", "You said: father's words"]


async def test_no_letter_carries_a_host_that_the_caller_claims(visitor: Visitor, mail: SimulatedMail) -> None:
    status, answer = await ask(visitor, "/my/account/mail", {"email": "sara@example.org"}, Host="evil.example")
    assert (status, answer["error"], mail.letters) == (422, "mail_wrong", [])
    assert (await ask(visitor, "/my/account", Host="evil.example"))[1]["mail"] is False


async def test_another_customer_in_the_same_browser_is_another_person(visitor: Visitor, mail: SimulatedMail) -> None:
    wasl = visitor.wasl
    first = Visitor(wasl=wasl, http=visitor.http, token=(await as_customer(visitor, named(wasl, "customer 7")))[1]["visitor"])
    await answered(first, "seven", id="message-1")
    told = (await as_customer(first, named(wasl, "customer 8"), anonymous=True))[1]["visitor"]
    second = Visitor(wasl=wasl, http=visitor.http, token=told)
    await answered(second, "eight", id="message-2")
    assert await texts(first) == ["seven", "You said: seven"]
    assert await texts(second) == ["eight", "You said: eight"]


async def test_a_browser_that_is_somebodys_is_not_joined_to_a_customer(visitor: Visitor, mail: SimulatedMail) -> None:
    wasl = visitor.wasl
    await answered(visitor, "one", id="message-1")
    known = await sign_in(visitor, mail)
    told = (await as_customer(known, named(wasl), anonymous=True))[1]["visitor"]
    assert await texts(Visitor(wasl=wasl, http=visitor.http, token=told)) == []
    assert await texts(known) == ["one", "You said: one"]


async def test_a_customer_who_signs_out_may_come_back(visitor: Visitor, mail: SimulatedMail) -> None:
    wasl = visitor.wasl
    first = Visitor(wasl=wasl, http=visitor.http, token=(await as_customer(visitor, named(wasl)))[1]["visitor"])
    await answered(first, "one", id="message-1")
    assert (await ask(first, "/my/account/out", {"everywhere": True}))[0] == 200
    assert (await ask(first, "/chat/messages"))[0] == 401
    later = named(wasl, exp=wasl.clock.now_ms() // 1000 + 1800)
    second = Visitor(wasl=wasl, http=visitor.http, token=(await as_customer(visitor, later))[1]["visitor"])
    assert await texts(second) == ["one", "You said: one"]


async def test_a_stream_ends_when_its_visitor_signs_out(visitor: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    async with visitor.stream() as stream:
        await stream.until("ready")
        assert (await ask(visitor, "/my/account/out", {}))[0] == 200
        assert [frame async for frame in stream.frames()] == []
