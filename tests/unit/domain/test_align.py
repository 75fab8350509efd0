"""Two readings of one chat, laid over each other."""

from collections import Counter
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.align import (
    PART_ENTRIES,
    SEQ_FIRST,
    SEQ_LAST,
    SPARE_STRIDES,
    Act,
    Numbering,
    align,
    is_state_of,
    merged,
)
from wasl.domain.archive import SEQ_STRIDE, Entry, File, More, Words, fingerprint, words_print
from wasl.domain.track import HeldTrack, Track, minute_of

MINUTE = 60_000
DELETED = "This message was deleted"


def said(author: str | None, text: str, minute: int, *, second: int = 0, **more: object) -> Entry:
    given = More(**more) if more else More()  # type: ignore[arg-type]
    return Entry(
        author=author, role="user", text=text, wall_ms=minute * MINUTE + second * 1000, instant_ms=None, resolution="s", more=given
    )


def held_of(lines: list[tuple[int, Entry]]) -> HeldTrack:
    """What a library holds of them: the fingerprint stays the one of the entry as it first came."""
    track = HeldTrack()
    for seq, entry in lines:
        came = bytes.fromhex(entry.more.extra["came as"])
        track.take(seq=seq, minute=minute_of(entry), fingerprint=came, words=words_print(entry))
    return track


def kept(entry: Entry, *, author: str | None) -> Entry:
    came = fingerprint(entry._replace(author=author))
    return entry._replace(author=author, more=replace(entry.more, extra={"came as": came.hex()}))


def new_of(entries: list[Entry]) -> Track:
    track = Track()
    for entry in entries:
        track.take(entry)
    return track


def laid(lines: list[tuple[int, Entry]], entries: list[Entry]) -> list[tuple[int, Entry]]:
    """Carries a plan out, as the import does, in memory."""
    if not lines:
        numbering = Numbering()
        return [(numbering.next(minute_of(e)), kept(e, author=e.author)) for e in entries]
    plan = align(held_of(lines), new_of(entries), known={e.author for _, e in lines if e.author})
    names = {new: next(e.author for s, e in lines if s == seq) for new, seq in plan.renamed.items()}
    by_seq, used = dict(lines), set[int]()
    for i, entry in enumerate(entries):
        author = names.get(entry.author or "", entry.author)
        match plan.acts[i]:
            case Act.compare:
                by_seq[plan.seqs[i]] = merged(by_seq[plan.seqs[i]], entry)
            case Act.maybe | Act.insert:
                states = (
                    s
                    for s in plan.candidates.get(i, ())
                    if s not in used and is_state_of(by_seq[s], entry, author=author, cut=i == plan.cut)
                )
                seq = next(states, None)
                if seq is not None:
                    used.add(seq)
                    by_seq[seq] = merged(by_seq[seq], entry)
                else:
                    assert plan.seqs[i] not in by_seq
                    by_seq[plan.seqs[i]] = kept(entry, author=author)
            case Act.full:
                raise AssertionError("there is room")
    return sorted(by_seq.items(), key=lambda pair: pair[0])


def texts(lines: list[tuple[int, Entry]]) -> list[str]:
    return [entry.text for _, entry in lines]


def test_the_same_reading_twice_adds_nothing() -> None:
    chat = [said("Ann", "ok", 1), said("Ann", "ok", 1), said("Bob", "ok", 1), said("Ann", "bye", 2)]
    once = laid([], chat)
    assert laid(once, chat) == once
    plan = align(held_of(once), new_of(chat), known={"Ann", "Bob"})
    assert list(plan.acts) == [Act.same] * 4


def test_a_newer_export_adds_only_its_end() -> None:
    chat = [said("Ann", f"m{n}", n) for n in range(10)]
    lines = laid(laid([], chat[:6]), chat)
    assert texts(lines) == [e.text for e in chat]


def test_what_was_missing_comes_between_and_before() -> None:
    chat = [said("Ann", f"m{n}", n * 100) for n in range(30)]
    lines = laid([], chat[10:12] + chat[20:22])
    assert texts(laid(lines, chat)) == [e.text for e in chat]


def test_a_hole_of_years_has_room_for_a_hundred_thousand_entries() -> None:
    day = 1_440
    begin, end = [said("Ann", "first", 0)], [said("Ann", "last", 700 * day)]
    middle = [said("Ann", f"m{n}", 1 + n * 10) for n in range(100_000)]
    lines = laid(laid([], begin + end), begin + middle + end)
    assert len(lines) == 100_002
    assert texts(lines)[1] == "m0"


def test_seconds_of_one_phone_meet_the_minutes_of_another() -> None:
    seconds = [said("Ann", "hi", 5, second=12), said("Bob", "ho", 5, second=59)]
    minutes = [said("Ann", "hi", 5), said("Bob", "ho", 5)]
    assert laid(laid([], seconds), minutes) == laid([], seconds)


def test_another_phones_names_meet_by_their_words_and_take_the_held_names() -> None:
    one = [said("Ann", f"word {n}", n) for n in range(20)] + [said("Bob", f"answer {n}", n + 20) for n in range(20)]
    names = {"Ann": "+966 50 000 0000", "Bob": "Bob at work"}
    other = [e._replace(author=names[e.author or ""]) for e in one] + [said("Bob at work", "new", 50)]
    lines = laid(laid([], one), other)
    assert len(lines) == 41
    assert lines[-1][1].author == "Bob"


def test_equal_words_of_somebody_the_chat_knows_are_not_another_name() -> None:
    lines = laid([], [said("Ann", "ok", 1), said("Bob", "yes", 2)])
    assert len(laid(lines, [said("Bob", "ok", 1), said("Bob", "yes", 2)])) == 3


def test_an_edit_becomes_a_revision_in_its_place() -> None:
    lines = laid([], [said("Ann", "a", 1), said("Bob", "helo", 2), said("Ann", "b", 3)])
    after = laid(lines, [said("Ann", "a", 1), said("Bob", "hello", 2, edited=True), said("Ann", "b", 3)])
    assert texts(after) == ["a", "hello", "b"]
    assert [r.parts[0].text for r in after[1][1].more.revisions] == ["helo"]  # type: ignore[union-attr]


def test_an_older_export_gives_the_earlier_wording_and_no_second_copy() -> None:
    lines = laid([], [said("Bob", "hello", 2, edited=True)])
    after = laid(lines, [said("Ann", "a", 1), said("Bob", "helo", 2)])
    assert texts(after) == ["a", "hello"]
    assert [r.parts[0].text for r in after[1][1].more.revisions] == ["helo"]  # type: ignore[union-attr]
    assert laid(after, [said("Ann", "a", 1), said("Bob", "helo", 2)]) == after


def test_a_message_that_was_cut_off_at_the_end_becomes_whole() -> None:
    cut = [said("Ann", "a", 1), said("Bob", "where are you n\ufffd", 2)]
    whole = [said("Ann", "a", 1), said("Bob", "where are you now", 2), said("Bob", "where", 2)]
    lines = laid(laid([], cut), whole)
    assert texts(lines) == ["a", "where are you now", "where"]
    assert laid(lines, whole) == lines
    assert texts(laid(laid([], cut[1:]), [said("Bob", "where are you now", 2)])) == ["where are you n\ufffd", "where are you now"]


def test_a_deletion_is_told_and_the_words_stay() -> None:
    lines = laid([], [said("Ann", "a", 1), said("Bob", "secret", 2)])
    after = laid(lines, [said("Ann", "a", 1), said("Bob", DELETED, 2, deleted=True)])
    assert texts(after) == ["a", "secret"]
    assert after[1][1].more.deleted is True
    assert laid(after, [said("Ann", "a", 1), said("Bob", DELETED, 2, deleted=True)]) == after


def test_a_file_that_was_left_out_is_filled_by_an_export_with_media() -> None:
    omitted = said("Ann", "", 1)._replace(parts=(File(role="photo", state="omitted"),))
    present = said("Ann", "", 1)._replace(parts=(File(role="photo", state="present", member="IMG.jpg", sha256="ab" * 32),))
    lines = laid(laid([], [omitted]), [present])
    assert len(lines) == 1
    assert lines[0][1].parts == present.parts
    assert laid(lines, [omitted]) == lines


def test_a_file_that_is_here_already_does_not_fill_the_place_of_another() -> None:
    other = File(role="photo", state="omitted", source_ref="cat")
    here = File(role="photo", state="present", member="IMG.jpg", sha256="ab" * 32)
    entry = said("Ann", "look", 1)._replace(parts=(Words(text="look"), other, here))
    assert merged(entry, entry) is entry


def test_the_sources_own_ids_find_an_entry_wherever_it_stands() -> None:
    chat = [said("Ann", f"m{n}", n)._replace(native_id=str(n)) for n in range(6)]
    changed = [e._replace(text="new words", more=More(edited=True)) if e.native_id == "3" else e for e in reversed(chat)]
    lines = laid(laid([], chat), changed)
    assert [e.native_id for _, e in lines] == [str(n) for n in range(6)]
    assert lines[3][1].text == "new words"


def test_two_chats_of_one_title_whose_words_never_meet_are_two() -> None:
    one = laid([], [said("Ann", f"a{n}", n) for n in range(50)])
    other = new_of([said("Ann", f"b{n}", n) for n in range(50)])
    later = new_of([said("Ann", f"b{n}", n + 100) for n in range(50)])
    assert align(held_of(one), other).one_chat is False
    assert align(held_of(one), later).one_chat is True


@dataclass(frozen=True)
class View:
    """One export of a base chat: from where to where, what was edited and deleted by then, with which clock and names."""

    begin: int
    end: int
    edited: frozenset[int]
    deleted: frozenset[int]
    seconds: bool


def exported(base: list[Entry], view: View) -> list[Entry]:
    found = []
    for n, entry in list(enumerate(base))[view.begin : view.end]:
        if n in view.deleted:
            entry = entry._replace(text=DELETED, more=replace(entry.more, deleted=True))
        elif n in view.edited:
            entry = entry._replace(text=f"{entry.text} (edited {n})", more=replace(entry.more, edited=True))
        if not view.seconds:
            entry = entry._replace(wall_ms=(entry.wall_ms or 0) // MINUTE * MINUTE)
        found.append(entry)
    return found


@st.composite
def bases(draw: st.DrawFn) -> list[Entry]:
    minute, chat = 0, []
    for n in range(draw(st.integers(1, 40))):
        minute += draw(st.integers(0, 2))
        words = draw(st.sampled_from(["ok", "نعم", "haha", f"unique {n}"]))
        chat.append(said(draw(st.sampled_from(["Ann", "Bob"])), words, minute, second=draw(st.integers(0, 59))))
    return sorted(chat, key=lambda e: (e.wall_ms or 0) // MINUTE)


@st.composite
def views(draw: st.DrawFn, length: int) -> View:
    begin = draw(st.integers(0, length))
    return View(begin, draw(st.integers(begin, length)), frozenset(), frozenset(), draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_cuts_and_overlaps_in_any_order_make_the_union(data: st.DataObject) -> None:
    base = data.draw(bases())
    lines: list[tuple[int, Entry]] = []
    covered: set[int] = set()
    for _ in range(data.draw(st.integers(1, 4))):
        view = data.draw(views(len(base)))
        entries = exported(base, view)
        before = len(lines)
        lines = laid(lines, entries)
        fresh = set(range(view.begin, view.end)) - covered
        covered |= fresh
        assert len(lines) <= before + len(entries)
        assert laid(lines, entries) == lines
    wanted = Counter(((e.wall_ms or 0) // MINUTE, e.author, e.text) for n, e in enumerate(base) if n in covered)
    got = Counter(((e.wall_ms or 0) // MINUTE, e.author, e.text) for _, e in lines)
    # Equal words of one person in one minute cannot be told apart where an export was cut between them; nothing else may be lost.
    assert set(got) == set(wanted)
    assert all(got[key] <= number for key, number in wanted.items())
    assert all(got[key] == number for key, number in wanted.items() if number == 1)
    minutes = [(e.wall_ms or 0) // MINUTE for _, e in lines]
    assert minutes == sorted(minutes)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_newer_export_with_edits_and_deletions_never_makes_a_second_copy(data: st.DataObject) -> None:
    base = [e._replace(text=f"{e.text} {n}") for n, e in enumerate(data.draw(bases()))]
    cut = data.draw(st.integers(0, len(base)))
    numbers = st.frozensets(st.integers(0, max(0, len(base) - 1)), max_size=6)
    edited, deleted = data.draw(numbers), data.draw(numbers)
    first = exported(base, View(0, cut, frozenset(), frozenset(), True))
    second = exported(base, View(0, len(base), edited - deleted, deleted, False))
    lines = laid(laid([], first), second)
    assert len(lines) == len(base)
    for n, (_, entry) in enumerate(lines):
        assert entry.author == base[n].author
        assert entry.more.deleted == (n in deleted)
        if n < cut and n in deleted:
            assert entry.text == base[n].text
        elif n in edited - deleted:
            assert entry.text == f"{base[n].text} (edited {n})"
            assert len(entry.more.revisions) == (1 if n < cut else 0)


def test_wild_clocks_do_not_use_up_the_numbers() -> None:
    numbering = Numbering()
    for n in range(10_000):
        last = numbering.next(0 if n % 2 else 30_000_000)
    assert last <= SEQ_FIRST + (SPARE_STRIDES + 10_000) * SEQ_STRIDE < SEQ_LAST


def test_many_times_something_older_finds_room_before_the_first() -> None:
    lines = laid([], [said("Ann", "m30", 30 * 525_600)])
    for year in range(29, -1, -1):
        lines = laid(lines, [said("Ann", f"m{year}", year * 525_600), said("Ann", f"m{year + 1}", (year + 1) * 525_600)])
    assert texts(lines) == [f"m{n}" for n in range(31)]
    assert lines[0][0] > 0


def test_the_first_stride_is_a_multiple() -> None:
    numbering = Numbering()
    assert numbering.next(5) % SEQ_STRIDE == 0
    assert numbering.next(5) % SEQ_STRIDE == 0


def test_a_chat_that_is_looked_up_in_parts_meets_itself_whole_also_under_other_names() -> None:
    number = PART_ENTRIES + 10
    lines, numbering = [], Numbering()
    for n in range(number):
        entry = said(("Ann", "Bob")[n % 2], f"said {n // 3}", n // 6)  # three in a minute say the same
        lines.append((numbering.next(minute_of(entry)), kept(entry, author=entry.author)))
    same = align(held_of(lines), new_of([e for _, e in lines]), known=("Ann", "Bob"))
    assert set(same.acts) == {Act.same}
    assert list(same.seqs) == [seq for seq, _ in lines]
    others = [e._replace(author={"Ann": "آن"}.get(e.author or "", e.author)) for _, e in lines]
    renamed = align(held_of(lines), new_of(others), known=("Ann", "Bob"))
    assert renamed.matched == number
    assert list(renamed.seqs) == [seq for seq, _ in lines]
    assert renamed.renamed == {"آن": SEQ_FIRST}
