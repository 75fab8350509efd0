"""Which texts of a bundle are chat logs, and the files that stand beside one."""

from typing import Final, NamedTuple

from wasl.domain.errors import WaslError
from wasl.wire.bundle import Bundle, Member
from wasl.wire.chatlog_body import FilesOf
from wasl.wire.chatlog_heads import find_heads, strange_months
from wasl.wire.chatlog_phrases import title_in
from wasl.wire.chatlog_records import read_fully
from wasl.wire.plural import so_many

SNIFF_BYTES: Final = 64 << 10
BLANK: Final = b"\r\n\t \xef\xbb\xbf\x00\xe2\x80\x8e\x8f"
"""What a text may begin with, or consist of, and still say nothing."""


class Likeness(NamedTuple):
    """How sure it is that a text is a chat log, from 0 to 1, and why."""

    confidence: float
    why: str


def texts_in(bundle: Bundle, app: str) -> list[Member]:
    """Finds the texts that may be a chat: by name (of an export, or with the app's in it) where names tell, else every text."""
    texts = [member for member in bundle.members() if member.name.lower().endswith(".txt")]
    if len(bundle.members()) == 1 and not texts:
        return list(bundle.members())
    named = [member for member in texts if _named(member.name, app)]
    return named or texts


def likeness(bundle: Bundle, member: Member, app: str) -> Likeness | None:
    """Says how much a text looks like a chat log of an app; None where it does not."""
    try:
        with bundle.open(member.name) as stream:
            sample = read_fully(stream, SNIFF_BYTES)
    except (WaslError, KeyError):
        return None
    named = _named(member.name, app) or (len(bundle.members()) == 1 and _named(bundle.name, app))
    if not sample.strip(BLANK):
        return Likeness(0.6, f"an empty text with the name of a chat of {app}") if named else None
    # Headers that only a space ends are those of many programs' logs: the name must tell, too.
    heads = find_heads(sample) or (find_heads(sample, bare=True) if named else [])
    if not heads:
        strange = strange_months(sample) if named else ()
        return Likeness(0.6, f"lines begin with a date in words: {', '.join(strange)}") if strange else None
    first = not sample[: heads[0].at].strip(BLANK)
    strong = len(heads) >= 2 or named
    confidence = (0.9 if strong else 0.6) if first else (0.6 if strong else 0.2)
    return Likeness(
        min(0.99, confidence + (0.09 if named else 0)),
        f"{so_many(len(heads), 'line begins', 'lines begin')} as {app} writes",
    )


def files_beside(bundle: Bundle, text: Member) -> FilesOf:
    """Gives the files that stand beside a text, by their names."""
    folder = text.name.rpartition("/")[0]
    members = {}
    for member in bundle.members():
        path, _, name = member.name.rpartition("/")
        if path == folder and member.name != text.name:
            members[name] = (member.name, member.size_bytes)
    return FilesOf(members, alone=len(bundle.members()) == 1)


def _named(path: str, app: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name == "_chat.txt" or name.startswith("_chat") or title_in(name) is not None or app.casefold() in name
