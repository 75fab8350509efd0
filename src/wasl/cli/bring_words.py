"""What `wasl import` and its neighbours say to people, in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.wire.isolate import sentences
from wasl.wire.plural import so_many

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "found": "{name}: {title}",
        "chats": "Chats: {chats}, messages: {entries}, refused: {rejects}",
        "chat": "  {title}: {entries:message|messages}, {first} to {last}",
        "who": "    {people}",
        "more": " and {more} more",
        "earlier": "This file was brought before ({import_id}); it keeps the answers it was given then, unless you give others now.",
        "zone": "Time zone: {zone} (assumed; say --zone if the phone was elsewhere)",
        "no zone": "Time zone: not known (say --zone, such as Asia/Riyadh)",
        "ask self": "Which of these is you in {chat!r}? {options} (empty: none)",
        "ask order": "{why}. Order of day and month ({options})",
        "undecided": "{id} is not certain: {why}. It was read as {guess!r}; say --day-order to decide.",
        "go": "Bring this in for {owner}?",
        "dry": "Nothing was stored (--dry-run).",
        "stopped": "Stopped: what was stored until here stays. The same command goes on where it was, and nothing comes twice.",
        "stopped looking": "Stopped: nothing was stored yet.",
        "history": "Earlier chats that platforms shared: {requests:request|requests} brought in, for {people:person|people}.",
        "history failed": "{requests:request|requests} could not be brought in whole, and will be tried the next time. See the log.",
        "repeated": "This file is here already, with the same answers: nothing was added.",
        "report": "Read {entries}: {stored} new, {already} here already, {changed} changed. Refused: {rejects}.",
        "full": "{full:message|messages} found no room between neighbours and could not be stored.",
        "reject": "  {where}: {why} {sample}",
        "coverage": "Of {bytes:byte|bytes} of text {covered:is|are} told for{tiles}.",
        "tiles": ", without a hole or an overlap",
        "ambiguous": "{number:message hangs|messages hang} on an order of day and month that nobody decided (exit code 3).",
        "restored": (
            "Restored {people:person|people}, {chats:chat|chats}, {messages:message|messages}; {here:was|were} here."
            " Refused: {rejects}, odd: {problems}."
        ),
        "books": "Of the books {work:record is|records are} new, {here:was|were} here.",
        "left": "It does not hold: {left}.",
        "no books": "It was made by a version that put no verdicts, purposes and costs into archives.",
        "keeping": "Keeping the source", "reading": "Reading", "comparing": "Comparing", "storing": "Storing", "recognising": "Looking",
        "done": "Done",
        "wrote": "Wrote {file}: {counts}.",
        "comma": ", ",
        "drops": "This format does not hold: {dropped}.",
        "verified": "Looked at {counts}: everything is as it was.",
        "findings": "{number:is not as it was|are not as they were}:",
        "erase": "Erasing {name} takes: {counts}.",
        "providers": "Their words went to: {providers}.",
        "hold": "A legal hold forbids it: {hold}",
        "sure": "Erase all of this? It cannot be undone",
        "erased": "Erased. Receipt:",
        "nobody": "Nobody here has the id, name or handle {name!r}; see `wasl person list`, and write it as it stands there.",
        "several": "{name!r} may be {people}; name one by id.",
        "nothing": "Nothing found.",
    },
    "ar": {
        "found": "{name}: {title}",
        "chats": "المحادثات: {chats}، الرسائل: {entries}، المرفوض: {rejects}",
        "chat": "  {title}: {entries:رسالة}، من {first} إلى {last}",
        "who": "    {people}",
        "more": " و{more} غيرهم",
        "earlier": "هذا الملف أُحضر من قبل ({import_id})؛ يحتفظ بالإجابات التي أُعطيت له حينها ما لم تُعطِ غيرها الآن.",
        "zone": "المنطقة الزمنية: {zone} (مفترضة؛ استخدم --zone إن كان الهاتف في مكان آخر)",
        "no zone": "المنطقة الزمنية غير معروفة (استخدم --zone، مثل Asia/Riyadh)",
        "ask self": "أيّهم أنت في {chat!r}؟ {options} (فارغ: لا أحد)",
        "ask order": "{why}. ترتيب اليوم والشهر ({options})",
        "undecided": "{id} غير مؤكد: {why}. قُرئ على أنه {guess!r}؛ استخدم --day-order للحسم.",
        "go": "هل تُحضر هذا لحساب {owner}؟",
        "dry": "لم يُحفظ شيء (--dry-run).",
        "stopped": "توقف: ما حُفظ حتى هنا باقٍ. والأمر نفسه يُكمل من حيث توقف، ولا يأتي شيء مرتين.",
        "stopped looking": "توقف: لم يُحفظ شيء بعد.",
        "history": "المحادثات السابقة التي شاركتها المنصات: أُحضر {requests:طلب}، لـ{people:شخص مجرور}.",
        "history failed": "لم يُحضر كاملًا {requests:طلب}؛ وينتظر ذلك المرة القادمة. انظر السجل.",
        "repeated": "هذا الملف موجود هنا بالإجابات نفسها: لم يُضف شيء.",
        "report": "قُرئت {entries}: ‏{stored} جديدة، {already} موجودة من قبل، {changed} تغيّرت. المرفوض: {rejects}.",
        "full": "{full} لم تجد مكانًا بين جاراتها ولم تُحفظ.",
        "reject": "  {where}: {why} {sample}",
        "coverage": "من {bytes} بايت من النص حُسب {covered}{tiles}.",
        "tiles": "، بلا ثغرة ولا تداخل",
        "ambiguous": "رسائل تعتمد على ترتيب لليوم والشهر لم يحسمه أحد: {number} (رمز الخروج 3).",
        "restored": (
            "استُعيد {people:شخص} و{chats:محادثة} و{messages:رسالة}؛ وكان {here} منها موجودًا. المرفوض: {rejects}، الغريب: {problems}."
        ),
        "books": "من السجلات: {work} جديدة، و{here} كانت موجودة.",
        "left": "لا يضم: {left}.",
        "no books": "أنشأته نسخة لم تكن تضع في الأرشيف الأحكام والأغراض والتكاليف.",
        "keeping": "حفظ المصدر", "reading": "قراءة", "comparing": "مقارنة", "storing": "تخزين", "recognising": "تعرّف",
        "done": "تم",
        "wrote": "كُتب {file}: ‏{counts}.",
        "comma": "، ",
        "drops": "هذه الصيغة لا تتسع لـ: {dropped}.",
        "verified": "فُحص {counts}: كل شيء كما كان.",
        "findings": "{number} ليست كما كانت:",
        "erase": "محو {name} يأخذ: {counts}.",
        "providers": "وصلت كلماته إلى: {providers}.",
        "hold": "حجز قانوني يمنع ذلك: {hold}",
        "sure": "هل تمحو كل هذا؟ لا رجعة فيه",
        "erased": "تم المحو. الإيصال:",
        "nobody": "لا أحد هنا بهذا المعرّف أو الاسم أو العنوان: {name!r}؛ انظر `wasl person list`، واكتبه كما هو هناك.",
        "several": "{name!r} قد يكون {people}؛ سمِّ واحدًا بمعرّفه.",
        "nothing": "لم يُعثر على شيء.",
    },
}  # fmt: skip


def words(language: str) -> Mapping[str, str]:
    """Gives the words of a language, English where there are none."""
    return sentences(WORDS, language)


TAKEN: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "conversation": "conversations", "message": "messages", "turn": "answers", "delivery": "deliveries",
        "handoff": "conversations with a human", "address": "addresses", "link": "links", "raw": "raw requests", "consent": "consents",
        "token": "codes and sign-ins", "timer": "timers", "usage": "bills of answers", "import": "imports",
        "source file": "files as they came", "imported chat": "brought chats", "imported message": "brought messages", "file": "files",
    },
    "ar": {
        "conversation": "المحادثات", "message": "الرسائل", "turn": "الإجابات", "delivery": "عمليات التسليم",
        "handoff": "محادثات مع إنسان", "address": "العناوين", "link": "الروابط", "raw": "الطلبات الخام", "consent": "الموافقات",
        "token": "الرموز وعمليات الدخول", "timer": "المؤقتات", "usage": "فواتير الإجابات", "import": "عمليات الإدخال",
        "source file": "الملفات كما جاءت", "imported chat": "المحادثات المُدخلة", "imported message": "الرسائل المُدخلة", "file": "الملفات",
    },
}  # fmt: skip
"""What erasing takes, by the names of its counts; a name that is not here says what another says already."""


def taken(counts: Mapping[str, int], language: str) -> str:
    """Gives what erasing takes, in words."""
    named = TAKEN.get(language, TAKEN["en"])
    return words(language)["comma"].join(f"{named[what]}: {number}" for what, number in counts.items() if number and what in named) or "0"


VERIFIED: Final[Mapping[str, str]] = {
    "imports": "عمليات الإدخال", "sources": "المصادر", "bytes": "البايتات", "entries": "الرسائل", "attachments": "المرفقات",
    "people": "الأشخاص", "conversations": "المحادثات", "participants": "المشاركون", "messages": "الرسائل", "work": "قيود الدفاتر",
    "records of the books": "قيود الدفاتر", "files": "الملفات", "pages": "الصفحات",
    "sources tiled": "مصادر مغطاة كلها", "findings": "ليست كما كانت", "chats": "المحادثات",
    "conversations held against their source, message by message": "محادثات قورنت بمصدرها رسالة رسالة",
    "conversations written again and equal as JSON": "محادثات كُتبت ثانية وتساوت",
    "conversations written again and read as they were": "محادثات كُتبت ثانية وقُرئت كما كانت",
    "conversations not compared: brought again since": "لم تُقارن لأنها أُدخلت ثانية بعد ذلك",
    "conversations not compared: not whole in one JSON object": "لم تُقارن لأنها ليست كائن JSON واحدًا",
    "not written again, for their format cannot": "لم تُكتب ثانية لأن صيغتها لا تُكتب",
    "imports of which no source was kept": "عمليات إدخال لم يُحفظ مصدرها",
    "imports not read again, for no reader is here": "عمليات إدخال لم تُقرأ ثانية لأن قارئها ليس هنا",
}  # fmt: skip
"""What verifying and taking out count, in Arabic; the names themselves are English."""

ENGLISH: Final[Mapping[str, str]] = {
    "work": "records of the books",
    "conversations held against their source, message by message": "conversations held against the source, message by message",
}
"""What is counted under a name that is not said so."""
ONE: Final[Mapping[str, str]] = {"people": "person", "entries": "entry"}
"""Nouns whose one does not merely lack an s."""


def verify_words(what: str, language: str) -> str:
    """Gives the words for what verifying counts."""
    return VERIFIED.get(what, what) if language == "ar" else what


def counted(counts: Mapping[str, int], language: str) -> str:
    """Gives what was looked at or written, in words."""
    comma = words(language)["comma"]
    if language == "ar":
        return comma.join(f"{verify_words(what, language)}: {number}" for what, number in counts.items() if number) or "0"
    return comma.join(so_many(number, _one(what), ENGLISH.get(what, what)) for what, number in counts.items() if number) or "0"


def _one(what: str) -> str:
    """Gives what is counted for one of it: its first word is the noun."""
    noun, blank, rest = ENGLISH.get(what, what).partition(" ")
    return ONE.get(noun, noun.removesuffix("s")) + blank + rest
