"""`wasl rules`, as a person runs it: without an installation, in English and Arabic, with exit codes that tell."""

import json
import re
from pathlib import Path

import pytest
from tests.terminal import typed
from typer.testing import Result

from wasl.cli.border import EXIT_LATER, EXIT_PROBLEM, EXIT_REFUSED, EXIT_SETTINGS
from wasl.cli.rules_words import EFFECTS, SAID, WHY
from wasl.policy.predicates import CONDITIONS
from wasl.policy.shipped_rules import shipped_book

OWN = """\
channel = "whatsapp"
[[rule]]
id = "own.no_germany"
effect = "deny"
predicate = { ai_primary = true }
requires = { en = "We do not serve Germany.", ar = "لا نخدم ألمانيا." }
from = 2026-06-01
regions = ["DE"]
source = "our lawyer"
seen = 2026-06-01
"""


@pytest.fixture(autouse=True)
def an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return typed("rules", *arguments)


def explain(*more: str) -> Result:
    return run("explain", "--channel", "whatsapp", "--to", "+20…", "--on", "2026-02-01", *more)


def test_the_chain_is_explained_in_english() -> None:
    result = explain("--purpose", "general")
    assert result.exit_code == EXIT_REFUSED
    assert "Verdict: NOT ALLOWED" in result.stdout
    assert re.search(r"wa\.ai\.primary \(forbids\) applies", result.stdout)
    assert "to a person in Egypt (EG), on 2026-02-01" in result.stdout
    assert "wa.ai.primary.italy" not in result.stdout
    assert re.search(
        r"wa\.ai\.primary\.italy \(allows\) has no say: it is for other places", explain("--purpose", "general", "--all").stdout
    )


def test_what_is_no_number_is_not_taken_for_an_unknown_country() -> None:
    told = run("explain", "--channel", "whatsapp", "--to", "hello")
    assert told.exit_code == EXIT_SETTINGS
    assert "'hello' is no number of any country" in told.output


def test_a_category_means_a_template() -> None:
    told = run("explain", "--channel", "whatsapp", "--to", "+1212", "--category", "marketing", "--on", "2026-02-01")
    assert told.exit_code == EXIT_REFUSED
    assert "[wa.limit.marketing_us]" in told.stdout


def test_the_chain_is_explained_in_arabic() -> None:
    result = explain("--purpose", "general", "--language", "ar")
    assert "الحكم: ممنوع" in result.stdout
    assert "لا يجوز لمقدّمي الذكاء الاصطناعي" in result.stdout


def test_what_is_allowed_ends_well_and_says_what_it_costs() -> None:
    assert explain().exit_code == 0
    assert "It costs nothing." in explain().stdout
    charged = run("explain", "--channel", "whatsapp", "--to", "+39", "--on", "2026-02-20", "--purpose", "general")
    assert (charged.exit_code, "0.0572 EUR" in charged.stdout) == (0, True)


def test_what_must_wait_ends_with_later() -> None:
    held = explain("--sent-last-second", "80")
    assert held.exit_code == EXIT_LATER
    assert "NOT YET: not before 2026-02-01T12:00:01" in held.stdout


def test_what_could_be_done_instead_is_told() -> None:
    shut = explain("--seconds-since", "86401")
    assert shut.exit_code == EXIT_REFUSED
    assert "Send an approved template." in shut.stdout


def test_a_channel_that_no_rule_names_is_told() -> None:
    result = run("explain", "--channel", "pigeon", "--on", "2026-02-20")
    assert result.exit_code == EXIT_SETTINGS
    assert "whatsapp" in result.stderr


def test_programs_get_json() -> None:
    told = json.loads(explain("--purpose", "general", "--json").stdout)
    assert (told["verdict"]["effect"], told["region"]) == ("refuse", "EG")
    assert {step["standing"] for step in told["steps"]} >= {"applies", "kept", "not met", "elsewhere", "ended", "not yet"}
    charged = json.loads(
        run("explain", "--channel", "whatsapp", "--to", "+39", "--on", "2026-02-20", "--purpose", "general", "--json").stdout
    )
    assert charged["verdict"]["price"] == {"amount": "0.0572", "currency": "EUR", "unsure": False}


@pytest.mark.parametrize(
    ("filters", "has", "has_not"),
    [
        (("--channel", "telegram"), "tg.rate", "wa.window.24h"),
        (("--provider", "google"), "google.minors", "openai.regions"),
        (("--effect", "charge"), "wa.ai.fee.italy", "wa.window.24h"),
        (("--region", "+55"), "wa.ai.primary.brazil", "wa.ai.primary.italy"),
        (("--unsure",), "tg.ai_data", "tg.rate"),
    ],
)
def test_the_list_is_filtered(filters: tuple[str, ...], has: str, has_not: str) -> None:
    listed = {rule["id"] for rule in json.loads(run("list", *filters, "--json").stdout)["rules"]}
    assert has in listed
    assert has_not not in listed


@pytest.mark.parametrize("filters", [("--effect", "maybe"), ("--region", "XX")])
def test_a_filter_that_is_none_is_told(filters: tuple[str, ...]) -> None:
    assert run("list", *filters).exit_code == EXIT_SETTINGS


def test_a_day_has_its_rules_as_they_were_known() -> None:
    assert "wa.ai.primary.eea_ban" in run("at", "2026-02-01").stdout
    assert "wa.ai.primary.eea_ban" not in run("at", "2026-06-01").stdout
    assert "No rule fits." in run("at", "2026-02-01", "--known", "2026-02-01").stdout
    assert run("at", "yesterday").exit_code == EXIT_SETTINGS


def test_the_export_holds_every_record() -> None:
    told = json.loads(run("export").stdout)
    assert told["book"] == shipped_book().digest
    assert len(told["rules"]) == len(shipped_book().rules)


def test_a_file_of_cases_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    file.write_text('[[case]]\nname = "x"\nchannel = "whatsapp"\nto = "+20"\non = 2026-02-01\npurpose = "general"\nexpect = "deny"\n')
    assert run("test", str(file)).stdout == "1 of 1 case is right.\n"
    file.write_text(file.read_text().replace('"deny"', '"allow"'))
    result = run("test", str(file))
    assert result.exit_code == EXIT_PROBLEM
    assert "expected allow, found refuse" in result.stdout
    file.write_text(file.read_text().replace("expect", "expekt"))
    assert run("test", str(file)).exit_code == EXIT_SETTINGS


def test_own_rules_are_checked_placed_and_then_hold(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN)
    assert "Put it into the folder" in run("add", str(file)).stdout
    (tmp_path / "rules").mkdir()
    (tmp_path / "wasl.toml").write_text('rules = "rules"\n')
    file = file.rename(tmp_path / "rules" / "own.toml")
    assert "holds from the next start" in run("add", str(file)).stdout
    asked = ("explain", "--channel", "whatsapp", "--to", "+49", "--purpose", "general", "--on")
    assert run(*asked, "2026-06-20").exit_code == EXIT_REFUSED
    assert "We do not serve Germany." in run(*asked, "2026-06-20").stdout
    assert run(*asked, "2026-05-20").exit_code == 0


def test_a_wrong_rule_of_ones_own_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace("ai_primary", "ai_prime"))
    result = run("add", str(file))
    assert result.exit_code == EXIT_SETTINGS
    assert "line 5: " in result.stderr
    assert "ai_prime" in result.stderr


def test_check_tells_of_a_wrong_rule_file(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "wasl.toml").write_text('rules = "rules"\n')
    own = tmp_path / "rules" / "own.toml"
    for text, good in ((OWN, True), (OWN.replace("2026-06-01\nregions", '"soon"\nregions'), False)):
        own.write_text(text)
        told = typed("check", "--json")
        found = [one for one in json.loads(told.stdout)["findings"] if one["area"] == "rules"]
        assert [one["good"] for one in found] == [good]
        assert good or "own.toml, line 7" in found[0]["what"]


def test_a_permit_of_ones_own_comes_with_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(OWN.replace('"deny"', '"allow"'))
    assert "any denial still wins" in run("add", str(file)).stdout


def test_every_test_of_a_predicate_has_words_in_both_languages() -> None:
    assert set(CONDITIONS) - set(WHY) == set()
    for english, arabic in [*SAID.values(), *EFFECTS.values(), *WHY.values()]:
        assert english
        assert re.search(r"[\u0600-\u06ff]|^\{", arabic)
