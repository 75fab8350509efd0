"""The ledger in a database: the steps of `ledger_*`, carried out by a store."""

from collections.abc import Callable, Sequence

from wasl.domain.cost import Account, AccountKey, AnswerSample, CallSum, Line, MessageSum, Share, Warned
from wasl.domain.errors import SettingWrong
from wasl.ports.ledger import SUMS_MAX, By, Short
from wasl.store import ledger_steps, ledger_sums
from wasl.store.sql_people import Carry


class SqlLedger:
    """The books. `live` says that the database holds the calls and deliveries too, so that they can be summed."""

    def __init__(self, *, read: Carry, write: Carry, new_id: Callable[[], str], live: bool = True) -> None:
        self._new_id = new_id
        self._read = read
        self._carry = write
        self._live = live

    async def reserve(self, *, hold_id: str, shares: Sequence[Share], until_ms: int, instead_of: str = "") -> Short | None:
        """Reserves all shares, or none."""
        return await self._carry(lambda: ledger_steps.reserve(hold_id, shares, until_ms=until_ms, instead_of=instead_of))

    async def settle(self, *, hold_id: str, shares: Sequence[Share], keep_until_ms: int | None = None) -> Sequence[Warned]:
        """Replaces what was held by what it came to."""
        return await self._carry(lambda: ledger_steps.settle(hold_id, shares, keep_until_ms=keep_until_ms))

    async def give_back(self, *, hold_id: str) -> bool:
        """Frees what is held, or takes back what was settled."""
        return await self._carry(lambda: ledger_steps.give_back(hold_id))

    async def run_out(self, *, now_ms: int, limit: int) -> int:
        """Frees what nobody settled in time."""
        return await self._carry(lambda: ledger_steps.run_out(now_ms, limit, new_id=self._new_id))

    async def accounts(self, *, period: str | None = None, limit: int = 1_000) -> Sequence[Account]:
        """Lists accounts."""
        return await self._read(lambda: ledger_steps.accounts(period, limit))

    async def find_account(self, key: AccountKey) -> Account | None:
        """Finds one account."""
        return await self._read(lambda: ledger_steps.find_account(key))

    async def write(self, lines: Sequence[Line]) -> None:
        """Adds lines to the books."""
        await self._carry(lambda: ledger_steps.write(lines))

    async def lines(self, *, since_ms: int, until_ms: int) -> Sequence[Line]:
        """Gives the lines of a time."""
        return await self._read(lambda: ledger_steps.lines(since_ms, until_ms, SUMS_MAX))

    async def calls(self, *, since_ms: int, until_ms: int, by: By = "") -> Sequence[CallSum]:
        """Sums calls."""
        self._must_be_live()
        return await self._read(lambda: ledger_sums.calls(since_ms, until_ms, by=by))

    async def messages(self, *, since_ms: int, until_ms: int, by: By = "") -> Sequence[MessageSum]:
        """Counts deliveries."""
        self._must_be_live()
        return await self._read(lambda: ledger_sums.messages(since_ms, until_ms, by=by))

    async def answers(self, *, since_ms: int, until_ms: int, limit: int) -> tuple[int, Sequence[AnswerSample]]:
        """Counts what went out, and gives the newest of it."""
        self._must_be_live()
        return await self._read(lambda: ledger_sums.answers(since_ms, until_ms, limit=limit))

    def _must_be_live(self) -> None:
        if not self._live:
            raise SettingWrong("a store in memory sums no calls and deliveries; use SQLite or PostgreSQL")
