import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terminal import typed
from typer.testing import Result

from wasl.__main__ import Composition
from wasl.app import compose
from wasl.cli.border import EXIT_SETTINGS
from wasl.cli.init import everything
from wasl.cli.init_words import FILE, WORDS
from wasl.cli.written import Chosen, toml, toml_key, variable, written
from wasl.config import Candidate, Settings, load
from wasl.wire.isolate import is_arabic

CHANNELS, PROVIDERS = Composition().channel_kinds(), Composition().provider_kinds()
ROOT = Path(__file__).resolve().parents[3]
SECRETS = {"TELEGRAM_TOKEN": "123456:abc", "OPENAI_KEY": "sk-hush", "WHATSAPP_PHONE_NUMBER_ID": "1055", "WHATSAPP_ACCESS_TOKEN": "t",
           "WHATSAPP_APP_SECRET": "s", "WHATSAPP_VERIFY_TOKEN": "v"}  # fmt: skip


def init(folder: Path, *options: str, stdin: str = "") -> Result:
    return typed("init", "--config", str(folder / "wasl.toml"), *options, said=stdin, catch=False)


def switched_on(text: str) -> str:
    """Takes the mark off every setting that is shown with one."""
    return "\n".join(line[1:] if line.startswith("#") and line[1:2].strip() else line for line in text.split("\n"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_questions_lead_to_a_file_that_starts(tmp_path: Path, language: str) -> None:
    answers = [language, "نور", "telegram", "", "https://n.example", "openai_chat", "OPENAI_KEY", "some-model", "555-0142", "xx", "eg"]
    result = init(tmp_path, stdin="\n".join(answers) + "\n")
    assert result.exit_code == 0
    settings = load(tmp_path / "wasl.toml", SECRETS)
    assert settings.language == language
    assert settings.assistant.name == "نور"
    assert settings.server.public_url == "https://n.example"
    assert [(c.provider, c.model, c.price_class) for c in settings.candidates] == [
        ("openai_chat", "some-model", "standard"),
        ("extractive", "", "free"),
    ]
    assert settings.deployment.home_region == "EG"
    assert "XX" in result.stdout
    assert settings.providers["extractive"] == {"contact": "555-0142"}
    installation = compose(settings)
    assert {"telegram", "webchat"} == set(installation.channels)
    assert "TELEGRAM_TOKEN, OPENAI_KEY" in result.stdout


def test_an_arabic_file_is_explained_in_arabic_to_the_last_setting() -> None:
    said: set[str] = set()

    class Heard(dict[str, str]):
        def get(self, english: str, default: Any = None) -> Any:
            said.add(english)
            return default

    words = replace(FILE["ar"], meanings=Heard())
    written(Settings, candidate=Candidate, channels=CHANNELS, providers=PROVIDERS, chosen=Chosen(), words=words)
    assert said == set(FILE["ar"].meanings), "what is not in both is not explained, or explains nothing"
    assert all(is_arabic(one) for one in FILE["ar"].meanings.values())
    text = everything(Composition(), language="ar")
    assert "# المنفذ الذي يستمع عليه" in text
    assert "Port to listen on" not in text


def test_no_secret_is_asked_for_or_written(tmp_path: Path) -> None:
    result = init(tmp_path, "--yes", "--channel", "whatsapp", "--channel", "telegram", "--provider", "openai_chat", "--model", "m")
    assert result.exit_code == 0
    written = tomllib.loads((tmp_path / "wasl.toml").read_text())
    for section in (written["channels"]["whatsapp"], written["channels"]["telegram"], written["providers"]["openai_chat"]):
        assert all(set(value) == {"env"} for value in section.values())
    assert set(compose(load(tmp_path / "wasl.toml", {**SECRETS, "OPENAI_CHAT_KEY": "k"})).channels) == {"whatsapp", "telegram", "webchat"}


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    init(
        tmp_path,
        "--language",
        "en",
        "--name",
        "X",
        "--provider",
        "none",
        "--public-url",
        "https://x.example",
        "--contact",
        "c",
        stdin="telegram\nfile:bot.token\n\n",
    )
    assert tomllib.loads((tmp_path / "wasl.toml").read_text())["channels"]["telegram"] == {"token": {"file": "bot.token"}}


def test_without_answers_the_defaults_quote_documents(tmp_path: Path) -> None:
    assert init(tmp_path, "--yes").exit_code == 0
    settings = load(tmp_path / "wasl.toml", {})
    assert [c.provider for c in settings.candidates] == ["extractive"]
    assert settings.channels == {}
    assert (tmp_path / "knowledge" / "_about.md").exists()


def test_what_is_mistyped_is_asked_for_again(tmp_path: Path) -> None:
    result = init(tmp_path, stdin="arabic\nen\nX\ntelegrm\nnone\nopenai\nnone\n\n\n")
    assert result.exit_code == 0
    assert "arabic is not known" in result.stdout
    assert "telegrm is not known; it may be one of: " in result.stdout
    assert "telegram, whatsapp" in result.stdout
    assert "openai is not known" in result.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--channel", "telegrm"), "--channel: 'telegrm' is not known; it may be one of "),
        (("--channel", "webchat"), "'webchat' is not known"),
        (("--provider", "extractive"), "'extractive' is not known"),
        (("--language", "fr"), "--language: 'fr' is not known; it may be one of en, ar"),
        (("--provider", "openai_chat"), "--model must be given"),
        (("--country", "Egypt"), "--country: 'EGYPT' is no country"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_written(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    result = init(tmp_path, "--yes", *options)
    assert result.exit_code == EXIT_SETTINGS
    assert says in result.stderr
    assert not (tmp_path / "wasl.toml").exists()


def test_a_file_that_is_there_stays_unless_its_owner_says_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "wasl.toml"
    file.write_text("# mine\n")
    assert "there already" in init(tmp_path, "--yes").stderr
    assert init(tmp_path, stdin="en\nn\n").exit_code == 0
    assert file.read_text() == "# mine\n"
    assert init(tmp_path, stdin="en\ny\nX\nnone\nnone\n\n\n").exit_code == 0
    assert 'name = "X"' in file.read_text()
    assert init(tmp_path, "--yes", "--force", "--name", "Y").exit_code == 0
    assert 'name = "Y"' in file.read_text()
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".new")] == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_setting_that_is_shown_is_valid_toml_and_holds_its_default(tmp_path: Path, language: str) -> None:
    text = everything(Composition(), language=language)
    sections = {name for name, field in Settings.model_fields.items() if hasattr(field.annotation, "model_fields")}
    assert {"assistant", "server", "work", "routing", "scope", "log"} <= sections
    assert tomllib.loads(text) == {name: {} for name in sections}
    on = tomllib.loads(switched_on(text))
    for kind in ("telegram", "webchat", "whatsapp"):
        assert set(on["channels"][kind]) == set(Composition().channel_kinds()[kind].Settings.model_fields)
    for kind, cls in Composition().provider_kinds().items():
        assert set(on["providers"].get(kind, {})) == set(cls.Settings.model_fields)
    core = {k: v for k, v in on.items() if k not in ("channels", "providers", "candidates", "otel_endpoint")}
    for name, section in Settings.model_fields.items():
        for key, field in getattr(section.annotation, "model_fields", {}).items():
            if field.default is None:
                core[name].pop(key)  # it has no default, so only its form is shown
    assert Settings.model_validate(core) == Settings()


def test_the_example_in_the_reference_is_what_the_code_writes() -> None:
    assert (ROOT / "docs/reference/wasl.toml").read_text(encoding="utf-8") == everything(Composition(), language="en")


def test_show_prints_and_writes_nothing(tmp_path: Path) -> None:
    result = init(tmp_path, "--show", "--language", "ar")
    assert result.stdout == everything(Composition(), language="ar")
    assert list(tmp_path.iterdir()) == []


def test_both_languages_ask_the_same() -> None:
    assert WORDS["en"].keys() == WORDS["ar"].keys()
    assert FILE.keys() == WORDS.keys()


values = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_whatever_is_written_is_read_back(value: object) -> None:
    assert tomllib.loads(f"v = {toml(value)}")["v"] == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=10))
def test_any_key_is_read_back(name: str) -> None:
    assert tomllib.loads(f"{toml_key(name)} = 1") == {name: 1}


def test_what_toml_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="no TOML"):
        toml(None)


def test_variables_are_named_as_shells_allow() -> None:
    assert variable("open-ai.x", "key") == "OPEN_AI_X_KEY"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_value_that_is_needed_is_asked_for_until_it_fits(tmp_path: Path, language: str) -> None:
    result = init(tmp_path, stdin=f"{language}\nX\nwhatsapp\n\n+20 12\n123456\n\n\n\n\nnone\n\n\n")
    assert result.exit_code == 0
    assert WORDS[language]["needed"].format(title="WhatsApp", key="phone_number_id") in result.stdout
    assert WORDS[language]["wrong_form"].format(said="+20 12", key="phone_number_id") in result.stdout
    assert tomllib.loads((tmp_path / "wasl.toml").read_text())["channels"]["whatsapp"]["phone_number_id"] == "123456"
