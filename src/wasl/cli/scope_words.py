"""What `wasl scope` says, in English and Arabic."""

from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

SAID: Final[dict[str, tuple[str, str]]] = {
    "more examples": (
        "Only {number:example|examples}: with thirty and more a scope is well known. Add questions as customers really ask them.",
        "الأمثلة {number:.0f} فقط: ويُعرف النطاق جيدًا من ثلاثين فأكثر. أضف أسئلة كما يطرحها العملاء حقًا.",
    ),
    "no statement": (
        "There is no `statement`: one paragraph on what the assistant does. Reviewers of a platform ask for it.",
        "لا يوجد `statement`: فقرة واحدة عما يفعله المساعد، ويطلبها مراجعو المنصات.",
    ),
    "missing language": (
        "Hardly an example in {what!r} ({number:.0f}): add some in every language your customers write.",
        "تكاد لا توجد أمثلة بلغة {what!r} ({number:.0f}): أضف أمثلة بكل لغة يكتب بها عملاؤك.",
    ),
    "thin subject": (
        "Subject {what!r} has {number:example|examples}: give it five or more.",
        "للموضوع {what!r} من الأمثلة {number:.0f}: اجعلها خمسة فأكثر.",
    ),
    "weak subject": (
        "Subject {what!r}: {number:.0%} of its questions would be kept. Add more of them, in other words.",
        "الموضوع {what!r}: تُقبل {number:.0%} من أسئلته. أضف المزيد منها بكلمات أخرى.",
    ),
    "examples": ("Examples: {count}", "الأمثلة: {count}"),
    "languages": ("Languages: {told}", "اللغات: {told}"),
    "none": ("none", "بلا لغة"),
    "refused": (
        "Own questions that would be taken for general ones: {share:.1%} (cross-validated)",
        "أسئلتك التي تُحسب عامة: {share:.1%} (بالتحقق المتقاطع)",
    ),
    "leaked": (
        "General questions that would be taken for business: {share:.1%} (cross-validated)",
        "الأسئلة العامة التي تُحسب من نشاطك: {share:.1%} (بالتحقق المتقاطع)",
    ),
    "leak": ("  for example: {text}", "  مثلًا: {text}"),
    "nothing": ("Nothing to add.", "لا شيء يُضاف."),
    "business": ("business", "نشاط"),
    "general": ("general", "عام"),
    "mixed": ("mixed", "مختلط"),
    "neutral": ("neutral", "محايد"),
    "uncertain": ("uncertain", "غير مؤكد"),
}


def say(key: str, language: Language, /, **values: object) -> str:
    """Gives a sentence."""
    return fill(SAID[key][language == "ar"], language, **values)
