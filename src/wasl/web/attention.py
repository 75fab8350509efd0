"""What needs the operator: people who wait for a human, and signs of trouble with platforms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.handoff import Handoff
from wasl.domain.ids import ConversationId
from wasl.domain.listing import APPROVED
from wasl.domain.trouble import Trouble
from wasl.ports.templates import KeepsTemplates
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.languages import Language
from wasl.web.words import TEMPLATE_STATUSES, WHY

LISTED = 100
PAST_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What every page of the console says: how many wait for a human, and which troubles are open."""

    waiting: int
    troubles: Sequence[Trouble]
    troubled: Sequence[str]
    """Titles of the channels that show them."""

    @property
    def count(self) -> int:
        """The figure beside the entry."""
        return self.waiting + len(self.troubles)


async def needs(faces: Faces, language: Language) -> Needs:
    """Reads what needs the operator now."""
    troubles = await faces.store.troubles.open()
    names = dict.fromkeys(one.channel for one in troubles)
    titles = faces.titles(language)
    troubled = [titles.get(name, name) for name in names]
    return Needs(waiting=await faces.store.standings.waiting(), troubles=troubles, troubled=troubled)


class Attention:
    """The page of what needs the operator, and what they do about it."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/attention", "GET", self.attention),
            ("/troubles/{trouble}/clear", "POST", self.clear),
            ("/conversations/{conversation}/take", "POST", self.take),
            ("/conversations/{conversation}/give-back", "POST", self.give_back),
        )

    async def attention(self, request: Request, operator: Operator) -> Response:
        """Lists who waits for a human, who is with one, and what platforms signalled."""
        store, language = self._faces.store, self._faces.language(request)
        titles = self._faces.titles(language)
        opened = [await self._row(h) for h in await store.standings.handoffs(limit=LISTED)]
        return self._faces.page(
            request,
            "attention.html",
            operator=operator,
            here="attention",
            titles=titles,
            handoffs=opened,
            ended=[await self._row(h) for h in await store.standings.handoffs(limit=PAST_LISTED, ended=True)],
            troubles=await store.troubles.open(),
            past=await store.troubles.past(limit=PAST_LISTED),
            on_trouble=self._faces.settings.alarms.on_trouble,
            why=WHY,
            listed=await self._listed(titles),
            statuses=TEMPLATE_STATUSES,
            now=self._faces.clock.now_ms(),
        )

    async def clear(self, request: Request, operator: Operator) -> Response:
        """Clears a trouble: its channel is as before."""
        now = self._faces.clock.now_ms()
        await self._faces.store.troubles.clear(request.path_params["trouble"], by=operator.name, now_ms=now)
        return RedirectResponse("/console/attention", status_code=303)

    async def take(self, request: Request, operator: Operator) -> Response:
        """Takes a conversation into the operator's hands."""
        conversation = ConversationId(request.path_params["conversation"])
        addresses = await self._faces.store.addresses(conversation)
        if addresses and self._faces.hand_over is not None:
            await self._faces.hand_over.take(conversation, channel=addresses[0].key.channel, by=operator.name)
        return self._to(conversation)

    async def give_back(self, request: Request, operator: Operator) -> Response:
        """Gives a conversation back to the assistant."""
        conversation = ConversationId(request.path_params["conversation"])
        if self._faces.hand_over is not None:
            await self._faces.hand_over.give_back(conversation, by="operator")
        return self._to(conversation)

    # -- beside
    async def _listed(self, titles: Mapping[str, str]) -> list[dict[str, Any]]:
        """Gives what platforms say of templates, those that they do not approve first."""
        store = self._faces.store
        known = await store.templates.listed() if isinstance(store, KeepsTemplates) else {}
        told = [(one.status == APPROVED, titles.get(channel, channel), one) for channel, listed in known.items() for one in listed]
        return [{"channel": title, "told": one} for _, title, one in sorted(told, key=lambda row: row[0])[:LISTED]]

    def _to(self, conversation: ConversationId) -> Response:
        return RedirectResponse(f"/console/conversations/{quote(conversation)}", status_code=303)

    async def _row(self, handoff: Handoff) -> dict[str, Any]:
        addresses = await self._faces.store.addresses(handoff.conversation_id)
        return {"handoff": handoff, "name": addresses[0].name if addresses else None}
