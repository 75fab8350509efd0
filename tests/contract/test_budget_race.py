"""One budget, four processes, sixteen turns at once in each: never is more reserved and spent than there is."""

import asyncio
import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.domain.cost import AccountKey
from wasl.net.clock import SystemClock
from wasl.store.postgres import PostgresStore

PROCESSES, AT_ONCE, ROUNDS = 4, 16, 4
LIMIT, RESERVE, COST = Decimal("3.00"), Decimal("0.10"), Decimal("0.07")
SOURCE = str(Path(__file__).resolve().parents[2] / "src")
PROGRAM = """
import asyncio, json, sys
from decimal import Decimal
from wasl.domain.cost import AccountKey, Share
from wasl.net.clock import SystemClock
from wasl.store.postgres import PostgresStore

url, name, at_once, rounds, limit, reserve, cost = sys.argv[1:8]
KEY = AccountKey("all", "2026-11")

async def turn(store, number, seen):
    for n in range(int(rounds)):
        hold = f"{name}/{number}/{n}"
        share = lambda amount: [Share(key=KEY, amount=Decimal(amount), limit=Decimal(limit))]
        short = await store.ledger.reserve(hold_id=hold, shares=share(reserve), until_ms=4_000_000_000_000)
        account = await store.ledger.find_account(KEY)
        seen["most"] = max(seen["most"], account.spent + account.held)
        if short is not None:
            seen["refused"] += 1
            continue
        await asyncio.sleep(0.005)
        await store.ledger.settle(hold_id=hold, shares=share(cost))
        seen["paid"] += 1

async def main():
    store = PostgresStore(url, clock=SystemClock())
    await store.open()
    seen = {"most": Decimal(0), "paid": 0, "refused": 0}
    await asyncio.gather(*(turn(store, n, seen) for n in range(int(at_once))))
    await store.close()
    print(json.dumps({**seen, "most": str(seen["most"])}))

asyncio.run(main())
"""


@pytest.mark.postgres
async def test_four_processes_never_overspend_one_budget(postgres_url: str) -> None:
    await empty(postgres_url)
    store = PostgresStore(postgres_url, clock=SystemClock())
    await store.open()
    given = [str(v) for v in (AT_ONCE, ROUNDS, LIMIT, RESERVE, COST)]
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, postgres_url, f"p{n}", *given, stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": SOURCE}
        )
        for n in range(PROCESSES)
    ]
    outputs = await asyncio.wait_for(asyncio.gather(*(p.communicate() for p in started)), timeout=120)
    assert [p.returncode for p in started] == [0] * PROCESSES
    seen = [json.loads(out) for out, _ in outputs]
    account = await store.ledger.find_account(AccountKey("all", "2026-11"))
    await store.close()
    assert account is not None
    paid = sum(s["paid"] for s in seen)
    assert account.held == 0
    assert account.spent == COST * paid, "what each process paid is counted, once"
    assert max(Decimal(s["most"]) for s in seen) <= LIMIT, "at no time was more reserved and spent than there is"
    assert sum(s["refused"] for s in seen) > 0, "the budget was short"
    assert LIMIT - account.spent < RESERVE, "and it was used as far as it goes"
