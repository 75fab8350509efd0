"""Pack data: the tables of an evidence pack, without anything that says who anybody is, and the way back from them to the figure."""

import csv
import hashlib
import hmac
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from wasl.domain.errors import Malformed
from wasl.domain.ids import PersonId, TurnId
from wasl.domain.purpose import (
    BLUR_MS,
    JudgeSaid,
    PurposeLabel,
    PurposeMode,
    PurposeRating,
    PurposeRecord,
    Served,
)
from wasl.policy.audit import Looked
from wasl.service.calendar import Month
from wasl.service.figure import Gathered

MARK_CHARACTERS: Final = 20
ROW_FIELDS: Final = (
    "turn", "person", "episode", "at_ms", "label", "odds", "served", "mode", "general_share", "judge", "reply_label", "input_tokens",
    "output_tokens", "scope_version", "classifier_version", "band_low", "band_high", "country", "sample", "twice",
)  # fmt: skip
RATING_FIELDS: Final = ("turn", "rater", "label", "order")


class Marks:
    """Keyed hashes in place of ids: the same id has the same mark in every pack of an installation, and nobody else can make it."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def of(self, what: str) -> str:
        """Gives the mark of an id."""
        return hmac.digest(self._secret(), what.encode(), hashlib.sha256).hex()[:MARK_CHARACTERS]


def turns_csv(gathered: Gathered, marks: Marks) -> bytes:
    """Writes the turns, in the order in which the figure reads them. Times are rounded down to a quarter of an hour."""
    looked = {one.turn_id: one for one in gathered.sample}
    rows = []
    for r in gathered.records:
        one = looked.get(r.turn_id)
        who = (marks.of(r.turn_id), marks.of(r.person_id), marks.of(r.episode), r.at_ms - r.at_ms % BLUR_MS)
        judged = (r.label, repr(r.odds), r.served, r.mode, repr(r.general_share), r.judge, r.reply_label or "")
        counted = (r.input_tokens, r.output_tokens, r.scope_version, r.classifier_version, repr(r.band_low), repr(r.band_high), r.country)
        rows.append((*who, *judged, *counted, one.stratum if one else "", int(one is not None and one.twice)))
    return table(ROW_FIELDS, rows)


def ratings_csv(gathered: Gathered, marks: Marks) -> bytes:
    """Writes the ratings, oldest first; raters are numbered in the order of their names, notes stay out."""
    raters = {name: f"rater {place:03}" for place, name in enumerate(sorted({one.rater for one in gathered.ratings}), 1)}
    rows = [(marks.of(one.turn_id), raters[one.rater], one.label, place) for place, one in enumerate(gathered.ratings)]
    return table(RATING_FIELDS, rows)


def table(fields: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Writes a table as CSV with a head."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    return out.getvalue().encode()


def gathered_again(turns: bytes, ratings: bytes, *, month: Month, channel: str, sent: int, followed: int, seed: bytes) -> Gathered:
    """Reads back what a figure was made from. Raises Malformed for tables that are none."""
    try:
        rows = [_record(row, channel=channel) for row in _rows(turns, ROW_FIELDS)]
        looked = [Looked(TurnId(row["turn"]), row["sample"], row["twice"] == "1") for row in _rows(turns, ROW_FIELDS) if row["sample"]]
        said = [
            PurposeRating(id=row["order"], turn_id=TurnId(row["turn"]), rater=row["rater"], label=cast(PurposeLabel, row["label"]), at_ms=0)
            for row in _rows(ratings, RATING_FIELDS)
        ]
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        raise Malformed(f"the pack's tables cannot be read ({error}); nothing was made from them") from error
    return Gathered(
        month=month,
        channel=channel,
        records=tuple(rows),
        ratings=tuple(said),
        sample=tuple(looked),
        sent=sent,
        followed=followed,
        seed=seed,
    )


def _rows(content: bytes, fields: Sequence[str]) -> list[Mapping[str, str]]:
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
    if tuple(reader.fieldnames or ()) != tuple(fields):
        raise ValueError(f"its columns are {reader.fieldnames}")
    return list(reader)


def _record(row: Mapping[str, str], *, channel: str) -> PurposeRecord:
    return PurposeRecord(
        turn_id=TurnId(row["turn"]),
        conversation_id=None,
        person_id=PersonId(row["person"]),
        channel=channel,
        at_ms=int(row["at_ms"]),
        episode=TurnId(row["episode"]),
        episode_at_ms=0,
        label=cast(PurposeLabel, row["label"]),
        odds=float(row["odds"]),
        served=cast(Served, row["served"]),
        mode=cast(PurposeMode, row["mode"]),
        general_share=float(row["general_share"]),
        judge=cast(JudgeSaid, row["judge"]),
        reply_label=cast(PurposeLabel, row["reply_label"]) if row["reply_label"] else None,
        input_tokens=int(row["input_tokens"]),
        output_tokens=int(row["output_tokens"]),
        scope_version=row["scope_version"],
        classifier_version=row["classifier_version"],
        band_low=float(row["band_low"]),
        band_high=float(row["band_high"]),
        country=row["country"],
    )
