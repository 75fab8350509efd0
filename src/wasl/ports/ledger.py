"""The contract of the ledger: what is reserved and spent against budgets, the lines of the books, and the sums for reports.

In the same database as the store. Every write returns after its commit; everything here raises StoreDown like Store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from wasl.domain.cost import Account, AccountKey, AnswerSample, CallSum, Line, MessageSum, Share, Warned

SLOT_MS = 900_000
"""Sums are by quarter of an hour: every time zone's days begin on one."""
SUMS_MAX = 500_000
"""Rows of sums given at once; more is refused by name (TooLarge), for a shorter time to be asked for."""

By = Literal["", "person", "conversation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A reservation was refused: this account has so much left."""

    key: AccountKey
    left: Decimal
    limit: Decimal


class Ledger(Protocol):
    """The books."""

    async def reserve(self, *, hold_id: str, shares: Sequence[Share], until_ms: int, instead_of: str = "") -> Short | None:
        """Reserves all shares, or none of them and says which account is short.

        At no time do `spent` and `held` of an account together pass the limit of a share that was reserved, however many processes
        reserve at once. A hold of the same id is replaced, and `instead_of` names one whose money this reservation may use (a promise
        that is now kept). What nobody settles runs out at `until_ms`.
        """
        ...

    async def settle(self, *, hold_id: str, shares: Sequence[Share], keep_until_ms: int | None = None) -> Sequence[Warned]:
        """Replaces what was held by what it came to (`shares` carry the true amounts), whether or not the hold has run out meanwhile.

        Gives the percents that were passed for the first time. Kept until `keep_until_ms`, what was settled can still be given back.
        """
        ...

    async def give_back(self, *, hold_id: str) -> bool:
        """Frees what is held, or takes back what was settled and kept; says whether there was anything."""
        ...

    async def run_out(self, *, now_ms: int, limit: int) -> int:
        """Frees holds that nobody settled in time (their process died), and forgets settled ones that need not be kept; gives the count.

        A hold whose id begins with "call:" leaves a line in the books: the call may have been billed, and nobody knows with what.
        """
        ...

    async def accounts(self, *, period: str | None = None, limit: int = 1_000) -> Sequence[Account]:
        """Lists accounts, of one period or of all, those most spent from first within a budget's name."""
        ...

    async def find_account(self, key: AccountKey) -> Account | None:
        """Finds one account."""
        ...

    async def write(self, lines: Sequence[Line]) -> None:
        """Adds lines to the books; a line of an id that is there already is left as it is."""
        ...

    async def lines(self, *, since_ms: int, until_ms: int) -> Sequence[Line]:
        """Gives the lines of a time, oldest first."""
        ...

    async def calls(self, *, since_ms: int, until_ms: int, by: By = "") -> Sequence[CallSum]:
        """Sums calls to models that started within a time. Raises TooLarge. A store in memory has no such sums and raises SettingWrong."""
        ...

    async def answers(self, *, since_ms: int, until_ms: int, limit: int) -> tuple[int, Sequence[AnswerSample]]:
        """Counts what went out within a time, and gives the newest of it; in memory as `calls`."""
        ...

    async def messages(self, *, since_ms: int, until_ms: int, by: By = "") -> Sequence[MessageSum]:
        """Counts deliveries that were made within a time and left us. Raises TooLarge; in memory as `calls`."""
        ...
