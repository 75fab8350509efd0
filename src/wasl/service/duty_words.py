"""What Wasl says where it owes people something: an end to messages, a human, the word that an AI answers."""

from collections.abc import Mapping
from typing import Final

from wasl.service.words import base_language

_WORDS: Final[dict[str, dict[str, str]]] = {
    "farewell": {
        "en": "Done: we will not write to you here any more. Send START if you want us to answer again.",
        "ar": "تم: لن نرسل إليك شيئًا هنا بعد الآن. أرسل «ابدأ» إن أردت أن نرد عليك من جديد.",
    },
    "welcome": {"en": "Welcome back. We answer you here again.", "ar": "أهلًا بعودتك. سنرد عليك هنا من جديد."},
    # `name` is the assistant's.
    "help": {
        "en": "{name}: write your question here. Send STOP to get no more messages. Ask for a human at any time.",
        "ar": "{name}: اكتب سؤالك هنا. أرسل «توقف» لإيقاف الرسائل. واطلب التحدث مع موظف متى شئت.",
    },
    "back": {"en": "Start again", "ar": "ابدأ"},
    "human": {
        "en": "A person has been told and will answer you here. Send “assistant” if you would rather go on with the assistant meanwhile.",
        "ar": "أبلغنا أحد الزملاء وسيرد عليك هنا. أرسل «المساعد» إن فضّلت المتابعة مع المساعد الآلي في هذه الأثناء.",
    },
    "human_off": {
        "en": "There is nobody here who could take over. Please use the other ways to reach us.",
        "ar": "لا يوجد هنا من يتولى المحادثة. يُرجى التواصل معنا بالطرق الأخرى.",
    },
    "still_waiting": {
        "en": "Sorry, nobody of the team was free so far. The assistant answers you here again; your message is kept for them.",
        "ar": "نعتذر، لم يتفرغ أحد من الفريق حتى الآن. المساعد الآلي يرد عليك هنا من جديد، ورسالتك محفوظة لهم.",
    },
    "assistant_back": {"en": "The assistant answers you here again.", "ar": "المساعد الآلي يرد عليك هنا من جديد."},
    "human_button": {"en": "Talk to a human", "ar": "تحدث مع موظف"},
    # `name` is the assistant's.
    "disclosure": {"en": "I am {name}, an AI assistant.", "ar": "أنا {name}، مساعد يعمل بالذكاء الاصطناعي."},
    "disclosure_again": {
        "en": "The AI assistant {name} answers again.",
        "ar": "يرد عليك الآن من جديد المساعد {name} الذي يعمل بالذكاء الاصطناعي.",
    },
    "way_to_human": {"en": "Send “human” at any time to reach a person.", "ar": "أرسل «موظف» متى شئت للتحدث مع أحد الزملاء."},
    "refused": {
        "en": "Sorry, I cannot go on with this here. Ask for a human if you need one.",
        "ar": "نعتذر، لا أستطيع متابعة هذا هنا. اطلب التحدث مع موظف إن احتجت.",
    },
    "moderated": {
        "en": "A person of the team looks at this and will answer you here.",
        "ar": "سينظر أحد أفراد الفريق في هذا ويرد عليك هنا.",
    },
    # No number is named: one that is wrong where somebody lives costs the time that matters. The operator writes the right ones.
    "emergency_self_harm": {
        "en": "I am an automated assistant, and what you write worries me. You do not have to be alone with this. If you may act on it now,"
        " please call the emergency number where you are, or go to the nearest hospital, and tell somebody near you. A person of our team"
        " has been told and will write to you here as soon as they can.",
        "ar": "أنا مساعد آلي، وما كتبته يقلقني. لست مضطرًا إلى أن تواجه هذا وحدك. إن كنت قد تؤذي نفسك الآن فاتصل من فضلك برقم الطوارئ في"
        " بلدك أو توجه إلى أقرب مستشفى، وأخبر شخصًا قريبًا منك. أبلغنا أحد أفراد فريقنا وسيكتب إليك هنا في أقرب وقت.",
    },
    "emergency_danger": {
        "en": "I am an automated assistant and cannot send help. If a life is in danger, call the emergency number where you are now."
        " A person of our team has been told and will write to you here as soon as they can.",
        "ar": "أنا مساعد آلي ولا أستطيع إرسال المساعدة. إن كانت حياة أحد في خطر فاتصل من فضلك الآن برقم الطوارئ في بلدك. أبلغنا أحد أفراد"
        " فريقنا وسيكتب إليك هنا في أقرب وقت.",
    },
}

KEYS: Final = tuple(_WORDS)
OWN_NAME: Final = "Wasl"
OWN_NAME_IN_ARABIC: Final = "وصل"
"""How the name that nobody changed is written in Arabic words, as on the pages."""


def owe(key: str, *, language: str, own: Mapping[str, str] | None = None, **values: object) -> str:
    """Gives the words for `key`: the operator's own in the language or in English where there are such, else ours."""
    base = base_language(language)
    if own and (told := own.get(base) or (own.get("en") if base not in _WORDS[key] else None)):
        return told
    known = _WORDS[key]
    if base == "ar" and values.get("name") == OWN_NAME:
        values["name"] = OWN_NAME_IN_ARABIC
    return (known.get(base) or known["en"]).format(**values)
