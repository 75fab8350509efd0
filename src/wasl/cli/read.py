"""`wasl read` and `wasl formats`: what a file holds, told without an installation."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wasl.cli.border import EXIT_UNDECIDED
from wasl.cli.context import AsJson, Compose
from wasl.cli.operating_words import say
from wasl.cli.tongue import spoken
from wasl.service.phrases import told as translated

if TYPE_CHECKING:
    from wasl.ports.format import Choices, Found, Guess, Question, Reads

Files = Annotated[list[Path], typer.Argument(help="A file, a zip, a folder, or several files of one export.", metavar="FILE")]
SomeFiles = Annotated[list[Path] | None, typer.Argument(help="A file, a zip or a folder; several are brought one by one.", metavar="FILE")]
Zone = Annotated[str | None, typer.Option(help="Time zone of the phone that wrote it, such as Asia/Riyadh.")]
DayOrder = Annotated[Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="Order of day and month, where the file does not tell.")]
Kind = Annotated[str | None, typer.Option("--format", help="The format, where it is not recognised; see `wasl formats`.")]


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @app.command()
    def read(
        files: Files,
        as_: Annotated[Literal["jsonl", "summary"], typer.Option("--as", help="Records, one a line, or what was found.")] = "jsonl",
        zone: Zone = None,
        day_order: DayOrder = None,
        kind: Kind = None,
    ) -> None:
        """Reads a file of conversations and prints what is in it; stores nothing, and needs no settings."""
        from wasl.service.recognise import opened, recognise

        with opened(files, by_operator=True) as bundle:
            reader, guess = recognise(bundle, compose.formats(), kind=kind)
            asked: list[Question] = []
            choices = chosen(zone=zone, day_order=day_order)
            records = _records(reader.read(bundle, choices), choices=choices, asked=asked)
            if as_ == "jsonl":
                _print_lines(records)
            else:
                _print_summary(records, title=_guessed(reader, guess))
        for question in asked:
            typer.secho(_ambiguous(question), fg="yellow", err=True)
        if asked:
            raise typer.Exit(EXIT_UNDECIDED)

    @app.command()
    def formats(as_json: AsJson = False) -> None:
        """Lists the formats that can be read and written."""
        from wasl.ports.format import Reads, Writes

        found = [
            {
                "kind": kind,
                "title": f.title,
                "reads": isinstance(f, Reads),
                "writes": isinstance(f, Writes),
                "suffix": f.suffix if isinstance(f, Writes) else None,
                "loses": list(f.loses) if isinstance(f, Writes) else [],
            }
            for kind, f in sorted(compose.formats().items())
        ]
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
            return
        from wasl.cli.show import table

        language = spoken()
        yes, no = say("yes", language), say("no", language)
        rows = [(f["kind"], f["title"], yes if f["reads"] else no, f["suffix"] or no) for f in found]
        table([say(word, language) for word in ("kind", "title", "reads", "writes")], rows)


def chosen(*, zone: str | None, day_order: str | None, answers: dict[str, str] | None = None) -> "Choices":
    """Makes the choices of a reading from options. Raises SettingWrong for a zone that there is not."""
    from zoneinfo import ZoneInfo

    from wasl.domain.errors import SettingWrong
    from wasl.ports.format import Choices

    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ValueError, KeyError, OSError) as error:
            raise SettingWrong(f"there is no time zone {zone!r}; it is written like Asia/Riyadh") from error
    given = dict(answers or {})
    if day_order is not None:
        given["day_order"] = day_order
    if zone is not None:
        given["zone"] = zone
    return Choices(zone=zone, answers=given)


def undecided(question: "Question", choices: "Choices") -> bool:
    """Says whether what was read hangs on an answer that nobody gave. Who brought it and which zone it was change no word of it."""
    return question.id != "zone" and not question.id.startswith("self:") and question.id not in choices.answers


def _records(found: "Iterator[Found]", *, choices: "Choices", asked: "list[Question]") -> "Iterator[Found]":
    from wasl.ports.format import Question

    for item in found:
        if isinstance(item, Question) and undecided(item, choices):
            asked.append(item)
        yield item


def _print_lines(records: "Iterator[Found]") -> None:
    from wasl.domain.archive import Chat, Participant
    from wasl.ports.format import Progress, Run
    from wasl.service.shelf import Ids
    from wasl.wire.archive_json import json_lines, message_lines, to_json

    out, numbers = sys.stdout.buffer, dict[str, tuple[Ids, int]]()
    for item in records:
        match item:
            case Run(chat=chat, entries=entries, ids=known):
                ids, count = numbers.get(chat) or (Ids(chat), 0)
                numbered = [entry._replace(seq=seq) for seq, entry in enumerate(entries, start=count + 1)]
                numbers[chat] = ids, count + len(entries)
                out.write(message_lines(numbered, ids=known or [ids.of(entry) for entry in numbered], chat=chat))
            case Chat() | Participant():
                out.write(json_lines([to_json(item)]))
            case Progress():
                pass
            case _:
                out.write(json_lines([{"type": type(item).__name__.lower(), **item._asdict()}]))
    out.flush()


def _print_summary(records: "Iterator[Found]", *, title: str) -> None:
    from wasl.service.survey import Survey

    survey = Survey()
    for item in records:
        survey.take(item)
    typer.echo(title)
    for line in survey.lines():
        typer.echo(translated(line, spoken()))


def _guessed(reader: "Reads", guess: "Guess") -> str:
    sure, why = f"{guess.confidence:.0%}", translated(guess.why, spoken())
    return say("read as", spoken(), title=reader.title, kind=reader.kind, sure=sure, why=why)


def _ambiguous(question: "Question") -> str:
    options = ", ".join(f"{value} ({label})" for value, label in question.options)
    why = translated(question.why, spoken())
    return say("not certain", spoken(), id=question.id, why=why, guess=question.guess, options=options)
