"""A queue that is longer than anybody's patience still moves at the platform's pace."""

import heapq

from wasl.domain.limits import Pace
from wasl.routing.pace import Paces

PATIENCE = 3.0


def _work_off(paces: Paces, *, people: int, until: float) -> list[float]:
    """Lets each come again when told, as the store's `due` does; gives the times of the sends."""
    coming = [(0.0, n) for n in range(people)]
    sent: list[float] = []
    while coming and coming[0][0] < until:
        now, person = heapq.heappop(coming)
        wait = paces.reserve(str(person), now=now, patience=PATIENCE)
        if wait > PATIENCE:
            heapq.heappush(coming, (now + wait, person))
        else:
            sent.append(now + wait)
    return sorted(sent)


def test_a_backlog_is_worked_off_at_the_full_pace_and_no_faster():
    sent = _work_off(Paces(all_sends=Pace(seconds_per_message=1 / 80, burst=80), each_address=None), people=4_000, until=1e9)
    assert len(sent) == 4_000
    assert abs(sent[-1] - 3_920 / 80) < 1
    for first in range(0, 3_900, 97):
        assert sent[first + 80] - sent[first] >= 0.0125 - 1e-9


def test_a_kept_place_is_used_once():
    paces = Paces(all_sends=None, each_address=Pace(seconds_per_message=10, burst=1))
    assert paces.reserve("a", now=0, patience=PATIENCE) == 0
    assert paces.reserve("a", now=1, patience=PATIENCE) == 9
    assert paces.reserve("a", now=4, patience=PATIENCE) == 6
    assert paces.reserve("a", now=10, patience=PATIENCE) == 0
    assert paces.reserve("a", now=10, patience=PATIENCE) == 10


def test_a_place_inside_a_hold_of_the_platform_is_given_up():
    paces = Paces(all_sends=None, each_address=Pace(seconds_per_message=10, burst=1))
    paces.reserve("a", now=0, patience=PATIENCE)
    paces.reserve("a", now=0, patience=PATIENCE)
    paces.hold(seconds=60, now=0)
    assert paces.reserve("a", now=10, patience=PATIENCE) == 50
