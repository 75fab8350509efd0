"""The shipped channels against the simulators: what one writes the other reads, both ways, over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from wasl.channels.telegram import Telegram
from wasl.channels.whatsapp import WhatsApp
from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Forged
from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Receipt, Signal
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.message import Choice, Media, Option, Part, Text, plain_text
from wasl.domain.person import Address, AddressKey
from wasl.net.http import HttpNetwork
from wasl.testing.simulators.serving import Listener, Receive, Scope, Send, read_request
from wasl.testing.simulators.telegram import TelegramSimulator
from wasl.testing.simulators.whatsapp import WhatsAppSimulator
from wasl.wire.call import Call, Reply

PHONE = "966501234567"


@dataclass
class Wasl:
    """Verifies and parses every webhook with the real channel, as the hooks of the server do."""

    channel: Any = None
    url: str = ""
    events: list[Event] = field(default_factory=list)
    forged: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive, send, body_bytes_max=1 << 24)
        assert request is not None
        headers = {k.decode(): v.decode("latin-1") for k, v in request.headers}
        call = Call(
            method=request.method, url=self.url, headers=headers, body=request.body, path=request.path, query=request.query.decode()
        )
        try:
            reply = self.channel.verify(call)
        except Forged:
            self.forged += 1
            await request.answer(403)
        else:
            if reply is None:
                self.events += self.channel.parse(call)
                reply = Reply(status=200)
            await request.answer(reply.status, reply.body)
        self.came.set()

    async def until(self, count: int) -> Sequence[Event]:
        """Waits for so many events."""
        async with asyncio.timeout(10):
            while len(self.events) < count:
                self.came.clear()
                await self.came.wait()
        return self.events


@pytest.fixture
async def wasl() -> AsyncIterator[Wasl]:
    wasl = Wasl()
    listener = Listener(wasl)
    wasl.url = await listener.plug() + "/hooks/x"
    yield wasl
    await listener.unplug()


@pytest.fixture
async def network() -> AsyncIterator[HttpNetwork]:
    network = HttpNetwork()
    yield network
    await network.close()


async def driven(channel: Any, network: HttpNetwork, steps: Any) -> Any:
    """Drives a channel's generator; a Reply that it explains as a failure ends it and is given instead."""
    try:
        call = next(steps)
        while True:
            reply = await network.perform(call)
            failure = channel.explain(reply)
            if failure is not None:
                steps.close()
                return failure
            call = steps.send(reply)
    except StopIteration as stop:
        return stop.value


def outgoing(key: AddressKey, *parts: Part, reply_to: str | None = None) -> Outgoing:
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    return Outgoing(id=DeliveryId("d-1"), address=address, parts=parts, reply_to=reply_to)


@pytest.fixture
async def whatsapp(wasl: Wasl) -> AsyncIterator[tuple[WhatsAppSimulator, WhatsApp]]:
    async with WhatsAppSimulator(hook_url=wasl.url).running() as sim:
        account = sim.account
        settings = WhatsApp.Settings(
            phone_number_id=account.phone_number_id, business_account_id=account.account_id, access_token=account.access_token,
            app_secret=account.app_secret, verify_token=account.verify_token, base_url=sim.url,
        )  # fmt: skip
        wasl.channel = WhatsApp(settings, name="whatsapp")
        yield sim, wasl.channel


async def test_every_whatsapp_kind_is_genuine_and_understood(whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl) -> None:
    sim, _ = whatsapp
    sara = sim.person(phone=PHONE, name="Sara", country="SA")
    said = [
        sim.say(sara, "hello"), sim.send_photo(sara, caption="look"), sim.send_voice(sara), sim.send_document(sara),
        sim.send_location(sara, latitude=24.7, longitude=46.6, name="Office"), sim.send_contacts(sara, name="Omar", phone="966500000002"),
        sim.press(sara, button_id="b1", title="Yes"), sim.pick(sara, row_id="r1", title="Row"),
        sim.press_template(sara, payload="p", text="Go"),
        sim.order(sara, catalog_id="1", items=[]), sim.unsupported(sara), sim.anything(sara, "hologram", {"x": 1}),
    ]  # fmt: skip
    events = [event for event in await wasl.until(len(said)) if isinstance(event, Arrival)]
    assert [event.native_id for event in events] == said
    assert all(event.wants_answer and event.address.handle == sara.user_id and event.address.alias == PHONE for event in events[:9])
    assert [event.parts[0].type for event in events] == [
        "text", "media", "media", "media", "place", "contact", "choice", "choice", "choice", "unknown", "unknown", "unknown",
    ]  # fmt: skip
    assert [part.role for event in events for part in event.parts if isinstance(part, Media)] == ["photo", "voice", "document"]


async def test_what_is_not_a_question_is_told_apart(whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl) -> None:
    sim, _ = whatsapp
    sara = sim.person(phone=PHONE, name="Sara", country="SA")
    first = sim.say(sara, "hello")
    sim.react(sara, first, "👍")
    sim.edit(sara, first, "hello!")
    sim.revoke(sara, first)
    sim.echo(sara, "I am on it")
    sim.prefer(sara, marketing=False)
    await wasl.until(6)
    assert await sim.hooks.drained(timeout_seconds=5)
    sim.change_number(sara, phone="966500000009")
    sim.account_update("ACCOUNT_RESTRICTION", restriction_info=[{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}])
    await sim.hooks.drained(timeout_seconds=5)
    arrivals = [event for event in wasl.events if isinstance(event, Arrival)]
    assert [event.wants_answer for event in arrivals[:4]] == [True, False, False, False]
    assert [event.author for event in arrivals if plain_text(event.parts) == "I am on it"] == ["operator"]
    assert any(isinstance(event, ConsentGiven) and not event.given for event in wasl.events)
    assert any(isinstance(event, Moved) for event in wasl.events)
    assert any(isinstance(event, Signal) and event.grave for event in wasl.events)


async def test_a_person_without_a_visible_number_is_reached_by_the_scoped_id(
    whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl, network: HttpNetwork
) -> None:
    sim, channel = whatsapp
    hidden = sim.person(user_id="SA.HIDDEN1", name="Hidden", shows_phone=False)
    sim.say(hidden, "hi")
    (arrival,) = await wasl.until(1)
    assert isinstance(arrival, Arrival)
    sent = await driven(channel, network, channel.send(outgoing(arrival.address, Text(text="hello"), reply_to=arrival.native_id)))
    assert isinstance(sent, Sent)
    assert [(r.text, r.tag, r.id) for r in hidden.received] == [("hello", "d-1", sent.native_id)]


async def test_sends_of_the_whatsapp_channel_pass_the_platforms_checks_and_their_receipts_carry_the_tag(
    whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl, network: HttpNetwork
) -> None:
    sim, channel = whatsapp
    sara = sim.person(phone=PHONE, name="Sara", country="SA")
    sim.say(sara, "hi")
    (arrival,) = await wasl.until(1)
    assert isinstance(arrival, Arrival)
    few = Choice(text="Which?", options=tuple(Option(id=f"o{n}", title=f"Option {n}") for n in range(3)))
    many = Choice(text="Which?", opener="Open", options=tuple(Option(id=f"o{n}", title=f"Option {n}", description="d") for n in range(10)))
    for part in (Text(text="**مرحبا** 👋", format="markdown"), few, many):
        sent = await driven(channel, network, channel.send(outgoing(arrival.address, part)))
        assert isinstance(sent, Sent), sent
    assert [received.kind for received in sara.received] == ["text", "interactive", "interactive"]
    assert sara.received[0].text == "*مرحبا* 👋"
    receipts = [event for event in await wasl.until(7) if isinstance(event, Receipt)]
    assert {receipt.tag for receipt in receipts} == {"d-1"}
    assert {receipt.native_id for receipt in receipts} == {received.id for received in sara.received}
    typing = channel.typing(outgoing(arrival.address).address, answering=arrival.native_id)
    assert channel.explain(await network.perform(typing)) is None
    assert sara.read_ids == [arrival.native_id]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (4, "Throttled"), (130429, "Throttled"), (131056, "Throttled"), (131000, "Unavailable"), (368, "Held"), (131031, "Held"),
        (131047, "Held"), (100, "Refused"), (131051, "Refused"), (131026, "Gone"), (190, "Unauthorised"),
    ],
)  # fmt: skip
async def test_whatsapp_errors_are_named_for_what_may_be_done(
    whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl, network: HttpNetwork, code: int, name: str
) -> None:
    sim, channel = whatsapp
    sim.say(sim.person(phone=PHONE, country="SA"), "hi")
    (arrival,) = await wasl.until(1)
    assert isinstance(arrival, Arrival)
    sim.faults.on("code", code=code, times=1)
    failure = await driven(channel, network, channel.send(outgoing(arrival.address, Text(text="x"))))
    assert type(failure).__name__ == name


async def test_whatsapp_media_is_fetched_and_forged_webhooks_are_not_believed(
    whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl, network: HttpNetwork
) -> None:
    sim, channel = whatsapp
    sara = sim.person(phone=PHONE)
    sim.send_photo(sara, shade=5)
    (arrival,) = await wasl.until(1)
    assert isinstance(arrival, Arrival)
    (media,) = (part for part in arrival.parts if isinstance(part, Media))
    assert await driven(channel, network, channel.fetch(media)) == next(iter(sim.stored.values())).data
    sim.hooks.time_scale = 0.01
    sim.faults.on("forged_webhooks", times=1)
    sim.say(sara, "forged")
    wasl.came.clear()
    await asyncio.wait_for(wasl.came.wait(), 5)
    assert (wasl.forged, len(wasl.events)) == (1, 1)


async def test_the_whatsapp_handshake_and_check_succeed(
    whatsapp: tuple[WhatsAppSimulator, WhatsApp], wasl: Wasl, network: HttpNetwork
) -> None:
    sim, channel = whatsapp
    assert await sim.subscribe(wasl.url)
    findings = None
    steps = channel.check()
    try:
        call = next(steps)
        while True:
            call = steps.send(await network.perform(call))
    except StopIteration as stop:
        findings = stop.value
    assert findings
    assert all(finding.good for finding in findings), findings


@pytest.fixture
async def telegram(wasl: Wasl) -> AsyncIterator[tuple[TelegramSimulator, Telegram]]:
    secret = "s3cret-of-the-hook"
    async with TelegramSimulator(hook_url=wasl.url, secret=secret).running() as sim:
        settings = Telegram.Settings(
            token=sim.account.token, username=sim.account.username, mode="webhook", webhook_secret=secret, base_url=sim.url
        )
        wasl.channel = Telegram(settings, name="telegram")
        yield sim, wasl.channel


async def test_every_telegram_kind_is_genuine_and_understood(telegram: tuple[TelegramSimulator, Telegram], wasl: Wasl) -> None:
    sim, _ = telegram
    chat = sim.chats.meet(77, name="Omar", language="ar")
    sim.say(chat, "hello")
    sim.send_photo(chat, caption="look")
    sim.send_voice(chat)
    sim.send_document(chat)
    sim.send_location(chat, latitude=24.7, longitude=46.6)
    sim.send_contact(chat, name="Sara", phone=PHONE)
    sim.anything(chat, {"dice": {"emoji": "🎲", "value": 3}})
    events = [event for event in await wasl.until(7) if isinstance(event, Arrival)]
    assert [event.parts[0].type for event in events] == ["text", "media", "media", "media", "place", "contact", "unknown"]
    assert all(event.address.handle == "77" for event in events)
    group = sim.chats.group(-100123, title="Family")
    sim.say(group, f"@{sim.account.username} what time is it?", by=chat.person)
    sim.edit(chat, 1, "hello!")
    in_group = (await wasl.until(9))[7:]
    assert sorted((event.wants_answer, event.address.kind == "group") for event in in_group if isinstance(event, Arrival)) == [
        (False, False),
        (True, True),
    ]


async def test_sends_of_the_telegram_channel_pass_the_platforms_checks(
    telegram: tuple[TelegramSimulator, Telegram], wasl: Wasl, network: HttpNetwork
) -> None:
    sim, channel = telegram
    chat = sim.chats.meet(77, name="Omar")
    sim.say(chat, "hi")
    (arrival,) = await wasl.until(1)
    assert isinstance(arrival, Arrival)
    markdown = "# Head\n\n**bold** _it_ `x < y` & [link](https://a.b)\n\n- one\n- two\n\n> said\n\n```py\nx = 1\n```"
    sent = await driven(channel, network, channel.send(outgoing(arrival.address, Text(text=markdown, format="markdown"))))
    assert isinstance(sent, Sent), sent
    assert {e["type"] for e in chat.received[0].message["entities"]} >= {"bold", "italic", "code", "text_link", "pre"}
    choice = Choice(text="Which?", options=(Option(id="yes", title="Yes"), Option(id="no", title="No")))
    assert isinstance(await driven(channel, network, channel.send(outgoing(arrival.address, choice))), Sent)
    button = chat.received[1].message["reply_markup"]["inline_keyboard"][0][0]
    sim.press(chat, chat.received[1].id, button["callback_data"])
    pressed = (await wasl.until(2))[1]
    assert isinstance(pressed, Arrival)
    assert isinstance(pressed.parts[0], Choice)
    address = outgoing(arrival.address).address
    assert channel.explain(await network.perform(channel.typing(address, answering=arrival.native_id))) is None
    assert channel.explain(await network.perform(channel.draft(address, draft_id=5, text="**gro"))) is None
    assert chat.drafts
    sim.block(chat)
    failure = await driven(channel, network, channel.send(outgoing(arrival.address, Text(text="x"))))
    assert type(failure).__name__ == "Gone"


async def test_telegram_polling_brings_what_no_webhook_took(network: HttpNetwork) -> None:
    async with TelegramSimulator().running() as sim:
        channel = Telegram(Telegram.Settings(token=sim.account.token, mode="polling", base_url=sim.url), name="telegram")
        sim.say(sim.chats.meet(77), "one")
        polled = channel.polled(await network.perform(channel.poll(None)), None)
        assert [plain_text(event.parts) for event in polled.events if isinstance(event, Arrival)] == ["one"]
        sim.say(sim.chats.meet(77), "two")
        polled = channel.polled(await network.perform(channel.poll(polled.cursor)), polled.cursor)
        assert [plain_text(event.parts) for event in polled.events if isinstance(event, Arrival)] == ["two"]
