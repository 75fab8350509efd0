"""`wasl sunset`, as an operator runs it: plans of channels and of models, and what stands in the way."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_SETTINGS

CONFIG = """
[channels.webchat]
[channels.telegram]
token = "1:abc"
[providers.house]
kind = "openai_chat"
base_url = "http://127.0.0.1:9"
key = "k"
[[candidates]]
provider = "house"
model = "old-model"
[[candidates]]
provider = "house"
model = "new-model"
"""
SOON = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()


@pytest.fixture(autouse=True)
def a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wasl.toml").write_text(CONFIG)


def run(*arguments: str) -> Result:
    return typed("sunset", *arguments)


def test_a_plan_is_worked_out_kept_postponed_and_taken_back() -> None:
    made = run("plan", "telegram", "--on", SOON, "--exempt-by-rules", "--json")
    assert made.exit_code == 0, made.output
    plan = json.loads(made.output)
    assert (plan["channel"], plan["state"], plan["on"], plan["everyone"]) == ("telegram", "draft", SOON, 0)
    assert plan["blocked"]  # there is no public address: the links would lead nowhere
    refused = run("start", plan["id"], "--yes")
    assert refused.exit_code != 0
    assert "server.public_url" in refused.output
    assert run("start", plan["id"], "--yes", "--accept", "address").exit_code == 0
    assert run("pause", plan["id"]).exit_code == 0
    assert run("undo", plan["id"]).exit_code == 0
    assert [one["state"] for one in json.loads(run("list", "--json").output)] == ["undone"]


def test_a_plan_is_for_the_countries_that_are_named() -> None:
    made = run("plan", "telegram", "--on", SOON, "--regions", "eg,SA", "--except", "SA", "--language", "ar")
    assert made.exit_code == 0, made.output
    assert "مسودة" in made.output
    wrong = run("plan", "telegram", "--on", SOON, "--regions", "EG,XX")
    assert wrong.exit_code == EXIT_SETTINGS
    assert "'XX' is no country" in wrong.output


@pytest.mark.parametrize("wrong", [("pigeons", "--on", SOON), ("telegram", "--on", SOON, "--zone", "Mars/Olympus")])
def test_a_channel_or_a_zone_that_is_none_is_said(wrong: tuple[str, ...]) -> None:
    assert run("plan", *wrong).exit_code == EXIT_SETTINGS


def test_a_model_is_replaced_on_a_day_listed_and_put_back() -> None:
    made = run("model", "old-model", "--on", SOON, "--with", "new-model", "--yes", "--report", "trial.html")
    assert made.exit_code == 0, made.output
    assert "Nothing was tried" in made.output
    assert "<!doctype html>" in Path("trial.html").read_text()
    (plan,) = [one for one in json.loads(run("models", "--json").output)["plans"] if one["state"] == "planned"]
    assert (plan["candidate"], plan["successor"]) == ("old-model", "new-model")
    assert run("model", "old-model", "--on", SOON, "--with", "new-model", "--yes").exit_code != 0
    assert "يبقى \u2068old-model\u2069" in run("model-undo", plan["id"], "--language", "ar").output
    assert run("model-undo", plan["id"]).exit_code != 0


def with_another_provider() -> None:
    other = '[providers.other]\nkind = "openai_chat"\nbase_url = "http://127.0.0.1:9"\nkey = "k"\n'
    candidates = "".join(f'[[candidates]]\nprovider = "other"\nmodel = "{name}"\n' for name in ("third", "fourth"))
    Path("wasl.toml").write_text(CONFIG.replace("[[candidates]]", f"{other}[[candidates]]", 1) + candidates)


def test_a_whole_provider_is_left_by_one_plan_and_put_back() -> None:
    with_another_provider()
    made = run("provider", "house", "--on", SOON, "--with", "third", "--with", "new-model=fourth", "--yes", "--report", "trial.html")
    assert made.exit_code == 0, made.output
    assert {path.name for path in Path().glob("trial*.html")} == {"trial-third.html", "trial-fourth.html"}
    plans = [one for one in json.loads(run("models", "--json").output)["plans"] if one["state"] == "planned"]
    assert {(one["candidate"], one["successor"]) for one in plans} == {("old-model", "third"), ("new-model", "fourth")}
    (plan,) = {one["plan"] for one in plans}
    again = run("provider", "house", "--on", SOON, "--with", "third", "--questions", "0", "--yes")
    assert again.exit_code != 0
    assert plan in again.output
    assert run("model-undo", plan).exit_code == 0
    assert not [one for one in json.loads(run("models", "--json").output)["plans"] if one["state"] == "planned"]
    assert run("model-undo", plan).exit_code != 0


@pytest.mark.parametrize(
    "wrong",
    [("nobody", "third"), ("house", "new-model"), ("house", "old-model=third"), ("house", "third=fourth"), ("house", "gone")],
)
def test_a_provider_cannot_be_left_for_itself_or_for_nobody(wrong: tuple[str, str]) -> None:
    with_another_provider()
    provider, successor = wrong
    assert run("provider", provider, "--on", SOON, "--with", successor, "--yes").exit_code == EXIT_SETTINGS
    assert json.loads(run("models", "--json").output)["plans"] == []


def test_two_cannot_take_the_same_places() -> None:
    with_another_provider()
    assert run("provider", "house", "--on", SOON, "--with", "third", "--with", "fourth", "--yes").exit_code != 0


@pytest.mark.parametrize(
    "wrong",
    [("gone", SOON, "new-model"), ("old-model", SOON, "gone"), ("old-model", "2020-01-01", "new-model"), ("old-model", SOON, "old-model")],
)
def test_a_name_or_a_day_that_is_none_is_said_before_anything_is_asked(wrong: tuple[str, str, str]) -> None:
    old, on, new = wrong
    assert run("model", old, "--on", on, "--with", new, "--yes").exit_code == EXIT_SETTINGS
