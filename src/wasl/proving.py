"""Proving: composes what makes the month's figure, runs the audit and writes evidence, from the settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wasl import __version__
from wasl.config import Settings
from wasl.domain.errors import SettingWrong
from wasl.net.print_pdf import find_browser, print_pdf
from wasl.net.signing import FolderKey, is_signed
from wasl.policy.purpose import Scope
from wasl.policy.rulebook import Rulebook
from wasl.policy.scope_file import read_scope
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.routing.route import RouteCandidate
from wasl.service.check_pack import Verified, verify_pack
from wasl.service.figure import Figures, Told
from wasl.service.learn_purpose import LearnPurpose
from wasl.service.note_changes import NoteChanges
from wasl.service.pack_about import Describe
from wasl.service.pack_data import Marks
from wasl.service.pack_page import words
from wasl.service.pack_words import Exhibits
from wasl.service.write_pack import WritePack

KEY_FILE: Final = "evidence.key"
NO_BROWSER: Final = "no Chromium is installed on this machine; install one, or print evidence.en.html and evidence.ar.html from any browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """What proves what an assistant was for."""

    figures: Figures
    describe: Describe
    write_pack: WritePack
    note_changes: NoteChanges
    learnt: LearnPurpose

    def verify(self, folder: Path, before: Path | None = None) -> Verified:
        """Checks a pack. Blocks. Raises Malformed."""
        return verify_pack(folder, is_signed=is_signed, before=before)


def make_proving(
    settings: Settings,
    *,
    store: Store,
    clock: Clock,
    channels: Mapping[str, Channel],
    candidates: Sequence[RouteCandidate],
    book: Callable[[], Rulebook],
    learnt: LearnPurpose,
    told: Told | None = None,
) -> Proving:
    """Makes it; the key is made when it is first needed."""
    key = FolderKey(settings.data / KEY_FILE)
    marks = Marks(lambda: key.secret_for(b"marks of an evidence pack"))
    say = words(settings.alarms.language or settings.language)
    figures = Figures(
        purposes=store.purposes,
        evidence=store.evidence,
        clock=clock,
        salt=lambda: key.public,
        zone=settings.evidence.zone,
        told=told,
        scope=lambda: scope_of(settings),
        alarm_words={kind: (say["alarm head"], say[f"alarm {kind}"]) for kind in ("red", "week")},
    )
    describe = Describe(
        settings=settings,
        kinds={name: channel.kind for name, channel in channels.items()},
        book=book,
        candidates=candidates,
        provider_kinds={name: str(table.get("kind", name)) for name, table in settings.providers.items()},
        scope=lambda: scope_of(settings),
        terms=getattr(store, "terms", None),
    )
    return Proving(
        figures=figures,
        describe=describe,
        write_pack=WritePack(
            figures=figures,
            evidence=store.evidence,
            exhibits=Exhibits(purposes=store.purposes, people=store.people, marks=marks),
            marks=marks,
            signs=key,
            clock=clock,
            prints=_print,
            version=__version__,
        ),
        note_changes=NoteChanges(evidence=store.evidence, clock=clock, digests=describe.digests),
        learnt=learnt,
    )


def scope_of(settings: Settings) -> Scope | None:
    """Reads the operator's scope file; None where there is none, or where it cannot be read (`wasl scope check` says why)."""
    file = settings.scope.file
    try:
        return read_scope(file.read_text(encoding="utf-8"), at=str(file))
    except (OSError, UnicodeDecodeError, SettingWrong):
        return None


async def _print(page: Path, target: Path) -> str:
    browser = find_browser()
    return NO_BROWSER if browser is None else await print_pdf(page, target, browser=browser)
