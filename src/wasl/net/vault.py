"""The vault in a folder: sources compressed and sealed, the keys in files of their own beside.

    <folder>/keys/<name>          one line a file: its hash and its key (hex); readable by its owner only
    <folder>/files/<name>/<hash>  the sealed bytes

Every file has a key of its own, drawn by chance, so that a file that is rewritten leaves nothing behind that the kept keys open.
Sealed is: a head, then pieces. The head is `WASLV1`, one byte (1 compressed with zlib, 0 as it is) and 9 zero bytes. A piece is its
length (4 bytes, big-endian) and AES-256-GCM over up to 256 KiB; the nonce is the piece's number (11 bytes) and one byte that is 1 for the
last piece only; the head is authenticated with each. A cut, a swap or a changed bit is seen in the piece where it is.

Written whole, synced, then named: a process that is killed leaves at most a partial file without a key, which `sweep` removes.
"""

import hashlib
import os
import re
import secrets
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from wasl.domain.errors import Malformed, TooLarge

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE_BYTES: Final = 256 << 10
FILES_PER_KEY_MAX: Final = 100_000
"""Files under one name; one import has far fewer."""
COMPRESSION_LEVEL: Final = 3
"""Half the time of level 6, and text is a tenth larger."""
_HEAD: Final = b"WASLV1"
_HEAD_BYTES: Final = 16
_TAG_BYTES: Final = 16
_LENGTH: Final = struct.Struct(">I")
_PACKED: Final = (b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""What begins like this is compressed already."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_HASH: Final = re.compile(r"[0-9a-f]{64}\Z")
_PARTIAL: Final = ".partial"


class FolderVault:
    """Sources below one folder. One process may write under one name at a time; threads may share a vault."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def open_key(self, name: str) -> None:
        """Makes a key file of that name, if there is none. Raises Malformed for a name that is no name of a file."""
        path = self._key_path(name)
        with self._lock:
            if not path.exists():
                self._write_keys(path, {})

    def keep(self, name: str, source: BinaryIO) -> tuple[str, int]:
        """Keeps everything in `source` and gives its SHA-256 and size. Raises KeyError when the key is gone."""
        return self._keep(name, iter(lambda: source.read(PIECE_BYTES), b""))

    def read(self, name: str, sha256: str) -> Iterator[bytes]:
        """Walks the plain bytes, each piece proven before it is given; the whole is proven by its hash at the end."""
        key = self._keys(name).get(sha256)
        if key is None:
            raise KeyError(sha256)
        try:
            file = self._file_path(name, sha256).open("rb")
        except FileNotFoundError as error:
            raise KeyError(sha256) from error
        with file:
            digest = hashlib.sha256()
            for piece in _opened(file, key, what=sha256):
                digest.update(piece)
                yield piece
            if digest.hexdigest() != sha256:
                raise Malformed(f"the kept file {sha256!r} opens but is not what was kept; restore it from a backup")

    def rewrite(self, name: str, sha256: str, *, without: list[tuple[int, int]]) -> tuple[str, int]:
        """Keeps the file again with ranges overwritten by spaces, then forgets the old bytes and their key."""
        kept = self._keep(name, _blanked(self.read(name, sha256), sorted(without)))
        if kept[0] != sha256:
            self._forget(name, sha256)
        return kept

    def destroy(self, name: str) -> None:
        """Forgets the keys, then the bytes; what is gone already is no error."""
        with self._lock:
            path = self._key_path(name)
            path.unlink(missing_ok=True)
            _sync_folder(path.parent)
        folder = self._folder / "files" / name
        for file in _listed(folder):
            file.unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()

    def sweep(self, *, before_ms: int) -> int:
        """Removes what killed processes left half written and files whose keys are gone, where it is older than `before_ms`: what is
        younger may be under way in another process. Gives the number."""
        swept = 0
        for path in _listed(self._folder / "keys"):
            if path.name.endswith(_PARTIAL) and _is_older(path, before_ms):
                path.unlink(missing_ok=True)
                swept += 1
        for folder in _listed(self._folder / "files"):
            keys = self._keys(folder.name) if self._key_path(folder.name).exists() else {}
            for file in _listed(folder):
                if file.name not in keys and _is_older(file, before_ms):
                    file.unlink(missing_ok=True)
                    swept += 1
        return swept

    # -- private
    def _key_path(self, name: str) -> Path:
        if not _NAME.match(name) or name.endswith(_PARTIAL):
            raise Malformed(f"{name!r} cannot name a key: use up to 100 letters, digits, dots, dashes and underscores")
        return self._folder / "keys" / name

    def _file_path(self, name: str, sha256: str) -> Path:
        if not _HASH.match(sha256):
            raise KeyError(sha256)
        return self._folder / "files" / name / sha256

    def _keys(self, name: str) -> dict[str, bytes]:
        try:
            lines = self._key_path(name).read_text("ascii").splitlines()
        except FileNotFoundError as error:
            raise KeyError(name) from error
        try:
            return {sha256: bytes.fromhex(key) for sha256, key in (line.split(" ") for line in lines)}
        except ValueError as error:
            raise Malformed(f"the key file {name!r} is damaged; restore it from a backup") from error

    def _write_keys(self, path: Path, keys: dict[str, bytes]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(path.name + _PARTIAL)
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.writelines(f"{sha256} {key.hex()}\n" for sha256, key in keys.items())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)

    def _keep(self, name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
        self._keys(name)
        folder = self._folder / "files" / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{secrets.token_hex(8)}{_PARTIAL}"
        key = secrets.token_bytes(32)
        try:
            with part.open("xb") as file:
                sha256, size = _sealed(pieces, file, key)
                file.flush()
                os.fsync(file.fileno())
            self._name(name, part, sha256, key)
        finally:
            part.unlink(missing_ok=True)
        return sha256, size

    def _name(self, name: str, part: Path, sha256: str, key: bytes) -> None:
        """Stores the key, then gives the bytes their name: whoever is killed between leaves a key to nothing."""
        path = self._file_path(name, sha256)
        with self._lock:
            keys = self._keys(name)
            if sha256 in keys and path.exists():
                return
            if len(keys) >= FILES_PER_KEY_MAX:
                raise TooLarge(f"the key {name!r} opens {len(keys)} files already, the limit; keep more under another name")
            self._write_keys(self._key_path(name), {**keys, sha256: key})
            part.rename(path)
            _sync_folder(path.parent)

    def _forget(self, name: str, sha256: str) -> None:
        with self._lock:
            keys = self._keys(name)
            keys.pop(sha256, None)
            self._write_keys(self._key_path(name), keys)
        self._file_path(name, sha256).unlink(missing_ok=True)


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _is_older(path: Path, before_ms: int) -> bool:
    try:
        return path.stat().st_mtime * 1000 < before_ms
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    if not folder.is_dir():
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _sealed(pieces: Iterable[bytes], out: BinaryIO, key: bytes) -> tuple[str, int]:
    """Writes pieces compressed and sealed; gives the hash and the size of the plain bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # late: seven megabytes

    digest, size = hashlib.sha256(), 0
    walk = iter(pieces)
    first = next(walk, b"")
    packer = None if first.startswith(_PACKED) else zlib.compressobj(COMPRESSION_LEVEL)
    head = (_HEAD + bytes([packer is not None])).ljust(_HEAD_BYTES, b"\0")
    out.write(head)
    cipher, number, waiting = AESGCM(key), 0, bytearray()
    piece = first
    while piece:
        digest.update(piece)
        size += len(piece)
        waiting += piece if packer is None else packer.compress(piece)
        while len(waiting) > PIECE_BYTES:  # the last piece is never written here: it must say that it is the last
            _write(out, cipher, bytes(waiting[:PIECE_BYTES]), head, _nonce(number, last=False))
            del waiting[:PIECE_BYTES]
            number += 1
        piece = next(walk, b"")
    if packer is not None:
        waiting += packer.flush()
    while len(waiting) > PIECE_BYTES:
        _write(out, cipher, bytes(waiting[:PIECE_BYTES]), head, _nonce(number, last=False))
        del waiting[:PIECE_BYTES]
        number += 1
    _write(out, cipher, bytes(waiting), head, _nonce(number, last=True))
    return digest.hexdigest(), size


def _write(out: BinaryIO, cipher: "AESGCM", piece: bytes, head: bytes, nonce: bytes) -> None:
    out.write(_LENGTH.pack(len(piece) + _TAG_BYTES))
    out.write(cipher.encrypt(nonce, piece, head))


def _opened(file: BinaryIO, key: bytes, *, what: str) -> Iterator[bytes]:
    """Walks the plain bytes of a sealed file. Raises Malformed at the first piece that is not as it was written."""
    from cryptography.exceptions import InvalidTag  # late: seven megabytes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    broken = f"the kept file {what!r} is damaged"
    head = file.read(_HEAD_BYTES)
    if len(head) != _HEAD_BYTES or not head.startswith(_HEAD):
        raise Malformed(f"{broken}: it does not begin as a kept file does; restore it from a backup")
    unpacker = zlib.decompressobj() if head[len(_HEAD)] else None
    cipher, number, last = AESGCM(key), 0, False
    while not last:
        length_bytes = file.read(_LENGTH.size)
        length = _LENGTH.unpack(length_bytes)[0] if len(length_bytes) == _LENGTH.size else 0
        if not _TAG_BYTES <= length <= PIECE_BYTES + _TAG_BYTES:
            raise Malformed(f"{broken} at piece {number}: it is cut or changed; restore it from a backup")
        sealed = file.read(length)
        last = file.read(1) == b""
        if not last:
            file.seek(-1, os.SEEK_CUR)
        try:
            piece = cipher.decrypt(_nonce(number, last=last), sealed, head)
            yield from (piece,) if unpacker is None and piece else _unpacked(unpacker, piece)
        except (InvalidTag, zlib.error) as error:
            raise Malformed(f"{broken} at piece {number}: it is cut or changed, or the key is another; restore both") from error
        number += 1


def _unpacked(unpacker: "zlib._Decompress | None", piece: bytes) -> Iterator[bytes]:
    while unpacker is not None and piece:
        plain = unpacker.decompress(piece, PIECE_BYTES)
        piece = unpacker.unconsumed_tail
        if plain:
            yield plain
        elif not piece:
            return


def _blanked(pieces: Iterable[bytes], ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    """Walks pieces with the ranges (start, length, sorted) overwritten by spaces."""
    at, first = 0, 0
    for piece in pieces:
        end, blanked = at + len(piece), bytearray(piece)
        while first < len(ranges) and sum(ranges[first]) <= at:
            first += 1
        for start, length in ranges[first:]:
            if start >= end:
                break
            low, high = max(start, at), min(start + length, end)
            if high > low:
                blanked[low - at : high - at] = b" " * (high - low)
        yield bytes(blanked)
        at = end
