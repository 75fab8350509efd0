"""Watching terms, over a real network on loopback: what is told, what is not, and what never becomes a version."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.courier import CLAUSES, DAY, DECLARED, FRENCH, HOUR, NAME, QuickClock, Scene, page, pdf, with_exception
from tests.site import endless, halved, serving, silent

from wasl.net.http import HttpNetwork
from wasl.store.sqlite import SqliteStore
from wasl.terms.declaration import read_declarations


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = QuickClock()
    store = SqliteStore(tmp_path / "wasl.db", clock=clock)
    await store.open()
    network = HttpNetwork()
    async with serving() as site:
        site.page("/terms", page())
        yield Scene(site, clock, store, network)
        await network.close()
    await store.close()


async def test_the_first_record_is_a_baseline_and_tells_nobody(scene: Scene) -> None:
    assert (await scene.look(scene.watch())).outcome == "first"
    assert scene.told == []
    assert len(await scene.versions()) == 1


async def test_we_say_who_we_are_and_ask_robots_first(scene: Scene) -> None:
    await scene.look(scene.watch())
    assert [one.path for one in scene.site.asked] == ["/robots.txt", "/terms"]
    assert {one.headers["user-agent"] for one in scene.site.asked} == {"Wasl/1 (+mailto:a@b.example)"}


async def test_a_change_is_told_once_it_was_seen_twice_an_hour_apart(scene: Scene) -> None:
    watch = scene.watch()
    await scene.look(watch)
    scene.site.page("/terms", with_exception("Italy"))
    assert (await scene.look(watch, DAY)).outcome == "waiting"
    assert (await scene.look(watch, HOUR / 2)).outcome == "waiting"
    assert scene.told == []
    found = await scene.look(watch, HOUR)
    assert found.outcome == "changed"
    assert [one.kind for one in scene.told] == ["change"]
    change = scene.told[0].change
    assert change is not None
    assert (change.judgement.label, change.judgement.topic, change.unconfirmed) == ("material", "ai-use", False)
    assert change.judgement.clauses[0].regions_come == ("IT",)


async def test_what_was_seen_once_and_is_gone_again_is_told_to_nobody(scene: Scene) -> None:
    watch = scene.watch()
    await scene.look(watch)
    scene.site.page("/terms", with_exception("Italy"))
    await scene.look(watch, DAY)
    scene.site.page("/terms", page())
    assert (await scene.look(watch, 2 * HOUR)).outcome == "same"
    assert scene.told == []
    assert len(await scene.versions()) == 1


async def test_what_waits_is_still_waiting_after_a_restart(scene: Scene) -> None:
    await scene.look(scene.watch())
    scene.site.page("/terms", with_exception("Italy"))
    await scene.look(scene.watch(), DAY)
    assert (await scene.look(scene.watch(), 2 * HOUR)).outcome == "changed"
    assert len(scene.told) == 1


async def test_an_announcement_for_the_next_two_weeks_is_told_at_once_as_unconfirmed_and_confirmed_later(scene: Scene) -> None:
    watch = scene.watch()
    await scene.look(watch)
    day = datetime.fromtimestamp(scene.clock.now_ms() / 1000, UTC).date() + timedelta(days=10)
    scene.site.page("/terms", page(f"We're updating our terms, effective {day:%B} {day.day}, {day.year}.", *CLAUSES))
    await scene.look(watch, DAY)
    change = scene.told[0].change
    assert change is not None
    assert (change.judgement.topic, change.unconfirmed, change.judgement.dates[0].day) == ("announcement", True, day)
    await scene.look(watch, 2 * HOUR)
    kept = await scene.store.terms.find_change(change.id)
    assert kept is not None
    assert not kept.unconfirmed
    assert len(scene.told) == 1


async def test_before_an_announced_day_the_page_is_asked_for_more_often(scene: Scene) -> None:
    watch = scene.watch()
    day = datetime.fromtimestamp(scene.clock.now_ms() / 1000, UTC).date() + timedelta(days=20)
    scene.site.page("/terms", page(f"We're updating our terms, effective {day:%B} {day.day}, {day.year}.", *CLAUSES))
    await scene.look(watch)
    stands = await scene.store.terms.find_watched(NAME)
    assert stands is not None
    assert stands.next_ms - scene.clock.now_ms() < 7 * HOUR * 1000
    assert [one.change.judgement.topic for one in scene.told if one.change] == ["announcement"]


async def test_a_page_that_did_not_change_costs_the_server_a_short_answer(scene: Scene) -> None:
    scene.site.page("/terms", page(), etag='"one"')
    watch = scene.watch()
    await scene.look(watch)
    assert (await scene.look(watch, DAY)).outcome == "same"
    assert scene.site.asked[-1].headers["if-none-match"] == '"one"'
    assert [one.status for one in await scene.store.terms.fetches(NAME, limit=2)] == [304, 200]


async def test_a_state_that_was_there_before_is_a_return_and_going_to_and_fro_is_told_once(scene: Scene) -> None:
    watch = scene.watch()
    await scene.look(watch)
    for round_ in range(4):
        scene.site.page("/terms", with_exception("Italy"))
        await scene.look(watch, DAY)
        seen = await scene.look(watch, 2 * HOUR)
        assert seen.outcome == ("changed" if round_ == 0 else "same")
        scene.site.page("/terms", page())
        assert (await scene.look(watch, DAY)).outcome == "returned"
    assert [one.kind for one in scene.told] == ["change", "flap"]
    assert len(await scene.versions()) == 2


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_refusal_backs_off_and_says_so_after_three_days(scene: Scene, status: int) -> None:
    watch = scene.watch()
    await scene.look(watch)
    scene.site.page("/terms", "no", status=status)
    waits = []
    for _ in range(5):
        found = await scene.look(watch, DAY)
        assert (found.outcome, str(status) in found.reason) == ("failed", True)
        stands = await scene.store.terms.find_watched(NAME)
        assert stands is not None
        waits.append(stands.next_ms - scene.clock.now_ms())
    assert waits == sorted(waits)
    assert waits[-1] > 10 * waits[0]
    assert [one.kind for one in scene.told] == ["not_seen"]
    assert "Not seen since 2026-01-01" in scene.told[0].text


async def test_the_server_s_own_patience_is_kept(scene: Scene) -> None:
    scene.site.page("/terms", "no", status=429, retry_after="50000")
    await scene.look(scene.watch())
    stands = await scene.store.terms.find_watched(NAME)
    assert stands is not None
    assert stands.next_ms - scene.clock.now_ms() > 45_000_000


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("<main>Something went wrong. Please try again.</main>", "words"),
        ("<html><main>" + "Sign in to go on to our wonderful pages, friend of parcels. " * 9 + "</main></html>", "Courier Terms"),
        (page().replace("<main>", "<div>").replace("</main>", "</div>"), "selector"),
        (
            page(*((page(*(FRENCH,) * 9), "'fr'"),) * 9),
            "'fr'",
        ),
        (page(CLAUSES[0] + CLAUSES[3][:5]), "shrank"),
    ],
    ids=["error page", "sign-in page", "selector gone", "other language", "half page"],
)
async def test_a_page_that_is_not_the_declared_one_never_becomes_a_version(scene: Scene, wrong: str, why: str) -> None:
    watch = scene.watch()
    await scene.look(watch)
    scene.site.page("/terms", wrong)
    for _ in range(3):
        found = await scene.look(watch, DAY)
        assert found.outcome == "quarantined"
        assert why in found.reason
    assert len(await scene.versions()) == 1
    assert [one.kind for one in scene.told] == ["quarantine"]
    scene.site.page("/terms", page())
    assert (await scene.look(watch, DAY)).outcome == "same"


async def test_a_redirect_to_another_site_is_not_followed_and_one_at_home_is(scene: Scene) -> None:
    scene.site.page("/terms", "", status=302, location="/new-terms")
    scene.site.page("/new-terms", page())
    watch = scene.watch()
    assert (await scene.look(watch)).outcome == "first"
    scene.site.page("/terms", "", status=302, location="https://elsewhere.example/login")
    found = await scene.look(watch, DAY)
    assert (found.outcome, "elsewhere.example" in found.reason) == ("quarantined", True)
    scene.site.page("/terms", "", status=302, location="/terms")
    assert (await scene.look(watch, DAY)).outcome == "quarantined"


async def test_a_redirect_stub_is_no_document(scene: Scene) -> None:
    scene.site.page("/terms", "<html><main>Redirecting to legal.courier.example</main></html>")
    assert (await scene.look(scene.watch())).outcome == "quarantined"
    assert await scene.versions() == []


@pytest.mark.parametrize("answer", [endless, silent, halved], ids=["endless", "silent", "broken off"])
async def test_a_page_without_end_or_with_a_broken_end_is_a_failure_and_no_version(scene: Scene, answer: Any) -> None:
    watch = scene.watch()
    await scene.look(watch)
    scene.site.answers["/terms"] = answer
    assert (await scene.look(watch, DAY)).outcome == "failed"
    assert len(await scene.versions()) == 1


async def test_a_wrong_charset_in_the_header_is_seen_through(scene: Scene) -> None:
    scene.site.page(
        "/terms", page("Le café coûte €2; “Courier Terms” for parcels — naïve.", *CLAUSES), content_type="text/html; charset=iso-8859-1"
    )
    watch = scene.watch()
    await scene.look(watch)
    text = (await scene.store.terms.blob((await scene.versions())[0].text) or b"").decode()
    assert "café coûte €2" in text
    scene.site.page("/terms", page("Le café coûte €2; “Courier Terms” for parcels — naïve.", *CLAUSES).encode("windows-1252"))
    assert (await scene.look(watch, DAY)).outcome == "same"


async def test_another_edition_of_the_page_is_told_quietly(scene: Scene) -> None:
    def edition(place: str, firm: str, court: str) -> str:
        lines = [f"These terms apply to you if you are resident in {place}, and are an agreement with {firm} for parcels."]
        lines += [
            f"Rule {n} about the {court} of {place} says that you must keep the seal number {n} of the letters whole."
            for n in "abcdefghijklmn"
        ]
        return page(*CLAUSES, *lines)

    watch = scene.watch()
    scene.site.page("/terms", edition("the United States", "Courier Limited LLC", "courts"))
    await scene.look(watch)
    scene.site.page("/terms", edition("the European Economic Area", "Courier Ireland Limited", "courthouses"))
    await scene.look(watch, DAY)
    found = await scene.look(watch, 2 * HOUR)
    assert found.change is not None
    assert found.change.judgement.event == "edition"
    assert scene.told == []


async def test_robots_are_obeyed_unless_the_operator_says_otherwise(scene: Scene) -> None:
    scene.site.page("/robots.txt", "User-agent: *\nDisallow: /terms\n", content_type="text/plain")
    found = await scene.look(scene.watch())
    assert (found.outcome, "robots.txt" in found.reason) == ("failed", True)
    assert scene.site.paths() == []
    assert (await scene.look(scene.watch(ignore_robots=True))).outcome == "first"


async def test_a_host_is_asked_for_one_page_at_a_time_with_five_seconds_between(scene: Scene) -> None:
    (declared,) = read_declarations(DECLARED.format(url=scene.site.url), at="test")
    several = replace(declared, sources=tuple(replace(declared.sources[0], url=f"{scene.site.url}/terms?{n}") for n in range(4)))
    for n in range(4):
        scene.site.page(f"/terms?{n}", page(f"Part {n} of the Courier Terms for parcels is this one.", *CLAUSES))
    assert (await scene.look(scene.watching(several))).outcome == "first"
    assert scene.site.at_once_max == 1
    assert len(scene.clock.slept) == 4
    assert all(5.0 - 0.1 <= pause <= 10.0 for pause in scene.clock.slept)


async def test_a_changed_declaration_reads_the_last_page_anew_and_tells_nobody(scene: Scene) -> None:
    scene.site.page(
        "/terms", page(extra="<div class='more'><p>You must also pay for the stamps on the parcels that you send.</p></div>"), etag='"a"'
    )
    await scene.look(scene.watch())
    found = await scene.look(scene.watch(select=("main", ".more")), DAY)
    assert found.outcome == "same"
    versions = await scene.versions()
    assert [one.reason for one in versions] == ["declaration changed", "baseline"]
    assert scene.told == []
    assert (await scene.store.terms.changes(limit=9)) == []


async def test_after_a_gap_of_three_months_the_page_is_a_baseline(scene: Scene) -> None:
    watch = scene.watch()
    await scene.look(watch)
    scene.site.page("/terms", with_exception("Italy"))
    assert (await scene.look(watch, 100 * DAY)).reason == "the first record of the document"
    assert scene.told == []


async def test_what_is_due_is_looked_at_once_even_by_two_processes(scene: Scene) -> None:
    one, other = scene.watch(), scene.watch()
    assert len(await one.look_at_due()) == 1
    assert await other.look_at_due() == []
    scene.clock.ahead += 2 * DAY
    assert len(await other.look_at_due()) == 1
    assert await one.look_at_due() == []


async def test_a_page_that_people_bring_is_believed_at_once_and_gives_the_same_change(scene: Scene) -> None:
    watch = scene.watch(render="manual")
    assert (await scene.look(watch)).outcome == "manual"
    await watch.bring(NAME, page().encode(), content_type="text/html", by="Amal")
    found = await watch.bring(NAME, with_exception("Italy").encode(), content_type="text/html", by="Amal")
    assert found.outcome == "changed"
    assert [one.change.judgement.topic for one in scene.told if one.change] == ["ai-use"]
    pasted = "# Courier Terms\n\n" + "\n\n".join(CLAUSES)
    assert (await watch.bring(NAME, pasted.encode(), content_type="text/plain", by="Amal")).outcome == "returned"


async def test_a_pdf_is_read(scene: Scene) -> None:
    scene.site.page("/terms", pdf(["Courier Terms", *CLAUSES]), content_type="application/pdf")
    assert (await scene.look(scene.watch())).outcome == "first"
    text = (await scene.store.terms.blob((await scene.versions())[0].text) or b"").decode()
    assert "prohibited from using the platform" in text
    scene.site.page("/terms", b"%PDF-1.7 and then nothing", content_type="application/pdf")
    found = await scene.look(scene.watch(), DAY)
    assert (found.outcome, "cannot be read" in found.reason) == ("quarantined", True)
