"""Declaration: which pages make a document, how its words are found in them, and what proves that they are the right ones.

Written as TOML, one file for a platform; declarations of Open Terms Archive (JSON) are read, too. Pure: the texts come in.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from wasl.domain.errors import SettingWrong
from wasl.domain.terms import Document, DocumentKind

Render = Literal["http", "browser", "manual"]
EVERY_HOURS: Final = 24
EVERY_HOURS_BEFORE_DATE: Final = 6
DAYS_BEFORE_DATE: Final = 30
MIN_WORDS: Final = 100
SOURCES_MAX: Final = 12
DOCUMENTS_MAX: Final = 100
TEXT_CHARACTERS_MAX: Final = 400
_KINDS: Final = ("contract", "policy", "price", "changelog", "list")
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9_]{0,40}")
_DOCUMENT_KEYS: Final = frozenset(
    {"document", "kind", "bears_on", "region", "language", "sources", "previews", "every", "history", "unsure", "note"}
)
_SOURCE_KEYS: Final = frozenset(
    {"url", "select", "remove", "drop_text", "render", "min_words", "must_contain", "ignore_robots", "media_type"}
)
_TOP_KEYS: Final = frozenset({"platform", "document", "seen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One page of a document.

    `select` and `remove` are CSS selectors, `drop_text` sentences that come and go. `must_contain` are phrases that prove that it is
    the right page. `render` says who gets it: we (http), or people (manual, browser: it needs a program that runs scripts).
    """

    url: str
    select: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    drop_text: tuple[str, ...] = ()
    render: Render = "http"
    min_words: int = MIN_WORDS
    must_contain: tuple[str, ...] = ()
    ignore_robots: bool = False

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How a document was declared before a day: where it was, so that older versions are understood."""

    until: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A document with its pages. `previews` are pages of terms that are not in force yet; `unsure` says that nobody has checked it."""

    document: Document
    sources: tuple[Source, ...]
    previews: tuple[str, ...] = ()
    every_hours: float = EVERY_HOURS
    history: tuple[Past, ...] = ()
    unsure: bool = False
    note: str = ""

    @property
    def manual(self) -> bool:
        """Says whether people bring its pages."""
        return any(source.render != "http" for source in self.sources)

    @property
    def digest(self) -> str:
        """Names what decides how the words are found: where it changes, the last page is read anew."""
        told = [[s.url, s.select, s.remove, s.drop_text] for s in self.sources]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]


def read_declarations(text: str, *, at: str) -> tuple[Declaration, ...]:
    """Reads one file. Raises SettingWrong with file, document and reason."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingWrong(f"{at}: this is no TOML: {error}") from error
    _known(table, _TOP_KEYS, at=at)
    platform = table.get("platform")
    if not isinstance(platform, str) or not _PLATFORM.fullmatch(platform):
        raise SettingWrong(f'{at}: the platform is {platform!r}; write platform = "name" in small letters above the documents')
    documents = table.get("document", [])
    if not isinstance(documents, list) or not 0 < len(documents) <= DOCUMENTS_MAX or not all(isinstance(one, dict) for one in documents):
        raise SettingWrong(f"{at}: write each document as [[document]], at most {DOCUMENTS_MAX}")
    found = tuple(_declaration(one, platform=platform, at=f"{at}, document {number}") for number, one in enumerate(documents, start=1))
    return by_id(found, at=at)


def by_id(declarations: Iterable[Declaration], *, at: str) -> tuple[Declaration, ...]:
    """Gives declarations in the order of their ids. Raises SettingWrong where two are one document."""
    found: dict[str, Declaration] = {}
    for one in declarations:
        if one.document.id in found:
            raise SettingWrong(f"{at}: {one.document.id!r} is declared twice; give one of them another name or region")
        found[one.document.id] = one
    return tuple(found[key] for key in sorted(found))


def laid_over(base: Sequence[Declaration], own: Sequence[Declaration]) -> tuple[Declaration, ...]:
    """Lays an operator's declarations over those that come with Wasl: the same document is replaced, others are added."""
    merged = {one.document.id: one for one in base} | {one.document.id: one for one in own}
    return tuple(merged[key] for key in sorted(merged))


def document_id(platform: str, name: str, region: str) -> str:
    """Names a document: platform, name and region in small letters."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return f"{platform}/{slug}" + (f"@{region.casefold()}" if region else "")


def _declaration(table: Mapping[str, Any], *, platform: str, at: str) -> Declaration:
    name = _text(table, "document", at=at, needed=True)
    at = f"{at} ({name})"
    _known(table, _DOCUMENT_KEYS, at=at)
    kind = table.get("kind", "contract")
    if kind not in _KINDS:
        raise SettingWrong(f"{at}: its kind is {kind!r}; it is one of {', '.join(_KINDS)}")
    bears = table.get("bears_on", {})
    if not isinstance(bears, dict) or set(bears) - {"channels", "providers", "capabilities"}:
        raise SettingWrong(f"{at}: bears_on takes channels, providers and capabilities")
    sources = table.get("sources", [])
    if not isinstance(sources, list) or not 0 < len(sources) <= SOURCES_MAX or not all(isinstance(one, dict) for one in sources):
        raise SettingWrong(f"{at}: it has no sources; write sources = [{{ url = … }}], at most {SOURCES_MAX}")
    region = _text(table, "region", at=at)
    every = table.get("every", EVERY_HOURS)
    if not isinstance(every, int | float) or isinstance(every, bool) or not 1 <= every <= 24 * 90:
        raise SettingWrong(f"{at}: `every` is {every!r}; write hours from 1 to {24 * 90}")
    return Declaration(
        document=Document(
            id=document_id(platform, name, region),
            platform=platform,
            name=name,
            kind=cast(DocumentKind, kind),
            region=region,
            language=_text(table, "language", at=at) or "en",
            channels=_texts(bears, "channels", at=at),
            providers=_texts(bears, "providers", at=at),
            capabilities=_texts(bears, "capabilities", at=at),
        ),
        sources=tuple(_source(one, at=at) for one in sources),
        previews=_texts(table, "previews", at=at),
        every_hours=float(every),
        history=tuple(Past(until=str(one.get("until", "")), url=str(one.get("url", ""))) for one in _tables(table, "history", at=at)),
        unsure=table.get("unsure") is True,
        note=_text(table, "note", at=at),
    )


def _source(table: Mapping[str, Any], *, at: str) -> Source:
    _known(table, _SOURCE_KEYS, at=at)
    url = _text(table, "url", at=at, needed=True)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise SettingWrong(f"{at}: {url!r} is no address of a page; it begins with https:// and has no user in it")
    render = table.get("render", "http")
    if render not in ("http", "browser", "manual"):
        raise SettingWrong(f"{at}: render is {render!r}; it is http, browser or manual")
    words = table.get("min_words", MIN_WORDS)
    if not isinstance(words, int) or isinstance(words, bool) or not 0 <= words <= 1_000_000:
        raise SettingWrong(f"{at}: min_words is {words!r}; write a whole number")
    return Source(
        url=url,
        select=_texts(table, "select", at=at),
        remove=_texts(table, "remove", at=at),
        drop_text=_texts(table, "drop_text", at=at),
        render=cast(Render, render),
        min_words=words,
        must_contain=_texts(table, "must_contain", at=at),
        ignore_robots=table.get("ignore_robots") is True,
    )


def _known(table: Mapping[str, Any], keys: frozenset[str], *, at: str) -> None:
    for key in table:
        if key not in keys:
            raise SettingWrong(f"{at}: {key!r} is not known; known are {', '.join(sorted(keys))}")


def _text(table: Mapping[str, Any], key: str, *, at: str, needed: bool = False) -> str:
    found = table.get(key, "")
    if not isinstance(found, str) or len(found) > 5 * TEXT_CHARACTERS_MAX or (needed and not found.strip()):
        raise SettingWrong(f"{at}: {key!r} must be text in quotes")
    return found.strip()


def _texts(table: Mapping[str, Any], key: str, *, at: str) -> tuple[str, ...]:
    found = table.get(key, [])
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or not all(isinstance(one, str) and 0 < len(one) <= TEXT_CHARACTERS_MAX for one in found):
        raise SettingWrong(f"{at}: {key!r} must be a text or a list of texts in quotes")
    return tuple(found)


def _tables(table: Mapping[str, Any], key: str, *, at: str) -> Sequence[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SettingWrong(f"{at}: {key!r} must be a list of tables")
    return found
