"""Respect: the gate that no rule opens: who does not want to be written to is not, and a channel in trouble runs no campaign."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import HeldByRule
from wasl.domain.ids import ConversationId
from wasl.domain.message import Template
from wasl.domain.trouble import Care
from wasl.domain.turn import Settling
from wasl.ports.clock import Clock
from wasl.ports.standing import Standings
from wasl.service.judging import Admission, Denied, Gate, Waits

LOOK_AGAIN_MS: Final = 30 * 60_000
"""What waits until the operator clears a trouble is looked at again so often."""
OPTED_OUT: Final = "person.opted_out"
NO_MARKETING: Final = "person.no_marketing"
TROUBLE: Final = "channel.trouble"
_WORDS: Final = {
    OPTED_OUT: ("The person asked not to be written to here.", "طلب الشخص ألا يُكتب إليه هنا."),
    NO_MARKETING: ("The person wants no marketing here.", "لا يريد الشخص رسائل تسويقية هنا."),
    TROUBLE: (
        "The platform shows signs of trouble: no campaign goes out before the operator clears them.",
        "تُظهر المنصة علامات متاعب: لا تخرج حملة قبل أن ينهي المشغّل التنبيه.",
    ),
}


class Respect:
    """A gate before another one, which is asked about everything that this one lets pass.

    A human's own word goes to who opted out only where no rule of the channel speaks of opting out (`forbidden`): there the platform
    refuses it, too.
    """

    def __init__(
        self,
        *,
        inner: Gate,
        standings: Standings,
        clock: Clock,
        care: Callable[[str], Awaitable[Care]],
        forbidden: Callable[[str], bool],
    ) -> None:
        self._inner = inner
        self._standings = standings
        self._clock = clock
        self._care = care
        self._forbidden = forbidden

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        """Judges one delivery."""
        key = outgoing.address.key
        permission = await self._standings.permission(key, conversation_id=conversation_id, delivery_id=outgoing.id)
        if permission.opted_out and (outgoing.author != "operator" or self._forbidden(key.channel)):
            return Denied(why=HeldByRule(_WORDS[OPTED_OUT][0]), verdict=_kept(OPTED_OUT))
        if any(isinstance(part, Template) and (part.category or "").casefold() == "marketing" for part in outgoing.parts):
            if permission.marketing is False:
                return Denied(why=HeldByRule(_WORDS[NO_MARKETING][0]), verdict=_kept(NO_MARKETING))
            if not (await self._care(key.channel)).campaigns:
                due = self._clock.now_ms() + LOOK_AGAIN_MS
                return Waits(due_at_ms=due, why=HeldByRule(_WORDS[TROUBLE][0]), verdict=_kept(TROUBLE, waits_for="operator"))
        return await self._inner.admit(outgoing, conversation_id=conversation_id)

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        """Tells the gate behind it what became of a delivery."""
        await self._inner.settled(outgoing, settling)


def _kept(rule: str, **more: Any) -> dict[str, Any]:
    english, arabic = _WORDS[rule]
    return {"effect": "refuse", "reasons": [{"rule": rule, "en": english, "ar": arabic}], **more}
