"""What an installation stands on follows from its settings; contracts become an order that routing keeps."""

from pathlib import Path

import pytest

from wasl.config import Settings
from wasl.connections import make_candidates, make_channels, make_providers
from wasl.domain.errors import SettingWrong
from wasl.footing import contracts, make_footing
from wasl.service.expose import Footing

OWN = """
[[constraint]]
id = "near.first"
first = ["azure-openai"]
then = ["far-model"]
when = "{when}"
from = 2026-04-01
until = 2027-03-31
text = {{ en = "Near is asked first", ar = "القريب أولًا" }}
source = "our contract"
seen = 2026-11-22
"""


def footing(tmp_path: Path, *, when: str = "refused or down") -> Footing:
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "own.toml").write_text(OWN.format(when=when))
    settings = Settings.model_validate(
        {
            "data": tmp_path / "data",
            "contracts": folder,
            "server": {"public_url": "https://chat.zaytuna.example"},
            "mail": {"host": "smtp.zaytuna.example"},
            "backup": {"to": "s3://bucket/prefix", "s3_endpoint": "https://s3.elsewhere.example"},
            "channels": {"telegram": {"token": "1:abc", "mode": "polling"}},
            "providers": {
                "near": {"kind": "openai_chat", "base_url": "https://ours.openai.azure.com", "key": "k"},
                "far": {"kind": "openai_chat", "key": "k"},
            },
            "candidates": [
                {"provider": "far", "model": "far-model"},
                {"provider": "near", "model": "near-model", "region": "swedencentral"},
            ],
        }
    )
    providers = make_providers(settings)
    return make_footing(settings, channels=make_channels(settings), providers=providers, candidates=make_candidates(settings, providers))


def test_what_others_have_a_hand_in_is_read_from_the_settings(tmp_path: Path) -> None:
    here = footing(tmp_path).here
    ways = {w.name: (w.called, w.own, w.host) for w in here.ways}
    assert ways == {"telegram": (False, False, "api.telegram.org"), "webchat": (False, True, "")}
    assert [(a.name, a.host, a.region) for a in here.answerers] == [
        ("far-model", "api.openai.com", ""),
        ("near-model", "ours.openai.azure.com", "swedencentral"),
    ]
    assert (here.domain, here.mail, here.copies) == ("chat.zaytuna.example", "smtp.zaytuna.example", "s3.elsewhere.example")


def test_a_contract_becomes_an_order_between_its_days(tmp_path: Path) -> None:
    (contract,) = contracts(footing(tmp_path))
    assert (contract.first, contract.then, contract.never) == ({"near-model"}, {"far-model"}, False)
    assert "Near is asked first" in contract.reason
    april, march = 1_775_001_600_000, 1_806_537_599_999  # the first and the last millisecond of its days, UTC
    assert [contract.holds(at) for at in (april - 1, april, march, march + 1)] == [False, True, True, False]


def test_an_exclusive_contract_counts_its_others_as_no_help(tmp_path: Path) -> None:
    found = footing(tmp_path, when="never")
    assert found.barred["telegram"] == {"far-model"}
    assert found.barred["azure-openai"] == frozenset(), "when who comes first is lost, the others may answer"


def test_what_each_channel_alone_can_do_is_known(tmp_path: Path) -> None:
    able = footing(tmp_path).able
    assert "stickers" in able["telegram"]
    assert "stickers" not in able["webchat"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, contracts=tmp_path / "nowhere")
    with pytest.raises(SettingWrong, match="there is no folder"):
        make_footing(settings, channels={}, providers={}, candidates=())
