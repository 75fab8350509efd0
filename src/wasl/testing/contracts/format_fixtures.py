"""Fixtures of formats, as the format contract reads them, and the bundles that it makes of them.

A folder of a format holds one folder for each case. A case holds `expected.json` and one thing whose name begins with `source`:

- a file (`source.txt`): given as one file;
- a folder `source`: given as a folder of files;
- a folder `source.zip`: packed, and given as a zip (kept unpacked here so that a change of it can be read).

`expected.json` says `source` (where the shape was seen), `seen` (the day, ISO) and, where they are needed, `name` (the file's own name
as the person has it), `choices` {zone, language, answers}, `raises` (a named error: then nothing else is asked). The truth: `counts`
{chats, participants, entries, rejects, and `records` where the source counts its own}, and any of `chats`, `participants`, `entries`
(lists), `first` and `last` (an entry), `shape`, `rejects`, `problems`: compared field by field, what is not named is not compared.
"""

import importlib
import io
import pkgutil
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import msgspec

from wasl.ports.format import Choices
from wasl.wire.bundle import Bundle, ManyBundle, Member, open_bundle

Files = Mapping[str, bytes]
"""Members by name, in order."""
_OFFSET_AT = 42
"""Where an entry of a zip's directory says where its member begins, and the size of what ends it (APPNOTE.TXT 4.3.12, 4.3.16)."""
_END_BYTES = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One source with its truth. `packed` says that its files came in a zip."""

    name: str
    bundle_name: str
    files: Files
    shape: str
    expected: Mapping[str, Any]

    @property
    def choices(self) -> Choices:
        """What the person decided."""
        return Choices(**self.expected.get("choices", {}))

    @property
    def readable(self) -> bool:
        """Says whether the source is one that must be read, not one that must be refused."""
        return "raises" not in self.expected

    def bundle(self, files: Files | None = None) -> Bundle:
        """Gives the source as a person would, or with other bytes in its members."""
        held = self.files if files is None else files
        if self.shape == "file":
            (content,) = held.values()
            return open_bundle(self.bundle_name, io.BytesIO(content), size_bytes=len(content))
        if self.shape == "zip":
            packed = zipped(held)
            return open_bundle(self.bundle_name, io.BytesIO(packed), size_bytes=len(packed))
        return many(self.bundle_name, held)

    def with_member(self, name: str, content: bytes) -> Files:
        """Gives the files with other bytes in one of them."""
        return {**self.files, name: content}


def many(name: str, files: Files) -> Bundle:
    """Makes a bundle of files in memory."""
    return ManyBundle(name, [(Member(name=path, size_bytes=len(held)), _opener(held)) for path, held in files.items()])


def zipped(files: Files) -> bytes:
    """Packs files, always into the same bytes."""
    members = [_packed(path, held) for path, held in files.items()]
    at, directory = 0, []
    for local, central in members:
        directory.append(central[:_OFFSET_AT] + at.to_bytes(4, "little") + central[_OFFSET_AT + 4 :])
        at += len(local)
    listed = b"".join(directory)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(members), len(members), len(listed), at, 0)
    return b"".join(local for local, _ in members) + listed + end


@lru_cache(maxsize=512)
def _packed(path: str, held: bytes) -> tuple[bytes, bytes]:
    """Packs one member as `zipfile` does; gives it with its entry of the directory. Most members are the same in most sources of a case."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr(zipfile.ZipInfo(path, (2026, 11, 22, 0, 0, 0)), held, zipfile.ZIP_DEFLATED)
        start = packing.start_dir
    return out.getvalue()[:start], out.getvalue()[start:-_END_BYTES]


def load_cases(folder: Path) -> tuple[Case, ...]:
    """Reads the cases of a format. Raises AssertionError where one lacks what must be there."""
    found = tuple(_case(path) for path in sorted(folder.iterdir()) if path.is_dir()) if folder.is_dir() else ()
    assert any(case.readable for case in found), f"no payload, no pass: {folder} holds no case that can be read"
    return found


def discover(package: ModuleType) -> dict[str, type[Any]]:
    """Finds the formats in a package by what they declare: a class of the module with `kind`, `title`, and `read` or `write`."""
    found: dict[str, type[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if not isinstance(value, type) or value.__module__ != module.name or not {"kind", "title"} <= set(vars(value)):
                continue
            if hasattr(value, "read") or hasattr(value, "write"):
                assert vars(value)["kind"] not in found, f"two formats of kind {vars(value)['kind']!r}"
                found[vars(value)["kind"]] = value
    return found


def plain(value: Any) -> Any:
    """Turns what a reader yields into JSON values: named tuples and dataclasses become objects, a dataclass's parts keep their type."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(item) for name, item in zip(value._fields, value, strict=True)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class Counting:
    """A bundle that counts the bytes that are taken from it, and the members that are opened."""

    def __init__(self, inner: Bundle) -> None:
        self.name = inner.name
        self.inner = inner
        self.bytes_read = 0
        self.opened: list[str] = []

    def members(self) -> Sequence[Member]:
        """Lists the inner bundle's members."""
        return self.inner.members()

    def open(self, name: str) -> BinaryIO:
        """Opens a member; everything read from it is counted."""
        self.opened.append(name)
        return _Pieces(self.inner.open(name), self, size_bytes=1 << 20)  # type: ignore[return-value]  # a raw reader is enough


class Piecemeal(Counting):
    """A bundle whose members give a few bytes at a time, whatever is asked for."""

    def __init__(self, inner: Bundle, *, size_bytes: int) -> None:
        super().__init__(inner)
        self.size_bytes = size_bytes

    def open(self, name: str) -> BinaryIO:
        """Opens a member that gives little at a time."""
        return _Pieces(self.inner.open(name), self, size_bytes=self.size_bytes)  # type: ignore[return-value]  # a raw reader is enough


class Endless:
    """A bundle of one case whose members go on with spaces after their end, up to a size."""

    def __init__(self, case: Case, *, size_bytes: int) -> None:
        self.name = case.bundle_name
        self._files = case.files
        self._size_bytes = size_bytes

    def members(self) -> Sequence[Member]:
        """Lists the members with their pretended size."""
        return [Member(name=name, size_bytes=self._size_bytes) for name in self._files]

    def open(self, name: str) -> BinaryIO:
        """Opens a member that is followed by spaces."""
        content = self._files[name]
        return Stream([content, *[b" " * (1 << 16)] * (max(0, self._size_bytes - len(content)) >> 16)])  # type: ignore[return-value]


class Stream(io.RawIOBase):
    """Pieces of bytes read one after another, never held together; they may repeat the same object."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer with what is left of the piece, or the next one."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class _Pieces(io.RawIOBase):
    def __init__(self, source: BinaryIO, count: Counting, *, size_bytes: int) -> None:
        self._source = source
        self._count = count
        self._size_bytes = size_bytes

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer with as much as is given at a time."""
        piece = self._source.read(min(len(buffer), self._size_bytes))
        self._count.bytes_read += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


def _opener(content: bytes) -> Any:
    return lambda: io.BytesIO(content)


def _case(path: Path) -> Case:
    assert (path / "expected.json").is_file(), f"{path} does not say what is expected of it"
    expected = msgspec.json.decode((path / "expected.json").read_bytes())
    for name in ("source", "seen"):
        assert isinstance(expected.get(name), str), f"{path}/expected.json does not say its {name}"
        assert expected[name], f"{path}/expected.json does not say its {name}"
    date.fromisoformat(expected["seen"])
    assert "raises" in expected or "counts" in expected, f"{path}/expected.json holds neither counts nor raises"
    found = [item for item in sorted(path.iterdir()) if item.name.startswith("source")]
    assert len(found) == 1, f"{path} must hold one thing named source…, not {[item.name for item in found]}"
    (source,) = found
    name = expected.get("name", source.name)
    if source.is_file():
        return Case(name=path.name, bundle_name=name, files={name: source.read_bytes()}, shape="file", expected=expected)
    held = {str(item.relative_to(source)): item.read_bytes() for item in _walk(source)}
    shape = "zip" if source.suffix == ".zip" else "folder"
    return Case(name=path.name, bundle_name=name, files=held, shape=shape, expected=expected)


def _walk(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
