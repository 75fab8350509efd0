"""What settings mean, in Arabic, by the English of their descriptions; a test holds both together."""

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, str]] = {
    # the top
    "Folder for the database, media and logs.": "مجلد قاعدة البيانات والوسائط والسجلات.",
    "Empty for SQLite in the data folder, or postgresql://…": "اتركه فارغًا لقاعدة SQLite في مجلد البيانات، أو اكتب postgresql://…",
    "Folder with your own documents (.md, .txt, .csv).": "مجلد مستنداتك (.md و.txt و.csv).",
    "Folder with your own rules (.toml), laid over those that come with Wasl; see `wasl rules`.": (
        "مجلد قواعدك (.toml)، وتعلو القواعد التي تأتي مع وصل؛ انظر `wasl rules`."
    ),
    "Folder with your own register (.toml): contracts, terms, further dependencies; see `wasl register`.": (
        "مجلد سجلّك (.toml): عقود وشروط وما تعتمد عليه غيرها؛ انظر `wasl register`."
    ),
    "Folder with your own prices (.toml), which go before those that come with Wasl.": (
        "مجلد أسعارك (.toml)، وتتقدم على الأسعار التي تأتي مع وصل."
    ),
    "Language of pages and notices when a person's own is not known, by its code, such as en or ar.": (
        "لغة الصفحات والإشعارات حين لا تُعرف لغة الشخص، برمزها مثل en أو ar."
    ),
    "Where OpenTelemetry spans are sent (http://…:4318); none when left out.": (
        "إلى أين تُرسل مقاطع OpenTelemetry (http://…:4318)؛ لا شيء إن تُرك."
    ),
    "Limits of money, checked before every call and every send that costs.": "حدود للمال، تُفحص قبل كل طلب وكل إرسال له كلفة.",
    # assistant
    "Who answers, and how.": "من يجيب، وكيف.",
    "How the assistant is called, on pages and in groups.": "اسم المساعد في الصفحات والمجموعات.",
    "What a model is told about its work, before anything else.": "ما يُقال للنموذج عن عمله قبل أي شيء آخر.",
    "Messages of the conversation that a model is shown.": "عدد رسائل المحادثة التي يراها النموذج.",
    "Passages of your documents that a model is shown.": "عدد فقرات مستنداتك التي يراها النموذج.",
    "Longest answer, in a model's tokens.": "أطول جواب، بعدد رموز النموذج.",
    "What people may do about their own conversations by a word in the chat.": "ما يجوز للناس فعله بمحادثاتهم بكلمة في المحادثة.",
    # server
    "Where Wasl listens.": "أين يستمع وصل.",
    "Address to listen on; 0.0.0.0 for every interface, behind a proxy that speaks HTTPS.": (
        "العنوان الذي يستمع عليه؛ 0.0.0.0 لكل الواجهات، خلف وسيط يتكلم HTTPS."
    ),
    "Port to listen on; 0 for any free one.": "المنفذ الذي يستمع عليه؛ 0 لأي منفذ حر.",
    "How the world reaches this server, for webhooks and links (https://…).": (
        "كيف يصل العالم إلى هذا الخادم، لأجل webhook والروابط (https://…)."
    ),
    "Addresses of your own proxies, whose word on the caller and on HTTPS is believed.": (
        "عناوين وسطائك أنت، ويُصدَّق قولهم في المتصل وفي HTTPS."
    ),
    "What this process does; web and worker apart need PostgreSQL.": "ما تفعله هذه العملية؛ يحتاج فصل web عن worker إلى PostgreSQL.",
    "Largest request body, bytes; uploads have their own limit.": "أكبر جسم طلب، بالبايت؛ وللملفات المرفوعة حدها.",
    "Largest file that a person may upload, bytes.": "أكبر ملف يجوز لشخص رفعه، بالبايت.",
    "Largest file of conversations that a person may bring, bytes.": "أكبر ملف محادثات يجوز لشخص جلبه، بالبايت.",
    # work
    "How the durable core works.": "كيف تعمل النواة التي لا تُضيع شيئًا.",
    "Conversations answered at once by one process.": "عدد المحادثات التي تجيب عنها عملية واحدة في وقت واحد.",
    "How long a process that fell silent keeps its conversations.": "كم تبقى المحادثات عند عملية سكتت، بالثواني.",
    "How often to look for work that nobody announced.": "كل كم ثانية يُبحث عن عمل لم يُعلنه أحد.",
    "Due conversations above which /readyz and metrics say overloaded.": (
        "عدد المحادثات المنتظرة الذي تقول readyz والمقاييس بعده إن الحمل زائد."
    ),
    "A turn older than this is late.": "الدور الأقدم من هذا متأخر، بالثواني.",
    "The same for single channels, by name.": "الشيء نفسه لقنوات بعينها، باسمها.",
    "A late turn is answered once, saying so; or closed with a note.": "الدور المتأخر يُجاب مرة واحدة مع قول ذلك؛ أو يُغلق بملاحظة.",
    "Tries of a turn that breaks or that every model refuses, before it is closed with a word.": (
        "عدد محاولات دور يتعطل أو ترفضه كل النماذج، قبل إغلاقه بكلمة."
    ),
    "Tries of a delivery before it is given up; they slow down to one in ten minutes.": (
        "عدد محاولات التسليم قبل تركه؛ وتتباعد حتى تصير واحدة كل عشر دقائق."
    ),
    "Days for which raw webhook bodies are kept.": "عدد أيام حفظ أجسام webhook الخام.",
    # routing
    "Limits of one answer.": "حدود الجواب الواحد.",
    "Longest wait for the first word of a streamed answer.": "أطول انتظار لأول كلمة من جواب متدفق، بالثواني.",
    "Longest silence inside a streamed answer.": "أطول صمت داخل جواب متدفق، بالثواني.",
    "Longest wait for one answer that is not streamed.": "أطول انتظار لجواب غير متدفق، بالثواني.",
    "Longest time for all candidates together.": "أطول وقت لكل المرشحين معًا، بالثواني.",
    "Further tries of the same candidate after a fault that may pass.": "محاولات أخرى للمرشح نفسه بعد عطل قد يزول.",
    "The dearest class that failing over may reach.": "أغلى فئة يجوز أن يبلغها الانتقال إلى مرشح آخر.",
    "When answers are asked for as a stream.": "متى تُطلب الأجوبة متدفقة.",
    # mail
    "The mail server that carries sign-in links of the web chat; without a host nobody is offered one.": (
        "خادم البريد الذي يحمل روابط الدخول إلى محادثة الويب؛ بلا host لا تُعرض على أحد."
    ),
    "Name of the mail server (SMTP); without it e-mail links are not offered.": "اسم خادم البريد (SMTP)؛ بدونه لا تُعرض روابط البريد.",
    "Its port.": "منفذه.",
    "How the connection is kept private; none only on a machine of your own.": "كيف يُصان الاتصال؛ none على جهازك أنت فقط.",
    "Who logs in there.": "من يسجّل الدخول هناك.",
    "With which password.": "وبأي كلمة مرور.",
    "Who the letters are from.": "ممن الرسائل.",
    # deployment
    "What the assistant is for, and under which account it runs: what platforms' rules ask before they allow something.": (
        "ما غرض المساعد، وتحت أي حساب يعمل: ما تسأل عنه قواعد المنصات قبل أن تسمح بشيء."
    ),
    "A business that answers its customers, or an assistant for anything.": "نشاط يجيب زبائنه، أو مساعد لأي شيء.",
    "Whom it serves: everybody, or your own people only.": "من يخدم: الجميع، أو أهل مؤسستك فقط.",
    "Whether the account can pay where the platform asks for it; unknown when left out.": (
        "هل يستطيع الحساب الدفع حيث تطلبه المنصة؛ غير معروف إن تُرك."
    ),
    "The day on which the account was made; taken for new when left out.": "يوم إنشاء الحساب؛ يُعدّ جديدًا إن تُرك.",
    "The account's time zone, in which days and months of rules and prices are told (Asia/Riyadh).": (
        "المنطقة الزمنية للحساب، وبها تُعدّ أيام القواعد والأسعار وشهورها (Asia/Riyadh)."
    ),
    "Country (EG) or part of one (US-CA) taken for people whose own is not known; none: the strictest rule holds for them.": (
        "بلد (EG) أو جزء من بلد (US-CA) لمن لا يُعرف بلده؛ إن تُرك سرت عليه أشد القواعد."
    ),
    "What a number may send, where the platform has classes; by the channel's pace.": (
        "ما يجوز لرقم إرساله حيث للمنصة فئات؛ وإلا فبسرعة القناة."
    ),
    "People who may be written to first within 24 hours, as your tier says; the lowest tier when left out.": (
        "عدد من تجوز مبادرتهم بالكتابة خلال 24 ساعة، كما تقول فئتك؛ أدنى فئة إن تُرك."
    ),
    "Whether it is made for people under 18, or likely used by them.": "هل صُنع لمن هم دون 18، أو يُرجَّح أن يستعملوه.",
    "Whether it is offered in a platform's marketplace.": "هل يُعرض في متجر منصة.",
    "Duties that you fulfil yourself, such as way_to_human, opt_in, or the name of a registration.": (
        "واجبات تؤديها بنفسك، مثل way_to_human وopt_in، أو اسم تسجيل."
    ),
    "strict: what is not certain forbids. lenient: it warns. watch: judge and keep it, stop nothing.": (
        "strict: ما ليس مؤكدًا يمنع. lenient: يُحذّر. watch: يُحكم عليه ويُحفظ ولا يوقف شيئًا."
    ),
    "What differs on single channels, by name.": "ما يختلف في قنوات بعينها، باسمها.",
    # retention and backups
    "What is kept, and for how long.": "ما يُحفظ، وكم يُحفظ.",
    "Time zone that brought chats without one are taken to be of, such as Asia/Riyadh.": (
        "المنطقة الزمنية المفترضة لمحادثات جُلبت بلا منطقة، مثل Asia/Riyadh."
    ),
    "Days for which messages are kept; for ever when left out.": "عدد أيام حفظ الرسائل؛ دائمًا إن تُرك.",
    "Backups that are made while Wasl runs.": "نسخ احتياطية تُصنع ووصل يعمل.",
    "A folder, or s3://bucket/prefix, for scheduled backups; none are made when it is empty.": (
        "مجلد، أو s3://bucket/prefix، للنسخ المجدولة؛ لا تُصنع نسخ إن كان فارغًا."
    ),
    "Hours between two backups.": "عدد الساعات بين نسختين.",
    "How many are kept in a folder; in an S3-compatible store its own rules decide.": (
        "كم نسخة تبقى في المجلد؛ أما في مخزن متوافق مع S3 فتقرر قواعده."
    ),
    "age public keys (age1…) for which backups are encrypted; needs the extra `age`.": (
        "مفاتيح age العلنية (age1…) التي تُشفَّر النسخ لها؛ تحتاج إلى الإضافة `age`."
    ),
    "Where the S3-compatible store is.": "أين المخزن المتوافق مع S3.",
    "Its region.": "منطقته.",
    "Id of the access key.": "معرّف مفتاح الوصول.",
    "The access key's secret.": "سر مفتاح الوصول.",
    # scope
    "What the assistant is for, and what happens to messages that are for something else. See `wasl scope`.": (
        "ما غرض المساعد، وماذا يحدث لرسائل غرضها غيره. انظر `wasl scope`."
    ),
    "The scope file; nobody is refused anything while it is not there.": "ملف النطاق؛ لا يُرفض لأحد شيء ما دام غير موجود.",
    "auto: guard where the rules forbid general assistants, watch elsewhere. guard: everywhere. watch, off: only where the rules do not "
    "forbid them.": (
        "auto: guard حيث تمنع القواعد المساعدات العامة، وwatch في غيرها. guard: في كل مكان. watch وoff: حيث لا تمنعها القواعد فقط."
    ),
    "Log-odds below which a message is general.": "لوغاريتم الأرجحية الذي تُعدّ الرسالة دونه عامة.",
    "Log-odds above which a message is the business's; between both it is uncertain.": (
        "لوغاريتم الأرجحية الذي تُعدّ الرسالة فوقه من شأن النشاط؛ وبينهما غير مؤكدة."
    ),
    "Name of a candidate that is asked about uncertain and mixed messages; nobody when it is empty.": (
        "اسم مرشح يُسأل عن الرسائل غير المؤكدة والمختلطة؛ لا أحد إن كان فارغًا."
    ),
    "Ask it also where messages are only watched, for better figures.": "يُسأل أيضًا حيث تُراقب الرسائل فقط، لأرقام أدق.",
    "Longest wait for it; then the message is answered in business mode.": "أطول انتظار له، بالثواني؛ ثم تُجاب الرسالة في وضع النشاط.",
    "Longest answer to an uncertain message, in a model's tokens.": "أطول جواب عن رسالة غير مؤكدة، بعدد رموز النموذج.",
    "replace: an answer that is clearly general is not sent where the rules forbid it.": (
        "replace: الجواب العام بوضوح لا يُرسل حيث تمنعه القواعد."
    ),
    "Channel to which general requests are pointed; your own page, else one that a link opens, when it is empty.": (
        "القناة التي تُدلّ إليها الطلبات العامة؛ إن كان فارغًا فصفحتك، وإلا فقناة يفتحها رابط."
    ),
    "How long after one such line a person only gets a short refusal.": "كم يكتفي الشخص برفض قصير بعد سطر كهذا.",
    "Let `wasl scope train` add rated messages to your scope, for your own use, where the channel's rules allow it.": (
        "ليُضف `wasl scope train` الرسائل المقيَّمة إلى نطاقك، لاستعمالك أنت، حيث تسمح قواعد القناة."
    ),
    # opt-out, the way to a human, disclosure
    "Words by which a person ends what we send them on a channel, and comes back.": (
        "كلمات ينهي بها الشخص ما نرسله إليه في قناة، ويعود بها."
    ),
    "Further words that end it, beside the common ones and those of the rules.": "كلمات أخرى تنهيه، إلى جانب الشائعة وكلمات القواعد.",
    "Common words that mean something else to your customers, such as a name.": "كلمات شائعة لها معنى آخر عند زبائنك، كاسم مثلًا.",
    "Further words that begin it again, beside START and those of the rules.": "كلمات أخرى تبدؤه من جديد، إلى جانب START وكلمات القواعد.",
    "Your own words of the one confirmation, by language (ar, en).": "كلماتك في التأكيد الوحيد، بحسب اللغة (ar وen).",
    "Your own words for who comes back, by language.": "كلماتك لمن يعود، بحسب اللغة.",
    "Your own answer to HELP where the rules of a channel ask for one, by language.": "جوابك عن HELP حيث تطلبه قواعد القناة، بحسب اللغة.",
    "The way to a human.": "الطريق إلى إنسان.",
    "Whether people are handed to a human when they ask for one.": "هل يُسلَّم الناس إلى إنسان حين يطلبونه.",
    "Further phrases by which people ask for a human, such as your team's name.": "عبارات أخرى يطلب بها الناس إنسانًا، كاسم فريقك.",
    "Your own words for who was handed to a human, by language (ar, en).": "كلماتك لمن سُلِّم إلى إنسان، بحسب اللغة (ar وen).",
    "How long a person waits for a human before the assistant goes on.": "كم ينتظر الشخص إنسانًا قبل أن يتابع المساعد.",
    "How long after a human's last word the assistant takes the conversation back by itself.": (
        "بعد كم من آخر كلمة لإنسان يستعيد المساعد المحادثة من نفسه."
    ),
    "A word of yours, from the console or the platform's own app, keeps the assistant silent there.": (
        "كلمة منك، من لوحة المتابعة أو من تطبيق المنصة، تُسكت المساعد هناك."
    ),
    "Saying that an AI answers.": "القول إن ذكاءً اصطناعيًا يجيب.",
    "required: where a rule asks. always: at every session's start. never: you say it elsewhere yourself.": (
        "required: حيث تطلبه قاعدة. always: عند بدء كل جلسة. never: تقوله أنت في موضع آخر."
    ),
    "Your own words, by language (ar, en).": "كلماتك، بحسب اللغة (ar وen).",
    "Silence after which a new session begins.": "الصمت الذي تبدأ بعده جلسة جديدة.",
    "Say there, too, how to reach a human, where a rule asks for a way to one.": (
        "قل هناك أيضًا كيف يُوصل إلى إنسان، حيث تطلب قاعدة طريقًا إليه."
    ),
    # moderation, emergencies
    "Looking at words before a model is asked, and at its answer before it is sent.": (
        "النظر في الكلام قبل سؤال النموذج، وفي جوابه قبل إرساله."
    ),
    "Built-in lists of words and patterns that are looked for.": "قوائم جاهزة من الكلمات والأنماط يُبحث عنها.",
    "Your own words that are looked for; a star stands for any letters of a word.": "كلماتك التي يُبحث عنها؛ والنجمة لأي حروف من كلمة.",
    "A program of yours that is asked: it reads JSON and writes JSON.": "برنامج لك يُسأل: يقرأ JSON ويكتب JSON.",
    "An address of yours that is asked, by POST with JSON.": "عنوان لك يُسأل، بطلب POST فيه JSON.",
    "Bearer token for that address.": "رمز Bearer لذلك العنوان.",
    "Longest wait for the program or the address.": "أطول انتظار للبرنامج أو العنوان، بالثواني.",
    "What is looked at.": "ما يُنظر فيه.",
    "When program or address do not answer: pass lets the words through, hold hands the conversation to a human.": (
        "حين لا يجيب البرنامج أو العنوان: pass تُمرر الكلام، وhold تسلّم المحادثة إلى إنسان."
    ),
    "Your own words where something is refused, by language (ar, en).": "كلماتك حيث يُرفض شيء، بحسب اللغة (ar وen).",
    "Answer words of self-harm and danger to life with a text of yours, and tell a human.": (
        "أجب كلام إيذاء النفس والخطر على الحياة بنص منك، وأخبر إنسانًا."
    ),
    "That text, by language: name the help that your people can call.": (
        "ذلك النص، بحسب اللغة: سمِّ جهة العون التي يستطيع ناسك الاتصال بها."
    ),
    "Further phrases of an emergency.": "عبارات أخرى للطوارئ.",
    # alarms, evidence, terms, drills
    "Who is told when a platform shows signs of trouble, or a person waits for a human.": (
        "من يُخبَر حين تظهر على منصة علامات متاعب، أو ينتظر شخص إنسانًا."
    ),
    "Address that gets a letter; needs [mail].": "عنوان تصله رسالة بريد؛ يحتاج إلى [mail].",
    "A program that is run; it reads the alarm as JSON.": "برنامج يُشغَّل؛ يقرأ الإنذار بصيغة JSON.",
    "An address that gets the alarm by POST as JSON.": "عنوان يصله الإنذار بطلب POST بصيغة JSON.",
    "Signs what is posted there (HMAC-SHA256, header x-wasl-signature).": "يوقّع ما يُرسل إليه (HMAC-SHA256، الترويسة x-wasl-signature).",
    "Language of the alarms; that of the pages when left out.": "لغة الإنذارات؛ لغة الصفحات إن تُرك.",
    "What a channel may still do after a sign of trouble, until you clear it: strict forbids whatever is unsure, answers only what your "
    "scope holds, and sends no campaigns; the others do only what they say.": (
        "ما يجوز لقناة بعد علامة متاعب حتى ترفعها: strict تمنع كل ما ليس مؤكدًا، ولا تجيب إلا ما في نطاقك، ولا ترسل حملات؛ "
        "والأخريات تفعل ما تقوله فقط."
    ),
    "An alarm of the same kind is told again after this long at the earliest.": "لا يُعاد إنذار من النوع نفسه قبل هذه المدة.",
    "The month's figure and the evidence pack. See `wasl evidence`.": "رقم الشهر وملف الإثبات. انظر `wasl evidence`.",
    "Time zone in which months and weeks begin, such as Asia/Riyadh; UTC when left out.": (
        "المنطقة الزمنية التي تبدأ بها الشهور والأسابيع، مثل Asia/Riyadh؛ UTC إن تُرك."
    ),
    "How the business shows itself, by channel name.": "كيف يعرض النشاط نفسه، باسم القناة.",
    "Tools that the assistant may use, each with what it does.": "أدوات يجوز للمساعد استعمالها، كل منها مع ما تفعله.",
    "Where this installation's data lies (country, provider of the machine).": "أين تقع بيانات هذا التركيب (البلد ومزوّد الجهاز).",
    "How a customer has data deleted; what Wasl does by itself is said in any case.": (
        "كيف يطلب الزبون حذف بياناته؛ وما يفعله وصل من نفسه يُقال على كل حال."
    ),
    "You declare that messages train no model of yours or anybody's. The pack says only what is declared.": (
        "تصرّح بأن الرسائل لا تُدرَّب بها نماذجك ولا نماذج غيرك. لا يقول الملف إلا ما صُرّح به."
    ),
    "Watching the terms of the platforms and providers that this installation stands on.": (
        "مراقبة شروط المنصات والمزوّدين الذين يقوم عليهم هذا التركيب."
    ),
    "mine: documents that bear on configured channels and providers; all: every declared one; none: nothing is asked for.": (
        "mine: الوثائق التي تخص القنوات والمزوّدين المضبوطين؛ all: كل وثيقة معلنة؛ none: لا يُطلب شيء."
    ),
    "Folder with your own declarations (.toml), laid over those that come with Wasl.": (
        "مجلد إعلاناتك (.toml)، وتعلو الإعلانات التي تأتي مع وصل."
    ),
    "Address under which you answer, told to the sites that are asked; server.public_url where it is left empty.": (
        "العنوان الذي تجيب عنده، ويُقال للمواقع المسؤولة؛ server.public_url إن كان فارغًا."
    ),
    "Who gets alerts and the weekly digest by mail; needs the section [mail].": (
        "من تصله التنبيهات والملخص الأسبوعي بالبريد؛ يحتاج إلى القسم [mail]."
    ),
    "Whether your models are asked for a second opinion; they may raise a verdict, and lower none that matters.": (
        "هل تُسأل نماذجك عن رأي ثانٍ؛ يجوز لها رفع حكم، ولا تخفض حكمًا ذا شأن."
    ),
    "Longest wait for that opinion; then the rules' word stands.": "أطول انتظار لذلك الرأي، بالثواني؛ ثم يبقى قول القواعد.",
    "Losses that are rehearsed by themselves, in shadow: over a copy of recent traffic, with nothing leaving the machine.": (
        "خسائر يُتدرَّب عليها تلقائيًا في الظل: على نسخة من الحركة الأخيرة، ولا يغادر الجهازَ شيء."
    ),
    "What is lost, one after the other: ids as `wasl register list` shows them.": (
        "ما يُفقد، واحدًا بعد آخر: معرّفات كما يعرضها `wasl register list`."
    ),
    "Days between two rehearsals of the same loss.": "عدد الأيام بين تدريبين على الخسارة نفسها.",
    "How it is lost: no connection, a closed account, no answer, or asked to slow down for ever.": (
        "كيف يُفقد: لا اتصال، أو حساب مغلق، أو لا جواب، أو طلب تمهّل بلا نهاية."
    ),
    # log, money
    "What is written to the error stream while Wasl runs.": "ما يُكتب إلى مجرى الأخطاء ووصل يعمل.",
    "The least that is written.": "أدنى ما يُكتب.",
    "auto: for reading at a terminal, JSON lines elsewhere.": "auto: للقراءة في الطرفية، وأسطر JSON في غيرها.",
    "In what costs are told, and what a month is.": "بأي عملة تُقال التكاليف، وما الشهر.",
    "The currency of reports; others are told beside it, or changed by `exchange`.": (
        "عملة التقارير؛ وغيرها يُذكر إلى جانبها، أو يُحوَّل بـ `exchange`."
    ),
    "Time zone of days and months in reports and budgets; deployment.zone when left out.": (
        "المنطقة الزمنية للأيام والشهور في التقارير والميزانيات؛ deployment.zone إن تُرك."
    ),
    "Percents of a budget at which the operator is told.": "النسب المئوية من الميزانية التي يُخبَر عندها المشغّل.",
    "Your own exchange rates.": "أسعار صرفك.",
    "Credits and committed spending, with the day they end.": "أرصدة وإنفاق ملتزم به، مع يوم انتهائها.",
    # channels
    "the token that @BotFather gave; polling needs nothing else.": "الرمز الذي أعطاه BotFather؛ والسحب (polling) لا يحتاج إلى غيره.",
    "The bot's token.": "رمز البوت.",
    "polling needs no public address; webhook is quicker.": "polling لا يحتاج إلى عنوان علني؛ وwebhook أسرع.",
    "The bot's name; to know mentions in groups.": "اسم البوت؛ لتُعرف الإشارات إليه في المجموعات.",
    "Proves that a webhook is genuine (letters, digits, _ and -); made from the token when left out.": (
        "يثبت أن webhook أصيل (حروف لاتينية وأرقام و_ و-)؛ يُصنع من الرمز إن تُرك."
    ),
    "Requests that the platform may make at once.": "عدد الطلبات التي يجوز للمنصة إرسالها في وقت واحد.",
    "The Bot API server.": "خادم Bot API.",
    "everything may be left out; Wasl makes the secret at the first start and keeps it.": (
        "يجوز ترك كل شيء؛ يصنع وصل السر عند أول تشغيل ويحفظه."
    ),
    "Signs visitors' tokens; whoever changes it makes every visitor a new one.": "يوقّع رموز الزوار؛ ومن غيّره جعل كل زائر زائرًا جديدًا.",
    "Name above the chat, by language; else the assistant's name.": "الاسم فوق المحادثة، بحسب اللغة؛ وإلا فاسم المساعد.",
    "First words on an empty page, by language.": "أول كلام في صفحة فارغة، بحسب اللغة.",
    "Questions that an empty page offers, by language.": "أسئلة تعرضها صفحة فارغة، بحسب اللغة.",
    "Checks tokens in which your own site names its customer: a secret (HS256) or a public key in PEM (RS256).": (
        "يفحص رموزًا يسمّي فيها موقعك زبونه: سر (HS256) أو مفتاح علني بصيغة PEM (RS256)."
    ),
    "What such a token must say in `iss`.": "ما يجب أن يقوله رمز كهذا في `iss`.",
    "What such a token must say in `aud`.": "ما يجب أن يقوله رمز كهذا في `aud`.",
    "Origins that may show the widget (https://…); empty: every site.": (
        "المواقع التي يجوز لها عرض الأداة (https://…)؛ إن كان فارغًا فكل موقع."
    ),
    "the number, the app that owns the webhook, and a token with messaging permission.": (
        "الرقم، والتطبيق الذي يملك webhook، ورمز فيه إذن المراسلة."
    ),
    "Id of the business phone number (not the number itself).": "معرّف رقم هاتف النشاط (لا الرقم نفسه).",
    "The number itself (+966…), for links that open a chat with it.": "الرقم نفسه مع رمز البلد (966…)، لروابط تفتح محادثة معه.",
    "Id of the account, to list templates.": "معرّف الحساب، لسرد القوالب.",
    "Permanent token of a system user.": "رمز دائم لمستخدم نظام.",
    "App secret; it proves that a webhook is genuine.": "سر التطبيق؛ يثبت أن webhook أصيل.",
    "Any text of your own, written again where the webhook is registered.": "أي نص من عندك، يُكتب مرة أخرى حيث يُسجَّل webhook.",
    "Version of the Graph.": "إصدار Graph.",
    "What the number may do, in and out: 80, 1000 once upgraded, 20 beside the phone app.": (
        "ما يجوز للرقم في الثانية، داخلًا وخارجًا: 80، أو 1000 بعد الترقية، أو 20 إلى جانب تطبيق الهاتف."
    ),
    "The Graph, or a simulator.": "خادم Graph، أو محاكٍ.",
    # providers
    "where the server is, and the key.": "أين الخادم، وما المفتاح.",
    "where the server is and how it wants to be spoken to.": "أين الخادم وكيف يريد أن يُخاطَب.",
    "settings of the answerer that quotes; none is needed.": "إعدادات المجيب الذي يقتبس؛ لا يلزم منها شيء.",
    "Up to and without /v1/messages.": "العنوان إلى ما قبل v1/messages.",
    "Up to and without /models.": "العنوان إلى ما قبل models.",
    "Up to and without /chat/completions; for Azure the resource.": "العنوان إلى ما قبل chat/completions؛ وعند Azure عنوان المورد.",
    "Up to and without /responses.": "العنوان إلى ما قبل responses.",
    "API key.": "مفتاح API.",
    "API key; a local server may need none.": "مفتاح API؛ وقد لا يحتاج إليه خادم محلي.",
    "The anthropic-version header.": "الترويسة anthropic-version.",
    "Names for the anthropic-beta header.": "أسماء للترويسة anthropic-beta.",
    "Further headers.": "ترويسات أخرى.",
    "Further headers, as some servers ask for.": "ترويسات أخرى، كما تطلب بعض الخوادم.",
    "How to reach a person, said when no document answers: a number, a mail.": (
        "كيف يُوصل إلى إنسان، ويُقال حين لا يجيب مستند: رقم أو بريد."
    ),
    "Share of a question, 0 to 1, that a passage must meet to be quoted; higher is stricter.": (
        "حصة السؤال، من 0 إلى 1، التي يجب أن توافقها الفقرة لتُقتبس؛ والأعلى أشد."
    ),
    "Passages quoted at most, where several fit about equally well.": "أقصى عدد من الفقرات المقتبسة حين تتساوى ملاءمتها تقريبًا.",
    "auto: api-key for Azure, else bearer.": "auto: المفتاح في api-key عند Azure، وفي bearer عند غيره.",
    "azure: the deployment stands in the path.": "azure: اسم النشر في المسار.",
    "Azure's api-version query.": "قيمة api-version عند Azure.",
    "Which of your organisations is billed.": "على أي مؤسساتك تُقيَّد الفاتورة.",
    "Which of its projects.": "وعلى أي مشاريعها.",
    "auto: max_completion_tokens for OpenAI and Azure, max_tokens for other servers.": (
        "auto: max_completion_tokens عند OpenAI وAzure، وmax_tokens عند غيرهما."
    ),
    "Ask for the token counts at the end of a stream.": "اطلب عدد الرموز في نهاية التدفق.",
    "The server ends a stream with [DONE]; false: its finish reason is the end.": (
        "ينهي الخادم التدفق بـ [DONE]؛ وfalse: سبب الانتهاء هو النهاية."
    ),
    # candidates
    "Name of a section [providers.…].": "اسم قسم [providers.…].",
    "The model's name as the provider writes it.": "اسم النموذج كما يكتبه المزوّد.",
    "What the bill and the logs call it; the model's name when left out.": "اسمه في الفاتورة والسجلات؛ اسم النموذج إن تُرك.",
    "How dear it is, so that failing over stays within routing.price_class_max.": (
        "كم هو غالٍ، ليبقى الانتقال إلى مرشح آخر ضمن routing.price_class_max."
    ),
    "Where it computes, for rules that ask.": "أين يحسب، للقواعد التي تسأل.",
    "Whether you pay for it: some tiers may not have people's words, or not those of some countries.": (
        "هل تدفع له: بعض الفئات لا يجوز أن يصلها كلام الناس، أو كلام بلدان بعينها."
    ),
    "What its provider may do with the words; a free tier is taken to train on them when left out.": (
        "ما يجوز لمزوّده أن يفعله بالكلام؛ إن تُرك عُدّت الفئة المجانية تتدرب عليه."
    ),
    "Whose rules it stands under, such as openai; told from the server's address when left out.": (
        "قواعد من تسري عليه، مثل openai؛ تُعرف من عنوان الخادم إن تُرك."
    ),
    "How much it can read; from the model card when left out.": "كم يستطيع أن يقرأ؛ من بطاقة النموذج إن تُرك.",
    "How much it can write; from the model card when left out.": "كم يستطيع أن يكتب؛ من بطاقة النموذج إن تُرك.",
    "Whether it can see pictures; from the model card when left out.": "هل يرى الصور؛ من بطاقة النموذج إن تُرك.",
}
