"""Who visits: the signed token in every request, and the conversations that are theirs. Nothing else may be read in their name."""

import hmac
from dataclasses import dataclass

from starlette.requests import Request

from wasl.domain.errors import Forged, Refused
from wasl.domain.identity import PersonView
from wasl.domain.ids import ConversationId
from wasl.domain.person import AddressKey
from wasl.ports.bus import conversation_topic
from wasl.ports.channel import VISITOR_HEADER, Visited
from wasl.ports.library import HeldChat, Import
from wasl.web.auth import is_signed_out
from wasl.web.faces import Faces
from wasl.web.homes import home_of
from wasl.web.timeline import Timeline


class NotYours(Refused):
    """There is no such thing among what is yours."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, code="not_yours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visitor: `home` is the conversation of the address, None before anything was said; `own` are all of the person's."""

    address: AddressKey
    home: ConversationId | None
    own: tuple[ConversationId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Visit):
    """A visitor who has a conversation."""

    home: ConversationId


def arrival_topic(address: AddressKey) -> str:
    """Names the topic on which it is told that an address has a conversation now."""
    return conversation_topic(f"first/{address.handle}")


class Visits:
    """Finds out who asks."""

    def __init__(self, faces: Faces, channel: Visited) -> None:
        self._faces = faces
        self._channel = channel
        self._timeline = Timeline(store=faces.store, bus=faces.bus, people=faces.people)

    async def address(self, request: Request) -> AddressKey:
        """Gives the visitor's address. Raises Forged for a token that is not ours or that was signed out."""
        token, now = request.headers.get(VISITOR_HEADER, ""), self._faces.clock.now_ms()
        address = self._channel.visitor(token, at_ms=now)
        if await is_signed_out(self._faces.store, token=token, handle=address.handle, now_ms=now):
            raise Forged("this browser was signed out; open the page again")
        return address

    async def still(self, request: Request) -> bool:
        """Says whether the visitor of a request that goes on for long is still who they were: not signed out, nor too late."""
        try:
            await self.address(request)
        except Forged:
            return False
        return True

    def for_ever(self, request: Request) -> bool:
        """Says whether the token is one that browsers keep, not one that is good for a while in a customer's name."""
        token = request.headers.get(VISITOR_HEADER, "")
        return hmac.compare_digest(token.encode(), self._channel.admit(self._channel.visitor(token).handle).encode())

    async def visit(self, request: Request) -> Visit:
        """Gives the visitor with their conversations. Raises Forged."""
        address = await self.address(request)
        found = await self._faces.store.find_address(address)
        if found is None:
            return Visit(address=address, home=None)
        return Visit(address=address, home=found[1], own=await self._timeline.own(found[1]))

    async def settled(self, request: Request) -> "Settled":
        """Gives the visitor with a conversation of their own, made where nothing was said yet. Raises Forged."""
        visit = await self.visit(request)
        home = visit.home
        if home is None:
            assert self._faces.people is not None
            home = await home_of(visit.address, store=self._faces.store, people=self._faces.people, clock=self._faces.clock)
            self._faces.bus.publish(arrival_topic(visit.address))
        return Settled(address=visit.address, home=home, own=visit.own or (home,))

    async def person(self, visit: Visit) -> PersonView | None:
        """Gives who the visitor is; None for somebody who has nothing yet."""
        if self._faces.people is None or visit.home is None:
            return None
        person_id = await self._faces.people.person_of(visit.home)
        return await self._faces.people.view(person_id) if person_id else None

    async def chat(self, visit: Visit, chat_id: str) -> HeldChat:
        """Gives an imported chat of the visitor's. Raises NotYours, whether it is somebody else's or nobody's."""
        assert self._faces.library is not None
        held = await self._faces.library.find_chat(chat_id)
        if held is None or held.owner not in visit.own:
            raise NotYours
        return held

    async def found_import(self, visit: Visit, import_id: str) -> Import:
        """Gives an import of the visitor's. Raises NotYours."""
        assert self._faces.library is not None
        held = await self._faces.library.find_import(import_id)
        if held is None or held.owner not in visit.own:
            raise NotYours
        return held
