from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.limits import Pace
from wasl.routing.pace import Paces


@given(
    seconds=st.floats(0.01, 10),
    burst=st.integers(1, 50),
    gaps=st.lists(st.floats(0, 20), min_size=1, max_size=80),
)
def test_no_stretch_of_time_holds_more_sends_than_the_pace_allows(seconds: float, burst: int, gaps: list[float]) -> None:
    paces = Paces(all_sends=None, each_address=Pace(seconds_per_message=seconds, burst=burst))
    now, sent = 0.0, []
    for gap in gaps:
        now += gap
        sent.append(now + paces.reserve("a", now=now))
    assert sent == sorted(sent)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            count = last - first + 1
            assert sent[last] - sent[first] >= (count - burst) * seconds - 1e-6


def test_one_address_does_not_slow_another() -> None:
    paces = Paces(all_sends=None, each_address=Pace(seconds_per_message=6, burst=1))
    assert paces.reserve("a", now=0) == 0
    assert paces.reserve("b", now=0) == 0
    assert paces.reserve("a", now=1) == 5


def test_a_hold_stops_every_address_for_as_long_as_the_platform_asked() -> None:
    paces = Paces(all_sends=None, each_address=None)
    paces.hold(seconds=30, now=10)
    assert paces.reserve("a", now=15) == 25
    assert paces.reserve("b", now=41) == 0


def test_groups_keep_their_own_pace() -> None:
    paces = Paces(all_sends=None, each_address=Pace(seconds_per_message=1), each_group=Pace(seconds_per_message=3))
    paces.reserve("g", now=0, group=True)
    assert paces.reserve("g", now=1, group=True) == 2


@given(sends=st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 8)), max_size=60))
def test_forgetting_who_rests_changes_no_wait(sends: list[tuple[str, float]]) -> None:
    pace = Pace(seconds_per_message=2, burst=3)
    together = Paces(all_sends=None, each_address=pace)
    alone = {name: Paces(all_sends=None, each_address=pace) for name in "abcdef"}
    now = 0.0
    for name, gap in sends:
        now += gap
        assert together.reserve(name, now=now) == alone[name].reserve(name, now=now)


def test_who_has_long_been_at_rest_takes_no_room() -> None:
    paces = Paces(all_sends=None, each_address=Pace(seconds_per_message=6, burst=45))
    for n in range(1_000):
        paces.reserve(f"rush {n}", now=0)
    assert len(paces._each) == 1_000
    for n in range(2_000):
        paces.reserve(f"later {n}", now=100 + n)
    assert len(paces._each) < 20
