"""What the operator is told of a sign of trouble, in Arabic and English."""

from typing import Final

from wasl.domain.handoff import Handoff
from wasl.domain.trouble import Trouble
from wasl.service.words import base_language
from wasl.wire.plural import Counted

_CARE: Final = {
    "strict": (
        "Until you clear it this channel answers only what your scope holds, does nothing whose rule is not sure, and sends no campaigns.",
        "إلى أن تُنهي التنبيه ترد هذه القناة على ما يخص نشاطك وحده، ولا تفعل ما لم تُعرف قاعدته يقينًا، ولا ترسل حملات.",
    ),
    "business only": (
        "Until you clear it this channel answers only what your scope holds.",
        "إلى أن تُنهي التنبيه ترد هذه القناة على ما يخص نشاطك وحده.",
    ),
    "no campaigns": ("Until you clear it this channel sends no campaigns.", "إلى أن تُنهي التنبيه لا ترسل هذه القناة حملات."),
    "nothing": ("The channel goes on as before.", "القناة تعمل كما كانت."),
}
_HEAD: Final = {
    "grave": ("{title}: a sign that the platform restricts this account", "{title}: علامة على أن المنصة تقيّد هذا الحساب"),
    "notice": ("{title}: the platform has something to say about this account", "{title}: للمنصة ملاحظة على هذا الحساب"),
}
_TEXT: Final = (
    "{title} ({channel}) told: {kind} ({times:time|times}, account {scope}).\n{care}\nLook at the platform's own pages, then clear it in"
    " the console under Attention, or with: wasl trouble clear {id}",
    "أبلغت {title} ({channel}) بما يلي: {kind} (عدد المرات {times}، الحساب {scope}).\n{care}\nراجع صفحات المنصة نفسها، ثم أنهِ التنبيه"
    " من صفحة «تحتاج انتباهًا» في لوحة المتابعة، أو بالأمر: wasl trouble clear {id}",
)
_WAITS: Final = {
    "asked": ("{title}: a person waits for a human", "{title}: شخص ينتظر موظفًا"),
    "emergency": ("{title}: a message sounds like an emergency", "{title}: رسالة يبدو أنها حالة طارئة"),
    "moderation": ("{title}: a message was held for a human", "{title}: رسالة محجوزة لمراجعة موظف"),
    "operator": ("{title}: a human has a conversation", "{title}: محادثة لدى موظف"),
    "rule": ("{title}: a rule asks for a human", "{title}: قاعدة توجب تدخل موظف"),
}
_WAITS_TEXT: Final = (
    "Answer in the console: /console/conversations/{conversation}\nThe assistant is silent there until you give it back.",
    "أجب من لوحة المتابعة: ‎/console/conversations/{conversation}\nالمساعد صامت هناك إلى أن تعيد المحادثة إليه.",
)


def warn(trouble: Trouble, *, title: str, care: str, language: str) -> tuple[str, str]:
    """Gives the head and the text of the alarm about a trouble."""
    which = 1 if base_language(language) == "ar" else 0
    values = {
        "title": title,
        "channel": trouble.channel,
        "kind": trouble.kind,
        "times": trouble.times,
        "scope": trouble.scope or "-",
        "id": trouble.id,
        "care": _CARE[care][which],
    }
    return _HEAD[trouble.gravity][which].format(**values), Counted(_TEXT[which]).format(**values)


def call_human(handoff: Handoff, *, title: str, language: str) -> tuple[str, str]:
    """Gives the head and the text of the alarm about somebody who waits for a human."""
    which = 1 if base_language(language) == "ar" else 0
    return _WAITS[handoff.why][which].format(title=title), _WAITS_TEXT[which].format(conversation=handoff.conversation_id)
