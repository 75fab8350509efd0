"""What `wasl terms` says, in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "document": ("document", "الوثيقة"),
    "kind": ("kind", "النوع"),
    "state": ("state", "الحالة"),
    "seen": ("seen", "آخر رؤية"),
    "unsure": ("unsure", "غير مؤكد"),
    "verdict": ("verdict", "الحكم"),
    "topic": ("topic", "الموضوع"),
    "announced": ("announced", "اليوم المعلن"),
    "change": ("change", "التغيير"),
    "when": ("when", "متى"),
    "rule": ("rule", "القاعدة"),
    "step": ("step", "الخطوة"),
    "by": ("by", "من"),
    "note": ("note", "ملاحظة"),
    "not due": ("Nothing is due.", "لا شيء حان موعده."),
    "no changes": ("Nothing has changed since watching began.", "لم يتغير شيء منذ بدأت المراقبة."),
    "no documents": (
        'No document is declared; set watch = "all" in [terms], or configure a channel.',
        'لا وثيقة معلنة؛ اكتب watch = "all" في [terms]، أو اضبط قناة.',
    ),
    "not watched": ("not watched", "لا تُراقب"),
    "by hand": ("by hand", "تُحضر يدويًا"),
    "wanted": ("to be brought by hand (`wasl terms bring`)", "مطلوب إحضارها يدويًا (`wasl terms bring`)"),
    "unseen": ("not seen yet", "لم تُر بعد"),
    "quarantined": ("quarantined: {why}", "محجورة: {why}"),
    "well": ("well", "سليمة"),
    "look": ("{document}: {outcome}", "{document}: {outcome}"),
    "look why": ("{document}: {outcome}: {why}", "{document}: {outcome}: {why}"),
    "look change": (" (change {id})", " (التغيير {id})"),
    "judged": ("  judged by {by}", "  حكم به {by}"),
    "judged said": ("  judged by {by}: {said}", "  حكم به {by}: {said}"),
    "day told": ("  {day}: {sentence}", "  {day}: {sentence}"),
    "preview": ("  preview: {link}", "  معاينة: {link}"),
    "people": ("People: {people}", "الأشخاص: {people}"),
    "no people": ("none", "لا أحد"),
    "trial": (
        "In the last {days:day|days} it would have blocked {blocked} of {messages:message|messages}; people: {people}",
        "خلال آخر {days:يوم مجرور} كانت ستمنع {blocked} من {messages:رسالة مجرور}؛ الأشخاص: {people}",
    ),
    "trial charged": (
        "In the last {days:day|days} it would have blocked {blocked} and charged {charged} of {messages:message|messages};"
        " people: {people}",
        "خلال آخر {days:يوم مجرور} كانت ستمنع {blocked} وتجعل {charged} بمقابل من {messages:رسالة مجرور}؛ الأشخاص: {people}",
    ),
    "no rules": (
        "No rule was made from terms yet; `wasl terms draft CHANGE` drafts some.",
        "لم تُصنع قاعدة من الشروط بعد؛ يصوغ الأمر `wasl terms draft CHANGE` بعضها.",
    ),
    "no drafts": ("Nothing in this change can be drafted as a rule.", "لا شيء في هذا التغيير يمكن صياغته قاعدة."),
    "no trial": ("There is no draft {id!r}; see `wasl terms rules`.", "لا مسودة باسم {id!r}؛ انظر `wasl terms rules`."),
    "confirm?": ("Confirm this rule?", "هل تعتمد هذه القاعدة؟"),
    "rejected": ("Put away: {id}.", "نُحّيت: {id}."),
    "aside": ("Noted: change {id} is not for us.", "دُوّن: التغيير {id} لا يخصنا."),
    "aside days": (
        "Noted: change {id} is not for us; you are reminded in {days:day|days}.",
        "دُوّن: التغيير {id} لا يخصنا؛ وسيصلك تذكير بعد {days:يوم مجرور}.",
    ),
    "written": ("{count:version|versions} in {folder}", "النسخ: {count}، في {folder}"),
    "reject": ("{name}: {why}", "{name}: {why}"),
}

OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "first": ("first", "سُجلت أول مرة"),
    "same": ("same", "كما كانت"),
    "waiting": ("waiting", "تنتظر التأكد"),
    "changed": ("changed", "تغيّرت"),
    "returned": ("returned", "عادت كما كانت"),
    "technical": ("technical", "تغيير تقني"),
    "quarantined": ("quarantined", "محجورة"),
    "failed": ("failed", "تعذرت"),
    "manual": ("manual", "تُحضر يدويًا"),
    "material": ("material", "جوهري"),
    "editorial": ("editorial", "تحريري"),
    "cosmetic": ("cosmetic", "شكلي"),
    "new": ("new", "جديد"),
    "told": ("told", "أُبلغ عنه"),
    "rule": ("rule", "صُنعت منه قاعدة"),
    "not_for_us": ("not_for_us", "لا يخصنا"),
    "remind": ("remind", "للتذكير"),
    "stale": ("stale", "يُراجع من جديد"),
    "drafted": ("drafted", "مسودة"),
    "confirmed": ("confirmed", "معتمدة"),
    "ended": ("ended", "انتهت"),
    "rejected": ("rejected", "نُحّيت"),
    "contract": ("contract", "عقد"),
    "policy": ("policy", "سياسة"),
    "price": ("price", "أسعار"),
    "changelog": ("changelog", "سجل تغييرات"),
    "list": ("list", "قائمة"),
    "ai-use": ("ai-use", "استخدام الذكاء الاصطناعي"),
    "data-use": ("data-use", "استخدام البيانات"),
    "access-termination": ("access-termination", "إنهاء الوصول"),
    "price-fees": ("price-fees", "الأسعار والرسوم"),
    "liability": ("liability", "المسؤولية"),
    "privacy": ("privacy", "الخصوصية"),
    "eligibility": ("eligibility", "من يجوز له الاستخدام"),
    "ip": ("ip", "حقوق المصنفات والأسماء"),
    "dispute": ("dispute", "النزاعات"),
    "content-rules": ("content-rules", "قواعد المحتوى"),
    "announcement": ("announcement", "إعلان"),
    "multiple": ("multiple", "أمور عدة"),
}
"""What looks, changes, rules, documents and topics are called; English keeps the words that JSON has."""


def named(key: str, language: Language) -> str:
    """Names an outcome, a state, a kind or a topic."""
    return OUTCOMES.get(key, (key, key))[language == "ar"]


def say(key: str, language: Language, /, **values: object) -> str:
    """Gives a sentence."""
    return fill(SAID[key][language == "ar"], language, **values)
