"""Trees of messages, whatever their writer made of them."""

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire.chat_tree import CYCLE, DISAGREES, MISSING, UNSAID, keys_of, native, settle, shown_parents

ids = st.sampled_from([str(n) for n in range(8)])
parents = st.dictionaries(ids, st.none() | ids | st.just(UNSAID) | st.just("gone"), max_size=8)


@given(parents, st.none() | st.dictionaries(ids, st.lists(ids, max_size=4), max_size=6))
def test_every_message_is_there_once_after_its_parent(said: dict[str, str | None], children: dict[str, list[str]] | None) -> None:
    settled = settle(said, children)
    assert sorted(settled.order) == sorted(said)
    seen: set[str | None] = {None}
    for key in settled.order:
        assert settled.parents[key] in seen
        seen.add(key)


@given(parents)
def test_a_parent_that_makes_sense_is_left_alone(said: dict[str, str | None]) -> None:
    settled = settle(said)
    cut = set(settled.troubles.get(CYCLE, ())) | set(settled.troubles.get(MISSING, ()))
    assert all(settled.parents[key] == parent for key, parent in said.items() if key not in cut and parent != UNSAID)


def test_repairs_are_named() -> None:
    said = {"a": None, "b": "gone", "c": UNSAID, "x": "y", "y": "x", "d": "a"}
    settled = settle(said, {"a": ["c"], "d": []})
    assert settled.parents == {"a": None, "b": None, "c": "a", "x": None, "y": "x", "d": "a"}
    assert settled.troubles == {MISSING: ["b"], DISAGREES: ["x", "y", "d"], CYCLE: ["x"]}


def test_the_nearest_ancestor_that_is_shown_is_found() -> None:
    settled = settle({"a": None, "b": "a", "c": "b", "d": "c"})
    assert shown_parents(settled, {"a", "d"})["d"] == "a"


@given(st.lists(st.none() | ids, max_size=9))
def test_every_message_of_a_list_gets_a_key_of_its_own(own: list[str | None]) -> None:
    keys = keys_of(own)
    assert len(set(keys)) == len(own)
    assert all(native(key) in (None, wanted) for key, wanted in zip(keys, own, strict=True))
