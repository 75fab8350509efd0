"""Taking everything along and erasing it: the visitor's requests, and the one-time link that also other channels give."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from wasl.domain.errors import Refused
from wasl.domain.ids import PersonId
from wasl.web.faces import Faces, answer_json
from wasl.web.files import read_capped
from wasl.web.needs import Erases, TakesOut
from wasl.web.pacing import Pacing
from wasl.web.visiting import NotYours, Visits
from wasl.wire import read

BODY_BYTES_MAX = 16 << 10
PIECE_BYTES = 256 << 10
SECRET_CHARACTERS_MAX = 200


class Leaving:
    """What visitors take out and erase."""

    def __init__(self, faces: Faces, *, visits: Visits | None, takes_out: TakesOut | None, erases: Erases | None) -> None:
        self._faces = faces
        self._visits = visits
        self._takes_out = takes_out
        self._erases = erases
        self._exports = Pacing(seconds_each=60.0, burst=5)
        self._weighing = Pacing(seconds_each=10.0, burst=10)
        self._typing = Pacing(seconds_each=20.0, burst=6)

    def routes(self) -> APIRouter:
        """Gives the routes."""
        router = APIRouter()
        if self._takes_out is not None:
            router.add_api_route("/export/{secret}", self.show, methods=["GET"])
            router.add_api_route("/export/{secret}", self.fetch, methods=["POST"])
            router.add_api_route("/my/exports", self.make, methods=["POST"])
        if self._erases is not None:
            router.add_api_route("/my/erasure/weigh", self.weigh, methods=["POST"])
            router.add_api_route("/my/erasure", self.erase, methods=["POST"])
        return router

    # -- out
    async def make(self, request: Request) -> Response:
        """Writes everything of the visitor into a file and gives its one-time link."""
        assert self._takes_out is not None
        person, handle = await self._person(request)
        if refused := self._paced(self._exports, handle):
            return refused
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my exports")
        wanted = read.text(body, "format") or ""
        if wanted not in {f.kind for f in self._takes_out.formats()}:
            raise Refused(f"there is no format {wanted!r}", code="unknown_format")
        secret, expires_ms = await self._takes_out.make(person, format=wanted, language=self._faces.language(request).code, by="person")
        return answer_json({"url": f"/export/{quote(secret)}", "expires": expires_ms}, status=201)

    async def show(self, request: Request, secret: str) -> Response:
        """Shows what a one-time link gives; looking does not use it up, so that a preview by a messenger takes nothing away."""
        assert self._takes_out is not None
        found = await self._takes_out.look(secret[:SECRET_CHARACTERS_MAX])
        return self._faces.page(request, "export.html", status=200 if found else 410, found=found, secret=secret[:SECRET_CHARACTERS_MAX])

    async def fetch(self, request: Request, secret: str) -> Response:
        """Uses a one-time link up and gives the file. Whoever holds the link may: it needs no cookie, so no form can be forged."""
        assert self._takes_out is not None
        parcel = await self._takes_out.fetch(secret[:SECRET_CHARACTERS_MAX])
        if parcel is None:
            return self._faces.page(request, "export.html", status=410, found=None, secret="")
        size = (await asyncio.to_thread(parcel.path.stat)).st_size
        headers = {
            "content-type": parcel.media_type,
            "content-length": str(size),
            "content-disposition": f"attachment; filename*=UTF-8''{quote(parcel.name, safe='')}",
            "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        }
        return StreamingResponse(_pieces(parcel.path), headers=headers)

    # -- erasing
    async def weigh(self, request: Request) -> Response:
        """Counts what would be erased, and gives the code that confirms."""
        assert self._erases is not None
        person, handle = await self._person(request)
        if refused := self._paced(self._weighing, handle):
            return refused
        counts: Mapping[str, Any] = await self._erases.weigh(person)
        code, expires_ms = await self._erases.code(person)
        return answer_json({"counts": counts, "code": code, "expires": expires_ms})

    async def erase(self, request: Request) -> Response:
        """Erases everything of the visitor, when the typed code is right; gives the receipt."""
        assert self._erases is not None
        person, handle = await self._person(request)
        if refused := self._paced(self._typing, handle):
            return refused
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my erasure")
        receipt = await self._erases.erase(person, code=(read.text(body, "code") or "")[:64], by="person")
        return answer_json({"id": receipt.id, "receipt": receipt.words})

    async def _person(self, request: Request) -> tuple[PersonId, str]:
        assert self._visits is not None
        visit = await self._visits.visit(request)
        view = await self._visits.person(visit)
        if view is None:
            raise NotYours("nothing is kept of you here yet")
        return view.id, visit.address.handle

    def _paced(self, pacing: Pacing, key: str) -> Response | None:
        wait = pacing.wait_seconds(key, now=self._faces.clock.monotonic())
        return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)}) if wait else None


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    """Walks a file that is used up: it is gone at the end."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece
    finally:
        await asyncio.to_thread(file.close)
        await asyncio.to_thread(path.unlink, missing_ok=True)
