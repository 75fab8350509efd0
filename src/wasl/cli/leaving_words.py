"""What `wasl register`, `wasl exposure` and `wasl drill` say, in English and Arabic."""

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "ar"]

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
    "days": ("{days} days' notice", "مهلة {days} يومًا"),
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
        "The register is good: {entries} entries, {here} of them hold here, {constraints} constraints.",
        "السجل صحيح: {entries} قيدًا، منها {here} تسري هنا، و{constraints} قيد تعاقدي.",
    ),
    "ended": ("ended on {day}: {what}", "انتهى في {day}: {what}"),
    "ends": ("ends on {day}: {what}", "ينتهي في {day}: {what}"),
    "whole": (
        "Whichever single dependency is lost: {kept} of {people} people are still reached and answered tomorrow.",
        "أيًّا كان ما يُفقد وحده: يبقى {kept} من {people} شخصًا يوصَل إليهم ويُجابون غدًا.",
    ),
    "worst": ("The worst loss would be {title}.", "أسوأ فقدان هو {title}."),
    "nobody yet": ("Nobody has written yet: nothing can be counted.", "لم يكتب أحد بعد: لا شيء يُعدّ."),
    "never wrote": ("{people} never wrote and cannot be reached at all.", "‏{people} لم يكتبوا قط ولا يوصَل إليهم."),
    "dependency": ("dependency", "الاعتماد"),
    "kept": ("kept", "يبقى"),
    "only here": ("only here", "هنا فقط"),
    "also here": ("another way too", "لهم طريق آخر"),
    "turns": ("turns a day", "أسئلة في اليوم"),
    "answers": ("of the answers", "من الأجوبة"),
    "only answerer": ("answers nobody else could give", "أجوبة لا يعطيها غيره"),
    "money": ("money a month", "المال في الشهر"),
    "drilled": ("rehearsed", "تُدُرّب عليه"),
    "never done": ("never", "لم يحدث"),
    "backup": ("Last backup: {when}. Last export: {export}.", "آخر نسخة احتياطية: {when}. آخر تصدير: {export}."),
    "steps": ("What would help most", "ما ينفع أكثر"),
    "countries": ("only there, by country: {countries}", "هناك فقط، بحسب البلد: {countries}"),
    "lost": ("would be lost: {what}", "يُفقد: {what}"),
    "fresh": (
        "People are counted now; what goes on in a day is the mean of the last {days} whole days.",
        "الناس معدودون الآن؛ وما يجري في اليوم متوسط آخر {days} أيام كاملة.",
    ),
    "link": (
        "ask {people} people on {title} to link a second way: {before} → {after}",
        "اطلب من {people} شخصًا على {title} ربط طريق ثانٍ: {before} ← {after}",
    ),
    "channel": (
        "set up a second channel and ask {people} people on {title} to link it: {before} → {after}",
        "أعدّ قناة ثانية واطلب من {people} شخصًا على {title} ربطها: {before} ← {after}",
    ),
    "candidate": ("add a candidate that needs no {title}: {before} → {after}", "أضف مرشحًا لا يحتاج إلى {title}: {before} ← {after}"),
    "backup step": ("make a backup every day (backup.to): {before} → {after}", "اصنع نسخة احتياطية كل يوم (backup.to): ‏{before} ← {after}"),
    "drill": ("rehearse the loss of {title}: wasl drill --lose {id}", "تدرّب على فقدان {title}: ‏wasl drill --lose {id}"),
    "terms": ("write down the contract with {title}", "دوّن العقد مع {title}"),
}  # fmt: skip


def say(key: str, language: Language, **values: object) -> str:
    """Gives a sentence."""
    return SAID[key][language == "ar"].format(**values)
