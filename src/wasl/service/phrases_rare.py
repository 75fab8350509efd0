"""The Arabic of what is said now and then: archives, bundles, keys, other programs, watched pages, and databases; see `phrases_ar`."""

from collections.abc import Mapping
from typing import Final

RARE: Final[Mapping[str, str]] = {
    # bundles: files, folders and zips
    "{of} holds a file named {path}, which would lead outside; nothing was read": "في {of} ملف باسم {path} يقود خارجه؛ لم يُقرأ شيء",
    "{of} holds a link ({path}); nothing was read: pack the file itself": "في {of} رابط ملف ({path})؛ لم يُقرأ شيء: احزم الملف نفسه",
    "{of} is locked with a password; unlock it and pack it again": "{of} مقفل بكلمة مرور؛ افتحه واحزمه من جديد",
    "{of}: {path} is packed in a way that is not read here; pack it again as a plain zip": (
        "{of}: {path} محزوم بطريقة لا تُقرأ هنا؛ احزمه من جديد zip عاديًا"
    ),
    "{of}: {path} would unpack to {sizes}; nothing was read": "{of}: ينفك {path} إلى {sizes}؛ لم يُقرأ شيء",
    "{of} lists its files in {size} bytes, more than {most}; split it": "يسرد {of} ملفاته في {size} بايت، أكثر من {most}؛ قسّمه",
    "{name} unpacks to {total} bytes, more than {most}; split it": "ينفك {name} إلى {total} بايت، أكثر من {most}؛ قسّمه",
    "{of}: {path} lies over another file; nothing was read: pack it again": "{of}: يقع {path} فوق ملف آخر؛ لم يُقرأ شيء: احزمه من جديد",
    "{of} holds more than {most} files; split it": "في {of} أكثر من {most:ملف مجرور}؛ قسّمه",
    "{name} is not a whole zip ({error}); fetch or make it again": "{name} ليس zip كاملًا ({error})؛ اجلبه أو اصنعه من جديد",
    "{name} holds two different files named {path}; nothing was read: pack it again": (
        "في {name} ملفان مختلفان باسم {path}؛ لم يُقرأ شيء: احزمه من جديد"
    ),
    "{path} in {name} cannot be unpacked ({error})": "لا يمكن فك {path} في {name} ({error})",
    "{of} is broken ({error}); what came before it is kept": "{of} تالف ({error})؛ وحُفظ ما سبقه",
    "{name} is cut off; what came before the cut is kept": "{name} مقطوع؛ وحُفظ ما سبق القطع",
    "it is locked with a password; unlock it and pack it again": "مقفل بكلمة مرور؛ افتحه واحزمه من جديد",
    "it holds more than {most} files or {size} bytes; split it": "فيه أكثر من {most:ملف مجرور} أو {size} بايت؛ قسّمه",
    "it would unpack to more than {times} times its size; nothing was read": "ينفك إلى أكثر من {times} ضعف حجمه؛ لم يُقرأ شيء",
    # formats and archives
    "{name} holds no data/conversations.jsonl and no data/messages; it is no archive, or its begin is lost": (
        "ليس في {name} الملف data/conversations.jsonl ولا المجلد data/messages؛ ليس أرشيفًا، أو ضاع أوله"
    ),
    "{path} in {name} is not what its digest says; fetch the archive again": "{path} في {name} ليس كما تقول بصمته؛ اجلب الأرشيف من جديد",
    "{path} has more than {most} bytes": "في {path} أكثر من {most} بايت",
    "a record of type {kind} is not known; it may be of a newer version": "قيد من نوع {kind} غير معروف؛ لعله من نسخة أحدث",
    "a record of type {kind} stands where a message should": "قيد من نوع {kind} في موضع رسالة",
    "a {kind} stands where a participant should": "{kind} في موضع مشارك",
    "a {kind} stands where a conversation should": "{kind} في موضع محادثة",
    "a {kind} stands where a message should": "{kind} في موضع رسالة",
    "it is not JSON ({error})": "ليس JSON ‏({error})",
    "it holds more than {most} values": "فيه أكثر من {most} قيمة",
    "{at} is {value}, not an id": "{at} هو {value}، وليس معرّفًا",
    "{at} is {value}, not a whole number up to {most}": "{at} هو {value}، وليس عددًا صحيحًا حتى {most}",
    "{at} is {value}, not an object": "{at} هو {value}، وليس كائنًا",
    "{at} is {value}, not a list": "{at} هو {value}، وليس قائمة",
    "{at} is {value}, not a time": "{at} هو {value}، وليس وقتًا",
    "{at} is no object with a type": "{at} ليس كائنًا له نوع",
    "{count:entry was|entries were} read and {taken} found a place: {kind} does not read {name} the same way twice; run the import again": (
        "قُرئ {count} من القيود ووجد {taken} منها مكانًا: لا تقرأ {kind} الملف {name} بالطريقة نفسها مرتين؛ أعد الاستيراد"
    ),
    "whoever this was brought for was erased meanwhile; nothing of it is kept": "مُحي في أثناء ذلك من أُحضر هذا له؛ لم يُحفظ منه شيء",
    "the file {sha256} in the archive is not what its name says": "الملف {sha256} في الأرشيف ليس كما يقول اسمه",
    "the format {format} ended without saying what it wrote; the file is not whole": (
        "انتهت الصيغة {format} دون أن تذكر ما كتبت؛ الملف ليس كاملًا"
    ),
    "the format {format} ended without saying what it wrote": "انتهت الصيغة {format} دون أن تذكر ما كتبت",
    "there is no import {id}; store it first": "لا استيراد باسم {id}؛ احفظه أولًا",
    "there is no chat {id}; store it first": "لا دردشة باسم {id}؛ احفظها أولًا",
    "chat {id} has no entry {seq}; nothing was changed": "ليس في الدردشة {id} قيد {seq}؛ لم يتغير شيء",
    "an entry's seq must be from 1 to {most}, not {seq}: a chat holds up to {entries} entries": (
        "رقم القيد من 1 إلى {most}، لا {seq}: تسع الدردشة {entries} من القيود"
    ),
    "{source} line {line} is not CSV ({error}); mend the quotes on that line": (
        "{source}: السطر {line} ليس CSV ({error})؛ أصلح علامات التنصيص فيه"
    ),
    "{file} was not read: all documents together are larger than {size} MiB": "لم يُقرأ {file}: المستندات كلها معًا أكبر من {size} م.ب",
    "a file is larger than {size} bytes; it was not kept": "ملف أكبر من {size} بايت؛ لم يُحفظ",
    # keys, vaults, sealed backups, buckets
    "{file} holds no age identity; a line of it begins with AGE-SECRET-KEY-1": "ليس في {file} هوية age؛ يبدأ سطر منها بـ AGE-SECRET-KEY-1",
    "{file} holds no age identity that can be used ({error})": "ليس في {file} هوية age صالحة ({error})",
    "backup.recipients: {error}; a key begins with age1 and comes from `age-keygen`": (
        "backup.recipients: {error}؛ يبدأ المفتاح بـ age1 ويأتي من `age-keygen`"
    ),
    "{file} cannot be opened with this identity ({error}), or it is broken": "لا يُفتح {file} بهذه الهوية ({error})، أو هو تالف",
    "the key {file} has {size} bytes instead of {most}; put the right one back from a backup": (
        "في المفتاح {file} {size} بايت بدل {most}؛ أعد الصحيح من نسخة احتياطية"
    ),
    "the key {file} cannot be read or written ({said_why}); mend the folder's rights": (
        "لا يمكن قراءة المفتاح {file} ولا كتابته ({said_why})؛ أصلح أذونات المجلد"
    ),
    "{broken}: it does not begin as a kept file does; restore it from a backup": (
        "{broken}: لا يبدأ كما يبدأ ملف محفوظ؛ استعده من نسخة احتياطية"
    ),
    "{broken} at piece {number}: it is cut or changed; restore it from a backup": (
        "{broken} عند القطعة {number}: مقطوع أو مغيَّر؛ استعده من نسخة احتياطية"
    ),
    "{broken} at piece {number}: it is cut or changed, or the key is another; restore both": (
        "{broken} عند القطعة {number}: مقطوع أو مغيَّر، أو المفتاح غيره؛ استعدهما معًا"
    ),
    "the kept file {sha256} opens but is not what was kept; restore it from a backup": (
        "يُفتح الملف المحفوظ {sha256} وليس ما حُفظ؛ استعده من نسخة احتياطية"
    ),
    "the key file {name} is damaged; restore it from a backup": "ملف المفتاح {name} تالف؛ استعده من نسخة احتياطية",
    "the key {name} opens {count} files already, the limit; keep more under another name": (
        "يفتح المفتاح {name} من الملفات {count}، وهو الحد؛ احفظ الباقي باسم آخر"
    ),
    "backup.to: {to} is no address of a bucket; it is written s3://bucket/prefix": (
        "backup.to: ليس {to} عنوان حاوية؛ يُكتب s3://bucket/prefix"
    ),
    "the store refuses the access key for {bucket}; mend backup.s3_key_id and backup.s3_secret": (
        "يرفض المخزن مفتاح الوصول إلى {bucket}؛ أصلح backup.s3_key_id وbackup.s3_secret"
    ),
    "the store refuses ({status}): {body}": "يرفض المخزن ({status}): {body}",
    "{name} is larger than {parts} parts of {size} MiB": "{name} أكبر من {parts} جزء من {size} م.ب",
    "the store did not put {name} together: {body}": "لم يجمع المخزن {name}: {body}",
    "the store took a part and gave no ETag for it": "أخذ المخزن جزءًا ولم يعطِ له ETag",
    "the store's answer names no upload": "لا يذكر جواب المخزن رفعًا",
    # other programs, letters
    "the program {name} cannot be started ({error}); mend the command in the settings": (
        "لا يمكن تشغيل البرنامج {name} ({error})؛ أصلح الأمر في الإعدادات"
    ),
    "the program {name} took longer than {seconds} s and was ended": "استغرق البرنامج {name} أكثر من {seconds} ث فأُنهي",
    "the program {name} wrote more than {size} bytes and was ended": "كتب البرنامج {name} أكثر من {size} بايت فأُنهي",
    "the program {name} ended with status {status}": "انتهى البرنامج {name} بالرمز {status}",
    "the program {name} ended with status {status}: {words}": "انتهى البرنامج {name} بالرمز {status}: {words}",
    "mail: {host} does not take user and password; mend mail.user and mail.password": (
        "mail: لا يقبل {host} المستخدم وكلمة المرور؛ أصلح mail.user وmail.password"
    ),
    "mail: {host} refuses a letter to {to}: {error}": "mail: يرفض {host} رسالة إلى {to}: {error}",
    "mail: {host} cannot do what mail.security asks for: {error}": "mail: لا يستطيع {host} ما يطلبه mail.security: {error}",
    "mail: {host} cannot be reached now: {error}": "mail: لا يمكن بلوغ {host} الآن: {error}",
    "alarms.mail_to is set and [mail] names no host; set mail.host, or take alarms.mail_to out": (
        "ضُبط alarms.mail_to ولا يذكر [mail] خادمًا؛ اضبط mail.host، أو أخرج alarms.mail_to"
    ),
    "otel_endpoint is set, but the OpenTelemetry exporter is not installed; run `make install WITH=otel` or remove the setting": (
        "ضُبط otel_endpoint ومصدّر OpenTelemetry غير مثبت؛ نفّذ `make install WITH=otel` أو أزل الإعداد"
    ),
    # answers of models
    "the model's safety rule refused to answer": "رفضت قاعدة السلامة في النموذج أن تجيب",
    "the model refused to answer": "رفض النموذج أن يجيب",
    "the model refused: {words}": "رفض النموذج: {words}",
    "the server's content filter ended the answer": "أنهى مرشِّح المحتوى في الخادم الجواب",
    "the content filter ended the answer": "أنهى مرشِّح المحتوى الجواب",
    "the provider's safety rule refused the prompt ({why})": "رفضت قاعدة السلامة عند المزوّد السؤال ({why})",
    "the provider's safety rule ended the answer ({why})": "أنهت قاعدة السلامة عند المزوّد الجواب ({why})",
    "the model ended its answer with a fault of its own ({why})": "أنهى النموذج جوابه بخلل منه ({why})",
    "the server broke the answer off with {what}": "قطع الخادم الجواب: {what}",
    "a piece of the answer is malformed ({error})": "جزء من الجواب مشوّه ({error})",
    "the answer is malformed ({error})": "الجواب مشوّه ({error})",
    "the answer is empty (it ended with {reason})": "الجواب فارغ (انتهى بـ {reason})",
    "the answer ended without its end mark": "انتهى الجواب دون علامة نهايته",
    "the answer passes {size} bytes; it was thrown away": "زاد الجواب على {size} بايت فأُهمل",
    "no answer from {where} ({said_why})": "لا جواب من {where} ({said_why})",
    "no answer from {where} ({said_why}); it may have been carried out": "لا جواب من {where} ({said_why})؛ وقد يكون الطلب نُفّذ",
    "the stream from {where} broke ({said_why})": "انقطع الدفق من {where} ({said_why})",
    "the budget {name} refuses what it cannot count: {why}; add a price, or set {form}": (
        "ترفض الميزانية {name} ما لا تستطيع حسابه: {why}؛ أضف سعرًا، أو اكتب {form}"
    ),
    "the moderator's action {action} is unknown; it is to be pass, refuse or human": (
        "فعل المشرف {action} غير معروف؛ وهو pass أو refuse أو human"
    ),
    "the moderator's answer is no JSON; it is to write {form}": "جواب المشرف ليس JSON؛ يجب أن يكتب {form}",
    # erasing, linking, moving
    "a legal hold forbids erasing {id}: {reason}": "حجز قانوني يمنع محو {id}: {reason}",
    "the file {name} is not kept any more; it cannot be sent": "لم يعد الملف {name} محفوظًا؛ لا يمكن إرساله",
    "a legal hold forbids erasing: {hold}": "حجز قانوني يمنع المحو: {hold}",
    "there is no code to confirm, or it is too old; ask for a new one": "لا رمز للتأكيد، أو هو قديم؛ اطلب رمزًا جديدًا",
    "the code is not right; nothing was erased": "الرمز غير صحيح؛ لم يُمحَ شيء",
    "the code was used already": "استُعمل الرمز من قبل",
    "what is yours has changed since the code was given: channels were joined or parted; ask for a new one": (
        "تغيّر ما هو لك منذ أُعطي الرمز: رُبطت قنوات أو فُصلت؛ اطلب رمزًا جديدًا"
    ),
    "a line of the ledger of erasures cannot be read ({error}): {line}; mend or restore that file": (
        "سطر في دفتر المحو لا يُقرأ ({error}): {line}؛ أصلح ذلك الملف أو استعده"
    ),
    "another process is at work on the same ({name}); try again when it is done": (
        "عملية أخرى تعمل على الشيء نفسه ({name})؛ أعد المحاولة حين تفرغ"
    ),
    "this process stood still for so long that another took over ({name}); try again": (
        "توقفت هذه العملية طويلًا حتى تولّت غيرها الأمر ({name})؛ أعد المحاولة"
    ),
    "another trial is running; one is run at a time": "تجري تجربة أخرى؛ تجري واحدة في كل مرة",
    "another drill is running (without {lost}); one is run at a time": "يجري تدريب آخر (دون {lost})؛ يجري واحد في كل مرة",
    "the loss of {name} cannot be rehearsed here: it stops nothing by itself, or it would stop the drill too (for the machine: restore"
    " a backup on another one with `wasl restore`)": (
        "لا يُتدرّب هنا على فقدان {name}: لا يوقف شيئًا بنفسه، أو يوقف التدريب أيضًا (للجهاز: استعد نسخة احتياطية على غيره بالأمر"
        " `wasl restore`)"
    ),
    "the drill was ended elsewhere": "أُنهي التدريب في مكان آخر",
    "the drill could not be ended ({said}); live routing is as it was within {within} s": (
        "تعذر إنهاء التدريب ({said})؛ يعود التوجيه الحي كما كان خلال {within} ث"
    ),
    "the rules are not asked here, so that nobody can be exempted by them; name countries instead": (
        "لا تُسأل القواعد هنا، فلا يُستثنى بها أحد؛ سمِّ بلدانًا بدل ذلك"
    ),
    "the words in {language} lack {link}: people could not take their history along": (
        "ينقص الصياغة بلغة {language} {link}: لن يقدر الناس على أخذ سجلهم معهم"
    ),
    "nothing of this installation can bring a code there; ask whoever runs it": "لا شيء في هذا التثبيت يوصل رمزًا إلى هناك؛ اسأل من يشغّله",
    "the document {id} is not declared any more; declare it again, or write the rule by hand": (
        "لم تعد الوثيقة {id} معلنة؛ أعلنها من جديد، أو اكتب القاعدة بيدك"
    ),
    # evidence
    "{folder}: its manifest names files outside the pack": "{folder}: يسمي بيانه ملفات خارج ملف الأدلة",
    "the manifest's seed is no hexadecimal; the figure cannot be made again": "بذرة البيان ليست ست عشرية؛ لا يُحسب الرقم من جديد",
    "{file} is no JSON ({error})": "{file} ليس JSON ({error})",
    "{file} is larger than {size} bytes; a pack holds no such file": "{file} أكبر من {size} بايت؛ ليس في ملف أدلة ملف كهذا",
    "{file} holds no hexadecimal": "ليس في {file} عدد ست عشري",
    "the pack's tables cannot be read ({error}); nothing was made from them": "لا تُقرأ جداول ملف الأدلة ({error})؛ لم يُحسب منها شيء",
    "there is no label {label}; there are {known}": "لا تصنيف باسم {label}؛ الموجود {known}",
    "the figure {id} of {month} cannot be read ({error}); it was kept by another version": (
        "لا يُقرأ الرقم {id} لشهر {month} ({error})؛ حفظته نسخة أخرى"
    ),
    "{channel} has more than {most} turns in {month}; no figure was made": "في {channel} أكثر من {most:دور مجرور} في {month}؛ لم يُحسب رقم",
    "turn {id} has no record of its purpose; nothing was rated": "ليس للدور {id} سجل غرض؛ لم يُقيَّم شيء",
    "{id} is no id of a turn; nothing was rated": "{id} ليس معرّف دور؛ لم يُقيَّم شيء",
    "the note has {count} characters, more than {most}; shorten it": "في الملاحظة {count:حرف}، أكثر من {most}؛ اختصرها",
    "more than {most} sums; ask for a shorter time, or not by person": "أكثر من {most} مجموع؛ اطلب مدة أقصر، أو بغير الشخص",
    # watched pages
    "{name} is over {size} bytes": "{name} يزيد على {size} بايت",
    "{name} names a day that is none; call it 2026-03-07-something.md": "يذكر {name} يومًا لا وجود له؛ سمّه 2026-03-07-something.md",
    "{asked} sends to another site, {given}; declare the new address if that is right": (
        "يحيل {asked} إلى موقع آخر، {given}؛ أعلن العنوان الجديد إن كان صحيحًا"
    ),
    "{host} sends on more than {most} times": "يحيل {host} أكثر من {most:مرة مجرور}",
    "the declared selector {selectors} finds nothing any more (a generic reading finds {words:word|words}); mend the declaration": (
        "لم يعد المحدِّد المعلن {selectors} يجد شيئًا (تجد القراءة العامة {words:كلمة مجرور})؛ أصلح الإعلان"
    ),
    "the page has {words:word|words}, fewer than {least}: an error page, a stub or half a page": (
        "في الصفحة {words:كلمة}، أقل من {least}: صفحة خطأ أو هيكل أو نصف صفحة"
    ),
    "the page does not contain {phrase}, which proves that it is the right one": "ليس في الصفحة {phrase}، وهو ما يثبت أنها الصحيحة",
    "the page is in {told}, and is declared to be in {language}": "الصفحة بلغة {told}، وأُعلن أنها بلغة {language}",
    "the page shrank from {before} to {after:word|words}": "تقلّصت الصفحة من {before} إلى {after:كلمة مجرور}",
    "the page has more than {most} tags; it was not read": "في الصفحة أكثر من {most:وسم مجرور}؛ لم تُقرأ",
    "the page is nested over {most} deep; it was not read": "تداخل الصفحة أعمق من {most}؛ لم تُقرأ",
    "robots.txt of {host} cannot be read now ({said_why}); nothing is asked until it can": (
        "لا يُقرأ robots.txt في {host} الآن ({said_why})؛ لا يُطلب شيء حتى يُقرأ"
    ),
    "robots.txt of {host} asks programs not to read this page; bring it by hand, or set ignore_robots for this source": (
        "يطلب robots.txt في {host} ألا تقرأ البرامج هذه الصفحة؛ أحضرها بيدك، أو اضبط ignore_robots لهذا المصدر"
    ),
    "the server answers with status {status}": "يجيب الخادم بالرمز {status}",
    "the PDF is over {size} bytes; it was not read": "ملف PDF يزيد على {size} بايت؛ لم يُقرأ",
    "the PDF has more than {most} pages; it was not read": "في ملف PDF أكثر من {most:صفحة مجرور}؛ لم يُقرأ",
    "this PDF holds no text, only pictures; paste the text of the document": "ليس في ملف PDF هذا نص، صور فقط؛ ألصق نص الوثيقة",
    "this PDF cannot be read ({error}); paste the text of the document": "لا يُقرأ ملف PDF هذا ({error})؛ ألصق نص الوثيقة",
    "PDFs are not read: install the extra `pdf`, or paste the text of the document": (
        "لا تُقرأ ملفات PDF: ثبّت الإضافة `pdf`، أو ألصق نص الوثيقة"
    ),
    "the list of models has no models in it": "ليس في قائمة النماذج نماذج",
    "the list of models is no JSON": "قائمة النماذج ليست JSON",
    "A change is announced for {days}.": "أُعلن تغيير في {days}.",
    "New terms are announced without a day.": "أُعلنت شروط جديدة دون يوم.",
    "An announced end was taken back.": "سُحب إعلان نهاية.",
    "{count:model in use ends|models in use end}.": "النماذج المستعملة التي تنتهي: {count}.",
    "{said} A model judged it {label}, where the rules said {before}.": "{said} حكم نموذج بأنه {label}، وقالت القواعد {before}.",
    # what a document bears on
    "bots": "البوتات",
    "bulk mail": "البريد الجماعي",
    "data use": "استعمال البيانات",
    "general assistants": "المساعدات العامة",
    "history": "سجل المحادثات",
    "human agent": "رد إنسان",
    "messaging window": "نافذة المراسلة",
    "minors": "القاصرون",
    "models": "النماذج",
    "opt-in": "الموافقة المسبقة",
    "paid tier": "الفئة المدفوعة",
    "regions": "البلدان",
    "service messages": "رسائل الخدمة",
    "templates": "القوالب",
    "way to a human": "الطريق إلى إنسان",
    # pages
    "too many wrong codes; ask for a new one": "رموز خاطئة كثيرة؛ اطلب رمزًا جديدًا",
    "too many wrong codes were sent; wait before the next": "أُرسلت رموز خاطئة كثيرة؛ انتظر قبل التالي",
    "too many codes were asked for; wait before the next": "طُلبت رموز كثيرة؛ انتظر قبل التالي",
    "that was too often; wait a little": "كثُرت المحاولات؛ انتظر قليلًا",
    "this is no code of ours, or a letter is wrong; copy it again": "ليس هذا رمزًا من رموزنا، أو فيه حرف خاطئ؛ انسخه من جديد",
    "this code is unknown, used or too old; ask for a new one on the other channel": (
        "هذا الرمز مجهول أو مستعمل أو قديم؛ اطلب رمزًا جديدًا على القناة الأخرى"
    ),
    "this code is used up; ask for a new one on the other channel": "استُنفد هذا الرمز؛ اطلب رمزًا جديدًا على القناة الأخرى",
    "this code is your own: send it on the other channel": "هذا رمزك أنت: أرسله على القناة الأخرى",
    "there is nothing left behind this code": "لم يبق شيء وراء هذا الرمز",
    "the code is missing or too long": "الرمز ناقص أو أطول من اللازم",
    "this link is not one of ours, or what it led to is gone": "ليس هذا رابطًا من روابطنا، أو زال ما كان يقود إليه",
    "the link was asked for in another browser; open it there, or ask for one here": (
        "طُلب الرابط في متصفح آخر؛ افتحه هناك، أو اطلب رابطًا هنا"
    ),
    "the link has been used or is too old": "استُعمل الرابط أو صار قديمًا",
    "this is no telephone number with its country code, and no e-mail address": "ليس هذا رقم هاتف برمز بلده، ولا عنوان بريد إلكتروني",
    "this is no e-mail address that a letter can be sent to": "ليس هذا عنوان بريد إلكتروني يمكن الإرسال إليه",
    "nothing of this installation can bring a code there": "لا شيء في هذا التثبيت يوصل رمزًا إلى هناك",
    "the letter could not be sent now": "تعذر إرسال الرسالة الآن",
    "passkeys are not offered here": "مفاتيح المرور غير متاحة هنا",
    "this passkey is not known here": "مفتاح المرور هذا غير معروف هنا",
    "this passkey's account was erased": "مُحي حساب مفتاح المرور هذا",
    "the passkey was asked for too long ago, or by another browser": "طُلب مفتاح المرور منذ وقت طويل، أو من متصفح آخر",
    "the passkey is not good: {error}": "مفتاح المرور غير صالح: {error}",
    "the passkey's answer cannot be read": "لا يُقرأ جواب مفتاح المرور",
    "the account has no place on the web any more": "لم يعد للحساب مكان على الويب",
    "nothing is kept of you here yet": "لم يُحفظ عنك شيء هنا بعد",
    "this browser was signed out; open the page again": "سُجّل خروج هذا المتصفح؛ افتح الصفحة من جديد",
    "{count} exports in a day are the most; try again later": "أكثر ما يُصدَّر في اليوم {count}؛ أعد المحاولة لاحقًا",
    "the files are being read already": "تُقرأ الملفات الآن",
    "there is nothing to be read, or it is being read already": "لا شيء يُقرأ، أو هو يُقرأ الآن",
    "the files must be looked through first": "يجب أن تُفحص الملفات أولًا",
    "too many imports are under way; please try again in a while": "تجري استيرادات كثيرة؛ أعد المحاولة بعد قليل",
    "{name} has more than the {most} bytes that may be brought at once": "في {name} أكثر من {most} بايت، وهو أكثر ما يُحضر مرة واحدة",
    "too much is being brought by others at the moment; please try again in a while": "يُحضر غيرك الكثير الآن؛ أعد المحاولة بعد قليل",
    "there is no room for this file now; please try again later": "لا مكان لهذا الملف الآن؛ أعد المحاولة لاحقًا",
    "{name} has {size} bytes; a {kind} may have {most}": "في {name} {size} بايت؛ الحد {most}",
    "the body has {size} bytes; at most {most} are taken": "حجم المرسَل {size} بايت؛ الحد {most}",
    "the body has more than {most} bytes": "حجم المرسَل أكثر من {most} بايت",
    "the form has more than {most} fields; nothing was stored": "في النموذج أكثر من {most} حقل؛ لم يُحفظ شيء",
    "{name} must be a whole number": "يجب أن يكون {name} عددًا صحيحًا",
    "the caller hung up before the body's end": "انقطع الاتصال قبل تمام المرسَل",
    "the reply holds no text, or the conversation has no open address; nothing was stored": (
        "ليس في الرد نص، أو ليس للمحادثة عنوان مفتوح؛ لم يُحفظ شيء"
    ),
    "the channel {name} is not configured any more; configure it to reply there": "لم تعد القناة {name} مضبوطة؛ اضبطها لترد عليها",
    "there is no format {format} that is written": "لا صيغة تُكتب باسم {format}",
    "the trial is not over yet": "لم تنتهِ التجربة بعد",
    "the day has passed; make another plan": "مضى اليوم؛ اصنع خطة أخرى",
    "there is no {what}; nothing was changed": "لا وجود لـ {what}؛ لم يتغير شيء",
    "{part} is no country; write its two letters (ISO 3166), such as 'EG', or a part of it, such as 'US-CA'": (
        "{part} ليس بلدًا؛ اكتب حرفيه (ISO 3166) مثل EG، أو جزءًا منه مثل US-CA"
    ),
    "no process could be started ({said_why})": "تعذر تشغيل عملية ({said_why})",
    # databases
    "the database {where} is damaged ({found}); nothing was changed. Restore a backup.": (
        "قاعدة البيانات {where} تالفة ({found})؛ لم يتغير شيء. استعد نسخة احتياطية."
    ),
    "the database {where} has a row in {table} whose {other} is missing; nothing was changed.": (
        "في قاعدة البيانات {where} صف في {table} ينقصه {other}؛ لم يتغير شيء."
    ),
    "{name} could not be backed up before its migration ({error}); nothing was changed. Make room for {size} MiB in its folder, or mend"
    " its permissions.": ("تعذر نسخ {name} احتياطيًا قبل ترقيته ({error})؛ لم يتغير شيء. أفسح {size} م.ب في مجلده، أو أصلح أذوناته."),
    "the backup {copy} has other row counts than {name}; nothing was changed. Try again.": (
        "أعداد الصفوف في النسخة {copy} غيرها في {name}؛ لم يتغير شيء. أعد المحاولة."
    ),
    "migration {number} ({name}) failed on the database {where}: {error}. The database is as it was; report this with the message.": (
        "فشلت الترقية {number} ({name}) على قاعدة البيانات {where}: {error}. القاعدة كما كانت؛ أبلغ عن هذا مع الرسالة."
    ),
    "migration {number} ({name}) failed on the database {where}: {error}. The database is as it was; give its role the right to create"
    " tables, or report this with the message.": (
        "فشلت الترقية {number} ({name}) على قاعدة البيانات {where}: {error}. القاعدة كما كانت؛ أعطِ دورها إذن إنشاء الجداول، أو أبلغ"
        " عن هذا مع الرسالة."
    ),
    "migration {number} ({name}) was undone because rows were missing after it: {lost}. The database is as it was; report this with the"
    " message.": "أُلغيت الترقية {number} ({name}) لأن صفوفًا نقصت بعدها: {lost}. القاعدة كما كانت؛ أبلغ عن هذا مع الرسالة.",
    "the database {where} has migration {number} ({name}), this version of Wasl knows them up to {known}: a newer Wasl wrote it. Install"
    " that version or a later one, or restore the backup that was made before the move.": (
        "في قاعدة البيانات {where} الترقية {number} ({name})، وتعرف هذه النسخة من وصل حتى {known}: كتبتها نسخة أحدث. ثبّت تلك النسخة أو"
        " أحدث منها، أو استعد النسخة الاحتياطية التي صُنعت قبل الانتقال."
    ),
    "migration {number} ({name}) was applied to the database {where} with another text than ships here. Restore the shipped file: what"
    " was applied never changes, a correction is a new number.": (
        "طُبقت الترقية {number} ({name}) على قاعدة البيانات {where} بنص غير المرفق هنا. أعد الملف المرفق: ما طُبق لا يتغير أبدًا،"
        " والتصحيح رقم جديد."
    ),
    "the copy of the database is not sound ({found}); look at the disk": "نسخة قاعدة البيانات غير سليمة ({found})؛ انظر في القرص",
    "the database could not be copied ({error}); try again": "تعذر نسخ قاعدة البيانات ({error})؛ أعد المحاولة",
    "the store is not open; nothing was stored": "المخزن غير مفتوح؛ لم يُحفظ شيء",
    "the store is not open": "المخزن غير مفتوح",
    "PostgreSQL refused {count} times because other processes wrote the same rows; nothing was stored, try again": (
        "رفض PostgreSQL {count:مرة مجرور} لأن عمليات أخرى كتبت الصفوف نفسها؛ لم يُحفظ شيء، أعد المحاولة"
    ),
    "SQLite {version} is too old; Wasl needs 3.35 or newer: use a newer Python or system": (
        "‏SQLite {version} قديم؛ يحتاج وصل 3.35 أو أحدث: استعمل Python أو نظامًا أحدث"
    ),
    "a store in memory sums no calls and deliveries; use SQLite or PostgreSQL": (
        "مخزن الذاكرة لا يجمع الطلبات وعمليات التسليم؛ استعمل SQLite أو PostgreSQL"
    ),
}
