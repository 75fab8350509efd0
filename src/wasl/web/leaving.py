"""Taking everything along and erasing it: the visitor's requests, and the one-time link that also other channels give."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from wasl.domain.errors import Malformed, Refused
from wasl.domain.ids import ConversationId, PersonId
from wasl.service.take_out import LINK_KIND, LINK_MS
from wasl.web.faces import Faces, answer_json
from wasl.web.files import read_capped
from wasl.web.needs import Erases, TakesOut
from wasl.web.pacing import Pacing
from wasl.web.visiting import NotYours, Visits
from wasl.wire import read

BODY_BYTES_MAX = 16 << 10
FILE_NAME = "conversations"
Left = Callable[[Sequence[ConversationId]], Awaitable[None]]
"""Forgets what an erased person had begun to bring."""
SECRET_CHARACTERS_MAX = 200


class Leaving:
    """What visitors take out and erase."""

    def __init__(
        self, faces: Faces, *, visits: Visits | None, takes_out: TakesOut | None, erases: Erases | None, left: Left | None = None
    ) -> None:
        self._left = left
        self._faces = faces
        self._visits = visits
        self._takes_out = takes_out
        self._erases = erases
        self._exports = Pacing(seconds_each=60.0, burst=5)
        self._weighing = Pacing(seconds_each=10.0, burst=10)
        self._typing = Pacing(seconds_each=20.0, burst=6)

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes."""
        if self._takes_out is not None:
            app.add_route("/export/{secret}", self.show, methods=["GET"])
            app.add_route("/export/{secret}", self.fetch, methods=["POST"])
            app.add_route("/my/exports", self.make, methods=["POST"])
        if self._erases is not None:
            app.add_route("/my/received", self.received, methods=["POST"])
            app.add_route("/my/erasure/weigh", self.weigh, methods=["POST"])
            app.add_route("/my/erasure", self.erase, methods=["POST"])

    # -- out
    async def make(self, request: Request) -> Response:
        """Makes a one-time link to everything of the visitor."""
        assert self._takes_out is not None
        person, handle, home = await self._person(request)
        if refused := self._paced(self._exports, handle):
            return refused
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my exports")
        language = self._faces.language(request)
        secret = await self._takes_out.make_link(
            self._faces.wanted(person, format=read.text(body, "format") or "", language=language, by="person", home=home)
        )
        return answer_json({"url": f"/export/{quote(secret)}", "expires": self._faces.clock.now_ms() + LINK_MS}, status=201)

    async def show(self, request: Request) -> Response:
        """Shows what a one-time link gives; looking does not use it up, so that a preview by a messenger takes nothing away."""
        secret = request.path_params["secret"][:SECRET_CHARACTERS_MAX]
        sha256 = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
        found = await self._faces.store.find_token(kind=LINK_KIND, sha256=sha256, now_ms=self._faces.clock.now_ms())
        kept = {"name": self._title(found.label), "expires_ms": found.expires_ms} if found else None
        return self._faces.page(request, "export.html", status=200 if found else 410, found=kept, secret=secret)

    async def fetch(self, request: Request) -> Response:
        """Uses a one-time link up and gives the file while it is written. Whoever holds the link may: no cookie is asked, so no form
        can be forged."""
        assert self._takes_out is not None
        wanted = await self._takes_out.take_link(request.path_params["secret"][:SECRET_CHARACTERS_MAX])
        if wanted is None:
            return self._faces.page(request, "export.html", status=410, found=None, secret="")
        writer = self._takes_out.writer(wanted.format)
        headers = {
            "content-type": writer.media_type,
            "content-disposition": f"attachment; filename*=UTF-8''{quote(f'{FILE_NAME}{writer.suffix}', safe='')}",
            "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        }
        return StreamingResponse(self._takes_out.stream(wanted), headers=headers)

    def _title(self, kind: str) -> str:
        return next((str(f["title"]) for f in self._faces.offers()["formats"] if f["kind"] == kind), kind)

    # -- who received what was said
    async def received(self, request: Request) -> Response:
        """Says which providers received the visitor's words, where they compute, and how often."""
        assert self._erases is not None
        person, handle, _ = await self._person(request)
        if refused := self._paced(self._weighing, handle):
            return refused
        toll = await self._erases.weigh(person)
        shown = ("provider", "region", "calls", "since_ms", "until_ms")
        return answer_json({"providers": [{name: one.get(name) for name in shown} for one in toll.providers]})

    # -- erasing
    async def weigh(self, request: Request) -> Response:
        """Counts what would be erased, and gives the code that confirms."""
        assert self._erases is not None
        person, handle, _ = await self._person(request)
        if refused := self._paced(self._weighing, handle):
            return refused
        code, toll = await self._erases.ask(person)
        return answer_json({"counts": dict(toll.counts), "code": code})

    async def erase(self, request: Request) -> Response:
        """Erases everything of the visitor, when the typed code is right; gives the receipt."""
        assert self._erases is not None
        person, handle, _ = await self._person(request)
        own = (await self._visits.visit(request)).own if self._visits is not None else ()
        if refused := self._paced(self._typing, handle):
            return refused
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my erasure")
        try:
            receipt = await self._erases.confirm(person, code=(read.text(body, "code") or "")[:64], by="person")
        except Malformed as error:
            raise Refused(error.message, code="code_wrong") from error
        if self._left is not None:
            await self._left(own)
        return answer_json({"id": receipt["id"], "receipt": receipt})

    async def _person(self, request: Request) -> tuple[PersonId, str, ConversationId]:
        assert self._visits is not None
        visit = await self._visits.visit(request)
        view = await self._visits.person(visit)
        if view is None or visit.home is None:
            raise NotYours("nothing is kept of you here yet")
        return view.id, visit.address.handle, visit.home

    def _paced(self, pacing: Pacing, key: str) -> Response | None:
        wait = pacing.wait_seconds(key, now=self._faces.clock.monotonic())
        return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)}) if wait else None
