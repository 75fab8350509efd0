"""Pack about: what an evidence pack says of the business and of the configuration, word for word and with digests."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from wasl.config import Settings
from wasl.config_evidence import Presence
from wasl.domain.days import day_at
from wasl.domain.errors import SettingWrong
from wasl.policy.purpose import Scope
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Rulebook
from wasl.policy.wording import Flagged, Text, flag
from wasl.ports.terms import Terms
from wasl.routing.route import RouteCandidate
from wasl.service.compose import Voice, system_words

SOURCES_MAX: Final = 500
VERSIONS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is run, for whom, and with what. Everything in it goes into the pack."""

    channel: str
    kind: str
    presence: Mapping[str, Any]
    scope_name: str
    statement: str
    intents: Sequence[Mapping[str, Any]]
    system_prompt: str
    prompt_sha256: str
    tools: Sequence[str]
    knowledge: Sequence[Mapping[str, Any]]
    models: Sequence[Mapping[str, Any]]
    data_use: Mapping[str, Any]
    clauses: Sequence[Mapping[str, Any]]
    lint: Sequence[Mapping[str, str]]
    digests: Mapping[str, str] = field(default_factory=dict)


class _Control(NamedTuple):
    control: str
    arabic: str
    files: tuple[str, ...]


_ALWAYS: Final = _Control(
    "the rulebook is judged before every answer and every send; the verdict is kept with it",
    "يُحكم بالقواعد قبل كل جواب وكل إرسال، ويُحفظ الحكم معه",
    ("data/clauses.json",),
)
_CONTROLS: Final = (
    (
        {"ai_primary", "purpose"},
        _Control(
            "scope, purpose guard, month's figure, refusal suite",
            "النطاق، وحارس الغرض، ورقم الشهر، واختبارات الرفض",
            ("data/figure.json", "data/turns.csv", "data/suite.json", "data/scope.json"),
        ),
    ),
    (
        {"window", "window_hours", "templates", "fep"},
        _Control(
            "the gate before every send: the window, and templates outside it",
            "البوابة قبل كل إرسال: النافذة، والقوالب خارجها",
            ("data/counts.csv",),
        ),
    ),
    (
        {"no_training", "training", "tier"},
        _Control(
            "providers whose tier may train on messages are refused before a word goes out",
            "يُرفض كل مزود قد تُدرَّب نماذجه على الرسائل قبل خروج كلمة",
            ("data/data_use.json",),
        ),
    ),
    (
        {"human_escalation", "human"},
        _Control(
            "a way to a human by words and by button; handoffs are counted",
            "طريق إلى إنسان بالكلام وبالزر، ويُعدّ كل تسليم",
            ("data/counts.csv",),
        ),
    ),
    (
        {"opt_in", "opt_out"},
        _Control(
            "opt-in as declared; opt-out words end what is sent",
            "الموافقة كما ذُكرت، وكلمات الإلغاء تنهي ما يُرسل",
            ("data/scope.json",),
        ),
    ),
    (
        {"limit", "throughput", "pair"},
        _Control(
            "counters in the database, shared by all processes, before every send",
            "عدّادات في قاعدة البيانات تشترك فيها العمليات قبل كل إرسال",
            ("data/clauses.json",),
        ),
    ),
)
"""What keeps a rule, by the predicates and the parts of names that rules have; the first that fits."""


class Describe:
    """Describes one installation."""

    def __init__(
        self,
        *,
        settings: Settings,
        kinds: Mapping[str, str],
        book: Callable[[], Rulebook],
        candidates: Sequence[RouteCandidate],
        provider_kinds: Mapping[str, str],
        scope: Callable[[], Scope | None],
        terms: Terms | None = None,
    ) -> None:
        self._settings = settings
        self._kinds = kinds
        self._book = book
        self._candidates = candidates
        self._provider_kinds = provider_kinds
        self._read_scope = scope
        self._terms = terms

    async def about(self, channel: str, *, on: date) -> About:
        """Describes what runs on a channel. Raises SettingWrong for one that is not configured."""
        if channel not in self._kinds:
            raise SettingWrong(f"there is no channel {channel!r}; there are: {', '.join(sorted(self._kinds))}")
        prompt = self.prompt()
        presence = self._settings.evidence.presence.get(channel) or Presence()
        scope = self._read_scope()
        return About(
            channel=channel,
            kind=self._kinds[channel],
            presence=presence.model_dump(),
            scope_name=scope.name if scope else "",
            statement=scope.statement if scope else "",
            intents=_intents(scope),
            system_prompt=prompt,
            prompt_sha256=_sha256(prompt),
            tools=list(self._settings.evidence.tools),
            knowledge=await asyncio.to_thread(sources_of, self._settings.knowledge),
            models=self._models(),
            data_use=self._data_use(on),
            clauses=await self._clauses(channel, on=on),
            lint=[one._asdict() for one in self.lint(channel)],
            digests=await asyncio.to_thread(self.digests),
        )

    def prompt(self) -> str:
        """Gives the exact words that a model is told first; passages and history follow them."""
        said = self._settings.assistant
        voice = Voice(name=said.name, instructions=said.instructions, passages=said.passages, max_output_tokens=said.max_output_tokens)
        return system_words(voice)

    def lint(self, channel: str | None = None) -> list[Flagged]:
        """Finds words that offer a general assistant, in one channel's presence or in all of them, and in the instructions."""
        texts = [Text("instructions", self._settings.assistant.instructions), Text("display name", self._settings.assistant.name)]
        scope = self._read_scope()
        if scope is not None:
            texts.append(Text("statement", scope.statement))
        for name, one in self._settings.evidence.presence.items():
            if channel in (None, name):
                texts += [Text("display name", one.display_name), Text("profile", one.profile), Text("greeting", one.greeting)]
                texts += [Text("entry point", entry) for entry in one.entry_points]
        return flag(texts)

    def digests(self) -> dict[str, str]:
        """Names what is run by digests: when one of them changes, the change is logged."""
        scope = self._read_scope()
        models = "\n".join(f"{c.provider_name} {c.model.name} {c.region or ''}" for c in self._candidates)
        bands = self._settings.scope
        thresholds = f"{bands.low} {bands.high} {bands.mode} {sorted(bands.mode_by_channel.items())} {bands.judge} {bands.replies}"
        return {
            "scope": _sha256(repr(scope))[:16] if scope else "",
            "prompt": _sha256(self.prompt())[:16],
            "models": _sha256(models)[:16],
            "thresholds": _sha256(thresholds)[:16],
            "rules": self._book().digest,
            "knowledge": _sha256(repr(sources_of(self._settings.knowledge)))[:16],
        }

    # -- private
    def _models(self) -> list[dict[str, Any]]:
        return [
            {"name": c.name, "provider": c.provider_name, "model": c.model.name, "region": c.region or "", "keyless": c.keyless}
            for c in self._candidates
        ]

    def _data_use(self, on: date) -> dict[str, Any]:
        used = {self._provider_kinds.get(c.provider_name, c.provider_name) for c in self._candidates if not c.keyless}
        terms = [_clause(rule) for rule in self._book().in_force(on) if used & set(rule.providers)]
        keep = self._settings.keep
        return {
            "training": "declared by the operator: messages train no model" if self._settings.evidence.no_training else "not declared",
            "processors": sorted(used),
            "processor_terms": terms,
            "data_lies": self._settings.evidence.data_lies,
            "retention_days": keep.days_by_channel or ({"all": keep.days} if keep.days else {}),
            "deletion": self._settings.evidence.deletion,
            "deletion_by_wasl": "a person deletes everything by a word in the chat and a code, or asks the operator (`wasl person erase`)",
        }

    async def _clauses(self, channel: str, *, on: date) -> list[dict[str, Any]]:
        """Maps every rule of the channel that is in force to the control that keeps it and the file that shows it."""
        named = self._book().named(self._kinds[channel])
        versions = await self._versions(named)
        found = []
        for rule in self._book().in_force(on):
            if named in rule.channels:
                kept = _control(rule)
                shown = {"control": kept.control, "control_ar": kept.arabic, "evidence": list(kept.files)}
                found.append({**_clause(rule), **shown, "seen_versions": versions})
        return found

    async def _versions(self, named: str) -> list[dict[str, str]]:
        """Gives the versions that the watch of terms saw of this platform's documents; none where nothing is watched."""
        if self._terms is None:
            return []
        seen = []
        for document in await self._terms.watched():
            if document.document_id.startswith(f"{named}/"):
                for version in (await self._terms.versions(document.document_id, limit=VERSIONS_MAX))[:1]:
                    at = day_at(version.seen_last_ms).isoformat()
                    seen.append({"document": document.document_id, "version": version.id, "text_sha256": version.text, "seen": at})
        return seen


def sources_of(folder: Path) -> list[dict[str, Any]]:
    """Lists the operator's documents with their digests."""
    if not folder.is_dir():
        return []
    files = sorted(path for path in folder.rglob("*") if path.is_file())[:SOURCES_MAX]
    found = []
    for path in files:
        with path.open("rb") as file:
            found.append({"file": str(path.relative_to(folder)), "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
    return found


def _intents(scope: Scope | None) -> list[dict[str, Any]]:
    subjects: dict[str, int] = {}
    for own in scope.examples if scope else ():
        subjects[own.subject] = subjects.get(own.subject, 0) + 1
    return [{"subject": subject, "examples": count} for subject, count in subjects.items()]


def _clause(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id, "text": rule.text, "arabic": rule.arabic, "effect": rule.effect, "regions": list(rule.regions),
        "from": rule.from_.isoformat(), "to": rule.to.isoformat() if rule.to else "", "terms_version": rule.terms_version,
        "source": rule.source, "source_date": rule.source_date, "known_since": rule.seen.isoformat(), "unsure": rule.unsure,
    }  # fmt: skip


def _control(rule: Rule) -> _Control:
    """Says what keeps a rule, and where that shows; by what it looks at, then by the parts of its name."""
    parts = set(rule.id.split(".")) | set(rule.predicate)
    return next((control for keys, control in _CONTROLS if keys & parts), _ALWAYS)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
