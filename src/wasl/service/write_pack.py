"""Write pack: an evidence pack for a platform's reviewer, signed, chained to the one before, and made to be checked by anybody.

The pack is a folder. Its manifest names every file with its SHA-256 and the manifest of the pack before; the manifest is signed with
the installation's key. Its tables hold marks in place of people, and the figure can be made again from them.
"""

import asyncio
import hashlib
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from wasl.domain.errors import Refused
from wasl.domain.evidence import EvidenceRecord
from wasl.policy.month import Figure
from wasl.policy.trend import Point
from wasl.ports.clock import Clock
from wasl.ports.evidence import Evidence
from wasl.service.figure import Figures, Gathered
from wasl.service.pack_about import About
from wasl.service.pack_data import Marks, ratings_csv, table, turns_csv
from wasl.service.pack_page import Shown, page
from wasl.service.pack_words import Exhibits
from wasl.service.try_suite import SuiteRun

FORMAT: Final = "wasl evidence pack 1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PUBLIC_KEY: Final = "public.key"
LANGUAGES: Final = ("en", "ar")


class Signs(Protocol):
    """Who signs for the installation."""

    @property
    def public(self) -> bytes:
        """The public key."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Signs."""
        ...


class Prints(Protocol):
    """Who makes a PDF of a page, where there is somebody."""

    async def __call__(self, page: Path, target: Path) -> str:
        """Prints; gives why not, "" when it was done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """A pack that was written. `no_pdf` says why there is no PDF, "" when there is one."""

    folder: Path
    files: int
    manifest_sha256: str
    light: str
    no_pdf: str


class WritePack:
    """Writes packs. `version` is Wasl's own."""

    def __init__(
        self,
        *,
        figures: Figures,
        evidence: Evidence,
        exhibits: Exhibits,
        marks: Marks,
        signs: Signs,
        clock: Clock,
        prints: Prints,
        version: str,
    ) -> None:
        self._figures = figures
        self._evidence = evidence
        self._exhibits = exhibits
        self._marks = marks
        self._signs = signs
        self._clock = clock
        self._prints = prints
        self._version = version

    async def run(self, channel: str, month: str, *, about: About, to: Path, suite: SuiteRun | None) -> Wrote:
        """Publishes the month's figure and writes the pack. Raises Refused for a folder that holds something, SettingWrong, StoreDown."""
        if await asyncio.to_thread(_holds_something, to):
            raise Refused(f"the folder {str(to)!r} is not empty; name another with --to", code="folder_taken")
        published = await self._figures.publish(channel, month)
        gathered = await self._figures.gather(channel, month, rated_until_ms=published.at_ms)
        changes = [
            {"at_ms": one.at_ms, **msgspec.json.decode(one.body)}
            for one in await self._evidence.kept("change", channel="", before_ms=gathered.month.until_ms)
        ]
        shown = Shown(
            about=about,
            published=published,
            trend=await self._figures.trend(channel, until=month),
            episodes=await self._exhibits.episodes(gathered),
            failures=await self._exhibits.failures(gathered),
            suite=suite,
            changes=changes,
            version=self._version,
        )
        files = self._files(shown, gathered)
        await asyncio.to_thread(_write, to, files)
        no_pdf = await self._pdfs(to, files)
        manifest = await self._manifest(shown, files, seed=gathered.seed, no_pdf=no_pdf)
        signed = {MANIFEST: manifest, SIGNATURE: self._signs.sign(manifest).hex().encode(), PUBLIC_KEY: self._signs.public.hex().encode()}
        await asyncio.to_thread(_write, to, signed)
        digest = hashlib.sha256(manifest).hexdigest()
        body = msgspec.json.encode({"manifest_sha256": digest, "figure": published.id, "files": len(files)}).decode()
        now = self._clock.now_ms()
        await self._evidence.keep(EvidenceRecord(id=self._clock.new_id(), kind="pack", channel=channel, month=month, at_ms=now, body=body))
        return Wrote(folder=to, files=len(files) + len(signed), manifest_sha256=digest, light=published.figure.light, no_pdf=no_pdf)

    # -- private
    def _files(self, shown: Shown, gathered: Gathered) -> dict[str, bytes]:
        about, figure = shown.about, shown.published.figure
        files = {
            "README.txt": _readme(about.channel, figure.month).encode(),
            "data/figure.json": _json({**figure_json(figure), "alarm": shown.published.alarm, "published_at_ms": shown.published.at_ms}),
            "data/subjects.json": _json(asdict(shown.published.subjects)),
            "data/trend.json": _json([point_json(point) for point in shown.trend]),
            "data/turns.csv": turns_csv(gathered, self._marks),
            "data/ratings.csv": ratings_csv(gathered, self._marks),
            "data/counts.csv": table(("label", "served", "turns"), [(*k.split(" "), n) for k, n in sorted(figure.counts.items())]),
            "data/scope.json": _json(
                {
                    "presence": dict(about.presence), "scope": about.scope_name, "statement": about.statement, "intents": about.intents,
                    "system_prompt": about.system_prompt, "system_prompt_sha256": about.prompt_sha256, "tools": about.tools,
                    "knowledge": about.knowledge, "models": about.models, "digests": about.digests,
                }
            ),
            "data/data_use.json": _json(about.data_use),
            "data/clauses.json": _json(about.clauses),
            "data/lint.json": _json(about.lint),
            "data/episodes.json": _json(shown.episodes),
            "data/failures.json": _json(shown.failures),
            "data/changes.json": _json(shown.changes),
        }  # fmt: skip
        if shown.suite is not None:
            files["data/suite.json"] = _json(asdict(shown.suite))
        for language in LANGUAGES:
            files[f"evidence.{language}.html"] = page(shown, language=language).encode()
        return files

    async def _pdfs(self, to: Path, files: dict[str, bytes]) -> str:
        for language in LANGUAGES:
            target = to / f"evidence.{language}.pdf"
            why = await self._prints((to / f"evidence.{language}.html").absolute(), target.absolute())
            if why:
                return why
            files[target.name] = await asyncio.to_thread(target.read_bytes)
        return ""

    async def _manifest(self, shown: Shown, files: Mapping[str, bytes], *, seed: bytes, no_pdf: str) -> bytes:
        figure, channel = shown.published.figure, shown.about.channel
        before = [one for one in await self._evidence.kept("pack", channel=channel) if one.month < figure.month]
        last = max(before, key=lambda one: (one.month, one.at_ms), default=None)
        return _json(
            {
                "format": FORMAT,
                "wasl": self._version,
                "python": platform.python_version(),
                "channel": channel,
                "seed": seed.hex(),
                "month": figure.month,
                "since_ms": figure.since_ms,
                "until_ms": figure.until_ms,
                "weeks": list(self._figures.month(figure.month).weeks),
                "made": datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC).isoformat(timespec="seconds"),
                "figure_id": shown.published.id,
                "rated_until_ms": shown.published.at_ms,
                "redirects": [figure.redirects_sent, figure.redirects_followed],
                "method": figure.method,
                "no_pdf": no_pdf,
                "previous": None if last is None else {"month": last.month, **_chain(last)},
                "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
            }
        )


def figure_json(figure: Figure) -> dict[str, Any]:
    """Gives a figure as JSON with the name of every number."""
    told: dict[str, Any] = {
        name: getattr(figure, name)
        for name in (
            "channel", "month", "since_ms", "until_ms", "turns", "neutral", "uncertain", "people", "light", "neutral_looked",
            "neutral_other", "sensitivity", "specificity", "redirects_sent", "redirects_followed", "method",
        )
    }  # fmt: skip
    told["counts"] = dict(sorted(figure.counts.items()))
    for name in ("asked", "served"):
        shares = getattr(figure, name)
        told[name] = None
        if shares is not None:
            units = {unit: getattr(shares, unit)._asdict() for unit in ("turns", "people", "people_any", "episodes", "tokens")}
            counted = {unit: getattr(shares, f"counted_{unit}") for unit in ("turns", "people", "episodes", "tokens")}
            told[name] = {"general": units, "counted": counted}
    told["audit"] = [row._asdict() for row in figure.audit]
    told["agreement"] = figure.agreement._asdict()
    told["weeks"] = [week._asdict() for week in figure.weeks]
    told["versions"] = [one._asdict() for one in figure.versions]
    return told


def point_json(point: Point) -> dict[str, Any]:
    """Gives a point of the trend as JSON."""
    return {**point._asdict(), "week": point.week._asdict()}


def _chain(record: EvidenceRecord) -> dict[str, str]:
    return {"manifest_sha256": str(msgspec.json.decode(record.body)["manifest_sha256"])}


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _readme(channel: str, month: str) -> str:
    return f"""Evidence pack: {channel}, {month}

evidence.en.html and evidence.ar.html are for reading; the PDF beside them, where there is one, is the same page.
data/ holds every number in them. People, turns and episodes have keyed marks in place of ids; words are redacted.

To check the pack (Wasl need not be yours; `pip install wasl` or a copy of its source is enough):
  wasl evidence --verify FOLDER
It checks the SHA-256 of every file, the signature of the manifest (Ed25519, public.key), and makes the figure again from
data/turns.csv and data/ratings.csv with the seed that manifest.json names.
The operator's own event log gives the same figure:
  wasl evidence --recompute FOLDER

Without Wasl: sha256sum every file and compare with manifest.json; verify manifest.sig over the bytes of manifest.json.
"""
