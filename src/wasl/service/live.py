"""Live word about a conversation: what the answering side tells pages and drafts while it works.

Published on `conversation_topic(id)`; lossy by design. `Stored` means: read the store after the seq you have.
"""

from typing import Literal

import msgspec

from wasl.domain.value import value


@value(frozen=True, slots=True, kw_only=True)
class Live:
    """One word.

    "stored": a message or a receipt was stored. "working": turn `turn` has begun. "delta": `text` was added to the draft of
    `turn` at character offset `at`. "restart": the draft of `turn` is void, another candidate begins anew.
    """

    kind: Literal["stored", "working", "delta", "restart"]
    turn: str = ""
    at: int = 0
    text: str = ""


STORED = msgspec.json.encode(Live(kind="stored"))
_decoder = msgspec.json.Decoder(Live)


def encode(live: Live) -> bytes:
    """Writes it for the bus."""
    return msgspec.json.encode(live)


def decode(data: bytes) -> Live:
    """Reads what `encode` wrote."""
    return _decoder.decode(data)
