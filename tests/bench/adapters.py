"""What a channel's own code costs a turn: `python -m tests.bench.adapters`.

For each channel the CPU time of what its file does for one answered message: the proof and the reading of a short text, the writing
of an answer in Markdown as requests, and the judging of the platform's good answer. Payloads are those of the contract suite; the
best of several rounds, since the machine may be busy. `adapter_cpu_us_worst` is the dearest channel.
"""

import sys
import time
from typing import Any

from tests.bench import figures
from tests.bench.figures import ROOT

import wasl.channels
from wasl.domain.delivery import Outgoing
from wasl.domain.event import Arrival
from wasl.domain.fit import fit
from wasl.domain.ids import DeliveryId
from wasl.domain.message import Text
from wasl.ports.channel import Channel
from wasl.testing.contracts.channel_payloads import Folder, Payload, discover, load_folder
from wasl.wire.markup import measure

ROUNDS = 25
PASSES = 40
LIMITS = {"adapter_cpu_us_worst": ("≤", 500.0)}
ANSWER = """We are open on **Friday** from 1:00 pm to 11:00 pm; the rest of the week from 7:00 am.

- Bread comes out of the oven at *7:00*, noon and 5:00
- Delivery: [order here](https://shop.example/order?a=1&b=2)

نفتح يوم الجمعة من الساعة ١ ظهرًا، ويسعدنا أن نراك. {n}"""


def main() -> int:
    """Measures every channel that ships."""
    found: dict[str, float | int] = {}
    for kind, made in discover(wasl.channels).items():
        folder = load_folder(ROOT / "tests" / "fixtures" / "channels" / kind)
        found[f"adapter_cpu_us_{kind}"] = round(turn_us(made(made.Settings(**folder.settings), name=kind), folder), 1)
    found = {"adapter_cpu_us_worst": max(found.values()), **found}
    figures.write("bench", found, keep=True)
    return 0 if figures.show("adapters", found, limits=LIMITS) else 1


def turn_us(channel: Channel, folder: Folder) -> float:
    """Gives microseconds of CPU for one message in and its answer out, each answer other words than the one before."""
    asked = _plain_text(channel, folder)
    call, address = asked.call(), folder.to(channel=channel.name)
    best, serial = float("inf"), 0
    for _ in range(ROUNDS):
        answers = [ANSWER.format(n=serial + n) for n in range(PASSES)]
        serial += PASSES
        started = time.process_time()
        for answer in answers:
            channel.verify(call)
            channel.parse(call)
            for parts in fit((Text(text=answer, format="markdown"),), limits=channel.limits, measure=measure(channel.limits)):
                exchange: Any = channel.send(Outgoing(id=DeliveryId("0193cccc-delivery-1"), address=address, parts=parts))
                if next(exchange, None) is not None:
                    channel.explain(folder.good_reply)
                    _ended(exchange, folder)
        best = min(best, time.process_time() - started)
    return 1e6 * best / PASSES


def _ended(exchange: Any, folder: Folder) -> None:
    try:
        while True:
            exchange.send(folder.good_reply)
    except StopIteration:
        return


def _plain_text(channel: Channel, folder: Folder) -> Payload:
    """Finds the payload that is one person's short text."""
    for payload in folder.inbound:
        if "events" not in payload.expect:
            continue
        match channel.parse(payload.call()):
            case [Arrival(parts=(Text(),), wants_answer=True)]:
                return payload
    raise RuntimeError(f"no payload of {channel.name} is one text that wants an answer")


if __name__ == "__main__":
    sys.exit(main())
