"""Means: how the people of a country may be told on a channel, and what one message costs, as the rulebook has it today."""

from collections.abc import Callable

from wasl.continuity.plan import Means
from wasl.domain.rule import Price, Verdict
from wasl.policy.act import Act, Outgoing, Recipient
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook
from wasl.ports.clock import Clock
from wasl.service.acting import Parties

LONG_AGO_MS = 30 * 24 * 3_600_000


class FindMeans:
    """Asks the rulebook. `book` gives the one in force, `parties` how each configured channel stands under it."""

    def __init__(self, *, book: Callable[[], Rulebook], clock: Clock, parties: Parties) -> None:
        self._book = book
        self._clock = clock
        self._parties = parties

    def __call__(self, channel: str, region: str, category: str) -> Means:
        """Gives the means for one country; "" is a country that nobody knows."""
        now = self._clock.now_ms()
        lately = self._judge(channel, region, Outgoing(moment="continued", offers_human=True), inbound_ms=now - 1)
        long_ago = self._judge(channel, region, Outgoing(moment="continued", offers_human=True), inbound_ms=now - LONG_AGO_MS)
        template = self._judge(channel, region, Outgoing(form="template", category=category), inbound_ms=now - LONG_AGO_MS)
        free = long_ago.effect in ("allow", "rewrite")
        by_template = template.effect in ("allow", "rewrite")
        priced = all(_is_priced(verdict) for verdict in (lately, long_ago if free else template))
        return Means(
            outside="free" if free else "template" if by_template else "no",
            free_price=_price(lately),
            template_price=_price(template) if by_template else None,
            priced=priced,
        )

    def _judge(self, channel: str, region: str, message: Outgoing, *, inbound_ms: int) -> Verdict:
        book, party = self._book(), self._parties[channel]
        act = Act(
            channel=book.named(party.kind),
            at_ms=self._clock.now_ms(),
            deployment=party.notices,
            mode=party.taken,
            message=message,
            person=Recipient(region=region or None, consent=True, last_inbound_ms=inbound_ms),
        )
        return evaluate(book, act)


def _price(verdict: Verdict) -> Price | None:
    return verdict.price if verdict.charged else None


def _is_priced(verdict: Verdict) -> bool:
    return not verdict.charged or verdict.price is not None
