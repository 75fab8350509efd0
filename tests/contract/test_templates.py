"""Every store keeps what platforms say of templates: the newest word holds, whoever brought it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.stores import made_on

from wasl.domain.event import Signal
from wasl.domain.listing import ListedTemplate
from wasl.ports.store import Incoming
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    clock = TestClock()
    made: Any = await made_on(request.param, request, tmp_path, clock)
    yield made
    await made.close()


def template(name: str, status: str = "approved", **values: Any) -> ListedTemplate:
    told = {"language": "en", "category": "utility", "carries": True, "characters_max": 900}
    return ListedTemplate(**{"name": name, "status": status, **told, **values})


async def statuses(store: Any, channel: str = "line") -> dict[str, str]:
    return {one.name: one.status for one in (await store.templates.listed(channel)).get(channel, ())}


async def test_a_list_replaces_what_was_known_and_names_what_is_gone(store: Any) -> None:
    lists = store.templates
    assert await lists.listed_ms("line") is None
    await lists.put("line", [template("a"), template("b", "pending")], at_ms=100)
    await lists.put("other", [template("a", "rejected")], at_ms=100)
    assert await statuses(store) == {"a": "approved", "b": "pending"}
    await lists.put("line", [template("b", category="marketing", carries=False, characters_max=7)], at_ms=200)
    assert await statuses(store) == {"a": "gone", "b": "approved"}
    (_, b) = (await lists.listed("line"))["line"]
    assert b == template("b", category="marketing", carries=False, characters_max=7, told_ms=200)
    assert await lists.listed_ms("line") == 200
    assert {channel: len(found) for channel, found in (await lists.listed()).items()} == {"line": 2, "other": 1}


async def test_the_newest_word_on_one_holds_and_leaves_the_rest_as_it_was(store: Any) -> None:
    lists = store.templates
    await lists.put("line", [template("a")], at_ms=100)
    assert await lists.tell("line", ListedTemplate(name="a", language="en", status="paused", told_ms=150, listed=False))
    assert not await lists.tell("line", ListedTemplate(name="a", language="en", status="paused", told_ms=160, listed=False))
    assert not await lists.tell("line", ListedTemplate(name="a", language="en", status="approved", told_ms=120, listed=False))
    (a,) = (await lists.listed("line"))["line"]
    assert (a.status, a.told_ms, a.carries, a.characters_max, a.listed) == ("paused", 150, True, 900, True)
    await lists.put("line", [template("a")], at_ms=140)
    assert await statuses(store) == {"a": "paused"}, "the list was read before the word came"
    await lists.put("line", [template("a")], at_ms=300)
    assert await statuses(store) == {"a": "approved"}


async def test_stored_signals_tell_once_and_in_their_order(store: Any) -> None:
    def news(channel: str, kind: str, detail: Mapping[str, Any]) -> ListedTemplate | None:
        return template(str(detail["name"]), kind, listed=False) if channel == "line" and "name" in detail else None

    events = [
        Signal(key=f"s{n}", scope="x", kind=kind, at_ms=at, grave=False, detail={"name": "a"})
        for n, (kind, at) in enumerate([("paused", 1_000), ("approved", 2_000)])
    ]
    events.append(Signal(key="else", scope="x", kind="account", at_ms=5, grave=False, detail={}))
    await store.receive(Incoming(channel="line", raw=b"{}", received_at_ms=3_000, events=events))
    now = 10_000_000_000_000
    if isinstance(store, MemoryStore):  # it keeps signals elsewhere, and finds none
        assert await store.templates.gather(news, now_ms=now) == 0
        return
    assert await store.templates.gather(news, now_ms=now) == 2
    assert await statuses(store) == {"a": "approved"}
    assert await store.templates.gather(news, now_ms=now) == 0
