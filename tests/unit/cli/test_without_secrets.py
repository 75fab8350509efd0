"""Commands that never talk to a platform work without its secrets; the others name the one that is missing."""

from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_PROBLEM, EXIT_SETTINGS

TOML = """
[channels.telegram]
token = { env = "NO_SUCH_TOKEN" }
[providers.openai_chat]
base_url = "http://127.0.0.1:9"
key = { env = "NO_SUCH_KEY" }
[[candidates]]
provider = "openai_chat"
model = "m"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wasl.toml").write_text(TOML)


def run(words: str) -> Result:
    return typed(*words.split(), catch=False)


@pytest.mark.parametrize(
    "words",
    [
        "rules list --channel telegram", "rules explain --channel telegram", "rules at 2026-10-01 --channel telegram", "rules export",
        "scope init", "terms list", "terms show", "cost", "cost --what-if", "budget", "status", "person list", "search pizza", "imports",
        "export out.zip --all", "exposure", "register list", "drill", "sunset list", "sunset models", "templates", "trouble list",
        "key list", "backup copy", "verify", "evidence --channel telegram --month 2026-10 --figure",
    ],
)  # fmt: skip
def test_what_only_reads_works_without_secrets(words: str) -> None:
    result = run(words)
    assert result.exit_code == 0, result.output
    assert "NO_SUCH" not in result.output


@pytest.mark.parametrize("words", ["serve", "chat", "connect", "templates --refresh", "import --history", "backup"])
def test_what_talks_to_a_platform_names_the_secret_before_it_begins(words: str) -> None:
    result = run(words)
    assert result.exit_code == EXIT_SETTINGS
    assert "channels.telegram.token wants the environment variable NO_SUCH_TOKEN, which is not set" in result.stderr


def test_check_names_every_missing_secret_and_looks_at_the_rest() -> None:
    result = run("check")
    assert result.exit_code == EXIT_PROBLEM
    assert "✗ channels.telegram: channels.telegram.token wants the environment variable NO_SUCH_TOKEN" in result.stdout
    assert "✗ providers.openai_chat: providers.openai_chat.key wants the environment variable NO_SUCH_KEY" in result.stdout
    assert "✓ store:" in result.stdout
