"""Setting up what the tests need: a made-up apt-get shows what would be installed, and nothing on this machine changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
APT_GET = """#!/bin/sh
echo "$@" >> "{log}"
for last; do :; done
case " $* " in
    *" install "*)
        if [ "$last" = "{brings}" ]; then
            printf '#!/bin/sh\\n' > "{folder}/{brings}"
            /bin/chmod +x "{folder}/{brings}"
        fi
        ;;
esac
exit 0
"""
SUDO = """#!/bin/sh
shift
exec "$@"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A PATH of its own with the few commands that the script may use."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("env", "true"):
        (folder / name).symlink_to(f"/usr/bin/{name}")
    (folder / "sh").symlink_to("/bin/sh")
    return folder


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def run(folder: Path, *, code: str = "import ensure_tools; ensure_tools.main()") -> str:
    """Runs the script on a machine that has PostgreSQL and, unless the PATH brings one, no browser."""
    prelude = f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); import ensure_tools; ensure_tools.CHROMIUM_FILES = (); "
    prelude += "ensure_tools.find_postgres = lambda: 'somewhere'; "
    environment = {"PATH": str(folder), "HOME": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", prelude + code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout


def test_what_is_missing_is_installed_after_the_lists_were_updated(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    put(folder, "apt-get", APT_GET.format(log=log, folder=folder, brings="chromium"))
    put(folder, "sudo", SUDO)
    said = run(folder)
    calls = log.read_text().splitlines()
    assert "update" in calls[0].split()
    assert [line.split()[-1] for line in calls[1:]] == ["chromium"]
    assert "Installing for the tests" in said
    assert "The tests want" not in said


def test_what_is_there_is_used_and_nothing_is_installed(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    put(folder, "apt-get", APT_GET.format(log=log, folder=folder, brings=""))
    put(folder, "chromium", "#!/bin/sh\n")
    assert run(folder) == ""
    assert not log.exists()


def test_a_package_that_the_system_lacks_is_told_in_one_line(folder: Path, tmp_path: Path) -> None:
    put(folder, "apt-get", APT_GET.format(log=tmp_path / "log", folder=folder, brings=""))
    put(folder, "sudo", SUDO)
    assert "The tests want chromium, which is not on this machine: sudo apt-get install chromium\n" in run(folder)


@pytest.mark.parametrize(("tool", "advice"), [("dnf", "sudo dnf install chromium"), ("brew", "brew install --cask chromium")])
def test_other_systems_are_told_their_own_command(folder: Path, tool: str, advice: str) -> None:
    put(folder, tool, "#!/bin/sh\nexit 1\n")
    assert run(folder) == f"The tests want chromium, which is not on this machine: {advice}\n"


def test_the_newest_postgres_is_taken(folder: Path, tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        bin_folder = tmp_path / "pg" / version / "bin"
        bin_folder.mkdir(parents=True)
        for name in ("initdb", "postgres"):
            put(bin_folder, name, "")
    code = f"import importlib; importlib.reload(ensure_tools); ensure_tools.POSTGRES_FOLDERS = ({str(tmp_path / 'pg' / '*' / 'bin')!r},); "
    assert run(folder, code=code + "print(ensure_tools.find_postgres())").strip() == str(tmp_path / "pg" / "17" / "bin")


def test_a_browser_may_be_named(folder: Path, tmp_path: Path) -> None:
    browser = tmp_path / "my browser"
    browser.write_text("")
    code = f"import os; os.environ['WASL_CHROMIUM'] = {str(browser)!r}; print(ensure_tools.find_chromium())"
    assert run(folder, code=code).strip() == str(browser)
    assert os.environ.get("WASL_CHROMIUM") != str(browser)
