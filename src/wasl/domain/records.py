"""Records that leave and come back beside the chats: people, and imports with the files they kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wasl.domain.person import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A person on the way out: who they are, their addresses, links, consents, and who received their words.

    `links`, `consents`, `processors` (provider, region, calls, tokens, since, until), `audit` and `retention` hold plain JSON.
    """

    id: str
    name: str | None = None
    addresses: tuple[Address, ...] = ()
    links: tuple[Mapping[str, Any], ...] = ()
    consents: tuple[Mapping[str, Any], ...] = ()
    processors: tuple[Mapping[str, Any], ...] = ()
    audit: tuple[Mapping[str, Any], ...] = ()
    retention: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was imported, kept as it came."""

    import_id: str
    position: int
    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """One import: what was read, by which format, what came of it."""

    id: str
    kind: str
    name: str
    started_ms: int
    finished_ms: int | None = None
    owner: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Mapping[str, Any], ...] = ()
    coverage: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[SourceFile, ...] = ()
