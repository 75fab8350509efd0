"""The contract of watched terms, as tests: subclass TermsContract, say how to make the store, and run it with pytest.

The store has them as `terms`; `make_store` is as in `wasl.testing.contracts.stores`.
"""

from dataclasses import replace
from datetime import date
from typing import Protocol, cast

import pytest

from wasl.domain.terms import Change, Clause, Fetch, Judgement, PageMark, RuleRecord, TermsDate, Version, Watched
from wasl.domain.turn import Closing
from wasl.ports.store import Store
from wasl.ports.terms import Terms
from wasl.testing.clock import TestClock
from wasl.testing.contracts.people_scene import PeopleScene
from wasl.testing.contracts.store_made import StoreMade

DOCUMENT = "courier/terms"


class Watching(Protocol):
    """A store that keeps watched terms."""

    @property
    def terms(self) -> Terms: ...


def version(name: str, *, state: str = "", at_ms: int = 1_000, document: str = DOCUMENT) -> Version:
    """Makes a version."""
    return Version(
        id=name, document_id=document, state=state or f"state of {name}", text=f"text of {name}", raw=f"raw of {name}",
        seen_first_ms=at_ms, seen_last_ms=at_ms, stated=date(2026, 3, 4),
    )  # fmt: skip


def change(name: str, *, at_ms: int = 1_000, document: str = DOCUMENT) -> Change:
    """Makes a change with everything that one may hold."""
    clause = Clause(
        sentence="ab12", before="You may.", after="لا يجوز.", heading="use", topics=("ai-use",), weight=2.5, regions_come=("IT",)
    )
    told = Judgement(
        label="material", event="change", topic="ai-use", topics=("ai-use", "privacy"), score=3.5, reason="because", clauses=(clause,),
        dates=(
            TermsDate(day=date(2026, 9, 23), written="September 23, 2026", sentence="Effective."),
            TermsDate(day=None, written="05/06/2026", sentence="x"),
        ),
        links=("https://c.example/preview",),
    )  # fmt: skip
    return Change(id=name, document_id=document, before="one", after=name, at_ms=at_ms, judgement=told, unconfirmed=True)


class TermsContract(StoreMade):
    """Everything that Terms promises."""

    @pytest.fixture
    def terms(self, store: Store) -> Terms:
        return cast(Watching, store).terms

    async def test_how_watching_stands_is_kept_whole_and_replaced(self, terms: Terms) -> None:
        assert await terms.find_watched(DOCUMENT) is None
        one = Watched(
            document_id=DOCUMENT,
            next_ms=5,
            checked_ms=4,
            failures=2,
            problem="403",
            pages=(PageMark(url="https://c.example/", etag='"1"', raw="ab"),),
        )
        await terms.keep_watched(one)
        assert await terms.find_watched(DOCUMENT) == one
        later = replace(one, next_ms=9, failures=0, problem="")
        await terms.keep_watched(later)
        await terms.keep_watched(replace(one, document_id="another/terms"))
        assert [found.document_id for found in await terms.watched()] == ["another/terms", DOCUMENT]
        assert await terms.find_watched(DOCUMENT) == later

    async def test_one_of_two_processes_takes_a_document_that_is_due(self, terms: Terms) -> None:
        await terms.keep_watched(Watched(document_id=DOCUMENT, next_ms=5))
        assert await terms.claim(DOCUMENT, due_ms=5, until_ms=100)
        assert not await terms.claim(DOCUMENT, due_ms=5, until_ms=100)
        found = await terms.find_watched(DOCUMENT)
        assert found is not None
        assert found.next_ms == 100
        assert not await terms.claim("none/such", due_ms=5, until_ms=100)

    async def test_looks_come_back_newest_first_and_a_page_is_kept_byte_for_byte(self, terms: Terms) -> None:
        page = "صفحة <p>".encode() * 100
        for number in range(3):
            fetch = Fetch(
                id=f"f{number}", document_id=DOCUMENT, url="https://c.example/", at_ms=number, status=200, raw="ab" if number == 1 else ""
            )
            await terms.note_fetch(fetch, raw=page if number == 1 else None)
        await terms.note_fetch(Fetch(id="f1", document_id=DOCUMENT, url="other", at_ms=9, status=500))
        found = await terms.fetches(DOCUMENT, limit=2)
        assert [one.id for one in found] == ["f2", "f1"]
        assert found[1].url == "https://c.example/"
        assert await terms.blob("ab") == page
        assert await terms.blob("none") is None

    async def test_a_version_comes_with_its_texts_and_its_change_or_not_at_all(self, terms: Terms) -> None:
        stands = Watched(document_id=DOCUMENT, next_ms=7, current="two")
        await terms.add_version(version("one"), blobs={"text of one": b"hello"}, change=None, watched=None)
        await terms.add_version(version("two", at_ms=2_000), blobs={"text of two": b"bye"}, change=change("c"), watched=stands)
        assert [one.id for one in await terms.versions(DOCUMENT, limit=9)] == ["two", "one"]
        assert await terms.find_version("one") == version("one")
        assert await terms.version_of(DOCUMENT, state="state of two") == version("two", at_ms=2_000)
        assert await terms.version_of("elsewhere", state="state of two") is None
        assert await terms.blob("text of two") == b"bye"
        assert await terms.find_change("c") == change("c")
        assert await terms.find_watched(DOCUMENT) == stands

    async def test_what_a_model_said_is_kept_once(self, terms: Terms) -> None:
        assert await terms.opinion("opinion ab") is None
        await terms.keep_opinion("opinion ab", "جوهري")
        await terms.keep_opinion("opinion ab", "another")
        assert await terms.opinion("opinion ab") == "جوهري"

    async def test_one_state_is_one_version_and_one_change(self, terms: Terms) -> None:
        await terms.add_version(version("one", state="same"), blobs={}, change=change("a"), watched=None)
        await terms.add_version(version("two", state="same"), blobs={}, change=change("b"), watched=None)
        await terms.add_version(version("three", state="same", document="another/terms"), blobs={}, change=None, watched=None)
        assert [one.id for one in await terms.versions(DOCUMENT, limit=9)] == ["one"]
        assert [one.id for one in await terms.changes(limit=9)] == ["a"]

    async def test_when_a_version_was_seen_is_replaced(self, terms: Terms) -> None:
        await terms.add_version(version("one"), blobs={}, change=None, watched=None)
        await terms.keep_version(replace(version("one"), seen_last_ms=9_000, returned_ms=(8_000, 9_000)))
        found = await terms.find_version("one")
        assert found is not None
        assert (found.seen_first_ms, found.seen_last_ms, found.returned_ms) == (1_000, 9_000, (8_000, 9_000))

    async def test_changes_are_found_by_document_state_and_time(self, terms: Terms) -> None:
        for number, document in enumerate((DOCUMENT, "another/terms", DOCUMENT)):
            await terms.add_version(
                version(f"v{number}", document=document),
                blobs={},
                change=change(f"c{number}", at_ms=number, document=document),
                watched=None,
            )
        await terms.keep_change(replace(change("c2", at_ms=2), state="remind", remind_ms=77, note="later", by="Amal"))
        assert [one.id for one in await terms.changes(limit=9)] == ["c2", "c1", "c0"]
        assert [one.id for one in await terms.changes(document_id=DOCUMENT, limit=9)] == ["c2", "c0"]
        assert [one.id for one in await terms.changes(state="new", since_ms=1, limit=9)] == ["c1"]
        assert [one.id for one in await terms.changes(limit=1)] == ["c2"]
        found = await terms.find_change("c2")
        assert found is not None
        assert (found.state, found.remind_ms, found.note, found.by) == ("remind", 77, "later", "Amal")

    async def test_what_went_out_is_summed_by_how_long_its_person_had_been_silent_then(self, store: Store, clock: TestClock) -> None:
        scene, terms = PeopleScene(store, clock), cast(Watching, store).terms
        begun = scene.now
        ada = await self._answered(scene, "ada")
        bob = await self._answered(scene, "bob")
        await clock.advance(26.5 * 3_600)
        await self._told(scene, bob)
        await clock.advance(4 * 3_600)
        await self._told(scene, ada)
        await clock.advance(1)
        await self._answered(scene, "ada", after_seconds=90)
        hour = 3_600_000
        found = {(one.channel, one.silent_ms): one.messages for one in await terms.sent(since_ms=begun)}
        counted = {}
        for silences in ([0], [0, 120_000], [27 * hour, 31 * hour], [None], []):
            counted[str(silences)] = await terms.people_sent(since_ms=begun, channel="line one", silences=silences)
        if not found:
            return  # a store in memory sums no deliveries
        assert found == {("line one", 0): 2, ("line one", 120_000): 1, ("line one", 27 * hour): 1, ("line one", 31 * hour): 1}
        assert list(counted.values()) == [{"": 2}, {"": 2}, {"": 2}, {}, {}]
        assert await terms.people_sent(since_ms=begun, channel="another", silences=[0]) == {}
        assert await terms.sent(since_ms=scene.now + 1_000) == []

    async def _answered(self, scene: PeopleScene, who: str, *, after_seconds: float = 0) -> Closing:
        arrived = await scene.arrive(handle=who)
        await scene.clock.advance(after_seconds)
        return await scene.answers(arrived.conversation_id, "soon")

    async def _told(self, scene: PeopleScene, to: Closing) -> None:
        delivery = scene.delivery(to.deliveries[0].address, text="later")
        await scene.store.say(conversation_id=to.conversation_id, message=scene.message("later"), deliveries=[delivery], now_ms=scene.now)
        work = await scene.claim_one()
        await scene.store.start_sending(delivery_id=delivery.id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=scene.now)
        await scene.settle(work, delivery.id, "sent", native_id=scene.name(), release=True)

    async def test_steps_of_rules_are_only_added(self, terms: Terms) -> None:
        drafted = RuleRecord(
            id="1", rule_id="courier.ai", change_id="c", document_id=DOCUMENT, at_ms=1, act="drafted", toml="[[rule]]", sentences=("ab12",)
        )
        await terms.add_rule(drafted)
        await terms.add_rule(replace(drafted, toml="something else"))
        await terms.add_rule(replace(drafted, id="2", at_ms=2, act="confirmed", by="أمل", note="read twice"))
        await terms.add_rule(replace(drafted, id="0", rule_id="courier.other", at_ms=3))
        assert [(one.id, one.act) for one in await terms.rules(rule_id="courier.ai")] == [("1", "drafted"), ("2", "confirmed")]
        assert [one.rule_id for one in await terms.rules()] == ["courier.ai", "courier.ai", "courier.other"]
        assert (await terms.rules(rule_id="courier.ai"))[0] == drafted
