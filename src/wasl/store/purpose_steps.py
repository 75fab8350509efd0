"""What turns were for, for both databases: records, ratings, redirects, and what stays of them when a person is erased."""

from collections.abc import Callable, Sequence
from typing import Final, cast

from wasl.domain.errors import Malformed
from wasl.domain.ids import ConversationId, PersonId, TurnId
from wasl.domain.message import plain_text
from wasl.domain.purpose import (
    BLUR_MS,
    JudgeSaid,
    PurposeCount,
    PurposeLabel,
    PurposeMode,
    PurposeRating,
    PurposeRecord,
    PurposeWords,
    Redirect,
    Served,
)
from wasl.store.rows import parts_of
from wasl.store.steps import Row, Steps, step

COLUMNS: Final = (
    ("id", "uuid"), ("conversation_id", "uuid"), ("person_id", "uuid"), ("channel", "text"), ("at_ms", "bigint"), ("episode", "uuid"),
    ("episode_at_ms", "bigint"), ("label", "text"), ("odds", "double precision"), ("served", "text"), ("mode", "text"),
    ("general_share", "double precision"), ("inherited", "smallint"), ("judge", "text"), ("judge_label", "text"), ("reply_label", "text"),
    ("reply_odds", "double precision"), ("input_tokens", "bigint"), ("output_tokens", "bigint"), ("scope_version", "text"),
    ("classifier_version", "text"), ("band_low", "double precision"), ("band_high", "double precision"), ("language", "text"),
    ("country", "text"),
)  # fmt: skip
"""The columns of `purpose` with their types in PostgreSQL."""
_NAMES = ", ".join(name for name, _ in COLUMNS)
INSERT: Final = f"insert into purpose ({_NAMES}) values ({', '.join(f'${n}' for n in range(1, len(COLUMNS) + 1))})"


def values_of(r: PurposeRecord) -> tuple[object, ...]:
    """Gives a record as its columns."""
    return (
        r.turn_id, r.conversation_id, r.person_id, r.channel, r.at_ms, r.episode, r.episode_at_ms, r.label, r.odds, r.served, r.mode,
        r.general_share, int(r.inherited), r.judge, r.judge_label, r.reply_label, r.reply_odds, r.input_tokens, r.output_tokens,
        r.scope_version, r.classifier_version, r.band_low, r.band_high, r.language, r.country,
    )  # fmt: skip


def record_of(r: Row) -> PurposeRecord:
    """Reads what `values_of` wrote."""
    return PurposeRecord(
        turn_id=TurnId(r[0]),
        conversation_id=None if r[1] is None else ConversationId(r[1]),
        person_id=PersonId(r[2]),
        channel=r[3],
        at_ms=r[4],
        episode=TurnId(r[5]),
        episode_at_ms=r[6],
        label=cast(PurposeLabel, r[7]),
        odds=r[8],
        served=cast(Served, r[9]),
        mode=cast(PurposeMode, r[10]),
        general_share=r[11],
        inherited=bool(r[12]),
        judge=cast(JudgeSaid, r[13]),
        judge_label=cast(PurposeLabel | None, r[14]),
        reply_label=cast(PurposeLabel | None, r[15]),
        reply_odds=r[16],
        input_tokens=r[17],
        output_tokens=r[18],
        scope_version=r[19],
        classifier_version=r[20],
        band_low=r[21],
        band_high=r[22],
        language=r[23],
        country=r[24],
    )


def insert(records: Sequence[PurposeRecord]) -> Steps[None]:
    """Stores records, one statement each."""
    for record in records:
        yield step(INSERT, *values_of(record))


# -- reading
def recent(conversation_id: str, *, channel: str, limit: int) -> Steps[list[PurposeRecord]]:
    """Gives the newest records of a conversation on a channel."""
    rows = yield step(
        f"select {_NAMES} from purpose where conversation_id = $1 and channel = $2 order by at_ms desc limit $3",
        conversation_id,
        channel,
        limit,
    )
    return [record_of(r) for r in rows]


def records(
    *, channel: str, since_ms: int, until_ms: int, judge: JudgeSaid | None, after: PurposeRecord | None, limit: int
) -> Steps[list[PurposeRecord]]:
    """Gives records by time and id."""
    at, place = (since_ms, "00000000-0000-0000-0000-000000000000") if after is None else (after.at_ms, after.turn_id)
    told = "" if judge is None else " and judge = $6" + ("" if judge == "none" else " and judge <> 'none'")
    rows = yield step(
        f"select {_NAMES} from purpose where channel = $1 and (at_ms, id) > ($2, $3) and at_ms < $4{told} order by at_ms, id limit $5",
        channel, at, place, until_ms, limit, *(() if judge is None else (judge,)),
    )  # fmt: skip
    return [record_of(r) for r in rows]


def counts(*, channel: str, since_ms: int, until_ms: int) -> Steps[list[PurposeCount]]:
    """Sums by label and service."""
    rows = yield step(
        "select label, served, count(*), sum(input_tokens), sum(output_tokens), sum(general_share) from purpose"
        " where channel = $1 and at_ms >= $2 and at_ms < $3 group by label, served order by label, served",
        channel, since_ms, until_ms,
    )  # fmt: skip
    return [
        PurposeCount(
            label=cast(PurposeLabel, r[0]),
            served=cast(Served, r[1]),
            turns=int(r[2]),
            input_tokens=int(r[3]),
            output_tokens=int(r[4]),
            general_shares=float(r[5]),
        )
        for r in rows
    ]


def channels(*, since_ms: int, until_ms: int) -> Steps[list[str]]:
    """Names the channels of a time."""
    rows = yield step("select distinct channel from purpose where at_ms >= $1 and at_ms < $2 order by channel", since_ms, until_ms)
    return [str(r[0]) for r in rows]


# -- ratings
def rate(rating: PurposeRating) -> Steps[None]:
    """Adds a rating."""
    known = yield step("select 1 from purpose where id = $1", rating.turn_id)
    if not known:
        raise Malformed(f"turn {rating.turn_id!r} has no record of its purpose; nothing was rated")
    yield step(
        "insert into purpose_rating (id, purpose_id, rater, label, at_ms, note) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (id) do nothing",
        rating.id, rating.turn_id, rating.rater, rating.label, rating.at_ms, rating.note,
    )  # fmt: skip


def ratings(*, channel: str, since_ms: int, until_ms: int) -> Steps[list[PurposeRating]]:
    """Gives the ratings of the turns of a time."""
    rows = yield step(
        "select r.id, r.purpose_id, r.rater, r.label, r.at_ms, r.note from purpose p join purpose_rating r on r.purpose_id = p.id"
        " where p.channel = $1 and p.at_ms >= $2 and p.at_ms < $3 order by r.at_ms, r.id",
        channel, since_ms, until_ms,
    )  # fmt: skip
    return [PurposeRating(id=r[0], turn_id=TurnId(r[1]), rater=r[2], label=cast(PurposeLabel, r[3]), at_ms=r[4], note=r[5]) for r in rows]


def words(turns: Sequence[str]) -> Steps[list[PurposeWords]]:
    """Gives questions and replies."""
    rows = yield step(
        "select t.id, q.parts, a.parts from turn t join message q on q.id = t.message_id left join message a on a.id = t.reply_id"
        " where t.id @1",
        list(turns),
    )
    found = {r[0]: PurposeWords(turn_id=TurnId(r[0]), question=_said(r[1]), reply=_said(r[2])) for r in rows}
    return [found[turn] for turn in turns if turn in found]


def names(turn: str) -> Steps[list[str]]:
    """Gives the names of the person of a turn."""
    rows = yield step(
        "select p.name, q.author_name from turn t join message q on q.id = t.message_id join conversation c on c.id = t.conversation_id"
        " join person p on p.id = c.person_id where t.id = $1",
        turn,
    )
    return sorted({name for row in rows for name in row if name})


def _said(parts: str | None) -> str:
    return "" if parts is None else plain_text(parts_of(parts))


# -- redirects
def take_redirect(redirect: Redirect, *, people: Sequence[str], quiet_ms: int) -> Steps[bool]:
    """Takes the person's slot, or says that it is taken."""
    before = redirect.at_ms - quiet_ms
    taken = yield step("select turn_id, at_ms from redirect_slot where person_id @1", sorted({*people, redirect.person_id}))
    if any(r[1] > before and r[0] != redirect.turn_id for r in taken):
        return False
    won = yield step(
        "insert into redirect_slot (person_id, turn_id, at_ms) values ($1, $2, $3) on conflict (person_id) do update"
        " set turn_id = excluded.turn_id, at_ms = excluded.at_ms"
        " where redirect_slot.at_ms <= $4 or redirect_slot.turn_id = excluded.turn_id returning turn_id",
        redirect.person_id, redirect.turn_id, redirect.at_ms, before,
    )  # fmt: skip
    if not won:
        return False
    yield step(
        "insert into redirect (turn_id, conversation_id, person_id, channel, at_ms) values ($1, $2, $3, $4, $5)"
        " on conflict (turn_id) do nothing",
        redirect.turn_id, redirect.conversation_id, redirect.person_id, redirect.channel, redirect.at_ms,
    )  # fmt: skip
    return True


def follow(turn_id: str, *, at_ms: int, channel: str) -> Steps[bool]:
    """Notes that a redirect was followed."""
    rows = yield step(
        "update redirect set followed_ms = $2, followed_on = $3 where turn_id = $1 and followed_ms is null returning turn_id",
        turn_id, at_ms, channel,
    )  # fmt: skip
    return bool(rows)


def redirects(*, channel: str, since_ms: int, until_ms: int) -> Steps[list[Redirect]]:
    """Gives the redirects of a time."""
    rows = yield step(
        "select turn_id, conversation_id, person_id, channel, at_ms, followed_ms, followed_on from redirect"
        " where channel = $1 and at_ms >= $2 and at_ms < $3 order by at_ms, turn_id",
        channel, since_ms, until_ms,
    )  # fmt: skip
    return [
        Redirect(
            turn_id=TurnId(r[0]),
            conversation_id=None if r[1] is None else ConversationId(r[1]),
            person_id=PersonId(r[2]),
            channel=r[3],
            at_ms=r[4],
            followed_ms=r[5],
            followed_on=r[6],
        )
        for r in rows
    ]


# -- forgetting
def forget_who(conversations: Sequence[str], people: Sequence[str], *, new_id: Callable[[], str]) -> Steps[int]:
    """Makes the records of erased conversations anonymous: nothing in them leads back to a person, a turn or a minute.

    They stay counts of one nameless person, so that a month's figure and its interval stay what they were. Gives their number.
    """
    nobody = new_id()
    names: dict[str, str] = {}
    gone = yield from _of("purpose", "id, episode, at_ms", conversations, people)
    for turn_id, episode, at_ms in gone:
        for old in (turn_id, episode):
            names.setdefault(old, new_id())
        yield step(
            "update purpose set id = $2, conversation_id = null, person_id = $3, episode = $4, at_ms = $5, episode_at_ms = $6"
            " where id = $1",
            turn_id, names[turn_id], nobody, names[episode], _blurred(at_ms), _blurred(at_ms),
        )  # fmt: skip
        yield step("update purpose_rating set purpose_id = $2, note = '' where purpose_id = $1", turn_id, names[turn_id])
    for turn_id, at_ms in (yield from _of("redirect", "turn_id, at_ms", conversations, people)):
        yield step(
            "update redirect set turn_id = $2, conversation_id = null, person_id = $3, at_ms = $4 where turn_id = $1",
            turn_id, names.get(turn_id) or new_id(), nobody, _blurred(at_ms),
        )  # fmt: skip
    yield step("delete from redirect_slot where person_id @1", list(people))
    return len(gone)


def _of(table: str, columns: str, conversations: Sequence[str], people: Sequence[str]) -> Steps[list[Row]]:
    here = yield step(f"select {columns} from {table} where conversation_id @1", list(conversations))
    # What lost its conversation to retention is found by its person.
    loose = yield step(f"select {columns} from {table} where person_id @1 and conversation_id is null", list(people))
    return [*here, *loose]


def _blurred(at_ms: int) -> int:
    return at_ms - at_ms % BLUR_MS


def part_from_words(turns: Sequence[str]) -> Steps[None]:
    """Parts records from a conversation whose old words are deleted; the notes that raters wrote to them go too."""
    yield step("update purpose set conversation_id = null where id @1", list(turns))
    yield step("update purpose_rating set note = '' where purpose_id @1 and note <> ''", list(turns))
    yield step("update redirect set conversation_id = null where turn_id @1", list(turns))
