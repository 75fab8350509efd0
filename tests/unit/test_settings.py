import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.config import Candidate, Frozen, Settings, load, validated
from wasl.domain.errors import SettingWrong


class Adapter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    spare: SecretStr | None = None
    address: str = "http://x"
    tries: int = Field(1, ge=1)


def written(folder: Path, text: str) -> Path:
    path = folder / "wasl.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingWrong) as caught:
        load(written(folder, text), environ or {})
    return caught.value.message


def test_without_a_file_all_defaults_hold(tmp_path: Path) -> None:
    assert load(None, {}) == Settings()
    assert load(tmp_path / "missing.toml", {}).server.port == 8080


def test_an_installation_is_on_trial_until_something_is_connected(tmp_path: Path) -> None:
    assert load(None, {}).on_trial
    assert not load(written(tmp_path, "[channels.x]\n"), {}).on_trial
    assert not load(written(tmp_path, '[[candidates]]\nprovider = "p"\n'), {}).on_trial


def test_folders_are_taken_from_where_the_file_is(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'data = "d"\nknowledge = "/k"\n[terms]\ndeclarations = "t"\n'), {})
    assert settings.terms.declarations == tmp_path / "t"
    assert settings.data == tmp_path / "d"
    assert settings.knowledge == Path("/k")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("langauge = 'ar'", "langauge is not a setting; did you mean 'language'?"),
        ("port = 1", "port is not a setting; did you mean 'server.port'?"),
        ("[server]\nprot = 1", "server.prot is not a setting; did you mean 'port'?"),
        ("[server]\nzzz = 1", "server.zzz is not a setting; the known ones are host, port"),
        ("[server]\nport = 'x'", "server.port takes a whole number"),
        ("[server]\nport = true", "server.port takes a whole number"),
        ("[work]\nlease_seconds = true", "work.lease_seconds takes a number"),
        ("[keep]\ndays = true", "keep.days takes a whole number"),
        ("language = 'arabic'", "language has not the form that it must have: Language of pages and notices when"),
        ("otel_endpoint = 'collector:4318'", "otel_endpoint has not the form that it must have: Where OpenTelemetry"),
        ("[server]\nport = 70000", "server.port must be at most 65535"),
        ("[server]\nrole = 'boss'", "server.role takes one of 'all', 'web' or 'worker'"),
        (
            "[server]\npublic_url = 'shop.example'",
            "server.public_url has not the form that it must have: How the world reaches this server",
        ),
        ("server = 3", "server takes a table"),
        ("language = 3", "language takes text in quotes"),
        ("[routing]\nsilence_seconds = 'soon'", "routing.silence_seconds takes a number"),
        ("channels = 3", "channels takes a table"),
        ("[keep]\ndays_by_channel = { webchat = 0 }", "keep.days_by_channel.webchat must be at least 1"),
        ("[work]\nlate_after_seconds_by_channel = { webchat = 0 }", "work.late_after_seconds_by_channel.webchat must be more than 0"),
        ("[[candidates]]\nmodel = 'm'", "candidates[0].provider is missing"),
        ("[[candidates]]\nprovider = 'p'\nmodle = 'm'", "candidates[0].modle is not a setting; did you mean 'model'?"),
        ("a = [", "is not valid TOML"),
        ("a = 1\na = 2", "Cannot overwrite a value (at end of document): the same key or section stands there a second time"),
        ("a = Zaytuna", "(at line 1, column 5): text stands between quotes"),
        ("a = “Zaytuna”", "straight quotes"),
        ("language = «ar»", "straight quotes"),
        ("[server]\nport = ١٨٠٨٣", "(at line 2, column 8): numbers are written with the digits 0 to 9"),
        ("a = ['x'، 'y']", "parted by the comma ,"),
        ('data = "C:\\wasl"', "a path with backslashes stands between single quotes"),
        ('a = "x\nb = 1', "(at line 1, column 7): the quote that begins the text is not closed"),
        ("port: 1", "between a key and its value stands ="),
        ("[a]\n[a]", "a second time; keep one of them"),
    ],
)
def test_a_wrong_setting_is_named_with_the_way_out(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(tmp_path, text)


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, "prot = 1\n[server]\nport = 'x'\n")
    assert "prot is not" in said
    assert "server.port takes" in said


def test_a_file_that_is_not_utf8_or_too_large_or_a_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wasl.toml"
    path.write_bytes(b"[server]\na = '\xff'")
    with pytest.raises(SettingWrong, match=r"not UTF-8 in line 2.* save it again as UTF-8"):
        load(path, {})
    path.write_bytes("[server]\nport = 1\n".encode("utf-16"))
    with pytest.raises(SettingWrong, match=r"is UTF-16.*save it again as UTF-8"):
        load(path, {})
    path.write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(SettingWrong, match="larger than 1 MiB"):
        load(path, {})
    with pytest.raises(SettingWrong, match="cannot be read"):
        load(tmp_path, {})


def test_a_file_of_windows_is_read_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "wasl.toml"
    path.write_bytes(b'\xef\xbb\xbf[server]\r\nport = 1\r\n[assistant]\r\ninstructions = """one\r\ntwo"""\r\n')
    settings = load(path, {})
    assert (settings.server.port, settings.assistant.instructions) == (1, "one\ntwo")


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("\ufeffabc\n", encoding="utf-8")
    settings = load(written(tmp_path, '[channels.x]\ntoken = { file = "t" }\nspare = { env = "SPARE" }\n'), {"SPARE": "s3cret"})
    adapter = validated(Adapter, settings.channels["x"], at="channels.x")
    assert adapter.token.get_secret_value() == "abc"
    assert adapter.spare is not None
    assert adapter.spare.get_secret_value() == "s3cret"


@pytest.mark.parametrize("key", ["address", "tries"])
def test_what_is_no_secret_may_come_from_there_too(key: str, tmp_path: Path) -> None:
    settings = load(written(tmp_path, f'[channels.x]\ntoken = "t"\n{key} = {{ env = "V" }}\n'), {"V": "7"})
    assert str(getattr(validated(Adapter, settings.channels["x"], at="channels.x"), key)) == "7"


def test_a_section_with_a_file_of_its_own_is_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "wasl.toml"
    file.write_text('[scope]\nfile = "ours.toml"\n', encoding="utf-8")
    assert load(file, environ={}).scope.file.name == "ours.toml"


def test_a_section_of_ours_may_read_the_environment_too(tmp_path: Path) -> None:
    settings = load(
        written(tmp_path, 'store = { env = "DB" }\n[server]\npublic_url = { env = "URL" }\n'),
        {"DB": "postgresql://u:pw@h/d", "URL": "https://a.example"},
    )
    assert settings.store == "postgresql://u:pw@h/d"
    assert settings.server.public_url == "https://a.example"


@pytest.mark.parametrize(
    ("text", "environ", "says"),
    [
        (
            '[channels.x]\ntoken = { env = "TOKEN" }',
            {},
            "channels.x.token wants the environment variable TOKEN, which is not set; export it",
        ),
        ('[channels.x]\ntoken = { env = "TOKEN" }', {"TOKEN": ""}, "TOKEN, which is empty; give it the secret"),
        ('[channels.x]\ntoken = { env = "BOT_TOKEM" }', {"BOT_TOKEN": "x"}, "(did you mean BOT_TOKEN?)"),
        ('[channels.x]\ntoken = { file = "none" }', {}, "channels.x.token wants the file 'none', which cannot be read"),
        ('[channels.x]\ntoken = { file = "empty" }', {}, "'empty', which is empty"),
        ('[channels.x]\ntoken = { file = "bin" }', {}, "'bin', which is not UTF-8"),
        ('[channels.x]\nlist = [{ env = "A" }]', {}, "channels.x.list[0] wants"),
    ],
)
def test_a_secret_that_is_not_there_is_named(tmp_path: Path, text: str, environ: dict[str, str], says: str) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "bin").write_bytes(b"\xff\xff")
    assert says in refusal(tmp_path, text, environ)


def test_an_adapter_s_wrong_settings_are_named_with_their_place() -> None:
    with pytest.raises(SettingWrong) as caught:
        validated(Adapter, {"tokn": "x", "tries": 0}, at="channels.x")
    said = caught.value.message
    assert 'channels.x.token is missing; add token = { env = "…" }' in said
    assert "channels.x.tokn is not a setting; did you mean 'token'?" in said
    assert "channels.x.tries must be at least 1" in said


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("WASL_SERVER__PORT", "9000", lambda s: s.server.port == 9000),
        ("WASL_LANGUAGE", "ar_EG.UTF-8", lambda s: s.language == "ar_EG.UTF-8"),
        ("WASL_DATA", "/d", lambda s: s.data == Path("/d")),
        ("WASL_ASSISTANT__NAME", "[نور", lambda s: s.assistant.name == "[نور"),
        ("WASL_CHANNELS__X__TOKEN", "t", lambda s: s.channels["x"]["token"] == "t"),
        ("WASL_CANDIDATES", '[{provider = "p"}]', lambda s: s.candidates == (Candidate(provider="p"),)),
        ("WASL_WORK__LATE_AFTER_SECONDS_BY_CHANNEL", "{x = 5.0}", lambda s: s.work.late_after_seconds_by_channel == {"x": 5.0}),
    ],
)
def test_the_environment_overrides_the_file(tmp_path: Path, name: str, given: str, read: Any) -> None:
    path = written(tmp_path, '[server]\nport = 1\nhost = "h"\n[channels.x]\ntoken = "old"\n')
    settings = load(path, {name: given, "WASL_OTHER": "a secret of somebody's", "PATH": "x"})
    assert read(settings)
    assert settings.server.host == "h"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("WASL_SEVRER__PORT", "overrides no setting; did you mean 'server'?"),
        ("WASL_SERVER__PROT", "server.prot is not a setting"),
        ("WASL_LANGUAGE__X", "is no table"),
        ("WASL_SERVER__PORT", "server.port takes a whole number"),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, name: str, says: str) -> None:
    assert says in refusal(tmp_path, 'language = "ar"', {name: "x"})


def test_no_secret_shows_in_the_settings_or_in_an_error(tmp_path: Path) -> None:
    text = '[channels.x]\ntoken = "plain-hush"\nspare = { env = "S" }\ntries = "plain-hush"\n'
    settings = load(written(tmp_path, 'store = "postgresql://u:plain-hush@h/d"\n' + text), {"S": "env-hush"})
    assert "hush" not in repr(settings)
    with pytest.raises(SettingWrong) as caught:
        validated(Adapter, settings.channels["x"], at="channels.x")
    assert "hush" not in repr(caught.value) + str(caught.value.__cause__) + str(
        caught.value.__context__ if not caught.value.__suppress_context__ else ""
    )


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().language = "ar"  # type: ignore[misc]


def test_every_setting_says_what_it_is_for() -> None:
    def undescribed(model: type[BaseModel], at: str) -> list[str]:
        found = []
        for name, field in model.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, Frozen):
                found += undescribed(field.annotation, f"{at}{name}.")
            elif not field.description:
                found.append(f"{at}{name}")
        return found

    assert undescribed(Settings, "") + undescribed(Candidate, "candidates.") == []


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda v: st.lists(v, max_size=2) | st.dictionaries(st.text(max_size=5), v, max_size=2),
            max_leaves=6,
        ),
        max_size=3,
    )
)
def test_anything_at_all_is_settings_or_a_named_error(value: dict[str, Any]) -> None:
    with contextlib.suppress(SettingWrong):
        assert validated(Settings, value, at="").server.port >= 0


@pytest.mark.parametrize("reference", ["${SHOP_KEY}", "env:SHOP_KEY", "$SHOP_KEY"])
def test_a_reference_in_the_manner_of_another_program_is_no_secret(tmp_path: Path, reference: str) -> None:
    said = refusal(tmp_path, f'[providers.main]\nkind = "openai_chat"\nmodel = "m"\napi_key = "{reference}"\n', {"SHOP_KEY": "s3cret"})
    assert "providers.main.api_key" in said
    assert '{ env = "SHOP_KEY" }' in said


def test_a_dollar_inside_words_stays_one(tmp_path: Path) -> None:
    path = written(tmp_path, '[assistant]\ninstructions = "A loaf costs $5; say so in ${currency} words."\n')
    assert "$5" in load(path, {}).assistant.instructions


def test_every_secret_that_cannot_be_found_is_named_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[channels.telegram]\ntoken = { env = "NO_SUCH" }\nspare = [{ file = "gone" }, "${OTHER}"]\n', {})
    assert [line.split(" ")[0] for line in said.splitlines()] == [
        "channels.telegram.token",
        "channels.telegram.spare[0]",
        "channels.telegram.spare[1]",
    ]
