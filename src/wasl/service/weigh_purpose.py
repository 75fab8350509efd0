"""Weigh purpose: the step that tells whether a message is for the operator's business, and does what the channel's mode asks.

watch: every turn is weighed and counted. guard: general requests get one line with a way to the operator's own channel, or a short
refusal; of a mixed message only the business part is shown to the model; an uncertain one that no judge decided is answered in business
mode, neither freely nor refused. The record of each turn goes into the commit that closes it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from wasl.domain.ids import ConversationId, TurnId
from wasl.domain.message import Media, Part, Text
from wasl.domain.purpose import EPISODE_MS, JudgeSaid, PurposeLabel, PurposeMode, PurposeRecord, Served
from wasl.domain.turn import Closing, DueTurn
from wasl.policy.act import TurnPurpose
from wasl.policy.purpose import Judged, Scope
from wasl.policy.reply import ReplyJudged, judge_reply
from wasl.ports.purposes import Purposes
from wasl.service.compose import Search
from wasl.service.judge_purpose import JudgePurpose
from wasl.service.judging import Case, End
from wasl.service.learn_purpose import Known, LearnPurpose
from wasl.service.point_elsewhere import PointElsewhere
from wasl.service.purpose_mode import PurposeModes
from wasl.service.purpose_words import business_mode, tell
from wasl.service.words import words_of
from wasl.wire.region import region_of_address

log = structlog.get_logger(__name__)

NAME: Final = "purpose"
"""Under which name what was found is kept with the turn."""
FOLLOW_UPS: Final = ((40, 2.5), (80, 1.5))
"""A message of at most so many characters, with odds at most so far from the border, goes on with what the episode is about: the shorter,
the less it tells by itself."""
RECENT: Final = 5
EPISODES_KEPT_MAX: Final = 10_000
"""Conversations whose last records are remembered here; others are read from the store."""
WAIT_SECONDS: Final = 4.0
"""For so long a guarded message waits for a scope that is still being learnt."""
SUPPORT_CHARACTERS: Final = 400
CLEARLY: Final = -4.0
"""Odds of an answer below which it is clearly general."""
CONFIDENCE_UNSURE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What one turn is for, as far as is known before it is answered."""

    turn: DueTurn
    label: PurposeLabel
    odds: float
    general_share: float = 0.0
    inherited: bool = False
    business: str = ""
    judge: JudgeSaid = "none"
    judge_label: PurposeLabel | None = None


@dataclass(slots=True, kw_only=True)
class _Held:
    """What the step remembers of a case from one moment to the next."""

    mode: PurposeMode
    known: Known | None
    weighed: tuple[Weighed, ...] = ()
    recent: tuple[PurposeRecord, ...] = ()
    reply: ReplyJudged | None = None
    part: bool = False
    replaced: bool = False


class WeighPurpose:
    """The step."""

    def __init__(
        self,
        *,
        learnt: LearnPurpose,
        purposes: Purposes,
        modes: PurposeModes,
        search: Search,
        judge: JudgePurpose | None = None,
        judge_watched: bool = False,
        elsewhere: PointElsewhere | None = None,
        business_tokens_max: int = 300,
        replace_replies: bool = False,
    ) -> None:
        self._learnt = learnt
        self._purposes = purposes
        self._modes = modes
        self._search = search
        self._judge = judge
        self._judge_watched = judge_watched
        self._elsewhere = elsewhere
        self._business_tokens_max = business_tokens_max
        self._replace_replies = replace_replies
        self._episodes: OrderedDict[tuple[ConversationId, str], tuple[int, tuple[PurposeRecord, ...]]] = OrderedDict()

    # -- before anybody is asked
    async def before(self, case: Case) -> End | None:
        """Weighs the turns and does what the mode asks. Raises StoreDown."""
        held = await self._held(case)
        if held.mode == "off" or held.known is None:
            if held.mode == "guard":
                self._in_business_mode(case, Scope(name=""))
            return None
        self._tell(case, held)
        if held.mode == "guard":
            return await self._guard(case, held, scope=held.known.scope)
        return None

    async def _guard(self, case: Case, held: _Held, *, scope: Scope) -> End | None:
        kept = [_answerable(one) for one in held.weighed if one.label != "general"]
        if not kept:
            return await self._turned_away(case, held, name=scope.name)
        held.part = len(kept) < len(held.weighed) or any(one.label == "mixed" for one in held.weighed)
        case.turns = tuple(kept)
        case.purpose = TurnPurpose()
        if held.part:
            general = next(one.turn for one in held.weighed if one.label in ("general", "mixed"))
            url = await self._elsewhere.url(case, general) if self._elsewhere is not None else None
            key = tell("rest_redirect", language=case.language, url=url) if url else tell("rest_refuse", language=case.language)
            if key not in case.postscript:
                case.postscript.append(key)
        if any(one.label == "uncertain" for one in held.weighed):
            self._in_business_mode(case, scope)
        return None

    async def _turned_away(self, case: Case, held: _Held, *, name: str) -> End:
        url = await self._elsewhere.url(case, held.weighed[-1].turn) if self._elsewhere is not None else None
        served: Served = "redirected" if url else "refused"
        text = tell("redirect", language=case.language, name=name, url=url) if url else tell("refuse", language=case.language, name=name)
        return End(note=f"purpose: {served}", text=text, served=served)

    def _in_business_mode(self, case: Case, scope: Scope) -> None:
        case.business_only = True
        case.instructions.append(business_mode(name=scope.name or "this business", statement=scope.statement))
        case.output_tokens_max = min(case.output_tokens_max or self._business_tokens_max, self._business_tokens_max)

    def _tell(self, case: Case, held: _Held) -> None:
        """Tells the later steps and the record what was found. What is only watched without the operator's scope tells the rules
        nothing: headings are no ground to refuse or to bill anybody."""
        assert held.known is not None
        worst = min(held.weighed, key=lambda one: one.odds)
        if held.known.own:
            general = worst.label == "general"
            confidence = min(1.0, CONFIDENCE_UNSURE + abs(worst.odds) / 10) if worst.label != "uncertain" else CONFIDENCE_UNSURE
            case.purpose = TurnPurpose(label="general" if general else "ancillary", confidence=confidence)
        case.kept[NAME] = {
            "mode": held.mode,
            "label": worst.label,
            "odds": round(worst.odds, 2),
            "inherited": worst.inherited,
            "judge": worst.judge,
            "scope": held.known.classifier.scope_version,
        }

    # -- weighing
    async def _held(self, case: Case) -> _Held:
        """Gives what is known of the case, weighing it when that was not done yet."""
        found = case.held.get(NAME)
        if isinstance(found, _Held):
            return found
        address = case.address
        mode = self._modes.mode(address, now_ms=case.now_ms, has_scope=self._learnt.has_scope)
        known = self._learnt.known
        if mode == "guard" and (known is None or not known.own):
            known = await self._learnt.wait(seconds=WAIT_SECONDS)
            known = known if known is not None and known.own else None
        held = _Held(mode=mode, known=known)
        case.held[NAME] = held
        if mode != "off" and known is not None:
            held.recent = await self._recent(case)
            for turn in case.received:
                held.weighed = (*held.weighed, await self._weigh(turn, case, held, known))
        return held

    async def _weigh(self, turn: DueTurn, case: Case, held: _Held, known: Known) -> Weighed:
        text = words_of(turn.parts).strip()
        if not text:
            return Weighed(turn=turn, label="neutral", odds=known.classifier.high)
        judged = known.classifier.judge(text)
        if held.weighed and held.weighed[-1].label in ("business", "general"):
            open_label: PurposeLabel | None = held.weighed[-1].label
        else:
            open_label = _open_label(held.recent, now_ms=case.now_ms)
        weighed = _weighed(turn, judged, text, open_label=open_label)
        asks = self._judge is not None and (held.mode == "guard" or self._judge_watched)
        if asks and weighed.label in ("uncertain", "mixed"):
            return await self._judged(weighed, judged, text, case, held, known.scope)
        return weighed

    async def _judged(self, weighed: Weighed, judged: Judged, text: str, case: Case, held: _Held, scope: Scope) -> Weighed:
        assert self._judge is not None
        opinion = await self._judge.judge(text, embedded=weighed.label, scope=scope, case=case)
        case.usage += opinion.records
        weighed = replace(weighed, judge=opinion.said, judge_label=opinion.label)
        if opinion.label is None or opinion.label == weighed.label:
            return weighed
        business = _taken_from(text, opinion.business) or judged.business
        if opinion.label == "mixed" and not business:
            return weighed  # it names no part that could be answered
        share = _share(text, business) if opinion.label == "mixed" else 0.0
        return replace(weighed, label=opinion.label, general_share=share, business=business)

    async def _recent(self, case: Case) -> tuple[PurposeRecord, ...]:
        """Gives the last records of the conversation on this channel, the newest first.

        What this process wrote under the last lease, or under this one, is the newest: nobody else held the conversation meanwhile.
        """
        work, channel = case.work, case.address.key.channel
        if case.received[0].seq == 1:
            return ()
        key = (work.conversation_id, channel)
        remembered = self._episodes.get(key)
        if remembered is not None and work.epoch - remembered[0] in (0, 1):
            self._episodes.move_to_end(key)
            return remembered[1]
        return tuple(await self._purposes.recent(work.conversation_id, channel=channel, limit=RECENT))

    # -- after a model answered
    async def after(self, case: Case, text: str) -> str:
        """Scores the answer, and keeps a clearly general one back where the settings and the rules say so."""
        held = case.held.get(NAME)
        if not isinstance(held, _Held) or held.known is None or not held.weighed:
            return text
        known = held.known
        found = self._search(text[:SUPPORT_CHARACTERS], 1, case.language)
        support = found[0].score if found else 0.0
        held.reply = judge_reply(known.classifier, text, question_odds=held.weighed[-1].odds, support=support)
        kept = case.kept.get(NAME)
        if isinstance(kept, dict):
            kept["reply"] = {"label": held.reply.label, "odds": round(held.reply.odds, 2), "why": list(held.reply.why)}
        clearly = held.reply.label == "general" and held.reply.odds < CLEARLY
        if held.mode == "guard" and self._replace_replies and clearly:
            log.warning("an answer was general and was not sent", turn=case.received[0].id, why=held.reply.why)
            held.replaced = True
            case.postscript.clear()
            return tell("refuse", language=case.language, name=known.scope.name)
        return text

    # -- in the closing commit
    async def conclude(self, case: Case, closing: Closing) -> Closing:
        """Adds the records of the turns. Raises StoreDown."""
        held = await self._held(case)
        if held.mode == "off" or held.known is None or not held.weighed:
            return closing
        served = _served(case, closing, held)
        records: list[PurposeRecord] = []
        recent = held.recent
        answered = [one for one in held.weighed if one.label != "general"] or held.weighed
        for weighed in held.weighed:
            record = _record(case, closing, held, weighed, served=served, recent=recent, last=weighed is answered[-1])
            records.append(record)
            recent = (record, *recent)[:RECENT]
        key = (case.work.conversation_id, case.address.key.channel)
        self._episodes[key] = (case.work.epoch, recent)
        self._episodes.move_to_end(key)
        if len(self._episodes) > EPISODES_KEPT_MAX:
            self._episodes.popitem(last=False)
        return replace(closing, purposes=(*closing.purposes, *records))


def _weighed(turn: DueTurn, judged: Judged, text: str, *, open_label: PurposeLabel | None) -> Weighed:
    """Makes of a judgement what counts: a short word that tells little goes on with what the episode is about."""
    label: PurposeLabel = judged.label
    follows = any(len(text) <= characters and abs(judged.odds) <= odds for characters, odds in FOLLOW_UPS)
    if label not in ("neutral", "mixed") and open_label is not None and label != open_label and follows:
        return Weighed(turn=turn, label=open_label, odds=judged.odds, inherited=True, business=text)
    share = _share(text, judged.business) if label == "mixed" else 0.0
    return Weighed(turn=turn, label=label, odds=judged.odds, general_share=share, business=judged.business)


def _open_label(recent: Sequence[PurposeRecord], *, now_ms: int) -> PurposeLabel | None:
    """Gives what the open episode is about: its newest turn that was about something."""
    if not recent or now_ms - recent[0].episode_at_ms >= EPISODE_MS:
        return None
    episode = recent[0].episode
    found = next((r.label for r in recent if r.episode == episode and r.label not in ("neutral", "uncertain")), None)
    return "business" if found == "mixed" else found


def _share(text: str, business: str) -> float:
    return round(max(0.0, min(1.0, 1 - len(business) / max(1, len(text)))), 3)


def _taken_from(text: str, part: str) -> str:
    """Gives a part that a judge named, when it is one: its words are the message's."""
    words = " ".join(part.split())
    return words if words and words in " ".join(text.split()) else ""


def _answerable(weighed: Weighed) -> DueTurn:
    """Gives a turn as the model is shown it: of a mixed one, the business part and what is no text."""
    if weighed.label != "mixed":
        return weighed.turn
    rest: list[Part] = [replace(p, caption=None) if isinstance(p, Media) else p for p in weighed.turn.parts if not isinstance(p, Text)]
    return replace(weighed.turn, parts=(Text(text=weighed.business), *rest), joined=weighed.turn.each)


def _served(case: Case, closing: Closing, held: _Held) -> Served:
    if case.ended is not None:
        return case.ended.served
    if case.asked is not None and closing.state == "answered":
        return "refused" if held.replaced else "part" if held.part else "answered"
    return "refused" if closing.state == "answered" else "other"


def _record(
    case: Case,
    closing: Closing,
    held: _Held,
    weighed: Weighed,
    *,
    served: Served,
    recent: Sequence[PurposeRecord],
    last: bool,
) -> PurposeRecord:
    assert held.known is not None
    turn, classifier = weighed.turn, held.known.classifier
    goes_on = bool(recent) and 0 <= closing.at_ms - recent[0].episode_at_ms < EPISODE_MS
    usage = case.asked.answer.usage if case.asked is not None and last else None
    key = turn.address.key
    if served == "part" and weighed.label == "general":
        served = "refused"  # its neighbours were answered, it was not
    elif served == "part" and weighed.label != "mixed":
        served = "answered"
    return PurposeRecord(
        turn_id=turn.id,
        conversation_id=case.work.conversation_id,
        person_id=turn.address.person_id,
        channel=key.channel,
        at_ms=closing.at_ms,
        episode=recent[0].episode if goes_on else TurnId(turn.id),
        episode_at_ms=recent[0].episode_at_ms if goes_on else closing.at_ms,
        label=weighed.label,
        odds=round(weighed.odds, 4),
        served=served,
        mode=held.mode,
        general_share=weighed.general_share,
        inherited=weighed.inherited,
        judge=weighed.judge,
        judge_label=weighed.judge_label,
        reply_label=held.reply.label if held.reply is not None and last else None,
        reply_odds=round(held.reply.odds, 4) if held.reply is not None and last else None,
        input_tokens=usage.input_tokens if usage is not None else 0,
        output_tokens=usage.output_tokens if usage is not None and not held.replaced else 0,
        scope_version=classifier.scope_version,
        classifier_version=classifier.version,
        band_low=classifier.low,
        band_high=classifier.high,
        language=case.language,
        country=region_of_address(handle=key.handle, kind=key.kind, alias=key.alias, alias_kind=key.alias_kind) or "",
    )
