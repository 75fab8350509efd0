"""Regions: countries and groups of countries as texts name them, by the codes that rules use."""

import re
from typing import Final

EEA: Final = "EEA"
EU: Final = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT",
    "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip
"""The European Union, which the shipped rules do not name as a group."""
_NAMED: Final = {
    "european economic area": EEA, "eea": EEA, "european union": "EU", "eu": "EU", "united kingdom": "GB", "uk": "GB",
    "great britain": "GB", "england": "GB", "united states": "US", "usa": "US", "switzerland": "CH", "swiss": "CH",
    "brazil": "BR", "brazilian": "BR", "italy": "IT", "italian": "IT", "germany": "DE", "german": "DE", "france": "FR",
    "french": "FR", "spain": "ES", "spanish": "ES", "portugal": "PT", "portuguese": "PT", "ireland": "IE", "irish": "IE",
    "netherlands": "NL", "india": "IN", "indian": "IN", "china": "CN", "chinese": "CN", "japan": "JP", "japanese": "JP",
    "korea": "KR", "korean": "KR", "canada": "CA", "canadian": "CA", "australia": "AU", "australian": "AU", "new zealand": "NZ",
    "russia": "RU", "russian": "RU", "turkey": "TR", "türkiye": "TR", "egypt": "EG", "egyptian": "EG", "morocco": "MA",
    "moroccan": "MA", "saudi arabia": "SA", "united arab emirates": "AE", "uae": "AE", "mexico": "MX", "argentina": "AR",
    "south africa": "ZA", "nigeria": "NG", "indonesia": "ID", "singapore": "SG", "hong kong": "HK", "taiwan": "TW",
    "israel": "IL", "iran": "IR", "iraq": "IQ", "syria": "SY", "jordan": "JO", "algeria": "DZ", "tunisia": "TN", "pakistan": "PK",
    "bangladesh": "BD", "vietnam": "VN", "philippines": "PH", "thailand": "TH", "malaysia": "MY", "ukraine": "UA", "poland": "PL",
    "polish": "PL", "finland": "FI", "sweden": "SE", "norway": "NO", "denmark": "DK", "belgium": "BE", "austria": "AT", "greece": "GR",
    "california": "US-CA", "texas": "US-TX", "الاتحاد الأوروبي": "EU", "مصر": "EG", "المغرب": "MA", "السعودية": "SA", "الإمارات": "AE",
    "الأردن": "JO", "لبنان": "LB", "العراق": "IQ", "سوريا": "SY", "الجزائر": "DZ", "تونس": "TN", "ليبيا": "LY", "السودان": "SD",
    "قطر": "QA", "الكويت": "KW", "البحرين": "BH", "اليمن": "YE", "فلسطين": "PS", "تركيا": "TR", "إيطاليا": "IT", "البرازيل": "BR",
    "ألمانيا": "DE", "فرنسا": "FR", "الهند": "IN", "الولايات المتحدة": "US", "المملكة المتحدة": "GB",
}  # fmt: skip
_NAMES = re.compile(r"(?<!\w)[وفبكل]?(" + "|".join(sorted(map(re.escape, _NAMED), key=len, reverse=True)) + r")(?!\w)")
"""An Arabic name may have "and", "in" or "for" written onto it."""


def regions_in(words: str) -> tuple[str, ...]:
    """Gives the codes of the countries and groups that a text in small letters names, in order, each once."""
    return tuple(dict.fromkeys(_NAMED[name] for name in _NAMES.findall(words)))
