"""What telling a message's purpose costs: `make bench ARGS="--only purpose"`.

Learnt and judged on the labelled messages of the tests, so that nothing from outside is needed: CPU time to learn a scope of three
hundred examples, to judge a message, to weigh a whole turn around it (mode, episode, answer, record), and to read what was learnt.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from rich.console import Console
from tests.bench import figures
from tests.unit.policy.test_labelled import BUSINESSES, messages

from wasl.domain.ids import AddressId, ConversationId, MessageId, PersonId, TurnId
from wasl.domain.message import Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.prompt import Answer, Usage
from wasl.domain.turn import Closing, DueTurn, Work
from wasl.policy.act import Deployment
from wasl.policy.purpose import Classifier, Own, Scope
from wasl.policy.shipped import learn_with_shipped, shipped_packs
from wasl.policy.shipped_rules import shipped_book
from wasl.service.ask import Asked
from wasl.service.judging import Case
from wasl.service.learn_purpose import LearnPurpose
from wasl.service.purpose_mode import PurposeModes
from wasl.service.weigh_purpose import WeighPurpose
from wasl.testing.clock import TestClock

EXAMPLES = 300
ROUNDS = 5
LIMITS = {
    "purpose_cpu_ms": ("≤", 2.0),
    "purpose_step_cpu_ms": ("≤", 2.0),
    "purpose_train_s": ("≤", 3.0),
    "purpose_load_ms": ("≤", 250.0),
}


@dataclass(frozen=True)
class Line:
    """How the measured channel stands under the rules."""

    kind: str = "whatsapp"
    deployment: Deployment = field(default_factory=Deployment)
    mode: Literal["strict", "lenient", "watch"] = "strict"


class NoRecords:
    """Purposes without a database: what the store costs is measured with the turn."""

    async def recent(self, conversation_id: ConversationId, *, channel: str, limit: int) -> list[Any]:
        """Gives nothing."""
        return []


def scope() -> Scope:
    """A scope of three hundred examples."""
    packs = shipped_packs()
    own = [Own(m.text) for name in BUSINESSES for m in messages(name) if m.label == "example"]
    return Scope(name="bench", examples=tuple([*own, *(Own(p.text) for p in packs.business)][:EXAMPLES]))


def best(work: Callable[[], None], *, times: int = ROUNDS) -> float:
    """Gives the least CPU seconds of several rounds, as the machine may be busy."""
    found = float("inf")
    for _ in range(times):
        started = time.process_time()
        work()
        found = min(found, time.process_time() - started)
    return found


async def step_seconds(classifier: Classifier, learnt: LearnPurpose, texts: list[str]) -> float:
    """Gives the CPU seconds of the whole step a turn: before, after and the record."""
    modes = PurposeModes(book=shipped_book, standings={"line": Line()}, wanted=lambda name: "auto")
    step = WeighPurpose(learnt=learnt, purposes=cast(Any, NoRecords()), modes=modes, search=lambda q, n, lang: ())
    key = AddressKey(channel="line", scope="s", handle="+201001234567", kind="phone")
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key, valid_from_ms=0)
    usage = Usage(input_tokens=1, output_tokens=1)
    asked = Asked(answer=Answer(text="Yes, we deliver until eight.", candidate="c", model="m", usage=usage, finish="stop"), records=())
    took = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for number, text in enumerate(texts):
            turn = DueTurn(
                id=TurnId(str(number)), seq=2, message_id=MessageId("m"), parts=(Text(text=text),), native_id=None, address=address,
                sent_at_ms=0, accepted_at_ms=0, attempt=0,
            )  # fmt: skip
            work = Work(conversation_id=ConversationId(str(number)), epoch=1, turns=(turn,), deliveries=())
            case = Case(work=work, turns=(turn,), language="en", now_ms=1_793_491_200_000, channel=None)
            if await step.before(case) is None:
                case.asked = asked
                await step.after(case, asked.answer.text)
            closing = Closing(conversation_id=work.conversation_id, epoch=1, turn_ids=(turn.id,), state="answered", at_ms=case.now_ms)
            await step.conclude(case, closing)
        took = min(took, time.process_time() - started)
    return took / len(texts)


async def measure(folder: Path) -> dict[str, float]:
    """Measures everything."""
    wanted = scope()
    texts = [m.text for name in BUSINESSES for m in messages(name) if m.label != "example"]
    shipped_packs()
    train = best(lambda: cast(None, learn_with_shipped(wanted)), times=2)
    classifier = learn_with_shipped(wanted)

    def judge() -> None:
        for text in texts:
            classifier.judge(text)

    file = folder / "scope.toml"
    listed = ", ".join(f'"""{own.text}"""' for own in wanted.examples)
    file.write_text(f'name = "bench"\n[[subjects]]\nname = "all"\nexamples = [{listed}]\n', encoding="utf-8")

    async def train_here(given: Scope) -> Classifier:
        return learn_with_shipped(given)

    def learning() -> LearnPurpose:
        return LearnPurpose(file=file, kept=folder / "kept", clock=TestClock(), train=train_here, low=-1.0, high=1.0)

    first = learning()
    await first.refresh()
    loaded = float("inf")
    for _ in range(ROUNDS):
        again = learning()
        started = time.process_time()
        await again.refresh()
        loaded = min(loaded, time.process_time() - started)
    return {
        "purpose_cpu_ms": 1000 * best(judge) / len(texts),
        "purpose_step_cpu_ms": 1000 * await step_seconds(classifier, first, texts),
        "purpose_train_s": train,
        "purpose_load_ms": 1000 * loaded,
    }


def main() -> int:
    """Measures, prints, writes build/figures/purpose.json."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="wasl-purpose-") as folder:
        measured = asyncio.run(measure(Path(folder)))
    kept = figures.show("purpose", measured, limits=LIMITS, console=console)
    figures.write("purpose", measured)
    figures.write("bench", measured, keep=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
