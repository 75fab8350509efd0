"""The books in the archive: turns with their verdicts, calls, purposes, ratings, lines of cost and the like as JSON records.

One table for each kind, from which writing, reading, the published schemas and the columns of the stores are made. Each kind has a file
of its own, data/work/KIND.jsonl; docs/reference/archive.md tells it in words.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from wasl.domain.errors import Malformed
from wasl.domain.work import WorkRecord
from wasl.wire.archive_shapes import AT, ID, SMALL, WHOLE
from wasl.wire.record import FLAG, NUMBER, OBJECT, TEXT, Field, Json, Plain, Record, one_of, read_fields


class WorkTable(NamedTuple):
    """One kind: its fields (each attribute is a column), by which of them a record is known, and whether it is of a conversation.

    `hidden` fields say who of the operator's people did something, and stay at home when one person's archive is written.
    """

    record: Record
    key: tuple[str, ...]
    of_person: bool = False
    hidden: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What `type` says."""
        return self.record.type


def _must(place: str, shape: Any, name: str = "", told: str = "") -> Field:
    return Field(place, shape, name, needed=True, told=told)


_CONVERSATION: Final = _must("conversation", ID, "conversation_id")
_CHANNEL: Final = _must("channel", TEXT)
_WORDS: Final = Plain((str,), {"type": "string"})

_TABLES: Final = (
    WorkTable(
        Record(
            dict,
            (
                _must("id", ID),
                _CONVERSATION,
                _must("seq", SMALL, told="its place among the conversation's turns"),
                _must("message", ID, "message_id", told="the question"),
                _must("state", one_of("answered", "noted", "failed")),
                Field("attempt", SMALL, default=0),
                _must("accepted", AT, "accepted_ms"),
                Field("closed", AT, "closed_ms"),
                Field("reply", ID, "reply_id", told="the message that answers"),
                Field("verdicts", OBJECT, told="what every step ruled, with ids of rules, reasons and the digest of the rulebook"),
                Field("note", TEXT),
            ),
            "turn",
            "The work of answering one message, closed, with what was ruled and what was owed.",
        ),
        ("id",),
        of_person=True,
    ),
    WorkTable(
        Record(
            dict,
            (
                Field("turn", ID, "turn_id"),
                Field("conversation", ID, "conversation_id"),
                _must("candidate", TEXT),
                _must("provider", TEXT),
                _must("model", TEXT),
                Field("served_model", TEXT),
                Field("region", TEXT),
                _must("price_class", TEXT),
                _must("outcome", TEXT),
                _must("tokens.input", WHOLE, "input_tokens"),
                _must("tokens.output", WHOLE, "output_tokens"),
                Field("tokens.cached", WHOLE, "cached_tokens", default=0),
                Field("tokens.reasoning", WHOLE, "reasoning_tokens", default=0),
                Field("tokens.estimated", FLAG, "estimated", default=False),
                Field("request_id", TEXT),
                _must("started", AT, "started_ms"),
                _must("took_ms", WHOLE),
                Field("work", one_of("answer", "judge", "moderate", "api", "lost", "other"), default="answer"),
                Field("channel", TEXT, default=""),
                Field("country", TEXT, default=""),
                Field("cost.amount", WHOLE, "amount", told="in 10⁻¹² of the currency; absent where nobody knows the price"),
                Field("cost.currency", TEXT, "currency", default=""),
                Field("cost.card", TEXT, "card", default=""),
                Field("again", SMALL, default=0, told="how many equal calls stand before it"),
            ),
            "call",
            "One call to a model: who was asked, with how much, and what it came to.",
        ),
        ("started_ms", "candidate", "turn_id", "conversation_id", "work", "outcome", "request_id", "took_ms", "input_tokens",
         "output_tokens", "again"),
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("id", ID, told="the turn's"),
                Field("conversation", ID, "conversation_id"),
                _must("person", ID, "person_id", told="at that time"),
                _CHANNEL,
                _must("time", AT, "at_ms"),
                _must("episode.turn", ID, "episode", told="the turn with which it began"),
                _must("episode.time", AT, "episode_at_ms"),
                _must("label", one_of("business", "general", "mixed", "neutral", "uncertain")),
                _must("odds", NUMBER),
                _must("served", one_of("answered", "part", "redirected", "refused", "human", "other")),
                _must("mode", one_of("watch", "guard")),
                _must("general_share", NUMBER),
                Field("inherited", FLAG, default=False),
                _must("judge.said", one_of("none", "agreed", "changed", "failed"), "judge"),
                Field("judge.label", TEXT, "judge_label"),
                Field("reply.label", TEXT, "reply_label"),
                Field("reply.odds", NUMBER, "reply_odds"),
                _must("tokens.input", WHOLE, "input_tokens"),
                _must("tokens.output", WHOLE, "output_tokens"),
                _must("version.scope", TEXT, "scope_version"),
                _must("version.classifier", TEXT, "classifier_version"),
                _must("band.low", NUMBER, "band_low"),
                _must("band.high", NUMBER, "band_high"),
                Field("language", TEXT, default=""),
                Field("country", TEXT, default=""),
            ),
            "purpose",
            "What a turn was for.",
        ),
        ("id",),
        of_person=True,
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("id", TEXT),
                _must("purpose", ID, "purpose_id", told="the turn's"),
                _must("rater", TEXT),
                _must("label", TEXT),
                _must("time", AT, "at_ms"),
                Field("note", TEXT, default=""),
            ),
            "rating",
            "What somebody who audited a turn says that it was for.",
        ),
        ("id",),
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("turn", ID, "turn_id"),
                Field("conversation", ID, "conversation_id"),
                _must("person", ID, "person_id"),
                _CHANNEL,
                _must("time", AT, "at_ms"),
                Field("followed", AT, "followed_ms"),
                Field("followed_on", TEXT),
            ),
            "redirect",
            "Somebody was pointed to a page of the operator's own.",
        ),
        ("turn_id",),
        of_person=True,
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("id", ID),
                _CONVERSATION,
                _CHANNEL,
                _must("why", one_of("asked", "emergency", "moderation", "operator", "rule")),
                _must("asked", AT, "asked_ms"),
                _must("returns", AT, "returns_ms", told="when it goes back to the assistant by itself"),
                Field("note", TEXT, default=""),
                Field("taken", AT, "taken_ms"),
                Field("taken_by", TEXT),
                Field("ended", AT, "ended_ms"),
                Field("ended_by", TEXT),
            ),
            "handoff",
            "A conversation was in human hands.",
        ),
        ("id",),
        of_person=True,
        hidden=("note", "taken_by"),
    ),
    WorkTable(
        Record(
            dict,
            (_CONVERSATION, _CHANNEL, _must("time", AT, "at_ms")),
            "disclosure",
            "When somebody was told last that an AI answers.",
        ),
        ("conversation_id", "channel"),
        of_person=True,
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("id", ID),
                _must("time", AT, "at_ms"),
                _must("kind", one_of("message", "call", "fee", "correction")),
                _must("basis", one_of("estimate", "truth")),
                Field("amount", TEXT, told="an exact decimal"),
                Field("currency", TEXT, default=""),
                Field("channel", TEXT, default=""),
                Field("scope", TEXT, default=""),
                Field("provider", TEXT, default=""),
                Field("country", TEXT, default=""),
                Field("category", TEXT, default=""),
                Field("number", WHOLE, default=0),
                Field("card", TEXT, default=""),
                Field("source", TEXT, default=""),
                Field("note", TEXT, default=""),
            ),
            "cost",
            "A line of the books.",
        ),
        ("id",),
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("budget", TEXT),
                _must("period", TEXT),
                Field("subject", TEXT, default=""),
                _must("spent", TEXT, told="an exact decimal"),
                Field("warned", SMALL, default=0),
            ),
            "budget",
            "What was spent of a budget in a period.",
        ),
        ("budget", "period", "subject"),
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("id", TEXT),
                _must("kind", one_of("figure", "change", "suite", "pack")),
                Field("channel", TEXT, default=""),
                Field("month", TEXT, default=""),
                _must("time", AT, "at_ms"),
                _must("body", _WORDS, told="JSON"),
            ),
            "evidence",
            "What was published, changed or handed over.",
        ),
        ("id",),
    ),
    WorkTable(
        Record(
            dict,
            (_must("digest", TEXT), _must("records", _WORDS, told="JSON"), _must("time", AT, "at_ms")),
            "rulebook",
            "A version of the rulebook that verdicts name.",
        ),
        ("digest",),
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("id", ID),
                _CHANNEL,
                Field("scope", TEXT, default=""),
                _must("kind", TEXT),
                _must("gravity", one_of("grave", "notice")),
                _must("first", AT, "first_ms"),
                _must("last", AT, "last_ms"),
                _must("times", SMALL),
                Field("told", AT, "told_ms"),
                Field("cleared", AT, "cleared_ms"),
                Field("cleared_by", TEXT),
            ),
            "trouble",
            "A sign that a platform turns against the account.",
        ),
        ("id",),
    ),
    WorkTable(
        Record(
            dict,
            (
                _must("key", TEXT),
                Field("address", TEXT, "address_id"),
                Field("at_us", WHOLE, default=0, told="when the next is due, in microseconds since 1970"),
                Field("paused", AT, "paused_ms", default=0),
                Field("number", WHOLE, default=0),
                _must("used", AT, "used_ms"),
            ),
            "tally",
            "What was sent, as it counts against a platform's limit.",
        ),
        ("key",),
    ),
    WorkTable(
        Record(
            dict,
            (_must("circle", TEXT), _must("address", TEXT, "address_id"), _must("time", AT, "at_ms")),
            "reached",
            "Somebody was written to outside a window.",
        ),
        ("circle", "address_id"),
    ),
)  # fmt: skip
TABLES: Final[Mapping[str, WorkTable]] = {table.kind: table for table in _TABLES}
KINDS: Final = tuple(TABLES)
"""In the order in which they are written and taken: a rating comes after the purpose that it is of."""
OF_PERSON: Final = tuple(kind for kind, table in TABLES.items() if table.of_person)
"""What goes along with one person, one chat or one channel; the rest is the installation's own."""


def work_file(kind: str) -> str:
    """Gives the path of a kind's file in the archive."""
    return f"data/work/{kind}.jsonl"


def work_key(record: WorkRecord) -> str:
    """Gives by what a record is known among those of its kind."""
    return "/".join(str(record.values.get(name)) for name in TABLES[record.kind].key)


def work_json(record: WorkRecord) -> dict[str, Json]:
    """Gives a record as an object."""
    return TABLES[record.kind].record.write(SimpleNamespace(**record.values))


def work_of(value: dict[str, Json]) -> WorkRecord:
    """Reads a record, with every column of its kind; what a newer version added is passed over. Raises Malformed."""
    table = TABLES.get(str(value.get("type")))
    if table is None:
        raise Malformed(f"a record of type {value.get('type')!r:.60} is not known; it may be of a newer version")
    found = read_fields(value, table.record.fields, "", {})
    return WorkRecord(table.kind, {field.name: found.get(field.name, field.default) for field in table.record.fields})


def without_hidden(record: WorkRecord) -> WorkRecord:
    """Gives a record without who of the operator's people did something."""
    table = TABLES[record.kind]
    if not table.hidden:
        return record
    plain = {field.name: field.default for field in table.record.fields}
    return record._replace(values={**record.values, **{name: plain[name] for name in table.hidden}})
