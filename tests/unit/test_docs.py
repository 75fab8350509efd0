"""The docs are true: generated pages are fresh, links lead somewhere, words stand in the glossary, commands exist."""

import dataclasses
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import wasl.channels
import wasl.domain
import wasl.providers
from wasl.adapters import adapter_in, kinds
from wasl.config import Candidate, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DESIGN_WORDS = (
    "Message", "Part", "Person", "Address", "Link", "Consent", "Conversation", "Turn", "Delivery", "Receipt",
    "Channel", "Provider", "Candidate", "Route", "Rule", "Verdict", "Allow", "Rewrite", "Hold", "Refuse",
    "Reason", "Purpose", "Usage", "Price", "Document", "Version", "Change", "Sunset", "Milestone", "Exposure",
    "Drill", "Handoff",
)  # fmt: skip


def pages() -> Iterator[Path]:
    yield from (ROOT / "README.md", ROOT / "README.ar.md", ROOT / "CHANGELOG.md")
    yield from sorted(DOCS.rglob("*.md"))


def sections() -> list[type[BaseModel]]:
    """Gives the settings, their sections, and the settings of every adapter."""
    inner = [f.annotation for f in Settings.model_fields.values() if isinstance(f.annotation, type) and issubclass(f.annotation, BaseModel)]
    adapters = [
        adapter_in(importlib.import_module(module)).Settings
        for package in (wasl.channels, wasl.providers)
        for module in kinds(package).values()
    ]
    return [Settings, Candidate, *inner, *adapters]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower().strip()).replace(" ", "-") for h in heads}


def test_generated_pages_and_tables_are_what_the_code_says() -> None:
    result = subprocess.run([sys.executable, ROOT / "scripts" / "generate_docs.py", "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", list(pages()), ids=shown)
def test_links_inside_the_docs_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_first() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [(page.parent / t.partition("#")[0]).resolve() for t in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))]
    assert {shown(p) for p in pages()} == {shown(p) for p in reached}


def test_every_decision_stands_in_the_list_of_decisions() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    lines = [f"- [{r.read_text(encoding='utf-8').splitlines()[0].removeprefix('# ')}](decisions/{r.name})" for r in records]
    assert [one for one in lines if one not in (DOCS / "README.md").read_text(encoding="utf-8")] == []


def glossary() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \|$", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {word: (arabic.strip(), meaning.strip()) for word, arabic, meaning in rows if word != "word"}


def test_the_words_of_the_design_stand_in_the_glossary() -> None:
    assert [w for w in DESIGN_WORDS if w not in glossary()] == []


def test_every_public_value_of_the_domain_stands_in_the_glossary() -> None:
    found = {
        name
        for module in pkgutil.iter_modules(wasl.domain.__path__, "wasl.domain.")
        for name, thing in vars(importlib.import_module(module.name)).items()
        if isinstance(thing, type) and thing.__module__ == module.name and dataclasses.is_dataclass(thing) and not name.startswith("_")
    }
    assert sorted(found - set(glossary())) == []


@pytest.mark.parametrize("word", glossary())
def test_a_word_has_an_arabic_word_and_a_meaning(word: str) -> None:
    arabic, meaning = glossary()[word]
    assert re.search(r"[\u0600-\u06ff]", arabic)
    assert meaning.endswith(".")


def test_settings_shown_in_the_docs_are_settings() -> None:
    """What a reader copies must be taken: every TOML block is read, and its sections and keys are known ones."""
    tried = 0
    for page in pages():
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            given = tomllib.loads("\n".join(line.removeprefix("   ") for line in block.splitlines()))
            tried += 1
            adapters = {"channels", "providers", "candidates"}
            for key, value in given.items():
                if key in adapters or not isinstance(value, dict) or set(value) & {"env", "file"}:
                    continue
                section = Settings.model_fields[key].annotation
                assert section is not None
                assert set(value) <= set(section.model_fields), f"{shown(page)}: [{key}]"  # type: ignore[attr-defined]
    assert tried >= 5


def test_make_targets_named_in_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (shown(page), target) for page in pages() for target in re.findall(r"`make ([a-z-]+)[^`]*`", page.read_text(encoding="utf-8"))
    } | {("README.md", t) for t in re.findall(r"^make ([a-z-]+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)}
    assert [(page, target) for page, target in sorted(named) if target not in targets] == []


def test_both_readmes_have_the_same_shape() -> None:
    english, arabic = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ar.md"))
    for pattern in (r"^## ", r"<!-- generated: (\w+)", r"\]\((docs/(?!images|start)[^)]+)\)"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(pattern, arabic, re.MULTILINE)


@pytest.mark.parametrize("section", sections(), ids=lambda s: s.__name__)
def test_every_setting_says_what_it_means(section: type[BaseModel]) -> None:
    silent = [
        n
        for n, f in section.model_fields.items()
        if not f.description and not (isinstance(f.annotation, type) and issubclass(f.annotation, BaseModel))
    ]
    assert silent == []


FIGURES = {
    "bench": {
        "turn_cpu_ms_sqlite", "turn_cpu_ms_postgres", "turn_cpu_ms_floor", "turn_ratio_to_floor", "added_p50_ms", "added_p99_ms",
        "stream_first_chunk_p50_ms", "start_ready_s", "rss_mb_1000_conversations", "rss_growth_mb_100k_turns", "install_mb",
        "install_packages",
    },
    "crash": {"kills", "messages", "lost", "out_of_order", "twice_where_knowable", "unknown_unresolved"},
}  # fmt: skip
"""Names that are promised: whoever reads figures over time relies on them."""


@pytest.mark.parametrize("target", FIGURES)
def test_kept_figures_have_the_promised_names_and_are_numbers(target: str) -> None:
    path = DOCS / "figures" / f"{target}.json"
    if not path.exists():
        pytest.skip(f"no figures of `make {target}` are kept yet")
    figures = json.loads(path.read_text(encoding="utf-8"))
    facts = {"machine", "commit"}
    assert facts <= set(figures)
    assert FIGURES[target] <= set(figures)
    for one in (
        figures,
        figures.pop("earlier", dict.fromkeys(facts)),
    ):  # those that the last round did not measure, with facts of their own
        assert facts <= set(one)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in one)
        assert all(isinstance(value, int | float) for name, value in one.items() if name not in facts)


def test_commands_named_in_the_docs_exist() -> None:
    known = set(re.findall(r"^## `wasl ([a-z ]+)`$", (DOCS / "reference" / "commands.md").read_text(encoding="utf-8"), re.MULTILINE))
    first_words = {command.split()[0] for command in known}
    text = {page: page.read_text(encoding="utf-8") for page in pages()}
    named = {
        (shown(page), word) for page, words in text.items() for word in re.findall(r"(?:`|/bin/|^)wasl ([a-z]+)\b", words, re.MULTILINE)
    }
    assert len(named) > 10
    assert [(page, word) for page, word in sorted(named) if word not in first_words] == []


def test_every_table_stands_in_the_architecture() -> None:
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folder = ROOT / "src" / "wasl" / "store" / "migrations" / "sqlite"
    made = {
        name
        for path in folder.glob("*.sql")
        for name in re.findall(r"(?im)^\s*create (?:virtual )?table (?:if not exists )?(\w+)", path.read_text(encoding="utf-8"))
    }
    assert len(made) > 40
    assert sorted(name for name in made if f"`{name}`" not in told) == [], "name them under Tables in docs/architecture.md"
