"""Asks the route for one whole answer: a provider's fault is not the person's fault."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wasl.domain.cost import Cause
from wasl.domain.errors import ContentRefused, ContextTooLong, Refused, RetryLater, Spent, Unavailable, Unclear, Unroutable, WaslError
from wasl.domain.prompt import Answer, Prompt
from wasl.domain.succession import Succession
from wasl.domain.turn import NO_CAUSE, UsageRecord
from wasl.domain.value import value
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.routing.choose import Bar, Choice, Need, choose
from wasl.routing.estimate import tokens_in_prompt
from wasl.routing.route import Precedence, RouteCandidate, RoutingLimits, price_rank
from wasl.routing.standing import Standing
from wasl.routing.succession import succeeded, successor_of
from wasl.service.attempt import Attempt, Attempted, Show, Shown
from wasl.service.purse import Purse

__all__ = ["Ask", "Asked", "RouteCandidate", "Show", "Shown"]

WAIT_SECONDS_MAX = 5.0
"""When nobody can be asked now, candidates are waited for so long in all; a longer wait is the caller's."""
BACKOFF_SECONDS = 0.2
"""Before the second try of the same candidate; doubles, and varies between half and one and a half."""
AGAIN_SECONDS_MIN = 1.0
"""The least wait that a failure names before asking again."""
UNSEEN = "[a picture was sent here; you cannot see pictures, say so if it matters]"


@value(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answer, the usage of every call that was made for it, and a notice for the operator where a dearer model stood in."""

    answer: Answer
    records: tuple[UsageRecord, ...]
    notice: str | None = None


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One `ask` under way."""

    prompt: Prompt
    attempt: Attempt
    choice: Choice
    need: Need
    bars: Sequence[Bar] = ()
    tries: dict[str, int] = field(default_factory=dict)
    barred: set[str] = field(default_factory=set)
    hopeless: set[str] = field(default_factory=set)
    failures: dict[str, WaslError] = field(default_factory=dict)
    waits_until: float | None = None

    @property
    def records(self) -> tuple[UsageRecord, ...]:
        """What the calls made so far have cost."""
        return tuple(self.attempt.records)


class Ask:
    """Asks candidates in order until one gives a whole answer, inside the operator's limits.

    One Ask serves a whole process: it remembers who failed, who rests and what retries may still cost. `purse` pays for calls before
    they are made; where there is no money left for anybody else, `spare` answers, who costs nothing. `successions` gives which
    candidates are replaced by which, from which day on.
    """

    def __init__(
        self,
        *,
        candidates: Sequence[RouteCandidate],
        network: Network,
        clock: Clock,
        routing: RoutingLimits,
        contracts: Sequence[Precedence] = (),
        purse: Purse | None = None,
        spare: RouteCandidate | None = None,
        successions: Callable[[], Sequence[Succession]] = tuple,
    ) -> None:
        self._candidates = tuple(candidates)
        self._contracts = tuple(contracts)
        self._purse = purse
        self._successions = successions
        self._spare = spare if spare is not None and spare.name not in {c.name for c in candidates} else None
        self._network = network
        self._clock = clock
        self._limits = routing
        self._sees = any(c.model.vision for c in self._candidates if not c.keyless)
        self._standings = {c.name: Standing() for c in self._candidates}
        assert len(self._standings) == len(self._candidates), "two candidates of one name"
        if self._spare is not None:
            self._standings[self._spare.name] = Standing()

    @property
    def candidates(self) -> tuple[RouteCandidate, ...]:
        """The route as configured."""
        return self._candidates

    def forgive(self, names: Iterable[str]) -> None:
        """Forgets what was held against candidates: a rehearsed loss is over, and was no fault of theirs."""
        for name in names:
            if name in self._standings:
                self._standings[name] = Standing()

    def states(self) -> Mapping[str, str]:
        """Names for each candidate how it stands: "closed" (asked as usual), "open", "half-open" or "resting"."""
        now = self._clock.monotonic()
        return {c.name: self._standings[c.name].state(now=now) for c in self._candidates}

    async def ask(
        self,
        prompt: Prompt,
        *,
        show: Show | None = None,
        stream: bool | None = None,
        region: str | None = None,
        first: str | None = None,
        records: list[UsageRecord] | None = None,
        bars: Sequence[Bar] = (),
        cause: Cause = NO_CAUSE,
    ) -> Asked:
        """Gives one whole answer.

        `show` is told the answer as it grows. `stream` None goes by the settings. `region`: only candidates that compute
        there. `first`: the name of the candidate to begin with. `bars` say of a candidate why it may not be asked.
        `cause` says for whom and for what it is asked: budgets count by it.
        `records` grows with every call that ends, for a caller
        that may cancel. Raises ContentRefused when a model's safety rule refused
        (nobody else is asked) and Unroutable when nobody is left; both carry `records`, and `seconds` until it may work.
        """
        turn = self._begin(
            prompt, show=show, stream=stream, region=region, first=first, records=[] if records is None else records, bars=bars, cause=cause
        )
        while True:
            candidate = await self._next(turn)
            attempted = await self._try(candidate, turn)
            if attempted.answer is not None:
                return Asked(answer=attempted.answer, records=turn.records, notice=self._notice(candidate, turn))
            if attempted.shown and show is not None:
                show(Shown(kind="restart"))
            self._weigh(candidate, attempted, turn)

    def _begin(
        self,
        prompt: Prompt,
        *,
        show: Show | None,
        stream: bool | None,
        region: str | None,
        first: str | None,
        records: list[UsageRecord],
        bars: Sequence[Bar],
        cause: Cause,
    ) -> _Turn:
        pictures = any(m.images for m in prompt.messages)
        if pictures and not self._sees:
            prompt = _without_pictures(prompt)
        need = Need(
            input_tokens=tokens_in_prompt(prompt),
            output_tokens=prompt.max_output_tokens or 0,
            vision=pictures and self._sees,
            region=region,
        )
        wanted = self._limits.stream
        attempt = Attempt(
            network=self._network,
            clock=self._clock,
            limits=self._limits,
            ends_at=self._clock.monotonic() + self._limits.turn_seconds,
            show=show,
            stream=stream if stream is not None else wanted == "always" or (wanted == "when shown" and show is not None),
            records=records,
            purse=self._purse,
            cause=cause,
        )
        contracts = self._contracts and [c for c in self._contracts if c.holds(self._clock.now_ms())]
        limit = self._limits.price_class_max
        route, first = self._standing_now(first)
        choice = choose(route, need=need, price_class_max=limit, first=first, bars=bars, contracts=contracts)
        return _Turn(prompt=prompt, attempt=attempt, choice=choice, need=need, bars=bars)

    def _standing_now(self, first: str | None) -> tuple[Sequence[RouteCandidate], str | None]:
        """Gives the route with successors in their places, and who begins: whoever succeeds the one that is asked for."""
        planned = self._successions()
        if not planned:
            return self._candidates, first
        now = self._clock.now_ms()
        return succeeded(self._candidates, planned, now_ms=now), successor_of(first, planned, now_ms=now)

    async def _next(self, turn: _Turn) -> RouteCandidate:
        """Gives whom to ask now: the least tried, then the first in order. Waits a little when that helps. Raises Unroutable."""
        while True:
            now = self._clock.monotonic()
            candidates = turn.choice.candidates
            if not turn.tries and candidates and self._standings[candidates[0].name].ready_at(now=now) <= now:
                self._standings[candidates[0].name].earn(now=now)
                return candidates[0]
            tries_max = 1 + self._limits.retries
            left = [c for c in candidates if c.name not in turn.barred and turn.tries.get(c.name, 0) < tries_max]
            ready = [c for c in left if self._standings[c.name].ready_at(now=now) <= now]
            if now >= turn.attempt.ends_at or not left:
                return self._last(turn)
            for candidate in sorted(ready, key=lambda c: turn.tries.get(c.name, 0)):
                if self._pays(candidate, turn, now=now):
                    return candidate
            if ready:
                continue
            wakes_at = min(self._standings[c.name].ready_at(now=now) for c in left)
            if turn.waits_until is None:
                turn.waits_until = min(now + WAIT_SECONDS_MAX, turn.attempt.ends_at)
            if wakes_at > turn.waits_until:
                raise self._unroutable(turn)
            await self._clock.sleep(wakes_at - now)

    def _last(self, turn: _Turn) -> RouteCandidate:
        """Gives who answers where there is no money for anybody else. Raises Unroutable."""
        poor = any(isinstance(failure, Spent) for failure in turn.failures.values())
        if self._spare is None or self._spare.name in turn.tries or not poor or any(bar(self._spare) for bar in turn.bars):
            raise self._unroutable(turn)
        return self._spare

    def _pays(self, candidate: RouteCandidate, turn: _Turn, *, now: float) -> bool:
        """Takes a further try from the candidate's retry budget; where there is none left, it is not asked again."""
        standing = self._standings[candidate.name]
        if not turn.tries.get(candidate.name, 0):
            standing.earn(now=now)
            return True
        if standing.pay(now=now):
            return True
        turn.barred.add(candidate.name)
        return False

    async def _try(self, candidate: RouteCandidate, turn: _Turn) -> Attempted:
        """Asks one candidate, again after a short wait when a fault before its answer may have passed."""
        standing = self._standings[candidate.name]
        while True:
            attempted = await self._once(candidate, turn)
            failure = attempted.failure
            if not isinstance(failure, Unavailable | Unclear) or attempted.silent:
                return attempted
            tries = turn.tries[candidate.name]
            pause = BACKOFF_SECONDS * 2 ** (tries - 1) * (0.5 + self._clock.random())
            now = self._clock.monotonic()
            if tries > self._limits.retries or standing.ready_at(now=now) > now or now + pause >= turn.attempt.ends_at:
                return attempted
            if not self._pays(candidate, turn, now=now):
                return attempted
            turn.failures[candidate.name] = failure
            await self._clock.sleep(pause)

    async def _once(self, candidate: RouteCandidate, turn: _Turn) -> Attempted:
        """Asks once, paid for beforehand where budgets count."""
        if self._purse is None or candidate.keyless:
            return await self._unpaid(candidate, turn)
        most = turn.need.output_tokens or candidate.model.output_tokens_max
        cause, before = turn.attempt.cause, len(turn.attempt.records)
        try:
            held = await self._purse.reserve(candidate, cause=cause, input_tokens=turn.need.input_tokens, output_tokens=most)
        except Spent as error:
            turn.tries[candidate.name] = turn.tries.get(candidate.name, 0) + 1
            return Attempted(failure=error)
        try:
            return await self._unpaid(candidate, turn)
        finally:
            if held is not None:
                await self._purse.settle(held, candidate, tuple(r.cost for r in turn.attempt.records[before:]))

    async def _unpaid(self, candidate: RouteCandidate, turn: _Turn) -> Attempted:
        standing = self._standings[candidate.name]
        standing.start(now=self._clock.monotonic())
        turn.tries[candidate.name] = turn.tries.get(candidate.name, 0) + 1
        prompt = turn.prompt
        prefilled = len(prompt.messages) > 1 and prompt.messages[-1].role == "assistant"
        if prefilled and (standing.rejects_prefill or not candidate.model.prefill):
            prompt, prefilled = _clean_start(prompt), False
        attempted = None
        try:
            attempted = await turn.attempt.make(candidate, prompt)
            if prefilled and isinstance(attempted.failure, Refused):
                attempted = await turn.attempt.make(candidate, _clean_start(prompt))
                standing.rejects_prefill = attempted.answer is not None
        finally:
            if attempted is None:
                standing.abandon()
        standing.note(attempted.failure, now=self._clock.monotonic(), jitter=self._clock.random() if attempted.failure else 0.0)
        return attempted

    def _weigh(self, candidate: RouteCandidate, attempted: Attempted, turn: _Turn) -> None:
        """Decides who may still be asked for this prompt after a failure. Raises ContentRefused: nobody else is asked."""
        failure = attempted.failure
        assert failure is not None, "an attempt without answer has a failure"
        turn.failures[candidate.name] = failure
        if isinstance(failure, ContentRefused):
            raise ContentRefused(failure.message, records=turn.records) from failure
        if isinstance(failure, ContextTooLong):
            small = (c.name for c in turn.choice.candidates if not c.keyless and not _larger(c, candidate))
            turn.hopeless.update(small)
            turn.barred.update(turn.hopeless)
        elif not isinstance(failure, RetryLater):
            turn.hopeless.add(candidate.name)
            turn.barred.add(candidate.name)
        elif attempted.silent:
            turn.barred.add(candidate.name)

    def _unroutable(self, turn: _Turn) -> Unroutable:
        now = self._clock.monotonic()
        hopeful = [c.name for c in turn.choice.candidates if c.name not in turn.hopeless]
        waits = [self._standings[name].ready_at(now=now) - now for name in hopeful]
        reasons = {
            **dict(turn.choice.passed_over),
            **{name: f"it is {self._standings[name].state(now=now)} after earlier failures" for name in hopeful},
            **{name: failure.message for name, failure in turn.failures.items()},
        }
        words = "; ".join(f"{name}: {why}" for name, why in reasons.items()) or "none is configured; add one under [[candidates]]"
        return Unroutable(
            f"no candidate is left that may answer ({words})",
            records=turn.records,
            seconds=max(AGAIN_SECONDS_MIN, min(waits)) if waits else None,
            failures={name: type(failure).__name__ for name, failure in turn.failures.items()},
            spent=any(isinstance(failure, Spent) for failure in turn.failures.values()),
        )

    def _notice(self, candidate: RouteCandidate, turn: _Turn) -> str | None:
        if price_rank(candidate.price_class) <= turn.choice.dear_above:
            return None
        why = "; ".join(f"{name}: {failure.message}" for name, failure in turn.failures.items())
        return f"{candidate.name} (price class {candidate.price_class!r}) answered in place of a cheaper candidate" + (
            f" ({why})" if why else ""
        )


def _larger(candidate: RouteCandidate, than: RouteCandidate) -> bool:
    return candidate.model.context_tokens > than.model.context_tokens and candidate.model.name != than.model.name


def _clean_start(prompt: Prompt) -> Prompt:
    """Takes the begun answer off the end, for a model that cannot carry one on."""
    messages = prompt.messages
    while len(messages) > 1 and messages[-1].role == "assistant":
        messages = messages[:-1]
    return replace(prompt, messages=messages)


def _without_pictures(prompt: Prompt) -> Prompt:
    """Tells models of which none can see that there was a picture, instead of failing."""
    return replace(
        prompt,
        messages=tuple(
            replace(m, images=(), text="\n".join((*([m.text] if m.text else []), *(UNSEEN for _ in m.images)))) if m.images else m
            for m in prompt.messages
        ),
    )
