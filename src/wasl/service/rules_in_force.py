"""The rulebook in force: the shipped one with the operator's laid over it, read again while Wasl runs; the last good one stays."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import structlog

from wasl.domain.errors import SettingWrong, StoreDown, WaslError
from wasl.policy.rulebook import Rulebook, read_book, record_of
from wasl.ports.clock import Clock
from wasl.ports.judged import Judged

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 15.0
"""How often the operator's files are looked at."""

Texts = Callable[[], Mapping[str, str]]
"""Reads the operator's files by name. Raises SettingWrong."""


class RulesInForce:
    """Holds the book by which everything is judged.

    `wrong` says what is the matter with the operator's files, None where nothing is. Raises SettingWrong at first when they cannot be
    read and no earlier book is known: to run without an operator's own denials would be the lenient side.
    """

    def __init__(self, *, base: Rulebook, texts: Texts | None, clock: Clock, judged: Judged | None = None) -> None:
        self._judged = judged
        self._kept = ""
        self._base = base
        self._read = texts
        self._clock = clock
        self._texts: Mapping[str, str] = dict(texts()) if texts is not None else {}
        self.book: Rulebook = read_book(self._texts, base=base) if self._texts else base
        self.wrong: WaslError | None = None

    @property
    def texts(self) -> Mapping[str, str]:
        """The operator's files of the book in force, by name."""
        return self._texts

    async def run(self) -> None:
        """Keeps the book in force, and looks at the files now and then, until cancelled."""
        while True:
            with suppress(StoreDown):  # it is kept at the next look
                await self.keep()
            await self._clock.sleep(LOOK_SECONDS)
            self.look()

    async def keep(self) -> None:
        """Keeps the records of the book in force, so that what acted can be read later by its digest. Raises StoreDown."""
        book = self.book
        if self._judged is None or self._kept == book.digest:
            return
        records = json.dumps([record_of(rule) for rule in book.rules], ensure_ascii=False, separators=(",", ":"))
        await self._judged.keep_book(digest=book.digest, records=records, at_ms=self._clock.now_ms())
        self._kept = book.digest

    def look(self) -> bool:
        """Reads the operator's files again; says whether another book is in force now."""
        if self._read is None:
            return False
        try:
            texts = dict(self._read())
            if texts == self._texts:
                self.wrong = None
                return False
            book = read_book(texts, base=self._base) if texts else self._base
        except SettingWrong as error:
            if self.wrong is None or self.wrong.message != error.message:
                log.error("the rules are wrong; the last good book stays in force", why=error.message, book=self.book.digest)
            self.wrong = error
            return False
        self.wrong = None
        self._texts = texts
        if book.digest == self.book.digest:
            return False
        log.info("another rulebook is in force", book=book.digest, before=self.book.digest, rules=len(book.rules))
        self.book = book
        return True
