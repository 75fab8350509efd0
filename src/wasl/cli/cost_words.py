"""The words of `wasl cost`, in English and Arabic."""

from typing import Final

from wasl.cli.tongue import Language
from wasl.wire.isolate import fill

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("{month}, days of {zone}: {amount}", "{month}، بأيام {zone}: {amount}"),
    "sure": (
        "of which {amount} is confirmed by providers and platforms; the rest is expected",
        "منها {amount} أكدها المزوّدون والمنصات، والباقي متوقع",
    ),
    "forecast": (
        "by the end of the month about {amount} (between {low} and {high}, from the last {days:day|days})",
        "حتى آخر الشهر نحو {amount} (بين {low} و{high}، بحسب آخر {days:يوم مجرور})",
    ),
    "unknown": (
        "Price unknown, and not counted as nothing: {calls:call|calls}, {messages:message|messages}."
        " Write their prices into a file; see `prices`.",
        "سعر غير معروف، ولم يُحسب صفرًا: {calls:طلب} و{messages:رسالة}. اكتب أسعارها في ملف؛ انظر `prices`.",
    ),
    "rest": (
        "not changed into {currency}, for want of your exchange rate: {amounts}",
        "لم تُحوَّل إلى {currency} لعدم وجود سعر صرف منك: {amounts}",
    ),
    "number": (
        "{channel} {scope}: {counted:free-form message|free-form messages} delivered this month, {left} of {free:free one|free ones} left;"
        " {entry} in free entry windows",
        "{channel} {scope}: سُلّمت هذا الشهر رسائل حرة عددها {counted}، وبقي {left} من {free} مجانية؛ و{entry} في نوافذ الدخول المجانية",
    ),
    "credit": (
        "{title}: {left} of {amount} left, ends on {until} ({days:day|days}); likely to be lost: {lost}",
        "{title}: بقي {left} من {amount}، تنتهي في {until} (بعد {days:يوم مجرور})؛ المرجّح ضياعه: {lost}",
    ),
    "budget": (
        "Budget {name} ({every}): {spent} of {amount} spent, {held} held",
        "الميزانية {name} ({every}): صُرف {spent} من {amount}، ومحجوز {held}",
    ),
    "day": ("day", "يوم"),
    "month": ("month", "شهر"),
    "fee": ("{title}: {amount} a {every}", "{title}: {amount} كل {every}"),
    "year": ("year", "سنة"),
    "once": ("once", "مرة واحدة"),
    "models": ("The same month's tokens on other models", "رموز الشهر نفسه على نماذج أخرى"),
    "channels": (
        "The same answers on other channels, by list price ({sampled} of {answers} looked at)",
        "الأجوبة نفسها على قنوات أخرى، بالسعر المعلن (نُظر في {sampled} من {answers})",
    ),
    "no_models": ("No model has a price; write price cards to compare.", "لا نموذج له سعر؛ اكتب بطاقات أسعار للمقارنة."),
    "unsure": ("not certain", "غير مؤكد"),
    "price_unknown": ("price unknown", "السعر غير معروف"),
    "nobody": ("nobody's", "بلا صاحب"),
    "bars": ("What it has cost, by {by}", "الكلفة بحسب {by}"),
    "bars of days": ("What each day has cost", "كلفة كل يوم"),
    "calls": ("calls", "طلبات"),
    "messages": ("messages", "رسائل"),
    "tokens": ("tokens", "رموز"),
    "cost": ("cost", "الكلفة"),
    "unpriced": ("price unknown", "بلا سعر"),
    "person": ("person", "الشخص"),
    "channel": ("channel", "القناة"),
    "provider": ("provider", "المزوّد"),
    "model": ("model", "النموذج"),
    "country": ("country", "البلد"),
    "conversation": ("conversation", "المحادثة"),
    "work": ("for what", "لأي عمل"),
    "sends": ("sends", "إرسالات"),
}


def say(key: str, language: Language, /, **values: object) -> str:
    """Gives a sentence."""
    return fill(_WORDS[key][language == "ar"], language, **values)
