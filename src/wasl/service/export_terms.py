"""Export: what was seen of terms, for others: a git folder, an Atom feed, JSON; and versions taken in from such a folder."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from wasl.domain.days import day_at
from wasl.domain.errors import Malformed
from wasl.domain.terms import Change, Document
from wasl.ports.terms import Terms
from wasl.service.alert_terms import first_line

VERSIONS_MAX: Final = 10_000
ENTRIES_MAX: Final = 200
FILE_BYTES_MAX: Final = 8 << 20
FILES_MAX: Final = 5_000
_DATED: Final = re.compile(r"(20\d\d-\d\d-\d\d)")


async def write_folder(terms: Terms, documents: Mapping[str, Document], folder: Path) -> int:
    """Writes every version as a file, `<document>/<day>-<id>.md`, ready to be put under git; gives how many."""
    written = 0
    for document_id in sorted(documents):
        place = folder / re.sub(r"[^A-Za-z0-9@._-]+", "_", document_id)
        for version in reversed(await terms.versions(document_id, limit=VERSIONS_MAX)):
            body = await terms.blob(version.text)
            if body is None:
                continue
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{day_at(version.seen_first_ms)}-{version.id[-7:]}.md").write_bytes(body)
            written += 1
    return written


def read_folder(folder: Path) -> list[tuple[date, bytes]]:
    """Reads versions from a folder: files whose names hold their day, oldest first. Raises Malformed."""
    files = sorted(path for path in folder.rglob("*.md") if path.is_file() and ".git" not in path.parts)[:FILES_MAX]
    found = []
    for path in files:
        day = _DATED.search(path.name)
        if day is None:
            raise Malformed(f"{path.name} has no day in its name; call it 2026-03-07-something.md")
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Malformed(f"{path.name} is over {FILE_BYTES_MAX} bytes")
        try:
            found.append((date.fromisoformat(day[1]), path.read_bytes()))
        except ValueError as error:
            raise Malformed(f"{path.name} names a day that is none; call it 2026-03-07-something.md") from error
    return sorted(found, key=lambda one: one[0])


def atom(changes: Sequence[Change], documents: Mapping[str, Document], *, address: str, now_ms: int, language: str) -> str:
    """Writes changes as an Atom feed."""
    today = day_at(now_ms)
    entries = []
    for change in changes[:ENTRIES_MAX]:
        document = documents.get(change.document_id)
        if document is None:
            continue
        title = first_line(document, change, today=today, language=language)
        link = f"{address}/console/terms/changes/{change.id}"
        entries.append(
            f"<entry><id>urn:uuid:{escape(change.id)}</id><title>{escape(title)}</title><updated>{_moment(change.at_ms)}</updated>"
            f"<link href={quoteattr(link)}/><summary>{escape(change.judgement.reason)}</summary></entry>"
        )
    updated = _moment(max((one.at_ms for one in changes), default=now_ms))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Wasl: terms</title>'
        f"<id>{escape(address)}/console/terms</id><updated>{updated}</updated><author><name>Wasl</name></author>"
        f"<link href={quoteattr(address + '/console/terms')}/>{''.join(entries)}</feed>\n"
    )


def as_json(changes: Sequence[Change], documents: Mapping[str, Document]) -> str:
    """Writes changes as JSON, with the documents they are of."""
    told = [{**asdict(one), "document": asdict(documents[one.document_id]) if one.document_id in documents else None} for one in changes]
    return json.dumps(told, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
