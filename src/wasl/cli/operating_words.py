"""What the commands of every day say (backup, key, login, person, read, serve, status, trouble, chat, check), in English and Arabic."""

from collections.abc import Mapping
from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

SAID: Final[Mapping[str, tuple[str, str]]] = {
    # backup and restore
    "backed up": ("{path}: {files:file|files}, {size:byte|bytes}", "{path}: الملفات {files}، البايتات {size}"),
    "put back": ("{files:file is|files are} back, each as it was.", "عاد {files:ملف}، كل منها كما كان."),
    "no database": (
        "The database is not among them: restore it with pg_restore.",
        "قاعدة البيانات ليست بينها: استعدها بالأمر pg_restore.",
    ),
    "settled": ("Erased again: {again}. Verified: {counts}.", "مُحي من جديد: {again}. فُحص: {counts}."),
    "finding": ("  {of}: {where}: {what}", "  {of}: {where}: {what}"),
    # keys
    "keep the key": ("Keep it now: it is not stored, and cannot be shown again.", "احفظه الآن: لا يُخزَّن، ولا يمكن عرضه ثانية."),
    "no keys": ("There is no key; make one with `wasl key add LABEL`.", "لا مفتاح بعد؛ اصنع واحدًا بالأمر `wasl key add LABEL`."),
    "revoked": ("The key {label!r} is revoked.", "أُلغي المفتاح {label!r}."),
    "label": ("label", "الاسم"),
    "made": ("made", "صُنع"),
    "ends": ("ends", "ينتهي"),
    "never": ("never", "أبدًا"),
    # login and serve
    "link works": (
        "It works once, within {minutes:minute|minutes}.",
        "يعمل مرة واحدة، خلال {minutes:دقيقة مجرور}.",
    ),
    "works": ("{name} works.  Health: {url}", "{name} يعمل.  الصحة: {url}"),
    "ready": ("{name} is ready.", "{name} جاهز."),
    "chat at": ("  Chat      {url}", "  المحادثة   {url}"),
    "operator at": ("  Operator  {url}", "  المشغّل    {url}"),
    "once": (
        "            (works once, within {minutes:minute|minutes}; `wasl login` prints another)",
        "            (يعمل مرة واحدة خلال {minutes:دقيقة مجرور}؛ ويطبع `wasl login` غيره)",
    ),
    "example": (
        "  Answers   from an example business; put your own documents into {folder!r}",
        "  الأجوبة    من نشاط تجريبي؛ ضع مستنداتك في {folder!r}",
    ),
    "quoting": (
        "  Answers   by quoting {documents:document|documents}; no model is connected",
        "  الأجوبة    باقتباس من المستندات ({documents})؛ لا نموذج متصلًا",
    ),
    # people
    "linked": ("Linked: {id}", "رُبطا: {id}"),
    "ended": ("Ended: {id}", "أُنهي: {id}"),
    "parted": ("Its conversation now: {id}", "محادثته الآن: {id}"),
    "erased again": ("Erased again: {count}", "مُحي من جديد: {count}"),
    "hold on": ("The hold is on.", "الحجز قائم."),
    "hold off": ("The hold is lifted.", "رُفع الحجز."),
    "name": ("name", "الاسم"),
    "addresses": ("addresses", "العناوين"),
    "hold": ("hold", "الحجز"),
    "nobody yet": ("Nobody is here yet.", "لا أحد هنا بعد."),
    # imports, formats, archives
    "taken back": ("Taken back.", "أُلغي الإحضار."),
    "no import": ("There is no import {id!r}; see `wasl imports`.", "لا إحضار باسم {id!r}؛ انظر `wasl imports`."),
    "no imports": ("Nothing was brought in yet; see `wasl import --help`.", "لم يُحضر شيء بعد؛ انظر `wasl import --help`."),
    "started": ("started", "بدأ"),
    "format": ("format", "الصيغة"),
    "state": ("state", "الحالة"),
    "entries": ("entries", "الرسائل"),
    "stored": ("stored", "حُفظ"),
    "already": ("already", "كان هنا"),
    "changed": ("changed", "تغيّر"),
    "rejects": ("rejects", "رُفض"),
    "kind": ("kind", "النوع"),
    "title": ("title", "العنوان"),
    "reads": ("reads", "يقرأ"),
    "writes": ("writes", "يكتب"),
    "yes": ("yes", "نعم"),
    "no": ("no", "لا"),
    "not certain": (
        "wasl: {id} is not certain: {why}. It was read as {guess!r}; possible: {options}.",
        "wasl: ‏{id} غير مؤكد: {why}. قُرئ على أنه {guess!r}؛ الممكن: {options}.",
    ),
    "read as": ("{title} ({kind}, {sure}: {why})", "{title} ({kind}، {sure}: {why})"),
    "more differ": ("… {number} more", "… و{number} غيرها"),
    # status and trouble
    "sign": (
        "Sign of trouble with {channel}: {sign} ({times}×); clear it with `wasl trouble clear {id}`",
        "علامة خطر على {channel}: {sign} (المرات: {times})؛ أنهِها بالأمر `wasl trouble clear {id}`",
    ),
    "human": ("Waiting for a human: {count} (see /console/attention)", "ينتظر إنسانًا: {count} (انظر /console/attention)"),
    "waiting": (
        "Conversations: {ready} waiting, {leased} at work, {backing_off} to be tried again",
        "المحادثات: {ready} تنتظر، {leased} قيد العمل، {backing_off} يُعاد تجريبها",
    ),
    "waiting since": (
        "Conversations: {ready} waiting, the oldest for {oldest}, {leased} at work, {backing_off} to be tried again",
        "المحادثات: {ready} تنتظر، أقدمها منذ {oldest}، {leased} قيد العمل، {backing_off} يُعاد تجريبها",
    ),
    "overloaded": (
        "More than work.backlog_limit ({limit}): start more workers, or look at the providers",
        "أكثر من work.backlog_limit ({limit}): شغّل عمالًا أكثر، أو انظر في المزوّدين",
    ),
    "channels": ("Channels: {channels}", "القنوات: {channels}"),
    "turns": ("Turns to answer: {counts}", "أدوار تنتظر الجواب: {counts}"),
    "deliveries": ("Deliveries under way: {counts}", "إرسالات لم تكتمل: {counts}"),
    "none": ("none", "لا شيء"),
    "used": ("Used in the last {hours} h", "ما استُعمل في آخر {hours:ساعة مجرور}"),
    "candidate": ("candidate", "المرشح"),
    "outcome": ("outcome", "النتيجة"),
    "calls": ("calls", "الطلبات"),
    "input_tokens": ("input_tokens", "رموز السؤال"),
    "output_tokens": ("output_tokens", "رموز الجواب"),
    "signal": ("{at} {channel}: {kind}", "{at} {channel}: {kind}"),
    "no trouble": ("No platform has shown a sign of trouble.", "لم تُظهر أي منصة علامة خطر."),
    "cleared": ("Cleared: {signs}.", "أُنهيت: {signs}."),
    "none cleared": ("Nothing was to be cleared.", "لا شيء لإنهائه."),
    "channel": ("channel", "القناة"),
    "the sign": ("sign", "العلامة"),
    "gravity": ("gravity", "الخطورة"),
    "times": ("times", "المرات"),
    "last": ("last", "آخر مرة"),
    "when cleared": ("cleared", "أُنهيت"),
    # chat
    "leave": ("{name}  (Ctrl-D ends, what was said is kept)", "{name}  (تنتهي بـ Ctrl-D، ويبقى ما قيل)"),
    "no answer yet": (
        "(no answer yet; it is being tried again. Ctrl-C leaves, the message is kept)",
        "(لا جواب بعد؛ تُعاد المحاولة. تخرج بـ Ctrl-C، وتبقى الرسالة)",
    ),
    # check
    "right": ("Everything is right.", "كل شيء سليم."),
    "to mend": ("{number} to put right.", "يبقى ما يُصلح: {number}."),
    # scope
    "my business": ("My business", "نشاطي"),
    "scope written": (
        "Wrote {file}. Put your customers' questions into it, then run `wasl scope check`.",
        "كُتب {file}. ضع فيه أسئلة عملائك، ثم نفّذ `wasl scope check`.",
    ),
    "barred": (
        "{channel}: its rules do not allow it ({rule}); nothing of it was taken.",
        "{channel}: قواعدها لا تسمح بذلك ({rule})؛ لم يؤخذ منها شيء.",
    ),
    "lessons": (
        "{business} of the business, {general} general; {disputed} disputed, {gone} gone.",
        "للنشاط {business}، عام {general}؛ مختلف فيه {disputed}، ذاهب {gone}.",
    ),
    "lessons kept": (
        "Written. The scope as it was is {file}. Look with `wasl scope check`.",
        "كُتبت. النطاق كما كان في {file}. انظر بالأمر `wasl scope check`.",
    ),
    "not written": ("Nothing was written: look through them, then add --write.", "لم يُكتب شيء: راجعها، ثم أضف --write."),
    # budgets
    "no budget": ("No budget is set; add [[budgets]] to wasl.toml.", "لا ميزانية محددة؛ أضف [[budgets]] إلى wasl.toml."),
}

NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "due": ("due", "مستحقة"),
    "answered": ("answered", "أُجيبت"),
    "noted": ("noted", "دُوّنت"),
    "failed": ("failed", "تعذرت"),
    "queued": ("queued", "تنتظر"),
    "sending": ("sending", "تُرسل"),
    "unknown": ("unknown", "غير معروفة"),
    "sent": ("sent", "أُرسلت"),
    "delivered": ("delivered", "سُلّمت"),
    "read": ("read", "قُرئت"),
    "grave": ("grave", "خطيرة"),
    "notice": ("notice", "تنبيه"),
    "ok": ("ok", "نجح"),
    "running": ("running", "جارٍ"),
    "done": ("done", "تم"),
    "taken back": ("taken back", "أُلغي"),
}
"""States and outcomes; what is not here is said as it is kept."""


def say(key: str, language: Language, /, **values: object) -> str:
    """Gives a sentence."""
    return fill(SAID[key][language == "ar"], language, **values)


def named(key: object, language: Language) -> str:
    """Names a state or an outcome."""
    text = str(key)
    return NAMES.get(text, (text, text))[language == "ar"]


def comma(language: Language) -> str:
    """Gives what stands between the members of a list."""
    return "، " if language == "ar" else ", "
