"""My conversations: the pages where visitors find what is theirs, and what those pages read. Everything asks whose it is first."""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from wasl.domain.archive import SEQ_STRIDE
from wasl.domain.ids import ConversationId
from wasl.domain.message import Media
from wasl.ports.channel import Visited
from wasl.ports.library import HeldChat, Hit
from wasl.web.auth import is_secure, set_visitor, visitor_token
from wasl.web.faces import Faces, answer_json
from wasl.web.files import asked_place, file_response
from wasl.web.languages import page_words
from wasl.web.mine_words import MINE
from wasl.web.pacing import Pacing
from wasl.web.reading import entry_json, hit_json, message_line
from wasl.web.render import message_json
from wasl.web.timeline import Timeline
from wasl.web.visiting import Visits
from wasl.web.words import CHAT

CHATS_LISTED = 200
ENTRIES_READ = 60
HITS_SHOWN = 40
PAGES_PASSED_MAX = 10
QUERY_CHARACTERS_MAX = 200
PAGES: Mapping[str, tuple[str, str]] = {
    "": ("home", "conversations"),
    "search": ("search", "search"),
    "link": ("link", "channels"),
    "bring": ("bring", "conversations"),
    "data": ("data", "data"),
    "enter": ("enter", "channels"),
}
"""Pages by their address below /me: the template's and script's name, and the place in the navigation that is theirs."""


_COLOUR = re.compile(r"#?[0-9a-fA-F]{6}\Z")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?\Z")


class Mine:
    """The visitor's own pages; each is also there inside the widget's frame."""

    def __init__(self, faces: Faces, channel: Visited, *, name: str, visits: Visits) -> None:
        self._faces = faces
        self._channel = channel
        self._name = name
        self._visits = visits
        self._timeline = Timeline(store=faces.store, bus=faces.bus, people=faces.people)
        self._pacing = Pacing(seconds_each=0.5, burst=60)

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes."""
        app.add_route("/me", self.show, methods=["GET"])
        app.add_route("/me/chats/{chat}", self.show_chat, methods=["GET"])
        app.add_route("/me/{page}", self.show, methods=["GET"])
        app.add_route("/widget/me", self.show, methods=["GET"])
        app.add_route("/widget/me/chats/{chat}", self.show_chat, methods=["GET"])
        app.add_route("/widget/me/{page}", self.show, methods=["GET"])
        app.add_route("/my/conversations", self.conversations, methods=["GET"])
        app.add_route("/my/chats/{chat}", self.chat, methods=["GET"])
        app.add_route("/my/chats/{chat}/entries", self.entries, methods=["GET"])
        app.add_route("/my/chats/{chat}/files/{sha256}", self.file, methods=["GET"])
        app.add_route("/my/history", self.history, methods=["GET"])
        app.add_route("/my/search", self.search, methods=["GET"])

    # -- pages
    async def show(self, request: Request) -> Response:
        """Shows one of the visitor's pages: conversations, search, channels, bringing, my data."""
        page = request.path_params.get("page", "")
        if page not in PAGES:
            return self._nothing(request)
        script, here = PAGES[page]
        return await self._page(request, script=script, here=here)

    async def show_chat(self, request: Request) -> Response:
        """Shows one imported chat, or what was said here, for reading."""
        return await self._page(request, script="read", here="conversations", chat=request.path_params["chat"][:64])

    async def _page(self, request: Request, *, script: str, here: str, **values: object) -> Response:
        faces, language = self._faces, self._faces.language(request)
        embedded = request.url.path.startswith("/widget/")
        token, fresh = await visitor_token(request, channel=self._channel, clock=faces.clock, store=faces.store)
        if embedded:
            token = self._channel.admit(faces.clock.new_id())  # the script prefers the one that the frame keeps
        site, colour = frame_options(request, embedded=embedded)
        kept = {k: v for k in ("lang", "site", "colour", "title", "known") if embedded and (v := request.query_params.get(k))}
        base, home, query = ("/widget/me" if embedded else "/me"), ("/widget" if embedded else "/"), f"?{urlencode(kept)}" if kept else ""
        offers = faces.offers(language.code)
        words = {**page_words(language, CHAT), **page_words(language, MINE), "channels": self._titles(request)}
        carried = {
            "name": faces.title(language),
            "visitor": token,
            "embedded": embedded,
            "site": site,
            "colour": colour,
            "base": base,
            "home": home,
            "query": query,
            "offers": {name: offer for name, offer in offers.items() if name != "formats"},
            "words": words,
            **values,
        }
        response = faces.page(
            request,
            f"mine_{script}.html",
            frames=" ".join(self._channel.welcome.sites or ("*",)) if embedded else "'none'",
            embedded=embedded,
            here=here,
            script=f"mine_{script}.js",
            base=base,
            chat_address=home,
            query=query,
            offers=offers,
            carried=carried,
        )
        if fresh and not embedded:
            secure = is_secure(request, public_url=faces.settings.server.public_url)
            set_visitor(response, token, secure=secure)
        return response

    def _nothing(self, request: Request) -> Response:
        say = self._faces.language(request).say
        return self._faces.notice(
            request, status=404, head=say("There is no such page"), text=say("The address may be misspelt, or the page has moved.")
        )

    def _titles(self, request: Request) -> dict[str, str]:
        language = self._faces.language(request)
        return {name: language.say(channel.title) for name, channel in self._faces.channels.items()}

    # -- what there is
    async def conversations(self, request: Request) -> Response:
        """Lists what is the visitor's: live conversations with their channels, and imported chats, the newest word first."""
        visit = await self._visits.visit(request)
        channels = await self._timeline.channels(visit.own)
        live: list[dict[str, Any]] = []
        for conversation in visit.own:
            last = await self._faces.store.messages_before(conversation, seq=None, limit=1)
            line = message_line(last[-1]) if last else None
            live.append({"id": conversation, "channel": channels.get(conversation), "here": conversation == visit.home, "last": line})
        chats = await self._faces.library.chats(owners=visit.own, limit=CHATS_LISTED) if self._faces.library and visit.own else ()
        return answer_json({"live": live, "chats": [chat_json(c) for c in chats]})

    async def history(self, request: Request) -> Response:
        """Gives what was said here for reading, oldest first: the newest messages, or those before or after one."""
        visit = await self._visits.visit(request)
        if not visit.own:
            return answer_json({"entries": [], "earlier": False, "later": False})
        before, after = request.query_params.get("before", ""), request.query_params.get("after", "")
        people = self._faces.people
        if after and people is not None:
            some = await people.timeline(visit.own, after=after[:64], limit=ENTRIES_READ + 1)
            shown, earlier, later = some[:ENTRIES_READ], True, len(some) > ENTRIES_READ
        else:
            some = await self._timeline.page(visit.own, before=before[:64], limit=ENTRIES_READ + 1)
            shown, earlier, later = some[-ENTRIES_READ:], len(some) > ENTRIES_READ, bool(before)
        channels = await self._timeline.channels(visit.own)

        def file_url(media: Media) -> str | None:
            if not media.sha256:
                return None
            ticket = self._channel.ticket(visitor=visit.address.handle, sha256=media.sha256)
            return f"/chat/files/{media.sha256}?ticket={ticket}&name={quote(media.name or '')}"

        lines = [
            {**message_json(m, file_url=file_url), "channel": channels.get(m.conversation_id), "conversation": m.conversation_id}
            for m in shown
        ]
        return answer_json({"entries": lines, "earlier": earlier, "later": later})

    # -- imported chats
    async def chat(self, request: Request) -> Response:
        """Tells what an imported chat is, and who speaks in it."""
        held = await self._visits.chat(await self._visits.visit(request), request.path_params["chat"])
        people = [{"key": p.key, "name": p.name, "self": bool(p.is_self), "role": p.role} for p in held.participants]
        return answer_json({**chat_json(held), "people": people})

    async def entries(self, request: Request) -> Response:
        """Gives entries of an imported chat before or after a place, oldest first: the newest when neither is named."""
        held = await self._visits.chat(await self._visits.visit(request), request.path_params["chat"])
        before, after = asked_place(request, "before"), asked_place(request, "after")
        assert self._faces.library is not None
        if after is not None:
            some = await self._faces.library.entries(held.id, after=after, limit=ENTRIES_READ + 1)
            shown, more = some[:ENTRIES_READ], len(some) > ENTRIES_READ
        else:
            some = await self._faces.library.entries(held.id, before=before or (1 << 62), limit=ENTRIES_READ + 1)
            shown, more = some[-ENTRIES_READ:], len(some) > ENTRIES_READ
        people = {p.key: p for p in held.participants}

        def ticket(sha256: str) -> str:
            return self._channel.ticket(visitor=held.id, sha256=sha256)

        lines = [entry_json(line, people=people, ticket=ticket) for line in shown]
        earlier = (shown[0].seq > SEQ_STRIDE if shown else False) if after is not None else more
        return answer_json({"entries": lines, "earlier": earlier, "later": more if after is not None else before is not None})

    async def file(self, request: Request) -> Response:
        """Gives a file of an imported chat; only one that an entry of that chat refers to."""
        held = await self._visits.chat(await self._visits.visit(request), request.path_params["chat"])
        sha256, given = request.path_params["sha256"], request.query_params.get("ticket", "")
        right = self._channel.ticket(visitor=held.id, sha256=sha256)
        if not hmac.compare_digest(given.encode(), right.encode()):
            return answer_json({"error": "forged"}, status=403)
        return await file_response(self._faces.blobs, sha256=sha256, name=request.query_params.get("name", "")[:200])

    # -- search
    async def search(self, request: Request) -> Response:
        """Finds what was said in the visitor's conversations and imported chats, or in one of those, newest first."""
        visit = await self._visits.visit(request)
        asked, before = request.query_params, asked_place(request, "before")
        within = await self._visits.chat(visit, chat) if (chat := asked.get("chat")) else None
        wait = self._pacing.wait_seconds(visit.address.handle, now=self._faces.clock.monotonic())
        if wait:
            return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)})
        words, more = asked.get("q", "")[:QUERY_CHARACTERS_MAX], False
        hits: list[Hit] = []
        if words.strip() and visit.own:
            hits, more = await self._hits(
                words, own=[within.owner] if within else visit.own, chat=within.id if within else None, before=before
            )
        return answer_json({"hits": [hit_json(h) for h in hits], "more": more, "before": hits[-1].cursor if hits else None})

    async def _hits(self, words: str, *, own: Sequence[ConversationId], chat: str | None, before: int | None) -> tuple[list[Hit], bool]:
        """Searches; within one chat, hits elsewhere are passed over, up to a number of pages."""
        library = self._faces.library
        hits: list[Hit] = []
        for _ in range(PAGES_PASSED_MAX if chat else 1):
            some = await library.search(words, conversations=own, limit=HITS_SHOWN, before=before) if library else ()
            hits += [h for h in some if chat is None or h.chat_id == chat]
            if len(some) < HITS_SHOWN:
                return hits, False
            before = some[-1].cursor
            if len(hits) >= HITS_SHOWN:
                break
        return hits, True


def frame_options(request: Request, *, embedded: bool) -> tuple[str, str]:
    """Gives the site that frames a page and the colour it asks for, where both are well written."""
    site, colour = request.query_params.get("site", ""), request.query_params.get("colour", "")
    if not embedded:
        return "", ""
    return (site if _ORIGIN.match(site) else ""), (f"#{colour.lstrip('#')}" if _COLOUR.match(colour) else "")


def chat_json(held: HeldChat) -> dict[str, Any]:
    """Gives what a list shows of an imported chat."""
    return {
        "id": held.id,
        "title": held.chat.title or ", ".join(p.name for p in held.participants[:4] if not p.is_self) or held.chat.origin,
        "origin": held.chat.origin,
        "kind": held.chat.kind,
        "entries": held.entries,
        "first": held.first_ms,
        "last": held.last_ms,
        "text": held.last_text[:200],
        "import": held.import_id,
    }
