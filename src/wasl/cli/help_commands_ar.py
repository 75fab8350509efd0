"""The Arabic of what each command does, by the English sentence of its page of help; `help_options_ar` has the rest."""

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, str]] = {
    "Wasl: one assistant on every channel, that no platform can take off the air.": ("وصل: مساعد واحد على كل قناة، لا تقدر منصة أن توقفه."),
    "Writes a commented wasl.toml.": "يكتب ملف wasl.toml مع شرح كل سطر فيه.",
    "Tries settings, keys, hooks, clock, disk and documents, and says for each problem what to do.": (
        "يجرّب الإعدادات والمفاتيح والمداخل والساعة والقرص والمستندات، ويذكر لكل مشكلة ما يُفعل."
    ),
    "Tells the platforms where this server's hooks are, where they can be told.": (
        "يخبر المنصات بعناوين مداخل هذا الخادم، حيث يمكن إخبارها."
    ),
    "Runs Wasl: takes messages, answers them, shows its pages.": "يشغّل وصل: يستقبل الرسائل ويجيب عنها ويعرض صفحاته.",
    "Talks with the assistant here; Ctrl-D or /quit ends it.": "محادثة مع المساعد هنا؛ تنتهي بـ Ctrl-D أو /quit.",
    "Shows waiting work, deliveries by state, what was used, and what platforms said about our accounts.": (
        "يعرض العمل المنتظر، وعمليات التسليم بحسب حالها، وما استُهلك، وما قالته المنصات عن حساباتنا."
    ),
    "Tells why a message was answered, held or refused, by which rules of which rulebook; ends with 1 for an unknown id.": (
        "يقول لماذا أُجيب عن رسالة أو أُرجئت أو رُفضت، وبأي قواعد من أي كتاب قواعد؛ ويخرج بالرمز 1 إن كان المعرّف مجهولًا."
    ),
    "Tells what a month has cost, by what is asked; what has no price is named, never counted as nothing.": (
        "يقول كم كلّف شهر، مجموعًا بحسب ما تطلبه؛ وما لا سعر له يُسمّى ولا يُحسب صفرًا."
    ),
    "Tells how every budget stands in its present period: spent, held for what is under way, and the limit.": (
        "يقول حال كل ميزانية في مدتها الجارية: ما صُرف، وما حُجز لما يجري الآن، والحد."
    ),
    "Prints a link that opens the operator's console once.": "يطبع رابطًا يفتح لوحة المتابعة مرة واحدة.",
    "Reads a file of conversations and prints what is in it; stores nothing, and needs no settings.": (
        "يقرأ ملف محادثات ويطبع ما فيه؛ لا يحفظ شيئًا ولا يحتاج إعدادات."
    ),
    "Lists the formats that can be read and written.": "يسرد الصيغ التي تُقرأ وتُكتب.",
    "Brings conversations in from files that another system exported, or from an archive of ours.": (
        "يُحضر محادثات من ملفات صدّرها نظام آخر، أو من أرشيف لوصل."
    ),
    "Lists what was brought in, newest first; or takes an import back.": "يسرد ما أُحضر، الأحدث أولًا؛ أو يلغي إحضارًا.",
    "Writes conversations to a file, in any format that can be written.": "يكتب المحادثات في ملف، بأي صيغة تُكتب.",
    "Finds what was said, on every channel and in everything that was brought in, newest first.": (
        "يبحث فيما قيل على كل القنوات وفي كل ما أُحضر، الأحدث أولًا."
    ),
    "Forgets a person wholly, after saying what that takes; prints the receipt as JSON.": (
        "يمحو شخصًا محوًا تامًا بعد أن يذكر ما يأخذه ذلك؛ ويطبع الإيصال بصيغة JSON."
    ),
    "Rebuilds every imported source byte for byte and compares; or checks an archive.": (
        "يعيد بناء كل مصدر مستورد بايتًا بايتًا ويقارن؛ أو يفحص أرشيفًا."
    ),
    "Says what two archives do not have in common; prints nothing when they hold the same. Needs no settings.": (
        "يذكر ما لا يشترك فيه أرشيفان؛ ولا يطبع شيئًا إن كان ما فيهما واحدًا. لا يحتاج إعدادات."
    ),
    "Copies everything while Wasl runs: database, media, vault, secrets, with a manifest of hashes.": (
        "ينسخ كل شيء ووصل يعمل: قاعدة البيانات والوسائط والخزنة والأسرار، مع بيان بالبصمات."
    ),
    "Puts a backup into the empty data folder of the settings, erases again what was erased since, and verifies itself.": (
        "يضع نسخة احتياطية في مجلد البيانات الفارغ الذي تسميه الإعدادات، ويمحو من جديد ما مُحي بعدها، ويفحص نفسه."
    ),
    "Tells who would still be reached and answered tomorrow, whichever platform, provider or place is lost.": (
        "يقول من يبقى يُبلغ ويُجاب غدًا، أيًّا كانت المنصة أو المزوّد أو المكان الذي يُفقد."
    ),
    "Runs the real code with a dependency lost and tells what people would have seen; without --lose it lists past drills.": (
        "يشغّل البرنامج الحقيقي وقد فُقد ما يعتمد عليه، ويقول ما كان الناس سيرونه؛ ودون --lose يسرد التدريبات السابقة."
    ),
    "Opens a page with three phones and faults to switch on; no account is needed anywhere.": (
        "يفتح صفحة فيها ثلاثة هواتف وأعطال تُشغَّل؛ لا حاجة إلى حساب في أي مكان."
    ),
    "Proves what the assistant was for in a month: writes a signed pack, checks one, or makes its figure again.": (
        "يثبت ما كان المساعد له في شهر: يكتب ملف أدلة موقّعًا، أو يفحص واحدًا، أو يحسب رقمه من جديد."
    ),
    "Shows the turns of a month's audit one by one, without personal data, and keeps what they were for.": (
        "يعرض أدوار تدقيق الشهر واحدًا واحدًا دون بيانات شخصية، ويحفظ ما كانت له."
    ),
    "Lists the templates of every channel's account: which are approved, and which may carry an answer when a window is shut.": (
        "يسرد قوالب حساب كل قناة: أيها معتمد، وأيها يجوز أن يحمل جوابًا حين تُغلق النافذة."
    ),
    "Prints the version.": "يطبع رقم النسخة.",
    "Makes, lists and revokes API keys.": "يصنع مفاتيح API ويسردها ويلغيها.",
    "Makes a key and prints it, once.": "يصنع مفتاحًا ويطبعه مرة واحدة.",
    "Lists the keys that work.": "يسرد المفاتيح العاملة.",
    "Ends a key at once.": "يلغي مفتاحًا في الحال.",
    "Shows who is who; joins, parts, holds and erases people.": "يعرض من هو من؛ ويربط الأشخاص ويفصلهم ويحجزهم ويمحوهم.",
    "Lists people.": "يسرد الأشخاص.",
    "Shows a person as JSON: identities, links, holds, and the last steps of the audit log.": (
        "يعرض شخصًا بصيغة JSON: هوياته وروابطه وحجوزه وآخر خطوات سجل التدقيق."
    ),
    "Joins two people: from now on both are one, until the link is ended.": "يربط شخصين: هما من الآن واحد، حتى يُنهى الربط.",
    "Joins two people, like `link`.": "يربط شخصين، مثل `link`.",
    "Ends a link: the two are again as they were, each with their own messages.": "ينهي ربطًا: يعود الاثنان كما كانا، لكل منهما رسائله.",
    "Parts an address from its conversation: a new person, with what was said from there.": (
        "يفصل عنوانًا عن محادثته: شخص جديد، معه ما قيل من ذلك العنوان."
    ),
    "Repeats every erasure that is known here, after a database came back by other means than `wasl restore`.": (
        "يعيد كل محو معروف هنا، بعد أن استُعيدت قاعدة بيانات بغير `wasl restore`."
    ),
    "Puts a legal hold on a person, which forbids erasing them; without a reason it is lifted.": (
        "يضع حجزًا قانونيًا على شخص فيمنع محوه؛ ودون سبب يُرفع الحجز."
    ),
    "Tells on whom this installation stands, and what their contracts say.": "يقول على من يقوم هذا التثبيت، وما تقوله عقودهم.",
    "Lists the dependencies of this installation.": "يسرد ما يعتمد عليه هذا التثبيت.",
    "Shows one dependency with every fact, its source and its day.": "يعرض اعتمادًا واحدًا بكل حقيقة عنه ومصدرها ويومها.",
    "Reads the register with your own files, and says what is wrong, what ended and what ends soon.": (
        "يقرأ السجل مع ملفاتك، ويذكر ما هو خطأ وما انتهى وما ينتهي قريبًا."
    ),
    "Plans the end of a channel and moves everyone in time.": "يخطط لنهاية قناة وينقل الجميع في الوقت المناسب.",
    "Works out a plan and keeps it as a draft; nobody is told yet.": "يعدّ خطة ويحفظها مسودة؛ لا يُبلَّغ أحد بعد.",
    "Lists the plans.": "يسرد الخطط.",
    "Shows a plan's figures as they are now.": "يعرض أرقام خطة كما هي الآن.",
    "Starts a plan: from now on people are told while Wasl runs.": "يبدأ خطة: يُبلَّغ الناس من الآن ما دام وصل يعمل.",
    "Stops telling until the plan is started again.": "يوقف الإبلاغ حتى تبدأ الخطة من جديد.",
    "Takes a plan back: nobody is told any more, nothing closes.": "يلغي خطة: لا يُبلَّغ أحد بعد ذلك، ولا يُغلق شيء.",
    "Moves the day; nobody is told again what they were told.": "ينقل اليوم؛ ولا يُبلَّغ أحد ثانية بما أُبلغ به.",
    "Counts how a plan stands: moved, told, waiting, not reachable; and who took their history out.": (
        "يعدّ حال خطة: من انتقل، ومن أُبلغ، ومن ينتظر، ومن لا يمكن بلوغه؛ ومن أخذ سجله."
    ),
    "Proves the sum: everyone = moved + told + not reachable, with what is known of each person.": (
        "يثبت المجموع: الجميع = من انتقل + من أُبلغ + من لا يمكن بلوغه، مع ما يُعرف عن كل شخص."
    ),
    "Tries a candidate on recent real questions, then lets it replace another from a day on. Nothing is sent; the calls cost.": (
        "يجرّب مرشحًا على أسئلة حقيقية حديثة، ثم يحلّه محل آخر ابتداءً من يوم. لا يُرسل شيء؛ وللطلبات كلفة."
    ),
    "Retires a whole provider by one plan: every candidate of it is replaced on the day, after a trial on real questions.": (
        "يستغني عن مزوّد كله بخطة واحدة: يُستبدل كل مرشح منه في اليوم، بعد تجربة على أسئلة حقيقية."
    ),
    "Lists candidates that end or are replaced.": "يسرد المرشحين الذين ينتهون أو يُستبدلون.",
    "Takes such a plan back, before its day or after it.": "يلغي خطة من هذا النوع، قبل يومها أو بعده.",
    "Watches the terms of platforms and providers, and makes rules from what changes.": (
        "يراقب شروط المنصات والمزوّدين، ويصنع قواعد مما يتغير."
    ),
    "Lists the declared documents: which are watched, when each was seen last, and what stands in the way.": (
        "يسرد الوثائق المعلنة: أيها مراقَب، ومتى رُئيت كل واحدة آخر مرة، وما يعترض ذلك."
    ),
    "Asks for every watched document once, and says which pages are not what their declarations say.": (
        "يطلب كل وثيقة مراقَبة مرة، ويذكر الصفحات التي ليست كما تقول إعلاناتها."
    ),
    "Looks at documents now, as the watch does by itself.": "ينظر في الوثائق الآن، كما تفعل المراقبة من نفسها.",
    "Shows what changed, newest first.": "يعرض ما تغيّر، الأحدث أولًا.",
    "Shows one change: the sentences before and after, with the words that changed.": (
        "يعرض تغييرًا واحدًا: الجمل قبله وبعده، مع الكلمات التي تغيّرت."
    ),
    "Takes a page that you saved or copied: for documents that programs may not fetch.": (
        "يأخذ صفحة حفظتها أو نسختها: للوثائق التي لا يجوز أن تجلبها البرامج."
    ),
    "Takes in versions from a git folder, or turns a declaration of Open Terms Archive into ours (printed).": (
        "يأخذ نسخًا من مجلد git، أو يحوّل إعلانًا من Open Terms Archive إلى شكلنا (مطبوعًا)."
    ),
    "Writes every version into a folder, ready for git; or prints changes as JSON or Atom, or declarations for Open Terms Archive.": (
        "يكتب كل نسخة في مجلد جاهز لـ git؛ أو يطبع التغييرات بصيغة JSON أو Atom، أو الإعلانات لـ Open Terms Archive."
    ),
    "Drafts rules from a change, and tries them on what was sent in the last 30 days. A draft acts on nothing.": (
        "يصوغ مسودات قواعد من تغيير، ويجرّبها على ما أُرسل في آخر 30 يومًا. المسودة لا تؤثر في شيء."
    ),
    "Lets a drafted rule act from its day on; the earlier rule of its kind gets an end.": (
        "يجعل قاعدة مصوغة تسري من يومها؛ وتنتهي القاعدة السابقة من نوعها."
    ),
    "Lists every step of every rule made from terms: drafted, confirmed by whom, ended, stale.": (
        "يسرد كل خطوة في كل قاعدة صُنعت من الشروط: صيغت، واعتمدها من، وانتهت، وقدُمت."
    ),
    "Puts a draft away.": "ينحّي مسودة.",
    "Notes that a change is not for us; with --days, asks to be reminded.": "يدوّن أن تغييرًا لا يخصنا؛ ومع --days يذكّر به.",
    "Tells what the assistant is for, and how well that is known.": "يقول ما غرض المساعد، وكم يُعرف ذلك.",
    "Writes a scope file with comments; never over one that is there.": "يكتب ملف نطاق مشروحًا؛ ولا يكتب فوق ملف موجود أبدًا.",
    "Learns the scope and tells what it would refuse, what would slip through, and what to add.": (
        "يتعلم النطاق ويذكر ما كان سيرفضه، وما كان سيفلت، وما يُضاف."
    ),
    "Says what one message is for: business, general, mixed, neutral or uncertain, piece by piece.": (
        "يقول ما غرض رسالة: عمل أو عام أو مختلط أو محايد أو غير محسوم، جزءًا جزءًا."
    ),
    "Adds what people rated (see `wasl audit`) to your own scope, redacted, where the channel's rules allow your own use of it.": (
        "يضيف ما قيّمه الناس (انظر `wasl audit`) إلى نطاقك أنت محجوب الأسماء، حيث تسمح قواعد القناة باستعمالك له."
    ),
    "Signs that a platform turns against an account.": "علامات على أن منصة تضيّق على حساب.",
    "Lists what is not cleared, and what each channel may still do.": "يسرد ما لم يُنهَ من العلامات، وما يجوز لكل قناة أن تفعله.",
    "Clears signs: their channel goes on as before. The next sign of the kind raises an alarm again.": (
        "ينهي العلامات: تمضي قناتها كما كانت. والعلامة التالية من نوعها تنبّه من جديد."
    ),
    "Tells what each platform allows, by date and country.": "يقول ما تسمح به كل منصة، بحسب التاريخ والبلد.",
    "Lists the rules, of all days, in the order of their files.": "يسرد القواعد لكل الأيام، بترتيب ملفاتها.",
    "Lists the rules that hold on a day, as they were known on another (--known).": (
        "يسرد القواعد السارية في يوم، كما كانت معروفة في يوم آخر (--known)."
    ),
    "Prints every record of every rule as JSON, with the digest that names this version.": (
        "يطبع كل قيد لكل قاعدة بصيغة JSON، مع البصمة التي تسمّي هذه النسخة."
    ),
    "Tells what the rules say to one act, rule by rule; ends with 0 allowed, 4 not allowed, 75 not yet.": (
        "يقول حكم القواعد في فعل واحد، قاعدة قاعدة؛ ويخرج بالرمز 0 إن جاز، و4 إن لم يجز، و75 إن لم يحن."
    ),
    "Judges every case of a file and tells which come out otherwise than expected.": (
        "يحكم في كل حالة من ملف، ويذكر ما خرج منها على غير المتوقع."
    ),
    "Checks a rule file of yours beside all others, and says where to put it; writes nothing.": (
        "يفحص ملف قواعد لك مع سائر الملفات، ويقول أين تضعه؛ ولا يكتب شيئًا."
    ),
}
