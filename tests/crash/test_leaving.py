"""People are told that a channel closes, each once a milestone, while the process is killed; more of it in `make crash-campaign`."""

from pathlib import Path

import pytest
from tests.crash.leaving import crash_campaign, tell

pytestmark = pytest.mark.crash


async def test_killed_while_people_are_told_nobody_is_told_twice_and_nobody_is_missed(tmp_path: Path):
    outcome = await crash_campaign(
        folder=tmp_path, cluster=None, people=300, instants=6, each_point=0, seed=20261124, telling_seconds=6.0, apart_seconds=10.0
    )
    story = tell(outcome)
    print(story)
    assert outcome.deaths.kills >= 6, story
    assert not outcome.deaths.own, story
    assert (outcome.twice, outcome.missed, outcome.strangers) == (0, 0, 0), story
