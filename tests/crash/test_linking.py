"""Linking, unlinking and linking again with messages arriving all the time and the process killed; more of it in `make crash`."""

from pathlib import Path

import pytest
from tests.bench.cluster import Cluster
from tests.crash.linking import LinkingOutcome, crash_linking, tell

pytestmark = pytest.mark.crash


def _kept(outcome: LinkingOutcome, *, kills: int) -> None:
    story = tell(outcome)
    print(story)
    assert outcome.deaths.kills >= kills, story
    assert not outcome.deaths.own, story
    assert outcome.settled, story
    assert (outcome.lost, outcome.twice, outcome.seen.wrong, outcome.seen.unanswered) == ([], [], [], []), story
    assert outcome.links >= 2, story
    assert outcome.partings >= 2, story
    assert outcome.seen.shared_prompts > 0, story


async def test_killed_while_people_link_and_part_nobody_is_lost_or_shown_to_another(tmp_path: Path):
    _kept(await crash_linking(folder=tmp_path, cluster=None, pairs=4, each_point=0, instants=4, seed=20261122), kills=8)


@pytest.mark.postgres
async def test_two_processes_killed_in_turn_keep_people_apart(tmp_path: Path, cluster: Cluster):
    outcome = await crash_linking(folder=tmp_path, cluster=cluster, pairs=4, each_point=0, instants=4, seed=20261123, roles=("all", "all"))
    _kept(outcome, kills=8)
