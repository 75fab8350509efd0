"""Situation: an act as the predicates read it, with the day, the place and the waiting time worked out once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wasl.domain.errors import SettingWrong
from wasl.policy.act import Act
from wasl.wire.region import REGIONS, calling_code_of, region_of_business_id, region_of_phone

SECOND_MS: Final = 1000
HOUR_MS: Final = 3_600_000
GENERAL_CONFIDENCE_MIN: Final = 0.5
"""Below it a turn that looks general is not taken for one."""


@dataclass(slots=True, kw_only=True)
class Situation:
    """`elapsed_ms` is the time since the person's last word, None when they never wrote; `primary` says that AI is what is offered.
    `assumed`: the place is the operator's own, because the person's is not known.
    """

    act: Act
    day: date
    region: str | None
    assumed: bool
    part: str
    code: str | None
    elapsed_ms: int | None
    primary: bool
    provider: str | None
    uses: frozenset[str]


@lru_cache(maxsize=1024)
def zone_of(name: str) -> tzinfo:
    """Gives a time zone. Raises SettingWrong for a name that is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingWrong(f"{name!r} is no time zone; write one such as 'Asia/Riyadh'") from error


def day_of(at_ms: int, zone: str) -> date:
    """Gives the calendar day of an instant in a zone. Raises SettingWrong for an instant or a zone that is none."""
    try:
        return _day_of_second(at_ms // 1000, zone)  # no day begins within a second
    except (OverflowError, ValueError, OSError) as error:
        raise SettingWrong(f"{at_ms} milliseconds are no time; give those since 1970") from error


@lru_cache(maxsize=64)
def _day_of_second(at: int, zone: str) -> date:
    return datetime.fromtimestamp(at, zone_of(zone)).date()


def month_of(at_ms: int, zone: str) -> tuple[int, int]:
    """Gives year and month of an instant in the account's zone: the key of the monthly counters."""
    day = day_of(at_ms, zone)
    return day.year, day.month


def situation_of(act: Act) -> Situation:
    """Works out day, place and time. Raises SettingWrong for a zone or a region that is none."""
    person = act.person
    region, part, assumed = _place(act)
    elapsed = None if person.last_inbound_ms is None else max(0, act.at_ms - person.last_inbound_ms)
    return Situation(
        act=act,
        day=day_of(act.at_ms, act.deployment.zone),
        region=region,
        assumed=assumed,
        part=part,
        code=calling_code_of(person.phone) if person.phone else None,
        elapsed_ms=elapsed,
        primary=_is_primary(act),
        provider=act.model.provider if act.model else None,
        uses=_uses(act),
    )


def _place(act: Act) -> tuple[str | None, str, bool]:
    person = act.person
    if person.phone and (found := region_of_phone(person.phone)):
        return found, found, False
    if person.business_id and (found := region_of_business_id(person.business_id)):
        return found, found, False
    part = person.region or act.deployment.home_region
    if not part:
        return None, "", False
    region = part.partition("-")[0]
    if region not in REGIONS:
        raise SettingWrong(f"{part!r} is no country; write its two letters (ISO 3166), such as 'EG', or a part of it, such as 'US-CA'")
    return region, part, not person.region


def _is_primary(act: Act) -> bool:
    if act.sender == "human":
        return False
    if act.deployment.purpose == "general_assistant":
        return True
    return act.purpose.label == "general" and act.purpose.confidence >= GENERAL_CONFIDENCE_MIN


def _uses(act: Act) -> frozenset[str]:
    model = act.model
    if model is None or not model.personal_data:
        return act.uses
    trains = model.training == "inputs" or (model.training is None and model.tier == "free")
    return act.uses | {"train_on_data"} if trains else act.uses
