"""What the archive says to whoever opens it, in their language."""

from collections.abc import Mapping
from typing import Final

README: Final[Mapping[str, str]] = {
    "en": """This is a Wasl archive: conversations as they were, in open formats.

What is here
  manifest.json          what this archive holds, how much, and what is missing and why
  conversations.jsonl    conversations and who took part, one record a line
  messages/0001.jsonl …  messages, in order
  people.jsonl           people, their addresses, and who received their words
  imports.jsonl          what was brought from elsewhere
  work/…                 the books: what was ruled, what turns were for, what it cost
  attachments/sha256/…   files, named by their digest (SHA-256)
  raw/sha256/…           the files that were brought, as they came
  schema/…               what every field means (JSON Schema 2020-12)

To check it without Wasl: unpack it, and in the folder above this one run
  sha256sum -c manifest-sha256.txt
To bring it into a Wasl: wasl import FILE, or drop it on the chat page.
Times under "wall" are what a clock showed where the message came from; "instant" is the true time, where it is known.
""",
    "ar": """هذا أرشيف وصل: محادثات كما كانت، بصيغ مفتوحة.

ما يوجد هنا
  manifest.json          ما في هذا الأرشيف وكم هو، وما ينقصه ولماذا
  conversations.jsonl    المحادثات ومن شارك فيها، سجل في كل سطر
  messages/0001.jsonl …  الرسائل بترتيبها
  people.jsonl           الأشخاص وعناوينهم، ومن وصلته كلماتهم
  imports.jsonl          ما أُحضر من مكان آخر
  work/…                 السجلات: ما حُكم به، وغرض كل دور، وما كلّفه
  attachments/sha256/…   الملفات، اسم كل منها بصمته (SHA-256)
  raw/sha256/…           الملفات التي أُحضرت، كما جاءت
  schema/…               معنى كل حقل (JSON Schema 2020-12)

للتحقق منه من دون وصل: فكّ الضغط، ثم نفّذ في المجلد الذي فوق هذا المجلد
  sha256sum -c manifest-sha256.txt
لإدخاله إلى وصل: نفّذ wasl import FILE، أو أفلته على صفحة المحادثة.
الوقت في "wall" هو ما أظهرته الساعة حيث جاءت الرسالة، و"instant" هو الوقت الحق إن كان معروفًا.
""",
}
