"""Acting: tells what is about to be done as an Act, the way the rules look at it: answering, sending, handing words to a provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from wasl.domain.delivery import Outgoing
from wasl.domain.limits import Limits
from wasl.domain.message import Media, Part, Template, Text, plain_text
from wasl.domain.person import Address
from wasl.policy.act import Act, Counters, Deployment, ModelUse, Recipient, TurnPurpose
from wasl.policy.act import Outgoing as Message
from wasl.routing.route import RouteCandidate
from wasl.service.judging import Case

Mode = Literal["strict", "lenient", "watch"]
ANCILLARY: Final = TurnPurpose()
GENERAL: Final = TurnPurpose(label="general")
NOTHING_COUNTED: Final = Counters()
SHORT: Final = 400
"""A text of so many characters is not measured as it will stand on the wire: no limit is so low."""
ROLES: Final = {"photo": "image", "sticker": "image", "animation": "video", "video": "video", "voice": "audio", "audio": "audio"}
"""Kinds of media as rules name them; anything else is a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A template that the platform approved and that carries an answer as its one value, of at most `characters_max`."""

    name: str
    language: str
    category: str
    characters_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """How one configured channel stands under the rules: `kind` is what the rulebook calls it, `measure` how long a text is there."""

    name: str
    kind: str
    deployment: Deployment
    mode: Mode = "strict"
    measure: Callable[[str], int] = len
    templates: tuple[Approved, ...] = ()
    limits: Limits | None = None
    """The channel's own, by which what the rules want smaller is cut at the gate; None: it is sent as it is."""

    @property
    def taken(self) -> Literal["strict", "lenient"]:
        """How what is not certain is taken."""
        return "lenient" if self.mode == "lenient" else "strict"

    @property
    def notices(self) -> Deployment:
        """The deployment as our own fixed words stand under it: what a notice says is no assistant's answer."""
        return self.deployment if self.deployment.purpose == "business" else replace(self.deployment, purpose="business")


Parties = Mapping[str, Party]


def answering(case: Case, party: Party) -> Act:
    """Tells of answering a turn. The window is not asked about: it is the send that must keep it."""
    purpose = case.purpose or (GENERAL if party.deployment.purpose == "general_assistant" else ANCILLARY)
    return Act(
        channel=party.kind,
        at_ms=case.now_ms,
        deployment=party.deployment,
        message=Message(moment=case.moment, group=case.address.key.kind == "group"),
        person=_person(case.address, last_inbound_ms=case.now_ms),
        purpose=purpose,
        signals=case.care.signs,
        mode="strict" if case.care.strict else party.taken,
    )


def asking(act: Act, candidate: RouteCandidate) -> Act:
    """Tells of handing the person's words to a candidate's provider."""
    return replace(act, model=ModelUse(provider=candidate.vendor, tier=candidate.tier, training=candidate.training))


def sending(
    outgoing: Outgoing,
    party: Party,
    *,
    at_ms: int,
    counters: Counters = NOTHING_COUNTED,
    consent: bool | None = None,
    opted_out: bool = False,
    others: tuple[str, ...] = (),
    offers_human: bool = False,
) -> Act:
    """Tells of sending one delivery."""
    ours = outgoing.author == "system"
    return Act(
        channel=party.kind,
        at_ms=at_ms,
        deployment=party.notices if ours else party.deployment,
        message=_message(outgoing, party, offers_human=offers_human),
        person=_person(
            outgoing.address, last_inbound_ms=outgoing.address.last_inbound_ms, consent=consent, opted_out=opted_out, others=others
        ),
        sender="human" if outgoing.author == "operator" else "assistant",
        purpose=GENERAL if party.deployment.purpose == "general_assistant" and not ours else ANCILLARY,
        counters=counters,
        mode=party.taken,
    )


def _person(
    address: Address,
    *,
    last_inbound_ms: int | None,
    consent: bool | None = None,
    opted_out: bool = False,
    others: tuple[str, ...] = (),
) -> Recipient:
    key = address.key
    phone = key.handle if key.kind == "phone" else key.alias if key.alias_kind == "phone" else None
    return Recipient(
        phone=phone,
        business_id=key.handle if key.kind == "business-scoped id" else None,
        consent=consent,
        opted_out=opted_out,
        last_inbound_ms=last_inbound_ms,
        others=others,
    )


def _message(outgoing: Outgoing, party: Party, *, offers_human: bool) -> Message:
    parts = outgoing.parts
    group = outgoing.address.key.kind == "group"
    if len(parts) == 1 and isinstance(part := parts[0], Text):  # nearly every message
        text = part.text
        characters = len(text) if len(text) <= SHORT else party.measure(text)
        return Message(characters=characters, size_bytes=len(text.encode()), group=group, offers_human=offers_human)
    template = next((part for part in parts if isinstance(part, Template)), None)
    media = max((part for part in parts if isinstance(part, Media)), key=lambda part: part.size_bytes or 0, default=None)
    texts = [part.text for part in parts if isinstance(part, Text)]
    longest = max(texts, key=len, default="" if template else plain_text(parts[:1]))
    return Message(
        form="template" if template else "free",
        bubbles=max(1, len(parts)),
        category=(template.category or "").lower() if template else "",
        characters=party.measure(longest) if len(longest) > SHORT else len(longest),
        size_bytes=len(longest.encode()),
        media_type=ROLES.get(media.role, "document") if media else "",
        media_bytes=media.size_bytes or 0 if media else 0,
        group=group,
        offers_human=offers_human,
    )


def bubbles_of(parts: tuple[Part, ...]) -> int:
    """Counts what the platform bills: each part goes out as a message of its own."""
    return max(1, len(parts))
