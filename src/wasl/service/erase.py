"""Erase: forgets a person wholly, says what was forgotten and what stays, and forgets them again in a copy that is restored.

In this order: what is to be done is noted (a timer), the database forgets in one commit, the erasure goes into the ledger, the
vault's keys are destroyed, files that nobody refers to are deleted. A process that is killed in between goes on where it was.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Protocol, cast

import structlog

from wasl.domain.archive import File
from wasl.domain.days import DAY_MS
from wasl.domain.errors import Malformed, OnHold, Throttled
from wasl.domain.identity import By, PersonView
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.ports.blobs import Blobs
from wasl.ports.clock import Clock
from wasl.ports.library import Import, Library
from wasl.ports.people import Erasure, Forgotten, People
from wasl.ports.store import Store, Timer, Token
from wasl.ports.vault import Vault

log = structlog.get_logger(__name__)

CODE_KIND: Final = "erase code"
CODE_MS: Final = 15 * 60_000
"""How long a confirmation code may be used."""
CODE_CHARACTERS: Final = 8
CODE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TRIES_MAX: Final = 5
"""Wrong codes after which a new one must be asked for."""
TIMER_KIND: Final = "erase"
TIMER_LEASE_MS: Final = 60_000
PAGE: Final = 1_000

REMAINS: Final[Sequence[Mapping[str, str]]] = (
    {
        "what": "the record of this erasure: ids, times and counts, no words and no handles",
        "ground": "GDPR Art. 5(2) and 17(3)(b): to show that it was done, and to do it again in a restored copy",
    },
    {"what": "totals of model use, without any person", "ground": "they are about nobody any more"},
)
NOT_DELETED: Final = "no request is known here by which this provider deletes what it was sent; its own retention applies"


class Ledger(Protocol):
    """Lines beside the database that are only ever added. Blocks."""

    def add(self, line: bytes) -> None:
        """Adds a line, durably."""
        ...

    def lines(self) -> list[bytes]:
        """Gives every line, the oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What erasing a person would take, counted; nothing is changed. `hold` says why it is forbidden now."""

    person_id: PersonId
    counts: Mapping[str, int]
    providers: tuple[Mapping[str, Any], ...]
    hold: str | None = None


class Erase:
    """Erasures. `backup_days` is for how long backups are kept, for the receipt; None when nobody said."""

    def __init__(
        self,
        *,
        store: Store,
        library: Library,
        people: People,
        vault: Vault,
        blobs: Blobs,
        clock: Clock,
        ledger: Ledger,
        backup_days: int | None = None,
    ) -> None:
        self._store = store
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs
        self._clock = clock
        self._ledger = ledger
        self._backup_days = backup_days

    async def weigh(self, person_id: PersonId) -> Toll:
        """Counts what erasing would take. Raises Malformed when there is no such person."""
        view = await self._view(person_id)
        forgotten = await self._people.weigh(person_id)
        owners = [i.conversation_id for i in view.identities]
        counts = dict(forgotten.counts)
        imports = await self._imports(owners)
        counts["import"] = len(imports)
        counts["source file"] = sum(len(h.record.files) for h in imports)
        chats = [c async for c in _chats(self._library, owners)]
        counts["imported chat"], counts["imported message"] = len(chats), sum(number for _, number in chats)
        counts["file"] = len(await self._files(forgotten, [c for c, _ in chats]))
        return Toll(person_id=person_id, counts=counts, providers=forgotten.providers, hold=view.hold)

    # -- by the person, with a code
    async def ask(self, person_id: PersonId) -> tuple[str, Toll]:
        """Gives a confirmation code and what it will cost. Raises OnHold, Malformed."""
        toll = await self.weigh(person_id)
        if toll.hold is not None:
            raise OnHold(f"a legal hold forbids erasing: {toll.hold}", reason=toll.hold)
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
        await self._put_code(person_id, code=code, whose=await self._whose(person_id), expires_ms=self._clock.now_ms() + CODE_MS)
        return code, toll

    async def confirm(self, person_id: PersonId, *, code: str, by: By = "person") -> Mapping[str, Any]:
        """Erases when the code is right, and gives the receipt. Raises Malformed for a wrong or old code, Throttled after too many
        wrong ones, OnHold."""
        key = _hash(f"erase {person_id}")
        token = await self._store.find_token(kind=CODE_KIND, sha256=key, now_ms=self._clock.now_ms())
        if token is None:
            raise Malformed("there is no code to confirm, or it is too old; ask for a new one")
        if not hmac.compare_digest(token.payload["code"], _hash(f"{person_id} {code.strip().upper()}")):
            tries = int(token.payload["tries"]) + 1
            if tries >= TRIES_MAX:
                await self._store.drop_token(kind=CODE_KIND, sha256=key)
                raise Throttled("too many wrong codes; ask for a new one")
            await self._store.put_token(replace(token, payload={**token.payload, "tries": tries}))
            raise Malformed("the code is not right; nothing was erased")
        if await self._store.take_token(kind=CODE_KIND, sha256=key, now_ms=self._clock.now_ms()) is None:
            raise Malformed("the code was used already")
        if token.payload["whose"] != await self._whose(person_id):
            raise Malformed("what is yours has changed since the code was given: channels were joined or parted; ask for a new one")
        return await self.run(person_id, by=by)

    # -- the erasure
    async def run(self, person_id: PersonId, *, by: By, erasure_id: str | None = None) -> Mapping[str, Any]:
        """Erases a person and gives the receipt. Raises OnHold, and Malformed when there is no such person."""
        view = await self._view(person_id)
        if view.hold is not None:
            raise OnHold(f"a legal hold forbids erasing {person_id!r}: {view.hold}", reason=view.hold)
        toll = await self.weigh(person_id)
        owners = [i.conversation_id for i in view.identities]
        imports = await self._imports(owners)
        files = await self._files(await self._people.weigh(person_id), [c async for c, _ in _chats(self._library, owners)])
        erasure = Erasure(
            id=erasure_id or self._clock.new_id(),
            at_ms=self._clock.now_ms(),
            by=by,
            person_id=person_id,
            conversations=tuple(owners),
            addresses=tuple(a.id for i in view.identities for a in i.addresses),
        )
        salt = secrets.token_bytes(32)
        after = Timer(
            kind=TIMER_KIND,
            key=erasure.id,
            due_ms=self._clock.now_ms() + TIMER_LEASE_MS,
            payload={"keys": [h.key for h in imports], "files": sorted(files)},
        )
        await self._store.set_timer(after)
        forgotten = await self._forget(erasure, salt=salt, imports=imports)
        digests = [*forgotten.digests, *(_digest(salt, f.sha256) for h in imports for f in h.record.files)]
        receipt = self._receipt(erasure, toll, forgotten, digests=digests)
        await asyncio.to_thread(self._ledger.add, _line(replace(erasure, receipt=receipt)))
        await self._finish(after, also=forgotten)
        log.info("erased a person", erasure=erasure.id, **dict(toll.counts))
        return {**receipt, "salt": salt.hex()}

    # -- timers
    async def carry_out(self, timer: Timer) -> None:
        """Erases whom a timer names, as they confirmed in the chat; whoever is gone or held by now is left alone.

        It is the person of the conversation that confirmed: a link that ended since takes nobody else along, and one that came is not
        what was confirmed.
        """
        by, home = cast(By, timer.payload.get("by", "person")), timer.payload.get("home")
        person = await self._people.person_of(ConversationId(str(home))) if home else PersonId(str(timer.payload["person"]))
        if person is None or await self._people.view(person) is None:
            return  # erased before the process died
        if home and not set(await self._whose(person)) <= set(timer.payload["whose"]):
            log.warning("an erasure was confirmed and a link came first", person=person)
            return
        try:
            await self.run(person, by=by, erasure_id=timer.key)
        except OnHold as hold:
            log.warning("an erasure was confirmed and a hold came first", person=person, why=hold.message)

    async def go_on(self, timer: Timer) -> None:
        """Ends an erasure that a killed process began: keys and files of what the database has forgotten already."""
        erasure = next((e for e in await self._people.erasures() if e.id == timer.key), None)
        if erasure is None:
            return  # nothing was forgotten: it was killed before
        if not any(_erasure(line).id == erasure.id for line in await asyncio.to_thread(self._ledger.lines)):
            await asyncio.to_thread(self._ledger.add, _line(erasure))
        await self._finish(timer)

    # -- again, in a copy
    async def replay(self) -> int:
        """Carries out again every erasure that the ledger or the database knows; for a restored copy. Gives how many people were
        there again."""
        known = {
            e.id: e for e in (*(_erasure(line) for line in await asyncio.to_thread(self._ledger.lines)), *await self._people.erasures())
        }
        again = 0
        for erasure in known.values():
            here = [c for c in erasure.conversations if await self._people.person_of(c) is not None]
            if not here:
                continue
            imports = await self._imports(here)
            files = [f for c in [c async for c, _ in _chats(self._library, here)] for f in await self._chat_files(c)]
            forgotten = await self._forget(erasure, salt=secrets.token_bytes(32), imports=imports)
            await self._let_go([h.key for h in imports], {*files, *forgotten.files})
            again += 1
        return again

    # -- private
    async def _view(self, person_id: PersonId) -> PersonView:
        view = await self._people.view(person_id)
        if view is None:
            raise Malformed(f"there is no person {person_id!r}")
        return view

    async def _imports(self, owners: Sequence[ConversationId]) -> list[Import]:
        found: list[Import] = []
        before: str | None = None
        while page := await self._library.imports(owners=owners, limit=PAGE, before=before):
            found += page
            before = page[-1].record.id
        return found

    async def _files(self, forgotten: Forgotten, chats: Sequence[str]) -> set[str]:
        """Gives every file that the person's words refer to; which of them nobody else needs is decided after the erasure."""
        return {*forgotten.files, *[sha256 for chat_id in chats for sha256 in await self._chat_files(chat_id)]}

    async def _chat_files(self, chat_id: str) -> set[str]:
        found: set[str] = set()
        after = 0
        while page := await self._library.entries(chat_id, after=after, limit=PAGE):
            found |= {p.sha256 for line in page for p in line.entry.parts if isinstance(p, File) and p.sha256}
            after = page[-1].seq
        return found

    async def _forget(self, erasure: Erasure, *, salt: bytes, imports: Iterable[Import]) -> Forgotten:
        forgotten = await self._people.erase(erasure=erasure, salt=salt)
        for held in imports:
            await self._library.drop_import(held.record.id)  # none is left where the people's erasure took it along
        return forgotten

    async def _finish(self, timer: Timer, *, also: Forgotten | None = None) -> None:
        keys = [*timer.payload["keys"], *(also.sources if also else ())]
        await self._let_go(keys, {*timer.payload["files"], *(also.files if also else ())})
        await self._store.drop_timer(kind=timer.kind, key=timer.key)

    async def _let_go(self, keys: Sequence[str], files: Iterable[str]) -> None:
        for key in sorted(set(keys)):
            await asyncio.to_thread(self._vault.destroy, key)
        wanted = sorted(set(files))
        used = await self._library.references(wanted) if wanted else {}
        for sha256 in wanted:
            if not used.get(sha256):
                await self._blobs.delete(sha256)

    def _receipt(self, erasure: Erasure, toll: Toll, forgotten: Forgotten, *, digests: Sequence[str]) -> dict[str, Any]:
        expire = None if self._backup_days is None else erasure.at_ms + self._backup_days * DAY_MS
        return {
            "id": erasure.id,
            "at_ms": erasure.at_ms,
            "by": erasure.by,
            "counts": dict(toll.counts),
            "digest": _root(digests),
            "digests": len(digests),
            "remains": [dict(r) for r in REMAINS],
            "backups_expire_ms": expire,
            "providers": [{**p, "deleted": False, "why": NOT_DELETED} for p in forgotten.providers or toll.providers],
        }

    async def _whose(self, person_id: PersonId) -> list[str]:
        """Gives the conversations that a code is about: links may come and go before it is used."""
        return sorted(i.conversation_id for i in (await self._view(person_id)).identities)

    async def _put_code(self, person_id: PersonId, *, code: str, whose: Sequence[str], expires_ms: int) -> None:
        token = Token(
            kind=CODE_KIND,
            sha256=_hash(f"erase {person_id}"),
            label="erase",
            created_ms=self._clock.now_ms(),
            expires_ms=expires_ms,
            payload={"code": _hash(f"{person_id} {code}"), "whose": list(whose), "tries": 0},
        )
        await self._store.put_token(token)


async def _chats(library: Library, owners: Sequence[ConversationId]) -> Any:
    """Walks the chats of owners: id and number of entries."""
    seen: set[str] = set()
    before: int | None = None
    limit = PAGE
    while page := await library.chats(owners=owners, limit=limit, before_ms=before):
        fresh = [c for c in page if c.id not in seen]
        for chat in fresh:
            seen.add(chat.id)
            yield chat.id, chat.entries
        if len(page) < limit:
            return
        limit = PAGE if fresh else 2 * limit  # many may share a moment
        before = (page[-1].last_ms or 0) + 1


def _root(digests: Sequence[str]) -> str:
    """Gives the root of a tree over digests: pairs are hashed together until one is left; an odd one goes up as it is."""
    level = [bytes.fromhex(d) for d in sorted(digests)] or [b""]
    while len(level) > 1:
        pairs = [hashlib.sha256(level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


def _digest(salt: bytes, sha256: str) -> str:
    return hmac.new(salt, sha256.encode(), "sha256").hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _line(erasure: Erasure) -> bytes:
    return json.dumps(asdict(erasure), ensure_ascii=True, separators=(",", ":")).encode()


def _erasure(line: bytes) -> Erasure:
    try:
        found = json.loads(line)
        return Erasure(
            id=str(found["id"]),
            at_ms=int(found["at_ms"]),
            by=found["by"],
            person_id=PersonId(found["person_id"]),
            conversations=tuple(ConversationId(c) for c in found["conversations"]),
            addresses=tuple(AddressId(a) for a in found["addresses"]),
            receipt=found["receipt"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"a line of the ledger of erasures cannot be read ({error}): {line[:80]!r}; mend or restore that file") from error
