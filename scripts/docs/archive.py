"""The page of the archive and the published schemas, from the tables that write and read it."""

import json
from typing import Any

from scripts.docs.tables import table

from wasl.wire.archive_out import MESSAGES_BYTES_MAX
from wasl.wire.archive_schema import VERSION, schema_id, schemas
from wasl.wire.archive_tables import PART

INTRO = f"""# The archive and its records

Everything in Wasl leaves in one format of its own, version {VERSION}: the *archive* (a zip), and the same records alone as *JSON lines*.
Both come back as they were: out, in and out again gives the same bytes.

## The zip

A BagIt 1.0 bag (RFC 8493) at the root of a ZIP64 zip. To check it without Wasl:

```sh
unzip archive.zip -d archive && cd archive && sha256sum -c manifest-sha256.txt
```

| file | what it holds |
|---|---|
| `bagit.txt`, `bag-info.txt` | the standard's own words, and the size of everything |
| `manifest-sha256.txt`, `tagmanifest-sha256.txt` | the SHA-256 of every file; written last |
| `data/manifest.json` | scope, counts, schema ids, what is missing and why, what is held beside (`drops`), a digest of digests (`tree`) |
| `data/schema/*.json` | the schemas below |
| `data/people.jsonl`, `data/imports.jsonl` | people; imports with the files they kept |
| `data/conversations.jsonl` | conversations, each followed by its participants |
| `data/messages/0001.jsonl` … | messages in order, at most {MESSAGES_BYTES_MAX >> 20} MB a file (a single longer message stands alone) |
| `data/work/KIND.jsonl` | the books: turns with verdicts, calls, purposes, costs and the like; one file a kind that there is |
| `data/attachments/sha256/ab/cd/…` | files of messages, by digest |
| `data/raw/sha256/ab/cd/…` | the files that were imported, as they came |
| `data/README` | all this for people, in their language |

The bag stands at the root of the zip, so that the commands above need no folder; RFC 8493 (section 4) would have one folder around it.
Reading takes both. The same content gives the same bytes: fixed times, order, names and packing (deflate level 1; level 0 for what is
packed already), no time of making unless it is asked for. Another zlib may pack differently; the digests and `tree` stay.

Reading checks every digest and names what differs, is missing or was added. A zip whose end is lost is read as far as it goes.

## The records

One JSON object a line, told apart by `type`. Times are ISO 8601: with `Z` an instant, without it what a clock showed; beyond the year
9999 a whole number of milliseconds since 1970. A field that has nothing to say is left out. A reader keeps fields and parts that it does
not know and writes them again, so a newer archive survives an older Wasl.
"""


def page() -> str:
    """Gives the page."""
    out = [INTRO]
    for name, schema in schemas().items():
        if name == "manifest":
            continue
        out.append(f"### `{name}`\n\n[Schema](schema/{name}.json), `$id` `{schema_id(name)}`.\n\n{_fields(schema)}\n")
        if name == "message":
            for kind in PART.records:
                out.append(f"#### part `{kind}`\n\n{_fields(schema['$defs'][kind])}\n")
    return "\n".join(out)


def files() -> dict[str, str]:
    """Gives the published schemas by file name."""
    return {f"{name}.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for name, schema in schemas().items()}


def _fields(schema: dict[str, Any], *, before: str = "") -> str:
    return table(("field", "type", "meaning"), list(_rows(schema, before)))


def _rows(schema: dict[str, Any], before: str) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    needed = set(schema.get("required", ()))
    for name, inner in schema["properties"].items():
        mark = " (always)" if name in needed else ""
        rows.append((f"`{before}{name}`", _type(inner) + mark, inner.get("description", "")))
        if inner.get("type") == "object" and "properties" in inner:
            rows += _rows(inner, f"{before}{name}.")
        elif inner.get("type") == "array" and "properties" in inner.get("items", {}):
            rows += _rows(inner["items"], f"{before}{name}[].")
    return rows


def _type(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "examples" in schema:
        return ", ".join(f"`{word}`" for word in schema["examples"])
    if "anyOf" in schema:
        return "time" if "pattern" in schema["anyOf"][0] else "a part"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("type", "any JSON"))
