"""Files that leave beside pages: each held file once, under its digest."""

from collections.abc import Callable, Iterator
from itertools import chain

from wasl.domain.archive import Entry, File
from wasl.wire.archive_bag import is_digest
from wasl.wire.media_names import ending_of, media_path
from wasl.wire.zip_out import LEVEL_PACKED, ZipOut


class MediaOut:
    """Writes the files of entries into a zip; `held` are the digests of those that are there."""

    def __init__(self, zip_: ZipOut, attachment: Callable[[str], Iterator[bytes]] | None) -> None:
        self._zip = zip_
        self._attachment = attachment
        self._folder: str | None = None
        self._asked: set[str] = set()
        self.held: set[str] = set()

    def place_in(self, folder: str) -> None:
        """Puts files from here on flat into a folder ("" is the root), each folder by itself; otherwise they go into `media/`."""
        self._folder = folder
        self._asked.clear()
        self.held.clear()

    def put(self, entry: Entry) -> Iterator[int]:
        """Writes the files of an entry that were not written yet; gives the sizes of their pieces."""
        for part in entry.parts:
            if isinstance(part, File) and part.sha256 and part.sha256 not in self._asked and is_digest(part.sha256):
                self._asked.add(part.sha256)
                yield from self._file(part, part.sha256)

    def _file(self, file: File, sha256: str) -> Iterator[int]:
        if self._attachment is None:
            return
        try:
            pieces = self._attachment(sha256)
            first = next(pieces, b"")
        except KeyError:
            return
        path = media_path(file) if self._folder is None else f"{self._folder}{sha256[:16]}.{ending_of(file)}"
        for told in self._zip.stream(path, chain((first,), pieces), level=LEVEL_PACKED):
            if isinstance(told, int):
                yield told
        self.held.add(sha256)
