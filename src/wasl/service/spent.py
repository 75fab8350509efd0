"""Spent: what went to each candidate and each channel in a time, as the books have it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from wasl.ledger.price import PriceList
from wasl.ledger.report import items_of_messages
from wasl.ports.channel import Channel
from wasl.ports.ledger import Ledger

Whose = tuple[Literal["candidate", "channel"], str]


class Spent:
    """Reads the books. What has no price known is left out; free things cost nothing."""

    def __init__(self, *, ledger: Ledger, prices: PriceList, channels: Mapping[str, Channel], zone: str) -> None:
        self._ledger = ledger
        self._prices = prices
        self._channels = channels
        self._zone = zone

    async def within(self, since_ms: int, until_ms: int) -> Mapping[Whose, Mapping[str, Decimal]]:
        """Sums a time by candidate and by channel, each by currency. Raises TooLarge, StoreDown."""
        found: dict[Whose, dict[str, Decimal]] = {}

        def add(whose: Whose, currency: str, amount: Decimal) -> None:
            if currency and amount:
                of = found.setdefault(whose, {})
                of[currency] = of.get(currency, Decimal(0)) + amount

        for call in await self._ledger.calls(since_ms=since_ms, until_ms=until_ms):
            add(("candidate", call.candidate), call.currency, call.amount)
        messages = await self._ledger.messages(since_ms=since_ms, until_ms=until_ms)
        for item in items_of_messages(messages, prices=self._prices, kinds=self._kind, zone=self._zone):
            add(("channel", item.channel), item.currency, item.amount or Decimal(0))
        return found

    def _kind(self, name: str) -> str:
        channel = self._channels.get(name)
        return channel.kind if channel is not None else name
