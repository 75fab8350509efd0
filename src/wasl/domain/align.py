"""Align: lays a newer (or older) reading of a chat over what is held of it, so that only what is new is added.

Two exports of one chat meet on (minute, author, words) or on the source's own ids: one phone writes seconds, another minutes;
one calls somebody by the name in its contacts, another by a number; each may begin late or end early. Time and memory are
linear in both, and memory is small arrays: about 92 bytes for an entry of each at the highest, 88 MiB for a million. What is
looked up is looked up in parts, so that no dictionary grows with the chat.
"""

from array import array
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from enum import IntEnum
from typing import Final

from wasl.domain.archive import PLAIN, SEQ_STRIDE, ArchivePart, Entry, File, Revision
from wasl.domain.track import NO_TIME, HeldTrack, Track

SEQ_FIRST: Final = SEQ_STRIDE << 23
"""Seq of a chat's first entry: eight million strides for what a later export may put before it."""
SEQ_LAST: Final = (SEQ_STRIDE << 25) - 1
"""Seqs are no greater, so that stores may pack them."""
STRIDES_MAX: Final = 1 << 20
"""Strides left between two entries: one a minute that passed between them, so that a hole in time can be filled later."""
SPARE_STRIDES: Final = 1 << 23
"""Left between entries in one import, all together: wild clocks may not use up the numbers."""
CANDIDATES_MAX: Final = 32
"""Held entries that are looked at as an earlier state of one new entry."""
RENAMED_MINUTES_MIN: Final = 2
"""Minutes in which somebody must have said the same under another name to be taken for one."""
PART_ENTRIES: Final = 1 << 16
"""Held entries that are in a dictionary at the same time."""


class Act(IntEnum):
    """What an entry of the new reading is: to be put in, here already, here and to be compared, or perhaps a later or earlier
    state of one of its candidates; `full` when there is no room left between its neighbours."""

    insert = 0
    same = 1
    compare = 2
    maybe = 3
    full = 4


class Plan:
    """What to do with each entry of the new reading, in its order: the act, and the seq it has or will have.

    It is built up while the readings are laid over each other, so it is no value. `candidates` names the held seqs that a `maybe`
    could be a state of. `renamed` gives for each author whose name differs a seq at which the held name stands. `cut` is the entry
    that stands where the held chat ends, right after a match: an export that was cut off may hold only its beginning. `met`
    counts the entries of the new reading in the minutes that the held ones span, `matched` those that are there already.
    """

    __slots__ = ("acts", "candidates", "cut", "matched", "met", "renamed", "seqs")

    def __init__(self, *, acts: bytearray, seqs: "array[int]") -> None:
        self.acts = acts
        self.seqs = seqs
        self.candidates: dict[int, tuple[int, ...]] = {}
        self.renamed: dict[str, int] = {}
        self.cut: int | None = None
        self.matched = 0
        self.met = 0

    @property
    def one_chat(self) -> bool:
        """Says whether both are one chat: where their times meet, their words do."""
        return self.met == 0 or self.matched * 20 >= self.met


class Numbering:
    """Numbers the entries of a chat that is here for the first time."""

    def __init__(self, *, after: int | None = None, minute: int = NO_TIME) -> None:
        self._seq = after
        self._minute = minute
        self._spare = SPARE_STRIDES

    def next(self, minute: int) -> int:
        """Gives the seq of the next entry."""
        if self._seq is None:
            self._seq = SEQ_FIRST
        else:
            spare = 0
            if minute - self._minute > 1 and self._minute != NO_TIME != minute:
                spare = min(STRIDES_MAX, minute - self._minute - 1, self._spare)
                self._spare -= spare
            self._seq += SEQ_STRIDE * (1 + spare)
        if minute != NO_TIME:
            self._minute = minute
        return self._seq


def align(held: HeldTrack, new: Track, *, known: Collection[str] = ()) -> Plan:
    """Lays `new` over `held`. `known` are the names of the held chat's participants: only other names can be another phone's name
    for one of them."""
    match, taken = _meet(held, new)
    plan = Plan(acts=bytearray(len(new)), seqs=array("q", bytes(8 * len(new))))
    _meet_renamed(held, new, match=match, taken=taken, known=frozenset(known), plan=plan)
    plan.matched = sum(1 for j in match if j >= 0)
    if len(held):
        low, high = held.first_minute, held.last_minute
        plan.met = sum(1 for i, m in enumerate(new.minutes) if low <= m <= high or (m == NO_TIME and match[i] >= 0))
    after = _sweep(held, new, match=match, taken=taken, plan=plan)
    _number(held, new, after=after, plan=plan)
    return plan


def _meet(held: HeldTrack, new: Track) -> "tuple[array[int], bytearray]":
    """Pairs equal entries: the first with the first, the second with the second; all of them are of one minute."""
    match, taken = array("i", [-1]) * len(new), bytearray(len(held))
    parts = 1 + len(held) // PART_ENTRIES
    for ours, theirs in zip(_parted(held.keys, parts), _parted(new.keys, parts), strict=True):
        first: dict[int, int] = {}
        following: dict[int, int] = {}  # only of those that are equal to one before them
        for j in reversed(ours):
            key = held.keys[j]
            if key in first:
                following[j] = first[key]
            first[key] = j
        for i in theirs:
            key = new.keys[i]
            j = first.get(key, -1)
            if j >= 0:
                match[i] = j
                taken[j] = 1
                first[key] = following.get(j, -1)
    return match, taken


def _parted(keys: "array[int]", parts: int) -> "list[array[int]]":
    """Gives the places of the keys in so many parts; equal keys are in one, in their order."""
    if parts == 1:
        return [array("i", range(len(keys)))]
    made = [array("i") for _ in range(parts)]
    for place, key in enumerate(keys):
        made[key % parts].append(place)
    return made


def _meet_renamed(held: HeldTrack, new: Track, *, match: "array[int]", taken: bytearray, known: frozenset[str], plan: Plan) -> None:
    """Pairs what is left of authors that the held chat does not know with equal words in the same minute."""
    strangers = {n for n, name in enumerate(new.names) if name and name not in known}
    strangers -= {new.authors[i] for i in range(len(new)) if match[i] >= 0}
    if not strangers or not len(held):
        return
    low, high = held.first_minute, held.last_minute
    inside = Counter(author for i, author in enumerate(new.authors) if author in strangers and low <= new.minutes[i] <= high)
    places, partners = array("i"), array("i")
    found: Counter[int] = Counter()
    seen: dict[int, set[int]] = {}
    parts = 1 + len(held) // PART_ENTRIES
    for ours, theirs in zip(_parted(held.words, parts), _parted(new.words, parts), strict=True):
        free: dict[tuple[int, int], list[int]] = {}
        for j in reversed(ours):
            if not taken[j]:
                free.setdefault((held.minutes[j], held.words[j]), []).append(j)
        for i in theirs:
            author = new.authors[i]
            left = free.get((new.minutes[i], new.words[i])) if author in strangers else None
            if left:
                places.append(i)
                partners.append(left.pop())
                found[author] += 1
                minutes = seen.setdefault(author, set())
                if len(minutes) < RENAMED_MINUTES_MIN:
                    minutes.add(new.minutes[i])
    # One "ok" in one minute proves nothing; the same words in several do.
    accepted = {a for a, number in found.items() if 2 * number >= inside[a] and len(seen[a]) >= RENAMED_MINUTES_MIN}
    earliest: dict[int, tuple[int, int]] = {}
    for i, j in zip(places, partners, strict=True):
        author = new.authors[i]
        if author in accepted:
            match[i] = j
            taken[j] = 1
            earliest[author] = min(earliest.get(author, (i, j)), (i, j))
    plan.renamed.update((new.names[author], held.seqs[j]) for author, (_, j) in sorted(earliest.items(), key=lambda item: item[1]))


def _sweep(held: HeldTrack, new: Track, *, match: "array[int]", taken: bytearray, plan: Plan) -> "array[int]":
    """Decides every act, and after which held entry each one goes that is to be put in."""
    bound = array("i", [len(held)]) * (len(new) + 1)
    for i in range(len(new) - 1, -1, -1):
        bound[i] = min(bound[i + 1], match[i]) if match[i] >= 0 else bound[i + 1]
    after = array("i", [-1]) * len(new)
    anchor, pool, pool_minute = -1, list[int](), NO_TIME
    for i in range(len(new)):
        j = match[i]
        if j >= 0:
            same = new.words[i] == held.words[j] and not new.rich[i]
            plan.acts[i] = Act.same if same else Act.compare
            plan.seqs[i] = held.seqs[j]
            anchor = max(anchor, j)
            continue
        minute = new.minutes[i]
        if minute != pool_minute:
            pool, pool_minute = [], minute
        if i and anchor == len(held) - 2 == match[i - 1]:
            plan.cut = i
        while anchor + 1 < bound[i + 1] and not taken[anchor + 1] and held.minutes[anchor + 1] <= minute:
            anchor += 1
            if held.minutes[anchor] == minute:
                pool.append(anchor)
        after[i] = anchor
        if pool:
            plan.acts[i] = Act.maybe
            plan.candidates[i] = tuple(held.seqs[j] for j in pool[:CANDIDATES_MAX])
    return after


def _number(held: HeldTrack, new: Track, *, after: "array[int]", plan: Plan) -> None:
    """Gives seqs to what is put in, run by run."""
    run = array("i")
    for i in range(len(new)):
        if plan.acts[i] in (Act.same, Act.compare):
            continue
        if run and after[run[0]] != after[i]:
            _number_run(held, new, run, after=after[run[0]], plan=plan)
            run = array("i")
        run.append(i)
    if run:
        _number_run(held, new, run, after=after[run[0]], plan=plan)


def _number_run(held: HeldTrack, new: Track, run: "array[int]", *, after: int, plan: Plan) -> None:
    if after + 1 >= len(held):
        last = len(held) - 1
        numbering = Numbering(after=held.seqs[last], minute=held.minutes[last]) if last >= 0 else Numbering()
        for i in run:
            plan.seqs[i] = numbering.next(new.minutes[i])
            if plan.seqs[i] > SEQ_LAST:
                plan.acts[i] = Act.full
        return
    above = held.seqs[after + 1]
    if after < 0:
        # Numbered backwards, as if time ran so: the distance to the end of the run is what is taken off.
        numbering = Numbering(after=0, minute=-held.minutes[0] if held.minutes[0] != NO_TIME else NO_TIME)
        for i in reversed(run):
            plan.seqs[i] = above - numbering.next(-new.minutes[i] if new.minutes[i] != NO_TIME else NO_TIME)
        if plan.seqs[run[0]] > 0:
            return
    below = held.seqs[after] if after >= 0 else 0
    for place, i in enumerate(run, start=1):
        plan.seqs[i] = below + (above - below) * place // (len(run) + 1)
        if above - below <= len(run):
            plan.acts[i] = Act.full


# -- one entry and what is held of it
def is_state_of(held: Entry, new: Entry, *, author: str | None, cut: bool = False) -> bool:
    """Says whether `new`, which stands where `held` does, is the same message at another time: edited, deleted, its file left out
    or present; or the whole of one that was `cut` off. `author` is the new one's author as the held chat calls them."""
    if held.role == "service" and new.role == "service":
        return True  # the platform's own line, in the language of another phone
    if held.author != author or (held.native_id or new.native_id) is not None:
        return False
    if held.text == new.text or (cut and _continues(held, new)):
        return True  # the first: it was changed to these words by an earlier reading, and is still known by the words it came with
    changed = any((e.more.edited or e.more.deleted) for e in (held, new))
    return changed or (_has_file(held) and _has_file(new) and not (_words_beside(held) and _words_beside(new)))


def merged(held: Entry, new: Entry) -> Entry:
    """Gives the held entry with what the new reading knows more; the held one itself when it knows nothing more.

    A later wording takes the place of the earlier one, which becomes a revision; a deletion keeps the words that were there; a
    file that is present takes the place of one that was left out.
    """
    if (held.role == "service" and new.native_id is None) or _only_says_file(new):
        return held
    if _only_says_file(held) and (new.text or new.parts):
        return held._replace(text=new.text, parts=new.parts)
    more = held.more
    text, parts = held.text, held.parts
    if new.more.deleted and not more.deleted:
        more = replace(more, deleted=True, deleted_ms=new.more.deleted_ms, deleted_by=new.more.deleted_by)
    elif not new.more.deleted and not more.deleted and _says(new) != _says(held):
        if new.more.edited or (held.native_id is not None and not more.edited):
            known = Revision(more.edited_ms if more.edited else held.at_ms, held.all_parts, held.author)
            more = replace(more, edited=True, edited_ms=new.more.edited_ms, revisions=(*more.revisions, known))
            text, parts = new.text, new.parts
        elif more.edited and not any(r.known and r.parts == new.all_parts for r in more.revisions):
            earlier = Revision(new.at_ms, new.all_parts, held.author)
            more = replace(more, revisions=(earlier, *(r for r in more.revisions if r.known)))
        elif _continues(held, new):
            text, parts = new.text, new.parts
    elif more.deleted and not new.more.deleted and not held.text and not held.parts:
        text, parts = new.text, new.parts  # what was deleted before the first export is still in this older one
    if not new.more.deleted and new.more.edited and not more.edited:
        more = replace(more, edited=True, edited_ms=new.more.edited_ms)
    if len(new.more.reactions) and new.more.reactions != more.reactions:
        more = replace(more, reactions=new.more.reactions)
    parts = _filled(parts, new.parts)
    instant = held.instant_ms if held.instant_ms is not None else new.instant_ms
    if (text, parts, more) == (held.text, held.parts, held.more):
        return held
    return held._replace(text=text, parts=parts, more=more, instant_ms=instant)


def _continues(held: Entry, new: Entry) -> bool:
    """Says whether the words go on where the held ones were cut off, perhaps within a character."""
    begun = held.text.rstrip("\ufffd")
    return bool(begun) and len(new.text) > len(begun) and new.text.startswith(begun)


def _filled(parts: tuple[ArchivePart, ...], given: tuple[ArchivePart, ...]) -> tuple[ArchivePart, ...]:
    here = {p.sha256 for p in parts if isinstance(p, File) and p.state == "present"}
    arrived = [p for p in given if isinstance(p, File) and p.state == "present" and p.sha256 and p.sha256 not in here]
    made: list[ArchivePart] = []
    for part in parts:
        if isinstance(part, File) and part.state != "present" and arrived:
            made.append(replace(arrived.pop(0), caption=part.caption))
        else:
            made.append(part)
    return tuple(made)


def _only_says_file(entry: Entry) -> bool:
    """Says whether an entry with an id of its own says no more than that there was a file: another record may tell of the file."""
    if (
        entry.native_id is None
        or entry.text
        or len(entry.parts) != 1
        or entry.more not in (PLAIN, replace(PLAIN, deliveries=entry.more.deliveries))
    ):
        return False
    part = entry.parts[0]
    return isinstance(part, File) and part.state == "omitted" and not (part.source_ref or part.name or part.caption)


def _has_file(entry: Entry) -> bool:
    return any(isinstance(p, File) for p in entry.parts)


def _words_beside(entry: Entry) -> str:
    return "".join(p.text for p in entry.parts if p.type == "words")


def _says(entry: Entry) -> tuple[object, ...]:
    """What an entry says, whatever became of its files."""
    return (entry.text, *(p for p in entry.parts if not isinstance(p, File) and p.type != "words"))
