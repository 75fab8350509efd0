"""Who is at the other end: operators by a session cookie, visitors by a signed token that a cookie keeps for them."""

import hashlib
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from wasl.domain.days import DAY_MS
from wasl.domain.errors import Forged
from wasl.ports.channel import Visited
from wasl.ports.clock import Clock
from wasl.ports.store import Store, Token
from wasl.service.login import SESSION_MS, find_session

SESSION_COOKIE = "wasl_session"
VISITOR_COOKIE = "wasl_visitor"
LANGUAGE_COOKIE = "wasl_language"
YEAR_SECONDS = 31_536_000
SIGNED_OUT_KIND = "signed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody who may see the console."""

    name: str
    session: str


async def operator_of(connection: HTTPConnection, *, store: Store, clock: Clock) -> Operator | None:
    """Finds the operator whose open session the cookie names."""
    session = connection.cookies.get(SESSION_COOKIE)
    token = await find_session(store, session=session, now_ms=clock.now_ms()) if session else None
    return Operator(name=token.label, session=session) if token and session else None


def set_session(response: Response, session: str, *, secure: bool) -> None:
    """Hands the session to the browser, out of reach of scripts and other sites."""
    response.set_cookie(SESSION_COOKIE, session, max_age=SESSION_MS // 1000, path="/console", httponly=True, secure=secure, samesite="lax")


async def visitor_token(connection: HTTPConnection, *, channel: Visited, clock: Clock, store: Store) -> tuple[str, bool]:
    """Gives the token that the cookie keeps when it is good, else a fresh one; and whether it is fresh."""
    kept = connection.cookies.get(VISITOR_COOKIE, "")
    try:
        address = channel.visitor(kept, at_ms=clock.now_ms())
    except Forged:
        return channel.admit(clock.new_id()), True
    if await is_signed_out(store, token=kept, handle=address.handle, now_ms=clock.now_ms()):
        return channel.admit(clock.new_id()), True
    return kept, False


def set_visitor(response: Response, token: str, *, secure: bool) -> None:
    """Hands the visitor's token to the browser; scripts get it in the page."""
    response.set_cookie(VISITOR_COOKIE, token, max_age=YEAR_SECONDS, httponly=True, secure=secure, samesite="lax")


async def sign_out(store: Store, *, handle: str, now_ms: int) -> None:
    """Makes the token that a visitor's handle has for ever worthless: copies of an old cookie too."""
    await store.put_token(Token(kind=SIGNED_OUT_KIND, sha256=_hash(handle), label="", created_ms=now_ms))


async def sign_out_token(store: Store, *, token: str, now_ms: int) -> None:
    """Makes a token that is good until a time worthless, and no other of the same visitor: the operator's site may name its customer
    again, as often as it likes."""
    await store.put_token(
        Token(kind=SIGNED_OUT_KIND, sha256=_hash(f"token {token}"), label="", created_ms=now_ms, expires_ms=now_ms + 2 * DAY_MS)
    )


async def is_signed_out(store: Store, *, token: str, handle: str, now_ms: int) -> bool:
    """Says whether a visitor's token was signed out."""
    for text in (handle, f"token {token}"):
        if await store.find_token(kind=SIGNED_OUT_KIND, sha256=_hash(text), now_ms=now_ms) is not None:
            return True
    return False


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def is_secure(connection: HTTPConnection, *, public_url: str | None) -> bool:
    """Says whether the browser came by https, so that cookies may be kept to it."""
    return connection.url.scheme == "https" or (public_url or "").startswith("https://")
