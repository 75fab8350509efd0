"""Masking: a shelf on which other people of groups have numbers for names.

Their names, handles and keys are replaced wherever the model names a person; their words stay as they are, and words may name people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from wasl.domain.archive import ArchivePart, Chat, Entry, Happening, Name, Participant, Poll
from wasl.domain.work import WorkRecord
from wasl.ports.format import HoldsWork, ImportRecord, PersonRecord, Run, Shelf, SourceFile
from wasl.wire.archive_work import without_hidden

GROUPS: Final = frozenset({"group", "channel"})
WORD: Final[Mapping[str, str]] = {"en": "Person {n}", "ar": "شخص {n}"}


class MaskedShelf:
    """A shelf as it is, but for the other people of its groups. Kept sources of groups are left out: they hold the names."""

    def __init__(self, inner: Shelf, *, language: str) -> None:
        self._inner = inner
        self._word = WORD.get(language.partition("-")[0], WORD["en"])
        self._chat = ""
        self._keys: dict[str, str] = {}

    def people(self) -> Iterator[PersonRecord]:
        """Walks the people."""
        return self._inner.people()

    def chats(self) -> Iterator[Chat]:
        """Walks the chats."""
        for chat in self._inner.chats():
            self._chat = chat.key if chat.kind in GROUPS else ""
            self._keys = {}
            if self._chat:
                self._keys = {
                    one.key: self._word.format(n=number)
                    for number, one in enumerate(self._inner.participants(chat.key), start=1)
                    if one.role == "person" and one.is_self is not True
                }
            yield chat

    def participants(self, chat: str) -> Iterator[Participant]:
        """Walks the participants, the others by number."""
        for one in self._inner.participants(chat):
            key = self._masked(chat, one.key)
            yield one if key == one.key else replace(one, key=key or "", names=(Name(key or ""),), handles=(), person=None, extra={})

    def entries(self, chat: str) -> Iterator[Run]:
        """Walks the entries, their authors by number."""
        for run in self._inner.entries(chat):
            yield run if chat != self._chat else run._replace(entries=[self._entry(entry) for entry in run.entries])

    def entry_ids(self, chat: str, run: Run) -> Sequence[str]:
        """Gives the ids."""
        return self._inner.entry_ids(chat, run)

    def imports(self) -> Iterator[ImportRecord]:
        """Walks the imports, without their files: a source of a group holds what was masked."""
        return (replace(record, files=(), problems=()) for record in self._inner.imports())

    def source(self, file: SourceFile) -> Iterator[bytes]:
        """Raises KeyError: sources hold what was masked."""
        raise KeyError(file.sha256)

    def attachment(self, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a file."""
        return self._inner.attachment(sha256)

    def work(self, kind: str) -> Iterator[WorkRecord]:
        """Walks the books: they name others by ids alone."""
        return map(without_hidden, self._inner.work(kind)) if isinstance(self._inner, HoldsWork) else iter(())

    def left(self) -> Mapping[str, int]:
        """Counts what leaves in no archive."""
        return self._inner.left() if isinstance(self._inner, HoldsWork) else {}

    def _masked(self, chat: str, key: str | None) -> str | None:
        return self._keys.get(key, key) if key is not None and chat == self._chat else key

    def _many(self, keys: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._keys.get(key, key) for key in keys)

    def _entry(self, entry: Entry) -> Entry:
        keys, more = self._keys, entry.more
        parts = tuple(self._part(part) for part in entry.parts)
        answering = more.reply_to
        if answering is not None and answering.author is not None:
            answering = answering._replace(author=keys.get(answering.author, answering.author))
        return entry._replace(
            author=keys.get(entry.author, entry.author) if entry.author is not None else None,
            parts=parts,
            more=replace(
                more,
                on_behalf_of=keys.get(more.on_behalf_of, more.on_behalf_of) if more.on_behalf_of is not None else None,
                reply_to=answering,
                reactions=tuple(r._replace(by=keys.get(r.by, r.by) if r.by else r.by, known=self._many(r.known)) for r in more.reactions),
                revisions=tuple(
                    r._replace(by=keys.get(r.by, r.by) if r.by else r.by, parts=tuple(self._part(p) for p in r.parts))
                    for r in more.revisions
                ),
                extra={},
            ),
        )

    def _part(self, part: ArchivePart) -> ArchivePart:
        if isinstance(part, Happening):
            return replace(
                part, actor=self._keys.get(part.actor, part.actor) if part.actor else part.actor, targets=self._many(part.targets)
            )
        if isinstance(part, Poll):
            return replace(part, options=tuple(o._replace(voters=self._many(o.voters)) for o in part.options))
        return part
