"""Changes of made-up terms, of every label and topic, in English and Arabic: what matters is told, and nothing else."""

from datetime import date

import pytest

from wasl.terms.classify import judge_texts

SERVICE = """\
# Terms of the Lantern Messaging Service

Last updated: 3 March 2026

These terms are an agreement between you and Lantern Oy ("Lantern", "we").

## 1. Who may use the service

You must be at least 16 years old to use the service. \
You may not use the service if we have closed an account of yours before.

## 2. Your account

You are responsible for everything that happens under your account. \
You must keep your password secret and tell us at once of any misuse.

## 3. What you may do

You may use the interface to send messages to people who asked. You may not use the service to send spam. \
You may not resell access.

## 4. Automated assistants

You may connect an automated assistant to your account, provided that it tells people that it is automated. \
You may not use messages that pass through the service to train language models.

## 5. Fees

The first 1,000 messages of a month are free. After that we charge 0.02 EUR per message. \
Invoices are due within 30 days.

## 6. Our data practices

We collect your name, email address and the time of each message. We keep logs for 90 days. \
We do not sell personal data. We share data with processors that host the service.

## 7. Ending

You may close your account at any time. We may suspend your account if you break these terms. \
We will give you 30 days' notice before we end the service.

## 8. Liability

Our liability is limited to the fees you paid in the last 12 months. \
Nothing in these terms excludes liability for fraud.

## 9. Law

These terms are governed by the laws of Finland. Disputes are settled by the district court of Helsinki.

## 10. Content

You keep all rights in the content you send. You grant us a licence to store and deliver it. \
You must not send content that incites violence.

## Contact

Lantern Oy, Mannerheimintie 12, 00100 Helsinki. Email: help@lantern.example
"""
SERVICE_AR = """\
# شروط خدمة فانوس للمراسلة

آخر تحديث: 3 مارس 2026

## 1. من يجوز له الاستخدام

يجب أن يكون عمرك 16 سنة على الأقل لاستخدام الخدمة. لا يجوز لك استخدام الخدمة إذا سبق أن أغلقنا حسابك.

## 2. المساعدات الآلية

يجوز لك ربط مساعد آلي بحسابك بشرط أن يخبر الناس بأنه آلي. لا يجوز لك استخدام الرسائل لتدريب نماذج الذكاء الاصطناعي.

## 3. الرسوم

أول 1000 رسالة في الشهر مجانية. بعد ذلك نتقاضى 0.02 يورو عن كل رسالة. تُستحق الفواتير خلال 30 يوما.

## 4. البيانات

نجمع اسمك وعنوان بريدك ووقت كل رسالة. نحتفظ بالسجلات 90 يوما. لا نبيع البيانات الشخصية.

## 5. الإنهاء

يجوز لك إغلاق حسابك في أي وقت. يجوز لنا تعليق حسابك إذا خالفت هذه الشروط.

## 6. المسؤولية

تقتصر مسؤوليتنا على الرسوم التي دفعتها في آخر 12 شهرا.

للتواصل: help@fanous.example
"""
POLICY = """\
# Developer policy

Applies to all apps that use the Harbour interface. Effective: 5 May 2026.

## Access

We give each app a key. Keys must not be shared. We may revoke a key when an app breaks this policy.

## Data

You may cache profile data for up to 24 hours. You must delete it when the user asks. \
Do not combine it with data from other sources.

## Rate limits

Each app may make 600 requests per minute. Higher limits are available on paid plans.

## Plans

| Plan | Monthly price |
| --- | --- |
| Starter | $0 |
| Team | $49 |
| Company | $299 |

## Prohibited uses

- Surveillance
- Bulk messaging
- Credit scoring

## Changes

We may change this policy. We tell you 60 days before a change that matters.

## Questions

If you have questions, write to our developer team through the help form.
"""
POLICY_AR = """\
# سياسة الخصوصية

نحن في منارة نحترم خصوصيتك.

نشارك رقم هاتفك مع شركات التوصيل فقط. يحق لك طلب حذف بياناتك في أي وقت. لا نستخدم رسائلك في الإعلانات.

رسوم الاشتراك 10 دولارات شهريا، ويمكنك الإلغاء خلال 14 يوما واسترداد المبلغ كاملا.

تخضع هذه السياسة لقوانين الأردن.
"""

MATERIAL = {
    "age raised": (SERVICE, (("at least 16", "at least 18"),)),
    "country limit added": (
        SERVICE,
        (
            (
                "closed an account of yours before.",
                "closed an account of yours before. The service is not available to residents of Norway.",
            ),
        ),
    ),
    "general assistants barred": (
        SERVICE,
        (
            (
                "You may not use messages that pass",
                "You may not offer a general-purpose assistant as the main function of your account. You may not use messages that pass",
            ),
        ),
    ),
    "training ban widened": (SERVICE, (("to train language models", "to train, fine-tune or improve any artificial intelligence"),)),
    "disclosure condition gone": (SERVICE, ((", provided that it tells people that it is automated", ""),)),
    "price": (SERVICE, (("0.02 EUR", "0.03 EUR"),)),
    "free quota": (SERVICE, (("1,000 messages", "500 messages"),)),
    "new fee": (SERVICE, (("Invoices are due", "We charge a setup fee for each new number. Invoices are due"),)),
    "payment term": (SERVICE, (("due within 30 days", "due within 14 days"),)),
    "suspend for any reason": (SERVICE, (("if you break these terms", "at our sole discretion and without notice"),)),
    "notice cut": (SERVICE, (("30 days' notice", "7 days' notice"),)),
    "inactive accounts": (
        SERVICE,
        (("We will give you 30", "We may delete accounts that were not used for six months. We will give you 30"),),
    ),
    "retention": (SERVICE, (("logs for 90 days", "logs for 24 months"),)),
    "sells": (SERVICE, (("We do not sell personal data.", "We may share personal data with advertising partners."),)),
    "new data": (SERVICE, (("email address and the time", "email address, location and the time"),)),
    "cap": (SERVICE, (("the last 12 months", "the last 3 months"),)),
    "indemnity": (
        SERVICE,
        (("Nothing in these terms", "You agree to indemnify us against claims of third parties. Nothing in these terms"),),
    ),
    "law": (SERVICE, (("laws of Finland", "laws of Ireland"),)),
    "arbitration": (
        SERVICE,
        (
            (
                "Disputes are settled by the district court of Helsinki.",
                "Disputes are settled by binding arbitration, and you waive the right to a class action.",
            ),
        ),
    ),
    "licence widened": (SERVICE, (("to store and deliver it", "to store, deliver, modify and publish it worldwide"),)),
    "new ban": (SERVICE, (("incites violence.", "incites violence. You must not send content that promotes gambling."),)),
    "may to may not": (SERVICE, (("You may use the interface to send messages", "You may not use the interface to send messages"),)),
    "banner": (
        SERVICE,
        (
            (
                "These terms are an agreement",
                "We are updating these terms. The new terms take effect on 1 February 2027.\n\nThese terms are an agreement",
            ),
        ),
    ),
    "price ahead": (SERVICE, (("Invoices are due", "From 1 April 2027 the price will be 0.05 EUR per message. Invoices are due"),)),
    "ar age": (SERVICE_AR, (("16 سنة", "18 سنة"),)),
    "ar price": (SERVICE_AR, (("0.02 يورو", "0.05 يورو"),)),
    "ar assistants": (
        SERVICE_AR,
        (("لا يجوز لك استخدام الرسائل", "لا يجوز لك تقديم مساعد عام وظيفته الأساسية الذكاء الاصطناعي. لا يجوز لك استخدام الرسائل"),),
    ),
    "ar retention": (SERVICE_AR, (("90 يوما", "سنة كاملة"),)),
    "ar sell": (SERVICE_AR, (("لا نبيع البيانات الشخصية", "يجوز لنا مشاركة البيانات الشخصية مع المعلنين"),)),
    "ar suspend": (SERVICE_AR, (("إذا خالفت هذه الشروط", "في أي وقت ودون إشعار"),)),
    "ar cap": (SERVICE_AR, (("آخر 12 شهرا", "آخر 3 أشهر"),)),
    "ar ahead": (SERVICE_AR, (("## 1. من", "سنحدّث هذه الشروط، وتسري الشروط الجديدة ابتداء من 1 فبراير 2027.\n\n## 1. من"),)),
    "revoke any time": (POLICY, (("when an app breaks this policy", "at any time for any reason"),)),
    "cache": (POLICY, (("up to 24 hours", "up to 30 days"),)),
    "combine allowed": (
        POLICY,
        (("Do not combine it with data from other sources.", "You may combine it with data from other sources with consent."),),
    ),
    "rate": (POLICY, (("600 requests", "300 requests"),)),
    "plan price": (POLICY, (("$49", "$59"),)),
    "plan gone": (POLICY, (("| Starter | $0 |\n", ""),)),
    "new ban item": (POLICY, (("- Credit scoring", "- Credit scoring\n- General-purpose AI chatbots"),)),
    "ban gone": (POLICY, (("- Bulk messaging\n", ""),)),
    "notice period": (POLICY, (("60 days", "14 days"),)),
    "sunset": (POLICY, (("## Access", "Version 1 of the interface will be shut down on 31 March 2027.\n\n## Access"),)),
    "review needed": (POLICY, (("We give each app a key.", "We give each app a key after a review."),)),
    "user to admin": (POLICY, (("when the user asks", "within 48 hours after the user asks"),)),
    "ar sharing": (POLICY_AR, (("شركات التوصيل فقط", "شركات التوصيل وشركائنا في التسويق"),)),
    "ar ads": (POLICY_AR, (("لا نستخدم رسائلك في الإعلانات", "قد نستخدم رسائلك في الإعلانات"),)),
    "ar fee": (POLICY_AR, (("10 دولارات", "15 دولارا"),)),
    "ar refund days": (POLICY_AR, (("14 يوما", "7 أيام"),)),
    "ar law": (POLICY_AR, (("لقوانين الأردن", "لقوانين الإمارات"),)),
    "ar delete gone": (POLICY_AR, ((" يحق لك طلب حذف بياناتك في أي وقت.", ""),)),
}
NOISE = {
    "synonym": (SERVICE, (("Our liability is limited to the fees you paid", "Our liability is limited to the fees that you have paid"),)),
    "address": (SERVICE, (("Mannerheimintie 12, 00100 Helsinki", "Aleksanterinkatu 5, 00170 Helsinki"),)),
    "name renamed": (SERVICE, (("Lantern", "Lumen"),)),
    "email": (SERVICE, (("help@lantern.example", "support@lantern.example"),)),
    "heading renamed": (SERVICE, (("## 7. Ending", "## 7. Ending the agreement"),)),
    "intro sentence": (
        SERVICE,
        (("These terms are an agreement between", "Welcome! Please read this page with care.\n\nThese terms are an agreement between"),),
    ),
    "example added": (
        SERVICE,
        (("You may not use the service to send spam.", "You may not use the service to send spam. See our help pages for examples."),),
    ),
    "table of contents": (SERVICE, (("## 1. Who", "- Who may use the service\n- Your account\n- Fees\n\n## 1. Who"),)),
    "plain words": (
        SERVICE,
        (
            (
                "You are responsible for everything that happens under your account.",
                "You're responsible for all that happens under your account.",
            ),
        ),
    ),
    "date": (SERVICE, (("3 March 2026", "9 April 2026"),)),
    "renumber": (
        SERVICE,
        (
            ("## 5. Fees", "## 6. Fees"),
            ("## 6. Our", "## 7. Our"),
            ("## 7. Ending", "## 8. Ending"),
        ),
    ),
    "layout": (
        SERVICE,
        (
            (
                "You may not use the service to send spam. You may not resell",
                "- You may not use the service to send spam.\n- You may not resell",
            ),
        ),
    ),
    "cookie banner": (
        SERVICE,
        (("# Terms of the", "We use cookies to improve your experience. Accept all | Reject all\n\n# Terms of the"),),
    ),
    "footer": (
        SERVICE,
        (("## Contact", "Share this page: Facebook · X · LinkedIn\n\n© 2026 Lantern Oy. All rights reserved.\n\n## Contact"),),
    ),
    "bold": (SERVICE, (("at least 16 years old", "**at least 16 years old**"),)),
    "link": (SERVICE, (("help@lantern.example", "[help@lantern.example](mailto:help@lantern.example)"),)),
    "nav": (SERVICE, (("# Terms of the", "Home\nProducts\nPricing\nSign in\n\n# Terms of the"),)),
    "british": (SERVICE, (("licence", "license"),)),
    "moved": (
        SERVICE,
        (
            (
                "You keep all rights in the content you send. You grant us a licence to store and deliver it.",
                "You grant us a licence to store and deliver it. You keep all rights in the content you send.",
            ),
        ),
    ),
    "typo": (SERVICE, (("agreement between you", "agreeement between you"),)),
    "helpful": (SERVICE, (("## Contact", "Was this page helpful? Yes No\n\n## Contact"),)),
    "version": (SERVICE, (("Last updated: 3 March 2026", "Version 4.2, last updated: 12 May 2026 (download as PDF)"),)),
    "language switch": (SERVICE, (("# Terms of the", "Language: English Suomi Svenska العربية\n\n# Terms of the"),)),
    "read time": (SERVICE, (("# Terms of the Lantern Messaging Service", "# Terms of the Lantern Messaging Service\n\n7 min read"),)),
    "newsletter": (
        SERVICE,
        (("## Contact", "Subscribe to our newsletter and never miss an update. You can unsubscribe at any time.\n\n## Contact"),),
    ),
    "search box": (
        SERVICE,
        (("# Terms of the", "Search the help centre\n\nYou must enable JavaScript to use this page.\n\n# Terms of the"),),
    ),
    "ar date": (SERVICE_AR, (("3 مارس 2026", "9 أبريل 2026"),)),
    "ar digits": (
        SERVICE_AR,
        (
            ("1000", "١٠٠٠"),
            ("90", "٩٠"),
        ),
    ),
    "ar cookies": (SERVICE_AR, (("# شروط", "نستخدم ملفات تعريف الارتباط لتحسين تجربتك. قبول الكل\n\n# شروط"),)),
    "ar hamza": (SERVICE_AR, (("الإنهاء", "الانهاء"),)),
    "ar mail": (SERVICE_AR, (("help@", "info@"),)),
    "ar diacritics": (SERVICE_AR, (("تُستحق", "تستحق"),)),
    "ar renumber": (SERVICE_AR, (("## 6.", "## 7."),)),
    "reword": (POLICY, (("We give each app a key.", "Each app gets a key from us."),)),
    "questions": (POLICY, (("write to our developer team through the help form", "reach our developer team by the help form"),)),
    "effective": (POLICY, (("5 May 2026", "9 June 2026"),)),
    "feedback": (POLICY, (("## Questions", "Did you find what you need? Tell us what you think.\n\n## Questions"),)),
    "chat widget": (POLICY, (("# Developer policy", "Chat with us\n\n# Developer policy"),)),
    "breadcrumb": (POLICY, (("# Developer policy", "Docs > Policies > Developer policy\n\n# Developer policy"),)),
    "next page": (POLICY, (("## Questions", "Previous: Authentication\n\nNext: Webhooks\n\n## Questions"),)),
    "app promo": (POLICY, (("## Questions", "Get the Harbour app on the App Store and Google Play.\n\n## Questions"),)),
    "login box": (POLICY, (("## Questions", "Already have an account? Log in. New here? Create a free account.\n\n## Questions"),)),
    "contraction": (POLICY, (("Do not combine", "Don't combine"),)),
    "bullets": (POLICY, (("- Surveillance", "* Surveillance"),)),
    "ar share": (POLICY_AR, (("تخضع هذه", "شارك هذه الصفحة عبر واتساب\n\nتخضع هذه"),)),
    "ar menu": (POLICY_AR, (("# سياسة", "الرئيسية من نحن المدونة تسجيل الدخول\n\n# سياسة"),)),
    "ar polish": (POLICY_AR, (("نحن في منارة نحترم خصوصيتك.", "نحن في منارة نقدّر خصوصيتك ونحترمها."),)),
    "ar punctuation": (POLICY_AR, (("شهريا،", "شهريًا,"),)),
}

SEEN = date(2026, 11, 20)


def changed(text: str, swaps: tuple[tuple[str, str], ...]) -> str:
    for before, after in swaps:
        assert before in text
        text = text.replace(before, after)
    return text


@pytest.mark.parametrize("name", MATERIAL)
def test_what_touches_a_right_a_duty_a_price_or_a_date_is_told(name: str) -> None:
    before, swaps = MATERIAL[name]
    assert judge_texts(before, changed(before, swaps), seen=SEEN).label == "material"


@pytest.mark.parametrize("name", NOISE)
def test_what_is_style_or_stands_around_the_document_is_not_told(name: str) -> None:
    before, swaps = NOISE[name]
    assert judge_texts(before, changed(before, swaps), seen=SEEN).label != "material"
