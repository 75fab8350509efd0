"""The Arabic of what is said of files of dated facts: prices, rules, cases, the register, scopes and declarations; see `phrases_ar`."""

from collections.abc import Mapping
from typing import Final

FILES: Final[Mapping[str, str]] = {
    # every file
    "{at} has more than {most} characters; split it": "في {at} أكثر من {most:حرف مجرور}؛ قسّمه",
    "{at} has more than {most} characters; split it by channel": "في {at} أكثر من {most:حرف مجرور}؛ قسّمه بحسب القناة",
    "{at} is no TOML ({error}); mend that line": "{at} ليس TOML ({error})؛ أصلح ذلك السطر",
    "{at} is no TOML ({error})": "{at} ليس TOML ({error})",
    "{at} is not valid TOML: {error}": "{at} ليس TOML صحيحًا: {error}",
    "{at} is no JSON ({error}); mend that line": "{at} ليس JSON ({error})؛ أصلح ذلك السطر",
    "this is no TOML: {error}": "ليس هذا TOML: {error}",
    "write each of the {key} as {form}": "اكتب كل واحد من {key} على شكل {form}",
    "write each {key} as {form}": "اكتب كل {key} على شكل {form}",
    "write each {key} in double brackets, {form}": "اكتب كل {key} بين قوسين مزدوجين، {form}",
    "{key} must be text in quotes": "يجب أن يكون {key} نصًا بين علامتي تنصيص",
    "{key} must be text in quotes, not {found}": "يجب أن يكون {key} نصًا بين علامتي تنصيص، لا {found}",
    "{key} must be a text or a list of texts in quotes": "يجب أن يكون {key} نصًا أو قائمة نصوص بين علامات تنصيص",
    "{key} must be a list of tables": "يجب أن يكون {key} قائمة جداول",
    "{key} is not known; the keys are {known}": "{key} غير معروف؛ المفاتيح هي {known}",
    "{key} is not known; known are {known}": "{key} غير معروف؛ المعروف {known}",
    "its id is {found}; give it one of small letters, digits, dots and underscores": (
        "معرّفه {found}؛ اجعله من حروف صغيرة وأرقام ونقاط وشرطات سفلية"
    ),
    "its id is {found}; give it one of small letters, digits, dots, hyphens and underscores": (
        "معرّفه {found}؛ اجعله من حروف صغيرة وأرقام ونقاط وشرطات وشرطات سفلية"
    ),
    "it ends on {end}, before it begins on {start}": "ينتهي في {end} قبل أن يبدأ في {start}",
    "{name} is no name of a channel or a provider": "{name} ليس اسم قناة ولا مزوّد",
    # prices
    "card {place} of {table}: {said}": "البطاقة {place} من {table}: {said}",
    "{name} is not known; it takes {known}": "{name} غير معروف؛ المقبول {known}",
    "{name} is not known; write {forms}": "{name} غير معروف؛ اكتب {forms}",
    "the id {found} is written in small letters, digits, dots and dashes": "المعرّف {found} يُكتب بحروف صغيرة وأرقام ونقاط وشرطات",
    "the currency is three capital letters, such as {such}": "العملة ثلاثة حروف كبيرة، مثل {such}",
    "`to` is before `from`": "`to` قبل `from`",
    "`unsure` is true or false": "`unsure` إما true أو false",
    "it wants {name}: text in quotes of at most {most} characters": "يحتاج {name}: نصًا بين علامتي تنصيص لا يزيد على {most:حرف مجرور}",
    "it wants {name}: a list of names in quotes, or {all} for any": "يحتاج {name}: قائمة أسماء بين علامات تنصيص، أو {all} لأي اسم",
    "it wants {name}: a day without quotes, such as {such}": "يحتاج {name}: يومًا دون علامات تنصيص، مثل {such}",
    "it wants {name}: a table of amounts, such as {such}": "يحتاج {name}: جدول مبالغ، مثل {such}",
    "{name} is an amount, such as {such}": "{name} مبلغ، مثل {such}",
    "{name} is {found}, which is no exact amount of money": "{name} هو {found}، وليس مبلغًا دقيقًا من المال",
    "{name} is less than nothing": "{name} أقل من لا شيء",
    "more than {most} million characters; split it": "أكثر من {most} مليون حرف؛ قسّمه",
    "more than {most} cards; split it": "أكثر من {most:بطاقة مجرور}؛ قسّمه",
    "two cards are called {id}; a later price is a card of its own, with another id": (
        "بطاقتان باسم {id}؛ السعر الأحدث بطاقة مستقلة بمعرّف آخر"
    ),
    "{name} has more than {most} decimals": "في {name} أكثر من {most} من المنازل العشرية",
    "per_million names at least input and output": "تذكر per_million على الأقل input وoutput",
    "`unit` is 'message' or 'segment'": "`unit` إما 'message' أو 'segment'",
    "`every` is 'month', 'year' or 'once'": "`every` واحد من 'month' و'year' و'once'",
    # rules and cases
    "{at} has {count} rules, more than {most}; split it by channel": "في {at} من القواعد {count}، أكثر من {most}؛ قسّمه بحسب القناة",
    "{key} is not known; a rule file has {known}": "{key} غير معروف؛ في ملف القواعد {known}",
    "its effect is {effect}; it is one of {known}": "أثره {effect}؛ وهو واحد من {known}",
    "its effect is {effect}; did you mean {near}? it is one of {known}": "أثره {effect}؛ هل قصدت {near}؟ وهو واحد من {known}",
    "its role is {role}; it is one of {known}": "دوره {role}؛ وهو واحد من {known}",
    "it has no predicate; say what it looks at, such as {such}": "ليس له predicate؛ اذكر ما ينظر فيه، مثل {such}",
    "the predicate {key} is not known; known are {known}": "الشرط {key} غير معروف؛ المعروف {known}",
    "the predicate {key} is not known; did you mean {near}? known are {known}": "الشرط {key} غير معروف؛ هل قصدت {near}؟ المعروف {known}",
    "the predicate {key} takes {what}, not {found}": "الشرط {key} يأخذ {what}، لا {found}",
    "an effect {effect} needs one of {known} in its predicate": "الأثر {effect} يحتاج واحدًا من {known} في شرطه",
    "`when` names {name}; moments are {known}": "يذكر `when` {name}؛ الأوقات هي {known}",
    'it names neither a channel nor a provider; write {form} above the rules, or "*" for every channel': (
        'لا يذكر قناة ولا مزوّدًا؛ اكتب {form} فوق القواعد، أو "*" لكل قناة'
    ),
    'its currency is {found}; write three capital letters, such as "EUR"': 'عملته {found}؛ اكتب ثلاثة حروف كبيرة، مثل "EUR"',
    "it has no amounts; write {form}": "ليس له مبالغ؛ اكتب {form}",
    "the amount {name} is {found}; write a number of zero or more": "المبلغ {name} هو {found}؛ اكتب عددًا صفرًا فأكثر",
    "it has no sentence for people in both languages; write {form}": "ليس له جملة للناس باللغتين؛ اكتب {form}",
    "its sentence in {language} must be text of at most {most} characters": (
        "يجب أن تكون جملته بلغة {language} نصًا لا يزيد على {most:حرف مجرور}"
    ),
    "{key} names {name}, which is no country (two capital letters), no part of one (US-CA), and no group": (
        "يذكر {key} {name}، وليس بلدًا (حرفان كبيران) ولا جزءًا من بلد (US-CA) ولا مجموعة"
    ),
    "rule {id} was seen on {seen} twice (also {other}); a newer record needs a newer `seen`": (
        "القاعدة {id} رُئيت في {seen} مرتين (وأيضًا {other})؛ القيد الأحدث يحتاج `seen` أحدث"
    ),
    "rule {id} allows from {day} what {other} ({at}) denies in the same place on the same days; end one of them, or put the place into"
    " `regions_except` of the denial": (
        "تسمح القاعدة {id} من {day} بما تمنعه {other} ({at}) في المكان نفسه والأيام نفسها؛ أنهِ إحداهما، أو ضع المكان في"
        " `regions_except` من المنع"
    ),
    "rule {id} seen on {seen} is there already ({other}); choose another id": (
        "القاعدة {id} المرئية في {seen} موجودة ({other})؛ اختر معرّفًا آخر"
    ),
    "rule {id} was about {owner}; a later record cannot move it": "القاعدة {id} كانت عن {owner}؛ لا ينقلها قيد لاحق",
    "groups is a table of lists of countries": "groups جدول قوائم بلدان",
    "the group {name} is a name in capitals with a list of countries of two letters": (
        "المجموعة {name} اسم بحروف كبيرة مع قائمة بلدان بحرفين"
    ),
    "also_called is a list of names in small letters": "also_called قائمة أسماء بحروف صغيرة",
    "{at} has {count} cases, more than {most}; split it": "في {at} من الحالات {count}، أكثر من {most}؛ قسّمه",
    "{at} has no cases; write each as {form}": "ليس في {at} حالات؛ اكتب كل حالة على شكل {form}",
    "{at} has no cases; write a list of objects": "ليس في {at} حالات؛ اكتب قائمة كائنات",
    "{key} is {value}; it is one of {known}": "{key} هو {value}؛ وهو واحد من {known}",
    "it has no '{name}'": "ليس له {name}",
    "{key} is {value}; write a day, such as 2026-10-01": "{key} هو {value}؛ اكتب يومًا، مثل 2026-10-01",
    "'on' is {value}; write a day, such as 2026-10-01, or a time, such as 2026-10-01T00:00:00": (
        "'on' هو {value}؛ اكتب يومًا مثل 2026-10-01، أو وقتًا مثل 2026-10-01T00:00:00"
    ),
    "its choices make more than {most} prompts; write several lines": "اختياراته تصنع أكثر من {most:سؤال مجرور}؛ اكتب عدة أسطر",
    # the register
    "{id} is new, so it needs a kind and a title": "{id} جديد، فيحتاج kind وtitle",
    "{id} is here twice; put its facts together": "{id} هنا مرتين؛ اجمع حقائقه",
    "{id} names {name}, which is no entry of the register": "يذكر {id} {name}، وليس قيدًا في السجل",
    "{at} has {count} entries, more than {most}; split it": "في {at} من القيود {count}، أكثر من {most}؛ قسّمه",
    "{key} is not known; a register file has {known}": "{key} غير معروف؛ في ملف السجل {known}",
    "its kind is {kind}; it is one of {known}": "نوعه {kind}؛ وهو واحد من {known}",
    "{name} is no slot; there are {known}": "{name} ليس موضعًا؛ المواضع هي {known}",
    "a fact's topic is {topic}; it is one of {known}": "موضوع الحقيقة {topic}؛ وهو واحد من {known}",
    "its amount is {found}; write a number": "مبلغه {found}؛ اكتب عددًا",
    "an amount goes with a currency of three capital letters, such as {such}": "يأتي المبلغ مع عملة من ثلاثة حروف كبيرة، مثل {such}",
    "its days are {found}; write a whole number": "أيامه {found}؛ اكتب عددًا صحيحًا",
    "`how` is {found}; it is one of {known}": "`how` هو {found}؛ وهو واحد من {known}",
    "its status is {found}; write an HTTP status, such as 403": "رمزه {found}؛ اكتب رمز HTTP، مثل 403",
    "its body must be text of at most {most} characters": "يجب أن يكون body نصًا لا يزيد على {most:حرف مجرور}",
    "its headers are a table of texts": "headers جدول نصوص",
    "it names who comes first and who after: {form}": "يذكر من يأتي أولًا ومن بعده: {form}",
    "`when` is {found}; it is one of {known}": "`when` هو {found}؛ وهو واحد من {known}",
    # scopes
    "{count} examples are more than {most}; a few hundred say as much": "الأمثلة {count}، أكثر من {most}؛ بضع مئات تكفي",
    "{key} is not known in [[subjects]]; it has name, examples and forbidden": (
        "{key} غير معروف في [[subjects]]؛ فيه name وexamples وforbidden"
    ),
    "{word} in languages is no language; write its two letters, such as ar": "{word} في languages ليست لغة؛ اكتب حرفيها، مثل ar",
    "{words} has {count} characters, more than {most}; give one question": "في {words} {count:حرف}، أكثر من {most}؛ اكتب سؤالًا واحدًا",
    # declarations of terms
    'the platform is {platform}; write platform = "name" in small letters above the documents': (
        'المنصة {platform}؛ اكتب platform = "name" بحروف صغيرة فوق الوثائق'
    ),
    "write each document as [[document]], at most {most}": "اكتب كل وثيقة على شكل [[document]]، ولا تزد على {most}",
    "{id} is declared twice; give one of them another name or region": "{id} معلنة مرتين؛ أعطِ إحداهما اسمًا أو منطقة أخرى",
    "it has no sources; write {form}, at most {most}": "ليس لها مصادر؛ اكتب {form}، ولا تزد على {most}",
    "{url} is no address of a page; it begins with https:// and has no user in it": "{url} ليس عنوان صفحة؛ يبدأ بـ https:// ولا مستخدم فيه",
    "render is {found}; it is http, browser or manual": "render هو {found}؛ وهو http أو browser أو manual",
    "min_words is {found}; write a whole number": "min_words هو {found}؛ اكتب عددًا صحيحًا",
    "bears_on takes channels, providers and capabilities": (
        "تأخذ bears_on القنوات (channels) والمزوّدين (providers) والقدرات (capabilities)"
    ),
    "write one [[rule]] with an id that begins with terms. and a predicate in one line": (
        "اكتب [[rule]] واحدة بمعرّف يبدأ بـ `terms.` وpredicate في سطر واحد"
    ),
    "the rule lacks {what}; write it as the draft was": "ينقص القاعدة {what}؛ اكتبها كما كانت المسودة",
    "a declaration of Open Terms Archive is an object with a name and documents": "إعلان Open Terms Archive كائن له name وdocuments",
    "this declaration has no documents": "ليس في هذا الإعلان وثائق",
    "this is no JSON: {error}": "ليس هذا JSON: {error}",
    "it is no object": "ليس كائنًا",
    "combine is a list of at most {most} pages": "combine قائمة لا تزيد على {most:صفحة مجرور}",
    "it has no address (`fetch`)": "ليس له عنوان (`fetch`)",
    "{name} names a range between two elements, which is not understood here; write a selector instead": (
        "يذكر {name} مدى بين عنصرين، ولا يُفهم ذلك هنا؛ اكتب محدِّدًا بدله"
    ),
}
