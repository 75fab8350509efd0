"""A drill's report puts what was seen beside what is usual, and beside the last time."""

from wasl.continuity.drill import by_person, compared, report, summary
from wasl.domain.exposure import Asked, Outcome
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address, AddressKey


def outcome(delay: int | None = 100, *, by: str | None = "first", delivery: str | None = "sent", kept: bool = True) -> Outcome:
    closed = None if delay is None else 1_000 + delay
    state = "due" if delay is None else "answered"
    return Outcome("line", state, 1_000, closed, by, None if delay is None else delivery, "line", kept)


def test_outcomes_are_summed() -> None:
    told = summary(
        [
            outcome(100),
            outcome(300, by="other"),
            outcome(200, by=None),
            outcome(None),
            outcome(delivery="queued"),
            outcome(delivery="failed"),
            outcome(kept=False),
        ]
    )
    assert (told["asked"], told["answered"], told["unanswered"]) == (7, 6, 1)
    assert told["answered_by"] == {"first": 4, "other": 1, "ourselves": 1}
    assert (told["stored_for_later"], told["not_delivered"], told["told_elsewhere"]) == (1, 1, 1)
    assert told["delay_worst_ms"] == 300


def test_nobody_is_summed_too() -> None:
    assert summary([])["delay_p95_ms"] == 0


def test_the_delay_that_a_loss_adds_is_against_the_usual() -> None:
    told = report([outcome(100)] * 10, [outcome(700)] * 10, lost=["a"], how="refused")
    assert (told["delay_added_p50_ms"], told["delay_added_p95_ms"]) == (600, 600)
    assert told["usual"]["delay_p50_ms"] == 100


def test_two_drills_are_compared_by_shares() -> None:
    then = report([], [outcome()] * 3 + [outcome(None)], lost=["a"], how="refused")
    now = report([], [outcome()] * 8, lost=["a"], how="refused")
    assert compared(now, then) == {"answered": (0.75, 1.0), "unanswered": (0.25, 0.0)}
    assert compared(now, None) == {}
    assert compared(now, now) == {}


def test_a_persons_questions_are_asked_again_in_the_order_in_which_they_were_asked() -> None:
    """An answer goes where its person wrote last: in another order, other answers would lie stored."""

    def asked(person: str, at: int, seq: int = 1) -> Asked:
        key = AddressKey(channel="telegram", scope="1", handle=person, kind="account")
        address = Address(id=AddressId(person), person_id=PersonId(person), key=key)
        return Asked(PersonId(person), ConversationId(person), seq, address, (), at)

    newest_first = [asked("a", 30), asked("b", 20, 2), asked("b", 20, 1), asked("a", 10)]
    assert [[(q.person_id, q.accepted_ms, q.seq) for q in one] for one in by_person(newest_first)] == [
        [("a", 10, 1), ("a", 30, 1)],
        [("b", 20, 1), ("b", 20, 2)],
    ]
