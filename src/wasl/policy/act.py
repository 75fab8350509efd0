"""Act: what is about to happen, as the rules look at it. Everything is given; nothing is looked up. Times in milliseconds (UTC)."""

from dataclasses import field
from datetime import date
from typing import Literal

from wasl.domain.value import value

Purpose = Literal["business", "general_assistant"]
Form = Literal["free", "template", "call_request", "call"]
Moment = Literal["first_interaction", "session_start", "after_long_pause", "human_to_bot", "continued"]
Use = Literal["train_on_data", "bulk_export", "persistent_copy"]


@value(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What the operator runs, and under which account.

    `zone` is the account's time zone: dates of rules and months of counters are told in it. `fulfilled` names duties that stand
    fulfilled ("way_to_human", the name of a registration or permission). `home_region` stands in for people whose country cannot be
    told. `billing` is None where nobody knows whether a payment method is set. `rate_per_second` is what the platform granted this
    account, where it has classes of throughput.
    """

    purpose: Purpose = "business"
    distribution: Literal["internal", "public"] = "public"
    billing: bool | None = None
    account_created_on: date | None = None
    zone: str = "UTC"
    home_region: str | None = None
    throughput: Literal["standard", "upgraded", "coexistence"] = "standard"
    rate_per_second: int | None = None
    unique_recipients_max: int | None = None
    audience_under_18: bool = False
    marketplace: bool = False
    fulfilled: frozenset[str] = frozenset()


@value(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """The message, which may go out as several `bubbles`, each of them billed.

    `moment` is where in the conversation it stands, None when that is not known. `answers_headers` and `answers_sender` tell of the mail
    that it answers; `bulk` says that it goes to many.
    """

    form: Form = "free"
    bubbles: int = 1
    category: str = ""
    characters: int = 0
    size_bytes: int = 0
    media_type: str = ""
    media_bytes: int = 0
    tag: str = ""
    moment: Moment | None = None
    group: bool = False
    bulk: bool = False
    via_app: bool = False
    discloses_ai: bool = False
    offers_human: bool = False
    offers_unsubscribe: bool = False
    marked_generated: bool = False
    answers_headers: tuple[str, ...] = ()
    answers_sender: str = "-"


@value(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The person. `consent` is None where it was never asked; `said` is their last message where it was short; `entry_opened_ms`
    when an advertisement's or page's free window opened; `others` are channels on which they can be reached, too.
    """

    phone: str | None = None
    business_id: str | None = None
    region: str | None = None
    consent: bool | None = None
    opted_out: bool = False
    last_inbound_ms: int | None = None
    opened_by: str = ""
    entry_opened_ms: int | None = None
    said: str = ""
    others: tuple[str, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class TurnPurpose:
    """What this turn is about, and how sure that is (0 to 1)."""

    label: Literal["ancillary", "general"] = "ancillary"
    confidence: float = 1.0


@value(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """The provider that would receive the words. `supported` is its list of countries where the operator keeps one; `training` says
    what it may do with them, None when only the tier is known: then a free tier is taken to train.
    """

    provider: str
    tier: Literal["free", "paid"] | None = None
    training: Literal["none", "inputs", "fine_tune_for_exclusive_use"] | None = None
    personal_data: bool = True
    supported: frozenset[str] | None = None


@value(frozen=True, slots=True, kw_only=True)
class Counters:
    """What was sent before this act; the act itself is not counted. Months are those of the account's time zone."""

    last_second: int = 0
    to_chat_last_second: int = 0
    to_chat_last_minute: int = 0
    to_chat_last_hour: int = 0
    to_person_6s: int = 0
    unique_24h: int = 0
    person_in_unique_24h: bool = False
    service_this_month: int = 0
    endpoint_last_minute: int = 0
    calls_asked_24h: int = 0
    calls_asked_7d: int = 0
    calls_24h: int = 0
    capped_at_ms: int | None = None


@value(frozen=True, slots=True, kw_only=True)
class Act:
    """One act to be judged: answering, sending, or handing a person's words to a provider."""

    channel: str
    at_ms: int
    deployment: Deployment = field(default_factory=Deployment)
    message: Outgoing = field(default_factory=Outgoing)
    person: Recipient = field(default_factory=Recipient)
    sender: Literal["assistant", "human"] = "assistant"
    purpose: TurnPurpose = field(default_factory=TurnPurpose)
    counters: Counters = field(default_factory=Counters)
    model: ModelUse | None = None
    uses: frozenset[Use] = frozenset()
    signals: frozenset[str] = frozenset()
    endpoint: str = ""
    mode: Literal["strict", "lenient"] = "strict"
