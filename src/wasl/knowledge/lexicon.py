"""Words of everyday business in Arabic (standard, Egyptian, Gulf, Levantine, and in Latin letters) and English, by meaning.

A question in one language finds a passage in the other, and a colloquial word its written one, through the meaning they
share. Each entry lists words as people type them; phrases of two words are allowed. An operator's own words come on top
(`Index(synonyms=…)`).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from wasl.wire import text

_MEANINGS: Final = """
hours: hours, opening, open, opens, close, closes, closing, timings, working hours, how late, ساعات العمل,
    ساعات, مواعيد, مواعيدكم, دوام, دوامكم, اوقات, الدوام, أوقات العمل, نفتح, تفتح, تفتحون, بتفتحوا, بتفتح,
    فاتحين, فاتح, يفتح, مفتوح, مفتوحين, تقفلون, بتقفلوا, بتقفل, تقفل, تسكرون, بتسكروا, تسكر, مسكرين, قافلين,
    تغلق, تغلقون, مغلق, يغلق, نغلق, الافتتاح, بيفتح, بيقفل, بتشتغلوا, شغالين, mawa3eed, mawaeed, btefta7o,
    fat7een, dawam
time: when, what time, time, متى, امتى, إمتى, ايمتى, إيمتى, الساعة كام, اي ساعه, emta, imta
price: price, prices, cost, costs, how much, charge, charges, fee, fees, rate, pricing, expensive, cheap, سعر,
    أسعار, السعر, كم سعر, بكم, بكام, بكم, تكلفة, يكلف, بيكلف, كلفة, ثمن, رسوم, رسومه, قديش, أديش, بقديش, حق, كام
    سعر, تمن, تمنه, غالي, رخيص, so3r, se3r, se3ro, bkam, bekam, bikam
delivery: delivery, deliver, delivers, shipping, ship, courier, توصيل, التوصيل, توصلون, بتوصلوا, توصلوا, بتوصل,
    يوصل, نوصّل, توصيله, دليفري, ديليفري, الدليفري, شحن, tawseel, tawsil, twsel, bitwasalo, betwaslo
return: return, returns, refund, refunds, money back, exchange, replace, replacement, إرجاع, أرجع, ارجع, ترجيع,
    رجع, مرتجع, استرجاع, استرداد, استبدال, أبدل, ابدل, نستبدله, فلوسي, مرتجعات
wrong: wrong, damaged, broken, spoiled, stale, rotten, defective, خطأ, غلط, تالف, بايظ, خربان, بايت, فاسد, ناقص,
    مكسور
complaint: complaint, complaints, complain, unhappy, dissatisfied, شكوى, شكاوى, أشتكي, اشتكي, اشكي, زعلان, مستاء
where: address, location, located, where, directions, map, عنوان, العنوان, موقع, موقعكم, مكان, مكانكم, وين, فين,
    أين, فينكم, وينكم, خريطة, لوكيشن, الوصول, اوصلكم, feen, fein, wein, wain, 3nwan, 3enwan
phone: phone, telephone, call, number, whatsapp number, contact, هاتف, تليفون, تلفون, رقم, رقمكم, جوال, موبايل,
    اتصل, أتصل, اكلمكم, تواصل, أتواصل, للتواصل, ra2am, rakam
mail: email, e-mail, mail, إيميل, ايميل, بريد
person: human, person, talk, speak, talking, agent, someone, manager, staff, representative, employee, موظف,
    أتكلم, أتحدث, التحدث, اكلم, أكلم, إنسان, بشر, شخص, حد,
    مدير, خدمة العملاء, مسؤول, أحد, مندوب
book: book, booking, reserve, reservation, reserving, appointment, حجز, أحجز, احجز, نحجز, الحجز, موعد, حجوزات,
    7agz, a7gez, ahgez
table: table, tables, طاولة, طاولات, طاوله, ترابيزة, ترابيزه, تربيزة, tarabeza
pay: pay, payment, paying, payments, card, cards, visa, mastercard, cash, credit card, wallet, apple pay, دفع,
    أدفع, ادفع, ندفع, الدفع, بطاقة, بطاقات, فيزا, ماستركارد, كاش, نقدا, نقدي, محفظة, مدى, مدي, فلوس
allergy: allergy, allergic, allergies, allergen, allergens, حساسية, حساسيه, الحساسية, تحسس
gluten: gluten, celiac, coeliac, gluten free, جلوتين, غلوتين, قلوتين, سيلياك
vegan: vegan, vegetarian, plant based, نباتي, نباتية, نباتيين, صيامي
halal: halal, حلال
sugar: sugar, diabetic, diabetes, sugar free, سكر, سكري, سكريات
milk: milk, dairy, lactose, حليب, لبن, لاكتوز, ألبان
nuts: nut, nuts, peanut, almond, مكسرات, فستق, لوز, جوز, سوداني
menu: menu, dishes, food list, قائمة, منيو, المنيو, قائمة الطعام
products: products, catalogue, catalog, منتجات, منتجاتكم, منتجاتنا, كتالوج
services: services, خدمات, خدماتكم, خدماتنا
bread: bread, loaf, خبز, عيش, رغيف, أرغفة
pastry: pastry, pastries, معجنات, فطائر, فطاير, فطيرة, مناقيش
sweets: sweet, sweets, dessert, desserts, حلويات, حلو, حلى
cake: cake, cakes, كيك, كيكة, تورتة, تورتات, تورته, تورتايه, قاتو, جاتوه, كعكة, كعك
chocolate: chocolate, شوكولاتة, شوكولا, شوكولاته, شيكولاتة, شكلاته, شوكلت
birthday: birthday, birthdays, عيد ميلاد, ميلاد, عيدميلاد
coffee: coffee, قهوة, قهوه, كوفي, gahwa, ahwa, 2ahwa
tea: tea, شاي, chai
juice: juice, عصير, عصائر, عصاير
water: water, ماء, مياه, مويه, ميه
drinks: drink, drinks, beverage, beverages, مشروب, مشروبات
breakfast: breakfast, فطور, إفطار, افطار, فطار, الفطار
offer: discount, discounts, offer, offers, promotion, coupon, deal, خصم, خصومات, عرض, عروض, تخفيض, تخفيضات,
    كوبون, 5asm
student: student, students, طالب, طلاب, طلبة
loyalty: loyalty, points, rewards, ولاء, نقاط
gift: gift, gifts, voucher, هدية, هدايا, قسيمة, هديه
cancel: cancel, cancelling, cancellation, cancelled, إلغاء, ألغي, الغي, كنسل, اكنسل, تكنسل, ألغى
change: change, changing, modify, edit, تعديل, أعدل, اعدل, تغيير, أغير, اغير
order: order, orders, ordering, طلب, أطلب, اطلب, طلبية, طلبات, اوردر, أوردر, الاوردر, تطلب
pickup: pick up, pickup, takeaway, take away, collect, استلام, أستلم, استلم, تيك اواي, سفري
parking: parking, park, garage, parking spaces, موقف, مواقف, باركينج, باركن, أركن, اركن, جراج, كراج
car: car, cars, سيارة, سيارات, عربية, عربيتي, سيارتي
wifi: wifi, wi-fi, wi fi, internet, واي فاي, وايفاي, الواي, انترنت, إنترنت, النت, نت
password: password, كلمة المرور, كلمة السر, باسورد, الباسورد
family: family, families, kids, children, child, baby, عائلة, عائلات, عوائل, أطفال, اطفال, عيال, ولاد, طفل
prayer: prayer, mosque, pray, صلاة, مصلى, مسجد, أصلي, اصلي
wheelchair: wheelchair, accessible, disabled, accessibility, كرسي متحرك, المتحركة, معاق, ذوي الاحتياجات
smoke: smoke, smoking, cigarette, shisha, hookah, تدخين, ادخن, أدخن, سجاير, دخان, شيشة, شيشه, أرجيلة, التدخين
pets: pet, pets, dog, dogs, cat, cats, animals, حيوان, حيوانات, أليفة, كلب, كلاب, قطة, قطط, كلبي, قطتي
job: job, jobs, hiring, vacancy, vacancies, career, careers, cv, hire, recruit, وظيفة, وظائف, توظيف, شغل, أشتغل,
    اشتغل, سيرة ذاتية, شاغرة
branch: branch, branches, shops, فرع, فروع, فرعكم, الفرع, أفرع
wholesale: wholesale, bulk, جملة, بالجملة, جمله
lost: lost, forgot, left behind, lost property, نسيت, ضاع, ضيعت, مفقودات, مفقود
class: class, classes, course, courses, workshop, teach, learn, دورة, دورات, ورشة, كورس, كورسات, تعليم, أتعلم,
    اتعلم
catering: catering, cater, wedding, weddings, event, events, party, parties, حفلة, حفلات, ضيافة, عرس, أعراس,
    فرح, زفاف, بوفيه, عزومة, عزايم
deposit: deposit, down payment, عربون, مقدم
holiday: holiday, holidays, eid, عيد الفطر, عيد الأضحى, الأعياد, أعياد, إجازة, اجازة, عطلة, العيد
ramadan: ramadan, رمضان
weekend: weekend, weekends, نهاية الأسبوع, ويكند
friday: friday, fridays, الجمعة, جمعة
saturday: saturday, saturdays, السبت, سبت
sunday: sunday, sundays, الأحد
monday: monday, الاثنين, الإثنين
tuesday: tuesday, الثلاثاء, التلات
wednesday: wednesday, الأربعاء, الاربع
thursday: thursday, الخميس, خميس
morning: morning, صباحا, الصبح, صباح
evening: evening, tonight, night, مساء, بالليل, الليل, المسا
outdoor: terrace, outside, outdoor, شرفة, تراس, الخارج, برا
seat: seat, seats, sit, seating, capacity, جلسة, جلسات, مقعد, مقاعد, كراسي
fresh: fresh, freshness, طازج, طازة, طازه, فريش
store food: keep, store, storage, freeze, freezer, fridge, shelf life, حفظ, أحفظ, احفظ, تخزين, ثلاجة, تلاجة,
    فريزر, صلاحية, يحفظ
alcohol: alcohol, wine, beer, خمر, كحول, خمور, بيرة
gelatine: gelatin, gelatine, جيلاتين, جلاتين
ingredient: ingredient, ingredients, مكونات, المكونات, مكون
tax: tax, vat, taxes, ضريبة, ضرائب, القيمة المضافة
currency: currency, dinar, dinars, عملة, دينار
warranty: warranty, guarantee, ضمان, كفالة
invoice: invoice, receipt, bill, فاتورة, فواتير
size: size, sizes, مقاس, مقاسات, حجم
available: available, stock, in stock, متوفر, متوفره, متاح, موجود
doctor: doctor, doctors, physician, طبيب, دكتور, دكتورة, أطباء
home: home, house, apartment, بيت, البيت, منزل, منازل, المنزل, شقة
minimum: minimum, smallest, at least, أقل, الحد الأدنى, حد أدنى
maximum: maximum, at most, أقصى, الحد الأقصى
insurance: insurance, تأمين
"""
"""Meaning, a colon, the words that carry it separated by commas; an indented line goes on with the one above."""

_STOP: Final = """
a an the i im i'm you u we it it's its is are am be been do does did dont don't can could will would should
shall may might have has had what what's which who whom whose how why there here this that these those my your
our their his her me us them of to in on at for from with without by as into about than then and or but if so
not no yes please pls plz any some much many more most very just also too get got give tell know want wanna need
like let lets hello hi hey thanks thank ok okay sir madam dear guys if possible would i'd i've u're you're
one ones something anything say says think wondering wonder question ask asking help really today now و في من
على عن إلى الى مع هل ما ماذا هو هي هم أنا انا أنت انت نحن احنا إحنا هذا هذه ذلك تلك هاد هاي دا ده دي دول اللي
التي الذي ال أن ان إن انه كان كانت يكون تكون قد لقد لو سمحت سمحتم سمحتو رجاء رجاءً فضلك فضلكم إذا اذا كيف كم كام
ليه لماذا ليش شو ايش إيش وش شنو ايه إيه ازاي إزاي عندكم عندكو عندك لديكم لديك عندنا لدينا يوجد فيه هناك هنا فيكم
منكم لكم لك لي ليا عليكم يا اي أي كل بعض ممكن اقدر أقدر يمكن يمكنني نقدر تقدر تقدروا ابغى أبغى ابي أبي عايز
عايزة عاوز عاوزة اريد أريد بدي حابب حابة نفسي محتاج محتاجة اعرف أعرف قولي قولولي قول اخبرني تكرم تكرموا مش مو ما
لا نعم ايوه أيوه طيب السلام وعليكم ورحمة مرحبا أهلا اهلا هلا صباح الخير مساء شكرا شكراً بس كمان أيضا ايضا او أو
ثم بين حتى عشان علشان بخصوص حضرتك حضراتكم اليوم النهارده النهاردة الحين دلوقتي الان الآن واحد واحدة شي شيء حاجة
انتم انتو انتوا يعني هيك كذا كده بتاع بتاعكم بتاعتكم حقكم تبعكم يوم el il al fe fi men 3ala 3ayez 3ayza 3awez
3awza law sama7t samaht mesh msh mish eh eih da di dol ana enta enty ento 3andoko 3andokom 3andkom 3andko kam ya
hal
shoghl sho8l ma7al sell sells buy bring place another other option options serve served arrive arrived still tomorrow today bad good
ينفع اجيب أجيب معايا معي عطوني اعطوني أعطني ادوني بالظبط بالضبط لحد لغاية تقديم أقدم اقصد أقصد تقدمون تقدموا بتقدموا تبيعون بتبيعوا تبيع
سياسة make take use stop closest nearest اعمل أعمل
وصلت وصل جاب عامل عاملة ثاني تاني أخرى اخرى غير بدون الساعة
"""
_COMMON: Final = """
able about above accept across actually add after afternoon again ago ahead all allow allowed almost alone along
already also although always am among amount another answer anybody anyone anyway anywhere around arrive aside
away back bad based because become before begin behind believe below beside best better between big both box
bring build busy call came care carry case catch certain chance check choose class clean clear come coming
common complete consider contain could couple course cover cut date day days deal decide deep depend describe
details different difficult done door down draw dress drive due during each earlier early easy eat eight either
else end enjoy enough especially even evening ever every everybody everyone everything exactly example except
expect extra eye face fact fall far fast favourite favorite feel few fill final finally find fine finish first
five follow following food for forget form four free friend friends front full further future general gift given
glad go goes going gone good grandma grandmother great group grow guest guests guy half hand happen happy hard
hear heard heart heavy help her here high him himself hold home hope hot hour hours house how however idea
imagine important include included including inside instead interested into issue item items itself join keep
kept kind kinds knew know known lady large last late later lead least leave left less let letter level light
line list listen little live long look looking lot love low main make many matter maybe mean means meet member
mention middle might mind mine minute minutes moment month more morning mother mostly move much must myself name
near nearby nearly necessary need needs never new next nice night nobody none noon normal note nothing notice
number obviously offer often oh old older once one only onto open opinion order ordinary other others ought our
ourselves out outside over own part particular party pass past people per perfect perhaps period person pick
piece place plan play please plus point possible prefer prepare present probably problem provide put question
quick quickly quite rather reach read ready real reason receive regular remember reply request require rest
return right room run said same save saw say second see seem seen select sell send sent serve service set seven
several shall share short show side similar simple since single sir sister sit sitting six small so some
somebody someone something sometimes somewhere soon sorry sort special specific spend stand start state stay
still stop store straight stuff such suggest support suppose sure take taken taking talk tell ten than thank
that then there these they thing things think third those though three through time times today together told
tomorrow tonight too took top total toward town try trying turn twice two type under understand until up upon us
use used useful using usual usually various very visit wait walk want wants was way we week weekday weeks
welcome well went were what whatever when where whether which while who whole whose why wife will wish with
within without wonder word work working works would write wrong year years yes yesterday yet you young your
husband son daughter father family cook cooked today's anything whichever u ur r thx sending أحتاج احتاج يحتاج
نحتاج تحتاج أحب احب حابين نحب بحب اريد نريد تريد يريد تريدون نبغى تبغى يبغى نبي تبي عايزين عاوزين بدنا بدك بدكم
أستطيع استطيع تستطيعون نستطيع يستطيع بقدر تقدرون اعمل أعمل نعمل تعمل تعملون بتعملوا يعمل أسوي اسوي تسوون نسوي
سوي اشتري أشتري نشتري شراء أبيع ابيع تبيعون اخذ آخذ خذ ناخذ تاخذ ياخذ بياخد تاخدوا اجي أجي نجي تجي جيت جاي جايين
اروح أروح نروح رايح رايحين اشوف أشوف شفت نشوف شوف اسأل أسأل سؤال استفسار استفسر اعرفكم معرفة تعرف تعرفوا تعرفون
أفهم فهمت شرح توضيح تفاصيل معلومات معلومة قبل بعد خلال أثناء عند عندما لما وقت أوقات دائما دايما أحيانا احيانا
ابدا أبدا فقط تقريبا حوالي أكثر اكثر أقل كثير كتير قليل شوي شوية جدا جدًا مرة مرات كبير كبيرة صغير صغيرة جديد
جديدة قديم جيد جيدة حلو زين كويس كويسة منيح أحسن احسن أفضل افضل مناسب مناسبة ممتاز سريع بسرعة قريب قريبة بعيد
بعيدة سهل صعب مهم ضروري لازم الناس ناس أشخاص شخص شخصين ضيوف ضيف جماعة صديق أصدقاء صاحبي أهلي أمي أبي ابني بنتي
زوجتي زوجي مراتي جوزي جدتي أخي أختي ولد بنت رجل امرأة سيدة أستاذ حبيبي اخوي واحدة اثنين اتنين ثلاثة تلاتة أربعة
اربعة خمسة ستة سبعة ثمانية تسعة عشرة عشر نصف نص ربع كامل كاملة أول اول ثاني تاني ثالث آخر اخر الأخير داخل خارج
جوه جوا فوق تحت قدام أمام ورا خلف جنب بجانب يمين يسار شمال هون هناك بكرة بكره غدا غدًا أمس امبارح الأسبوع أسبوع
شهر سنة عام يومين أيام ايام ساعة دقيقة دقائق سمحتوا لطفا لطفًا ياريت ليت اذن إذن لكن بالنسبة حول طريقة كيفية نوع
أنواع شكل سبب مشكلة موضوع حالة طيب تمام صح غلطة عادي خاص خاصة عامة نفس مثل زي متل بدل ضمن يقعد يبقى يستمر يكفي
يصير صار بيصير تصير ممنوع مسموح يسمح تسمحون تسمح تقبل تقبلون نقبل يقبل بتقبلوا توفرون توفر يوفر متوفرة تقدموا
أحصل احصل نحصل استخدم أستخدم أرفع ارفع اوقف أوقف وصلني وصلتني وصلتنا يوصلني وصلنا رسلت أرسل ارسل ابعت أبعت بعت
يحتوي تحتوي فيها فيهم عليه عليها منه منها منهم له لها لهم بتدوا تدوا بتعطوا تعطون
"""
"""Words that are in every talk: where no document knows one, that says little about whether the documents answer."""

HINTING: Final = frozenset({"where", "time", "person", "price", "order", "change", "available", "menu", "home"})
"""Meanings that say what kind of fact is asked for and little about which one: they weigh less."""

_Tables = tuple[Mapping[str, tuple[str, ...]], Mapping[tuple[str, str], tuple[str, ...]], frozenset[str]]


_WHAT: Final = frozenset(text.tokens("what what's whats which ماذا ما ايش إيش أيش شو وش شنو ايه إيه اي أي eh eih"))
_OFFERED: Final = frozenset(
    text.tokens(
        "sell sells offer offers serve have got buy order products things items product stuff "
        "تبيعون تبيعوا تبيعو بتبيعوا بتبيعو تبيع بتبيع يباع تقدمون تقدموا بتقدموا تقدم توفرون عندكم عندكو عندك لديكم لديك "
        "أشتري اشتري نشتري أطلب اطلب نطلب المنتجات منتجات منتجاتكم أصنافكم الأصناف بضاعتكم"
    )
)
OVERVIEW: Final = ("menu", "products", "services")
"""Meanings that answer "what do you sell?"."""


def asks_what_there_is(tokens: Sequence[str]) -> bool:
    """Says whether a question asks for nothing but what is sold or done here: "what do you sell?", "شو عندكم؟"."""
    asked = set(tokens)
    return bool(asked & _WHAT and asked & _OFFERED) and all(token in _OFFERED or is_stop(token) for token in asked)


def meanings_of(token: str) -> tuple[str, ...]:
    """Gives the meanings of a folded token."""
    single, _, _ = _tables()
    return single.get(token) or single.get(text.light(token), ())


def meanings_of_pair(first: str, second: str) -> tuple[str, ...]:
    """Gives the meanings of two folded tokens in a row, taken as one phrase."""
    _, pairs, _ = _tables()
    return pairs.get((first, second), ())


def is_stop(token: str) -> bool:
    """Says whether a folded token is a small word that tells nothing about what is asked."""
    return token in _tables()[2]


def is_common(token: str) -> bool:
    """Says whether a folded token is a word of everyday talk."""
    return text.light(token) in _common()


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(text.light(token) for token in text.tokens(_COMMON))


def known_stems() -> Iterable[str]:
    """Gives every single word of the lexicon, as stems; for finding misspelt ones."""
    return _tables()[0].keys()


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    single: dict[str, dict[str, None]] = {}
    pairs: dict[tuple[str, str], dict[str, None]] = {}
    for entry in _MEANINGS.strip().replace("\n    ", " ").split("\n"):
        meaning, _, listed = entry.partition(": ")
        for phrase in listed.split(","):
            match text.tokens(phrase):
                case [word]:
                    single.setdefault(word, {})[meaning] = None
                    single.setdefault(text.light(word), {})[meaning] = None
                case [first, second]:
                    pairs.setdefault((first, second), {})[meaning] = None
                case _:
                    pass  # longer phrases are told apart by their words
    stop = frozenset(text.tokens(_STOP))
    return {k: tuple(v) for k, v in single.items() if k not in stop}, {k: tuple(v) for k, v in pairs.items()}, stop
