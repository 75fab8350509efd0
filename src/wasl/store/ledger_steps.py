"""The books, for both databases: reservations against budgets, and lines that are only added."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from wasl.domain.cost import Account, AccountKey, Line, Share, Warned
from wasl.ports.ledger import Short
from wasl.store.rows import json_of, json_text
from wasl.store.steps import Row, Steps, step

NOTHING = Decimal(0)
CALL = "call:"
"""How the ids of reservations for calls begin."""
_LINE = "id, at_ms, kind, basis, amount, currency, channel, scope, provider, country, category, number, card, source, note"  # in this order


def reserve(hold_id: str, shares: Sequence[Share], *, until_ms: int, instead_of: str) -> Steps[Short | None]:
    """Reserves all shares or none. Accounts are locked in the order of their keys, so that two reservations never wait for each other."""
    freed: dict[AccountKey, Decimal] = {}
    names = [name for name in dict.fromkeys((hold_id, instead_of)) if name]
    for name in names:
        for key, amount in (yield from _held(name)):
            freed[key] = freed.get(key, NOTHING) + amount
    wanted = {share.key: share for share in shares}
    accounts = {}
    for key in sorted({*wanted, *freed}):
        accounts[key] = yield from _locked(key)
    for key, share in wanted.items():
        account = accounts[key]
        held = account.held - freed.get(key, NOTHING)
        if account.spent + held + share.amount > share.limit:
            return Short(key=key, left=max(NOTHING, share.limit - account.spent - held), limit=share.limit)
    for key, account in accounts.items():
        held = account.held - freed.get(key, NOTHING) + (wanted[key].amount if key in wanted else NOTHING)
        yield _put(key, spent=account.spent, held=held)
    for name in names:
        yield step("delete from budget_hold where id = $1", name)
    yield step("insert into budget_hold (id, until_ms, shares) values ($1, $2, $3)", hold_id, until_ms, _shares_text(shares))
    return None


def settle(hold_id: str, shares: Sequence[Share], *, keep_until_ms: int | None) -> Steps[Sequence[Warned]]:
    """Replaces what was held by what it came to."""
    rows = yield step("select shares, settled from budget_hold where id = $1", hold_id)
    if rows and rows[0][1] is not None:
        return []  # told twice
    freed: dict[AccountKey, Decimal] = dict((yield from _held(hold_id)))
    wanted = {share.key: share for share in shares}
    told: list[Warned] = []
    for key in sorted({*wanted, *freed}):
        account = yield from _locked(key)
        share = wanted.get(key)
        spent = account.spent + (share.amount if share else NOTHING)
        passed = _passed(share, spent, warned=account.warned) if share else None
        yield _put(key, spent=spent, held=max(NOTHING, account.held - freed.get(key, NOTHING)))
        if passed is not None:
            yield step("update budget_account set warned = $4 where budget = $1 and period = $2 and subject = $3", *key, passed.percent)
            told.append(passed)
    if keep_until_ms is None:
        yield step("delete from budget_hold where id = $1", hold_id)
    else:
        yield step(
            "insert into budget_hold (id, until_ms, shares, settled) values ($1, $2, $3, $3) on conflict (id) do update"
            " set until_ms = excluded.until_ms, shares = excluded.shares, settled = excluded.settled",
            hold_id, keep_until_ms, _shares_text(shares),
        )  # fmt: skip
    return told


def give_back(hold_id: str) -> Steps[bool]:
    """Frees what is held, or takes back what was settled."""
    rows = yield step("select shares, settled from budget_hold where id = $1", hold_id)
    if not rows:
        return False
    yield from _free(rows[0][0], settled=rows[0][1] is not None)
    yield step("delete from budget_hold where id = $1", hold_id)
    return True


def run_out(now_ms: int, limit: int, *, new_id: Callable[[], str]) -> Steps[int]:
    """Frees what nobody settled in time. A call of which nobody said how it went stays in the books: it may have been billed."""
    rows = yield step("select id, shares, settled from budget_hold where until_ms <= $1 order by until_ms limit $2", now_ms, limit)
    count = 0
    for hold_id, shares, settled in rows:
        gone = yield step("delete from budget_hold where id = $1 and until_ms <= $2 returning id", hold_id, now_ms)
        count += len(gone)
        if gone and settled is None:
            yield from _free(shares, settled=False)
            if hold_id.startswith(CALL):
                yield from write([_lost(new_id(), hold_id, now_ms=now_ms)])
    return count


def accounts(period: str | None, limit: int) -> Steps[Sequence[Account]]:
    """Lists accounts."""
    rows = yield step(
        "select budget, period, subject, spent, held, warned from budget_account where $1 = '' or period = $1"
        " order by budget, period desc, subject limit $2",
        period or "",
        limit,
    )
    found = [_account(r) for r in rows]
    return sorted(found, key=lambda a: (a.key.budget, a.key.period, a.spent), reverse=True)


def find_account(key: AccountKey) -> Steps[Account | None]:
    """Finds one account."""
    rows = yield step(f"{_ACCOUNT} where budget = $1 and period = $2 and subject = $3", *key)
    return _account(rows[0]) if rows else None


def write(lines: Sequence[Line]) -> Steps[None]:
    """Adds lines."""
    for e in lines:
        yield step(
            f"insert into cost_line ({_LINE}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
            " on conflict (id) do nothing",
            e.id, e.at_ms, e.kind, e.basis, None if e.amount is None else str(e.amount), e.currency, e.channel, e.scope, e.provider,
            e.country, e.category, e.count, e.card, e.source, e.note,
        )  # fmt: skip


def lines(since_ms: int, until_ms: int, limit: int) -> Steps[Sequence[Line]]:
    """Gives lines of a time."""
    rows = yield step(
        f"select {_LINE} from cost_line where at_ms >= $1 and at_ms < $2 order by at_ms, id limit $3", since_ms, until_ms, limit
    )
    return [
        Line(
            id=r[0], at_ms=r[1], kind=r[2], basis=r[3], amount=None if r[4] is None else Decimal(r[4]), currency=r[5], channel=r[6],
            scope=r[7], provider=r[8], country=r[9], category=r[10], count=r[11], card=r[12], source=r[13], note=r[14],
        )
        for r in rows
    ]  # fmt: skip


def _lost(line_id: str, hold_id: str, *, now_ms: int) -> Line:
    note = "its process died during the call"
    return Line(id=line_id, at_ms=now_ms, kind="call", amount=None, currency="", basis="estimate", source=hold_id, note=note)


# -- private ------------------------------------------------------------------------------------------------------------------
_ACCOUNT = "select budget, period, subject, spent, held, warned from budget_account"


def _account(r: Row) -> Account:
    return Account(key=AccountKey(r[0], r[1], r[2]), spent=Decimal(r[3]), held=Decimal(r[4]), warned=r[5])


def _locked(key: AccountKey) -> Steps[Account]:
    """Gives an account as it stands, locked until the end of the transaction; makes one that is not there."""
    sql = f"{_ACCOUNT} where budget = $1 and period = $2 and subject = $3 #lock#"
    rows = yield step(sql, *key)
    if not rows:
        yield step(
            "insert into budget_account (budget, period, subject, spent, held, warned) values ($1, $2, $3, '0', '0', 0)"
            " on conflict (budget, period, subject) do nothing",
            *key,
        )
        rows = yield step(sql, *key)
    return _account(rows[0])


def _put(key: AccountKey, *, spent: Decimal, held: Decimal) -> Any:
    return step(
        "update budget_account set spent = $4, held = $5 where budget = $1 and period = $2 and subject = $3", *key, str(spent), str(held)
    )


def _held(hold_id: str) -> Steps[list[tuple[AccountKey, Decimal]]]:
    rows = yield step("select shares from budget_hold where id = $1 and settled is null #lock#", hold_id)
    return _shares_of(rows[0][0]) if rows else []


def _free(shares: str, *, settled: bool) -> Steps[None]:
    for key, amount in sorted(_shares_of(shares)):
        rows = yield step(f"{_ACCOUNT} where budget = $1 and period = $2 and subject = $3 #lock#", *key)
        if not rows:
            continue  # its person was erased
        account = _account(rows[0])
        if settled:
            yield _put(key, spent=max(NOTHING, account.spent - amount), held=account.held)
        else:
            yield _put(key, spent=account.spent, held=max(NOTHING, account.held - amount))


def _passed(share: Share, spent: Decimal, *, warned: int) -> Warned | None:
    if share.limit <= 0:
        return None
    percent = max((p for p in share.warn if spent * 100 >= share.limit * p and p > warned), default=None)
    return None if percent is None else Warned(key=share.key, percent=percent, spent=spent, limit=share.limit)


def _shares_text(shares: Sequence[Share]) -> str:
    return json_text([[*share.key, str(share.amount)] for share in shares])


def _shares_of(text: str) -> list[tuple[AccountKey, Decimal]]:
    return [(AccountKey(budget, period, subject), Decimal(amount)) for budget, period, subject, amount in json_of(text)]
