"""KeepTemplates: the platforms' lists of templates, read again and again, and which of them may carry an answer now."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import SettingWrong, StoreDown, WaslError
from wasl.domain.listing import APPROVED, ListedTemplate
from wasl.domain.message import Template
from wasl.ports.channel import Channel, Templates
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.ports.templates import TemplateLists
from wasl.service.acting import Approved, Party
from wasl.service.drive import drive

log = structlog.get_logger(__name__)

EVERY_MS: Final = 6 * 3_600_000
"""Between two looks at a platform's list."""
PAGES_MAX: Final = 40
"""Of one list: 8,000 templates; an account has 6,000 at the most."""
FIRST_TRIES_MS: Final = 600_000
"""After a look that failed, the next one."""


class KeepTemplates:
    """Keeps what platforms say of templates."""

    def __init__(self, *, lists: TemplateLists, clock: Clock, network: Network, channels: Mapping[str, Channel]) -> None:
        self._lists = lists
        self._clock = clock
        self._network = network
        self._channels = channels
        self._tried: dict[str, int] = {}

    # -- reading
    async def usable(self, party: Party) -> Sequence[Approved]:
        """Gives the templates of the settings that may carry an answer now: those that the platform approves, in each language that it
        lists where the settings name none. Where nothing is known of one, the settings stand. Raises StoreDown."""
        if not party.templates:
            return ()
        known = (await self._lists.listed(party.name)).get(party.name, ())
        whole = await self._lists.listed_ms(party.name) is not None
        found: list[Approved] = []
        for chosen in party.templates:
            told = [one for one in known if one.name == chosen.name and chosen.language in ("", one.language)]
            found += [made for one in told if (made := _taken(chosen, one)) is not None]
            if not told and not whole and chosen.language:
                found.append(chosen)
        return found

    async def status(self, channel: str, part: Template) -> str | None:
        """Gives the platform's word on a template where it does not approve it now. Raises StoreDown."""
        for one in (await self._lists.listed(channel)).get(channel, ()):
            if (one.name, one.language) == (part.name, part.language):
                return None if one.status == APPROVED else one.status
        return None

    async def known(self) -> Mapping[str, Sequence[ListedTemplate]]:
        """Gives what is known, by channel. Raises StoreDown."""
        return await self._lists.listed()

    def asked_of(self) -> Sequence[str]:
        """Names the channels whose platform can be asked for its list."""
        return [name for name, made in self._channels.items() if isinstance(made, Templates) and made.lists_templates()]

    # -- keeping
    async def refresh(self, name: str) -> int:
        """Reads a channel's list anew and gives its length. Raises SettingWrong where the account is not named, and what the platform
        or the network says."""
        channel = self._channels[name]
        if not isinstance(channel, Templates):
            raise SettingWrong(f"{name!r} is a channel without templates")
        at, after, found = self._clock.now_ms(), None, list[ListedTemplate]()
        for _ in range(PAGES_MAX):
            reply = await drive(_asked(channel, after), explain=channel.explain, network=self._network)
            page = channel.listed(reply)
            found += page.templates
            after = page.after
            if after is None:
                break
        await self._lists.put(name, found, at_ms=at)
        return len(found)

    async def keep_up(self) -> None:
        """Reads the lists that are old, of channels whose account is known. A chore; a platform that does not answer is asked again."""
        now = self._clock.now_ms()
        for name, channel in self._channels.items():
            if not isinstance(channel, Templates) or not channel.lists_templates() or now - self._tried.get(name, 0) < FIRST_TRIES_MS:
                continue
            last = await self._lists.listed_ms(name)
            if last is not None and now - last < EVERY_MS:
                continue
            self._tried[name] = now
            try:
                await self.refresh(name)
            except StoreDown:
                raise
            except WaslError as error:
                log.warning("the platform's list of templates could not be read", channel=name, why=error.message)

    async def heed(self) -> None:
        """Keeps what platforms told of single templates. Raises StoreDown."""
        await self._lists.gather(self._news, now_ms=self._clock.now_ms())

    async def refused(self, outgoing: Outgoing, error: WaslError) -> None:
        """Keeps what the refusal of a send says of its template. Raises StoreDown."""
        channel = self._channels.get(outgoing.address.key.channel)
        part = next((one for one in outgoing.parts if isinstance(one, Template)), None)
        code = error.facts.get("code")
        if part is None or not isinstance(channel, Templates) or not isinstance(code, int):
            return
        status = channel.refusal_of(code)
        if status is not None:
            told = ListedTemplate(name=part.name, language=part.language, status=status, told_ms=self._clock.now_ms(), listed=False)
            await self._lists.tell(channel.name, told)

    def _news(self, channel: str, kind: str, detail: Mapping[str, Any]) -> ListedTemplate | None:
        made = self._channels.get(channel)
        return made.template_news(kind, detail) if isinstance(made, Templates) else None


def _taken(chosen: Approved, told: ListedTemplate) -> Approved | None:
    """Gives a template of the settings as the platform knows it; None where it may not be sent, or cannot carry an answer."""
    if told.status != APPROVED or (told.listed and not told.carries):
        return None
    if not told.listed:
        return chosen if chosen.language else None
    most = min(chosen.characters_max, told.characters_max)
    return Approved(name=told.name, language=told.language, category=told.category or chosen.category, characters_max=most)


def _asked(channel: Templates, after: str | None) -> Any:
    reply = yield channel.templates(after)
    return reply
