"""What `wasl sunset` says, in English and Arabic."""

from typing import Final

from wasl.wire.isolate import fill

WORDS: Final = {
    "none replaced": ("No candidate is replaced by another.", "لا مرشح يحل محل آخر."),
    "no plans": ("There is no plan yet.", "لا خطة بعد."),
    "channel": ("channel", "القناة"),
    "state": ("state", "الحالة"),
    "day": ("day", "اليوم"),
    "milestone": ("milestone", "المرحلة"),
    "from": ("from", "ابتداءً من"),
    "inside": ("in the window", "داخل النافذة"),
    "outside": ("by template", "بقالب"),
    "takes": ("takes", "المدة"),
    "days": ("{days:day|days}", "{days:يوم}"),
    "cost": ("at most", "بحد أقصى"),
    "head": ("{id}: {channel} closes on {day} ({zone}); {state}", "{id}: تُغلق {channel} في {day} ({zone})؛ {state}"),
    "people": (
        "{everyone:person is|people are} concerned: {elsewhere} may be reached elsewhere, {only} only there.",
        "المعنيون {everyone:شخص}: يمكن بلوغ {elsewhere} في مكان آخر، و{only} هناك فقط.",
    ),
    "last start": ("Telling everybody once must begin by {when}.", "يجب أن يبدأ إبلاغ الجميع مرة واحدة قبل {when}."),
    "cannot": ("{count} cannot be told: {why}.", "{count} لا يمكن إبلاغهم: {why}."),
    "start?": ("People will be told from now on. Go ahead?", "سيُبلَّغ الناس من الآن. هل نبدأ؟"),
    "started": (
        "Started: {people:person|people} will be told in their waking hours.",
        "بدأت الخطة: سيُبلَّغ {people:شخص} في ساعات يقظتهم.",
    ),
    "paused": ("Paused: nobody is told until it is started again.", "توقفت مؤقتًا: لن يُبلَّغ أحد حتى تبدأ من جديد."),
    "undone": ("Taken back: nobody is told any more and nothing closes.", "أُلغيت: لن يُبلَّغ أحد ولن يُغلق شيء."),
    "sum": (
        "{everyone} = {moved} moved + {told} told and not moved + {waiting} not told yet + {lost} not reachable",
        "{everyone} = {moved} انتقلوا + {told} أُبلغوا ولم ينتقلوا + {waiting} لم يُبلَّغوا بعد + {lost} لا يمكن بلوغهم",
    ),
    "exported": ("{count} of them took their history out as a file.", "{count} منهم أخذوا سجلهم في ملف."),
    "old": ("ends", "ينتهي"),
    "new": ("in its place", "مكانه"),
    "question": ("question", "السؤال"),
    "tokens": ("tokens", "الرموز"),
    "try?": (
        "{new} will be asked up to {count:recent question|recent questions} of people; nothing is sent to them, the calls cost. Go ahead?",
        "سيُسأل {new} حتى {count} من أسئلة الناس الأخيرة؛ لا يُرسل إليهم شيء، وللطلبات كلفة. هل نبدأ؟",
    ),
    "nothing tried": ("Nothing was tried: there are no recent questions that were answered.", "لم يُجرَّب شيء: لا أسئلة حديثة أُجيب عنها."),
    "trial": (
        "{answered} of {asked} answered, half within {ms} ms, for {money}.",
        "أُجيب عن {answered} من {asked}، نصفها خلال {ms} م.ث، بكلفة {money}.",
    ),
    "replace?": ("From {day} on {new} stands in the place of {old}. Go ahead?", "ابتداءً من {day} يحل {new} محل {old}. هل نبدأ؟"),
    "replaced": ("Planned ({id}): from {day} on {new} stands in the place of {old}.", "خُطط ({id}): ابتداءً من {day} يحل {new} محل {old}."),
    "retire?": (
        "From {day} on others stand in the place of the {count:candidate|candidates} of {provider}. Go ahead?",
        "ابتداءً من {day} يحل غيرهم محل مرشحي {provider} وعددهم {count}. هل نبدأ؟",
    ),
    "retired": (
        "Planned ({id}): from {day} on others stand in the place of the {count:candidate|candidates} of {provider}.",
        "خُطط ({id}): ابتداءً من {day} يحل غيرهم محل مرشحي {provider} وعددهم {count}.",
    ),
    "kept": ("Taken back: {old} stays where it was.", "أُلغي: يبقى {old} في مكانه."),
    "ends": ("{name} ends on {day}, as its provider says.", "ينتهي {name} في {day} كما يقول مزوّده."),
}


NAMES: Final = {
    "draft": ("draft", "مسودة"),
    "running": ("under way", "جارية"),
    "paused": ("paused", "متوقفة"),
    "closed": ("closed", "أُغلقت"),
    "undone": ("taken back", "أُلغيت"),
    "announce": ("announcement", "الإعلان"),
    "remind": ("reminder", "التذكير"),
    "last week": ("last week", "الأسبوع الأخير"),
    "last day": ("last day", "اليوم الأخير"),
    "no consent": ("they do not want to be written to", "لا يريدون أن يُكتب إليهم"),
    "failed": ("failed for good", "فشل نهائي"),
    "erased": ("they are forgotten at their wish", "نُسوا بطلبهم"),
    "no template": ("there is no approved template", "لا قالب معتمدًا"),
    "queued": ("queued", "تنتظر"),
    "sending": ("sending", "تُرسل"),
    "unknown": ("not known", "غير معروف"),
    "sent": ("sent", "أُرسلت"),
    "delivered": ("delivered", "سُلّمت"),
    "read": ("read", "قُرئت"),
    "overtaken": ("overtaken", "سبقتها اللاحقة"),
}
"""What plans, milestones, messages and reasons are called."""


def named(key: str, language: str) -> str:
    """Names a state, a milestone, or why somebody cannot be told."""
    return NAMES.get(key, (key, key))[language == "ar"]


def say(key: str, language: str, /, **values: object) -> str:
    """Gives a sentence."""
    english, arabic = WORDS[key]
    return fill(arabic if language == "ar" else english, language, **values)
