"""The contract of troubles, as tests: subclass TroublesContract and say how to make an open, empty store."""

import pytest

from wasl.domain.event import Signal
from wasl.domain.trouble import Gravity
from wasl.ports.store import Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_made import StoreMade
from wasl.testing.contracts.store_scene import Scene


def weigh(channel: str, kind: str, grave: bool) -> Gravity | None:
    """Takes what is grave for grave, and a limit for worth a look."""
    return "grave" if grave else "notice" if kind == "limit" else None


class TroublesContract(StoreMade):
    """Everything that troubles promise, on any store."""

    @pytest.fixture
    def scene(self, store: Store, clock: TestClock) -> Scene:
        """A store, a clock and the people in front of it."""
        return Scene(store, clock)

    async def test_signs_of_a_kind_are_counted_as_one_trouble(self, scene: Scene) -> None:
        troubles = scene.store.troubles
        first = await troubles.note(channel="a", scope="s", kind="error 368", gravity="grave", now_ms=50)
        again = await troubles.note(channel="a", scope="s", kind="error 368", gravity="grave", now_ms=70)
        await troubles.note(channel="a", scope="s", kind="limit", gravity="notice", now_ms=60)
        await troubles.note(channel="b", scope="s", kind="error 368", gravity="grave", now_ms=60)
        assert (again.id, again.times, again.first_ms, again.last_ms) == (first.id, 2, 50, 70)
        assert [(t.channel, t.kind) for t in await troubles.open()] == [("a", "error 368"), ("b", "error 368"), ("a", "limit")]

    async def test_what_is_cleared_is_over_and_the_next_sign_opens_anew(self, scene: Scene) -> None:
        troubles = scene.store.troubles
        first = await troubles.note(channel="a", scope="s", kind="ban", gravity="grave", now_ms=50)
        await troubles.told(first.id, now_ms=55)
        cleared = await troubles.clear(first.id, by="Rima", now_ms=60)
        assert cleared is not None
        assert (cleared.told_ms, cleared.cleared_ms, cleared.cleared_by) == (55, 60, "Rima")
        assert await troubles.clear(first.id, by="Omar", now_ms=61) is None
        assert await troubles.clear("no id", by="Omar", now_ms=61) is None
        assert await troubles.open() == []
        assert await troubles.past(limit=5) == [cleared]
        assert (await troubles.note(channel="a", scope="s", kind="ban", gravity="grave", now_ms=70)).id != first.id


class LiveTroublesContract(TroublesContract):
    """What is made from stored signals: on stores that keep everything in one database."""

    async def test_every_stored_sign_is_noted_once(self, scene: Scene) -> None:
        troubles = scene.store.troubles

        async def signal(key: str, kind: str, *, grave: bool) -> None:
            await scene.receive(Signal(key=key, scope="us", kind=kind, at_ms=scene.now, grave=grave))

        assert await troubles.gather(weigh=weigh, now_ms=scene.now) == 0
        await signal("one", "ban", grave=True)
        await signal("two", "news", grave=False)
        await signal("three", "limit", grave=False)
        assert await troubles.gather(weigh=weigh, now_ms=scene.now) == 2
        assert await troubles.gather(weigh=weigh, now_ms=scene.now) == 0
        await signal("four", "ban", grave=True)
        assert await troubles.gather(weigh=weigh, now_ms=scene.now) == 1
        assert [(t.kind, t.gravity, t.times) for t in await troubles.open()] == [("ban", "grave", 2), ("limit", "notice", 1)]

    async def test_a_cleared_trouble_is_not_opened_by_its_old_signal(self, scene: Scene) -> None:
        troubles = scene.store.troubles
        await scene.receive(Signal(key="one", scope="us", kind="ban", at_ms=scene.now, grave=True))
        await troubles.gather(weigh=weigh, now_ms=scene.now)
        (trouble,) = await troubles.open()
        await troubles.clear(trouble.id, by="Rima", now_ms=scene.now)
        await troubles.gather(weigh=weigh, now_ms=scene.now)
        assert await troubles.open() == []
