"""Exempt: whom the rulebook goes on allowing on the day of a sunset, so that a plan leaves them out, and for how long it does."""

from collections.abc import Callable
from typing import Final

from wasl.domain.days import DAY_MS
from wasl.policy.act import Act, Outgoing, Recipient, TurnPurpose
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook
from wasl.service.acting import Parties

LOOKED_AHEAD_DAYS: Final = 90
"""So far behind the day it is looked whether the exemption lasts."""


class FindExempt:
    """Asks the rulebook whether the assistant may answer the people of a country. `book` gives the one in force, `parties` how each
    configured channel stands under it."""

    def __init__(self, *, book: Callable[[], Rulebook], parties: Parties) -> None:
        self._book = book
        self._parties = parties

    def __call__(self, channel: str, region: str, at_ms: int) -> bool:
        """Says whether people of a country ("": one that nobody knows) may be answered at a time."""
        book, party = self._book(), self._parties[channel]
        general = party.deployment.purpose == "general_assistant"
        act = Act(
            channel=book.named(party.kind),
            at_ms=at_ms,
            deployment=party.deployment,
            mode=party.taken,
            message=Outgoing(moment="continued"),
            person=Recipient(region=region or None, consent=True, last_inbound_ms=at_ms),
            purpose=TurnPurpose(label="general") if general else TurnPurpose(),
        )
        return evaluate(book, act).effect != "refuse"

    def until_ms(self, channel: str, region: str, from_ms: int) -> int | None:
        """Gives the first day behind `from_ms` on which they may not be answered any more, None where none is in sight."""
        days = (from_ms + place * DAY_MS for place in range(1, LOOKED_AHEAD_DAYS + 1))
        return next((at for at in days if not self(channel, region, at)), None)
