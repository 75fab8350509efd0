"""Accounts on the visitor's page: a link by e-mail, a passkey, the word of the operator's own site, and signing out."""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from wasl.domain.errors import Forged, Refused, Throttled, Unauthorised, Unavailable
from wasl.domain.ids import ConversationId
from wasl.ports.bus import conversation_topic
from wasl.ports.channel import VISITOR_HEADER, Visited
from wasl.ports.mail import Letter
from wasl.ports.store import Token
from wasl.service.live import STORED
from wasl.web import passkeys
from wasl.web.auth import VISITOR_COOKIE, is_secure, set_visitor, sign_out, sign_out_token
from wasl.web.faces import Faces, answer_json
from wasl.web.files import read_capped
from wasl.web.pacing import Pacing
from wasl.web.signing_in import ACCOUNT_KIND, PASSKEY_KIND, SigningIn, digest
from wasl.web.visiting import Visits
from wasl.wire import read

log = structlog.get_logger(__name__)

BODY_BYTES_MAX = 64 << 10
MAIL_KIND = "mail link"
MAIL_MS = 20 * 60_000
CHALLENGE_KIND = "passkey challenge"
CHALLENGE_MS = 5 * 60_000
EMAIL_CHARACTERS_MAX = 254
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f,;<>]{1,64}@[^@\s\x00-\x1f\x7f,;<>]{1,180}\.[^@\s.\x00-\x1f\x7f,;<>]{2,63}\Z")


class Accounts:
    """What visitors do about being known again."""

    def __init__(self, faces: Faces, channel: Visited, *, name: str, visits: Visits) -> None:
        self._faces = faces
        self._channel = channel
        self._visits = visits
        self._name = name
        self._signing_in = SigningIn(faces=faces, channel=channel, name=name)
        self._mails = Pacing(seconds_each=300.0, burst=3)
        self._mails_of_host = Pacing(seconds_each=60.0, burst=10)
        self._tries = Pacing(seconds_each=5.0, burst=20)

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes."""
        app.add_route("/my/account", self.show, methods=["GET"])
        app.add_route("/my/account/mail", self.write, methods=["POST"])
        app.add_route("/my/account/enter", self.enter, methods=["POST"])
        app.add_route("/my/account/out", self.leave, methods=["POST"])
        app.add_route("/my/account/passkey/options", self.options, methods=["POST"])
        app.add_route("/my/account/passkey/make", self.make, methods=["POST"])
        app.add_route("/my/account/passkey/use", self.use, methods=["POST"])
        app.add_route("/chat/customer", self.customer, methods=["POST"])

    async def show(self, request: Request) -> Response:
        """Tells how the visitor is known, and which ways of signing in are offered."""
        visit = await self._visits.visit(request)
        own = set(visit.own)
        accounts = (
            [t.label for t in await self._faces.store.tokens(kind=ACCOUNT_KIND) if t.payload.get("conversation") in own] if own else []
        )
        keys = [t for t in await self._faces.store.tokens(kind=PASSKEY_KIND) if t.payload.get("conversation") in own] if own else []
        offers = {"mail": self._mails_to(request), "passkey": passkeys.offered(self._origin(request))}
        return answer_json({**offers, "accounts": accounts, "passkeys": len(keys)})

    # -- by e-mail
    async def write(self, request: Request) -> Response:
        """Sends a sign-in link. The answer is the same whether the address is known or not."""
        visit = await self._visits.visit(request)
        email = (read.text(await self._body(request), "email") or "").strip()[: EMAIL_CHARACTERS_MAX + 1]
        if not self._mails_to(request) or self._faces.mail is None or len(email) > EMAIL_CHARACTERS_MAX or not _EMAIL.match(email):
            raise Refused("this is no e-mail address that a letter can be sent to", code="mail_wrong")
        host = request.client.host if request.client else ""
        self._may(self._mails, visit.address.handle, email.casefold())
        self._may(self._mails_of_host, host)
        secret, now = secrets.token_urlsafe(24), self._faces.clock.now_ms()
        payload = {"mail": email.casefold(), "email": email, "asked_by": visit.address.handle}
        await self._faces.store.put_token(
            Token(kind=MAIL_KIND, sha256=digest(secret), label="sign in", created_ms=now, expires_ms=now + MAIL_MS, payload=payload)
        )
        language = self._faces.language(request)
        name, say = self._faces.title(language), language.say
        link = f"{self._faces.address(request)}/me/enter?key={quote(secret)}&lang={language.code}"
        lines = (
            say("Open this link to sign in. It works once, for twenty minutes:"),
            link,
            say("Whoever opens it is signed in on that device. If you did not ask for it, do nothing."),
        )
        try:
            await self._faces.mail.send(Letter(to=email, subject=say("Sign in: {name}").replace("{name}", name), text="\n\n".join(lines)))
        except (Unavailable, Unauthorised) as error:
            log.error("a sign-in link was not sent", why=error.message)
            raise Refused("the letter could not be sent now", code="later") from error
        return answer_json({})

    async def enter(self, request: Request) -> Response:
        """Signs in the browser that opened the link, and no other: whoever asked for it elsewhere gains nothing.

        What was said in a browser joins an account only when the link was asked for in it: whoever is sent somebody else's link
        does not hand over what is theirs by opening it.
        """
        visit = await self._visits.visit(request)
        self._may(self._tries, request.client.host if request.client else "")
        body = await self._body(request)
        now, sha256 = self._faces.clock.now_ms(), digest((read.text(body, "key") or "")[:200])
        token = await self._faces.store.find_token(kind=MAIL_KIND, sha256=sha256, now_ms=now)
        if token is not None and visit.home is not None and token.payload["asked_by"] != visit.address.handle:
            raise Refused("the link was asked for in another browser; open it there, or ask for one here", code="other_browser")
        token = await self._faces.store.take_token(kind=MAIL_KIND, sha256=sha256, now_ms=now)
        if token is None:
            raise Refused("the link has been used or is too old", code="spent")
        key = f"mail:{token.payload['mail']}"
        account = await self._signing_in.account(key)
        if account is None:
            visit = await self._visits.settled(request)
            account = visit.home
            assert account is not None
            await self._signing_in.remember(key, conversation=account, label=str(token.payload["email"]))
        return self._entered(request, await self._signing_in.enter(visit, account=account), embedded=body.get("embedded") is True)

    # -- by passkey
    async def options(self, request: Request) -> Response:
        """Gives what the browser needs to make or use a passkey."""
        visit = await self._visits.visit(request)
        self._may(self._tries, visit.address.handle)
        origin, challenge, now = self._origin(request), secrets.token_bytes(32), self._faces.clock.now_ms()
        if not passkeys.offered(origin):
            raise Refused("passkeys are not offered here", code="no_passkey")
        payload = {"handle": visit.address.handle}
        await self._faces.store.put_token(
            Token(
                kind=CHALLENGE_KIND, sha256=digest(_encoded(challenge)), label="passkey", created_ms=now,
                expires_ms=now + CHALLENGE_MS, payload=payload,
            )
        )  # fmt: skip
        if (await self._body(request)).get("what") != "make":
            return answer_json(passkeys.using(origin=origin, challenge=challenge))
        home = (await self._visits.settled(request)).home
        title = self._faces.title(self._faces.language(request))
        known = [t.label for t in await self._faces.store.tokens(kind=PASSKEY_KIND) if t.payload.get("conversation") == home]
        return answer_json(passkeys.making(origin=origin, title=title, user=home, challenge=challenge, known=known))

    async def make(self, request: Request) -> Response:
        """Keeps a passkey that the browser made."""
        visit = await self._visits.settled(request)
        credential, challenge, _ = await self._credential(request, handle=visit.address.handle)
        kept = passkeys.made(credential, origin=self._origin(request), challenge=challenge)
        await self._keep(kept, conversation=visit.home)
        return answer_json({}, status=201)

    async def use(self, request: Request) -> Response:
        """Signs the browser in by what a passkey signed."""
        visit = await self._visits.visit(request)
        credential, challenge, embedded = await self._credential(request, handle=visit.address.handle)
        known = read.text(credential, "id") or ""
        token = await self._faces.store.find_token(kind=PASSKEY_KIND, sha256=digest(known), now_ms=self._faces.clock.now_ms())
        if token is None or self._faces.people is None:
            raise Refused("this passkey is not known here", code="no_passkey")
        account = ConversationId(str(token.payload["conversation"]))
        kept = passkeys.Kept(known, str(token.payload["key"]), int(token.payload["count"]))
        kept = passkeys.used(credential, kept, origin=self._origin(request), challenge=challenge)
        if await self._faces.people.person_of(account) is None:
            raise Refused("this passkey's account was erased", code="no_passkey")
        await self._keep(kept, conversation=account)
        return self._entered(request, await self._signing_in.enter(visit, account=account), embedded=embedded)

    async def _credential(self, request: Request, *, handle: str) -> tuple[Mapping[str, Any], bytes, bool]:
        body = await self._body(request)
        credential = read.child(body, "credential")
        challenge = _challenge(credential)
        taken = await self._faces.store.take_token(
            kind=CHALLENGE_KIND, sha256=digest(_encoded(challenge)), now_ms=self._faces.clock.now_ms()
        )
        if taken is None or taken.payload.get("handle") != handle:
            raise Refused("the passkey was asked for too long ago, or by another browser", code="no_passkey")
        return credential, challenge, body.get("embedded") is True

    async def _keep(self, kept: passkeys.Kept, *, conversation: ConversationId) -> None:
        payload = {"conversation": conversation, "key": kept.key, "count": kept.signed}
        now = self._faces.clock.now_ms()
        await self._faces.store.put_token(Token(kind=PASSKEY_KIND, sha256=digest(kept.id), label=kept.id, created_ms=now, payload=payload))

    # -- out
    async def leave(self, request: Request) -> Response:
        """Signs this browser out, or every browser of the person: their tokens are worthless for ever. A customer is signed out of this
        token alone: the operator's site says when it names them again."""
        visit = await self._visits.visit(request)
        body = await self._body(request)
        handles = {visit.address.handle}
        if body.get("everywhere") is True:
            for conversation in visit.own:
                handles |= {a.key.handle for a in await self._faces.store.addresses(conversation) if a.key.channel == self._name}
        now = self._faces.clock.now_ms()
        if not self._visits.for_ever(request):
            await sign_out_token(self._faces.store, token=request.headers.get(VISITOR_HEADER, ""), now_ms=now)
        for handle in handles if self._visits.for_ever(request) else ():
            await sign_out(self._faces.store, handle=handle, now_ms=now)
        for conversation in visit.own:
            self._faces.bus.publish(conversation_topic(conversation), STORED)  # streams that are open look who they are for
        response = answer_json({})
        response.delete_cookie(VISITOR_COOKIE)
        return response

    # -- by the operator's own site
    async def customer(self, request: Request) -> Response:
        """Takes a token in which the operator's site names its customer; gives the visitor's token, good as long as that one."""
        self._may(self._tries, request.client.host if request.client else "")
        body = await self._body(request)
        now = self._faces.clock.now_ms()
        found = self._channel.customer(read.text(body, "token") or "", at_ms=now)
        visit = None
        if request.headers.get(VISITOR_HEADER):
            try:
                visit = await self._visits.visit(request) if self._visits.for_ever(request) else None
            except Forged:
                visit = None  # an old anonymous token is no reason to turn a customer away
        await self._signing_in.be_customer(visit, found.address, name=found.name)
        return answer_json({"visitor": self._channel.admit(found.address.handle, until_ms=found.until_ms), "until": found.until_ms})

    def _entered(self, request: Request, token: str, *, embedded: bool) -> Response:
        response = answer_json({"visitor": token})
        if not embedded:
            set_visitor(response, token, secure=is_secure(request, public_url=self._faces.settings.server.public_url))
        return response

    async def _body(self, request: Request) -> Mapping[str, Any]:
        return read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my account")

    def _mails_to(self, request: Request) -> bool:
        """Says whether sign-in links can be sent: where the settings name no address of ours, a letter would carry whatever host the
        caller claims, and with it the key to whoever owns that host."""
        known = self._faces.settings.server.public_url is not None or (request.url.hostname or "") in LOOPBACK
        return self._faces.mail is not None and known

    def _origin(self, request: Request) -> str:
        pieces = self._faces.address(request).split("/")
        return "/".join(pieces[:3])

    def _may(self, pacing: Pacing, *keys: str) -> None:
        now = self._faces.clock.monotonic()
        wait = max((pacing.wait_seconds(key, now=now) for key in keys if key), default=0.0)
        if wait:
            raise Throttled("that was too often; wait a little", seconds=wait)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _challenge(credential: Mapping[str, Any]) -> bytes:
    """Reads the challenge that the browser says it signed; that it is one of ours is checked afterwards."""
    try:
        client = read.text(read.child(credential, "response"), "clientDataJSON") or ""
        told = read.json_object(urlsafe_b64decode(client + "=" * (-len(client) % 4)), what="passkey")
        given = read.text(told, "challenge") or ""
        return urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except ValueError as error:
        raise Refused("the passkey's answer cannot be read", code="no_passkey") from error
