from pathlib import Path

import pytest

from wasl.config import load
from wasl.domain.errors import SettingWrong
from wasl.guarding import make_parties


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[deployment.by_channel.webcat]\nmode = 'lenient'", "deployment.by_channel.webcat: there is no channel 'webcat'"),
        ("[work.late_after_seconds_by_channel]\nwebcat = 60", "work.late_after_seconds_by_channel.webcat: there is no channel 'webcat'"),
    ],
)
def test_a_setting_for_a_channel_that_is_not_there_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "wasl.toml"
    file.write_text(text)
    with pytest.raises(SettingWrong) as raised:
        make_parties(load(file, {}), channels={})
    assert says in raised.value.message
