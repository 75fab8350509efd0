"""The half of the format contract that is about leaving: equal bytes, forward only, and nothing lost that is not named and counted."""

import io
from typing import Any

import pytest

from wasl.domain.archive import Chat, Entry, Participant
from wasl.ports.format import Choices, Found, Order, Progress, Run, Shelf, Writes, Wrote
from wasl.testing.contracts.format_fixtures import Case, plain
from wasl.testing.contracts.format_losses import (
    CHAT_LOSSES,
    LOSSES,
    PART_LOSSES,
    Flat,
    flat,
    is_kept,
    lossy,
    names_of,
    present,
    shown_path,
    worded,
)
from wasl.testing.contracts.format_shelf import rich_shelf
from wasl.testing.contracts.format_under_test import FormatUnderTest
from wasl.testing.shelf import MemoryShelf, shelf_of
from wasl.wire.bundle import Bundle, open_bundle

ORDER = Order(scope="installation", title="Everything · الكل")


class ForwardOnly(io.RawIOBase):
    """An output that can only be written on: asking where it stands, or going back, fails."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        """Says that it can be written."""
        return True

    def write(self, piece: Any) -> int:
        """Takes a piece."""
        self.pieces.append(bytes(piece))
        return len(self.pieces[-1])


class WritesContract(FormatUnderTest):
    """Everything that a format in which conversations leave must keep."""

    def test_it_declares_what_it_is_called_and_what_it_loses(self) -> None:
        form = self.make()
        assert isinstance(form, Writes)
        assert self.format_class.__module__.rsplit(".", 1)[-1] == form.kind, "the module bears the kind's name"
        assert form.title
        assert form.suffix.startswith(".")
        assert "/" in form.media_type
        assert set(form.loses) <= LOSSES, f"words outside the vocabulary of format_losses: {set(form.loses) - LOSSES}"
        assert len(set(form.loses)) == len(form.loses)

    def test_the_same_shelf_gives_the_same_bytes(self) -> None:
        assert self.written(rich_shelf())[0] == self.written(rich_shelf())[0]

    def test_it_ends_with_what_it_wrote_and_tells_every_loss_that_happened(self) -> None:
        _, wrote = self.written(rich_shelf())
        dropped = {one.what: one.number for one in wrote.dropped}
        assert len(dropped) == len(wrote.dropped), "a loss is told twice"
        assert set(dropped) <= set(self.make().loses), "it drops what it does not say it loses"
        assert all(number > 0 for number in dropped.values())
        untold = set(self.make().loses) & present(rich_shelf()) - set(dropped)
        assert not untold, f"lost and not told: {sorted(untold)}"
        assert wrote.counts
        assert all(isinstance(number, int) for number in wrote.counts.values())

    def test_a_shelf_with_nothing_on_it_can_be_written(self) -> None:
        content, wrote = self.written(MemoryShelf())
        assert wrote.dropped == ()
        assert isinstance(content, bytes)

    def test_text_that_looks_like_structure_and_broken_surrogates_can_be_written(self) -> None:
        texts = ("\ud83d", "\x00\x1f", "--- \n# a\n<script>", '","x":1}\n{', "From me\n>From", "\u202e\u2066مرحبا", "")
        shelf = MemoryShelf()
        chat = Chat(key="c", kind="direct", origin="Odd", title='"/../<b>\x00\n')
        person = Participant(chat="c", key="p", names=())
        entries = [
            Entry(author="p", role="user", text=text, wall_ms=at, instant_ms=None, resolution="min") for at, text in enumerate(texts)
        ]
        shelf.put(chat, [person], entries)
        assert self.written(shelf)[0] == self.written(shelf)[0]

    def test_written_and_read_again_everything_is_there_that_is_not_named_as_lost(self) -> None:
        form, shelf = self.make(), rich_shelf()
        if not hasattr(form, "read"):
            pytest.skip("a format that only writes")
        again = self.reread(self.written(shelf)[0])
        chats = [(chat, list(shelf.participants(str(chat.id))), _entries(shelf, chat)) for chat in shelf.chats()]
        found = [(chat, people_of(again, chat), _run_of(again, chat)) for chat in again if isinstance(chat, Chat)]
        assert len(found) == len(chats)
        for (chat, people, entries), (back, known, lines) in zip(chats, found, strict=True):
            self.chat_is_kept(chat, back)
            shown = shown_path(entries, chat) if "branches" in form.loses else set(range(len(entries)))
            wanted = []
            for place, entry in enumerate(entries):
                left, had = lossy(flat(entry, names_of(people)), form.loses)
                wanted.append((left, had or place not in shown or (bool(PART_LOSSES.keys() & set(form.loses)) and not entry.all_parts)))
            got = [worded(flat(entry, names_of(known)), form.loses) for entry in lines]
            assert is_kept(wanted, got), _compared(wanted, got)

    def chat_is_kept(self, chat: Chat, back: Chat) -> None:
        """Compares what is told of a chat."""
        lost = {field for name in self.make().loses for field in CHAT_LOSSES.get(name, ())}
        kept = {"title", "kind", "origin", "created_ms", "updated_ms", "state", "labels", "settings", "extra", "active_leaf"} - lost
        if chat.native_id is not None and "native_id" not in lost:
            kept.add("native_id")
        assert {name: plain(getattr(back, name)) for name in kept} == {name: plain(getattr(chat, name)) for name in kept}

    def test_its_own_sources_come_back_as_they_were(self, case: Case) -> None:
        """Reads, writes and reads again: nothing that could be read is lost, places in the source aside."""
        before = self.read(case)
        after = self.reread(self.written(shelf_of(before))[0])
        assert _placeless(after) == _placeless(before)

    def written(self, shelf: Shelf) -> tuple[bytes, Wrote]:
        """Writes a shelf; the last word must be the only Wrote."""
        out = ForwardOnly()
        told = list(self.make().write(shelf, ORDER, out))
        assert told, "it ended without a word"
        assert isinstance(told[-1], Wrote)
        assert all(isinstance(one, Progress) for one in told[:-1])
        return b"".join(out.pieces), told[-1]

    def reread(self, content: bytes) -> list[Found]:
        """Reads what was written."""
        bundle: Bundle = open_bundle(f"export{self.make().suffix}", io.BytesIO(content), size_bytes=len(content))
        return [found for found in self.make().read(bundle, Choices()) if not isinstance(found, Progress)]


def people_of(found: list[Found], chat: Chat) -> list[Participant]:
    """Gives the participants of a chat in a stream, the last word on each."""
    return list({one.key: one for one in found if isinstance(one, Participant) and one.chat == chat.key}.values())


def _run_of(found: list[Found], chat: Chat) -> list[Entry]:
    return [entry for run in found if isinstance(run, Run) and run.chat == chat.key for entry in run.entries]


def _entries(shelf: Shelf, chat: Chat) -> list[Entry]:
    return [entry for run in shelf.entries(str(chat.id)) for entry in run.entries]


def _placeless(found: list[Found]) -> list[Flat]:
    chats = {one.key: one for one in found if isinstance(one, Chat)}
    out = []
    for chat in chats.values():
        people = people_of(found, chat)
        told = {name: value for name, value in plain(chat).items() if name not in ("key", "id", "source", "pointer")}
        shown = sorted(
            ({name: value for name, value in plain(one).items() if name not in ("chat", "key")} for one in people), key=lambda one: str(one)
        )
        out.append({**told, "participants": shown, "entries": [flat(entry, names_of(people)) for entry in _run_of(found, chat)]})
    return out


def _compared(wanted: list[tuple[Flat, bool]], got: list[Flat]) -> str:
    for place, (want, optional) in enumerate(wanted):
        if not optional and not any(all(one.get(name) == value for name, value in want.items()) for one in got):
            nearest = max(got, key=lambda one: sum(one.get(name) == value for name, value in want.items()), default={})
            differing = {name: (value, nearest.get(name)) for name, value in want.items() if nearest.get(name) != value}
            return f"entry {place} did not come back; (wanted, nearest): {differing}"
    return f"entries came back in another order, or some were added: {len(wanted)} wanted, {len(got)} found"
