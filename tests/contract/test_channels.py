"""Every channel in the package passes the contract; a new file with its folder of payloads is found by itself."""

from pathlib import Path

import wasl.channels
from wasl.testing.contracts.channel_payloads import discover
from wasl.testing.contracts.channels import ChannelContract

FIXTURES = Path(__file__).parent.parent / "fixtures" / "channels"

for _kind, _class in discover(wasl.channels).items():
    _name = f"Test{_class.__name__}"
    globals()[_name] = type(_name, (ChannelContract,), {"channel_class": _class, "folder": FIXTURES / _kind})


def test_the_channels_that_ship_are_there() -> None:
    assert {"whatsapp", "telegram", "webchat"} <= set(discover(wasl.channels))
