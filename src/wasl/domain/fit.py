"""Fitting a reply to a channel's limits, so that every send is one that the platform takes.

What does not fit is not dropped in silence: a long text is cut into several, a caption that is too long becomes a text, a choice
with too many or too long options becomes a list or numbered words, a file that cannot be sent becomes a sentence that says so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wasl.domain.grapheme import is_border
from wasl.domain.limits import Limits
from wasl.domain.message import Choice, Media, MediaRole, Option, Part, Text, TextFormat
from wasl.domain.split import split, units

Measure = Callable[[str], int]
"""How long a Markdown text is on the wire, in the channel's unit, once the adapter has converted it (`wire.markup.measure`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that the channel cannot carry: `why`, and the largest size it would take (bytes; 0 where no size would do)."""

    media: Media
    why: Literal["too large", "wrong kind"]
    bytes_max: int = 0


Notice = Callable[[LeftOut], str]
"""Says in the person's language, as plain words, that a file was left out."""


def fit(
    parts: Sequence[Part], *, limits: Limits, measure: Measure | None = None, notice: Notice | None = None, billed: bool = False
) -> tuple[tuple[Part, ...], ...]:
    """Gives what to send, in order: one tuple of parts for each send, each within `limits`.

    `measure` is needed for Markdown where the channel does not show Markdown itself; without it a text is measured as it stands.
    Words are never lost but for whitespace at a cut. Only a single letter with thousands of marks, longer than a whole message, is
    parted. The time grows with the length of the text, not faster. Where each send is `billed`, what can go out as one does (`thrifty`).
    """
    if billed and len(parts) > 1:
        parts = thrifty(parts, limits=limits, measure=measure)
    if len(parts) == 1 and (whole := _whole(parts[0], limits, measure)) is not None:
        return ((whole,),)
    fitter = _Fitter(limits, measure=measure, notice=notice or _notice)
    return tuple((part,) for part in _joined(parts, limits) for part in fitter.fit(part))


def thrifty(parts: Sequence[Part], *, limits: Limits, measure: Measure | None = None) -> tuple[Part, ...]:
    """Joins what one send can carry: texts that follow each other, and a short text with the file after it, as its caption.

    Nothing is left out and nothing changes its place; what would pass the channel's limits stays apart.
    """
    joined: list[Part] = []
    for part in parts:
        before = joined[-1] if joined else None
        if isinstance(before, Text) and isinstance(part, Text) and before.format == part.format:
            both = replace(before, text=f"{before.text}\n\n{part.text}")
            if _fits_whole(both, limits, measure):
                joined[-1] = both
                continue
        if isinstance(before, Text) and isinstance(part, Media) and _takes_caption(part, before, limits, measure):
            joined[-1] = replace(part, caption=before.text)
            continue
        joined.append(part)
    return tuple(joined)


def _takes_caption(media: Media, text: Text, limits: Limits, measure: Measure | None) -> bool:
    if media.caption or media.role in limits.captionless or media.role not in limits.media_bytes_max or text.format == "markdown":
        return False  # a caption is shown as it is written
    return units(text.text, limits.text_unit) <= limits.caption_max


def _fits_whole(part: Part, limits: Limits, measure: Measure | None) -> bool:
    """Says whether a part is a text that goes out as it stands."""
    return _whole(part, limits, measure) is part


def _whole(part: Part, limits: Limits, measure: Measure | None) -> Part | None:
    """Gives a text that needs no cut, without the whitespace around it: nearly every reply is one, and is spared the search for borders.

    None for what is no text, has nothing but whitespace, or may come out otherwise: it is cut as every other.
    """
    if not isinstance(part, Text) or "\r" in part.text:
        return None
    text = part.text.strip()
    if not text or (text != part.text and not _drops(part, text, limits)):
        return None
    measured = measure(text) if measure is not None and part.format == "markdown" else units(text, limits.text_unit)
    if measured > limits.text_max:
        return None
    return part if text == part.text else Text(text=text, format=part.format)


def _drops(part: Text, bare: str, limits: Limits) -> bool:
    """Says whether a cut would drop the whitespace around a text and do nothing else: no mark hangs on it, no code block is near."""
    text, at = part.text, len(part.text) - len(part.text.lstrip())
    if part.format == "markdown" and ("```" in bare or "~~~" in bare):
        return False
    bordered = is_border(text, at, start=max(0, at - 1)) and is_border(text, at + len(bare), start=at)
    return bordered and units(text[at:], limits.text_unit) <= limits.text_max


def _joined(parts: Sequence[Part], limits: Limits) -> Iterator[Part]:
    """Gives a choice that has no words of its own those of the plain text before it."""
    held: Part | None = None
    for part in parts:
        if isinstance(part, Choice) and _lends_words(held, part, limits):
            part, held = replace(part, text=held.text if isinstance(held, Text) else ""), None
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def _lends_words(before: Part | None, choice: Choice, limits: Limits) -> bool:
    wordless = bool(choice.options) and not choice.text
    short = isinstance(before, Text) and before.format == "plain" and units(before.text, limits.text_unit) <= limits.choice_text_max
    return wordless and short


class _Fitter:
    def __init__(self, limits: Limits, *, measure: Measure | None, notice: Notice) -> None:
        self._limits = limits
        self._measure = measure
        self._notice = notice

    def fit(self, part: Part) -> Iterator[Part]:
        """Gives the parts that stand for one part."""
        match part:
            case Text():
                yield from self._text(part.text, part.format)
            case Media():
                yield from self._media(part)
            case Choice() if part.options:
                yield from self._choice(part)
            case Choice():
                yield from self._text(part.text or (part.picked.title if part.picked else ""), "plain")
            case _:
                yield part

    def _text(self, text: str, form: TextFormat, *, units_max: int | None = None) -> Iterator[Text]:
        limits = self._limits
        measure = self._markdown_measure() if form == "markdown" else None
        for piece in split(text, units_max=units_max or limits.text_max, unit=limits.text_unit, measure=measure):
            yield Text(text=piece.text, format="markdown" if piece.markdown else "plain")

    def _markdown_measure(self) -> Measure:
        unit = self._limits.text_unit
        return self._measure or (lambda text: units(text, unit))

    def _media(self, part: Media) -> Iterator[Part]:
        carried = self._carried(part)
        caption = part.caption or ""
        if isinstance(carried, LeftOut):
            yield from self._text(self._notice(carried), "plain")
            yield from self._text(caption, "plain")
            return
        mute = carried.role in self._limits.captionless
        if caption and (mute or units(caption, self._limits.text_unit) > self._limits.caption_max):
            yield replace(carried, caption=None)
            yield from self._text(caption, "plain")
        else:
            yield carried

    def _carried(self, part: Media) -> Media | LeftOut:
        """Finds the role in which a file can go: its own, else as a document."""
        if self._takes(part, part.role):
            return part
        if self._takes(part, "document"):
            return replace(part, role="document")
        sizes = self._limits.media_bytes_max
        largest = max(sizes.get(part.role, 0), sizes.get("document", 0))
        if largest and part.size_bytes is not None and part.size_bytes > largest:
            return LeftOut(media=part, why="too large", bytes_max=largest)
        return LeftOut(media=part, why="wrong kind")

    def _takes(self, part: Media, role: MediaRole) -> bool:
        bytes_max = self._limits.media_bytes_max.get(role, 0)
        types = self._limits.media_types.get(role)
        kind = part.media_type.partition(";")[0].strip().lower()
        known = part.media_type != "application/octet-stream"
        return bytes_max > 0 and (part.size_bytes or 0) <= bytes_max and (types is None or kind in types or not known)

    def _choice(self, part: Choice) -> Iterator[Part]:
        if not part.text.strip() or not (self._as_buttons(part.options) or self._as_list(part.options)):
            yield from self._text(_numbered(part), "plain")
            return
        *before, last = [t.text for t in self._text(part.text, "plain")]
        *more, last = [t.text for t in self._text(last, "plain", units_max=self._limits.choice_text_max or None)]
        for text in (*before, *more):
            yield Text(text=text)
        yield replace(part, text=last)

    def _as_buttons(self, options: Sequence[Option]) -> bool:
        limits = self._limits
        return len(options) <= limits.buttons_max and all(
            not o.description and self._short(o, title_max=limits.button_title_max) for o in options
        )

    def _as_list(self, options: Sequence[Option]) -> bool:
        limits = self._limits
        return len(options) <= limits.list_rows_max and all(
            self._short(o, title_max=limits.list_row_title_max)
            and units(o.description or "", limits.text_unit) <= limits.list_row_description_max
            for o in options
        )

    def _short(self, option: Option, *, title_max: int) -> bool:
        id_max = self._limits.option_id_max
        id_fits = bool(option.id) and (not id_max or len(option.id.encode("utf-8", "surrogatepass")) <= id_max)
        return id_fits and 0 < units(option.title, self._limits.text_unit) <= title_max


def _numbered(part: Choice) -> str:
    lines = [f"{n}. {o.title}" + (f" – {o.description}" if o.description else "") for n, o in enumerate(part.options, start=1)]
    return "\n".join((part.text.strip(), *lines) if part.text.strip() else lines)


def _notice(left_out: LeftOut) -> str:
    media = left_out.media
    name = f"“{media.name}”" if media.name else f"a {media.role}"
    where = f" {media.url}" if media.url else ""
    if left_out.why == "too large":
        mib = (media.size_bytes or 0) / (1 << 20)
        return f"[{name} was left out: it has {mib:.1f} MB, and at most {left_out.bytes_max / (1 << 20):.1f} MB can be sent here.{where}]"
    return f"[{name} was left out: files of this kind cannot be sent here.{where}]"
