"""The contract that every format passes.

In a test module, for a format that reads (see `format_fixtures` for what lies in the folder; no payload, no pass):

    class TestMine(ReadsContract):
        format_class = Mine
        folder = Path(__file__).parent / "fixtures" / "mine"
        others = {"other": Other}

A format that writes passes `WritesContract` (in `format_writing`), one that does both passes both.
"""

import ast
import importlib
import inspect
import io
import os
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasl.domain.archive import Chat, Participant
from wasl.domain.errors import Malformed, RefusedInput, TooLarge, Unsafe
from wasl.ports.format import ENTRIES_PER_RUN, Guess, Question, Reads, Reject, Run, Shape
from wasl.testing.contracts.channel_payloads import differences
from wasl.testing.contracts.format_damage import changed_lines, changes, cuts, damages, decoded, repeated, resolve, spans_of, within
from wasl.testing.contracts.format_fixtures import Case, Counting, Endless, Piecemeal, Stream, many, plain, zipped
from wasl.testing.contracts.format_under_test import FormatUnderTest, entries_of, ranges_of, tiles
from wasl.testing.memory import peak_bytes
from wasl.wire.bundle import Bundle, ManyBundle, Member, open_bundle

SNIFF_BYTES_MAX = 1 << 20
"""That a format may read to say whether a bundle is its own."""
SNIFF_MEMBERS_MAX = 32
"""That a format may open for that."""
ENDLESS_BYTES = 8 << 20
CROWD = 2_000
"""Members beside the ones of the case."""
SMALL_BYTES, LARGE_BYTES = 5 << 18, 5 << 19
"""Sizes of a source whose records are repeated; the smaller one fills a run."""
GROWTH_MAX = 0.5
"""Bytes of memory for each byte by which the source is larger: an index may be kept, not the source."""
RAISES = {"Malformed": Malformed, "TooLarge": TooLarge, "Unsafe": Unsafe}
_CLOCKS = {"now", "today", "utcnow", "localtime", "mktime"}


class ReadsContract(FormatUnderTest):
    """Everything that a format which is brought in must keep."""

    # -- what it declares ---------------------------------------------------------------------------------------------
    def test_it_has_cases_with_source_day_and_truth_beside_them(self) -> None:
        assert self.cases()

    def test_it_declares_its_kind_and_title_and_bears_them_in_its_file(self) -> None:
        kind = self.format_class.kind
        assert self.format_class.title
        assert self.format_class.__module__.rsplit(".", 1)[-1] == kind, "the module bears the kind's name"
        assert isinstance(self.make(), Reads)
        assert importlib.import_module(self.format_class.__module__).__doc__, (
            "the module says what it reads, by whom it was described, and when"
        )

    def test_it_asks_no_clock(self) -> None:
        tree = ast.parse(inspect.getsource(inspect.getmodule(self.format_class)))  # type: ignore[arg-type]  # a class has a module
        asked = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in _CLOCKS]
        assert asked == []

    # -- how it recognises --------------------------------------------------------------------------------------------
    def test_its_own_are_recognised_more_surely_than_by_any_other(self, case: Case) -> None:
        own = self.make().sniff(case.bundle())
        assert isinstance(own, Guess), "it does not know its own"
        assert 0 < own.confidence <= 1
        assert own.why
        for kind, other in self.others.items():
            if kind != self.format_class.kind and hasattr(other, "sniff"):
                guess = other().sniff(case.bundle())
                assert guess is None or guess.confidence < own.confidence, f"{kind} is as sure: {guess}"

    def test_looking_is_cheap_however_large_the_source(self, case: Case) -> None:
        counting = Counting(Endless(case, size_bytes=ENDLESS_BYTES))
        self.make().sniff(counting)
        assert counting.bytes_read <= SNIFF_BYTES_MAX
        assert len(counting.opened) <= SNIFF_MEMBERS_MAX

    def test_looking_is_cheap_among_many_other_files(self, case: Case) -> None:
        crowd = {f"{place}/notes_{place}.json": b'[{"a": 1}]' for place in range(CROWD)}
        counting = Counting(many(case.bundle_name, {**crowd, **case.files}))
        self.make().sniff(counting)
        assert counting.bytes_read <= SNIFF_BYTES_MAX
        assert len(counting.opened) <= SNIFF_MEMBERS_MAX

    def test_looking_at_a_part_of_its_own_raises_nothing(self, case: Case) -> None:
        for name, content in case.files.items():
            for variant in (*list(cuts(content))[::4], *list(damages(content))[::8]):
                for files in ({**case.files, name: variant}, {name: variant}):
                    guess = self.make().sniff(many(case.bundle_name, files))
                    assert guess is None or 0 <= guess.confidence <= 1

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(
        files=st.dictionaries(
            st.sampled_from(["a.txt", "result.json", "x/messages.json", "b.zip", "c"]), st.binary(max_size=200), max_size=3
        )
    )
    def test_looking_at_anything_raises_nothing(self, files: dict[str, bytes]) -> None:
        names = [name.rsplit("/", 1)[-1] for case in self.cases() for name in case.files][:3]
        for held in (files, dict(zip(names, files.values(), strict=False))):
            guess = self.make().sniff(many("something", held))
            assert guess is None or 0 <= guess.confidence <= 1

    def test_what_must_be_refused_is_refused_by_name(self, refused: Case) -> None:
        with pytest.raises(RAISES[refused.expected["raises"]]):
            next(self.make().read(refused.bundle(), refused.choices))

    # -- what it reads ------------------------------------------------------------------------------------------------
    def test_a_case_is_read_as_it_must_be(self, case: Case) -> None:
        found = self.read(case)
        chats, people = {f.key: f for f in found if isinstance(f, Chat)}, {(f.chat, f.key): f for f in found if isinstance(f, Participant)}
        entries, rejects = entries_of(found), [f for f in found if isinstance(f, Reject)]
        counts = {"chats": len(chats), "participants": len(people), "entries": len(entries), "rejects": len(rejects)}
        wanted = case.expected
        if "records" in wanted["counts"]:
            counts["records"] = len(entries) + len(rejects)
        named = [f"counts.{name} is {counts[name]}, not {number}" for name, number in wanted["counts"].items() if counts[name] != number]
        shown: dict[str, Any] = {
            "chats": list(chats.values()),
            "participants": list(people.values()),
            "entries": entries,
            "rejects": rejects,
        }
        shown |= {
            "problems": [f for f in found if type(f).__name__ == "Problem"],
            "questions": [f for f in found if isinstance(f, Question)],
        }
        shown |= {"shape": found[0], "first": entries[0] if entries else None, "last": entries[-1] if entries else None}
        for name, value in shown.items():
            if name in wanted:
                named += differences(plain(value), wanted[name], at=name)
        assert not named, "\n".join(named)

    def test_shape_comes_first_chats_before_their_people_and_people_before_their_words(self, case: Case) -> None:
        found = self.read(case)
        assert isinstance(found[0], Shape)
        assert 0 <= found[0].confidence <= 1
        chats: set[str] = set()
        people: set[tuple[str, str]] = set()
        begun = False
        for item in found[1:]:
            if isinstance(item, Question):
                assert not begun, "a question after the first chat"
                continue
            assert not isinstance(item, Shape), "a second shape"
            begun = begun or isinstance(item, Chat)
            if isinstance(item, Chat):
                chats.add(item.key)
            elif isinstance(item, Participant):
                assert item.chat in chats
                people.add((item.chat, item.key))
            elif isinstance(item, Run):
                assert item.chat in chats
                assert 0 < len(item.entries) <= ENTRIES_PER_RUN
                assert {entry.author for entry in item.entries} - {None} <= {key for chat, key in people if chat == item.chat}

    def test_whoever_reacted_or_wrote_on_behalf_is_somebody_of_the_chat(self, case: Case) -> None:
        found = self.read(case)
        people = {(f.chat, f.key) for f in found if isinstance(f, Participant)}
        for run in (f for f in found if isinstance(f, Run)):
            for entry in run.entries:
                named = {
                    entry.more.on_behalf_of,
                    *(r.by for r in entry.more.reactions),
                    *(k for r in entry.more.reactions for k in r.known),
                }
                named |= {revision.by for revision in entry.more.revisions}
                assert {(run.chat, key) for key in named if key} <= people

    def test_every_entry_has_a_time_unless_the_source_has_none(self, case: Case) -> None:
        """A source without times for all or some says so: the shape's facts hold `times` ("none", "some")."""
        found = self.read(case)
        assert isinstance(found[0], Shape)
        if found[0].facts.get("times", "all") == "all":
            assert [e for e in entries_of(found) if e.wall_ms is None and e.instant_ms is None] == []

    def test_every_entry_says_where_it_stands(self, case: Case) -> None:
        if self.restores:
            return  # a message of our own was never in a source
        documents = [decoded(content) for content in case.files.values()]
        contents = list(case.files.values())
        for entry in entries_of(self.read(case)):
            assert 0 <= entry.source < len(contents)
            if entry.start is not None:
                assert entry.length is not None
                assert 0 <= entry.start < entry.start + entry.length <= len(contents[entry.source])
            else:
                assert entry.pointer is not None, f"{entry.text[:40]!r} says neither its bytes nor its pointer"
                if documents[entry.source] is not None:
                    resolve(documents[entry.source], entry.pointer)

    def test_spans_lie_within_their_words(self, case: Case) -> None:
        for entry in entries_of(self.read(case)):
            for part in entry.parts:
                if part.type == "words":
                    assert all(0 <= span.start <= span.end <= len(part.text) for span in part.spans), f"{part!r}"

    def test_every_byte_of_a_text_is_accounted_for(self, case: Case) -> None:
        found = self.read(case)
        for place, content in enumerate(case.files.values()):
            ranges = ranges_of(found, place)
            if ranges:
                assert tiles(ranges, len(content)) == "", f"{list(case.files)[place]}: {tiles(ranges, len(content))}"

    def test_reading_again_gives_the_same(self, case: Case) -> None:
        assert self.read(case) == self.read(case)

    @pytest.mark.parametrize("size_bytes", [1, 7, 4093])
    def test_however_the_bytes_come_they_are_read_the_same(self, case: Case, size_bytes: int) -> None:
        assert self.read(case, Piecemeal(case.bundle(), size_bytes=size_bytes)) == self.read(case)

    def test_the_zone_of_the_machine_changes_nothing(self, case: Case) -> None:
        before = self.read(case)
        kept = os.environ.get("TZ")
        try:
            os.environ["TZ"] = "Pacific/Auckland"
            time.tzset()
            assert self.read(case) == before
        finally:
            os.environ.pop("TZ") if kept is None else os.environ.update(TZ=kept)
            time.tzset()

    # -- what it survives ---------------------------------------------------------------------------------------------
    def test_a_source_cut_anywhere_keeps_what_came_before_the_cut(self, case: Case) -> None:
        entries = entries_of(self.read(case))
        for place, (name, content) in enumerate(case.files.items()):
            of_it = [entry for entry in entries if entry.source == place]
            texts = {(e.start, e.length): e.text for e in of_it if e.start is not None and e.length is not None and e.pointer is None}
            records = spans_of(content, {e.pointer for e in of_it if e.pointer is not None})
            for cut in cuts(content):
                found = [entry for entry in entries_of(self.survive_files(case.with_member(name, cut), case)) if entry.source == place]
                if 2 * len(cut) < len(content):
                    continue  # too little to know a shape by
                kept = {(e.start, e.length): e.text for e in found}
                lost = [text for at, text in texts.items() if at[0] + at[1] < len(cut) and kept.get(at) != text]
                left = {e.pointer for e in found}
                lost += [pointer for pointer, end in records.items() if end < len(cut) and pointer not in left]
                assert not lost, f"{name} cut at {len(cut)} of {len(content)}"

    def test_json_that_lacks_only_its_last_bracket_loses_nothing(self, case: Case) -> None:
        before = {(e.source, e.pointer) for e in entries_of(self.read(case)) if e.start is None}
        for name, content in case.files.items():
            if isinstance(decoded(content), list | dict) and before:
                found = self.survive_files(case.with_member(name, content.rstrip()[:-1]), case)
                assert {(e.source, e.pointer) for e in entries_of(found) if e.start is None} >= before, name

    def test_damage_anywhere_raises_nothing_but_a_refusal_at_the_start(self, case: Case) -> None:
        for name, content in case.files.items():
            for damaged in damages(content):
                self.survive_files(case.with_member(name, damaged), case)

    def test_a_zip_that_is_damaged_raises_nothing_but_a_refusal_at_the_start(self, case: Case) -> None:
        packed = zipped(case.files)
        for damaged in damages(packed):
            try:
                bundle = open_bundle(case.bundle_name, io.BytesIO(damaged), size_bytes=len(damaged))
            except RefusedInput:
                continue
            self.survive(bundle, case)

    def test_any_value_may_be_of_any_type_and_its_record_is_an_entry_or_a_reject(self, case: Case) -> None:
        names = list(case.files)
        pointers = {(e.source, e.pointer) for e in entries_of(self.read(case)) if e.start is None}
        for name, at, other, files in changes(case):
            found = self.survive_files(files, case)
            touched = (names.index(name), at)
            if any(source == touched[0] and within(str(pointer), at) for source, pointer in pointers):
                left = {(e.source, e.pointer) for e in entries_of(found)} | {(f.source, f.where) for f in found if isinstance(f, Reject)}
                assert pointers <= left, f"{name} {at} = {other!r:.60}: {pointers - left} are neither entries nor rejects"

    def test_any_value_of_a_line_may_be_of_any_type_and_nothing_of_it_is_lost(self, case: Case) -> None:
        """Of JSON lines, every record that was an entry is an entry or a reject still; of a text, every byte is accounted for."""
        pointers = {(e.source, e.pointer) for e in entries_of(self.read(case)) if e.pointer is not None and e.pointer.count("/") == 1}
        for files in changed_lines(case):
            found = self.survive_files(files, case)
            left = {(e.source, e.pointer) for e in entries_of(found)} | {(f.source, f.where) for f in found if isinstance(f, Reject)}
            lines = {place for place, content in enumerate(files.values()) if decoded(content) is None}
            assert {one for one in pointers if one[0] in lines} <= left
            for place, content in enumerate(files.values()):
                ranges = ranges_of(found, place)
                assert not ranges or tiles(ranges, len(content)) == ""

    def test_memory_does_not_grow_with_the_source(self) -> None:
        case = max((case for case in self.cases() if case.readable), key=lambda case: case.expected["counts"].get("entries", 0))
        entries = entries_of(self.read(case))
        assert entries, "no case has an entry"
        peaks = {}
        for size_bytes in (SMALL_BYTES, LARGE_BYTES):
            name, pieces = repeated(case, entries, size_bytes=size_bytes)
            bundle = _large(case, name, pieces)
            count, peaks[size_bytes] = peak_bytes(partial(self.count, case, bundle))
            assert count >= len(entries), "less was read of more"
        growth = (peaks[LARGE_BYTES] - peaks[SMALL_BYTES]) / (LARGE_BYTES - SMALL_BYTES)
        assert growth <= GROWTH_MAX, f"{growth:.2f} bytes of memory for each byte of source: {peaks}"


def _large(case: Case, name: str, pieces: list[bytes]) -> Bundle:
    def opener(path: str) -> Any:
        return lambda: Stream(pieces) if path == name else Stream([case.files[path]])

    sizes: Iterator[tuple[str, int]] = ((path, sum(map(len, pieces)) if path == name else len(held)) for path, held in case.files.items())
    return ManyBundle(case.bundle_name, [(Member(name=path, size_bytes=size), opener(path)) for path, size in sizes])
