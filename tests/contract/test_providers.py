"""Every provider in the package passes the contract; a new file with its folder of payloads is found by itself."""

from pathlib import Path

import wasl.providers
from wasl.testing.contracts.provider_payloads import discover
from wasl.testing.contracts.providers import KeylessContract, ProviderContract

FIXTURES = Path(__file__).parent.parent / "fixtures" / "providers"

for _kind, _class in discover(wasl.providers).items():
    _base = KeylessContract if hasattr(_class, "reply") else ProviderContract
    globals()[f"Test{_class.__name__}"] = type(f"Test{_class.__name__}", (_base,), {"provider_class": _class, "folder": FIXTURES / _kind})


def test_the_formats_of_the_large_providers_are_there() -> None:
    assert {"openai_chat", "openai_responses", "anthropic", "gemini"} <= set(discover(wasl.providers))
