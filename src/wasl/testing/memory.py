"""How much memory a piece of work takes at most, measured exactly."""

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def peak_bytes(work: Callable[[], T]) -> tuple[T, int]:
    """Does the work and gives its result with the most bytes that were held while it was done.

    It is done in a thread of its own: for every allocation `tracemalloc` walks the whole stack, and the one of a test is deep.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_traced, work).result()


def _traced(work: Callable[[], T]) -> tuple[T, int]:
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
