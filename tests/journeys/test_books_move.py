"""An installation moves with its books: what was ruled, what turns were for, what it cost are the same on the other machine."""

import asyncio
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.test_bring_and_leave import archived, differences, installed, opened, restored
from tests.postgres import database, server

from wasl.app import Installation
from wasl.domain.cost import Charge, Cost, Line
from wasl.domain.ids import PersonId
from wasl.domain.purpose import PurposeRecord
from wasl.domain.turn import Settling
from wasl.ports.format import Order, RestoresWork
from wasl.service.calendar import month_at
from wasl.service.shelf import Leaving
from wasl.service.take_out import Wanted
from wasl.service.verify import verify_file
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_scene import CHANNEL, Scene

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([p for p in sys.path if p])}
HELD = {"effect": "hold", "rules": ["wa.ai"], "book": "abc", "reasons": [{"rule": "wa.ai", "en": "No.", "ar": "لا."}]}
WORDS = {"general": "Write a poem", "business": "Do you deliver?"}


async def worked(house: Installation, scene: Scene, *, handle: str, label: Any) -> str:
    """One person writes, is answered, and it costs; gives the turn."""
    work = await scene.leased(WORDS[label], handle=handle)
    (turn,) = work.turns
    purpose = PurposeRecord(
        turn_id=turn.id,
        conversation_id=work.conversation_id,
        person_id=turn.address.person_id,
        channel=CHANNEL,
        at_ms=scene.now,
        episode=turn.id,
        episode_at_ms=scene.now,
        label=label,
        odds=1 / 3,
        served="answered",
        mode="guard",
        output_tokens=50,
        country="EG",
    )
    cost = Cost(Decimal("0.000123456789"), "USD", "card")
    call = replace(scene.usage(), cost=cost)
    closing = replace(scene.closing(work, usage=(call, call)), purposes=(purpose,), verdicts={"guard": HELD, "disclose": {"said": True}})
    await house.store.close_turn(closing)
    charge = Charge(Cost(Decimal("0.0132"), "AED", "wa.eg"), "utility", "EG")
    await house.store.settle(
        Settling(
            delivery_id=closing.deliveries[0].id,
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            state="sent",
            at_ms=scene.now,
            native_id=f"n-{handle}",
            verdict=HELD,
            charge=charge,
        )
    )
    await house.store.standings.disclosed(work.conversation_id, channel=CHANNEL, at_ms=scene.now)
    return str(turn.id)


async def filled(house: Installation) -> list[str]:
    clock = TestClock(now_ms=house.clock.now_ms())
    scene = Scene(store=house.store, clock=clock)
    turns = [await worked(house, scene, handle=f"p{n}", label="general" if n % 5 == 0 else "business") for n in range(12)]
    await house.store.judged.keep_book(digest="abc", records='[{"id":"wa.ai","requires":{"en":"No."}}]', at_ms=scene.now, own="{}")
    await house.store.ledger.write(
        [Line(id=clock.new_id(), at_ms=scene.now, kind="fee", basis="truth", amount=Decimal("9.99"), currency="USD")]
    )
    month = month_at(house.clock.now_ms(), zone=None)
    for one in (await house.proving.figures.queue(CHANNEL, month, rater="amal"))[0][:5]:
        await house.proving.figures.rate(one.turn_id, rater="amal", label="business", note="fine")
    await house.proving.figures.publish(CHANNEL, month)
    return turns


async def told(house: Installation, turns: list[str]) -> dict[str, Any]:
    """What `wasl why`, `wasl cost` and the month's figure tell."""
    month = month_at(house.clock.now_ms(), zone=None)
    by = {name: (await house.reckon.month(by=name)).rows for name in ("channel", "person", "provider", "country", "day")}
    return {
        "why": [await house.store.judged.acts(turn) for turn in turns],
        "book": await house.store.judged.book("abc"),
        "cost": by,
        "figure": await house.proving.figures.figure(CHANNEL, month),
        "trend": await house.proving.figures.trend(CHANNEL, until=month),
        "sample": (await house.proving.figures.queue(CHANNEL, month, rater="badr"))[0],
    }


@pytest.mark.postgres
async def test_what_was_ruled_weighed_and_paid_is_the_same_after_a_move_to_another_database_and_back(tmp_path: Path) -> None:
    async with installed(tmp_path / "one") as one:
        turns = await filled(one)
        before = await told(one, turns)
        assert before["why"][0][0].verdicts["guard"] == HELD
        home = await archived(one, tmp_path / "one.zip")
    with server() as postgres, database(postgres) as url:
        (tmp_path / "two").mkdir()
        (tmp_path / "two" / "empty").touch()
        async with installed(tmp_path / "two", store=url) as two:
            await restored(two, home)
            assert await told(two, turns) == before
            away = await archived(two, tmp_path / "two.zip")
            assert differences(two, home, away) == []
            reader = two.moving.formats["archive"]
            assert isinstance(reader, RestoresWork)
            again = await two.moving.restore_archive.run(home, reader)
            assert (again.counts["work"], again.counts["work here already"] > 60) == (0, True)
            assert await told(two, turns) == before
            await Scene(store=two.store, clock=TestClock(now_ms=two.clock.now_ms())).arrive("and then?", handle="p1")
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / "empty").touch()
    async with installed(tmp_path / "three") as three:
        await restored(three, away)
        assert await told(three, turns) == before
        await archived(three, tmp_path / "three.zip")
        assert (tmp_path / "three.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


async def test_one_persons_archive_holds_what_is_theirs_of_the_books_and_nothing_of_others(tmp_path: Path) -> None:
    async with installed(tmp_path / "one") as one:
        await filled(one)
        (person,) = await one.moving.people.find("p3", limit=9)
        leaving = Leaving(scope="person", people=(PersonId(person.id),))
        with (tmp_path / "p3.zip").open("wb") as out:
            await one.moving.take_out.run(Wanted(leaving=leaving, format="archive", order=Order(scope="person")), out)
        reader = one.moving.formats["archive"]
        assert isinstance(reader, RestoresWork)
        records = list(reader.work(opened(tmp_path / "p3.zip")))
        theirs = {i.conversation_id for i in person.identities}
        assert {r.values["conversation_id"] for r in records} == theirs
        assert {r.kind for r in records} == {"turn", "purpose", "disclosure"}
        assert b"amal" not in zipfile.ZipFile(tmp_path / "p3.zip").read("data/manifest.json")
        assert not [n for n in zipfile.ZipFile(tmp_path / "p3.zip").namelist() if "rating" in n and "work" in n]


async def test_what_is_not_carried_is_named_in_the_manifest_and_by_the_commands(tmp_path: Path) -> None:
    async with installed(tmp_path / "one") as one:
        scene = Scene(store=one.store, clock=TestClock(now_ms=one.clock.now_ms()))
        await scene.arrive("waits")
        await archived(one, tmp_path / "one.zip")
    manifest = json.loads(zipfile.ZipFile(tmp_path / "one.zip").read("data/manifest.json"))
    assert manifest["drops"]["open_turns"] == 1
    assert manifest["drops"]["watched_documents"] == 0
    command = [sys.executable, "-m", "wasl", "verify", "one.zip"]
    run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT)
    assert "questions that wait for their answer (1)" in run.stdout
    assert run.returncode == 0


async def test_a_damaged_line_of_the_books_is_named_and_an_old_archive_says_that_it_has_none(tmp_path: Path) -> None:
    async with installed(tmp_path / "one") as one:
        await filled(one)
        await archived(one, tmp_path / "one.zip")
        formats = one.moving.formats
        with zipfile.ZipFile(tmp_path / "one.zip") as whole, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
            for name in whole.namelist():
                data = whole.read(name)
                bad.writestr(name, data.replace(b'"seq":1', b'"seq":"x"', 1) if name.endswith("turn.jsonl") else data)
        found = await verify_file(opened(tmp_path / "bad.zip"), formats)
        assert any("turn.jsonl:1" in one.where for one in found.findings)
        assert any("differs" in one.what for one in found.findings)
        with zipfile.ZipFile(tmp_path / "one.zip") as whole, zipfile.ZipFile(tmp_path / "old.zip", "w") as old:
            for name in whole.namelist():
                if "/work/" not in name and "sha256.txt" not in name:
                    data = whole.read(name)
                    if name == "data/manifest.json":
                        told_ = json.loads(data)
                        del told_["work"], told_["counts"]["work"]
                        data = json.dumps(told_).encode()
                    old.writestr(name, data)
        assert (await verify_file(opened(tmp_path / "old.zip"), formats)).left is None
        gone = differences(one, opened(tmp_path / "old.zip"), opened(tmp_path / "one.zip"))
        assert {"turn", "call", "purpose", "evidence"} <= {d.kind for d in gone if d.side == "second"}
