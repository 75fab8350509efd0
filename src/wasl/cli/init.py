"""`wasl init`: asks a few questions and writes a commented wasl.toml; secrets are named, never written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from wasl.cli.asking import confirm
from wasl.cli.context import DEFAULT_CONFIG, Compose
from wasl.cli.init_words import FILE, WORDS, sentences
from wasl.cli.tongue import spoken
from wasl.cli.written import Chosen, Value, is_secret, variable, written

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from wasl.domain.errors import SettingWrong

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
Many = Annotated[list[str] | None, typer.Option(help="A channel to set up; repeat for several, or `none`.", metavar="KIND")]


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def init(
        file: Annotated[Path, typer.Option("--config", "-c", help="The file to write.", metavar="FILE")] = DEFAULT_CONFIG,
        language: Annotated[str, typer.Option(help="en or ar: of the questions, the comments and the pages.", show_default="asked")] = "",
        name: Annotated[str, typer.Option(help="The business's name.", show_default="asked")] = "",
        channel: Many = None,
        provider: Annotated[str, typer.Option(help="A model provider's kind, or `none`.", show_default="asked")] = "",
        model: Annotated[str, typer.Option(help="The model's name at that provider.", show_default="asked")] = "",
        public_url: Annotated[str, typer.Option(help="How the world reaches this server.", show_default="asked")] = "",
        contact: Annotated[str, typer.Option(help="How people reach a human.", show_default="asked")] = "",
        country: Annotated[
            str, typer.Option(help="The country of people whose own is not known, such as EG.", show_default="asked", metavar="CC")
        ] = "",
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take options and defaults.")] = False,
        force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,
        show: Annotated[bool, typer.Option("--show", help="Print a file with every setting, and write nothing.")] = False,
    ) -> None:
        """Writes a commented wasl.toml."""
        if show:
            typer.echo(everything(compose, language=language or spoken()), nl=False)
            return
        asked = _Asked(
            language=language,
            name=name,
            channels=channel,
            provider=provider,
            model=model,
            public_url=public_url,
            contact=contact,
            country=country,
        )
        answers = _Interview(compose, asked, quiet=yes).hold(file, force=force)
        if answers is not None:
            _write(file, answers.text, words=WORDS[answers.language])
            typer.echo(sentences(answers.language, file=file, variables=answers.variables))


def everything(compose: Compose, *, language: str) -> str:
    """Gives a file with every setting as a comment."""
    return _text(compose, Chosen(), language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the options say already."""

    language: str
    name: str
    channels: list[str] | None
    provider: str
    model: str
    public_url: str
    contact: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    text: str
    language: str
    variables: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Choosing:
    top: dict[str, Value] = field(default_factory=dict)
    channels: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    providers: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    candidates: list[Mapping[str, Value]] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)


class _Interview:
    """The questions, each with its default; with `quiet` the defaults are the answers."""

    def __init__(self, compose: Compose, asked: _Asked, *, quiet: bool) -> None:
        self._compose = compose
        self._asked = asked
        self._quiet = quiet
        self._language: str = spoken()

    def hold(self, file: Path, *, force: bool) -> _Answers | None:
        """Asks everything. None when the file that is there shall stay. Raises SettingWrong for an option that cannot be."""
        self._language = self._spoken()
        if file.exists() and not force and not self._replace(file):
            return None
        chosen = _Choosing(top={"language": self._language})
        name = self._asked.name or self._ask("name", default="Wasl")
        chosen.top["assistant.name"] = name
        chosen.top["assistant.instructions"] = self._words("instructions").format(name=name)
        self._channels(chosen)
        self._provider(chosen)
        self._keyless(chosen)
        self._country(chosen)
        made = Chosen(top=chosen.top, channels=chosen.channels, providers=chosen.providers, candidates=chosen.candidates)
        return _Answers(
            text=_text(self._compose, made, language=self._language), language=self._language, variables=tuple(chosen.variables)
        )

    def _replace(self, file: Path) -> bool:
        from wasl.domain.errors import SettingWrong

        if self._quiet:
            raise SettingWrong(f"{str(file)!r} is there already; replace it with --force, or name another with --config")
        return confirm(self._words("replace").format(file=file))

    def _channels(self, chosen: _Choosing) -> None:
        kinds = {kind: cls for kind, cls in self._compose.channel_kinds().items() if not getattr(cls, "local", False)}
        for kind in self._some_of("channels", asked=self._asked.channels, known=kinds, option="--channel"):
            chosen.channels[kind] = self._adapter(kind, kinds[kind], chosen)
        if chosen.channels:
            url = self._asked.public_url or self._ask("public_url", default="")
            if url:
                chosen.top["server.public_url"] = url

    def _provider(self, chosen: _Choosing) -> None:
        kinds = {kind: cls for kind, cls in self._compose.provider_kinds().items() if not hasattr(cls, "reply")}
        for kind in self._some_of(
            "provider", asked=[self._asked.provider] if self._asked.provider else None, known=kinds, option="--provider"
        ):
            chosen.providers[kind] = self._adapter(kind, kinds[kind], chosen)
            chosen.candidates.append({"provider": kind, "model": self._asked.model or self._ask("model", default="", required=True)})

    def _keyless(self, chosen: _Choosing) -> None:
        """Asks how people reach a human, and lets the answerer that needs no key stand in last."""
        kind, cls = next((kind, cls) for kind, cls in self._compose.provider_kinds().items() if hasattr(cls, "reply"))
        contact = self._asked.contact or self._ask("contact", default="")
        chosen.providers[kind] = {"contact": contact} if contact and "contact" in cls.Settings.model_fields else {}
        chosen.candidates.append({"provider": kind, "price_class": "free"})

    def _country(self, chosen: _Choosing) -> None:
        """Asks in which country people are whose own is not known: without it they are ruled by the strictest reading."""
        from wasl.domain.errors import SettingWrong
        from wasl.wire.region import REGIONS

        while True:
            said = (self._asked.country or self._ask("country", default="")).strip().upper()
            if not said or said.partition("-")[0] in REGIONS:
                break
            if self._asked.country or self._quiet:
                raise SettingWrong(f"--country: {said!r} is no country; write its two letters, such as EG, or a part, such as US-CA")
            typer.echo(self._words("no_country").format(said=said))
        if said:
            chosen.top["deployment.home_region"] = said

    def _adapter(self, kind: str, cls: type[Any], chosen: _Choosing) -> Mapping[str, Value]:
        """Asks for what an adapter cannot do without: a plain value, or where a secret is."""
        values: dict[str, Value] = {}
        for key, info in cls.Settings.model_fields.items():
            if info.is_required() or (is_secret(info.annotation) and key == "key"):
                values[key] = self._value(kind, cls.title, key, info, chosen)
        return values

    def _value(self, kind: str, title: str, key: str, info: "FieldInfo", chosen: _Choosing) -> Value:
        if is_secret(info.annotation) or self._quiet:
            given = self._ask("secret", default=variable(kind, key), title=title, key=key, meaning=self._meaning(info))
            if _VARIABLE.match(given):
                chosen.variables.append(given)
                return {"env": given}
            return {"file": given.removeprefix("file:")}
        while True:
            said = self._ask("value", default="", title=title, key=key, meaning=self._meaning(info))
            if said and _fits(info, said):
                return said
            typer.echo(self._words("wrong_form" if said else "needed").format(title=title, key=key, said=said))

    def _ask(self, question: str, *, default: str, required: bool = False, **about: str) -> str:
        from wasl.domain.errors import SettingWrong

        if self._quiet:
            if required:
                raise SettingWrong(f"--{question} must be given when nothing is asked")
            return default
        said: str = typer.prompt(self._words(question).format(**about), default=None if required else default, show_default=bool(default))
        return said.strip()

    def _some_of(self, question: str, *, asked: list[str] | None, known: Mapping[str, object], option: str) -> list[str]:
        """Gives the kinds that an option names or a person types; what a person mistypes is asked for again."""
        listed = ", ".join(known)
        while True:
            said = asked if asked is not None else self._ask(question, default="none", known=listed).replace("،", ",").split(",")
            wanted = list(dict.fromkeys(kind for one in said if (kind := one.strip().lower()) not in ("", "none", "لا")))
            wrong = [kind for kind in wanted if kind not in known]
            if not wrong:
                return wanted
            if asked is not None or self._quiet:
                raise _unknown(option, wrong[0], known)
            typer.echo(self._words("unknown").format(said=wrong[0], known=listed))

    def _spoken(self) -> str:
        asked = self._asked.language or (spoken() if self._quiet else "")
        if asked:
            if asked.lower() not in WORDS:
                raise _unknown("--language", asked, WORDS)
            return asked.lower()
        while (said := str(typer.prompt(self._words("language"), default=spoken())).strip().lower()) not in WORDS:
            typer.echo(self._words("unknown").format(said=said, known=", ".join(WORDS)))
        return said

    def _meaning(self, info: "FieldInfo") -> str:
        return FILE[self._language].meaning(info.description or "")

    def _words(self, question: str) -> str:
        return WORDS[self._language][question]


def _fits(info: "FieldInfo", said: str) -> bool:
    """Says whether a setting takes what was typed, before it is written into a file that would be refused."""
    from pydantic import TypeAdapter, ValidationError

    made: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, *info.metadata])  # type: ignore[arg-type]  # made at run time
    try:
        made.validate_python(said)
    except ValidationError:
        return False
    return True


def _unknown(option: str, said: str, known: Mapping[str, object]) -> "SettingWrong":
    from wasl.domain.errors import SettingWrong

    return SettingWrong(f"{option}: {said!r} is not known; it may be one of {', '.join(known)}")


def _text(compose: Compose, chosen: Chosen, *, language: str) -> str:
    from wasl.config import Candidate, Settings

    return written(
        Settings,
        candidate=Candidate,
        channels=compose.channel_kinds(),
        providers=compose.provider_kinds(),
        chosen=chosen,
        words=FILE[language if language in FILE else "en"],
    )


def _write(file: Path, text: str, *, words: Mapping[str, str]) -> None:
    """Writes the file whole or not at all, and makes the folder for documents beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(file.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
    folder = file.parent / "knowledge"
    if not folder.exists():
        folder.mkdir()
        (folder / "_about.md").write_text(words["about_folder"] + "\n", encoding="utf-8")
