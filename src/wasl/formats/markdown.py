"""Markdown: a zip with one file for each conversation, media beside them, and an index.

Ours, in CommonMark 0.31 (January 2024) with YAML front matter. Every message has a heading with a stable id (`m12`), its author and
time; what was written is escaped, so that it cannot become structure.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, ClassVar

from wasl.domain.archive import (
    ArchivePart,
    Chat,
    Citation,
    Entry,
    File,
    Happening,
    Participant,
    PhoneCall,
    Poll,
    WebLink,
    Words,
)
from wasl.domain.message import Contact, Place
from wasl.ports.export_manifest import MANIFEST, manifest_of
from wasl.ports.format import Dropped, Order, Progress, Shelf, Wrote
from wasl.wire.loss_words import loss_words
from wasl.wire.losses import Losses
from wasl.wire.markdown_text import md, md_line, md_link, yaml_text
from wasl.wire.media_names import media_path, safe_name
from wasl.wire.media_out import MediaOut
from wasl.wire.page_text import eastern
from wasl.wire.page_words import WORDS, language_of
from wasl.wire.zip_out import ZipFileOut, ZipOut

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Markdown:
    """Writes Markdown."""

    kind: ClassVar[str] = "markdown"
    title: ClassVar[str] = "Markdown"
    suffix: ClassVar[str] = ".zip"
    media_type: ClassVar[str] = "application/zip"
    loses: ClassVar[tuple[str, ...]] = (
        "ids", "zones", "received", "branches", "threads", "models", "deliveries", "extra", "chat_ids", "chat_details", "people", "imports",
        "sources", "spans", "thinking", "tools", "unknown",
    )  # fmt: skip

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes each conversation and its media, then index.md. Option `files` "no" leaves media out."""
        zip_, losses, words = ZipOut(out), Losses(self.loses), WORDS[language_of(order.language)]
        media = MediaOut(zip_, None if order.options.get("files") == "no" else shelf.attachment)
        counts, listed = {"conversations": 0, "messages": 0}, list[str]()
        for number, chat in enumerate(shelf.chats(), start=1):
            people = {one.key: one for one in shelf.participants(chat.key)}
            losses.chat(chat)
            for run in shelf.entries(chat.key):
                for entry in run.entries:
                    for _ in media.put(entry):
                        yield Progress(zip_.size_bytes)
            title = _title(chat, people, words)
            name = f"chats/{number:04}-{safe_name(title, otherwise='chat')}.md"
            with zip_.open(name) as file:
                told = _File(file, order, words, people, media)
                told.begin(chat, title, self.loses)
                for run in shelf.entries(chat.key):
                    for entry in run.entries:
                        told.put(entry)
                        losses.entry(entry)
                        losses.add("branches", entry.more.parent is not None)
                    counts["messages"] += len(run.entries)
                    yield Progress(zip_.size_bytes)
            counts["conversations"] += 1
            listed.append(f"- [{md_line(title)}]({name.replace(' ', '%20')})")
        for record in shelf.imports():
            losses.add("imports", 1)
            losses.add("sources", len(record.files))
        losses.add("people", sum(1 for _ in shelf.people()))
        zip_.add("index.md", _index(order, words, listed, losses).encode("utf-8", "replace"))
        wrote = Wrote({**counts, "attachments": len(media.held)}, tuple(Dropped(*one) for one in losses.dropped()))
        zip_.add(MANIFEST, manifest_of(self.kind, order, wrote))
        zip_.close()
        yield wrote


class _File:
    """One conversation on its way out."""

    def __init__(
        self, file: ZipFileOut, order: Order, words: Mapping[str, str], people: Mapping[str, Participant], media: MediaOut
    ) -> None:
        self._file = file
        self._words = words
        self._people = people
        self._media = media
        self._eastern = order.eastern_digits
        self._generator = order.generator
        self._day: str | None = None

    def begin(self, chat: Chat, title: str, loses: tuple[str, ...]) -> None:
        """Writes front matter and title."""
        front = {"title": title, "origin": chat.origin, "kind": chat.kind, "id": chat.id or chat.key}
        lines = [f"{name}: {yaml_text(value)}" for name, value in front.items()]
        if chat.created_ms is not None and (made := _at(chat.created_ms)) is not None:
            lines.append(f"created: {yaml_text(made.isoformat().replace('+00:00', 'Z'))}")
        lines += (
            ["participants:", *(f"  - {yaml_text(one.name)}" for one in self._people.values())] if self._people else ["participants: []"]
        )
        lines += [f"generator: {yaml_text(self._generator)}", f"not_held: [{', '.join(loses)}]"]
        self._put("---\n" + "\n".join(lines) + f"\n---\n\n# {md_line(title)}\n")

    def put(self, entry: Entry) -> None:
        """Writes one message."""
        shown = _at(entry.wall_ms if entry.wall_ms is not None else entry.instant_ms)
        day = self._words["no_time"] if shown is None else self._digits(shown.date().isoformat())
        head = f"\n## {day}\n" if day != self._day else ""
        self._day = day
        clock = "" if shown is None or entry.resolution == "day" else shown.strftime("%H:%M" if entry.resolution == "min" else "%H:%M:%S")
        zone = " UTC" if entry.wall_ms is None and clock else ""
        who = " · ".join(one for one in (self._who(entry), self._digits(clock) + zone) if one)
        body = "\n\n".join(one for one in self._body(entry) if one)
        self._put(
            f'{head}\n<a id="m{entry.seq}"></a>\n\n### {who}\n\n{body}\n' if body else f'{head}\n<a id="m{entry.seq}"></a>\n\n### {who}\n'
        )

    def _who(self, entry: Entry) -> str:
        if entry.author is None:
            return f"({entry.role})" if entry.role in ("service", "system") else md_line(self._words["nobody"])
        name = md_line(self._name(entry.author))
        behalf = entry.more.on_behalf_of
        return f"{name} {self._words['on_behalf']} {md_line(self._name(behalf))}" if behalf else name

    def _body(self, entry: Entry) -> Iterator[str]:
        more, words = entry.more, self._words
        if more.reply_to is not None:
            author = self._name(more.reply_to.author) if more.reply_to.author else ""
            quote = f": {md_line(more.reply_to.quote[:160])}" if more.reply_to.quote else ""
            told = f"{words['reply']} {md_line(author)}" if author else words["reply_earlier"]
            yield f"> {told}{quote}"
        if entry.text and not any(isinstance(part, Words) or (isinstance(part, File) and part.caption) for part in entry.parts):
            yield md(entry.text)
        for part in entry.parts:
            yield self._part(part)
        if more.deleted:
            yield f"*{words['deleted']}*"
        notes = [words["edited"]] if more.edited else []
        notes += [md_line(words.get(flag, flag)) for flag in sorted(more.flags)]
        notes += [f"{md_line(r.emoji)}{f' ×{r.number}' if r.number > 1 else ''} {self._by(r.by)}".strip() for r in more.reactions]
        if notes:
            yield f"*{' · '.join(notes)}*"
        for revision in more.revisions:
            was = " ".join(part.text for part in revision.parts if isinstance(part, Words))
            yield f"> {words['was']}: {md_line(was) if was else words['unknown_was']}"

    def _part(self, part: ArchivePart) -> str:
        words = self._words
        match part:
            case Words():
                return md(part.text)
            case File():
                return self._media_of(part)
            case Poll():
                rows = [f"- {md_line(one.text)}{'' if one.votes is None else f' ({one.votes})'}" for one in part.options]
                return f"{words['poll']}: {md_line(part.question)}\n\n" + "\n".join(rows)
            case PhoneCall():
                return " · ".join(
                    md_line(one) for one in (words["call"], part.kind, part.outcome or "", _length(part.duration_seconds)) if one
                )
            case Place():
                told = " · ".join(one for one in (part.name or "", part.address or "", f"{part.latitude}, {part.longitude}") if one)
                return f"{words['place']}: {md_link(told, part.url) if part.url else md_line(told)}"
            case Contact():
                return f"{words['contact']}: {md_line(', '.join((part.name, *part.beside_name)))}"
            case WebLink():
                return md_link(part.title or part.url, part.url) + (f"\n\n{md(part.text)}" if part.text else "")
            case Citation():
                return f"{words['citation']}: {md_link(part.title or part.target, part.target)}"
            case Happening():
                told = " → ".join(one for one in (part.before or "", part.after or "") if one)
                return md_line(told) if told else ""
            case _:
                return ""

    def _media_of(self, file: File) -> str:
        role = self._words.get(file.role, file.role)
        caption = f"\n\n{md(file.caption)}" if file.caption else ""
        if file.sha256 is None or file.sha256 not in self._media.held:
            why = self._words.get(file.state if file.state != "present" else "missing", file.state)
            return f"{md_line(role)}{f': {md_line(file.name)}' if file.name else ''} — {why}{caption}"
        return f"[{md_line(file.name or role)}](../{media_path(file)}){caption}"

    def _by(self, key: str | None) -> str:
        return md_line(self._name(key)) if key else ""

    def _name(self, key: str) -> str:
        found = self._people.get(key)
        return found.name if found is not None else key

    def _digits(self, text: str) -> str:
        return eastern(text) if self._eastern else text

    def _put(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "replace"))


def _title(chat: Chat, people: Mapping[str, Participant], words: Mapping[str, str]) -> str:
    others = [one.name for one in people.values() if one.is_self is not True][:3]
    return (chat.title or "").strip() or ", ".join(others) or words["untitled"]


def _index(order: Order, words: Mapping[str, str], listed: list[str], losses: Losses) -> str:
    title = order.title or words["conversations"]
    dropped = [f"- {loss_words(what, order.language)}: {number}" for what, number in losses.dropped()]
    drops = f"\n## {words['drops']}\n\n" + "\n".join(dropped) + "\n" if dropped else ""
    front = f"---\ntitle: {yaml_text(title)}\nscope: {order.scope}\ngenerator: {yaml_text(order.generator)}\n---\n"
    return f"{front}\n# {md_line(title)}\n\n" + ("\n".join(listed) if listed else words["empty"]) + f"\n{drops}"


def _at(ms: int | None) -> datetime | None:
    try:
        return None if ms is None else _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return None


def _length(seconds: float | None) -> str:
    return "" if seconds is None or not 0 <= seconds < 10**9 else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
