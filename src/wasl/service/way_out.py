"""Way out: the personal link by which somebody takes their history along from a channel that closes.

The code is made from the address and a secret of the installation, so that nothing is stored for each person, every milestone tells the
same link, and it goes on working after the day. It is good for one address, and only whoever reads that address's messages has it.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wasl.domain.ids import AddressId
from wasl.domain.sunset import Sunset
from wasl.service.link import Links

PATH = "/keep/"
MAC_BYTES = 15
"""Of HMAC-SHA-256: 120 bits, which nobody guesses."""
CODE_CHARACTERS = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What the codes of one sunset are made with."""

    sunset_id: str
    secret: bytes

    def code(self, address_id: AddressId) -> str:
        """Gives the code of an address: letters, digits, hyphens and underscores, short enough for a Telegram start parameter."""
        raw = UUID(address_id).bytes
        return _text(raw) + _text(self._mac(raw))

    def opens(self, code: str) -> AddressId | None:
        """Gives the address whose code this is, None when it is none of this sunset's."""
        if len(code) != CODE_CHARACTERS:
            return None
        try:
            raw, mac = _bytes(code[:22]), _bytes(code[22:])
        except ValueError:
            return None
        return AddressId(str(UUID(bytes=raw))) if hmac.compare_digest(mac, self._mac(raw)) else None

    def _mac(self, raw: bytes) -> bytes:
        return hmac.new(self.secret, raw, hashlib.sha256).digest()[:MAC_BYTES]


async def seal_of(links: Links, sunset_id: str) -> Seal:
    """Makes the seal of a sunset."""
    return Seal(sunset_id=sunset_id, secret=await links.digest("sunset", sunset_id))


async def whose(links: Links, sunsets: Sequence[Sunset], code: str) -> tuple[Sunset, AddressId] | None:
    """Finds the sunset and the address of a code; nobody's for a code that is not ours."""
    for sunset in sunsets:
        address_id = (await seal_of(links, sunset.id)).opens(code)
        if address_id is not None:
            return sunset, address_id
    return None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
