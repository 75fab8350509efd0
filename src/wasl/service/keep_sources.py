"""Keep sources: what an import was made of, kept whole: texts in the vault under the import's key, media among the blobs."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO, Final

from wasl.domain.archive import Entry, File
from wasl.domain.errors import Malformed, TooLarge
from wasl.ports.blobs import Blobs
from wasl.ports.format import Reads, Restores, SourceFile
from wasl.ports.vault import Vault
from wasl.wire.bundle import PIECE_BYTES, Bundle, Member
from wasl.wire.streamed import Streamed

FILE_BYTES_MAX: Final = 4 << 30
"""Of one attachment; a larger one is told as refused."""
READ_FIRST: Final = (".txt", ".json", ".jsonl", ".ndjson", ".csv", ".html", ".htm", ".xml", ".md", ".mbox", ".js")
"""Endings of members that hold words: they are kept before anything is stored, the others when it is known that they are no
attachments."""


def holds_words(member: Member) -> bool:
    """Says whether a member is text by its name."""
    name = member.name.lower().rpartition("/")[2]
    return "." not in name or name.endswith(READ_FIRST)


def identity(bundle: Bundle) -> str:
    """Gives a digest by which the same source is known again: the bytes of its texts, the names and sizes of the rest. Blocks."""
    digest = hashlib.sha256()
    members = sorted(bundle.members(), key=lambda m: m.name)
    for member in members:
        # The only member of a plain file is known by its bytes: a file is often renamed on its way.
        digest.update(f"{member.name if len(members) > 1 else ''}\x00{member.size_bytes}\x00".encode("utf-8", "surrogatepass"))
        if holds_words(member) or len(members) == 1:
            with bundle.open(member.name) as file, Streamed(until_broken(file)) as whole:
                while piece := whole.read(PIECE_BYTES):
                    digest.update(piece)
    return digest.hexdigest()


def until_broken(source: BinaryIO) -> Iterator[bytes]:
    """Walks a member of a bundle to its end, or to where it is cut off or broken: what came before is good, and is kept."""
    try:
        while piece := source.read(PIECE_BYTES):
            yield piece
    except Malformed:
        return


class Attach:
    """Keeps the attachments of entries while they stream by, each member once."""

    def __init__(self, *, blobs: Blobs, bundle: Bundle, reader: Reads) -> None:
        self._blobs = blobs
        self._bundle = bundle
        self._reader = reader
        self.kept: dict[str, tuple[str, int]] = {}
        self.missing = 0

    async def entry(self, entry: Entry) -> Entry:
        """Gives the entry with the hashes of its files; the entry itself when it has none."""
        if not any(isinstance(p, File) and p.state == "present" for p in entry.parts):
            return entry
        parts = [await self._file(p) if isinstance(p, File) and p.state == "present" else p for p in entry.parts]
        return entry._replace(parts=tuple(parts))

    async def _file(self, file: File) -> File:
        try:
            if file.sha256 is not None and isinstance(self._reader, Restores):
                await self._from_archive(self._reader, file.sha256)
                return file
            if file.member is not None:
                sha256, size = await self._member(file.member)
            else:
                return replace(file, state="missing", reason="the source names no file")
        except KeyError:
            self.missing += 1
            return replace(file, state="missing", reason="it is not in the source")
        except TooLarge as error:
            return replace(file, state="refused", reason=error.message)
        except Malformed as error:
            self.missing += 1
            return replace(file, state="missing", reason=error.message)
        return replace(file, sha256=sha256, size_bytes=size)

    async def _member(self, member: str) -> tuple[str, int]:
        known = self.kept.get(member)
        if known is None:
            with await asyncio.to_thread(self._bundle.open, member) as source:
                known = self.kept[member] = await self._blobs.keep(source, size_bytes_max=FILE_BYTES_MAX)
        return known

    async def _from_archive(self, reader: Restores, sha256: str) -> None:
        """Takes a held file out of an archive of ours, unless it is here already."""
        if await self._blobs.has(sha256):
            return
        with Streamed(reader.attachment(self._bundle, sha256)) as source:
            found, _ = await self._blobs.keep(source, size_bytes_max=FILE_BYTES_MAX)
        if found != sha256:
            await self._blobs.delete(found)
            raise Malformed(f"the file {sha256[:16]}… in the archive is not what its name says")


class KeepSources:
    """Keeps the members of one bundle under one key, in the order of the bundle."""

    def __init__(self, *, vault: Vault, bundle: Bundle, key: str) -> None:
        self._vault = vault
        self._bundle = bundle
        self._key = key
        self._places = {member.name: place for place, member in enumerate(bundle.members())}
        self._files: dict[int, SourceFile] = {}
        self.attached: list[dict[str, str | int]] = []

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """What is kept so far, in the bundle's order."""
        return tuple(self._files[place] for place in sorted(self._files))

    @property
    def sizes(self) -> Mapping[int, int]:
        """The bytes of each member that is kept, by its place."""
        return {place: file.size_bytes for place, file in self._files.items()}

    def words(self, told: Callable[[int], None]) -> None:
        """Keeps what holds words. Blocks."""
        self._vault.open_key(self._key)
        only = len(self._places) == 1
        self._keep((m for m in self._bundle.members() if only or holds_words(m)), told)

    def rest(self, attached: Mapping[str, tuple[str, int]], told: Callable[[int], None]) -> None:
        """Notes the attachments, which are among the blobs, and keeps whatever else there is. Blocks."""
        for name, (sha256, size) in attached.items():
            place = self._places.get(name)
            if place is not None and place not in self._files:
                self.attached.append({"position": place, "name": name, "sha256": sha256, "bytes": size})
        self.attached.sort(key=lambda file: file["position"])
        self._keep((m for m in self._bundle.members() if self._places[m.name] not in self._files and m.name not in attached), told)

    def _keep(self, members: Iterator[Member], told: Callable[[int], None]) -> None:
        for member in members:
            with self._bundle.open(member.name) as file, Streamed(until_broken(file)) as source:
                sha256, size = self._vault.keep(self._key, source)
            place = self._places[member.name]
            self._files[place] = SourceFile(import_id=self._key, position=place, name=member.name, sha256=sha256, size_bytes=size)
            told(size)
