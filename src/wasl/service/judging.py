"""The way of an answer: the steps that it passes before and after a model is asked, and the gate before every send.

A step is one file in `service/` and opts into what it does: `Before` looks at a turn before anybody is asked and may end it or shape
what is asked; `After` looks at the words before they are stored. Steps run in the order in which they are composed; the first that
ends a turn is the last that runs before the reply is stored. A gate is asked by Deliver about everything that goes out: answers,
operators' words, notices and campaigns alike.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from wasl.domain.cost import Charge
from wasl.domain.delivery import Outgoing
from wasl.domain.errors import StoreDown, WaslError
from wasl.domain.handoff import Standing
from wasl.domain.ids import ConversationId
from wasl.domain.message import Author, Option, Part
from wasl.domain.person import Address
from wasl.domain.purpose import Served
from wasl.domain.rule import Verdict
from wasl.domain.trouble import NO_CARE, Care
from wasl.domain.turn import Closing, DueTurn, Settling, UsageRecord, Work
from wasl.domain.value import value
from wasl.policy.act import Moment, TurnPurpose
from wasl.ports.channel import Channel
from wasl.ports.counting import Asked, Counted
from wasl.ports.store import Closed
from wasl.routing.choose import Bar
from wasl.service.ask import Asked as ModelAnswered
from wasl.service.compose import Voice

__all__ = [
    "Admission", "Admitted", "After", "Bar", "Before", "Case", "Closes", "Concludes", "Decided", "Denied", "End", "Follows", "Gate",
    "IfRoom", "Looked", "Looks", "Replied", "Step", "Steps", "Waits",
]  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Case:
    """One answer in the making. Steps write into it what the later ones, the model and the store are to know.

    `turns` are what is answered together; a step may replace them by ones with other parts, of which only the model is shown (the
    business part of a mixed message). `bars` keep candidates from being asked, `instructions` are added to what the model is told,
    `output_tokens_max` shortens the answer, `preface` and `postscript` are lines of ours before and after it. `kept` is stored with
    the turn in the closing commit, by the step's name; it must be JSON. `business_only` says that only the operator's scope may be
    answered. `standing` is how the person stands with us, `moment` where in the talk the answer stands, as the rules on disclosure
    ask, `care` how careful the channel must be now; `verdict` is what the rules say about answering, with the duties that must be
    fulfilled. `options` are offered under the answer where the channel has buttons and it is short and plain; `unseen` keeps a growing
    answer from being shown before it is whole. `asked` is there after
    a model answered, `ended` after a step ended the turn. `received` are the turns as they came, whatever the model is shown. `usage`
    takes what the calls of steps have cost (a judge's, a moderator's), to be stored with the turn.
    `held` is what a step remembers for itself, by its name, until the turn is closed.
    """

    work: Work
    turns: tuple[DueTurn, ...]
    language: str
    now_ms: int
    channel: Channel | None
    purpose: TurnPurpose | None = None
    business_only: bool = False
    standing: Standing | None = None
    moment: Moment | None = None
    care: Care = NO_CARE
    verdict: Verdict | None = None
    options: list[Option] = field(default_factory=list)
    unseen: bool = False
    instructions: list[str] = field(default_factory=list)
    output_tokens_max: int | None = None
    bars: list[Bar] = field(default_factory=list)
    preface: list[str] = field(default_factory=list)
    postscript: list[str] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    asked: ModelAnswered | None = None
    ended: "End | None" = None
    received: tuple[DueTurn, ...] = ()
    usage: list[UsageRecord] = field(default_factory=list)
    held: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.received = self.received or self.turns

    @property
    def address(self) -> Address:
        """Where the question came from."""
        return self.turns[0].address

    def shaped(self, voice: Voice) -> Voice:
        """Gives the voice with what the steps added to it."""
        if not self.instructions and self.output_tokens_max is None:
            return voice
        most = min(voice.max_output_tokens, self.output_tokens_max or voice.max_output_tokens)
        return replace(voice, instructions="\n\n".join((voice.instructions, *self.instructions)), max_output_tokens=most)


@value(frozen=True, slots=True, kw_only=True)
class End:
    """Ends a turn without asking anybody: with `text` or `parts`, or `silent`ly; `note` says why, for the operator.

    `state` is "noted" where the turn is closed on purpose without being answered. What author "system" says, and the question it
    answers, is never shown to a model; "assistant" stays part of the conversation. `served` is how the turn counts among those that
    asked for an answer. `after` is awaited once it is stored.
    """

    note: str
    state: Literal["answered", "noted"] = "answered"
    text: str = ""
    parts: tuple[Part, ...] = ()
    author: Author = "system"
    silent: bool = False
    served: Served = "other"
    after: Callable[[], Awaitable[None]] | None = None


@runtime_checkable
class Before(Protocol):
    """A step that looks at a turn before anybody is asked."""

    async def before(self, case: Case) -> End | None:
        """Ends the turn, or shapes the case and gives None. Called again when the turn is tried again: it must do no harm twice."""
        ...


@runtime_checkable
class After(Protocol):
    """A step that looks at the words before they are stored."""

    async def after(self, case: Case, text: str) -> str:
        """Gives the text that is stored and sent, changed or not. Called once a model answered, before preface and postscript are put
        around it; it must do no harm twice, as the commit after it may fail."""
        ...


@runtime_checkable
class Closes(Protocol):
    """A step that remembers something of an answer that was given."""

    async def closes(self, case: Case) -> None:
        """Is told that a model's answer is stored, before it is sent. When the process dies first it is never told: what it remembers
        must be such that forgetting it is the safe side. Raises StoreDown, which is passed over."""
        ...


@runtime_checkable
class Concludes(Protocol):
    """A step that keeps something in the very commit that closes a turn."""

    async def conclude(self, case: Case, closing: Closing) -> Closing:
        """Gives what is committed, with what the step adds. Asked for every turn that wanted an answer, however it ended: answered, ended
        by any step, refused by a model, late, failed; `before` may not have run. Raises StoreDown; the turn is then tried again."""
        ...


@runtime_checkable
class Follows(Protocol):
    """A step that may have something to say behind an answer."""

    async def follows(self, turn: DueTurn, *, home: ConversationId, case: Case | None) -> None:
        """Is told that a turn is closed, however it was answered (`case` is None for a command), before the answer is sent: what it stores
        goes out behind it. When the process dies first it is never told. Raises StoreDown, which is passed over."""
        ...


Step = Before | After | Closes | Concludes | Follows


@value(frozen=True, slots=True, kw_only=True)
class Admitted:
    """May go out, as `outgoing` says (a template in place of free words, for instance), in `wait_ms`. `verdict` is kept with the
    delivery, and so is `charge`: what it is expected to cost."""

    outgoing: Outgoing
    verdict: Mapping[str, Any] | None = None
    charge: Charge | None = None
    wait_ms: int = 0

    def costing(self, charge: Charge) -> "Admitted":
        """Gives the same at what it is expected to cost."""
        return Admitted(outgoing=self.outgoing, verdict=self.verdict, charge=charge, wait_ms=self.wait_ms)


@value(frozen=True, slots=True, kw_only=True)
class Waits:
    """May not go out before `due_at_ms`: it stays queued, `why` says for what. `verdict` is kept with the delivery. `move_to` gives it
    to another address of the same person. `apart` are the messages that it is to be sent as, each a delivery of its own from then on:
    one delivery is never several messages, of which nobody could say which went out before a process died."""

    due_at_ms: int
    why: WaslError
    verdict: Mapping[str, Any] | None = None
    move_to: Address | None = None
    apart: tuple[tuple[Part, ...], ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Denied:
    """Will not go out: the delivery fails with `why`. `verdict` is kept with the delivery."""

    why: WaslError
    verdict: Mapping[str, Any] | None = None


Decided = Admitted | Waits | Denied


@value(frozen=True, slots=True, kw_only=True)
class IfRoom:
    """May go out as `outgoing` says if there is room for it: `asked` is to be counted in the commit that begins to send it, and `then`
    says, told what came of that, what is decided. `verdict` and `charge` are what is expected."""

    outgoing: Outgoing
    asked: Asked
    then: Callable[[Counted], Awaitable[Decided]]
    verdict: Mapping[str, Any] | None = None
    charge: Charge | None = None

    def followed_by(self, then: Callable[[Counted], Awaitable[Decided]], *, charge: Charge | None) -> "IfRoom":
        """Gives the same, decided by `then` and at what it is expected to cost, where that is known already."""
        return IfRoom(outgoing=self.outgoing, asked=self.asked, then=then, verdict=self.verdict, charge=charge or self.charge)


Admission = Decided | IfRoom


@value(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known of a delivery before its turn is closed: how it may go out at once.

    `admission` is None where its pace asks it to wait first, or where the gate stops it: what is stopped is judged again once its turn is
    stored, as some of it (the farewell to whoever opts out) is let through for the sake of what stands there.
    """

    outgoing: Outgoing
    admission: Admitted | IfRoom | None = None
    wait_seconds: float = 0.0

    @property
    def start(self) -> bool:
        """Says whether nothing but room is lacking, so that it may be "sending" when the turn is closed."""
        return self.admission is not None

    @property
    def count(self) -> Asked | None:
        """What is to be counted for it in the commit that closes its turn."""
        return self.admission.asked if isinstance(self.admission, IfRoom) else None


class Looks(Protocol):
    """Whoever sends: asked about the first delivery of a reply before its turn is closed."""

    async def look(self, outgoing: Outgoing, conversation_id: ConversationId) -> Looked:
        """Says whether it could go out at once, and what is to be counted for it in the closing commit."""
        ...

    async def unlook(self, looked: Looked, conversation_id: ConversationId) -> None:
        """Is told that the turn could not be closed."""
        ...


class Replied(NamedTuple):
    """What a turn's end left to be sent: the deliveries of the reply, what was known of the first, and what its closing came to."""

    outgoings: Sequence[Outgoing]
    looked: Looked | None
    closed: Closed


class Gate(Protocol):
    """Judges every send."""

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        """Judges one delivery that is about to go out; nothing is counted yet.

        What is to be counted is given as IfRoom: it is counted in the database by whoever stores that the delivery is being sent, in
        the same commit, before the send. A delivery whose send failed or was unclear is judged again before it is repeated: the count
        of the first time stands. Raises StoreDown.
        """
        ...

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        """Is told what became of a delivery that was judged, so that what was counted or reserved for it can be given back."""
        ...


class Steps:
    """The steps of every answer, sorted once by what they do: asking a class for its abilities costs more than many a step."""

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self._before = tuple(step.before for step in steps if isinstance(step, Before))
        self._after = tuple(step.after for step in steps if isinstance(step, After))
        self._concludes = tuple(step.conclude for step in steps if isinstance(step, Concludes))
        self._closes = tuple(step.closes for step in steps if isinstance(step, Closes))
        self._follows = tuple(step.follows for step in steps if isinstance(step, Follows))

    async def before(self, case: Case) -> End | None:
        """Runs the steps until one ends the turn."""
        for before in self._before:
            if (end := await before(case)) is not None:
                return end
        return None

    async def after(self, case: Case, text: str) -> str:
        """Runs the steps over the words, and puts preface and postscript around them."""
        for after in self._after:
            text = await after(case, text)
        return "\n\n".join(part for part in (*case.preface, text, *case.postscript) if part)

    async def conclude(self, case: Case, closing: Closing) -> Closing:
        """Lets the steps add to what is committed."""
        for conclude in self._concludes:
            closing = await conclude(case, closing)
        return closing

    async def closes(self, case: Case) -> None:
        """Tells the steps that the answer is stored."""
        for closes in self._closes:
            with suppress(StoreDown):
                await closes(case)

    async def follows(self, turn: DueTurn, *, home: ConversationId, case: Case | None) -> None:
        """Tells the steps that a turn is closed."""
        for follows in self._follows:
            with suppress(StoreDown):
                await follows(turn, home=home, case=case)
