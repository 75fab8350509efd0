"""What Wasl itself says to people, in their language: notices about lateness, failure, limits and humans.

`say` never fails for a language: one that is not in the catalogue gets English. Adding a language is adding a column.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from wasl.domain.message import Choice, Media, Part, Text
from wasl.wire.text import language as written_in

Key = Literal[
    "late",
    "too_late",
    "failed",
    "dearer",
    "held",
    "elsewhere",
    "too_large",
    "unreadable",
    "shortened",
    "human",
    "group",
    "busy",
    "operator_only",
    "declined",
    "spent",
]

_WORDS: Final[dict[Key, dict[str, str]]] = {
    # The whole answer, where a model's own safety rule refused.
    "declined": {
        "en": "Sorry, I cannot help with that. If you think this is a mistake, ask for a person.",
        "ar": "نعتذر، لا أستطيع المساعدة في هذا الأمر. إن كنت ترى أن في ذلك خطأ فاطلب التحدث مع أحد الزملاء.",
    },
    # The whole answer, where the operator's budget is used up.
    "spent": {
        "en": "Sorry, I cannot answer by myself right now. Your message has been kept, and a person can read it.",
        "ar": "نعتذر، لا أستطيع الرد آليًا الآن. رسالتك محفوظة ويمكن لأحد الزملاء قراءتها.",
    },
    # Put before an answer that comes late; the answer follows as the next paragraph.
    "late": {
        "en": "Sorry, this answer comes late: we could not reply when you wrote.",
        "ar": "نعتذر، يصلك هذا الرد متأخرًا: لم نتمكّن من الرد حين كتبت إلينا.",
    },
    # The whole message, where late turns are closed with a note.
    "too_late": {
        "en": "Sorry, we could not answer your message in time. If you still need us, please write again.",
        "ar": "نعتذر، لم نتمكّن من الرد على رسالتك في وقتها. إن كنت ما زلت بحاجة إلينا فاكتب لنا مرة أخرى.",
    },
    "failed": {
        "en": "Sorry, I could not answer this message. It has been kept, and a person can read it. Please try again later.",
        "ar": "نعتذر، لم أتمكّن من الرد على هذه الرسالة. الرسالة محفوظة ويمكن لأحد الزملاء قراءتها. يُرجى المحاولة لاحقًا.",
    },
    # Put after an answer that a dearer model gave; `model` names it.
    "dearer": {
        "en": "Note: the usual model was not available; {model} answered instead, at a higher price.",
        "ar": "ملاحظة: لم يكن النموذج المعتاد متاحًا، فأجاب {model} بدلًا منه بسعر أعلى.",
    },
    "held": {
        "en": "Sorry, a rule of this channel does not let us answer here right now.",
        "ar": "نعتذر، لا تسمح قواعد هذه القناة بأن نرد هنا الآن.",
    },
    # Put after "held"; `link` is where people can write instead.
    "elsewhere": {
        "en": "You can write to us here instead: {link}",
        "ar": "يمكنك الكتابة إلينا هنا بدلًا من ذلك: {link}",
    },
    # `megabytes` is the limit, a number.
    "too_large": {
        "en": "Sorry, this file is too large for us: at most {megabytes} MB.",
        "ar": "نعتذر، هذا الملف أكبر مما نستطيع استقباله: الحد الأقصى {megabytes} م.ب.",
    },
    "unreadable": {
        "en": "I received this, but I cannot read this kind of message yet. Could you write it in words?",
        "ar": "وصلتني رسالتك، لكنني لا أستطيع قراءة هذا النوع من الرسائل بعد. هل يمكنك كتابتها نصًّا؟",
    },
    "shortened": {
        "en": "(The message was too long for this channel and was shortened.)",
        "ar": "(كانت الرسالة أطول مما تسمح به هذه القناة فاختُصرت.)",
    },
    "human": {
        "en": "A person has been told and will answer you here.",
        "ar": "أبلغنا أحد الزملاء وسيرد عليك هنا.",
    },
    # `name` is how the assistant is called in the group.
    "group": {
        "en": "In this group I answer when you mention {name} or reply to one of my messages.",
        "ar": "في هذه المجموعة أرد عند ذكر {name} أو عند الرد على إحدى رسائلي.",
    },
    "busy": {
        "en": "Many people are writing right now; your message is kept and will be answered in turn.",
        "ar": "يكتب إلينا كثيرون الآن؛ رسالتك محفوظة وسنرد عليها حسب دورها.",
    },
    "operator_only": {
        "en": "This link has been used or is too old. Run `wasl login` for a new one.",
        "ar": "استُخدم هذا الرابط أو انتهت صلاحيته. نفّذ الأمر `wasl login` للحصول على رابط جديد.",
    },
}

KEYS: Final[tuple[Key, ...]] = tuple(_WORDS)
LANGUAGES: Final[tuple[str, ...]] = ("en", "ar")
LANGUAGES_IN_ARABIC_LETTERS: Final = frozenset({"ar", "fa", "ur", "ps", "ckb", "ug", "sd"})


def say(key: Key, *, language: str, **values: object) -> str:
    """Gives the words for `key` in `language` (a BCP 47 tag; region and script are passed over), with `values` filled in.

    A value that the words name and that was not given stays as its name in braces: a notice is never lost over a detail.
    """
    known = _WORDS[key]
    words = known.get(base_language(language)) or known["en"]
    return words.format_map(_Forgiving(values)) if "{" in words else words


def words_of(parts: Sequence[Part]) -> str:
    """Gives what a person wrote in a message: words, captions and the name of what was picked, nothing of ours."""
    if len(parts) == 1 and isinstance(only := parts[0], Text):
        return only.text  # nearly every message
    found: list[str] = []
    for part in parts:
        match part:
            case Text(text=text):
                found.append(text)
            case Media(caption=str() as caption):
                found.append(caption)
            case Choice(picked=picked) if picked is not None:
                found.append(picked.title)
    return "\n".join(found)


def spoken(texts: Iterable[str], *, told: str | None, default: str) -> str:
    """Gives the language to answer in: the newest of `texts` that shows one decides, before what the platform tells of its user.

    Only Arabic letters speak against what the platform tells: whoever writes them reads them, and Latin letters may be a code, a name
    or a word that was copied. Where it tells nothing, English words decide, too.
    """
    for text in texts:
        match written_in(text):
            case "ar":
                return told if told and base_language(told) in LANGUAGES_IN_ARABIC_LETTERS else "ar"
            case "en" if not told:
                return "en"
            case "":
                continue
        break
    return told or default


def base_language(tag: str) -> str:
    """Gives the language of a tag such as "ar-EG" or "pt_BR", lower-case."""
    return tag.replace("_", "-").partition("-")[0].lower()


class _Forgiving(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
