"""What `wasl register`, `wasl exposure` and `wasl drill` say, in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "kind": ("kind", "النوع"),
    "stands": ("stands on it", "يقوم عليه"),
    "here": ("yes", "نعم"),
    "not here": ("no", "لا"),
    "ways": ("channels", "القنوات"),
    "answerers": ("candidates", "المرشحون"),
    "facts": ("facts", "الحقائق"),
    "source": ("source: {source}; seen on {seen}", "المصدر: {source}؛ اطُّلع عليه في {seen}"),
    "unsure": ("not certain", "غير مؤكد"),
    "until": ("until {day}", "حتى {day}"),
    "from": ("from {day}", "من {day}"),
    "days": ("{days:day's notice|days' notice}", "مهلة {days:يوم}"),
    "keys": ("Its keys are changed in: {console}", "تُغيَّر مفاتيحه في: {console}"),
    "unknown": (
        "Nothing is known of this contract: add an entry with its terms to the folder that `contracts` names.",
        "لا يُعرف شيء عن هذا العقد: أضف قيدًا بشروطه إلى المجلد الذي يسميه `contracts`.",
    ),
    "constraints": ("What contracts say about who is asked", "ما تقوله العقود في ترتيب السؤال"),
    "refused or down": ("{then} only when {first} refused or is down", "‏{then} فقط إذا رفض {first} أو تعطل"),
    "never": ("{then} not as long as {first} is able", "لا {then} ما دام {first} قادرًا"),
    "nobody": ("nobody who is configured", "لا أحد من المضبوطين"),
    "good": (
        "The register is good: {entries:entry|entries}, {here:holds|hold} here, {constraints:constraint|constraints}.",
        "السجل صحيح: القيود {entries}، منها {here} تسري هنا، والقيود التعاقدية {constraints}.",
    ),
    "ended": ("ended on {day}: {what}", "انتهى في {day}: {what}"),
    "ends": ("ends on {day}: {what}", "ينتهي في {day}: {what}"),
    "whole": (
        "Whichever single dependency is lost: {kept} of {people:person is|people are} still reached and answered tomorrow.",
        "أيًّا كان ما يُفقد وحده: يبقى {kept} من {people:شخص مجرور} يوصَل إليهم ويُجابون غدًا.",
    ),
    "worst": ("The worst loss would be {title}.", "أسوأ فقدان هو {title}."),
    "nobody yet": ("Nobody has written yet: nothing can be counted.", "لم يكتب أحد بعد: لا شيء يُعدّ."),
    "never wrote": ("{people:person|people} never wrote and cannot be reached at all.", "‏{people} لم يكتبوا قط ولا يوصَل إليهم."),
    "dependency": ("dependency", "الاعتماد"),
    "kept": ("kept", "يبقى"),
    "only here": ("only here", "هنا فقط"),
    "also here": ("another way too", "لهم طريق آخر"),
    "turns": ("turns a day", "أسئلة في اليوم"),
    "answers": ("of the answers", "من الأجوبة"),
    "only answerer": ("answers nobody else could give", "أجوبة لا يعطيها غيره"),
    "money": ("money a month", "المال في الشهر"),
    "drilled": ("rehearsed", "آخر تدريب"),
    "never done": ("never", "لم يحدث"),
    "backup": ("Last backup: {when}. Last export: {export}.", "آخر نسخة احتياطية: {when}. آخر تصدير: {export}."),
    "steps": ("What would help most", "ما ينفع أكثر"),
    "countries": ("only there, by country: {countries}", "هناك فقط، بحسب البلد: {countries}"),
    "lost": ("would be lost: {what}", "يُفقد: {what}"),
    "fresh": (
        "People are counted now; what goes on in a day is the mean of the last {days:whole day|whole days}.",
        "الناس معدودون الآن؛ وما يجري في اليوم متوسط الأيام الكاملة الأخيرة ({days}).",
    ),
    "link": (
        "ask {people:person|people} on {title} to link a second way: {before} → {after}",
        "اطلب من {people:شخص مجرور} على {title} ربط طريق ثانٍ: {before} ← {after}",
    ),
    "channel": (
        "set up a second channel and ask {people:person|people} on {title} to link it: {before} → {after}",
        "أعدّ قناة ثانية واطلب من {people:شخص مجرور} على {title} ربطها: {before} ← {after}",
    ),
    "candidate": ("add a candidate that needs no {title}: {before} → {after}", "أضف مرشحًا لا يحتاج إلى {title}: {before} ← {after}"),
    "backup step": ("make a backup every day (backup.to): {before} → {after}", "اصنع نسخة احتياطية كل يوم (backup.to): ‏{before} ← {after}"),
    "drill": ("rehearse the loss of {title}: `wasl drill --lose {id}`", "تدرّب على فقدان {title}: `wasl drill --lose {id}`"),
    "credit": (
        "mind what ends soon with {title}: `wasl register show {id}`",
        "انتبه لما ينتهي قريبًا مع {title}: `wasl register show {id}`",
    ),
    "terms": ("write down the contract with {title}", "دوّن العقد مع {title}"),
    "shadow": (
        "Rehearsing the loss of {what} in shadow: recent questions are asked again on a copy; nothing leaves this machine.",
        "تدريب على فقدان {what} في الظل: تُعاد أسئلة حديثة على نسخة؛ ولا يخرج شيء من هذا الجهاز.",
    ),
    "sure": (
        "This takes {candidates} away from live routing of every process for {time}. Go on?",
        "هذا يُبعد {candidates} عن التوجيه الحي في كل العمليات مدة {time}. أتابع؟",
    ),
    "not done": ("Nothing was done.", "لم يُفعل شيء."),
    "live": (
        "The live drill is running. Ctrl-C ends it at once; it ends by itself in {time}.",
        "التدريب الحي جارٍ. ينهيه Ctrl-C فورًا؛ وينتهي وحده بعد {time}.",
    ),
    "how refused": ("the connection is refused", "الاتصال مرفوض"),
    "how disabled": ("the account is closed", "الحساب مغلق"),
    "how silence": ("no answer comes", "لا يأتي جواب"),
    "how throttled": ("asked to slow down for ever", "يُطلب التمهل بلا نهاية"),
    "how away": ("away for a few seconds", "غائبة بضع ثوان"),
    "started": ("started", "بدأ"),
    "mode": ("mode", "النوع"),
    "lost things": ("lost", "المفقود"),
    "how": ("how", "كيف"),
    "asked": ("asked", "الأسئلة"),
    "answered": ("answered", "أُجيب"),
    "mode shadow": ("shadow", "ظل"),
    "mode live": ("live", "حي"),
    "tokens": ("{count:token|tokens}", "‏{count} من الرموز"),
    "interrupted": ("The drill was interrupted: live routing is as it was.", "قُطع التدريب: التوجيه الحي كما كان."),
    "outcome": (
        "Without {what}, {how}: {answered} of {asked:question|questions} answered.",
        "دون {what}، {how}: أُجيب {answered} من {asked:سؤال مجرور}.",
    ),
    "by": ("answered by {who}", "أجاب {who}"),
    "usually": ("usually {who}", "وفي المعتاد {who}"),
    "delay": (
        "waiting: half within {p50} ms, 95 % within {p95} ms, the longest {worst} ms (added: {added50} ms and {added95} ms)",
        "الانتظار: النصف خلال {p50} م.ث، و95 ٪ خلال {p95} م.ث، والأطول {worst} م.ث (الزيادة: {added50} و{added95} م.ث)",
    ),
    "unanswered": ("{count:question|questions} not answered, and still due", "‏{count} دون جواب؛ وتبقى مستحقة"),
    "stored": (
        "{count:answer|answers} stored for later, of which {elsewhere} could be told through another confirmed way",
        "أجوبة محفوظة لما بعد: {count}، منها {elsewhere} يمكن إبلاغها بطريق مؤكد آخر",
    ),
    "told elsewhere": ("{count} told through another way", "‏{count} أُبلغوا بطريق آخر"),
    "failed": ("{count:answer|answers} that could not be delivered", "أجوبة تعذر تسليمها: {count}"),
    "turned away": ("{count:request|requests} answered 503, which platforms repeat", "طلبات أُجيبت بالرمز 503، وتعيدها المنصات: {count}"),
    "cost": ("cost: {seen} in place of {usual}", "الكلفة: {seen} بدل {usual}"),
    "since last": ("since the last drill: {changes}", "منذ التدريب السابق: {changes}"),
    "first time": ("This loss was not rehearsed before.", "لم يُتدرب على هذا الفقدان من قبل."),
    "played": ("played here: {who}", "مُثِّل هنا: {who}"),
    "nobody asked": (
        "The drill is over. Nobody asked anything meanwhile, so there is nothing to tell.",
        "انتهى التدريب. لم يسأل أحد شيئًا أثناءه، فلا شيء يُحكى.",
    ),
    "no drills": ("No loss was rehearsed yet.", "لم يُتدرب على أي فقدان بعد."),
}  # fmt: skip


ABLE: Final[Mapping[str, str]] = {
    "sending pictures": "إرسال الصور",
    "voice notes": "الرسائل الصوتية",
    "sending audio": "إرسال الصوت",
    "sending videos": "إرسال الفيديو",
    "sending files": "إرسال الملفات",
    "stickers": "الملصقات",
    "sending animations": "إرسال الصور المتحركة",
    "showing answers as they grow": "عرض الجواب وهو ينمو",
    "the typing mark": "علامة الكتابة",
    "writing first, by template": "البدء بالكتابة بقالب",
    "buttons": "الأزرار",
    "seeing pictures": "رؤية الصور",
}
"""What a channel or a model can do, by its name in the register's figures."""

KINDS: Final[Mapping[str, str]] = {
    "channel platform": "منصة قناة", "model provider": "مزوّد نماذج", "cloud": "سحابة", "region": "منطقة", "domain": "نطاق",
    "mail relay": "خادم بريد", "database": "قاعدة بيانات", "payment": "دفع", "copies": "نسخ", "console": "لوحة تحكم",
}  # fmt: skip
"""Kinds of dependencies, by their name in the register."""

TOPICS: Final[Mapping[str, str]] = {
    "notice": "المهلة", "suspension": "التعليق", "change of terms": "تغيير الشروط", "exclusivity": "الحصرية", "regions": "المناطق",
    "first refusal": "حق السؤال أولًا", "data use": "استعمال البيانات", "training": "التدريب", "visible data": "ما يُرى من البيانات",
    "spend": "الإنفاق", "credits": "الأرصدة", "price": "السعر", "payment": "الدفع", "models": "النماذج", "leaving": "المغادرة",
    "export": "التصدير", "access": "الوصول", "note": "ملاحظة",
}  # fmt: skip
"""What a fact of the register is about; a topic that is not here is said as it is kept."""

PLAYED: Final[Mapping[str, tuple[str, str]]] = {
    "models": (
        "models, as an echo in each provider's own wire format; its words, tokens and speed are not the models'",
        "النماذج، صدى بصيغة كل مزوّد؛ كلماته ورموزه وسرعته ليست من النماذج",
    ),
    "platforms": (
        "platforms, which take every message; no limit, window or receipt is played",
        "المنصات، وتقبل كل رسالة؛ ولا يُمثَّل حدّ ولا نافذة ولا إيصال",
    ),
}

SINCE_LAST: Final[Mapping[str, tuple[str, str]]] = {
    "answered": ("answered", "أُجيب"),
    "unanswered": ("not answered", "لم يُجب"),
    "stored_for_later": ("stored for later", "حُفظ لما بعد"),
    "told_elsewhere": ("told through another way", "أُبلغ بطريق آخر"),
    "delay_p95_ms": ("95 of 100 waited at most", "انتظر 95 من 100 على الأكثر"),
}


def able(name: str, language: Language) -> str:
    """Names what a channel or a model can do."""
    return ABLE.get(name, name) if language == "ar" else name


def kind_words(name: str, language: Language) -> str:
    """Names a kind of dependency."""
    return KINDS.get(name, name) if language == "ar" else name


def topic_words(name: str, language: Language) -> str:
    """Names what a fact is about."""
    return TOPICS.get(name, name) if language == "ar" else name


def played(told: str, language: Language) -> str:
    """Says who was played in a drill, from the report's own line."""
    known = PLAYED.get(told.partition(":")[0])
    return known[language == "ar"] if known else told


def say(key: str, language: Language, /, **values: object) -> str:
    """Gives a sentence."""
    return fill(SAID[key][language == "ar"], language, **values)
