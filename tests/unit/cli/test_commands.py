"""The commands, run as a person runs them, over a real store in a folder of their own."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from tests.measured import least
from tests.terminal import typed
from typer.testing import Result

from wasl import __version__
from wasl.cli.border import EXIT_LATER, EXIT_PROBLEM, EXIT_SETTINGS

SRC = Path(__file__).resolve().parents[3] / "src"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "wasl.toml"
    path.write_text('[assistant]\nname = "Narenj"\n[server]\nport = 0\n')
    return path


def run(*arguments: str, stdin: str = "") -> Result:
    return typed(*arguments, said=stdin, catch=False)


def test_the_version_is_printed() -> None:
    assert run("version").stdout == f"wasl {__version__}\n"


def test_without_a_command_the_help_is_shown() -> None:
    result = run()
    for command in ("check", "serve", "chat", "status", "key", "login"):
        assert command in result.output


def test_help_comes_at_once() -> None:
    def cpu_seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "wasl", "--help"], check=True, capture_output=True, env={"PYTHONPATH": str(SRC)})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert least(cpu_seconds, enough=0.5) < 1.0


def test_the_command_line_imports_nothing_heavy_before_a_command_runs() -> None:
    program = "import sys, wasl.__main__ as w; w.build(w.Composition())\n"
    program += "print([m for m in ('pydantic', 'aiohttp', 'starlette', 'structlog', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SRC)})
    assert done.stdout == "[]\n"


# -- errors ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", ["serve", "chat", "status", "check", "login", "connect"])
def test_a_settings_file_that_is_not_there_is_named(command: str) -> None:
    result = run(command, "--config", "nowhere.toml")
    assert result.exit_code == EXIT_SETTINGS
    assert "wasl: there is no settings file 'nowhere.toml'" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "prot is not a setting"),
        ("[channels.nope]\n", "channels.nope: there is no kind 'nope'"),
        ('[[candidates]]\nprovider = "nope"\n', "candidates[0].provider: there is no provider 'nope'"),
        ('store = "mysql://u:hush-hush@h/d"', "store: leave it empty for SQLite"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(config: Path, text: str, says: str) -> None:
    config.write_text(text)
    result = run("status", "--config", str(config))
    assert result.exit_code == EXIT_SETTINGS
    assert says in result.stderr
    assert "hush" not in result.output


def test_a_database_that_cannot_be_used_now_is_named(config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    result = run("status", "--config", str(config))
    assert result.exit_code in (EXIT_LATER, EXIT_PROBLEM, EXIT_SETTINGS)
    assert result.stderr.startswith("wasl: ")
    assert "Traceback" not in result.output


# -- keys and links --------------------------------------------------------------------------------------------------------
def test_a_key_is_shown_once_listed_and_revoked(config: Path, tmp_path: Path) -> None:
    made = run("key", "add", "crm", "--days", "7", "--config", str(config))
    text = made.stdout.strip()
    assert text.startswith("wasl_")
    assert "cannot be shown again" in made.stderr
    (listed,) = json.loads(run("key", "list", "--json", "--config", str(config)).stdout)
    assert listed["label"] == "crm"
    assert listed["ends"]
    assert text not in run("key", "list", "--config", str(config)).output
    assert text.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file())
    assert "'crm' is revoked" in run("key", "revoke", listed["id"], "--config", str(config)).stdout
    assert json.loads(run("key", "list", "--json", "--config", str(config)).stdout) == []
    assert "wasl key add" in run("key", "list", "--config", str(config)).stdout


def test_a_key_that_is_not_there_cannot_be_revoked(config: Path) -> None:
    result = run("key", "revoke", "nope", "--config", str(config))
    assert result.exit_code == EXIT_SETTINGS
    assert "no key is called 'nope'" in result.stderr


def test_a_login_link_is_new_each_time_and_under_the_public_address(config: Path) -> None:
    config.write_text('[server]\npublic_url = "https://shop.example/"\n')
    first, second = (run("login", "--config", str(config)).stdout.strip() for _ in range(2))
    assert first.startswith("https://shop.example/console/login?token=")
    assert first != second


# -- talking ---------------------------------------------------------------------------------------------------------------
def test_a_talk_takes_the_real_way_and_is_remembered(config: Path) -> None:
    result = run("chat", "--as", "sara", "--config", str(config), stdin="بتفتحوا امتى؟\n\n/quit\nnever read\n")
    assert result.exit_code == 0
    assert "Narenj:" in result.stdout
    assert "ساعات العمل" in result.stdout
    again = run("chat", "--as", "sara", "--config", str(config), stdin="")
    assert "sara:\nبتفتحوا امتى؟" in again.stdout
    assert "ساعات العمل" in again.stdout
    assert run("chat", "--as", "omar", "--config", str(config), stdin="").stdout == ""


def test_every_line_gets_its_own_answer_in_order(config: Path) -> None:
    output = run("chat", "--as", "sara", "--config", str(config), stdin="how much is tea?\ndo you deliver?\nthanks\n").stdout
    assert output.count("Narenj:") == 3
    assert output.index("Tea with mint") < output.index("We deliver inside") < output.index("You are welcome")


# -- status and check --------------------------------------------------------------------------------------------------------
def test_status_counts_what_was_used(config: Path) -> None:
    run("chat", "--as", "sara", "--config", str(config), stdin="how much is tea?\n")
    found = json.loads(run("status", "--json", "--config", str(config)).stdout)
    assert found["backlog"]["ready"] == 0
    assert [(row["candidate"], row["calls"]) for row in found["usage"]] == [("extractive", 1)]
    shown = run("status", "--config", str(config)).stdout
    assert "0 waiting" in shown
    assert "extractive" in shown


def test_check_is_content_with_a_fresh_installation(config: Path) -> None:
    result = run("check", "--config", str(config))
    assert result.exit_code == 0
    assert "Everything is right." in result.stdout
    assert json.loads(run("check", "--json", "--config", str(config)).stdout)["good"] is True


def test_check_names_each_problem_with_what_to_do(config: Path, tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "menu.pdf").write_bytes(b"%PDF")
    config.write_text('[server]\nport = 0\n[providers.p]\nkind = "openai_chat"\nbase_url = "http://127.0.0.1:1/v1"\nkey = "hush-hush"\n')
    result = run("check", "--config", str(config))
    assert result.exit_code == EXIT_PROBLEM
    assert "✗ knowledge: 'menu.pdf' was not read" in result.stdout
    assert "✗ providers.p:" in result.stdout
    assert "→ look at its base_url" in result.stdout
    assert "to put right." in result.stdout
    assert "hush" not in result.output
    found = json.loads(run("check", "--json", "--config", str(config)).stdout)
    assert found["good"] is False
    assert all(f["do"] for f in found["findings"] if not f["good"])


OWN_RULE = """
[[rule]]
id = "own.short"
channel = "letters"
effect = "limit"
predicate = { max_text_chars = 100 }
requires = { en = "Short.", ar = "قصير." }
from = 2020-01-01
source = "the operator"
seen = 2026-01-01
"""


def serve_until_ready(config: Path) -> None:
    """Starts the server as a program of its own, waits until it is ready, and ends it as a service manager does."""
    started = [sys.executable, "-m", "wasl", "serve", "--config", str(config)]
    with subprocess.Popen(started, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(SRC), "WASL_SERVER__PORT": "0"}) as serving:
        assert serving.stdout is not None
        assert any("http://127.0.0.1" in line for line in serving.stdout)
        serving.terminate()
        assert serving.wait(60) == 0


def test_a_start_with_wrong_rules_takes_the_last_good_rulebook_and_refuses_where_none_is_known(config: Path, tmp_path: Path) -> None:
    config.write_text('rules = "own"\n[assistant]\nname = "Narenj"\n')
    (tmp_path / "own").mkdir()
    own = tmp_path / "own" / "own.toml"
    own.write_text(OWN_RULE.replace("predicate", "predicament"))
    refused = run("serve", "--config", str(config), "--port", "0")
    assert refused.exit_code == EXIT_SETTINGS
    assert "own.toml" in refused.stderr
    checked = run("check", "--config", str(config))
    assert checked.exit_code == EXIT_PROBLEM
    assert "✗ rules:" in checked.stdout
    assert "Wasl does not start until then" in checked.stdout
    own.write_text(OWN_RULE)
    serve_until_ready(config)
    own.write_text(OWN_RULE.replace("predicate", "predicament"))
    checked = run("check", "--config", str(config))
    assert checked.exit_code == EXIT_PROBLEM
    assert "meanwhile the last good rulebook stays in force" in checked.stdout
    serve_until_ready(config)


def test_connect_wants_a_public_address_and_a_channel(config: Path) -> None:
    assert "server.public_url is not set" in run("connect", "--config", str(config)).stderr
    config.write_text('[server]\npublic_url = "https://shop.example"\n')
    assert "no channel with a platform" in run("connect", "--config", str(config)).stderr
    assert "there is no channel 'x'" in run("connect", "x", "--config", str(config)).stderr


def test_the_address_in_use_is_one_clear_line(config: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "wasl", "serve", "--config", str(config), "--port", str(port)],
            capture_output=True, text=True, timeout=60, env={"PYTHONPATH": str(SRC)}, check=False,
        )  # fmt: skip
    assert done.returncode == EXIT_SETTINGS
    assert f"127.0.0.1:{port} is in use already" in done.stderr
    assert len(done.stderr.splitlines()) == 1, "something was begun before the address was had"
    assert "Traceback" not in done.stderr


def test_the_simulation_starts_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wasl", "simulate", "--data", str(tmp_path / "kept")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(SRC)}) as running:
        assert running.stdout is not None
        try:
            assert running.stdout.readline().startswith("http://127.0.0.1:")
        finally:
            running.terminate()
            running.wait(30)
