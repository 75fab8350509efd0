"""A pack is whole, signed and chained, holds nobody's data, and its figure follows from its own tables."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from tests.bench.month import simulate
from tests.unit.service.test_figure import Scene, in_october

from wasl.config import Settings
from wasl.domain.errors import Malformed, Refused, SettingWrong
from wasl.net.signing import FolderKey, is_signed
from wasl.policy.purpose import Own, Scope
from wasl.policy.shipped_rules import shipped_book
from wasl.service.check_pack import recompute_pack, verify_pack
from wasl.service.note_changes import NoteChanges
from wasl.service.pack_about import Describe
from wasl.service.pack_data import Marks
from wasl.service.pack_words import Exhibits
from wasl.service.try_suite import SuiteRun, Tried
from wasl.service.write_pack import WritePack, Wrote

SCOPE = Scope(name="Nour Bakery", statement="Orders, prices and delivery of Nour Bakery.", examples=(Own("Where is my order?", "orders"),))


class PackScene(Scene):
    """A store with an audited month, and everything that writes packs of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(in_october(simulate(3, share=0.05, people=300)))
        self.key = FolderKey(folder / "evidence.key")
        self.figures = self.made(self.key.public)
        settings = Settings.model_validate(
            {
                "data": folder,
                "knowledge": folder / "none",
                "evidence": {"presence": {"shop": {"legal_entity": "Nour LLC", "profile": "Your AI assistant: ask me anything"}}},
            }
        )
        self.describe = Describe(
            settings=settings, kinds={"shop": "whatsapp"}, book=shipped_book, candidates=[], provider_kinds={}, scope=lambda: SCOPE,
            terms=None,
        )  # fmt: skip
        self.marks = Marks(lambda: self.key.secret_for(b"marks"))
        self.writes = WritePack(
            figures=self.figures, evidence=self.store.evidence, clock=self.clock, marks=self.marks, signs=self.key, prints=nothing_prints,
            exhibits=Exhibits(purposes=self.store.purposes, people=self.store.people, marks=self.marks), version="1.0",
        )  # fmt: skip

    async def write(self, to: Path, *, suite: SuiteRun | None = None, month: str = "2026-10") -> Wrote:
        about = await self.describe.about("shop", on=date(2026, 10, 31))
        return await self.writes.run("shop", month, about=about, to=to, suite=suite)


async def nothing_prints(page: Path, target: Path) -> str:
    return "there is no browser"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[PackScene]:
    made = PackScene(tmp_path / "data")
    await made.open(made.month.records)
    await made.audit()
    yield made
    await made.store.close()


async def test_a_pack_is_whole_and_its_figure_follows_from_its_tables_and_from_the_log(scene: PackScene, tmp_path: Path) -> None:
    wrote = await scene.write(tmp_path / "pack")
    found = verify_pack(tmp_path / "pack", is_signed=is_signed)
    assert found.wrong == ()
    assert (found.manifest_sha256, found.previous, found.month) == (wrote.manifest_sha256, "", "2026-10")
    assert await recompute_pack(tmp_path / "pack", figures=scene.figures) == []
    assert wrote.no_pdf == "there is no browser"


async def test_the_next_months_pack_is_chained_to_it(scene: PackScene, tmp_path: Path) -> None:
    first = await scene.write(tmp_path / "october")
    await scene.write(tmp_path / "november", month="2026-11")
    found = verify_pack(tmp_path / "november", is_signed=is_signed, before=tmp_path / "october")
    assert (found.wrong, found.previous) == ((), first.manifest_sha256)
    assert verify_pack(tmp_path / "october", is_signed=is_signed, before=tmp_path / "november").wrong


@pytest.mark.parametrize("name", ["data/figure.json", "data/turns.csv", "evidence.en.html", "data/scope.json"])
async def test_a_file_that_was_changed_is_named(scene: PackScene, tmp_path: Path, name: str) -> None:
    await scene.write(tmp_path / "pack")
    path = tmp_path / "pack" / name
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    assert any(name in line for line in verify_pack(tmp_path / "pack", is_signed=is_signed).wrong)


async def test_a_manifest_that_was_made_to_fit_is_not_signed(scene: PackScene, tmp_path: Path) -> None:
    await scene.write(tmp_path / "pack")
    path = tmp_path / "pack" / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"2026-10"', b'"2026-09"', 1))
    assert any("signature" in line for line in verify_pack(tmp_path / "pack", is_signed=is_signed).wrong)


async def test_a_figure_that_does_not_follow_from_the_data_is_found_even_when_it_is_signed(scene: PackScene, tmp_path: Path) -> None:
    await scene.write(tmp_path / "pack")
    from hashlib import sha256

    figure, manifest = tmp_path / "pack/data/figure.json", tmp_path / "pack/manifest.json"
    told = json.loads(figure.read_bytes())
    told["served"]["general"]["turns"]["share"] = 0.001
    figure.write_text(json.dumps(told))
    listed = json.loads(manifest.read_bytes())
    listed["files"]["data/figure.json"] = sha256(figure.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(listed))
    (tmp_path / "pack/manifest.sig").write_text(scene.key.sign(manifest.read_bytes()).hex())
    wrong = verify_pack(tmp_path / "pack", is_signed=is_signed).wrong
    assert len(wrong) == 1
    assert "served.general.turns.share is 0.001" in wrong[0]


async def test_nobody_can_be_found_in_a_pack(scene: PackScene, tmp_path: Path) -> None:
    await scene.write(tmp_path / "pack")
    ids = {r.person_id for r in scene.month.records} | {r.turn_id for r in scene.month.records} | {"amal", "badr"}
    for path in (tmp_path / "pack").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [one for one in ids if one in text], path


async def test_the_pages_say_the_month_in_both_languages(scene: PackScene, tmp_path: Path) -> None:
    run = SuiteRun(
        at_ms=0, channel="shop", to="+20", prompts=1, kept=1.0, shares={"refused": 1.0}, keyless=False,
        tried=(Tried(kind="poem", language="en", question="a <b>rhyme</b>", outcome="refused", answer="no"),),
    )  # fmt: skip
    await scene.write(tmp_path / "pack", suite=run)
    english, arabic = ((tmp_path / f"pack/evidence.{language}.html").read_text(encoding="utf-8") for language in ("en", "ar"))
    assert "of the turns that the assistant answered were for the business" in english
    assert 'dir="rtl"' in arabic
    assert "الأدوار التي أجاب عنها المساعد" in arabic
    assert "&lt;b&gt;rhyme&lt;/b&gt;" in english
    assert "<script" not in english + arabic
    assert "ask me anything" in english  # the lint's finding
    assert json.loads((tmp_path / "pack/data/suite.json").read_bytes())["prompts"] == 1


async def test_without_an_audit_a_pack_gives_no_share(tmp_path: Path) -> None:
    scene = PackScene(tmp_path / "data")
    await scene.open(scene.month.records)
    await scene.write(tmp_path / "pack")
    told = json.loads((tmp_path / "pack/data/figure.json").read_bytes())
    assert (told["light"], told["asked"], told["served"], told["sensitivity"]) == ("not audited", None, None, None)
    assert "The audit of October 2026 is not finished" in (tmp_path / "pack/evidence.en.html").read_text(encoding="utf-8")
    assert verify_pack(tmp_path / "pack", is_signed=is_signed).wrong == ()


async def test_the_clauses_about_general_assistants_are_mapped_to_the_figure(scene: PackScene, tmp_path: Path) -> None:
    await scene.write(tmp_path / "pack")
    clauses = json.loads((tmp_path / "pack/data/clauses.json").read_bytes())
    assert any("data/figure.json" in one["evidence"] and one["text"] and one["arabic"] for one in clauses)


async def test_a_folder_that_holds_something_is_not_written_into(scene: PackScene, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine")
    with pytest.raises(Refused, match="not empty"):
        await scene.write(tmp_path / "taken")


async def test_a_channel_that_there_is_not_is_named(scene: PackScene) -> None:
    with pytest.raises(SettingWrong, match="'other'"):
        await scene.describe.about("other", on=date(2026, 10, 31))


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"manifest\.json"):
        verify_pack(tmp_path, is_signed=is_signed)
    (tmp_path / "manifest.json").write_text('{"format": "something else"}')
    with pytest.raises(Malformed, match="something else"):
        verify_pack(tmp_path, is_signed=is_signed)


async def test_what_changed_is_noted_once(scene: PackScene) -> None:
    digests = {"scope": "a", "prompt": "b"}
    note = NoteChanges(evidence=scene.store.evidence, clock=scene.clock, digests=lambda: digests)
    assert await note.run() == ("prompt", "scope")
    assert await note.run() == ()
    digests["prompt"] = "c"
    await scene.clock.advance(1)
    assert await note.run() == ("prompt",)
    assert len(await scene.store.evidence.kept("change", channel="")) == 2


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    one, other = FolderKey(tmp_path / "data/evidence.key"), FolderKey(tmp_path / "data/evidence.key")
    assert one.public == other.public
    assert (tmp_path / "data/evidence.key").stat().st_mode & 0o777 == 0o600
    assert is_signed(b"words", signature=other.sign(b"words"), public=one.public)
    assert not is_signed(b"other words", signature=one.sign(b"words"), public=one.public)
    (tmp_path / "data/evidence.key").write_bytes(b"short")
    with pytest.raises(SettingWrong, match="5 bytes"):
        _ = FolderKey(tmp_path / "data/evidence.key").public
