"""The rest of the WhatsApp Cloud API that the simulator answers: media, the number itself, templates, subscriptions."""

import hmac
from typing import Any

from wasl.testing.simulators.multipart import read_form
from wasl.testing.simulators.poster import NoAnswer
from wasl.testing.simulators.serving import BadRequest, Request
from wasl.testing.simulators.whatsapp_account import MEDIA_URL_MS, UPLOADED_MEDIA_MS, WhatsAppAccount
from wasl.testing.simulators.whatsapp_checks import MEDIA_BYTES_MAX, MEDIA_TYPES, GraphError
from wasl.testing.simulators.whatsapp_shapes import Stored
from wasl.testing.simulators.whatsapp_speech import WhatsAppSpeech

DOWNLOADS = "_media"


class WhatsAppLibrary(WhatsAppSpeech):
    """Files and facts of the account."""

    account: WhatsAppAccount
    _bearer: str

    def authenticate(self, request: Request) -> None:
        """Checks the token. Raises GraphError 190."""
        if request.header(b"authorization") != self._bearer:
            raise GraphError(190, "Error validating access token: it is missing, malformed or has expired.")

    async def subscribe(self, url: str) -> bool:
        """Makes the handshake (GET with hub.challenge) and takes the URL for webhooks when it is answered rightly."""
        challenge = str(int(self.clock.random() * 10**9))
        query = f"hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token={self.account.verify_token}"
        try:
            code, body = await self.hooks.ask(f"{url}?{query}")
        except NoAnswer:
            return False
        if code == 200 and body.decode("utf-8", "replace").strip() == challenge:
            self.hooks.url = url
            return True
        return False

    async def serve_library(self, request: Request, path: list[str]) -> None:
        """Answers everything but messages. Raises GraphError."""
        account = self.account
        match request.method, path:
            case "POST", [account.phone_number_id, "media"]:
                await request.answer_json(200, {"id": self._upload(request).id})
            case "GET", [str(place), media_id, until] if place == DOWNLOADS:
                await self._download(request, media_id, until)
            case "GET", [account.phone_number_id]:
                await request.answer_json(200, self._number())
            case "GET", [account.account_id, "message_templates"]:
                await request.answer_json(200, {"data": self._templates(), "paging": {}})
            case (("GET" | "POST"), [account.account_id, "subscribed_apps"]):
                await request.answer_json(200, await self._subscription(request))
            case "GET", [media_id] if self.has_media(media_id):
                await request.answer_json(200, self._described(media_id))
            case "DELETE", [media_id] if self.has_media(media_id):
                del self.stored[media_id]
                await request.answer_json(200, {"success": True})
            case _:
                what = path[0] if path else ""
                raise GraphError(100, f"Object with ID {what!r} does not exist, or this operation is not supported on it.", subcode=33)
        self.log_call(request, 200, path[-1] if path else "")

    def has_media(self, media_id: str) -> bool:
        """Says whether a file is held and not expired."""
        stored = self.stored.get(media_id)
        return stored is not None and stored.until_ms > self.clock.now_ms()

    def media_url(self, media_id: str) -> str:
        """Makes a download address that lives five minutes."""
        until = self.clock.now_ms() + MEDIA_URL_MS
        return f"{self.url}/{DOWNLOADS}/{media_id}/{until}.{self._mark(media_id, until)}"

    def log_call(self, request: Request, status: int, note: str) -> None:
        """Notes a call in the feed."""
        if self.feed.on:
            shown = request.body[:2000].decode("utf-8", "replace") if b"multipart" not in request.header(b"content-type").encode() else ""
            self.feed.tell("call", method=request.method, path=request.path, status=status, note=note, body=shown)

    def _mark(self, media_id: str, until: int) -> str:
        return hmac.new(self.account.app_secret.encode(), f"{media_id}/{until}".encode(), "sha256").hexdigest()[:16]

    async def _download(self, request: Request, media_id: str, ticket: str) -> None:
        if self.faults and self.faults.take("media_500"):
            raise GraphError(131000)
        until, _, mark = ticket.partition(".")
        good = (
            until.isascii()
            and until.isdigit()
            and len(until) < 20
            and hmac.compare_digest(mark.encode(), self._mark(media_id, int(until)).encode())
        )
        stored = self.stored.get(media_id)
        if not good or int(until) < self.clock.now_ms() or stored is None:
            await request.answer_json(404, {"error": "the address is not known or has expired"})
            return
        await request.answer(200, stored.data, media_type=stored.media_type.encode())

    def _described(self, media_id: str) -> dict[str, Any]:
        stored = self.stored[media_id]
        return {
            "messaging_product": "whatsapp",
            "url": self.media_url(media_id),
            "mime_type": stored.media_type,
            "sha256": stored.sha256_hex,
            "file_size": len(stored.data),
            "id": media_id,
        }

    def _upload(self, request: Request) -> Stored:
        try:
            fields, files = read_form(request)
        except BadRequest as error:
            raise GraphError(100, str(error)) from error
        if fields.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        upload = files.get("file")
        if upload is None:
            raise GraphError(131008, "The parameter file is required.")
        media_type = fields.get("type") or upload.media_type
        kind = media_type.partition("/")[0]
        kind = "sticker" if media_type == "image/webp" else kind if kind in ("image", "audio", "video") else "document"
        plain = media_type.partition(";")[0].strip()
        if kind in MEDIA_TYPES and plain not in MEDIA_TYPES[kind]:
            raise GraphError(131053, f"{plain} is not a supported type of {kind}")
        if len(upload.data) > MEDIA_BYTES_MAX[kind]:
            raise GraphError(131053, f"{kind} is larger than {MEDIA_BYTES_MAX[kind]} bytes")
        return self.hold(upload.data, media_type=media_type, name=upload.name, for_ms=UPLOADED_MEDIA_MS)

    def _number(self) -> dict[str, Any]:
        return {
            "id": self.account.phone_number_id,
            "verified_name": self.account.name,
            "display_phone_number": self.account.display_phone,
            "quality_rating": "GREEN",
        }

    def _templates(self) -> list[dict[str, Any]]:
        return [
            {
                "id": str(10**14 + place),
                "name": t.name,
                "language": t.language,
                "category": t.category,
                "status": t.status,
                "components": [{"type": "BODY", "text": t.body}],
            }
            for place, t in enumerate(self.account.templates)
        ]

    async def _subscription(self, request: Request) -> dict[str, Any]:
        if request.method == "GET":
            return {"data": [{"override_callback_uri": self.hooks.url}] if self.hooks.url else []}
        try:
            value = request.json_object() if request.body else {}
        except BadRequest:
            value = {}
        wanted = {**request.params(), **value}
        url = wanted.get("override_callback_uri")
        if isinstance(url, str) and url:
            if wanted.get("verify_token") != self.account.verify_token:
                raise GraphError(100, "verify_token is not the one of this app")
            if not await self.subscribe(url):
                raise GraphError(100, "the callback URL did not answer the challenge")
        return {"success": True}
