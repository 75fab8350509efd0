"""The Arabic of what other rooms write in English, by the English form: settings, files of facts, and `wasl check`.

Places stand in braces; a place whose name begins with `said` holds a sentence of its own.
`phrases_work`, `phrases_files` and `phrases_rare` have the rest.
"""

from collections.abc import Mapping
from typing import Final

from wasl.service.phrases_files import FILES
from wasl.service.phrases_guesses import GUESSES
from wasl.service.phrases_rare import RARE
from wasl.service.phrases_work import WORK

SETTINGS: Final[Mapping[str, str]] = {
    # settings
    "{key} is not a setting; did you mean {near}?": "{key} ليس من الإعدادات؛ هل قصدت {near}؟",
    "{key} is not a setting; the known ones are {known}": "{key} ليس من الإعدادات؛ المعروف منها {known}",
    "{key} is not a setting; remove it, or see the reference for the known keys": (
        "{key} ليس من الإعدادات؛ احذفه، أو انظر المعروف منها في المرجع"
    ),
    "{key} is missing; add {name} = {form}, naming where the secret is": "{key} ناقص؛ أضف {name} = {form} مع مكان السر",
    "{key} is missing; add it, or run `wasl init`": "{key} ناقص؛ أضفه، أو نفّذ `wasl init`",
    "{key} takes {said}": "{key} يأخذ {said}",
    "{key} takes one of {options}": "{key} يأخذ واحدًا من {options}",
    "{key} takes one of {options}; did you mean {near}?": "{key} يأخذ واحدًا من {options}؛ هل قصدت {near}؟",
    "a whole number": "عددًا صحيحًا",
    "a number": "عددًا",
    "true or false": "true أو false",
    "text in quotes": "نصًا بين علامتي تنصيص",
    "a table": "جدولًا",
    "a list": "قائمة",
    "a day, such as 2026-10-01": "يومًا، مثل 2026-10-01",
    "text": "نصًا",
    "{key} must be at least {least}": "{key} يجب ألا يقل عن {least}",
    "{key} must be more than {least}": "{key} يجب أن يزيد على {least}",
    "{key} must be at most {most}": "{key} يجب ألا يزيد على {most}",
    "{key} must be less than {most}": "{key} يجب أن يقل عن {most}",
    "{key} has not the form that it must have: {said_what}": "{key} ليس بالشكل الذي يجب: {said_what}",
    "How the world reaches this server, for webhooks and links (https://…).": "كيف يصل العالم إلى هذا الخادم (https://…).",
    "Country (EG) or part of one (US-CA) taken for people whose own is not known; none: the strictest rule holds for them.": (
        "بلد (EG) أو جزء منه (US-CA) يُعتمد لمن لا يُعرف بلده؛ فإن لم يوجد سرت عليهم أشد قاعدة."
    ),
    "Id of the business phone number (not the number itself).": "معرّف رقم النشاط (لا الرقم نفسه).",
    "Id of the account, to list templates.": "معرّف الحساب، لسرد القوالب.",
    "The number itself (+966…), for links that open a chat with it.": "الرقم نفسه (+966…)، لروابط تفتح محادثة معه.",
    "The Bot API server.": "خادم Bot API (https://…).",
    "The Graph, or a simulator.": "خادم Graph أو محاكٍ (https://…).",
    "In which currency.": "بأي عملة (ثلاثة حروف كبيرة، مثل USD).",
    "must have at least 16 characters; leave it out and Wasl makes one": "يجب ألا يقل عن 16 حرفًا؛ احذفه فيصنع وصل واحدًا",
    "{site} is no origin; write it as https://shop.example, without a path": "{site} ليس موقعًا؛ اكتبه مثل https://shop.example دون مسار",
    "{at}: there is no kind {kind}; the kinds are {known}": "{at}: لا نوع باسم {kind}؛ الأنواع هي {known}",
    "{at}: there is no kind {kind}; did you mean {near}? The kinds are {known}": (
        "{at}: لا نوع باسم {kind}؛ هل قصدت {near}؟ الأنواع هي {known}"
    ),
    "store: leave it empty for SQLite, or give an address that begins with postgresql://": (
        "store: اتركه فارغًا ليكون SQLite، أو اكتب عنوانًا يبدأ بـ postgresql://"
    ),
    "server.role: a SQLite file serves one process; set `store` to a postgresql:// address for web and worker apart": (
        "server.role: ملف SQLite يخدم عملية واحدة؛ اجعل `store` عنوان postgresql:// ليعمل web وworker منفصلين"
    ),
    "there is no settings file {file}; name another with --config, or write one with `wasl init`": (
        "لا ملف إعدادات باسم {file}؛ سمِّ غيره بـ --config، أو اكتب واحدًا بالأمر `wasl init`"
    ),
    "{at} wants the environment variable {name}, which is not set{meant}; export it, or use {form}": (
        "{at} يحتاج متغيّر البيئة {name}، وهو غير مضبوط{meant}؛ اضبطه، أو استعمل {form}"
    ),
    "{at} wants the environment variable {name}, which is not set; export it, or use {form}": (
        "{at} يحتاج متغيّر البيئة {name}، وهو غير مضبوط؛ اضبطه، أو استعمل {form}"
    ),
    "{at} wants the environment variable {name}, which is not set (did you mean {near}?); export it, or use {form}": (
        "{at} يحتاج متغيّر البيئة {name}، وهو غير مضبوط (هل قصدت {near}؟)؛ اضبطه، أو استعمل {form}"
    ),
    "{at} wants the file {name}, which is too large for a secret; name the right one": (
        "{at} يحتاج الملف {name}، وهو أكبر من أن يكون سرًا؛ سمِّ الملف الصحيح"
    ),
    "{at} wants the file {name}, which is empty; write the secret into it": "{at} يحتاج الملف {name}، وهو فارغ؛ اكتب السر فيه",
    "{at} wants the file {name}, which cannot be read ({said_why}); create it or mend the path": (
        "{at} يحتاج الملف {name}، ولا يمكن قراءته ({said_why})؛ أنشئه أو أصلح المسار"
    ),
    "{at} wants the file {name}, which is not UTF-8 text; write the secret into it again": (
        "{at} يحتاج الملف {name}، وليس نصًا بترميز UTF-8؛ اكتب السر فيه من جديد"
    ),
    "{path} is larger than {size} MiB; name the right file with --config": "{path} أكبر من {size} م.ب؛ سمِّ الملف الصحيح بـ --config",
    "{path} cannot be read ({said_why}); mend its rights, or name another file with --config": (
        "لا يمكن قراءة {path} ({said_why})؛ أصلح أذوناته، أو سمِّ ملفًا آخر بـ --config"
    ),
    "{path} is not valid TOML: {error}. Mend that line, or write a new file with `wasl init`.": (
        "{path} ليس TOML صحيحًا: {error}. أصلح ذلك السطر، أو اكتب ملفًا جديدًا بالأمر `wasl init`."
    ),
    "{path} is not valid TOML: {said_error} (at {said_where}): {said_hint}. Mend that line, or write a new file with `wasl init`.": (
        "{path} ليس TOML صحيحًا: {said_error} ({said_where}): {said_hint}. أصلح ذلك السطر، أو اكتب ملفًا جديدًا بالأمر `wasl init`."
    ),
    "Invalid value": "قيمة لا تُفهم",
    "Unterminated string": "نص لم يُغلق",
    "Cannot overwrite a value": "مفتاح كُتب مرتين",
    "Expected '=' after a key in a key/value pair": "علامة = ناقصة بعد المفتاح",
    "line {line}, column {column}": "السطر {line}، العمود {column}",
    "end of document": "آخر الملف",
    'text stands between straight quotes, "like this"': 'يُكتب النص بين علامتي تنصيص مستقيمتين، "هكذا"',
    "numbers are written with the digits 0 to 9": "تُكتب الأعداد بالأرقام 0 إلى 9",
    "the parts of a list are parted by the comma ,": "تُفصل عناصر القائمة بالفاصلة اللاتينية ,",
    "a path with backslashes stands between single quotes, 'C:\\wasl'": (
        "المسار الذي فيه شرطة مائلة عكسية يُكتب بين علامتين مفردتين، 'C:\\wasl'"
    ),
    'text stands between quotes, "like this"; numbers, true and false stand without, in small letters': (
        'يُكتب النص بين علامتي تنصيص، "هكذا"؛ والأعداد وtrue وfalse بلا علامات وبحروف صغيرة'
    ),
    "the quote that begins the text is not closed in its line": "علامة التنصيص التي تبدأ النص لم تُغلق في سطرها",
    "between a key and its value stands =": "بين المفتاح وقيمته علامة =",
    "the same key or section stands there a second time; keep one of them": "المفتاح أو القسم نفسه مكتوب مرة ثانية؛ أبقِ واحدًا منهما",
    "{path} is UTF-16, which some editors call Unicode; save it again as UTF-8": (
        "{path} مكتوب بترميز UTF-16 الذي تسميه بعض المحررات Unicode؛ احفظه من جديد بترميز UTF-8"
    ),
    "{path} is not UTF-8 in line {line}; open it in an editor and save it again as UTF-8": (
        "{path} ليس بترميز UTF-8 في السطر {line}؛ افتحه في محرر واحفظه من جديد بترميز UTF-8"
    ),
    "{at} wants the environment variable {name}, which is empty; give it the secret, or use {form}": (
        "{at} يحتاج متغيّر البيئة {name}، وهو فارغ؛ ضع فيه السر، أو استعمل {form}"
    ),
    "{key}: an address begins with http:// or https://, such as http://127.0.0.1:11434/v1": (
        "{key}: يبدأ العنوان بـ http:// أو https://، مثل http://127.0.0.1:11434/v1"
    ),
    "{key}: this is no whole address; write its host, and a port up to 65535 if it needs one, in letters from a to z": (
        "{key}: ليس عنوانًا كاملًا؛ اكتب اسم المضيف، ومنفذًا لا يزيد على 65535 إن لزم، بحروف لاتينية"
    ),
    "a header for {host} holds what none may hold, such as a line break in the middle of a key; copy the key or token again": (
        "في ترويسة إلى {host} ما لا يجوز فيها، كسطر جديد في وسط مفتاح؛ انسخ المفتاح أو الرمز من جديد"
    ),
    "an address that should be asked is not valid; mend the setting it comes from": (
        "عنوان يُراد سؤاله ليس صحيحًا؛ أصلح الإعداد الذي جاء منه"
    ),
    "The environment variable {name} overrides no setting; did you mean {near}?": "متغيّر البيئة {name} لا يغلب أي إعداد؛ هل قصدت {near}؟",
    "The environment variable {name} overrides no setting; the known ones are {known}": (
        "متغيّر البيئة {name} لا يغلب أي إعداد؛ المعروف منها {known}"
    ),
    "The environment variable {name} cannot override inside {key}, which is no table": (
        "متغيّر البيئة {name} لا يغلب شيئًا داخل {key}، فهو ليس جدولًا"
    ),
    "{at} says {value}, which would be taken as it stands; write {form} for the environment variable": (
        "{at} يقول {value}، وهو يؤخذ كما هو؛ اكتب {form} لمتغيّر البيئة"
    ),
    "percents are whole numbers from 1 on": "النسب أعداد صحيحة من 1 فأعلى",
    "{key}: {zone} is no time zone; write one such as Asia/Riyadh": "{key}: ‏{zone} ليست منطقة زمنية؛ اكتب واحدة مثل Asia/Riyadh",
    "server.host and server.port: {where} is in use already; stop the other program, or choose another port": (
        "server.host وserver.port: العنوان {where} مستعمل؛ أوقف البرنامج الآخر، أو اختر منفذًا آخر"
    ),
    "{path}: {said_why}; mend the path, or its rights": "{path}: {said_why}؛ أصلح المسار أو أذوناته",
    "{zone} is no time zone; write one such as Asia/Riyadh": "{zone} ليست منطقة زمنية؛ اكتب واحدة مثل Asia/Riyadh",
    "{zone} is no time zone; write one such as 'Asia/Riyadh'": "{zone} ليست منطقة زمنية؛ اكتب واحدة مثل Asia/Riyadh",
    "low must not be above high": "يجب ألا يزيد low على high",
    "backup.to: an S3-compatible store wants backup.s3_key_id and backup.s3_secret = {form}": (
        "backup.to: المخزن المتوافق مع S3 يحتاج backup.s3_key_id وbackup.s3_secret = {form}"
    ),
    "candidates[{place}].provider: there is no provider {name}; the providers are {known}; write a section {section} for another": (
        "candidates[{place}].provider: لا مزوّد باسم {name}؛ المزوّدون هم {known}؛ ولغيرهم اكتب قسمًا {section}"
    ),
    "candidates: two are named {name}; give one of them a `name` of its own": "candidates: اثنان باسم {name}؛ أعطِ أحدهما `name` خاصًا به",
    "deployment.home_region: {region} is no country; write its two letters, such as EG, or a part, such as US-CA": (
        "deployment.home_region: {region} ليس بلدًا؛ اكتب حرفيه مثل EG، أو جزءًا منه مثل US-CA"
    ),
    "deployment.by_channel.{name}: there is no channel {channel}; the channels are {known}": (
        "deployment.by_channel.{name}: لا قناة باسم {channel}؛ القنوات هي {known}"
    ),
    "work.late_after_seconds_by_channel.{name}: there is no channel {channel}; the channels are {known}": (
        "work.late_after_seconds_by_channel.{name}: لا قناة باسم {channel}؛ القنوات هي {known}"
    ),
    "scope.judge: there is no candidate {name}; the candidates are {known}": "scope.judge: لا مرشح باسم {name}؛ المرشحون هم {known}",
    "scope.{key}: there is no channel {name}; the channels are {known}": "scope.{key}: لا قناة باسم {name}؛ القنوات هي {known}",
    "prices: there is no folder {folder}; make it, or take the setting out": "prices: لا مجلد باسم {folder}؛ أنشئه، أو احذف الإعداد",
    "prices: {file} is too large; split it": "prices: ‏{file} كبير جدًا؛ قسّمه",
    "prices: {file} cannot be read ({error}); mend it or take it out": "prices: لا يمكن قراءة {file} ({error})؛ أصلحه أو أخرجه",
    "budgets: two are named {name}; give one of them another name": "budgets: اثنتان باسم {name}؛ أعطِ إحداهما اسمًا آخر",
    "budgets: {name} holds to {only}, which is no channel and no provider; there are {known}": (
        "budgets: ‏{name} تخص {only}، وليس قناة ولا مزوّدًا؛ الموجود {known}"
    ),
    "budgets: {name} keeps back more than it has": "budgets: ‏{name} تحتجز أكثر مما لها",
    "there is no folder {folder} for rules; make it, or take `rules` out of the settings": (
        "لا مجلد باسم {folder} للقواعد؛ أنشئه، أو احذف `rules` من الإعدادات"
    ),
    "{folder} has {count} rule files, more than {most}; put them together": "في {folder} من ملفات القواعد {count}، أكثر من {most}؛ اجمعها",
    "{path} is larger than {size} bytes; split it": "{path} أكبر من {size} بايت؛ قسّمه",
    "{path} cannot be read ({said_why}); name another file, or mend its rights": (
        "لا يمكن قراءة {path} ({said_why})؛ سمِّ ملفًا آخر، أو أصلح أذوناته"
    ),
    "{path} cannot be read ({said_why}); mend its rights": "لا يمكن قراءة {path} ({said_why})؛ أصلح أذوناته",
    "{path} is not UTF-8; save it as UTF-8": "{path} ليس بترميز UTF-8؛ احفظه بهذا الترميز",
    # what the system says
    "No such file or directory": "لا ملف ولا مجلد بهذا الاسم",
    "Permission denied": "لا إذن بذلك",
    "Is a directory": "هو مجلد",
    "Not a directory": "ليس مجلدًا",
    "File exists": "الملف موجود",
    "Read-only file system": "نظام الملفات للقراءة فقط",
    "No space left on device": "لا مساحة باقية",
    "the address is in use already; stop the other program, or choose another with --port": (
        "العنوان مستعمل؛ أوقف البرنامج الآخر، أو اختر منفذًا غيره بـ --port"
    ),
    "the address is in use already ({where}); stop the other program, or choose another with --port": (
        "العنوان مستعمل ({where})؛ أوقف البرنامج الآخر، أو اختر منفذًا غيره بـ --port"
    ),
    "the disk is full; make room and try again": "القرص ممتلئ؛ أفسح مكانًا وأعد المحاولة",
    "the disk is full ({where}); make room and try again": "القرص ممتلئ ({where})؛ أفسح مكانًا وأعد المحاولة",
    # files of dated facts
    "{at}, line {line}: {said}": "{at}، السطر {line}: {said}",
    "rule {id}: {said}": "القاعدة {id}: {said}",
    "rate {id}: {said}": "السعر {id}: {said}",
    "{id}: {said}": "{id}: {said}",
    "{key} must be text in quotes of at most {most} characters": "يجب أن يكون {key} نصًا بين علامتي تنصيص لا يزيد على {most:حرف مجرور}",
    "it has no {key}; say where it stands written": "ليس له {key}؛ اكتب أين ورد ذلك",
    "{key} must be a list of texts in quotes": "يجب أن يكون {key} قائمة نصوص بين علامات تنصيص",
    "it has no {key} in both languages; write {form}": "ليس له {key} باللغتين؛ اكتب {form}",
    "{key} is true or false, not {found}": "{key} إما true أو false، لا {found}",
    "{key} is {found}; write a day without quotes, such as 2026-10-01": "{key} هو {found}؛ اكتب يومًا دون علامات تنصيص مثل 2026-10-01",
    "it has no {key}; {said_why}, such as {example}": "ليس له {key}؛ {said_why}، مثل {example}",
    "write a day": "اكتب يومًا",
    "its {key} in {language} must be text of at most {most} characters": (
        "يجب أن يكون {key} بلغة {language} نصًا لا يزيد على {most:حرف مجرور}"
    ),
    "{key} is not known; {what} has {known}": "{key} غير معروف؛ المعروف في {what} هو {known}",
    "{key} is not known; did you mean {near}? {what} has {known}": "{key} غير معروف؛ هل قصدت {near}؟ المعروف في {what} هو {known}",
}

CHECK: Final[Mapping[str, str]] = {
    # check
    "{count:rule|rules}, version {digest}": "القواعد: {count}، النسخة {digest}",
    "mend it, and look again with `wasl rules add FILE`; {said_meanwhile}": (
        "أصلحه، وانظر ثانية بالأمر `wasl rules add FILE`؛ {said_meanwhile}"
    ),
    "Wasl does not start until then, as no earlier rulebook is known here": "لا يبدأ وصل قبل ذلك، إذ لا كتاب قواعد سابقًا معروفًا هنا",
    "meanwhile the last good rulebook stays in force, version {digest} of {when}": (
        "وإلى ذلك الحين يبقى آخر كتاب قواعد سليم ساريًا، نسخة {digest} بتاريخ {when}"
    ),
    "mend it; until then the last good scope is used, or none": "أصلحه؛ وإلى ذلك الحين يُستعمل آخر نطاق سليم، أو لا شيء",
    "{name}, {count:example|examples}, version {version}; see `wasl scope check`": (
        "{name}، الأمثلة {count}، النسخة {version}؛ انظر `wasl scope check`"
    ),
    "the rules of {channels} forbid general assistants, and there is no scope file: general requests are answered there": (
        "قواعد {channels} تمنع المساعدات العامة، ولا ملف نطاق: الطلبات العامة يُجاب عنها هناك"
    ),
    "write what your assistant is for with `wasl scope init`": "اكتب غرض مساعدك بالأمر `wasl scope init`",
    "no country is set for people whose own is not known (on {channels}); {vendors} serve only some countries, "
    "so they are not asked for such people": (
        "لا بلد محددًا لمن لا يُعرف بلده (على {channels})؛ {vendors} لا تخدم إلا بعض البلدان، فلا تُسأل لأجل هؤلاء"
    ),
    'set home_region = "…" (two letters) in [deployment], or per channel in [deployment.by_channel]': (
        'اكتب home_region = "…" (حرفان) في [deployment]، أو لكل قناة في [deployment.by_channel]'
    ),
    "its provider ends {model} on {day}, {said_when}": "مزوّده ينهي {model} في {day}، {said_when}",
    "its provider ends {model} on {day}, {said_when}: choose what takes its place": (
        "مزوّده ينهي {model} في {day}، {said_when}: اختر ما يحل محله"
    ),
    "in {days:day|days}": "بعد {days:يوم مجرور}",
    "today": "اليوم",
    "{days:day|days} ago": "قبل {days:يوم مجرور}",
    "put another model in its place in [[candidates]], and try it before that day": (
        "ضع نموذجًا آخر مكانه في [[candidates]]، وجرّبه قبل ذلك اليوم"
    ),
    "write its price into a file of the folder `prices`; until then a budget counts it as nothing, or refuses it (unknown)": (
        "اكتب سعره في ملف بمجلد `prices`؛ وإلى ذلك الحين تحسبه الميزانية صفرًا أو ترفضه (unknown)"
    ),
    "a budget is set, and its price is not known": "هناك ميزانية، وسعره غير معروف",
    "{phrase} offers a general assistant": "{phrase} يعرض مساعدًا عامًا",
    "the folder {folder} cannot be made ({said_why})": "لا يمكن إنشاء المجلد {folder} ({said_why})",
    "mend its rights, or set `data` to another": "أصلح أذوناته، أو اجعل `data` غيره",
    "{folder} is a file; the data needs a folder": "{folder} ملف، والبيانات تحتاج مجلدًا",
    "move the file away, or set `data` to a folder": "انقل الملف، أو اجعل `data` مجلدًا",
    "everybody on this machine may read {file}, which holds what people said": "كل من على هذا الجهاز يقرأ {file}، وفيه ما قاله الناس",
    "let nobody but its owner into that folder (chmod 700)": "لا تدع أحدًا غير صاحبه يدخل ذلك المجلد (chmod 700)",
    "there is no folder {folder}": "لا يوجد مجلد {folder}",
    "{folder} is a file; `knowledge` names a folder": "{folder} ملف، و`knowledge` تسمّي مجلدًا",
    "make it, or mend `knowledge` in wasl.toml": "أنشئه، أو أصلح `knowledge` في wasl.toml",
    "{name} is empty; write into it or remove it": "{name} فارغ؛ اكتب فيه أو أزله",
    "the folder {folder} cannot be written": "لا يمكن الكتابة في المجلد {folder}",
    "give this user the right, or set `data` to another": "أعطِ هذا المستخدم الإذن، أو اجعل `data` غيره",
    "only {size} MiB are free where {folder} is": "لا يتاح إلا {size} م.ب حيث {folder}",
    "make room, or set `data` to a folder on a larger disk: a full disk stops messages from being accepted": (
        "أفسح مكانًا، أو اجعل `data` مجلدًا على قرص أكبر: القرص الممتلئ يمنع قبول الرسائل"
    ),
    "{folder} can be written; {size} GiB free": "{folder} قابل للكتابة؛ المتاح {size} غ.ب",
    "start the database, or mend `store` in wasl.toml": "شغّل قاعدة البيانات، أو أصلح `store` في wasl.toml",
    "one commit took {seconds} s": "استغرق الحفظ الواحد {seconds} ث",
    "put the data on a local disk; every message waits for a commit": "ضع البيانات على قرص محلي؛ فكل رسالة تنتظر الحفظ",
    "commits in {milliseconds} ms": "تحفظ خلال {milliseconds} م.ث",
    "mend or remove the document; the others are used": "أصلح المستند أو أزله؛ تُستعمل بقية المستندات",
    "the example business that ships is used; put your documents into {folder}": "يُستعمل النشاط التجريبي المرفق؛ ضع مستنداتك في {folder}",
    "there is no document in {folder}; models answer from their instructions alone": (
        "لا مستند في {folder}؛ تجيب النماذج من تعليماتها وحدها"
    ),
    "there is no document in {folder}, and no model is set": "لا مستند في {folder}، ولا نموذج محدد",
    "write what people ask for into .md files there": "اكتب ما يسأل عنه الناس في ملفات .md هناك",
    "{documents:document|documents}, {passages:passage|passages}": "المستندات {documents}، المقاطع {passages}",
    "answers by itself": "يجيب بنفسه",
    "has no way to test its key without a question": "لا سبيل لاختبار مفتاحه دون سؤال",
    "look at its base_url and at this machine's way out; the provider may also be down": (
        "انظر في base_url وفي اتصال هذا الجهاز بالخارج؛ وقد يكون المزوّد متعطلًا"
    ),
    "wait, and look at the provider's status page": "انتظر، وانظر صفحة حالة المزوّد",
    "mend the key or the address": "أصلح المفتاح أو العنوان",
    "the key works; {count:model|models}": "المفتاح يعمل؛ النماذج {count}",
    "the key works": "المفتاح يعمل",
    "does not list the model {model}": "لا يذكر النموذج {model}",
    "did you mean {near}?": "هل قصدت {near}؟",
    "choose one that it serves": "اختر واحدًا مما يقدمه",
    "our own pages": "صفحاتنا نحن",
    "has no way to test its credentials": "لا سبيل لاختبار بيانات دخوله",
    "look at this machine's way out, and at the platform's status page": "انظر في اتصال هذا الجهاز بالخارج، وفي صفحة حالة المنصة",
    "set server.public_url to the address under which the world reaches this server": (
        "اجعل server.public_url العنوان الذي يصل منه العالم إلى هذا الخادم"
    ),
    "{channels} must reach this server, and no public address is set": "يجب أن تصل {channels} إلى هذا الخادم، ولا عنوان عامًا محددًا",
    "start `wasl serve`, then run `wasl check` again": "شغّل `wasl serve`، ثم نفّذ `wasl check` ثانية",
    "nothing answers at {url}, so the public address could not be tried": "لا شيء يجيب عند {url}، فتعذرت تجربة العنوان العام",
    "another program answers at {url}: the port is taken": "برنامج آخر يجيب عند {url}: المنفذ مشغول",
    "stop that program, or set server.port to another": "أوقف ذلك البرنامج، أو اجعل server.port غيره",
    "look at the name, the certificate and the proxy in front; it must hand requests on to this server": (
        "انظر في الاسم والشهادة والوسيط أمامه؛ يجب أن يمرر الطلبات إلى هذا الخادم"
    ),
    "{url} does not reach this server": "{url} لا يصل إلى هذا الخادم",
    "{url} reaches this server": "{url} يصل إلى هذا الخادم",
    "{url}: {said_why}": "{url}: {said_why}",
    "look at the proxy in front: it must let POST requests through": "انظر في الوسيط أمامه: يجب أن يمرر طلبات POST",
    "its hook {url} answers, and refuses what is not signed": "مدخله {url} يجيب، ويرفض ما ليس موقّعًا",
    "the server at {url} does not know this channel": "الخادم عند {url} لا يعرف هذه القناة",
    "start it again, so that it reads wasl.toml anew": "أعد تشغيله ليقرأ wasl.toml من جديد",
    "{url} answered {status} to a request without proof": "أجاب {url} بالرمز {status} عن طلب بلا إثبات",
    "look at the proxy in front: it must hand requests on unchanged": "انظر في الوسيط أمامه: يجب أن يمرر الطلبات دون تغيير",
    "no other clock was heard to compare with": "لم تُسمع ساعة أخرى للمقارنة",
    "this machine's clock is {seconds} s behind": "ساعة هذا الجهاز متأخرة {seconds} ث",
    "this machine's clock is {seconds} s ahead": "ساعة هذا الجهاز متقدمة {seconds} ث",
    "switch on time synchronisation (NTP)": "فعّل مزامنة الوقت (NTP)",
    "within {seconds} s of the others'": "لا تختلف عن غيرها أكثر من {seconds} ث",
    "no answer within {seconds} s": "لا جواب خلال {seconds} ث",
    # connect
    "server.public_url is not set; the platforms must be told an address that they can reach": (
        "server.public_url غير محدد؛ يجب أن تُخبر المنصات بعنوان يمكنها بلوغه"
    ),
    "there is no channel {name}; there are: {known}": "لا قناة باسم {name}؛ الموجود: {known}",
    "there is no channel {name}": "لا قناة باسم {name}",
    "no channel with a platform is set; add one with `wasl init`": "لا قناة لمنصة محددة؛ أضف واحدة بالأمر `wasl init`",
    "write {url} where the platform asks for the webhook's address": "اكتب {url} حيث تسأل المنصة عن عنوان webhook",
    # the network
    "no connection to {where} ({said_why})": "لا اتصال بـ {where} ({said_why})",
    "the answer from {where} broke ({said_why}); it may have been carried out": "انقطع جواب {where} ({said_why})؛ وقد يكون الطلب نُفّذ",
    "the answer from {where} broke ({said_why})": "انقطع جواب {where} ({said_why})",
    "the answer from {where} is over {limit} bytes; it was not read further": "جواب {where} يزيد على {limit} بايت؛ لم تُكمل قراءته",
    "the address of {where} is not valid; mend the setting it comes from": "عنوان {where} غير صحيح؛ أصلح الإعداد الذي جاء منه",
    # providers and channels
    "{name} answered {status}: {detail}": "أجاب {name} بالرمز {status}: {detail}",
    "{title}: the token belongs to @{name}": "{title}: الرمز يخص ‎@{name}",
    "{title}: updates come to {url}": "{title}: تصل التحديثات إلى {url}",
    "{title}: no webhook is registered": "{title}: لا webhook مسجلًا",
    "{title}: polling is set, and a webhook is registered too": "{title}: ضُبط السحب (polling)، وهناك webhook مسجل أيضًا",
    "{said}. Copy the token again from @BotFather.": "{said}. انسخ الرمز من جديد من ‎@BotFather.",
    "Copy the token again from @BotFather, and check base_url.": "انسخ الرمز من جديد من ‎@BotFather، وتحقق من base_url.",
    "Telegram answered {status}: {detail}": "أجاب Telegram بالرمز {status}: {detail}",
    'Remove it (deleteWebhook), or set mode = "webhook": the platform allows one of the two.': (
        'أزله (deleteWebhook)، أو اكتب mode = "webhook": تسمح المنصة بأحدهما فقط.'
    ),
    "Start Wasl with server.public_url set; it registers the webhook.": "شغّل وصل مع ضبط server.public_url؛ فيسجل webhook.",
    "The address must be https on port 443, 80, 88 or 8443, with a certificate that is trusted.": (
        "يجب أن يكون العنوان https على المنفذ 443 أو 80 أو 88 أو 8443، بشهادة موثوقة."
    ),
    "{title}: the token may use number {number}": "{title}: يجوز للرمز استعمال الرقم {number}",
    "{title}: {said_what}. Renew the access token or its permissions.": "{title}: {said_what}. جدّد رمز الوصول أو أذوناته.",
    "{said_what}. Renew the access token or its permissions.": "{said_what}. جدّد رمز الوصول أو أذوناته.",
    "the platform answered with HTTP status {status}": "أجابت المنصة برمز HTTP ‏{status}",
    "{said_what}; check the key and the account behind it": "{said_what}؛ تحقق من المفتاح ومن الحساب الذي وراءه",
    "{said_what}; check the key": "{said_what}؛ تحقق من المفتاح",
    "{said_what}; asking again later": "{said_what}؛ يُسأل ثانية لاحقًا",
    "{said_what}; check the model's name and the address": "{said_what}؛ تحقق من اسم النموذج ومن العنوان",
    "{name} answered {status}": "أجاب {name} بالرمز {status}",
    "Check phone_number_id, access_token and api_version.": "تحقق من phone_number_id وaccess_token وapi_version.",
    "channels.{name}.business_account_id is missing; templates belong to the account, so add its id": (
        "channels.{name}.business_account_id ناقص؛ القوالب تخص الحساب، فأضف معرّفه"
    ),
}

PHRASES: Final[Mapping[str, str]] = {**SETTINGS, **CHECK, **WORK, **FILES, **RARE, **GUESSES}
