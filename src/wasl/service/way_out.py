"""Way out: the personal link by which somebody takes their history along from a channel that closes.

The code is made from the address and a secret of the installation, so that nothing is stored for each person, every milestone tells the
same link, and it goes on working after the day. It is good for one address, and only whoever reads that address's messages has it.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from wasl.domain.ids import AddressId
from wasl.ports.sunsets import Sunsets
from wasl.service.link import KeyHolder, Links

PATH = "/me/link?code="
"""The page on which a person joins a channel; it shows what would be joined and asks."""
KEY_LETTER = "k"
MAC_BYTES = 15
"""Of HMAC-SHA-256: 120 bits, which nobody guesses."""
KEY_CHARACTERS = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What the codes of one sunset are made with."""

    sunset_id: str
    secret: bytes

    def code(self, address_id: AddressId) -> str:
        """Gives the code of an address: letters, digits, hyphens and underscores, short enough for a Telegram start parameter."""
        raw = UUID(address_id).bytes
        return KEY_LETTER + _text(raw) + _text(self._mac(raw))

    def opens(self, code: str) -> AddressId | None:
        """Gives the address whose code this is, None when it is none of this sunset's."""
        if len(code) != KEY_CHARACTERS or code[0] != KEY_LETTER:
            return None
        try:
            raw, mac = _bytes(code[1:23]), _bytes(code[23:])
        except ValueError:
            return None
        return AddressId(str(UUID(bytes=raw))) if hmac.compare_digest(mac, self._mac(raw)) else None

    def _mac(self, raw: bytes) -> bytes:
        return hmac.new(self.secret, raw, hashlib.sha256).digest()[:MAC_BYTES]


async def seal_of(links: Links, sunset_id: str) -> Seal:
    """Makes the seal of a sunset."""
    return Seal(sunset_id=sunset_id, secret=await links.digest("sunset", sunset_id))


class FindKeys:
    """Finds whose personal keys are, among the plans that were ever started."""

    def __init__(self, *, sunsets: Sunsets, links: Links) -> None:
        self._sunsets = sunsets
        self._links = links

    async def __call__(self, key: str) -> KeyHolder | None:
        """Gives the conversation that a key opens, None for a key that is none or whose bearer is forgotten."""
        for sunset in await self._sunsets.plans(states=("running", "paused", "closed", "undone")):
            address_id = (await seal_of(self._links, sunset.id)).opens(key)
            if address_id is not None:
                home = await self._sunsets.home(sunset.id, address_id)
                return None if home is None else KeyHolder(conversation_id=home, made_ms=sunset.made_ms)
        return None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
