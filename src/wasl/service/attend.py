"""Attend: before anything is answered, who does not want to be written to, and who is in human hands or asks for them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from wasl.domain.handoff import Standing
from wasl.domain.message import Choice, Option, Part, Said, Text
from wasl.domain.trouble import Care
from wasl.policy.act import Moment
from wasl.policy.person_words import OptWords, asks_for_assistant, asks_for_human, said
from wasl.ports.clock import Clock
from wasl.ports.standing import EVERYTHING, OPT_OUT_NOTE, Standings
from wasl.ports.store import Store
from wasl.service.duty_words import owe
from wasl.service.hand_over import HandOver
from wasl.service.judging import Case, End
from wasl.service.recognise_command import PICK_PREFIX
from wasl.service.words import words_of

HUMAN_PICK: Final = f"{PICK_PREFIX}human"
ASSISTANT_PICK: Final = f"{PICK_PREFIX}assistant"
BACK_PICK: Final = f"{PICK_PREFIX}start"
HOUR_MS: Final = 3_600_000
LOOKED_BACK: Final = 12
"""Messages looked at for a human's word and for a pause, where the work brought none along."""

Ask = Literal["out", "back", "help", "human", "assistant", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What the settings say: the operator's words by language, and when a session begins anew."""

    name: str
    human: bool = True
    human_words: tuple[str, ...] = ()
    operator_takes: bool = True
    pause_ms: int = 24 * HOUR_MS
    farewell: dict[str, str] = field(default_factory=dict)
    welcome: dict[str, str] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)
    human_text: dict[str, str] = field(default_factory=dict)


class Attend:
    """The first step of an answer. It reads how the person stands with us, once, for the steps behind it."""

    def __init__(
        self,
        *,
        store: Store,
        standings: Standings,
        clock: Clock,
        hand_over: HandOver,
        words: Callable[[str], OptWords],
        manners: Manners,
        care: Callable[[str], Awaitable[Care]] | None = None,
        help_first: Callable[[Case], Awaitable[End | None]] | None = None,
    ) -> None:
        self._store = store
        self._standings = standings
        self._clock = clock
        self._hand_over = hand_over
        self._words = words
        self._manners = manners
        self._care = care
        self._help_first = help_first

    async def before(self, case: Case) -> End | None:
        """Ends what is no question for the assistant; else tells the case where in the talk it stands."""
        home = case.work.conversation_id
        case.standing = standing = await self._standings.of(home, case.address.key, shared=case.work.shared)
        asked = self._asked(case, standing)
        if (end := await self._in_danger(case, standing, asked)) is not None:
            return end
        if asked in ("out", "back", "help"):
            return await self._consent(case, asked)
        if standing.opted_out_ms is not None:
            return End(note="the person does not want to be written to", state="noted", silent=True)
        history = await self._history(case, standing)
        if (end := await self._in_human_hands(case, standing, history, asked)) is not None:
            return end
        if asked == "human":
            return await self._to_human(case)
        case.moment = self._moment(case, case.standing or standing, history)
        if self._care is not None:
            case.care = await self._care(case.address.key.channel)
            case.business_only |= case.care.business_only
        return None

    # -- consent
    async def _consent(self, case: Case, asked: Ask) -> End:
        key, language, manners = case.address.key, case.language, self._manners
        if asked == "help":
            return End(note="help about messages", text=owe("help", language=language, own=manners.help, name=manners.name))
        given = asked == "back"
        await self._standings.set_consent(key, purpose=EVERYTHING, given=given, at_ms=case.turns[-1].accepted_at_ms)
        case.kept["opt_out"] = {"given": given, "channel": key.channel}
        if given:
            return End(note="opt-in", text=owe("welcome", language=language, own=manners.welcome))
        text = owe("farewell", language=language, own=manners.farewell)
        back = Option(id=BACK_PICK, title=owe("back", language=language))
        return End(note=OPT_OUT_NOTE, parts=_offered(case, text, back))

    # -- danger
    async def _in_danger(self, case: Case, standing: Standing, asked: Ask) -> End | None:
        """Leads to help whoever would else be met with silence: who opted out, or who waits for a human. Only where a human has the
        conversation, or was called because of an emergency, is it left to them."""
        handoff = standing.handoff
        over = handoff is not None and handoff.returns_ms <= case.now_ms
        if handoff is not None and not over and (handoff.taken_ms is not None or handoff.why == "emergency"):
            return None
        if self._help_first is None or not (standing.opted_out_ms is not None or handoff is not None or asked in ("out", "back", "help")):
            return None  # the step of moderation looks
        if over and handoff is not None:
            await self._hand_over.give_back(handoff.conversation_id, by="time")
            case.standing = replace(standing, handoff=None, returned_ms=case.now_ms)
        end = await self._help_first(case)
        if end is None or asked != "out":
            return end
        await self._consent(case, asked)
        return replace(end, text=f"{end.text}\n\n{owe('farewell', language=case.language, own=self._manners.farewell)}")

    # -- a human
    async def _in_human_hands(self, case: Case, standing: Standing, history: Sequence[Said], asked: Ask) -> End | None:
        """Keeps silent while a human has the conversation; a time that is over, or the person's own wish, ends that."""
        home, now = case.work.conversation_id, case.now_ms
        handoff = standing.handoff
        if handoff is None and self._manners.operator_takes:
            since = max(now - self._hand_over.return_ms, (standing.returned_ms or 0) + 1)
            word = max((m.sent_at_ms for m in history if m.author == "operator"), default=0)
            if word >= since:  # typed in the platform's own app, and the process died before it was noted
                handoff = await self._hand_over.take(home, channel=case.address.key.channel, by="", at_ms=word)
        if handoff is None:
            return None
        where = handoff.conversation_id
        if handoff.returns_ms <= now:
            await self._hand_over.give_back(where, by="time")
            case.standing = await self._standings.of(home, case.address.key)
            return None
        if asked == "assistant" and handoff.waits:
            await self._hand_over.give_back(where, by="person")
            return End(note="back to the assistant", text=owe("assistant_back", language=case.language))
        case.kept["handoff"] = {"id": handoff.id, "why": handoff.why, "taken": handoff.taken_ms is not None}
        return End(note="a human has the conversation", state="noted", silent=True, served="human")

    async def _to_human(self, case: Case) -> End:
        language = case.language
        if not self._manners.human:
            return End(note="a human was asked for and the handoff is switched off", text=owe("human_off", language=language))
        handoff = await self._hand_over.open(case.work.conversation_id, channel=case.address.key.channel, why="asked")
        case.kept["handoff"] = {"id": handoff.id, "why": handoff.why, "taken": handoff.taken_ms is not None}
        return End(note="handed to a human", served="human", text=owe("human", language=language, own=self._manners.human_text))

    # -- beside
    def _asked(self, case: Case, standing: Standing) -> Ask:
        """Reads what the newest message asks of us, if it asks for nothing else."""
        turn = case.turns[-1]
        match turn.parts:
            case (Choice(picked=picked),) if picked is not None and picked.id.startswith(PICK_PREFIX):
                picks: dict[str, Ask] = {HUMAN_PICK: "human", ASSISTANT_PICK: "assistant", BACK_PICK: "back"}
                return picks.get(picked.id, "")
        words = words_of(turn.parts)
        group = turn.address.key.kind == "group"
        if not group:
            whole, known = said(words), self._words(turn.address.key.channel)
            if standing.opted_out_ms is not None and whole in known.back:
                return "back"
            if whole in known.out:
                return "out"
            if whole in known.help:
                return "help"
        if asks_for_human(words, further=self._manners.human_words):
            return "human"
        return "assistant" if asks_for_assistant(words) else ""

    async def _history(self, case: Case, standing: Standing) -> Sequence[Said]:
        if case.work.history is not None:
            return case.work.history
        if standing.disclosed_ms is None and standing.handoff is not None:
            return ()
        return await self._store.history(case.work.conversation_id, limit=LOOKED_BACK)

    def _moment(self, case: Case, standing: Standing, history: Sequence[Said]) -> Moment:
        """Says where in the talk the answer stands. What is forgotten counts as never told."""
        told = standing.disclosed_ms
        if told is None:
            return "first_interaction"
        if standing.returned_ms is not None and standing.returned_ms > told:
            return "human_to_bot"
        own = {one.message_id for turn in case.turns for one in turn.each}
        before = max((m.sent_at_ms for m in history if m.id not in own and m.sent_at_ms <= case.turns[0].sent_at_ms), default=told)
        return "after_long_pause" if case.turns[-1].accepted_at_ms - max(before, 0) >= self._manners.pause_ms else "continued"


def _offered(case: Case, text: str, option: Option) -> tuple[Part, ...]:
    buttons = case.channel is not None and case.channel.limits.buttons_max
    return (Choice(text=text, options=(option,)),) if buttons else (Text(text=text),)
