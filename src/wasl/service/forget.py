"""Forget: carries out an erasure that a person confirmed in the chat, once their last word has reached them."""

import secrets
from typing import cast

import structlog

from wasl.domain.errors import Malformed, OnHold
from wasl.domain.identity import By
from wasl.domain.ids import PersonId
from wasl.ports.clock import Clock
from wasl.ports.people import Erasure
from wasl.ports.store import Store, Timer

log = structlog.get_logger(__name__)


class Forget:
    """Erases what the store holds of a person. Files and vault keys are told of by People.erase to whoever keeps them."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def carry_out(self, timer: Timer) -> None:
        """Erases the person whom a timer names; whoever is gone or held by now is left alone."""
        person, by = PersonId(str(timer.payload["person"])), cast(By, timer.payload.get("by", "person"))
        try:
            weighed = await self._store.people.weigh(person)
        except Malformed:
            return  # erased before the process died
        erasure = Erasure(
            id=timer.key,
            at_ms=self._clock.now_ms(),
            by=by,
            person_id=person,
            conversations=weighed.conversations,
            addresses=(),
            receipt={"counts": dict(weighed.counts)},
        )
        try:
            forgotten = await self._store.people.erase(erasure=erasure, salt=secrets.token_bytes(16))
        except OnHold as hold:
            log.warning("an erasure was confirmed and a hold came first", person=person, why=hold.message)
            return
        log.info("erased a person", receipt=timer.key, **forgotten.counts)
