"""Blobs in a folder: sha256/ab/cd/…, written whole and synced before they are named."""

import asyncio
import hashlib
import os
import re
import threading
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from wasl.domain.errors import TooLarge

PIECE_BYTES = 256 << 10
_HASH = re.compile(r"[0-9a-f]{64}\Z")


class FolderBlobs:
    """Media by content hash below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        """Keeps `data` durably and gives its hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(self._write, sha256, data)
        return sha256

    async def keep(self, source: BinaryIO, *, size_bytes_max: int) -> tuple[str, int]:
        """Keeps everything in `source` durably, piece by piece, and gives its hash and size. Raises TooLarge past the limit."""
        return await asyncio.to_thread(self._keep, source, size_bytes_max)

    async def get(self, sha256: str) -> bytes:
        """Gives the bytes. Raises KeyError when none are kept under the hash."""
        try:
            return await asyncio.to_thread(self._path(sha256).read_bytes)
        except FileNotFoundError as error:
            raise KeyError(sha256) from error

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Walks the bytes in pieces of at most 256 KiB. Raises KeyError when none are kept under the hash."""
        try:
            file = await asyncio.to_thread(self._path(sha256).open, "rb")
        except FileNotFoundError as error:
            raise KeyError(sha256) from error
        with file:
            while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                yield piece

    async def has(self, sha256: str) -> bool:
        """Says whether bytes are kept under the hash."""
        return await asyncio.to_thread(self._path(sha256).exists)

    async def delete(self, sha256: str) -> None:
        """Forgets the bytes."""
        await asyncio.to_thread(self._path(sha256).unlink, missing_ok=True)

    def _path(self, sha256: str) -> Path:
        if not _HASH.match(sha256):
            raise KeyError(sha256)
        return self._folder / "sha256" / sha256[:2] / sha256[2:4] / sha256

    def _write(self, sha256: str, data: bytes) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{sha256}.{os.getpid()}.{threading.get_ident()}.part")  # the same file may come twice at once
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _name(part, path)
        finally:
            part.unlink(missing_ok=True)

    def _keep(self, source: BinaryIO, size_bytes_max: int) -> tuple[str, int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{uuid.uuid4().hex}.part"
        digest, size = hashlib.sha256(), 0
        try:
            with part.open("wb") as file:
                while piece := source.read(PIECE_BYTES):
                    size += len(piece)
                    if size > size_bytes_max:
                        raise TooLarge(f"a file is larger than {size_bytes_max} bytes; it was not kept")
                    digest.update(piece)
                    file.write(piece)
                path = self._path(digest.hexdigest())
                if not path.exists():
                    file.flush()
                    os.fsync(file.fileno())
                    path.parent.mkdir(parents=True, exist_ok=True)
                    _name(part, path)
        finally:
            part.unlink(missing_ok=True)
        return digest.hexdigest(), size


def _name(part: Path, path: Path) -> None:
    """Gives a whole file its name, durably."""
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
