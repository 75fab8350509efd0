"""Figure: makes the month's figure from what turns were for and what raters said, publishes it, and raises the alarm.

A figure is published by keeping it: the log of evidence is only added to, so what was once said stays as it was said, and a later one of
the same month stands beside it. Everything random comes from the month, the channel and the installation's public key: whoever has the
records makes the same figure again.
"""

import asyncio
import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

import msgspec
import structlog

from wasl.domain.errors import Malformed
from wasl.domain.evidence import EvidenceRecord
from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeLabel, PurposeRating, PurposeRecord
from wasl.policy.audit import Looked, draw_sample, open_for
from wasl.policy.month import METHOD, Figure, figure_of
from wasl.policy.purpose import Scope
from wasl.policy.trend import Point, points
from wasl.ports.clock import Clock
from wasl.ports.evidence import Evidence
from wasl.ports.purposes import RECORDS_MAX, Purposes
from wasl.service.calendar import Month, month_at, month_before, month_of
from wasl.service.top_subjects import Subjects, top_subjects

log = structlog.get_logger(__name__)

NO_WORDS: Final[Mapping[str, tuple[str, str]]] = {}
RECORDS_MOST: Final = 2_000_000
"""Turns of one channel and month that are read; more is refused by name."""
EVERY_MS: Final = 20 * 3_600_000
"""Between two figures of the running month that are made by themselves."""
TREND_FIGURES: Final = 200
Alarm = Literal["", "red", "week"]
"""red: the upper bound is above ten in a hundred, or in some week more people were general than business. week: the last week lies above
what the eight weeks before would let one expect, or the weeks drift upward."""
LABELS: Final[tuple[PurposeLabel, ...]] = ("business", "general", "mixed", "neutral", "uncertain")


NO_SUBJECTS: Final = Subjects()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A figure as it was published."""

    id: str
    at_ms: int
    figure: Figure
    alarm: Alarm = ""
    subjects: Subjects = NO_SUBJECTS
    seed: str = ""
    """From what it was drawn (hex), so that an installation that moved draws the month's sample as it was; "" in figures of old."""


class Told(Protocol):
    """Who tells the operator (`service.raise_alarm.RaiseAlarm`)."""

    async def __call__(self, kind: str, key: str, *, head: str, text: str, **facts: Any) -> None:
        """Tells. Raises StoreDown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything a figure is made from."""

    month: Month
    channel: str
    records: tuple[PurposeRecord, ...]
    ratings: tuple[PurposeRating, ...]
    sample: tuple[Looked, ...]
    sent: int = 0
    followed: int = 0
    seed: bytes = b""
    """What everything random of it comes from: the public key of the installation that made the month's first figure."""


class Figures:
    """Makes and publishes figures. `salt` gives the installation's own (its public key): it draws samples and seeds. `told` hears of
    alarms, `alarm_words` hold their head and text."""

    def __init__(
        self,
        *,
        purposes: Purposes,
        evidence: Evidence,
        clock: Clock,
        salt: Callable[[], bytes],
        zone: str | None = None,
        told: Told | None = None,
        scope: Callable[[], Scope | None] = lambda: None,
        alarm_words: Mapping[str, tuple[str, str]] = NO_WORDS,
    ) -> None:
        self._purposes = purposes
        self._evidence = evidence
        self._clock = clock
        self._salt = salt
        self._zone = zone
        self._told = told
        self._scope = scope
        self._alarm_words = alarm_words

    def month(self, name: str) -> Month:
        """Gives a month of the operator's time zone. Raises SettingWrong."""
        return month_of(name, zone=self._zone)

    # -- reading
    async def gather(self, channel: str, month: str, *, rated_until_ms: int | None = None, seed: bytes | None = None) -> Gathered:
        """Reads what a month's figure is made from; ratings of later than `rated_until_ms` are left out, to make an old figure again;
        `seed` is of the figure that is made again, else the one of the month's newest figure, else our own.
        Raises Malformed for a month that is too large, SettingWrong, StoreDown."""
        when = month_of(month, zone=self._zone)
        records: list[PurposeRecord] = []
        after: PurposeRecord | None = None
        while page := await self._purposes.records(channel=channel, since_ms=when.first_ms, until_ms=when.until_ms, after=after):
            records += page
            after = page[-1]
            if len(records) > RECORDS_MOST:
                raise Malformed(f"{channel!r} has more than {RECORDS_MOST} turns in {month}; no figure was made")
            if len(page) < RECORDS_MAX:
                break
        ratings = await self._purposes.ratings(channel=channel, since_ms=when.first_ms, until_ms=when.until_ms)
        redirects = await self._purposes.redirects(channel=channel, since_ms=when.since_ms, until_ms=when.until_ms)
        own = [record for record in records if record.at_ms >= when.since_ms]
        if seed is None:
            kept = await self.published(channel, month)
            seed = bytes.fromhex(kept.seed) if kept is not None and kept.seed else self._salt()
        return Gathered(
            month=when,
            channel=channel,
            records=tuple(records),
            ratings=tuple(one for one in ratings if rated_until_ms is None or one.at_ms <= rated_until_ms),
            sample=draw_sample(own, seed=_digest(seed, channel, month)),
            sent=len(redirects),
            followed=sum(one.followed_ms is not None for one in redirects),
            seed=seed,
        )

    async def figure(self, channel: str, month: str, *, rated_until_ms: int | None = None, seed: bytes | None = None) -> Figure:
        """Makes a month's figure and publishes nothing; the sums run beside the loop, as they take seconds."""
        gathered = await self.gather(channel, month, rated_until_ms=rated_until_ms, seed=seed)
        return await asyncio.to_thread(figure_from, gathered)

    async def published(self, channel: str, month: str) -> Published | None:
        """Gives the newest published figure of a month."""
        kept = await self._evidence.kept("figure", channel=channel, month=month, limit=1)
        return published_of(kept[0]) if kept else None

    async def trend(self, channel: str, *, until: str) -> list[Point]:
        """Gives the weekly points up to the end of a month, from the newest figure of each."""
        found: dict[str, Figure] = {}
        for record in await self._evidence.kept("figure", channel=channel, limit=TREND_FIGURES):
            if record.month <= until and record.month not in found:
                found[record.month] = published_of(record).figure
        return points([week for month in sorted(found) for week in found[month].weeks])

    async def changes(self) -> list[tuple[int, tuple[str, ...]]]:
        """Gives when what the assistant is run or judged with became another, newest first, and what."""
        kept = await self._evidence.kept("change", channel="")
        return [(one.at_ms, tuple(msgspec.json.decode(one.body).get("changed", ()))) for one in kept]

    # -- publishing
    async def publish(self, channel: str, month: str) -> Published:
        """Makes a month's figure, keeps it, and raises the alarm where it must be raised."""
        gathered = await self.gather(channel, month)
        figure = await asyncio.to_thread(figure_from, gathered)
        own = [record for record in gathered.records if record.at_ms >= gathered.month.since_ms]
        subjects = await top_subjects(own, scope=self._scope(), purposes=self._purposes)
        before = [point.week for point in await self.trend(channel, until=month_before(month))]
        alarm = alarm_of(figure, points([*before, *figure.weeks]))
        now = self._clock.now_ms()
        kept = Published(id=self._clock.new_id(), at_ms=now, figure=figure, alarm=alarm, subjects=subjects, seed=gathered.seed.hex())
        body = msgspec.json.encode({"figure": figure, "alarm": alarm, "subjects": subjects, "seed": kept.seed}).decode()
        await self._evidence.keep(EvidenceRecord(id=kept.id, kind="figure", channel=channel, month=month, at_ms=now, body=body))
        if alarm and self._told is not None:
            head, text = self._alarm_words[alarm]
            facts = {"channel": channel, "month": month, "light": figure.light}
            await self._told("purpose", f"{channel} {month} {alarm}", head=head.format(**facts), text=text.format(**facts), **facts)
        return kept

    async def keep_up(self) -> None:
        """Publishes the running month once a day, and the one before until it is audited and over. A chore; it does no harm twice."""
        now = self._clock.now_ms()
        this = month_at(now, zone=self._zone)
        for name in (month_before(this), this):
            month = month_of(name, zone=self._zone)
            for channel in await self._purposes.channels(since_ms=month.since_ms, until_ms=month.until_ms):
                last = await self.published(channel, name)
                over = last is not None and last.at_ms >= month.until_ms and last.figure.light not in ("not audited",)
                if over or (last is not None and now - last.at_ms < EVERY_MS):
                    continue
                try:
                    await self.publish(channel, name)
                except Malformed as error:
                    log.error("no figure could be made", channel=channel, month=name, why=error.message)

    # -- the audit
    async def queue(self, channel: str, month: str, *, rater: str) -> tuple[tuple[Looked, ...], int]:
        """Gives what a rater is still to look at, those first about which judge and classifier disagree, and how many the sample has."""
        gathered = await self.gather(channel, month)
        return tuple(open_for(gathered.sample, gathered.ratings, rater=rater)), len(gathered.sample)

    async def rate(self, turn: TurnId, *, rater: str, label: str, note: str = "") -> None:
        """Keeps what a rater says. Raises Malformed for a label that there is not, or a turn without a record."""
        known = next((one for one in LABELS if one == label), None)
        if known is None:
            raise Malformed(f"there is no label {label!r}; there are {', '.join(LABELS)}")
        now = self._clock.now_ms()
        await self._purposes.rate(PurposeRating(id=self._clock.new_id(), turn_id=turn, rater=rater, label=known, at_ms=now, note=note))


def figure_from(gathered: Gathered) -> Figure:
    """Makes a figure of what was gathered: the same for the same, anywhere."""
    month = gathered.month
    seed = int.from_bytes(_digest(gathered.seed, "figure", METHOD, gathered.channel, month.name), "big")
    figure = figure_of(
        gathered.records,
        gathered.ratings,
        channel=gathered.channel,
        month=month.name,
        since_ms=month.since_ms,
        until_ms=month.until_ms,
        weeks=month.weeks,
        sample=gathered.sample,
        uniform=random.Random(seed).random,  # a figure is drawn again from its seed; nothing is secret here
    )
    return replace(figure, redirects_sent=gathered.sent, redirects_followed=gathered.followed)


def published_of(record: EvidenceRecord) -> Published:
    """Reads a published figure. Raises Malformed for one that this version cannot read."""
    try:
        body = msgspec.json.decode(record.body, type=_Body)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Malformed(f"the figure {record.id!r} of {record.month} cannot be read ({error}); it was kept by another version") from error
    return Published(id=record.id, at_ms=record.at_ms, figure=body.figure, alarm=body.alarm, subjects=body.subjects, seed=body.seed)


class _Body(msgspec.Struct):
    figure: Figure
    alarm: Alarm = ""
    subjects: Subjects = NO_SUBJECTS
    seed: str = ""


def alarm_of(figure: Figure, trend: Sequence[Point]) -> Alarm:
    """Says whether a figure raises the alarm, by the upper bound or by its last week; "" where it does not."""
    if figure.light == "red":
        return "red"
    if trend and trend[-1].alarm and figure.weeks and trend[-1].week.starts_ms == figure.weeks[-1].starts_ms:
        return "week"
    return ""


def _digest(salt: bytes, *words: str) -> bytes:
    return hashlib.blake2b("\x00".join(words).encode(), key=salt[:64], digest_size=32).digest()
