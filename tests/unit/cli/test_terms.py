"""`wasl terms`, from the first import to a confirmed rule."""

import json
from pathlib import Path

import pytest
from tests.terminal import typed
from tests.unit.service.test_make_rule import VERSIONS

DECLARED = """
platform = "courier"
[[document]]
document = "Solution Terms"
bears_on = { channels = ["webchat"] }
sources = [{ url = "https://courier.example/terms", render = "manual", min_words = 20 }]
"""
NAME = "courier/solution-terms"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "courier.toml").write_text(DECLARED)
    (tmp_path / "wasl.toml").write_text('data = "data"\n[terms]\ndeclarations = "declared"\n')
    (tmp_path / "versions").mkdir()
    for day, text in VERSIONS:
        (tmp_path / "versions" / f"{day}-x.md").write_text(text)
    return tmp_path


def wasl(*arguments: str, code: int = 0) -> str:
    result = typed("terms", *arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_versions_come_in_and_a_rule_made_from_them_acts_and_can_be_told(here: Path) -> None:
    assert wasl("import", "versions", "--document", NAME).count(": changed") == 5
    changes = json.loads(wasl("show", "--json"))
    (change,) = (one["id"] for one in changes if one["judgement"]["clauses"] and one["judgement"]["clauses"][0]["regions_come"] == ["IT"])
    assert "an Italian country code" in wasl("diff", change)
    drafted = wasl("draft", change, "--by", "Amal")
    assert "In the last 30 days it would have blocked 0 of 0 messages" in drafted
    rule = "terms.courier-solution-terms.ai-use.deny.2026-01-15"
    assert f'id = "{rule}"' in drafted
    assert not (here / "data" / "rules").exists()
    wasl("confirm", rule, "--by", "أمل", "--note", "read twice", "--yes")
    assert rule in (here / "data" / "rules" / "terms.toml").read_text(encoding="utf-8")
    steps = wasl("rules")
    assert "confirmed" in steps
    assert "أمل" in steps


def test_a_rule_without_a_name_is_not_confirmed(here: Path) -> None:
    wasl("confirm", "terms.none", "--by", " ", "--yes", code=1)


def test_what_is_not_declared_is_said_so(here: Path) -> None:
    wasl("import", "versions", "--document", "courier/other", code=1)


def test_a_folder_without_versions_or_with_a_day_that_is_none_is_said_so(here: Path) -> None:
    assert "--document" in wasl("import", "versions", code=2)
    (here / "empty").mkdir()
    assert "holds no dated version" in wasl("import", "empty", "--document", NAME, code=2)
    (here / "empty" / "2026-02-31.md").write_text("words", encoding="utf-8")
    assert "names a day that is none" in wasl("import", "empty", "--document", NAME, code=1)


def test_before_anything_changed_a_sentence_stands_instead_of_an_empty_table(here: Path) -> None:
    assert "Nothing has changed since watching began." in wasl("show")
    assert "No rule was made from terms yet" in wasl("rules")


def test_versions_leave_as_files_and_changes_as_a_feed(here: Path) -> None:
    wasl("import", "versions", "--document", NAME)
    assert "6 versions" in wasl("export", "out")
    assert len(list((here / "out").rglob("*.md"))) == 6
    feed = wasl("export", "--as", "atom")
    assert feed.count("<entry>") == 5
    assert json.loads(wasl("export", "--as", "ota"))


def test_a_declaration_of_the_archive_is_turned_into_ours(here: Path) -> None:
    documents = {
        "Terms": {"fetch": "https://p.example/t", "select": "main"},
        "Range": {"fetch": "https://p.example/r", "select": {"startBefore": "#a"}},
    }
    documents = {
        "Terms": {"fetch": "https://p.example/t", "select": "main"},
        "Range": {"fetch": "https://p.example/r", "select": {"startBefore": "#a"}},
    }
    (here / "x.json").write_text(json.dumps({"name": "Post", "documents": documents}))
    told = wasl("import", "x.json")
    assert 'url = "https://p.example/t", select = ["main"]' in told
    assert "Range" in told
