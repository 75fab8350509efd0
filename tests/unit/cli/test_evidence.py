"""`wasl evidence` and `wasl audit`, as a person runs them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.__main__ import Composition
from wasl.cli.border import EXIT_PROBLEM, EXIT_SETTINGS
from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.policy.packs import Prompt
from wasl.policy.shipped import shipped_suite
from wasl.ports.store import Accepted, Incoming, Lease

SCOPE = """\
name = "Nour Bakery"
statement = "Helps customers of Nour Bakery with orders, prices, delivery and opening hours."
[[subjects]]
name = "orders"
examples = ["Where is my order?", "Can I cancel my order?", "How long does delivery take?", "متى يصل طلبي؟", "بكم التوصيل؟"]
[[subjects]]
name = "prices"
examples = ["How much is a cake?", "What does a baguette cost?", "Any offers today?", "كم سعر الكيكة؟", "عندكم عروض؟", "Do you take cards?"]
"""
SETTINGS = """\
data = "data"
[scope]
mode = "guard"
[evidence.presence.webchat]
display_name = "Nour AI assistant"
"""
QUESTIONS = ("Where is my order? My number is +20 100 555 1234", "How much is a cake?")


@pytest.fixture(autouse=True)
def an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scope.toml").write_text(SCOPE, encoding="utf-8")
    (tmp_path / "wasl.toml").write_text(SETTINGS, encoding="utf-8")


def run(*arguments: str, said: str = "") -> Result:
    return typed(*arguments, said=said)


def ask(questions: Sequence[str]) -> str:
    """Lets people ask through the whole way of an answer, and gives the month."""
    from wasl.config import load
    from wasl.service.calendar import month_at

    made = Composition().installation(load(Path("wasl.toml")))

    async def asked() -> str:
        async with made.opened():
            await made.learn.refresh()
            await made.proving.learnt.refresh()
            now = made.clock.now_ms()
            for number, words in enumerate(questions):
                address = AddressKey(channel="webchat", scope="site", handle=f"visitor-{number}", kind="account")
                arrival = Arrival(key=f"key-{number}", address=address, parts=(Text(text=words),), sent_at_ms=now)
                incoming = Incoming(channel="webchat", raw=b"", received_at_ms=now, events=[arrival])
                stored = (await made.store.receive(incoming, lease=Lease(owner="test", milliseconds=60_000)))[0]
                assert isinstance(stored, Accepted)
                assert stored.work is not None
                await made.worker.answer.turn(stored.work)
            return month_at(now, zone=None)

    return Composition().run(asked())


def test_a_month_is_audited_written_checked_and_made_again(tmp_path: Path) -> None:
    month = ask(QUESTIONS)
    audited = run("audit", "--channel", "webchat", "--month", month, "--rater", "amal", said="x\nb\nb\n")
    assert audited.exit_code == 0, audited.output
    assert "+20 100" not in audited.stdout
    assert "My number is [number]" in audited.stdout
    assert "2 rated." in audited.stdout
    assert "Nothing is left for amal." in run("audit", "--channel", "webchat", "--month", month, "--rater", "amal").stdout

    figure = json.loads(run("evidence", "--figure", "--channel", "webchat", "--month", month, "--json").stdout)
    assert (figure["light"], figure["turns"], figure["served"]) == ("too few", 2, None)

    wrote = run("evidence", "--channel", "webchat", "--month", month, "--no-suite", "--to", "pack")
    assert wrote.exit_code == 0, wrote.output
    assert "the light: too few to tell." in wrote.stdout
    scope = json.loads((tmp_path / "pack/data/scope.json").read_bytes())
    assert scope["statement"].startswith("Helps customers")
    assert scope["system_prompt"].startswith("You are Wasl.")
    assert "ai assistant" in {one["phrase"] for one in json.loads((tmp_path / "pack/data/lint.json").read_bytes())}
    subjects = json.loads((tmp_path / "pack/data/subjects.json").read_bytes())
    assert ["prices", 1] in subjects["top"]
    assert subjects["other"] == 0
    words = (tmp_path / "pack/data/episodes.json").read_text(encoding="utf-8")
    assert "How much is a cake?" in words
    assert "555 1234" not in words

    assert "the figure follows from the data" in run("evidence", "--verify", "pack").stdout
    assert "The event log gives the same figure." in run("evidence", "--recompute", "pack").stdout
    (tmp_path / "pack/README.txt").write_text("other words")
    broken = run("evidence", "--verify", "pack")
    assert broken.exit_code == EXIT_PROBLEM
    assert "README.txt is not as it was" in broken.stdout


def test_the_suite_goes_through_the_live_configuration_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some: tuple[Prompt, ...] = shipped_suite()[::12]
    monkeypatch.setattr("wasl.policy.shipped.shipped_suite", lambda: some)
    told = json.loads(run("evidence", "--suite", "--channel", "webchat", "--json").stdout)
    assert told["prompts"] == len(some) == len(told["tried"])
    assert told["shares"]["refused"] > 0.5
    assert told["kept"] == 1.0  # it only quotes documents
    assert all(one["answer"] for one in told["tried"])
    assert not (tmp_path / "data" / "wasl.db").exists()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--month", "2026-10"), "--channel"),
        (("--channel", "webchat"), "--month"),
        (("--channel", "nowhere", "--month", "2026-10", "--no-suite"), "'nowhere'"),
        (("--channel", "webchat", "--month", "October", "--no-suite"), "'October'"),
    ],
)
def test_what_is_missing_or_wrong_is_named(arguments: tuple[str, ...], names: str) -> None:
    result = run("evidence", *arguments)
    assert result.exit_code == EXIT_SETTINGS
    assert names in result.output
