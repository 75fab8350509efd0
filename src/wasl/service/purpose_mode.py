"""Purpose's mode: off, watch or guard, by channel, by the person's country and by the day, as the rules say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, Literal, Protocol

from wasl.domain.errors import SettingWrong
from wasl.domain.person import Address
from wasl.domain.purpose import PurposeMode
from wasl.policy.act import Act, Deployment, Recipient, TurnPurpose
from wasl.policy.primary import rule_against_general
from wasl.policy.rulebook import Rulebook
from wasl.wire.region import region_of_address

QUARTER_MS: Final = 15 * 60_000
"""Rules change at the borders of days, and every time zone's days begin on such a quarter of an hour."""
KEPT_MAX: Final = 4_096
GENERAL: Final = TurnPurpose(label="general")


class Standing(Protocol):
    """How a channel stands under the rules."""

    @property
    def kind(self) -> str:
        """What the rulebook calls it."""
        ...

    @property
    def deployment(self) -> Deployment:
        """Under which account it runs."""
        ...

    @property
    def mode(self) -> Literal["strict", "lenient", "watch"]:
        """How strictly the rules are taken; "watch" stops nothing."""
        ...


class PurposeModes:
    """Tells the mode of a message. `wanted` is what the settings say of a channel by its name."""

    def __init__(self, *, book: Callable[[], Rulebook], standings: Mapping[str, Standing], wanted: Callable[[str], str]) -> None:
        self._book = book
        self._standings = standings
        self._wanted = wanted
        self._kept: dict[tuple[str, str, str | None, int], bool] = {}

    def mode(self, address: Address, *, now_ms: int, has_scope: bool) -> PurposeMode:
        """Gives the mode. What the rules forbid is guarded whatever the settings say, but never without a scope of the operator's."""
        channel = address.key.channel
        wanted = self._wanted(channel)
        if has_scope and (wanted == "guard" or self.forbids(channel, address, now_ms=now_ms)):
            return "guard"
        return "off" if wanted == "off" else "watch"

    def forbids(self, channel: str, address: Address, *, now_ms: int) -> bool:
        """Says whether a general answer to this person would be refused on a channel today."""
        standing = self._standings.get(channel)
        if standing is None or standing.mode == "watch":
            return False
        key = address.key
        place = region_of_address(handle=key.handle, kind=key.kind, alias=key.alias, alias_kind=key.alias_kind)
        book = self._book()
        name = (channel, book.digest, place, now_ms // QUARTER_MS)
        known = self._kept.get(name)
        if known is None:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            known = self._kept[name] = self._judged(standing, book, place, now_ms=now_ms)
        return known

    def _judged(self, standing: Standing, book: Rulebook, place: str | None, *, now_ms: int) -> bool:
        act = Act(
            channel=standing.kind,
            at_ms=now_ms,
            deployment=replace(standing.deployment, purpose="business"),
            person=Recipient(region=place),
            purpose=GENERAL,
            mode="lenient" if standing.mode == "lenient" else "strict",
        )
        try:
            return rule_against_general(book, act) is not None
        except SettingWrong:
            return True  # a zone or region that is none is told by `wasl check`; meanwhile the strict side
