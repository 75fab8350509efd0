"""The contract of successions, as tests: subclass SuccessionsContract, say how to make the store, run it.

The store has them as `successions`; `make_store` and `clock` are as in `wasl.testing.contracts.stores`.
"""

from dataclasses import replace
from typing import Protocol, cast

import pytest

from wasl.domain.succession import Succession
from wasl.ports.store import Store
from wasl.ports.successions import Successions
from wasl.testing.contracts.people_scene import PeopleFixtures

ONE = Succession(
    id="1", candidate="old", successor="new", on_ms=5, zone="UTC", state="tried", made_ms=1, made_by="operator", report={"asked": 20}
)


class Succeeding(Protocol):
    """A store that keeps which candidates are replaced."""

    @property
    def successions(self) -> Successions: ...


class SuccessionsContract(PeopleFixtures):
    """Everything that Successions promises."""

    @pytest.fixture
    def successions(self, store: Store) -> Successions:
        """What is under test."""
        return cast(Succeeding, store).successions

    async def test_one_is_kept_as_it_is_and_replaced_by_its_id(self, successions: Successions) -> None:
        await successions.put(ONE)
        assert await successions.find("1") == ONE
        await successions.put(replace(ONE, state="planned"))
        assert await successions.find("1") == replace(ONE, state="planned")
        assert await successions.find("2") is None

    async def test_those_of_one_plan_are_kept_together(self, successions: Successions) -> None:
        await successions.put(*(replace(ONE, id=id, plan="p", provider="house") for id in ("1", "2")))
        assert [(one.id, one.plan, one.provider) for one in await successions.listed(limit=10)] == [
            ("2", "p", "house"),
            ("1", "p", "house"),
        ]

    async def test_they_are_listed_newest_first_and_by_state(self, successions: Successions) -> None:
        await successions.put(ONE)
        await successions.put(replace(ONE, id="2", state="planned"))
        assert [one.id for one in await successions.listed(limit=10)] == ["2", "1"]
        assert [one.id for one in await successions.listed(state="planned", limit=10)] == ["2"]
        assert [one.id for one in await successions.listed(limit=1)] == ["2"]
