"""What the meter adds to a turn: `python -m tests.bench.meter`. CPU time; the best of several rounds, since the machine may be busy.

`meter_call_cpu_us`: pricing one call and saying for whom it was. `meter_send_cpu_us`: pricing one send at the gate.
`meter_turn_cpu_us`: both and what is written with them, for a turn of one call and one send, without budgets; with budgets a turn adds
its own commits.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from decimal import Decimal

from tests.bench import figures

from wasl.config import Settings
from wasl.domain.cost import Cause
from wasl.domain.delivery import Outgoing
from wasl.domain.ids import AddressId, ConversationId, DeliveryId, PersonId
from wasl.domain.message import Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.prompt import Usage
from wasl.ledger.price import PriceList
from wasl.ledger.price_file import read_prices
from wasl.ledger.shipped_prices import shipped_prices
from wasl.metering import rates_of, ruled_channels
from wasl.net.clock import SystemClock
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.provider import Model
from wasl.routing.route import RouteCandidate
from wasl.service.meter import Meter
from wasl.service.pay import Pay
from wasl.service.purse import cause_of
from wasl.store.cost_rows import charge_text, pico_or_none
from wasl.store.memory import MemoryStore

ROUNDS, PASSES = 9, 5_000
LIMITS = {"meter_turn_cpu_us": ("≤", 25.0)}
CARD = """
[[tokens]]
id = "card"
providers = ["p"]
models = ["m"]
currency = "USD"
per_million = { input = 0.25, cached = 0.025, output = 2 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
"""


class Speaks:
    kind = "p"


def best(act: Callable[[], object]) -> float:
    """Gives microseconds of CPU time for one act."""
    act()
    least = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(PASSES):
            act()
        least = min(least, time.process_time() - started)
    return 1e6 * least / PASSES


async def best_awaited(pay: Pay, outgoing: Outgoing) -> float:
    """Gives microseconds of CPU time for one send at the gate."""
    least = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(PASSES):
            await pay.admit(outgoing, conversation_id=ConversationId("c"))
        least = min(least, time.process_time() - started)
    return 1e6 * least / PASSES


def prices() -> PriceList:
    return read_prices(CARD, at="bench").over(shipped_prices()).over(rates_of(shipped_book()))


def main() -> int:
    """Measures, prints, writes build/figures/meter.json."""
    clock = SystemClock()
    zone = Settings().deployment.zone
    store = MemoryStore(clock=clock)
    meter = Meter(prices=prices(), budgets=(), rates=(), zone=zone, ledger=store.ledger, clock=clock, alarm=lambda what, told: None)
    pay = Pay(meter=meter, clock=clock, channels={}, ruled=ruled_channels(shipped_book()))
    candidate = RouteCandidate(name="c", provider=Speaks(), provider_name="p", model=Model(name="m"))  # type: ignore[arg-type]
    channel = next(iter(sorted(ruled_channels(shipped_book()))))
    key = AddressKey(channel=channel, scope="s", handle="EG.1", kind="business-scoped id", alias="+201001234567", alias_kind="phone")
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    outgoing = Outgoing(id=DeliveryId("d"), address=address, parts=(Text(text="hello " * 50),))
    usage = Usage(input_tokens=1_200, output_tokens=200, cached_tokens=300)

    def call() -> tuple[object, Cause]:
        return meter.cost(candidate, usage, at_ms=clock.now_ms()), cause_of(address, conversation_id="c")

    charge = pay.expected(outgoing)
    call_us, send_us = best(call), asyncio.run(best_awaited(pay, outgoing))
    written_us = best(lambda: (pico_or_none(Decimal("0.000625")), charge_text(charge)))
    measured = {"meter_call_cpu_us": call_us, "meter_send_cpu_us": send_us, "meter_turn_cpu_us": call_us + send_us + written_us}
    kept = figures.show("meter", measured, limits=LIMITS)
    figures.write("meter", measured)
    figures.write("bench", measured, keep=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
