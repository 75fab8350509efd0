"""Log in: the operator's single-use link and the session that it opens; the secret that signs what pages carry.

No password anywhere: whoever can run a command on the machine can make a link. The store keeps only hashes of links and sessions.
"""

import hashlib
import secrets

from wasl.domain.days import DAY_MS
from wasl.ports.store import Store, Token

LINK_MS = 30 * 60_000
"""How long a login link may be used."""
SESSION_MS = 14 * DAY_MS
"""How long a session lasts."""
LINK_KIND = "login"
SESSION_KIND = "session"
SECRET_KIND = "secret"
LOGIN_PATH = "/console/login?token="


async def make_link(store: Store, *, now_ms: int, label: str = "operator") -> str:
    """Makes a single-use link and gives its path with the secret in it, to be put after the server's address."""
    text = secrets.token_urlsafe(24)
    await store.put_token(Token(kind=LINK_KIND, sha256=_hash(text), label=label, created_ms=now_ms, expires_ms=now_ms + LINK_MS))
    return LOGIN_PATH + text


async def open_session(store: Store, *, link: str, now_ms: int) -> str | None:
    """Uses up a link's secret and gives the text of a new session; None when the link is used, too old or not ours."""
    token = await store.take_token(kind=LINK_KIND, sha256=_hash(link), now_ms=now_ms)
    if token is None:
        return None
    text = secrets.token_urlsafe(32)
    await store.put_token(
        Token(kind=SESSION_KIND, sha256=_hash(text), label=token.label, created_ms=now_ms, expires_ms=now_ms + SESSION_MS)
    )
    return text


async def find_session(store: Store, *, session: str, now_ms: int) -> Token | None:
    """Finds the session that is still open."""
    return await store.find_token(kind=SESSION_KIND, sha256=_hash(session), now_ms=now_ms)


async def close_session(store: Store, *, session: str) -> None:
    """Ends a session."""
    await store.drop_token(kind=SESSION_KIND, sha256=_hash(session))


async def keep_secret(store: Store, *, now_ms: int) -> str:
    """Gives the secret that every process on this store signs with; makes and keeps it at the first start.

    When several processes start on an empty store at once, all settle on the oldest one at their next start.
    """
    if not await store.tokens(kind=SECRET_KIND):
        text = secrets.token_urlsafe(32)
        await store.put_token(
            Token(kind=SECRET_KIND, sha256=_hash(text), label="signs what pages carry", created_ms=now_ms, payload={"secret": text})
        )
    oldest = min(await store.tokens(kind=SECRET_KIND), key=lambda token: (token.created_ms, token.sha256))
    return str(oldest.payload["secret"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
