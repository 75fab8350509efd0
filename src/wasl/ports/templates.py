"""The contract of templates: what platforms said of the templates of each channel, shared by all processes.

A part of every store: `store.templates`. Raises StoreDown like Store.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from wasl.domain.listing import ListedTemplate

SIGNALS_LOOKED_AT = 200
"""The newest words of platforms about accounts, looked through for news of templates."""

News = Callable[[str, str, Mapping[str, Any]], ListedTemplate | None]
"""Reads a stored signal: its channel, kind and detail; None where it is no news of a template."""


class TemplateLists(Protocol):
    """What is known of templates."""

    async def put(self, channel: str, templates: Sequence[ListedTemplate], *, at_ms: int) -> None:
        """Keeps a whole list: what was known and is not in it is "gone". What was told later than `at_ms` stays as it was told."""
        ...

    async def tell(self, channel: str, template: ListedTemplate) -> bool:
        """Keeps what was told of one template, unless something newer is known; says whether its status is another now. Category and
        values that it leaves open stay as they are."""
        ...

    async def gather(self, news: News, *, now_ms: int) -> int:
        """Keeps what stored signals tell; says how often a status became another. The store in memory keeps signals elsewhere, and
        finds none."""
        ...

    async def listed(self, channel: str | None = None) -> Mapping[str, Sequence[ListedTemplate]]:
        """Gives what is known, by channel, of one or of all; by name and language."""
        ...

    async def listed_ms(self, channel: str) -> int | None:
        """Says when the platform's list was kept last; None for never."""
        ...


@runtime_checkable
class KeepsTemplates(Protocol):
    """A store that keeps what platforms say of templates."""

    @property
    def templates(self) -> TemplateLists:
        """What is known of templates, in the same database."""
        ...
