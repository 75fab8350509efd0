"""What `wasl why` says, in Arabic and English."""

from typing import Final

from wasl.wire.isolate import Sentence
from wasl.wire.plural import Counted

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "turn": ("Answer", "الرد"),
    "delivery": ("Delivery", "الإرسال"),
    "allow": ("allowed", "مسموح"),
    "rewrite": ("allowed in other words or sizes", "مسموح بصياغة أو أحجام أخرى"),
    "hold": ("not yet", "ليس بعد"),
    "refuse": ("not allowed", "غير مسموح"),
    "waits_person": ("It goes out as soon as the person writes.", "يُرسل حالما يكتب الشخص."),
    "waits_operator": ("It waits for something that only you can do.", "ينتظر أمرًا لا يفعله إلا أنت."),
    "waits_time": ("It waits for its time.", "ينتظر وقته."),
    "template": ("Sent as the template {name}.", "أُرسل قالبًا باسم {name}."),
    "cut": (
        "Cut into {number:message|messages}, by the sizes of: {rules}.",
        "قُسم إلى {number:رسالة مجرور}، بحسب أحجام: {rules}.",
    ),
    "price": ("Expected price: {amount} {currency}.", "السعر المتوقع: {amount} {currency}."),
    "barred": ("{candidate} was not given the words: {rules}.", "لم تُعطَ الكلمات لـ {candidate}: {rules}."),
    "book": ("Rulebook {digest}", "كتاب القواعد {digest}"),
    "since": ("in force here since {at}", "ساري هنا منذ {at}"),
    "unknown": (
        "Nothing is kept about {id!r}: give the id of a message, a turn or a delivery.",
        "لا شيء محفوظ عن {id!r}: اذكر معرّف رسالة أو رد أو إرسال.",
    ),
}


def say(key: str, language: str) -> str:
    """Gives the words for a key; one that is not known stays as it is."""
    found = _WORDS.get(key)
    return key if found is None else Sentence(found[1]) if language == "ar" else Counted(found[0])
