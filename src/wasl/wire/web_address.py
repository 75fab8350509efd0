"""Addresses of servers, as settings name them: refused where they are read, not by the first request that goes nowhere."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

_SCHEMES: Final = ("http://", "https://")


def web_address(text: str) -> str:
    """Gives an address as it stands. Raises ValueError that says how one is written."""
    if not text.lower().startswith(_SCHEMES):
        raise ValueError("an address begins with http:// or https://, such as http://127.0.0.1:11434/v1")
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole or any(not "!" <= letter <= "~" for letter in text):
        raise ValueError("this is no whole address; write its host, and a port up to 65535 if it needs one, in letters from a to z")
    return text


WebAddress = Annotated[str, AfterValidator(web_address)]
