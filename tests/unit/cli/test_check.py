"""`wasl check` on a machine where another program has the port."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.marks import seen
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_PROBLEM

PAGE = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>"
GREETING = b"SSH-2.0-other_1.0\r\n"


@contextmanager
def another_program(says: bytes) -> Iterator[int]:
    """Listens on a free port, reads what comes, says one thing to everybody, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listening.accept()
                except OSError:
                    return
                with caller:
                    if caller.recv(4096):
                        caller.sendall(says)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def check(folder: Path, *, port: int, public: str = "", language: str = "en") -> Result:
    file = folder / "wasl.toml"
    file.write_text(f'language = "{language}"\ndata = "{folder / "data"}"\n[server]\nport = {port}\n{public}\n', encoding="utf-8")
    return typed("check", "--config", str(file), catch=False)


@pytest.mark.parametrize("says", [PAGE, GREETING, b""], ids=["a page", "no HTTP", "nothing"])
@pytest.mark.parametrize("public", ["", 'public_url = "http://127.0.0.1:1"'], ids=["at home", "in public"])
def test_a_port_that_another_program_has_is_found(tmp_path: Path, says: bytes, public: str) -> None:
    with another_program(says) as port:
        result = check(tmp_path, port=port, public=public)
    assert result.exit_code == EXIT_PROBLEM
    assert f"✗ server: another program answers at http://127.0.0.1:{port}: the port is taken" in result.stdout
    assert "→ stop that program, or set server.port to another" in result.stdout


def test_a_port_that_another_program_has_is_told_in_arabic(tmp_path: Path) -> None:
    with another_program(PAGE) as port:
        result = check(tmp_path, port=port, language="ar")
    assert result.exit_code == EXIT_PROBLEM
    told = seen(result.stdout)
    assert f"✗ server: برنامج آخر يجيب عند http://127.0.0.1:{port}: المنفذ مشغول" in told
    assert "→ أوقف ذلك البرنامج، أو اجعل server.port غيره" in told
