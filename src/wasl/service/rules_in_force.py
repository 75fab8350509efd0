"""The rulebook in force: the shipped one with the operator's laid over it, read again while Wasl runs; the last good one stays."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

import structlog

from wasl.domain.errors import SettingWrong, StoreDown, WaslError
from wasl.policy.rulebook import Rulebook, read_book, record_of
from wasl.ports.clock import Clock
from wasl.ports.judged import Judged

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 15.0
"""How often the operator's files are looked at."""

OWN_CHARACTERS_MAX: Final = 32 << 20
"""Rule files of more characters together are not kept to be read again."""

Texts = Callable[[], Mapping[str, str]]
"""Reads the operator's files by name. Raises SettingWrong."""


class Alarm(Protocol):
    """What tells the operator (`service.raise_alarm.RaiseAlarm`)."""

    async def __call__(self, kind: str, key: str, *, head: str, text: str, **facts: Any) -> None:
        """Tells once of a kind and key. Raises StoreDown."""
        ...


class RulesInForce:
    """Holds the book by which everything is judged.

    `wrong` says what is the matter with the operator's files, None where nothing is. Where it stands from the first, nothing may be
    judged before `recall` found the last good book: to run without an operator's own denials would be the lenient side.
    `alarm` tells the operator of files that are wrong.
    """

    def __init__(
        self, *, base: Rulebook, texts: Texts | None, clock: Clock, judged: Judged | None = None, alarm: Alarm | None = None
    ) -> None:
        self._judged = judged
        self._alarm = alarm
        self._told = ""
        self._kept: tuple[str, Mapping[str, str]] = ("", {})
        self._base = base
        self._read = texts
        self._clock = clock
        self._texts: Mapping[str, str] = {}
        self.book: Rulebook = base
        self.wrong: WaslError | None = None
        self.recalled_ms: int | None = None
        """When the book that a wrong start fell back on came into force; None where none did."""
        try:
            self._texts = dict(texts()) if texts is not None else {}
            self.book = read_book(self._texts, base=base) if self._texts else base
        except SettingWrong as error:
            self.wrong = error

    @property
    def texts(self) -> Mapping[str, str]:
        """The operator's files of the book in force, by name."""
        return self._texts

    async def run(self) -> None:
        """Keeps the book in force, and looks at the files now and then, until cancelled."""
        while True:
            with suppress(StoreDown):  # it is kept, and told, at the next look
                await self.keep()
                await self._tell()
            await self._clock.sleep(LOOK_SECONDS)
            self.look()

    async def keep(self) -> None:
        """Keeps the records of the book in force, so that what acted can be read later by its digest. Raises StoreDown."""
        book, texts = self.book, self._texts
        if self._judged is None or self._kept == (book.digest, texts):
            return
        records = json.dumps([record_of(rule) for rule in book.rules], ensure_ascii=False, separators=(",", ":"))
        own: str | None = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
        if own is not None and len(own) > OWN_CHARACTERS_MAX:
            log.warning("the rule files are too large to be kept: a start with wrong files will be refused", characters=len(own))
            own = None
        await self._judged.keep_book(digest=book.digest, records=records, at_ms=self._clock.now_ms(), own=own)
        self._kept = (book.digest, texts)

    async def recall(self) -> None:
        """Puts the last good book in force where the operator's files are wrong from the first. Raises their SettingWrong where none is
        known, StoreDown."""
        if self.wrong is None or self.recalled_ms is not None:
            return
        found = await self._judged.last_own() if self._judged is not None else None
        if found is None:
            raise self.wrong
        texts: dict[str, str] = json.loads(found[0])
        try:
            book = read_book(texts, base=self._base) if texts else self._base
        except SettingWrong:  # what is shipped now does not go together with what was in force then
            raise self.wrong from None
        self._texts, self.book, self.recalled_ms = texts, book, found[1]
        log.error("the rules are wrong; the last good book is in force", why=self.wrong.message, book=book.digest)

    async def _tell(self) -> None:
        """Raises an alarm for files that are wrong, once for each mistake. Raises StoreDown."""
        why = self.wrong.message if self.wrong is not None else ""
        if why and why != self._told and self._alarm is not None:
            head = "The rule files are wrong; the last good rulebook stays in force"
            do = "Mend the file; it is read again while Wasl runs. `wasl check` says whether it is right."
            await self._alarm("rules", self.book.digest, head=head, text=f"{why}\n\n{head} ({self.book.digest}). {do}", why=why)
        self._told = why

    def look(self) -> bool:
        """Reads the operator's files again; says whether another book is in force now."""
        if self._read is None:
            return False
        try:
            texts = dict(self._read())
            if texts == self._texts:
                self._mended()
                return False
            book = read_book(texts, base=self._base) if texts else self._base
        except SettingWrong as error:
            if self.wrong is None or self.wrong.message != error.message:
                log.error("the rules are wrong; the last good book stays in force", why=error.message, book=self.book.digest)
            self.wrong = error
            return False
        self._mended()
        self._texts = texts
        if book.digest == self.book.digest:
            return False
        log.info("another rulebook is in force", book=book.digest, before=self.book.digest, rules=len(book.rules))
        self.book = book
        return True

    def _mended(self) -> None:
        self.wrong = None
        self.recalled_ms = None
