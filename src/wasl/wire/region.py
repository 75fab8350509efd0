"""Where a person is, as platforms judge it: by the calling code of the number, or by the country at the head of a business-scoped id."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers

PHONE_CHARACTERS_MAX: Final = 40
_CODE_DIGITS_MAX: Final = 3
_REGION_OF_CODE: Final = {str(code): regions for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if regions[0] != "001"}
REGIONS: Final = frozenset(region for regions in _REGION_OF_CODE.values() for region in regions)
"""Every country and territory with telephone numbers (ISO 3166 alpha-2)."""
_REMEMBERED: Final = 1_024
"""Numbers whose country is remembered for a moment: one step after the other of a turn asks for it."""
_WITHIN: Final = {"VA": "IT", "SJ": "NO", "AX": "FI"}
"""Territories that share the calling code of a country of the same rules; platforms name the code, not the territory."""
_BUSINESS_ID: Final = re.compile(r"([A-Z]{2})\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def calling_code_of(phone: str) -> str | None:
    """Gives the calling code ("20") of a number or of its beginning, None where there is none."""
    return _code_and_region(phone[:PHONE_CHARACTERS_MAX])[0]


def region_of_phone(phone: str) -> str | None:
    """Gives the country of a number, or of a number's beginning; where several share a code, the whole number decides.

    A number whose country cannot be told within a shared code is taken for the code's main country.
    """
    return _code_and_region(phone[:PHONE_CHARACTERS_MAX])[1]


def region_of_business_id(business_id: str) -> str | None:
    """Gives the country at the head of a business-scoped id ("EG.13491208655302741918")."""
    found = _BUSINESS_ID.fullmatch(business_id)
    return found[1] if found and found[1] in REGIONS else None


def region_of_address(*, handle: str, kind: str, alias: str | None = None, alias_kind: str | None = None) -> str | None:
    """Gives the country of a correspondent by what the platform calls them: a number or a business-scoped id, of either handle; None
    where neither tells (an account, an e-mail address)."""
    for told, what in ((handle, kind), (alias, alias_kind)):
        if told and what in _TELLS and (found := _TELLS[what](told)):
            return found
    return None


@lru_cache(maxsize=_REMEMBERED)
def _code_and_region(phone: str) -> tuple[str | None, str | None]:
    digits = _digits(phone)
    for length in range(1, min(_CODE_DIGITS_MAX, len(digits)) + 1):
        regions = _REGION_OF_CODE.get(code := digits[:length])
        if regions is not None:
            return code, regions[0] if len(regions) == 1 else _among(code, digits[length:])
    return None, None


def _digits(phone: str) -> str:
    text = phone.strip()
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):  # as people write them; platforms write digits alone
        digits = "".join(letter for letter in text if letter in "0123456789")
    return digits[2:] if digits.startswith("00") else digits


_TELLS: Final = {"phone": region_of_phone, "business-scoped id": region_of_business_id}


@lru_cache(maxsize=8_192)
def _among(code: str, rest: str) -> str:
    main = _REGION_OF_CODE[code][0]
    if not rest:
        return main
    try:
        number = phonenumbers.parse(f"+{code}{rest}")
    except phonenumbers.NumberParseException:
        return main
    found = phonenumbers.region_code_for_number(number) or main
    return _WITHIN.get(found, found)
