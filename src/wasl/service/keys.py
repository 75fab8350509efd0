"""API keys for the compatible API: shown once when made; the store keeps only the SHA-256 of their text."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Final

from wasl.domain.days import DAY_MS
from wasl.domain.errors import SettingWrong
from wasl.ports.store import Store, Token

KEY_KIND: Final = "api key"
KEY_PREFIX: Final = "wasl_"
"""Every key begins so, which lets logs and secret scanners know one when they see it."""
LABEL_CHARACTERS_MAX: Final = 100
KEY_CHARACTERS_MAX: Final = 200
"""No key is longer; what is longer is refused without hashing it."""


async def make_key(store: Store, *, label: str, now_ms: int, days: int | None = None) -> str:
    """Makes a key and gives its text, which is kept nowhere. `days` None: it never ends.

    Raises SettingWrong when a key with that label is there already, or the label is empty or too long.
    """
    label = label.strip()
    if not label or len(label) > LABEL_CHARACTERS_MAX:
        raise SettingWrong(f"a key's label must have 1 to {LABEL_CHARACTERS_MAX} characters; name who will use it")
    if any(key.label == label for key in await list_keys(store)):
        raise SettingWrong(f"there is a key labelled {label!r} already; choose another label, or revoke it first")
    text = KEY_PREFIX + secrets.token_urlsafe(32)
    expires_ms = None if days is None else now_ms + days * DAY_MS
    await store.put_token(Token(kind=KEY_KIND, sha256=_hash(text), label=label, created_ms=now_ms, expires_ms=expires_ms))
    return text


async def find_key(store: Store, *, text: str, now_ms: int) -> Token | None:
    """Finds the key that a caller showed; None when it is none of ours, revoked, or over."""
    if not text.startswith(KEY_PREFIX) or len(text) > KEY_CHARACTERS_MAX:
        return None
    return await store.find_token(kind=KEY_KIND, sha256=_hash(text), now_ms=now_ms)


async def list_keys(store: Store) -> Sequence[Token]:
    """Lists the keys that work, the oldest first."""
    return sorted(await store.tokens(kind=KEY_KIND), key=lambda key: (key.created_ms, key.sha256))


async def revoke_key(store: Store, *, name: str) -> Token:
    """Ends the key with that label, or whose id (see `key_id`) it is. Raises SettingWrong when there is none."""
    keys = await list_keys(store)
    for key in keys:
        if name in (key.label, key_id(key)) and await store.drop_token(kind=KEY_KIND, sha256=key.sha256):
            return key
    known = ", ".join(repr(key.label) for key in keys) or "there are none"
    raise SettingWrong(f"no key is called {name!r}; the keys are: {known}")


def key_id(key: Token) -> str:
    """Gives a short name for a key, by which nothing can be done with it."""
    return key.sha256[:8]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
