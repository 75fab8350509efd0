"""Faults of a write that its caller is told of while the writer goes on; anything else ends the writer, loudly."""

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec

from wasl.domain.errors import StoreDown

BROKEN = (ArithmeticError, LookupError, TypeError, ValueError, AssertionError, msgspec.MsgspecError)
"""What a write raises over a value that cannot be stored (a number beyond 64 bits, text with half a surrogate pair)."""


def tell_the_end(futures: "Iterable[asyncio.Future[Any]]") -> None:
    """Tells whoever still waits that the writer is no more; without this they would wait for ever."""
    for future in futures:
        if not future.done():
            future.set_exception(StoreDown("the store's writer has ended; whether this was stored is not known: restart Wasl"))
