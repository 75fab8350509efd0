"""What a reading found, summed up."""

from wasl.domain.archive import Chat, Entry, Participant
from wasl.ports.format import Gap, Reject, Run
from wasl.service.survey import KINDS_MAX, Survey, Tiling


def entry(text: str, *, start: int, length: int, wall_ms: int | None = 0) -> Entry:
    return Entry(author="Ann", role="user", text=text, wall_ms=wall_ms, instant_ms=None, resolution="min", start=start, length=length)


def test_chats_people_dates_and_counts_are_summed() -> None:
    survey = Survey()
    survey.take(Chat(key="c", kind="direct", origin="Test", title="Ann"))
    survey.take(Participant(chat="c", key="Ann"))
    survey.take(Run("c", [entry("hi", start=0, length=5, wall_ms=60_000), entry("ho", start=5, length=5, wall_ms=None)]))
    survey.take(Chat(key="c", kind="direct", origin="Test", title="Ann and Bob"))
    found = survey.chats["c"]
    assert (found.chat.title, found.entries, found.first_ms, found.last_ms) == ("Ann and Bob", 2, 60_000, 60_000)
    assert survey.counts == {"chats": 1, "participants": 1, "entries": 2}


def test_ranges_gaps_and_rejects_tile_a_source_whatever_their_order() -> None:
    survey = Survey()
    survey.take(Run("c", [entry("a", start=3, length=7), entry("b", start=15, length=5)]))
    survey.take(Gap(0, 0, 3, "byte order mark"))
    survey.take(Reject(0, "line 2", "no date", start=10, length=5))
    told = survey.tiling.coverage({0: 20})
    assert told["tiles"] is True
    assert told["covered"] == 20
    assert told["sources"][0]["gap_bytes"] == 3


def test_a_hole_and_an_overlap_are_told_with_their_place() -> None:
    tiling = Tiling()
    tiling.cover(0, 0, 10)
    tiling.cover(0, 12, 5)
    tiling.cover(0, 15, 5)
    source = tiling.coverage({0: 25})["sources"][0]
    assert source["missing"] == [[10, 2], [20, 5]]
    assert source["overlap_bytes"] == 2
    assert source["tiles"] is False
    assert source["covered"] == 18


def test_reasons_without_end_do_not_make_kinds_without_end() -> None:
    survey = Survey()
    for number in range(5_000):
        survey.take(Reject(0, f"line {number}", f"broken {number}"))
    assert survey.counts["rejects"] == 5_000
    assert len(survey.kinds) <= KINDS_MAX + 1
    assert sum(survey.kinds.values()) == 5_000
