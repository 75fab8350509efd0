"""The case that the plan was made for, from the announcement to the months after: an assistant for anything on WhatsApp, five hundred
people of five countries, and the day on which the platform closes its door to all but two of them."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import aiohttp
import pytest
from tests.journeys.moved_clock import MovedClock

from wasl.app import compose
from wasl.config import load
from wasl.ports.sunsets import Sunsets
from wasl.running import Installation
from wasl.service.sunset import PlanSunset, Wish
from wasl.testing.simulators.models import ModelsSimulator, SimulatedModel
from wasl.testing.simulators.telegram import TelegramSimulator
from wasl.testing.simulators.telegram_people import TelegramAccount, TelegramChat
from wasl.testing.simulators.whatsapp import WhatsAppSimulator
from wasl.testing.simulators.whatsapp_account import WhatsAppAccount
from wasl.testing.simulators.whatsapp_checks import KnownTemplate
from wasl.testing.simulators.whatsapp_people import Received, WhatsAppPerson

NUMBERS = {"IT": "39347{:07d}", "DE": "49151{:08d}", "BR": "55119{:08d}", "EG": "20100{:07d}", "MA": "212612{:06d}"}
EACH = 100
EXEMPT = ("BR", "IT")
PER_DAY = 250
MOVING = 30
"""So many people of the three countries take their history along."""
CLOSING = (
    KnownTemplate(name="we_close", language="en", parameters=2, body="We close on {{1}}. Keep your chats: {{2}}"),
    KnownTemplate(name="we_close", language="ar", parameters=2, body="نغلق في {{1}}. محادثاتك لك: {{2}}"),
)
KEY = re.compile(r"code=(k[0-9A-Za-z_-]{42})")
SETTINGS = """
data = "{data}"
knowledge = "{data}/knowledge"
[terms]
watch = "none"
[assistant]
name = "Nour"
[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
[deployment]
purpose = "general_assistant"
account_created_on = 2024-01-10
billing = true
unique_recipients_max = {per_day}
fulfilled = ["opt_in", "way_to_human"]
[channels.whatsapp]
phone_number_id = "{wa.phone_number_id}"
business_account_id = "{wa.account_id}"
access_token = "{wa.access_token}"
app_secret = "{wa.app_secret}"
verify_token = "{wa.verify_token}"
base_url = "{whatsapp}"
[channels.telegram]
token = "{bot.token}"
username = "{bot.username}"
mode = "webhook"
webhook_secret = "secret_of_the_journey"
base_url = "{telegram}"
[channels.webchat]
[providers.first]
kind = "openai_chat"
base_url = "{model}/v1"
key = "{key}"
[[candidates]]
provider = "first"
model = "first-model"
tier = "paid"
"""


def day(month: int, number: int, hour: int = 10, *, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


class World:
    """The installation, the platforms around it, and the clock of them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = MovedClock(day(10, 16, year=2025))
        account = WhatsAppAccount(per_second=0, pair_seconds=0, templates=CLOSING)
        bot = TelegramAccount(per_second=0, chat_seconds=0)
        self.whatsapp = WhatsAppSimulator(account, clock=self.clock)
        self.telegram = TelegramSimulator(bot, secret="secret_of_the_journey", clock=self.clock)
        self.model = ModelsSimulator(models=(SimulatedModel(name="first-model"),), answer=lambda q: f"noted: {q.text}", clock=self.clock)
        self.people: dict[str, list[WhatsAppPerson]] = {}
        self.installation: Installation | None = None
        self.url = ""

    async def start(self) -> None:
        for simulator in (self.whatsapp, self.telegram, self.model):
            await simulator.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.whatsapp.hooks.url, self.telegram.hooks.url = f"{self.url}/hooks/whatsapp", f"{self.url}/hooks/telegram"
        (self.folder / "wasl.toml").write_text(
            SETTINGS.format(
                data=self.folder, port=port, per_day=PER_DAY, wa=self.whatsapp.account, whatsapp=self.whatsapp.url,
                bot=self.telegram.account, telegram=self.telegram.url, model=self.model.url, key=self.model.key,
            ),
            encoding="utf-8",
        )  # fmt: skip
        self.installation = compose(load(self.folder / "wasl.toml", environ={}), clock=self.clock)
        for country, number in NUMBERS.items():
            self.people[country] = [self.whatsapp.person(phone=number.format(1_000 + n), country=country) for n in range(EACH)]

    @property
    def losing(self) -> list[WhatsAppPerson]:
        """Everybody who loses the channel."""
        return [person for country, people in self.people.items() if country not in EXEMPT for person in people]

    async def until(self, done: Callable[[], bool | Awaitable[bool]], *, seconds: float = 60) -> None:
        """Waits until something is so; it happens in tasks of the installation."""
        async with asyncio.timeout(seconds):
            while not (done() if not asyncio.iscoroutinefunction(done) else await done()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def say(self, people: Sequence[WhatsAppPerson], words: Callable[[WhatsAppPerson], str]) -> list[Received]:
        """Lets people write at once; gives the first thing that each was answered."""
        before = {person.user_id: len(person.received) for person in people}
        for person in people:
            self.whatsapp.say(person, words(person))
        await self.until(lambda: all(len(person.received) > before[person.user_id] for person in people))
        await self.quiet()
        return [person.received[before[person.user_id]] for person in people]

    async def tell_bot(self, chat: TelegramChat, text: str) -> str:
        """Writes on Telegram; gives what is answered."""
        before = len(chat.received)
        self.telegram.say(chat, text)
        await self.until(lambda: len(chat.received) > before)
        return chat.received[before].text

    async def quiet(self) -> None:
        """Waits until every webhook was taken."""
        assert await self.whatsapp.hooks.drained(timeout_seconds=60)
        assert await self.telegram.hooks.drained(timeout_seconds=60)


@asynccontextmanager
async def running(world: World) -> AsyncIterator[Installation]:
    """Runs the installation as its own process would, until the end."""
    installation = world.installation
    assert installation is not None
    ready = asyncio.Event()
    serving = asyncio.create_task(installation.serve(ready=lambda _: ready.set()))
    await asyncio.wait([asyncio.create_task(ready.wait()), serving], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield installation
    finally:
        installation.stop()
        await serving


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    await made.start()
    yield made
    for simulator in (made.whatsapp, made.telegram, made.model):
        await simulator.stop()


def note(person: WhatsAppPerson) -> str:
    """What somebody has to remember: in Arabic where they write it."""
    number = str(person.phone)
    return f"ملاحظتي رقم {number}" if number.startswith("2") else f"my note number {number}"


def told(person: WhatsAppPerson) -> list[Received]:
    """What somebody was told of the closing, in the window by words, outside it by the template."""
    return [one for one in person.received if KEY.search(one.text)]


async def milestone(world: World, plan_id: str, name: str, count: int) -> None:
    """Waits until so many were told in a milestone and all of it arrived."""
    assert world.installation is not None
    sunsets = world.installation.departing.sunsets

    async def arrived() -> bool:
        states = (await sunsets.progress(plan_id)).by_milestone.get(name, {})
        return states.get("delivered", 0) == count and sum(states.values()) == count

    await world.until(arrived)
    await world.quiet()


async def take_along(world: World, http: aiohttp.ClientSession, person: WhatsAppPerson, chat: TelegramChat) -> str:
    """Opens the personal link on the web and brings the key to the bot; gives the visitor's token."""
    key = KEY.search(told(person)[0].text)
    assert key is not None
    token = await visitor(world, http)
    async with http.post(f"{world.url}/my/links", json={"code": key[1]}, headers={"x-wasl-visitor": token}) as joined:
        assert joined.status == 201, await joined.text()
    asked = await world.tell_bot(chat, f"/start {key[1]}")
    assert "WhatsApp" in asked, asked
    assert await world.tell_bot(chat, "yes")
    return token


async def visitor(world: World, http: aiohttp.ClientSession) -> str:
    async with http.get(f"{world.url}/") as page:
        found = re.search(r'"visitor": "([^"]+)"', await page.text())
    assert found is not None
    return found[1]


async def history_on_the_web(world: World, http: aiohttp.ClientSession, token: str) -> str:
    async with http.get(f"{world.url}/my/history", headers={"x-wasl-visitor": token}) as response:
        return await response.text()


async def is_at_home(world: World, http: aiohttp.ClientSession, person: WhatsAppPerson, chat: TelegramChat, token: str) -> bool:
    """Says whether somebody finds their history on the web and on Telegram, and goes on there."""
    on_the_web = await history_on_the_web(world, http, token)
    found = await world.tell_bot(chat, f"/search {person.phone}")
    answered = await world.tell_bot(chat, "and now?")
    return note(person) in on_the_web and str(person.phone) in found and "noted: and now?" in answered


@dataclass(kw_only=True)
class Story:
    """The case as it goes on: the world, the plan, who moved with their visitor's token, and who came late."""

    world: World
    http: aiohttp.ClientSession
    planner: PlanSunset
    sunsets: Sunsets
    plan_id: str = ""
    homes: list[tuple[WhatsAppPerson, TelegramChat, str]] = field(default_factory=list)
    late: list[WhatsAppPerson] = field(default_factory=list)
    received: dict[str, int] = field(default_factory=dict)

    @property
    def everyone(self) -> list[WhatsAppPerson]:
        return [person for people in self.world.people.values() for person in people]

    @property
    def behind(self) -> list[WhatsAppPerson]:
        """Who loses the channel and did not move while it was open."""
        moved = {person.user_id for person, _, _ in self.homes}
        return [person for person in self.world.losing if person.user_id not in moved]

    async def told(self, name: str, count: int) -> None:
        await milestone(self.world, self.plan_id, name, count)

    async def comes_late(self, person: WhatsAppPerson, account: int) -> str:
        """Brings last year's key to the web and to the bot; gives the history that is found."""
        token = await take_along(self.world, self.http, person, self.world.telegram.chats.meet(account, name="Late"))
        self.late.append(person)
        return await history_on_the_web(self.world, self.http, token)


async def test_nobody_is_lost_when_a_channel_closes(world: World) -> None:
    async with running(world) as installation, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        story = Story(world=world, http=http, planner=installation.departing.plan, sunsets=installation.departing.sunsets)
        for step in (
            everyone_writes, a_plan_is_made, everyone_is_told, some_take_their_history_along, who_comes_meanwhile_is_told_or_left_out,
            the_milestones_come_and_who_moved_is_left_in_peace, the_day_comes, the_exempt_are_served_as_ever, who_moved_goes_on_elsewhere,
            who_did_not_may_still_come_with_last_years_key, a_late_word_is_kept_and_answered_by_nothing, the_sum_is_whole,
        ):  # fmt: skip
            await step(story)


async def everyone_writes(story: Story) -> None:
    world, early = story.world, story.everyone[::2]
    assert all(answer.text.endswith(note(who)) for answer, who in zip(await world.say(early, note), early, strict=True))
    world.clock.move(day(10, 18, 8, year=2025))
    await world.say(story.everyone[1::2], note)


async def a_plan_is_made(story: Story) -> None:
    plan = await story.planner.draft(
        Wish(
            channel="whatsapp", on=date(2026, 1, 15), zone="Europe/Rome", by="operator", per_day=PER_DAY, per_second=500,
            templates={"en": "we_close", "ar": "we_close"}, exempt_by_rules=True,
        )
    )  # fmt: skip
    assert plan.sunset.regions_except == EXEMPT
    assert (plan.everyone, dict(plan.by_region)) == (300, {"DE": 100, "EG": 100, "MA": 100})
    assert [r.name for r in plan.rounds] == ["announce", "remind", "last week", "last day"]
    assert (plan.rounds[0].inside, plan.rounds[0].outside) == (150, 150)
    assert not plan.blocked, plan.problems
    assert any(problem.kind == "exempt" and "BR" in problem.text and "2026-01-21" in problem.text for problem in plan.problems)
    assert any(problem.kind == "proof" and "text message" in problem.text for problem in plan.problems)
    assert not any(told(person) for person in story.everyone)
    story.plan_id = plan.sunset.id


async def everyone_is_told(story: Story) -> None:
    world = story.world
    await story.planner.start(story.plan_id)
    world.clock.move(day(10, 18, 12, year=2025))
    await story.told("announce", 300)
    assert all(len(told(person)) == 1 for person in world.losing)
    assert not any(told(person) for country in EXEMPT for person in world.people[country])
    assert sum(told(person)[0].kind == "template" for person in world.losing) == 150
    assert all("محادثاتك" in told(person)[0].text for country in ("EG", "MA") for person in world.people[country])
    assert not any("محادثاتك" in told(person)[0].text for person in world.people["DE"])


async def some_take_their_history_along(story: Story) -> None:
    world = story.world
    world.clock.move(day(10, 20, year=2025))
    moving = world.losing[:: len(world.losing) // MOVING]
    chats = [world.telegram.chats.meet(7_000 + place, name=f"Person {place}") for place, _ in enumerate(moving)]
    pairs = list(zip(moving, chats, strict=True))
    tokens = await asyncio.gather(*(take_along(world, story.http, person, chat) for person, chat in pairs))
    story.homes = [(*pair, token) for pair, token in zip(pairs, tokens, strict=True)]
    in_chat = await world.say([world.people["EG"][1]], lambda _: "كيف أحتفظ بمحادثاتي؟")
    assert KEY.search(in_chat[0].text), in_chat[0].text


async def who_comes_meanwhile_is_told_or_left_out(story: Story) -> None:
    world = story.world
    newcomers = {country: world.whatsapp.person(phone=NUMBERS[country].format(5_000), country=country) for country in ("IT", "EG")}
    await world.say(list(newcomers.values()), note)
    await story.told("announce", 301)
    assert [len(told(newcomers[country])) for country in ("IT", "EG")] == [0, 1]
    assert told(newcomers["EG"])[0].kind == "text"  # their own words opened the window


async def the_milestones_come_and_who_moved_is_left_in_peace(story: Story) -> None:
    world, staying = story.world, 301 - len(story.homes)
    for name, (month, first) in (("remind", (1, 1)), ("last week", (1, 8))):
        world.clock.move(day(month, first))
        await story.told(name, PER_DAY)
        world.clock.move(day(month, first + 1))
        await story.told(name, staying)
    world.clock.move(day(1, 14))
    await story.told("last day", PER_DAY)
    assert all(len(told(person)) == 1 for person, _, _ in story.homes)
    by_milestone = (await story.sunsets.progress(story.plan_id)).by_milestone
    assert all(sum(states.values()) <= 301 for states in by_milestone.values())


async def the_day_comes(story: Story) -> None:
    world = story.world
    world.clock.move(day(1, 15, 0))

    async def is_closed() -> bool:
        return len(await story.sunsets.plans(states=("closed",))) == 1

    await world.until(is_closed)
    world.clock.move(day(1, 15))
    story.received = {person.user_id: len(person.received) for person in story.everyone}


async def the_exempt_are_served_as_ever(story: Story) -> None:
    for country in EXEMPT:
        served = await story.world.say(story.world.people[country][:5], lambda who: f"question of {who.phone}")
        assert all("noted: question of" in answer.text for answer in served), [one.text for one in served]


async def who_moved_goes_on_elsewhere(story: Story) -> None:
    assert all(await asyncio.gather(*(is_at_home(story.world, story.http, *home) for home in story.homes)))


async def who_did_not_may_still_come_with_last_years_key(story: Story) -> None:
    person = story.behind[0]
    assert note(person) in await story.comes_late(person, 9_999)


async def a_late_word_is_kept_and_answered_by_nothing(story: Story) -> None:
    """No model is asked, and as the rules of the platform forbid any answer now, none goes out."""
    world, person = story.world, story.behind[1]
    asked = len(world.model.questions)
    world.whatsapp.say(person, "are you there?")
    await world.quiet()
    world.clock.move(day(1, 19))
    await asyncio.sleep(1)
    await world.quiet()
    assert len(world.model.questions) == asked, world.model.questions[-1].text
    assert "are you there?" in await story.comes_late(person, 9_998)
    assert [len(one.received) for one in world.losing] == [story.received[one.user_id] for one in world.losing]


async def the_sum_is_whole(story: Story) -> None:
    await story.planner.mark()
    progress = await story.planner.progress(story.plan_id)
    moved = len(story.homes) + len(story.late)
    assert progress.sums_up
    assert (progress.everyone, progress.moved, progress.waiting, progress.told) == (301, moved, 0, 301 - moved)
