"""Try successor: asks a candidate recent real questions in shadow, beside what was answered. Nothing is sent; the costs count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any, Final

from wasl.domain.cost import Cause
from wasl.domain.days import day_at
from wasl.domain.errors import ContentRefused, Unroutable
from wasl.domain.exposure import Asked
from wasl.domain.ids import MessageId, TurnId
from wasl.domain.message import plain_text
from wasl.domain.prompt import Prompt, PromptMessage
from wasl.domain.turn import DueTurn, StoredMessage, UsageRecord, Work
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposure
from wasl.ports.store import Store
from wasl.routing.choose import Bar
from wasl.routing.route import RouteCandidate
from wasl.service.ask import Ask
from wasl.service.judging import Case
from wasl.wire.isolate import fill

QUESTIONS: Final = 20
QUESTIONS_MAX: Final = 500
LOOKED: Final = 5_000
HISTORY_MESSAGES: Final = 12
SHOWN_CHARACTERS: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One question, what was really answered and by whom it was not (the shadow's answer), and how long that took."""

    question: str
    then: str
    now: str
    failure: str
    took_ms: int
    tokens: int
    cost: Mapping[str, str]


class TrySuccessor:
    """Asks in shadow. `instructions` is what a model is told before a conversation, `bars` what the rules say about whose words a provider
    may be given."""

    def __init__(
        self, *, store: Store, exposure: Exposure, ask: Ask, clock: Clock, instructions: str, max_output_tokens: int,
        bars: Callable[[Case], Sequence[Bar]] = lambda case: (),
    ) -> None:  # fmt: skip
        self._store = store
        self._exposure = exposure
        self._ask = ask
        self._clock = clock
        self._instructions = instructions
        self._max_output_tokens = max_output_tokens
        self._bars = bars

    async def run(self, successor: str, *, questions: int = QUESTIONS, told: Callable[[int], None] = lambda count: None) -> Sequence[Tried]:
        """Asks the newest questions of so many conversations, one after the other; `told` hears after each how many were asked. Raises
        StoreDown."""
        found: list[Tried] = []
        for asked in await self._exposure.asked(before_ms=self._clock.now_ms(), limit=LOOKED):
            if len(found) >= min(questions, QUESTIONS_MAX):
                break
            before = await self._store.messages_before(asked.conversation_id, seq=asked.seq, limit=HISTORY_MESSAGES)
            after = await self._store.messages_after(asked.conversation_id, seq=asked.seq, limit=4)
            question = plain_text(asked.parts)
            then = next((plain_text(one.parts) for one in after if one.author == "assistant"), "")
            if question.strip() and then:
                cause = Cause("other", asked.address.key.channel, "", asked.person_id, asked.conversation_id)
                bars = (_only(successor), *self._bars(_case(asked, now_ms=self._clock.now_ms())))
                prompt = self._prompt(before, question)
                found.append(await self._try(successor, prompt, question=question, then=then, cause=cause, bars=bars))
                told(len(found))
        return found

    def _prompt(self, before: Sequence[StoredMessage], question: str) -> Prompt:
        said = [
            PromptMessage(role="assistant" if one.author == "assistant" else "user", text=text)
            for one in before
            if one.author in ("assistant", "person") and (text := plain_text(one.parts))
        ]
        messages = (PromptMessage(role="system", text=self._instructions), *said, PromptMessage(role="user", text=question))
        return Prompt(messages=messages, max_output_tokens=self._max_output_tokens)

    async def _try(self, successor: str, prompt: Prompt, *, question: str, then: str, cause: Cause, bars: Sequence[Bar]) -> Tried:
        records: list[UsageRecord] = []
        text = failure = ""
        began = self._clock.monotonic()
        try:
            answered = await self._ask.ask(prompt, first=successor, bars=bars, records=records, cause=cause, stream=False)
            text = answered.answer.text
            if answered.answer.candidate != successor:
                text, failure = "", f"{answered.answer.candidate} answered in its place: there is no money left for {successor}"
        except (ContentRefused, Unroutable) as error:
            failure = error.message
        took_ms = round((self._clock.monotonic() - began) * 1000)
        if records:
            await self._store.record_usage(records)
        money: dict[str, Any] = {}
        for one in records:
            if one.cost.amount is not None and one.cost.currency:
                money[one.cost.currency] = money.get(one.cost.currency, 0) + one.cost.amount
        return Tried(
            question=question[:SHOWN_CHARACTERS],
            then=then[:SHOWN_CHARACTERS],
            now=text[:SHOWN_CHARACTERS],
            failure=failure,
            took_ms=took_ms,
            tokens=sum(one.usage.input_tokens + one.usage.output_tokens for one in records),
            cost={currency: str(amount) for currency, amount in sorted(money.items())},
        )


def _case(asked: Asked, *, now_ms: int) -> Case:
    """Makes what the rules are asked about: one question that nobody judged yet."""
    turn = DueTurn(
        id=TurnId(""), seq=asked.seq, message_id=MessageId(""), parts=asked.parts, native_id=None, address=asked.address,
        sent_at_ms=asked.accepted_ms, accepted_at_ms=asked.accepted_ms, attempt=0,
    )  # fmt: skip
    work = Work(conversation_id=asked.conversation_id, epoch=0, turns=(turn,), deliveries=())
    return Case(work=work, turns=(turn,), language="en", now_ms=now_ms, channel=None)


def _only(successor: str) -> Bar:
    """Bars everybody else: a trial whose answer came from a stand-in would prove nothing."""

    def bar(candidate: RouteCandidate) -> str | None:
        return None if candidate.name == successor else "only the successor is tried"

    return bar


def summed(tried: Sequence[Tried]) -> Mapping[str, Any]:
    """Gives what is kept of a trial: counts, times, tokens and money, and nobody's words."""
    money: dict[str, Decimal] = {}
    for one in tried:
        for currency, amount in one.cost.items():
            money[currency] = money.get(currency, Decimal(0)) + Decimal(amount)
    times = sorted(one.took_ms for one in tried if not one.failure)
    return {
        "asked": len(tried),
        "answered": sum(not one.failure for one in tried),
        "took_p50_ms": times[len(times) // 2] if times else 0,
        "took_worst_ms": times[-1] if times else 0,
        "tokens": sum(one.tokens for one in tried),
        "cost": {currency: str(amount) for currency, amount in sorted(money.items())},
        "characters_then": sum(len(one.then) for one in tried),
        "characters_now": sum(len(one.now) for one in tried),
    }


STYLE: Final = """
body{font:16px/1.6 system-ui,sans-serif;max-inline-size:72rem;margin:2rem auto;padding:0 1rem;background:Canvas;color:CanvasText}
:root{color-scheme:light dark}table{border-collapse:collapse;inline-size:100%;table-layout:fixed}
td,th{border:1px solid color-mix(in srgb,currentColor 30%,transparent);padding:.6rem;vertical-align:top;text-align:start}
td{white-space:pre-line;overflow-wrap:anywhere}caption{text-align:start;font-weight:600;padding-block:.6rem}small{opacity:.75}
"""
WORDS: Final = {
    "en": (
        "{new} in the place of {old}",
        "{answered} of {asked:question|questions} answered",
        "Question",
        "Answered then",
        "Answers now",
        "failed",
    ),
    "ar": ("{new} مكان {old}", "أُجيب عن {answered} من {asked:سؤال مجرور}", "السؤال", "الجواب السابق", "الجواب الجديد", "فشل"),
}


def side_by_side(tried: Sequence[Tried], *, old: str, new: str, at_ms: int, language: str = "en") -> str:
    """Writes the answers beside each other as one page that stands by itself. It holds people's words: keep it as you keep those."""
    title, sum_, asked, then, now, failed = WORDS.get(language, WORDS["en"])
    counts = summed(tried)
    answered = escape(fill(sum_, language, **counts))
    head = escape(title.format(old=old, new=new))
    rows = "".join(
        f'<tr><td dir="auto">{escape(one.question)}</td><td dir="auto">{escape(one.then)}</td><td dir="auto">'
        f"{escape(one.now) if not one.failure else f'<strong>{failed}</strong>: {escape(one.failure)}'}<br>"
        f"<small>{one.took_ms} ms · {one.tokens}</small></td></tr>"
        for one in tried
    )
    day = day_at(at_ms).isoformat()
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{head}</title><style>{STYLE}</style>'
        f"</head><body><h1>{head}</h1><p>{day} · {answered} · {counts['took_p50_ms']} ms · {counts['tokens']}</p>"
        f'<table><thead><tr><th scope="col">{asked}</th><th scope="col">{then}: {escape(old)}</th><th scope="col">{now}: {escape(new)}</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></body></html>\n"
    )
