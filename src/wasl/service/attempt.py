"""One attempt: asks one candidate once and says what came of it, whatever happened on the way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast

from wasl.domain.cost import FREE, UNKNOWN, Cause
from wasl.domain.errors import ContentRefused, CutShort, Unclear, WaslError
from wasl.domain.prompt import Answer, Delta, Finish, Prompt, TextDelta, ToolCall, ToolCallDelta, Usage
from wasl.domain.turn import NO_CAUSE, UsageRecord
from wasl.domain.value import value
from wasl.ports.clock import Clock
from wasl.ports.network import Network, Streamed
from wasl.ports.provider import Decoder, Keyless, Provider
from wasl.routing.estimate import tokens_in_prompt, tokens_in_text
from wasl.routing.route import RouteCandidate, RoutingLimits
from wasl.service.patience import Patience
from wasl.service.purse import Purse
from wasl.wire.call import Call, Reply

AFTER_END_SECONDS = 0.1
"""After the end mark the connection's own end is awaited so long, so that it can be used again."""
SECONDS_LEAST = 0.001
NETWORK_SECONDS_MORE = 5.0
"""The network's own time-out comes so much after ours, so that ours says what happened."""
TOOL_CALLS_MAX = 128
"""Tool calls in one answer."""
NOTHING = Usage(input_tokens=0, output_tokens=0, estimated=True)


@value(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a person may see while an answer grows: "delta" adds `text`; "restart" voids all of it, it begins anew."""

    kind: Literal["delta", "restart"]
    text: str = ""


Show = Callable[[Shown], None]


@value(frozen=True, slots=True, kw_only=True)
class Attempted:
    """What came of it: `answer`, or else `failure`. `silent`: it took the request and kept silent past a limit."""

    answer: Answer | None = None
    failure: WaslError | None = None
    silent: bool = False
    shown: bool = False


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What one attempt works with. `ends_at`: the end of the whole turn, in the clock's monotonic seconds; `records` grows."""

    network: Network
    clock: Clock
    limits: RoutingLimits
    ends_at: float
    show: Show | None
    stream: bool
    records: list[UsageRecord]
    purse: Purse | None = None
    cause: Cause = NO_CAUSE

    async def make(self, candidate: RouteCandidate, prompt: Prompt) -> Attempted:
        """Asks. Every named failure is given back as a value; nothing but cancellation and faults of our own raises.

        The usage record is added to `records`, also when the attempt is cancelled.
        """
        clock = self.clock
        gathered = Gathered(show=self.show)
        started_at_ms, started = clock.now_ms(), clock.monotonic()
        failure: WaslError | None = None
        silent = False
        outcome = "Cancelled"
        try:
            await self._hear(candidate, prompt, gathered)
            gathered.check()
            outcome = "answered"
        except TimeoutError:
            silent = not gathered.begun
            failure = _fell_silent(candidate.name, gathered, seconds=clock.monotonic() - started)
        except WaslError as error:
            failure = error
        finally:
            finish = gathered.finish
            unheard = failure is not None and not (gathered.accepted or silent)
            usage = gathered.usage or (NOTHING if unheard else _counted(prompt, gathered))
            purse = self.purse
            cost = FREE if candidate.keyless else purse.cost(candidate, usage, at_ms=started_at_ms) if purse is not None else UNKNOWN
            record = UsageRecord(
                candidate=candidate.name,
                provider=candidate.provider_name,
                model=candidate.model.name,
                price_class=candidate.price_class,
                outcome=type(failure).__name__ if failure is not None else outcome,
                usage=usage,
                started_at_ms=started_at_ms,
                took_ms=round((clock.monotonic() - started) * 1000),
                served_model=finish.served_model if finish else None,
                region=candidate.region,
                request_id=finish.request_id if finish else None,
                cost=cost,
                cause=self.cause,
            )
            self.records.append(record)
        if failure is not None or finish is None:
            return Attempted(failure=failure, silent=silent, shown=gathered.shown)
        answer = Answer(
            text="".join(gathered.pieces),
            candidate=candidate.name,
            model=finish.served_model or candidate.model.name,
            usage=record.usage,
            finish=finish.reason,
            tool_calls=gathered.calls(),
            request_id=finish.request_id,
        )
        return Attempted(answer=answer, shown=gathered.shown)

    async def _hear(self, candidate: RouteCandidate, prompt: Prompt, gathered: "Gathered") -> None:
        if candidate.keyless:
            gathered.take_all(cast(Keyless, candidate.provider).reply(prompt))
        elif self.stream:
            await self._streamed(candidate, prompt, gathered)
        else:
            await self._whole(candidate, prompt, gathered)

    async def _whole(self, candidate: RouteCandidate, prompt: Prompt, gathered: "Gathered") -> None:
        provider = cast(Provider, candidate.provider)
        # The network's own time-out is enough here, and spares every turn a watching task.
        seconds = min(self.limits.whole_seconds, self.ends_at - self.clock.monotonic())
        call = replace(provider.encode(prompt, model=candidate.model, stream=False), timeout_seconds=max(seconds, SECONDS_LEAST))
        try:
            reply = await self.network.perform(call)
        except Unclear as error:
            if error.facts.get("timed_out"):
                raise TimeoutError from error
            raise
        failure = provider.explain(reply)
        if failure is not None:
            raise failure
        gathered.accepted = True
        decoder = provider.decoder(stream=False)
        gathered.take_all(decoder.feed(reply.body))
        gathered.take_all(decoder.close())

    def _timed(self, call: Call) -> Call:
        return replace(call, timeout_seconds=self.ends_at - self.clock.monotonic() + NETWORK_SECONDS_MORE)

    async def _streamed(self, candidate: RouteCandidate, prompt: Prompt, gathered: "Gathered") -> None:
        provider = cast(Provider, candidate.provider)
        call = self._timed(provider.encode(prompt, model=candidate.model, stream=True))
        until = min(self.clock.monotonic() + self.limits.first_token_seconds, self.ends_at)
        try:
            async with Patience(self.clock, until=until) as patience, self.network.stream(call) as streamed:
                if not 200 <= streamed.status < 300:
                    body = await streamed.rest()
                    raise provider.explain(Reply(status=streamed.status, headers=streamed.headers, body=body)) or _unexplained(streamed)
                gathered.accepted = True
                await self._read(streamed, call, provider.decoder(stream=True), gathered, patience)
        except (TimeoutError, CutShort, Unclear):
            if gathered.finish is None:
                raise

    async def _read(self, streamed: Streamed, call: Call, decoder: Decoder, gathered: "Gathered", patience: Patience) -> None:
        size_bytes = 0
        now, silence, ends_at = self.clock.monotonic, self.limits.silence_seconds, self.ends_at
        async for chunk in streamed.chunks():
            if gathered.finish is not None:
                continue
            size_bytes += len(chunk)
            if size_bytes > call.body_bytes_max:
                raise CutShort(f"the answer passes {call.body_bytes_max} bytes; it was thrown away")
            if gathered.take_all(decoder.feed(chunk)):
                patience.until(min(now() + (AFTER_END_SECONDS if gathered.finish else silence), ends_at))
        if gathered.finish is None:
            gathered.take_all(decoder.close())


class Gathered:
    """What has come of an answer so far."""

    __slots__ = ("_calls", "_show", "accepted", "begun", "finish", "pieces", "shown", "usage")

    def __init__(self, *, show: Show | None) -> None:
        self._show = show
        self._calls: list[list[str]] = []
        self.pieces: list[str] = []
        self.usage: Usage | None = None
        self.finish: Finish | None = None
        self.accepted = self.begun = self.shown = False

    def take_all(self, deltas: Iterable[Delta]) -> bool:
        """Takes deltas as they come; says whether there were any."""
        any_came = False
        for delta in deltas:
            self.take(delta)
            any_came = True
        return any_came

    def take(self, delta: Delta) -> None:
        """Takes one delta."""
        if type(delta) is TextDelta:
            if delta.text:
                self.begun = True
                self.pieces.append(delta.text)
                if self._show is not None:
                    self.shown = True
                    self._show(Shown(kind="delta", text=delta.text))
        elif type(delta) is ToolCallDelta:
            self.begun = True
            self._take_call(delta)
        elif type(delta) is Usage:
            self.usage = delta
        elif type(delta) is Finish:
            self.finish = delta

    def _take_call(self, delta: ToolCallDelta) -> None:
        if delta.index >= TOOL_CALLS_MAX:
            raise CutShort(f"the answer asks for more than {TOOL_CALLS_MAX} tool calls")
        while len(self._calls) <= delta.index:
            self._calls.append(["", "", ""])
        call = self._calls[delta.index]
        call[0] = call[0] or delta.id or ""
        call[1] = call[1] or delta.name or ""
        call[2] += delta.arguments

    def calls(self) -> tuple[ToolCall, ...]:
        """Gives the tool calls joined from their pieces; one that the server gave no id gets its place as one."""
        if not self._calls:
            return ()
        return tuple(ToolCall(id=c[0] or f"call_{place}", name=c[1], arguments=c[2] or "{}") for place, c in enumerate(self._calls) if c[1])

    def check(self) -> None:
        """Raises what makes an answer no answer: no end mark, refused content, nothing said."""
        if self.finish is None:
            raise CutShort("the answer ended without its end mark")
        if self.finish.reason == "content_filter":
            raise ContentRefused("the content filter ended the answer")
        if not self.calls() and not any(piece.strip() for piece in self.pieces):
            raise CutShort(f"the answer is empty (it ended with {self.finish.reason!r})", empty=True)


def _counted(prompt: Prompt, gathered: Gathered) -> Usage:
    """Counts what the provider did not name: its whole input, and its output as far as it came."""
    words = sum(tokens_in_text(piece) for piece in ("".join(gathered.pieces), *(c.arguments for c in gathered.calls())))
    return Usage(input_tokens=tokens_in_prompt(prompt), output_tokens=words, estimated=True)


def _fell_silent(name: str, gathered: Gathered, *, seconds: float) -> WaslError:
    if gathered.begun:
        return CutShort(f"{name} fell silent inside its answer, {seconds:.1f} s after it was asked")
    return Unclear(f"{name} took the request and said nothing within {seconds:.1f} s")


def _unexplained(streamed: Streamed) -> WaslError:
    return Unclear(f"the server answered {streamed.status}, which the adapter does not explain", status=streamed.status)
