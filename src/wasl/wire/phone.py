"""Telephone numbers made comparable, only where a platform says that a handle is one."""

import phonenumbers

from wasl.domain.person import AddressKey

NUMBER_CHARACTERS_MAX = 40
"""Longer texts are no telephone numbers; E.164 has 15 digits, people write marks between them."""


def e164(text: str, *, region: str | None = None) -> str | None:
    """Gives a telephone number as "+" and digits (ITU-T E.164), None for what is not one.

    `region` (ISO 3166 alpha-2) reads a number that is written as at home there; without it only numbers with a "+" or "00", or bare
    digits as platforms write them (country code first), are read.
    """
    bare = text.strip()
    if not bare or len(bare) > NUMBER_CHARACTERS_MAX:
        return None
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif region is None and not bare.startswith("+"):
        bare = f"+{bare}"
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def same_phone(one: AddressKey, other: AddressKey) -> bool:
    """Says whether two correspondents bear one telephone number. A handle of another kind is never read as a number."""
    first = {n for n in map(e164, _phones(one)) if n is not None}
    return any(e164(phone) in first for phone in _phones(other))


def _phones(key: AddressKey) -> list[str]:
    told = ((key.handle, key.kind), (key.alias, key.alias_kind))
    return [handle for handle, kind in told if handle is not None and kind == "phone"]


def masked(handle: str) -> str:
    """Gives a handle as it may be shown where it is not known yet: its two ends, the middle as dots."""
    ends = 2 if len(handle) < 10 else 3
    if len(handle) <= 2 * ends:
        return f"{handle[:1]}•••"
    return f"{handle[:ends]}•••{handle[-2:]}"
