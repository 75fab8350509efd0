from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from wasl.config import Candidate, Server, Settings
from wasl.domain.errors import Throttled, Unauthorised, WaslError
from wasl.ports.channel import Finding
from wasl.ports.provider import Model
from wasl.routing.route import RouteCandidate
from wasl.service.check import Check, Checked
from wasl.service.learn import EXAMPLE, Learn
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock
from wasl.testing.network import Refuse, Reset, ScriptedNetwork, Silence, answer
from wasl.wire.call import Call, Reply

PUBLIC = "https://shop.example"
OWN = "http://127.0.0.1:8080"


class Quoting:
    kind = "quoting"
    name = "q"

    def reply(self, prompt: object) -> Sequence[Any]:
        return ()


class Listing:
    kind = "listing"
    name = "p"

    def models(self) -> Call:
        return Call(method="GET", url="https://models.example/list")

    def explain(self, reply: Reply) -> WaslError | None:
        return {401: Unauthorised("the key was refused"), 429: Throttled("too many")}.get(reply.status)


class Plain:
    kind = "plain"
    name = "c"


class Checking(Plain):
    def check(self) -> Generator[Call, Reply, Sequence[Finding]]:
        first = yield Call(method="GET", url="https://platform.example/me")
        second = yield Call(method="GET", url="https://platform.example/hook")
        return [Finding(good=first.status == 200, what=f"said {first.status} and {second.status}", do="copy the token again")]


class Endless(Plain):
    def check(self) -> Generator[Call, Reply, Sequence[Finding]]:
        while True:
            yield Call(method="GET", url="https://platform.example/me")


class Ours(Plain):
    local: ClassVar[bool] = True


class Polling(Plain):
    def listens(self) -> bool:
        return True

    def poll(self, cursor: str | None) -> Call:
        raise NotImplementedError

    def polled(self, reply: Reply, cursor: str | None) -> Any:
        raise NotImplementedError


async def checked(
    folder: Path,
    *,
    network: ScriptedNetwork | None = None,
    clock: TestClock | None = None,
    settings: Mapping[str, Any] | None = None,
    channels: Mapping[str, Any] | None = None,
    providers: Mapping[str, Any] | None = None,
    candidates: Sequence[RouteCandidate] = (),
    example: bool = True,
    down: bool = False,
) -> dict[str, list[Checked]]:
    clock = clock or TestClock()
    made = Settings(**{"data": folder / "data", "knowledge": folder / "knowledge", "server": Server(port=0), **(settings or {})})
    store = MemoryStore(clock=clock)
    await store.open()
    store.down = down
    check = Check(
        settings=made,
        store=store,
        network=network or ScriptedNetwork(clock=clock),
        clock=clock,
        channels=channels or {},
        providers=providers or {},
        candidates=candidates,
        learn=Learn(folder=made.knowledge, clock=clock, example=EXAMPLE if example else None),
        hook_path="/hooks/",
    )
    found: dict[str, list[Checked]] = {}
    for line in await check.everything():
        assert line.finding.good or line.finding.do
        found.setdefault(line.area, []).append(line)
    return found


def said(lines: Sequence[Checked]) -> str:
    return " | ".join(f"{'ok' if c.finding.good else 'NO'} {c.finding.what} -> {c.finding.do}" for c in lines)


async def test_a_fresh_installation_is_right(tmp_path: Path) -> None:
    found = await checked(tmp_path, providers={"q": Quoting()})
    assert all(line.finding.good for lines in found.values() for line in lines), found


async def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    found = said((await checked(tmp_path))["data"])
    assert found.startswith("NO")
    assert "is a file; the data needs a folder" in found
    (tmp_path / "data").unlink()
    (tmp_path / "data").symlink_to(tmp_path / "nowhere" / "data")
    assert said((await checked(tmp_path))["data"]).startswith("NO the folder")


async def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasl.service.check.DISK_BYTES_MIN", 1 << 62)
    assert "make room" in said((await checked(tmp_path))["data"])


async def test_a_store_that_is_down_is_named(tmp_path: Path) -> None:
    assert "start the database" in said((await checked(tmp_path, down=True))["store"])


@pytest.mark.parametrize(
    ("candidates", "good"), [((), False), ((Candidate(provider="q"),), False), ((Candidate(provider="p", model="m"),), True)]
)
async def test_no_document_is_a_problem_only_where_no_model_answers(tmp_path: Path, candidates: tuple[Candidate, ...], good: bool) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://models.example/list", answer({"data": []}))
    found = await checked(
        tmp_path, network=network, example=False, settings={"candidates": candidates}, providers={"q": Quoting(), "p": Listing()}
    )
    assert found["knowledge"][0].finding.good is good


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (answer({"data": [{"id": "m-1"}, {"id": "m-2"}]}), "ok the key works; 2 models"),
        (answer({"models": [{"name": "models/m-1"}]}), "ok the key works; 1 model"),
        (answer(b"not json"), "ok the key works"),
        (answer({"data": [{"id": "m-10"}]}), "NO does not list the model 'm-1' -> did you mean m-10?"),
        (answer({"data": [{"id": "zzz"}]}), "choose one that it serves"),
        (answer(status=401), "NO the key was refused -> mend the key"),
        (answer(status=429), "NO too many -> wait"),
        (Refuse(), "look at its base_url"),
    ],
)
async def test_a_provider_s_key_and_models_are_tried_with_one_call(tmp_path: Path, script: Any, says: str) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://models.example/list", script)
    settings = {"candidates": (Candidate(provider="p", model="m-1"),)}
    found = await checked(tmp_path, network=network, settings=settings, providers={"p": Listing()})
    assert says in said(found["providers.p"])
    assert len(network.calls_to("*models.example*")) == 1


async def test_a_channel_s_own_check_sees_every_reply(tmp_path: Path) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://platform.example/me", answer(status=401))
    network.on("GET", "https://platform.example/hook", answer(status=500))
    found = await checked(tmp_path, network=network, channels={"c": Checking()})
    assert said(found["channels.c"]) == "NO said 401 and 500 -> copy the token again"


async def test_a_platform_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://platform.example/*", Refuse())
    assert "way out" in said((await checked(tmp_path, network=network, channels={"c": Checking()}))["channels.c"])


async def test_a_platform_that_never_answers_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasl.service.check.CALL_SECONDS", 0.01)
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://platform.example/*", Silence())
    assert "no answer within" in said((await checked(tmp_path, network=network, channels={"c": Checking()}))["channels.c"])


async def test_a_check_without_end_is_a_fault_of_ours(tmp_path: Path) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://platform.example/*", *[answer()] * 40)
    with pytest.raises(RuntimeError, match="more than 16"):
        await checked(tmp_path, network=network, channels={"c": Endless()})


@pytest.mark.parametrize(("channel", "problem"), [(Plain(), True), (Ours(), False), (Polling(), False)])
async def test_only_channels_with_hooks_want_a_public_address(tmp_path: Path, channel: object, problem: bool) -> None:
    found = await checked(tmp_path, channels={"c": channel})
    assert ("set server.public_url" in said(found.get("server", []))) is problem


def reachable(*, own: Any = None, public: Any = None, hook: Any = None) -> ScriptedNetwork:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", f"{OWN}/healthz", own or answer({"alive": True}))
    network.on("GET", f"{PUBLIC}/healthz", public or answer({"alive": True}))
    network.on("POST", f"{PUBLIC}/hooks/c", hook or answer(status=401))
    return network


@pytest.mark.parametrize(
    ("network", "area", "says"),
    [
        (reachable(), "server", "ok https://shop.example reaches this server"),
        (reachable(), "channels.c", "refuses what is not signed"),
        (reachable(own=Refuse()), "server", "start `wasl serve`"),
        (reachable(own=Reset()), "server", f"NO another program answers at {OWN}: the port is taken"),
        (reachable(own=answer(b"<html>shop</html>")), "server", f"NO another program answers at {OWN}: the port is taken"),
        (reachable(own=answer(status=404)), "server", f"NO another program answers at {OWN}: the port is taken"),
        (reachable(own=answer({"alive": "sure"})), "server", f"NO another program answers at {OWN}: the port is taken"),
        (reachable(public=Refuse()), "server", "does not reach this server"),
        (reachable(public=answer(b"<html>parked</html>")), "server", "does not reach this server"),
        (reachable(public=answer(status=502)), "server", "does not reach this server"),
        (reachable(hook=answer(status=404)), "channels.c", "start it again"),
        (reachable(hook=answer(status=200)), "channels.c", "NO https://shop.example/hooks/c answered 200"),
        (reachable(hook=Refuse()), "channels.c", "must let POST requests through"),
    ],
)
async def test_the_public_address_and_the_hooks_behind_it_are_tried(tmp_path: Path, network: ScriptedNetwork, area: str, says: str) -> None:
    found = await checked(tmp_path, network=network, settings={"server": Server(public_url=f"{PUBLIC}/")}, channels={"c": Plain()})
    assert says in said(found[area])


@pytest.mark.parametrize(
    ("own", "problem"), [(answer({"alive": True}), False), (Refuse(), False), (answer(b"{}", status=403), True), (Reset(), True)]
)
async def test_a_port_that_another_program_has_is_found_without_a_public_address_too(tmp_path: Path, own: Any, problem: bool) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", f"{OWN}/healthz", own)
    found = await checked(tmp_path, network=network, settings={"server": Server()}, channels={"c": Ours()})
    assert ("NO another program answers" in said(found.get("server", []))) is problem


async def test_any_free_port_cannot_be_taken(tmp_path: Path) -> None:
    network = ScriptedNetwork(clock=TestClock())
    assert "server" not in await checked(tmp_path, network=network, settings={"server": Server(port=0)}, channels={"c": Ours()})
    assert not network.unscripted


@pytest.mark.parametrize(
    ("seconds", "says"), [(0, "ok within 60 s"), (59, "ok within"), (300, "NO this machine's clock is 300 s behind"), (-300, "300 s ahead")]
)
async def test_a_clock_that_is_off_is_named(tmp_path: Path, seconds: int, says: str) -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    told = format_datetime(datetime.fromtimestamp(clock.now_ms() / 1000 + seconds, tz=UTC), usegmt=True)
    network.on("GET", "https://models.example/list", answer({"data": []}, headers={"date": told}))
    found = await checked(tmp_path, network=network, clock=clock, providers={"p": Listing()})
    assert says in said(found["clock"])


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Foo 2026"])
async def test_a_date_that_cannot_be_read_says_nothing(tmp_path: Path, date: str) -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("GET", "https://models.example/list", answer({"data": []}, headers={"date": date}))
    assert "no other clock" in said((await checked(tmp_path, network=network, providers={"p": Listing()}))["clock"])


@pytest.mark.parametrize(
    ("days", "wanted"),
    [(200, None), (100, "ok its provider ends 'm' on"), (20, "NO its provider ends 'm' on"), (-3, "3 days ago")],
)
async def test_a_models_announced_end_is_told_in_time(tmp_path: Path, days: int, wanted: str | None) -> None:
    clock = TestClock()
    last = datetime.fromtimestamp(clock.now_ms() / 1000, tz=UTC).date() + timedelta(days=days)
    candidate = RouteCandidate(name="c", provider=Quoting(), provider_name="q", model=Model(name="m"), shutdown=last)
    found = await checked(tmp_path, clock=clock, candidates=[candidate])
    if wanted is None:
        assert "candidates.c" not in found
    else:
        assert wanted in said(found["candidates.c"])
        assert last.isoformat() in said(found["candidates.c"])


async def test_a_provider_that_serves_only_some_countries_wants_one_for_people_whose_own_is_not_known(tmp_path: Path) -> None:
    bound = RouteCandidate(name="c", provider=Quoting(), provider_name="q", model=Model(name="m"), vendor="openai")
    found = await checked(tmp_path, candidates=[bound], channels={"chat": Quoting()})
    assert "NO no country is set" in said(found["deployment"])
    assert "on chat" in said(found["deployment"])
    named = await checked(tmp_path, candidates=[bound], channels={"chat": Quoting()}, settings={"deployment": {"home_region": "EG"}})
    assert "deployment" not in named
