"""Secrets that are missing: refused at once where everything is needed, told when used elsewhere."""

from pathlib import Path

import pytest

from wasl.app import compose
from wasl.config import load
from wasl.config_secrets import wanted
from wasl.domain.errors import SettingWrong
from wasl.wire.call import Call

TOML = """
[channels.telegram]
token = { env = "BOT_TOKEN" }
[channels.shop]
kind = "whatsapp"
phone_number_id = "12345"
access_token = { env = "WA_TOKEN" }
app_secret = { env = "WA_SECRET" }
verify_token = { file = "verify" }
[mail]
host = "mail.example"
password = { env = "MAIL_PASSWORD" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "wasl.toml"
    path.write_text(TOML)
    return path


def test_who_needs_the_secrets_is_told_of_the_first_one_that_is_missing(file: Path) -> None:
    with pytest.raises(SettingWrong, match=r"channels\.telegram\.token wants the environment variable BOT_TOKEN, which is not set"):
        load(file, {})


def test_a_secret_in_the_environment_may_end_its_line_as_one_in_a_file_may(tmp_path: Path) -> None:
    file = tmp_path / "wasl.toml"
    file.write_text('[channels.telegram]\ntoken = { env = "BOT_TOKEN" }\n')
    assert load(file, {"BOT_TOKEN": " 1:abc\r\n"}).channels["telegram"]["token"].get_secret_value() == "1:abc"
    with pytest.raises(SettingWrong, match=r"BOT_TOKEN, which is empty; give it the secret"):
        load(file, {"BOT_TOKEN": "\n"})


@pytest.mark.parametrize("needs", ["store", "settings"])
def test_who_does_not_need_them_gets_settings_that_know_what_is_absent(file: Path, needs: str) -> None:
    settings = load(file, {"WA_TOKEN": "given"}, needs=needs)  # type: ignore[arg-type]  # one of its words
    assert sorted(settings.absent) == ["channels.shop.app_secret", "channels.shop.verify_token", "channels.telegram.token", "mail.password"]
    assert "'verify'" in settings.absent["channels.shop.verify_token"]
    assert "given" not in repr(settings)
    assert load(file, {}, needs="store").model_copy(update={"language": "ar"}).absent  # a copy knows it, too


async def test_what_would_carry_an_absent_secret_is_not_sent_and_names_it(file: Path) -> None:
    installation = compose(load(file, {}, needs="store"))
    check = installation.channels["telegram"].check()  # type: ignore[attr-defined]  # this one has it
    with pytest.raises(SettingWrong, match=r"channels\.telegram\.token wants the environment variable BOT_TOKEN"):
        await installation.network.perform(next(check))
    with pytest.raises(SettingWrong, match=r"channels\.shop\.access_token wants .* WA_TOKEN"):
        installation.network.stream(next(installation.channels["shop"].check()))  # type: ignore[attr-defined]  # this one has it
    for call in (Call(method="POST", url="http://127.0.0.1:1/", body=_marked("mail.password").encode()),):
        with pytest.raises(SettingWrong, match=r"mail\.password"):
            await installation.network.perform(call)
    await installation.network.close()


def _marked(at: str) -> str:
    text = f"password: absent-secret/{at}/."
    assert wanted(text) == at
    return text


def test_a_text_without_a_secret_wants_none() -> None:
    assert wanted("https://api.example/v1") is None


def test_what_is_missing_and_no_secret_cannot_wait_where_the_store_is_used(tmp_path: Path) -> None:
    file = tmp_path / "wasl.toml"
    file.write_text('store = { env = "DATABASE" }')
    with pytest.raises(SettingWrong, match="store wants the environment variable DATABASE"):
        load(file, {}, needs="store")
    assert load(file, {}, needs="settings").absent.keys() == {"store"}


def test_an_absent_value_of_another_form_is_named_as_absent_and_not_as_wrong(tmp_path: Path) -> None:
    file = tmp_path / "wasl.toml"
    file.write_text('[channels.telegram]\ntoken = "1:a"\nmax_connections = { env = "MANY" }\n')
    with pytest.raises(SettingWrong, match=r"channels\.telegram\.max_connections wants the environment variable MANY"):
        compose(load(file, {}, needs="store"))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty; write the secret into it"), (b"x" * 70_000, "too large for a secret; name the right one"), (b"\xff\xfe", "not UTF-8")],
)
def test_a_file_that_is_no_secret_is_named_with_the_way_out(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "token").write_bytes(content)
    file = tmp_path / "wasl.toml"
    file.write_text('[channels.telegram]\ntoken = { file = "token" }\n')
    with pytest.raises(SettingWrong, match=says):
        load(file, {})
