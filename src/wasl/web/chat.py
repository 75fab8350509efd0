"""The chat: page, widget frame, messages, live word, files. A visitor is who the signed token says, in every request."""

import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import quote, unquote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.errors import TooLarge
from wasl.domain.ids import ConversationId
from wasl.domain.message import Media
from wasl.domain.person import AddressKey
from wasl.domain.turn import StoredMessage
from wasl.ports.channel import Visited
from wasl.ports.store import Accepted
from wasl.service.live import Live
from wasl.web.auth import is_secure, set_visitor, visitor_token
from wasl.web.events import BEAT, beats, frame
from wasl.web.faces import Faces, answer_json
from wasl.web.files import file_response, read_capped
from wasl.web.languages import page_words
from wasl.web.mine import frame_options
from wasl.web.pacing import Pacing
from wasl.web.render import message_json
from wasl.web.sniff import SNIFF_BYTES, sniff
from wasl.web.timeline import Changed, Ready, Silent, Timeline, cursor_of
from wasl.web.visiting import Visits, arrival_topic
from wasl.web.words import CHAT, TRIAL
from wasl.wire.call import Call

PAGE_MESSAGES = 30
NAME_MAX = 200
TELLABLE = frozenset({"queued", "sending", "unknown", "sent", "delivered"})
"""States of a delivery that a page may still move forward by telling that it was read."""


class Chat:
    """The pages and requests of visitors."""

    def __init__(self, faces: Faces, channel: Visited, *, name: str, visits: Visits) -> None:
        self._faces = faces
        self._channel = channel
        self._name = name
        self._visits = visits
        limits = faces.channels[name].limits
        self._body_bytes_max = limits.body_bytes_max
        self._text_max = limits.text_max
        self._upload_bytes_max = min(faces.settings.server.upload_bytes_max, max(limits.media_bytes_max.values(), default=0))
        self._message_pacing = Pacing(seconds_each=1.0, burst=40)
        self._upload_pacing = Pacing(seconds_each=3.0, burst=20)
        self._timeline = Timeline(store=faces.store, bus=faces.bus, people=faces.people)

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes."""
        app.add_route("/", self.show, methods=["GET"])
        app.add_route("/widget", self.show_frame, methods=["GET"])
        app.add_route("/widget.js", self.loader, methods=["GET"])
        app.add_route("/chat/messages", self.messages, methods=["GET"])
        app.add_route("/chat/messages", self.take, methods=["POST"])
        app.add_route("/chat/events", self.events, methods=["GET"])
        app.add_route("/chat/uploads", self.upload, methods=["POST"])
        app.add_route("/chat/files/{sha256}", self.download, methods=["GET"])

    # -- pages
    async def show(self, request: Request) -> Response:
        """Shows the chat to a visitor, who is known again by the cookie."""
        token, fresh = await visitor_token(request, channel=self._channel, clock=self._faces.clock, store=self._faces.store)
        response = self._page(request, token=token, frames="'none'", embedded=False, site="", colour="")
        if fresh or "lang" in request.query_params:
            secure = is_secure(request, public_url=self._faces.settings.server.public_url)
            set_visitor(response, token, secure=secure)
        return response

    async def show_frame(self, request: Request) -> Response:
        """Shows the chat inside another site's page; there the script keeps the token, because cookies are not sent."""
        sites = self._channel.welcome.sites
        site, colour = frame_options(request, embedded=True)
        return self._page(
            request,
            token=self._channel.admit(self._faces.clock.new_id()),
            frames=" ".join(sites) if sites else "*",
            embedded=True,
            site=site,
            colour=colour,
        )

    async def loader(self, request: Request) -> Response:
        """Gives the script that another site's page includes in one line."""
        language = self._faces.language(request)
        return Response(
            self._faces.assets.text("widget.js"),
            headers={
                "content-type": "text/javascript; charset=utf-8",
                "content-language": language.code,
                "cache-control": "public, max-age=3600",
                "access-control-allow-origin": "*",
                "cross-origin-resource-policy": "cross-origin",
                "x-content-type-options": "nosniff",
            },
        )

    def _page(self, request: Request, *, token: str, frames: str, embedded: bool, site: str, colour: str) -> Response:
        faces, welcome = self._faces, self._channel.welcome
        language = faces.language(request)
        title = (request.query_params.get("title", "")[:60] if embedded else "") or faces.title(language)
        return faces.page(
            request,
            "chat.html",
            frames=frames,
            name=title,
            visitor=token,
            embedded=embedded,
            known=embedded and bool(request.query_params.get("known")),
            mine_address=_mine_address(request, embedded=embedded) if faces.people is not None else "",
            site=site,
            colour=colour,
            greeting=welcome.greeting.get(language.code, ""),
            examples=welcome.examples.get(language.code, ()) or ([language.say(t) for t in TRIAL] if faces.settings.on_trial else ()),
            text_max=self._text_max,
            upload_bytes_max=self._upload_bytes_max,
            words={**page_words(language, CHAT), "answerers": faces.answerers(language)},
        )

    # -- messages
    async def messages(self, request: Request) -> Response:
        """Gives the newest messages, or those before one, oldest first; and the cursor from which the live stream goes on."""
        address = await self._visitor(request)
        found = await self._faces.store.find_address(address)
        if found is None:
            return answer_json({"messages": [], "more": False, "cursor": "", "linked": False})
        own = await self._timeline.own(found[1])
        cursor = cursor_of(await self._timeline.newest(own))  # read first: what is stored meanwhile comes by the stream
        some = await self._timeline.page(own, before=request.query_params.get("before", "")[:64], limit=PAGE_MESSAGES + 1)
        shown = some[-PAGE_MESSAGES:]
        channels = await self._channels(own)
        messages = [await self._json(m, address, channels) for m in shown]
        return answer_json({"messages": messages, "more": len(some) > len(shown), "cursor": cursor, "linked": len(own) > 1})

    async def take(self, request: Request) -> Response:
        """Takes a message or receipts: answers only after they are committed."""
        faces = self._faces
        address = await self._visitor(request)
        wait = self._message_pacing.wait_seconds(address.handle, now=faces.clock.monotonic())
        if wait:
            return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)})
        body = await read_capped(request, bytes_max=self._body_bytes_max)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(method="POST", url=str(request.url), headers=headers, body=body, path=request.url.path)
        call = self._channel.stamp(call, at_ms=faces.clock.now_ms())
        channel = faces.channels[self._name]
        channel.verify(call)
        events = channel.parse(call)
        outcomes = await faces.receive.events(self._name, raw=body, events=events)
        accepted = [o for o in outcomes if isinstance(o, Accepted)]
        if any(o.seq == 1 for o in accepted):
            faces.bus.publish(arrival_topic(address))
        return answer_json({"messages": [{"id": o.message_id, "seq": o.seq} for o in accepted]})

    async def events(self, request: Request) -> Response:
        """Opens the live stream: first everything after the cursor that the page has, then what comes."""
        last = request.headers.get("last-event-id", "") or request.query_params.get("after", "0")
        return self._faces.streams.answer(self._frames(request, await self._visitor(request), cursor=last))

    async def _frames(self, request: Request, address: AddressKey, *, cursor: str) -> AsyncIterator[bytes]:
        found = await self._faces.store.find_address(address)
        if found is None:
            yield frame("ready", {})
            async with self._faces.bus.subscribe(arrival_topic(address)) as words:
                found = await self._faces.store.find_address(address)
                async for _ in beats(words):
                    found = found or await self._faces.store.find_address(address)
                    if found:
                        break
                    yield BEAT
            if found is None:
                return
        async for data in self._conversation(request, found[1], address, cursor=cursor):
            yield data

    async def _conversation(self, request: Request, home: ConversationId, address: AddressKey, *, cursor: str) -> AsyncIterator[bytes]:
        channels: Mapping[ConversationId, str] = {}
        async for told in self._timeline.follow(home, cursor=cursor, allowed=lambda: self._visits.still(request)):
            match told:
                case Live():
                    yield frame(told.kind, {"turn": told.turn, "at": told.at, "text": told.text})
                case Ready():
                    yield frame("ready", {})
                case Silent():
                    yield BEAT
                case Changed():
                    channels = {}
                    yield frame("changed", {})
                case _:
                    if told.conversation_id not in channels:
                        channels = await self._channels(await self._timeline.own(home))
                    yield frame("message", await self._json(told, address, channels), seq=told.seq)

    async def _channels(self, own: Sequence[ConversationId]) -> Mapping[ConversationId, str]:
        """Gives the channel of each conversation where there are several, so that the page can tell them apart."""
        return await self._timeline.channels(own) if len(own) > 1 else dict.fromkeys(own, "")

    async def _json(self, message: StoredMessage, address: AddressKey, channels: Mapping[ConversationId, str]) -> dict[str, object]:
        tags: list[str] = []
        if message.author != "person" and message.delivery in TELLABLE:
            deliveries = await self._faces.store.deliveries(message.id)
            tags = [str(d["id"]) for d in deliveries if d["channel"] == self._name and d["state"] in TELLABLE]

        def file_url(media: Media) -> str | None:
            if not media.sha256:
                return None
            ticket = self._channel.ticket(visitor=address.handle, sha256=media.sha256)
            return f"/chat/files/{media.sha256}?ticket={ticket}&name={quote(media.name or '')}"

        shown = message_json(message, file_url=file_url, tags=tags)
        return {**shown, "conversation": message.conversation_id, "channel": channels.get(message.conversation_id) or None}

    # -- files
    async def upload(self, request: Request) -> Response:
        """Keeps a file for a message that is yet to be posted; its kind is read from its bytes."""
        faces = self._faces
        address = await self._visitor(request)
        wait = self._upload_pacing.wait_seconds(address.handle, now=faces.clock.monotonic())
        if wait:
            return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)})
        name = _clean_name(unquote(request.headers.get("x-wasl-name", "")))
        body = await read_capped(request, bytes_max=self._upload_bytes_max)
        kind = sniff(body[:SNIFF_BYTES], name=name)
        if kind is None:
            return answer_json({"error": "kind", "message": f"{name!r} is of a kind that is not taken"}, status=415)
        cap = faces.channels[self._name].limits.media_bytes_max.get(kind.role, 0)
        if len(body) > cap:
            raise TooLarge(f"{name!r} has {len(body)} bytes; a {kind.role} may have {cap}")
        sha256 = await faces.blobs.put(body)
        ticket = self._channel.ticket(visitor=address.handle, sha256=sha256)
        kept = {"sha256": sha256, "ticket": ticket, "name": name, "type": kind.media_type, "role": kind.role, "size": len(body)}
        return answer_json(kept, status=201)

    async def download(self, request: Request) -> Response:
        """Gives a file to the visitor whose ticket names it."""
        address, sha256 = await self._visitor(request), request.path_params["sha256"]
        ticket, name = request.query_params.get("ticket", ""), request.query_params.get("name", "")
        if not hmac.compare_digest(ticket.encode(), self._channel.ticket(visitor=address.handle, sha256=sha256).encode()):
            return answer_json({"error": "forged"}, status=403)
        return await file_response(self._faces.blobs, sha256=sha256, name=_clean_name(name))

    async def _visitor(self, request: Request) -> AddressKey:
        return await self._visits.address(request)


def redirect_home(request: Request) -> Response:
    """Leads old and guessed addresses to the chat."""
    return RedirectResponse("/", status_code=308)


def _mine_address(request: Request, *, embedded: bool) -> str:
    """Gives the address of the visitor's own pages; inside a frame they need to know what the frame knows."""
    kept = {k: v for k in ("lang", "site", "colour", "title", "known") if embedded and (v := request.query_params.get(k))}
    return f"{'/widget' if embedded else ''}/me{'?' + urlencode(kept) if kept else ''}"


def _clean_name(name: str) -> str:
    kept = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return kept.strip()[:NAME_MAX]
