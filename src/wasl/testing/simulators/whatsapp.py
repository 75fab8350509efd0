"""Simulator of the WhatsApp Cloud API (Graph, v26.0 as of 2026-07-29), loopback only.

It checks what the real platform checks (token, ids, required fields, limits, templates, window, pace) and answers with its
error codes; it tells of messages and statuses in signed webhooks and repeats them until they are taken. It keeps what
arrived on every person's phone. What it does not do: calls, flows, groups, prices of real cards.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from phonenumbers import NumberParseException, parse, region_code_for_number

from wasl.ports.clock import Clock
from wasl.testing.simulators.faults import Fault, Faults
from wasl.testing.simulators.hooks import Hooks, Patience
from wasl.testing.simulators.serving import BadRequest, Request
from wasl.testing.simulators.simulator import Bucket
from wasl.testing.simulators.whatsapp_account import LATE_CODES, MESSAGES_KEPT_MAX, TYPING_SECONDS, State, WhatsAppAccount
from wasl.testing.simulators.whatsapp_checks import Account, GraphError, Sending, checked, template_values
from wasl.testing.simulators.whatsapp_control import controlled
from wasl.testing.simulators.whatsapp_library import WhatsAppLibrary
from wasl.testing.simulators.whatsapp_people import People, Received, WhatsAppPerson, digits
from wasl.testing.simulators.whatsapp_shapes import status

_BEFORE_TAKING = ("429", "500", "code", "503", "reset", "slow")
_AFTER_TAKING = ("accepted_no_answer", "silent", "malformed_answer", "held_for_quality")
FAULTS = (
    *_BEFORE_TAKING, *_AFTER_TAKING,
    "late_refusal", "duplicate_webhooks", "shuffle_receipts", "receipt_before_answer", "no_receipts", "forged_webhooks", "media_500",
)  # fmt: skip
_VERSION = re.compile(r"v\d{1,3}\.\d{1,2}/")


class WhatsAppSimulator(WhatsAppLibrary):
    """The platform: `hooks.url` is where it sends webhooks; `people` are its users."""

    name: ClassVar[str] = "whatsapp"

    def __init__(self, account: WhatsAppAccount | None = None, *, hook_url: str = "", clock: Clock | None = None) -> None:
        super().__init__(faults=Faults(*FAULTS), clock=clock)
        self.account = account or WhatsAppAccount()
        self.account_id = self.account.account_id
        self.receipts: tuple[State, ...] = self.account.receipts
        self.metadata = {"display_phone_number": self.account.display_phone, "phone_number_id": self.account.phone_number_id}
        self.people = People(pair_seconds=self.account.pair_seconds, pair_burst=self.account.pair_burst)
        self.sent: dict[str, tuple[WhatsAppPerson, Sending]] = {}
        self.refused: dict[int, int] = {}
        self.hooks = Hooks(
            sign=self._signature,
            taken=lambda code: code == 200,
            twice=self._twice,
            clock=self.clock,
            patience=Patience(),
            feed=self.feed,
        )
        self.hooks.url = hook_url
        templates = {(t.name, t.language): t for t in self.account.templates}
        self._rules = Account(templates=templates, has_media=self.has_media)
        rate = self.account.per_second
        self._pace = Bucket(seconds=1 / rate if rate > 0 else 0, burst=max(1.0, rate))
        self._bearer = f"Bearer {self.account.access_token}"
        self._secret = self.account.app_secret.encode()
        self._messages_path = f"{self.account.phone_number_id}/messages"
        self._later: set[asyncio.Task[None]] = set()
        self.category: str | None = None

    async def stop(self) -> None:
        """Stops telling and answering."""
        for task in self._later:
            task.cancel()
        await self.hooks.close()
        await super().stop()

    # -- the test's side ------------------------------------------------------------------------------------------------
    def person(
        self,
        *,
        phone: str | None = None,
        user_id: str | None = None,
        name: str = "",
        username: str | None = None,
        country: str = "XX",
        shows_phone: bool = True,
    ) -> WhatsAppPerson:
        """Finds or makes a person."""
        person = self.people.meet(phone=phone, user_id=user_id, name=name, username=username, country=country)
        person.shows_phone = shows_phone
        return person

    def read(self, person: WhatsAppPerson, message_id: str) -> None:
        """The person reads a message of ours: a `read` status follows."""
        owner, sending = self.sent[message_id]
        if owner is person:
            self._tell_status(person, sending, message_id, "read")

    def tell_account(self, field: str, value: dict[str, Any]) -> None:
        """Tells of the account itself (`account_update`, `phone_number_quality_update`, …), as the platform does before it acts."""
        self._tell(field, value, lane=None, note=field, plain=True)

    # -- answering --------------------------------------------------------------------------------------------------
    async def serve(self, request: Request) -> None:
        """Answers a Graph call."""
        try:
            path = _VERSION.sub("", request.path.lstrip("/"), count=1)
            if request.method == "POST" and path == self._messages_path:
                await self._serve_messages(request)
            else:
                self.authenticate(request)
                await self.serve_library(request, path.split("/"))
        except GraphError as error:
            self.refused[error.code] = self.refused.get(error.code, 0) + 1
            self.log_call(request, error.status, f"({error.code}) {error.details}")
            await request.answer_json(error.status, error.as_json(trace=f"A{self._count:08d}"))

    async def _serve_messages(self, request: Request) -> None:
        self.authenticate(request)
        fault = self.faults.take(*_BEFORE_TAKING) if self.faults else None
        if fault is not None and await self._struck_before(request, fault):
            return
        try:
            body = request.json_object()
        except BadRequest as error:
            raise GraphError(100, str(error)) from error
        if "status" in body:
            self._mark_read(body)
            self.log_call(request, 200, "read, typing" if "typing_indicator" in body else "read")
            await request.answer(200, b'{"success":true}')
            return
        sending = checked(body, account=self._rules)
        person, late = self._allowed(sending)
        fault = self.faults.take(*_AFTER_TAKING) if self.faults else None
        message_id = self._take(person, sending, late)
        answer = _accepted(sending, person, message_id, held=fault is not None and fault.kind == "held_for_quality")
        if self.faults and self.faults.take("receipt_before_answer"):
            self._tell_receipts(person, sending, message_id, late)
            await self.hooks.drained(timeout_seconds=2.0)
        else:
            asyncio.get_running_loop().call_soon(self._tell_receipts, person, sending, message_id, late)
        await self._answer_taken(request, fault, answer, sending)

    async def _struck_before(self, request: Request, fault: Fault) -> bool:
        """Does what a fault does before the message is taken; says whether that was the answer."""
        match fault.kind:
            case "429":
                raise GraphError(130429, status=429)
            case "500":
                raise GraphError(131000)
            case "code":
                raise GraphError(fault.code or 131000)
            case "503":
                self.log_call(request, 503, "fault")
                await request.answer(503, b"<html><body>Service Unavailable</body></html>", media_type=b"text/html")
                return True
            case "reset":
                self.log_call(request, 0, "connection broken, message not taken")
                await request.hang_up()
                return True
        await self.clock.sleep(3.0 if fault.seconds is None else fault.seconds)
        return False

    async def _answer_taken(self, request: Request, fault: Fault | None, answer: object, sending: Sending) -> None:
        match fault.kind if fault else "":
            case "accepted_no_answer":
                self.log_call(request, 0, f"{sending.kind}: taken, connection broken before the answer")
                await request.hang_up()
            case "silent":
                self.log_call(request, 0, f"{sending.kind}: taken, no answer")
                await request.hang()
            case "malformed_answer":
                self.log_call(request, 200, f"{sending.kind}: taken, answer cut")
                await request.answer(200, b'{"messaging_product":"whatsapp","contacts":[{"inp')
            case _:
                self.log_call(request, 200, sending.kind)
                await request.answer_json(200, answer)

    # -- one message ------------------------------------------------------------------------------------------------
    def _allowed(self, sending: Sending) -> tuple[WhatsAppPerson, GraphError | None]:
        """Finds the person; gives the refusal that is told later, if any. Raises GraphError for one told at once."""
        if not self._pace.take(self.clock.monotonic()):
            raise GraphError(130429, "Cloud API message throughput has been reached.")
        person = self._recipient(sending)
        problem = self._problem(person, sending)
        if problem is not None and problem.code not in LATE_CODES:
            raise problem
        if not person.pair.take(self.clock.monotonic()):
            raise GraphError(131056, "Too many messages sent from this phone number to the same person; wait and retry.")
        return person, problem

    def _recipient(self, sending: Sending) -> WhatsAppPerson:
        if sending.recipient is not None and sending.to is None:
            found = self.people.find(sending.recipient)
            if found is None:
                raise GraphError(131026, "no such business-scoped user id", status=400)
            return found
        number = digits(sending.to or "")
        if number == self.account.display_phone:
            raise GraphError(131021, "the recipient is the sending number itself")
        return self.people.find(number) or self.people.meet(phone=number)

    def _problem(self, person: WhatsAppPerson, sending: Sending) -> GraphError | None:
        template = sending.template
        if template is None:
            if not person.window_open(self.clock.now_ms()):
                return GraphError(131047, "More than 24 hours have passed since the person last wrote to this number.")
        elif template.category == "AUTHENTICATION" and sending.to is None:
            return GraphError(131062, "authentication templates need a phone number")
        elif template.category == "MARKETING":
            if person.no_marketing:
                return GraphError(131050)
            if person.phone and _in_the_us(person.phone):
                return GraphError(131049, "marketing templates are not delivered to US numbers")
        if person.blocked:
            return GraphError(131026)
        fault = self.faults.take("late_refusal") if self.faults else None
        return GraphError(fault.code or 131049) if fault else None

    def _take(self, person: WhatsAppPerson, sending: Sending, late: GraphError | None) -> str:
        message_id = self.message_id()
        if len(self.sent) < MESSAGES_KEPT_MAX:
            self.sent[message_id] = (person, sending)
        if late is not None:
            return message_id
        content = sending.content
        if sending.template is not None:
            content = {**content, "rendered": sending.template.rendered(template_values(content))}
        at_ms = self.clock.now_ms()
        received = Received(id=message_id, kind=sending.kind, content=content, at_ms=at_ms, reply_to=sending.reply_to, tag=sending.tag)
        person.received.append(received)
        if self.feed.on:
            told = {"id": message_id, "type": sending.kind, "content": content, "reply_to": sending.reply_to, "at_ms": at_ms}
            self.feed.tell("received", phone=person.user_id, **told)
        return message_id

    def _mark_read(self, body: Mapping[str, Any]) -> None:
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if body.get("status") != "read":
            raise GraphError(100, "Param status must be one of {READ}.")
        message_id = body.get("message_id")
        if not isinstance(message_id, str):
            raise GraphError(131008, "The parameter message_id is required.")
        person = self.said_by.get(message_id)
        if person is None:
            raise GraphError(131009, "message_id is not the id of a message that this number received")
        typing = body.get("typing_indicator")
        if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
            raise GraphError(131009, "typing_indicator['type'] must be text")
        person.read_ids.append(message_id)
        self.feed.tell("read", phone=person.user_id, id=message_id)
        if typing is not None:
            person.typing_until_ms = self.clock.now_ms() + TYPING_SECONDS * 1000
            self.feed.tell("typing", phone=person.user_id, seconds=TYPING_SECONDS)

    # -- statuses -----------------------------------------------------------------------------------------------------
    def _tell_receipts(self, person: WhatsAppPerson, sending: Sending, message_id: str, late: GraphError | None) -> None:
        if self.faults and self.faults.take("no_receipts"):
            return
        states: list[State] = ["failed"] if late else list(self.receipts)
        if self.faults and self.faults.take("shuffle_receipts"):
            states.sort(key=lambda _: self.clock.random())
        delays = self.account.receipt_seconds
        for state in states:
            delay = delays.get(state, 0.0)
            if delay > 0:
                task = asyncio.get_running_loop().create_task(self._tell_later(delay, person, sending, message_id, state))
                self._later.add(task)
                task.add_done_callback(self._later.discard)
            else:
                self._tell_status(person, sending, message_id, state, error=late)

    async def _tell_later(self, seconds: float, person: WhatsAppPerson, sending: Sending, message_id: str, state: State) -> None:
        await self.clock.sleep(seconds)
        self._tell_status(person, sending, message_id, state)

    def _tell_status(
        self, person: WhatsAppPerson, sending: Sending, message_id: str, state: State, *, error: GraphError | None = None
    ) -> None:
        value = status(
            message_id=message_id,
            state=state,
            at_ms=self.clock.now_ms(),
            phone=person.phone if person.shows_phone else None,
            tag=sending.tag,
            last_inbound_ms=person.last_inbound_ms,
            template=sending.template,
            error=error,
        )
        if self.category is not None and isinstance(value.get("pricing"), dict):
            value["pricing"]["category"] = self.category  # what the platform takes the number for
        self.feed.tell("status", phone=person.user_id, id=message_id, state=state)
        self._tell("messages", {"statuses": [value]}, lane=None, note=f"status {state}")

    # -- small things -----------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """Gives counts."""
        tally = self.hooks.tally
        return {
            "people": len(self.people),
            "received": sum(len(person.received) for person in self.people),
            "refused": {str(code): count for code, count in self.refused.items()},
            "webhooks": {"made": tally.made, "posts": tally.posts, "taken": tally.taken, "repeats": tally.repeats, "lost": tally.lost},
            "hook_url": self.hooks.url,
        }

    async def control(self, *, what: str, value: dict[str, Any], request: Request) -> object:
        """Does what a control request says."""
        return await controlled(self, what=what, value=value, method=request.method)

    def _signature(self, body: bytes) -> Mapping[str, str]:
        if self.faults and self.faults.take("forged_webhooks"):
            return {"x-hub-signature-256": "sha256=" + "0" * 64}
        return {"x-hub-signature-256": "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()}

    def _twice(self) -> bool:
        return bool(self.faults) and self.faults.take("duplicate_webhooks") is not None


def _accepted(sending: Sending, person: WhatsAppPerson, message_id: str, *, held: bool) -> dict[str, Any]:
    contact: dict[str, Any] = {"input": sending.to or sending.recipient}
    if sending.to is not None:
        contact["wa_id"] = person.phone
    else:
        contact["user_id"] = person.user_id
    message: dict[str, Any] = {"id": message_id}
    if sending.template is not None or held:
        message["message_status"] = "held_for_quality_assessment" if held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _in_the_us(phone: str) -> bool:
    try:
        return region_code_for_number(parse(f"+{phone}", None)) == "US"
    except NumberParseException:
        return False
