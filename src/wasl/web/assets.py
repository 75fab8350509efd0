"""Static files: read once, served from memory under the hash of the whole tree, compressed once."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
COMPRESSED = frozenset({".css", ".js", ".svg", ".txt", ".md"})
YEAR_SECONDS = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file: its bytes, and the same compressed where that helps."""

    media_type: str
    body: bytes
    zipped: bytes | None


class Assets:
    """Every static file. A relative import or url() stays under the same hash, so all of them may be kept for ever."""

    def __init__(self, folder: Path = STATIC, *, base: str = "/static") -> None:
        self._files = {path.relative_to(folder).as_posix(): _asset(path) for path in sorted(folder.rglob("*")) if path.suffix in TYPES}
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(f"{name} {len(asset.body)}\n".encode() + asset.body)
        self._version = digest.hexdigest()[:12]
        self._base = base

    def url(self, name: str) -> str:
        """Gives the address of a file, which changes when any file does. Raises KeyError for a file that is not there."""
        if name not in self._files:
            raise KeyError(f"no static file {name!r}")
        return f"{self._base}/{self._version}/{name}"

    def text(self, name: str) -> str:
        """Gives the text of a file."""
        return self._files[name].body.decode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers GET and HEAD below the base."""
        path = str(scope["path"]).removeprefix(self._base).lstrip("/")
        version, _, name = path.partition("/")
        asset = self._files.get(name)
        if asset is None or scope["method"] not in ("GET", "HEAD"):
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
            await send({"type": "http.response.body", "body": b"There is no such file.\n"})
            return
        lasting = f"public, max-age={YEAR_SECONDS}, immutable" if version == self._version else "no-cache"
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        body, encoding = (asset.zipped, [(b"content-encoding", b"gzip")]) if asset.zipped and b"gzip" in accepted else (asset.body, [])
        headers = [
            (b"content-type", asset.media_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", lasting.encode()),
            (b"vary", b"accept-encoding"),
            (b"x-content-type-options", b"nosniff"),
            # The frame of the widget is a document of ours, but a sandboxed one asks from origin "null".
            (b"access-control-allow-origin", b"*"),
            *encoding,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(media_type=TYPES[path.suffix], body=body, zipped=_zipped(body) if path.suffix in COMPRESSED else None)


@cache
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=9, mtime=0)
