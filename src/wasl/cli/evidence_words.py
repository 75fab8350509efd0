"""What `wasl evidence` says, in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "wrote": (
        "Wrote {files:file|files} to {folder}; the light: {light}.",
        "كُتب {files:ملف} في {folder}؛ الضوء: {light}.",
    ),
    "manifest": ("SHA-256 of the manifest: {digest}", "بصمة البيان (SHA-256): {digest}"),
    "no pdf": ("No PDF: {why}.", "بلا PDF: {why}."),
    "read it": (
        "Read evidence.en.html before you hand it over: words are redacted by patterns, and only you know your customers' names.",
        "اقرأ evidence.ar.html قبل تسليمه: الكلمات تُحجب بأنماط، وأسماء عملائك لا يعرفها سواك.",
    ),
    "suite": (
        "{prompts:general and evasive prompt|general and evasive prompts}, {kept} of which got no general answer:",
        "عدد الأسئلة العامة والمراوغة {prompts}، لم يحصل {kept} منها على جواب عام:",
    ),
    "keyless": (
        "There is no model in this configuration: it only quotes your documents.",
        "لا نموذج في هذا الإعداد: هو يقتبس من مستنداتك فقط.",
    ),
    "answered": ("  answered: {question}", "  أُجيب: {question}"),
    "stratum": ("turns judged", "الأدوار التي حُكم بأنها"),
    "turns": ("turns", "الأدوار"),
    "drawn": ("drawn", "سُحب"),
    "looked": ("looked at", "اطُّلع عليه"),
    "found general": ("general", "عام"),
    "pack": ("{channel}, {month}: {files:file|files}, signed by {key}", "{channel}، {month}: الملفات {files}، وقّعها {key}"),
    "chain": ("manifest {digest}, after {previous}", "البيان {digest}، بعد {previous}"),
    "first": ("none", "لا شيء"),
    "whole": (
        "Every file is as it was signed, and the figure follows from the data.",
        "كل ملف كما وُقّع، والرقم ينتج عن البيانات.",
    ),
    "moved": (
        "People who were erased since then, and changes of the log, show here.",
        "يظهر هنا من مُحي من الأشخاص منذ ذلك الحين، وما تغيّر في السجل.",
    ),
    "same": ("The event log gives the same figure.", "سجل الأحداث يعطي الرقم نفسه."),
}


def say(key: str, language: Language, /, **values: object) -> str:
    """Gives a sentence."""
    return fill(SAID[key][language == "ar"], language, **values)
