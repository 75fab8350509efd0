"""The tables of the two READMEs."""

import wasl.channels
from scripts.docs import channels
from scripts.docs.tables import adapters, table
from wasl.domain.limits import Limits


def blocks(language: str) -> dict[str, str]:
    """Gives every generated block of a README in one language."""
    return {"channels": _channels(language)}


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
