from wasl.web.pacing import KEYS_MAX, Pacing


def test_a_burst_goes_through_and_then_one_for_every_span() -> None:
    pacing = Pacing(seconds_each=2.0, burst=3)
    assert [pacing.wait_seconds("a", now=10.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert pacing.wait_seconds("a", now=10.0) == 2.0
    assert pacing.wait_seconds("a", now=11.5) == 0.5
    assert pacing.wait_seconds("a", now=12.0) == 0.0
    assert pacing.wait_seconds("a", now=12.0) == 2.0


def test_one_does_not_wait_for_another() -> None:
    pacing = Pacing(seconds_each=2.0, burst=1)
    assert pacing.wait_seconds("a", now=0.0) == 0.0
    assert pacing.wait_seconds("b", now=0.0) == 0.0


def test_the_least_recently_seen_are_forgotten() -> None:
    pacing = Pacing(seconds_each=1.0, burst=1)
    for key in range(KEYS_MAX + 1):
        pacing.wait_seconds(str(key), now=0.0)
    assert pacing.wait_seconds("0", now=0.0) == 0.0
    assert pacing.wait_seconds(str(KEYS_MAX), now=0.0) > 0
