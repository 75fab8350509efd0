"""Joining and parting channels on the visitor's page: a code for elsewhere, a code from elsewhere, and what is joined now."""

import io
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from wasl.domain.days import DAY_MS
from wasl.domain.errors import Refused, Throttled
from wasl.domain.identity import UNDO_DAYS, Identity, LinkRecord, PersonView
from wasl.domain.ids import ConversationId
from wasl.ports.bus import conversation_topic
from wasl.service.link import PARTED_KIND, Links, parted_hash
from wasl.service.live import STORED
from wasl.service.prove_address import HANDLE_CHARACTERS_MAX, ProveAddress, lacking
from wasl.web.faces import Faces, answer_json
from wasl.web.files import read_capped
from wasl.web.pacing import Pacing
from wasl.web.visiting import NotYours, Settled, Visit, Visits
from wasl.wire import read
from wasl.wire.link_code import looks_like_key

BODY_BYTES_MAX = 16 << 10
CODE_CHARACTERS_MAX = 64


class Joining:
    """What visitors do about their channels."""

    def __init__(self, faces: Faces, *, visits: Visits, links: Links, prove: ProveAddress | None = None) -> None:
        self._faces = faces
        self._visits = visits
        self._links = links
        self._prove = prove
        self._offers = Pacing(seconds_each=20.0, burst=6)
        self._proofs = Pacing(seconds_each=120.0, burst=4)
        self._looks = Pacing(seconds_each=10.0, burst=8)

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes."""
        app.add_route("/my/links", self.show, methods=["GET"])
        app.add_route("/my/links", self.join, methods=["POST"])
        app.add_route("/my/links/offer", self.offer, methods=["POST"])
        app.add_route("/my/links/look", self.look, methods=["POST"])
        app.add_route("/my/links/prove", self.proof, methods=["GET"])
        app.add_route("/my/links/prove", self.prove, methods=["POST"])
        app.add_route("/my/links/{link}/part", self.part, methods=["POST"])
        app.add_route("/my/links/{link}/undo", self.undo, methods=["POST"])

    async def show(self, request: Request) -> Response:
        """Tells what is joined to the visitor, and what was parted and may be joined again."""
        visit = await self._visits.visit(request)
        view = await self._visits.person(visit)
        if view is None:
            return answer_json({"identities": [], "ended": []})
        now = self._faces.clock.now_ms()
        ended = [
            await self._ended(link, visit) for link in view.links if link.ended_ms is not None and link.ended_ms > now - UNDO_DAYS * DAY_MS
        ]
        return answer_json({"identities": [_identity(i, view, visit) for i in view.identities], "ended": [e for e in ended if e]})

    async def _ended(self, link: LinkRecord, visit: Visit) -> Mapping[str, Any] | None:
        if (link.one in visit.own) == (link.other in visit.own) or not await self._may_undo(link, visit):
            return None
        other = link.other if link.one in visit.own else link.one
        addresses = await self._faces.store.addresses(other)
        return {"link": link.id, "channel": addresses[0].key.channel if addresses else None, "ended": link.ended_ms}

    async def offer(self, request: Request) -> Response:
        """Makes a code for another channel, with the ways to bring it there and a square to scan."""
        visit = await self._visits.settled(request)
        if refused := self._paced(self._offers, visit.address.handle):
            return refused
        offer = await self._links.offer(visit.home, language=self._faces.language(request).code)
        url = f"{self._faces.address(request)}/me/link?code={offer.code}"
        ways = [{"channel": w.channel, "url": w.url, "text": w.text} for w in offer.ways]
        return answer_json({"code": offer.code, "expires": offer.expires_ms, "ways": ways, "url": url, "qr": qr_svg(url)})

    async def look(self, request: Request) -> Response:
        """Tells what a code would join, so that the person can say yes to it."""
        visit, code = await self._coded(request)
        if refused := self._paced(self._looks, *_lookers(request, visit, code)):
            return refused
        found = await self._links.look(code, home=visit.home)
        told = {"channel": found.channel, "name": found.name, "messages": found.messages, "chats": found.chats, "since": found.since_ms}
        language = self._faces.language(request).code
        places = [f"{self._links.title(channel, language=language)} \u2066{handle}\u2069" for channel, handle in found.places]
        return answer_json({**told, "places": places})

    async def join(self, request: Request) -> Response:
        """Joins what a code stands for to the visitor's own."""
        visit, code = await self._coded(request)
        if refused := self._paced(self._looks, *_lookers(request, visit, code)):
            return refused
        link = await self._links.join(code, home=visit.home)
        self._tell(link, *visit.own)
        await self._say(visit, link, "linked_there")
        return answer_json({"link": link.id}, status=201)

    async def proof(self, request: Request) -> Response:
        """Tells which channels are closed, and to which kinds of handle a code can be brought that proves an old address there."""
        await self._visits.visit(request)
        if self._prove is None:
            return answer_json({"channels": [], "ways": []})
        lost = sorted({plan.channel for plan in await self._prove.closed()})
        language = self._faces.language(request)
        titles = self._faces.titles(language)
        channels = [titles.get(channel) or self._links.title(channel, language=language.code) for channel in lost]
        return answer_json({"channels": channels, "ways": self._prove.ways(lost)})

    async def prove(self, request: Request) -> Response:
        """Has a code brought to where somebody wrote from; the answer is the same whether or not anybody did."""
        visit = await self._visits.settled(request)
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my links")
        handle = (read.text(body, "handle") or "")[: HANDLE_CHARACTERS_MAX + 1]
        if self._prove is None:
            raise NotYours
        if refused := self._paced(self._proofs, visit.address.handle, request.client.host if request.client else ""):
            return refused
        try:
            kind = await self._prove.ask(handle, home=visit.home, language=self._faces.language(request).code)
        except Throttled as held:
            return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(held.seconds or 60) + 1)})
        except Refused as refused_:
            return answer_json({"error": lacking(refused_)}, status=422)
        return answer_json({"kind": kind}, status=202)

    async def part(self, request: Request) -> Response:
        """Parts a channel again: each keeps its own messages."""
        visit = await self._visits.settled(request)
        found = await self._link(visit, request.path_params["link"])
        ended = await self._links.part(found.id, by="person", home=visit.home)
        self._tell(ended, *visit.own)
        await self._say(visit, ended, "unlinked_there")
        return answer_json({"link": ended.id})

    async def undo(self, request: Request) -> Response:
        """Joins again what the visitor parted."""
        visit = await self._visits.settled(request)
        found = await self._link(visit, request.path_params["link"])
        if not await self._may_undo(found, visit):
            raise NotYours
        opened = await self._links.rejoin(found.id, by="person")
        self._tell(opened, *visit.own)
        await self._say(visit, opened, "linked_there")
        return answer_json({"link": opened.id})

    async def _coded(self, request: Request) -> tuple[Settled, str]:
        visit = await self._visits.settled(request)
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my links")
        code = (read.text(body, "code") or "").strip()
        if not code or len(code) > CODE_CHARACTERS_MAX:
            raise Refused("the code is missing or too long", code="code_wrong")
        return visit, code

    async def _link(self, visit: Visit, link_id: str) -> LinkRecord:
        view = await self._visits.person(visit)
        found = next((link for link in view.links if link.id == link_id), None) if view else None
        if found is None or not {found.one, found.other} & set(visit.own):
            raise NotYours
        return found

    async def _may_undo(self, link: LinkRecord, visit: Visit) -> bool:
        """Says whether the side that asks is the side that parted."""
        now = self._faces.clock.now_ms()
        for conversation in visit.own:
            if await self._faces.store.find_token(kind=PARTED_KIND, sha256=parted_hash(link.id, conversation), now_ms=now):
                return True
        return False

    def _paced(self, pacing: Pacing, *keys: str) -> Response | None:
        now = self._faces.clock.monotonic()
        wait = max((pacing.wait_seconds(key, now=now) for key in keys if key), default=0.0)
        return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)}) if wait else None

    async def _say(self, visit: Visit, link: LinkRecord, words: str) -> None:
        """Tells the other side what was done here, so that whoever did not want it can undo it; an open page shows it by itself."""
        other = link.other if link.one == visit.home else link.one
        if any(a.key.channel == visit.address.channel for a in await self._faces.store.addresses(other)):
            return
        await self._links.tell(other, words, channel=visit.address.channel)

    def _tell(self, link: LinkRecord, *own: ConversationId) -> None:
        """Lets every open page of both sides read its history anew."""
        for conversation in {link.one, link.other, *own}:
            self._faces.bus.publish(conversation_topic(conversation), STORED)


def _lookers(request: Request, visit: Settled, code: str) -> tuple[str, ...]:
    """Names who is made to wait between two codes. A personal key is nothing to guess, and when a channel closes the people of a whole
    town may come with theirs from one address of a mobile network."""
    host = request.client.host if request.client and not looks_like_key(code) else ""
    return visit.address.handle, host


def qr_svg(text: str) -> str:
    """Draws a text as a square to scan: plain SVG, one path."""
    import segno  # late: only who links a second channel sees a square

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=1, nl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


def _identity(identity: Identity, view: PersonView, visit: Visit) -> dict[str, Any]:
    links = [link for link in view.links if link.ended_ms is None and identity.conversation_id in (link.one, link.other)]
    newest = next((a for a in identity.addresses if a.valid_to_ms is None), None)
    return {
        "conversation": identity.conversation_id,
        "channel": newest.key.channel if newest else None,
        "name": newest.name if newest else None,
        "messages": identity.messages,
        "chats": identity.chats,
        "first": identity.first_ms,
        "here": identity.conversation_id == visit.home,
        "link": links[0].id if links else None,
    }
