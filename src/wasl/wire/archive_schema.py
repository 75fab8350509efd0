"""The archive's records as JSON Schema 2020-12, made from the tables. Their `$id`s are stable; a change that an old reader could not
live with gets the next version."""

from typing import Final

from wasl.wire.archive_json import DROPS
from wasl.wire.archive_tables import CONVERSATION, ENTRY, IMPORT, MESSAGE_HEAD, MORE, PART, PARTICIPANT, PERSON
from wasl.wire.archive_work import TABLES
from wasl.wire.record import Json, schema_of

VERSION: Final = 1
"""Of the records and of the archive."""
BASE: Final = f"urn:wasl:schema:v{VERSION}"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
RECORDS: Final = ("person", "import", "conversation", "participant", "message", *TABLES)


def schema_id(name: str) -> str:
    """Gives the `$id` of a record's schema."""
    return f"{BASE}:{name}"


def schemas() -> dict[str, dict[str, Json]]:
    """Gives the schema of every record, and of the manifest, by name."""
    found = {r.type: r.schema() for r in (PERSON, IMPORT, CONVERSATION, PARTICIPANT)}
    found["conversation"]["anyOf"] = [{"required": ["id"]}, {"required": ["key"]}]
    message = schema_of((*MESSAGE_HEAD, *ENTRY, *MORE), type_="message", told="One message of a conversation.")
    message["$defs"] = {kind: record.schema() for kind, record in PART.records.items()}
    found["message"] = message
    found |= {kind: table.record.schema() for kind, table in TABLES.items()}
    found["manifest"] = _MANIFEST
    found[DROPS] = _DROPS
    return {name: {"$schema": DIALECT, "$id": schema_id(name), "title": name, **schema} for name, schema in sorted(found.items())}


_COUNT: Final = {"type": "integer", "minimum": 0}
_DROPS: Final[dict[str, Json]] = {
    "description": "What a file of lines does not hold, counted by name: its last line, where there is such.",
    "type": "object",
    "required": ["type", "drops"],
    "properties": {"type": {"const": DROPS}, "drops": {"type": "object", "additionalProperties": _COUNT}},
}
_MANIFEST: Final[dict[str, Json]] = {
    "description": "What the archive holds, and what it does not.",
    "type": "object",
    "required": ["format", "version", "scope", "generator", "counts", "schemas", "missing", "tree"],
    "properties": {
        "format": {"const": "wasl-archive"},
        "version": {"type": "integer"},
        "scope": {"type": "string", "examples": ["chat", "person", "channel", "installation"]},
        "title": {"type": "string"},
        "language": {"type": "string"},
        "generator": {"type": "string"},
        "made": {"type": "string"},
        "names_of_others": {"type": "string", "examples": ["kept", "masked"]},
        "counts": {"type": "object", "additionalProperties": _COUNT},
        "schemas": {"type": "object", "additionalProperties": {"type": "string"}},
        "work": {"type": "object", "additionalProperties": _COUNT, "description": "how many records of each kind stand in data/work"},
        "drops": {
            "type": "object",
            "additionalProperties": _COUNT,
            "description": "what the installation holds beside and no archive carries, counted",
        },
        "missing": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["what", "sha256", "why"],
                "properties": {"what": {"type": "string"}, "sha256": {"type": "string"}, "why": {"type": "string"}},
            },
        },
        "tree": {"type": "string", "description": "SHA-256 of the lines of manifest-sha256.txt, this file's own line left out"},
    },
}
