"""What an operator gets wrong, and what `wasl check` says of it in both languages: what happened, to what, and what to do."""

import socket
import stat
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_PROBLEM, EXIT_SETTINGS
from wasl.wire.isolate import is_arabic

WRONG = {
    "a missing secret": (
        '[channels.telegram]\ntoken = { env = "TELEGRAM_TOKEN" }',
        EXIT_PROBLEM,
        "(did you mean TELEGRAM_TOKE?)",
        "export it",
    ),
    "a wrong type": ('[server]\nport = "abc"', EXIT_SETTINGS, "server.port takes a whole number", ""),
    "a number out of its borders": ("[server]\nport = 70000", EXIT_SETTINGS, "server.port must be at most 65535", ""),
    "an unknown key": ("[server]\nprot = 1", EXIT_SETTINGS, "server.prot is not a setting; did you mean 'port'?", ""),
    "an unknown section": ('[assistan]\nname = "x"', EXIT_SETTINGS, "did you mean 'assistant'?", ""),
    "an unknown choice": ('[log]\nlevel = "inf"', EXIT_SETTINGS, "log.level takes one of", "did you mean 'info'?"),
    "an unknown kind": (
        '[providers.mine]\nkind = "openai_cht"',
        EXIT_SETTINGS,
        "there is no kind 'openai_cht'; did you mean",
        "The kinds are",
    ),
    "an unknown provider": ('[[candidates]]\nprovider = "opnai"', EXIT_SETTINGS, "there is no provider 'opnai'", "write a section"),
    "a wrong store": ('store = "mysql://h/d"', EXIT_SETTINGS, "store: leave it empty for SQLite, or give an address", "postgresql://"),
    "a store that is away": (
        'store = "postgresql://u@127.0.0.1:9/d"',
        EXIT_PROBLEM,
        "store: PostgreSQL cannot be used now",
        "start the database",
    ),
    "a folder that cannot be made": (
        'data = "wasl.toml/data"',
        EXIT_PROBLEM,
        "wasl.toml/data' cannot be made (Not a directory)",
        "set `data`",
    ),
    "a data folder that is a file": ('data = "wasl.toml"', EXIT_PROBLEM, "'wasl.toml' is a file; the data needs a folder", "set `data`"),
    "a folder of documents that is not there": ('knowledge = "nosuch"', EXIT_PROBLEM, "there is no folder 'nosuch'", "make it, or mend"),
    "a file as folder of documents": (
        'knowledge = "wasl.toml"',
        EXIT_PROBLEM,
        "'wasl.toml' is a file; `knowledge` names",
        "mend `knowledge`",
    ),
    "an empty secret": ('[channels.telegram]\ntoken = { env = "EMPTY" }', EXIT_PROBLEM, "EMPTY, which is empty", "give it the secret"),
    "an address without its beginning": (
        '[providers.house]\nkind = "openai_chat"\nbase_url = "127.0.0.1:11434/v1"',
        EXIT_SETTINGS,
        "providers.house.base_url: an address begins with http:// or https://",
        "such as",
    ),
    "an address with a port that is none": (
        '[providers.house]\nkind = "openai_chat"\nbase_url = "http://127.0.0.1:99999/v1"',
        EXIT_SETTINGS,
        "providers.house.base_url: this is no whole address",
        "a port up to 65535",
    ),
    "text without quotes": (
        "[assistant]\nname = Zaytuna",
        EXIT_SETTINGS,
        "(at line 2, column 8): text stands between quotes",
        "Mend that line",
    ),
    "digits of another script": ("[server]\nport = ١٨٠٨٣", EXIT_SETTINGS, "written with the digits 0 to 9", "Mend that line"),
    "no TOML": ("[server\nport = 1", EXIT_SETTINGS, "wasl.toml is not valid TOML", "Mend that line"),
    "no time zone": ('[deployment]\nzone = "Asia/Riyad"', EXIT_SETTINGS, "'Asia/Riyad' is no time zone; write one such as", ""),
    "a wrong address": ('[server]\npublic_url = "shop.example"', EXIT_SETTINGS, "server.public_url has not the form", "https://"),
    "a reference of another program": (
        '[channels.telegram]\ntoken = "$TELEGRAM_TOKEN"',
        EXIT_SETTINGS,
        "would be taken as it stands",
        "env =",
    ),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_TOKE", "1:a")
    monkeypatch.setenv("EMPTY", "")


def check(text: str, language: str) -> Result:
    Path("wasl.toml").write_text(text + "\n", encoding="utf-8")
    return typed("check", "--language", language, catch=False)


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_setting_is_told_with_the_way_out(name: str) -> None:
    text, code, what, do = WRONG[name]
    result = check(text, "en")
    assert result.exit_code == code, result.output
    assert what in result.output
    assert do in result.output


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_setting_is_told_in_arabic(name: str) -> None:
    text, code, *_ = WRONG[name]
    result = check(text, "ar")
    assert result.exit_code == code
    wrong = [line for line in result.output.splitlines() if line.startswith(("✗", "wasl:", "    ←"))]
    assert wrong
    assert all(is_arabic(line) for line in wrong), result.output


def test_where_the_file_is_wrong_and_what_to_write_there_is_told_in_arabic() -> None:
    said = "".join(letter for letter in check("[server]\nhost = محلي", "ar").stderr if letter not in "\u2066\u2067\u2068\u2069\u200e")
    assert "قيمة لا تُفهم (السطر 2، العمود 8): يُكتب النص بين علامتي تنصيص" in said


def test_a_port_that_another_program_has_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        text = f"[server]\nport = {taken.getsockname()[1]}"
        Path("wasl.toml").write_text(text)
        result = typed("serve", "--language", "ar", catch=False)
    assert result.exit_code in (EXIT_PROBLEM, EXIT_SETTINGS)
    assert "مستعمل" in result.stderr


def test_what_is_wrong_in_several_places_stands_on_lines_of_its_own() -> None:
    result = check("[server]\nprot = 1\nhots = 2", "en")
    assert [line.strip()[:11] for line in result.stderr.replace("wasl:", "").strip().splitlines()] == ["server.prot", "server.hots"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_database_that_is_none_is_told_and_left_as_it_is(language: str) -> None:
    file = Path("data/wasl.db")
    file.parent.mkdir()
    file.write_bytes(b"not a database at all, only words" * 200)
    Path("wasl.toml").write_text("[server]\nport = 0\n")
    before = file.read_bytes()
    for command in ("check", "status", "serve"):
        result = typed(command, "--language", language, catch=False)
        assert result.exit_code == EXIT_SETTINGS, result.output
        assert ("'wasl.db' is damaged or no database" in result.stderr) is (language == "en")
        assert is_arabic(result.stderr) is (language == "ar")
    assert file.read_bytes() == before


def test_what_people_said_is_readable_by_its_owner_only_and_an_open_folder_is_told() -> None:
    assert typed("check").exit_code == 0
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (Path("data"), Path("data/wasl.db"))}
    assert made == {"data": 0o700, "wasl.db": 0o600}
    Path("data").chmod(0o755)
    Path("data/wasl.db").chmod(0o644)
    result = check("", "en")
    assert result.exit_code == EXIT_PROBLEM
    assert "everybody on this machine may read 'data/wasl.db'" in result.output
    assert "(chmod 700)" in result.output
    assert "كل من على هذا الجهاز يقرأ" in check("", "ar").output


def test_a_document_that_is_empty_is_told() -> None:
    Path("knowledge").mkdir()
    Path("knowledge/hours.md").write_bytes(b"\xef\xbb\xbf\r\n")
    result = check("", "en")
    assert "'hours.md' is empty; write into it or remove it" in result.output
    assert "فارغ؛ اكتب فيه أو أزله" in check("", "ar").output
