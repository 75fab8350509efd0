"""The manifest of an export in a format that cannot hold everything: what was written, and what was dropped, counted and in words."""

from typing import Final

import msgspec

from wasl.ports.format import Order, Wrote
from wasl.wire.loss_words import loss_words

MANIFEST: Final = "manifest.json"
"""Its name in a zip; beside a single file it has that file's name before it."""


def manifest_of(kind: str, order: Order, wrote: Wrote) -> bytes:
    """Writes the manifest of what a format wrote, as JSON; the same content gives the same bytes."""
    drops = [{"what": what, "number": number, "in_words": loss_words(what, order.language)} for what, number in wrote.dropped]
    told = {"format": kind, "generator": order.generator, "scope": order.scope, "wrote": dict(wrote.counts), "does_not_hold": drops}
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
