"""Language: which language a text is written in, by its commonest words; enough to notice that a page came in another one."""

import re
from collections import Counter
from typing import Final

WORDS_READ: Final = 4_000
WORDS_MIN: Final = 60
"""In fewer words no language is told."""
_COMMON: Final = {
    "en": "the of and to in that is you for or we by with are not your any be this",
    "fr": "le la les de des et à vous que pour ou nous par avec est ne pas votre ce une",
    "de": "der die das und zu in sie ist für oder wir von mit nicht ihre eine den dass sind",
    "es": "el la los de y que en usted para o nosotros por con es no su una las del",
    "it": "il la di e che in per o noi con è non una gli del della si le sono",
    "pt": "o a os de e que em para ou nós por com é não uma seu do da as",
    "nl": "de het van en te in dat is u voor of wij door met zijn niet uw een deze",
    "tr": "ve bir bu için ile veya olarak da de siz biz olan her sizin",
    "ar": "في من على إلى أن أو التي الذي هذا هذه لا ما عن مع كل",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPTS = {"ja": re.compile(r"[\u3040-\u30ff]"), "zh": re.compile(r"[\u4e00-\u9fff]"), "ko": re.compile(r"[\uac00-\ud7af]"),
                  "ru": re.compile(r"[\u0400-\u04ff]"), "he": re.compile(r"[\u0590-\u05ff]")}  # fmt: skip


def language_of(text: str) -> str:
    """Names the language (ISO 639-1) that a text is mostly in; "" where it is too short or none of those that are known."""
    words = [word.casefold() for word in _WORD.findall(text[: WORDS_READ * 12])][:WORDS_READ]
    for language, letters in _OTHER_SCRIPTS.items():
        if len(letters.findall(text[:20_000])) > 0.3 * len(text[:20_000]):
            return language
    if len(words) < WORDS_MIN:
        return ""
    counts = Counter({language: sum(word in common for word in words) for language, common in _WORDS.items()})
    (best, most), (_, second) = counts.most_common(2)
    return best if most >= 0.08 * len(words) and most > 1.3 * second else ""
