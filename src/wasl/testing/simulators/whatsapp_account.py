"""The business account that the WhatsApp simulator knows, and the numbers that it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wasl.testing.simulators.whatsapp_checks import KnownTemplate

State = Literal["sent", "delivered", "read", "failed"]
TYPING_SECONDS = 25
MEDIA_URL_MS = 300_000
UPLOADED_MEDIA_MS = 30 * 86_400_000
MESSAGES_KEPT_MAX = 2_000_000
LATE_CODES = frozenset({131026, 131049})
"""Refusals that the platform tells by a `failed` status after it took the message."""

TEMPLATES = (
    KnownTemplate(name="hello_world", language="en_US", body="Hello World. Welcome."),
    KnownTemplate(name="order_ready", language="en", parameters=2, body="Hello {{1}}, your order {{2}} is ready."),
    KnownTemplate(name="order_ready", language="ar", parameters=2, body="مرحبا {{1}}، طلبك رقم {{2}} جاهز."),
    KnownTemplate(name="offer", language="en", category="MARKETING", parameters=1, body="Today: {{1}}"),
    KnownTemplate(name="offer", language="ar", category="MARKETING", parameters=1, body="اليوم: {{1}}"),
    KnownTemplate(name="login_code", language="en", category="AUTHENTICATION", parameters=1, body="{{1}} is your code."),
    KnownTemplate(name="paused_offer", language="en", category="MARKETING", status="PAUSED", body="Paused."),
    KnownTemplate(name="disabled_offer", language="en", category="MARKETING", status="DISABLED", body="Disabled."),
    KnownTemplate(name="pending_offer", language="en", category="MARKETING", status="PENDING", body="Pending."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppAccount:
    """The business that the simulator knows. A pace of 0 switches that limit off."""

    phone_number_id: str = "106540352242922"
    account_id: str = "102290129340398"
    access_token: str = "EAAsimulated-token"
    app_secret: str = "simulated-app-secret"
    verify_token: str = "simulated-verify-token"
    display_phone: str = "15550783881"
    name: str = "Simulated business"
    per_second: float = 80.0
    pair_seconds: float = 6.0
    pair_burst: float = 45.0
    templates: tuple[KnownTemplate, ...] = TEMPLATES
    receipts: tuple[State, ...] = ("sent", "delivered")
    receipt_seconds: Mapping[str, float] = field(default_factory=dict)
