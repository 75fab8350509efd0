import os
import subprocess
import sys
from pathlib import Path

from wasl.net.process import is_dead, owner_name


def test_the_running_process_is_not_dead() -> None:
    assert owner_name() == owner_name()
    assert not is_dead(owner_name())


def test_a_process_that_ended_is_dead() -> None:
    command = [sys.executable, "-c", "from wasl.net.process import owner_name; print(owner_name())"]
    path = os.pathsep.join([str(Path(__file__).resolve().parents[3] / "src")])
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path})
    assert is_dead(ended.stdout.strip())


def test_a_later_process_with_the_same_id_does_not_keep_the_dead_one_alive() -> None:
    host, pid, _ = owner_name().rsplit(":", 2)
    assert is_dead(f"{host}:{pid}:1")


def test_nothing_is_said_about_processes_of_other_machines() -> None:
    assert not is_dead("another-host:1:1")
    assert not is_dead("nonsense")
