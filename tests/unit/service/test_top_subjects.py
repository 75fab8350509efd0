"""Questions are counted for the subject whose example is nearest, and for none where nothing is near."""

from collections.abc import Sequence
from typing import cast

from tests.unit.policy.test_audit import record

from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeWords
from wasl.policy.purpose import Own, Scope
from wasl.ports.purposes import Purposes
from wasl.service.top_subjects import Subjects, top_subjects

SCOPE = Scope(
    name="Nour",
    examples=(
        Own("Where is my order?", "orders"),
        Own("متى يصل طلبي؟", "orders"),
        Own("How much is a cake?", "prices"),
        Own("hello there"),
    ),
)
QUESTIONS = ("where is the order I made", "متى يصل الطلب", "how much is the big cake", "xyzzy plugh", "")


class Said:
    """Purposes of which only the words are asked."""

    async def words(self, turns: Sequence[TurnId]) -> Sequence[PurposeWords]:
        return [PurposeWords(turn_id=turn, question=QUESTIONS[int(turn[1:])], reply="") for turn in turns]


async def test_each_question_counts_for_the_nearest_subject() -> None:
    records = [record(n) for n in range(len(QUESTIONS))] + [record(0, "general", -4.0)]
    found = await top_subjects(records, scope=SCOPE, purposes=cast(Purposes, Said()))
    assert found == Subjects(looked=4, top=(("orders", 2), ("prices", 1)), other=1)


async def test_without_a_scope_there_are_no_subjects() -> None:
    assert await top_subjects([record()], scope=None, purposes=cast(Purposes, Said())) == Subjects()
