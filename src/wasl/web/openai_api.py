"""The compatible API: `POST /v1/chat/completions` and `GET /v1/models` over the same route as everything else.

A client of OpenAI's API, unchanged, gets the failover. A stream is held until its answer is whole, because such a client
cannot take back what it has shown: when a provider breaks off, it would stand there with half an answer. Who can, asks for the
growing answer with the header `x-wasl-stream: live`, and is then told of a break by an error event.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec
import structlog

from wasl.domain.cost import Cause
from wasl.domain.errors import ContentRefused, StoreDown, TooLarge, Unroutable, WaslError
from wasl.domain.turn import UsageRecord
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.service.ask import Ask, Asked, Show, Shown
from wasl.service.compose import Search
from wasl.service.keys import find_key
from wasl.service.observe import Observe
from wasl.web.hooks import Receiver, Scope, Sender, read_body
from wasl.web.openai_wire import BadRequest, ChatRequest, Chunks, completion, error_body, event, model_list, read_request

log = structlog.get_logger(__name__)

PREFIX = "/v1/"
ROUTE_NAMES = ("wasl", "auto")
"""Model names that mean the operator's route from its beginning."""
HELD_SECONDS_MAX = 15.0
"""A held stream sends its headers after so long, and a comment as often, so that nothing on the way takes it for dead."""
PASSAGES = 4
"""Passages of the operator's documents that a quoting candidate is given."""

_JSON = (b"content-type", b"application/json")
_EVENTS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))
Headers = Sequence[tuple[bytes, bytes]]


class _Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, body: dict[str, Any], headers: Headers = ()) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class _HungUp(Exception):
    """The client is gone."""


class OpenAiApi:
    """Answers `/v1/…` to bearers of an API key.

    `search` finds passages for a candidate that answers by quoting.
    """

    def __init__(
        self,
        *,
        ask: Ask,
        store: Store,
        clock: Clock,
        observe: Observe,
        search: Search | None = None,
        body_bytes_max: int = 25 << 20,
    ) -> None:
        self._ask = ask
        self._search = search if any(c.keyless for c in ask.candidates) else None
        self._store = store
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._observe = observe
        self._since = clock.now_ms() // 1000

    async def __call__(self, scope: Scope, receive: Receiver, send: Sender) -> None:
        """Takes one request. This is a border that catches everything: recorded, and answered 500 in OpenAI's shape."""
        sending = _Sending(send)
        try:
            await self._route(scope, receive, sending)
        except _HungUp:
            return
        except _Problem as problem:
            await sending.problem(problem)
        except Exception as error:  # a border (BLE001): recorded, and answered 500
            self._observe.fault(place="compatible api")
            log.exception("a request to the compatible API broke", error=type(error).__name__)
            await sending.problem(_Problem(500, error_body("Something broke here; it was recorded.", kind="server_error")))

    async def _route(self, scope: Scope, receive: Receiver, sending: "_Sending") -> None:
        path, method = scope["path"].rstrip("/"), scope["method"]
        headers = dict(scope["headers"])
        await self._check_key(headers)
        if path == "/v1/chat/completions":
            _only("POST", method)
            await self._complete(headers, receive, sending)
        elif path == "/v1/models":
            _only("GET", method)
            await sending.whole(200, model_list([self._model(name) for name in self._names()]))
        elif path.startswith("/v1/models/"):
            _only("GET", method)
            await sending.whole(200, msgspec.json.encode(self._model(self._known(path.removeprefix("/v1/models/")))))
        else:
            raise _Problem(404, error_body(f"Unknown request URL: {method} {path}", kind="invalid_request_error", code="unknown_url"))

    async def _check_key(self, headers: dict[bytes, bytes]) -> None:
        """Looks the key up by its SHA-256: what is compared is no secret, so the time it takes tells nothing."""
        scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
        try:
            if scheme.lower() == b"bearer" and await find_key(self._store, text=key.decode("latin-1").strip(), now_ms=self._clock.now_ms()):
                return
        except StoreDown as error:
            body = error_body("The key cannot be checked now; try again.", kind="server_error", code="store_down")
            raise _Problem(503, body, [(b"retry-after", b"5")]) from error
        body = error_body("Incorrect API key provided. Make one with `wasl key add`.", kind="invalid_request_error", code="invalid_api_key")
        raise _Problem(401, body, [(b"www-authenticate", b"Bearer")])

    async def _complete(self, headers: dict[bytes, bytes], receive: Receiver, sending: "_Sending") -> None:
        try:
            body = await read_body(receive, bytes_max=self._body_bytes_max)
            request = read_request(body)
        except TooLarge as error:
            raise _Problem(413, error_body(error.message, kind="invalid_request_error", code="request_too_large")) from error
        except BadRequest as error:
            raise _Problem(400, error_body(error.message, kind="invalid_request_error", code=error.code, param=error.param)) from error
        first = self._known(request.model)
        live = request.stream and headers.get(b"x-wasl-stream") == b"live"
        answering = _Answering(api=self, request=request, first=None if first in ROUTE_NAMES else first, live=live)
        await answering.run(receive, sending)

    def _names(self) -> list[str]:
        return [ROUTE_NAMES[0], *(c.name for c in self._ask.candidates)]

    def _known(self, name: str) -> str:
        """Gives the candidate that a model's name means: its own name first, then its model's."""
        if name in ROUTE_NAMES:
            return name
        for candidate in self._ask.candidates:
            if name == candidate.name:
                return name
        for candidate in self._ask.candidates:
            if name == candidate.model.name:
                return candidate.name
        said = f"The model {name!r} does not exist here; there are {', '.join(self._names())}."
        raise _Problem(404, error_body(said, kind="invalid_request_error", code="model_not_found", param="model"))

    def _model(self, name: str) -> dict[str, Any]:
        owner = next((c.provider_name for c in self._ask.candidates if c.name == name), "wasl")
        return {"id": name, "object": "model", "created": self._since, "owned_by": owner}

    async def record(self, records: Sequence[UsageRecord]) -> None:
        """Stores what the calls cost. A store that is down does not take the answer from the client."""
        for record in records:
            self._observe.attempt(
                candidate=record.candidate,
                outcome=record.outcome,
                seconds=record.took_ms / 1000,
                input_tokens=record.usage.input_tokens,
                output_tokens=record.usage.output_tokens,
            )
        if records:
            try:
                await self._store.record_usage(records)
            except StoreDown as error:
                log.error("usage could not be stored", why=error.message, records=[msgspec.to_builtins(r) for r in records])

    def new_id(self) -> str:
        """Names an answer."""
        return f"chatcmpl-{self._clock.new_id()}"

    def now(self) -> int:
        """Gives the time in whole seconds."""
        return self._clock.now_ms() // 1000

    async def answer(self, request: ChatRequest, *, first: str | None, show: Show | None, records: list[UsageRecord]) -> Asked:
        """Asks the route, beginning with the candidate `first`."""
        prompt = request.prompt
        if self._search is not None:
            question = next((m.text for m in reversed(prompt.messages) if m.role == "user"), "")
            prompt = replace(prompt, passages=tuple(self._search(question, PASSAGES, prompt.language)))
        return await self._ask.ask(prompt, first=first, show=show, records=records, cause=Cause(work="api"))


class _Answering:
    """One chat completion under way."""

    def __init__(self, *, api: OpenAiApi, request: ChatRequest, first: str | None, live: bool) -> None:
        self._api = api
        self._request = request
        self._first = first
        self._live = live
        self._shown: list[str] = []
        self._sent = 0
        self._broken = False
        self._grown = asyncio.Event()
        self._chunks = Chunks(completion_id=api.new_id(), created=api.now(), model=request.model, include_usage=request.include_usage)

    async def run(self, receive: Receiver, sending: "_Sending") -> None:
        """Asks, answers and counts; stops asking when the client hangs up."""
        records: list[UsageRecord] = []
        show = self._take if self._request.stream else None
        asking = asyncio.ensure_future(self._api.answer(self._request, first=self._first, show=show, records=records))
        watching = asyncio.ensure_future(_hung_up(receive))
        try:
            if self._request.stream:
                await self._stream(asking, watching, sending)
            else:
                either: set[asyncio.Future[Any]] = {asking, watching}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise _HungUp
            asked = _result(asking)
            await self._api.record(records)
            records = []
            await self._send(asked, sending)
        finally:
            watching.cancel()
            if not asking.done():
                asking.cancel()
                await asyncio.wait({asking})
            await self._api.record(records)

    def _take(self, shown: Shown) -> None:
        if shown.kind == "delta":
            self._shown.append(shown.text)
        else:
            self._broken = self._broken or self._sent > 0
            self._shown.clear()
        if self._live:
            self._grown.set()

    async def _stream(self, asking: "asyncio.Future[Asked]", watching: "asyncio.Future[None]", sending: "_Sending") -> None:
        """Waits for the answer, sending what may be sent: the words at once when live, else only signs of life."""
        while not asking.done() and not watching.done():
            growing = asyncio.ensure_future(self._grown.wait())
            any_of: set[asyncio.Future[Any]] = {asking, watching, growing}
            await asyncio.wait(any_of, timeout=HELD_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED)
            growing.cancel()
            self._grown.clear()
            if asking.done() or watching.done():
                return
            if self._broken:
                raise _Problem(502, error_body("The answer broke off and begins anew; ask again.", kind="server_error", code="restarted"))
            await sending.begin(_EVENTS, self._chunks.first())
            await sending.piece(self._unsent() if self._live else b": still at it\n\n")

    def _unsent(self) -> bytes:
        words = "".join(self._shown[self._sent :])
        self._sent = len(self._shown)
        return self._chunks.text(words) if words else b": still at it\n\n"

    async def _send(self, asked: Asked, sending: "_Sending") -> None:
        said = [
            (b"x-wasl-candidate", quote(asked.answer.candidate).encode()),
            *([(b"x-wasl-notice", quote(asked.notice, safe=" ,;:()'=.").encode())] if asked.notice else []),
        ]
        if not self._request.stream:
            body = completion(asked.answer, completion_id=self._api.new_id(), created=self._api.now())
            await sending.whole(200, body, said)
            return
        if self._broken:
            raise _Problem(502, error_body("The answer broke off and begins anew; ask again.", kind="server_error", code="restarted"))
        await sending.begin([*_EVENTS, *said], self._chunks.first())
        rest = self._shown[self._sent :]
        await sending.end(b"".join((*map(self._chunks.text, rest), self._chunks.end(asked.answer))))


def _result(asking: "asyncio.Future[Asked]") -> Asked:
    try:
        return asking.result()
    except ContentRefused as error:
        body = error_body(error.message, kind="invalid_request_error", code="content_filter", param="messages")
        raise _Problem(400, body) from error
    except Unroutable as error:
        raise _unroutable(error) from error
    except WaslError as error:
        raise _Problem(503, error_body(error.message, kind="server_error", code="no_candidate")) from error


def _unroutable(error: Unroutable) -> _Problem:
    """Chooses the status by which a client knows whether asking again can help."""
    named = error.facts.get("failures")
    failures = set(named.values()) if isinstance(named, dict) else set()
    wait: Headers = [(b"retry-after", str(max(1, round(error.seconds))).encode())] if error.seconds is not None else []
    if "ContextTooLong" in failures and error.seconds is None:
        body = error_body(error.message, kind="invalid_request_error", code="context_length_exceeded", param="messages")
        return _Problem(400, body)
    if failures == {"Refused"}:
        return _Problem(400, error_body(error.message, kind="invalid_request_error", code="refused_by_provider"))
    if failures == {"Throttled"}:
        return _Problem(429, error_body(error.message, kind="rate_limit_error", code="rate_limit_exceeded"), wait)
    return _Problem(503, error_body(error.message, kind="server_error", code="no_candidate"), wait)


def _only(wanted: str, method: str) -> None:
    if method != wanted:
        body = error_body(f"Use {wanted} here.", kind="invalid_request_error", code="method_not_allowed")
        raise _Problem(405, body, [(b"allow", wanted.encode())])


async def _hung_up(receive: Receiver) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Sending:
    """Sends one answer, whole or in pieces; knows how far it has come, so that an error takes the form that is still possible."""

    def __init__(self, send: Sender) -> None:
        self._send = send
        self._begun = False

    async def begin(self, headers: Headers, piece: bytes) -> None:
        """Sends headers and a first piece, once."""
        if not self._begun:
            self._begun = True
            await self._send({"type": "http.response.start", "status": 200, "headers": list(headers)})
            await self.piece(piece)

    async def piece(self, piece: bytes) -> None:
        """Sends a piece."""
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self, piece: bytes) -> None:
        """Sends the last piece."""
        await self._send({"type": "http.response.body", "body": piece})

    async def whole(self, status: int, body: bytes, headers: Headers = ()) -> None:
        """Sends everything at once."""
        self._begun = True
        length = (b"content-length", str(len(body)).encode())
        await self._send({"type": "http.response.start", "status": status, "headers": [_JSON, length, *headers]})
        await self.end(body)

    async def problem(self, problem: _Problem) -> None:
        """Sends an error: with its status, or as an event where the answer has begun already."""
        if self._begun:
            await self.end(event(problem.body))
        else:
            await self.whole(problem.status, msgspec.json.encode(problem.body), problem.headers)
