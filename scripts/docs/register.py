"""The reference of the register that comes with Wasl: every dependency with its dated facts and their sources."""

from scripts.docs.tables import table

from wasl.continuity.dependency import FAULTS, KINDS, SLOTS, TOPICS, Entry
from wasl.continuity.register import shipped

INTRODUCTION = """# The register

Everybody an installation may stand on, as it comes with Wasl. Which of them hold for an installation follows from its settings: `wasl
register list`. Your own files lie over these; see [know your exposure](../how-to/know-your-exposure.md#write-down-your-own-contracts).
"""


def page() -> str:
    """Writes the page."""
    entries = sorted(shipped().entries.values(), key=lambda e: (KINDS.index(e.kind), e.id))
    words = (
        f"An entry's `kind` is one of {_listed(KINDS)}; its `slots` of {_listed(SLOTS)}; a fact's `topic` of {_listed(TOPICS)}; `how` of "
        f"`[[dependency.words]]` of {_listed(FAULTS)}."
    )
    return "\n".join([INTRODUCTION, words, "", *(_entry(e) for e in entries)])


def _entry(entry: Entry) -> str:
    found = [f"## {entry.title['en']} (`{entry.id}`)", "", f"{entry.kind}{_found_by(entry)}", ""]
    if entry.facts:
        rows = [[f.topic, f.text["en"] + (" *(not certain)*" if f.unsure else ""), f.source, str(f.seen)] for f in entry.facts]
        found += [table(["topic", "fact", "source", "seen"], rows), ""]
    if entry.words:
        rows = [[w.how, str(w.status), f"`{w.body}`", w.source + (" *(not certain)*" if w.unsure else "")] for w in entry.words]
        found += [table(["lost", "status", "what it says in a drill", "source"], rows), ""]
    return "\n".join(found)


def _found_by(entry: Entry) -> str:
    told = [
        f"{name} {_listed(values)}" for name, values in (("channels", entry.channels), ("at", entry.hosts), ("slot", entry.slots)) if values
    ]
    told += [f"keys in `{entry.keys_at}`"] if entry.keys_at else []
    return "; " + "; ".join(told) if told else ""


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{v}`" for v in values)
