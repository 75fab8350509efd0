"""`wasl why`, run as a person runs it, over what a real talk left in a store."""

import json
import sqlite3
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_PROBLEM
from wasl.policy.shipped_rules import shipped_book


def run(*arguments: str, stdin: str = "") -> Result:
    return typed(*arguments, said=stdin, catch=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "wasl.toml"
    path.write_text('[assistant]\nname = "Narenj"\n[deployment]\nhome_region = "EG"\n')
    assert run("chat", "--config", str(path), stdin="hello\n").exit_code == 0
    return path


def held(tmp_path: Path) -> tuple[str, str]:
    """Lets the delivery have been held, and gives the ids of question and delivery."""
    (database,) = tmp_path.rglob("wasl.db")
    reason = {"rule": "wa.window.24h", "en": "The window is shut.", "ar": "النافذة مغلقة."}
    verdict = {"effect": "hold", "rules": ["wa.window.24h"], "book": shipped_book().digest, "reasons": [reason], "waits_for": "person"}
    verdict |= {"charged": True, "price": {"amount": "0.0068", "currency": "EUR"}}
    with sqlite3.connect(database) as store:
        (question,) = store.execute("select id from message where author = 'person'").fetchone()
        (delivery,) = store.execute("select id from delivery").fetchone()
        store.execute("update delivery set verdict = ?", (json.dumps(verdict),))
    return question, delivery


def test_a_question_leads_to_its_answer_and_its_deliveries(config: Path, tmp_path: Path) -> None:
    question, delivery = held(tmp_path)
    shown = run("why", question, "--config", str(config)).stdout
    assert "Answer" in shown
    assert "guard: allowed" in shown
    assert delivery in shown
    assert "wa.window.24h: The window is shut." in shown
    assert "It goes out as soon as the person writes." in shown
    assert "0.0068 EUR" in shown
    assert shipped_book().digest in shown


def test_it_is_told_in_arabic_and_to_programs(config: Path, tmp_path: Path) -> None:
    _, delivery = held(tmp_path)
    arabic = run("why", delivery, "--language", "ar", "--config", str(config)).stdout
    assert "النافذة مغلقة." in arabic
    assert "يُرسل حالما يكتب الشخص." in arabic
    found = json.loads(run("why", delivery, "--json", "--config", str(config)).stdout)
    assert [act["verdicts"]["gate"]["effect"] for act in found["acts"] if act["kind"] == "delivery"] == ["hold"]


def test_an_unknown_id_is_said_and_ends_with_one(config: Path) -> None:
    result = run("why", "nobody", "--config", str(config))
    assert result.exit_code == EXIT_PROBLEM
    assert "Nothing is kept about 'nobody'" in result.stderr
