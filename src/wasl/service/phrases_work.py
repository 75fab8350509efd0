"""The Arabic of what commands, services and stores write in English, by the English form; see `phrases_ar`."""

from collections.abc import Mapping
from typing import Final

WORK: Final[Mapping[str, str]] = {
    # commands
    "name a folder for the backup, or set backup.to": "سمِّ مجلدًا للنسخة الاحتياطية، أو اضبط backup.to",
    "{text} is no length of time; write it as 90s, 10m or 1h": "{text} ليست مدة؛ اكتبها مثل 90s أو 10m أو 1h",
    "say which: {option} is missing": "قل أيّها: {option} ناقص",
    "say what is to leave: one of --person, --channel, --chat or --all": (
        "قل ما الذي يخرج: واحد من --person أو --channel أو --chat أو --all"
    ),
    "there is no conversation or imported chat {chat}; see `wasl person show` and `wasl imports`": (
        "لا محادثة ولا محادثة محضرة باسم {chat}؛ انظر `wasl person show` و`wasl imports`"
    ),
    "name files, or say --history": "سمِّ ملفات، أو قل --history",
    "{option}: {said_what} is not known; it may be one of {known}": "{option}: {said_what} غير معروف؛ الممكن {known}",
    "{file} is there already; replace it with --force, or name another with --config": (
        "{file} موجود؛ استبدله بـ --force، أو سمِّ غيره بـ --config"
    ),
    "--country: {name} is no country; write its two letters, such as EG, or a part, such as US-CA": (
        "--country: {name} ليس بلدًا؛ اكتب حرفيه مثل EG، أو جزءًا منه مثل US-CA"
    ),
    "--{option} must be given when nothing is asked": "--{option} مطلوب حين لا يُسأل شيء",
    "there is no time zone {zone}; it is written like Asia/Riyadh": "لا منطقة زمنية باسم {zone}؛ تُكتب مثل Asia/Riyadh",
    "there is no entry {name} in the register; `wasl register list --all` names them": (
        "لا قيد باسم {name} في السجل؛ يسميها `wasl register list --all`"
    ),
    "{number} is no number of any country; write it, or its beginning, such as +20, or use --region EG": (
        "{number} ليس رقمًا لأي بلد؛ اكتبه أو أوله مثل +20، أو استعمل --region EG"
    ),
    "no rule speaks of the channel {channel}; there are {known}": "لا قاعدة تذكر القناة {channel}؛ الموجود {known}",
    "{day} is no day; write it as 2026-10-01": "{day} ليس يومًا؛ اكتبه مثل 2026-10-01",
    "{effect} is no effect; there are {known}": "{effect} ليس أثرًا؛ الآثار {known}",
    "{region} is no country; write two letters, such as EG, or the beginning of a number, such as +20": (
        "{region} ليس بلدًا؛ اكتب حرفين مثل EG، أو أول رقم مثل +20"
    ),
    "{region} is no country; write its two letters (ISO 3166), such as EG": "{region} ليس بلدًا؛ اكتب حرفيه (ISO 3166) مثل EG",
    "scope.train_on_ratings is off: people's words teach nothing. Set it to true in wasl.toml if your own scope may learn from"
    " messages that you rated; the packs that come with Wasl never do": (
        "scope.train_on_ratings معطل: كلمات الناس لا تعلّم شيئًا. اجعله true في wasl.toml إن جاز أن يتعلم نطاقك أنت من رسائل"
        " قيّمتها؛ أما الحزم المرفقة مع وصل فلا تتعلم أبدًا"
    ),
    "{file} is there already; edit it, or name another file with --scope": "{file} موجود؛ عدّله، أو سمِّ ملفًا آخر بـ --scope",
    "there is no plan {id}; `wasl sunset list` names them": "لا خطة باسم {id}؛ يسميها `wasl sunset list`",
    "there is no plan {id}; `wasl sunset models` names them": "لا خطة باسم {id}؛ يسميها `wasl sunset models`",
    "give two hours of the day, such as 9-20": "اكتب ساعتين من اليوم، مثل 9-20",
    "--awake: give two hours of the day, such as 9-20": "--awake: اكتب ساعتين من اليوم، مثل 9-20",
    "--template: {given}: give a language and a name, such as en=we_close": "--template: {given}: اكتب لغة واسمًا، مثل en=we_close",
    "--with: {one} or {other}? Say OLD=NEW for all but one": "--with: {one} أم {other}؟ اكتب OLD=NEW لكل واحد إلا واحدًا",
    "this store keeps no terms; use SQLite or PostgreSQL": "هذا المخزن لا يحفظ الشروط؛ استعمل SQLite أو PostgreSQL",
    "{name} is not watched; watched are {known}": "{name} لا تُراقب؛ المراقب {known}",
    "{file} is over {size} bytes; save the page without its pictures": "{file} يزيد على {size} بايت؛ احفظ الصفحة دون صورها",
    "say which document the versions are of: --document, as `wasl terms list` names it": (
        "قل لأي وثيقة هذه النسخ: --document كما يسميها `wasl terms list`"
    ),
    "{folder} holds no dated version; its files begin with their day, such as 2025-12-31.md": (
        "ليس في {folder} نسخة مؤرخة؛ تبدأ ملفاتها بيومها، مثل 2025-12-31.md"
    ),
    "there is no change {id}; `wasl terms show` names them": "لا تغيير باسم {id}؛ يسميها `wasl terms show`",
    "there is no open sign and no channel {name}; see `wasl trouble list`": (
        "لا علامة مفتوحة ولا قناة باسم {name}؛ انظر `wasl trouble list`"
    ),
    # people, keys, imports
    "there is no person {id}": "لا شخص باسم {id}",
    "there is no person {id}; nothing was changed": "لا شخص باسم {id}؛ لم يتغير شيء",
    "there is no address {id}; nothing was changed": "لا عنوان باسم {id}؛ لم يتغير شيء",
    "there is no conversation {id}; nothing was changed": "لا محادثة باسم {id}؛ لم يتغير شيء",
    "there is no conversation {id}": "لا محادثة باسم {id}",
    "there is no link {id}; nothing was changed": "لا ربط باسم {id}؛ لم يتغير شيء",
    "{id} is no id of ours; nothing was changed": "{id} ليس معرّفًا من معرّفاتنا؛ لم يتغير شيء",
    "a legal hold forbids erasing person {id}: {reason}": "حجز قانوني يمنع محو {id}: {reason}",
    "a legal hold forbids taking back what was brought: {reason}": "حجز قانوني يمنع إلغاء الإحضار: {reason}",
    "a group is nobody's: its conversation is never linked": "المجموعة ليست لأحد: محادثتها لا تُربط",
    "both conversations are one person's already": "المحادثتان لشخص واحد أصلًا",
    "one person would have {count} conversations; at most {most} are joined": "سيكون لشخص واحد {count:محادثة}؛ يُجمع {most} على الأكثر",
    "no key is called {name}; the keys are: {known}": "لا مفتاح باسم {name}؛ المفاتيح: {known}",
    "no key is called {name}; there is none yet, make one with `wasl key add`": (
        "لا مفتاح باسم {name}؛ لا مفاتيح بعد، اصنع واحدًا بالأمر `wasl key add`"
    ),
    "a key's label must have 1 to {most} characters; name who will use it": "اسم المفتاح من حرف إلى {most}؛ سمِّ من سيستعمله",
    "there is a key labelled {label} already; choose another label, or revoke it first": (
        "هناك مفتاح باسم {label}؛ اختر اسمًا آخر، أو ألغِه أولًا"
    ),
    "{name} is of no format that is known here; name one if you know better: {known}": (
        "{name} ليس من صيغة معروفة هنا؛ سمِّ واحدة إن كنت تعرفها: {known}"
    ),
    "{name} could be of several formats ({alike}); name the one it is": "{name} قد يكون من صيغ عدة ({alike})؛ سمِّ صيغته",
    "there is no format {kind} that can be read; there are: {known}": "لا صيغة تُقرأ باسم {kind}؛ الموجود: {known}",
    "there is no format {kind} that can be written; there are: {known}": "لا صيغة تُكتب باسم {kind}؛ الموجود: {known}",
    "{name} holds more than {most} files; name a folder further in": "في {name} أكثر من {most:ملف مجرور}؛ سمِّ مجلدًا داخله",
    "there is no file {name}; mend the path": "لا ملف باسم {name}؛ أصلح المسار",
    "{name} is empty": "{name} فارغ",
    # surveys
    "Profile: {profile} ({confidence})": "الشكل: {profile} ({confidence})",
    "Chats: {chats}, messages: {entries}": "المحادثات: {chats}، الرسائل: {entries}",
    "{title}: {entries} from {first} to {last}": "{title}: ‏{entries} من {first} إلى {last}",
    "Rejects: {count}": "المرفوض: {count}",
    "entries: {count}": "الرسائل: {count}",
    "text: {count}": "نصوص: {count}",
    "messages: {count}": "رسائل: {count}",
    "ambiguous: {count}": "غير محسوم: {count}",
    # backups
    "there is a database in {folder} already; name an empty folder with `data`, or move that one away": (
        "في {folder} قاعدة بيانات؛ سمِّ مجلدًا فارغًا بـ `data`، أو انقل تلك"
    ),
    "{name} is no backup of Wasl: its {manifest} cannot be read ({error})": (
        "{name} ليس نسخة احتياطية لوصل: لا يمكن قراءة {manifest} ({error})"
    ),
    "the backup names a file outside of itself ({name}); nothing was restored": "تسمي النسخة ملفًا خارجها ({name})؛ لم يُستعد شيء",
    "{name} in the backup is not what it was; take another one": "{name} في النسخة ليس كما كان؛ خذ نسخة أخرى",
    "{name} is encrypted; name the file with your age identity with --identity": "{name} مشفّر؛ سمِّ ملف هوية age بـ --identity",
    "{name} is no backup, or it is broken ({error})": "{name} ليس نسخة احتياطية، أو هو تالف ({error})",
    "the backup has lost {name} ({said_why}); take another one": "ضاع من النسخة {name} ({said_why})؛ خذ نسخة أخرى",
    "encrypted backups need the extra `age`: run `make install WITH=age`": "النسخ المشفرة تحتاج الإضافة `age`: نفّذ `make install WITH=age`",
    "the folder {folder} is not empty; name another with --to": "المجلد {folder} ليس فارغًا؛ سمِّ غيره بـ --to",
    # evidence
    "{name} is no month; write it as 2026-10": "{name} ليس شهرًا؛ اكتبه مثل 2026-10",
    "{name} is no month; write one such as 2026-11": "{name} ليس شهرًا؛ اكتب واحدًا مثل 2026-11",
    "the time zone {name} is not known; write it as Asia/Riyadh": "المنطقة الزمنية {name} غير معروفة؛ اكتبها مثل Asia/Riyadh",
    "{by} is nothing to sum by; there are {known}": "لا يُجمع بحسب {by}؛ الممكن {known}",
    "{folder} is no evidence pack that this version reads; its manifest says {format}": (
        "{folder} ليس ملف أدلة تقرؤه هذه النسخة؛ بيانه يقول {format}"
    ),
    "{path} cannot be read ({said_why}); is this the folder of a pack?": "لا يمكن قراءة {path} ({said_why})؛ هل هذا مجلد أدلة؟",
    "the signature does not fit the manifest and the public key": "التوقيع لا يطابق البيان والمفتاح العام",
    "{name} is missing": "{name} ناقص",
    "{name} is not as it was when the manifest was made": "{name} ليس كما كان حين صُنع البيان",
    "{name} is not in the manifest": "{name} ليس في البيان",
    "the pack before is not the one that this pack is chained to": "الملف السابق ليس الذي يتصل به هذا الملف",
    "{file}: {at} is {then} and comes out as {now}": "{file}: ‏{at} هو {then} ويخرج {now}",
    # drills
    "name what is to be lost, such as --lose whatsapp": "سمِّ ما يُفقد، مثل --lose whatsapp",
    "nobody has asked anything yet: a shadow drill needs some traffic to ask again (try `wasl simulate`)": (
        "لم يسأل أحد شيئًا بعد: تدريب الظل يحتاج أسئلة يعيدها (جرّب `wasl simulate`)"
    ),
    "a live drill is on routing only: {what} takes no candidate away; rehearse it in shadow (without --live)": (
        "التدريب الحي على التوجيه فقط: {what} لا يُبعد مرشحًا؛ تدرّب عليه في الظل (دون --live)"
    ),
    "no candidate would be left to answer; a live drill would leave people unanswered: rehearse it in shadow": (
        "لن يبقى مرشح يجيب؛ سيترك التدريب الحي الناس بلا جواب: تدرّب في الظل"
    ),
    "this installation does not stand on {name}; it could lose {known}": "لا يقوم هذا التثبيت على {name}؛ يمكن أن يفقد {known}",
    # sunsets
    "{channel} is no configured channel; there are: {known}": "{channel} ليست قناة مضبوطة؛ الموجود: {known}",
    "the plan is {state}; only a draft or a paused one can be started": "حال الخطة {state}؛ لا يبدأ إلا مسودة أو متوقفة",
    "nothing was sent: {said}": "لم يُرسل شيء: {said}",
    "the plan is {state}; make a new one": "حال الخطة {state}؛ اصنع خطة جديدة",
    "{day} is in the past; give a day that is still to come": "{day} مضى؛ اكتب يومًا لم يأتِ بعد",
    "the plan is {state} and cannot become {to}": "حال الخطة {state} ولا يمكن أن تصير {to}",
    "{name} is no candidate of the route; there are: {known}": "{name} ليس مرشحًا في المسار؛ الموجود: {known}",
    "no candidate of the route is of a provider {name}; there are: {known}": "لا مرشح في المسار من مزوّد باسم {name}؛ الموجود: {known}",
    "{name} cannot replace itself; name another candidate with --with": "{name} لا يحل محل نفسه؛ سمِّ مرشحًا آخر بـ --with",
    "{name} is no candidate of {provider}; there are: {known}": "{name} ليس مرشحًا من {provider}؛ الموجود: {known}",
    "nobody takes the place of {name}; name a candidate for it, or one for all the others": (
        "لا أحد يحل محل {name}؛ سمِّ له مرشحًا، أو واحدًا للباقين كلهم"
    ),
    "{name} is of {provider}, too, and ends with it; name a candidate of another provider": (
        "{name} من {provider} أيضًا وينتهي معه؛ سمِّ مرشحًا من مزوّد آخر"
    ),
    "{name} is replaced already by the plan {id}; undo that first": "{name} تستبدله الخطة {id}؛ ألغِها أولًا",
    "{name} is itself replaced by {other} before that day; name that one": "{name} نفسه يحل محله {other} قبل ذلك اليوم؛ سمِّ ذاك",
    # terms
    "a rule is confirmed by somebody: give a name": "القاعدة يعتمدها شخص: اكتب اسمًا",
    "there is no rule {id}; draft it first": "لا قاعدة باسم {id}؛ صُغها أولًا",
    "the rule {id} was rejected; draft it anew": "القاعدة {id} نُحّيت؛ صُغها من جديد",
    "{id} is no draft": "{id} ليست مسودة",
    "there is no change {id}": "لا تغيير باسم {id}",
    "the change {id} has no sentence {sentence}": "ليس في التغيير {id} جملة {sentence}",
    "this rule cannot stand: {said}": "هذه القاعدة لا تقوم: {said}",
    "there is no declaration of {id}; `wasl terms list` names them": "لا إعلان عن {id}؛ يسميها `wasl terms list`",
    "{name} has no day in its name; call it 2026-03-07-something.md": "ليس في اسم {name} يوم؛ سمّه 2026-03-07-something.md",
    "its pages are brought by people: paste or upload them": "صفحاتها يحضرها الناس: ألصقها أو ارفعها",
    "a new state was seen once; it is looked at again in an hour": "رُئيت حالة جديدة مرة؛ ويُنظر فيها ثانية بعد ساعة",
    "the page is as it was before": "الصفحة كما كانت من قبل",
    "the first record of the document": "أول تسجيل للوثيقة",
    "the state of {day} is known": "حالة {day} معروفة",
    "The earlier page was a stub; this is the first record of the document.": "كانت الصفحة السابقة هيكلًا؛ وهذا أول تسجيل للوثيقة.",
    "The words are the same.": "الكلمات هي نفسها.",
    "Another edition of the page was served.": "قُدّمت طبعة أخرى من الصفحة.",
    "A whole document was added to the page or taken away; nothing else changed.": (
        "أضيفت وثيقة كاملة إلى الصفحة أو رُفعت؛ ولم يتغير غير ذلك."
    ),
    "No sentence that binds somebody changed its meaning.": "لم يتغير معنى جملة تُلزم أحدًا.",
    "1 sentence that binds somebody changed.": "تغيّرت جملة واحدة تُلزم أحدًا.",
    "{count:sentence that binds|sentences that bind} somebody changed.": "الجمل الملزمة التي تغيّرت: {count}.",
    "rules": "القواعد",
    "status {status}": "الرمز {status}",
    # scope files
    "there is no {file}; make one with `wasl scope init`": "لا ملف باسم {file}؛ اصنعه بالأمر `wasl scope init`",
    "{file} is larger than {size} MiB; a scope is a few hundred questions": "{file} أكبر من {size} م.ب؛ النطاق بضع مئات من الأسئلة",
    # documents
    "{file} was not read: only {known} can be read; save it as one of these": "لم يُقرأ {file}: لا يُقرأ إلا {known}؛ احفظه بإحداها",
    "{file} was not read: it is larger than {size} MiB; split it": "لم يُقرأ {file}: هو أكبر من {size} م.ب؛ قسّمه",
    "{file} was not read: it is not text; save it as .md or .txt": "لم يُقرأ {file}: ليس نصًا؛ احفظه .md أو .txt",
    "{file} cannot be read ({said_why}); mend its rights or remove it": "لا يمكن قراءة {file} ({said_why})؛ أصلح أذوناته أو أزله",
    "{file} was not read: line {line} is not {encoding}; save the file again as UTF-8": (
        "لم يُقرأ {file}: السطر {line} ليس {encoding}؛ احفظ الملف من جديد بترميز UTF-8"
    ),
    # databases
    "PostgreSQL needs asyncpg: run {command}, or leave `store` empty to use SQLite": (
        "PostgreSQL يحتاج asyncpg: نفّذ {command}، أو اترك `store` فارغًا لاستعمال SQLite"
    ),
    "PostgreSQL cannot be used now ({error}); nothing was stored, try again": (
        "لا يمكن استعمال PostgreSQL الآن ({error})؛ لم يُحفظ شيء، أعد المحاولة"
    ),
    "PostgreSQL cannot be used now ({error}); nothing was stored, try again, or mend `store` in wasl.toml": (
        "لا يمكن استعمال PostgreSQL الآن ({error})؛ لم يُحفظ شيء، أعد المحاولة، أو أصلح `store` في wasl.toml"
    ),
    "PostgreSQL refuses what `store` says ({error}); mend the address, the role, its password or the name": (
        "يرفض PostgreSQL ما يقوله `store` ({error})؛ أصلح العنوان أو الدور أو كلمة مروره أو الاسم"
    ),
    "the database file {name} cannot be opened ({error}); mend `data` or the folder's rights": (
        "لا يمكن فتح ملف قاعدة البيانات {name} ({error})؛ أصلح `data` أو أذونات المجلد"
    ),
    "the database {where} is damaged or no database ({error}); restore a backup, or name another file.": (
        "قاعدة البيانات {where} تالفة أو ليست قاعدة بيانات ({error})؛ استعد نسخة احتياطية، أو سمِّ ملفًا آخر."
    ),
    "the database {where} holds tables of another program ({tables}); name another file in `data`.": (
        "في قاعدة البيانات {where} جداول برنامج آخر ({tables})؛ سمِّ مجلدًا آخر بـ `data`."
    ),
    "the database {where} holds tables of another program ({tables}); name an empty database in `store`.": (
        "في قاعدة البيانات {where} جداول برنامج آخر ({tables})؛ سمِّ قاعدة فارغة بـ `store`."
    ),
    "the database could not commit ({error}); nothing was stored, try again; if it stays, look at the disk's free space": (
        "تعذر الحفظ في قاعدة البيانات ({error})؛ لم يُحفظ شيء، أعد المحاولة؛ فإن بقي ذلك فانظر في مساحة القرص"
    ),
    "the database could not be read ({error}); try again": "تعذرت قراءة قاعدة البيانات ({error})؛ أعد المحاولة",
    "{name} is a channel without templates": "{name} قناة بلا قوالب",
    "{folder} cannot be made ({said_why}); mend its rights, or set `data` to another": (
        "لا يمكن إنشاء {folder} ({said_why})؛ أصلح أذوناته، أو اجعل `data` غيره"
    ),
}
