"""What Wasl says when a person asks it, by a short word, about their own conversations: Arabic and English."""

from typing import Final

from wasl.service.words import base_language
from wasl.wire.plural import Counted

_WORDS: Final[dict[str, dict[str, str]]] = {
    "link": {
        "en": "Send me the code below on your other channel. It works once, for {minutes:minute|minutes}, and I will ask there before"
        " anything is joined.",
        "ar": "أرسل إليّ الرمز أدناه من قناتك الأخرى. يصلح مرة واحدة ولمدة {minutes} دقائق، وسأسألك هناك قبل أن أربط أي شيء.",
    },
    "link_word": {"en": "link", "ar": "اربط"},
    "way": {"en": "• {title}: {url}", "ar": "• {title}: {url}"},
    "way_text": {"en": "• {title}: send “{text}”", "ar": "• {title}: أرسل «{text}»"},
    "mistyped": {
        "en": "This code has a wrong letter. Please copy it again.",
        "ar": "في هذا الرمز حرف خاطئ. انسخه مرة أخرى من فضلك.",
    },
    "not whole": {
        "en": "This is not a whole code: it has nine letters and digits, as XXXX-XXXX-X, and never 0, 1, I, L or O. Please copy it again,"
        " or send “link” on the other channel for a new one. If you meant something else, say it in a sentence.",
        "ar": "هذا ليس رمزًا كاملًا: الرمز تسعة من حروف وأرقام لاتينية بالشكل XXXX-XXXX-X، وليس فيه أبدًا 0 أو 1 أو I أو L أو O."
        " انسخه مرة أخرى من فضلك، أو أرسل «اربط» من القناة الأخرى لتحصل على رمز جديد. وإن كنت تقصد شيئًا آخر فقله في جملة.",
    },
    "unknown": {
        "en": "This code is unknown, used or too old. Send “link” on the other channel for a new one.",
        "ar": "هذا الرمز غير معروف أو استُخدم أو انتهت مدته. أرسل «اربط» من القناة الأخرى لتحصل على رمز جديد.",
    },
    "own": {
        "en": "This code is your own. Send it on the other channel.",
        "ar": "هذا رمزك أنت. أرسله من القناة الأخرى.",
    },
    "slow": {
        "en": "Too many wrong codes were sent. Please try again in {minutes:minute|minutes}.",
        "ar": "أُرسلت رموز خاطئة كثيرة. حاول مرة أخرى بعد {minutes} دقيقة من فضلك.",
    },
    "ask_link": {
        "en": "Join this conversation with these?\n{places}\n{messages:message|messages}, since {since}.\nThen all of it is one history,"
        " here and there. Answer “yes” only if both are you.",
        "ar": "هل أربط هذه المحادثة بما يلي؟\n{places}\nعدد الرسائل: {messages}، منذ {since}.\nبعدها يصبح كل ذلك سجلًا واحدًا هنا وهناك."
        " أجب «نعم» فقط إن كانت القناتان لك.",
    },
    "linked": {
        "en": "Done: your conversations are one now. Send “unlink” to part them again.",
        "ar": "تم: محادثاتك الآن سجل واحد. أرسل «افصل» لفصلها متى شئت.",
    },
    "linked_there": {
        "en": "Your conversation here was joined with {title}. If this was not you, send “unlink”.",
        "ar": "رُبطت محادثتك هنا بقناة {title}. إن لم تكن أنت من فعل ذلك فأرسل «افصل».",
    },
    "continue_on": {"en": "You can go on at:", "ar": "يمكنك المتابعة على:"},
    "not_linked": {"en": "Nothing was joined.", "ar": "لم يُربط شيء."},
    "used": {
        "en": "Nothing was joined: the code is used up, or both are one already.",
        "ar": "لم يُربط شيء: استُخدم الرمز، أو أن المحادثتين مربوطتان من قبل.",
    },
    "unlink": {
        "en": "Joined with this conversation:\n{places}\nSend “unlink” and the number to part it: each then keeps its own messages.",
        "ar": "المرتبط بهذه المحادثة:\n{places}\nأرسل «افصل» مع الرقم لفصله: ويحتفظ كل طرف برسائله.",
    },
    "no_links": {"en": "This conversation is joined with no other.", "ar": "هذه المحادثة غير مربوطة بأي محادثة أخرى."},
    "unlinked": {
        "en": "Parted. Each keeps its own messages. Send “undo” within {days:day|days} if you change your mind.",
        "ar": "تم الفصل، ويحتفظ كل طرف برسائله. أرسل «تراجع» خلال {days} يومًا إن غيّرت رأيك.",
    },
    "unlinked_there": {
        "en": "Your conversation here is no longer joined with {title}.",
        "ar": "لم تعد محادثتك هنا مربوطة بقناة {title}.",
    },
    "relinked": {"en": "Joined again.", "ar": "أُعيد الربط."},
    "proof": {
        "en": "{code} is your code for {name}. Send it where you asked for it, within {minutes:minute|minutes}. If you did not"
        " ask, do nothing.",
        "ar": "{code} رمزك لدى {name}. أرسله حيث طلبته خلال {minutes} دقائق. إن لم تطلبه فلا تفعل شيئًا.",
    },
    "proof_subject": {"en": "Your code for {name}", "ar": "رمزك لدى {name}"},
    "proof_asked": {
        "en": "If you wrote to us from there on a channel that has closed, a code is on its way. Send it here within"
        " {minutes:minute|minutes}, and I will ask before anything is joined.",
        "ar": "إن كنت قد كتبت إلينا من هناك على قناة أُغلقت فالرمز في طريقه إليك. أرسله هنا خلال {minutes} دقائق، وسأسألك قبل أن أربط أي"
        " شيء.",
    },
    "proof_no_phone": {
        "en": "From here no text message can be sent, so a number cannot prove an old conversation. Open the personal link that you were"
        " sent there, or ask the people behind this assistant to join your conversations.",
        "ar": "لا يمكن إرسال رسالة نصية من هنا، فلا يثبت الرقم محادثة قديمة. افتح الرابط الشخصي الذي وصلك هناك، أو اطلب من القائمين على"
        " هذا المساعد ربط محادثاتك.",
    },
    "proof_no_mail": {
        "en": "From here no letter can be sent, so an e-mail address cannot prove an old conversation. Open the personal link that you"
        " were sent there, or ask the people behind this assistant to join your conversations.",
        "ar": "لا يمكن إرسال بريد من هنا، فلا يثبت البريد الإلكتروني محادثة قديمة. افتح الرابط الشخصي الذي وصلك هناك، أو اطلب من القائمين"
        " على هذا المساعد ربط محادثاتك.",
    },
    "proof_mistyped": {
        "en": "I cannot read this number. Write it with its country code, such as +20 100 123 4567.",
        "ar": "لم أستطع قراءة هذا الرقم. اكتبه مع رمز البلد، مثل ‎+20 100 123 4567.",
    },
    "proof_slow": {
        "en": "Too many codes were asked for. Please try again in {minutes:minute|minutes}.",
        "ar": "طُلبت رموز كثيرة. حاول مرة أخرى بعد {minutes} دقيقة من فضلك.",
    },
    "search": {"en": "Found for “{text}”, newest first:\n{hits}", "ar": "نتائج «{text}»، الأحدث أولًا:\n{hits}"},
    "no_hits": {"en": "Nothing you said or were told holds “{text}”.", "ar": "لا يوجد في رسائلك ما يطابق «{text}»."},
    "export": {
        "en": "Everything of yours, to keep: {url}\nThe link works once, for {minutes:minute|minutes}.",
        "ar": "كل ما يخصك، لتحتفظ به: {url}\nيصلح الرابط مرة واحدة ولمدة {minutes} دقيقة.",
    },
    "export_here": {
        "en": "Open “My data” on this page and make the file there: everything of yours, in the format that you choose.",
        "ar": "افتح «بياناتي» في هذه الصفحة وأنشئ الملف هناك: كل ما يخصك، بالصيغة التي تختارها.",
    },
    "export_nowhere": {
        "en": "There is no page of ours that could give you a file. Ask the people behind this assistant for an export; name this"
        " number: {person}",
        "ar": "لا توجد لدينا صفحة تسلّمك ملفًا. اطلب نسختك من القائمين على هذا المساعد واذكر هذا الرقم: {person}",
    },
    "erase": {
        "en": "This would erase for good, on every channel of yours: {messages:message|messages}, {chats:imported chat|imported chats},"
        " {files:file|files}.\nTo confirm, send this number: {code}",
        "ar": "سيُمحى نهائيًا من كل قنواتك: {messages} من الرسائل، و{chats} من المحادثات المستوردة، و{files} من الملفات.\nللتأكيد أرسل هذا"
        " الرقم: {code}",
    },
    "erasing": {
        "en": "Everything is being erased now. Receipt: {receipt}\nWhoever writes again begins anew.",
        "ar": "يُمحى كل شيء الآن. الإيصال: {receipt}\nومن يكتب بعد ذلك يبدأ من جديد.",
    },
    "on_hold": {
        "en": "This cannot be erased now, because the law asks to keep it: {reason}",
        "ar": "لا يمكن محو هذا الآن لأن القانون يوجب حفظه: {reason}",
    },
    "continue": {
        "en": "Which conversation shall we go on with? Send “continue” and the number.\n{chats}",
        "ar": "أي محادثة نكمل؟ أرسل «أكمل» مع الرقم.\n{chats}",
    },
    "continued": {"en": "We go on with “{title}”. What next?", "ar": "نكمل محادثة «{title}». تفضّل."},
    "help": {
        "en": "You can send, alone in a message:\nlink: join your other channels\nunlink: part them\nsearch …: find what was said\n"
        "export: take everything with you\nerase: erase everything\ncontinue: go on with a conversation you brought",
        "ar": "يمكنك أن ترسل وحدها في رسالة:\nاربط: لربط قنواتك الأخرى\nافصل: لفصلها\nابحث …: للبحث فيما قيل\nتصدير: لتأخذ كل ما يخصك\n"
        "امسح: لمحو كل شيء\nأكمل: لإكمال محادثة أحضرتها",
    },
    "yes": {"en": "Yes", "ar": "نعم"},
    "no": {"en": "No", "ar": "لا"},
    "part_it": {"en": "Part {number}", "ar": "افصل {number}"},
}

KEYS: Final[tuple[str, ...]] = tuple(_WORDS)


def tell(key: str, *, language: str, **values: object) -> str:
    """Gives the words for `key` in a language; one that is not in the catalogue gets English."""
    known = _WORDS[key]
    return Counted(known.get(base_language(language)) or known["en"]).format(**values)
