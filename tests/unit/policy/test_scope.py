"""The scope file, its check, and the commands."""

import json
from pathlib import Path
from typing import get_args

import pytest
from tests.terminal import typed

from wasl.cli.scope_words import SAID
from wasl.domain.errors import SettingWrong
from wasl.policy.purpose import Label
from wasl.policy.scope_check import Advice, check_scope
from wasl.policy.scope_file import read_scope, start_of
from wasl.policy.shipped import shipped_packs

TEXT = """
name = "Tailor"
statement = "We shorten and mend clothes."
also = ["do you sell buttons"]
forbidden = ["what is the best washing machine"]
[[subjects]]
name = "mending"
examples = ["can you shorten my trousers", "كم سعر تقصير البنطلون؟"]
"""


def test_a_scope_file_is_read_whole() -> None:
    scope = read_scope(TEXT, at="scope.toml")
    assert scope.name == "Tailor"
    assert [own.subject for own in scope.examples] == ["mending", "mending"]
    assert scope.also == ("do you sell buttons",)
    assert scope.forbidden == ("what is the best washing machine",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "TOML"),
        ('nmae = "x"', "nmae"),
        ("subjects = 3", r"\[\[subjects\]\]"),
        ('[[subjects]]\nname = "x"\nexample = ["y"]', "example"),
        ('[[subjects]]\nname = "x"\nexamples = ["' + "y" * 700 + '"]', "700"),
        ("name = 3", "name"),
    ],
)
def test_what_is_wrong_in_a_scope_file_is_named(text: str, says: str) -> None:
    with pytest.raises(SettingWrong, match=says):
        read_scope(text, at="scope.toml")


def test_a_new_scope_file_can_be_read_whatever_the_business_is_called() -> None:
    assert read_scope(start_of(name='Abu "K" \\ Söhne\n', statement="جملة"), at="x").statement == "جملة"


def test_a_thin_scope_is_told_what_to_add() -> None:
    report = check_scope(read_scope(TEXT, at="x"), shipped_packs())
    said = {(a.advice, a.what) for a in report.advice}
    assert ("more examples", "") in said
    assert ("thin subject", "mending") in said
    assert 0 <= report.leaked < 0.2


def test_the_commands_write_check_and_try_a_scope(tmp_path: Path) -> None:
    file = tmp_path / "scope.toml"
    assert typed("scope", "init", "--scope", str(file), "--name", "Tailor").exit_code == 0
    assert typed("scope", "init", "--scope", str(file)).exit_code != 0
    file.write_text(TEXT, encoding="utf-8")
    checked = typed("scope", "check", "--scope", str(file), "--json")
    assert checked.exit_code != 0
    assert json.loads(checked.stdout)["examples"] == 2
    tried = typed("scope", "try", "--scope", str(file), "--json", "write", "a", "poem", "about", "the", "moon")
    assert json.loads(tried.stdout)["label"] == "general"


def test_the_scope_of_the_settings_is_the_one_that_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wasl.toml").write_text('[scope]\nfile = "ours.toml"\n', encoding="utf-8")
    assert typed("scope", "init", "--name", "Tailor").exit_code == 0
    assert (tmp_path / "ours.toml").exists()
    (tmp_path / "wasl.toml").write_text("[nonsense]\n", encoding="utf-8")
    assert typed("scope", "init").exit_code != 0
    (tmp_path / "ours.toml").rename(tmp_path / "scope.toml")
    assert "is there already" in typed("scope", "init").output


def test_a_scope_is_checked_and_tried_in_arabic(tmp_path: Path) -> None:
    file = tmp_path / "scope.toml"
    file.write_text(TEXT, encoding="utf-8")
    checked = typed("scope", "check", "--scope", str(file), "--language", "ar")
    assert "الأمثلة: 2" in checked.stdout
    assert "Subject" not in checked.stdout
    tried = typed("scope", "try", "--scope", str(file), "--language", "ar", "write a poem about the moon")
    assert tried.stdout.startswith("عام ")


def test_every_advice_and_label_has_words() -> None:
    assert {*get_args(Advice), *get_args(Label)} <= SAID.keys()
