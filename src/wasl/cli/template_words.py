"""What `wasl templates` says, in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.wire.isolate import sentences

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "none": "No platform has told of templates yet; set the account's id in the channel's settings, then: wasl templates --refresh",
        "channel": "channel",
        "name": "name",
        "language": "language",
        "category": "category",
        "status": "status",
        "answers": "carries answers",
        "told": "told",
        "taken": "yes",
        "not taken": "not now",
        "not chosen": "could",
    },
    "ar": {
        "none": "لم تخبر أي منصة بقوالبها بعد؛ اكتب معرّف الحساب في إعدادات القناة، ثم: `wasl templates --refresh`",
        "channel": "القناة",
        "name": "الاسم",
        "language": "اللغة",
        "category": "الفئة",
        "status": "الحالة",
        "answers": "يحمل الأجوبة",
        "told": "آخر خبر",
        "taken": "نعم",
        "not taken": "ليس الآن",
        "not chosen": "يصلح",
    },
}


def words(language: str) -> Mapping[str, str]:
    """Gives the words of a language, English where there are none."""
    return sentences(WORDS, language)
