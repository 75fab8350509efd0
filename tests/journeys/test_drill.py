"""A loss is rehearsed with the real code: a provider's, also in the middle of its streams, a channel's ban, both at once, the database's.

The shadow is composed as it is served; nothing but this process answers.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import empty

from wasl.app import compose
from wasl.config import Settings
from wasl.domain.errors import SettingWrong
from wasl.domain.event import Arrival
from wasl.domain.exposure import Fault
from wasl.domain.identity import LinkRecord
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.net.clock import SystemClock
from wasl.ports.network import Network
from wasl.ports.store import Store
from wasl.running import Installation
from wasl.service.lossy import Loss, Lossy
from wasl.testing.stand_ins import StandIns

PEOPLE = 6
PATIENT = {"turn_seconds": 60.0, "first_token_seconds": 20.0, "silence_seconds": 20.0, "whole_seconds": 20.0}
"""A busy machine is no silent provider; where silence is the subject, HASTY is."""
HASTY = {"turn_seconds": 40.0, "first_token_seconds": 1.5, "silence_seconds": 1.5, "whole_seconds": 1.5}
HOSTS = {"graph.facebook.com": "whatsapp", "api.telegram.org": "telegram"}


def settings(folder: Path, **more: Any) -> Settings:
    return Settings.model_validate(
        {
            "data": folder,
            "channels": {
                "whatsapp": {
                    "phone_number_id": "1", "business_account_id": "2", "access_token": "t", "app_secret": "s", "verify_token": "v",
                },
                "telegram": {"token": "1:abc"},
            },
            "providers": {
                "first": {"kind": "openai_chat", "key": "sk-first"},
                "second": {"kind": "anthropic", "key": "sk-second"},
            },
            "candidates": [{"provider": "first", "model": "gpt-first"}, {"provider": "second", "model": "claude-second"}],
            "deployment": {"home_region": "EG", "billing": True},
            "routing": PATIENT,
            **more,
        }
    )  # fmt: skip


@asynccontextmanager
async def living(folder: Path, **more: Any) -> AsyncIterator[Installation]:
    """An installation in which some people asked something, the first two of whom linked both channels."""
    clock = SystemClock()
    played = StandIns(clock=clock, models=["gpt-first", "claude-second"], platforms=HOSTS)
    installation = compose(settings(folder, **more), around=lambda store, network: (store, played))
    async with installation.opened():
        for n in range(PEOPLE):
            name = "whatsapp" if n < 4 else "telegram"
            handle = f"20100123456{n}" if n < 4 else str(1000 + n)
            await say(installation, name, handle, f"When are you open on day {n}?")
        await answers(installation, PEOPLE)
        yield installation


async def say(installation: Installation, name: str, handle: str, words: str) -> None:
    key = AddressKey(channel=name, scope="1", handle=handle, kind="phone" if name == "whatsapp" else "account")
    arrival = Arrival(key=installation.clock.new_id(), address=key, parts=(Text(text=words),), sent_at_ms=installation.clock.now_ms())
    await installation.receive.events(name, raw=b"{}", events=[arrival])


async def link(installation: Installation, one: str, other: str) -> None:
    places = []
    for name, handle in (("whatsapp", one), ("telegram", other)):
        found = await installation.store.find_address(
            AddressKey(channel=name, scope="1", handle=handle, kind="phone" if name == "whatsapp" else "account")
        )
        assert found is not None
        places.append(found[1])
    now = installation.clock.now_ms()
    record = LinkRecord(id=installation.clock.new_id(), one=places[0], other=places[1], proof="code", by="person", at_ms=now)
    await installation.store.people.link(link=record, now_ms=now)


async def drilled(installation: Installation, *lost: str, how: Fault = "disabled") -> dict[str, Any]:
    drill = await installation.rehearse.in_shadow(lost, how=how, for_seconds=600)
    kept = await installation.drilling.kept.drills.find(drill.id)
    assert kept is not None
    assert kept.report == drill.report
    assert kept.ended_ms is not None
    return dict(drill.report)


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would leave the machine breaks the test."""

    async def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("something would have left the machine")

    monkeypatch.setattr("wasl.net.http.HttpNetwork._send", refuse)


@pytest.mark.parametrize("how", ["refused", "disabled", "throttled"])
async def test_when_a_provider_is_lost_the_next_one_answers_everybody(tmp_path: Path, how: Fault) -> None:
    async with living(tmp_path) as installation:
        told = await drilled(installation, "openai", how=how)
    assert told["usual"]["answered_by"] == {"gpt-first": PEOPLE}
    assert told["answered_by"] == {"claude-second": PEOPLE}
    assert (told["asked"], told["answered"], told["unanswered"], told["stored_for_later"]) == (PEOPLE, PEOPLE, 0, 0)
    assert any("echo" in words for words in told["stand_ins"])
    assert told["cost"]["seen"]["tokens"] > 0


async def test_when_a_provider_falls_silent_people_wait_no_longer_than_the_limits_say(tmp_path: Path) -> None:
    async with living(tmp_path, routing=HASTY) as installation:
        told = await drilled(installation, "openai", how="silence")
    assert told["answered_by"] == {"claude-second": PEOPLE}
    assert 500 < told["delay_worst_ms"] < 15_000


async def test_when_both_providers_are_lost_nobody_is_answered_and_nothing_is_lost(tmp_path: Path) -> None:
    async with living(tmp_path, routing={"turn_seconds": 3.0}) as installation:
        installation.rehearse.play.patience_seconds = 4.0
        told = await drilled(installation, "openai", "anthropic", how="refused")
    assert (told["answered"], told["unanswered"]) == (0, PEOPLE)


async def test_when_a_channel_is_banned_its_answers_are_stored_and_the_others_go_out(tmp_path: Path) -> None:
    async with living(tmp_path) as installation:
        await link(installation, "201001234560", "1004")
        told = await drilled(installation, "whatsapp")
    assert told["usual"]["stored_for_later"] == 0
    assert (told["answered"], told["not_delivered"]) == (PEOPLE, 0)
    assert told["stored_for_later"] + told["told_elsewhere"] == 4  # whoever linked and wrote elsewhere meanwhile is told there
    assert told["told_elsewhere"] in (0, 1)
    assert told["could_be_told_elsewhere"] == 1


async def test_when_a_channel_and_a_provider_are_lost_at_once_the_rest_goes_on(tmp_path: Path) -> None:
    async with living(tmp_path) as installation:
        told = await drilled(installation, "whatsapp", "openai")
    assert told["answered_by"] == {"claude-second": PEOPLE}
    assert told["stored_for_later"] == 4
    assert told["lost"] == ["whatsapp", "openai"]


async def test_when_the_database_is_away_platforms_send_again_and_everybody_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wasl.service.play_shadow.AWAY_SECONDS", 1.5)
    async with living(tmp_path) as installation:
        told = await drilled(installation, "database-primary")
    assert told["turned_away"] >= PEOPLE
    assert (told["answered"], told["unanswered"]) == (PEOPLE, 0)


@pytest.mark.postgres
async def test_what_was_asked_on_postgresql_is_rehearsed_beside_it(tmp_path: Path, postgres_url: str) -> None:
    await empty(postgres_url)
    async with living(tmp_path, store=postgres_url) as installation:
        await link(installation, "201001234560", "1004")
        told = await drilled(installation, "whatsapp", "openai")
        assert len(await installation.drilling.kept.exposure.outcomes(since_ms=0, until_ms=1 << 47, limit=100)) == PEOPLE
    assert told["answered_by"] == {"claude-second": PEOPLE}
    assert told["stored_for_later"] + told["told_elsewhere"] == 4
    assert told["could_be_told_elsewhere"] == 1


async def test_a_drill_changes_nothing_of_what_is_real(tmp_path: Path) -> None:
    async with living(tmp_path) as installation:
        await asyncio.sleep(0.5)  # the last deliveries settle
        before = await installation.store.backlog(now_ms=installation.clock.now_ms())
        await drilled(installation, "openai")
        after = await installation.store.backlog(now_ms=installation.clock.now_ms())
        assert (before.turns, before.deliveries) == (after.turns, after.deliveries)
        assert installation.ask.states() == {"gpt-first": "closed", "claude-second": "closed"}


async def test_a_drill_is_compared_with_the_last_one_of_the_same_loss(tmp_path: Path) -> None:
    async with living(tmp_path) as installation:
        first = await drilled(installation, "whatsapp")
        await say(installation, "telegram", "2000", "And on Friday?")
        second = await drilled(installation, "whatsapp")
    assert first["since_last"] == {}
    assert second["since_last"]["stored_for_later"] == [round(4 / 6, 4), round(4 / 7, 4)]


async def test_what_cannot_be_lost_here_is_said_before_anything_is_done(tmp_path: Path) -> None:
    async with living(tmp_path) as installation:
        for name, said in (("gemini", "does not stand on 'gemini'"), ("host", "cannot be rehearsed here")):
            with pytest.raises(SettingWrong, match=said):
                await installation.rehearse.in_shadow([name], how="refused", for_seconds=600)
        assert await installation.drilling.kept.drills.past(limit=5) == []


async def test_the_season_rehearses_what_is_due_and_then_rests(tmp_path: Path) -> None:
    async with living(tmp_path, drills={"lose": ["openai"], "every_days": 90}) as installation:
        first = await installation.rehearse.in_season()
        assert first is not None
        assert first.lost == ("openai",)
        assert await installation.rehearse.in_season() is None


# -- live -----------------------------------------------------------------------------------------------------------------------
@asynccontextmanager
async def answering(folder: Path, losses: Callable[[], list[Loss]] = list) -> AsyncIterator[tuple[Installation, StandIns]]:
    """An installation at work, on a network that is played here."""
    clock = SystemClock()
    played = StandIns(clock=clock, models=["gpt-first", "claude-second"], platforms=HOSTS, word_seconds=0.02)

    def around(store: Store, network: Network) -> tuple[Store, Network]:
        return store, Lossy(played, losses=losses, clock=clock)

    installation = compose(settings(folder, routing={**PATIENT, "stream": "always"}), around=around)
    async with installation.opened():
        working = asyncio.create_task(installation.worker.run())
        try:
            yield installation, played
        finally:
            await installation.worker.stop(grace_seconds=2.0)
            working.cancel()


async def answers(installation: Installation, wanted: int) -> list[str | None]:
    for _ in range(400):
        found = await installation.drilling.kept.exposure.outcomes(since_ms=0, until_ms=1 << 47, limit=100)
        if sum(o.state == "answered" for o in found) >= wanted:
            return [o.answered_by for o in found]
        await asyncio.sleep(0.05)
    raise AssertionError("not everybody was answered")


async def test_a_provider_lost_in_the_middle_of_its_stream_leaves_one_whole_answer_by_the_next(tmp_path: Path) -> None:
    lost: list[Loss] = []
    async with answering(tmp_path, lambda: lost) as (installation, _):
        await say(installation, "telegram", "1", "Tell me a long story about " + "words " * 200)
        await asyncio.sleep(0.5)  # the first one is speaking: a word every 20 ms
        assert (await installation.drilling.kept.exposure.outcomes(since_ms=0, until_ms=1 << 47, limit=5))[0].state == "due"
        lost.append(Loss(of="openai", hosts=("api.openai.com",), how="refused"))
        assert await answers(installation, 1) == ["claude-second"]
        (turn,) = await installation.drilling.kept.exposure.asked(before_ms=1 << 47, limit=1)
        said = await installation.store.messages_after(turn.conversation_id, seq=1, limit=5)
        assert len(said) == 1
        text = "".join(p.text for p in said[0].parts if isinstance(p, Text))
        assert text.count("Your message arrived") == 1
        assert "claude-second" in text


async def test_a_live_drill_takes_candidates_away_and_gives_them_back(tmp_path: Path) -> None:
    async with answering(tmp_path) as (installation, _):
        await say(installation, "telegram", "1", "before")
        assert await answers(installation, 1) == ["gpt-first"]
        running = asyncio.create_task(installation.rehearse.live(["openai"], how="disabled", for_seconds=60))
        while not installation.drilling.watch.losses():
            await asyncio.sleep(0.05)
            await installation.drilling.watch.look(forgive=installation.ask.forgive)
        await installation.drilling.watch.look(forgive=installation.ask.forgive)
        await say(installation, "telegram", "2", "during")
        assert await answers(installation, 2) == ["gpt-first", "claude-second"]
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        (drill,) = await installation.drilling.kept.drills.past(limit=1)
        assert drill.report["interrupted"] is True
        assert drill.report["answered_by"] == {"claude-second": 1}
        await installation.drilling.watch.look(forgive=installation.ask.forgive)
        assert installation.ask.states()["gpt-first"] == "closed", "nothing is held against who was taken away"
        await say(installation, "telegram", "3", "after")
        assert (await answers(installation, 3))[-1] == "gpt-first"


async def test_a_live_drill_whose_runner_died_ends_by_itself(tmp_path: Path) -> None:
    async with answering(tmp_path) as (installation, _):
        now = installation.clock.now_ms()
        from wasl.domain.exposure import Drill

        left = Drill(
            id=installation.clock.new_id(), mode="live", lost=("openai",), how="refused", candidates=("gpt-first",),
            started_ms=now, until_ms=now + 700,
        )  # fmt: skip
        await installation.drilling.kept.drills.put(left)
        await installation.drilling.watch.look(forgive=installation.ask.forgive)
        assert [loss.of for loss in installation.drilling.watch.losses()] == ["openai"]
        await asyncio.sleep(0.8)
        assert installation.drilling.watch.losses() == []


async def test_a_live_drill_that_would_leave_nobody_to_answer_is_refused(tmp_path: Path) -> None:
    async with answering(tmp_path) as (installation, _):
        for names, said in (
            (["openai", "anthropic"], "no candidate would be left"),
            (["whatsapp"], "on routing only"),
            (["database-primary"], "on routing only"),
        ):
            with pytest.raises(SettingWrong, match=said):
                await installation.rehearse.live(names, how="refused", for_seconds=1)
        assert await installation.drilling.kept.drills.past(limit=5) == []
