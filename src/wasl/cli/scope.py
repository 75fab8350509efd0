"""`wasl scope`: what the assistant is for, and how well that is told from general questions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import say as operating
from wasl.cli.scope_words import say
from wasl.cli.tongue import Language, spoken
from wasl.domain.days import DAY_MS, day_at
from wasl.domain.errors import SettingWrong

if TYPE_CHECKING:
    from wasl.policy.purpose import Classifier, Judged, Scope
    from wasl.policy.scope_check import Advised, ScopeReport
    from wasl.service.train_scope import Lessons

SCOPE_FILE: Final = Path("scope.toml")

File = Annotated[Path | None, typer.Option("--scope", help="The scope file.", metavar="FILE", show_default="scope.file of wasl.toml")]


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""
    scope = typer.Typer(no_args_is_help=True, help="Tells what the assistant is for, and how well that is known.")
    app.add_typer(scope, name="scope")

    @scope.command()
    def init(
        file: File = None,
        name: Annotated[str, typer.Option(help="The business's name.")] = "",
        statement: Annotated[str, typer.Option(help="One paragraph on what the assistant does.")] = "",
        config: Config = None,
    ) -> None:
        """Writes a scope file with comments; never over one that is there."""
        from wasl.policy.scope_file import start_of

        file = _file(file, config)
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(start_of(name=name or operating("my business", spoken()), statement=statement))
        except FileExistsError as error:
            raise SettingWrong(f"{file} is there already; edit it, or name another file with --scope") from error
        typer.echo(operating("scope written", spoken(), file=file))

    @scope.command()
    def check(file: File = None, config: Config = None, as_json: AsJson = False) -> None:
        """Learns the scope and tells what it would refuse, what would slip through, and what to add."""
        language = spoken()
        from wasl.policy.scope_check import check_scope
        from wasl.policy.shipped import shipped_packs

        report = check_scope(_read(_file(file, config)), shipped_packs())
        if as_json:
            typer.echo(json.dumps(_json(report), ensure_ascii=False))
        else:
            _print(report, language)
        if report.advice:
            raise typer.Exit(EXIT_PROBLEM)

    @scope.command(name="try")
    def try_(
        words: Annotated[list[str], typer.Argument(help="A message.", metavar="WORDS")],
        file: File = None,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Says what one message is for: business, general, mixed, neutral or uncertain, piece by piece."""
        language = spoken()
        judged = _learnt(_file(file, config)).judge(" ".join(words))
        if as_json:
            typer.echo(json.dumps(_shown(judged), ensure_ascii=False))
        else:
            _print_judged(judged, language)

    _add_training(scope, compose)


def _add_training(scope: typer.Typer, compose: Compose) -> None:
    @scope.command()
    def train(
        days: Annotated[int, typer.Option(min=1, max=400, help="How far back ratings are looked at.")] = 62,
        write: Annotated[bool, typer.Option("--write", help="Write them into the scope file; it is only shown otherwise.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Adds what people rated (see `wasl audit`) to your own scope, redacted, where the channel's rules allow your own use of it."""
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        if not settings.scope.train_on_ratings:
            raise SettingWrong(
                "scope.train_on_ratings is off: people's words teach nothing. Set it to true in wasl.toml if your own scope may learn from"
                " messages that you rated; the packs that come with Wasl never do"
            )
        lessons, kept = compose.run(_train(compose.installation(settings), days=days, write=write))
        _print_lessons(lessons, kept, as_json=as_json)


def _print_judged(judged: "Judged", language: Language) -> None:
    typer.echo(f"{say(judged.label, language)} ({judged.odds:+.1f})")
    if len(judged.parts) > 1:
        for part in judged.parts:
            typer.echo(f"  {part.odds:+5.1f}  {part.text}")


def _file(given: Path | None, config: Path | None) -> Path:
    """Names the scope file: as told, else as the settings say; what else is wrong in these does not matter here."""
    if given is not None:
        return given
    try:
        return read_settings(config, needs="settings").scope.file
    except SettingWrong:
        if config is not None or not SCOPE_FILE.exists():
            raise
        return SCOPE_FILE


async def _train(installation: Installation, *, days: int, write: bool) -> "tuple[Lessons, Path | None]":
    import asyncio

    from wasl.service.train_scope import write_lessons

    file = installation.settings.scope.file
    own = await asyncio.to_thread(_read, file)
    async with installation.opened():
        now = installation.clock.now_ms()
        lessons = await installation.train_scope.lessons(own, since_ms=now - days * DAY_MS, until_ms=now + 1)
    if not write or not (lessons.examples or lessons.forbidden):
        return lessons, None
    day = day_at(now).isoformat()
    return lessons, await asyncio.to_thread(write_lessons, file, own, lessons, day=day)


def _print_lessons(lessons: "Lessons", kept: Path | None, *, as_json: bool) -> None:
    if as_json:
        told = {"examples": lessons.examples, "forbidden": lessons.forbidden, "barred": dict(lessons.barred or {})}
        more = {"disputed": lessons.disputed, "gone": lessons.gone, "kept": str(kept) if kept else None}
        typer.echo(json.dumps({**told, **more}, ensure_ascii=False))
        return
    language = spoken()
    for mark, texts in (("+", lessons.examples), ("-", lessons.forbidden)):
        for text in texts:
            typer.echo(f"{mark} {text}")
    for channel, rule in (lessons.barred or {}).items():
        typer.echo(operating("barred", language, channel=channel, rule=rule))
    counts = {"business": len(lessons.examples), "general": len(lessons.forbidden), "disputed": lessons.disputed, "gone": lessons.gone}
    typer.echo(operating("lessons", language, **counts))
    if kept is not None:
        typer.echo(operating("lessons kept", language, file=kept))
    elif lessons.examples or lessons.forbidden:
        typer.echo(operating("not written", language))


def _read(file: Path) -> "Scope":
    from wasl.service.learn_purpose import scope_in

    return scope_in(file)


def _learnt(file: Path) -> "Classifier":
    from wasl.policy.purpose import learn_purpose
    from wasl.policy.shipped import shipped_packs

    return learn_purpose(_read(file), shipped_packs())


def _print(report: "ScopeReport", language: Language) -> None:
    told = ", ".join(f"{name or say('none', language)} {count}" for name, count in sorted(report.languages.items()))
    typer.echo(say("examples", language, count=report.examples))
    if told:
        typer.echo(say("languages", language, told=told))
    typer.echo(say("refused", language, share=report.refused))
    typer.echo(say("leaked", language, share=report.leaked))
    for text in report.leaks:
        typer.echo(say("leak", language, text=text))
    for one in report.advice:
        typer.echo(f"- {_said(one, language)}")
    if not report.advice:
        typer.echo(say("nothing", language))


def _said(one: "Advised", language: Language) -> str:
    return say(one.advice, language, what=one.what, number=one.number)


def _json(report: "ScopeReport") -> dict[str, object]:
    return {
        "examples": report.examples,
        "languages": dict(report.languages),
        "refused": round(report.refused, 4),
        "leaked": round(report.leaked, 4),
        "uncertain": round(report.uncertain, 4),
        "leaks": list(report.leaks),
        "advice": [{"advice": a.advice, "what": a.what, "number": a.number, "say": _said(a, "en")} for a in report.advice],
    }


def _shown(judged: "Judged") -> dict[str, object]:
    return {
        "label": judged.label,
        "odds": round(judged.odds, 3),
        "parts": [{"text": part.text, "odds": round(part.odds, 3)} for part in judged.parts],
        "business": judged.business,
        "general": judged.general,
    }
