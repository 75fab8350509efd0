"""Shelve: puts the entries of one reading into the library, each chat as a new one or laid over the one that is held."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import structlog

from wasl.domain.align import Act, Numbering, Plan, align, is_state_of, merged
from wasl.domain.archive import Chat, Entry, Name, Participant, fingerprint
from wasl.domain.errors import StoreDown
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.track import HeldTrack, Track, minute_of
from wasl.ports.clock import Clock
from wasl.ports.library import HeldChat, Library, Line
from wasl.service.keep_sources import Attach

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
PAGE: Final = 1_000
WAITING_MAX: Final = 4_000
"""Entries that wait to be stored together: what a commit costs is shared, and nothing is lost by the wait (an import that is broken off is
told again)."""
TOGETHER_MAX: Final = 256
"""Chats that wait to be stored together: a thousand small ones share a few commits."""
TIDY_ENTRIES: Final = 2_000
"""After so many new entries the search index is put in order at once; after fewer it waits for the hour."""
ALIKE_MAX: Final = 8
"""Held chats that one new chat is compared with."""


@dataclass(slots=True, kw_only=True)
class Shelved:
    """What became of the entries that were read."""

    stored: int = 0
    already: int = 0
    changed: int = 0
    full: int = 0

    @property
    def taken(self) -> int:
        """Every entry that was read is one of these."""
        return self.stored + self.already + self.changed + self.full


@dataclass(slots=True, kw_only=True)
class _Placing:
    """One chat on its way in. `track` gathers it while it is compared; `chat_id` is None until it is known where it goes."""

    chat: Chat
    chat_id: str | None = None
    numbering: Numbering = field(default_factory=Numbering)
    track: Track | None = None
    alike: Sequence[HeldChat] = ()
    held: HeldChat | None = None
    plan: Plan | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    at: int = 0
    used: set[int] = field(default_factory=set)


class Shelve:
    """Everything of one import. First every run goes to `first`; when `again` says so, all of them go to `second`, too."""

    def __init__(
        self, *, library: Library, clock: Clock, attach: Attach, owner: ConversationId, person: PersonId, import_id: str, kind: str
    ) -> None:
        self._library = library
        self._clock = clock
        self._attach = attach
        self._owner = owner
        self._person = person
        self._import_id = import_id
        self._kind = kind
        self._placings: dict[str, _Placing] = {}
        self._waiting: dict[str, list[Line]] = {}
        self._number_waiting = 0
        self._puts: dict[str, _Placing] = {}
        self._joining: dict[str, dict[str, Participant]] = {}
        self.counts = Shelved()

    @property
    def again(self) -> bool:
        """Says whether some chats wait for the second walk: those that are held already."""
        return any(p.track is not None for p in self._placings.values())

    @property
    def chat_ids(self) -> dict[str, str]:
        """The ids of the chats by their keys in the source."""
        return {key: p.chat_id for key, p in self._placings.items() if p.chat_id is not None}

    async def tidy(self) -> None:
        """Puts the search index in order after much was added. What is stored stays stored when it fails: the next hour tries again."""
        if self.counts.stored >= TIDY_ENTRIES:
            try:
                await self._library.tidy()
            except StoreDown as error:
                log.warning("the search index is not in order yet", why=error.message)

    async def chat(self, chat: Chat) -> None:
        """Takes a chat, or what is told of it anew."""
        placing = self._placings.get(chat.key)
        if placing is not None:
            placing.chat = chat
            if placing.chat_id is not None and placing.held is None:
                await self._put_later(placing)
            return
        alike = await self._library.alike(chat, owner_person=self._person, format=self._kind)
        if alike:
            mine = set(self.chat_ids.values())
            alike = [held for held in alike if held.id not in mine][:ALIKE_MAX]
        placing = self._placings[chat.key] = _Placing(chat=chat, alike=alike)
        if alike:
            placing.track = Track()
        else:
            placing.chat_id = self._clock.new_id()
            await self._put_later(placing)

    async def first(self, key: str, entries: list[Entry]) -> None:
        """Stores the entries of a new chat; only looks at those of one that may be held."""
        placing = self._placings[key]
        if placing.track is not None:
            for entry in entries:
                placing.track.take(entry)
            return
        await self._append(placing, entries)

    async def compare(self) -> None:
        """Between the walks: lays what was gathered over what is held."""
        taken: set[str] = set()
        for placing in self._placings.values():
            if placing.track is not None:
                await self._compare(placing, taken)
                placing.track = Track()  # what is needed of it is in the plan

    async def second(self, key: str, entries: list[Entry]) -> None:
        """Stores what the comparison said of these entries. Chats that were stored in the first walk are passed over."""
        placing = self._placings.get(key)
        if placing is None or placing.track is None:
            return
        if placing.plan is None:
            await self._append(placing, entries)
        else:
            await self._lay(placing, placing.plan, entries)

    async def settle(self) -> None:
        """Stores what waits, each chat before its people and words; to be called at the end of a walk."""
        puts, self._puts = self._puts, {}
        joining, self._joining = self._joining, {}
        waiting, self._waiting, self._number_waiting = self._waiting, {}, 0
        await _together([self._put(placing) for placing in puts.values()])
        await _together([self._library.put_participants(chat_id, list(people.values())) for chat_id, people in joining.items()])
        await _together([self._store(chat_id, lines) for chat_id, lines in waiting.items() if lines])

    async def people(self, participants: Mapping[str, Sequence[Participant]]) -> None:
        """Takes who took part, by the chats' keys; they are stored with what waits."""
        for key, found in participants.items():
            placing = self._placings.get(key)
            if placing is not None and placing.chat_id is not None and found:
                known = {p.key: p for p in placing.held.participants} if placing.held else {}
                wanted = [_joined(known.get(placing.names.get(p.key, p.key)), p, key=placing.names.get(p.key, p.key)) for p in found]
                self._joining.setdefault(placing.chat_id, {}).update((p.key, p) for p in wanted)
                await self._settle_many()

    # -- private
    async def _settle_many(self) -> None:
        if max(len(self._puts), len(self._joining)) >= TOGETHER_MAX:
            await self.settle()

    async def _put_later(self, placing: _Placing) -> None:
        assert placing.chat_id is not None
        self._puts[placing.chat_id] = placing
        await self._settle_many()

    async def _put(self, placing: _Placing) -> None:
        assert placing.chat_id is not None
        chat, held = placing.chat, placing.held
        if held is None:
            await self._library.put_chat(chat, chat_id=placing.chat_id, owner=self._owner, import_id=self._import_id, format=self._kind)
        else:
            chat = replace(chat, id=held.chat.id, title=chat.title or held.chat.title)
            await self._library.put_chat(chat, chat_id=held.id, owner=held.owner, import_id=held.import_id, format=held.format)

    async def _store(self, chat_id: str, lines: list[Line]) -> None:
        done = await self._library.add_entries(chat_id, import_id=self._import_id, lines=lines)
        self.counts.stored += done.added
        self.counts.already += len(lines) - done.added

    async def _append(self, placing: _Placing, entries: list[Entry]) -> None:
        assert placing.chat_id is not None
        given = [await self._attach.entry(e) if e[7] else e for e in entries]
        number = placing.numbering.next
        await self._add(placing.chat_id, [Line(number(minute_of(e)), e, fingerprint(e)) for e in given])

    async def _add(self, chat_id: str, lines: list[Line]) -> None:
        self._waiting.setdefault(chat_id, []).extend(lines)
        self._number_waiting += len(lines)
        if self._number_waiting >= WAITING_MAX:
            await self.settle()

    async def _compare(self, placing: _Placing, taken: set[str]) -> None:
        assert placing.track is not None
        best: tuple[int, HeldChat, Plan] | None = None
        for held in placing.alike:
            if held.id in taken:
                continue
            plan = align(await self._marks(held.id), placing.track, known=[p.key for p in held.participants])
            native = placing.chat.native_id is not None and placing.chat.native_id == held.chat.native_id
            if (native or plan.one_chat) and (best is None or plan.matched > best[0]):
                best = (plan.matched, held, plan)
        if best is None:
            placing.chat_id = self._clock.new_id()
            await self._put_later(placing)
            return
        _, held, plan = best
        placing.held, placing.plan, placing.chat_id = held, plan, held.id
        taken.add(held.id)
        found = await self._entries(held.id, list(plan.renamed.values()))
        placing.names = {new: found[seq].author or new for new, seq in plan.renamed.items() if seq in found}
        await self._put_later(placing)

    async def _marks(self, chat_id: str) -> HeldTrack:
        track, after = HeldTrack(), 0
        while page := await self._library.marks(chat_id, after=after, limit=PAGE):
            for mark in page:
                track.take(seq=mark.seq, minute=mark.minute, fingerprint=mark.fingerprint, words=mark.words)
            after = page[-1].seq
        return track

    async def _entries(self, chat_id: str, seqs: list[int]) -> dict[int, Entry]:
        """Gives the held entries at some seqs, which mostly lie together."""
        found: dict[int, Entry] = {}
        left = sorted(set(seqs))
        while left:
            page = await self._library.entries(chat_id, after=left[0] - 1, limit=min(PAGE, 4 * len(left)))
            last = page[-1].seq if page else left[-1]
            wanted = set(left)
            found.update((line.seq, line.entry) for line in page if line.seq in wanted)
            left = [seq for seq in left if seq > max(last, left[0])]
        return found

    async def _lay(self, placing: _Placing, plan: Plan, entries: list[Entry]) -> None:
        assert placing.chat_id is not None
        begin, placing.at = placing.at, placing.at + len(entries)
        numbered = list(enumerate(entries, start=begin))
        asked = [seq for i, _ in numbered for seq in (plan.candidates.get(i) or ((plan.seqs[i],) if plan.acts[i] == Act.compare else ()))]
        held = await self._entries(placing.chat_id, asked) if asked else {}
        lines: list[Line] = []
        for i, read in numbered:
            act = plan.acts[i]
            if act == Act.same:
                self.counts.already += 1
                continue
            author = placing.names.get(read.author or "", read.author)
            entry = (await self._attach.entry(read))._replace(author=author)
            state = (
                plan.seqs[i]
                if act == Act.compare
                else _state(plan.candidates.get(i, ()), held, entry, used=placing.used, cut=i == plan.cut)
            )
            if state is not None and state in held:
                await self._change(placing.chat_id, state, held, entry)
            elif act == Act.full:
                self.counts.full += 1
            else:
                lines.append(Line(plan.seqs[i], entry, fingerprint(entry)))
        await self._add(placing.chat_id, lines)

    async def _change(self, chat_id: str, seq: int, held: dict[int, Entry], entry: Entry) -> None:
        after = merged(held[seq], entry)
        if after == held[seq]:
            self.counts.already += 1
            return
        held[seq] = after
        await self._library.change_entry(chat_id, seq=seq, entry=after)
        self.counts.changed += 1


async def _together(acts: Sequence[Coroutine[Any, Any, Result]]) -> None:
    """Begins all at once, so that the store can put them into one commit, and in this order; raises the first fault when all have ended."""
    for done in await asyncio.gather(*acts, return_exceptions=True):
        if isinstance(done, BaseException):
            raise done


def _state(candidates: Sequence[int], held: Mapping[int, Entry], entry: Entry, *, used: set[int], cut: bool) -> int | None:
    """Finds the held entry that this one is another state of, each once."""
    for seq in candidates:
        if seq in held and seq not in used and is_state_of(held[seq], entry, author=entry.author, cut=cut):
            used.add(seq)
            return seq
    return None


def _joined(held: Participant | None, found: Participant, *, key: str) -> Participant:
    """Gives one participant of both: the held key, all names and handles, and whatever is known."""
    if held is None:
        return replace(found, key=key)
    known = {name.text for name in held.names}
    names = (*held.names, *(n for n in (found.names or (Name(found.key),)) if n.text not in known))
    handles = (*held.handles, *(h for h in found.handles if h not in held.handles))
    mine = held.is_self if held.is_self is not None else found.is_self
    return replace(found, key=key, names=names, handles=handles, is_self=mine, person=held.person)
