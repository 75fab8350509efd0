"""Wasl is killed again and again under load, and nobody is left without an answer; the long version is `make crash`."""

from pathlib import Path

import pytest
from tests.bench.cluster import Cluster
from tests.crash.run import SETTINGS, Outcome, Setting, crash, tell

pytestmark = pytest.mark.crash


def _kept(outcome: Outcome, *, kills: int) -> None:
    story = tell(outcome)
    found = outcome.figures()
    assert found["kills"] >= kills, story
    assert outcome.settled, story
    assert not outcome.deaths.own, story
    wrong = {name: found[name] for name in ("lost", "out_of_order", "twice_where_knowable", "unknown_unresolved") if found[name]}
    assert not wrong, story
    assert set(outcome.turns) == {"answered"}, story


@pytest.mark.parametrize("setting", [s for s in SETTINGS if not s.postgres], ids=lambda s: s.name)
async def test_killed_at_every_commit_point_on_sqlite_nothing_is_lost_doubled_or_turned_around(setting: Setting, tmp_path: Path):
    _kept(await crash(setting, folder=tmp_path, cluster=None, messages=300, each_point=1, instants=4, seed=20261122), kills=20)


@pytest.mark.postgres
@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.postgres and len(s.roles) > 1], ids=lambda s: s.name)
async def test_three_processes_killed_in_turn_on_postgresql_lose_nothing(setting: Setting, tmp_path: Path, cluster: Cluster):
    _kept(await crash(setting, folder=tmp_path, cluster=cluster, messages=300, each_point=1, instants=2, seed=20261122), kills=20)
