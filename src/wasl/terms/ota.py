"""Open Terms Archive: its declarations (JSON) read as ours, and ours written as its, as far as each can say it.

Its format: `name` and `documents` (or `terms`), each with `fetch`, `select`, `remove` and `combine`. Read 2026-11-22 from its public
repositories' declarations.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from wasl.domain.errors import Malformed
from wasl.domain.terms import Document, DocumentKind
from wasl.terms.declaration import SOURCES_MAX, Declaration, Source, document_id

_KINDS: Final[Mapping[str, DocumentKind]] = {
    "privacy policy": "policy",
    "acceptable use policy": "policy",
    "community guidelines": "policy",
}


class Imported(NamedTuple):
    """What was read, and by name what could not be said in our words."""

    declarations: tuple[Declaration, ...]
    rejects: tuple[tuple[str, str], ...]


def import_ota(text: str, *, channels: Sequence[str] = (), providers: Sequence[str] = ()) -> Imported:
    """Reads a declaration of Open Terms Archive. Raises Malformed when it is none."""
    try:
        table = json.loads(text)
    except ValueError as error:
        raise Malformed(f"this is no JSON: {error}") from error
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise Malformed("a declaration of Open Terms Archive is an object with a name and documents")
    documents = table.get("documents", table.get("terms"))
    if not isinstance(documents, dict) or not documents:
        raise Malformed("this declaration has no documents")
    platform = re.sub(r"[^a-z0-9]+", "_", table["name"].casefold()).strip("_") or "unnamed"
    found: list[Declaration] = []
    rejects: list[tuple[str, str]] = []
    for name, one in documents.items():
        try:
            sources = _sources(one)
        except Malformed as error:
            rejects.append((str(name), error.message))
            continue
        document = Document(
            id=document_id(platform, str(name), ""), platform=platform, name=str(name), kind=_KINDS.get(str(name).casefold(), "contract"),
            channels=tuple(channels), providers=tuple(providers),
        )  # fmt: skip
        found.append(Declaration(document=document, sources=sources, unsure=True, note="imported from Open Terms Archive"))
    return Imported(tuple(found), tuple(rejects))


def export_ota(declarations: Sequence[Declaration]) -> dict[str, str]:
    """Writes declarations as Open Terms Archive has them, one JSON text for a platform."""
    files: dict[str, dict[str, Any]] = {}
    for one in declarations:
        table = files.setdefault(one.document.platform, {"name": one.document.platform, "documents": {}})
        sources = [_written(source) for source in one.sources]
        name = one.document.name + (f" ({one.document.region})" if one.document.region else "")
        table["documents"][name] = sources[0] if len(sources) == 1 else {"combine": sources}
    return {f"{name}.json": json.dumps(table, ensure_ascii=False, indent=2) for name, table in files.items()}


def _sources(one: Any) -> tuple[Source, ...]:
    if not isinstance(one, dict):
        raise Malformed("it is no object")
    common = {key: one[key] for key in ("fetch", "select", "remove", "executeClientScripts") if key in one}
    parts = one.get("combine", [{}])
    if not isinstance(parts, list) or not 0 < len(parts) <= SOURCES_MAX or not all(isinstance(part, dict) for part in parts):
        raise Malformed(f"combine is a list of at most {SOURCES_MAX} pages")
    return tuple(_source({**common, **part}) for part in parts)


def _source(table: Mapping[str, Any]) -> Source:
    url = table.get("fetch")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Malformed("it has no address (`fetch`)")
    scripts = table.get("executeClientScripts") is True
    return Source(
        url=url, select=_selectors(table.get("select"), "select"), remove=_selectors(table.get("remove"), "remove"),
        render="browser" if scripts else "http",
    )  # fmt: skip


def _selectors(value: Any, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one for one in items):
        raise Malformed(f"`{name}` names a range between two elements, which is not understood here; write a selector instead")
    return tuple(items)


def _written(source: Source) -> dict[str, Any]:
    table: dict[str, Any] = {"fetch": source.url}
    for key, value in (("select", source.select), ("remove", source.remove)):
        if value:
            table[key] = value[0] if len(value) == 1 else list(value)
    if source.render == "browser":
        table["executeClientScripts"] = True
    return table
