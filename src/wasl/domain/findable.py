"""What a message is found by: its words, and the words of what travels with it.

Files have names and captions, some sources hold what a file says, polls have a question and answers, places and contacts have names.
A hit shows the same text, so that what was found can be marked in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from wasl.domain.archive import ArchivePart, Entry, File, More, Poll, WebLink
from wasl.domain.message import Choice, Contact, Media, Option, Part, Place, Text, plain_text

ATTACHED: Final = "attachments"
CONTENT: Final = "extracted_content"
"""Where sources that hold the words of a file instead of its bytes keep them, beside what is mapped."""
PIECES_MAX: Final = 256
"""Names and words that are looked at of one message."""


def live_words(parts: tuple[Part, ...]) -> str:
    """Gives what a live message is found by: as `plain_text` tells it, with names and options that it leaves out."""
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return _with(plain_text(parts), _beside_live(parts))


def brought_words(text: str, parts: Sequence[ArchivePart], more: More) -> str:
    """Gives what a brought entry is found by: its text, the words of its parts, and what its files say where the source tells it."""
    if not parts and not more.extra:
        return text
    return _with(text, [*_beside_brought(parts), *_attached(more.extra)])


def entry_words(entry: Entry) -> str:
    """Gives what an entry is found by."""
    return brought_words(entry[2], entry[7], entry[8]) if entry[7] or entry[8].extra else entry[2]


def _with(text: str, pieces: Iterable[str | None]) -> str:
    found = [text] if text else []
    seen = {text}
    for piece, _ in zip(pieces, range(PIECES_MAX), strict=False):
        if piece and piece not in seen:
            seen.add(piece)
            found.append(piece)
    return "\n".join(found)


def _beside_live(parts: Sequence[Part]) -> Iterator[str | None]:
    for part in parts:
        match part:
            case Media():
                yield part.name if part.caption else None  # without a caption the name is in the text
            case Contact():
                yield from (*part.phones, *part.emails)  # its name and company are in the text
            case Choice():
                yield from _options(part.options)
            case _:
                pass


def _options(options: Sequence[Option]) -> Iterator[str | None]:
    for option in options:
        yield option.title
        yield option.description


def _beside_brought(parts: Sequence[ArchivePart]) -> Iterator[str | None]:
    for part in parts:
        match part:
            case File():
                yield part.name
                yield part.caption
            case Poll():
                yield part.question
                yield from (option.text for option in part.options)
            case WebLink():
                yield part.title
                yield part.text
            case Place():
                yield part.name
                yield part.address
            case Contact():
                yield from (part.name, *part.beside_name)
            case _:
                pass


def _attached(extra: Mapping[str, object]) -> Iterator[str | None]:
    files = extra.get(ATTACHED)
    for file in files if isinstance(files, list | tuple) else ():
        content = file.get(CONTENT) if isinstance(file, Mapping) else None
        yield content if isinstance(content, str) else None
