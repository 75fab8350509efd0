"""Question: what Wasl asked in a conversation and waits for, kept in the store with the turn that answers it."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wasl.domain.ids import ConversationId, TurnId
from wasl.ports.clock import Clock
from wasl.ports.store import Store, Token

ASKED_KIND = "asked"
ASKED_MS = 10 * 60_000


class Question:
    """The one question that waits in a conversation, as one turn sees it. A newer question takes the place of the older."""

    def __init__(self, *, store: Store, clock: Clock, home: ConversationId, turn_id: TurnId) -> None:
        self._store = store
        self._clock = clock
        self._home = home
        self._turn_id = turn_id
        self._sha256 = hashed(f"asked\n{home}")

    async def put(self, payload: Mapping[str, Any], *, expires_ms: int | None = None) -> Token:
        """Asks."""
        now = self._clock.now_ms()
        token = Token(
            kind=ASKED_KIND,
            sha256=self._sha256,
            label="asked",
            created_ms=now,
            expires_ms=expires_ms or now + ASKED_MS,
            payload={**payload, "conversation": self._home, "asked_by": self._turn_id},
        )
        await self._store.put_token(token)
        return token

    async def waiting(self, what: str | None = None) -> Token | None:
        """Gives the question that waits for this turn: nobody answered it, or this very turn did before the process died."""
        token = await self._store.find_token(kind=ASKED_KIND, sha256=self._sha256, now_ms=self._clock.now_ms())
        if token is None or (what is not None and token.payload.get("what") != what):
            return None
        return token if token.payload.get("done_by") in (None, self._turn_id) else None

    async def take(self, asked: Token, *, chosen: str | None = None) -> bool:
        """Remembers, before anything is done, that this turn answers the question; False when another did, or chose otherwise."""
        taker = asked.payload.get("done_by")
        if taker is not None:
            return bool(taker == self._turn_id and asked.payload.get("chosen") == chosen)
        await self._store.put_token(replace(asked, payload={**asked.payload, "done_by": self._turn_id, "chosen": chosen}))
        return True


def hashed(text: str) -> str:
    """Gives the SHA-256 of a text, as tokens are kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
