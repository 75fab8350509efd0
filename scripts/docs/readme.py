"""The tables of the two READMEs."""

import json
from pathlib import Path

from scripts.docs import channels, formats, survives
from scripts.docs.tables import adapters, table

import wasl.channels
from wasl.domain.limits import Limits


def blocks(language: str) -> dict[str, str]:
    """Gives every generated block of a README in one language."""
    return {
        "survives": survives.block(language),
        "channels": _channels(language),
        "formats": formats.block(language),
        "figures": _figures(language),
    }


def _channels(language: str) -> str:
    arabic = language == "ar"
    head = ("القناة", "الجودة", "النص", "تبثّ الجواب أثناء كتابته", "علامة الكتابة", "الإيصالات") if arabic else (
        "channel", "quality", "text", "shows the answer while it grows", "typing mark", "receipts",
    )  # fmt: skip
    yes, no = ("نعم", "—") if arabic else ("yes", "—")
    abilities = channels.abilities()
    rows = []
    for cls in adapters(wasl.channels):
        limits: Limits = cls.limits
        local = channels.able(cls, abilities["Local"])
        grows = local or channels.able(cls, abilities["Drafts"])
        types = local or channels.able(cls, abilities["Types"])
        tier = channels.tier(cls)
        rows.append((
            cls.title,
            (TIERS_AR if arabic else TIERS)[tier],
            f"{limits.text_max:,}",
            yes if grows else no,
            yes if types else no,
            yes if limits.receipts_carry_tag or limits.resolve_seconds else no,
        ))  # fmt: skip
    return table(head, rows)


TIERS = {"": "—", "heard": "heard", "trusted": "trusted", "kept": "kept"}
TIERS_AR = {"": "—", "heard": "مسموعة", "trusted": "موثوقة", "kept": "محفوظة"}


FIGURES = Path(__file__).resolve().parents[2] / "docs" / "figures" / "bench.json"
SHOWN = (
    ("turn_cpu_ms_sqlite", "ms", "CPU of one durable answer, webhook to receipts, on SQLite", "زمن المعالج لجواب كامل محفوظ على SQLite"),
    ("turn_cpu_ms_postgres", "ms", "the same on PostgreSQL", "ومثله على PostgreSQL"),
    ("turn_ratio_to_floor", "×", "as many times a bare program that keeps nothing", "مقارنةً ببرنامج عارٍ لا يحفظ شيئًا"),
    (
        "added_p50_ms",
        "ms",
        "added to the model's own time at 50 messages a second, half of them",
        "ما يضاف إلى زمن النموذج عند ٥٠ رسالة في الثانية، لنصفها",
    ),
    ("added_p99_ms", "ms", "the same, 99 of 100", "ومثله لتسع وتسعين من كل مئة"),
    ("start_ready_s", "s", "from start to ready", "من التشغيل إلى الاستعداد"),
    ("rss_mb_1000_conversations", "MB", "memory after 1,000 conversations", "الذاكرة بعد ألف محادثة"),
    ("install_mb", "MB", "installed", "حجم التثبيت"),
    ("install_packages", "", "packages", "عدد الحزم"),
)


def _figures(language: str) -> str:
    arabic = language == "ar"
    if not FIGURES.exists():
        return (
            "تقيس `make bench` كلفة الجواب الواحد وزمن البدء والذاكرة وتطبعها مع وصف الجهاز."
            if arabic
            else "`make bench` measures what one answer costs, the start and the memory, and prints them with the machine's facts."
        )
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    if SHOWN[0][0] not in figures:
        figures = figures.get("earlier", {})
    rows = [
        (words_ar if arabic else words, f"{figures[name]:g} {unit}".strip()) for name, unit, words, words_ar in SHOWN if name in figures
    ]
    machine = figures.get("machine", {})
    facts = f"{machine.get('processor', '?')}, {machine.get('cores', '?')} × CPU, Python {machine.get('python', '?')}"
    return table(("القياس", "القيمة") if arabic else ("figure", "value"), rows) + f"\n\n`make bench` · {facts}"
