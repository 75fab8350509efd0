"""The people of the WhatsApp simulator, and what their phones hold."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wasl.testing.simulators.simulator import Bucket
from wasl.testing.simulators.whatsapp_shapes import WINDOW_MS

PEOPLE_MAX = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message that arrived on a person's phone."""

    id: str
    kind: str
    content: Mapping[str, Any]
    at_ms: int
    reply_to: str | None = None
    tag: str | None = None

    @property
    def text(self) -> str:
        """The words a person reads in it."""
        match self.kind:
            case "text":
                return str(self.content.get("body", ""))
            case "interactive":
                return str(self.content.get("body", {}).get("text", ""))
            case "template":
                return str(self.content.get("rendered", ""))
        return str(self.content.get("caption", ""))


@dataclass(slots=True, kw_only=True)
class WhatsAppPerson:
    """Somebody with WhatsApp. `phone` is digits only; with `shows_phone` false webhooks carry the business-scoped id alone."""

    user_id: str
    phone: str | None
    name: str
    pair: Bucket
    username: str | None = None
    shows_phone: bool = True
    blocked: bool = False
    no_marketing: bool = False
    last_inbound_ms: int | None = None
    typing_until_ms: int = 0
    received: list[Received] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    read_ids: list[str] = field(default_factory=list)

    def window_open(self, now_ms: int) -> bool:
        """Says whether the person wrote within the last 24 hours."""
        return self.last_inbound_ms is not None and now_ms - self.last_inbound_ms < WINDOW_MS

    def contact(self) -> dict[str, Any]:
        """Writes the entry of `contacts`."""
        profile = {"name": self.name}
        if self.username:
            profile["username"] = self.username
        value: dict[str, Any] = {"profile": profile, "user_id": self.user_id}
        if self.phone and self.shows_phone:
            value["wa_id"] = self.phone
        return value


class People:
    """Everybody, by phone and by business-scoped id."""

    def __init__(self, *, pair_seconds: float, pair_burst: float) -> None:
        self._pair_seconds = pair_seconds
        self._pair_burst = pair_burst
        self._by_phone: dict[str, WhatsAppPerson] = {}
        self._by_user_id: dict[str, WhatsAppPerson] = {}

    def __len__(self) -> int:
        return len(self._by_user_id)

    def __iter__(self) -> Any:
        return iter(self._by_user_id.values())

    def find(self, who: str) -> WhatsAppPerson | None:
        """Finds by phone (in any writing) or business-scoped id."""
        return self._by_user_id.get(who) or self._by_phone.get(who) or self._by_phone.get(digits(who))

    def meet(
        self, *, phone: str | None = None, user_id: str | None = None, name: str = "", username: str | None = None, country: str = "XX"
    ) -> WhatsAppPerson:
        """Finds a person or makes one. Raises ValueError without any handle, or when there are too many."""
        number = digits(phone) if phone else None
        found = (self._by_user_id.get(user_id) if user_id else None) or (self._by_phone.get(number) if number else None)
        if found is not None:
            return found
        if not number and not user_id:
            raise ValueError("a person needs a phone or a business-scoped user id")
        if len(self) >= PEOPLE_MAX:
            raise ValueError(f"the simulator holds at most {PEOPLE_MAX} people")
        bsuid = user_id or scoped_id(number or "", country=country)
        person = WhatsAppPerson(
            user_id=bsuid,
            phone=number,
            name=name or number or bsuid,
            username=username,
            pair=Bucket(seconds=self._pair_seconds, burst=self._pair_burst),
        )
        self._by_user_id[bsuid] = person
        if number:
            self._by_phone[number] = person
        return person

    def move(self, person: WhatsAppPerson, *, phone: str, country: str = "XX") -> WhatsAppPerson:
        """Gives a person a new number, and with it a new business-scoped id. Who had the number before loses it."""
        if person.phone:
            self._by_phone.pop(person.phone, None)
        self._by_user_id.pop(person.user_id, None)
        person.phone = digits(phone)
        before = self._by_phone.get(person.phone)
        if before is not None:
            before.phone = None
        person.user_id = scoped_id(f"{person.phone}/{person.user_id}", country=country)
        self._by_phone[person.phone] = person
        self._by_user_id[person.user_id] = person
        return person


def digits(phone: str) -> str:
    """Strips everything but digits."""
    return phone if phone.isdigit() and phone.isascii() else re.sub(r"[^0-9]", "", phone)


def scoped_id(seed: str, *, country: str) -> str:
    """Derives a business-scoped id: always the same one for the same seed."""
    return f"{country}.{hashlib.sha1(seed.encode()).hexdigest()[:20].upper()}"
