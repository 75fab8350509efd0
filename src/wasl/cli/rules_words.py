"""What `wasl rules` says, in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("On {channel}, {where}, on {day}", "على {channel}، {where}، في {day}"),
    "in": ("to a person in {region}", "إلى شخص في {region}"),
    "nowhere": ("to a person whose country is not known", "إلى شخص بلده غير معروف"),
    "verdict": ("Verdict: {effect}", "الحكم: {effect}"),
    "allow": ("ALLOWED", "مسموح"),
    "rewrite": ("ALLOWED in another form", "مسموح بصيغة أخرى"),
    "hold": ("NOT YET: not before {until}", "ليس بعد: لا قبل {until}"),
    "refuse": ("NOT ALLOWED", "ممنوع"),
    "free": ("It costs nothing.", "لا يكلّف شيئًا."),
    "costs": ("It is expected to cost {price}.", "يُتوقع أن يكلّف {price}."),
    "costs_unknown": ("It is billed; the rate is not known.", "يُحتسب بمقابل، والسعر غير معروف."),
    "because": ("Because", "السبب"),
    "duties": ("What must be done", "ما يجب فعله"),
    "instead": ("What can be done instead", "ما يمكن فعله بدلًا من ذلك"),
    "mind": ("To keep in mind", "للانتباه"),
    "limits": ("Keep to", "التزم بـ"),
    "chain": ("The rules, one by one", "القواعد واحدة واحدة"),
    "applies": ("applies", "تسري"),
    "kept": ("holds, and is kept", "تسري وهي مستوفاة"),
    "not met": ("has no say: {why}", "لا شأن لها: {why}"),
    "elsewhere": ("has no say: it is for other places ({regions})", "لا شأن لها: هي لأماكن أخرى ({regions})"),
    "ended": ("has no say: it ended on {day}", "لا شأن لها: انتهت في {day}"),
    "not yet": ("has no say: it begins on {day}", "لا شأن لها: تبدأ في {day}"),
    "not known": ("has no say: it was learnt on {day}", "لا شأن لها: عُرفت في {day}"),
    "unsure": ("not certain", "غير مؤكد"),
    "source": ("source", "المصدر"),
    "seen": ("seen on", "اطُّلع عليه في"),
    "book": ("Rulebook {digest}, {count:rule|rules}", "كتاب القواعد {digest}، {count:قاعدة}"),
    "from": ("from {day}", "من {day}"),
    "until": ("to {day}", "إلى {day}"),
    "review": ("to be reviewed on {day}", "تُراجع في {day}"),
    "except": ("except", "عدا"),
    "everywhere": ("everywhere", "في كل مكان"),
    "eea": ("European Economic Area", "المنطقة الاقتصادية الأوروبية"),
    "every channel": ("every channel", "كل القنوات"),
    "right": ("{right} of {cases:case is|cases are} right.", "الصحيح {right} من {cases}."),
    "good": ("{file} is good; rules: {count}.", "الملف {file} صحيح؛ عدد القواعد: {count}."),
    "put": (
        'Put it into the folder that `rules` in wasl.toml names (rules = "rules"); its rules then hold beside those of Wasl.',
        'ضعه في المجلد الذي يسميه `rules` في wasl.toml (‏rules = "rules"‏)، فتسري قواعده مع قواعد وصل.',
    ),
    "there": ("It stands in the folder {folder}, and holds from the next start on.", "هو في المجلد {folder}، ويسري من التشغيل التالي."),
    "none": ("No rule fits.", "لا قاعدة توافق."),
    "permits": (
        "Rule {id!r} allows; mind that any denial still wins over it.",
        "القاعدة {id!r} تسمح؛ وتذكّر أن أي منع يغلبها.",
    ),
}

EFFECTS: Final[Mapping[str, tuple[str, str]]] = {
    "allow": ("allows", "تسمح"),
    "deny": ("forbids", "تمنع"),
    "require": ("asks for", "تُلزم"),
    "limit": ("limits", "تحدّ"),
    "charge": ("costs", "تكلّف"),
    "warn": ("warns", "تنبّه"),
}

WHY: Final[Mapping[str, tuple[str, str]]] = {
    "role": ("the act has another purpose", "للفعل غرض آخر"),
    "ai_primary": ("AI is not what is offered here", "ليس الذكاء الاصطناعي هو المعروض هنا"),
    "except_ai_primary": ("general assistants are billed otherwise", "المساعدات العامة تُحتسب بغير هذا"),
    "account_created_from": ("the account is older", "الحساب أقدم"),
    "recipient_calling_code": ("the number has another calling code", "للرقم رمز اتصال آخر"),
    "template_category": ("it is no template of this category", "ليس قالبًا من هذه الفئة"),
    "templates": ("it is a template", "هو قالب"),
    "window_hours": ("the window does not matter here, or is as it must be", "النافذة لا تهم هنا أو هي كما يجب"),
    "opt_in_required": ("the person agreed, or was not written to first", "الشخص وافق أو هو من بدأ"),
    "train_on_data": ("nothing is trained, kept or exported", "لا تدريب ولا حفظ ولا تصدير"),
    "supported_country_required": ("the country is not known to be closed", "لا يُعرف أن البلد مغلق"),
    "users_in": ("the person is elsewhere", "الشخص في مكان آخر"),
    "tier": ("another tier is used", "تُستعمل باقة أخرى"),
    "personal_data": ("no personal words are given", "لا تُعطى كلمات شخصية"),
    "audience_under_18": ("the service is not for minors", "الخدمة ليست للقاصرين"),
    "status_pricing_category": ("no such sign was seen", "لم تُرَ هذه العلامة"),
    "signals": ("no such sign was seen", "لم تُرَ هذه العلامة"),
    "coexistence": ("it was not typed in the app", "لم يُكتب في التطبيق"),
    "endpoint": ("another call is made", "النداء غيره"),
    "distribution": ("the app is not distributed so", "التطبيق لا يُوزّع هكذا"),
    "marketplace": ("the app stands in the marketplace", "التطبيق في المتجر"),
    "tag": ("it bears no such tag", "لا يحمل هذا الوسم"),
    "tags": ("it bears no such tag", "لا يحمل هذه الوسوم"),
    "form": ("it is something else", "هو شيء آخر"),
    "header_present": ("what it answers was not automatic", "ما يجيب عنه ليس آليًا"),
    "headers": ("it does not go to many", "ليس موجهًا إلى كثيرين"),
    "human_escalation_required": ("a human is speaking", "المتكلم إنسان"),
    "ai_disclosure": ("a human is speaking", "المتكلم إنسان"),
    "mark_generated_media": ("a human is speaking", "المتكلم إنسان"),
    "identity_key": ("the number is known", "الرقم معروف"),
}


def say(word: str, language: Language, /, **facts: object) -> str:
    """Gives a sentence in a language."""
    return fill(SAID[word][language == "ar"], language, **facts)
