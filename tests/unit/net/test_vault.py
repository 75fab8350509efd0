import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wasl.domain.errors import Malformed
from wasl.net.vault import PIECE_BYTES, FolderVault
from wasl.testing.memory import peak_bytes

SECRET = b"a sentence that must not lie about in the open. " * 40_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(folder: Path) -> FolderVault:
    made = FolderVault(folder)
    made.open_key("one")
    return made


def test_what_lies_in_the_folder_tells_nothing_and_is_smaller(vault: FolderVault, folder: Path) -> None:
    sha256, size = vault.keep("one", io.BytesIO(SECRET))
    sealed = (folder / "files" / "one" / sha256).read_bytes()
    assert b"sentence" not in sealed
    assert len(sealed) < size / 4


def test_keys_are_for_their_owner_only_and_lie_apart(vault: FolderVault, folder: Path) -> None:
    vault.keep("one", io.BytesIO(SECRET))
    key = folder / "keys" / "one"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert not list((folder / "files").rglob("*key*"))


def test_a_copy_of_the_bytes_is_worth_nothing_once_the_key_is_gone(vault: FolderVault, folder: Path) -> None:
    sha256, _ = vault.keep("one", io.BytesIO(SECRET))
    copy = (folder / "files" / "one" / sha256).read_bytes()
    vault.destroy("one")
    vault.open_key("one")
    (folder / "files" / "one").mkdir()
    (folder / "files" / "one" / sha256).write_bytes(copy)
    with pytest.raises(KeyError):
        list(vault.read("one", sha256))


def test_a_rewritten_file_has_another_key_so_an_old_copy_stays_shut(vault: FolderVault, folder: Path) -> None:
    old, _ = vault.keep("one", io.BytesIO(SECRET))
    before = (folder / "keys" / "one").read_text()
    vault.rewrite("one", old, without=[(0, 10)])
    after = (folder / "keys" / "one").read_text()
    assert old not in after
    assert before.split()[1] not in after


@pytest.mark.parametrize("place", [0, 5, 6, 16, 20, 500, -1])
def test_a_changed_byte_is_seen(vault: FolderVault, folder: Path, place: int) -> None:
    sha256, _ = vault.keep("one", io.BytesIO(SECRET))
    path = folder / "files" / "one" / sha256
    changed = bytearray(path.read_bytes())
    changed[place] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Malformed):
        list(vault.read("one", sha256))


def test_a_file_cut_anywhere_is_seen(vault: FolderVault, folder: Path) -> None:
    plain = b"PK\x03\x04" + os.urandom(PIECE_BYTES * 2)
    sha256, _ = vault.keep("one", io.BytesIO(plain))
    path = folder / "files" / "one" / sha256
    whole = path.read_bytes()
    piece = 4 + PIECE_BYTES + 16
    for length in (0, 3, 16, 18, 20, 16 + piece - 1, 16 + piece, 16 + 2 * piece, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(Malformed):
            list(vault.read("one", sha256))


def test_swapped_pieces_and_the_file_of_another_are_seen(vault: FolderVault, folder: Path) -> None:
    sha256, _ = vault.keep("one", io.BytesIO(b"PK\x03\x04" + os.urandom(PIECE_BYTES * 3)))
    other, _ = vault.keep("one", io.BytesIO(b"another file"))
    path = folder / "files" / "one" / sha256
    whole = path.read_bytes()
    piece = 4 + PIECE_BYTES + 16
    path.write_bytes(whole[:16] + whole[16 + piece : 16 + 2 * piece] + whole[16 : 16 + piece] + whole[16 + 2 * piece :])
    with pytest.raises(Malformed):
        list(vault.read("one", sha256))
    path.write_bytes((folder / "files" / "one" / other).read_bytes())
    with pytest.raises(Malformed):
        list(vault.read("one", sha256))


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", ".hidden", "x" * 101, "a\0b", "a.partial"])
def test_a_name_that_could_leave_the_folder_is_refused(vault: FolderVault, name: str) -> None:
    with pytest.raises(Malformed):
        vault.open_key(name)


def test_a_hash_that_could_leave_the_folder_is_unknown(vault: FolderVault) -> None:
    with pytest.raises(KeyError):
        list(vault.read("one", "../../keys/one"))


def test_memory_does_not_grow_with_the_file(vault: FolderVault) -> None:
    class Endless(io.RawIOBase):
        left = 64 << 20

        def read(self, size: int = -1) -> bytes:
            given = min(size, self.left)
            self.left -= given
            return b"x" * given

    def kept_and_read() -> bool:
        sha256, size = vault.keep("one", Endless())  # type: ignore[arg-type]  # a file in all that is asked of it
        return sum(map(len, vault.read("one", sha256))) == size == 64 << 20

    whole, peak = peak_bytes(kept_and_read)
    assert whole
    assert peak < 8 << 20


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from wasl.net import vault
count = int(sys.argv[3])
real = vault._sync_folder if sys.argv[4] == "folder" else os.fsync
def dying(what):
    global count
    if count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    count -= 1
    return real(what)
if sys.argv[4] == "folder":
    vault._sync_folder = dying
else:
    os.fsync = dying
import io
kept = vault.FolderVault(Path(sys.argv[2]))
kept.open_key("one")
sha, _ = kept.keep("one", io.BytesIO(b"first " * 1000))
kept.rewrite("one", sha, without=[(0, 5)])
"""


@pytest.mark.parametrize("where", ["file", "folder"])
@pytest.mark.parametrize("count", range(9))
def test_killed_at_any_sync_the_vault_opens_and_keeps_again(folder: Path, count: int, where: str) -> None:
    source = Path(__file__).resolve().parents[3] / "src"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(source), str(folder), str(count), where], check=False, capture_output=True)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    vault = FolderVault(folder)
    assert vault.sweep(before_ms=0) == 0  # what is young may be under way elsewhere
    vault.sweep(before_ms=1 << 62)
    vault.open_key("one")
    for file in (folder / "files" / "one").iterdir() if (folder / "files" / "one").exists() else ():
        assert b"first" in b"".join(vault.read("one", file.name))
    sha256, _ = vault.keep("one", io.BytesIO(b"first " * 1000))
    assert b"".join(vault.read("one", sha256)) == b"first " * 1000
    assert not list(folder.rglob("*.partial"))
