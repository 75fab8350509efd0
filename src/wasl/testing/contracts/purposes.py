"""The contract of purposes, as tests: subclass PurposesContract, say how to make the store, run it.

The store has them as `purposes`; `make_store` and `clock` are as in `wasl.testing.contracts.stores`.
"""

import asyncio
from dataclasses import replace
from typing import Any, Protocol, cast

import pytest

from wasl.domain.days import DAY_MS
from wasl.domain.errors import Fenced, Malformed
from wasl.domain.ids import PersonId, TurnId
from wasl.domain.purpose import BLUR_MS, PurposeRating, PurposeRecord, PurposeWords, Redirect
from wasl.domain.turn import Work
from wasl.ports.purposes import NOTE_CHARACTERS_MAX, Purposes
from wasl.ports.store import Store
from wasl.testing.contracts.people_scene import PeopleFixtures, PeopleScene

LINE = "line one"


class Weighed(Protocol):
    """A store that keeps purposes."""

    @property
    def purposes(self) -> Purposes: ...


def record(work: Work, *, at_ms: int, **changed: Any) -> PurposeRecord:
    """A record of the first turn of a lease."""
    turn = work.turns[0]
    made = PurposeRecord(
        turn_id=turn.id,
        conversation_id=work.conversation_id,
        person_id=turn.address.person_id,
        channel=turn.address.key.channel,
        at_ms=at_ms,
        episode=turn.id,
        episode_at_ms=at_ms,
        label="business",
        odds=2.25,
        served="answered",
        mode="guard",
        reply_label="business",
        reply_odds=1.5,
        input_tokens=30,
        output_tokens=12,
        scope_version="a1",
        classifier_version="c1",
        band_low=-1.0,
        band_high=1.0,
        language="ar",
        country="EG",
    )
    return replace(made, **changed)


class PurposesContract(PeopleFixtures):
    """Everything that Purposes promises."""

    @pytest.fixture
    def purposes(self, store: Store) -> Purposes:
        """The purposes under test."""
        return cast(Weighed, store).purposes

    async def closes(self, scene: PeopleScene, who: str, **changed: Any) -> PurposeRecord:
        """Somebody writes and is answered, with a record of what it was for."""
        await scene.writes("how much is bread?", at=who)
        work = await scene.claim_one()
        kept = record(work, at_ms=scene.now, **changed)
        closing = replace(scene.closing(work), purposes=(kept,))
        await scene.store.close_turn(closing)
        await scene.settle(work, closing.deliveries[0].id, "sent", native_id=scene.name(), release=True)
        return kept

    async def everything(self, purposes: Purposes, **given: Any) -> list[PurposeRecord]:
        """All records of the line."""
        return list(await purposes.records(channel=LINE, since_ms=0, until_ms=1 << 50, **given))

    async def test_a_record_comes_with_the_commit_that_closes_its_turn_and_reads_as_it_was_written(
        self, scene: PeopleScene, purposes: Purposes
    ) -> None:
        one = await self.closes(scene, "ada")
        other = await self.closes(
            scene, "bea", label="mixed", general_share=0.4, judge="changed", judge_label="business", served="part", reply_label=None,
            reply_odds=None, inherited=True,
        )  # fmt: skip
        assert await self.everything(purposes) == [one, other]
        assert await self.everything(purposes, judge="changed") == [other]
        assert await self.everything(purposes, judge="none") == [one]
        assert await self.everything(purposes, after=one) == [other]
        assert await self.everything(purposes, limit=1) == [one]

    async def test_a_closing_that_is_fenced_leaves_no_record(self, scene: PeopleScene, purposes: Purposes) -> None:
        work = await scene.leased()
        closing = replace(scene.closing(work, epoch=work.epoch - 1), purposes=(record(work, at_ms=scene.now),))
        with pytest.raises(Fenced):
            await scene.store.close_turn(closing)
        assert await self.everything(purposes) == []

    async def test_the_newest_records_of_a_conversation_on_a_channel_are_found(self, scene: PeopleScene, purposes: Purposes) -> None:
        first = await self.closes(scene, "ada")
        assert first.conversation_id is not None
        await scene.clock.advance(60)
        second = await self.closes(scene, "ada", label="general", episode=first.turn_id, episode_at_ms=first.at_ms)
        await self.closes(scene, "bea")
        assert await purposes.recent(first.conversation_id, channel=LINE, limit=9) == [second, first]
        assert await purposes.recent(first.conversation_id, channel=LINE, limit=1) == [second]
        assert await purposes.recent(first.conversation_id, channel="line two", limit=9) == []

    async def test_a_month_is_counted_by_label_and_service_without_its_neighbours(self, scene: PeopleScene, purposes: Purposes) -> None:
        await self.closes(scene, "ada", label="general", served="redirected", output_tokens=0)
        start = scene.now
        await scene.clock.advance(0.5)
        await self.closes(scene, "ada")
        await self.closes(scene, "bea")
        await self.closes(scene, "cem", label="mixed", served="part", general_share=0.25, output_tokens=40)
        await scene.clock.advance(0.5)
        end = scene.now
        await self.closes(scene, "dan")
        found = {(c.label, c.served): c for c in await purposes.counts(channel=LINE, since_ms=start + 1, until_ms=end)}
        assert {k: v.turns for k, v in found.items()} == {("business", "answered"): 2, ("mixed", "part"): 1}
        assert found["mixed", "part"].general_shares == 0.25
        assert found["mixed", "part"].output_tokens == 40
        assert found["business", "answered"].output_tokens == 24
        assert await purposes.channels(since_ms=start, until_ms=end) == [LINE]
        assert await purposes.channels(since_ms=0, until_ms=1) == []

    async def test_ratings_are_added_and_never_replaced(self, scene: PeopleScene, purposes: Purposes) -> None:
        kept = await self.closes(scene, "ada")
        one = PurposeRating(id=scene.name(), turn_id=kept.turn_id, rater="mona", label="general", at_ms=scene.now, note="a poem")
        other = replace(one, id=scene.name(), rater="omar", label="business", at_ms=scene.now + 1, note="")
        await purposes.rate(one)
        await purposes.rate(other)
        await purposes.rate(replace(one, label="business"))
        assert await purposes.ratings(channel=LINE, since_ms=0, until_ms=1 << 50) == [one, other]
        assert await purposes.ratings(channel="line two", since_ms=0, until_ms=1 << 50) == []

    async def test_a_rating_of_nothing_or_with_a_novel_is_refused(self, scene: PeopleScene, purposes: Purposes) -> None:
        kept = await self.closes(scene, "ada")
        rating = PurposeRating(id=scene.name(), turn_id=TurnId(scene.name()), rater="mona", label="general", at_ms=scene.now)
        with pytest.raises(Malformed, match="no record"):
            await purposes.rate(rating)
        with pytest.raises(Malformed, match="no id"):
            await purposes.rate(replace(rating, turn_id=TurnId("'; drop table purpose")))
        with pytest.raises(Malformed, match="shorten"):
            await purposes.rate(replace(rating, turn_id=kept.turn_id, note="x" * (NOTE_CHARACTERS_MAX + 1)))

    def redirect(self, kept: PurposeRecord, **changed: Any) -> Redirect:
        """A redirect of a turn."""
        made = Redirect(
            turn_id=kept.turn_id, conversation_id=kept.conversation_id, person_id=kept.person_id, channel=kept.channel, at_ms=kept.at_ms
        )
        return replace(made, **changed)

    async def test_a_person_is_pointed_elsewhere_once_a_day_however_many_ask(self, scene: PeopleScene, purposes: Purposes) -> None:
        kept = await self.closes(scene, "ada")
        wanted = [self.redirect(kept, turn_id=TurnId(scene.name())) for _ in range(5)]
        told = await asyncio.gather(*(purposes.take_redirect(w, people=[kept.person_id], quiet_ms=DAY_MS) for w in wanted))
        assert sum(told) == 1
        won = wanted[told.index(True)]
        assert await purposes.take_redirect(won, people=[kept.person_id], quiet_ms=DAY_MS)
        assert await purposes.redirects(channel=LINE, since_ms=0, until_ms=1 << 50) == [won]
        later = self.redirect(kept, turn_id=TurnId(scene.name()), at_ms=kept.at_ms + DAY_MS)
        joined = PersonId(scene.name())
        assert not await purposes.take_redirect(
            replace(later, person_id=joined, at_ms=later.at_ms - 1), people=[joined, kept.person_id], quiet_ms=DAY_MS
        )
        assert await purposes.take_redirect(later, people=[kept.person_id], quiet_ms=DAY_MS)

    async def test_a_redirect_is_followed_once(self, scene: PeopleScene, purposes: Purposes) -> None:
        kept = await self.closes(scene, "ada")
        sent = self.redirect(kept)
        assert await purposes.take_redirect(sent, people=[], quiet_ms=DAY_MS)
        assert await purposes.follow(kept.turn_id, at_ms=scene.now + 5, channel="line two")
        assert not await purposes.follow(kept.turn_id, at_ms=scene.now + 9, channel="line three")
        assert not await purposes.follow(TurnId(scene.name()), at_ms=scene.now, channel="line two")
        (found,) = await purposes.redirects(channel=LINE, since_ms=0, until_ms=1 << 50)
        assert (found.followed_ms, found.followed_on) == (scene.now + 5, "line two")

    async def test_an_erased_person_stays_as_a_count_of_nobody(self, scene: PeopleScene, purposes: Purposes) -> None:
        first = await self.closes(scene, "ada")
        await scene.clock.advance(1_000)
        second = await self.closes(scene, "ada", label="general", episode=first.turn_id, episode_at_ms=first.at_ms)
        await purposes.rate(
            PurposeRating(id=scene.name(), turn_id=first.turn_id, rater="mona", label="general", at_ms=scene.now, note="Ada asks")
        )
        await purposes.take_redirect(self.redirect(second), people=[], quiet_ms=DAY_MS)
        other = await self.closes(scene, "bea")
        assert first.conversation_id is not None
        await scene.erase(first.conversation_id)

        left = [r for r in await self.everything(purposes) if r != other]
        assert {(r.label, r.served, r.output_tokens) for r in left} == {("business", "answered", 12), ("general", "answered", 12)}
        assert len({r.person_id for r in left}) == 1
        assert len({r.episode for r in left}) == 1
        assert all(r.conversation_id is None and r.at_ms % BLUR_MS == 0 for r in left)
        (sent,) = await purposes.redirects(channel=LINE, since_ms=0, until_ms=1 << 50)
        old = {first.turn_id, second.turn_id, first.person_id, first.conversation_id}
        assert old.isdisjoint(x for r in left for x in (r.turn_id, r.person_id, r.episode))
        assert old.isdisjoint({sent.turn_id, sent.person_id, sent.conversation_id})
        (rating,) = await purposes.ratings(channel=LINE, since_ms=0, until_ms=1 << 50)
        assert (rating.note, rating.label) == ("", "general")
        assert rating.turn_id in {r.turn_id for r in left}
        assert await purposes.recent(first.conversation_id, channel=LINE, limit=9) == []

    async def test_words_that_are_too_old_part_from_their_records(self, scene: PeopleScene, purposes: Purposes) -> None:
        kept = await self.closes(scene, "ada")
        await scene.clock.advance(100)
        await scene.people.retire(channel=None, before_ms=scene.now, limit=100)
        (left,) = await self.everything(purposes)
        assert left == replace(kept, conversation_id=None)
        assert kept.conversation_id is not None
        await scene.erase(kept.conversation_id)
        (left,) = await self.everything(purposes)
        assert left.person_id != kept.person_id


class PurposeWordsContract(PurposesContract):
    """What a store promises beside whose turns stand in the same tables."""

    async def test_who_rates_reads_the_words_until_they_are_gone(self, scene: PeopleScene, purposes: Purposes) -> None:
        kept = await self.closes(scene, "ada")
        nobody = TurnId(scene.name())
        assert await purposes.words([nobody, kept.turn_id]) == [
            PurposeWords(turn_id=kept.turn_id, question="how much is bread?", reply="answer")
        ]
        assert not await purposes.names(nobody)
        assert not await purposes.names(kept.turn_id)
        await scene.receive(scene.arrival("I am here", address=scene.key("bea", kind="account"), author_name="Beatrice"))
        named = await scene.claim_one()
        assert list(await purposes.names(named.turns[0].id)) == ["Beatrice"]
        assert kept.conversation_id is not None
        await scene.erase(kept.conversation_id)
        (left,) = await self.everything(purposes)
        assert not await purposes.names(left.turn_id)
        assert await purposes.words([kept.turn_id, left.turn_id]) == []
