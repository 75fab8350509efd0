"""What `wasl init` asks and writes, in English and Arabic."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from wasl.cli.settings_ar import MEANINGS
from wasl.cli.written import Words

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "language": "Language / اللغة (en, ar)",
        "unknown": "{said} is not known; it may be one of: {known}",
        "replace": "{file} is there already. Replace it?",
        "name": "Name of your business",
        "channels": "Channels besides the web chat, parted by commas ({known}, or none)",
        "public_url": "Address under which the world reaches this server (https://…; empty if there is none yet)",
        "provider": "Model provider ({known}, or none to quote your documents only)",
        "model": "Name of the model",
        "contact": "How people reach a human (a number, a mail address; may stay empty)",
        "country": "Country of most of your people, in two letters (EG, SA, US…). It is taken for those whose own is not known;\n"
        "  left empty, they are ruled by the strictest reading",
        "no_country": "{said} is no country; write its two letters, such as EG, or a part, such as US-CA",
        "secret": "{title}: {key} – {meaning}\n  Where is it? An environment variable, or file:path",
        "value": "{title}: {key} – {meaning}\n  Its value",
        "needed": "{title} cannot do without {key}; to leave {title} out, stop here (Ctrl-C) and begin again.",
        "wrong_form": "{said} is not of the form of {key}; look again where the platform shows it.",
        "instructions": "You are the assistant of {name}. Answer in the person's language, shortly and kindly.",
        "done": "Wrote {file}.",
        "export": "Before starting, set: {variables}",
        "next": "Write what people ask for into .md files in the folder `knowledge`; then `wasl check` and `wasl serve`.",
        "about_folder": "Put your documents here: .md, .txt or .csv, in any language. A name like menu.ar.md tells the language.\n"
        "Files whose names begin with _ are not read, such as this one.",
    },
    "ar": {
        "language": "Language / اللغة (en, ar)",
        "unknown": "{said} غير معروف؛ الممكن: {known}",
        "replace": "الملف {file} موجود. هل تريد استبداله؟",
        "name": "اسم نشاطك",
        "channels": "القنوات إلى جانب محادثة الويب، تفصل بينها فواصل ({known}، أو none)",
        "public_url": "العنوان الذي يصل منه العالم إلى هذا الخادم (https://…؛ اتركه فارغًا إن لم يوجد بعد)",
        "provider": "مزوّد النموذج ({known}، أو none للاقتباس من مستنداتك فقط)",
        "model": "اسم النموذج",
        "contact": "كيف يصل الناس إلى موظف (رقم أو بريد؛ يمكن تركه فارغًا)",
        "country": "بلد معظم جمهورك بحرفين لاتينيين (EG أو SA أو US…). يُعتمد لمن لا يُعرف بلده؛\n  فإن تُرك فارغًا عوملوا بأشد قراءة للقواعد",
        "no_country": "{said} ليس بلدًا؛ اكتب حرفيه مثل EG، أو جزءًا منه مثل US-CA",
        "secret": "{title}: {key} – {meaning}\n  أين هو؟ متغيّر بيئة، أو file:path",
        "value": "{title}: {key} – {meaning}\n  قيمته",
        "needed": "لا غنى لـ{title} عن {key}؛ ولترك {title} أوقف الأمر هنا (Ctrl-C) وابدأ من جديد.",
        "wrong_form": "{said} ليس على صيغة {key}؛ انظر مرة أخرى حيث تعرضه المنصة.",
        "instructions": "أنت مساعد {name}. أجب بلغة السائل، باختصار ولطف.",
        "done": "كُتب الملف {file}.",
        "export": "قبل التشغيل اضبط: {variables}",
        "next": "اكتب ما يسأل عنه الناس في ملفات ‎.md داخل المجلد `knowledge`، ثم نفّذ `wasl check` و`wasl serve`.",
        "about_folder": "ضع مستنداتك هنا: ‎.md أو ‎.txt أو ‎.csv، بأي لغة. اسم مثل menu.ar.md يحدد اللغة.\n"
        "الملفات التي يبدأ اسمها بـ _ لا تُقرأ، مثل هذا الملف.",
    },
}

FILE: Final[Mapping[str, Words]] = {
    "en": Words(
        head="Settings of Wasl. A setting behind a # holds its default, or shows its form; take the mark off to change it. "
        "`wasl check` verifies this file.",
        secrets='Secrets are never written here. Say where they are: { env = "NAME" } for an environment variable, { file = "path" } for a '
        "file beside this one. The environment overrides any setting: WASL_SERVER__PORT=9000 is port in [server].",
        channels='Channels: one section each. The web chat is always there. Two of a kind: [channels.second] with kind = "…".',
        providers="Providers: where models are. The answerer that quotes your documents needs no section.",
        candidates="Candidates: the models, in the order in which they are asked. When one fails, the next one answers.",
    ),
    "ar": Words(
        head="إعدادات «وصل». الإعداد المسبوق بعلامة # يحمل قيمته الافتراضية أو يبيّن شكله؛ احذف العلامة لتغييره. "
        "الأمر `wasl check` يتحقق من هذا الملف.",
        secrets='لا تُكتب الأسرار هنا، بل يُذكر مكانها: { env = "NAME" } لمتغيّر بيئة، و{ file = "path" } لملف بجانب هذا الملف.\n'
        "متغيّرات البيئة تغلب كل إعداد: WASL_SERVER__PORT=9000 هو port في [server].",
        channels='القنوات: لكل قناة قسم. محادثة الويب موجودة دائمًا. لقناتين من النوع نفسه: [channels.second] مع kind = "…".',
        providers="المزوّدون: أين توجد النماذج. المجيب الذي يقتبس من مستنداتك لا يحتاج إلى قسم.",
        candidates="المرشّحون: النماذج بترتيب سؤالها. إذا تعطل أحدها أجاب الذي يليه.",
        meanings=MEANINGS,
    ),
}


def sentences(language: str, *, file: Path, variables: Sequence[str]) -> str:
    """Says what was done and what comes next."""
    words = WORDS[language]
    lines = [words["done"].format(file=file)]
    if variables:
        lines.append(words["export"].format(variables=", ".join(variables)))
    return "\n".join([*lines, words["next"]])
