"""`wasl exposure` and `wasl register`, as a person runs them."""

import json
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_SETTINGS
from wasl.cli.exposure import percent
from wasl.cli.leaving_words import SAID

CONFIG = """
contracts = "contracts"
[channels.telegram]
token = "1:abc"
[providers.near]
kind = "openai_chat"
base_url = "https://ours.openai.azure.com"
key = "k"
[providers.far]
kind = "openai_chat"
key = "k"
[[candidates]]
provider = "far"
model = "far-model"
[[candidates]]
provider = "near"
model = "near-model"
"""
OWN = """
[[constraint]]
id = "azure.first"
first = ["azure-openai"]
then = ["*"]
when = "refused or down"
text = { en = "Azure is asked first", ar = "تُسأل أزور أولًا" }
until = 2020-03-31
source = "our contract"
seen = 2026-11-22
"""


@pytest.fixture(autouse=True)
def a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("contracts").mkdir()
    Path("contracts/own.toml").write_text(OWN)
    Path("wasl.toml").write_text(CONFIG)


def run(*arguments: str) -> Result:
    return typed(*arguments)


def test_exposure_of_nobody_says_so() -> None:
    result = run("exposure")
    assert result.exit_code == 0, result.output
    assert "Nobody has written yet" in result.stdout
    assert "Telegram" in result.stdout
    told = json.loads(run("exposure", "--json").stdout)
    assert (told["people"], told["kept_share"]) == (0, 1.0)
    assert {"telegram", "openai", "azure-openai", "database-primary"} <= {d["id"] for d in told["dependencies"]}


def test_exposure_speaks_arabic() -> None:
    assert "لم يكتب أحد بعد" in run("exposure", "--language", "ar").stdout


def test_the_register_lists_what_holds_here_and_what_contracts_say() -> None:
    told = run("register", "list")
    assert told.exit_code == 0, told.output
    assert "azure-openai" in told.stdout
    assert "anthropic" not in told.stdout
    assert "far-model only when near-model refused or is down" in told.stdout
    assert "anthropic" in run("register", "list", "--all").stdout


def test_a_dependency_is_shown_with_sources_and_days() -> None:
    told = run("register", "show", "openai")
    assert "source: OpenAI Services Agreement" in told.stdout
    assert "30 days' notice" in told.stdout
    assert json.loads(run("register", "show", "openai", "--json").stdout)["candidates"] == ["far-model"]
    assert run("register", "show", "nobody").exit_code == EXIT_SETTINGS


def test_a_check_names_what_ended() -> None:
    told = run("register", "check")
    assert told.exit_code == 0, told.output
    assert "own.toml:2: ended on 2020-03-31: Azure is asked first" in told.stdout


def test_a_wrong_register_is_named_with_file_and_line() -> None:
    Path("contracts/own.toml").write_text(OWN.replace("when =", "whenever ="))
    told = run("register", "check")
    assert told.exit_code == EXIT_SETTINGS
    assert "own.toml, line 6: 'azure.first': 'whenever' is not known" in told.output


def test_a_part_is_never_rounded_to_the_whole() -> None:
    assert [percent(s) for s in (0, 0.0001, 0.5, 0.9999, 1)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]


def test_every_sentence_is_there_in_both_languages() -> None:
    import string

    for key, (english, arabic) in SAID.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, arabic)]
        assert fields[0] == fields[1], key


def test_every_step_can_be_said() -> None:
    from typing import get_args

    from wasl.continuity.exposure import StepKind

    assert {"backup step" if kind == "backup" else kind for kind in get_args(StepKind)} <= SAID.keys()
