from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import Letters

from wasl.domain.event import Arrival
from wasl.domain.message import Media, Text
from wasl.domain.person import AddressKey
from wasl.net.blobs import FolderBlobs
from wasl.ports.store import Incoming, Lease
from wasl.service.gather import Gather
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, answer
from wasl.wire.call import Call, Reply


class Pictures(Letters):
    """Letters with pictures: an address that goes stale, and an id that gives the file as well."""

    def fetch(self, media: Media) -> Generator[Call, Reply, bytes]:
        reply = yield Call(method="GET", url=media.url or f"https://letters.test/by-id/{media.native_id}")
        return reply.body


async def gathered(tmp_path: Path, network: ScriptedNetwork, clock: TestClock, media: Media) -> tuple[Any, Any]:
    store, blobs = MemoryStore(clock=clock), FolderBlobs(tmp_path)
    await store.open()
    key = AddressKey(channel="letters", scope="desk", handle="ali", kind="account")
    arrival = Arrival(key="k", address=key, parts=(media,), sent_at_ms=1)
    await store.receive(Incoming(channel="letters", raw=b"", received_at_ms=clock.now_ms(), events=[arrival]))
    (work,) = await store.claim(lease=Lease(owner="t", milliseconds=1000), limit=1, now_ms=clock.now_ms())
    channels: Any = {"letters": Pictures()}
    turns, _ = await Gather(store=store, blobs=blobs, network=network, channels=channels).media(work.turns)
    (part,) = turns[0].parts
    return part, await blobs.get(part.sha256) if part.sha256 else None


async def test_a_file_whose_address_went_stale_is_fetched_by_its_id(tmp_path: Path) -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    network.on("GET", "https://cdn.test/stale", answer(b"", status=403))
    network.on("GET", "https://letters.test/by-id/7", answer(b"picture"))
    part, data = await gathered(tmp_path, network, clock, Media(role="photo", url="https://cdn.test/stale", native_id="7"))
    assert data == b"picture"
    assert part.size_bytes == 7


async def test_a_file_that_nothing_leads_to_any_more_stays_as_it_was_described(tmp_path: Path) -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    network.on("GET", "*", answer(b"", status=403), answer(b"", status=403))
    media = Media(role="photo", url="https://cdn.test/stale", native_id="7")
    part, data = await gathered(tmp_path, network, clock, media)
    assert (part, data) == (media, None)


async def test_files_are_kept_where_they_were_stored_whatever_the_turn_shows_of_them(tmp_path: Path) -> None:
    clock = TestClock()
    network, store, blobs = ScriptedNetwork(clock=clock), MemoryStore(clock=clock), FolderBlobs(tmp_path)
    network.on("GET", "*", answer(b"one"), answer(b"two"))
    await store.open()
    key = AddressKey(channel="letters", scope="desk", handle="ali", kind="account")
    for n in (1, 2):
        media = Media(role="photo", media_type="image/png", native_id=str(n), caption="words", album="a")
        arrival = Arrival(key=f"k{n}", address=key, parts=(media,), sent_at_ms=n)
        await store.receive(Incoming(channel="letters", raw=b"", received_at_ms=clock.now_ms(), events=[arrival]))
    (work,) = await store.claim(lease=Lease(owner="t", milliseconds=1000), limit=1, now_ms=clock.now_ms())
    shown = tuple(replace(part, caption=None) for turn in work.turns for part in turn.parts if isinstance(part, Media))
    whole = replace(work.turns[0], parts=(Text(text="business words"), *shown), joined=work.turns)
    channels: Any = {"letters": Pictures()}
    (turn,), images = await Gather(store=store, blobs=blobs, network=network, channels=channels).media([whole])
    held = [part.sha256 for part in turn.parts if isinstance(part, Media)]
    assert len(images) == len(set(held)) == 2
    stored = [said.parts[0] for said in await store.history(work.conversation_id, limit=9)]
    assert [part.sha256 for part in stored if isinstance(part, Media)] == held
    assert [part.caption for part in stored if isinstance(part, Media)] == ["words", "words"]


async def test_pictures_beyond_what_one_question_may_hold_are_kept_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasl.service.gather.IMAGES_BYTES_MAX", 4)
    clock = TestClock()
    network, store = ScriptedNetwork(clock=clock), MemoryStore(clock=clock)
    network.on("GET", "*", answer(b"one"), answer(b"two"))
    await store.open()
    key = AddressKey(channel="letters", scope="desk", handle="ali", kind="account")
    pictures = tuple(Media(role="photo", media_type="image/png", native_id=n) for n in "12")
    arrival = Arrival(key="k", address=key, parts=pictures, sent_at_ms=1)
    await store.receive(Incoming(channel="letters", raw=b"", received_at_ms=clock.now_ms(), events=[arrival]))
    (work,) = await store.claim(lease=Lease(owner="t", milliseconds=1000), limit=1, now_ms=clock.now_ms())
    channels: Any = {"letters": Pictures()}
    gather = Gather(store=store, blobs=FolderBlobs(tmp_path), network=network, channels=channels)
    (turn,), images = await gather.media(work.turns)
    assert all(part.sha256 for part in turn.parts if isinstance(part, Media))
    assert [image.data for image in images.values()] == [b"one"]
