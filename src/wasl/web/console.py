"""The operator's console: who has written, one conversation live with the fate of every message, how the work stands."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
from asgi_csrf import asgi_csrf  # type: ignore[import-untyped]  # ships no types
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wasl.domain.errors import Malformed
from wasl.domain.handoff import Handoff
from wasl.domain.ids import ConversationId, DeliveryId, MessageId
from wasl.domain.message import Media, Text
from wasl.domain.turn import ConversationSummary, NewDelivery, NewMessage, StoredMessage
from wasl.ports.bus import WORK, conversation_topic
from wasl.service.live import STORED, decode
from wasl.service.login import close_session, open_session
from wasl.web.attention import Attention, needs
from wasl.web.auth import SESSION_COOKIE, Operator, is_secure, operator_of, set_session
from wasl.web.cost import CostPages
from wasl.web.desk import Desk, Page
from wasl.web.drills import DrillPages
from wasl.web.errors import add_error_answers
from wasl.web.events import BEAT, beats, frame
from wasl.web.exposing import Exposing
from wasl.web.faces import Faces, answer_json
from wasl.web.files import file_response, read_capped, read_form
from wasl.web.languages import page_words
from wasl.web.models import ModelPages
from wasl.web.overview import overview
from wasl.web.proof import Proof
from wasl.web.render import message_json
from wasl.web.rulebook import RulesPage
from wasl.web.scope import ScopePage
from wasl.web.sunsets import SunsetPages
from wasl.web.terms import TermsPages
from wasl.web.why import WhyPage
from wasl.web.words import CONSOLE
from wasl.wire import markup, read

LISTED = 60
PAGE_MESSAGES = 50
MARKED = 50
"""Newest messages whose marks are kept fresh on an open page."""
LIST_SECONDS = 2.0
"""How often a list is read again when nobody announced anything: the announcement may come from another process."""
FORM_BYTES_MAX = 64 << 10
_FORM_TYPES = (b"application/x-www-form-urlencoded", b"application/json")


class Console:
    """The pages and requests of operators."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes; every one but the login asks for an operator first."""
        app.add_route("/login", self.login, methods=["GET", "POST"])
        for path, method, page in (
            ("/", "GET", self.overview),
            ("/logout", "POST", self.logout),
            ("/conversations", "GET", self.conversations),
            ("/conversations/events", "GET", self.list_events),
            ("/conversations/earlier", "GET", self.earlier),
            ("/conversations/{conversation}", "GET", self.conversation),
            ("/conversations/{conversation}/messages", "GET", self.messages),
            ("/conversations/{conversation}/messages", "POST", self.say),
            ("/conversations/{conversation}/events", "GET", self.events),
            ("/files/{sha256}", "GET", self.file),
        ):
            app.add_route(path, self._guarded(page), methods=[method])
        if self._faces.reckon is not None:
            for address, verb, shown in CostPages(self._faces, reckon=self._faces.reckon).rows():
                app.add_route(address, self._guarded(shown), methods=[verb])
        if self._faces.learn_purpose is not None:
            for address, verb, shown in ScopePage(self._faces, learnt=self._faces.learn_purpose).rows():
                app.add_route(address, self._guarded(shown), methods=[verb])
        if self._faces.watching is not None:
            for address, verb, shown in TermsPages(self._faces, watching=self._faces.watching).rows():
                app.add_route(address, self._guarded(shown), methods=[verb])
        faces = self._faces
        plans = SunsetPages(faces, planner=faces.planner).rows() if faces.planner else ()
        leaving = Exposing(faces, expose=faces.expose).rows() if faces.expose else ()
        models = ModelPages(faces, trials=faces.begin_trial).rows() if faces.begin_trial else ()
        drills = DrillPages(faces, begin=faces.begin_drill).rows() if faces.begin_drill else ()
        for address, verb, shown in (
            *Attention(self._faces).rows(),
            *RulesPage(self._faces).rows(),
            *WhyPage(self._faces).rows(),
            *leaving,
            *drills,
            *plans,
            *models,
        ):
            app.add_route(address, self._guarded(shown), methods=[verb])
        if self._faces.people is not None:
            for address, verb, shown in Desk(self._faces).rows():
                app.add_route(address, self._guarded(shown), methods=[verb])
        if self._faces.figures is not None:
            for address, verb, shown in Proof(self._faces).rows():
                app.add_route(address, self._guarded(shown), methods=[verb])

    def _guarded(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            operator = await operator_of(request, store=self._faces.store, clock=self._faces.clock)
            if operator is not None:
                if "text/html" in request.headers.get("accept", ""):
                    # what every page says above its own words
                    request.state.attention = await needs(self._faces, self._faces.language(request))
                return await page(request, operator)
            if "text/html" not in request.headers.get("accept", ""):
                return answer_json({"error": "login"}, status=401)
            return self._faces.page(request, "login.html", status=401, token="", spent=False)

        return guarded

    # -- who
    async def login(self, request: Request) -> Response:
        """Shows the button (a link that is only previewed is not used up), then opens the session."""
        faces = self._faces
        if request.method == "GET":
            if await operator_of(request, store=faces.store, clock=faces.clock):
                return RedirectResponse("/console/", status_code=303)
            return faces.page(request, "login.html", token=request.query_params.get("token", ""), spent=False)
        form = await read_form(request, bytes_max=FORM_BYTES_MAX)
        session = await open_session(faces.store, link=form.get("token", [""])[0], now_ms=faces.clock.now_ms())
        if session is None:
            return faces.page(request, "login.html", status=403, token="", spent=True)
        response = RedirectResponse("/console/", status_code=303)
        set_session(response, session, secure=is_secure(request, public_url=faces.settings.server.public_url))
        return response

    async def logout(self, request: Request, operator: Operator) -> Response:
        """Ends the session."""
        await close_session(self._faces.store, session=operator.session)
        response = RedirectResponse("/console/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE, path="/console")
        return response

    # -- pages
    async def overview(self, request: Request, operator: Operator) -> Response:
        """Shows how everything stands."""
        shown = await overview(self._faces, self._faces.language(request))
        return self._faces.page(request, "overview.html", operator=operator, here="overview", **shown)

    async def conversations(self, request: Request, operator: Operator) -> Response:
        """Lists conversations."""
        return self._desk(request, operator, conversation="", person="", handoff=None)

    async def conversation(self, request: Request, operator: Operator) -> Response:
        """Shows one conversation beside the list."""
        conversation = ConversationId(request.path_params["conversation"])
        addresses = await self._faces.store.addresses(conversation)
        if not addresses:
            say = self._faces.language(request).say
            return self._faces.notice(
                request,
                status=404,
                head=say("There is no such conversation"),
                text=say("It may have been removed, or the address is misspelt."),
            )
        handoff = await self._faces.store.standings.open_handoff(conversation)
        return self._desk(request, operator, conversation=conversation, person=addresses[0].name or "", handoff=handoff)

    def _desk(self, request: Request, operator: Operator, *, conversation: str, person: str, handoff: Handoff | None) -> Response:
        language = self._faces.language(request)
        titles = self._faces.titles(language)
        return self._faces.page(
            request,
            "conversations.html",
            operator=operator,
            here="conversations",
            conversation=conversation,
            person=person,
            handoff=handoff,
            hands=self._faces.hand_over is not None,
            listed=LISTED,
            words={**page_words(language, CONSOLE), "channels": titles, "answerers": self._faces.answerers(language)},
        )

    # -- the list, live
    async def list_events(self, request: Request, operator: Operator) -> Response:
        """Opens the live list."""
        return self._faces.streams.answer(self._lists())

    async def _lists(self) -> AsyncIterator[bytes]:
        shown = b""
        async with self._faces.bus.subscribe(WORK) as words:
            silent_seconds = 0.0
            rows = await self._rows()
            shown = _fingerprint(rows)
            yield frame("list", rows)
            async for word in beats(words, seconds=LIST_SECONDS):
                rows = await self._rows()
                if (fresh := _fingerprint(rows)) != shown:
                    shown, silent_seconds = fresh, 0.0
                    yield frame("list", rows)
                elif word is None:
                    silent_seconds += LIST_SECONDS
                    if silent_seconds >= 16.0:
                        silent_seconds = 0.0
                        yield BEAT

    async def earlier(self, request: Request, operator: Operator) -> Response:
        """Gives the conversations whose last word is not after a time, newest first; those of that very time come again."""
        before = request.query_params.get("before", "")
        until = int(before) if before.isdigit() and len(before) < 16 else 0
        some = await self._faces.store.conversations(limit=LISTED + 1, before_ms=until + 1)
        return answer_json({"rows": [_row(c) for c in some[:LISTED]], "more": len(some) > LISTED})

    async def _rows(self) -> list[dict[str, object]]:
        return [_row(c) for c in await self._faces.store.conversations(limit=LISTED)]

    # -- one conversation, live
    async def messages(self, request: Request, operator: Operator) -> Response:
        """Gives the newest messages, or those before a seq, oldest first."""
        before = request.query_params.get("before", "")
        some = await self._faces.store.messages_before(
            ConversationId(request.path_params["conversation"]), seq=int(before) if before.isdigit() else None, limit=PAGE_MESSAGES + 1
        )
        shown = some[-PAGE_MESSAGES:]
        return answer_json({"messages": [self._json(m) for m in shown], "more": len(some) > len(shown)})

    async def events(self, request: Request, operator: Operator) -> Response:
        """Opens the live stream of one conversation."""
        last = request.headers.get("last-event-id", "")
        return self._faces.streams.answer(
            self._frames(ConversationId(request.path_params["conversation"]), after=int(last) if last.isdigit() else 0)
        )

    async def _frames(self, conversation: ConversationId, *, after: int) -> AsyncIterator[bytes]:
        store, seq = self._faces.store, after
        marks: dict[str, str | None] = {}
        async with self._faces.bus.subscribe(conversation_topic(conversation)) as words:
            async for word in _at_once_then(beats(words)):
                live = decode(word[1]) if word else None
                if live is not None and live.kind != "stored":
                    yield frame(live.kind, {"turn": live.turn, "at": live.at, "text": live.text})
                    continue
                while some := await store.messages_after(conversation, seq=seq, limit=PAGE_MESSAGES):
                    for message in some:
                        seq, marks[message.id] = message.seq, message.delivery
                        yield frame("message", self._json(message), seq=seq)
                for message in await store.messages_before(conversation, seq=None, limit=MARKED):
                    if marks.get(message.id, "") != message.delivery:
                        marks[message.id] = message.delivery
                        yield frame("mark", {"id": message.id, "delivery": message.delivery})
                yield BEAT if word is None else frame("ready", {})

    async def say(self, request: Request, operator: Operator) -> Response:
        """Stores the operator's word with its delivery; the worker brings it to where the person last wrote from."""
        faces = self._faces
        conversation = ConversationId(request.path_params["conversation"])
        body = read.json_object(await read_capped(request, bytes_max=FORM_BYTES_MAX), what="console")
        words = (read.text(body, "text") or "").strip()
        addresses = await faces.store.addresses(conversation)
        if not words or not addresses:
            raise Malformed("the reply holds no text, or the conversation has no open address; nothing was stored")
        channel = faces.channels.get(addresses[0].key.channel)
        if channel is None:
            raise Malformed(f"the channel {addresses[0].key.channel!r} is not configured any more; configure it to reply there")
        if len(words) > channel.limits.text_max:
            raise Malformed(f"the reply has {len(words)} characters; {channel.title} takes {channel.limits.text_max}")
        parts = (Text(text=words),)
        message = NewMessage(id=MessageId(faces.clock.new_id()), author="operator", parts=parts, author_name=operator.name)
        delivery = NewDelivery(id=DeliveryId(faces.clock.new_id()), address=addresses[0], position=0, parts=parts)
        seq = await faces.store.say(conversation_id=conversation, message=message, deliveries=[delivery], now_ms=faces.clock.now_ms())
        if faces.hand_over is not None and faces.settings.handoff.operator_takes:
            await faces.hand_over.take(conversation, channel=addresses[0].key.channel, by=operator.name)
        faces.bus.publish(conversation_topic(conversation), STORED)
        faces.bus.publish(WORK)
        return answer_json({"messages": [{"id": message.id, "seq": seq}]}, status=201)

    async def file(self, request: Request, operator: Operator) -> Response:
        """Gives a file that somebody sent."""
        return await file_response(self._faces.blobs, sha256=request.path_params["sha256"], name=request.query_params.get("name", ""))

    def _json(self, message: StoredMessage) -> dict[str, object]:
        def file_url(media: Media) -> str | None:
            return f"/console/files/{media.sha256}" if media.sha256 else None

        return message_json(message, file_url=file_url)


def console_app(faces: Faces) -> ASGIApp:
    """Makes the console's own application, in which every form and script proves that it came from our page."""
    app = Starlette()
    Console(faces).add_routes(app)
    add_error_answers(app, faces)
    guarded: ASGIApp = asgi_csrf(
        app, signing_secret=faces.secret, cookie_name="wasl_form", cookie_path="/console", always_protect={"/console/login", "/login"}
    )
    return _BriefForms(guarded)


class _BriefForms:
    """Lets only forms of a declared, small size through: the check of their origin reads them whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            headers = dict(scope["headers"])
            length, kind = headers.get(b"content-length", b""), headers.get(b"content-type", b"").partition(b";")[0]
            good = length.isdigit() and int(length) <= FORM_BYTES_MAX and kind in _FORM_TYPES
            if not good or not headers.get(b"x-csrftoken", b"").isascii():
                await answer_json({"error": "form"}, status=413)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _row(summary: ConversationSummary) -> dict[str, object]:
    return {
        "id": summary.id,
        "person": summary.person_name,
        "channels": summary.channels,
        "at": summary.last_at_ms,
        "text": preview(summary.last_text),
        "due": summary.due_turns,
        "since": summary.waiting_since_ms,
    }


def preview(text: str) -> str:
    """Gives the words of a message on one line, without the marks of Markdown."""
    lines = (line.lstrip("> -•").strip() for line in markup.plain(text).splitlines())
    return " ".join(line for line in lines if line)


def _fingerprint(rows: list[dict[str, object]]) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(rows), digest_size=16).digest()


async def _at_once_then(words: AsyncIterator[tuple[str, bytes] | None]) -> AsyncIterator[tuple[str, bytes] | None]:
    yield ("", STORED)
    async for word in words:
        yield word
