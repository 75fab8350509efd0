"""Answer: one due turn becomes one stored reply with its deliveries, whatever the providers do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import ContentRefused, Fenced, StoreDown, Unroutable
from wasl.domain.fit import fit
from wasl.domain.ids import DeliveryId, MessageId
from wasl.domain.message import Author, Choice, Part, Text
from wasl.domain.person import Address
from wasl.domain.prompt import Image
from wasl.domain.turn import Closing, DueTurn, NewDelivery, NewMessage, UsageRecord, Work
from wasl.ports.bus import WORK, Bus, conversation_topic
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.service.ask import Ask, Asked
from wasl.service.commands import Commands, Done
from wasl.service.compose import Earlier, Search, Voice, compose
from wasl.service.edits import Edits, as_edited
from wasl.service.gather import Gather
from wasl.service.judging import Case, End, Looked, Looks, Replied, Step, Steps
from wasl.service.live import STORED, Live, encode
from wasl.service.observe import Observe
from wasl.service.purse import cause_of
from wasl.service.resize import Pieces
from wasl.service.show import Show
from wasl.service.take_up import Lateness, TakeUp, with_unasked
from wasl.service.words import say, spoken, words_of
from wasl.wire.markup import is_plain, measure

log = structlog.get_logger(__name__)

NOTHING: Final[Mapping[str, Any]] = {}

BACKOFF_SECONDS = 2.0
BACKOFF_SECONDS_MAX = 60.0
"""While no provider answers, a turn is tried again at this interval at the most."""
BACKOFF_SECONDS_HOPEFUL_MAX = 8.0
"""Beyond what the route itself asks for: it knows when it may be asked again and spares the provider meanwhile."""


class Answer:
    """Answers turns. Without somebody who `looks`, nothing is begun to be sent when a turn is closed."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        ask: Ask,
        channels: Mapping[str, Channel],
        search: Search,
        gather: Gather,
        show: Show,
        observe: Observe,
        voice: Voice,
        lateness: Mapping[str, Lateness],
        default_lateness: Lateness,
        history_messages: int,
        attempts_max: int,
        language: str,
        stream: str,
        commands: Commands | None = None,
        earlier: Earlier | None = None,
        steps: Sequence[Step] = (),
        bills: Callable[[Address], bool] | None = None,
        pieces: Pieces | None = None,
        looks: Looks | None = None,
    ) -> None:
        self._pieces = pieces
        self._store = store
        self._bus = bus
        self._clock = clock
        self._ask = ask
        self._channels = channels
        self._search = search
        self._gather = gather
        self._show = show
        self._observe = observe
        self._voice = voice
        alone = (lambda turn: commands.recognise(turn) is not None) if commands is not None else lambda turn: False
        self._take_up = TakeUp(lateness=lateness, default=default_lateness, alone=alone)
        self._history_messages = history_messages
        self._attempts_max = attempts_max
        self._language = language
        self._stream = stream
        self._commands = commands
        self._earlier = earlier
        self._bills = bills
        self._looks = looks
        self._steps = Steps(steps)
        self.edits = Edits()

    def settles_at_ms(self, work: Work) -> int | None:
        """Gives until when the rest of what the first due turn begins (an album) is waited for; None when it may be answered now."""
        channel = self._channels.get(work.turns[0].address.key.channel)
        apart = channel is not None and channel.limits.pictures_apart
        return self._take_up.settles_at_ms(work.turns, now_ms=self._clock.now_ms(), pictures_apart=apart)

    async def turn(self, work: Work) -> Replied | None:
        """Answers the first due turn of `work` with what belongs to it, or all late ones of the same address together.

        Gives the deliveries of the reply, for the caller to send. None when no provider answered: the turn waits, and the lease is
        given back; so it is when the question was edited while it was asked. Raises Fenced, StoreDown.
        """
        now = self._clock.now_ms()
        if work.history is None:
            most = self._history_messages + len(work.turns)
            work = replace(work, history=tuple(await self._store.history(work.conversation_id, limit=most)))
        work = as_edited(work)
        self._show.acknowledge(self._channels.get(work.turns[0].address.key.channel), work.turns[0])
        if self._commands is not None and self._commands.recognise(work.turns[0]) is not None:
            done = await self._commands.carry_out(work.turns[0], home=work.conversation_id)
            if done is not None:
                return await self._done(work, done)
        turns, late = self._take_up.now(work.turns, now_ms=now)
        first = turns[0]
        language = spoken([words_of(first.parts)], told=first.address.language, default=self._language)
        case = Case(work=work, turns=turns, language=language, now_ms=now, channel=self._channels.get(first.address.key.channel))
        if late:
            self._observe.late(turns=len(turns))
            if self._take_up.lateness(first).policy == "note":
                return await self._close(work, turns, state="noted", text=say("too_late", language=language), note="late", case=case)
        end = await self._steps.before(case)
        if end is not None:
            return await self._ended(case, turns, end)
        try:
            case.asked = await self._asked(case)
        except ContentRefused as error:
            text = say("declined", language=language)
            return await self._close(work, turns, state="answered", text=text, usage=error.records, note="content refused", case=case)
        except Unroutable as error:
            return await self._unanswered(case, turns, error)
        return await self._answered(case, turns, late=late)

    async def _answered(self, case: Case, turns: Sequence[DueTurn], *, late: bool) -> Replied | None:
        """Stores what a model said, once every step has looked at it. None when the question was edited meanwhile."""
        asked = case.asked
        assert asked is not None, "a model answered"
        text = await self._steps.after(case, asked.answer.text)
        if late:
            text = f"{say('late', language=case.language)}\n\n{text}"
        if self.edits.concern(case.work.conversation_id, turns):
            await self._answered_anew(case, turns[0], asked.records)
            return None
        if asked.notice:
            log.warning("a dearer candidate answered", turn=turns[0].id, notice=asked.notice)
        for record in asked.records:
            self._count(record)
        replied = await self._close(
            case.work,
            turns,
            state="answered",
            text=text,
            parts=_with_options(case, text),
            usage=asked.records,
            model=asked.answer.candidate,
            note=asked.notice,
            case=case,
        )
        await self._steps.closes(case)
        return replied

    async def _ended(self, case: Case, turns: Sequence[DueTurn], end: End) -> Replied:
        """Closes turns that a step ended."""
        case.ended = end
        replied = await self._close(
            case.work,
            turns,
            state=end.state,
            text=end.text,
            parts=end.parts,
            author=end.author,
            note=end.note,
            case=case,
            silent=end.silent,
        )
        if end.after is not None:
            await end.after()
        return replied

    async def _done(self, work: Work, done: Done) -> Replied:
        """Answers a command. The words are the system's: a model is never shown codes and links."""
        replied = await self._close(work, work.turns[:1], state="answered", parts=done.parts, author="system", note=f"command: {done.name}")
        if done.after is not None:
            await done.after()
        return replied

    async def give_up(self, work: Work, *, why: str) -> Replied:
        """Closes the first turn, and what belongs to it, as failed, with a message that says so, which nobody looks at before: that may
        be what broke. Raises Fenced, StoreDown."""
        first = self._take_up.first(work.turns)
        language = spoken([words_of(first.parts)], told=first.address.language, default=self._language)
        channel = self._channels.get(first.address.key.channel)
        case = Case(work=work, turns=(first,), language=language, now_ms=self._clock.now_ms(), channel=channel)
        return await self._close(work, (first,), state="failed", text=say("failed", language=language), note=why, case=case, look=False)

    # -- private
    async def _answered_anew(self, case: Case, first: DueTurn, records: Sequence[UsageRecord]) -> None:
        """Throws away what was said to words that the person has changed since, keeps what it cost, and lets the turn begin anew."""
        log.info("the question was edited while it was answered; it is answered anew", turn=first.id)
        home, now, usage = case.work.conversation_id, self._clock.now_ms(), (*case.usage, *records)
        for record in records:
            self._count(record)
        await self._store.retry_turn(turn_id=first.id, conversation_id=home, epoch=case.work.epoch, now_ms=now, at_ms=now, usage=usage)
        self._bus.publish(WORK, home.encode())

    def _count(self, record: UsageRecord) -> None:
        self._observe.attempt(
            candidate=record.candidate,
            outcome=record.outcome,
            seconds=record.took_ms / 1000,
            input_tokens=record.usage.input_tokens,
            output_tokens=record.usage.output_tokens,
        )

    async def _asked(self, case: Case) -> Asked:
        work, turns, channel = case.work, case.turns, case.channel
        first = turns[0]
        topic = conversation_topic(work.conversation_id)
        self._bus.publish(topic, encode(Live(kind="working", turn=first.id)))
        images: Mapping[str, Image] = {}
        history = work.history or ()
        if any(part.type == "media" for turn in turns for part in turn.parts):
            gathered, images = await self._gather.media([with_unasked(turn, history) for turn in turns])
            turns = tuple(gathered)
        earlier = await self._earlier(work.continues, work.conversation_id) if self._earlier is not None and work.continues else ()
        prompt = compose(
            turns=turns,
            history=history,
            voice=case.shaped(self._voice),
            search=self._search,
            language=first.address.language or "",
            images=images,
            earlier=earlier,
        )
        cause = cause_of(first.address, conversation_id=work.conversation_id)
        shown = self._show.begin(channel, first, topic=topic)
        try:
            grows = shown.wants_stream and not case.unseen
            stream = self._stream == "always" or (self._stream == "when shown" and grows)
            return await self._ask.ask(prompt, show=shown.take if grows else None, stream=stream, bars=case.bars, cause=cause)
        finally:
            await shown.end()

    async def _unanswered(self, case: Case, turns: Sequence[DueTurn], error: Unroutable) -> Replied | None:
        """Lets the turn wait while something may pass; closes it when nothing ever will."""
        first, work = turns[0], case.work
        now = self._clock.now_ms()
        for record in error.records:
            self._count(record)
        if error.seconds is None and error.facts.get("spent"):
            text = say("spent", language=case.language)
            return await self._close(
                work, turns, state="noted", text=text, author="system", usage=error.records, note=error.message, case=case
            )
        if error.seconds is None and first.attempt + 1 >= self._attempts_max:
            text = say("failed", language=case.language)
            return await self._close(work, turns, state="failed", text=text, usage=error.records, note=error.message, case=case)
        longest = BACKOFF_SECONDS_MAX if error.seconds is None else BACKOFF_SECONDS_HOPEFUL_MAX
        backoff = min(longest, BACKOFF_SECONDS * 2.0 ** min(first.attempt, 10))
        seconds = min(BACKOFF_SECONDS_MAX, max(error.seconds or 0.0, backoff))
        at = now + int(seconds * (0.75 + 0.5 * self._clock.random()) * 1000)
        log.warning(
            "no provider answered; the turn waits", turn=first.id, conversation=work.conversation_id, seconds=seconds, why=error.message
        )
        self._observe.turn(state="waiting")
        await self._store.retry_turn(
            turn_id=first.id,
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            now_ms=now,
            at_ms=at,
            usage=(*case.usage, *error.records),
        )
        return None

    async def _close(
        self,
        work: Work,
        turns: Sequence[DueTurn],
        *,
        state: str,
        text: str = "",
        parts: tuple[Part, ...] = (),
        author: Author = "assistant",
        usage: Sequence[UsageRecord] = (),
        model: str | None = None,
        note: str | None = None,
        case: Case | None = None,
        silent: bool = False,
        look: bool = True,
    ) -> Replied:
        first, last = turns[0], turns[-1].each[-1]
        now = self._clock.now_ms()
        parts = parts or (Text(text=text, format="markdown"),)
        reply = None if silent else self._reply(parts, author=author, reply_to=last.edited_by or last.message_id, model=model)
        # A command is answered where it was given: what it asks must be said yes to there.
        place = await self._place(work, last) if author == "assistant" else last.address
        outgoings = [] if silent else self._outgoings(last, parts, to=place)
        closing = Closing(
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            turn_ids=tuple(one.id for turn in turns for one in turn.each),
            state=state,  # type: ignore[arg-type]  # callers pass one of the three closing states
            at_ms=now,
            reply=reply,
            deliveries=tuple(
                NewDelivery(id=o.id, address=o.address, position=i, parts=o.parts, reply_to=o.reply_to) for i, o in enumerate(outgoings)
            ),
            usage=(*case.usage, *usage) if case is not None else tuple(usage),
            verdicts=case.kept if case is not None else NOTHING,
            note=note,
        )
        if case is not None:
            closing = await self._steps.conclude(case, closing)
        replied = await self._stored(closing, outgoings, look=look)
        await self._steps.follows(last, home=work.conversation_id, case=case)
        self._bus.publish(conversation_topic(work.conversation_id), STORED)
        if place.id != last.address.id:
            for sibling in await self._store.people.siblings(work.conversation_id):
                self._bus.publish(conversation_topic(sibling), STORED)
        self._observe.turn(state=state, seconds=(now - first.accepted_at_ms) / 1000)
        if reply is not None:
            self._observe.message(channel=place.key.channel, author="assistant")
        return replied

    async def _stored(self, closing: Closing, outgoings: Sequence[Outgoing], *, look: bool) -> Replied:
        """Commits what ends a turn. What goes out by it is judged just before, and counted and begun in the same commit."""
        looked: Looked | None = None
        if look and outgoings and self._looks is not None:
            looked = await self._looks.look(outgoings[0], closing.conversation_id)
        start, count = (looked.start, looked.count) if looked is not None else (False, None)
        try:
            return Replied(outgoings, looked, await self._store.close_turn(closing, start=start, count=count))
        except (Fenced, StoreDown):
            if looked is not None and self._looks is not None:
                await self._looks.unlook(looked, closing.conversation_id)
            raise

    def _reply(self, parts: tuple[Part, ...], *, author: Author, reply_to: MessageId, model: str | None) -> NewMessage:
        return NewMessage(
            id=MessageId(self._clock.new_id()),
            author=author,
            parts=parts,
            author_name=self._voice.name,
            reply_to=reply_to,
            model=model,
        )

    async def _place(self, work: Work, turn: DueTurn) -> Address:
        """Gives where the answer goes: where the person wrote last, if they wrote from elsewhere since they asked.

        An address that was just written from is open by every platform's rule. An answer of which something waits on the asking
        address already follows it there, so that what is sent stays in order.
        """
        asked = turn.address
        busy = {d.outgoing.address.id for d in work.deliveries}
        if not work.shared or asked.key.kind == "group" or asked.id in busy:
            return asked
        for address, _ in await self._store.people.addresses(asked.person_id):
            later = (address.last_inbound_ms or 0) > turn.accepted_at_ms
            if address.id == asked.id or not later:
                break
            if address.id not in busy and address.key.channel in self._channels:
                return address
        return asked

    def _outgoings(self, turn: DueTurn, parts: tuple[Part, ...], *, to: Address) -> list[Outgoing]:
        channel = self._channels.get(to.key.channel)
        pieces: Sequence[tuple[Part, ...]] = (parts,)
        if channel is not None:
            billed = len(parts) > 1 and self._bills is not None and self._bills(to)
            if self._pieces is not None:
                pieces = self._pieces(parts, to, billed)
            else:
                pieces = fit(parts, limits=channel.limits, measure=measure(channel.limits), billed=billed)
        # In a group the reply quotes its question; in a private talk order says enough.
        quote = turn.native_id if turn.address.key.kind == "group" else None
        return [
            Outgoing(id=DeliveryId(self._clock.new_id()), address=to, parts=piece, reply_to=quote if place == 0 else None)
            for place, piece in enumerate(pieces)
        ]


def _with_options(case: Case, text: str) -> tuple[Part, ...]:
    """Gives the answer with what the steps offer under it; nothing where the channel has no buttons, or the words would suffer."""
    limits = case.channel.limits if case.channel is not None and case.options else None
    if limits is None or len(case.options) > limits.buttons_max or len(text) > limits.choice_text_max or not is_plain(text):
        return ()
    return (Choice(text=text, options=tuple(case.options)),)
