"""A small Wasl for the browser's journeys: real store, bus and pages on a loopback port, and an answerer that follows a script."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser import losses, plans
from tests.fresh import fresh
from tests.terms_watched import watching_of

from wasl.channels.webchat import WebChat
from wasl.config import Mail as MailSettings
from wasl.config import Server as ServerSettings
from wasl.config import Settings
from wasl.config_scope import ScopeSettings
from wasl.connections import make_moving
from wasl.domain.event import Event
from wasl.domain.ids import DeliveryId, MessageId
from wasl.domain.message import Part, Text, plain_text
from wasl.domain.person import Address
from wasl.domain.prompt import Usage
from wasl.domain.turn import Closing, NewDelivery, NewMessage, Settling, UsageRecord, Work
from wasl.ledger.shipped_prices import shipped_prices
from wasl.metering import make_reckon
from wasl.net.blobs import FolderBlobs
from wasl.net.bus_local import LocalBus
from wasl.net.clock import SystemClock
from wasl.net.http import HttpNetwork
from wasl.net.mail import SmtpMail
from wasl.ports.bus import WORK, conversation_topic
from wasl.ports.store import Accepted, Incoming, Lease, Outcome, ReceiptApplied
from wasl.purposing import make_learn_purpose
from wasl.service.begin_drill import BeginDrill
from wasl.service.begin_trial import BeginTrial
from wasl.service.figure import Figures
from wasl.service.hand_over import HandOver
from wasl.service.link import Links
from wasl.service.live import STORED, Live, encode
from wasl.service.login import make_link
from wasl.service.prove_address import ProveAddress
from wasl.store.sqlite import SqliteStore
from wasl.testing.lapsed import end_lapsed
from wasl.testing.simulators.mail import SimulatedMail
from wasl.web.events import Streams
from wasl.web.pages import build_pages
from wasl.web.server import Server, bind

LEASE_MS = 60_000
ENDED = "ended"
SECRET = "a secret for tests only"
EXAMPLES = {
    "en": ("When are you open on Friday?", "Do you deliver to the old town?", "Can I order a cake for Saturday?", "How do I pay?"),
    "ar": ("متى تفتحون يوم الجمعة؟", "هل توصلون إلى البلدة القديمة؟", "هل يمكنني طلب كعكة ليوم السبت؟", "ما طرق الدفع؟"),
}


@dataclass(slots=True)
class Script:
    """What the answerer says: `answers` by the words asked; `gate` holds an answer back after `pause_after` pieces until it is set."""

    answers: dict[str, str] = field(default_factory=dict)
    default: str = "You said: {words}"
    candidate: str = "extractive"
    piece_characters: int = 6
    pause_after: int | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)


class Composition:
    """Everything in one process; `stop` and `start` again on the same port keep the store."""

    def __init__(self, folder: Path, *, script: Script | None = None, sites: tuple[str, ...] = (), whole: bool = True) -> None:
        self.script = script or Script()
        self.folder = folder
        self._sites = sites
        self._whole = whole
        self.import_bytes_max = 2 << 30
        self.mail: SimulatedMail | None = None
        self.customer_key: str | None = None
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.answered: list[str] = []
        self.told = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        self.clock = SystemClock()
        self.store = SqliteStore(fresh(self.folder / "wasl.sqlite"), clock=self.clock)
        await self.store.open()
        self.bus = LocalBus()
        self._streams = Streams()
        titles = {"en": "Zaytuna Bakery", "ar": "مخبز زيتونة"}
        asked = {"secret": SECRET, "title": titles, "examples": EXAMPLES, "sites": self._sites}
        settings = WebChat.Settings.model_validate({**asked, "customer_key": self.customer_key, "customer_issuer": "shop"})
        self.channel = WebChat(settings, name="webchat")
        app = build_pages(
            store=self.store,
            bus=self.bus,
            receive=self,
            blobs=FolderBlobs(self.folder / "blobs"),
            clock=self.clock,
            channels={"webchat": self.channel},
            candidates=(),
            settings=Settings(data=self.folder, server=ServerSettings(import_bytes_max=self.import_bytes_max)),
            streams=self._streams,
            secret=SECRET,
            version="test",
            hand_over=HandOver(
                store=self.store,
                bus=self.bus,
                clock=self.clock,
                channels={"webchat": self.channel},
                wait_minutes=60,
                return_minutes=60,
                language="en",
            ),
            figures=Figures(purposes=self.store.purposes, evidence=self.store.evidence, clock=self.clock, salt=lambda: b"installation"),
            **self._beside(),
        )
        self._server = Server(app, bound=await bind("127.0.0.1", self._port))
        self._serving = asyncio.create_task(self._server.run())
        await self._server.started.wait()
        self._port = self._server.port
        self._keep(self._work())
        lapsed_ms = self.clock.now_ms() + LEASE_MS
        await end_lapsed(self.store, now_ms=lapsed_ms)
        for work in await self.store.claim(lease=self._lease(), limit=50, now_ms=lapsed_ms):
            self._answer_soon(work)  # what the stopped process held

    def _beside(self) -> dict[str, Any]:
        """The parts for people who have more than one conversation."""
        if not self._whole:
            return {}
        settings = Settings(data=self.folder, scope=ScopeSettings(file=self.folder / "scope.toml"))
        channels = {"webchat": self.channel}
        blobs = FolderBlobs(self.folder / "blobs")
        self.moving = make_moving(settings, store=self.store, blobs=blobs, clock=self.clock, channels=channels, network=HttpNetwork())
        self.people, self.library = self.moving.people, self.moving.library
        links = Links(store=self.store, bus=self.bus, clock=self.clock, channels=channels, public_url=None)
        mail = (
            SmtpMail(MailSettings(host="127.0.0.1", port=self.mail.port, security="none", sender="hello@zaytuna.example"))
            if self.mail
            else None
        )
        self.prove = ProveAddress(
            store=self.store,
            sunsets=self.store.sunsets,
            links=links,
            clock=self.clock,
            channels=channels,
            network=HttpNetwork(),
            mail=mail,
            name="Zaytuna Bakery",
        )
        reckon = make_reckon(
            settings,
            ledger=self.store.ledger,
            people=self.people,
            clock=self.clock,
            channels=channels,
            prices=shipped_prices(),
        )
        self.learn_purpose = make_learn_purpose(settings, clock=self.clock, documents=None)
        self.watching = watching_of(self.folder, store=self.store, clock=self.clock, channels={"webchat": self.channel})
        planned = plans.planner(self.store, self.clock)
        self.begin_trial: BeginTrial = planned["begin_trial"]
        self.held_play = losses.HeldPlay()
        beside = {**losses.pages(self.store, self.clock, play=self.held_play), **planned}
        self.begin_drill: BeginDrill = beside["begin_drill"]
        return {
            "moving": self.moving,
            "links": links,
            "mail": mail,
            "prove": self.prove,
            "reckon": reckon,
            "watching": self.watching,
            "learn_purpose": self.learn_purpose,
            **beside,
        }

    async def stop(self) -> None:
        """Ends at once, in the middle of whatever is being answered."""
        for task in self._tasks:
            task.cancel()
        if self._whole:
            await self.begin_drill.close()
            await self.begin_trial.close()
        self._server.stop()
        self._streams.end()
        await self.bus.close()
        await self._serving
        await self.store.close()

    async def login_url(self) -> str:
        return self.url + await make_link(self.store, now_ms=self.clock.now_ms())

    def _lease(self) -> Lease:
        return Lease(owner="test", milliseconds=LEASE_MS)

    async def events(self, name: str, *, raw: bytes, events: Sequence[Event]) -> Sequence[Outcome]:
        incoming = Incoming(channel=name, raw=raw, received_at_ms=self.clock.now_ms(), events=events)
        outcomes = await self.store.receive(incoming, lease=self._lease())
        for outcome in outcomes:
            if isinstance(outcome, Accepted | ReceiptApplied):
                self.bus.publish(conversation_topic(outcome.conversation_id), STORED)
            if isinstance(outcome, Accepted) and outcome.work:
                self._answer_soon(outcome.work)
        return outcomes

    def _answer_soon(self, work: Work) -> None:
        self._keep(self._answer(work))

    def _keep(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, work: Work) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            for turn in work.turns:
                words = plain_text(turn.parts)
                answer = self.script.answers.get(words.strip()) or self.script.default.replace("{words}", words)
                topic = conversation_topic(work.conversation_id)
                self.bus.publish(topic, encode(Live(kind="working", turn=turn.id)))
                await self._stream(topic, turn.id, answer)
                await self._close(work, turn.id, turn.address, (Text(text=answer, format="markdown"),))
            for waiting in work.deliveries:
                await self.store.start_sending(
                    delivery_id=waiting.outgoing.id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=self.clock.now_ms()
                )
                await self._sent(work, waiting.outgoing.id)
            await self.store.release(conversation_id=work.conversation_id, epoch=work.epoch, now_ms=self.clock.now_ms())
            self.bus.publish(ENDED)
            async with self.told:
                self.answered += [turn.id for turn in work.turns]
                self.told.notify_all()

    async def _work(self) -> None:
        """Takes what nobody brought along: an operator's word to be sent, a turn that came while another was answered."""
        async with self.bus.subscribe(WORK, ENDED) as words:
            async for _ in words:
                for work in await self.store.claim(lease=self._lease(), limit=50, now_ms=self.clock.now_ms()):
                    self._answer_soon(work)

    async def _stream(self, topic: str, turn: str, answer: str) -> None:
        size = self.script.piece_characters
        for count, at in enumerate(range(0, len(answer), size)):
            if count == self.script.pause_after:
                await self.script.gate.wait()
            self.bus.publish(topic, encode(Live(kind="delta", turn=turn, at=at, text=answer[at : at + size])))
            await asyncio.sleep(0.01)

    async def _close(self, work: Work, turn: str, address: Address, parts: tuple[Part, ...]) -> None:
        now = self.clock.now_ms()
        reply = NewMessage(id=MessageId(self.clock.new_id()), author="assistant", parts=parts, model=self.script.candidate)
        delivery = NewDelivery(id=DeliveryId(self.clock.new_id()), address=address, position=0, parts=parts)
        usage = UsageRecord(
            candidate=self.script.candidate,
            provider="extractive",
            model="",
            price_class="free",
            outcome="answered",
            usage=Usage(input_tokens=40, output_tokens=20),
            started_at_ms=now,
            took_ms=12,
        )
        await self.store.close_turn(
            Closing(
                conversation_id=work.conversation_id,
                epoch=work.epoch,
                turn_ids=(turn,),
                state="answered",
                at_ms=now,
                reply=reply,
                deliveries=(delivery,),
                usage=(usage,),
            )
        )
        self.bus.publish(conversation_topic(work.conversation_id), STORED)
        await self._sent(work, delivery.id)

    async def _sent(self, work: Work, delivery: DeliveryId) -> None:
        now = self.clock.now_ms()
        await self.store.settle(
            Settling(delivery_id=delivery, conversation_id=work.conversation_id, epoch=work.epoch, state="sent", at_ms=now)
        )
        self.bus.publish(conversation_topic(work.conversation_id), STORED)
