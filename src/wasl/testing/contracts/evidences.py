"""The contract of evidence, as tests: subclass EvidenceContract, say how to make the store, run it."""

from typing import Protocol, cast

import pytest

from wasl.domain.errors import Malformed
from wasl.domain.evidence import EvidenceKind, EvidenceRecord
from wasl.ports.evidence import BODY_BYTES_MAX, Evidence
from wasl.testing.contracts.people_scene import PeopleFixtures, PeopleScene


class Proves(Protocol):
    """A store that keeps evidence."""

    @property
    def evidence(self) -> Evidence: ...


def record(
    number: int, *, kind: EvidenceKind = "figure", channel: str = "shop", month: str = "2026-10", body: str = "{}"
) -> EvidenceRecord:
    """A record; its number orders it."""
    return EvidenceRecord(id=f"r{number:03d}", kind=kind, channel=channel, month=month, at_ms=number * 1_000, body=body)


class EvidenceContract(PeopleFixtures):
    """What was kept stays as it was."""

    @pytest.fixture
    def log(self, scene: PeopleScene) -> Evidence:
        return cast(Proves, scene.store).evidence

    async def test_records_come_back_newest_first_and_whole(self, log: Evidence) -> None:
        some = [record(n, body=f'{{"share": {n}, "say": "نصيب"}}') for n in range(3)]
        for one in some:
            await log.keep(one)
        assert list(await log.kept("figure", channel="shop")) == some[::-1]

    async def test_what_was_kept_is_never_rewritten(self, log: Evidence) -> None:
        await log.keep(record(1, body='{"share": 1}'))
        await log.keep(record(1, body='{"share": 0}'))
        assert [one.body for one in await log.kept("figure", channel="shop")] == ['{"share": 1}']

    async def test_kinds_channels_and_months_are_kept_apart(self, log: Evidence) -> None:
        for one in (
            record(1),
            record(2, month="2026-11"),
            record(3, channel="other"),
            record(4, kind="pack"),
            record(5, channel="", month=""),
        ):
            await log.keep(one)
        assert [one.id for one in await log.kept("figure", channel="shop")] == ["r002", "r001"]
        assert [one.id for one in await log.kept("figure", channel="shop", month="2026-10")] == ["r001"]
        assert [one.id for one in await log.kept("pack", channel="shop", month="2026-10")] == ["r004"]
        assert [one.id for one in await log.kept("figure", channel="")] == ["r005"]

    async def test_those_before_a_time_are_given_up_to_a_limit(self, log: Evidence) -> None:
        for number in range(6):
            await log.keep(record(number))
        assert [one.id for one in await log.kept("figure", channel="shop", before_ms=4_000, limit=2)] == ["r003", "r002"]

    async def test_a_body_that_is_too_long_is_refused(self, log: Evidence) -> None:
        with pytest.raises(Malformed, match="longer than"):
            await log.keep(record(1, body="x" * (BODY_BYTES_MAX + 1)))
        assert await log.kept("figure", channel="shop") == []
