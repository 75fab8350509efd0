"""RaiseAlarm: tells the operator at once: in the log and the metrics, and by letter, program or address where the settings name one.

What is to be told is a timer in the store for each way of telling: a process that dies, a mail server that is down, lose no alarm.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog
from structlog.contextvars import get_contextvars

from wasl.domain.errors import Unavailable
from wasl.ports.clock import Clock
from wasl.ports.mail import Letter, Mail
from wasl.ports.network import Network
from wasl.ports.program import Program
from wasl.ports.store import Store, Timer
from wasl.service.observe import Observe
from wasl.wire.call import Call

log = structlog.get_logger(__name__)

ALARM_TIMER: Final = "alarm"
PROGRAM_SECONDS: Final = 30.0
ANSWER_BYTES_MAX: Final = 64 << 10
REHEARSED: Final = "drill"
"""What is bound to the log of everything that happens in a shadow drill."""
SIGNATURE_HEADER: Final = "x-wasl-signature"
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How the operator is told; what is None or empty is no way. `secret` signs what is posted to `url`."""

    mail_to: str | None = None
    command: Sequence[str] = ()
    url: str | None = None
    secret: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The ways that there are."""
        return tuple(name for name, there in (("mail", self.mail_to), ("command", self.command), ("url", self.url)) if there)


class RaiseAlarm:
    """Raises alarms."""

    def __init__(
        self, *, store: Store, clock: Clock, network: Network, program: Program, mail: Mail | None, observe: Observe, ways: Ways, name: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._network = network
        self._program = program
        self._mail = mail
        self._observe = observe
        self._ways = ways
        self._name = name

    async def __call__(self, kind: str, key: str, *, head: str, text: str, **facts: Any) -> None:
        """Raises one alarm: raised again with the same kind and key before it went out, it goes out once. Raises StoreDown.

        `facts` go into the log and to program and address; they must be JSON and hold no person's words.
        """
        tell = log.info if REHEARSED in get_contextvars() else log.error  # what a drill does to its own copy is no trouble
        tell("alarm", kind=kind, head=head, **facts)
        self._observe.alarm(kind=kind)
        now = self._clock.now_ms()
        told = {"kind": kind, "key": key, "name": self._name, "at_ms": now, "head": head, "text": text, "facts": facts}
        for way in self._ways.names:
            await self._store.set_timer(Timer(kind=ALARM_TIMER, key=f"{way}:{kind}:{key}", due_ms=now, payload={"way": way, "told": told}))

    async def go_out(self, timer: Timer) -> None:
        """Tells by the way that a timer names. Raises a WaslError where that fails: it is then tried again."""
        told: Mapping[str, Any] = timer.payload["told"]
        act = self._acts().get(str(timer.payload["way"]))
        if act is not None:  # a way that was taken out of the settings meanwhile is no way
            await act(told)

    def _acts(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        known = {"mail": self._by_mail, "command": self._by_command, "url": self._by_url}
        return {name: known[name] for name in self._ways.names}

    async def _by_mail(self, told: Mapping[str, Any]) -> None:
        if self._mail is None:
            raise Unavailable("alarms.mail_to is set and [mail] names no host; set mail.host, or take alarms.mail_to out")
        subject = " ".join(f"[{self._name}] {told['head']}".split())
        await self._mail.send(Letter(to=str(self._ways.mail_to), subject=subject, text=f"{told['text']}\n"))

    async def _by_command(self, told: Mapping[str, Any]) -> None:
        await self._program.run(self._ways.command, told=_encode(told), seconds=PROGRAM_SECONDS, bytes_max=ANSWER_BYTES_MAX)

    async def _by_url(self, told: Mapping[str, Any]) -> None:
        body = _encode(told)
        headers = {"content-type": "application/json"}
        if self._ways.secret:
            headers[SIGNATURE_HEADER] = "sha256=" + hmac.new(self._ways.secret.encode(), body, hashlib.sha256).hexdigest()
        url = str(self._ways.url)
        call = Call(method="POST", url=url, headers=headers, body=body, body_bytes_max=ANSWER_BYTES_MAX, timeout_seconds=PROGRAM_SECONDS)
        reply = await self._network.perform(call)
        if not 200 <= reply.status < 300:
            raise Unavailable(f"alarms.url answered with status {reply.status}; the alarm is sent again")
