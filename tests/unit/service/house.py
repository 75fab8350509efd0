"""A small Wasl for tests of the services: the real SQLite store, a held clock, a scripted network, one invented channel."""

from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from pydantic import BaseModel
from tests.fresh import fresh

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Forged, Gone, Refused, Throttled, Unavailable, Unroutable
from wasl.domain.event import Arrival, Event, Receipt
from wasl.domain.limits import Limits
from wasl.domain.message import Text, plain_text
from wasl.domain.person import AddressKey
from wasl.domain.prompt import Answer as Answered
from wasl.domain.prompt import Prompt, Usage
from wasl.domain.turn import Work
from wasl.net.blobs import FolderBlobs
from wasl.net.bus_local import LocalBus
from wasl.ports.store import Lease
from wasl.service.answer import Answer
from wasl.service.ask import Asked
from wasl.service.commands import Commands
from wasl.service.compose import Voice
from wasl.service.deliver import Deliver
from wasl.service.earlier import Earlier
from wasl.service.gather import Gather
from wasl.service.judging import Gate, Step
from wasl.service.link import Links
from wasl.service.observe import Observe
from wasl.service.receive import Receive
from wasl.service.show import Show
from wasl.service.take_up import Lateness
from wasl.service.worker import Worker
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.lapsed import end_lapsed
from wasl.testing.network import ScriptedNetwork
from wasl.testing.network import answer as taken
from wasl.wire.call import Call, Reply

SEND_URL = "https://letters.test/send"
ACKNOWLEDGE_URL = "https://letters.test/arrived"


class Letters:
    """A channel whose wire is as plain as can be; an answer's status says what went wrong."""

    kind: ClassVar[str] = "letters"
    title: ClassVar[str] = "Letters"
    Settings: ClassVar[type[BaseModel]] = BaseModel

    def __init__(self, *, name: str = "letters", **limits: Any) -> None:
        self.name = name
        self.limits = replace(Limits(text_max=200, resolve_seconds=30.0, receipts_carry_tag=True), **limits)

    def verify(self, call: Call) -> Reply | None:
        if call.headers.get("seal") != "wax":
            raise Forged("the seal is broken")
        return None

    def parse(self, call: Call) -> Sequence[Event]:
        value = msgspec.json.decode(call.body)
        return [self.letter(value["key"], value["text"], who=value.get("who", "ali"))]

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        text = plain_text(outgoing.parts)
        body = msgspec.json.encode({"to": outgoing.address.key.handle, "text": text, "tag": outgoing.tag})
        reply = yield Call(method="POST", url=SEND_URL, body=body)
        return Sent(native_id=reply.body.decode() or None)

    def explain(self, reply: Reply) -> Failure | None:
        seconds = float(reply.headers["retry-after"]) if "retry-after" in reply.headers else None
        match reply.status:
            case 429:
                return Throttled("slow down", seconds=seconds)
            case 403:
                return Gone("blocked")
            case 400:
                return Refused("no")
            case status if status >= 500:
                return Unavailable("down")
        return None

    def letter(self, key: str, text: str, *, who: str = "ali", at_ms: int = 0) -> Arrival:
        address = AddressKey(channel=self.name, scope="desk", handle=who, kind="account")
        return Arrival(key=key, address=address, parts=(Text(text=text),), sent_at_ms=at_ms, native_id=key, author_name=who)


class Cards(Letters):
    """A second channel, which a link can open, and which shows that a press waits to be acknowledged."""

    title: ClassVar[str] = "Cards"

    def acknowledge(self, native_id: str) -> Call | None:
        pressed = native_id.startswith("press")
        return Call(method="POST", url=ACKNOWLEDGE_URL, body=native_id.encode()) if pressed else None

    def invitation(self, code: str, *, word: str) -> str | None:
        return f"https://cards.test/?start={code}"


@dataclass
class ScriptedAsk:
    """Answers every prompt by repeating its last words; `failures` are raised first."""

    failures: list[Exception] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    before: Callable[[], Any] | None = None

    async def ask(self, prompt: Prompt, **_: object) -> Asked:
        self.prompts.append(prompt)
        if self.before is not None:
            await self.before()
        if self.failures:
            raise self.failures.pop(0)
        usage = Usage(input_tokens=3, output_tokens=5)
        return Asked(
            answer=Answered(text=f"re: {prompt.messages[-1].text}", candidate="echo", model="echo", usage=usage, finish="stop"), records=()
        )


@dataclass
class House:
    clock: TestClock
    network: ScriptedNetwork
    store: SqliteStore
    bus: LocalBus
    letters: Letters
    ask: ScriptedAsk
    observe: Observe
    receive: Receive
    worker: Worker
    answer: Answer
    deliver: Deliver

    async def step(self) -> int:
        """Claims everything that is ready and carries it to its end; gives how many conversations that were."""
        lease = Lease(owner="test", milliseconds=30_000)
        await end_lapsed(self.store, now_ms=self.clock.now_ms())
        works = await self.store.claim(lease=lease, limit=100, now_ms=self.clock.now_ms())
        for work in works:
            await self.carry(work)
        return len(works)

    async def carry(self, work: Work) -> None:
        await self.clock.drive(self.worker._carry(work))

    async def write(self, key: str, text: str, *, who: str = "ali", channel: str = "letters") -> None:
        arrival = Letters(name=channel).letter(key, text, who=who, at_ms=self.clock.now_ms())
        await self.receive.events(channel, raw=b"", events=[arrival])

    async def says(self, text: str, *, who: str = "ali", channel: str = "letters") -> str:
        """Somebody writes and everything due is done; gives the words that reached them last."""
        await self.clock.advance(0.05)
        await self.write(self.clock.new_id(), text, who=who, channel=channel)
        while await self.step():
            pass
        mine = [c["text"] for c in self.sent() if c["to"] == who]
        return mine[-1] if mine else ""

    async def tell(self, delivery: str, state: Any) -> None:
        receipt = Receipt(key=f"{delivery}/{state}", scope="desk", state=state, at_ms=self.clock.now_ms(), tag=delivery)
        await self.receive.events("letters", raw=b"", events=[receipt])

    def sent(self) -> list[dict[str, str]]:
        """What reached the platform, in order."""
        return [msgspec.json.decode(call.body) for call in self.network.calls_to(SEND_URL)]

    def rows(self, query: str) -> list[Any]:
        db = self.store._read_db
        assert db is not None
        return db.execute(query).fetchall()


def build(
    folder: Path,
    *,
    late: str = "answer",
    attempts_max: int = 3,
    public_url: str | None = None,
    library: Any = None,
    steps: Sequence[Step] | Callable[[SqliteStore, LocalBus, TestClock, Any], Sequence[Step]] = (),
    gate: Gate | None = None,
    make_gate: Callable[[SqliteStore, TestClock], Gate] | None = None,
    **limits: Any,
) -> House:
    clock = TestClock()
    network, bus, observe = ScriptedNetwork(clock=clock), LocalBus(), Observe()
    store = SqliteStore(fresh(folder / "wasl.db"), clock=clock)
    library = store.library if library is True else library
    letters = Letters(**limits)
    channels: Any = {"letters": letters, "cards": Cards(name="cards", **limits)}
    blobs = FolderBlobs(folder / "media")
    ask = ScriptedAsk()
    gate = make_gate(store, clock) if make_gate is not None else gate
    deliver = Deliver(
        store=store,
        network=network,
        blobs=blobs,
        clock=clock,
        channels=channels,
        observe=observe,
        attempts_max=50,
        gate=gate,
    )
    answer = Answer(
        store=store,
        bus=bus,
        clock=clock,
        channels=channels,
        ask=ask,  # type: ignore[arg-type]
        search=lambda question, limit, language: (),
        gather=Gather(store=store, blobs=blobs, network=network, channels=channels),
        show=Show(bus=bus, network=network, clock=clock),
        observe=observe,
        voice=Voice(name="Wasl", instructions="Be kind.", passages=0, max_output_tokens=100),
        lateness={},
        default_lateness=Lateness(after_seconds=600, policy=late),
        history_messages=20,
        attempts_max=attempts_max,
        language="en",
        stream="when shown",
        commands=_commands(store, bus, clock, channels, library=library, public_url=public_url),
        earlier=None if library is None else Earlier(library, people=store.people).read,
        steps=steps(store, bus, clock, channels) if callable(steps) else steps,
        looks=deliver,
    )
    worker = Worker(
        store=store,
        bus=bus,
        clock=clock,
        answer=answer,
        deliver=deliver,
        observe=observe,
        owner="test",
        concurrency=10,
        lease_seconds=30,
        poll_seconds=1,
        attempts_max=attempts_max,
    )
    receive = Receive(store=store, bus=bus, clock=clock, channels=channels, observe=observe, offer=lambda: None, take=lambda *_: None)
    return House(clock, network, store, bus, letters, ask, observe, receive, worker, answer, deliver)


@asynccontextmanager
async def answering(folder: Path, **limits: Any) -> AsyncIterator[House]:
    """A house that is open and whose platform takes whatever comes first."""
    made = build(folder, **limits)
    made.network.on("POST", SEND_URL, *[taken("")] * 9)
    await made.store.open()
    yield made
    await made.store.close()


def _commands(store: SqliteStore, bus: LocalBus, clock: TestClock, channels: Any, *, library: Any, public_url: str | None) -> Commands:
    links = Links(store=store, bus=bus, clock=clock, channels=channels, public_url=public_url)
    return Commands(store=store, clock=clock, channels=channels, links=links, library=library, public_url=public_url, language="en")


def unroutable(*, seconds: float | None = 5.0) -> Unroutable:
    return Unroutable("nobody could be asked", seconds=seconds)
