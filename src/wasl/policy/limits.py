"""Limits: what follows when a counted or measured bound is reached: a time to wait for, sizes to keep, or a refusal."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from wasl.domain.days import DAY_MS
from wasl.policy.act import Counters
from wasl.policy.rule import Rule
from wasl.policy.situation import HOUR_MS, SECOND_MS, Situation


class Reached(NamedTuple):
    """A bound is reached: wait until then, or keep these sizes, or never (neither is given)."""

    until_ms: int | None = None
    sizes: tuple[tuple[str, int], ...] = ()


Bound = Callable[[Situation], Reached | None]

_COUNTED: Final[Mapping[str, tuple[Callable[[Counters], int], int]]] = {
    "rate_per_second": (lambda c: c.last_second, SECOND_MS),
    "rate_per_second_chat": (lambda c: c.to_chat_last_second, SECOND_MS),
    "rate_per_minute": (lambda c: c.endpoint_last_minute, 60 * SECOND_MS),
    "rate_per_hour_chat": (lambda c: c.to_chat_last_hour, HOUR_MS),
    "call_requests_per_24h": (lambda c: c.calls_asked_24h, DAY_MS),
    "call_requests_per_7d": (lambda c: c.calls_asked_7d, 7 * DAY_MS),
    "connected_calls_per_24h": (lambda c: c.calls_24h, DAY_MS),
}
_CALLS: Final = {"call_requests_per_24h": "call_request", "call_requests_per_7d": "call_request", "connected_calls_per_24h": "call"}


def bounds_of(rule: Rule) -> tuple[Bound, ...]:
    """Compiles the bounds of a limit."""
    return tuple(_MAKERS[key](key, value, rule) for key, value in rule.predicate.items() if key in _MAKERS)


def _counted(key: str, value: int, rule: Rule) -> Bound:
    count, wait = _COUNTED[key]
    form = _CALLS.get(key)
    upgraded = {
        "standard": value,
        "upgraded": int(rule.predicate.get(f"{key}_upgraded", value)),
        "coexistence": int(rule.predicate.get(f"{key}_coexistence", value)),
    }

    grades = f"{key}_upgraded" in rule.predicate

    def bound(s: Situation) -> Reached | None:
        if form and s.act.message.form != form:
            return None
        account = s.act.deployment
        granted = account.rate_per_second if grades else None
        most = upgraded[account.throughput] if granted is None else granted
        return Reached(s.act.at_ms + wait) if count(s.act.counters) >= most else None

    return bound


def _audio_video(_key: str, value: int, _rule: Rule) -> Bound:
    """Sound and film have a lower rate of their own. Every message of the second counts, for nobody counts the kinds apart."""

    def bound(s: Situation) -> Reached | None:
        heavy = s.act.message.media_type.partition("/")[0] in ("audio", "video")
        return Reached(s.act.at_ms + SECOND_MS) if heavy and s.act.counters.last_second >= value else None

    return bound


def _standing(_key: str, value: int, _rule: Rule) -> Bound:
    """The account must be allowed to write to so many people a day; one whose allowance is not known is not refused."""

    def bound(s: Situation) -> Reached | None:
        most = s.act.deployment.unique_recipients_max
        return Reached() if most is not None and most < value else None

    return bound


def _group_minute(_key: str, value: int, _rule: Rule) -> Bound:
    def bound(s: Situation) -> Reached | None:
        full = s.act.message.group and s.act.counters.to_chat_last_minute >= value
        return Reached(s.act.at_ms + 60 * SECOND_MS) if full else None

    return bound


def _pair(_key: str, value: int, rule: Rule) -> Bound:
    """One message each `value` seconds to one person; a burst at once, then an equal pause."""
    burst = int(rule.predicate.get("burst", 1))

    def bound(s: Situation) -> Reached | None:
        sent = s.act.counters.to_person_6s
        return Reached(s.act.at_ms + sent * value * SECOND_MS) if sent >= burst else None

    return bound


def _unique(_key: str, value: list[int | str], _rule: Rule) -> Bound:
    """A person inside the window, or counted already, is not counted again. Where the tier is not known, the lowest is taken."""
    lowest = min(tier for tier in value if isinstance(tier, int))

    def bound(s: Situation) -> Reached | None:
        inside = s.elapsed_ms is not None and s.elapsed_ms <= DAY_MS
        if inside or s.act.counters.person_in_unique_24h:
            return None
        tier = lowest if s.act.deployment.unique_recipients_max is None else s.act.deployment.unique_recipients_max
        return Reached(s.act.at_ms + DAY_MS) if s.act.counters.unique_24h >= tier else None

    return bound


def _cooldown(_key: str, value: int, _rule: Rule) -> Bound:
    def bound(s: Situation) -> Reached | None:
        capped = s.act.counters.capped_at_ms
        return Reached(capped + value * HOUR_MS) if capped is not None and s.act.at_ms < capped + value * HOUR_MS else None

    return bound


def _characters(key: str, value: int, _rule: Rule) -> Bound:
    return lambda s: Reached(sizes=((key, value),)) if s.act.message.characters > value else None


def _bytes(key: str, value: int, _rule: Rule) -> Bound:
    return lambda s: Reached(sizes=((key, value),)) if s.act.message.size_bytes > value else None


def _media(_key: str, value: int | Mapping[str, int], _rule: Rule) -> Bound:
    """One bound for all media, or one by the first part of the media type ("image"), "*" for the others."""
    by_type = {"*": value} if isinstance(value, int) else dict(value)

    def bound(s: Situation) -> Reached | None:
        message = s.act.message
        most = by_type.get(message.media_type.partition("/")[0], by_type.get("*"))
        return Reached() if most is not None and message.media_bytes > most else None

    return bound


def _sender(_key: str, value: str, _rule: Rule) -> Bound:
    return lambda s: Reached() if s.act.sender != value else None


def _window(_key: str, value: int, _rule: Rule) -> Bound:
    return lambda s: Reached() if s.elapsed_ms is None or s.elapsed_ms > value * HOUR_MS else None


_MAKERS: Final[Mapping[str, Callable[[str, Any, Rule], Bound]]] = {
    **dict.fromkeys(_COUNTED, _counted),
    "rate_per_second_audio_video": _audio_video,
    "rate_per_minute_group": _group_minute,
    "pair_seconds_per_message": _pair,
    "unique_recipients_per_24h": _unique,
    "cooldown_hours": _cooldown,
    "max_text_chars": _characters,
    "max_text_bytes": _bytes,
    "max_media_bytes": _media,
    "sender": _sender,
    "window_hours": _window,
    "messaging_limit_min": _standing,
}
