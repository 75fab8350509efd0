"""What platforms say of templates, in a database: the steps of `template_steps`, carried out by a store."""

from collections.abc import Mapping, Sequence

from wasl.domain.listing import ListedTemplate
from wasl.ports.templates import News
from wasl.store import template_steps as steps
from wasl.store.entry_rows import sound_value
from wasl.store.sql_people import Carry


class SqlTemplates:
    """What is known of templates, in a database."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._write = write

    async def put(self, channel: str, templates: Sequence[ListedTemplate], *, at_ms: int) -> None:
        """Keeps a whole list."""
        once = {(one.name, one.language): one for one in sound_value(tuple(templates))}
        await self._write(lambda: steps.put(channel, tuple(once.values()), at=at_ms))

    async def tell(self, channel: str, template: ListedTemplate) -> bool:
        """Keeps what was told of one."""
        return await self._write(lambda: steps.tell(channel, sound_value(template)))

    async def gather(self, news: News, *, now_ms: int) -> int:
        """Keeps what stored signals tell."""
        return await self._write(lambda: steps.gather(news, now=now_ms))

    async def listed(self, channel: str | None = None) -> Mapping[str, Sequence[ListedTemplate]]:
        """Gives what is known, by channel."""
        return await self._read(lambda: steps.listed(channel))

    async def listed_ms(self, channel: str) -> int | None:
        """Says when the list was kept last."""
        return await self._read(lambda: steps.listed_ms(channel))
