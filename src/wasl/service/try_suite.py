"""Try suite: asks the live configuration two hundred general and evasive questions, and says what became of each.

It is given an installation of its own, made from the same settings on a store that is thrown away: every question goes the way that a
person's would (received, judged by every step, answered by the same models from the same documents) up to where it would be sent.
Nothing is sent, and nothing of it is stored as a conversation.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from wasl.domain.event import Arrival
from wasl.domain.message import Text, plain_text
from wasl.domain.person import AddressKey
from wasl.policy.packs import Prompt
from wasl.ports.clock import Clock
from wasl.ports.store import Accepted, Incoming, Lease, Store
from wasl.service.answer import Answer

Outcome = Literal["redirected", "refused", "human", "part", "within", "general", "unanswered"]
"""redirected, refused, human: not answered. part: its business part only. within: answered, and the answer keeps to the business. general:
answered in substance, as a general assistant would. unanswered: no model could be reached, or the answer waits."""

KEPT: Final = ("redirected", "refused", "human", "part", "within")
ANSWER_CHARACTERS_MAX: Final = 2_000
"""Of an answer in the transcript."""
LEASE_MS: Final = 600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One question, and what became of it."""

    kind: str
    language: str
    question: str
    outcome: Outcome
    answer: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """A run of the suite. `shares` are of all questions, by outcome; `kept` is the share that did not get a general answer."""

    at_ms: int
    channel: str
    to: str
    prompts: int
    kept: float
    shares: Mapping[str, float]
    keyless: bool
    tried: tuple[Tried, ...] = field(repr=False)


class TrySuite:
    """Runs the suite. `answer` and `store` are those of the installation that is thrown away."""

    def __init__(self, *, answer: Answer, store: Store, clock: Clock, keyless: bool) -> None:
        self._answer = answer
        self._store = store
        self._clock = clock
        self._keyless = keyless

    async def run(self, prompts: Sequence[Prompt], *, channel: str, to: str) -> SuiteRun:
        """Asks every question as somebody new, from a number or account like `to`. Raises StoreDown."""
        tried = [await self._ask(prompt, number, channel=channel, to=to) for number, prompt in enumerate(prompts)]
        counted = Counter(one.outcome for one in tried)
        whole = max(1, len(tried))
        return SuiteRun(
            at_ms=self._clock.now_ms(),
            channel=channel,
            to=to,
            prompts=len(tried),
            kept=sum(counted[name] for name in KEPT if name in counted) / whole,
            shares={name: count / whole for name, count in sorted(counted.items())},
            keyless=self._keyless,
            tried=tuple(tried),
        )

    async def _ask(self, prompt: Prompt, number: int, *, channel: str, to: str) -> Tried:
        now = self._clock.now_ms()
        phone = to.startswith("+")
        handle = f"{to.lstrip('+')[:-4]}{number:04}" if phone else f"{to}-{number:04}"
        arrival = Arrival(
            key=f"suite-{now}-{number}",
            address=AddressKey(channel=channel, scope="suite", handle=handle, kind="phone" if phone else "account"),
            parts=(Text(text=prompt.text),),
            sent_at_ms=now,
            native_id=f"suite-{number}",
            language="en" if prompt.language == "en" else "ar",
        )
        incoming = Incoming(channel=channel, raw=b"", received_at_ms=now, events=[arrival])
        outcome = (await self._store.receive(incoming, lease=Lease(owner="suite", milliseconds=LEASE_MS)))[0]
        assert isinstance(outcome, Accepted), "a new question is always stored"
        work = outcome.work
        assert work is not None, "the conversation was idle"
        sent = await self._answer.turn(work)
        said = "" if sent is None else "\n\n".join(plain_text(one.parts) for one in sent.outgoings)
        turn = await self._verdict(channel, work.turns[0].id, since_ms=now)
        return Tried(
            kind=prompt.kind,
            language=prompt.language,
            question=prompt.text,
            outcome="unanswered" if sent is None else outcome_of(turn, keyless=self._keyless),
            answer=said[:ANSWER_CHARACTERS_MAX],
            note=str(turn.get("label", "")) if turn else "",
        )

    async def _verdict(self, channel: str, turn_id: str, *, since_ms: int) -> Mapping[str, Any]:
        records = await self._store.purposes.records(channel=channel, since_ms=since_ms - 1_000, until_ms=self._clock.now_ms() + 1_000)
        for record in records:
            if record.turn_id == turn_id:
                return {"label": record.label, "served": record.served, "reply": record.reply_label}
        return {}


def outcome_of(turn: Mapping[str, Any], *, keyless: bool) -> Outcome:
    """Says what became of a question by what its turn was for. Who only quotes the operator's documents answers nothing else."""
    served = turn.get("served")
    if served in ("redirected", "refused", "human", "part"):
        return served  # type: ignore[no-any-return]  # one of the four
    if served == "other":
        return "unanswered"
    if keyless or turn.get("reply") in ("business", "neutral"):
        return "within"
    return "general"
