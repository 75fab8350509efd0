"""What the store alone costs per turn: receive, how the person stands, what they allow, close, settle, two receipts; nothing else runs.

`python -m tests.bench.store_turn [--profile]`: a look under the hood for whoever works on a store.
"""

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.peer import envelope, text_message

from wasl.domain.event import Arrival, Receipt
from wasl.domain.ids import DeliveryId, MessageId
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.domain.prompt import Usage
from wasl.domain.turn import Closing, NewDelivery, NewMessage, Settling, UsageRecord
from wasl.net.clock import SystemClock
from wasl.ports.store import Accepted, Incoming, Lease, Store
from wasl.store.sqlite import SqliteStore

CHANNEL = "bench"
clock = SystemClock()
HISTORY = 20
lease = Lease(owner="bench", milliseconds=30_000, history=HISTORY + 1)


async def turn(store: Store, *, serial: int, people: int) -> None:
    """Runs one turn's writes in their order."""
    person = serial % people
    key = AddressKey(
        channel=CHANNEL, scope="1", handle=f"SA.{person:018d}", kind="business-scoped id", alias=f"966{person}", alias_kind="phone"
    )
    text = Text(text=f"m{serial:07d} Hello, when are you open on Friday, and do you deliver to the old town?")
    now = clock.now_ms()
    wamid = f"wamid.IN{serial}"
    raw = envelope("1", text_message(person=person, wamid=wamid, text=text.text, timestamp=now // 1000))
    arrival = Arrival(key=wamid, address=key, parts=(text,), sent_at_ms=now, native_id=wamid, author_name="P")
    (accepted,) = await store.receive(Incoming(channel=CHANNEL, raw=raw, received_at_ms=now, events=(arrival,)), lease=lease)
    assert isinstance(accepted, Accepted), "a first message is no duplicate"
    assert accepted.work is not None, "an idle conversation comes back leased"
    work = accepted.work
    home, address = work.conversation_id, work.turns[0].address
    if work.history is None:
        await store.history(home, limit=HISTORY + 1)
    await store.standings.of(home, address.key, shared=work.shared)
    said = (Text(text="We are open from nine to five on working days. " * 5, format="markdown"),)
    delivery = NewDelivery(id=DeliveryId(clock.new_id()), address=address, position=0, parts=said, reply_to=wamid)
    reply = NewMessage(id=MessageId(clock.new_id()), author="assistant", parts=said, model="m")
    usage = UsageRecord(
        candidate="c", provider="p", model="m", price_class="standard", outcome="answered",
        usage=Usage(input_tokens=60, output_tokens=60), started_at_ms=now, took_ms=1,
    )  # fmt: skip
    closing = Closing(
        conversation_id=home, epoch=work.epoch, turn_ids=(work.turns[0].id,), state="answered", at_ms=now,
        reply=reply, deliveries=(delivery,), usage=(usage,),
    )  # fmt: skip
    await store.standings.permission(address.key, conversation_id=home, delivery_id=delivery.id)
    await store.close_turn(closing)
    native = f"wamid.OUT{serial}"
    settling = Settling(
        delivery_id=delivery.id, conversation_id=home, epoch=work.epoch, state="sent", at_ms=now,
        native_id=native, release=True,
    )  # fmt: skip
    await store.settle(settling)
    for state in ("sent", "delivered"):
        receipt = Receipt(key=f"{native}:{state}", scope="1", state=state, at_ms=now, native_id=native, tag=delivery.id)
        await store.receive(Incoming(channel=CHANNEL, raw=raw, received_at_ms=now, events=(receipt,)))


async def run(store: Store, *, turns: int, in_flight: int, people: int) -> tuple[float, float]:
    """Gives milliseconds of CPU and of wall time per turn."""
    serials = iter(range(turns))

    async def one_after_another() -> None:
        for serial in serials:
            await turn(store, serial=serial, people=people)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return (time.process_time() - cpu) / turns * 1000, (time.perf_counter() - wall) / turns * 1000


async def main(arguments: Any) -> None:
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        store = SqliteStore(Path(folder) / "wasl.db", clock=clock)
        await store.open()
        profile = cProfile.Profile()
        if arguments.profile:
            profile.enable()
        cpu, wall = await run(store, turns=arguments.turns, in_flight=64, people=2000)
        profile.disable()
        await store.close()
    print(f"SQLite store alone: {cpu:.3f} ms CPU a turn, {wall:.3f} ms wall")
    if arguments.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4000)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--folder", default=None, help="where to put the database file (default: the temporary folder)")
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(parser.parse_args()))
