"""What leaving costs: a plan for a million people, and telling one person that a channel closes.

`plan_s_1m`: wall seconds for working out a plan on PostgreSQL. `campaign_cpu_ms_per_person`: CPU of the served process from
choosing somebody to their message having gone out over HTTP, with the receipts ("sent", "delivered") taken by webhook; on SQLite.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.bench import figures
from tests.bench.cluster import Cluster
from tests.bench.process import cpu_seconds
from tests.bench.subject import Wasl
from tests.crash.leaving import FAST, Phones, settle_in
from tests.crash.platform import Habits

from wasl.net.clock import SystemClock
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.service.acting import Party
from wasl.service.means import FindMeans
from wasl.service.sunset import PlanSunset, Wish
from wasl.store.postgres import PostgresStore

LIMITS = {"plan_s_1m": ("≤", 10.0), "campaign_cpu_ms_per_person": ("≤", 1.0)}
CALM = Habits(duplicate=0.0, receipt_repeat=0.0, receipt_first=0.0, receipt_delay_max=0.2, send_seconds_max=0.005)
_FILL = """
insert into person (id, kind, created_ms) select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person', 0
from generate_series(1, {people}) n;
insert into conversation (id, person_id, created_ms, last_ms) select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 0, 0 from generate_series(1, {people}) n;
insert into address (id, person_id, conversation_id, channel, scope, handle, kind, language, valid_from_ms, last_inbound_ms, country, heard)
select ('00000000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'whatsapp', '555000111', 'h' || n, 'phone',
case n % 3 when 0 then 'ar' when 1 then 'en' end, 0, {now} - (n % 90) * 43200000::bigint,
(array['EG','SA','AE','MA','BR','DE','IT','FR','US','GB'])[1 + n % 10], 1 from generate_series(1, {people}) n;
insert into address (id, person_id, conversation_id, channel, scope, handle, kind, valid_from_ms, last_inbound_ms, country, heard)
select ('00000000-0000-7000-b000-' || lpad(to_hex(n), 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'telegram', 'bot', 't' || n, 'account', 0, {now}, '', 1
from generate_series(1, {people}) n where n % 3 = 0;
analyze address;
"""


async def plan_seconds(cluster: Cluster, *, people: int) -> dict[str, float | int]:
    """Works out a plan for so many people, a third of whom may be reached elsewhere."""
    import asyncpg

    url = cluster.new_database()
    clock = SystemClock()
    store = PostgresStore(url, clock=clock)
    await store.open()
    db = await asyncpg.connect(url)
    await db.execute(_FILL.format(people=people, now=clock.now_ms()))
    await db.close()
    party = Party(name="whatsapp", kind="whatsapp", deployment=Deployment())
    means = FindMeans(book=shipped_book, clock=clock, parties={"whatsapp": party})
    planner = PlanSunset(sunsets=store.sunsets, clock=clock, channels=("whatsapp",), means=means, public_url="https://wasl.example")
    wish = Wish(channel="whatsapp", on=date(2099, 1, 15), zone="Africa/Cairo", by="bench", per_day=100_000, templates={"en": "we_close"})
    started, before = time.monotonic(), cluster.cpu_seconds()
    plan = await planner.work_out(wish)
    seconds = time.monotonic() - started
    assert plan.everyone == people
    assert plan.elsewhere == people // 3
    server = cluster.cpu_seconds() - before
    await store.close()
    return {"plan_s_1m": round(seconds, 2), "plan_s_1m_server_cpu": round(server, 2), "plan_people": people}


async def campaign_cost(folder: Path, *, people: int) -> dict[str, float | int]:
    """Tells so many people once, and gives what that cost the served process for each."""
    platform = Phones(seed=1, habits=CALM)
    await platform.start()
    await settle_in(folder, store="", people=people, per_second=500.0, rounds=1)
    subject = Wasl(folder, peer=platform.listener.url, model=platform.model.url, whatsapp=FAST)
    await subject.start()
    platform.ports = [subject.port]
    before = cpu_seconds(subject.pid)
    deadline = time.monotonic() + 600
    while (len(platform.told) < people or platform.receipts_pending) and time.monotonic() < deadline:  # noqa: ASYNC110  # of the bench
        await asyncio.sleep(0.05)
    cost = cpu_seconds(subject.pid) - before
    told = len(platform.told)
    await subject.stop()
    await platform.stop()
    assert told == people, f"{told} of {people} were told"
    return {"campaign_cpu_ms_per_person": round(cost / people * 1000, 3), "campaign_people": people}


async def _run(arguments: argparse.Namespace) -> int:
    found: dict[str, float | int] = {}
    cluster = Cluster()
    await cluster.start()
    try:
        found |= await plan_seconds(cluster, people=arguments.plan_people)
    finally:
        cluster.stop()
    with tempfile.TemporaryDirectory(prefix="wasl-campaign-") as folder:
        found |= await campaign_cost(Path(folder), people=arguments.people)
    figures.write("bench", found, keep=True)
    return 0 if figures.show("leaving", found, limits=LIMITS) else 1


def main() -> None:
    """Measures both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--plan-people", type=int, default=1_000_000)
    sys.exit(asyncio.run(_run(parser.parse_args())))


if __name__ == "__main__":
    main()
