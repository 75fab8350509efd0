"""Vocabulary: every key that a predicate may have, with what it takes. A key that does not stand here is refused by name."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

TEXT_CHARACTERS_MAX: Final = 400
LIST_ITEMS_MAX: Final = 400


def _bool(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _number(value: Any) -> bool:
    return _count(value) or (isinstance(value, Decimal) and value.is_finite() and value >= 0)


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= TEXT_CHARACTERS_MAX


def _texts(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= LIST_ITEMS_MAX and all(map(_text, value))


def _text_or_texts(value: Any) -> bool:
    return _text(value) or _texts(value)


def _day(value: Any) -> bool:
    return type(value) is date


def _tiers(value: Any) -> bool:
    items = isinstance(value, list) and 0 < len(value) <= LIST_ITEMS_MAX and all(_count(one) or one == "unlimited" for one in value)
    return items and any(_count(one) for one in value)


def _money(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_currency(name) and _number(amount) for name, amount in value.items())


def _money_range(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_currency(name) and isinstance(pair, list) and len(pair) == 2 and all(map(_number, pair)) for name, pair in value.items())
    )


def _rates(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_text(name) and _money(one) for name, one in value.items())


def _media(value: Any) -> bool:
    return _count(value) or (isinstance(value, dict) and bool(value) and all(_text(name) and _count(one) for name, one in value.items()))


def _table(value: Any) -> bool:
    return isinstance(value, dict) and all(_text(name) and (_number(one) or _text(one)) for name, one in value.items())


def _currency(name: Any) -> bool:
    return isinstance(name, str) and len(name) == 3 and name.isascii() and name.isupper()


Check = Callable[[Any], bool]
BOOL: Final = ("true or false", _bool)
COUNT: Final = ("a whole number of zero or more", _count)
NUMBER: Final = ("a number of zero or more", _number)
TEXT: Final = ("text in quotes", _text)
TEXTS: Final = ("a list of texts", _texts)
TEXT_OR_TEXTS: Final = ("a text or a list of texts", _text_or_texts)

KEYS: Final[Mapping[str, tuple[str, Check]]] = {
    # when the rule is about the act
    "ai_primary": BOOL, "except_ai_primary": BOOL, "account_created_from": ("a day", _day), "recipient_calling_code": TEXT,
    "template_category": TEXT, "templates": BOOL, "window_hours": COUNT, "opened_by": TEXTS, "outside": TEXT,
    "ad_first_message_window_hours": COUNT, "exempt_tags": TEXTS, "exempt_via_app": BOOL, "reply_within_hours": COUNT,
    "train_on_data": BOOL, "persistent_copy": BOOL, "bulk_export": BOOL, "except": TEXT, "supported_country_required": BOOL,
    "unsupported": TEXTS, "users_in": TEXTS, "tier": TEXT, "personal_data": BOOL, "audience_under_18": BOOL,
    "status_pricing_category": TEXT, "signals": TEXTS, "coexistence": BOOL, "endpoint": TEXT_OR_TEXTS, "distribution": TEXT,
    "marketplace": BOOL, "tag": TEXT, "tags": TEXTS, "form": TEXTS, "header_present": TEXTS, "or_sender": TEXTS,
    # what it asks for
    "opt_in_required": BOOL, "for": TEXTS, "separate_for": TEXTS, "opt_out_words": TEXTS, "opt_in_words": TEXTS, "help_words": TEXTS,
    "ai_disclosure": BOOL, "when": TEXTS, "human_escalation_required": BOOL, "payment_method_required": BOOL, "identity_key": TEXT,
    "paid_tier_required": BOOL, "headers": TEXTS, "registration": TEXT, "intent": TEXT, "mark_generated_media": TEXT,
    # bounds
    "max_text_chars": COUNT, "max_text_bytes": COUNT, "max_media_bytes": ("a whole number, or one by kind of media", _media),
    "rate_per_second": COUNT, "rate_per_second_upgraded": COUNT, "rate_per_second_coexistence": COUNT, "rate_per_second_chat": COUNT,
    "rate_per_second_audio_video": COUNT,
    "rate_per_minute": COUNT, "rate_per_minute_group": COUNT, "rate_per_hour_chat": COUNT, "pair_seconds_per_message": COUNT,
    "burst": COUNT, "unique_recipients_per_24h": ("a list of tiers", _tiers), "cooldown_hours": COUNT, "sender": TEXT,
    "call_requests_per_24h": COUNT, "call_requests_per_7d": COUNT, "connected_calls_per_24h": COUNT, "messaging_limit_min": COUNT,
    # money
    "price": TEXT, "price_per_message": ("amounts by currency", _money), "price_per_message_range": ("ranges by currency", _money_range),
    "billed": TEXTS, "free": TEXTS, "rates": ("amounts by category and currency", _rates), "service_free_per_number_per_month": COUNT,
    # for people only
    "category": TEXT, "decided_by": TEXT, "area": TEXT, "counts": TEXT, "scope": TEXT, "backoff": TEXT, "applies_to": TEXT,
    "objects": COUNT,
    "service_rate": TEXT, "service_volume_tiers": BOOL, "month_resets": TEXT, "change_days": TEXTS,
    "notice_months": ("numbers by name", _table), "notice_days": COUNT, "terminate_within_business_days": COUNT, "machine_field": TEXT,
    "phone_optional": BOOL, "pattern": TEXT, "send_field": TEXT, "temporary_permission_days": COUNT,
    "review_above_users": COUNT, "provider": TEXT, "auth": TEXT, "protocol": TEXT, "dkim": BOOL, "spf": BOOL, "dmarc": BOOL,
    "spam_rate_max": NUMBER, "above_per_day": COUNT, "analytics_category": TEXT,
}  # fmt: skip
"""Each key with what it takes, in words, and the check of it."""

MOMENTS: Final = frozenset({"first_interaction", "conversation_start", "session_start", "after_long_pause", "human_to_bot"})

BITES: Final[Mapping[str, frozenset[str]]] = {
    "deny": frozenset({
        "ai_primary", "account_created_from", "template_category", "window_hours", "train_on_data", "persistent_copy", "bulk_export",
        "supported_country_required", "tier", "audience_under_18", "opt_in_required", "endpoint", "form", "header_present", "tag", "tags",
        "recipient_calling_code", "users_in", "coexistence", "status_pricing_category", "signals",
    }),
    "allow": frozenset({"ai_primary", "template_category", "form", "endpoint", "tag", "tags", "users_in", "recipient_calling_code"}),
    "require": frozenset({
        "opt_in_required", "opt_out_words", "ai_disclosure", "human_escalation_required", "payment_method_required", "identity_key",
        "paid_tier_required", "headers", "registration", "intent", "mark_generated_media",
    }),
    "limit": frozenset({
        "max_text_chars", "max_text_bytes", "max_media_bytes", "rate_per_second", "rate_per_second_chat", "rate_per_second_audio_video",
        "rate_per_minute", "rate_per_minute_group", "rate_per_hour_chat", "pair_seconds_per_message", "unique_recipients_per_24h",
        "cooldown_hours", "sender", "window_hours", "call_requests_per_24h", "call_requests_per_7d", "connected_calls_per_24h",
        "messaging_limit_min",
    }),
    "charge": frozenset({"price", "price_per_message", "price_per_message_range", "billed"}),
    "warn": frozenset(KEYS),
}  # fmt: skip
"""Of each effect, the keys of which a rule must have one: a rule that could never bite, or always would, is a mistake."""
